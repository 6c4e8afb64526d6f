"""How much goes through a model at once: by free memory, and less after memory ran out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from agents.models.hf_types import HfModel
from vectorstore.foundation.errors import ModelError

if TYPE_CHECKING:
    import torch

Piece = TypeVar("Piece")

PROCESSOR_TOKENS = 6144
"""Tokens in one pass without an accelerator: twice as many were no faster on 2 cores, and need twice the memory."""
MOST_TOKENS = 131_072
"""Tokens in one pass at most, however much memory there is."""
_SHARE_OF_FREE_MEMORY = 0.5
_FEWEST_TOKENS = 512
_RAN_OUT = ("out of memory", "can't allocate memory", "not enough memory", "status_alloc_failed")
"""Words of torch's allocators, and of libraries of CUDA that found no room for themselves."""


@dataclass(slots=True)
class MemoryBudget:
    """What one forward pass may hold; only ever shrinks."""

    rows: int
    """Rows at most."""
    tokens: int
    """Tokens at most, padding included, unless a single row is longer."""

    def rows_of(self, length: int) -> int:
        """Rows of this many tokens that go through at once, at least one."""
        return max(1, min(self.rows, self.tokens // max(1, length)))

    def shrink(self, rows: int, tokens: int) -> None:
        """Allow half of what was too much."""
        self.rows = max(1, min(self.rows, rows // 2))
        self.tokens = max(1, min(self.tokens, tokens // 2))


def first_budget(model: HfModel, rows: int) -> MemoryBudget:
    """A budget from the model's size and the memory that is free now.

    Args:
        model: A loaded model of ``transformers``.
        rows: Rows at most.
    """
    if model.device.type == "cpu":
        return MemoryBudget(max(1, rows), PROCESSOR_TOKENS)
    tokens = int(_free_memory(model.device) * _SHARE_OF_FREE_MEMORY / bytes_of_a_token(model))
    return MemoryBudget(max(1, rows), max(_FEWEST_TOKENS, min(MOST_TOKENS, tokens)))


def bytes_of_a_token(model: HfModel) -> int:
    """Memory that one more token takes, roughly: its cache in all layers and one layer's working space."""
    config = model.config.get_text_config()
    width = int(config.hidden_size)
    inner = int(getattr(config, "intermediate_size", None) or 4 * width)
    layers = int(getattr(config, "num_hidden_layers", 1))
    heads = int(getattr(config, "num_attention_heads", 1))
    shared = int(getattr(config, "num_key_value_heads", None) or heads)
    cache = 2 * layers * width * shared // heads
    return int((cache + 16 * width + 4 * inner) * model.dtype.itemsize)


def _free_memory(device: torch.device) -> int:
    import torch

    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return 1 << 30


def out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on any device."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or any(each in words for each in _RAN_OUT)


def in_pieces(pieces: Iterable[Piece], run: Callable[[Piece], None], split: Callable[[Piece], Iterator[Piece]]) -> None:
    """Run pieces of work one after the other; a piece too large for the memory is split and run again.

    Args:
        pieces: The work.
        run: Does one piece; must be repeatable.
        split: Smaller pieces in place of one, and lasting care that later ones are smaller; none when it is single.

    Raises:
        ModelError: If memory runs out on a piece that cannot be split.
    """
    for piece in pieces:
        if not _ran_out(piece, run):
            continue
        release()
        smaller = list(split(piece))
        if not smaller:
            raise ModelError("Memory runs out on one ask", "use a smaller model, or --device cpu")
        in_pieces(smaller, run, split)


def _ran_out(piece: Piece, run: Callable[[Piece], None]) -> bool:
    """Do one piece; true when memory ran out. The error, and with it every tensor of the attempt, is let go of here."""
    try:
        run(piece)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        return True
    return False


def release() -> None:
    """Give memory that is kept for later back to the device."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
