"""Marks on token ids: what fast engines must know of a token to edit it as the plain engine does.

Fast engines compute tokens that prompts have in common once. A token that is edited in one prompt and not in another is
not the same token, though it has the same id. So what edits ask of a token travels in the upper bits of its id: tokens
are equal where they are equal and treated equally, and whatever groups, packs or caches them by their ids is right
without knowing why. Ids are plain again before a model sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.models.pictures import RecentlyUsed
from agents.models.steering.edits import Edit
from agents.models.steering.passes import Pass, TokenKinds
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

_ID_BITS = 24
_SAID_AT = 40
_LAST = 1 << _ID_BITS
_MOST_PHRASES = _SAID_AT - _ID_BITS - 1


@dataclass(frozen=True, slots=True)
class Needs:
    """What edits ask of tokens."""

    said: bool
    """Whether a token is of the answer, and the how-manieth."""
    last: bool
    """Whether it is the last one of the prompt."""

    @classmethod
    def of(cls, edits: Sequence[Edit]) -> Needs:
        """What these edits ask."""
        phases = {edit.phase for edit in edits}
        return cls(
            said=phases != {"both"} or any(edit.counts_said for edit in edits),
            last="answering" in phases or any(edit.positions.kind == "last" or edit.looks_ahead for edit in edits),
        )


class Marks:
    """Puts marks on the ids of prompts and answers, and takes them off.

    Args:
        edits: What is done to tokens.
        kinds: What tells tokens apart.

    Raises:
        InputError: There are too many phrases.
    """

    def __init__(self, edits: Sequence[Edit], kinds: TokenKinds) -> None:
        if len(kinds.phrases) > _MOST_PHRASES:
            raise InputError(f"edits are about {len(kinds.phrases)} phrases, more than {_MOST_PHRASES}")
        self._kinds = kinds
        self._needs = Needs.of(edits)
        self._found: RecentlyUsed[tuple[int, ...], tuple[tuple[int, ...], ...]] = RecentlyUsed(8192)

    def objection(self, ids: Sequence[int]) -> str:
        """Why a prompt cannot be steered; empty when it can."""
        for phrase, found in zip(self._kinds.phrases, self._phrases(tuple(ids)), strict=True):
            if not found:
                return f"the phrase {phrase!r:.60} is not in the prompt, but steering is about its tokens"
        return ""

    def prompt(self, ids: tuple[int, ...], suffix: tuple[int, ...]) -> tuple[int, ...]:
        """The ids of a prompt, and of the beginning of an answer after it, with marks."""
        marked = list(ids)
        for number, found in enumerate(self._phrases(ids)):
            for index in found:
                marked[index] |= 1 << (_ID_BITS + 1 + number)
        if self._needs.last:
            marked[-1] |= _LAST
        return (*marked, *(self.said(token, number) for number, token in enumerate(suffix, 1)))

    def said(self, token: int, number: int) -> int:
        """The id of a token of an answer with its mark.

        Args:
            token: The id.
            number: The how-manieth token of the answer, from 1.
        """
        return token | number << _SAID_AT if self._needs.said else token

    def taken_off(self, marked: Tensor) -> tuple[Tensor, Pass]:
        """Plain ids, and what the marks said."""
        ids = marked & (_LAST - 1)
        bits = {phrase: _LAST << (number + 1) for number, phrase in enumerate(self._kinds.phrases)}
        spans = {phrase: (marked & bit) > 0 for phrase, bit in bits.items()}
        return ids, Pass(marked >> _SAID_AT, (marked & _LAST) > 0, self._kinds.text(ids), spans)

    def _phrases(self, ids: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        if not self._kinds.phrases:
            return ()
        return self._found.get(ids, lambda: tuple(found[0] for found in self._kinds.spans([ids]).values()))
