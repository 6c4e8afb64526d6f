"""Whether an autoencoder was read as it was meant: it must give back what the blocks of the model really give.

A wrong reading raises no error by itself: a file of kind topk that is read as relu (SAELens issue 553), matrices that
are transposed (677), a bias taken off that should not be, an autoencoder of another block. What all have in common is
that little comes back of activations. Readings that differ in one respect are tried, too, so that the message can name
the one that fits.

A file of kind topk that is read as relu may give back as much as it should, where it has few features. Its small
features show it: they never learned what the k largest leave over, and add too much. Under a penalty on activations
each active feature is held below what would fit best, so that what small ones add fits at its size, or at more of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.autoencoder import Activation, Autoencoder
from vectorstore.foundation.errors import InputError

LEAST = 0.5
"""Share of variance that must come back."""
_BETTER = 0.05
"""By how much more another reading must give back to be the one that was meant."""
_SINK = 10.0
"""Tokens whose length is so many times the median hold attention, not meaning; autoencoders are not trained on them."""
_TOPS = (8, 16, 32, 50, 64, 100, 128, 256)
_LARGEST = (1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256)
_TOO_MUCH = 0.65
"""Share of what small features add, from which on down a file is refused; measured in docs/steering/features.md."""
INSISTED, DOUBT = "insisted_on", "doubt"
"""What is kept with whatever is made from a file that was read against a doubt."""


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """What came back."""

    explained: float
    """Share of the variance of activations, at most 1; negative where the mean alone would do better."""
    active: float
    """Mean number of features that are not 0."""
    tokens: int
    """Activations that were looked at."""
    doubt: str = ""
    """Why it would have been refused, had nobody insisted; empty for no doubt."""


@dataclass(frozen=True, slots=True)
class SmallFeatures:
    """How what small features add fits what the largest of each token leave over."""

    largest: int
    """Features of each token that are not small."""
    share: float
    """Times which what the small ones add would fit best: 1 for just so, below a half it does more harm than good."""
    error: float
    """Standard error of that share, over tokens."""

    @property
    def bound(self) -> float:
        """What the share is hardly above."""
        return self.share + 2 * self.error


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
    autoencoder: Autoencoder,
    activations: NDArray[np.float32],
    named: str,
    least: float = LEAST,
    insisted: Activation | None = None,
) -> Reconstruction:
    """Refuse a reading under which too little comes back, clearly less than under another one, or small features harm.

    The last may come of activations that an autoencoder was not trained on, so that somebody may insist.

    Args:
        autoencoder: As it was read.
        activations: Outputs of the block that it is about, shape ``(tokens, width)``.
        named: What it is, for the message.
        least: Share of variance that must come back.
        insisted: The activation that it has although small features speak against it, as somebody knows.

    Raises:
        InputError: It was not meant to be read so, or is about another block or model; or it has another activation
            than the one that is insisted on.
    """
    if insisted not in (None, autoencoder.activation):
        raise InputError(f"{named} is read as {autoencoder.activation}, not {insisted}", "insist on what it says")
    found = reconstruct(autoencoder, activations)
    others = {words: reconstruct(other, activations).explained for words, other in _others(autoencoder)}
    best = max(others, key=lambda words: others[words])
    wrong = others[best] >= max(least, found.explained + _BETTER)
    if not wrong and found.explained >= least:
        doubt = _doubt(autoencoder, activations, found.active)
        if doubt and insisted is None:
            raise InputError(
                f"{named} is refused: {doubt}",
                f"where you know better, go on with --insist-on {autoencoder.activation}",
            )
        return replace(found, doubt=doubt)
    so = f"{named}, read as {_words(autoencoder)}, gives back {found.explained:.0%} of the variance of the block"
    if wrong:
        raise InputError(f"{so}; read as {best}, {others[best]:.0%}", "state how it is to be read")
    raise InputError(
        f"{so}, less than {least:.0%} ({found.active:.0f} features active)",
        "is it about this block of this model, and read as it was meant?",
    )


def small_features(autoencoder: Autoencoder, activations: NDArray[np.float32], active: float) -> SmallFeatures | None:
    """Where small features fit worst.

    Args:
        autoencoder: As it was read.
        activations: Outputs of the block, shape ``(tokens, width)``; attention sinks are left out.
        active: Features that are active at a token, on average: fewer count as the largest.

    Returns:
        Of several numbers of largest features the one with the lowest bound; ``None`` where there are no small ones.
    """
    import torch

    values = torch.from_numpy(_meaningful(activations))
    coder = autoencoder.on("cpu")
    worst: SmallFeatures | None = None
    with torch.inference_mode():
        features = coder.encode(values)
        whole = coder.decode(features)
        order = features.topk(min(_LARGEST[-1], autoencoder.features), dim=-1)
        for count in (each for each in _LARGEST if each < min(active, autoencoder.features)):
            few = torch.zeros_like(features).scatter(-1, order.indices[:, :count], order.values[:, :count])
            known = coder.decode(few)
            added = whole - known
            size = added.square().sum(-1)
            total = float(size.sum())
            if total <= 0:
                continue
            fit = ((values - known) * added).sum(-1)
            share = float(fit.sum()) / total
            found = SmallFeatures(count, share, float((fit - share * size).square().sum().sqrt()) / total)
            worst = min((each for each in (worst, found) if each), key=lambda each: each.bound)
    return worst


def _doubt(autoencoder: Autoencoder, activations: NDArray[np.float32], active: float) -> str:
    small = small_features(autoencoder, activations, active) if autoencoder.activation == "relu" else None
    if small is None or small.bound >= _TOO_MUCH:
        return ""
    return (
        f"it says relu, and {active:.0f} features are active at a token, but what those beyond the {small.largest} "
        f"largest add would fit best at {small.share:.2f} of its size: so it is where a file of kind topk is read as "
        "relu, or where activations are unlike those that it was trained on"
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
