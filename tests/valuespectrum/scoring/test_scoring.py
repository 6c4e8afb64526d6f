"""Scores of respondents with known truth, checked against that truth and against scipy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import norm, t
from scoring_fixtures import LIKING, Truth, answers

from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.answered.leans import lean_terms
from valuespectrum.scoring.answered.sets import answered_sets
from valuespectrum.scoring.cells import ScoringOptions, judge
from valuespectrum.scoring.facets.findings import NO_SPREAD, ONE_WORDING
from valuespectrum.scoring.pictures.bootstrap import interval, stretch
from valuespectrum.scoring.rates import answer_rates
from valuespectrum.scoring.recovery import compare_to_planted
from valuespectrum.scoring.units import Units
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

OPTIONS = ScoringOptions(draws=500)
PLANTED = {value: 100 * float(expit(theta)) for value, theta in LIKING.items()}


@settings(max_examples=12, deadline=None)
@given(lean=st.floats(-3, 3), order=st.floats(-3, 3), mass=st.floats(0.2, 1.0))
def test_liking_is_recovered_whatever_the_response_biases(lean: float, order: float, mass: float) -> None:
    scores = score_answers(answers(Truth(lean=lean, order=order, mass=mass), clips=2), ScoringOptions(draws=20))
    for value in VALUES:
        assert scores["profile"][value]["mean"] == pytest.approx(PLANTED[value], abs=1e-6)
        assert scores["profile"][value]["log_odds"] == pytest.approx(LIKING[value], abs=1e-6)
    assert scores["bias"]["yes_lean"]["mean"] == pytest.approx(lean, abs=1e-6)
    assert scores["bias"]["order_gap"]["mean"] == pytest.approx(order, abs=1e-6)


def test_scores_are_plain_json_and_repeat_exactly() -> None:
    table = answers(Truth(clip_spread=0.5), clips=5)
    first, second = (score_answers(table, OPTIONS) for _ in range(2))
    assert json.loads(json.dumps(first, allow_nan=False)) == first == second
    row = first["profile"]["power"]
    assert row["low"] < row["mean"] < row["high"]
    assert row["n_clips"] == 5 and row["n_answers"] == 40
    assert {"profile", "bias", "refusal_rate", "unparsed_rate"} <= set(first)


def test_scores_do_not_depend_on_the_order_of_rows() -> None:
    table = answers(Truth(clip_spread=0.5), clips=4)
    shuffled = table.sample(frac=1, random_state=3)
    one, other = score_answers(table, OPTIONS)["profile"], score_answers(shuffled, OPTIONS)["profile"]
    for value in VALUES:
        assert one[value].pop("rank_chances") == pytest.approx(other[value].pop("rank_chances"), abs=0.02)
        assert one[value] == pytest.approx(other[value])


@pytest.mark.parametrize("clips", [3, 6, 20])
def test_for_a_mean_of_normal_clips_the_interval_is_as_wide_as_students(clips: int) -> None:
    sample = np.random.default_rng(clips).normal(size=clips)
    plain = 2 * -norm.ppf(0.025) * sample.std() / np.sqrt(clips)
    low, high = t.interval(0.95, df=clips - 1, scale=sample.std(ddof=1) / np.sqrt(clips))
    assert stretch(0.95, clips) * plain == pytest.approx(high - low)


def test_intervals_stay_on_the_scale() -> None:
    effects = {f"{value}-{number}": 4.0 * (number == 0) for value in VALUES for number in range(3)}
    keen = answers(Truth(liking=dict.fromkeys(VALUES, 3.0)), clips=3, effects=effects)
    assert all(0 <= row["low"] <= row["high"] <= 100 for row in score_answers(keen, OPTIONS)["profile"].values())


def test_answers_of_one_clip_do_not_count_as_independent() -> None:
    """Doubling the answers about the same clips must not narrow the intervals."""
    effects = {f"{value}-{number}": (-1) ** number * 1.0 for value in VALUES for number in range(6)}
    table = answers(Truth(), clips=6, effects=effects)
    more = pd.concat([table, table.assign(wording=table["wording"] + "-again")])
    once, twice = (score_answers(each, OPTIONS)["profile"]["security"] for each in (table, more))
    assert twice["n_answers"] == 2 * once["n_answers"]
    for scale in ("", "centred_log_odds_"):
        assert twice[f"{scale}high"] - twice[f"{scale}low"] == pytest.approx(once[f"{scale}high"] - once[f"{scale}low"])


def test_centred_scores_sum_to_zero_and_ignore_the_level() -> None:
    table = answers(Truth(clip_spread=0.4), clips=6)
    scores = score_answers(table, OPTIONS)
    rows = scores["profile"]
    assert sum(row["centred_log_odds"] for row in rows.values()) == pytest.approx(0.0, abs=1e-9)
    for row in rows.values():
        assert row["centred_low"] <= row["centred"] <= row["centred_high"]
        assert row["centred"] == pytest.approx(row["mean"] - scores["overall"]["mean"])
        excluded = [row[f"{name}_low"] > 0 or row[f"{name}_high"] < 0 for name in ("centred", "centred_log_odds")]
        assert excluded[0] == excluded[1] == (row["p"] < 0.05)


def test_ranks_are_certain_when_clips_agree_and_wide_when_nothing_differs() -> None:
    apart = score_answers(answers(Truth(clip_spread=0.01), clips=6), OPTIONS)["profile"]
    order = sorted(VALUES, key=lambda value: -PLANTED[value])
    assert [apart[value]["rank"] for value in order] == list(range(1, 11))
    assert all(row["rank_low"] == row["rank"] == row["rank_high"] for row in apart.values())
    flat = Truth(liking=dict.fromkeys(VALUES, 0.3), clip_spread=1.0)
    level = score_answers(answers(flat, clips=6), OPTIONS)
    widths = [row["rank_high"] - row["rank_low"] for row in level["profile"].values()]
    assert np.mean(widths) > 5
    some = score_answers(answers(Truth(clip_spread=0.5), clips=6), OPTIONS)
    assert level["differences"]["p"] > 0.01 > some["differences"]["p"]
    assert "no preference for pictures" in level["verdicts"][0] and some["verdicts"][0].startswith("likes pictures of")
    assert all("acts" not in verdict for verdict in some["verdicts"])


def test_a_refusal_is_never_a_dislike() -> None:
    table = answers(Truth(), clips=4)
    silent = table["clip"] == "power-0"
    table.loc[silent, ["parsed", "text"]] = ["refusal", "I cannot answer that."]
    table.loc[silent, ["log_probability_yes", "log_probability_no"]] = np.log([1e-4, 0.02])
    scores = score_answers(table, OPTIONS)
    assert scores["profile"]["power"]["mean"] == pytest.approx(PLANTED["power"], abs=1e-6)
    assert scores["profile"]["power"]["n_clips"] == 3
    assert scores["refusal_rate"] == pytest.approx(8 / len(table))
    assert scores["refusal_by_value"]["power"] == pytest.approx(0.25)
    assert scores["n_unscored"] == 1


def test_failed_asks_do_not_thin_out_refusals() -> None:
    """What never came back was neither refused nor not: the rate leaves it out, and so do shares by value."""
    table = answers(Truth(), clips=4)
    refused, failed = table["clip"] == "power-0", table["clip"] == "power-1"
    table.loc[refused, ["parsed", "text"]] = ["refusal", "I cannot answer that."]
    table.loc[refused, ["log_probability_yes", "log_probability_no"]] = np.log([1e-4, 0.02])
    table.loc[failed, ["parsed", "text", "error"]] = ["", "", "it broke"]
    table.loc[failed, ["log_probability_yes", "log_probability_no"]] = np.nan
    scores, without = score_answers(table, OPTIONS), score_answers(table[~failed], OPTIONS)
    assert scores["refusal_by_value"]["power"] == pytest.approx(1 / 3)
    assert scores["refusal_rate"] == without["refusal_rate"] == pytest.approx(8 / 312)
    assert scores["guards"]["refusals"] == without["guards"]["refusals"]


def test_complete_log_probabilities_win_over_the_words_of_a_refusal() -> None:
    """Negative sentences ("I would not ...") once dropped out where positive ones stayed, and raised the score."""
    table = answers(Truth(mass=0.5), clips=4)
    table.loc[(table["polarity"] == 1) & (table["log_probability_yes"] < np.log(0.25)), "parsed"] = "refusal"
    scores = score_answers(table, OPTIONS)
    for value in VALUES:
        assert scores["profile"][value]["mean"] == pytest.approx(PLANTED[value], abs=1e-6)
    assert scores["n_unscored"] == 0 and scores["refusal_rate"] > 0.2


def test_an_answer_about_no_picture_never_counts() -> None:
    table = answers(Truth(), clips=4)
    blind = table["clip"] == "power-0"
    table.loc[blind, ["parsed", "text"]] = ["no_picture", "No image was provided."]
    for shown in (table, table.drop(columns=["log_probability_yes", "log_probability_no"])):
        scores = score_answers(shown, OPTIONS)
        assert scores["profile"]["power"]["n_clips"] == 3
        assert (scores["no_picture_rate"], scores["refusal_rate"]) == (pytest.approx(8 / len(table)), 0.0)


@pytest.mark.parametrize(("lean", "order"), [(30.0, 0.0), (19.5, 0.0), (-25.0, 5.0)])
def test_strong_leans_cancel_as_weak_ones_do(lean: float, order: float) -> None:
    """Log-odds were cut at 20 before they were averaged, and took the liking with them."""
    table = answers(Truth(), clips=2)
    theta = table["value"].map(LIKING)
    odds = table["polarity"] * theta + lean + order * np.where(table["first"] == "yes", 1, -1)
    table["log_probability_yes"], table["log_probability_no"] = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    scores = score_answers(table, ScoringOptions(draws=20))
    assert scores["profile"]["power"]["mean"] == pytest.approx(PLANTED["power"], abs=1e-6)
    assert scores["bias"]["yes_lean"]["mean"] == pytest.approx(lean)


def test_a_probability_of_zero_is_no_reason_to_fail() -> None:
    table = answers(Truth(), clips=4)
    table.loc[table.index[0], "log_probability_no"] = -np.inf
    table.loc[table.index[8:12], ["log_probability_yes", "log_probability_no"]] = -np.inf
    json.dumps(scores := score_answers(table, OPTIONS), allow_nan=False)
    assert scores["n_unscored"] == 0 and scores["low_mass_rate"] == pytest.approx(4 / len(table))


@pytest.mark.parametrize("spoil", ["low_mass", "error", "no_picture"])
def test_a_wording_that_never_has_all_four_cells_says_nothing(spoil: str) -> None:
    """A lost cell would otherwise let the lean towards yes into the score."""
    table = answers(Truth(lean=2.0), clips=4)
    lost = (table["wording"] == "watch") & (table["polarity"] == 1) & (table["first"] == "yes")
    if spoil == "low_mass":
        table.loc[lost, ["log_probability_yes", "log_probability_no"]] = np.log(0.01)
    else:
        table.loc[lost, "parsed" if spoil == "no_picture" else "error"] = spoil
    scores = score_answers(table, OPTIONS)
    assert scores[f"{spoil}_rate"] == pytest.approx(1 / 8)
    for value in VALUES:
        assert scores["profile"][value]["mean"] == pytest.approx(PLANTED[value], abs=1e-6)
        assert scores["profile"][value]["centred_log_odds_why"] in (NO_SPREAD, ONE_WORDING)


def test_an_incomplete_set_is_kept_and_its_lean_is_that_of_its_wording() -> None:
    table = answers(Truth(lean=2.0), clips=4)
    scores = score_answers(table.drop(table.index[0]), OPTIONS)
    assert scores["n_unscored"] == 0 and scores["profile"][VALUES[0]]["n_answers"] == 31
    for value in VALUES:
        assert scores["profile"][value]["mean"] == pytest.approx(PLANTED[value], abs=1e-6)


def test_values_without_enough_clips_are_named_not_invented() -> None:
    table = answers(Truth(), clips=4)
    few = (table["value"] == "power") & ~table["clip"].isin(["power-0", "power-1"])
    table = table[~few & (table["value"] != "hedonism")]
    scores = score_answers(table, OPTIONS)
    rows = scores["profile"]
    assert rows["hedonism"]["status"] == "no clips" and rows["hedonism"]["mean"] is None
    assert rows["power"]["status"] == "too few clips" and rows["power"]["mean"] == pytest.approx(PLANTED["power"])
    assert [rows[value][key] for value in ("power", "hedonism") for key in ("low", "centred", "rank")] == [None] * 6
    told = [row["centred_log_odds"] for row in rows.values() if row["status"] == "ok"]
    assert len(told) == 8 and sum(told) == pytest.approx(0.0, abs=1e-9)
    assert scores["centred_over"] == 8
    assert "hedonism" in scores["notes"][0] and "power" in scores["notes"][0]


def test_nothing_usable_gives_empty_scores_and_full_rates() -> None:
    table = answers(Truth(mass=0.001), clips=3)
    scores = score_answers(table, OPTIONS)
    assert scores["low_mass_rate"] == 1.0
    assert all(row["mean"] is None and row["status"] == "no clips" for row in scores["profile"].values())
    json.dumps(scores, allow_nan=False)


def test_text_alone_tells_the_order_and_no_number() -> None:
    table = answers(Truth(clip_spread=1.0), clips=8).drop(columns=["log_probability_yes", "log_probability_no"])
    table.loc[table.index[0], "parsed"] = "unparsed"
    scores = score_answers(table, OPTIONS)
    assert (scores["readout"], scores["evidence"]) == ("text", "greedy_text")
    assert scores["identification"]["status"] == "order only" and "order of values only" in scores["verdicts"][0]
    assert {row["status"] for row in scores["profile"].values()} == {"order only"}
    assert {row[name] for row in scores["profile"].values() for name in ("mean", "low", "centred")} == {None}
    shares = {value: row["liking_share"] for value, row in scores["profile"].items()}
    first = max(VALUES, key=lambda value: PLANTED[value])
    assert shares[first] == max(shares.values()) and scores["profile"][first]["rank"] == 1
    assert scores["unparsed_rate"] == pytest.approx(1 / len(table))
    assert scores["bias"]["yes_lean"]["mean"] is None and scores["overall"]["mean"] is None
    json.dumps(scores, allow_nan=False)


def test_text_that_contradicts_the_probabilities_is_counted() -> None:
    table = answers(Truth(), clips=4)
    flipped = table.index[:32]
    table.loc[flipped, "parsed"] = table.loc[flipped, "parsed"].map({"yes": "no", "no": "yes"})
    scores = score_answers(table, OPTIONS)
    assert scores["mismatch_rate"] == pytest.approx(32 / 320)
    assert scores["rates"]["mismatch"]["low"] <= 0.1 <= scores["rates"]["mismatch"]["high"]


def test_where_both_words_are_as_likely_neither_contradicts_the_probabilities() -> None:
    """Number formats of 16 bits make such ties; only a yes was taken for a contradiction."""
    table = answers(Truth(), clips=2).assign(log_probability_yes=np.log(0.5), log_probability_no=np.log(0.5))
    for word in ("yes", "no"):
        rates = answer_rates(judge(table.assign(parsed=word), OPTIONS), OPTIONS)
        assert rates["mismatch"]["mean"] == 0.0 and rates["mismatch"]["n"] == len(table)


def test_equal_likings_have_no_order_and_are_no_difference() -> None:
    """Sums in another order differ in their last digits, which once made ranks and correlations of nothing."""
    sizes = dict(zip(VALUES, [6, 6, 5, 8, 7, 8, 7, 9, 5, 8], strict=True))
    table = answers(Truth(liking=dict.fromkeys(VALUES, 0.4), mass=0.9), clips=9)
    number = table["clip"].str.rpartition("-")[2].astype(int)
    table = table[number < table["value"].map(sizes)]
    noise = np.random.default_rng(0).normal(0, 1e-12, len(table))
    for flat in (table, table.assign(log_probability_yes=table["log_probability_yes"] + noise)):
        scores = score_answers(flat, OPTIONS)
        assert {row["rank"] for row in scores["profile"].values()} == {None}, "nothing shows how sure a rank is"
        assert scores["differences"]["p"] is None and scores["wordings"]["spearman"] is None
        assert scores["guards"]["ties"]["state"] == "flagged" and "one score" in scores["guards"]["ties"]["statement"]
        assert scores["guards"]["ties"]["statement"] in scores["notes"]


def test_profiles_that_hang_on_the_wording_are_exposed() -> None:
    table = answers(Truth(), clips=3)
    stable = score_answers(table, OPTIONS)["wordings"]
    assert stable["spearman"] == pytest.approx(1.0)
    assert stable["liking"]["like"] == pytest.approx(stable["liking"]["watch"])
    turned = table["wording"] == "watch"
    table.loc[turned, "polarity"] *= -1
    assert score_answers(table, OPTIONS)["wordings"]["spearman"] == pytest.approx(-1.0)
    assert score_answers(table[~turned], OPTIONS)["wordings"]["spearman"] is None


def test_clips_that_serve_several_values_are_told() -> None:
    pairs = [(value, f"{value}-{number}") for value in VALUES for number in range(3)]
    assert Units.of(pairs).stratified and not Units.of([*pairs, ("power", "security-0")]).stratified
    table = answers(Truth(clip_spread=0.5), clips=4)
    both = table[table["clip"] == "security-0"].assign(value="power")
    scores = score_answers(pd.concat([table, both]), OPTIONS)
    assert any("serve several values" in note for note in scores["notes"])
    assert scores["profile"]["power"]["n_clips"] == 5 and scores["differences"]["p"] is not None


def test_an_interval_needs_two_clips() -> None:
    assert np.isnan(interval(np.ones(10), 0.95, 1)).all()
    assert np.isnan(interval(np.full(10, np.nan), 0.95, 5)).all()


def test_leans_out_of_few_sets_have_the_interval_of_few() -> None:
    """Ten sets of each of two wordings: eighteen degrees of freedom, and not endlessly many."""
    few = judge(answers(Truth(lean=1.0, noise=0.5), clips=1), OPTIONS)
    found = lean_terms(answered_sets(few, TEN), TEN, 0.95)["yes_lean"]
    assert found.low is not None and found.high is not None and found.se is not None
    assert (found.high - found.low) / 2 == pytest.approx(found.se * t.ppf(0.975, 18))


def test_leans_in_points_are_told_where_one_value_was_asked_about() -> None:
    table = answers(Truth(lean=1.0, noise=0.3), clips=6)
    alone = judge(table[table["value"] == "power"], OPTIONS)
    found = lean_terms(answered_sets(alone, TEN), TEN, 0.95)
    lean, gap = found["yes_lean_points"], found["polarity_gap"]
    assert lean.mean is not None and lean.low is not None and 0 < lean.low < lean.mean < 50
    assert gap.mean == pytest.approx(2 * lean.mean) and found["order_gap_points"].mean is not None


def test_tables_that_cannot_be_scored_are_refused() -> None:
    table = answers(Truth(), clips=3)
    with pytest.raises(InputError, match="parsed"):
        score_answers(table.drop(columns="parsed"), OPTIONS)
    with pytest.raises(InputError, match="riddle"):
        score_answers(table.assign(item="riddle"), OPTIONS)
    with pytest.raises(InputError, match="no answers"):
        score_answers(table.iloc[:0], OPTIONS)


def test_recovery_of_a_planted_profile() -> None:
    rows = score_answers(answers(Truth(clip_spread=0.3, noise=0.1), clips=10), OPTIONS)["profile"]
    found = compare_to_planted(rows, PLANTED)
    assert found["spearman"] > 0.9
    assert found["interval_coverage"] >= 0.8
    assert found["unmeasured"] == []


def test_recovery_counts_misses_by_name() -> None:
    profile_rows: dict[str, dict[str, Any]] = {
        "power": {"mean": 50.0, "low": 40.0, "high": 60.0},
        "security": {"mean": 70.0, "low": 65.0, "high": 75.0},
        "hedonism": {"mean": 30.0, "low": None, "high": None},
        "tradition": {"mean": None, "low": None, "high": None},
    }
    planted = {"power": 55.0, "security": 80.0, "hedonism": 35.0, "tradition": 10.0}
    found = compare_to_planted(profile_rows, planted)
    assert found["outside"] == ["security"]
    assert found["unmeasured"] == ["hedonism", "tradition"]
    assert found["interval_coverage"] == 0.25
    assert found["max_abs_error"] == 10.0
    assert found["bias"] == pytest.approx(-20 / 3)
    assert found["centred_rmse"] == pytest.approx(np.sqrt(((5 / 3) ** 2 + (10 / 3) ** 2 + (5 / 3) ** 2) / 3))
    assert found["spearman"] == 1.0
    with pytest.raises(InputError, match="nothing to compare"):
        compare_to_planted(profile_rows, {"universalism": 3.0})


def test_of_one_value_and_without_intervals_nothing_is_recovered_exactly_or_missed() -> None:
    rows: dict[str, dict[str, Any]] = {"power": {"mean": 50.0, "centred_log_odds": 0.0}, "security": {"mean": None}}
    found = compare_to_planted(rows, {"power": 80.0, "security": 10.0})
    assert (found["values"], found["bias"], found["unmeasured"]) == (1, -30.0, ["power", "security"])
    assert found["centred_rmse"] is None and found["log_odds_rmse"] is None and found["interval_coverage"] is None
    two = compare_to_planted(
        {**rows, "security": {"mean": 10.0, "low": 5.0, "high": 15.0}}, {"power": 80.0, "security": 10.0}
    )
    assert two["centred_rmse"] == pytest.approx(15.0)
