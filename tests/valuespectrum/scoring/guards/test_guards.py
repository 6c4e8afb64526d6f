"""Guards speak when something is planted, and are silent when nothing is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.truth.cells import Asked, Planted, truth_and_cells
from bench.truth.guarded import (
    Trial,
    directional_trial,
    negation_trial,
    rate,
    refusal_trial,
    sameness_trials,
    silence_trial,
    wording_trial,
)
from valuespectrum.instruments.adaptive.guards import same_answer
from valuespectrum.instruments.portraits.guards import constant_numbers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.guards.directional import directional_share, response_orthogonality
from valuespectrum.scoring.guards.negation import negation
from valuespectrum.scoring.guards.negation_in_likeliest import negation_in_likeliest_texts, polychoric_likelihood
from valuespectrum.scoring.guards.negation_in_texts import negation_in_texts
from valuespectrum.scoring.guards.refusals import refusal_bounds, unequal_refusals
from valuespectrum.scoring.guards.sameness import FEWEST, constant_answers, one_answer, readout_mass, strong_leans
from valuespectrum.scoring.guards.ties import alignment_with_ceiling, ties
from valuespectrum.scoring.guards.wordings import clips_per_word, wording_agreement
from valuespectrum.scoring.readouts.evidence import POLARITY, Kind

MANY, FEW = 0.95, 0.05


@pytest.mark.parametrize("kind", ["log_probability", "samples", "sampled_text", "greedy_text"])
def test_ignored_negation_is_flagged_and_understood_is_not(kind: Kind) -> None:
    assert rate(negation_trial(Planted(understood=-1.0, lean=2.0), kind, 15), 20) >= MANY
    assert rate(negation_trial(Planted(lean=2.0), kind, 15), 20) <= FEW


@pytest.mark.parametrize("kind", ["log_probability", "samples", "sampled_text", "greedy_text"])
def test_negative_answers_that_ignore_the_picture_are_flagged(kind: Kind) -> None:
    assert rate(negation_trial(Planted(understood=0.0), kind, 15), 20) >= MANY


@pytest.mark.parametrize(("lean", "level"), [(2.0, 0.0), (-2.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, -2.0)])
def test_leans_and_general_liking_feign_no_misunderstanding_in_single_texts(lean: float, level: float) -> None:
    assert rate(negation_trial(Planted(lean=lean, level=level), "sampled_text", 15), 40) <= 2 * FEW
    ignored = Planted(lean=lean, level=level, understood=-1.0)
    assert rate(negation_trial(ignored, "sampled_text", 15), 20) >= (0.6 if lean == level else 0.9)


def test_slopes_of_single_texts_are_those_of_a_second_implementation() -> None:
    """Slopes on a fine grid over pictures, maximised without a gradient, say the same of one respondent."""
    from scipy.optimize import minimize
    from scipy.stats import binom, norm

    _, cells = truth_and_cells(Planted(understood=0.4), Asked("sampled_text", 1, 40), np.random.default_rng(3))
    yes, said = (each[0].sum(axis=2).reshape(-1, 4) for each in (cells.yes, cells.said))
    grid = np.linspace(-6, 6, 241)

    def loss(at: np.ndarray) -> float:
        tilt = [at[3], at[3], -at[4], -at[4]]
        level = [at[0] + at[2], at[0] - at[2], at[1] + at[2], at[1] - at[2]]
        chance = [1 / (1 + np.exp(-(one + slope * grid))) for one, slope in zip(level, tilt, strict=True)]
        each = np.prod([binom.pmf(yes[:, [at]], said[:, [at]], chance[at]) for at in range(4)], axis=0)
        return float(-np.log(each @ norm.pdf(grid) * (grid[1] - grid[0])).sum())

    end = minimize(loss, [0, 0, 0, 1, 0.5], method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-8})
    number = negation_in_texts(yes, said).number
    assert number == pytest.approx(end.x[4] / end.x[3], abs=0.01)


@pytest.mark.parametrize(("lean", "level"), [(2.0, 0.0), (-2.0, 0.0), (1.0, 1.0), (1.0, -1.0)])
def test_leans_and_general_liking_feign_no_misunderstanding_in_most_likely_texts(lean: float, level: float) -> None:
    assert rate(negation_trial(Planted(lean=lean, level=level), "greedy_text", 15), 40) <= FEW
    ignored = Planted(lean=lean, level=level, understood=-1.0)
    assert rate(negation_trial(ignored, "greedy_text", 15), 40) >= MANY


@pytest.mark.parametrize("lean", [0.0, 0.5, 1.0, 2.0, 4.0, -1.0])
@pytest.mark.parametrize("understood", [0.0, -1.0])
def test_most_likely_texts_whose_negation_is_ignored_tell_nothing(lean: float, understood: float) -> None:
    """A lean can hide that it is ignored: what is left must not pass for liking either."""
    assert rate(silence_trial(Planted(lean=lean, understood=understood), 15), 40) == 1.0
    if abs(lean) <= 1:
        assert rate(silence_trial(Planted(lean=lean), 15), 40) <= FEW


def test_what_lies_under_two_lists_is_that_of_a_second_implementation() -> None:
    """Chances of cells by scipy's bivariate normal distribution."""
    from scipy.special import ndtri
    from scipy.stats import multivariate_normal

    drawn = np.random.default_rng(4).multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 300)
    one, other = np.digitize(drawn[:, 0], [-0.5, 1.0]) / 2, np.digitize(drawn[:, 1], [1.2]) / 1.0
    first, second = (
        np.concatenate([[-9.0], ndtri(np.cumsum(np.bincount(np.unique(each, return_inverse=True)[1])) / 300)])
        for each in (one, other)
    )
    first[-1] = second[-1] = 9.0
    found = polychoric_likelihood(one, other)
    for place in (0, 49, 64, 98):
        r = np.linspace(-0.98, 0.98, 99)[place]
        under = multivariate_normal([0, 0], [[1, r], [r, 1]])
        expected = 0.0
        for row, of_one in enumerate(np.unique(one)):
            for column, of_other in enumerate(np.unique(other)):
                high, low = [first[row + 1], second[column + 1]], [first[row], second[column]]
                count = ((one == of_one) & (other == of_other)).sum()
                expected += count * np.log(max(under.cdf(high, lower_limit=low), 1e-12)) if count else 0.0
        assert found[place] == pytest.approx(expected, rel=2e-3)
    assert np.linspace(-0.98, 0.98, 99)[found.argmax()] == pytest.approx(0.6, abs=0.15)


def test_most_likely_texts_that_are_all_alike_say_nothing_of_negation() -> None:
    alike = negation_in_likeliest_texts(np.ones((150, 4)))
    assert (alike.state, alike.number) == ("unknown", None) and "do not tell" in alike.statement
    liked = (np.arange(150) % 3 == 0).astype(float)
    one_side = negation_in_likeliest_texts(np.stack([liked, liked, np.ones(150), np.ones(150)], axis=1))
    assert (one_side.state, one_side.number) == ("unknown", None) and "negative questions" in one_side.statement
    assert "fewer than 10" in negation_in_likeliest_texts(np.full((150, 4), np.nan)).statement
    rare = np.ones((40, 4))
    rare[0, :2], rare[1, 2:] = 0.0, 0.0
    guess = negation_in_likeliest_texts(rare)
    assert guess.state == "unknown" and guess.number is not None and "guess" in guess.statement


def test_few_single_texts_say_nothing_of_negation() -> None:
    none = np.zeros((40, 4))
    assert negation_in_texts(none, none).state == "unknown"
    alike = negation_in_texts(np.full((40, 4), 2.0), np.full((40, 4), 2.0))
    assert alike.state == "unknown" and "too few answers" in alike.statement
    one_side = np.tile([2.0, 2.0, 0.0, 0.0], (40, 1))
    assert "both polarities" in negation_in_texts(one_side, one_side).statement


def test_what_does_not_tell_pictures_apart_says_nothing_of_negation() -> None:
    flat = negation(np.random.default_rng(0).normal(0, 1, (150, 4)), shares=False)
    assert (flat.state, flat.number) == ("unknown", None) and "do not tell" in flat.statement
    assert negation(np.zeros((150, 4)), shares=True).state == "unknown"
    assert negation(np.zeros((3, 4)), shares=True).state == "unknown"


def test_a_lean_that_hides_negation_is_not_called_a_misunderstanding() -> None:
    liking = np.random.default_rng(0).uniform(0.1, 0.9, 100)
    answers = np.stack([liking, liking, np.ones(100), np.ones(100)], axis=1)
    assert negation(answers, shares=True).state == "unknown"
    assert negation(answers, shares=False).flagged


def test_selective_refusals_are_flagged() -> None:
    assert rate(refusal_trial(15, 0.3, 0.0), 20) >= MANY
    assert rate(refusal_trial(15, 0.3, 0.02), 40) >= 0.9
    assert rate(refusal_trial(40, 0.3, 0.05), 20) >= MANY


def test_refusals_alike_are_not_flagged() -> None:
    assert rate(refusal_trial(15, 0.0, 0.15), 60, seed=1) <= 0.1
    none = unequal_refusals(np.zeros(20), np.repeat([0, 1], 10), ["a", "b"], np.random.default_rng(0))
    assert (none.state, none.number) == ("holds", None)
    nothing = unequal_refusals(np.zeros(0), np.zeros(0, dtype=np.int64), ["a"], np.random.default_rng(0))
    assert nothing.state == "unknown"
    alone = unequal_refusals(np.array([0.0, 1.0, 0.5]), np.zeros(3, dtype=np.int64), ["a"], np.random.default_rng(0))
    assert alone.state == "unknown" and "one value was asked about" in alone.statement
    assert "50%" in alone.statement and "the same" not in alone.statement


def test_refused_clips_have_bounds() -> None:
    scores = np.array([[40.0, 60.0, np.nan, np.nan], [50.0, 50.0, 50.0, 50.0], [np.nan] * 4])
    asked = np.array([[True] * 4, [True] * 4, [False] * 4])
    bounds = refusal_bounds(scores, asked, (0.0, 100.0))
    assert bounds.low[:2] == pytest.approx([25.0, 50.0]) and bounds.high[:2] == pytest.approx([75.0, 50.0])
    assert bounds.centred_low[:2] == pytest.approx([-12.5, -12.5]) and np.isnan(bounds.low[2])
    assert bounds.centred_high[:2] == pytest.approx([12.5, 12.5])
    assert "50% of the clips of power were refused" in bounds.statement(0, "power") and not bounds.statement(1, "x")
    assert refusal_bounds(scores, asked).ends == (40.0, 60.0)
    few = np.vstack([scores[:2], [0.0, np.nan, np.nan, np.nan]])
    there = np.vstack([asked[:2], [True, True, False, False]])
    bounds = refusal_bounds(few, there, (0.0, 100.0), least=3)
    assert bounds.high[2] == 50.0 and np.isnan(bounds.centred_low[2]) and np.isnan(bounds.centred_high[2])
    # Two values have three clips, and are compared with each other alone.
    assert bounds.centred_low[:2] == pytest.approx([-12.5, -12.5])
    empty = refusal_bounds(np.full((2, 3), np.nan), np.ones((2, 3), dtype=bool))
    assert np.isnan(empty.low).all() and np.isnan(empty.high).all()


def test_bounds_hold_what_was_refused() -> None:
    generator = np.random.default_rng(2)
    full = generator.uniform(0, 100, (10, 15))
    refused = full < np.quantile(full, 0.3, axis=1, keepdims=True)
    bounds = refusal_bounds(np.where(refused, np.nan, full), np.ones(full.shape, dtype=bool), (0.0, 100.0))
    truth = full.mean(axis=1)
    assert ((bounds.low <= truth) & (truth <= bounds.high)).all()
    centred = truth - truth.mean()
    assert ((bounds.centred_low <= centred) & (centred <= bounds.centred_high)).all()


def test_wordings_that_disagree_are_flagged() -> None:
    assert rate(wording_trial(1.5, 15, 3), 20) >= 0.9
    assert rate(wording_trial(0.0, 15, 3), 20) <= FEW
    theta = np.random.default_rng(0).normal(size=(10, 5, 1))
    assert wording_agreement(theta).state == "unknown"
    assert wording_agreement(np.ones((10, 5, 2))).state == "unknown"
    assert wording_agreement(np.full((10, 5, 2), np.nan)).state == "unknown"


def test_noise_of_few_clips_is_no_disagreement() -> None:
    """Two wordings with one true profile: their observed correlation is low, their expected one is not."""
    generator = np.random.default_rng(1)
    found = []
    for _ in range(20):
        theta = generator.normal(0, 1, (10, 1, 1)) + generator.normal(0, 2.0, (10, 6, 2))
        found.append(wording_agreement(theta).flagged)
    assert np.mean(found) <= 0.25


def test_clips_of_few_words_are_flagged() -> None:
    many = [f"word {place}" for place in range(6)] * 2
    assert not clips_per_word([many, many], ["a", "b"]).flagged
    few = clips_per_word([many, ["same"] * 10 + many[:2]], ["a", "b"])
    assert few.flagged and "clips of b come from only 1.4 search words" in few.statement
    assert clips_per_word([[], []], ["a", "b"]).state == "unknown"


def test_models_told_apart_by_leans_are_flagged() -> None:
    assert rate(directional_trial(2.0, 20), 20) >= MANY
    assert rate(directional_trial(0.4, 20), 20) <= FEW
    exact = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    assert directional_share(exact, exact).number == 1.0 and directional_share(exact, -exact).number == 0.0
    assert directional_share(exact[:3], exact[:3]).state == "unknown"
    assert directional_share(np.ones((5, 1)), np.ones((5, 1))).state == "unknown"


def test_a_value_that_nobody_was_asked_about_hides_no_lean() -> None:
    generator = np.random.default_rng(3)
    positive, negative = generator.normal(size=(2, 6, 4)) + generator.normal(0, 2, (6, 1))
    whole = directional_share(positive, negative, 0.01)
    empty = np.full((6, 1), np.nan)
    assert directional_share(np.hstack([positive, empty]), np.hstack([negative, empty]), 0.01) == whole
    assert directional_share(np.repeat(empty, 4, axis=1), negative).state == "unknown"
    unsure = directional_share(positive, negative, float("nan"))
    assert (unsure.state, unsure.number) == ("unknown", None) and "noise" in unsure.statement


def test_balanced_questions_are_orthogonal_to_the_direction_of_response() -> None:
    assert response_orthogonality(np.ones((3, 4)), POLARITY).number == 1.0
    one_sided = response_orthogonality(np.array([1.0, 1.0, 0.0, 0.0]), POLARITY)
    assert one_sided.number == 0.0 and one_sided.flagged
    assert response_orthogonality(np.zeros(4), POLARITY).state == "unknown"


@pytest.mark.parametrize(("name", "trial", "should"), list(sameness_trials()))
def test_answers_that_say_little(name: str, trial: Trial, should: bool) -> None:
    assert (rate(trial, 3) > 0.5) is should, name


@pytest.mark.parametrize("other", ["3", "1"])
def test_a_number_below_zero_is_a_number_of_its_own(other: str) -> None:
    """Scales begin at -1, as that of the value survey: it is neither a word beside the numbers, nor the number 1."""
    said = ["-1", other] * 20
    answers = pd.DataFrame({"parsed": said, "text": [f"**{each}**" for each in said], "error": ""})
    found = one_answer(answers, ScoringOptions(), values_differ=True)
    assert (found.state, found.number) == ("holds", 0.5)
    assert one_answer(answers.assign(parsed="-1", text="-1"), ScoringOptions(), values_differ=True).flagged


def test_rounding_tells_neither_models_nor_wordings_apart() -> None:
    nearly = np.where(np.arange(10) % 2, 0.1 + 0.2, 0.3)
    wordings = wording_agreement(np.broadcast_to(nearly[:, None, None], (10, 5, 3)).copy())
    assert (wordings.state, wordings.number) == (
        "unknown",
        None,
    ) and "no wording tells values apart" in wordings.statement
    models = np.broadcast_to(nearly[:, None], (10, 4)).copy()
    between = directional_share(models, -models)
    assert (between.state, between.number) == ("unknown", None) and "beyond noise" in between.statement


def test_nothing_known_is_no_number() -> None:
    nothing = np.full(3, np.nan)
    for guard in (constant_answers, strong_leans, readout_mass, ties):
        finding = guard(nothing)
        assert (finding.state, finding.number) == ("unknown", None) and finding.statement
        assert finding.to_json()["number"] is None


def test_a_handful_of_answers_is_not_said_to_be_one_word_for_everything() -> None:
    for guard, few, enough in (
        (constant_answers, np.ones(FEWEST - 1), np.ones(FEWEST)),
        (constant_numbers, np.full(FEWEST - 1, 4.0), np.full(FEWEST, 4.0)),
        (same_answer, np.eye(6)[[3] * (FEWEST - 1)], np.eye(6)[[3] * FEWEST]),
    ):
        finding = guard(few)
        assert (finding.state, finding.number) == ("unknown", None) and "too few" in finding.statement
        assert guard(enough).flagged


def test_a_constant_profile_has_no_order() -> None:
    constant = ties(np.full(10, 50.0 + 1e-9))
    assert constant.flagged and "no order" in constant.statement
    assert not ties(np.arange(10.0)).flagged
    target = np.array([1.0, 1.0, 0.5, *[0.0] * 7])
    alignment, ceiling = alignment_with_ceiling(np.full(10, 50.0), target)
    assert alignment is None and ceiling == pytest.approx(0.809, abs=1e-3)
    assert alignment_with_ceiling(np.arange(10.0), np.zeros(10)) == (None, None)
    aligned, most = alignment_with_ceiling(np.arange(10.0)[::-1], target)
    assert aligned is not None and most is not None and aligned <= most + 1e-9


def test_no_share_is_told_as_none_or_all_that_is_neither() -> None:
    refused = np.zeros(1000)
    refused[0] = 1.0
    once = unequal_refusals(refused, np.repeat([0, 1], 500), ["power", "security"], np.random.default_rng(0))
    assert "under 1% of the asks" in once.statement
    assert constant_answers(np.repeat([1.0, 0.0], [999, 1])).statement.startswith("over 99% of the answers are yes")
    assert constant_answers(np.ones(1000)).statement.startswith("100% of the answers are yes")
