"""Drawn answers: what was not said counts for nothing, and what was said recovers planted liking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scoring_fixtures import LIKING, Truth, answers

from valuespectrum.instruments.battery import DIGITS
from valuespectrum.instruments.isq import questionnaire_scores
from valuespectrum.instruments.wordings.questionnaire import ISQ_RATINGS, ISQ_YES_NO
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
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


def test_a_cell_without_a_readable_draw_costs_that_cell_alone() -> None:
    table = drawn(Truth(lean=1.0, clip_spread=0.4), 40, clips=6, seed=2)
    lost = (table["clip"].str.endswith("-0")) & (table["polarity"] == 1) & (table["first"] == "yes")
    table.loc[lost, ["count_yes", "count_no", "count_unparsed"]] = [0, 0, 40]
    scores = score_answers(table, OPTIONS)
    assert scores["identification"]["status"] == "identified" and scores["n_unscored"] == 0
    assert scores["bias"]["yes_lean"]["mean"] == pytest.approx(1.0, abs=0.15)
    for value in VALUES:
        assert scores["profile"][value]["n_answers"] == 46
        assert scores["profile"][value]["log_odds"] == pytest.approx(LIKING[value], abs=0.6)
