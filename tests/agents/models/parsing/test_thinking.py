"""Thinking is told from the answer by one table of marks, and thinking that never ends has no answer."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.parsing.thinking import end_of_thinking, has_thinking, split_thinking

PAIRS = [
    ("<think>", "</think>"),
    ("<Thinking>", "</Thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<|channel>thought\n", "<channel|>"),
    ("<unused94>thought\n", "<unused95>"),
    ("Here is my thought process:", "Here is my response:"),
]


@pytest.mark.parametrize(("opens", "closes"), PAIRS)
def test_every_family_of_marks(opens: str, closes: str) -> None:
    for lead in ("", "\n", "Well. "):
        assert split_thinking(f"{lead}{opens}No, or yes?{closes}\n\nYes.")[1].endswith("Yes.")
    assert split_thinking(f"{opens}No, or yes?{closes}\nYes.")[1] == "Yes."
    assert split_thinking(f"No, or yes?{closes}Yes.")[1] == "Yes."
    assert split_thinking(f"{opens}No, or yes?")[1] == ""
    assert split_thinking(f"{opens}{closes}Yes.")[1] == "Yes."
    assert has_thinking(opens) and has_thinking(closes)


@pytest.mark.parametrize(
    ("text", "thinking", "answer"),
    [
        ("Yes.<think>It is calm.</think>", "It is calm.", "Yes."),
        ("Yes.\n[THINK]It is calm.[/THINK]\n", "It is calm.", "Yes.\n"),
        ("<think>a</think>Yes<think>b</think>", "a\nb", "Yes"),
        ("Let me see.<think>a</think>Yes", "Let me see.\na", "Yes"),
        ("Yes</think>", "Yes", ""),
        ("<think>Yes</think>", "Yes", ""),
    ],
)
def test_an_answer_may_stand_before_thinking(text: str, thinking: str, answer: str) -> None:
    assert split_thinking(text) == (thinking, answer)
    place = end_of_thinking(text)
    assert place is not None and text[place:].lstrip().startswith(answer)


@pytest.mark.parametrize("opens", ["<seed:think>a", "a", ""])
def test_remarks_on_the_room_that_is_left_do_not_end_thinking(opens: str) -> None:
    cut_off = f"{opens}<seed:cot_budget_reflect>b</seed:cot_budget_reflect>Yes, or no?"
    assert split_thinking(cut_off)[1] == ""
    assert split_thinking(f"{cut_off}</seed:think>No")[1] == "No"


def test_marks_within_thinking_do_not_end_it() -> None:
    assert split_thinking("<think>I could write </think> here.</think>Yes") == ("I could write\nhere.", "Yes")
    assert split_thinking("<think>a<think>b</think>Yes")[1] == "Yes"
    assert (
        split_thinking("<seed:think>a<seed:cot_budget_reflect>b</seed:cot_budget_reflect>c</seed:think>No")[1] == "No"
    )
    assert split_thinking("Yes<think>or no?") == ("or no?", "Yes")
    assert split_thinking("analysisNo, yes.assistantfinalYes") == ("analysisNo, yes.", "Yes")


@given(st.text(alphabet="think<>/|ab ◁▷[]", max_size=60))
def test_nothing_is_lost_or_invented(text: str) -> None:
    thinking, answer = split_thinking(text)
    assert len(thinking) + len(answer) <= len(text)
    assert (thinking, answer) == ("", text) or has_thinking(text)
    ending = end_of_thinking(text)
    behind = "" if ending is None else text[ending:]
    assert not behind.strip() or has_thinking(behind) or answer == behind.lstrip()


@pytest.mark.parametrize("mark", ["<think>", "</think>", "<|channel|>analysis<|message|>", "◁think▷", "<thin"])
def test_a_text_of_marks_is_read_in_linear_time(mark: str) -> None:
    start = time.process_time()
    split_thinking(mark * (1_000_000 // len(mark)))
    assert time.process_time() - start < 2
