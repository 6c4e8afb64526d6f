"""What an agent remembers of a session, as earlier turns before each of its questions.

- ``none``: every question comes in a fresh context.
- ``transcript``: the last clips, one after the other: what was shown as the user's turn, what was done as the answer.
- ``summary``: every so many clips the model sums up in its own words what it has seen; then that summary stands first,
  and after it the clips since.
- ``retrieval``: those of all clips so far that are most similar to the present one, in order of time.

What was done is told in our words, in which no answer of the model stands but its own comments and summaries. A summary
that was refused, failed or left empty changes nothing: the one before stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np

from agents.models.ask_key import canonical_json
from agents.models.base import Stimulus, Turn
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import quotable, whole_number

MemoryMode = Literal["none", "transcript", "summary", "retrieval"]
SUM_UP = (
    "In at most three sentences: what have you seen in your feed so far, and how did you react to it? "
    "Write it as a note to yourself."
)
"""What is asked of whoever sums up."""
_FARTHEST = 100
"""Clips over which memory reaches at most."""
_RECALL = "What do you remember of the videos before?"


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """What is remembered, and how often the same is asked without it."""

    mode: MemoryMode = "none"
    length: int = 5
    """Clips that are told: the last, or the most similar, ones; clips between two summaries. 1 to 100."""
    pictures: bool = True
    """Whether clips are told with the pictures that were shown of them, or in words alone."""
    fresh_every: int = 1
    """At every so many steps the questions about the clip are also asked without memory; 0 for never."""
    summary_tokens: int = 120
    """Longest summary, 1 to 1000."""

    def __post_init__(self) -> None:
        if self.mode not in get_args(MemoryMode):
            raise InputError(f"unknown memory {self.mode!r}", f"choose {', '.join(get_args(MemoryMode))}")
        if not 1 <= self.length <= _FARTHEST:
            raise InputError(f"memory must reach over 1..{_FARTHEST} clips, got {self.length}")
        if self.fresh_every < 0 or not 1 <= self.summary_tokens <= 1000:
            raise InputError("fresh_every must be at least 0, and summary_tokens lie in 1..1000")

    def also_fresh(self, step: int) -> bool:
        """Whether a step also asks without memory; without any there is nothing to tell apart."""
        return self.mode != "none" and self.fresh_every > 0 and step % self.fresh_every == 0


def memory_from(text: str) -> MemoryOptions:
    """Memory as a user writes it: ``MODE`` or ``MODE:CLIPS``.

    Raises:
        InputError: There is no such memory.

    Example:
        >>> memory_from("retrieval:3").length
        3
    """
    mode, _, count = text.partition(":")
    length = whole_number(count, 1, _FARTHEST) if count else MemoryOptions().length
    if length is None:
        raise InputError(
            f"{text!r:.80}: {count!r:.40} is no number of clips from 1 to {_FARTHEST}", "as in transcript:5"
        )
    # Which words there are the class itself checks.
    return MemoryOptions(cast(MemoryMode, mode), length)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """One clip that was shown and what became of it."""

    number: int
    """Place in the session, from 1."""
    vector: np.ndarray
    """(dimension,) of the clip."""
    stimulus: Stimulus
    """What was last shown of it."""
    did: str
    """What was done, in words."""

    def turns(self, *, pictures: bool) -> tuple[Turn, Turn]:
        """The clip as a turn of the user and one of the agent."""
        words = "\n".join(filter(None, [f"Video {self.number} of your feed.", self.stimulus.caption]))
        return Turn("user", words, self.stimulus.frames if pictures else ()), Turn("assistant", self.did)


@dataclass(frozen=True, slots=True)
class Deed:
    """What an agent did with a clip."""

    action: str
    watched: float
    """Seconds."""
    seconds: float
    """Length of the clip."""
    further: Sequence[str] = ()
    comment: str = ""

    def in_words(self) -> str:
        """As the agent would tell it.

        Example:
            >>> Deed("like", 4.0, 6.5, ["share"]).in_words()
            'I watched 4 of 6.5 seconds and liked it. I shared it.'
        """
        watched = f"I watched {self.watched:.3g} of {self.seconds:.3g} seconds" if self.watched else "I scrolled on"
        acts = [_ACTS[act] for act in self.further if act in _ACTS]
        said = [f'I commented: "{quotable(self.comment)}".'] if self.comment else []
        return " ".join([watched + _ENDINGS.get(self.action, " and gave no answer."), *acts, *said])


_ENDINGS = {
    "watch": ".",
    "skip": ".",
    "like": " and liked it.",
    "dislike": " and disliked it.",
    "not_interested": " and told the feed that I am not interested.",
}
_ACTS = {
    "share": "I shared it.",
    "save": "I saved it.",
    "follow": "I followed whoever made it.",
    "not_interested": "I told the feed that I am not interested.",
    "exit": "Then I closed the app.",
}


class Memory:
    """What one agent remembers; follows from what it was shown, did and wrote alone."""

    def __init__(self, options: MemoryOptions) -> None:
        self._options = options
        self._past: list[Past] = []
        self._summary = ""
        self._hash = ""

    def recall(self, vector: np.ndarray) -> tuple[Turn, ...]:
        """The turns that stand before a question about a clip.

        Args:
            vector: (dimension,) of that clip.
        """
        told = self._told(vector)
        first = (Turn("user", _RECALL), Turn("assistant", self._summary)) if self._summary else ()
        return (*first, *(turn for past in told for turn in past.turns(pictures=self._options.pictures)))

    def note(self, past: Past) -> None:
        """Remember a clip."""
        if self._options.mode == "none":
            return
        self._past.append(past)
        if self._options.mode != "retrieval":
            # A summary that did not come about leaves its clips in sight a while longer.
            del self._past[: -2 * self._options.length]
        self._chain(turns_content(past.turns(pictures=True)))

    def sums_up(self, step: int) -> bool:
        """Whether a summary is due after a step."""
        return self._options.mode == "summary" and (step + 1) % self._options.length == 0

    def take_summary(self, words: str) -> None:
        """Go on from a summary; an empty one changes nothing."""
        if words:
            self._summary = words
            self._past.clear()
            self._chain(words)

    @property
    def content_hash(self) -> str | None:
        """SHA-256 over everything that was remembered, in order; ``None`` without memory."""
        return self._hash or None

    def _chain(self, content: object) -> None:
        self._hash = hashlib.sha256(canonical_json([self._hash, content]).encode()).hexdigest()

    def _told(self, vector: np.ndarray) -> Sequence[Past]:
        if self._options.mode == "transcript":
            return self._past[-self._options.length :]
        if self._options.mode != "retrieval" or len(self._past) <= self._options.length:
            return self._past
        wanted = vector.astype(np.float64)
        alike = [-round(float((past.vector.astype(np.float64) * wanted).sum()), 9) for past in self._past]
        nearest = sorted(range(len(alike)), key=lambda place: (alike[place], -place))[: self._options.length]
        return [self._past[place] for place in sorted(nearest)]


def turns_content(turns: Sequence[Turn]) -> list[list[object]]:
    """Turns as they enter hashes: role, words, pictures."""
    return [[turn.role, turn.words, [frame.picture_sha for frame in turn.frames]] for turn in turns]


def turns_hash(turns: Sequence[Turn]) -> str:
    """SHA-256 over turns, pictures by content."""
    return hashlib.sha256(canonical_json(turns_content(turns)).encode()).hexdigest()
