"""What encoders use of models of transformers, whose own types are too wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch


class StateModelConfig(Protocol):
    """Of a language encoder."""

    hidden_size: int


class TextOutput(Protocol):
    """What a language encoder gives."""

    last_hidden_state: torch.Tensor


class TextModel(Protocol):
    """A language encoder."""

    @property
    def config(self) -> StateModelConfig:
        """Its sizes."""

    def __call__(self, *, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> TextOutput:
        """States of tokens."""


class TextTokenizer(Protocol):
    """Texts to token ids."""

    def __call__(
        self, texts: Sequence[str], *, return_tensors: str, padding: bool, truncation: bool, max_length: int
    ) -> Mapping[str, torch.Tensor]:
        """``input_ids`` and ``attention_mask``."""
