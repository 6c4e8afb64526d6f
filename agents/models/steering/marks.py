"""Marks on token ids: what fast engines must know of a token to edit it as the plain engine does.

Fast engines compute tokens that prompts have in common once. A token that is edited in one prompt and not in another is
not the same token, though it has the same id. So what edits ask of a token travels in the upper bits of its id: tokens
are equal where they are equal and treated equally, and whatever groups, packs or caches them by their ids is right
without knowing why. Ids are plain again before a model sees them.

Where the end of a prompt decides what is done to its beginning, no two prompts have a token in common: each has a
number of its own, which its tokens have too, except those of pictures, which engines know by their ids. They are told
by what stands before them.
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
_SAID_AT = 32
_PROMPT_AT = 44
_LAST = 1 << _ID_BITS
_MOST_PHRASES = _SAID_AT - _ID_BITS - 1
_MOST_SAID = (1 << (_PROMPT_AT - _SAID_AT)) - 1
"""Tokens of an answer are told apart up to here; from there on they count as this one."""
_MOST_PROMPTS = 1 << (63 - _PROMPT_AT)


@dataclass(frozen=True, slots=True)
class Needs:
    """What edits ask of tokens."""

    said: bool
    """Whether a token is of the answer, and the how-manieth."""
    last: bool
    """Whether it is the last one of the prompt."""
    prompt: bool
    """Whose it is."""

    @classmethod
    def of(cls, edits: Sequence[Edit]) -> Needs:
        """What these edits ask."""
        phases = {edit.phase for edit in edits}
        return cls(
            said=phases != {"both"} or any(edit.counts_said for edit in edits),
            last="answering" in phases or any(edit.positions.kind == "last" or edit.looks_ahead for edit in edits),
            prompt=any(edit.looks_ahead for edit in edits),
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
        self._prompts = 0
        self._kept: dict[int, Tensor] = {}
        self._found: RecentlyUsed[tuple[int, ...], tuple[tuple[int, ...], ...]] = RecentlyUsed(8192)

    def begin(self) -> None:
        """Forget the prompts so far: others follow."""
        self._prompts, self._kept = 0, {}

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
        if self._needs.prompt:
            self._prompts += 1
            owner = self._prompts % _MOST_PROMPTS << _PROMPT_AT
            marked = [token if token in self._kinds.pictures else token | owner for token in marked]
        return (*marked, *(self.said(token, number, marked[0]) for number, token in enumerate(suffix, 1)))

    def said(self, token: int, number: int, first: int) -> int:
        """The id of a token of an answer with its mark.

        Args:
            token: The id.
            number: The how-manieth token of the answer, from 1.
            first: Of the prompt, with its mark.
        """
        owner = first >> _PROMPT_AT << _PROMPT_AT
        return token | owner | (min(number, _MOST_SAID) << _SAID_AT if self._needs.said else 0)

    @staticmethod
    def unmarked(token: int) -> int:
        """The plain id of a token."""
        return token & (_LAST - 1)

    def taken_off(self, marked: Tensor) -> tuple[Tensor, Pass]:
        """Plain ids, and what the marks said."""
        ids = marked & (_LAST - 1)
        bits = {phrase: _LAST << (number + 1) for number, phrase in enumerate(self._kinds.phrases)}
        spans = {phrase: (marked & bit) > 0 for phrase, bit in bits.items()}
        said = (marked >> _SAID_AT) & _MOST_SAID
        owner = self._owners(marked) if self._needs.prompt else None
        return ids, Pass(said, (marked & _LAST) > 0, self._kinds.text(ids), spans, self._kept, owner)

    @staticmethod
    def _owners(marked: Tensor) -> Tensor:
        """Whose each token is; those of pictures are whose the one before them is."""
        import torch

        owner = marked >> _PROMPT_AT
        columns = torch.arange(marked.shape[1], device=marked.device).expand_as(marked)
        told = torch.where(owner > 0, columns, 0).cummax(dim=1).values
        return owner.gather(1, told)

    def _phrases(self, ids: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        if not self._kinds.phrases:
            return ()
        return self._found.get(ids, lambda: tuple(found[0] for found in self._kinds.spans([ids]).values()))
