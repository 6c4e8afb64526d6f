"""Keep and pull: a persona's profile as a mixture of the bare model's and the target.

``theta_persona = a + keep * theta_bare + pull * target + text`` over the centred log-odds of the values. Keep is how
much of the model's own profile is left (1: the words did nothing, 0: it is gone), pull how many log-odds a step of the
target is worth. Unlike a rank correlation with the target it has no ceiling, is graded, and does not count the bare
model's own agreement with the target as the persona's. Ordinary least squares; what the words change besides lies in
the residuals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_VALUES = 5
_LEAST_SPREAD = 1e-6
_ROUNDING = 1e-9
"""Error below which nothing is left but arithmetic."""


@dataclass(frozen=True, slots=True)
class Pull:
    """The regression of one persona's profile; NaN where it does not exist."""

    keep: float
    keep_se: float
    pull: float
    pull_se: float
    target_share: float
    """How much of the profile is the target's: ``pull |target|`` over itself plus ``keep |bare|``, sizes centred; 0 for
    words that did nothing, 1 for a profile that is the target's alone, below 0 for one that is its opposite."""
    freedom: int
    """Degrees of freedom of both errors."""
    weights: Floats
    """What each value's log-odds weigh in keep and in pull, shape (2, values); 0 for values that are not known."""
    why: str = ""
    """Why there is none."""


def regress(persona: Floats, bare: Floats, target: Floats) -> Pull:
    """Keep and pull of one profile.

    Args:
        persona: Shape (values,): log-odds under the words, centred or not; NaN for what is not measured.
        bare: The same of the model without them.
        target: What the words aim at.

    Returns:
        NaN, with the reason, for fewer than five shared values, a constant bare profile or target, or a target that is
        the bare profile over again.
    """
    found = fit(persona, bare, target[None])
    if found.why:
        return _nothing(len(persona), found.why)
    (keep, pull), (keep_se, pull_se) = found.slopes, found.errors
    known = found.weights.any(axis=0)
    parts = np.abs(found.slopes) * np.stack([bare[known], target[known]], axis=1).std(axis=0)
    share = float(np.copysign(parts[1], pull) / parts.sum()) if parts.sum() else 0.0
    return Pull(
        float(keep), float(keep_se), float(pull), float(pull_se), share, found.freedom, np.asarray(found.weights)
    )


@dataclass(frozen=True, slots=True)
class Blend:
    """A profile as a mixture of the bare one and of some others; the slopes begin with that of the bare one."""

    slopes: Floats
    errors: Floats
    freedom: int
    weights: Floats
    """What each value weighs in each slope, shape (slopes, values); 0 for values that are not known."""
    why: str = ""
    """Why there are none."""


def fit(persona: Floats, bare: Floats, aims: Floats) -> Blend:
    """A profile over that of the bare model and what it may be drawn to.

    Args:
        persona: Shape (values,); NaN for what is not measured.
        bare: The same.
        aims: Shape (aims, values).
    """
    known = ~np.isnan(persona + bare + aims.sum(axis=0))
    count = int(known.sum())
    if count < max(FEWEST_VALUES, len(aims) + 3):
        fewest = max(FEWEST_VALUES, len(aims) + 3)
        return _no_slopes(aims, f"fewer than {fewest} values are measured with and without the persona")
    design = np.stack([np.ones(count), bare[known], *aims[:, known]], axis=1)
    spread = np.ptp(design[:, 1:], axis=0)
    if spread[1:].min() < _LEAST_SPREAD:
        return _no_slopes(aims, "the target calls all values alike")
    if spread[0] < _LEAST_SPREAD:
        return _no_slopes(aims, "the bare model likes all values alike")
    if np.linalg.matrix_rank(design, tol=1e-6 * float(spread.max())) < design.shape[1]:
        return _no_slopes(aims, "the target is the bare model's own profile: staying and moving are one number")
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ design.T @ persona[known]
    residual = persona[known] - design @ found
    freedom = count - design.shape[1]
    errors = np.sqrt(np.diagonal(inverse) * float(residual @ residual) / freedom)
    errors = np.where(errors < _ROUNDING, 0.0, errors)
    weights = np.zeros((design.shape[1] - 1, len(known)))
    weights[:, known] = (inverse @ design.T)[1:]
    return Blend(found[1:], errors[1:], freedom, weights)


def _no_slopes(aims: Floats, why: str) -> Blend:
    nothing = np.full(len(aims) + 1, np.nan)
    return Blend(nothing, nothing, 0, np.zeros((len(aims) + 1, aims.shape[1])), why)


def _nothing(values: int, why: str) -> Pull:
    nan = float("nan")
    return Pull(nan, nan, nan, nan, nan, 0, np.zeros((2, values)), why)
