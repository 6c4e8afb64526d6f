"""What this package uses of models of transformers, whose own types are too wide to say it: written down once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from torch.utils.hooks import RemovableHandle


class Layer(Protocol):
    """Of a cache; those that forget have other parts."""

    keys: Tensor
    """Shape ``(rows, heads, length, width)``, as ``values``."""
    values: Tensor


class Cache(Protocol):
    """Past keys and values of all layers."""

    layers: list[Layer]

    def reorder_cache(self, beam_idx: Tensor) -> None:
        """Take these rows."""


class TextConfig(Protocol):
    """Of the language model; what not all have is asked for by ``getattr``."""

    hidden_size: int
    vocab_size: int


class Config(Protocol):
    """Of the whole model."""

    def get_text_config(self) -> TextConfig:
        """The part about text."""


class Output(Protocol):
    """Of one forward pass."""

    logits: Tensor
    """Shape ``(rows, positions, vocabulary)``."""
    past_key_values: Cache


class HfModel(Protocol):
    """An image-text-to-text model."""

    device: torch.device
    dtype: torch.dtype
    config: Config
    forward: Callable[..., Output]
    generate: Callable[..., Tensor]
    """Token ids, shape ``(rows, length)``."""
    generation_config: object
    """How it writes where nobody says otherwise."""

    def __call__(self, **inputs: object) -> Output:
        """One forward pass."""

    def parameters(self) -> Iterator[Tensor]:
        """All weights."""

    def register_forward_pre_hook(self, hook: Callable[..., None], *, with_kwargs: bool) -> RemovableHandle:
        """Call a function before each forward pass."""

    def to(self, device: str) -> HfModel:
        """The same on a device."""

    def eval(self) -> HfModel:
        """The same, ready to be asked."""


class Processor(Protocol):
    """Prompts and pictures to tensors; what not all have is asked for by ``getattr``."""

    def __call__(self, **inputs: object) -> Mapping[str, Tensor]:
        """Prepare one prompt."""


class Tokenizer(Protocol):
    """Texts to token ids and back."""

    all_special_tokens: Sequence[str]

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Token ids."""

    def decode(self, token_ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        """The text."""


Features = object
"""Of the pictures of a stimulus: each architecture has a form of its own."""
