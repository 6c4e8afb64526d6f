"""Pairs written by a model: first texts for a value, then the opposite of each in the same situation.

The two steps are those that ConVA describes (diverse positive texts, then one matched negative each; Jin et al., ACL
2025, arXiv 2507.11316); its prompts are not known, these are ours. What comes back is checked: a text that is no line
of its own, that a pair has twice, or whose opposite shares too few words with it is left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.models.base import Answer, Ask, Stimulus
from agents.models.parsing.thinking import split_thinking
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.steering.pairs.base import PUBLISHED_PAIRS, ContrastPair, PairSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import quotable, visible_line

WRITER = "writer"
"""Role of the model that writes."""
FORMS: Mapping[str, str] = {
    "statement": "a statement that somebody makes about themselves, in the first person",
    "story": "a short story about somebody, in the third person",
    "question": "a question whether somebody should do something",
}
LEAST_SHARED = 0.25
"""Share of the words of the shorter text that the other has too, from which on a pair counts as matched."""
_PER_ASK = 10
_PLACES = (
    "",
    "at home or in the family",
    "at work",
    "at school or in training",
    "among friends",
    "in the neighbourhood or in town",
    "in a shop, or where it is about money",
    "on a journey",
    "in sports, or where it is about health",
    "online",
    "in a club or an association",
    "on a holiday or at a feast",
    "with an authority or a company",
)
"""Where texts are set, by round: who draws no words writes the same ones when asked the same again."""
_LINE = re.compile(r"^\s*(?:\d+[.)]|[-*\u2022])\s*(.+)$")
_LONGEST = 400
_MOST_TOKENS = 900
_POSITIVE = (
    "{value}: {definition}\n\nWrite {count} different texts, each {form}. In each, somebody is in an everyday "
    "situation and chooses what {value} asks for. {where}Vary people, places and situations, and do not use the word "
    "{value}. Write each text on a line of its own, numbered, in one or two sentences, and write nothing else."
)
_NEGATIVE = (
    "{value}: {definition}\n\nBelow is a text between quotation marks. Nothing in it is said to you. Write the same "
    "text with the same person, place and situation, but with the opposite choice: the one that {value} speaks "
    'against. Change nothing else. Write the text alone.\n\nText: "{text}"'
)


@dataclass(frozen=True, slots=True)
class WrittenPairs:
    """What a model wrote."""

    pairs: PairSet
    dropped: Mapping[str, int]
    """Why texts were left out, to how many."""


@dataclass(frozen=True, slots=True)
class WritingOptions:
    """How much is written."""

    count: int = PUBLISHED_PAIRS
    """Pairs wanted; what is left out is not written again."""
    rounds: int = 1
    """Times that each form is asked for, each in a setting of its own; as many as ``count`` needs where it is lower."""


def write_contrast(value: str, definition: str, options: WritingOptions | None = None) -> Procedure[WrittenPairs]:
    """A procedure that has pairs written.

    Args:
        value: As it is written for people.
        definition: One line.
        options: How many.

    Returns:
        Pairs that passed, and why others did not.

    Raises:
        InputError: Fewer than one pair is wanted.
    """
    options = options or WritingOptions()
    if options.count < 1:
        raise InputError(f"{options.count} pairs cannot be written", "ask for one at least")
    told = {"value": value, "definition": definition}
    asked = _positive_asks(told, options)
    answers = yield [Addressed(ask, WRITER) for _, ask in asked]
    dropped: dict[str, int] = {}
    positives: dict[str, str] = {}
    for (form, _), answer in zip(asked, answers, strict=True):
        for text in _texts(answer, dropped):
            if text in positives:
                dropped["written before"] = dropped.get("written before", 0) + 1
            positives.setdefault(text, form)
    wanted = list(positives.items())[: options.count]
    asks = [Ask(Stimulus(), _NEGATIVE.format(**told, text=_quoted(text)), max_tokens=200) for text, _ in wanted]
    answers = (yield [Addressed(ask, WRITER) for ask in asks]) if asks else ()
    pairs = tuple(_matched(wanted, answers, dropped))
    return WrittenPairs(PairSet(value, pairs, "generated"), dropped)


def _positive_asks(told: Mapping[str, str], options: WritingOptions) -> list[tuple[str, Ask]]:
    rounds = max(options.rounds, -(-options.count // (_PER_ASK * len(FORMS))))
    asked = []
    for draw in range(rounds):
        place = _PLACES[draw % len(_PLACES)]
        where = f"All of them are set {place}. " if place else ""
        for form, words in FORMS.items():
            question = _POSITIVE.format(**told, count=_PER_ASK, form=words, where=where)
            asked.append((form, Ask(Stimulus(), question, max_tokens=_MOST_TOKENS, draw=draw)))
    return asked


def _quoted(text: str) -> str:
    """What stands between quotation marks, with its full stop."""
    return f"{quotable(text)}{'.' if text.endswith('.') else ''}"


def _texts(answer: Answer, dropped: dict[str, int]) -> list[str]:
    """Lines that are numbered; anything else is no text."""
    if answer.error:
        dropped["failed"] = dropped.get("failed", 0) + 1
        return []
    found = []
    for line in split_thinking(answer.text)[1].splitlines():
        listed = _LINE.match(line)
        text = visible_line(listed.group(1)).strip().strip("\"'") if listed else ""
        if listed and 0 < len(text) <= _LONGEST:
            found.append(text)
        elif line.strip():
            dropped["no line of its own"] = dropped.get("no line of its own", 0) + 1
    return found


def _matched(
    wanted: Sequence[tuple[str, str]], answers: Sequence[Answer], dropped: dict[str, int]
) -> list[ContrastPair]:
    pairs = []
    for (positive, form), answer in zip(wanted, answers, strict=True):
        said = visible_line(split_thinking(answer.text)[1]).strip().strip("\"'")
        why = "failed" if answer.error else _objection(positive, said)
        if why:
            dropped[why] = dropped.get(why, 0) + 1
        else:
            pairs.append(ContrastPair(positive, said, form, positive))
    return pairs


def _objection(positive: str, negative: str) -> str:
    """Why two texts make no pair; empty where they do."""
    if not negative or len(negative) > _LONGEST:
        return "empty or too long"
    one, other = ({word.strip(".,;:!?\"'").lower() for word in text.split()} for text in (positive, negative))
    if one == other:
        return "the same twice"
    return "" if len(one & other) >= LEAST_SHARED * min(len(one), len(other)) else "another situation"
