"""What may be claimed: intervals and verdicts on simulated respondents whose truth is known."""

from __future__ import annotations

import json
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import binomtest, spearmanr
from scoring_fixtures import LIKING, Truth, answers

from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.alignment import SAME_ORDER, align, ceiling, correlate, verdict
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.profile import Profile
from valuespectrum.scoring.resampling import NO_SPREAD, Floats, interval
from valuespectrum.scoring.shares import effective_answers, exact_interval, share_row
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

OPTIONS = ScoringOptions(draws=300)
OWN = np.array([LIKING[value] for value in VALUES])
TARGET = np.array([0.0, -1.0, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
OTHER = np.roll(TARGET, 3)
CLIPS = 10


class Simulation:
    """Profiles of one model as itself, in a role and in a placebo role, over the same clips and the same draws.

    A role is obeyed by a share: ``(1 - share) * own + share * 2 * target``; clips differ with a standard deviation of
    0.6 and every profile has noise of its own.
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng([seed, 11])
        self._clips = self._generator.normal(0, 0.6, (len(VALUES), CLIPS))
        self._draws = self._generator.multinomial(
            CLIPS, np.full(CLIPS, 1 / CLIPS), size=(OPTIONS.draws, len(VALUES))
        ) / CLIPS  # fmt: skip

    def profile(self, obeyed: float = 0.0, target: Floats = TARGET, shift: float = 0.0) -> Profile:
        theta = self._theta(obeyed, target)[:, None] + (1 - obeyed) * self._clips
        theta = theta + self._generator.normal(0, 0.1, theta.shape)
        like = 100 * expit(theta + self._generator.normal(0, shift, len(VALUES))[:, None] if shift else theta)
        counts, measured = np.full(len(VALUES), CLIPS), np.full(len(VALUES), True)
        return Profile(like.mean(axis=1), np.einsum("dvc,vc->dv", self._draws, like), counts, measured)

    def row(self, obeyed: float, placebo_obeyed: float, shift: float = 0.0) -> Json:
        target = dict(zip(VALUES, TARGET, strict=True))
        roles = self.profile(obeyed, TARGET, shift), self.profile(placebo_obeyed, OTHER)
        return align(roles[0], target, OPTIONS, roles[1], self.profile())

    @staticmethod
    def _theta(obeyed: float, target: Floats) -> Floats:
        return np.asarray((1 - obeyed) * OWN + obeyed * 2 * target)


def _true_gain(obeyed: float) -> float:
    """Over all clips there could be; adding noise of the same size to all values keeps their order."""
    moved, own = (spearmanr(Simulation._theta(share, TARGET), TARGET).statistic for share in (obeyed, 0.0))
    return float(moved - own)


@pytest.mark.parametrize("obeyed", [0.3, 0.6])
def test_the_interval_of_the_gain_covers_the_truth(obeyed: float) -> None:
    truth = _true_gain(obeyed)
    rows = [Simulation(seed).row(obeyed, 0.0) for seed in range(120)]
    covered = np.mean([row["gain_low"] - 1e-9 <= truth <= row["gain_high"] + 1e-9 for row in rows])
    assert covered >= 0.92


@pytest.mark.parametrize(("obeyed", "placebo"), [(0.0, 0.0), (0.0, 0.6)])
def test_a_persona_that_is_ignored_is_seldom_said_to_move(obeyed: float, placebo: float) -> None:
    """Also when the placebo pulls the model away from the target, so that the persona stands above it."""
    verdicts = [Simulation(seed).row(obeyed, placebo)["moved"] for seed in range(120)]
    assert verdicts.count("closer") <= 3
    assert verdicts.count("away") <= 6


def test_a_persona_that_is_obeyed_is_seen_to_move() -> None:
    verdicts = [Simulation(seed).row(0.5, 0.5)["moved"] for seed in range(60)]
    assert verdicts.count("closer") >= 54 and not verdicts.count("away")


def test_a_claim_needs_both_intervals() -> None:
    def row(gain: tuple[float, float] | None, difference: tuple[float, float] | None) -> Json:
        ends = {"gain": gain or (None, None), "difference": difference or (None, None)}
        return {
            key: end
            for name, (low, high) in ends.items()
            for key, end in ((name, 0.5), (f"{name}_low", low), (f"{name}_high", high), (f"{name}_why", ""))
        }

    assert verdict(row((0.1, 0.9), (0.1, 0.9))) == "closer"
    assert verdict(row((0.1, 0.9), (-0.1, 0.9))) == verdict(row((-0.1, 0.9), (0.1, 0.9))) == "unclear"
    assert verdict(row((-0.41, -0.21), (0.1, 0.9))) == verdict(row((-0.41, -0.21), None)) == "away"
    assert verdict(row(None, (0.1, 0.9))) == verdict(row((0.1, 0.9), None)) == "unclear"
    assert verdict({"gain": None, "difference": 0.5}) is None
    assert verdict({"gain": 0.5, "gain_low": 0.1, "gain_high": 0.9}) is None
    settled = row(None, (0.1, 0.9)) | {"gain_why": SAME_ORDER}
    assert verdict(settled) == "closer" and verdict(settled | {"gain": -0.5}) == "away"
    assert verdict(settled | {"gain": 0.0}) == verdict(settled | {"gain_why": NO_SPREAD}) == "unclear"


def test_the_ceiling_is_the_best_order_of_all() -> None:
    target = np.array([1.0, 0.0, 0.0, -1.0, 0.0, 0.5, 0.0])
    orders = np.array(list(permutations(range(len(target)))), dtype=float)
    assert ceiling(target) == pytest.approx(correlate(orders, target, "spearman").max())
    assert ceiling(np.array([1.0, 1.0, 0.5, *[0.0] * 7])) == pytest.approx(0.809, abs=5e-4)
    assert ceiling(np.arange(10.0)) == pytest.approx(1.0)
    assert np.isnan(ceiling(np.zeros(10))) and np.isnan(ceiling(np.array([1.0, 2.0])))


def test_shares_have_the_interval_of_clopper_and_pearson() -> None:
    for hits, answers_ in ((0, 12), (3, 12), (12, 12), (1, 400)):
        outside = binomtest(hits, answers_).proportion_ci(method="exact")
        assert exact_interval(hits / answers_, answers_, 0.95) == pytest.approx((outside.low, outside.high))
        apart = np.zeros(answers_)
        apart[:hits] = 1.0
        row = share_row(apart, np.ones(answers_), 0.95)
        assert (row["low"], row["high"]) == pytest.approx((outside.low, outside.high))
    assert share_row(np.zeros(3), np.zeros(3), 0.95)["mean"] is None


def test_answers_about_one_clip_are_not_taken_for_many() -> None:
    """Eight equal answers for each of twenty clips say as much as twenty answers."""
    hits = np.repeat([8.0, 0.0], [5, 15])
    assert effective_answers(hits, np.full(20, 8.0), 0.95) <= 20
    none = share_row(np.zeros(20), np.full(20, 8.0), 0.95)
    assert none["low"] == 0 and none["high"] == pytest.approx(exact_interval(0.0, 20, 0.95)[1])
    mixed = np.tile([4.0, 4.0, 5.0, 3.0], 5)
    assert 20 < effective_answers(mixed, np.full(20, 8.0), 0.95) <= 160


@pytest.mark.parametrize("share", [0.01, 0.2])
def test_intervals_of_shares_cover_the_truth(share: float) -> None:
    """Clips differ in how often they are refused (beta with the variance of a correlation of 0.3)."""
    generator = np.random.default_rng(5)
    strength = (1 - 0.3) / 0.3
    covered = 0
    for _ in range(400):
        hits = generator.binomial(8, generator.beta(share * strength, (1 - share) * strength, 40))
        row = share_row(hits.astype(float), np.full(40, 8.0), 0.95)
        covered += row["low"] <= share <= row["high"]
    assert covered >= 0.92 * 400


def test_a_number_that_no_draw_changes_has_no_interval_but_a_reason() -> None:
    assert np.isnan(interval(np.full(50, 0.809), 0.95, 8)).all()
    nearly = np.full(1000, 0.5)
    nearly[:3] = 0.4
    assert np.isnan(interval(nearly, 0.95, 8)).all()
    table = answers(Truth(), clips=4)
    scores = score_answers(table.drop(columns=["log_probability_yes", "log_probability_no"]), OPTIONS)
    row = scores["profile"]["power"]
    assert (row["low"], row["high"], row["why"]) == (None, None, NO_SPREAD)
    for rate in scores["rates"].values():
        assert rate["mean"] is None or rate["low"] < rate["high"]
    json.dumps(scores, allow_nan=False)


def test_personas_of_a_model_that_was_measured_nowhere_have_no_alignment() -> None:
    roles = [
        answers(Truth(), clips=1, persona=name, strategy=strategy, placebo=placebo)
        for name, strategy, placebo in (("none", "none", 0), ("boss", "simple", 0), ("boss", "simple", 1))
    ]
    (row,) = score_answers(pd.concat(roles), OPTIONS, {"boss": dict(zip(VALUES, TARGET, strict=True))})["personas"]
    assert (row["aligned"], row["gain"], row["ceiling"], row["moved"], row["values"]) == (None, None, None, None, 0)


def test_no_interval_in_the_scores_is_without_width() -> None:
    liking = dict.fromkeys(VALUES, 3.0) | {"power": -3.0, "tradition": -2.0}
    roles = [
        answers(Truth(liking=liking), persona=name, strategy=strategy, placebo=placebo)
        for name, strategy, placebo in (("none", "none", 0), ("boss", "simple", 0), ("boss", "simple", 1))
    ]
    scores = score_answers(pd.concat(roles), OPTIONS, {"boss": dict(zip(VALUES, TARGET, strict=True))})
    for low, high in _intervals(scores):
        assert low is None or (high is not None and low < high)


def _intervals(document: object) -> list[tuple[float | None, float | None]]:
    """Every pair of ends in a document, however deep."""
    if isinstance(document, list):
        return [pair for each in document for pair in _intervals(each)]
    if not isinstance(document, dict):
        return []
    ends = [
        (document[key], document[f"{key[:-3]}high"]) for key in document if key.endswith("low") and key != "rank_low"
    ]
    return ends + [pair for each in document.values() for pair in _intervals(each)]
