"""Profiles over any value set: the same numbers under any names, coverage, and what numbers on different scales get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import pytest

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.units import Units
from valuespectrum.theory.value_sets import FOUR, NINETEEN, TEN, ValueSet, carried, scalars
from vectorstore.foundation.errors import InputError

OPTIONS = ScoringOptions(draws=200)
ANGLES = scalars("angles", "Two angles", {"first": "First", "second": "Second"})
ANY_NUMBER = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class _Named:
    value_set: ValueSet
    name: str = "trial"


def _table(values: ValueSet, units: int, seed: int, unit: str = "item", spread: float = 8.0) -> pd.DataFrame:
    """Scores whose true mean is 10 plus twice the place of the dimension."""
    generator = np.random.default_rng([seed, 5])
    return pd.DataFrame(
        [
            {"value": dimension, unit: f"{place:02}-{n}", "like": 10.0 + 2.0 * place + generator.normal(0, spread)}
            for place, dimension in enumerate(values.dimensions)
            for n in range(units)
        ]
    ).assign(answers=1)


def _draws(table: pd.DataFrame, unit: str = "item") -> Units:
    return Units.of(zip(table["value"], table[unit], strict=True), unit)


def _measured(
    values: ValueSet, table: pd.DataFrame, unit: str = "item", bounds: tuple[float, float] = ANY_NUMBER
) -> Measurement:
    instrument = cast(Instrument, _Named(values))
    return profiled(instrument, table, UnitScores(table, bounds=bounds), _draws(table, unit), OPTIONS)


def test_the_names_of_dimensions_and_units_change_no_number() -> None:
    """Ten dimensions under other names, items for clips: the same numbers to the last digit."""
    renamed = ValueSet("other_10", "Others", tuple(f"d{place}" for place in range(10)), tuple("ABCDEFGHIJ"))
    names = dict(zip(TEN.dimensions, renamed.dimensions, strict=True))
    table = _table(TEN, 6, 0, "clip", spread=3.0)
    other = table.assign(value=table["value"].map(names)).rename(columns={"clip": "dilemma"})
    left, right = _measured(TEN, table, "clip"), _measured(renamed, other, "dilemma")
    assert list(left.scores.values()) == list(right.scores.values())
    assert (left.overall, left.differences) == (right.overall, right.differences)
    assert "dilemmas" in right.covers and "clips" not in right.covers


@pytest.mark.parametrize("values", [FOUR, NINETEEN, TEN], ids=lambda each: each.name)
def test_a_profile_over_any_set_is_centred_and_ranked(values: ValueSet) -> None:
    scores = _measured(values, _table(values, 9, 0)).scores
    assert list(scores) == list(values.dimensions)
    assert sum(score.centred.mean or 0.0 for score in scores.values()) == pytest.approx(0.0, abs=1e-9)
    ranks = [score.rank for score in scores.values()]
    assert all(rank is not None and rank[1] <= rank[0] <= rank[2] for rank in ranks)
    assert {rank[0] for rank in ranks if rank} == set(range(1, len(values) + 1))
    assert all(score.n_units == 9 and score.status == "ok" for score in scores.values())


@pytest.mark.parametrize("values", [FOUR, NINETEEN], ids=lambda each: each.name)
def test_intervals_over_any_set_cover_as_often_as_they_say(values: ValueSet) -> None:
    rounds = 240 // len(values)
    truth = 10.0 + 2.0 * np.arange(len(values))
    hits = centred_hits = 0
    for seed in range(rounds):
        for place, score in enumerate(_measured(values, _table(values, 9, seed)).scores.values()):
            for estimate, true, centred in (
                (score.estimate, truth, False),
                (score.centred, truth - truth.mean(), True),
            ):
                assert estimate.low is not None and estimate.high is not None
                held = estimate.low <= true[place] <= estimate.high
                hits, centred_hits = hits + (held and not centred), centred_hits + (held and centred)
    assert 0.90 <= hits / (rounds * len(values)) <= 0.99
    assert 0.90 <= centred_hits / (rounds * len(values)) <= 0.99


@pytest.mark.parametrize("values", [FOUR, NINETEEN], ids=lambda each: each.name)
def test_nothing_is_found_over_any_set_where_nothing_is(values: ValueSet) -> None:
    """The values of a model that likes everything alike."""
    rounds, different = 50, 0
    for seed in range(rounds):
        generator = np.random.default_rng([seed, 11])
        table = _table(values, 9, seed)
        liked = 40.0 + generator.normal(0, 6, len(table))  # of each item, whoever is asked
        tested = _measured(values, table.assign(like=liked + generator.normal(0, 4, len(table)))).differences
        assert tested is not None and isinstance(tested["p"], float)
        different += tested["p"] < 0.05
    # 5 % of 50 are 2.5; more than 7 come up three times in a thousand.
    assert different <= 7


def test_numbers_on_different_scales_are_neither_centred_nor_ranked_nor_averaged() -> None:
    made = _measured(ANGLES, _table(ANGLES, 6, 0), bounds=(-90.0, 90.0))
    for score in made.scores.values():
        assert (score.centred.mean, score.rank, score.status) == (None, None, "ok")
        assert score.estimate.low is not None and score.estimate.se is not None
    assert made.overall.mean is None and made.differences is None


def test_the_unit_is_named_where_there_are_too_few() -> None:
    table = _table(FOUR, 5, 0, "dilemma")
    few = table[(table["value"] != "conservation") | (table.groupby("value").cumcount() < 2)]
    few = few[few["value"] != "self_transcendence"]
    made = _measured(FOUR, few, "dilemma")
    assert made.scores["conservation"].status == made.scores["conservation"].estimate.why == "too few dilemmas"
    assert made.scores["self_transcendence"].status == "no dilemmas"
    assert "conservation, self_transcendence" in made.notes[0] or "self_transcendence" in made.notes[0]


def test_intervals_stay_within_the_ends_of_the_scale() -> None:
    for score in _measured(FOUR, _table(FOUR, 9, 0), bounds=(9.0, 12.0)).scores.values():
        assert score.estimate.low is not None and score.estimate.high is not None
        assert score.estimate.low >= 9.0 and score.estimate.high <= 12.0


def test_nothing_scored_gives_no_number() -> None:
    table = _table(FOUR, 3, 0)
    made = profiled(cast(Instrument, _Named(FOUR)), table, UnitScores(table.iloc[:0]), _draws(table), OPTIONS)
    assert {score.status for score in made.scores.values()} == {"no items"}
    assert made.differences is None and made.covers == "" and made.n_unscored == 12


def test_a_value_of_another_set_is_refused() -> None:
    with pytest.raises(InputError, match="four higher-order values has no dimension 'self_direction'"):
        _measured(FOUR, _table(TEN, 4, 0))


def test_a_set_without_a_key_to_the_ten_has_no_target() -> None:
    assert carried(dict.fromkeys(TEN.dimensions, 1.0), TEN, ANGLES) is None
