"""The slider instrument: planted orientations, refusals, single texts, and models of every sort by the same code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fault_server import KEY, Behaviour, FaultServer, serving
from planted_instruments import answered, measured

from agents.answers.respondent import BARE
from agents.models.base import ModelOptions
from valuespectrum.cli import main
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.svo.angle import angle_of
from valuespectrum.instruments.svo.payoffs import payoffs
from valuespectrum.instruments.svo.slider import SliderOptions, Svo
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.planted import BY_NAME, Mind, choice_shares, payoff_utilities
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions

AMBER, DUNE, VIOLA = (BY_NAME[name] for name in ("amber", "dune", "viola"))


def answers_of(member: CohortMember, samples: int = 0, seed: int = 0, **options: Any) -> pd.DataFrame:
    asks = Svo(SliderOptions(**options)).questions(Setting((BARE,), seed=seed))
    return answered(asks, TwinModel(member, ModelOptions(samples=samples, seed=seed), member.name))


def mean_of(found: Measurement, name: str) -> float:
    mean = found.scores[name].estimate.mean
    assert mean is not None, found.scores[name].status
    return mean


@pytest.mark.parametrize("name", ["dune", "thorn", "amber", "grove", "viola", "slate"])
def test_planted_angle_and_inequality_aversion_are_recovered_through_leans(name: str) -> None:
    member = BY_NAME[name]
    found = measured(Svo(), answers_of(member))
    assert mean_of(found, "weights_angle") == pytest.approx(member.svo_angle, abs=0.1)
    assert mean_of(found, "inequality_aversion") == pytest.approx(member.inequality_aversion, abs=0.01)
    assert found.bias["first_option"].mean == pytest.approx(2 * member.leans.order, abs=0.01)


def test_the_published_angle_is_that_of_the_mean_allocation() -> None:
    calm = replace(AMBER, leans=replace(AMBER.leans, order=0.0))
    found = measured(Svo(SliderOptions(payoffs="published")), answers_of(calm, payoffs="published"))
    shares = [
        choice_shares(Mind(calm), payoff_utilities(Mind(calm), [(int(own), int(other)) for own, other in item]))
        for item in payoffs()[:6]
    ]
    mean = (np.array(shares)[..., None] * payoffs()[:6]).sum(axis=1).mean(axis=0)
    assert mean_of(found, "angle") == pytest.approx(float(angle_of(mean)), abs=1e-6)
    assert found.scores["angle"].estimate.low is None and "same in every" in found.scores["angle"].estimate.why


def test_what_is_drawn_again_stands_beside_the_interval() -> None:
    found = measured(Svo(), answers_of(AMBER, samples=3))
    angle = found.scores["angle"].estimate
    assert angle.low is not None and angle.high is not None and angle.low < angle.mean < angle.high  # type: ignore[operator]
    assert "Drawn again: arrangements (9)" in found.covers and "not drawn again" in found.covers
    assert any("50.7%" in said and "49.2%" in said for said in found.verdicts)
    assert Measurement.from_json(json.loads(json.dumps(found.to_json())), {found.value_set.name: found.value_set})


@pytest.mark.parametrize(
    ("options", "drawn", "kept"),
    [
        ({}, "which are orders of options and scales of points. The fifteen items", "nor were its words and marks."),
        ({"payoffs": "published"}, "which are orders of options. The fifteen items", "nor scales of points."),
        ({"shuffled": False, "secondary": False}, "scales of points. The six items", "nor orders of options."),
    ],
)
def test_what_is_alike_in_all_arrangements_is_not_said_to_be_drawn_again(
    options: dict[str, Any], drawn: str, kept: str
) -> None:
    found = measured(Svo(SliderOptions(**options)), answers_of(AMBER, samples=1, **options))
    assert drawn in found.covers and found.covers.endswith(kept)


def test_refusals_and_unreadable_answers_are_no_numbers() -> None:
    rows = answers_of(AMBER, samples=1)
    clean = measured(Svo(), rows)
    hit = rows.index[rows["arrangement"] == "p01"]
    dropped = measured(Svo(), rows.drop(hit))
    spoilt = rows.copy()
    counts = [name for name in spoilt if str(name).startswith("count_")]
    spoilt.loc[hit, counts] = 0
    spoilt.loc[hit[::2], "count_refusal"] = 1
    spoilt.loc[hit[::2], "parsed"] = "refusal"
    spoilt.loc[hit[1::2], "count_unparsed"] = 1
    spoilt.loc[hit[1::2], "parsed"] = "unparsed"
    found = measured(Svo(), spoilt)
    assert mean_of(found, "angle") == pytest.approx(mean_of(dropped, "angle"))
    assert mean_of(found, "angle") != pytest.approx(mean_of(clean, "angle"))
    assert found.rates["refusal"].mean == pytest.approx(8 / 135) and found.n_unscored == 1
    assert any("do not count" in note for note in found.notes)


def test_who_refuses_everything_has_no_angle() -> None:
    rows = answers_of(AMBER).assign(parsed="refusal", text="I cannot choose.")
    rows = rows.drop(columns=[name for name in rows if str(name).startswith("log_probability")])
    found = measured(Svo(), rows)
    assert all(score.estimate.mean is None for score in found.scores.values()) and found.verdicts == ()
    assert found.guards[0].state == "unknown" and found.rates["refusal"].mean == 1.0
    assert found.scores["angle"].status == "a primary item has no answer"


def test_single_texts_tell_the_angle_and_no_weights() -> None:
    rows = answers_of(AMBER)
    texts = rows.drop(columns=[name for name in rows if str(name).startswith("log_probability")])
    found = measured(Svo(), texts)
    assert mean_of(found, "angle") > 30
    assert found.scores["weights_angle"].estimate.mean is None and "--samples" in found.scores["weights_angle"].status


def test_blind_answers_weigh_nothing_and_do_not_hang_together() -> None:
    rng = np.random.default_rng(3)
    rows = answers_of(AMBER, samples=1)
    columns = [f"count_step{step}" for step in range(1, 10)]
    rows[columns] = np.eye(9, dtype=int)[rng.integers(9, size=len(rows))]
    found = measured(Svo(), rows)
    assert found.guards[0].flagged and "blind" in found.guards[0].statement
    assert "blind" in found.scores["weights_angle"].status
    told = rows.assign(instrument="svo", persona="none", strategy="none", placebo=False)
    scores = score_answers(told, ScoringOptions(draws=50))
    assert "Arrangements are not answered by an order" in scores["guards"]["hangs_together"]["statement"]
    assert any(note.startswith("Arrangements are not answered by an order") for note in scores["notes"])


@pytest.mark.parametrize(("arrangements", "tested"), [(1, False), (3, False), (4, True), (9, True)])
def test_weights_that_no_test_looked_at_are_said_to_be_so(arrangements: int, tested: bool) -> None:
    rows = answers_of(AMBER, samples=5, arrangements=arrangements)
    found = measured(Svo(SliderOptions(arrangements=arrangements)), rows)
    untested = [note for note in found.notes if note.startswith("no test shows whether points are weighed at all")]
    assert len(untested) == (0 if tested else 1)
    assert tested or found.scores["weights_angle"].estimate.mean is not None


def test_probabilities_that_are_all_alike_weigh_nothing() -> None:
    rows = answers_of(AMBER)
    rows[[f"log_probability_step{step}" for step in range(1, 10)]] = np.log(1 / 9)
    found = measured(Svo(), rows)
    for name in ("weights_angle", "inequality_aversion"):
        assert found.scores[name].estimate.mean is None and "blind" in found.scores[name].status
    assert found.bias["first_option"].mean is None and found.scalars["conviction"].mean is None
    assert mean_of(found, "angle") == pytest.approx(float(angle_of(payoffs()[:6].mean(axis=(0, 1)))))


def test_six_items_alone_say_nothing_of_equality() -> None:
    found = measured(Svo(SliderOptions(secondary=False)), answers_of(VIOLA, secondary=False))
    assert found.scalars["inequality_share"].mean is None and mean_of(found, "angle") > 0
    assert found.scalars["inequality_share"].why == "the secondary items were not asked"
    assert any(note.startswith("the secondary items were not asked") for note in found.notes)
    whole = measured(Svo(), answers_of(VIOLA))
    other = measured(Svo(), answers_of(AMBER))
    assert (whole.scalars["inequality_share"].mean or 0) > (other.scalars["inequality_share"].mean or 1)


def test_a_cohort_is_calibrated_by_its_twins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(BY_NAME[name] for name in ("amber", "thorn", "viola", "maple"))
    monkeypatch.setattr("valuespectrum.reference.cohort.COHORT", few)
    assert main(["calibrate", "--instrument", "svo", "--twins", "--run", str(tmp_path / "run"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    angle = found["cohorts"]["open"]["weights_angle"]
    assert angle["n"] == 3 and [each["name"] for each in found["apart"]] == ["simulated:maple"]
    assert angle["largest_error"] < 5 and found["cohorts"]["open"]["inequality_aversion"]["largest_error"] < 0.05
    assert main(["calibrate", "--instrument", "svo", "--twins", "--model", "simulated:amber"]) == 2


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    def first_mark(question: str, dice: Any) -> dict[str, str]:
        lines = [line for line in question.splitlines() if ": you " in line]
        if not lines:
            return {"role": "assistant", "content": "Yes"}
        best = max(lines, key=lambda line: int(line.split("you ")[1].split(",")[0]) + int(line.rsplit(" ", 1)[1]))
        return {"role": "assistant", "content": f"My choice is {best[0]}."}

    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    with serving(Behaviour(message=first_mark, logprobs=False)) as started:
        yield started


def test_a_served_model_is_asked_by_the_same_code(
    server: FaultServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = f"openai:toy-1@{server.url}?scoring=text"
    asked = ["instrument", "run", "svo", "--model", spec, "--run", str(tmp_path / "run"), "--json"]
    assert main(asked) == 0
    found = json.loads(capsys.readouterr().out)
    angle = found["profile"]["angle"]["mean"]
    assert 37 < angle < 53 and found["svo"]["nearest_ideal"] in ("joint gain", "inequality averse")
    assert found["verdicts"][0].startswith("The") and found["profile"]["weights_angle"]["mean"] is None


def test_a_local_model_is_asked_by_the_same_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        pytest.skip("torchvision does not fit the torch that is installed")
    from tiny_models import qwen3_vl

    spec = f"hf:{qwen3_vl(tmp_path / 'weights')}"
    asked = ["instrument", "run", "svo", "--model", spec, "--option", "arrangements=3", "--option", "secondary=false"]
    assert main([*asked, "--run", str(tmp_path / "run"), "--json"]) in (0, 2)
    # Random weights hardly ever say a mark: whatever they do not say is counted, and is no number.
    scores = json.loads((tmp_path / "run" / "scores.json").read_text(encoding="utf-8"))
    unheard = sum(scores["rates"][name]["mean"] for name in ("refusal", "unparsed", "no_picture"))
    assert scores["n_asks"] == 18 and scores["profile"]["angle"]["n_answers"] == round(18 * (1 - unheard))
