"""Which features of an autoencoder are active at a phrase, and edits that raise or set one.

After Kang et al. (ACL 2025 Findings, arXiv 2501.00581, and its code): the residual at the tokens of " your values" in a
prompt without persona is taken apart, features are ranked by their largest activation, the first 24 are tried one by
one, each by adding 100 times its decoder row at these tokens of the prompt. The other operation, of multimodal-sae
(arXiv 2411.14982), sets a feature to a value and puts what the autoencoder makes of it in the place of the residual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Ask, Stimulus
from agents.models.capabilities import TorchModel
from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.collecting import WantedActivations, collect
from agents.models.steering.edits import Add, Clamp
from agents.models.steering.positions import ALL, Phase, Positions, span
from valuespectrum.steering.features.published import PublishedAutoencoder
from vectorstore.foundation.errors import InputError

PHRASE = "your values"
"""The published phrase; blanks at its ends do not count."""
COEFFICIENT = 100.0
"""The published factor of an added feature."""
TOP = 24
"""Features that the publication goes on with."""
QUESTION = "Answer the question according to your values."
"""A prompt that has the phrase, in our words."""


@dataclass(frozen=True, slots=True)
class RankedFeature:
    """One feature at the wanted tokens."""

    feature: int
    largest: float
    """Its largest activation over all tokens and prompts; above 0."""
    mean: float
    """Its mean over them."""
    share: float
    """Share of the tokens at which it is active."""


def rank_features(autoencoder: Autoencoder, activations: NDArray[np.float32], top: int = TOP) -> list[RankedFeature]:
    """Features by their largest activation, the largest first, ties by number; without those that are never active.

    Args:
        autoencoder: Takes activations apart.
        activations: At the wanted tokens, shape ``(tokens, width)``.
        top: How many at most.

    Raises:
        InputError: There is no token, or the width is another one.
    """
    import torch

    if activations.ndim != 2 or not len(activations) or activations.shape[1] != autoencoder.width:
        raise InputError(f"no features can be ranked by activations of shape {activations.shape}")
    with torch.inference_mode():
        found = autoencoder.on("cpu").encode(torch.from_numpy(np.ascontiguousarray(activations))).numpy()
    largest, active = found.max(axis=0), (found > 0).mean(axis=0)
    order = np.lexsort((np.arange(len(largest)), -largest))[:top]
    return [
        RankedFeature(int(place), float(largest[place]), float(found[:, place].mean()), float(active[place]))
        for place in order
        if largest[place] > 0
    ]


def span_activations(model: TorchModel, asks: Sequence[Ask], layer: int, phrase: str = PHRASE) -> NDArray[np.float32]:
    """Outputs of a block at the tokens of a phrase, shape ``(tokens, width)``.

    Args:
        model: Asked through its own chat template.
        asks: Each must have the phrase; without persona, as published.
        layer: Number of the block, from 0.
        phrase: Words.

    Raises:
        InputError: The phrase is not in an ask, or there is no such block.
    """
    found = collect(model, asks, WantedActivations((layer,), span(phrase)))
    if not all(found.tokens):
        raise InputError(f"the phrase {phrase!r:.60} is not in the prompt", "name words that are in it")
    return np.concatenate([value[0] for value in found.values])


def block_activations(model: TorchModel, asks: Sequence[Ask], layer: int) -> NDArray[np.float32]:
    """Outputs of a block at all tokens, shape ``(tokens, width)``: what an autoencoder is checked on.

    Raises:
        InputError: There is no such block.
    """
    return np.concatenate([value[0] for value in collect(model, asks, WantedActivations((layer,), ALL)).values])


def phrase_asks(questions: Sequence[str] = (QUESTION,)) -> list[Ask]:
    """Asks without persona or pictures."""
    return [Ask(Stimulus(), question) for question in questions]


def added_feature(
    autoencoder: PublishedAutoencoder, feature: int, coefficient: float = COEFFICIENT, phrase: str = PHRASE
) -> Add:
    """Add a feature's decoder row at the tokens of a phrase, in the prompt only.

    Args:
        autoencoder: With the feature.
        feature: Its number.
        coefficient: What the row is multiplied by.
        phrase: Words; empty for every token of the prompt.

    Raises:
        InputError: There is no such feature.
    """
    coder = autoencoder.autoencoder
    if not 0 <= feature < coder.features:
        raise InputError(f"the autoencoder has {coder.features} features, none is {feature}")
    positions = span(phrase) if phrase.strip() else ALL
    return Add(autoencoder.layer, np.float32(coefficient) * coder.decoder_matrix[feature], positions, "prefill")


def clamped_feature(
    autoencoder: PublishedAutoencoder,
    feature: int,
    value: float,
    replace: bool = True,
    where: tuple[Positions, Phase] = (ALL, "both"),
) -> Clamp:
    """Set a feature to a value.

    Args:
        autoencoder: With the feature.
        feature: Its number.
        value: What it is set to.
        replace: Put the reconstruction in the place of the residual, as published; else what the autoencoder does not
            explain stays.
        where: At which tokens.

    Raises:
        InputError: There is no such feature.
    """
    return Clamp(autoencoder.layer, autoencoder.autoencoder, feature, value, replace, *where)
