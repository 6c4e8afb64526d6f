"""The strict parser classes what is said and guesses nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.base import Choice
from agents.parse import contains_yes, parse_answer

YES_NO = (Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO")))
ACTIONS = (
    Choice("watch", ("watch",)),
    Choice("skip", ("skip",)),
    Choice("not_interested", ("not interested",)),
)
DIGITS = tuple(Choice(str(digit), (str(digit),)) for digit in range(10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", "yes"),
        ("Yes.", "yes"),
        ("**No**", "no"),
        ("YES!!!", "yes"),
        ("> *yes*", "yes"),
        ("'No', it is not for me.", "no"),
        ("Yes, I like the sea.", "yes"),
        ("No. Yes would be a lie.", "no"),
        ("\n\n yes\n", "yes"),
        ("No, I do not", "no"),
        ("yes and no", "unparsed"),
        ("Yes/No", "unparsed"),
        ("Yes or no", "unparsed"),
        ("yes, but maybe no", "unparsed"),
        ("Yes and maybe", "unparsed"),
        ("It depends", "unparsed"),
        ("No idea.", "unparsed"),
        ("Maybe yes", "unparsed"),
        ("I think yes", "unparsed"),
        ("Not really", "unparsed"),
        ("Nothing", "unparsed"),
        ("yesterday", "unparsed"),
        ("", "unparsed"),
        ("...", "unparsed"),
        ('{"answer": "yes"}', "unparsed"),
        ('["yes"]', "unparsed"),
        ("I'm sorry, I can't answer that.", "refusal"),
        ("As an AI, I do not have preferences.", "refusal"),
        ("I cannot help with this.", "refusal"),
        ("I’m just a language model.", "refusal"),
        ("Sorry, no.", "refusal"),
        ("I am unable to view this picture.", "refusal"),
    ],
)
def test_yes_no(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("skip", "skip"),
        ("Not interested.", "not_interested"),
        ("not_interested", "not_interested"),
        ("not", "unparsed"),
        ("Watch, then skip", "unparsed"),
        ("watching", "unparsed"),
    ],
)
def test_actions(text: str, expected: str) -> None:
    assert parse_answer(text, ACTIONS) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("7", "7"), ("**3**/10", "3"), ("10", "unparsed"), ("7 or 8", "unparsed")]
)
def test_digits(text: str, expected: str) -> None:
    assert parse_answer(text, DIGITS) == expected


def test_free_text_has_no_class() -> None:
    assert parse_answer("yes", ()) == ""


@given(st.text())
def test_any_text_gets_one_of_the_classes(text: str) -> None:
    assert parse_answer(text, YES_NO) in {"yes", "no", "refusal", "unparsed"}


@pytest.mark.parametrize("unit", ["yes ", "\x00", "[", "I cannot ", "no\n", " ", "\u202e", "a" * 50, "- ", "*"])
def test_hostile_text_is_read_quickly(unit: str) -> None:
    start = time.process_time()
    parse_answer(unit * (2_000_000 // len(unit)), YES_NO)
    assert time.process_time() - start < 1


def test_control_characters_are_no_letters() -> None:
    assert parse_answer("\x1b[31myes", YES_NO) == "unparsed"
    assert parse_answer("\x00yes\x07", YES_NO) == "yes"


def test_the_published_rule_is_another_one() -> None:
    assert contains_yes("I guess YES, yesterday")
    assert not contains_yes("I like it very much")
    assert contains_yes("The eyes have it")
