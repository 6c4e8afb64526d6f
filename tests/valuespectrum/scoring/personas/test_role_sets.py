"""Personas set by set: errors over clips and wordings, held to formulas, to another way, and to planted truth."""

from __future__ import annotations

import numpy as np
import pytest
from facet_tables import long_frame, set_table, waves

from bench.truth.movements import Obeyed, Sets, covered
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import Layout, contrast
from valuespectrum.scoring.facets.tables import collect as collected
from valuespectrum.scoring.personas.placebos import ALIKE, NOT_DRAWN, movement
from valuespectrum.scoring.personas.role_sets import PERSONA, TEXTS, RoleSets, aligned
from valuespectrum.scoring.personas.sanitised import EsteemedTarget, sanitising

VALUES, CLIPS, WORDINGS, WORDS = 10, 6, 3, 5
TARGET = np.array([1.0, 1.0, 0.5, 0, 0, 0, 0, 0, 0, 0])


def role_sets(numbers: np.ndarray, facets: Facets | None = None) -> RoleSets:
    codes = np.arange(numbers.shape[1] * numbers.shape[2]).reshape(numbers.shape[1:3])
    return RoleSets(numbers, Clusters.of(codes), None, facets or Facets())


def drawn(roles: int, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    shared = generator.normal(0, 1, (1, VALUES, 1, 1)) + generator.normal(0, 0.6, (1, VALUES, CLIPS, 1))
    own = generator.normal(0, 0.3, (roles, VALUES, CLIPS, 1)) + generator.normal(0, 0.2, (roles, VALUES, 1, WORDINGS))
    return np.asarray(shared + own + generator.normal(0, 0.1, (roles, VALUES, CLIPS, WORDINGS)))


def by_hand(table: np.ndarray, weights: np.ndarray) -> float:
    """Variance of a weighted sum of means of a table without holes, clips and wordings crossed, from mean squares."""
    values, clips, wordings = table.shape
    over_clips = table.mean(axis=2).var(axis=1, ddof=1) / clips
    by_wording = table.mean(axis=1)
    met = by_wording - by_wording.mean(axis=1, keepdims=True) - by_wording.mean(axis=0) + by_wording.mean()
    square = (met**2).sum() / ((values - 1) * (wordings - 1))
    rest = table - table.mean(axis=2, keepdims=True) - by_wording[:, None, :] + table.mean(axis=(1, 2))[:, None, None]
    noise = (rest**2).sum() / (values * (clips - 1) * (wordings - 1))
    return float((weights**2 * (over_clips + max(square / wordings - noise / (clips * wordings), 0.0))).sum())


def test_errors_of_slopes_are_those_of_crossed_mean_squares() -> None:
    numbers = drawn(2)
    weights = np.random.default_rng(1).normal(size=(2, VALUES))
    found = role_sets(numbers).beyond_bare(weights, 0.4)
    table = numbers[0] - 0.4 * numbers[1]
    assert found.variance == pytest.approx([by_hand(table, each) for each in weights])


def test_a_persona_is_charged_with_what_it_varies_by_beyond_a_text() -> None:
    numbers, weights = drawn(2 + WORDS), np.random.default_rng(1).normal(size=(1, VALUES))
    odd = numbers.copy()
    odd[PERSONA] += np.random.default_rng(2).normal(0, 1.5, (VALUES, CLIPS, 1))
    texts = odd[TEXTS]
    own = by_hand(odd[PERSONA] - texts.mean(axis=0), weights[0])
    others = [by_hand(texts[k] - np.delete(texts, k, axis=0).mean(axis=0), weights[0]) for k in range(WORDS)]
    # Of one more text against J, where each of J stands against J - 1: (1 + 1 / J) / (1 + 1 / (J - 1)).
    usual = np.mean(others) * (1 + 1 / WORDS) / (1 + 1 / (WORDS - 1))
    assert role_sets(odd).beyond_texts(weights).variance[0] == pytest.approx(own - usual)
    tame = numbers.copy()
    tame[PERSONA] = texts.mean(axis=0)
    assert role_sets(tame).beyond_texts(weights).variance[0] == 0.0


def test_roles_are_held_against_each_other_on_the_sets_that_they_share() -> None:
    whole, other = waves(10, 12, 3), 0.6 * waves(10, 12, 3)[:, ::-1].copy()
    other[2, 5:] = np.nan
    other[4, :3, 1] = np.nan
    bare = set_table(whole)
    frame = long_frame(other)
    role = collected([frame[frame["clip"] != "7-0"].iloc[::-1]], Layout())
    shifts = aligned([role, bare, bare], Facets()).shifts()
    expected = reckon(contrast((role, bare), (1.0, -1.0))).across.means
    assert shifts[PERSONA] == pytest.approx(expected)
    assert shifts[TEXTS] == pytest.approx(np.zeros((1, 10)))


def test_search_words_widen_what_their_clips_share() -> None:
    table, words = drawn(2, seed=3), np.tile(np.repeat(np.arange(3), 2), (VALUES, 1))
    words = words + 3 * np.arange(VALUES)[:, None]
    table[0] += np.random.default_rng(4).normal(0, 1.0, VALUES * 3)[words][..., None]
    one, two = (set_table(each, words) for each in table)
    weights = np.eye(VALUES)[:1]
    apart, together = (aligned([one, two], Facets(clusters=by)).beyond_bare(weights) for by in (False, True))
    assert together.freedom[0] < apart.freedom[0]
    assert "found by other words (3 a value)" in aligned([one, two], Facets()).covers


def test_one_wording_is_fixed_and_said_to_be() -> None:
    tables = [set_table(each[..., :1]) for each in drawn(2 + WORDS)]
    sets = aligned(tables, Facets())
    assert not sets.facets.wordings and "in the same wording" in sets.covers
    assert np.isfinite(sets.beyond_bare(np.eye(VALUES)).variance).all()


@pytest.mark.parametrize("obedience", [0.0, 0.6])
def test_intervals_hold_the_truth_over_clips_wordings_and_texts(obedience: float) -> None:
    """Words that meet clips and wordings far more than placebo texts do, where texts hardly shift a profile."""
    found = covered(Obeyed(obedience, text_sd=0.1), Sets(clips=5, clip=(1.0, 0.3), wording=(0.4, 0.1)), 40, seed=1)
    assert min(found[name] for name in ("keep", "pull", "beyond", "shifts")) >= 0.9
    assert found["moved away"] <= 0.05


def test_what_clips_show_stands_in_where_texts_show_nothing() -> None:
    numbers = drawn(2 + WORDS)
    numbers[2:] = numbers[1]
    numbers[PERSONA] = numbers[1] + 3.0 * TARGET[:, None, None]
    numbers[PERSONA] += np.random.default_rng(5).normal(0, 0.5, (VALUES, CLIPS, 1))
    sets = role_sets(numbers)
    bare = numbers[1].mean(axis=(1, 2))
    shifts = sets.shifts()
    told = movement(bare + shifts[PERSONA], bare, TARGET, list(bare + shifts[TEXTS]), sets)
    alone = told.shifts_from_bare[0].estimate
    centred = 3.0 * (TARGET[0] - TARGET.mean())
    assert alone.low is not None and alone.high is not None and alone.low < centred < alone.high
    low, high = told.against_placebos.estimate.low, told.against_placebos.estimate.high
    assert told.verdict == "moved" and low is not None and high is not None and 0 < low < 3.0 < high
    without = movement(bare + shifts[PERSONA], bare, TARGET, list(bare + shifts[TEXTS]))
    assert without.against_placebos.estimate.why == ALIKE and not without.covers
    assert without.shifts_from_bare == ()


def test_what_clips_cannot_tell_has_no_interval() -> None:
    """Clips of one value whose two wordings no clip ties together."""
    numbers = drawn(2 + WORDS)
    numbers[:, 0, :3, 1:] = np.nan
    numbers[:, 0, 3:, 0] = np.nan
    sets = role_sets(numbers)
    bare = np.nanmean(numbers[1], axis=(1, 2))
    shifts = sets.shifts()
    told = movement(bare + shifts[PERSONA], bare, TARGET, list(bare + shifts[TEXTS]), sets)
    for first in (told.shifts[0], told.shifts_from_bare[0]):
        assert first.estimate.low is None and first.estimate.why == NOT_DRAWN
    assert told.keep.estimate.mean is not None and told.keep.estimate.why == NOT_DRAWN
    assert (told.verdict, told.why) == ("unknown", NOT_DRAWN), "no interval holds 0, and none excludes it"
    aim = EsteemedTarget(TARGET, np.where(np.arange(VALUES) % 2, -1.0, 1.0))
    played = sanitising(bare + shifts[PERSONA] + 3.0 * TARGET, bare, aim, list(bare + shifts[TEXTS]), sets)
    assert played.nice.estimate.mean is not None and (played.verdict, played.why) == ("unknown", NOT_DRAWN)
