"""Falling out of a role is seen, counted, and never taken for a dislike."""

from __future__ import annotations

import pytest

from agents.models.base import REFUSAL, Choice
from agents.models.parsing.parse import parse_answer
from agents.playing.role_breaks import count_role_breaks, role_break

YES_NO = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("As an AI language model, I do not watch videos.", "machine"),
        ("No, as an AI I have no preferences.", "machine"),
        ("I'm just a chatbot, so no.", "machine"),
        ("Als KI-Modell habe ich keine Vorlieben.", "machine"),
        ("En tant qu'intelligence artificielle, je ne peux pas.", "machine"),
        ("Como modelo de lenguaje, no.", "machine"),
        ("作为一个人工智能,我没有喜好。", "machine"),
        ("I can't role-play that.", "unwilling"),
        ("I won't pretend to be somebody else.", "unwilling"),
        ("I am not actually this person.", "unwilling"),
        ("This person would probably like it.", "outside"),
        ("This person would not watch it.", "outside"),
        ("This person wouldn't stop here.", "outside"),
        ("This person doesn’t care for boats.", "outside"),
        ("My character isn't really interested.", "outside"),
        ("As this person, yes.", "outside"),
        ("Staying in character: no.", "outside"),
        ("Based on these traits, yes.", "outside"),
        ("My persona would skip it.", "outside"),
    ],
)
def test_role_breaks_are_told_by_kind(text: str, kind: str) -> None:
    assert role_break(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "No, I hate parties.",
        "I love it, and I would watch it again.",
        "The person with the ball might fall.",
        "As a mother of two, I like that.",
        "I am an AI researcher's neighbour.",
        "This part of the city would bore me.",
        "I like it, in part because of the sea.",
        "In the part where she dives I held my breath.",
        "This part is not for me, and this part does not go on.",
        "Given the first part, I would go on.",
        "This person is not wearing a helmet.",
        "This person does not wear a helmet.",
        "I have a programme to follow.",
        "",
        "\x00\ufffd" * 10,
    ],
)
def test_answers_in_a_role_are_none(text: str) -> None:
    assert role_break(text) == ""


@pytest.mark.parametrize(
    "text", ["No, as an AI I have no preferences.", "As an AI language model: no.", "I can't role-play."]
)
def test_a_role_break_is_never_a_dislike(text: str) -> None:
    assert parse_answer(text, YES_NO) in (REFUSAL, "unparsed") and role_break(text)


def test_counting_is_by_kind_and_over_what_was_said() -> None:
    found = count_role_breaks(["yes", "", "As an AI, no.", "I can't role-play.", "As this person, yes.", "  "])
    assert (found.texts, found.machine, found.unwilling, found.outside, found.all) == (4, 1, 1, 1, 3)


def test_what_is_thought_before_an_answer_is_no_role_break() -> None:
    thought = "<think>I am to play this role; this person would like it.</think>"
    assert role_break(f"{thought}I love it!") == "" and role_break(f"{thought}As this person, yes.") == "outside"
    found = count_role_breaks([f"{thought}Yes.", thought, "As this person, yes."])
    assert (found.texts, found.all) == (2, 1)


def test_a_long_answer_takes_no_longer_than_its_ends() -> None:
    assert role_break("word " * 200_000 + "as an AI.") == "machine"
