"""Scores of several instruments over the same respondents: who is matched, and what is said of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from several_instruments import PEOPLE, RUNS, TRUTH, scores, ten

from valuespectrum.cli import main
from valuespectrum.comparing.groups.convergence import FINER, REPEAT, convergence, convergence_of_runs
from valuespectrum.reporting.elements.words import agreeing
from valuespectrum.scoring.estimate import HEADLINE
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN
from vectorstore.foundation.errors import InputError


def test_finer_values_are_brought_to_the_ten_and_agree() -> None:
    found = convergence(RUNS)
    (pair,) = found["pairs"]
    assert (pair["first"], pair["second"], pair["respondents"]) == ("like", "portraits", PEOPLE)
    assert pair["convergent"]["mean"] > 0.9 and pair["beyond"]["low"] > 0.3
    assert all(row["agrees"] for row in pair["values"].values())
    assert [each["second"] for each in found["axis"]] == ["like", "portraits"] and found["axis"][0]["mean"] > 0.5
    assert len(found["matrix"]["labels"]) == 20 == len(found["matrix"]["correlations"][0])
    assert found["matrix"]["correlations"][0][0] == pytest.approx(1.0)
    assert len(found["claims"]) == PEOPLE and set(found["claims"][0]["values"]) == set(TEN.dimensions)
    assert found["verdicts"][0].endswith("instruments agree (like and portraits)")


def test_claims_are_those_of_two_instruments_with_intervals() -> None:
    again = (Path("again"), scores("scale7", TEN, ten(seed=4)))
    found = convergence([RUNS[0], again])
    for value, number in zip(TEN.dimensions, ten()[0], strict=True):
        if abs(number) > 0.7:
            assert found["claims"][0]["values"][value] == ("more" if number > 0 else "less")


def test_finer_values_carry_claims_by_intervals_that_are_wide_enough_for_any_errors() -> None:
    found = convergence([RUNS[0], RUNS[1]])
    claims = [claim for each in found["claims"] for claim in each["values"].values()]
    assert {"more", "less"} <= set(claims) and found["notes"] == [FINER.format("portraits")]
    # The mean of intervals of one width is as wide; a value of one member keeps its own.
    sure = [
        (each["values"][value], sum(row[NINETEEN.dimensions.index(name)] for name in members) / len(members))
        for each, row in zip(found["claims"], TRUTH.tolist(), strict=True)
        for value, members in GROUPS["schwartz_19", "schwartz_10"].items()
    ]
    assert all(abs(mean) > 0.2 and (mean > 0) == (claim == "more") for claim, mean in sure if claim in ("more", "less"))
    # Intervals reach .2 to either side; adjusted for ten values at most 2.81 / 1.96 of that.
    assert all(claim != "nothing" for claim, mean in sure if abs(mean) > 0.29), "one instrument says so at least"


def test_claims_are_adjusted_for_how_many_values_are_looked_at() -> None:
    """An interval that lies beside 0 by a hair is one of ten: with nine others that hold it, nothing is claimed."""
    table = 0.01 * ten()
    table[:, 0] = 0.21
    twins = [(Path(name), scores(name, TEN, table)) for name in ("vqa", "scale7")]
    assert {claim for each in convergence(twins)["claims"] for claim in each["values"].values()} == {"nothing"}
    table[:, 0] = 0.31
    twins = [(Path(name), scores(name, TEN, table)) for name in ("vqa", "scale7")]
    assert {each["values"][TEN.dimensions[0]] for each in convergence(twins)["claims"]} == {"more"}


def test_a_value_that_is_not_told_brings_nobody_onto_another_scale() -> None:
    """Face counts for none of the ten: whether it was told moves nothing, and never from log-odds to points."""
    liked, ends = scores("vqa", NINETEEN, TRUTH), ("", "_low", "_high", "_se")
    for row in (row for one in liked["respondents"] for row in one["profile"].values()):
        row |= {f"{HEADLINE}{end}": row[f"centred{end}"] for end in ends}
        row |= {f"centred{end}": 25 * row[f"centred{end}"] for end in ends}
    both = [(Path("one"), liked), RUNS[1]]
    whole = convergence(both)["pairs"]
    for one in liked["respondents"][::2]:
        one["profile"]["face"] |= dict.fromkeys((HEADLINE, "centred"))
    assert convergence(both)["pairs"] == whole and whole[0]["respondents"] == PEOPLE


def test_an_adaptive_test_has_the_reliability_of_posterior_means() -> None:
    """Errors of .1 beside a variance: divided by what is known, and not taken off what a prior left of it."""
    told = scores("adaptive-portraits", TEN, ten())
    raw = convergence([(Path("a"), told), RUNS[0]])["methods"][0]["reliability"]
    for one in told["respondents"]:
        one["reliability"] = {"posterior": {"mean": 0.9}}
    found = convergence([(Path("a"), told), RUNS[0]])["methods"][0]["reliability"]
    assert all(found[value] == pytest.approx(1 / (2 - raw[value])) and found[value] > raw[value] for value in raw)


def test_one_instrument_twice_is_two_methods() -> None:
    found = convergence([RUNS[0], (Path("again"), scores("vqa", TEN, ten(seed=3)))])
    assert [each["name"] for each in found["methods"]] == ["like", "like in again"]


def test_answers_that_were_read_in_different_ways_are_never_one_method() -> None:
    mixed = scores("vqa", TEN, ten())
    for place, one in enumerate(mixed["respondents"]):
        one["evidence"] = "samples" if place % 2 else "log_probability"
    found = convergence([(Path("one"), mixed), RUNS[1]])
    told = {each["name"]: each["respondents"] for each in found["methods"]}
    half = PEOPLE // 2
    assert told == {"like by log-probabilities": half, "like by counted draws": half, "portraits": PEOPLE}
    assert {each["instruments"] for each in found["claims"]} == {2}


def test_runs_whose_folders_have_one_name_are_all_methods() -> None:
    paths = [Path(day) / "run" for day in ("monday", "tuesday", "friday")]
    found = convergence([(path, scores("vqa", TEN, ten(seed=at))) for at, path in enumerate(paths)])
    assert [each["name"] for each in found["methods"]] == ["like", "like in tuesday/run", "like in friday/run"]
    assert len(found["pairs"]) == 3 == len(found["notes"])


def test_one_instrument_twice_is_no_second_one_for_claims() -> None:
    found = convergence([RUNS[0], (Path("again"), scores("vqa", TEN, ten(seed=3)))])
    claims = {claim for each in found["claims"] for claim in each["values"].values()}
    assert not claims & {"more", "less"} and "one instrument only" in claims
    assert not found["verdicts"] and found["claims"][0]["instruments"] == 1
    assert found["notes"] == [REPEAT.format("like and like in again")]


def test_wordings_of_a_persona_are_no_further_respondents() -> None:
    """Every role in three wordings that say the same tells what it tells in one: intervals are as wide."""

    def in_roles(run: dict[str, Any], marks: tuple[str, ...]) -> dict[str, Any]:
        rows = [
            one | {"model": "simulated:m", "persona": f"role-{at}{mark}", "strategy": "simple"}
            for at, one in enumerate(run["respondents"])
            for mark in marks
        ]
        return run | {"respondents": rows}

    once, thrice = (
        convergence([(path, in_roles(run, marks)) for path, run in RUNS]) for marks in (("",), ("", "@2", "@3"))
    )
    assert thrice["respondents"] == once["respondents"] == PEOPLE and thrice["covers"] == once["covers"]
    assert thrice["claims"] == once["claims"] and thrice["notes"] == once["notes"]
    for name in ("mean", "low", "high"):
        for what in ("convergent", "beyond"):
            assert thrice["pairs"][0][what][name] == pytest.approx(once["pairs"][0][what][name])
        assert thrice["axis"][0][name] == pytest.approx(once["axis"][0][name])


def test_only_named_models_count() -> None:
    names = [f"m{at}" for at in range(6)]
    assert convergence(RUNS, names)["respondents"] == 6


def test_what_is_done_in_sessions_is_an_instrument() -> None:
    walkers = [
        {
            **{"model": f"simulated:m{at}@1", "persona": "none", "strategy": "none", "placebo": False, "human": False},
            "revealed": {
                value: {"mean": float(each), "low": None, "high": None, "se": 0.2}
                for value, each in zip(TEN.dimensions, numbers, strict=True)
            },
        }
        for at, numbers in enumerate(ten(0.2, 7))
    ]
    walked = RUNS[0][1] | {"sessions": {"conditions": [{"policy": "nearest", "walkers": walkers}]}}
    (pair,) = convergence([(Path("one"), walked)])["pairs"]
    assert pair["second"] == "sessions (nearest)" and pair["convergent"]["mean"] > 0.8


def test_means_of_finer_values_are_as_sure_as_the_least_known_of_them() -> None:
    """Both refined values of one of the ten lie half again as far from 0 as their intervals reach."""
    table = 0.01 * ten()
    table[:, 0] = 0.31
    finer = np.zeros((PEOPLE, len(NINETEEN)))
    members = GROUPS["schwartz_19", "schwartz_10"][TEN.dimensions[0]]
    finer[:, [NINETEEN.dimensions.index(name) for name in members]] = 0.3
    for freedom, claim in ((4.0, "one instrument only"), (40.0, "more")):
        told = scores("portraits", NINETEEN, finer)
        for row in (row for one in told["respondents"] for row in one["profile"].values()):
            row["df"] = 40.0
        for one in told["respondents"]:
            one["profile"][members[-1]]["df"] = freedom
        found = convergence([(Path("one"), scores("vqa", TEN, table)), (Path("two"), told)])
        assert {each["values"][TEN.dimensions[0]] for each in found["claims"]} == {claim}


def test_what_few_sessions_show_is_claimed_by_students_law() -> None:
    """Half again as far from 0 as its interval reaches: of ten values sure out of forty sessions, not out of five."""
    table = 0.01 * ten()
    table[:, 0] = 0.31
    liked = scores("vqa", TEN, table)
    for freedom, claim in ((4.0, "one instrument only"), (40.0, "more")):
        rows = {
            value: {"mean": mean, "low": mean - 1.0, "high": mean + 1.0, "se": 0.4, "df": freedom}
            for value, mean in zip(TEN.dimensions, (1.5, *(0.0,) * 9), strict=True)
        }
        who = {"persona": "none", "strategy": "none", "placebo": False, "human": False}
        walkers = [{"model": f"simulated:m{at}@1", **who, "revealed": rows} for at in range(PEOPLE)]
        walked = liked | {"sessions": {"conditions": [{"policy": "nearest", "walkers": walkers}]}}
        found = convergence([(Path("one"), walked)])
        assert {each["values"][TEN.dimensions[0]] for each in found["claims"]} == {claim}


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        (RUNS[:1], "agreement takes two instruments"),
        (RUNS[2:], "agreement takes two instruments"),
        (
            [RUNS[0], (Path("few"), scores("portraits", NINETEEN, TRUTH, people=3))],
            "3 respondents were measured by two",
        ),
    ],
)
def test_too_little_is_refused_in_one_line(runs: list[tuple[Path, dict[str, Any]]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        convergence(runs)


def test_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {tmp_path / name.name: document for name, document in RUNS}
    monkeypatch.setattr("valuespectrum.comparing.groups.convergence.read_scores", kept.__getitem__)
    folders = [str(each) for each in kept]
    assert main(["compare", *folders, "--convergence", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == convergence(list(kept.items()))
    assert main(["compare", *folders, "--convergence"]) == 0
    told = capsys.readouterr().out
    assert "like and portraits, over 20 respondents" in told and "self-transcendence over self-enhancement by" in told
    assert main(["compare", folders[0], "--convergence"]) == 2
    assert "agreement takes two instruments" in capsys.readouterr().err
    assert main(["compare", *folders, "--convergence", "--functioning"]) == 2
    assert "means nothing beside --functioning" in capsys.readouterr().err


def test_scores_that_are_older_than_the_answers_are_named_first(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: document | {"n_answered": 6 + place} for place, (name, document) in enumerate(RUNS[:2])}
    monkeypatch.setattr("valuespectrum.comparing.groups.convergence.read_scores", kept.__getitem__)
    monkeypatch.setattr("valuespectrum.runs.failures.count_answers", lambda run: 6)
    older, *others = convergence_of_runs(list(kept))["notes"]
    assert older.startswith(f"the run {RUNS[1][0]} holds 6 answers, but its scores are of 7:")
    assert others == convergence(RUNS[:2])["notes"]


def test_what_is_given_to_people_who_are_shown_is_no_value_of_ones_own() -> None:
    found = convergence([*RUNS, (Path("shown"), scores("svo-shown", TEN, ten(seed=9)))])
    assert [each["name"] for each in found["methods"]] == ["like", "portraits"]
    assert found["left_out"] == [
        "svo-shown in shown tells how much is given to people who live a value, which is not how dear it is"
    ]


def test_an_adaptive_test_is_no_second_instrument_beside_what_it_shortens() -> None:
    """It asks the same items in the same words, and a cache even gives the same answers."""
    shorter = (Path("shorter"), scores("adaptive-portraits", TEN, ten(seed=5)))
    found = convergence([RUNS[1], shorter])
    assert found["notes"][0] == REPEAT.format("portraits and adaptive-portraits")
    claims = {claim for each in found["claims"] for claim in each["values"].values()}
    assert not claims & {"more", "less"} and not found["verdicts"]
    assert {each["instruments"] for each in found["claims"]} == {1}
    beside = convergence([RUNS[0], shorter])
    assert {each["instruments"] for each in beside["claims"]} == {2}
    assert beside["verdicts"][0].endswith("instruments agree (like and adaptive-portraits)")


def test_that_an_instrument_agrees_with_itself_is_called_a_repeat() -> None:
    (again,) = convergence([RUNS[0], (Path("again"), scores("vqa", TEN, ten(seed=3)))])["pairs"]
    told = {agreeing(again, value) for value in TEN.dimensions}
    assert again["repeat"] and "a repeat" in told <= {"a repeat", "not shown"}
    (two,) = convergence(RUNS[:2])["pairs"]
    assert not two["repeat"] and {agreeing(two, value) for value in TEN.dimensions} == {"yes"}


def test_who_told_nothing_is_no_respondent() -> None:
    silent = scores("scale7", TEN, ten(seed=6))
    for row in silent["respondents"][0]["profile"].values():
        row |= dict.fromkeys(row)
    found = convergence([RUNS[0], (Path("silent"), silent)])
    assert found["respondents"] == PEOPLE - 1 == found["pairs"][0]["respondents"]
    assert [each["respondents"] for each in found["methods"]] == [PEOPLE, PEOPLE - 1]
    assert found["covers"].endswith(f"they are over respondents like these {PEOPLE - 1}.")
