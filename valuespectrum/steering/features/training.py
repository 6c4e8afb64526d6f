"""Train a small autoencoder of kind topk on activations, and write it as SAELens would.

For models so small that nobody published one, the reference models above all. After Gao et al. (arXiv 2406.04093): the
squared error of the k features that are kept, rows of the decoder of length one, and features that have not been active
for long learn what the others leave over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.autoencoder import Autoencoder
from valuespectrum.steering.features.sae_lens import CONFIGURATION, WEIGHTS
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    from torch import Tensor

_SILENT = 100
"""Steps after which a feature that was not active counts as dead."""
_LEFT_OVER = 1 / 32
"""Weight of what dead features are to learn."""
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class AutoencoderTraining:
    """How an autoencoder is trained."""

    features: int = 384
    top: int = 16
    """Features kept at each token."""
    steps: int = 1500
    batch: int = 512
    """Activations a step."""
    rate: float = 1e-3
    """Of Adam; falls to nothing over the last fifth of the steps."""
    seed: int = 0


def check_sizes(training: AutoencoderTraining) -> None:
    """Refuse sizes that make no sense.

    Raises:
        InputError: No feature is kept, or as many as there are, or no step is made.
    """
    if not 0 < training.top < training.features or training.steps < 1:
        raise InputError(f"an autoencoder of {training.features} features cannot keep {training.top}")


def train_autoencoder(
    activations: NDArray[np.float32],
    training: AutoencoderTraining | None = None,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Autoencoder:
    """Train an autoencoder of kind topk.

    Args:
        activations: Outputs of one block, shape ``(tokens, width)``.
        training: Sizes, steps and seed.
        advance: Told how many steps are done, of how many.

    Raises:
        InputError: There are too few activations, or the sizes make no sense.
    """
    training = training or AutoencoderTraining()
    check_sizes(training)
    if activations.ndim != 2 or len(activations) < _FEWEST * training.features:
        raise InputError(
            f"{len(activations)} activations are too few for {training.features} features",
            f"at least {_FEWEST} a feature are needed",
        )
    import torch

    # Lengths of about one, so that one rate fits all models; undone at the end.
    mean = activations.mean(axis=0)
    scale = float(np.linalg.norm(activations - mean, axis=1).mean())
    values = torch.from_numpy((activations - mean) / np.float32(scale))
    rng = stream(training.seed, "autoencoder")
    with torch.enable_grad():
        parts = _trained(values, training, rng, advance)
    encoder, encoder_bias, decoder, decoder_bias = (part.detach().numpy().astype(np.float32) for part in parts)
    size = np.float32(scale)
    return Autoencoder(
        encoder, encoder_bias * size, decoder, mean + decoder_bias * size, "topk", centred=True, most=training.top
    )


def _trained(
    values: Tensor, training: AutoencoderTraining, rng: np.random.Generator, advance: Callable[[int, int], None]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    import torch

    drawn = rng.standard_normal((training.features, values.shape[1])).astype(np.float32)
    decoder = torch.from_numpy(drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).requires_grad_()
    encoder = decoder.detach().T.clone().requires_grad_()
    biases = [torch.zeros(size, requires_grad=True) for size in (training.features, values.shape[1])]
    optimiser = torch.optim.Adam([encoder, decoder, *biases], lr=training.rate)
    silent = torch.zeros(training.features)
    for step in range(training.steps):
        optimiser.param_groups[0]["lr"] = training.rate * min(1.0, 5 * (1 - step / training.steps))
        batch = values[torch.from_numpy(rng.integers(0, len(values), training.batch))]
        raw = ((batch - biases[1]) @ encoder + biases[0]).clamp(min=0)
        features = _largest(raw, training.top)
        left = batch - features @ decoder - biases[1]
        loss = left.square().sum(-1).mean()
        dead = silent > _SILENT
        if bool(dead.any()):
            over = _largest(raw * dead, min(training.top, int(dead.sum()))) @ decoder
            loss = loss + _LEFT_OVER * (left.detach() - over).square().sum(-1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            decoder /= decoder.norm(dim=1, keepdim=True).clamp(min=1e-8)
            silent = torch.where((features > 0).any(0), 0.0, silent + 1)
        advance(step + 1, training.steps)
    return encoder, biases[0], decoder, biases[1]


def _largest(raw: Tensor, top: int) -> Tensor:
    import torch

    found = raw.topk(top, dim=-1)
    return torch.zeros_like(raw).scatter(-1, found.indices, found.values)


def write_sae_lens(
    autoencoder: Autoencoder, folder: Path, model: str, layer: int, further: Mapping[str, object] | None = None
) -> None:
    """Write an autoencoder in the layout of SAELens, float32.

    Args:
        autoencoder: Of any kind.
        folder: Files of this name in it are replaced.
        model: What it was trained on.
        layer: Block whose output it takes apart.
        further: Metadata.

    Raises:
        StorageError: The disk refuses.
    """
    from safetensors.numpy import save

    arrays = {
        "W_enc": autoencoder.encoder,
        "b_enc": autoencoder.encoder_bias,
        "W_dec": autoencoder.decoder_matrix,
        "b_dec": autoencoder.decoder_bias,
    }
    if autoencoder.thresholds is not None:
        arrays["threshold"] = autoencoder.thresholds
    document = {
        "architecture": "standard" if autoencoder.activation == "relu" else autoencoder.activation,
        "d_in": autoencoder.width,
        "d_sae": autoencoder.features,
        "dtype": "float32",
        "apply_b_dec_to_input": autoencoder.centred,
        "normalize_activations": "none",
        **({"k": autoencoder.most} if autoencoder.most else {}),
        "metadata": {"model_name": model, "hook_name": f"blocks.{layer}.hook_resid_post", **(further or {})},
    }
    with storage_errors(folder):
        weights = save({name: np.ascontiguousarray(part, np.float32) for name, part in arrays.items()})
        # Beside the configuration of others weights would be misread; one alone tells which command was stopped here.
        (folder / WEIGHTS).unlink(missing_ok=True)
        write_durably(folder / CONFIGURATION, json.dumps(document, indent=1).encode())
        write_durably(folder / WEIGHTS, weights)
