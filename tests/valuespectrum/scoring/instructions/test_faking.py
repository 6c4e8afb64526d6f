"""The faking effect as a number: its size is covered, and nothing moved is said to be nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from facet_tables import set_table, waves

from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.tables import SetTable, collect
from valuespectrum.scoring.instructions.between import openness, way_taken
from valuespectrum.scoring.instructions.faking import faking_effect
from valuespectrum.scoring.instructions.parts import FAKE_GOOD, HONEST, INSTRUCTION_TAG, spoken_frames
from valuespectrum.theory.values import VALUES


def _table(shift: np.ndarray, generator: np.random.Generator, clip: np.ndarray) -> SetTable:
    rows = [
        (value, f"{value}{n}", wording, clip[place, n] + shift[place] + generator.normal(0, 0.5))
        for place, value in enumerate(VALUES)
        for n in range(clip.shape[1])
        for wording in ("a", "b", "c")
    ]
    return collect([pd.DataFrame(rows, columns=["value", "clip", "wording", "theta"])])


@pytest.mark.parametrize("size", [0.0, 0.3, 1.0])
def test_the_size_is_covered(size: float) -> None:
    held, found = 0, []
    for seed in range(12):
        generator = np.random.default_rng(seed)
        shift = generator.normal(0, 1, len(VALUES))
        shift = size * (shift - shift.mean()) / np.sqrt(np.mean((shift - shift.mean()) ** 2))
        clip = generator.normal(0, 0.6, (len(VALUES), 6))
        effect = faking_effect(_table(shift, generator, clip), _table(0 * shift, generator, clip))
        low, high = effect.size.low, effect.size.high
        assert low is not None and high is not None
        held += low <= size + 1e-9 <= high + 2e-9
        found.append(effect.size.mean or 0.0)
    # Under .95 fewer than 9 of 12 have a chance of .002.
    assert held >= 9
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(size, abs=0.15)


def test_nothing_to_compare_says_why() -> None:
    effect = faking_effect(None, None)
    assert effect.size.mean is None and effect.size.why
    assert spoken_frames(pd.DataFrame({"clip": ["a"]})) == ("",)


def test_frames_of_mind_that_share_nothing_leave_the_profile_as_it_is() -> None:
    """As where each refuses what the other answers: the scores of a run stand, and the faking effect has none."""
    faked, honest = waves(10, 6, 2), waves(10, 6, 2)
    faked[:, 3:] = honest[:, :3] = np.nan
    effect = faking_effect(set_table(faked), set_table(honest))
    assert effect.size.mean is None and "cannot be compared: they share no value" in effect.size.why


def test_answers_that_were_read_in_different_ways_tell_no_way() -> None:
    answers = pd.DataFrame({INSTRUCTION_TAG: ["", HONEST, FAKE_GOOD]})
    table = set_table(waves(10, 6, 2))

    def read(ways: list[str]) -> Estimate:
        left = iter(ways)
        found = openness(lambda *_: ToldSets(table, next(left), "identified", ""), answers, ScoringOptions())
        assert found is not None and found[1].name == "open_faking"
        return found[0]

    assert "read in different ways" in read(["text", "samples", "samples"]).why
    assert "read in different ways" not in read(["samples"] * 3).why


def test_a_value_that_no_test_counts_moves_no_size() -> None:
    """Its clips all moved by the same, so that nothing shows its error; the others moved as far as without it."""
    faked = waves(10, 6, 3) + 0.3 * np.arange(10)[:, None, None]
    stuck, without = faked.copy(), faked.copy()
    stuck[0], without[0] = 5.0, np.nan
    one, other = (faking_effect(set_table(each), set_table(0.0 * each)).size for each in (stuck, without))
    assert other.mean and (one.mean, one.low, one.high) == pytest.approx((other.mean, other.low, other.high))


def test_what_honest_answers_scatter_by_is_no_way_to_the_best_impression() -> None:
    """Open answers are drawn like the honest ones; beside the same honest ones they lie a third of the way."""
    crossed, plain = [], []
    for seed in range(3):
        generator = np.random.default_rng(seed)
        honest, opened, faked = generator.normal(0, 1, (3, 300, 2))
        faked += generator.normal(0, 1, (300, 1))
        crossed.append(way_taken(opened - honest, faked - honest).mean or 0.0)
        plain.append(way_taken((opened - honest)[:, 0], (faked - honest)[:, 0]).mean or 0.0)
    assert np.mean(crossed) < 0.2 < np.mean(plain)


def test_a_way_is_the_same_in_one_wording_and_in_several_that_say_the_same() -> None:
    faked = np.array([2.0, 0.5, -2.0, 1.0])
    opened = 0.5 * faked + np.array([0.1, 0.0, -0.1, 0.2])
    one = way_taken(opened, faked)
    several = way_taken(np.stack([opened, opened, opened], axis=1), np.stack([faked, faked, faked], axis=1))
    assert (one.mean, one.low, one.high) == pytest.approx((several.mean, several.low, several.high))
    drawn = way_taken(opened, faked, drawn=True)
    assert (drawn.mean, drawn.low) == (one.mean, None) and "one wording" in drawn.why
    assert way_taken(opened[:2], faked[:2]).mean is None
