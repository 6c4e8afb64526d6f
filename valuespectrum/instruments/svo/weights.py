"""Which weights of one's own points, the other's and their difference stand behind slider choices.

    utility(option) = own * points to oneself + other * points to the other - difference * |points to oneself - other|
                      + lean * (stands first)

Shares of options follow the multinomial logit of these utilities (McFadden 1974), and

    angle of the weights = atan2(other, own)          inequality aversion = difference / sqrt(own^2 + other^2)

The published angle is that of what was taken: somebody who chooses with little conviction comes near the angle of blind
choice (22.7), and somebody with full conviction jumps from one ideal angle to the next. The angle of the weights hangs
on neither. It fits shares to all options, whether they are probabilities or counted draws, by maximum likelihood with a
weak normal prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.instruments.svo.payoffs import OPTIONS, Floats, payoffs
from valuespectrum.instruments.svo.shares import SliderShares
from valuespectrum.scoring.choices.logit import fitted_weights

_POINTS = 10.0


@dataclass(frozen=True, slots=True)
class ChoiceWeights:
    """What a respondent weighs."""

    own: float
    """Log-odds for ten points to oneself."""
    other: float
    """For ten points to the other."""
    difference: float
    """Lost for ten points of difference."""
    lean: float
    """Log-odds towards the option that stands first."""

    @property
    def size(self) -> float:
        """How much points to either matter, log-odds for ten points."""
        return float(np.hypot(self.own, self.other))

    @property
    def angle(self) -> float:
        """Direction of the weights in degrees; NaN without any."""
        return float(np.degrees(np.arctan2(self.other, self.own))) if self.size > 0 else float("nan")

    @property
    def inequality_aversion(self) -> float:
        """Points in the direction of the weights that a point of difference costs; NaN without any."""
        return self.difference / self.size if self.size > 0 else float("nan")


def fitted(shown: SliderShares) -> ChoiceWeights | None:
    """The weights that fit best; ``None`` without an answer.

    Args:
        shown: Shares of options; points count as they were shown.
    """
    answered = shown.answered
    if not answered.any():
        return None
    return ChoiceWeights(*(float(each) for each in fitted_weights(*_design(shown, answered))))


def fitted_without_each(shown: SliderShares) -> Sequence[ChoiceWeights | None]:
    """The same without each arrangement in turn."""
    return [fitted(some) for some in shown.left_out()]


def _design(shown: SliderShares, answered: np.ndarray) -> tuple[Floats, Floats]:
    """What tells options apart, shape (asks, 9, 4), and their shares, (asks, 9)."""
    points = payoffs()[None] * shown.factor[..., None, None] / _POINTS
    own, other = points[..., 0], points[..., 1]
    stands_first = (np.arange(OPTIONS) == shown.first[..., None]).astype(float)
    described = np.stack([own, other, -np.abs(own - other), stands_first], axis=-1)
    return np.asarray(described[answered]), np.asarray(shown.shares[answered])
