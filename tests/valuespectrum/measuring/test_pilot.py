"""From a pilot run to a plan that keeps its word, on the command line as well."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder, words, world
from planted_instruments import twin

import valuespectrum as vs
from agents.models.base import REFUSAL, Answer, Ask, Model, ModelOptions
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from valuespectrum.cli import main
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import spending
from valuespectrum.instruments.battery import ANSWER_TOKENS, BatteryOptions
from valuespectrum.instruments.registry import InstrumentChoice
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.instrument_run import InstrumentOptions, run_instrument
from valuespectrum.measuring.pilot import STILL, PlanOptions, _PilotAsked, named_as, plan_from_pilot
from valuespectrum.operations.studies.design import _model_in_words
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.reliability.decisions import Costs
from vectorstore.foundation.errors import InputError, ModelError

MODELS: list[Model] = [
    SimulatedModel(SimulatedProfile(values={"power": 1.0, "universalism": -1.0}, noise=noise)) for noise in (0.5, 1.0)
]


class Refusing(SimulatedModel):
    """Refuses everything."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (Answer(text="I cannot answer that.", parsed=REFUSAL) for _ in asks)


def pilot(folder: Path, battery: BatteryOptions | InstrumentChoice, models: list[Model]) -> Path:
    keywords = folder / "axes.yaml"
    listed = {value: [word.word for word in row] for value, row in words(3).words.items()}
    keywords.write_text(json.dumps({"keywords": listed}))
    options = BenchOptions(run=folder / "run", battery=battery, keywords=keywords, scoring=ScoringOptions(draws=100))
    run_benchmark(options, world(), AxesEmbedder(), models)
    return folder / "run"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pilot(tmp_path_factory.mktemp("pilot"), BatteryOptions(wordings=3), MODELS)


def test_a_plan_reaches_the_wish_at_the_least_cost(run: Path) -> None:
    errors = [one["now"]["standard_error"] for one in plan_from_pilot(run, PlanOptions(difference=9.0))["models"]]
    assert errors[1] > 1.4 * errors[0], "twice the noise"
    target = max(errors)
    found = plan_from_pilot(run, PlanOptions(standard_error=target))
    assert found["wish"]["needed_standard_error"] == target and len(found["models"]) == 2
    quiet, noisy = found["models"]
    for one in found["models"]:
        plan, now = one["plan"], one["now"]
        others = [each["answers"] for each in one["by_wordings"][1:] if each]
        assert plan["standard_error"] <= target and plan["answers"] == min(others)
        assert plan["levels"]["wording"] >= 2 and plan["levels"].get("search word", 2) >= 2, "an interval needs two"
        assert plan["standard_error_low"] <= plan["standard_error_high"]
        # Every set of the pilot was asked in four cells, and clips are not equally many in all search words.
        assert now["asks"] == pytest.approx(10 * now["clips_a_value"] * 3 * 4)
        assert plan["levels"]["order"] == 2 and plan["answers"] == plan["asks"]
        assert sum(row["share"] for row in one["components"].values()) == pytest.approx(1.0)
        assert one["across"] is None and plan["dollars"] in (0.0, None)
    assert noisy["plan"]["answers"] > quiet["plan"]["answers"]
    harder = plan_from_pilot(run, PlanOptions(difference=noisy["now"]["detectable"]))["models"][0]["plan"]
    assert harder["detectable"] <= noisy["now"]["detectable"] and harder["answers"] <= quiet["now"]["answers"]
    json.dumps(found, allow_nan=False)


def test_the_verb_plans_and_the_interface_of_python_says_the_same(run: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--pilot", str(run), "--target-se", "0.4", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    found = vs.plan_design(run, vs.DesignSettings(target_se=0.4))
    assert told == json.loads(json.dumps(found.to_dict()))
    assert len(found.rows()) == 2 and "planned" in str(found) and "value x clip" in str(found)
    assert "a difference of 0.5 between two models" in str(vs.plan_design(run)), "where nothing is wished"
    assert found.document["wish"]["unit"] == "log-odds" and "in centred log-odds" in str(found)


def test_a_plan_tells_asks_beside_answers_and_whose_they_are(run: Path) -> None:
    one = plan_from_pilot(run, PlanOptions(difference=9.0))["models"][0]
    drawn = one["plan"] | {"asks": 7_001, "answers": 70_010}
    told = _model_in_words(one | {"roles": 3, "plan": drawn})
    assert "7,001" in told and "70,010" in told
    endless = one | {"one_wording": drawn | {"answers": 100 * drawn["answers"] + 10**9}}
    assert "under 1% of what one wording" in _model_in_words(endless), "not nothing of it"
    assert "one of its 3 roles: asks, answers and cost are those of each" in told
    assert "one of its" not in _model_in_words(one)
    over_roles = one | {"roles": 3, "sizes": one["sizes"] | {"persona": 3}}
    assert "one of its" not in _model_in_words(over_roles)


def test_who_tells_nothing_to_plan_from_is_named(tmp_path: Path) -> None:
    """Of two models, one refuses everything; and one that says the same of all clips does not show what errors are."""
    planned, silent = MODELS[0], Refusing(SimulatedProfile(values={"security": 1.0}))
    still = SimulatedModel(SimulatedProfile(values={"hedonism": 1.0}))
    with pytest.raises(ModelError, match="could be scored"):
        pilot(tmp_path, BatteryOptions(wordings=3), [planned, silent, still])
    found = vs.plan_design(tmp_path / "run")
    assert [one["model"] for one in found.document["models"]] == [planned.id]
    refused, same = found.document["left_out"]
    assert refused == f"{silent.id}: nothing that was said could be read"
    assert same == f"{still.id}: {STILL}" and f"Left out: {refused}." in str(found)
    (tmp_path / "alone").mkdir()
    alone = pilot(tmp_path / "alone", BatteryOptions(wordings=3), [still])
    with pytest.raises(InputError, match="every clip, wording and order gave the same"):
        plan_from_pilot(alone, PlanOptions(standard_error=0.1))


def test_what_cannot_be_planned_is_told_in_one_line(
    run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="one role"):
        plan_from_pilot(run, PlanOptions(standard_error=0.1, across_personas=True))
    with pytest.raises(InputError, match="no standard error and no difference"):
        plan_from_pilot(run, PlanOptions())
    single = pilot(tmp_path, BatteryOptions(wordings=1), MODELS[:1])
    with pytest.raises(InputError, match="one wording cannot show how wordings differ"):
        plan_from_pilot(single, PlanOptions(standard_error=0.1))
    (tmp_path / "paper").mkdir()
    published = pilot(tmp_path / "paper", BatteryOptions("paper"), MODELS[:1])
    with pytest.raises(InputError, match="nothing can be planned from it"):
        plan_from_pilot(published, PlanOptions(standard_error=0.1))
    assert main(["bench", "--model", "simulated:power=1"]) == 2
    assert "missing option --corpus" in capfd.readouterr().err
    assert main(["bench", "--pilot", str(tmp_path / "nowhere")]) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_a_plan_is_for_clips(tmp_path: Path) -> None:
    """Statements and items of a form cannot be made more by a larger corpus; it was a traceback."""
    chosen = InstrumentChoice("forced-choice", {"rounds": 1})
    run_instrument(
        InstrumentOptions(tmp_path / "run", scoring=ScoringOptions(draws=20), choice=chosen), [twin("amber")]
    )
    with pytest.raises(InputError, match="about statements, and a plan is for clips"):
        plan_from_pilot(tmp_path / "run", PlanOptions(standard_error=0.1))


def test_no_cost_is_named_where_nobody_counted_tokens() -> None:
    priced = spending("openai:gpt-4o-mini", load_prices(), ModelOptions())
    counted, not_counted = (_PilotAsked([], 4.0, tokens, priced) for tokens in (500.0, 0.0))
    assert (counted.dollars(1_000, 1_000) or 0.0) > 0.0 and counted.costs != Costs()
    assert not_counted.dollars(1_000, 1_000) is None and not_counted.costs == Costs()
    free = spending("simulated:power=1", load_prices(), ModelOptions())
    assert _PilotAsked([], 4.0, 0.0, free).dollars(1_000, 1_000) in (0.0, None)


def test_a_plan_costs_what_the_spec_of_the_model_says() -> None:
    """Prices of a server of one's own, and what a model thinks before each answer."""
    spec = "openai:m@http://a/v1?price_input=2&price_output=8&thinking=on&thinking_tokens=1000"
    named = named_as({"options": {"model": ["openai:n", spec]}}, "openai:m@http://a/v1")
    assert named == spec and named_as({"options": {"model": "openai:n"}}, "openai:m") == "openai:m"
    asked = _PilotAsked([], 4.0, 500.0, spending(named, load_prices(), ModelOptions()))
    assert asked.dollars(1_000, 3_000) == pytest.approx((1_000 * 500 * 2 + 3_000 * (ANSWER_TOKENS + 1_000) * 8) / 1e6)


def test_languages_are_planned_one_at_a_time(tmp_path: Path) -> None:
    """What another language does to values is no error of a profile in one, and wordings are counted in each."""
    both = pilot(tmp_path, InstrumentChoice("like", {"wordings": 2, "language": "en,de"}), MODELS[:1])
    (one,) = plan_from_pilot(both, PlanOptions(standard_error=0.4))["models"]
    assert (one["roles"], one["languages"], one["sizes"]["wording"]) == (1, 2, 2)
    assert one["now"]["asks"] == pytest.approx(10 * one["now"]["clips_a_value"] * 2 * 4)
    assert "one of its 2 languages" in str(vs.plan_design(both))


def test_a_pilot_that_can_be_planned_from_is_let_through() -> None:
    """What is refused beforehand is what would be refused with the answers at hand, and no more."""
    vs.check_pilot()
    vs.check_pilot(vs.BenchSettings(battery="quick"))
    vs.check_pilot(vs.BenchSettings(battery="scale7", wordings=2, language="en,de"))
    vs.check_pilot(vs.BenchSettings(persona=("all",)), vs.DesignSettings(across_personas=True))
    with pytest.raises(InputError, match="one wording in en cannot show how wordings differ"):
        vs.check_pilot(vs.BenchSettings(wordings=1, language="en,de"))
