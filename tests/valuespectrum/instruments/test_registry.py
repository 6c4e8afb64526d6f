"""How instruments get known, and how answers find theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from trial_instruments import FourQuestions, Staircase

from valuespectrum.instruments.base import Adaptive, Instrument, Listed, OwnItems, Recoverable
from valuespectrum.instruments.registry import INSTRUMENTS, instrument_of, load_instrument, rows_of, settings_of
from vectorstore.foundation.errors import InputError


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (FourQuestions, Staircase):
        monkeypatch.setitem(INSTRUMENTS._registered, kind.name, kind)


def _answers(*rows: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["item", "instrument"])


@pytest.mark.parametrize("name", INSTRUMENTS.names())
def test_ours_keep_the_contract(name: str) -> None:
    instrument = load_instrument(name)
    assert isinstance(instrument, Instrument)
    assert isinstance(instrument, Listed) != isinstance(instrument, Adaptive)
    assert instrument.name == name == settings_of(instrument)["name"]
    assert instrument.items and all(item.texts and item.licence.name for item in instrument.items)
    assert {"value", instrument.unit} <= set(instrument.columns)


def test_only_those_that_say_what_to_find_can_be_calibrated() -> None:
    able = {name for name in INSTRUMENTS.names() if isinstance(load_instrument(name), Recoverable)}
    assert able >= {"like", "portraits", "svo", "value-portrait"} and not able & {"isq", "paper", "portrait-memory"}


def test_answers_are_known_by_their_tag_and_those_of_before_by_their_items(trial: None) -> None:
    assert instrument_of(_answers(("like", None), ("like", ""))) == "like"
    assert instrument_of(_answers(("visual_appeal", None)).drop(columns="instrument")) == "isq"
    assert instrument_of(_answers(("power-1", "trial"), ("anything", "trial"))) == "trial"
    assert instrument_of(_answers(("like", "trial"))) == "trial", "an item of that name is another one"


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([("riddle", None)], "no instrument knows the items riddle"),
        ([("like", None), ("riddle", None)], "no instrument knows the items riddle"),
        ([("like", None), ("paper", None)], "several instruments: like, paper"),
        ([("like", None), ("x", "trial")], "several instruments: like, trial"),
        ([("x", "tarot")], "'tarot', which is not installed"),
    ],
)
def test_answers_of_no_or_several_instruments_are_refused(
    trial: None, rows: list[tuple[str, str | None]], complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        instrument_of(_answers(*rows))


def test_rows_of_an_instrument_are_told_apart(trial: None) -> None:
    table = _answers(("like", None), ("paper", ""), ("like", "trial"), ("x", "trial"))
    assert {name: rows_of(table, name).index.tolist() for name in ("like", "paper", "trial", "isq")} == {
        **{"like": [0], "paper": [1]},
        **{"trial": [2, 3], "isq": []},
    }


def test_what_is_no_instrument_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Half:
        name = "half"

        def cost(self, pictures: int) -> Iterator[int]:
            yield pictures

    monkeypatch.setitem(INSTRUMENTS._registered, "half", Half)
    with pytest.raises(InputError, match=r"'half' .* is no instrument"):
        load_instrument("half")
    assert "half" in INSTRUMENTS.names() and load_instrument("like")


@pytest.mark.parametrize(
    ("name", "option"),
    [
        *(("like", "items"), ("value-portrait", "items"), ("decisions", "items"), ("portraits", "file")),
        *(("dilemmas", "file"), ("dilemmas-shown", "levels"), ("adaem", "questions")),
        *(("adaptive-clips", "parameters"), ("svo-shown", "people")),
    ],
)
def test_a_file_of_the_users_may_be_named_from_their_home(
    name: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many shells do not write out what stands behind an equals sign, and options out of Python have no shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.txt").write_text("mine")
    further = {"form": "pvq_40"} if name == "portraits" else {}
    told = []
    for place in ("~/mine.txt", str(tmp_path / "mine.txt")):
        options = load_instrument(name, {**further, option: place}).options
        assert isinstance(options, OwnItems)
        told.append(options.own_items)
    assert told[0] == told[1] and told[0]["items"]
