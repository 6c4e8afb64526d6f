"""Languages that questions are asked in: option words, how they are joined, instructions, and who has read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from agents.models.base import Choice
from valuespectrum.scoring.instructions.parts import FAKE_GOOD, HONEST
from vectorstore.foreign.documents import read_yaml
from vectorstore.foundation.errors import InputError

OWN_DATA = Path(__file__).parent / "data"
"""Where the words that come with the project are."""
ENGLISH = "en"
NEUTRAL = "neutral"
INSTRUCTIONS: tuple[str, ...] = (NEUTRAL, HONEST, FAKE_GOOD)
"""Frames of mind: what may be said before a question; nothing in the neutral one."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language."""

    code: str
    name: str
    """In English."""
    reviewed: bool
    """Whether a native speaker has read the questions."""
    words: Mapping[str, str]
    """Option to its word: ``yes, no, first, second, neither``."""
    two: str
    """How two options are named, ``{0}`` and ``{1}``."""
    three: str
    cannot_say: str
    """What the unforced form of a question with digits or letters adds; ``{answer}`` takes the digit or letter."""
    instructions: Mapping[str, str] = field(default_factory=dict)
    """What is said before a question, by frame of mind."""

    def join(self, options: Sequence[str]) -> str:
        """Two or three options as a question names them.

        Example:
            >>> tongue("de").join(["no", "yes"]), tongue("en").join(["first", "second", "neither"])
            ('nein oder ja', 'first, second or neither')
        """
        pattern = self.two if len(options) == 2 else self.three
        return pattern.format(*(self.words[option] for option in options))

    def choice(self, option: str) -> Choice:
        """An option with the written forms that count as it."""
        word = self.words[option]
        return Choice(option, tuple(dict.fromkeys((word, word.capitalize(), word.upper()))))


@cache
def languages() -> Mapping[str, Tongue]:
    """Every language by its code, English first."""
    # Our own file, which tests look at: checking it here would load pydantic whenever a question is written.
    # Open: an entry holds texts, but for two.
    written = cast(dict[str, dict[str, Any]], read_yaml(OWN_DATA / "languages.yaml", "list of languages"))
    spoken = [name for name in INSTRUCTIONS if name != NEUTRAL]
    return {
        code: Tongue(code, instructions={NEUTRAL: ""} | {name: entry.pop(name) for name in spoken}, **entry)
        for code, entry in written.items()
    }


def tongue(code: str) -> Tongue:
    """A language by its code.

    Raises:
        InputError: There is none.
    """
    if code not in languages():
        raise InputError(f"no questions are written in the language {code!r:.20}", f"known: {', '.join(languages())}")
    return languages()[code]
