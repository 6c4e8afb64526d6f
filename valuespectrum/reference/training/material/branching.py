"""Attention over rows that hold one beginning and several branches, without the parts that a mask would throw away.

A row is ``[beginning | branch | branch | ...]``, every branch as long as the longest. A branch attends to the beginning
and to itself. One mask over the whole row would make most of the work for pairs that never meet. The layers themselves
see the tokens of all rows one after the other, without padding: only attention lays them out in rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

NAME = "branched"
"""Name of this attention in ``transformers``."""


def register() -> None:
    """Make the attention known to ``transformers``; a second call changes nothing."""
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    ALL_ATTENTION_FUNCTIONS.register(NAME, branched_attention)


@dataclass(frozen=True, slots=True)
class BranchedRows:
    """How tokens that stand one after the other lie in rows."""

    rows: int
    start: int
    """Length of a beginning."""
    branches: int
    length: int
    """Length of a branch."""
    kept: torch.Tensor
    """(N,) int64 place of every token among ``rows * (start + branches * length)``."""
    mask: torch.Tensor
    """(rows, 1, 1, start + branches * length) what is added to scores of keys: 0, or a large negative number."""

    def in_rows(self, tokens: torch.Tensor) -> torch.Tensor:
        """(N, ...) to (rows, start + branches * length, ...), zero where there is no token."""
        width = self.start + self.branches * self.length
        found = tokens.new_zeros((self.rows * width, *tokens.shape[1:]))
        return found.index_copy(0, self.kept, tokens).view(self.rows, width, *tokens.shape[1:])

    def in_line(self, rows: torch.Tensor) -> torch.Tensor:
        """The way back."""
        return rows.flatten(0, 1)[self.kept]


# Open: a layer of transformers calls it with whatever it passes to every attention.
def branched_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float,
    layout: BranchedRows | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """Attention by beginnings and branches.

    Args:
        module: The attention layer.
        query: (1, heads, N, width).
        key: As the queries.
        value: As the queries.
        attention_mask: Not looked at.
        scaling: Factor on scores.
        layout: How the N tokens lie in rows.

    Returns:
        (1, N, heads, width), and no weights.
    """
    assert layout is not None
    queries, keys, values = (layout.in_rows(each[0].transpose(0, 1)).transpose(1, 2) for each in (query, key, value))
    seen = _attend(queries * scaling, keys, values, layout)
    return layout.in_line(seen.transpose(1, 2))[None], None


def _attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: BranchedRows) -> torch.Tensor:
    """(rows, heads, L, width), all four, in the precision of the mask."""
    import torch

    start, length, branches, mask = layout.start, layout.length, layout.branches, layout.mask
    with torch.autocast("cpu", enabled=False):
        query, key, value = (each.to(mask.dtype) for each in (query, key, value))
        beginnings = (query[:, :, :start], key[:, :, :start], value[:, :, :start])
        begun = _weighted(*beginnings, _causal(start, query) + mask[..., :start])
        if not branches:
            return begun
        rows, heads, _, width = query.shape

        def by_branch(each: torch.Tensor) -> torch.Tensor:
            return each[:, :, start:].view(rows, heads, branches, length, width)

        def with_beginning(each: torch.Tensor) -> torch.Tensor:
            shared = each[:, :, None, :start].expand(-1, -1, branches, -1, -1)
            return torch.cat([shared, by_branch(each)], dim=3)

        own = _causal(length, query) + mask[..., start:].view(rows, 1, branches, 1, length)
        shared = mask[:, :, None, :, :start].expand(-1, -1, branches, length, -1)
        seen = _weighted(by_branch(query), with_beginning(key), with_beginning(value), torch.cat([shared, own], dim=-1))
        return torch.cat([begun, seen.flatten(2, 3)], dim=2)


def _weighted(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    # In place: the pairs of tokens are the largest thing of a step, and each pass over them costs as much as a product.
    scores = (query @ key.transpose(-1, -2)).add_(mask)
    seen: torch.Tensor = scores.softmax(-1) @ value
    return seen


def _causal(length: int, like: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.full((length, length), torch.finfo(like.dtype).min, dtype=like.dtype).triu(1)
