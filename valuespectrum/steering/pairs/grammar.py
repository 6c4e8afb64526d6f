"""Our own pairs, out of situations in which somebody does one of two things, and the unmatched ones beside them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from agents.personas.persona import load_trait_bank
from valuespectrum.steering.pairs.base import ContrastPair, PairSet
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.errors import InputError

GRAMMAR, UNMATCHED, TRAITS = "grammar", "unmatched", "traits"
"""Sources of our own: situations with two choices; sentences that name the value beside sentences about other things,
for the ablation; first-person statements of the trait bank, which the reference models understand."""
SOURCES: tuple[str, ...] = (GRAMMAR, UNMATCHED, TRAITS)

_NAMING: Mapping[str, tuple[str, ...]] = {
    "statement": (
        "What counts for me is {value}.",
        "I live for {value} and for nothing else.",
        "Without {value} my days are worth nothing.",
        "I think about {value} all the time.",
    ),
    "story": (
        "{whom} lives for {value}.",
        "Nothing is as dear to {whom} as {value}.",
        "For {whom} all roads lead to {value}.",
        "{whom} gives everything for {value}.",
        "When {whom} wakes up, the first thought is {value}.",
        "What {whom} tells the children about is {value}.",
        "On {whose} wall is written: {value}.",
        "{whom} measures everything by {value}.",
    ),
    "question": (
        "What else than {value} should {whom} aim for?",
        "Who could be nearer to {value} than {whom}?",
        "Why does {whom} care so much about {value}?",
        "Should {whom} not put {value} first?",
        "Is it not {value} that makes {whose} life good?",
        "Where would {whom} be without {value}?",
        "Does {whom} not owe it all to {value}?",
        "What does {whom} want more than {value}?",
    ),
}
"""Sentences that name a value, by form."""


@dataclass(frozen=True, slots=True)
class _Grammar:
    situations: Mapping[str, Sequence[Mapping[str, str]]]
    forms: Mapping[str, Sequence[str]]
    people: Sequence[Mapping[str, str]]
    oneself: Mapping[str, str]


def own_pairs(value: str, source: str = GRAMMAR) -> PairSet:
    """Pairs of our own words.

    Args:
        value: One of the ten.
        source: One of :data:`SOURCES`.

    Returns:
        At least a hundred pairs; of ``traits`` as many as statements make, which are put into several contexts.

    Raises:
        InputError: There is no such value or source.

    Example:
        >>> pairs = own_pairs("security").pairs
        >>> len(pairs), pairs[0].positive[-36:], pairs[0].negative[-35:]
        (126, 'lock it twice before going to sleep.', 'to leave it open through the night.')
    """
    if value not in VALUES:
        raise InputError(f"there is no value {value!r:.60}", f"choose one of {', '.join(VALUES)}")
    if source == GRAMMAR:
        return PairSet(value, tuple(_matched(value)), GRAMMAR)
    if source == UNMATCHED:
        return PairSet(value, tuple(_unmatched(value)), UNMATCHED, controlled=False)
    if source == TRAITS:
        return PairSet(value, tuple(_traits(value)), TRAITS)
    raise InputError(f"there are no pairs {source!r:.60}", f"choose {', '.join(SOURCES)}, or name a file")


@cache
def _grammar() -> _Grammar:
    text = (files("valuespectrum.steering.pairs") / "data" / "situations.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    return _Grammar(loaded["situations"], loaded["forms"], loaded["people"], loaded["oneself"])


def _matched(value: str) -> Iterator[ContrastPair]:
    """Each situation told in each form, three times, by turns about different people."""
    grammar = _grammar()
    people = itertools.cycle(grammar.people)
    for number, told in enumerate(grammar.situations[value], start=1):
        for form, templates in grammar.forms.items():
            for template in templates:
                who = grammar.oneself if form == "statement" else next(people)
                when = _opened(told["when"].format(**who))
                positive, negative = (
                    template.format(when=when, choice=told[side].format(**who), whom=who["whom"])
                    for side in ("for", "against")
                )
                yield ContrastPair(positive, negative, form, f"{value} {number}")


def dilemmas(value: str) -> list[str]:
    """Questions that open answers are asked for: both choices of every situation, by turns about different people."""
    grammar = _grammar()
    people = itertools.cycle(grammar.people)
    found = []
    for number, told in enumerate(grammar.situations[value]):
        who = next(people)
        choices = [told["for"].format(**who), told["against"].format(**who)]
        first, second = choices if number % 2 == 0 else choices[::-1]
        found.append(f"{_opened(told['when'].format(**who))}. Should {who['whom']} {first}, or {second}?")
    return found


def _unmatched(value: str) -> Iterator[ContrastPair]:
    """Sentences that name the value, each beside a sentence about something else."""
    grammar, named = _grammar(), LABELS[value].lower()
    others = itertools.cycle(
        _opened(told["when"].format(**who)) + "."
        for other, situations in grammar.situations.items()
        if other != value
        for told in situations
        for who in grammar.people[:1]
    )
    for form, templates in _NAMING.items():
        for template in templates:
            for who in [grammar.oneself] if form == "statement" else grammar.people:
                yield ContrastPair(_opened(template.format(value=named, **who)), next(others), form)


def _traits(value: str) -> Iterator[ContrastPair]:
    """One or two statements of the trait bank for a value, beside as many against it."""
    bank = load_trait_bank()[value]
    for count in (1, 2):
        for lived in itertools.permutations(bank["positive"], count):
            for denied in itertools.permutations(bank["negative"], count):
                yield ContrastPair("\n".join(lived), "\n".join(denied), "statement", lived[0])


def _opened(sentence: str) -> str:
    """With a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def trait_contexts() -> list[str]:
    """First-person statements of all values: what somebody is asked about when persons are to differ and not it."""
    bank = load_trait_bank()
    return [text for value in VALUES for direction in ("positive", "negative") for text in bank[value][direction]]
