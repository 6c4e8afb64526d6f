"""Questions about oneself: portraits, importance of values, moral foundations, everyday wishes."""

from __future__ import annotations

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
_SAID = 'Somebody says: "{statement}" How much is this person like you? '
PORTRAITS: tuple[Template, Template] = (
    Template(_SAID + "Answer with one digit from 1, very much like me, to 6, not like me at all."),
    Template(_SAID + "Answer with one digit from 1, not like me at all, to 6, very much like me."),
)
"""A portrait with digits, descending and ascending."""


def _labelled(labels: tuple[str, ...]) -> Template:
    return Template(_SAID + f"Answer {', '.join(labels[:-1])} or {labels[-1]}.")


LABELLED_PORTRAITS: tuple[Template, Template] = (_labelled(LABELS[::-1]), _labelled(LABELS))
"""A portrait with labels in words, from the most and from the least."""
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
BETTER_DESCRIPTION = Template(own_wordings("forced-choice")[ENGLISH][0].texts["choose"])
"""A forced choice between two statements."""
INSTRUCTIONS: dict[str, str] = {"": ""} | {name: tongue(ENGLISH).instructions[name] for name in (HONEST, FAKE_GOOD)}
"""What may be said before a question."""
