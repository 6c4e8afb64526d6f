"""Questions in which something is chosen: actions with a price, allocations of points, moves of a viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import cast

from valuespectrum.instruments.wordings.languages import OWN_DATA
from valuespectrum.instruments.wordings.template import Template
from vectorstore.foreign.documents import read_yaml

DILEMMA = Template("You can do only one thing.\nA: {first}\nB: {second}\nWhat do you do? Answer A or B.")
"""A choice between two actions."""
PRICES: tuple[str, ...] = (
    "costs you nothing",
    "costs you an hour",
    "costs you a day",
    "costs you a month",
    "costs you all you have",
)
"""What an action costs at each of the five steps of a staircase."""
STAIRCASE = Template("Step {step} of 5: {priced} {price}.\nA: {first}\nB: {second}\nWhat do you do? Answer A or B.")
"""One step of a staircase; the price of one of the actions rises from step to step."""
STAIRCASE_SHOWN = Template(
    "Step {step} of 5, with this picture before you: {priced} {price}.\nA: {first}\nB: {second}\n"
    "What do you do? Answer A or B."
)
"""The same beside a picture."""
TOLD_STEP = Template("{story}\nA: {first}\nB: {second}\nWhat do you do? Answer A or B.")
"""One step of a dilemma that is told."""
PAYOFF = Template(
    "You share points with somebody you do not know.\nA: you get {own_a}, the other gets {other_a}\n"
    "B: you get {own_b}, the other gets {other_b}\nWhich do you choose? Answer A or B."
)
"""A choice between two allocations of points."""
OPTION_LETTERS = "ABCDEFGHI"
"""Marks of nine options, as published."""
NEUTRAL_MARKS = "KMPRTVWXZ"
"""Letters that begin no alphabet, and are neither a word nor a grade by themselves."""
ACT_MARKS = f"{NEUTRAL_MARKS}HJLQUGS"
"""The same and further ones, for scenes that others wrote: ten acts or more, among people called A, B, and C."""
OPTION_DIGITS = "123456789"
MARKS: Mapping[str, str] = {"neutral": NEUTRAL_MARKS, "letters": OPTION_LETTERS, "digits": OPTION_DIGITS}
"""Sets of marks by name."""
ALLOCATION = Template("{letter}: you {own}, other {other}")
SLIDER = Template("You and somebody you do not know get points. Choose one.\n{options}\nAnswer with one {mark}.")
"""A slider item of nine allocations, each with a mark: a letter, or a digit."""
SLIDER_SHOWN = Template(
    "You and the people in this picture get points. Choose one.\n{options}\nAnswer with one {mark}."
)
"""The same where those who are shown are the other side."""
MOVES = Template(
    "You may:\n{options}\nRank these moves, first what you would do first. Answer with six words, the first of each."
)
"""The moves of a viewer, to be ranked."""
VIEWER_MOVES: tuple[str, ...] = (
    "watch it to the end",
    "skip it",
    "like it",
    "comment on it",
    "share it",
    "save it",
)
"""What a viewer can do; the first word of each names it."""
DECISION = Template("{scene}\nYou are A, and may:\n{options}\nWhich do you do first? Answer with one letter.")
"""A scene in which something is to be done, told of somebody called A."""
DECISION_FOR = Template(
    "Somebody is to be served by their wishes, from 0, not at all, to 1, very much: {wishes}.\n{scene}\n"
    "This person is A, and may:\n{options}\nWhich does A do first? Answer with one letter."
)
"""The same for somebody else, whose wishes are told."""
WISHED = Template("{value} {strength}")
"""One wish of somebody else."""
POSSIBLE_ACT = Template("{letter}: {act}")
"""One thing that can be done."""

SLIDER_ITEMS: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = (
    ((85, 85), (85, 15)), ((85, 15), (100, 50)), ((50, 100), (85, 85)), ((50, 100), (85, 15)),
    ((100, 50), (50, 100)), ((100, 50), (85, 85)), ((100, 50), (70, 100)), ((90, 100), (100, 90)),
    ((100, 70), (50, 100)), ((100, 70), (90, 100)), ((70, 100), (100, 70)), ((50, 100), (100, 90)),
    ((50, 100), (100, 50)), ((100, 90), (70, 100)), ((90, 100), (100, 50)),
)  # fmt: skip
"""End points ``(self, other)`` of the six primary and nine secondary items (Murphy, Ackermann & Handgraaf 2011)."""


@cache
def own_actions() -> Mapping[str, tuple[str, ...]]:
    """What can be done in a dilemma, by the refined value that it serves."""
    # Our own file, which tests look at.
    written = cast(dict[str, list[str]], read_yaml(OWN_DATA / "actions.yaml", "list of actions"))
    return {value: tuple(listed) for value, listed in written.items()}


def told_wishes(wishes: Mapping[str, float]) -> str:
    """Wishes of somebody else in words, as ``DECISION_FOR`` tells them.

    Example:
        >>> told_wishes({"safety": 0.9, "energy": 0.25}), read_wishes("safety 0.9, energy 0.25")
        ('safety 0.9, energy 0.25', {'safety': 0.9, 'energy': 0.25})
    """
    return ", ".join(WISHED.write(value=value, strength=f"{strength:g}") for value, strength in wishes.items())


def read_wishes(text: str) -> dict[str, float]:
    """What ``told_wishes`` wrote; nothing for another text."""
    found = [WISHED.read(part) for part in text.split(", ")]
    numbers = {row["value"]: row["strength"] for row in found if row}
    plain = len(numbers) == len(found) and all(number.replace(".", "", 1).isdecimal() for number in numbers.values())
    return {value: float(number) for value, number in numbers.items()} if plain else {}


def allocations(item: int, scale: float = 1.0) -> list[tuple[int, int]]:
    """The nine allocations of a slider item, on the line between its end points.

    Args:
        item: 0 to 14.
        scale: Factor on all points.
    """
    (own_first, other_first), (own_last, other_last) = SLIDER_ITEMS[item]
    steps = [step / 8 for step in range(9)]
    return [
        (
            round(scale * (own_first + step * (own_last - own_first))),
            round(scale * (other_first + step * (other_last - other_first))),
        )
        for step in steps
    ]


def slider_text(template: Template, points: Sequence[tuple[int, int]], marks: Sequence[str]) -> str:
    """A slider question.

    Args:
        template: ``SLIDER`` or ``SLIDER_SHOWN``.
        points: Points to oneself and to the other, in the order in which they are shown.
        marks: Of the options, in that order.
    """
    rows = [
        ALLOCATION.write(letter=mark, own=own, other=other) for mark, (own, other) in zip(marks, points, strict=True)
    ]
    return template.write(options="\n".join(rows), mark="digit" if marks[0].isdecimal() else "letter")
