"""Prompts on which autoencoders are checked, trained, and their features told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Ask, Stimulus
from agents.models.capabilities import TorchModel
from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.collecting import WantedActivations, collect
from agents.models.steering.positions import LAST
from valuespectrum.steering.neurons.aspects import OpposedAsks, described_aspects, opposed_asks, trait_aspects
from valuespectrum.steering.neurons.fitting import portrait_questions
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.random_streams import shuffled, stream


def probing_asks(count: int, seed: int = 0) -> list[Ask]:
    """Portraits, situations and personas, mixed, so that activations are of many kinds.

    Args:
        count: How many.
        seed: Of the order and of the personas.
    """
    portraits = portrait_questions(2)
    plain = [Ask(Stimulus(), question) for question in portraits]
    told = []
    for value in VALUES:
        pairs = opposed_asks(described_aspects(value), 30, seed)
        pairs += opposed_asks(trait_aspects(value, portraits, 12, seed), 30, seed)
        told += [ask for pair in pairs for ask in (pair.holds, pair.rejects)]
    asks = [*plain, *told]
    order = shuffled(len(asks), stream(seed, "features/probing"))
    return [asks[place] for place in (order * (1 + count // len(order)))[:count]]


def contrast_activations(
    model: TorchModel, pairs: Sequence[OpposedAsks], layer: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Outputs of a block at the last token of the prompts of either aspect, each of shape ``(pairs, width)``.

    Raises:
        InputError: There is no such block.
    """
    wanted = WantedActivations((layer,), LAST)
    sides = [[pair.holds for pair in pairs], [pair.rejects for pair in pairs]]
    holds, rejects = (collect(model, asks, wanted).single[:, 0] for asks in sides)
    return holds, rejects


def opposed_features(
    autoencoder: Autoencoder, holds: NDArray[np.float32], rejects: NDArray[np.float32], top: int
) -> list[tuple[int, float]]:
    """Features that are more active under one aspect than under the other: numbers, and differences of means.

    Args:
        autoencoder: Takes activations apart.
        holds: Activations under one aspect, shape ``(pairs, width)``.
        rejects: Under the other.
        top: How many at most; the largest differences above 0 first, ties by number.
    """
    import torch

    coder = autoencoder.on("cpu")
    with torch.inference_mode():
        means = [
            coder.encode(torch.from_numpy(np.ascontiguousarray(each))).mean(0).numpy() for each in (holds, rejects)
        ]
    difference = means[0] - means[1]
    order = np.lexsort((np.arange(len(difference)), -difference))[:top]
    return [(int(place), float(difference[place])) for place in order if difference[place] > 0]
