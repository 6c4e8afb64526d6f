"""Words of our own, which nothing of a user's may be called: a result under such a name would be taken for another."""

from __future__ import annotations

from vectorstore.foundation.errors import InputError

NO_PERSONA = "none"
"""In the place of a persona: the model as itself."""
EVERY_PERSONA = "all"
"""On the command line: every persona of the file."""
PLACEBO_MARK = "~placebo"
"""Ends the id of a placebo; its name ends in ``(placebo)``."""

_TAKEN = {
    NO_PERSONA: "the model without a persona",
    "no persona": "the model without a persona",
    "bare": "the model without a persona",
    "bare model": "the model without a persona",
    EVERY_PERSONA: "every persona of the file",
    "placebo": "the control of a persona",
    "isq": "a strategy",
    "simple": "a strategy",
    "profile": "a strategy",
}


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
    if plain.endswith((PLACEBO_MARK, "(placebo)")):
        meaning = "the control of a persona"
    if meaning:
        raise InputError(f"{label}: {text!r:.80} stands for {meaning}", "give the persona another id and name")
