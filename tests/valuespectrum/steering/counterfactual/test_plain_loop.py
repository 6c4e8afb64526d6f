"""The loop on rule-based respondents of the reference world, and the records that it leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from stub_writers import SYSTEM, StubWriter

from agents.models.base import Answer, Ask, Model, ModelOptions, Stimulus
from agents.procedures.procedure import SUBJECT, alone
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.speech import meaning
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.steering.counterfactual.loop import LoopOptions, LoopStep, LoopTrace, counterfactual
from valuespectrum.steering.counterfactual.objective import ValueObjective, deviation
from valuespectrum.steering.counterfactual.plain import PlainVoice, reasons_of
from valuespectrum.steering.counterfactual.prompted import PromptedVoice
from valuespectrum.steering.counterfactual.records import sft_records, write_records
from valuespectrum.steering.counterfactual.value_system import circle_system
from valuespectrum.steering.counterfactual.voice import ATTRIBUTOR, REWRITER, Attribution, LoopParts, ValueQuestion
from valuespectrum.theory.value_sets import TEN

VOICE, SYSTEM_OF_TEN = PlainVoice(), circle_system(TEN)
OBJECTIVE = ValueObjective(dict.fromkeys(TEN.dimensions, 1.0) | {"power": 5, "security": 4, "tradition": 2})


def _trace(draw: int, options: LoopOptions, objective: ValueObjective = OBJECTIVE) -> LoopTrace:
    twin = TwinModel(COHORT[0])
    question = ValueQuestion(f"q{draw}", VOICE.question(Stimulus()), draw=draw)
    cast = {SUBJECT: twin, ATTRIBUTOR: twin, REWRITER: twin}
    return alone(counterfactual(question, objective, SYSTEM_OF_TEN, VOICE, options), cast)


@pytest.mark.parametrize("draw", range(4))
def test_reasons_come_to_stand_for_what_is_wanted(draw: int) -> None:
    trace = _trace(draw, LoopOptions(theta=0))
    assert trace.before is not None and trace.after is not None
    assert trace.outcome == "rewritten"
    assert deviation(trace.after.scores, OBJECTIVE).total == 0
    planted = [found for text in reasons_of(trace.last) if (found := meaning(text))]
    assert sorted(found.strength for found in planted) == [2, 4, 5]


def test_near_enough_is_kept_and_a_value_prompt_is_what_is_left_without_parts() -> None:
    assert _trace(1, LoopOptions(theta=50)).outcome == "kept"
    twin = TwinModel(COHORT[0])
    question = ValueQuestion("q", VOICE.question(Stimulus()), draw=1)
    bare = _trace(1, LoopOptions(0, parts=LoopParts(False, False, False)))
    prompt = VOICE.value_prompt(question, OBJECTIVE, SYSTEM_OF_TEN)
    assert bare.last == next(twin.generate([prompt.ask])).text
    assert "- power is very important" in prompt.ask.system


def test_what_stands_for_nothing_that_is_wanted_or_not_stays() -> None:
    trace = _trace(1, LoopOptions(theta=0), ValueObjective({"security": 4}))
    kept = set(reasons_of(trace.first)) & set(reasons_of(trace.last))
    assert trace.outcome == "rewritten" and len(kept) == 2


def test_a_judge_that_says_nothing_leaves_no_score() -> None:
    twin, mute = TwinModel(COHORT[0]), StubWriter(first="")
    mute.generate = lambda asks: iter([Answer(text="Hm.") for _ in asks])  # type: ignore[method-assign]
    question = ValueQuestion("q", VOICE.question(Stimulus()))
    cast: dict[str, Model] = {SUBJECT: twin, ATTRIBUTOR: mute, REWRITER: twin}
    trace = alone(counterfactual(question, OBJECTIVE, SYSTEM_OF_TEN, VOICE, LoopOptions(0)), cast)
    assert trace.outcome == "not attributed"


class Lost(StubWriter):
    """Does not understand a text: it hardly gives any of its options a chance."""

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (Answer({ask.choices[0].name: -4.0}, "None of these is an answer.", "unparsed") for ask in asks)


def test_a_judge_to_whom_no_option_is_probable_leaves_no_score() -> None:
    twin, question = TwinModel(COHORT[0]), ValueQuestion("q", VOICE.question(Stimulus()))
    cast: dict[str, Model] = {SUBJECT: twin, ATTRIBUTOR: Lost(), REWRITER: twin}
    trace = alone(counterfactual(question, OBJECTIVE, SYSTEM_OF_TEN, VOICE, LoopOptions(0)), cast)
    assert trace.outcome == "not attributed"


def test_judges_that_draw_their_judgements_can_be_asked() -> None:
    twin, judge = TwinModel(COHORT[0]), TwinModel(COHORT[1], ModelOptions(samples=1))
    question = ValueQuestion("q", VOICE.question(Stimulus()), draw=2)
    cast = {SUBJECT: twin, ATTRIBUTOR: judge, REWRITER: twin}
    trace = alone(counterfactual(question, OBJECTIVE, SYSTEM_OF_TEN, VOICE, LoopOptions(0)), cast)
    assert trace.after is not None and deviation(trace.after.scores, OBJECTIVE).total is not None


def test_records_hold_what_a_trainer_needs(tmp_path: Path) -> None:
    traces = [_trace(1, LoopOptions(theta=0)), _trace(2, LoopOptions(theta=50))]
    naive = list(sft_records(traces, SYSTEM_OF_TEN, VOICE, "naive"))
    reasoning = list(sft_records(traces, SYSTEM_OF_TEN, VOICE, "reasoning"))
    assert [each["messages"][-1]["content"] for each in naive] == [trace.last for trace in traces]
    assert [each["role"] for each in naive[0]["messages"]] == ["system", "user", "assistant"]
    thought = reasoning[0]["messages"][-1]["content"]
    assert thought.endswith(f"Answer: {traces[0].last}") and traces[0].first in thought and "It shows" in thought
    assert reasoning[1]["messages"][-1]["content"] == f"Answer: {traces[1].last}"
    path = tmp_path / "records.jsonl"
    assert write_records(path, naive) == 2
    assert [json.loads(line) for line in path.read_text().splitlines()] == naive


def test_each_round_is_told_with_the_answer_that_was_looked_at() -> None:
    objective = ValueObjective({"care": 5})
    found = [Attribution({"care": float(score)}) for score in (2, 3, 5)]
    steps = tuple(
        LoopStep(each, deviation(each.scores, objective), {}, said)
        for each, said in zip(found[:2], ("Second.", "Third."), strict=True)
    )
    question = ValueQuestion("q", "What now?")
    trace = LoopTrace(question, objective, "rewritten", "First.", "Third.", steps, found[0], found[-1])
    (record,) = sft_records([trace], SYSTEM, PromptedVoice(), "reasoning")
    assert record["messages"][-1]["content"].splitlines() == [
        "A first answer would be: First.",
        "It shows Care at 2.",
        "The next answer would be: Second.",
        "It shows Care at 3.",
        "Answer: Third.",
    ]


def test_answers_that_got_worse_or_were_not_looked_at_are_no_records() -> None:
    voice, question = PromptedVoice(), ValueQuestion("q", "What now?")
    objective = ValueObjective({"care": 5, "power": 1, "rest": 3})
    for writer in (StubWriter(forgets="Power"), StubWriter(first="Care=5; Power=1; Rest=2.", error=-1.0)):
        cast = {SUBJECT: writer, ATTRIBUTOR: writer, REWRITER: writer}
        trace = alone(counterfactual(question, objective, SYSTEM, voice, LoopOptions(0)), cast)
        assert list(sft_records([trace], SYSTEM, voice, "naive")) == []
