"""A faster forward pass of the vision tower for batches of pictures of one size.

The library attends picture by picture in a loop and embeds patches by a 3-D convolution; with equal sizes one batched
product does for each, which halves the time of a training step on a CPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel


def picture_tokens(tower: PreTrainedModel, values: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
    """Tower output for pictures of equal size.

    Args:
        tower: ``model.model.visual`` of a Qwen3-VL.
        values: (n * patches, 1536) from ``patches``.
        grid: (n, 3), all rows equal.

    Returns:
        (n * tokens, hidden), the same numbers as ``tower(values, grid_thw=grid).pooler_output``.
    """
    with _batched(tower, len(grid)):
        tokens: torch.Tensor = tower(values, grid_thw=grid).pooler_output
        return tokens


@contextmanager
def _batched(tower: PreTrainedModel, count: int) -> Iterator[None]:
    tower.patch_embed.forward = partial(_embed, tower.patch_embed)
    for block in tower.blocks:
        block.attn.forward = partial(_attend, block.attn, count)
    try:
        yield
    finally:
        del tower.patch_embed.forward
        for block in tower.blocks:
            del block.attn.forward


# Open: a layer of transformers, taken apart.
def _embed(patch_embed: Any, values: torch.Tensor) -> torch.Tensor:
    import torch

    kernel = patch_embed.proj
    return torch.nn.functional.linear(values, kernel.weight.flatten(1), kernel.bias)


# Open: as above.
def _attend(
    attention: Any,
    count: int,
    hidden: torch.Tensor,
    position_embeddings: tuple[torch.Tensor, torch.Tensor],
    **_: object,
) -> torch.Tensor:
    from transformers.models.qwen3_vl.modeling_qwen3_vl import apply_rotary_pos_emb_vision

    length = hidden.shape[0]
    queries, keys, values = attention.qkv(hidden).reshape(length, 3, attention.num_heads, -1).unbind(1)
    queries, keys = apply_rotary_pos_emb_vision(queries, keys, *position_embeddings)
    queries, keys, values = (
        part.reshape(count, length // count, attention.num_heads, -1).transpose(1, 2)
        for part in (queries, keys, values)
    )
    shares = (queries @ keys.transpose(2, 3) * attention.scaling).softmax(-1).to(values.dtype)
    seen: torch.Tensor = attention.proj((shares @ values).transpose(1, 2).reshape(length, -1))
    return seen
