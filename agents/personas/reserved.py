"""Words of our own, which nothing of a user's may be called: a result under such a name would be taken for another."""

from __future__ import annotations

import re

from vectorstore.foundation.errors import InputError

NO_PERSONA = "none"
"""In the place of a persona: the model as itself."""
EVERY_PERSONA = "all"
"""On the command line: every persona of the file."""
PLACEBO = "placebo"
"""Begins the id of a placebo text, before its number."""
PLACEBO_TEXTS = 8
"""How many placebo texts a run with personas asks unless it says otherwise."""
MOST_PLACEBO_TEXTS = 12
"""More would repeat statements."""

_FURTHER_WORDING = re.compile(r"@\d+")
_TEXT = re.compile(rf"{PLACEBO}(?: text)? \d+")
_TAKEN = {
    NO_PERSONA: "the model without a persona",
    "no persona": "the model without a persona",
    "bare": "the model without a persona",
    "bare model": "the model without a persona",
    EVERY_PERSONA: "every persona of the file",
    PLACEBO: "a placebo text",
    "isq": "a strategy",
    "simple": "a strategy",
    "profile": "a strategy",
    "anchor": "a strategy",
    "interview": "a strategy",
}


def placebo_id(number: int) -> str:
    """What a placebo text is called in the place of a persona.

    Example:
        >>> placebo_id(3)
        'placebo-3'
    """
    return f"{PLACEBO}-{number}"


def is_placebo_text(persona: str) -> bool:
    """Whether an id of a persona is that of a placebo text.

    Example:
        >>> is_placebo_text("placebo-3"), is_placebo_text("tycoon")
        (True, False)
    """
    return bool(re.fullmatch(rf"{PLACEBO}-\d+", persona))


def in_first_wording(persona: str) -> str:
    """Id of the persona that a respondent plays, whichever its wording.

    Example:
        >>> in_first_wording("tycoon@2"), in_first_wording("tycoon")
        ('tycoon', 'tycoon')
    """
    return _FURTHER_WORDING.sub("", persona)


def refuse_reserved(text: str, label: str) -> None:
    """Refuse an id or a name of a persona that means something else here.

    Args:
        text: The id or name, in any case.
        label: Where it stands, for the message.

    Raises:
        InputError: It is such a word.

    Example:
        >>> refuse_reserved("night_watch", "personas.yaml: persona 1")
    """
    plain = " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
    meaning = _TAKEN.get(plain)
    if plain.endswith(("~placebo", "(placebo)")) or _TEXT.fullmatch(plain):
        meaning = _TAKEN[PLACEBO]
    if meaning:
        raise InputError(f"{label}: {text!r:.80} stands for {meaning}", "give the persona another id and name")
