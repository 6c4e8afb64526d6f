"""How portraits are put: in which words, with digits or labels, in which direction of the scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.models.base import Ask, Choice, Stimulus
from valuespectrum.instruments.battery import ANSWER_TOKENS
from valuespectrum.instruments.portraits.forms import PortraitForm, PortraitItem
from valuespectrum.instruments.portraits.keys import AnswerScale
from valuespectrum.instruments.wordings.describing_oneself import (
    SAID,
    TOLD,
    digit_portraits,
    labelled_portraits,
)
from valuespectrum.instruments.wordings.languages import ENGLISH, tongue
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.scoring.instructions.parts import INSTRUCTION_TAG

DIGITS, WORDS = "digits", "words"
"""How answers are written."""
_SURVEY = (
    'How important is this to you as a guiding principle of your life: "{{statement}}"? '
    "Answer with one number from {lowest} to {highest}: {anchors}."
)


@dataclass(frozen=True, slots=True)
class PortraitWay:
    """One way to put a form."""

    labels: str = DIGITS
    """``DIGITS`` or ``WORDS``."""
    ascending: bool = True
    """Whether the scale goes from the least to the most: numbers mean more the higher they are, words come so."""
    instruction: str = "neutral"
    """Frame of mind."""
    tag: str = ""
    """The tag of the instruction; empty for the frame of mind that is scored."""


def portrait_asks(form: PortraitForm, wordings: int, ways: Sequence[PortraitWay], prefill: str = "") -> Iterator[Ask]:
    """Every portrait in every wording and way.

    Args:
        form: Whose portraits.
        wordings: How many paraphrases, from the first, and as many reversed ones where there are so many.
        ways: How each is put.
        prefill: Opening words put into the model's mouth.

    Yields:
        Asks with the tags ``item`` (``p07``), ``value`` (of the finest set that the form tells apart; empty for an item
        that counts for none), ``wording`` (``p1``, ``r1``), ``keyed`` (-1 for a reversed wording), ``polarity`` (1
        where the scale ascends), ``labels``, and ``instruction`` where there is one.
    """
    templates = {labels: _templates(form, labels) for labels in dict.fromkeys(way.labels for way in ways)}
    choices = {way: option_choices(form, way) for way in ways}
    for item in form.items:
        for wording, keyed, text in said_in(item, wordings):
            for way in ways:
                words = templates[way.labels][way.ascending].write(statement=text)
                tags: dict[str, str | int | float] = {
                    "item": item.tag,
                    "value": item.value,
                    "wording": wording,
                    "keyed": keyed,
                    "polarity": 1 if way.ascending else -1,
                    "labels": way.labels,
                }
                yield Ask(
                    Stimulus(),
                    tongue(ENGLISH).instructions[way.instruction] + words,
                    choices[way],
                    prefill=prefill,
                    max_tokens=ANSWER_TOKENS,
                    tags=tags | ({INSTRUCTION_TAG: way.tag} if way.tag else {}),
                )


def said_in(item: PortraitItem, wordings: int) -> list[tuple[str, int, str]]:
    """Wordings of one portrait: tag, 1 or -1 for a reversed one, words."""
    straight = [(f"p{place}", 1, text) for place, text in enumerate(item.paraphrases[:wordings], start=1)]
    return straight + [(f"r{place}", -1, text) for place, text in enumerate(item.reversed[:wordings], start=1)]


def option_choices(form: PortraitForm, way: PortraitWay) -> tuple[Choice, ...]:
    """Options in the order in which they are written, called by ``option_names``."""
    numbers, names = form.key.scale.numbers, option_names(form.key.scale, way.labels)
    if way.labels == DIGITS:
        return tuple(Choice(name, (str(number),)) for name, number in zip(names, numbers, strict=True))
    words = form.key.scale.words if way.ascending else form.key.scale.words[::-1]
    return tuple(Choice(name, (word, word.capitalize())) for name, word in zip(names, words, strict=True))


def option_names(scale: AnswerScale, labels: str) -> tuple[str, ...]:
    """What options are called, in the order in which they are written.

    Words are called by their place in the list, so that a place always means what the number there means in the digits
    of that direction; and by no digit alone, since answers to digits are read as ratings.
    """
    return tuple(str(number) if labels == DIGITS else f"place_{number}" for number in scale.numbers)


def _templates(form: PortraitForm, labels: str) -> tuple[Template, Template]:
    scale = form.key.scale
    if not scale.words:
        anchors = ", ".join(f"{number}, {word}" for number, word in scale.labels.items())
        asked = Template(_SURVEY.format(lowest=scale.lowest, highest=scale.highest, anchors=anchors))
        return asked, asked
    made = digit_portraits if labels == DIGITS else labelled_portraits
    return made(SAID if form.spoken else TOLD, scale.words)
