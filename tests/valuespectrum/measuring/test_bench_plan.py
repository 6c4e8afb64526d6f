"""What a benchmark is said to cost, before and in the middle of it; looking after a run by the command line."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder, words, world
from PIL import Image

from agents.answers.planner import guessed_tokens
from agents.models.base import Answer, Ask, FrameReference, ModelOptions, Stimulus
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.personas.persona import load_personas
from valuespectrum.cli import main
from valuespectrum.costs.prices import OWN_TABLE, load_prices
from valuespectrum.costs.spending import spending
from valuespectrum.measuring.asking import BenchPlan, Expense, Silent
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.plan import plan_benchmark
from valuespectrum.operations.bench import describe_expense
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


@pytest.fixture
def options(tmp_path: Path) -> BenchOptions:
    path = tmp_path / "axes.yaml"
    path.write_text(json.dumps({"keywords": {value: [w.word for w in row] for value, row in words(3).words.items()}}))
    return BenchOptions(run=tmp_path / "run", keywords=path, scoring=ScoringOptions(draws=200))


class Stopping(Silent):
    """Stops after so many answers, as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.plans: list[BenchPlan] = []

    def planned(self, plan: BenchPlan) -> None:
        self.plans.append(plan)

    def asked(self, model: str, done: int, total: int) -> None:
        if done == self.after:
            raise KeyboardInterrupt


def test_a_plan_without_the_model_is_the_plan_with_it(options: BenchOptions) -> None:
    spec = "simulated:security=1"
    personas = load_personas()[:1]
    planned = plan_benchmark(options, world(), AxesEmbedder(), [spec, "openai:gpt-4o", "hf:someone/model"], personas)
    assert not options.run.exists()
    model = SimulatedModel(SimulatedProfile({"security": 1.0}))
    teller = Stopping(after=50)
    with pytest.raises(KeyboardInterrupt):
        run_benchmark(options, world(), AxesEmbedder(), [model], personas, teller)
    (told,) = teller.plans
    assert told.models[model.id] == planned.models[spec]
    assert (planned.models[spec].stored, planned.models[spec].basis) == (0, "guessed")
    assert planned.models[spec].seconds is None and planned.models[spec].dollars == 0.0
    hosted = planned.models["openai:gpt-4o"]
    assert hosted.dollars == pytest.approx((2.5 * hosted.prompt_tokens + 10 * hosted.reply_tokens) / 1e6)
    assert hosted.prompt_tokens > hosted.to_ask * 500  # a picture whose size is not known counts for something
    assert hosted.reply_tokens == 12 * hosted.to_ask
    told_before = describe_expense(spec, planned.models[spec], planned)
    assert planned.placebos == 8 and planned.respondents == 10
    assert f"(of them 8 placebo texts, about {planned.models[spec].to_ask * 8 // 10:,} of the asks)" in told_before

    later = plan_benchmark(options, world(), AxesEmbedder(), [spec, "hf:someone/model"], personas)
    half = later.models[spec]
    assert (half.stored, half.to_ask) == (50, planned.models[spec].to_ask - 50)
    assert half.basis == "measured" and half.seconds is not None and half.seconds > 0
    assert later.models["hf:someone/model"].stored == 0
    elsewhere = plan_benchmark(options, world(clips=5), AxesEmbedder(), [spec], personas)
    assert elsewhere.models[spec].stored == 0


def test_what_is_unknown_is_said_to_be_unknown() -> None:
    plan = BenchPlan({"power": 3}, 2, {})
    unknown = describe_expense("inspect:x", Expense(0, 10, 5000, 120, "guessed", None, None), plan)
    assert "cost unknown" in unknown and "time unknown" in unknown and "$" not in unknown
    known = describe_expense("openai:x", Expense(5, 10, 5000, 120, "guessed", 1.5, 7200.0), plan)
    assert "5 answers stored, 10 to ask" in known and "cost about $1.50;" in known and "about 2.0 h" in known
    assert "120 of answers at most" in known, "of prompts nobody knows the most before some were counted"
    measured = describe_expense("openai:x", Expense(5, 10, 5000, 120, "measured", 1.5, 7200.0), plan)
    assert "cost $1.50;" in measured and "at most" not in measured
    little = describe_expense("openai:x", Expense(5, 10, 5000, 120, "guessed", 0.001, 7200.0, budget_dollars=0.5), plan)
    assert "cost under $0.01;" in little and "the budget of $0.50 is enough" in little
    assert "cost" not in describe_expense("openai:x", Expense(5, 0, 0, 0, "measured", 0.0, 0.0), plan)


def test_our_own_prices_carry_their_date_and_source() -> None:
    table = load_prices()
    assert all(row.date.startswith("20") and row.source for row in table.rows)
    costs = {
        spec: spending(spec, table, ModelOptions()).dollars(10**6, 10**6)
        for spec in ("openai:gpt-4o-mini", "openai:gpt-4o-mini@https://api.openai.com/v1", "hf:any/model@abc")
    }
    assert list(costs.values()) == pytest.approx([0.75, 0.75, 0.0])
    assert table.price("openai:gpt-4o-mini@http://localhost:8000/v1") is None
    hosted = [row for row in table.rows if row.prompt]
    assert all(row.source.startswith("secondary: ") and len(row.models) == 2 for row in hosted)


def test_pictures_are_counted_as_their_provider_counts_them(options: BenchOptions, tmp_path: Path) -> None:
    """What users were charged for 128 x 64 pixels and twelve tokens of words: 267, and 8,512 by the small model."""
    table, ask = load_prices(), Ask(Stimulus((FrameReference("a", tmp_path / "picture.png"),)), "four" * 12)
    Image.new("RGB", (128, 64)).save(tmp_path / "picture.png")
    for spec, seen in (("openai:gpt-4o", 267), ("openai:gpt-4.1", 267), ("openai:gpt-4o-mini", 8512)):
        for named in (spec, f"{spec}?price_input=1&price_output=2"):
            assert guessed_tokens(ask, spending(named, table, ModelOptions()).tiles) == seen
    assert guessed_tokens(ask, spending("openai:gpt-5.2", table, ModelOptions()).tiles) < 30
    planned = plan_benchmark(options, world(), AxesEmbedder(), ["openai:gpt-4o-mini", "openai:gpt-5.2"]).models
    least = 25_000 * planned["openai:gpt-4o-mini"].to_ask
    assert planned["openai:gpt-4o-mini"].prompt_tokens > least > 20 * planned["openai:gpt-5.2"].prompt_tokens


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "prices: 3",
        "prices: [{model: m, input: 1, output: 1, date: d, source: s, picture: [1]}]",
        "prices: [{model: m, input: 1, output: 1, date: d, source: s, picture: [-1, 2]}]",
        "prices: [{model: m, input: 1, output: 1, date: d, source: s, pictures: [1, 2]}]",
        "currency: EUR\nprices: []",
        "prices: [{model: m}]",
        "prices: [{model: m, input: cheap, output: 1, date: d, source: s}]",
        "prices: [{model: m, input: -1, output: 1, date: d, source: s}]",
        "prices: [{model: m, input: .nan, output: 1, date: d, source: s}]",
        "prices: [{model: [], input: 1, output: 1, date: d, source: s}]",
    ],
)
def test_a_malformed_price_table_is_one_clear_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"price table .*prices\.yaml"):
        load_prices(path)
    with pytest.raises(InputError, match="cannot read"):
        load_prices(tmp_path / "none.yaml")
    assert OWN_TABLE.is_file()


def test_another_way_of_asking_is_refused_by_name(options: BenchOptions) -> None:
    class Real(SimulatedModel):
        def __init__(self, **settings: str) -> None:
            super().__init__(SimulatedProfile({}))
            self._settings |= settings

    run_benchmark(options, world(), AxesEmbedder(), [Real(engine="naive", layout="persona-first")])
    with pytest.raises(InputError, match=r'engine: "naive" -> "shared"'):
        run_benchmark(options, world(), AxesEmbedder(), [Real(engine="shared", layout="persona-first")])
    with pytest.raises(InputError, match=r'layout: "persona-first" -> "image-first"'):
        run_benchmark(options, world(), AxesEmbedder(), [Real(engine="naive", layout="image-first")])


def test_a_run_is_checked_and_exported(
    options: BenchOptions, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import pandas

    class Failing(SimulatedModel):
        def _answer(self, ask: Ask) -> Answer:
            return Answer(error="stalled") if ask.tags["value"] == VALUES[0] else super()._answer(ask)

    run_benchmark(options, world(), AxesEmbedder(), [Failing(SimulatedProfile({}))])

    def ask(*command: object) -> tuple[int, dict[str, object]]:
        code = main([*map(str, command), "--json"])
        return code, json.loads(capfd.readouterr().out)

    assert ask("doctor", "--run", options.run)[1]["passed"] is True
    _, made = ask("export", "parquet", options.run)
    table = pandas.read_parquet(str(made["file"]))
    assert len(table) == made["rows"] == len(pandas.read_csv(ask("export", "csv", options.run)[1]["file"]))  # type: ignore[call-overload]
    assert set(table[table["value"] == VALUES[0]]["error"]) == {"stalled"}
    assert ask("export", "xls", options.run) == (
        2,
        {
            "error": {
                "kind": "usage",
                "message": "Invalid value for 'FORMAT': "
                "'xls' is not one of 'csv', 'parquet', 'scores', 'hf', 'inspect'.",
                "hint": "add --help to see the options",
            }
        },
    )
    assert ask("export", "csv", tmp_path / "none")[0] == 2

    damaged = sqlite3.connect(options.run / "answers.sqlite")
    with damaged:
        damaged.execute("UPDATE answer SET log_probabilities = '{}' WHERE ask = (SELECT max(ask) FROM answer)")
    damaged.close()
    code, found = ask("doctor", "--run", options.run)
    assert code == 1 and found["passed"] is False
    assert "changed after it was stored" in str(found["checks"])
