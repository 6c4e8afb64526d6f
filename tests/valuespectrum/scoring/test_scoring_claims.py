"""What may be claimed: intervals and verdicts on simulated respondents whose truth is known."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from scoring_fixtures import Truth, answers

from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.alignment import ceiling, correlate
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.facets import findings
from valuespectrum.scoring.pictures.bootstrap import interval
from valuespectrum.scoring.shares import effective_answers, exact_interval, share_row
from valuespectrum.theory.values import VALUES

OPTIONS = ScoringOptions(draws=300)
TARGET = np.array([0.0, -1.0, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])


def test_the_ceiling_is_the_best_order_of_all() -> None:
    target = np.array([1.0, 0.0, 0.0, -1.0, 0.0, 0.5, 0.0])
    orders = np.array(list(permutations(range(len(target)))), dtype=float)
    assert ceiling(target) == pytest.approx(correlate(orders, target).max())
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
    for nearly, whole in ((1e-12, 0.0), (1.0 - 1e-12, 1.0)):
        assert exact_interval(nearly, 9, 0.95) == pytest.approx(exact_interval(whole, 9, 0.95))


def test_answers_about_one_clip_are_not_taken_for_many() -> None:
    """Eight equal answers for each of twenty clips say as much as twenty answers."""
    hits = np.repeat([8.0, 0.0], [5, 15])
    assert effective_answers(hits, np.full(20, 8.0), 0.95) <= 20
    none = share_row(np.zeros(20), np.full(20, 8.0), 0.95)
    assert none["low"] == 0 and none["high"] == pytest.approx(exact_interval(0.0, 20, 0.95)[1])
    mixed = np.tile([4.0, 4.0, 5.0, 3.0], 5)
    assert 20 < effective_answers(mixed, np.full(20, 8.0), 0.95) <= 160
    # Shares that are one and the same are the limit of shares that are nearly so: as many as there are, never more.
    even = np.full(20, 4.0)
    nearly = even + np.eye(20)[0] - np.eye(20)[1]
    assert effective_answers(even, np.full(20, 8.0), 0.95) == effective_answers(nearly, np.full(20, 8.0), 0.95) == 160


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
    scores = score_answers(answers(Truth(), clips=4), OPTIONS)
    row = scores["profile"]["power"]
    assert (row["low"], row["high"], row["why"]) == (None, None, findings.NO_SPREAD)
    assert (row["centred_log_odds_low"], row["centred_log_odds_why"]) == (None, findings.NO_SPREAD)
    for rate in scores["rates"].values():
        assert rate["mean"] is None or rate["low"] < rate["high"]
    json.dumps(scores, allow_nan=False)


def test_personas_of_a_model_that_was_measured_nowhere_have_no_verdict() -> None:
    (row,) = score_answers(_roles(clips=1), OPTIONS, {"boss": dict(zip(VALUES, TARGET, strict=True))})["personas"]
    assert (row["verdict"], row["aligned"], row["pull"], row["ceiling"], row["values"]) == ("unknown", *[None] * 3, 0)
    assert row["shifts"] == {} and "fewer than 5 values" in row["why"]


def test_no_interval_in_the_scores_is_without_width() -> None:
    liking = dict.fromkeys(VALUES, 3.0) | {"power": -3.0, "tradition": -2.0}
    scores = score_answers(_roles(liking=liking), OPTIONS, {"boss": dict(zip(VALUES, TARGET, strict=True))})
    assert scores["personas"][0]["verdict"] == "not distinguishable"
    for low, high in _intervals(scores):
        assert low is None or (high is not None and low < high)


def _roles(clips: int = 8, **truth: Any) -> pd.DataFrame:
    """A model as itself, as one persona, and under five placebo texts, none of which it minds."""
    played = [("none", "none", 0), ("boss", "simple", 0), *((f"placebo-{n}", "simple", 1) for n in range(1, 6))]
    return pd.concat(
        answers(Truth(**truth), clips=clips, persona=name, strategy=strategy, placebo=placebo)
        for name, strategy, placebo in played
    )


def _intervals(document: object) -> list[tuple[float | None, float | None]]:
    """Every pair of ends in a document, however deep."""
    if isinstance(document, list):
        return [pair for each in document for pair in _intervals(each)]
    if not isinstance(document, dict):
        return []
    ends = [
        (document[key], document[f"{key[:-3]}high"])
        for key in document
        if key == "low" or (key.endswith("_low") and key != "rank_low")
    ]
    return ends + [pair for each in document.values() for pair in _intervals(each)]
