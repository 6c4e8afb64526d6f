"""Batteries say what they control for and what they cost; an option that one sets is not set beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from valuespectrum.instruments.registry import load_instrument
from valuespectrum.measuring.levels import LEVELS, instrument_lines, level_params, single
from valuespectrum.operations.bench import BenchSettings, bench, item_params
from valuespectrum.operations.shared.telling import Unattended
from valuespectrum.operations.studies.levels import bench_level, plan_level
from vectorstore.foundation.errors import InputError, ValueSpectrumError


@pytest.mark.parametrize("level", LEVELS.values(), ids=lambda level: level.name)
def test_each_says_what_it_is(level: object) -> None:
    assert level in LEVELS.values()
    told = LEVELS[getattr(level, "name", "")]
    does, does_not, costs = told.lines()
    assert "controls for" in does and "does not control for" in does_not
    written = told.to_json()
    for part in told.parts:
        count, by_picture = part.asks
        instrument = load_instrument(part.instrument, part.params)
        assert all(instrument.cost(many) <= count * (many if by_picture else 1) for many in (1, 7, 150))
        assert f"{part.instrument} {count:,}{' a picture' if by_picture else ''}" in costs
        assert part.instrument in cast("Mapping[str, int]", written["asks_a_picture" if by_picture else "asks_in_all"])


def test_what_is_controlled_for_is_not_among_what_is_not() -> None:
    for level in LEVELS.values():
        assert not set(level.controls) & set(level.leaves)
    assert LEVELS["paper"].controls == ()
    costs = [
        sum(load_instrument(part.instrument, part.params).cost(150) for part in level.parts)
        for level in LEVELS.values()
    ]
    assert costs == sorted(costs), "from the least to the most thorough"


def test_a_level_is_an_instrument_with_options() -> None:
    assert single("like", {"wordings": 3}) == ("like", {"wordings": 3})
    assert single("standard", {"language": "de"}) == ("like", {"wordings": 4, "language": "de"})
    assert level_params("full", "like") == {"wordings": 6, "frame_of_mind": "all"}
    assert level_params("standard", "pairs") == {"wordings": 4}
    for call, complaint in (
        (lambda: single("standard", {"wordings": 4}), "sets wordings itself"),
        (lambda: single("full", {}), "several instruments"),
        (lambda: level_params("huge", "like"), "there is no battery 'huge'"),
        (lambda: level_params("paper", "pairs"), "instrument paper alone"),
    ):
        with pytest.raises(InputError, match=complaint):
            call()


def test_an_instrument_at_a_level_says_the_same() -> None:
    for name in ("like", "scale7", "pairs", "best-worst", "forced-choice", "behaviour"):
        does, does_not, costs = instrument_lines("quick", name)
        assert "wordings 2" in does and "does not control for" in does_not and "asks to one respondent" in costs


@pytest.mark.parametrize("name", ["portraits", "svo"])
def test_a_level_that_an_instrument_has_not_is_named(name: str) -> None:
    """Of six wordings one has three at most and the other none, and nobody named wordings."""
    with pytest.raises(InputError, match=f"no battery full of the instrument '{name}'.*wordings") as refused:
        instrument_lines("full", name)
    assert "leave --battery out" in refused.value.hint


def test_settings_become_options_of_the_instrument() -> None:
    assert item_params(BenchSettings()) == {}
    given = BenchSettings(wordings=3, language="de", form="unforced", frame_of_mind="honest")
    assert item_params(given) == {
        **{"wordings": 3, "language": "de", "form": "unforced"},
        "frame_of_mind": "honest",
    }


class Noting(Unattended):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, line: str) -> None:
        self.said.append(line)


@pytest.mark.parametrize("level", ["paper", "quick", "standard", "full"])
def test_what_a_battery_controls_for_is_said_before_anything_else(tmp_path: Path, level: str) -> None:
    teller, settings = Noting(), BenchSettings(battery=level)
    ask = bench_level if len(LEVELS[level].parts) > 1 else bench
    with pytest.raises(ValueSpectrumError):
        ask(tmp_path / "none", "simulated:power=1", tmp_path / "run", settings, teller)
    assert teller.said[:3] == LEVELS[level].lines()
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"present": ("caption",)}, "--present means nothing to behaviour"),
        ({"frames": 4}, "--present means nothing to behaviour"),
        ({"items": Path("mine.yaml")}, "--items are of one instrument"),
        ({"wordings": 2}, "sets wordings itself"),
        ({"frame_of_mind": "honest"}, "sets frame-of-mind itself"),
    ],
)
def test_what_does_not_fit_every_part_is_refused_before_anything_is_said(
    tmp_path: Path, given: dict[str, Any], complaint: str
) -> None:
    for call in (bench_level, plan_level):
        teller = Noting()
        with pytest.raises(InputError, match=complaint):
            call(
                tmp_path / "none", "simulated:power=1", tmp_path / "run", BenchSettings(battery="full", **given), teller
            )
        assert not teller.said
