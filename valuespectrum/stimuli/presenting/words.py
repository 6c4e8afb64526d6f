"""Words of strangers about a clip: captions, transcripts, descriptions. They are data, whatever they say.

A caption may hold an order to the model, or look like the end of a turn. So it stands in the user's turn between
quotation marks that it cannot close, on one line and of bounded length, and the question comes after it; control tokens
of a chat template lose their meaning where prompts are rendered (``agents.models.templates.prompting``). Nothing can
keep a model from obeying what it reads: how far it does shows in the difference between conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agents.models.parsing.declining import written_words
from valuespectrum.instruments.wordings.liking import CAPTIONED, NUMBERED_CAPTION, NUMBERED_SPEECH, SPOKEN
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.stimuli.presenting.presentation import WordKind
from vectorstore.foreign.documents import read_rows
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import quotable

TEMPLATES: Mapping[WordKind, Template] = {"caption": CAPTIONED, "transcript": SPOKEN, "described": CAPTIONED}
"""How words stand before a question; descriptions as captions do, so that only who wrote them differs."""
NUMBERED: Mapping[WordKind, Template] = {
    **{"caption": NUMBERED_CAPTION, "transcript": NUMBERED_SPEECH, "described": NUMBERED_CAPTION},
}
"""The same before a question about several clips, with the place of the one that they belong to."""
_LARGEST = 2**26
"""Bytes of a file of transcripts."""
_COLUMNS = ("clip", "text")
_HINT = "write a CSV file with the columns clip (its id, see `corpus search`) and text"


def description(text: str) -> str:
    """What a model said when it was to describe a picture; empty where it declined or saw none.

    Example:
        >>> description("A man climbs a wall."), description("I'm sorry, but I can't describe people.")
        ('A man climbs a wall', '')
    """
    return quotable(written_words(text))


def read_transcripts(path: Path) -> dict[str, str]:
    """What is said in clips, by clip id; clips in which nothing is said are left out.

    Args:
        path: CSV with a header.

    Raises:
        InputError: It cannot be read, lacks a column, or names a clip twice.
    """
    found: dict[str, str] = {}
    for number, row in enumerate(read_rows(path, "transcripts", _COLUMNS, _HINT, _LARGEST), start=2):
        clip, text = (row["clip"] or "").strip(), quotable(row["text"] or "")
        if clip in found:
            raise InputError(f"{path}, row {number}: the clip {clip[:80]!r} comes twice", "keep one transcript a clip")
        found[clip] = text
    return {clip: text for clip, text in found.items() if text}
