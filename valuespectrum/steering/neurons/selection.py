"""Which neurons are those of a value, what boosts and suppresses them, and a random mask of the same size.

The rules are those of NPTI (arXiv 2410.12327), the evident parent of ValueLocate, whose own threshold and factor are
not published: all neurons with a difference of at least 0.1, and 2,000 at least; ``a + gamma * a95 * f(delta)`` with
``f(x) = 1 / (1 + exp(-10 (x - 0.15)))`` for those of the wanted aspect, ``min(a, 0)`` for those of the opposite one;
gamma from 0.6 to 1.5. Threshold and gamma must therefore be given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.edits import EditMlp
from agents.models.steering.positions import ALL, Phase, Positions
from valuespectrum.steering.neurons.firing import OpposedFiring
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import first_shuffled, stream

NPTI_THRESHOLD, NPTI_FEWEST, NPTI_GAMMA, NPTI_KEEP = 0.1, 2000, (0.6, 1.5), 0.9
"""Numbers of NPTI's code, for its models of 32 blocks of 14,336 neurons; none of them is ValueLocate's."""
_STEEPNESS, _MIDDLE = 10.0, 0.15
_ROUNDING = 1e-9
"""Differences of shares that are equal differ by less: .6 - .5 is a little below .1, and .8 - .7 a little above."""


@dataclass(frozen=True, eq=False)
class NeuronMask:
    """Neurons with what is known of them, ordered by block and number."""

    layers: NDArray[np.int64]
    """Shape ``(n,)``."""
    neurons: NDArray[np.int64]
    delta: NDArray[np.float64]
    """How much more often they fire under their aspect; above 0."""
    high: NDArray[np.float64]
    """The 95th percentile of their activations under it."""

    def __len__(self) -> int:
        return len(self.neurons)

    def per_layer(self, layers: int) -> list[int]:
        """How many of each block."""
        return [int(count) for count in np.bincount(self.layers, minlength=layers)]

    def within(self, layers: tuple[int, ...]) -> NeuronMask:
        """Those of some blocks."""
        kept = np.isin(self.layers, layers)
        return NeuronMask(self.layers[kept], self.neurons[kept], self.delta[kept], self.high[kept])


@dataclass(frozen=True, eq=False)
class ValueNeurons:
    """Neurons of those who hold a value, and of those who reject it."""

    holds: NeuronMask
    rejects: NeuronMask
    threshold: float
    widths: tuple[int, ...]
    """Neurons of each block of the model."""

    @property
    def turned(self) -> ValueNeurons:
        """The same for steering away from the value."""
        return replace(self, holds=self.rejects, rejects=self.holds)


@dataclass(frozen=True, slots=True)
class NeuronEditing:
    """How strongly, at which tokens and at how many of the neurons."""

    gamma: float
    """Factor of the boost; NPTI: 0.6 to 1.5."""
    suppress: bool = True
    """Whether neurons of the opposite aspect are kept from firing."""
    keep: float = 1.0
    """Share of the neurons that are changed at each token, drawn anew for each; NPTI: 0.9."""
    seed: int = 0
    """Of these draws."""
    positions: Positions = ALL
    phase: Phase = "answering"
    """NPTI edits generated tokens (``"decode"``), which never moves the option that is read first."""

    def __post_init__(self) -> None:
        if not np.isfinite(self.gamma) or self.gamma < 0:
            raise InputError(f"gamma is {self.gamma}", "0 for no boost, NPTI takes 0.6 to 1.5; `turned` steers away")
        if not 0 < self.keep <= 1:
            raise InputError(f"a share of {self.keep} of the neurons cannot be changed", "above 0 and at most 1")


def check_threshold(threshold: float) -> None:
    """Refuse a least difference of shares that is none.

    Raises:
        InputError: It is not above 0 and at most 1.
    """
    if not 0 < threshold <= 1:
        raise InputError(f"a threshold of {threshold} selects nothing that could be meant", "NPTI takes 0.1")


def select(firing: OpposedFiring, threshold: float, fewest: int = 0) -> ValueNeurons:
    """Neurons that fire more often under an aspect, for each of the two.

    Args:
        firing: How often neurons fired.
        threshold: Least difference of shares, above 0 and at most 1; NPTI: 0.1.
        fewest: How many are taken at least, by their difference, which must be above 0; NPTI: 2,000.

    Raises:
        InputError: The threshold is none, no neuron fires so much more often under either aspect, or so few tokens were
            counted that one of them makes the difference.
    """
    check_threshold(threshold)
    holds, rejects = (_selected(each, threshold, fewest) for each in (firing, firing.turned))
    if not len(holds) and not len(rejects):
        raise InputError(
            f"no neuron fires by {threshold:g} more often under one aspect than under the other: the largest "
            f"difference is {np.nanmax(np.abs(firing.delta)):.3f}",
            "lower the threshold, or describe the aspects in words that the model understands",
        )
    tokens = min(firing.holds.tokens, firing.rejects.tokens)
    if tokens * threshold < 1:
        raise InputError(
            f"{tokens} tokens of an aspect were counted: a single one makes a difference of {1 / tokens:.2g}, which is "
            f"above the threshold of {threshold:g}",
            "ask more pairs, or count the words of the question (asked)",
        )
    widths = tuple((~np.isnan(firing.delta)).sum(axis=1).tolist())
    return ValueNeurons(holds, rejects, threshold, widths)


def reaches(delta: float, threshold: float) -> bool:
    """Whether a difference of shares is as large as a threshold.

    Example:
        >>> reaches(0.6 - 0.5, 0.1), reaches(0.59 - 0.5, 0.1)
        (True, False)
    """
    return delta >= threshold - _ROUNDING


def _selected(firing: OpposedFiring, threshold: float, fewest: int) -> NeuronMask:
    delta = np.nan_to_num(firing.delta, nan=0.0)
    chosen = delta >= threshold - _ROUNDING
    if chosen.sum() < fewest:
        order = np.argsort(-delta, axis=None, kind="stable")[:fewest]
        chosen.flat[order] = delta.flat[order] > 0
    layers, neurons = np.nonzero(chosen)
    return NeuronMask(layers, neurons, delta[chosen], firing.holds.high[chosen])


def weight(delta: NDArray[np.float64]) -> NDArray[np.float64]:
    """NPTI's ``f``: how much of the boost a neuron gets by its difference.

    Example:
        >>> weight(np.array([0.15, 1.0])).round(3).tolist()
        [0.5, 1.0]
    """
    return np.asarray(1 / (1 + np.exp(-_STEEPNESS * (delta - _MIDDLE))))


def neuron_edits(found: ValueNeurons, editing: NeuronEditing) -> tuple[EditMlp, ...]:
    """Edits that boost the neurons of those who hold a value and suppress those of the opposite aspect.

    Nothing is edited where gamma is 0 and nothing is suppressed: the result is empty then.
    """
    edits = []
    for layer in range(len(found.widths)):
        here, there = found.holds.within((layer,)), found.rejects.within((layer,))
        where = {"keep": editing.keep, "seed": editing.seed, "positions": editing.positions, "phase": editing.phase}
        if len(here) and editing.gamma:
            offset = (editing.gamma * here.high * weight(here.delta)).astype(np.float32)
            edits.append(EditMlp(layer, here.neurons, offset=offset, **where))  # type: ignore[arg-type]
        if len(there) and editing.suppress:
            edits.append(EditMlp(layer, there.neurons, ceiling=0.0, **where))  # type: ignore[arg-type]
    return tuple(edits)


def random_mask(found: ValueNeurons, seed: int) -> ValueNeurons:
    """As many other neurons of the same blocks, with the same boosts: what the choice of neurons is held against.

    Args:
        found: The neurons of a value, which are left out where enough others are there.
        seed: Of the draw.
    """
    holds: list[NDArray[np.int64]] = []
    rejects: list[NDArray[np.int64]] = []
    for layer, width in enumerate(found.widths):
        here, there = found.holds.within((layer,)), found.rejects.within((layer,))
        wanted = len(here) + len(there)
        own = np.union1d(here.neurons, there.neurons)
        free = np.setdiff1d(np.arange(width), own)
        pool = free if len(free) >= wanted else np.arange(width)
        drawn = pool[first_shuffled(len(pool), wanted, stream(seed, "neurons/random", layer))]
        holds.append(drawn[: len(here)])
        rejects.append(drawn[len(here) :])
    return replace(
        found,
        holds=replace(found.holds, neurons=np.concatenate(holds).astype(np.int64)),
        rejects=replace(found.rejects, neurons=np.concatenate(rejects).astype(np.int64)),
    )
