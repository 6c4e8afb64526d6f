"""Whether a model that was to write something declined: descriptions, comments and summaries have no options to say."""

from __future__ import annotations

import re

from agents.models.base import NO_PICTURE, REFUSAL
from agents.models.parsing.parse import parse_answer
from agents.models.parsing.refusals import APOLOGY
from agents.models.parsing.text import plain
from agents.models.parsing.thinking import split_thinking
from agents.models.yes_no import NO, YES

_I_CANNOT = re.compile(r"\W*(?:as an? ai\b|i(?: am|'m)? (?:can ?not|can't|unable|not able|won't|will not)\b)")
"""How nothing that was to be written begins."""


def written_words(text: str) -> str:
    """What a model wrote, without its thinking; empty where it declined or said that it sees nothing.

    Example:
        >>> written_words("A man climbs a wall."), written_words("I'm sorry, but I can't describe people.")
        ('A man climbs a wall.', '')
    """
    said = split_thinking(text)[1]
    declined = APOLOGY.match(plain(said)) or _I_CANNOT.match(plain(said))
    return "" if declined or parse_answer(text, (YES, NO)) in (REFUSAL, NO_PICTURE) else said
