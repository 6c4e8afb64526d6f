"""Structure that was planted is found, structure that was not is not, and others reckon the same."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import procrustes
from scipy.stats import spearmanr

from valuespectrum.scoring.structure.circle import (
    angles,
    correlations,
    cosine_agreement,
    distance_agreement,
    distances,
    order_index,
    pairs,
)
from valuespectrum.scoring.structure.over_respondents import Gathered, structure
from valuespectrum.scoring.structure.scaling import displacement, rotated, scale
from valuespectrum.scoring.structure.semantic_null import BeyondWords, beyond_words, item_similarities
from valuespectrum.scoring.structure.sinusoid import fit_wave
from valuespectrum.theory.value_sets import FOUR, NINETEEN, TEN, ValueSet

Floats = NDArray[np.float64]


def people(rng: np.random.Generator, n: int, wave: float, noise: float = 1.0, value_set: ValueSet = TEN) -> Floats:
    """Respondents, each with a wave of its own round the circle, centred."""
    turn = angles(value_set)
    own = rng.normal(size=(n, 2)) @ np.stack([np.cos(turn), np.sin(turn)])
    scores = wave * own + noise * rng.normal(size=(n, len(value_set)))
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))


def table(scores: Floats, value_set: ValueSet = TEN) -> Floats:
    found, why = correlations(scores, value_set)
    assert found is not None and not why
    return found


@pytest.mark.parametrize("value_set", [TEN, NINETEEN, FOUR], ids=lambda each: each.name)
def test_a_planted_circle_is_found(value_set: ValueSet) -> None:
    rng = np.random.default_rng(1)
    found, theory = table(people(rng, 400, 1.0, 0.7, value_set), value_set), distances(value_set)
    for statistic in (distance_agreement, cosine_agreement, order_index):
        row = statistic(found, theory, rng)
        assert row.value is not None and row.p is not None and row.value > (0.8 if value_set is not FOUR else 0.6)
        assert row.p < (0.01 if value_set is not FOUR else 0.5), "four values have three orders only"
    drawn = scale(found, value_set)
    assert drawn.order == value_set.dimensions and drawn.displacement == 0 and drawn.congruence > 0.95


def test_respondents_without_structure_show_none_but_as_often_as_allowed() -> None:
    rng = np.random.default_rng(2)
    theory, alarms = distances(TEN), np.zeros(4)
    for _ in range(100):
        found = table(people(rng, 60, 0.0))
        rows = [statistic(found, theory, rng) for statistic in (distance_agreement, cosine_agreement, order_index)]
        alarms += [
            *(row.p is not None and row.p < 0.05 for row in rows),
            scale(found, TEN).p < 0.05,
        ]
    assert (alarms / 100 <= 0.1).all(), alarms


def test_what_others_reckon_is_the_same() -> None:
    rng = np.random.default_rng(3)
    found, theory = table(people(rng, 80, 0.5)), distances(TEN)
    upper = np.triu_indices(10, 1)
    by_scipy = spearmanr(found[upper], -theory[upper]).statistic
    assert distance_agreement(found, theory).value == pytest.approx(by_scipy, abs=1e-12)
    assert cosine_agreement(found, theory).value == pytest.approx(
        np.corrcoef(found[upper], np.cos(theory[upper]))[0, 1], abs=1e-12
    )
    met = violated = 0
    cells = list(zip(found[upper], np.round(theory[upper], 9), strict=True))
    for (near, one), (far, other) in combinations(cells, 2):
        if one != other:
            right = (near > far) == (one < other)
            met, violated = met + right, violated + (not right)
    assert met + violated == 800
    assert order_index(found, theory).value == pytest.approx((met - violated) / 800, abs=1e-12)
    target = np.stack([np.cos(angles(TEN)), np.sin(angles(TEN))], axis=1)
    points = rng.normal(size=(10, 2))
    expected = procrustes(target, points)
    turned, phi = rotated(target, points)
    assert 1 - phi**2 == pytest.approx(expected[2], abs=1e-12) and turned == pytest.approx(expected[1], abs=1e-12)


def test_six_types_are_the_72_predictions_of_randall() -> None:
    theory = distances(ValueSet("six", "six", tuple("RIASEC"), tuple("RIASEC"), circular=True))
    apart = np.round(pairs(theory), 9)
    assert sum(one != other for one, other in combinations(apart, 2)) == 72
    assert order_index(-theory, theory).value == 1 and order_index(theory, theory).value == -1


def test_a_map_shows_distances_that_fit_into_a_plane() -> None:
    points = np.random.default_rng(4).normal(size=(10, 2))
    points -= points.mean(axis=0)
    apart = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    apart *= 1.9 / apart.max()
    drawn = scale(1 - apart**2 / 2, TEN)
    shown = np.sqrt(((drawn.points[:, None] - drawn.points[None]) ** 2).sum(-1))
    assert drawn.stress < 1e-3
    assert np.corrcoef(shown[np.triu_indices(10, 1)], apart[np.triu_indices(10, 1)])[0, 1] > 0.9999
    assert scale(1 - apart**2 / 2, TEN, ordinal=True).stress < 1e-3


def test_the_order_round_a_circle_has_no_start_and_no_direction() -> None:
    assert displacement([*range(4, 10), *range(4)]) == displacement([*range(9, -1, -1)]) == 0
    assert displacement([1, 0, *range(2, 10)]) == pytest.approx(0.2)


def test_the_wave_of_noise_is_what_the_closed_form_says() -> None:
    rng = np.random.default_rng(5)
    waves = [fit_wave(row, TEN) for row in rng.normal(size=(4000, 10))]
    explained = np.array([wave.r_squared for wave in waves if wave is not None], dtype=float)
    first = waves[0]
    assert first is not None and (round(first.noise_mean, 2), round(first.noise_95, 2)) == (0.22, 0.58)
    assert explained.mean() == pytest.approx(first.noise_mean, abs=0.01)
    assert np.quantile(explained, 0.95) == pytest.approx(first.noise_95, abs=0.02)
    chances = np.array([wave.p for wave in waves if wave is not None], dtype=float)
    assert np.mean(chances < 0.05) == pytest.approx(0.05, abs=0.012)
    planted = fit_wave(0.3 + 1.5 * np.cos(angles(TEN) - np.radians(70)), TEN)
    assert planted is not None and planted.peak is not None and planted.r_squared == pytest.approx(1)
    assert (planted.elevation, planted.amplitude, planted.peak) == pytest.approx((0.3, 1.5, 70.0))
    assert "more than" in planted.told


def _words(rng: np.random.Generator, circle: float) -> Floats:
    """Embeddings of three items a value whose meanings lie round the circle, more or less."""
    turn = angles(TEN)
    centres = circle * np.stack([np.cos(turn), np.sin(turn)], axis=1) @ rng.normal(size=(2, 24)) / 4
    centres += rng.normal(size=(10, 24)) / 4
    items = np.repeat(centres, 3, axis=0) + 0.1 * rng.normal(size=(30, 24)) + rng.normal(size=24)
    found, why = item_similarities(items, [value for value in TEN.dimensions for _ in range(3)], TEN)
    assert found is not None and not why
    return found


def test_a_circle_made_of_words_is_not_taken_for_values() -> None:
    rng = np.random.default_rng(6)
    theory = distances(TEN)
    naive = beyond = detected = 0
    for _ in range(60):
        words = _words(rng, 1.5)
        noise = rng.normal(size=(10, 10)) * 0.25
        reader = words + (noise + noise.T) / 2
        assert distance_agreement(words, theory).value is not None
        naive += (distance_agreement(reader, theory, rng).p or 1) < 0.05
        beyond += (beyond_words(reader, words, theory, rng).p or 1) < 0.05
        holder = 0.4 * words + np.cos(theory) + (noise + noise.T) / 2
        detected += (beyond_words(holder, words, theory, rng).p or 1) < 0.05
    assert naive / 60 > 0.9, "words alone look like a circle"
    assert beyond / 60 <= 0.09, beyond / 60
    assert detected / 60 > 0.9, detected / 60


def test_where_words_and_answers_cannot_be_told_apart_it_says_so() -> None:
    rng = np.random.default_rng(7)
    theory = distances(TEN)
    exact = beyond_words(table(people(rng, 50, 1.0)), -theory, theory, rng)
    assert exact.partial is None and exact.p is None and "exactly" in exact.why and "not told apart" in exact.told
    words = _words(rng, 1.0)
    assert beyond_words(words, words, theory, rng).why == "the answers follow the items exactly"
    none, why = item_similarities(np.ones((9, 4)), TEN.dimensions[:9], TEN)
    assert none is None and "universalism" in why
    same, why = item_similarities(np.ones((10, 4)), TEN.dimensions, TEN)
    assert same is None and "mean the same" in why
    gone, why = item_similarities(np.full((10, 4), np.nan), TEN.dimensions, TEN)
    assert gone is None and "no embedding" in why


def test_answers_that_a_curve_through_the_items_explains_are_no_circle() -> None:
    """Three levels of likeness, and answers that go up and down with them: nothing is left that could be a circle."""
    theory = distances(TEN)
    level = np.rint(theory * 10 / (2 * np.pi)).astype(int) % 3
    found = beyond_words(np.array([0.0, 0.2, 0.1])[level], 0.1 * level, theory, np.random.default_rng(0))
    assert found.partial is None and found.p is None and found.told.startswith("not told apart")
    assert found.explained is not None and found.explained < 0.9, "by a straight line alone"


def test_a_circle_that_is_not_told_from_the_items_is_not_said_to_be_none() -> None:
    unclear, clear = (BeyondWords(0.8, 0.5, 0.2, 0.6, p).told for p in (0.06, 0.04))
    assert unclear == "no circle is told from what the words of the items bring along"
    assert clear == "the circle is more than the words of the items"


def test_where_nothing_can_be_said_there_is_no_number() -> None:
    rng = np.random.default_rng(8)
    scores = people(rng, 30, 1.0)
    assert correlations(scores[:9], TEN)[1].startswith("9 respondents")
    assert correlations(scores[:, :9], TEN) == (None, "10 values are needed")
    flat = scores.copy()
    flat[:, 4] = 0.0
    assert correlations(flat, TEN) == (None, "respondents do not differ in power")
    holes = scores.copy()
    holes[:25, 2] = np.nan
    assert correlations(holes, TEN)[1].startswith("5 respondents")
    # Everybody holds one value above all others, which are alike to them: any map of these is where it was begun.
    alike = structure(Gathered(np.eye(10)), TEN, rng)
    assert (alike["why"], alike["map"]) == ("all pairs of values go together alike", None)
    even = distance_agreement(np.ones((10, 10)), distances(TEN), rng)
    assert even.value is None and even.p is None and even.why
    wave = fit_wave(np.full(10, 2.0), TEN)
    assert wave is not None and (wave.r_squared, wave.peak, wave.p) == (None, None, None) and "no wave" in wave.told
    assert fit_wave(np.array([1.0, 2, 3, 4, *[np.nan] * 6]), TEN) is None
