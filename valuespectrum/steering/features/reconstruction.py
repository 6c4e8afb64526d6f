"""Whether an autoencoder was read as it was meant: it must give back what the blocks of the model really give.

A wrong reading raises no error by itself: a file of kind topk that is read as relu (SAELens issue 553), matrices that
are transposed (677), a bias taken off that should not be, an autoencoder of another block. What all have in common is
that little comes back of activations. Readings that differ in one respect are tried, too, so that the message can name
the one that fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.autoencoder import Autoencoder
from vectorstore.foundation.errors import InputError

LEAST = 0.5
"""Share of variance that must come back."""
_BETTER = 0.05
"""By how much more another reading must give back to be the one that was meant."""
_SINK = 10.0
"""Tokens whose length is so many times the median hold attention, not meaning; autoencoders are not trained on them."""
_TOPS = (8, 16, 32, 50, 64, 100, 128, 256)


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """What came back."""

    explained: float
    """Share of the variance of activations, at most 1; negative where the mean alone would do better."""
    active: float
    """Mean number of features that are not 0."""
    tokens: int
    """Activations that were looked at."""


def reconstruct(autoencoder: Autoencoder, activations: NDArray[np.float32]) -> Reconstruction:
    """Take activations apart, and put them together again.

    Args:
        autoencoder: As it was read.
        activations: Outputs of the block, shape ``(tokens, width)``; attention sinks are left out.

    Raises:
        InputError: The width is another one, or there are fewer than two tokens.
    """
    import torch

    if activations.ndim != 2 or activations.shape[1] != autoencoder.width or len(activations) < 2:
        raise InputError(
            f"activations of shape {activations.shape} cannot be taken apart by an autoencoder of width "
            f"{autoencoder.width}",
            "is it one of this model?",
        )
    values = torch.from_numpy(_meaningful(activations))
    coder = autoencoder.on("cpu")
    with torch.inference_mode():
        features = coder.encode(values)
        left = values - coder.decode(features)
        spread = (values - values.mean(0)).square().sum()
        explained = 1.0 - float(left.square().sum() / spread) if float(spread) > 0 else float("nan")
        return Reconstruction(explained, float((features != 0).sum(-1).float().mean()), len(values))


def check_reconstruction(
    autoencoder: Autoencoder, activations: NDArray[np.float32], named: str, least: float = LEAST
) -> Reconstruction:
    """Refuse a reading under which too little comes back, or clearly less than under another one.

    Args:
        autoencoder: As it was read.
        activations: Outputs of the block that it is about, shape ``(tokens, width)``.
        named: What it is, for the message.
        least: Share of variance that must come back.

    Raises:
        InputError: It was not meant to be read so, or is about another block or model.
    """
    found = reconstruct(autoencoder, activations)
    others = {words: reconstruct(other, activations).explained for words, other in _others(autoencoder)}
    best = max(others, key=lambda words: others[words])
    wrong = others[best] >= max(least, found.explained + _BETTER)
    if not wrong and found.explained >= least:
        return found
    so = f"{named}, read as {_words(autoencoder)}, gives back {found.explained:.0%} of the variance of the block"
    if wrong:
        raise InputError(f"{so}; read as {best}, {others[best]:.0%}", "state how it is to be read")
    raise InputError(
        f"{so}, less than {least:.0%} ({found.active:.0f} features active)",
        "is it about this block of this model, and read as it was meant?",
    )


def _meaningful(activations: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(activations, axis=1)
    kept = lengths <= _SINK * np.median(lengths)
    return np.ascontiguousarray(activations[kept])


def _others(autoencoder: Autoencoder) -> Iterator[tuple[str, Autoencoder]]:
    """Readings of the same weights that differ in one respect."""
    flipped = replace(autoencoder, centred=not autoencoder.centred)
    yield _words(flipped), flipped
    if autoencoder.activation == "relu":
        for most in (each for each in _TOPS if each < autoencoder.features):
            other = replace(autoencoder, activation="topk", most=most)
            yield _words(other), other
    else:
        other = replace(autoencoder, activation="relu", most=0, thresholds=None)
        yield _words(other), other


def _words(autoencoder: Autoencoder) -> str:
    most = f" {autoencoder.most}" if autoencoder.most else ""
    return f"{autoencoder.activation}{most}{'' if autoencoder.centred else ' without taking off the bias'}"
