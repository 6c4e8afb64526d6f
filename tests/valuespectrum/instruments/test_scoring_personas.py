"""Alignment of personas with their targets, and the questionnaire, on respondents with known truth."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
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
TEXTS = 8


def _obeying(shown: dict[str, float], obedience: float = 0.7) -> dict[str, float]:
    return {value: (1 - obedience) * LIKING[value] + obedience * 2 * shown[value] for value in VALUES}


def _run(target: dict[str, float] = TARGET, texts: int = TEXTS, **truth: float) -> pd.DataFrame:
    """A model as itself, as a boss that it obeys, and under placebo texts that each shift every value a little."""
    generator = np.random.default_rng(0)
    shifted = [
        ({value: LIKING[value] + generator.normal(0, 0.2) for value in VALUES}, f"placebo-{number}", 1)
        for number in range(1, texts + 1)
    ]
    respondents = [(dict(LIKING), "none", 0), (_obeying(target), "boss", 0), *shifted]
    return pd.concat(
        answers(Truth(liking=liking, clip_spread=0.3, **truth), clips=4, persona=persona, placebo=placebo,
                strategy="none" if persona == "none" else "simple")
        for liking, persona, placebo in respondents
    )  # fmt: skip


def test_a_persona_that_is_obeyed_is_seen_to_move() -> None:
    scores = score_answers(_run(lean=0.5, noise=0.1), OPTIONS, {"boss": TARGET})
    (row,) = scores["personas"]
    assert (row["verdict"], row["placebo_texts"], row["values"], row["scale"]) == ("moved", TEXTS, 10, "log_odds")
    assert row["keep"] == pytest.approx(0.3, abs=0.1) and row["pull"] == pytest.approx(1.4, abs=0.2)
    assert 0 < row["beyond_low"] < row["beyond"] < row["beyond_high"]
    assert row["bare"] < row["aligned"] <= row["ceiling"]
    shift = row["shifts"]["power"]
    assert 0 < shift["low"] < shift["mean"] and shift["p"] < shift["p_adjusted"] < 0.05
    assert "placebo texts of the kind of these 8" in row["covers"] and "All cover other clips (4 a" in row["covers"]
    json.dumps(scores, allow_nan=False)


def test_keep_and_pull_are_those_of_the_log_odds_in_the_scores() -> None:
    scores = score_answers(_run(), OPTIONS, {"boss": TARGET})
    profiles = {one["persona"]: one["profile"] for one in scores["respondents"]}
    own, role = ([profiles[who][value]["log_odds"] for value in VALUES] for who in ("none", "boss"))
    goal = [TARGET[value] for value in VALUES]
    _, keep, pull = np.linalg.lstsq(np.column_stack([np.ones(10), own, goal]), np.array(role), rcond=None)[0]
    (row,) = scores["personas"]
    assert (row["keep"], row["pull"]) == (pytest.approx(keep), pytest.approx(pull))
    assert row["aligned"] == pytest.approx(spearmanr(role, goal).statistic)


def test_the_bare_model_is_at_the_top_level() -> None:
    scores = score_answers(_run().iloc[::-1], OPTIONS, {"boss": TARGET})
    assert (scores["persona"], scores["placebo"]) == ("none", False)
    assert len(scores["respondents"]) == 2 + TEXTS


@pytest.mark.parametrize(
    ("texts", "said"), [(0, "no placebo texts were"), (1, "one placebo text was"), (4, "4 placebo")]
)
def test_too_few_placebo_texts_cannot_tell(texts: int, said: str) -> None:
    assert score_answers(_run(texts=texts), OPTIONS)["personas"] == [], "no target"
    (row,) = score_answers(_run(texts=texts), OPTIONS, {"boss": TARGET})["personas"]
    assert row["verdict"] == "unknown" and said in row["why"] and row["pull"] is not None
    assert (row["beyond"], row["shifts"]) == (None, {})


def test_a_run_of_an_earlier_release_has_one_placebo_text_for_each_persona() -> None:
    """Its placebo goes by the name of the persona; those of other personas are not its own."""
    table = _run(texts=1)
    text = table[table["placebo"] == 1].assign(persona="boss")
    others = [text.assign(persona=f"other{number}") for number in range(6)]
    (row,) = score_answers(pd.concat([table[table["placebo"] == 0], text, *others]), OPTIONS, {"boss": TARGET})[
        "personas"
    ]
    assert row["verdict"] == "unknown" and row["why"].startswith("one placebo text was measured")


def test_only_texts_that_were_put_as_the_persona_is_count() -> None:
    table = _run()
    elsewhere = table.assign(strategy=table["strategy"].where(table["placebo"] == 0, "profile"))
    (row,) = score_answers(elsewhere, OPTIONS, {"boss": TARGET})["personas"]
    assert row["verdict"] == "unknown" and row["placebo_texts"] == 0


def test_a_model_that_minds_no_text_but_obeys_is_seen_to_move() -> None:
    """Placebo texts without any spread: what clips show stands in for it, or the limit of one that goes to nothing."""
    table = _run()
    bare = table[table["persona"] == "none"]
    still = [bare.assign(persona=f"placebo-{number}", strategy="simple", placebo=1) for number in range(1, 6)]
    boss = table[table["persona"] == "boss"]
    (row,) = score_answers(pd.concat([bare, boss, *still]), OPTIONS, {"boss": TARGET})["personas"]
    assert row["verdict"] == "moved" and 0 < row["beyond_low"] < row["beyond"]
    ignored = bare.assign(persona="boss", strategy="simple")
    (row,) = score_answers(pd.concat([bare, ignored, *still]), OPTIONS, {"boss": TARGET})["personas"]
    assert row["verdict"] == "not distinguishable"
    assert row["beyond_low"] is None and "exactly the same" in row["beyond_why"]


def test_a_role_that_refuses_clips_is_held_against_the_others_only() -> None:
    """It says what the bare model says, of all but the clips that are liked most: nothing has moved."""
    table = _run()
    bare = table[table["persona"] == "none"]
    table = table[table["persona"] != "boss"]
    liking = bare.assign(odds=bare["polarity"] * (bare["log_probability_yes"] - bare["log_probability_no"]))
    best = liking.groupby(["value", "clip"])["odds"].mean().reset_index().sort_values("odds").groupby("value").tail(1)
    choosy = bare[~bare["clip"].isin(best["clip"])].assign(persona="boss", strategy="simple")
    (row,) = score_answers(pd.concat([table, choosy]), OPTIONS, {"boss": TARGET})["personas"]
    assert (row["keep"], row["pull"]) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-9))


def test_the_summary_counts_verdicts_beside_what_chance_would_give() -> None:
    """Of three, one is obeyed, one is ignored, and one makes its model do the contrary of what it asks for."""
    table = _run(noise=0.1)
    own = {value: float(np.sign(LIKING[value])) for value in VALUES}
    ignored = table[table["persona"] == "placebo-1"].assign(persona="ignored", placebo=0)
    against = Truth(liking=_obeying({value: -goal for value, goal in TARGET.items()}), clip_spread=0.3)
    contrary = answers(against, clips=4, persona="contrary", strategy="simple", placebo=0)
    targets = {"boss": TARGET, "ignored": own, "contrary": TARGET}
    scores = score_answers(pd.concat([table, ignored, contrary]), OPTIONS, targets)
    assert {row["persona"]: row["verdict"] for row in scores["personas"]} == {
        "boss": "moved",
        "ignored": "not distinguishable",
        "contrary": "moved away",
    }
    (summary,) = scores["persona_summary"]
    counts = [summary[name] for name in ("personas", "moved", "moved_away", "not_distinguishable", "unknown")]
    assert counts == [3, 1, 1, 1, 0] and summary["expected_moved"] == pytest.approx(0.025)
    assert summary["share_moved_low"] < summary["share_moved"] < summary["share_moved_high"]
    assert summary["share_moved"] == pytest.approx(1 / 3)
    pulls = [row["pull"] for row in scores["personas"]]
    assert summary["pull"] == pytest.approx(np.mean(pulls)) and summary["pull_low"] < summary["pull"]
    assert summary["d_prime"] == {}


def test_rank_correlations_agree_with_scipy() -> None:
    rows = np.random.default_rng(0).normal(size=(6, 10)).round(1)
    target = np.array([TARGET[value] for value in VALUES])
    expected = np.array([spearmanr(row, target).statistic for row in rows])
    np.testing.assert_allclose(correlate(rows, target), expected)
    assert np.isnan(correlate(np.ones((1, 10)), target)).all()


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
    roles = [("none", 0), ("boss", 0), *((f"placebo-{number}", 1) for number in range(1, 6))]
    table = pd.concat(
        answers(flat, clips=5, persona=persona, placebo=placebo, strategy="none" if persona == "none" else "simple")
        for persona, placebo in roles
    )
    noise = np.random.default_rng(1).normal(0, 1e-11, len(table))
    for shown in (table, table.assign(log_probability_yes=table["log_probability_yes"] + noise)):
        (row,) = score_answers(shown, OPTIONS, {"boss": TARGET})["personas"]
        assert {row[name] for name in ("aligned", "bare", "keep", "pull", "beyond")} == {None}
        assert row["verdict"] == "unknown" and "likes all values alike" in row["why"]


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
    assert row["aligned"] > 0.9 and row["scale"] == "points"
    assert row["verdict"] == "unknown" and "likes all values alike" in row["why"]
    json.dumps(scores, allow_nan=False)


def test_questionnaire_answers_in_no_form_give_no_scores() -> None:
    table = _questionnaire(3, 0.5).assign(parsed="unparsed")
    read = [str(name) for name in table if str(name).startswith("log_probability")]
    table[read] = -9.0
    scores = score_answers(table, OPTIONS)
    assert all(row["status"] == "no clips" for row in scores["profile"].values())
    assert scores["unparsed_rate"] == 1.0
