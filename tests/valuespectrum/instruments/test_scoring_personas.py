"""Alignment of personas with their targets, and the questionnaire, on respondents with known truth."""

from __future__ import annotations

import json
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr, spearmanr
from scoring_fixtures import LIKING, Truth, answers

from valuespectrum.instruments.battery import DIGITS
from valuespectrum.instruments.isq import questionnaire_scores
from valuespectrum.instruments.wordings.questionnaire import ISQ_RATINGS, ISQ_YES_NO
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.alignment import correlate
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES

OPTIONS = ScoringOptions(draws=300)
TARGET = dict.fromkeys(VALUES, 0.0) | {"power": 1.0, "achievement": 0.5, "universalism": -1.0}
NEAR = {value: float(np.sign(LIKING[value])) for value in VALUES}
"""What the bare model likes anyway."""
MOVED = dict.fromkeys(VALUES, 0.0) | {"stimulation": 1.0, "tradition": 0.5, "hedonism": -1.0}


def _obeying(shown: dict[str, float], obedience: float = 0.7) -> dict[str, float]:
    return {value: (1 - obedience) * LIKING[value] + obedience * 2 * shown[value] for value in VALUES}


def _run(**truth: float) -> pd.DataFrame:
    respondents = [(dict(LIKING), "none", 0), (_obeying(TARGET), "boss", 0), (_obeying(MOVED), "boss", 1)]
    return pd.concat(
        answers(Truth(liking=liking, clip_spread=0.3, **truth), clips=8, persona=persona, placebo=placebo,
                strategy="none" if persona == "none" else "simple")
        for liking, persona, placebo in respondents
    )  # fmt: skip


def test_a_persona_that_is_obeyed_aligns_with_its_target_and_its_placebo_does_not() -> None:
    scores = score_answers(_run(lean=0.5, noise=0.1), OPTIONS, {"boss": TARGET})
    (row,) = scores["personas"]
    assert row["aligned"] > 0.5 > row["placebo"]
    assert row["difference"] == pytest.approx(row["aligned"] - row["placebo"])
    assert 0 < row["difference_low"] <= row["difference"] + 1e-9
    assert row["gain"] == pytest.approx(row["aligned"] - row["bare"])
    assert row["moved"] == "closer"
    assert row["shift_aligned"] > row["shift_placebo"]
    json.dumps(scores, allow_nan=False)


def test_the_shift_from_the_bare_model_points_at_the_target() -> None:
    """Without noise the shift in log-odds is linear in target and own liking; the bare profile drops out of it."""
    scores = score_answers(_run(), OPTIONS, {"boss": TARGET})
    profiles = {(one["persona"], one["placebo"]): one["profile"] for one in scores["respondents"]}
    own = [profiles["none", False][value]["mean"] for value in VALUES]
    role = [profiles["boss", False][value]["mean"] for value in VALUES]
    goal = [TARGET[value] for value in VALUES]
    row = scores["personas"][0]
    assert row["aligned"] == pytest.approx(spearmanr(role, goal).statistic)
    assert row["shift_aligned"] == pytest.approx(spearmanr(np.subtract(role, own), goal).statistic)
    assert row["aligned_pearson"] == pytest.approx(pearsonr(role, goal).statistic)


def test_the_bare_model_is_at_the_top_level() -> None:
    table = _run()
    scores = score_answers(table.iloc[::-1], OPTIONS, {"boss": TARGET})
    assert (scores["persona"], scores["placebo"]) == ("none", False)
    assert len(scores["respondents"]) == 3


def test_a_persona_without_placebo_or_target_is_not_compared() -> None:
    table = _run()
    assert score_answers(table, OPTIONS)["personas"] == []
    (row,) = score_answers(table[table["placebo"] == 0], OPTIONS, {"boss": TARGET})["personas"]
    assert "placebo" not in row and row["aligned"] is not None
    assert row["gain"] is not None and row["moved"] is None  # the claim needs both comparisons


def test_the_summary_counts_by_intervals() -> None:
    """Of three, one is obeyed, one is ignored, and one makes its model do the contrary of what it asks for."""
    first = _run(noise=0.1)
    ignored = answers(Truth(clip_spread=0.3, noise=0.1), persona="ignored", strategy="simple", placebo=0)
    contrary = answers(
        Truth(liking=_obeying({value: -goal for value, goal in NEAR.items()}), clip_spread=0.3),
        persona="contrary", strategy="simple", placebo=0,
    )  # fmt: skip
    placebo = first[first["placebo"] == 1]
    table = pd.concat([first, ignored, contrary, *(placebo.assign(persona=name) for name in ("ignored", "contrary"))])
    scores = score_answers(table, OPTIONS, {"boss": TARGET, "ignored": TARGET, "contrary": NEAR})
    assert {row["persona"]: row["moved"] for row in scores["personas"]} == {
        "boss": "closer",
        "ignored": "unclear",
        "contrary": "away",
    }
    (summary,) = scores["persona_summary"]
    assert (summary["personas"], summary["moved_closer"], summary["moved_away"], summary["unclear"]) == (3, 1, 1, 1)
    gains = [row["gain"] for row in scores["personas"]]
    assert summary["gain"] == pytest.approx(np.mean(gains))
    assert summary["gain_low"] < summary["gain"] < summary["gain_high"]


def test_correlations_agree_with_scipy() -> None:
    rows = np.random.default_rng(0).normal(size=(6, 10)).round(1)
    target = np.array([TARGET[value] for value in VALUES])
    methods: tuple[tuple[Literal["spearman", "pearson"], Any], ...] = (("spearman", spearmanr), ("pearson", pearsonr))
    for method, outside in methods:
        expected = np.array([outside(row, target).statistic for row in rows])
        np.testing.assert_allclose(correlate(rows, target, method), expected)
    assert np.isnan(correlate(np.ones((1, 10)), target, "spearman")).all()


def _questionnaire(rating: int, yes: float, clips: int = 4) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for value in VALUES:
        for number in range(clips):
            place = {"value": value, "clip": f"{value}-{number}", "frame": "f", "polarity": 1, "text": "", "error": ""}
            for term in ISQ_RATINGS:
                chances = {f"log_probability_{digit}": -np.inf for digit in DIGITS}
                chances[f"log_probability_{rating}"] = np.log(0.5)
                rows.append(place | chances | {"item": term, "wording": term, "first": "", "parsed": str(rating)})
            for term in ISQ_YES_NO:
                for first, lean in (("yes", 0.1), ("no", -0.1)):
                    chances = {
                        "log_probability_yes": np.log(yes + lean) if yes + lean > 0 else -50.0,
                        "log_probability_no": np.log(1 - yes - lean) if yes + lean < 1 else -50.0,
                    }
                    rows.append(place | chances | {"item": term, "wording": term, "first": first, "parsed": "yes"})
    identity: dict[str, Any] = {"model": "m", "persona": "none", "strategy": "isq", "placebo": 0}
    return pd.DataFrame(rows).assign(**identity)


def test_questionnaire_terms_make_the_published_score() -> None:
    scores = questionnaire_scores(_questionnaire(9, 0.5), OPTIONS)
    assert scores["like"].to_numpy() == pytest.approx((40 + 10) / 60 * 100)
    assert (scores["interested"] == 1).all()
    assert questionnaire_scores(_questionnaire(0, 0.5), OPTIONS)["like"].to_numpy() == pytest.approx(10 / 60 * 100)


def test_ratings_are_expectations_over_digits() -> None:
    table = _questionnaire(9, 0.5)
    rated = table["item"].isin(ISQ_RATINGS)
    table.loc[rated, "log_probability_0"] = np.log(0.5)
    assert questionnaire_scores(table, OPTIONS)["like"].to_numpy() == pytest.approx((4 * 5 + 10) / 60 * 100)


def test_a_clip_with_a_term_that_was_not_answered_has_no_questionnaire_score() -> None:
    table = _questionnaire(5, 0.5)
    table.loc[(table["clip"] == "power-0") & (table["item"] == "visual_appeal"), "parsed"] = "no_picture"
    table.loc[(table["clip"] == "power-1") & (table["item"] == "action_desire"), "error"] = "timeout"
    table.loc[(table["clip"] == "power-2") & (table["item"] == "curiosity_stimulation"), "log_probability_5"] = -9.0
    table.loc[(table["clip"] == "power-3") & (table["item"] == "visual_appeal"), "log_probability_9"] = np.nan
    scored = set(questionnaire_scores(table, OPTIONS)["clip"])
    assert set(table["clip"]) - scored == {"power-0", "power-1", "power-2", "power-3"}


def test_a_refusal_in_words_does_not_take_a_rating_that_is_complete() -> None:
    table = _questionnaire(5, 0.5)
    plain = questionnaire_scores(table, OPTIONS)["like"].to_numpy()
    assert questionnaire_scores(table.assign(parsed="refusal"), OPTIONS)["like"].to_numpy() == pytest.approx(plain)


def test_a_constant_profile_has_no_alignment() -> None:
    flat = Truth(liking=dict.fromkeys(VALUES, 0.3))
    table = pd.concat(
        answers(flat, clips=5, persona=persona, placebo=placebo, strategy="none" if persona == "none" else "simple")
        for persona, placebo in (("none", 0), ("boss", 0), ("boss", 1))
    )
    noise = np.random.default_rng(1).normal(0, 1e-11, len(table))
    for shown in (table, table.assign(log_probability_yes=table["log_probability_yes"] + noise)):
        scores = score_answers(shown, OPTIONS, {"boss": TARGET})
        (row,) = scores["personas"]
        names = ("aligned", "placebo", "difference", "gain", "bare", "shift_aligned", "aligned_pearson", "moved")
        assert {row[name] for name in names} == {None}


def test_ratings_are_read_from_text_when_there_are_no_probabilities() -> None:
    table = _questionnaire(3, 0.5)
    table = table.drop(columns=[name for name in table if str(name).startswith("log_probability")])
    scores = questionnaire_scores(table, OPTIONS)
    assert scores["like"].to_numpy() == pytest.approx((4 * 30 / 9 + 20) / 60 * 100)


def test_questionnaire_respondents_get_a_profile_and_an_alignment() -> None:
    bare, role = _questionnaire(4, 0.5), _questionnaire(4, 0.5).assign(persona="boss")
    keen = role["value"].isin(["power", "achievement"]) & role["item"].isin(ISQ_YES_NO)
    role.loc[keen, "log_probability_yes"] = 0.0
    averse = (role["value"] == "universalism") & role["item"].isin(ISQ_YES_NO)
    role.loc[averse, "log_probability_no"] = 0.0
    scores = score_answers(pd.concat([bare, role]), OPTIONS, {"boss": TARGET})
    assert scores["instrument"] == "isq"
    assert scores["profile"]["power"]["log_odds"] is None
    (row,) = scores["personas"]
    assert row["aligned"] > 0.9 and row["shift_aligned"] > 0.9
    json.dumps(scores, allow_nan=False)


def test_questionnaire_answers_in_no_form_give_no_scores() -> None:
    table = _questionnaire(3, 0.5).assign(parsed="unparsed")
    read = [str(name) for name in table if str(name).startswith("log_probability")]
    table[read] = -9.0
    scores = score_answers(table, OPTIONS)
    assert all(row["status"] == "no clips" for row in scores["profile"].values())
    assert scores["unparsed_rate"] == 1.0
