"""Batteries say what they control for and what they cost; an option that one sets is not set beside it."""

from __future__ import annotations

import pytest

from valuespectrum.instruments.registry import load_instrument
from valuespectrum.measuring.levels import LEVELS, instrument_lines, level_params, single
from valuespectrum.operations.bench import BenchSettings, item_params
from vectorstore.foundation.errors import InputError


@pytest.mark.parametrize("level", LEVELS.values(), ids=lambda level: level.name)
def test_each_says_what_it_is(level: object) -> None:
    assert level in LEVELS.values()
    told = LEVELS[getattr(level, "name", "")]
    does, does_not, costs = told.lines(150)
    assert "controls for" in does and "does not control for" in does_not
    for part in told.parts:
        assert f"{part.instrument} {load_instrument(part.instrument, part.params).cost(150):,}" in costs
    assert told.to_json(150)["asks"] == {part.instrument: part.cost(150) for part in told.parts}


def test_what_is_controlled_for_is_not_among_what_is_not() -> None:
    for level in LEVELS.values():
        assert not set(level.controls) & set(level.leaves)
    assert LEVELS["paper"].controls == ()
    costs = [sum(part.cost(150) for part in level.parts) for level in LEVELS.values()]
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


def test_settings_become_options_of_the_instrument() -> None:
    assert item_params(BenchSettings()) == {}
    given = BenchSettings(wordings=3, language="de", form="unforced", frame_of_mind="honest")
    assert item_params(given) == {
        **{"wordings": 3, "language": "de", "form": "unforced"},
        "frame_of_mind": "honest",
    }
