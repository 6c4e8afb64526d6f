"""Ratings in words: one number on the scale that was offered, however it is said, and nothing that is none."""

from __future__ import annotations

import pytest

from agents.models.base import Choice
from agents.models.parsing.parse import parse_answer

DIGITS = tuple(Choice(str(digit), (str(digit),)) for digit in range(10))


@pytest.mark.parametrize(
    ("text", "expected"), [("7", "7"), ("**3**/10", "3"), ("10", "unparsed"), ("7 or 8", "unparsed")]
)
def test_digits(text: str, expected: str) -> None:
    assert parse_answer(text, DIGITS) == expected


@pytest.mark.parametrize(("text", "expected"), [("$7$", "7"), ("$$7$$", "7"), ("$7", "unparsed"), ("seven", "7")])
def test_money_is_no_rating_and_a_formula_is(text: str, expected: str) -> None:
    assert parse_answer(text, DIGITS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (text, "1")
            for text in ("One.", "one out of nine", "Rating: one", "Eins.", "Uno.", "一分", "我给一分。", "①")
        ),
        *((text, "2") for text in ("两分", "我给两分。", "二分", "②")),
        *((text, "7") for text in ("7️⃣", "⑦", "⑦。", "Rating: ⑦")),
        *((text, "unparsed") for text in ("One of the best.", "A good one.", "one two", "one or two", "This one.")),
        *(
            (text, "unparsed")
            for text in ("①The image shows a dog", "① A dog\n② A cat", "⑦⑧", "十分喜欢", "一分为二", "⑫")
        ),
    ],
)
def test_digits_in_other_dress_and_words(text: str, expected: str) -> None:
    assert parse_answer(text, DIGITS) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "unparsed") for text in ("1. The image shows a dog", "1. **Subject**: a dog", "1) I see a dog on a")),
        *((text, "1") for text in ("1", "1.", "1. Boring.", "1. I do not like it.", "Rating: 1. A dog.")),
        *((text, "7") for text in ("7. It is calm.", "1. The image is nice.\n2. Rating: 7")),
    ],
)
def test_a_list_of_which_one_point_came_is_no_rating(text: str, expected: str) -> None:
    assert parse_answer(text, DIGITS) == expected


@pytest.mark.parametrize(
    "text",
    [
        "On a scale from 0 (not at all) to 9 (very much), I'd give it a 7.",
        "I'd give it a 7 on a scale of 0 (not at all) to 9.",
        "On a scale of 0 to 9 (7)",
        "(0 = not at all ... 10 = very) 7",
        "7 (0 = not at all, 9 = very much)",
        "0 = not at all, 10 = very much. 7",
        "0: not at all, 5: so-so, 9: very much\n7",
        "On a scale where 0 means not at all and 10 means very much, I'd say 7.",
        "From 0, not at all, to 9, very much: 7",
        "0 (not at all) - 9 (very much): 7",
        "From 0 to 9, I'd give it a 7.",
        "Auf einer Skala von 0 (gar nicht) bis 10 (sehr): 7",
        "(0 = gar nicht, 9 = sehr) 7",
        "Sur une échelle de 0 à 10, je dirais 7.",
        "En una escala del 0 al 10: 7",
        "Su una scala da 0 a 10 direi 7.",
        "Darei un sette.",
        "在0到9的范围内,我给7分。",
        "满分10分,我给7分。",
    ],
)
def test_what_the_ends_of_a_scale_mean_hides_no_rating(text: str) -> None:
    assert parse_answer(text, DIGITS) == "7"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "(0 = not at all ... 10 = very)",
            "0 = not at all, 10 = very much, about 7",
            "0 = not at all, 10 = very much 7",
        ),
        *(
            "On a scale of 0 to 9",
            "0 to 9",
            "0-9",
            "From 0 to 9, 6 or 7",
            "(0 = no, 10 = yes) 7.5",
            "0 = no, 9 = yes, not 7",
        ),
        *("1 = no, 5 = yes. 4", "On a scale of 1 to 5, a 4", "4/5", "(0 = no, 9 = yes) 7 (0 = no, 9 = yes) 3"),
    ],
)
def test_ends_of_a_scale_and_numbers_of_another_are_no_rating(text: str) -> None:
    assert parse_answer(text, DIGITS) == "unparsed"


SEVEN, SIX, FIVE = (tuple(Choice(str(step), (str(step),)) for step in range(1, 1 + count)) for count in (7, 6, 5))


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        *((SEVEN, text, "5") for text in ("5/7", "5 out of 7", "On a scale of 1 to 7, I'd say 5.", "From 1 to 7: 5")),
        *(
            (SEVEN, text, "5")
            for text in ("From 1, very much, to 7, not at all, I'd say 5.", "5 (1 = very, 7 = not at all)")
        ),
        *((SIX, text, "4") for text in ("From 1 (very important) to 6 (not at all), it's a 4.", "4 out of 6")),
        *((FIVE, text, "4") for text in ("4 out of 5 stars", "1 = not at all, 2 = a little, 5 = very strongly: 4")),
        *((SEVEN, text, "unparsed") for text in ("7/10", "6 out of 10", "5/5", "On a scale of 0 to 10, a 7.")),
        *((FIVE, text, "unparsed") for text in ("1/10", "4 out of 7", "1 to 5")),
    ],
)
def test_a_scale_is_the_one_that_was_offered(options: tuple[Choice, ...], text: str, expected: str) -> None:
    assert parse_answer(text, options) == expected


def test_one_of_two_is_no_rating() -> None:
    assert [parse_answer(text, SEVEN[:2]) for text in ("1", "1/2", "1 of 2")] == ["1", "unparsed", "unparsed"]


def test_a_rating_is_told_from_ratings_of_parts() -> None:
    parts = '"parts": {"light": {"score": 3}, "mood": {"score": 8}}'
    assert parse_answer(f'{{"rating": 7, {parts}}}', DIGITS) == "7"
    assert parse_answer(f"{{{parts}}}", DIGITS) == "unparsed"
    assert parse_answer('{"rating": {"value": 7, "max": 9}}', DIGITS) == "7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "7") for text in ("- **Rating:** 7", "Rating — 7", "Rating → 7", "Interest level: 7/9", "Liking: 7")),
        *((text, "7") for text in ("7 because it has 3 cats", "I'd rate it a 7 out of 9 since I see 2 dogs.")),
        *((text, "7") for text in ("<rating>7</rating>", "A rating of 7.", "Une note de 7/9", "Eine solide 7")),
        *((text, "unparsed") for text in ("7, 3 for style", "- 3 dogs\n- 2 cats", "Rating —7", "A number of 7 dogs")),
    ],
)
def test_labels_and_reasons_round_a_rating(text: str, expected: str) -> None:
    assert parse_answer(text, DIGITS) == expected


SURVEY = tuple(Choice(str(number), (str(number),)) for number in range(-1, 8))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "-1") for text in ("-1", "**-1**", "\u22121.", "-1, opposed to my values", "-1: I am against it.")),
        *(
            (text, "-1")
            for text in ("My answer is -1.", "Answer:-1", "Answer -1", '{"answer": -1}', "-1. So it is -1.")
        ),
        *((text, "1") for text in ("1", "1.", "My answer is 1.", '{"answer": 1}', "- 1")),
        *((text, "7") for text in ("7", "7, of supreme importance", "Final answer: 7")),
        *((text, "unparsed") for text in ("-2", "1 or -1", "-1.5", "8")),
    ],
)
def test_a_minus_is_a_part_of_a_number_where_options_go_below_zero(text: str, expected: str) -> None:
    assert parse_answer(text, SURVEY) == expected
