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
    why: str = ""
    """Why there is none."""

    def interval(self, level: float = 0.95, name: str = "pull") -> tuple[float, float]:
        """Student's interval of ``pull`` or ``keep`` over values, with the words as they are."""
        from scipy.special import stdtrit

        middle, error = (self.pull, self.pull_se) if name == "pull" else (self.keep, self.keep_se)
        half = -float(stdtrit(max(self.freedom, 1), (1 - level) / 2)) * error
        return middle - half, middle + half


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
    known = ~np.isnan(persona + bare + target)
    count = int(known.sum())
    if count < FEWEST_VALUES:
        return _nothing(f"fewer than {FEWEST_VALUES} values are measured with and without the persona")
    design = np.stack([np.ones(count), bare[known], target[known]], axis=1)
    spread = np.ptp(design[:, 1:], axis=0)
    if spread[1] < _LEAST_SPREAD:
        return _nothing("the target calls all values alike")
    if spread[0] < _LEAST_SPREAD:
        return _nothing("the bare model likes all values alike")
    if np.linalg.matrix_rank(design, tol=1e-6 * float(spread.max())) < 3:
        return _nothing("the target is the bare model's own profile: staying and moving are one number")
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ design.T @ persona[known]
    residual = persona[known] - design @ found
    freedom = count - 3
    errors = np.sqrt(np.diagonal(inverse) * float(residual @ residual) / freedom)
    parts = np.abs(found[1:]) * design[:, 1:].std(axis=0)
    share = float(np.copysign(parts[1], found[2]) / parts.sum()) if parts.sum() else 0.0
    return Pull(float(found[1]), float(errors[1]), float(found[2]), float(errors[2]), share, freedom)


def _nothing(why: str) -> Pull:
    nan = float("nan")
    return Pull(nan, nan, nan, nan, nan, 0, why)
