"""Words that stand beside a clip: what is said in it, what its page tells of it, notes that an experiment adds.

All of them are words of strangers. They come between quotation marks that they cannot close, on one line and of bounded
length, before the question. What is said is shown only as far as the clip was watched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from vectorstore.foundation.text import quotable

Beside = Literal["caption", "transcript", "creator", "likes", "topics"]
"""What can stand beside the pictures of a clip."""
Line = tuple[float, float, str]
"""When it begins and ends, in seconds from the first picture of the clip, and what is said."""
NOTHING_SAID = "Nothing has been said in this clip so far."
_LONGEST_TRANSCRIPT = 2000
_MOST_TOPICS = 20
_HEARD = 1e-6
"""Seconds by which rounding may put the end of a line behind the picture it belongs to."""


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What a page shows beside a clip, where it is known. Counts and names bias, so that they are hidden by default."""

    creator: str = ""
    """Who published it, as a viewer would see it."""
    likes: int | None = None
    """How many viewers liked it, from 0; ``None`` where nobody knows."""
    topics: tuple[str, ...] = ()
    """Tags that its publisher gave it."""


class Worded(Protocol):
    """A clip, as far as words are concerned."""

    @property
    def caption(self) -> str:
        """What its publisher wrote under it."""

    @property
    def transcript(self) -> Sequence[Line]:
        """What is said, in order of time."""

    @property
    def facts(self) -> ClipFacts:
        """What a page shows beside it."""

    @property
    def seconds(self) -> float:
        """Its length."""


def said_until(clip: Worded, until: float | None) -> str:
    """What was said up to a time, on one line; a line that goes on is not shown before it has ended.

    Args:
        clip: The clip.
        until: Seconds watched; ``None`` for the glance, in which nothing is heard.
    """
    if until is None:
        return ""
    watched_all = until >= clip.seconds - _HEARD
    heard = [text for _, end, text in clip.transcript if watched_all or end <= until + _HEARD]
    return quotable(" ".join(heard), _LONGEST_TRANSCRIPT)


def words_beside(clip: Worded, shown: Sequence[Beside], until: float | None, note: str = "") -> str:
    """The words that are shown with a clip, a line for each kind; empty where nothing is known of what was asked for.

    Args:
        clip: The clip.
        shown: Kinds, in any order.
        until: Seconds watched; ``None`` for the glance.
        note: What an experiment adds, e.g. a warning.
    """
    told = [TELLING[kind](clip, until) for kind in TELLING if kind in shown]
    noted = f'Note: "{quotable(note)}".' if quotable(note) else ""
    return "\n".join(filter(None, [*told, noted]))


def _caption(clip: Worded, _: float | None) -> str:
    return _quoted("Caption", quotable(clip.caption))


def _transcript(clip: Worded, until: float | None) -> str:
    return _quoted("What was said so far", said_until(clip, until))


def _creator(clip: Worded, _: float | None) -> str:
    return _quoted("Published by", quotable(clip.facts.creator))


def _likes(clip: Worded, _: float | None) -> str:
    return "" if clip.facts.likes is None else f"Likes: {clip.facts.likes:,}."


def _topics(clip: Worded, _: float | None) -> str:
    return _quoted("Tags", quotable(", ".join(clip.facts.topics[:_MOST_TOPICS])))


def _quoted(what: str, words: str) -> str:
    return f'{what}: "{words}".' if words else ""


TELLING: Mapping[Beside, Callable[[Worded, float | None], str]] = {
    "creator": _creator,
    "caption": _caption,
    "topics": _topics,
    "likes": _likes,
    "transcript": _transcript,
}
"""How each kind is told, in the order in which they are shown."""
