"""Attention over rows that hold one beginning and several branches, without the parts that a mask would throw away.

A row is ``[beginning | branch | branch | ...]``, every branch as long as the longest. A branch attends to the beginning
and to itself. One mask over the whole row would make most of the work for pairs that never meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

NAME = "branched"
"""Name of this attention in ``transformers``."""


def register() -> None:
    """Make the attention known to ``transformers``; a second call changes nothing."""
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    ALL_ATTENTION_FUNCTIONS.register(NAME, branched_attention)


# Open: a layer of transformers calls it with whatever it passes to every attention.
def branched_attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor,
    scaling: float,
    layout: tuple[int, int] = (0, 0),
    **_: object,
) -> tuple[torch.Tensor, None]:
    """Attention by beginnings and branches.

    Args:
        module: The attention layer.
        query: (B, heads, L, width).
        key: As the queries.
        value: As the queries.
        attention_mask: (B, 1, 1, L) what is added to scores of keys: 0, or a large negative number for padding.
        scaling: Factor on scores.
        layout: Length of the beginning, and of a branch (0 without branches).

    Returns:
        (B, L, heads, width), and no weights.
    """
    import torch

    start, length = layout
    query = query * scaling
    first = (
        query[:, :, :start] @ key[:, :, :start].transpose(2, 3) + _causal(start, query) + attention_mask[..., :start]
    )
    parts = [first.softmax(-1).to(value.dtype) @ value[:, :, :start]]
    if length:
        branches = (query.shape[2] - start) // length
        shape = (*query.shape[:2], branches, length, query.shape[3])
        queries, keys, values = (each[:, :, start:].reshape(shape) for each in (query, key, value))
        own = queries @ keys.transpose(3, 4) + _causal(length, query)
        own = own + attention_mask[..., start:].view(len(query), 1, branches, 1, length)
        shared = (query[:, :, start:] @ key[:, :, :start].transpose(2, 3)) + attention_mask[..., :start]
        scores = torch.cat([shared.view(*shape[:4], start), own], dim=-1).softmax(-1).to(value.dtype)
        seen = scores[..., :start].reshape(*shape[:2], branches * length, start) @ value[:, :, :start]
        parts.append(seen + (scores[..., start:] @ values).flatten(2, 3))
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous(), None


def _causal(length: int, like: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.full((length, length), torch.finfo(like.dtype).min, dtype=like.dtype).triu(1)
