"""From vectors to interventions: the published least shift, a fixed shift, and the plain rivals of both.

All ways that shift are put on one scale. At strength 1 the fixed ones move the output of every block they steer by a
share of the distance that lies, on average, between texts against a value and texts for it: the whole distance, divided
by the number of blocks. A random direction is moved as far. So equal strengths are equal norms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.edits import Add, ConditionalAdd, Edit
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.positions import ALL, Positions
from valuespectrum.steering.vectors.fitting import ValueVectors
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

Way = Literal["least", "fixed", "means", "random"]
"""The least shift that makes the probe sure enough (ConVA); the probe's direction, by a fixed shift; the difference of
means (CAA and its kin); a random direction."""
WAYS: tuple[Way, ...] = get_args(Way)
LEAST: Way = "least"
"""The one that has a probability to reach."""
_METHODS: Mapping[Way, str] = {
    "least": "value-vectors",
    "fixed": "value-vectors-fixed",
    "means": "difference-of-means",
    "random": "random-direction",
}


@dataclass(frozen=True, slots=True)
class SteeringPlan:
    """Which way, where, how far.

    Raises:
        InputError: There is no such way, no block, or a probability or a strength is none.
    """

    layers: tuple[int, ...]
    way: Way = "least"
    strength: float = 1.0
    """Of the fixed ways; of the least shift, what multiplies it."""
    target: float = 0.95
    """``P0`` of the least shift; away from a value ``1 - P0`` is wanted."""
    away: bool = False
    positions: Positions = ALL
    seed: int = 0
    """Of a random direction."""

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise InputError(f"there is no way {self.way!r:.40} to steer", f"choose one of {', '.join(WAYS)}")
        if not self.layers:
            raise InputError("steering needs a block at least", "name blocks, e.g. 2-4")
        if not 0 < self.target < 1:
            raise InputError(f"a probability of {self.target} cannot be reached", "choose one between 0 and 1")
        if not isfinite(self.strength):
            raise InputError(f"a model cannot be steered at a strength of {self.strength}", "name a number")


def shift_norm(vectors: ValueVectors, plan: SteeringPlan, layer: int) -> float:
    """How far the output of a block is moved at strength 1, in its own unit."""
    return abs(vectors.probe(layer).gap) / len(plan.layers)


def edits_of(vectors: ValueVectors, plan: SteeringPlan) -> tuple[Edit, ...]:
    """The edits of a plan, from the first block to the last.

    Raises:
        InputError: A block was not watched, or the wanted probability is none.
    """
    sign = -1.0 if plan.away else 1.0
    edits: list[Edit] = []
    for layer in sorted(plan.layers):
        probe = vectors.probe(layer)
        if plan.way == "least":
            target = 1 - plan.target if plan.away else plan.target
            edits.append(
                ConditionalAdd(layer, probe.weights, probe.bias, target, plan.away, plan.positions).scaled(
                    plan.strength
                )
            )
        else:
            moved = sign * shift_norm(vectors, plan, layer) * _direction(vectors, plan, layer)
            edits.append(Add(layer, np.asarray(moved, dtype=np.float32), plan.positions, strength=plan.strength))
    return tuple(edits)


def _direction(vectors: ValueVectors, plan: SteeringPlan, layer: int) -> NDArray[np.float64]:
    if plan.way == "random":
        drawn = stream(plan.seed, f"steering/random/{vectors.value}", layer).normal(size=len(vectors.means[layer]))
    elif plan.way == "means":
        drawn = vectors.means[layer].astype(np.float64)
    else:
        drawn = vectors.probe(layer).weights.astype(np.float64)
    return np.asarray(drawn / np.linalg.norm(drawn))


def intervention_name(value: str, away: bool) -> str:
    """What an intervention for a value is called.

    Example:
        >>> intervention_name("power", away=True)
        'power-away'
    """
    return f"{value}-{'away' if away else 'towards'}"[:40]


def intervention_of(vectors: ValueVectors, plan: SteeringPlan) -> Intervention:
    """An intervention with its manifest.

    Args:
        vectors: Of one value.
        plan: Way, blocks, strength.

    Raises:
        InputError: A block was not watched, or the wanted probability is none.
    """
    side = "away" if plan.away else "towards"
    about = About(
        method=_METHODS[plan.way],
        name=intervention_name(vectors.value, plan.away),
        model=vectors.model,
        target={"value": vectors.value, "direction": side, **({"P0": plan.target} if plan.way == "least" else {})},
        data={
            "pairs": len(vectors.pairs.pairs),
            "source": vectors.pairs.source,
            "controlled": vectors.pairs.controlled,
            "sha256": vectors.pairs.digest,
            "placement": vectors.placing.how,
            "contexts": len(vectors.placing.contexts),
        },
        seed=plan.seed,
        versions=_versions(),
        measured={f"accuracy_{layer}": round(vectors.probe(layer).accuracy, 4) for layer in sorted(plan.layers)},
    )
    return Intervention(edits_of(vectors, plan), about)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", "transformers", "scikit-learn")}
