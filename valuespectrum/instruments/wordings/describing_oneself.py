"""Questions about oneself: portraits, importance of values, moral foundations, everyday wishes."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.instruments.wordings.bank import own_wordings
from valuespectrum.instruments.wordings.languages import ENGLISH, tongue
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.scoring.instructions.parts import FAKE_GOOD, HONEST

LABELS: tuple[str, ...] = (
    "not like me at all",
    "not like me",
    "a little like me",
    "somewhat like me",
    "like me",
    "very much like me",
)
"""The six answers to a portrait, from the least."""
SAID = 'Somebody says: "{statement}"'
"""How a portrait in somebody's own words begins."""
TOLD = 'Here is a description of somebody: "{statement}"'
"""How one begins that tells of somebody, as those of published questionnaires do."""
_LIKE_YOU = " How much is this person like you? "


def digit_portraits(begins: str, labels: tuple[str, ...] = LABELS) -> tuple[Template, Template]:
    """A portrait with digits, descending and ascending.

    Args:
        begins: ``SAID`` or ``TOLD``.
        labels: Of the digits, from the least.
    """
    most, least, last = labels[-1], labels[0], len(labels)
    asked = f"{begins}{_LIKE_YOU}Answer with one digit from "
    return (
        Template(f"{asked}1, {most}, to {last}, {least}."),
        Template(f"{asked}1, {least}, to {last}, {most}."),
    )


def labelled_portraits(begins: str, labels: tuple[str, ...] = LABELS) -> tuple[Template, Template]:
    """A portrait with labels in words, from the most and from the least; arguments as of ``digit_portraits``."""
    listed = (labels[::-1], labels)
    most, least = (Template(f"{begins}{_LIKE_YOU}Answer {', '.join(each[:-1])} or {each[-1]}.") for each in listed)
    return most, least


PORTRAITS: tuple[Template, Template] = digit_portraits(SAID)
"""A portrait with digits, descending and ascending."""
LABELLED_PORTRAITS: tuple[Template, Template] = labelled_portraits(SAID)
"""A portrait with labels in words, from the most and from the least."""
AFTER_SEEING = "You have just seen this. "
"""What is said before a question about oneself that follows something shown."""
IMPORTANCE_SCALES: tuple[Template, Template] = (
    Template("How important is {value} to you? Answer with one digit from 1, very important, to 6, not at all."),
    Template("How important is {value} to you? Answer with one digit from 1, not at all, to 6, very important."),
)
"""Importance of a value named in words."""
FOUNDATION = Template(
    "When you decide whether something is right, how much does it matter whether {what}? "
    "Answer with one digit from 1, not at all, to 6, very much."
)
"""Relevance of a moral foundation."""
WISH = Template("How much do you wish {what}? Answer with one digit from 1, not at all, to 6, very much.")
"""Strength of an everyday value."""
WISHES: Mapping[str, str] = {
    "curiosity": "to learn something new",
    "energy": "to eat, drink and rest",
    "safety": "to be safe from harm",
    "happiness": "to have a nice time",
    "intimacy": "to be close to somebody",
    "fairness": "to see everybody treated alike",
}
"""What each of the six everyday values wishes for."""
BETTER_DESCRIPTION = Template(own_wordings("forced-choice")[ENGLISH][0].texts["choose"])
"""A forced choice between two statements."""
INSTRUCTIONS: dict[str, str] = {"": ""} | {name: tongue(ENGLISH).instructions[name] for name in (HONEST, FAKE_GOOD)}
"""What may be said before a question."""
