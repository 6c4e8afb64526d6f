"""The arithmetic of a sparse autoencoder: from the output of a block to few features and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Activation = Literal["relu", "topk", "jumprelu"]
"""``max(x, 0)``; the ``k`` largest of it; the same where ``x`` is above a threshold of its own, else 0."""


@dataclass(frozen=True, eq=False)
class Autoencoder:
    """A sparse autoencoder: ``features = activation((x - d) W + c)``, ``x' = features V + d``.

    Raises:
        InputError: Shapes do not fit, numbers are not finite, or the activation lacks what it needs.
    """

    encoder: NDArray[np.float32]
    """``W``, shape ``(width, features)``."""
    encoder_bias: NDArray[np.float32]
    """``c``, shape ``(features,)``."""
    decoder_matrix: NDArray[np.float32]
    """``V``, shape ``(features, width)``."""
    decoder_bias: NDArray[np.float32]
    """``d``, shape ``(width,)``."""
    activation: Activation
    centred: bool
    """Whether ``d`` is taken off before the encoder; where not, ``d`` is only added at the end."""
    most: int = 0
    """``k`` of ``"topk"``."""
    thresholds: NDArray[np.float32] | None = None
    """Of ``"jumprelu"``, shape ``(features,)``."""

    def __post_init__(self) -> None:
        width, features = self.encoder.shape if self.encoder.ndim == 2 else (0, 0)
        shapes = [self.encoder_bias.shape, self.decoder_matrix.shape, self.decoder_bias.shape]
        if not width or shapes != [(features,), (features, width), (width,)]:
            raise InputError(f"parts of an autoencoder do not fit: {self.encoder.shape}, {shapes}")
        if self.activation not in get_args(Activation):
            raise InputError(f"there is no activation {self.activation!r:.40}", ", ".join(get_args(Activation)))
        if (self.activation == "topk") != (self.most > 0) or self.most > features:
            raise InputError(
                "an autoencoder of kind topk keeps at least one feature, and only such a one says how many"
            )
        if (self.activation == "jumprelu") != (self.thresholds is not None):
            raise InputError("an autoencoder of kind jumprelu has thresholds, and only such a one")
        if self.thresholds is not None and self.thresholds.shape != (features,):
            raise InputError(f"{self.thresholds.shape} thresholds for {features} features")
        numbers = (self.encoder, self.encoder_bias, self.decoder_matrix, self.decoder_bias)
        if not all(np.isfinite(part).all() for part in numbers):
            raise InputError("an autoencoder has numbers that are not finite")
        if self.thresholds is not None and np.isnan(self.thresholds).any():
            raise InputError("an autoencoder has thresholds that are no numbers")

    @property
    def width(self) -> int:
        """Of what it takes apart."""
        return int(self.encoder.shape[0])

    @property
    def features(self) -> int:
        """How many there are."""
        return int(self.encoder.shape[1])

    def on(self, device: torch.device | str) -> TorchAutoencoder:
        """Ready to be used on a device, in float32."""
        import torch

        def moved(part: NDArray[np.float32]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(part, dtype=np.float32)).to(device)

        thresholds = None if self.thresholds is None else moved(self.thresholds)
        matrices = moved(self.encoder), moved(self.encoder_bias), moved(self.decoder_matrix), moved(self.decoder_bias)
        return TorchAutoencoder(*matrices, self, thresholds)


@dataclass(frozen=True, slots=True)
class TorchAutoencoder:
    """An autoencoder on a device."""

    encoder: Tensor
    encoder_bias: Tensor
    decoder: Tensor
    decoder_bias: Tensor
    told: Autoencoder
    """How its parts are used."""
    thresholds: Tensor | None

    def encode(self, values: Tensor) -> Tensor:
        """Features, shape ``(..., features)``, of values of shape ``(..., width)``."""
        import torch

        taken = values.float() - self.decoder_bias if self.told.centred else values.float()
        raw = taken @ self.encoder + self.encoder_bias
        features = raw.clamp(min=0)
        if self.thresholds is not None:
            return torch.where(raw > self.thresholds, features, 0.0)
        if self.told.activation == "topk":
            largest = features.topk(self.told.most, dim=-1)
            return torch.zeros_like(features).scatter(-1, largest.indices, largest.values)
        return features

    def decode(self, features: Tensor) -> Tensor:
        """Values, shape ``(..., width)``, of features of shape ``(..., features)``."""
        return features @ self.decoder + self.decoder_bias
