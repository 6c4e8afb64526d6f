"""One price of a model, in the plan that is told before a run and in the budget that stops it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder, words, world

from agents.answers.planner import answer_all, guessed_tokens, plan
from agents.answers.store import AnswerStore, ask_key
from agents.models.base import Answer, Ask, Choice, ModelOptions, Stimulus
from agents.models.capabilities import Replies
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.models.registry import load_model
from valuespectrum.costs.prices import PriceTable, load_prices
from valuespectrum.costs.spending import spending, with_prices
from valuespectrum.measuring.asking import BenchPlan, Expense
from valuespectrum.measuring.benchmark import BenchOptions
from valuespectrum.measuring.plan import plan_benchmark
from valuespectrum.operations.bench import describe_expense
from vectorstore.foundation.errors import InputError

sys.path.append(str(Path(__file__).parents[2] / "agents"))
from fault_server import KEY, Behaviour, serving

CHOICES = (Choice("yes", ("yes",)), Choice("no", ("no",)))


@dataclass(frozen=True, slots=True)
class Counted(Answer):
    completion_tokens: int = 0


@pytest.fixture
def table(tmp_path: Path) -> PriceTable:
    path = tmp_path / "prices.yaml"
    path.write_text(
        "prices: [{model: 'openai:toy-1*', input: 2, output: 8, date: 2026-11-01, source: provider},"
        " {model: 'hf:*', input: 0, output: 0, date: 2026-11-01, source: here}]"
    )
    return load_prices(path)


def test_the_price_in_the_spec_counts_before_that_of_the_table(table: PriceTable) -> None:
    own = spending("openai:toy-1?price_input=1&price_output=3", table, ModelOptions())
    listed = spending("openai:toy-1?budget_money=5", table, ModelOptions())
    assert own.dollars(10**6, 10**6) == 4.0 and own.prices == "named in the model's spec"
    assert listed.dollars(10**6, 10**6) == 10.0 and listed.prices == f"{table.file}, of 2026-11-01"
    assert listed.budget_dollars == 5.0
    batched = spending("openai:toy-1?batch=1", table, ModelOptions())
    assert batched.prices == f"{table.file}, of 2026-11-01, without the discount of batches"
    assert spending("openai:toy-1?batch=1&price_input=1&price_output=3", table, ModelOptions()).prices == own.prices
    unknown = spending("openai:other?budget_tokens=7", table, ModelOptions())
    assert (unknown.dollars(1, 1), unknown.prices, unknown.budget_tokens) == (None, "", 7)
    carried = spending("inspect:openai/gpt-4o?price_input=1&price_output=3&budget_money=2", table, ModelOptions())
    assert (carried.dollars(10**6, 10**6), carried.budget_dollars) == (4.0, 2.0)
    assert spending("hf:owner/m", table, ModelOptions()).dollars(10**9, 10**9) == 0.0


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("openai:toy-1?price_input=1", "one price of two"),
        ("openai:other?budget_money=5", "no price to reckon it with"),
        ("inspect:openai/gpt-4o?budget_money=5", "no price to reckon it with"),
        ("openai:toy-1?budget_money=much", "no number"),
        ("openai:toy-1?budgets=5", "Unknown option"),
        ("openai:?samples=5", "No model"),
    ],
)
def test_a_spec_that_cannot_be_reckoned_with_is_refused(table: PriceTable, spec: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        spending(spec, table, ModelOptions())


def test_the_budget_goes_by_the_price_of_the_plan(table: PriceTable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    asks = [Ask(Stimulus(), f"Do you like number {number}?", CHOICES) for number in range(20)]
    with serving(Behaviour()) as server:
        spec = f"openai:toy-1@{server.url}"
        for named in (spec, f"{spec}?price_input=20&price_output=80"):
            model = load_model(with_prices(named, table))
            before = model.budget.used  # type: ignore[attr-defined]
            answers = list(model.score(asks))
            told = spending(named, table, ModelOptions()).dollars(
                before.prompt + sum(answer.tokens for answer in answers), before.completion + 2 * len(answers)
            )
            assert model.budget.spent == pytest.approx(told)  # type: ignore[attr-defined]


def test_samples_and_thinking_cost_more(table: PriceTable) -> None:
    def said(spec: str, **options: float) -> Replies:
        return spending(spec, table, ModelOptions(**options)).replies  # type: ignore[arg-type]

    assert said("openai:toy-1") == Replies()
    assert said("openai:toy-1?samples=5") == said("openai:toy-1", samples=5) == Replies(5)
    assert said("openai:toy-1?scoring=sampling") == Replies(10)
    assert said("openai:toy-1?scoring=text", samples=5) == Replies(1)
    assert said("openai:toy-1?thinking=on&thinking_tokens=100") == Replies(1, 100)
    assert said("hf:owner/m", samples=3) == Replies(3)


def test_replies_are_guessed_and_then_measured(tmp_path: Path) -> None:
    model = SimulatedModel(SimulatedProfile({}))
    asks = [Ask(Stimulus(), f"Do you like number {number}?", CHOICES, max_tokens=10) for number in range(60)]
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        guessed = plan(asks, model, store, Replies(answers=3, thinking=90))
        assert (guessed.basis, guessed.reply_tokens) == ("guessed", 60 * 3 * 100)
        for ask in asks[:30]:
            store.add(ask_key(ask, model), Answer({"yes": -0.1, "no": -3.0}, "yes", "yes", 7))
        unmeasured = plan(asks, model, store, Replies(answers=3, thinking=90))
        assert (unmeasured.basis, unmeasured.reply_tokens) == ("measured", 30 * 3 * 100)
    with AnswerStore(tmp_path / "counted.sqlite") as store:
        plan(asks, model, store)
        for number, ask in enumerate(asks[:30]):
            store.add(
                ask_key(ask, model),
                Counted({"yes": -0.1, "no": -3.0}, "yes", "yes", 7, completion_tokens=20 + number % 2),
            )
        assert plan(asks, model, store, Replies(answers=3)).reply_tokens == 30 * 20.5


@pytest.mark.parametrize("several", [True, False])
def test_a_plan_goes_by_what_the_server_turned_out_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, several: bool
) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    chosen = [Ask(Stimulus(), f"Do you like number {number}?", CHOICES, max_tokens=12) for number in range(5)]
    written = [Ask(Stimulus(), f"Describe number {number}.", max_tokens=30) for number in range(5)]
    with serving(Behaviour(logprobs=False, refused_parameters=() if several else ("n",))) as server:
        model = load_model(f"openai:toy-1@{server.url}")
        with AnswerStore(tmp_path / "drawn.sqlite") as store:
            drawn = plan([*chosen, *written], model, store, Replies())
    assert (drawn.basis, drawn.reply_tokens) == ("guessed", 5 * 10 * 12 + 5 * 30)
    prompts = sum(map(guessed_tokens, chosen)) * (1 if several else 10) + sum(map(guessed_tokens, written))
    assert drawn.prompt_tokens == pytest.approx(prompts, abs=1)
    thinks = Behaviour(message=lambda question, dice: {"content": "<think>Hm.</think>Yes"}, logprobs=False)
    with serving(thinks) as server:
        model = load_model(f"openai:toy-1@{server.url}?scoring=text&thinking_tokens=500")
        with AnswerStore(tmp_path / "thought.sqlite") as store:
            assert plan(chosen, model, store, Replies()).reply_tokens == 5 * (12 + 500)


@pytest.mark.parametrize("several", [True, False])
def test_samples_that_are_drawn_one_by_one_pay_the_prompt_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, several: bool
) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    asks = [Ask(Stimulus(), f"Do you like number {number}?", CHOICES) for number in range(60)]
    refused = () if several else ("n",)
    with serving(Behaviour(refused_parameters=refused)) as server:
        model = load_model(f"openai:toy-1@{server.url}?samples=4")
        with AnswerStore(tmp_path / "answers.sqlite") as store:
            answer_all(model, asks[:30], store)
            measured = plan(asks, model, store)
    assert (measured.stored, measured.basis) == (30, "measured")
    assert measured.prompt_tokens == 30 * 100 * (1 if several else 4)
    assert measured.reply_tokens == 30 * 4 * 2


def test_a_plan_names_its_prices_and_says_whether_the_budget_will_do(tmp_path: Path, table: PriceTable) -> None:
    keywords = tmp_path / "axes.yaml"
    listed = {value: [word.word for word in row] for value, row in words(3).words.items()}
    keywords.write_text(f"keywords: {listed}")
    options = BenchOptions(run=tmp_path / "run", keywords=keywords, prices=table.file)
    small, large = (f"openai:toy-1?budget_money={money}" for money in (0.01, 1000))
    free = "hf:owner/m"
    planned = plan_benchmark(options, world(), AxesEmbedder(), [small, large, free])
    expenses = [planned.models[spec] for spec in (small, large, free)]
    assert expenses[0].dollars == expenses[1].dollars
    assert [expense.within_budget for expense in expenses] == [False, True, True]
    lines = [describe_expense("m", expense, planned) for expense in expenses]
    prices = f"prices: {table.file}, of 2026-11-01, check them"
    assert prices in lines[0] and prices in lines[1] and "prices:" not in lines[2]
    assert "the budget of $0.01 stops it before that" in lines[0]
    assert "the budget of $1,000.00 is enough" in lines[1]
    tokens = Expense(0, 1, 5, 6, "guessed", None, None, budget_tokens=10)
    assert "the budget of 10 tokens stops it" in describe_expense("m", tokens, BenchPlan({}, 1, {}))
