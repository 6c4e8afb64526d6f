"""Probes: which way a value lies in the output of a block, how surely, and how far one must go (ConVA, section 3).

``P(e) = sigmoid(w.e + b)`` by logistic regression; the value vector is ``v = w / |w|``. The least shift along any
direction that reaches a probability ``P0`` is ``eps v`` with ``eps = (logit(P0) - b - w.e) / |w|``, the signed distance
to the plane on which the probe says ``P0``; towards the value it is never below 0, away never above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]
Solver = Literal["lbfgs", "saga"]
"""How the one optimum is found: ``saga`` is what the published code calls; ``lbfgs`` gets there sooner."""
HELD_OUT = 0.3
"""Share of pairs that are held out, as in the published code."""
_ITERATIONS = 10_000
_SMALLEST_NORM = 1e-12


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """How probes are fitted.

    Raises:
        InputError: There is no such solver.
    """

    held_out: float = HELD_OUT
    seed: int = 0
    """Of the split."""
    solver: Solver = "lbfgs"

    def __post_init__(self) -> None:
        if self.solver not in get_args(Solver):
            raise InputError(f"there is no solver {self.solver!r:.40}", f"choose {' or '.join(get_args(Solver))}")


@dataclass(frozen=True, eq=False)
class ValueProbe:
    """A probe of one block."""

    layer: int
    weights: NDArray[np.float32]
    """``w``, shape ``(width,)``."""
    bias: float
    """``b``."""
    accuracy: float
    """Share of held-out texts that it puts on the right side, each of a situation that it was not fitted to."""
    n_held_out: int
    """Texts behind that share."""
    gap: float
    """How far apart positive and negative texts lie along the direction, on average, in the block's own unit."""
    mistaken: tuple[int, ...] = ()
    """Pairs, from 0, of which it puts a text on the wrong side, held out or not."""

    @property
    def direction(self) -> NDArray[np.float32]:
        """``v``, of length 1."""
        return np.asarray(self.weights / np.linalg.norm(self.weights), dtype=np.float32)

    def probability(self, outputs: NDArray[np.floating]) -> Floats:
        """``P(e)`` of outputs of shape ``(..., width)``."""
        from scipy.special import expit

        return np.asarray(expit(outputs.astype(np.float64) @ self.weights.astype(np.float64) + self.bias))


def least_shift(outputs: NDArray[np.floating], probe: ValueProbe, target: float, away: bool = False) -> Floats:
    """How far outputs must be moved along the probe's direction for it to say a probability.

    Args:
        outputs: Shape ``(..., width)``.
        probe: Of the block.
        target: ``P0``, above 0 and below 1.
        away: Lower the probability to it in place of raising it.

    Returns:
        Shape ``(...)``; 0 where the probe says so already.

    Raises:
        InputError: The target is no such probability.

    Example:
        >>> probe = ValueProbe(0, np.array([3.0, 4.0], np.float32), -5.0, 1.0, 2, 1.0)
        >>> least_shift(np.array([[0.0, 0.0], [3.0, 4.0]]), probe, 0.5).tolist()
        [1.0, 0.0]
    """
    if not 0 < target < 1:
        raise InputError(f"a probability of {target} cannot be reached", "choose one between 0 and 1")
    weights = probe.weights.astype(np.float64)
    wanted = log(target / (1 - target)) - probe.bias - outputs.astype(np.float64) @ weights
    distance = wanted / np.linalg.norm(weights)
    return np.asarray(np.minimum(distance, 0.0) if away else np.maximum(distance, 0.0))


def fit_probe(
    layer: int,
    positive: NDArray[np.floating],
    negative: NDArray[np.floating],
    groups: Sequence[str] = (),
    options: ProbeOptions | None = None,
) -> ValueProbe:
    """Fit the probe of one block.

    The texts of a pair are held out together, and so are pairs of one situation where situations are known: an accuracy
    over texts whose twin the probe has seen says nothing. (The published code splits single texts.) The probe itself is
    the one fitted to what is not held out, as published.

    Args:
        layer: Number of the block.
        positive: Outputs for the value, shape ``(pairs, width)``.
        negative: Outputs against it, the same shape.
        groups: The situation of each pair; empty where nobody knows.
        options: Split and solver.

    Raises:
        InputError: Shapes do not fit, there are too few pairs, or the outputs do not differ.
    """
    options = options or ProbeOptions()
    if positive.shape != negative.shape or positive.ndim != 2 or (groups and len(groups) != len(positive)):
        raise InputError(f"outputs of pairs do not fit: {positive.shape}, {negative.shape}, {len(groups)} situations")
    held = _held_out(len(positive), groups, options)
    kept = ~held
    outputs = np.concatenate([positive[kept], negative[kept]]).astype(np.float64)
    sides = np.repeat([1, 0], int(kept.sum()))
    weights, bias = _logistic(outputs, sides, options)
    if not np.linalg.norm(weights) > _SMALLEST_NORM:
        raise InputError(f"block {layer} gives the same for all texts", "choose another block")
    right = np.stack([positive @ weights + bias > 0, negative @ weights + bias < 0], axis=1)
    direction = weights / np.linalg.norm(weights)
    return ValueProbe(
        layer,
        weights.astype(np.float32),
        bias,
        float(right[held].mean()),
        int(2 * held.sum()),
        float(((positive - negative) @ direction).mean()),
        tuple(int(place) for place in np.flatnonzero(~right.all(axis=1))),
    )


def _held_out(count: int, groups: Sequence[str], options: ProbeOptions) -> NDArray[np.bool_]:
    """Which pairs are held out: whole situations, about the wanted share of pairs.

    Raises:
        InputError: There are too few pairs to hold some out.
    """
    known = bool(groups) and all(groups)
    names = list(dict.fromkeys(groups)) if known else [str(place) for place in range(count)]
    of_pair = list(groups) if known else names
    held: set[str] = set()
    for place in stream(options.seed, "steering/held out").permutation(len(names)):
        if sum(name in held for name in of_pair) >= options.held_out * count:
            break
        held.add(names[place])
    mask = np.array([name in held for name in of_pair])
    if not mask.any() or mask.all():
        raise InputError(f"{count} pairs of {len(names)} situations are too few to hold some out", "add pairs")
    return mask


def _logistic(outputs: Floats, sides: NDArray[np.int64], options: ProbeOptions) -> tuple[Floats, float]:
    """Weights and offset of the logistic regression with the usual L2 penalty.

    Where there are fewer texts than numbers in an output, the optimum lies in the span of the texts, and is looked for
    there: the penalty is the same in any orthonormal base.
    """
    from sklearn.linear_model import LogisticRegression

    base = None
    if outputs.shape[1] > outputs.shape[0]:
        _, _, base = np.linalg.svd(outputs, full_matrices=False)
        outputs = outputs @ base.T
    fitted = LogisticRegression(
        solver=options.solver,
        max_iter=_ITERATIONS,
        # scikit-learn takes 32 bits.
        random_state=options.seed % 2**32 if options.solver == "saga" else None,
        tol=1e-6 if options.solver == "lbfgs" else 1e-4,
    ).fit(outputs, sides)
    found = np.asarray(fitted.coef_[0], dtype=np.float64)
    return (found if base is None else found @ base), float(fitted.intercept_[0])
