"""Answers that say little: a clear statement through ``score_answers``, never a number that looks fine."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scoring_fixtures import Truth, answers

from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.facets import findings
from valuespectrum.theory.values import VALUES

OPTIONS = ScoringOptions(draws=50)
LOGS = ["log_probability_yes", "log_probability_no"]


def scored(table: pd.DataFrame, options: ScoringOptions = OPTIONS) -> dict[str, Any]:
    scores = score_answers(table, options)
    json.dumps(scores, allow_nan=False)
    return scores


def numbers(scores: dict[str, Any], *names: str) -> set[object]:
    return {row.get(name) for row in scores["profile"].values() for name in names}


@pytest.mark.parametrize("draws", [1, 5])
def test_unreadable_draws_are_no_fifty(draws: int) -> None:
    nothing = {"count_yes": 0, "count_no": 0, "count_unparsed": draws}
    scores = scored(answers(Truth(), clips=4).drop(columns=LOGS).assign(**nothing, parsed="unparsed"))
    assert numbers(scores, "mean", "low", "high", "centred_log_odds", "rank") == {None}
    assert scores["identification"]["status"] == "not identifiable"
    assert scores["verdicts"] == ["liking is not identifiable: nothing that was said could be read"]


@pytest.mark.parametrize("word", ["yes", "no"])
@pytest.mark.parametrize("form", ["draws", "texts"])
def test_one_word_for_everything_is_no_profile(word: str, form: str) -> None:
    table = answers(Truth(clip_spread=0.5), clips=6).drop(columns=LOGS).assign(parsed=word)
    if form == "draws":
        table = table.assign(count_yes=10 * (word == "yes"), count_no=10 * (word == "no"))
    scores = scored(table)
    assert scores["identification"]["status"] == "not identifiable" and "weaker than the lean" in scores["verdicts"][0]
    assert numbers(scores, "mean", "centred_log_odds", "log_odds", "rank") == {None}
    assert numbers(scores, "status") == {"not identifiable"} and scores["differences"] is None
    assert scores["guards"]["constant"]["state"] == "flagged" and scores["n_units"] == 60


def test_all_refused_is_said() -> None:
    table = answers(Truth(), clips=4).drop(columns=LOGS).assign(parsed="refusal")
    scores = scored(table)
    assert scores["refusal_rate"] == 1.0 and numbers(scores, "mean") == {None}
    assert "every clip the same" in scores["guards"]["refusals"]["statement"]


def test_one_clip_a_value_has_no_interval_and_no_centre() -> None:
    scores = scored(answers(Truth(), clips=1))
    assert numbers(scores, "low", "centred_log_odds", "centred", "p_adjusted", "rank") == {None}
    assert numbers(scores, "status") == {"too few clips"} and scores["differences"]["p"] is None
    assert scores["covers"] == "", "no interval is there that could cover anything"


def test_one_wording_claims_nothing_about_others_unless_it_is_meant_alone() -> None:
    table = answers(Truth(clip_spread=0.5), clips=6)
    one = table[table["wording"] == "like"]
    scores = scored(one)
    assert numbers(scores, "centred_log_odds_why") == {findings.ONE_WORDING}
    assert numbers(scores, "centred_log_odds_low", "p_adjusted", "rank") == {None}
    assert "was not tested: one wording" in scores["verdicts"][0]
    assert any("--these-wordings" in note for note in scores["notes"]) and scores["covers"] == ""
    fixed = scored(one, ScoringOptions(draws=50, over_wordings=False))
    assert None not in numbers(fixed, "centred_log_odds_low", "p_adjusted")
    assert not any("--these-wordings" in note for note in fixed["notes"])
    assert "in the same wording" in fixed["covers"] and "It does not cover other wordings" in fixed["covers"]


def test_clips_that_all_answer_alike_have_no_interval() -> None:
    scores = scored(answers(Truth(), clips=5))
    assert numbers(scores, "centred_log_odds_why") == {findings.NO_SPREAD} and numbers(scores, "p") == {None}
    assert scores["covers"] == ""


def test_a_value_that_was_never_asked_about_is_left_out_of_the_centre() -> None:
    table = answers(Truth(clip_spread=0.5), clips=5)
    scores = scored(table[table["value"] != "power"])
    assert scores["profile"]["power"]["status"] == "no clips" and scores["centred_over"] == 9
    assert "power" in scores["notes"][0]


def test_not_a_number_is_no_answer() -> None:
    table = answers(Truth(clip_spread=0.5), clips=5)
    table.loc[table["clip"] == "power-0", LOGS] = np.nan
    scores = scored(table)
    assert scores["profile"]["power"]["n_clips"] == 4 and scores["n_unscored"] == 1


def test_clips_of_one_search_word_have_no_interval() -> None:
    table = answers(Truth(clip_spread=0.5), clips=6)
    words = np.where(table["value"] == "power", "throne", table["clip"])
    scores = scored(table.assign(keyword=words))
    assert scores["profile"]["power"]["centred_log_odds_why"] == findings.ONE_CLUSTER.format(cluster="search word")
    assert scores["profile"]["power"]["n_clusters"] == 1 and "other search words" in scores["covers"]
    assert scores["profile"]["security"]["centred_log_odds_low"] is not None
    assert scores["guards"]["words"]["state"] == "flagged" and "power" in scores["guards"]["words"]["statement"]


def test_negation_that_is_not_heard_is_no_profile() -> None:
    """Such a model answers negative questions as if they were positive: half of the liking cancels unseen."""
    table = answers(Truth(clip_spread=0.8, noise=0.1), clips=8)
    deaf = table["polarity"] < 0
    turned = table.loc[deaf, LOGS[::-1]].to_numpy()
    table.loc[deaf, LOGS] = turned
    scores = scored(table)
    assert scores["identification"]["status"] == "not identifiable" and "negation" in scores["verdicts"][0]
    assert scores["guards"]["negation"]["state"] == "flagged" and numbers(scores, "mean") == {None}


def test_refused_clips_have_bounds_and_unequal_refusals_are_flagged() -> None:
    table = answers(Truth(clip_spread=0.8, noise=0.1), clips=10)
    refused = (table["value"] == "power") & table["clip"].str[-1].isin(list("0123"))
    table.loc[refused, "parsed"] = "refusal"
    table.loc[refused, LOGS] = -9.0
    scores = scored(table)
    bounds = scores["refusal_bounds"]["power"]
    assert bounds["refused"] == pytest.approx(0.4) and set(scores["refusal_bounds"]) == {"power"}
    assert bounds["low"] < scores["profile"]["power"]["log_odds"] < bounds["high"]
    assert scores["guards"]["refusals"]["state"] == "flagged"
    assert any("40% of the clips of Power were refused" in note for note in scores["notes"])


def test_a_value_that_is_not_told_for_another_reason_is_not_said_to_be_refused() -> None:
    """Every draw about power agrees, which no log-odds come from; that one draw of ten refuses is not why."""
    table = answers(Truth(clip_spread=0.5), clips=6)
    yes = (9 * np.exp(table[LOGS[0]])).round()
    power = table["value"] == "power"
    yes = yes.where(~power, 9.0 * (table["polarity"] > 0))
    drawn = table.drop(columns=LOGS).assign(count_yes=yes, count_no=9 - yes, count_refusal=1)
    scores = scored(drawn)
    assert scores["profile"]["power"]["status"] == "not identifiable"
    assert scores["profile"]["security"]["status"] == "ok"
    assert scores["refusal_bounds"] == {} and not any("were refused" in note for note in scores["notes"])
    silent = {"count_yes": 0, "count_no": 0, "count_refusal": 10}
    refused = drawn.assign(**{name: drawn[name].where(~power, count) for name, count in silent.items()})
    assert scored(refused)["refusal_bounds"]["power"]["refused"] == 1.0


def test_much_of_what_tells_leaning_models_apart_is_said_to_be_a_lean() -> None:
    tables = [
        answers(Truth(lean=lean, clip_spread=0.4), clips=4, seed=seed, model=f"m{seed}")
        for seed, lean in enumerate((-2.0, -1.0, 0.0, 1.0, 2.5))
    ]
    (found,) = score_answers(pd.concat(tables), OPTIONS)["between_models"]["directional"].values()
    assert found["state"] == "flagged" and found["number"] > 0.8
    assert score_answers(tables[0], OPTIONS)["between_models"]["directional"]["log_probability"]["state"] == "unknown"


def test_every_value_is_there_whatever_was_said() -> None:
    assert set(scored(answers(Truth(), clips=1).iloc[:3])["profile"]) == set(VALUES)
