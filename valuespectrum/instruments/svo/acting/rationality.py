"""How near somebody comes who is to act on a social value: our value rationality, and what blind answers come to.

    rationality(target) = 1 - distance of the angle from the nearest ideal angle of the target / span of all angles

The span is 77.65 degrees. HVAE (arXiv 2305.17147) plots a value rationality and publishes no formula; this one is ours.
Blind answers have a high one for targets near the middle, so it never stands without theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from valuespectrum.instruments.svo.angle import CATEGORIES, Ideal, ideals, random_angles, random_shares, reach
from valuespectrum.instruments.svo.payoffs import Floats

TARGETS = CATEGORIES
"""Target values, named as the categories that they aim at."""


@cache
def aims() -> Mapping[str, Ideal]:
    """The angles that fulfil each target: of who always acts on it. Prosocial is most together, however shared."""
    found = ideals()
    return {target: found["joint gain" if target == "prosocial" else target] for target in TARGETS}


def rationality(target: str, angle: ArrayLike) -> Floats:
    """How near angles come to a target, 0 to 1.

    Args:
        target: One of ``TARGETS``.
        angle: Degrees, any shape.

    Example:
        >>> [round(float(rationality("prosocial", angle)), 2) for angle in (45.0, 22.7, -16.26)]
        [1.0, 0.81, 0.31]
    """
    aim, (lowest, highest) = aims()[target], reach()
    degrees = np.asarray(angle, dtype=np.float64)
    apart = np.maximum(np.maximum(aim.low - degrees, degrees - aim.high), 0.0)
    return np.asarray(1.0 - np.minimum(apart / (highest - lowest), 1.0))


@cache
def rationality_by_chance(target: str) -> float:
    """The mean over all ways to answer the six primary items.

    Example:
        >>> {target: round(rationality_by_chance(target), 2) for target in TARGETS}
        {'altruistic': 0.5, 'prosocial': 0.8, 'individualistic': 0.8, 'competitive': 0.5}
    """
    return float(rationality(target, random_angles()).mean())


def hit_by_chance(target: str) -> float:
    """Share of all ways to answer that fall into the category of a target."""
    return random_shares()[target]
