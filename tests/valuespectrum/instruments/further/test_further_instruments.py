"""Ratings, pairs, best-worst and forced choice on respondents whose values are planted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pytest
from planted_instruments import (
    SCORING,
    answered,
    ask,
    centred,
    headline,
    measured,
    member,
    pictures,
    planted,
    setting,
    twin,
)

from agents.models.base import Answer, Ask
from valuespectrum.instruments.base import Listed, Tabled
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.reference.planted import FRAMES, Mind, profile
from valuespectrum.reference.speech import statements
from valuespectrum.theory.values import VALUES, centre

OF_PICTURES = ("scale7", "pairs", "best-worst")
FURTHER = (*OF_PICTURES, "forced-choice")


def _ranks(numbers: dict[str, float]) -> np.ndarray:
    return np.argsort(np.argsort([numbers[value] for value in VALUES]))


def _agreement(one: dict[str, float], other: dict[str, float]) -> float:
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def p_of_differences(found: Measurement) -> float:
    """Of the test whether values differ."""
    assert found.differences is not None
    p = found.differences["p"]
    assert isinstance(p, float), found.differences
    return p


@pytest.mark.parametrize("name", OF_PICTURES)
@pytest.mark.parametrize("who", ["amber", "dune"])
def test_the_planted_order_comes_back(name: str, who: str) -> None:
    found = measured(load_instrument(name, {"wordings": 1}), ask(load_instrument(name, {"wordings": 1}), who))
    assert _agreement(centred(found), planted(who)) > 0.85
    assert p_of_differences(found) < 0.01
    assert [score.status for score in found.scores.values()] == ["ok"] * len(VALUES)
    assert Measurement.from_json(cast("Any", found.to_json())).scores.keys() == found.scores.keys()


def test_log_odds_of_choices_are_those_that_were_planted() -> None:
    for name in ("pairs", "best-worst"):
        found = measured(load_instrument(name, {"wordings": 1}), ask(load_instrument(name, {"wordings": 1}), "amber"))
        inside = [
            (headline(score).low or 0) <= planted("amber")[value] <= (headline(score).high or 0)
            for value, score in found.scores.items()
        ]
        assert sum(inside) >= 8, name


@pytest.mark.parametrize("name", FURTHER)
def test_leans_cancel_and_are_told(name: str) -> None:
    instrument = load_instrument(name, {"wordings": 1})
    plain = measured(instrument, ask(instrument, "amber,order=0,scale=0"))
    leaning = measured(instrument, ask(instrument, "amber,order=0.9,scale=0.9"))
    off = [abs(centred(leaning)[value] - centred(plain)[value]) for value in VALUES]
    if name == "scale7":  # the ends of the scale bend what lies near them, alike in both directions
        assert max(off) < 0.5 and _agreement(centred(plain), centred(leaning)) > 0.95
        assert (leaning.bias["scale_lean"].mean or 0) > 0.5 > abs(plain.bias["scale_lean"].mean or 0)
    else:
        assert max(off) < 1e-6
        assert leaning.bias["order"].mean == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("name", OF_PICTURES)
def test_a_respondent_without_values_is_not_given_any(name: str) -> None:
    """Its pictures differ by daylight, which has nothing to do with values."""
    instrument, false = load_instrument(name, {"wordings": 1}), 0
    for seed in range(4):
        about = setting(pictures(6), seed)
        found = measured(instrument, ask(instrument, "amplitude=0,elevation=0,daylight_taste=0.8,order=0.5", about))
        false += p_of_differences(found) < 0.05
    assert false <= 1  # under .05 two of four have a chance of .014, and seeds are fixed


def _meant(held: Mapping[str, float], said: list[str]) -> float:
    """Mean log-odds of agreeing to some statements."""
    return float(np.mean([sum(weight * held[part] for part, weight in statements()[each].items()) for each in said]))


def test_forced_choice_finds_the_profile_in_words() -> None:
    found = measured(load_instrument("forced-choice"), ask(load_instrument("forced-choice"), "amber,faking=0"))
    said = profile(Mind(member("amber,faking=0")), "words")
    listed = load_instrument("forced-choice").items
    truth = {value: _meant(said, [one.texts[0] for one in listed if one.dimensions == (value,)]) for value in VALUES}
    assert _agreement(centred(found), truth) > 0.9
    assert "nobody was asked" in " ".join(found.notes)
    assert found.unit == "statement" and "statements" in found.covers and "clips" not in found.covers


def test_statements_that_meet_make_about_the_same_impression() -> None:
    asks = list(cast("Any", load_instrument("forced-choice")).questions(setting(pictures(1))))
    off = [abs(float(each.tags["desirability"]) - float(each.tags["desirability_2"])) for each in asks]
    listed = [float(each.tags["desirability"]) for each in asks]
    by_chance = float(np.mean(np.abs(np.subtract.outer(listed, listed))))
    assert np.mean(off) < 0.75 * by_chance
    values = Counter(frozenset((each.tags["value"], each.tags["value_2"])) for each in asks)
    assert len(values) == 45 and len(set(values.values())) == 1


@pytest.mark.parametrize("name", FURTHER)
def test_the_faking_effect_is_a_number(name: str) -> None:
    instrument = load_instrument(name, {"wordings": 1, "frame_of_mind": "all"})
    # Without chance in its answers a twin moves by the same everywhere, and nothing shows how sure that is.
    drawn = 20 if name in ("pairs", "best-worst") else 0
    found = measured(instrument, ask(instrument, "amber", samples=drawn))
    effect = found.scalars["faking"]
    assert effect.low is not None and effect.high is not None and 0 < effect.low < (effect.mean or 0) < effect.high
    alone = load_instrument(name, {"wordings": 1})
    plain = measured(alone, ask(alone, "amber", samples=drawn))
    assert centred(found) == pytest.approx(centred(plain)), "the profile is that of the neutral frame of mind"
    if name in ("pairs", "best-worst"):
        own = profile(Mind(member("amber")), "pictures")
        faked = profile(Mind(member("amber"), frame="fake_good"), "pictures")
        moved = centre({value: faked[value] - own[value] for value in own})
        assert FRAMES["honest"] == 0 and effect.mean == pytest.approx(np.std(list(moved.values())), rel=0.5)


@pytest.mark.parametrize("name", FURTHER)
def test_every_cell_of_the_design_is_asked(name: str) -> None:
    for given in ({}, {"form": "unforced", "language": "en,zh"}, {"frame_of_mind": "all", "wordings": 6}):
        instrument = load_instrument(name, given)
        rows = pictures(2)
        assert isinstance(instrument, Listed) and isinstance(instrument, Tabled)
        questions = cast("Any", instrument).questions(setting(rows))
        asks = list(questions)
        assert len(asks) == len(questions) == instrument.cost(len(rows))
        places = [sum(name.startswith(f"{instrument.unit}_") for name in each.tags) for each in asks[:1]]
        names = [instrument.unit, *(f"{instrument.unit}_{place}" for place in range(2, places[0] + 2))]
        told = ("set", "wording", "polarity", "item", "instruction", "value")
        keys = Counter(tuple(each.tags.get(part, "") for part in (*names, *told)) for each in asks)
        assert set(keys.values()) == {1}
        assert set(instrument.columns) <= set(asks[0].tags)
        assert questions.digest == cast("Any", instrument).questions(setting(rows)).digest
        wanted = {"en", "zh"} if "language" in given else {"en"}
        assert {str(each.tags["wording"]).split("/")[0] for each in asks} >= {"zh"} & wanted


class Polite:
    """Takes the way out where there is one, and the first option else."""

    id = "polite"
    settings: dict[str, str] = {}  # noqa: RUF012

    def score(self, asks: list[Ask]) -> Any:
        for each in asks:
            said = each.choices[-1].name if len(each.choices) in (3, 5, 8) else each.choices[0].name
            yield Answer(text=said, parsed=said)

    generate = score


@pytest.mark.parametrize("name", FURTHER)
def test_a_way_out_is_no_liking(name: str) -> None:
    instrument = load_instrument(name, {"wordings": 1, "form": "unforced"})
    found = measured(
        instrument, answered(cast("Any", instrument).questions(setting(pictures(4))), cast("Any", Polite()))
    )
    assert found.rates["neither"].mean == 1.0
    assert not centred(found)
    assert all(score.status != "ok" for score in found.scores.values())


def test_most_likely_texts_order_the_values_and_give_no_numbers() -> None:
    instrument = load_instrument("best-worst", {"wordings": 1, "rounds": 4})
    asks = cast("Any", instrument).questions(setting(pictures(8)))
    table = answered(asks, twin("amber"), text_only=True)
    found = measured(instrument, table)
    assert {score.status for score in found.scores.values()} == {"order only"}
    assert any("not how far" in note for note in found.notes)
    for score in found.scores.values():
        assert score.estimate.mean is None and score.centred.mean is None and not score.scales
    ranked = {value: -score.rank[0] for value, score in found.scores.items() if score.rank}
    assert _agreement({value: float(ranked[value]) for value in VALUES}, planted("amber")) > 0.8
    assert cast("Tabled", instrument).sets(table, SCORING).table is None, (
        "nothing that comparisons could take for numbers"
    )


def test_the_direction_of_a_scale_that_is_ignored_is_noticed() -> None:
    instrument = load_instrument("scale7", {"wordings": 1})
    table = ask(instrument, "amber")
    up = table[table["polarity"] == 1]
    deaf = table.copy()
    for step in range(1, 8):
        column = f"log_probability_{step}"
        deaf[column] = deaf["clip"].map(up.set_index("clip")[column])
    found = measured(instrument, deaf, SCORING)
    assert (found.reliability["directions"].mean or 0) < 0
    assert any("is not understood" in note for note in found.notes)
