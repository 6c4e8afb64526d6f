"""Prompts packed into rows as trees: a beginning that several prompts have in common stands there once.

A row is a list of tokens in which each token has one parent; a prompt is the path from a root to its end. Attention
must run along paths only, and a token's position is its depth: then the row gives what the prompts give one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Tokens = tuple[int, ...]
Columns = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Packing:
    """When it pays to pack prompts into one row."""

    longest: int
    """Tokens of a row at most, unless a single prompt is longer."""
    attention_scale: float
    """Length of a row at which attending costs as much as all the rest: every token looks at the whole row, masked."""
    past: int = 0
    """Tokens before the row that all of it sees: a trunk computed once for several rows."""

    def cost(self, length: int) -> float:
        """What a row of this length costs, in tokens."""
        return length * (1 + (self.past + length) / self.attention_scale)


@dataclass(frozen=True, slots=True)
class PackedRow:
    """Several prompts as one row of tokens."""

    tokens: Columns
    """Token ids, shape ``(length,)``."""
    visible: NDArray[np.bool_]
    """Which tokens each token may attend to: those on its path. Shape ``(length, length)``."""
    paths: tuple[Columns, ...]
    """For each prompt the columns of its tokens, in order; the last one is where its answer is read."""
    members: tuple[int, ...]
    """Which of the given prompts these are."""


def pack(prompts: Sequence[Tokens], picture_token: int | None, packing: Packing) -> list[PackedRow]:
    """Pack prompts about the same pictures into rows, so that few tokens are left and rows stay short.

    Args:
        prompts: Token ids, none empty. What they have in common is shared, except for a part of their pictures.
        picture_token: The token that stands for a piece of a picture.
        packing: How long rows may be, and what length costs.
    """
    order = sorted(range(len(prompts)), key=lambda index: prompts[index])
    ordered = [prompts[index] for index in order]
    common = [0, *(shared_length(*pair, picture_token) for pair in pairwise(ordered))]
    ends = np.cumsum([len(prompt) - shared for prompt, shared in zip(ordered, common, strict=True)])

    def length(first: int, last: int) -> int:
        """Tokens of the row that holds the sorted prompts ``first`` to ``last``, the last one included."""
        return int(ends[last] - ends[first]) + len(ordered[first])

    def spans(first: int, last: int) -> tuple[float, list[tuple[int, int]]]:
        whole = packing.cost(length(first, last))
        if first == last:
            return whole, [(first, last)]
        middle = (first + last + 1) / 2
        cut = min(range(first + 1, last + 1), key=lambda place: (common[place], abs(place - middle)))
        left, right = spans(first, cut - 1), spans(cut, last)
        if whole <= left[0] + right[0] and length(first, last) <= packing.longest:
            return whole, [(first, last)]
        return left[0] + right[0], left[1] + right[1]

    return [
        _row(ordered[first : last + 1], [0, *common[first + 1 : last + 1]], tuple(order[first : last + 1]))
        for first, last in spans(0, len(ordered) - 1)[1]
    ]


def shared_length(one: Tokens, other: Tokens, picture_token: int | None) -> int:
    """Tokens that two prompts begin with in common; pictures are shared whole or not at all."""
    shorter = min(len(one), len(other))
    parted = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    if picture_token in one[:parted] and picture_token in one[parted:]:
        return one.index(picture_token)
    return parted


def _row(prompts: Sequence[Tokens], common: Sequence[int], members: tuple[int, ...]) -> PackedRow:
    size = sum(len(prompt) - shared for prompt, shared in zip(prompts, common, strict=True))
    tokens = np.empty(size, dtype=np.int64)
    visible = np.zeros((size, size), dtype=np.bool_)
    paths: list[Columns] = []
    filled = 0
    for prompt, shared in zip(prompts, common, strict=True):
        new = np.arange(filled, filled + len(prompt) - shared)
        before = paths[-1][:shared] if shared else new[:0]
        tokens[new] = prompt[shared:]
        visible[new[:, None], before] = True
        visible[new[:, None], new] = np.tri(len(new), dtype=np.bool_)
        paths.append(np.concatenate([before, new]))
        filled += len(new)
    return PackedRow(tokens, visible, tuple(paths), members)
