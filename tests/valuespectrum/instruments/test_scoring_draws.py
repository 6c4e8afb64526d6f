"""Drawn answers: what was not said counts for nothing, and what was said recovers planted liking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scoring_fixtures import LIKING, Truth, answers

from valuespectrum.instruments.battery import DIGITS
from valuespectrum.instruments.isq import questionnaire_scores
from valuespectrum.instruments.wordings.questionnaire import ISQ_RATINGS, ISQ_YES_NO
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions, clip_scores, judge
from valuespectrum.scoring.draws import CELLS, fit_cells
from valuespectrum.scoring.profile import differences
from valuespectrum.theory.values import VALUES

OPTIONS = ScoringOptions(draws=300)


def drawn(truth: Truth, draws: int, clips: int = 8, readable: float = 1.0, seed: int = 0) -> pd.DataFrame:
    """The same respondents, asked with samples; the rest of the draws says nothing."""
    table = answers(truth, clips=clips, seed=seed)
    generator = np.random.default_rng([seed, 5])
    chance = np.exp(table["log_probability_yes"]) / truth.mass
    said = generator.binomial(draws, readable, len(table))
    yes = generator.binomial(said, chance)
    counts = {"count_yes": yes, "count_no": said - yes, "count_unparsed": draws - said}
    most = np.where(draws - said > np.maximum(yes, said - yes), "unparsed", np.where(yes >= said - yes, "yes", "no"))
    return table.drop(columns=["log_probability_yes", "log_probability_no"]).assign(**counts, parsed=most)


@pytest.mark.parametrize("draws", [1, 5, 10])
@pytest.mark.parametrize("silent", ["unparsed", "refusal", "no_picture"])
def test_draws_that_say_nothing_are_no_score(draws: int, silent: str) -> None:
    """A prior of half a draw for each option once made 50.0 [50.0, 50.0] of five unreadable ones."""
    table = answers(Truth(), clips=4).drop(columns=["log_probability_yes", "log_probability_no"])
    nothing = table.assign(**{"count_yes": 0, "count_no": 0, f"count_{silent}": draws}, parsed=silent)
    scores = score_answers(nothing, OPTIONS)
    assert {(row["mean"], row["low"], row["status"]) for row in scores["profile"].values()} == {
        (None, None, "no clips")
    }
    assert (scores[f"{silent}_rate"], scores["low_mass_rate"], scores["readout"]) == (1.0, 1.0, "samples")


@pytest.mark.parametrize("draws", [1, 10])
def test_drawn_ratings_that_say_nothing_are_no_interest(draws: int) -> None:
    rows = []
    for clip in range(3):
        place = {"value": "power", "clip": f"c{clip}", "frame": "f", "polarity": 1, "error": "", "text": "Hmm."}
        rows += [place | {"item": term, "wording": term, "first": ""} for term in ISQ_RATINGS]
        rows += [place | {"item": term, "wording": term, "first": one} for term in ISQ_YES_NO for one in ("yes", "no")]
    table = pd.DataFrame(rows).assign(parsed="unparsed", **{f"count_{name}": 0 for name in (*DIGITS, "yes", "no")})
    rated = table["item"].isin(ISQ_RATINGS)
    table["count_yes"], table["count_unparsed"] = np.where(rated, 0, draws), np.where(rated, draws, 0)
    assert questionnaire_scores(table, OPTIONS).empty
    table.loc[rated, "count_9"], table.loc[rated, "count_unparsed"] = draws, 0
    assert questionnaire_scores(table, OPTIONS)["like"].to_numpy() == pytest.approx((40 + 20) / 60 * 100)


def test_readable_draws_count_whatever_the_others_said() -> None:
    table = drawn(Truth(), 400, clips=3, readable=0.3)
    scores = score_answers(table, OPTIONS)
    assert scores["unparsed_rate"] == pytest.approx(0.7, abs=0.01)
    for value in VALUES:
        assert scores["profile"][value]["log_odds"] == pytest.approx(LIKING[value], abs=0.15)
    few = score_answers(drawn(Truth(), 400, clips=3, readable=0.02), OPTIONS)
    assert few["low_mass_rate"] == 1.0 and few["profile"]["power"]["mean"] is None


def test_a_cell_without_a_readable_draw_takes_its_set_with_it() -> None:
    table = drawn(Truth(lean=2.0), 10, clips=3)
    lost = (table["wording"] == "watch") & (table["polarity"] == 1) & (table["first"] == "yes")
    table.loc[lost, ["count_yes", "count_no", "count_unparsed"]] = [0, 0, 10]
    clips = clip_scores(judge(table, OPTIONS))
    assert set(clips["answers"]) == {4}


def test_one_cell_is_the_log_odds_with_half_a_draw_added_when_effects_are_saturated() -> None:
    """With lean and order absent in the counts, the fit is that of two independent polarities."""
    yes, said = np.array([[8.0, 8.0, 2.0, 2.0]]), np.full((1, 4), 10.0)
    theta, lean, order = fit_cells(yes, said)[0]
    assert theta == pytest.approx(np.log(16 / 4), abs=0.15)
    assert (lean, order) == (pytest.approx(0.0, abs=1e-9), pytest.approx(0.0, abs=1e-9))
    assert np.isfinite(fit_cells(np.array([[1.0, 1.0, 1.0, 1.0], [5.0, 5.0, 0.0, 0.0]]), np.full((2, 4), 5.0))).all()
    assert fit_cells(np.empty((0, 4)), np.empty((0, 4))).shape == (0, 3)


def _fitted(liking: float, draws: int, lean: float, order: float, rounds: int, clips: int, seed: int) -> np.ndarray:
    """Liking of clips, shape (rounds, clips), from two wordings of so many draws; the spread of clips is .6."""
    generator = np.random.default_rng(seed)
    theta = liking + generator.normal(0, 0.6, (rounds, clips))
    chance = expit(theta[..., None] * CELLS[:, 0] + lean + order * CELLS[:, 2])
    yes = generator.binomial(2 * draws, chance).astype(float).reshape(-1, 4)
    return fit_cells(yes, np.full(yes.shape, 2.0 * draws))[:, 0].reshape(rounds, clips)


@pytest.mark.parametrize(
    ("draws", "lean", "order", "least"),
    [(10, 0.0, 0.0, 0.9), (10, 2.0, 0.3, 0.9), (10, 3.0, 0.3, 0.82), (5, 1.0, 1.5, 0.9)],
)
def test_intervals_cover_planted_liking_under_leans(draws: int, lean: float, order: float, least: float) -> None:
    """Averaging log-odds of single asks with a prior in each covered 65 % at a lean of two logits, 1 % at three."""
    theta = _fitted(1.0, draws, lean, order, rounds=200, clips=12, seed=7)
    half = 2.201 * theta.std(axis=1, ddof=1) / 12**0.5
    assert np.mean(np.abs(theta.mean(axis=1) - 1.0) <= half) >= least


@pytest.mark.parametrize("lean", [0.0, 2.0])
def test_values_that_do_not_differ_are_seldom_called_different(lean: float) -> None:
    """False alarms of the test over all values, with few draws."""
    theta = _fitted(0.5, 5, lean, 0.5, rounds=1000, clips=8, seed=3)
    tables = [
        pd.DataFrame({"value": np.repeat(VALUES, 8), "like": 100 * expit(rows.ravel())})
        for rows in theta.reshape(100, 10, 8)
    ]
    assert sum((differences(table)["p"] or 0.0) < 0.05 for table in tables) <= 12
