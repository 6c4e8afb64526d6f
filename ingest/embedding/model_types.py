"""What embedders use of models of transformers and open_clip, whose own types are too wide: written down once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, Protocol, Self

from PIL.Image import Image

if TYPE_CHECKING:
    import torch

Tensors = Mapping[str, "torch.Tensor"]


class TorchEncoder(Protocol):
    """A model that can be placed and looked at."""

    def to(self, where: torch.dtype | str) -> Self:
        """The same in a number format, or on a device."""

    def state_dict(self) -> Mapping[str, torch.Tensor]:
        """Weights by name."""


class OpenClipModel(TorchEncoder, Protocol):
    """Pictures and texts to vectors, each (n, dimension)."""

    def parameters(self) -> Iterator[torch.Tensor]:
        """All weights."""

    def encode_image(self, pixels: torch.Tensor) -> torch.Tensor:
        """Prepared pictures to vectors."""

    def encode_text(self, ids: torch.Tensor) -> torch.Tensor:
        """Token ids to vectors."""


class TowerConfig(Protocol):
    """Of a model of transformers."""

    model_type: str


class HfOutput(Protocol):
    """Around vectors."""

    pooler_output: torch.Tensor


class TwoTowerModel(TorchEncoder, Protocol):
    """Pictures and texts to vectors; older releases give the tensor, newer ones an object around it."""

    dtype: torch.dtype
    config: TowerConfig

    def get_image_features(self, **inputs: torch.Tensor) -> torch.Tensor | HfOutput:
        """Prepared pictures to vectors."""

    def get_text_features(self, **inputs: torch.Tensor) -> torch.Tensor | HfOutput:
        """Token ids to vectors."""


class ImageProcessor(Protocol):
    """Pictures to what a model takes."""

    def __call__(self, *, images: list[Image], return_tensors: str) -> Tensors:
        """Prepare pictures."""

    def to_dict(self) -> dict[str, object]:
        """Its settings."""


class TowerTokenizer(Protocol):
    """Texts to token ids."""

    model_max_length: float

    def __call__(
        self,
        texts: list[str],
        *,
        padding: bool | Literal["max_length"],
        truncation: bool,
        max_length: int,
        return_tensors: str,
    ) -> Tensors:
        """Encode texts."""


class HfProcessor(Protocol):
    """Of a vision-text model."""

    image_processor: ImageProcessor
    tokenizer: TowerTokenizer
