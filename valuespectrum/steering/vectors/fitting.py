"""Value vectors: probes of every block for several values, out of one pass over the texts, and the blocks to steer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.models.capabilities import TorchModel
from valuespectrum.steering.pairs.base import PUBLISHED_PAIRS, PairSet
from valuespectrum.steering.vectors.placing import PairOutputs, Placing, more_contexts, pair_outputs
from valuespectrum.steering.vectors.probes import ProbeOptions, ValueProbe, fit_probe
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, eq=False)
class ValueVectors:
    """What was found for one value in one model."""

    value: str
    model: str
    """Id, with revision."""
    blocks: int
    """Of the model."""
    probes: tuple[ValueProbe, ...]
    """One for each block that was watched, from the first."""
    means: Mapping[int, NDArray[np.float32]]
    """Block to the difference of means, positive texts less negative ones, shape ``(width,)``."""
    norms: Mapping[int, float]
    """Block to the mean length of its outputs at the last token: what a shift is small or large beside."""
    pairs: PairSet
    placing: Placing

    def probe(self, layer: int) -> ValueProbe:
        """The probe of a block.

        Raises:
            InputError: It was not watched.
        """
        found = next((probe for probe in self.probes if probe.layer == layer), None)
        if found is None:
            raise InputError(f"{self.value}: no probe was fitted for block {layer}", "fit that block too")
        return found

    @property
    def accuracies(self) -> dict[int, float]:
        """Block to held-out accuracy."""
        return {probe.layer: probe.accuracy for probe in self.probes}


@dataclass(frozen=True, slots=True)
class VectorFitOptions:
    """How vectors are fitted."""

    placing: Placing = field(default_factory=lambda: Placing("raw"))
    layers: tuple[int, ...] = ()
    """Blocks to watch; all when empty."""
    probes: ProbeOptions = field(default_factory=ProbeOptions)
    examples: int = PUBLISHED_PAIRS
    """Pairs in contexts: fewer pairs than that are put in several contexts each."""


def fit_vectors(
    model: TorchModel, pairs: Mapping[str, PairSet], options: VectorFitOptions | None = None
) -> dict[str, ValueVectors]:
    """Fit the vectors of several values.

    Args:
        model: Whose blocks are watched.
        pairs: Value to its pairs.
        options: How.

    Raises:
        InputError: There are too few pairs, no such block, or outputs that do not differ.
        MediaError: A picture cannot be read.
    """
    options = options or VectorFitOptions()
    blocks = len(model.decoder_layers())
    layers = options.layers or tuple(range(blocks))
    if wrong := [layer for layer in layers if not 0 <= layer < blocks]:
        raise InputError(f"there is no block {wrong[0]}: the model has {blocks}, counted from 0")
    fewest = min(len(several.require().pairs) for several in pairs.values())
    placing = more_contexts(options.placing, fewest, options.examples)
    outputs = pair_outputs(model, pairs, layers, placing)
    return {
        value: ValueVectors(
            value,
            model.id,
            blocks,
            tuple(_probes(found, options.probes)),
            dict(zip(layers, _means(found), strict=True)),
            {layer: float(norm) for layer, norm in zip(layers, _norms(found), strict=True)},
            pairs[value],
            placing,
        )
        for value, found in outputs.items()
    }


def _probes(found: PairOutputs, options: ProbeOptions) -> Sequence[ValueProbe]:
    return [
        fit_probe(layer, positive, negative, found.groups, options)
        for layer, positive, negative in zip(found.layers, found.positive, found.negative, strict=True)
    ]


def _means(found: PairOutputs) -> NDArray[np.float32]:
    return np.asarray((found.positive - found.negative).mean(axis=1), dtype=np.float32)


def _norms(found: PairOutputs) -> NDArray[np.float32]:
    both = np.concatenate([found.positive, found.negative], axis=1)
    return np.asarray(np.linalg.norm(both, axis=-1).mean(axis=1))
