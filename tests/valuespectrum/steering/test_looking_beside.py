"""What a sweep looks at beside the values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agents.judges.panel import JUDGE
from agents.models.base import Answer, Ask, ModelOptions, Stimulus
from agents.procedures.procedure import SUBJECT, alone
from valuespectrum.instruments.wordings.speaking import REASONS
from valuespectrum.operations.steering.looking import looked_beside
from valuespectrum.steering.beside.judged import control_success, sayings_judged
from valuespectrum.steering.beside.knowledge import (
    KnowledgeRetained,
    knowledge_retained,
    read_tasks,
    reference_tasks,
)
from valuespectrum.steering.beside.surprise import perplexity
from valuespectrum.steering.pairs.grammar import dilemmas
from valuespectrum.steering.sweep.prompted import PromptedModel, value_prompts
from vectorstore.foundation.errors import InputError


class Willing:
    """Would lead, and calls everything what it is asked whether it is."""

    def __init__(self, id: str) -> None:
        self.id, self.settings = id, dict[str, str]()

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            yield Answer(dict.fromkeys((each.name for each in ask.choices), -1.0) | {"yes": 0.0}, "yes", "yes")

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (Answer(text="I would lead.") for _ in asks)


def test_a_judge_is_loaded_once_for_all_whom_it_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(spec: str, options: ModelOptions) -> Willing:
        loaded.append(spec)
        return Willing("judge:kind@1")

    monkeypatch.setattr("agents.models.registry.load_model", load)
    monkeypatch.setattr("valuespectrum.steering.beside.surprise.perplexity", lambda *given: 2.0)
    models: list[Any] = [Willing(f"hf:plain{steered}@1") for steered in ("", "+power-towards~0123456789ab")]
    wanted: Any = SimpleNamespace(knowledge="", judge="judge:kind", away=False, loading=ModelOptions())
    found = looked_beside(models[0], "power", models, wanted)
    assert loaded == ["judge:kind"] and list(found) == [model.id for model in models]
    assert all(told["control"] == told["grammatical"] == 1.0 and told["perplexity"] == 2.0 for told in found.values())
    assert all(told["judged"] == len(dilemmas("power")) and "tasks" not in told for told in found.values())
    wanted.away = True
    away = looked_beside(models[0], "power", models, wanted)
    assert all((told["control"], told["grammatical"]) == (0.0, 1.0) for told in away.values()), "all lean towards it"


class Speaker:
    """Answers as it was told, whatever is asked."""

    id, settings = "speaker:plain@1", dict[str, str]()

    def __init__(self, say: Any) -> None:
        self.say = say

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            said = self.say(ask)
            yield Answer(
                text=said, parsed=said, log_probabilities={each.name: -1.0 for each in ask.choices} | {said: 0}
            )

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (Answer(text=self.say(ask)) for ask in asks)


def test_control_and_grammar_are_judged_and_unclear_counts_half_as_published() -> None:
    assert control_success(["yes", "unclear"]) == 0.75
    answers = iter(["<think>Should I obey?</think>I would lead.", "I would obey.", "Both are fine.", ""])
    verdicts = {"I would lead": "yes", "I would obey": "no", "Both are fine": "unclear"}

    def judge(ask: Ask) -> str:
        if "grammatical" in ask.question:
            return "no" if "obey" in ask.question else "yes"
        return next(said for text, said in verdicts.items() if text in ask.question)

    cast: Any = {SUBJECT: Speaker(lambda ask: next(answers)), JUDGE: Speaker(judge)}
    found = alone(sayings_judged("power", dilemmas("power")[:4]), cast)
    assert (found.control, found.answers, found.judged) == (0.5, 3, 3)
    assert found.unclear == pytest.approx(1 / 3) and found.grammatical == pytest.approx(2 / 3)
    nothing = alone(sayings_judged("power", []), {})
    assert (nothing.control, nothing.grammatical, nothing.answers) == (None, None, 0)


def test_models_of_the_reference_world_are_judged_by_the_question_that_they_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[str] = []

    def say(ask: Ask) -> str:
        heard.append(ask.question)
        return "It keeps us safe."

    speaker: Any = Speaker(say)
    speaker.id = "reference:bend@1"
    monkeypatch.setattr("valuespectrum.steering.beside.surprise.perplexity", lambda plain, said: 1.0)
    monkeypatch.setattr("agents.models.registry.load_model", lambda spec, loading: Speaker(lambda ask: "yes"))
    wanted: Any = SimpleNamespace(knowledge="", judge="openai:x", away=False, loading=ModelOptions())
    found = looked_beside(speaker, "security", [speaker], wanted)
    assert set(heard) == {REASONS.text} and found[speaker.id]["control"] == 1.0


def test_knowledge_is_read_in_the_layout_of_mmlu(tmp_path: Path) -> None:
    path = tmp_path / "tasks.csv"
    path.write_text("question,A,B,C,D,answer\nTwo and two?,3,4,5,6,b\nOne and one?,2,3,4,5,A\n")
    tasks = read_tasks(path)
    assert [task.right for task in tasks] == ["B", "A"] and "B: 4" in tasks[0].ask.question
    always_b: Any = Speaker(lambda ask: "B")
    assert knowledge_retained(always_b, tasks) == KnowledgeRetained(0.5, 2)
    assert knowledge_retained(always_b, []) == KnowledgeRetained(None, 0)
    broken: Any = Speaker(lambda ask: "B")
    broken.score = lambda asks: (Answer(log_probabilities=dict.fromkeys("ABCD", float("nan"))) for _ in asks)
    assert knowledge_retained(broken, tasks) == KnowledgeRetained(None, 0), "no option has a number"
    halting: Any = Speaker(lambda ask: "B")
    halting.score = lambda asks: (
        Answer(log_probabilities={"A": -1.0, "B": 0.0} if "Two" in ask.question else {}) for ask in asks
    )
    assert knowledge_retained(halting, tasks) == KnowledgeRetained(1.0, 1), "all that it answers, which is half"
    assert len(reference_tasks()) == 38 and {task.right for task in reference_tasks()} == {"1", "4"}
    for content in ("question,A\n1,2\n", "question,A,B,C,D,answer\nq,1,2,3,4,E\n"):
        path.write_text(content)
        with pytest.raises(InputError):
            read_tasks(path)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 5.0), (float("-inf"), None)])
def test_words_that_are_held_to_be_impossible_have_no_perplexity(share: float, expected: float | None) -> None:
    """Five tokens, all as probable, or that of each word said left out."""
    import torch

    def forward(input_ids: Any, use_cache: bool) -> Any:
        logits = torch.zeros(1, input_ids.shape[1], 5)
        logits[..., 2] = share
        return SimpleNamespace(logits=logits)

    def prompt(ask: Ask) -> dict[str, Any]:
        return {"input_ids": torch.tensor([[1, 1, *(2 for _ in ask.prefill.split())]])}

    plain: Any = SimpleNamespace(prompt_inputs=prompt, torch_model=forward)
    told = perplexity(plain, [(Ask(Stimulus(), "Why?"), "since it is")])
    assert told is None if expected is None else told == pytest.approx(expected)


def test_prompts_are_models_of_their_own() -> None:
    seen: list[str] = []

    def say(ask: Ask) -> str:
        seen.append(ask.system)
        return "yes"

    plain: Any = Speaker(say)
    made = [PromptedModel(plain, words, name) for name, words in value_prompts("power").items()]
    assert len({plain.id, *(each.id for each in made)}) == 3 and made[0].id.endswith("@1")
    list(made[0].score([Ask(Stimulus(), "?", system="You are old.")]))
    assert seen[0].endswith("You are old.") and "power" in seen[0]
    assert list(value_prompts("power", away=True)) == ["prompt-persona"]
