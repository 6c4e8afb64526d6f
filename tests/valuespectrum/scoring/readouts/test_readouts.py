"""Readouts find planted liking under leans, keep incomplete sets, and say in words what they cannot tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from scoring_fixtures import Truth, answers

from bench.truth.cells import CIRCLE, Asked, Planted, truth_and_cells
from bench.truth.one_set import fit_cells
from bench.truth.readouts import recover
from valuespectrum.scoring.cells import ScoringOptions, judge
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.readouts.counts import fit_counts
from valuespectrum.scoring.readouts.evidence import CELLS, POLARITY, Cells, Kind, cells_of, require_one_kind
from valuespectrum.scoring.readouts.identify import identify
from valuespectrum.scoring.readouts.liking import estimate_liking
from valuespectrum.scoring.readouts.log_odds import fit_log_odds
from valuespectrum.scoring.readouts.texts import fit_texts
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


def planted_cells(planted: Planted, asked: Asked, seed: int = 0) -> Cells:
    return truth_and_cells(planted, asked, np.random.default_rng(seed))[1]


def test_answers_are_spread_over_cells_as_they_were_given() -> None:
    judged = judge(answers(Truth(lean=1.0, order=0.4, clip_spread=0.5), clips=4), ScoringOptions())
    found = estimate_liking(cells_of(judged, VALUES))
    plain = judged.assign(theta=judged["polarity"] * judged["log_odds"]).groupby("value")["theta"].mean()
    assert found.effects.profile()[0] == pytest.approx(plain[list(VALUES)].to_numpy())
    assert found.effects.lean[0] == pytest.approx([1.0, 1.0]) and found.effects.order[0] == pytest.approx([0.4, 0.4])
    assert found.told[0].status == "identified" and found.kind == "log_probability"


def test_values_and_readouts_that_do_not_belong_are_refused() -> None:
    judged = judge(answers(Truth(), clips=2), ScoringOptions())
    with pytest.raises(InputError, match="unknown values: power"):
        cells_of(judged, [value for value in VALUES if value != "power"])
    mixed = judged.assign(readout=np.where(judged["value"] == "power", "text", judged["readout"]))
    with pytest.raises(InputError, match="several ways: log_probability, text"):
        cells_of(mixed, VALUES)
    with pytest.raises(InputError, match="single drawn texts with counted draws"):
        require_one_kind(["samples", "sampled_text", "samples"])
    assert require_one_kind(["samples", "samples"]) == "samples"


def test_a_complete_set_is_its_mean_contrast_whatever_the_leans() -> None:
    cells = planted_cells(Planted(lean=3.0, lean_sd=1.0), Asked(respondents=3))
    assert fit_log_odds(cells).theta == pytest.approx(cells.yes @ POLARITY / 4, abs=1e-9)


@pytest.mark.parametrize("lean_sd", [0.0, 0.5])
def test_incomplete_sets_are_kept_and_their_variance_is_honest(lean_sd: float) -> None:
    planted = Planted(lean=2.0, lean_sd=lean_sd)
    whole = planted_cells(planted, Asked(respondents=20))
    there = np.random.default_rng(1).random(whole.said.shape) >= 0.3
    cells = replace(whole, yes=np.where(there, whole.yes, 0.0), said=whole.said * there)
    found, full = fit_log_odds(cells), fit_log_odds(whole)
    lost = (~there.all(axis=-1)) & there.any(axis=-1)
    error = (found.theta - full.theta)[lost] ** 2
    assert np.isfinite(found.theta[there.any(axis=-1)]).all() and np.isnan(found.theta[~there.any(axis=-1)]).all()
    # Both share what the cells that are there say, so the difference varies by the difference of their variances.
    assert error.mean() == pytest.approx((found.variance - full.variance)[lost].mean(), rel=0.15)


def test_without_complete_sets_only_what_cancels_is_told() -> None:
    cells = planted_cells(Planted(), Asked(respondents=1))
    one_sided = replace(cells, said=cells.said * (POLARITY > 0))
    assert np.isnan(fit_log_odds(one_sided).theta).all()
    assert "both polarities" in identify(one_sided)[0].why


def test_order_that_changes_with_polarity_is_said() -> None:
    cells = planted_cells(Planted(), Asked(respondents=1))
    tied = replace(cells, said=cells.said * np.array([1, 0, 0, 1]))
    assert "changed together" in identify(tied)[0].why


def test_counts_agree_with_a_penalised_likelihood_of_our_own() -> None:
    """Firth's estimate is the mode of likelihood times Jeffreys' prior, found here by a general optimiser."""
    generator = np.random.default_rng(3)
    said = np.full((4, 4), 6.0)
    yes = generator.binomial(6, expit(CELLS @ np.array([0.7, 0.9, 0.3])), (4, 4)).astype(float)
    design = np.zeros((4, 4, 6))
    for clip in range(4):
        design[clip, :, clip] = POLARITY
    design[..., 4:] = CELLS[:, 1:]
    flat = design.reshape(16, 6)

    def loss(effects: np.ndarray) -> float:
        logit = flat @ effects
        likelihood = yes.ravel() @ log_expit(logit) + (said - yes).ravel() @ log_expit(-logit)
        weight = said.ravel() * expit(logit) * expit(-logit)
        return float(-likelihood - 0.5 * np.linalg.slogdet(flat.T @ (weight[:, None] * flat))[1])

    best = minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-8}).x
    found = fit_counts(Cells("samples", yes.reshape(1, 1, 4, 1, 4), said.reshape(1, 1, 4, 1, 4)))
    assert [*found.theta.ravel(), found.lean[0, 0], found.order[0, 0]] == pytest.approx(best, abs=1e-4)


def test_one_set_of_counts_is_fitted_as_before() -> None:
    yes, said = np.array([[7.0, 8.0, 3.0, 2.0]]), np.full((1, 4), 10.0)
    found = fit_counts(Cells("samples", yes.reshape(1, 1, 1, 1, 4), said.reshape(1, 1, 1, 1, 4)))
    assert [found.theta.item(), found.lean.item(), found.order.item()] == pytest.approx(fit_cells(yes, said)[0])


def test_texts_agree_with_a_marginal_likelihood_of_our_own() -> None:
    """Against Gauss-Hermite quadrature and a general optimiser; two values, one wording."""
    cells = planted_cells(Planted(lean=0.8, liking=CIRCLE, clip_sd=0.8), Asked("sampled_text", 1, 40, 1), seed=4)
    yes, said = cells.yes[0, :2, :, 0], cells.said[0, :2, :, 0]
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)

    def loss(effects: np.ndarray) -> float:
        theta = effects[:2, None] + np.exp(effects[4]) * nodes
        logit = POLARITY[:, None] * theta[:, None] + (effects[2] + effects[3] * CELLS[:, 2])[:, None]
        fits = yes @ log_expit(logit) + (said - yes) @ log_expit(-logit)
        return float(-np.log((np.exp(fits) * weights).sum(axis=-1)).sum())

    best = minimize(loss, np.zeros(5), method="BFGS").x
    found = fit_texts(Cells("sampled_text", cells.yes[:, :2], cells.said[:, :2]))
    assert found.profile()[0] == pytest.approx(best[:2], abs=0.02)
    assert [found.lean.item(), found.order.item()] == pytest.approx(best[2:4], abs=0.02)


def test_values_that_were_not_answered_about_are_not_said_to_be_answered_alike() -> None:
    """A value without clips, or whose clips were all refused, has no answers that could vary."""
    said = np.full((1, 3, 2, 1, 4), 10.0)
    said[:, 2] = 0.0
    varied = identify(Cells("samples", said / 2.0, said, ("power", "security", "hedonism")))[0]
    assert varied.status == "identified" and varied.values.tolist() == [True, True, False]
    assert "vary enough" not in varied.why
    alike = identify(Cells("samples", said, said, ("power", "security", "hedonism")))[0]
    assert alike.status == "not identifiable" and "for 2 of 2 values" in alike.why


@pytest.mark.parametrize(
    ("kind", "lean", "largest"), [("log_probability", 3.0, 0.26), ("samples", 2.0, 0.32), ("sampled_text", 1.0, 0.45)]
)
def test_planted_liking_is_recovered_under_leans(kind: Kind, lean: float, largest: float) -> None:
    now, then = recover(Planted(lean=lean, value_wording_sd=0.15), Asked(kind, 8, 15, 2), seed=5)
    assert now.rmse < largest and now.slope == pytest.approx(1.0, abs=0.1)
    assert now.coverage >= 0.85 and now.lean == pytest.approx(lean, abs=0.15) and now.identified >= 0.75
    assert kind != "sampled_text" or abs(now.slope - 1) < abs(then.slope - 1)


def test_unreadable_draws_are_no_number() -> None:
    shape = (1, 10, 3, 2, 4)
    found = estimate_liking(Cells("samples", np.zeros(shape), np.zeros(shape), VALUES))
    assert np.isnan(found.effects.theta).all() and np.isnan(found.effects.lean).all() and np.isnan(found.shares).all()
    assert (found.told[0].status, found.told[0].why) == ("not identifiable", "nothing that was said could be read")


@pytest.mark.parametrize("kind", ["samples", "sampled_text", "greedy_text"])
@pytest.mark.parametrize(("lean", "word"), [(12.0, "yes"), (-12.0, "no")])
def test_one_word_always_is_no_liking(kind: Kind, lean: float, word: str) -> None:
    found = estimate_liking(planted_cells(Planted(lean=lean), Asked(kind, 1)))
    assert np.isnan(found.effects.theta).all() and found.told[0].status == "not identifiable"
    assert np.isnan(found.effects.lean).all()
    assert f"100% of the answers are {word}" in found.told[0].why and "weaker than the lean" in found.told[0].why


def test_nearly_all_answers_are_not_called_all_of_them() -> None:
    said = np.full((1, 10, 3, 2, 4), 10.0)
    yes = said.copy()
    yes[0, 0, 0, 0, 0] = 9.0
    (found,) = identify(Cells("samples", yes, said, VALUES))
    assert found.status == "not identifiable" and found.why.startswith("over 99% of the answers are yes")


def test_liking_beyond_counting_is_not_bounded_by_a_prior() -> None:
    liking = np.where(np.arange(10) % 2, 9.0, -9.0)
    found = estimate_liking(planted_cells(Planted(liking=liking), Asked("samples", 1)))
    assert np.isnan(found.effects.theta).all() and "stronger than can be counted" in found.told[0].why


def test_a_value_without_evidence_is_left_out_by_name() -> None:
    liking = np.where(np.arange(10) == 3, 9.0, 0.3)
    found = estimate_liking(planted_cells(Planted(liking=liking), Asked("samples", 1)))
    assert found.told[0].status == "identified" and VALUES[3] in found.told[0].why
    assert np.isnan(found.effects.theta[0, 3]).all() and np.isfinite(np.delete(found.effects.theta[0], 3, 0)).all()


def test_most_likely_texts_tell_an_order_at_best() -> None:
    found = estimate_liking(planted_cells(Planted(liking=CIRCLE), Asked("greedy_text", 1, 20)))
    assert found.told[0].status == "order only" and np.isnan(found.effects.theta).all()
    assert np.corrcoef(found.shares[0], CIRCLE)[0, 1] > 0.8
    strong = estimate_liking(planted_cells(Planted(lean=4.0, liking=CIRCLE), Asked("greedy_text", 1, 20)))
    assert strong.told[0].status == "not identifiable"


@pytest.mark.parametrize("kind", ["log_probability", "samples", "sampled_text"])
def test_negation_that_is_not_heard_is_no_liking(kind: Kind) -> None:
    found = estimate_liking(planted_cells(Planted(understood=-1.0, lean=0.5), Asked(kind, 1)))
    assert found.told[0].status == "not identifiable" and "negation is not understood" in found.told[0].why
    assert np.isnan(found.effects.theta).all()
    assert (np.isfinite(found.effects.lean) == (kind == "log_probability")).all()


def test_wording_effects_are_found() -> None:
    cells = planted_cells(Planted(), Asked(respondents=1, wordings=2))
    warmer = replace(cells, yes=cells.yes + np.array([1.0, -1.0])[:, None] * 0.4 * POLARITY)
    effect, error = fit_log_odds(warmer).wording_effects()
    assert effect[0] == pytest.approx([0.4, -0.4], abs=0.1) and (error > 0).all()
    assert np.isnan(fit_log_odds(planted_cells(Planted(), Asked(respondents=1, wordings=1))).wording_effects()[0]).all()


def test_means_of_what_is_known() -> None:
    assert mean_over(np.array([[1.0, np.nan], [np.nan, np.nan]]), 1) == pytest.approx([1.0, np.nan], nan_ok=True)
