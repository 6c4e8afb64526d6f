"""How far two ways of asking agree: engines, number formats, or the two prompt layouts.

Layouts are different questions to a model, so their answers may differ for good reason; engines must not differ, and
number formats should hardly. The same asks go to both; what comes back is compared one by one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.models.base import Answer, Ask, Model
from agents.models.evidence import log_shares
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class Agreement:
    """What became of the same asks in two ways."""

    asks: int
    """Asks that both ways answered with log-probabilities, or with draws of the same options."""
    same_choice: float
    """Share of asks whose most probable option is the same; 1 minus this is the flip rate."""
    mean_difference: float
    """Mean difference of the options' probabilities, second way less first, of the first option asked: a lean."""
    mean_distance: float
    """Mean over asks of half the summed differences of the options' shares: 0 for equal, 1 for opposite answers."""
    correlation: float
    """Of the log-odds of the first option over all asks; NaN when all are alike."""
    largest_gap: float
    """Largest difference of log-probabilities."""

    @property
    def flips(self) -> int:
        """Asks whose most probable option differs."""
        return round(self.asks * (1 - self.same_choice))

    @property
    def flip_interval(self) -> tuple[float, float]:
        """Where the share of such asks lies with 95 % confidence, if the asks were drawn independently."""
        return share_interval(self.flips, self.asks)


def agreement(one: Model, other: Model, asks: Sequence[Ask]) -> Agreement:
    """Ask two models, or one model in two ways, the same things and compare.

    Args:
        one: For example a model with ``ModelOptions(layout="persona-first")``.
        other: The same model with ``ModelOptions(layout="image-first")``.
        asks: Asks with options.

    Raises:
        InputError: If no ask is answered both times.
    """
    return compare(list(one.score(asks)), list(other.score(asks)))


def compare(first: Sequence[Answer], second: Sequence[Answer]) -> Agreement:
    """Compare answers to the same asks in the same order.

    Raises:
        InputError: If no ask is answered both times.
    """
    read = ((log_shares(one), log_shares(other)) for one, other in zip(first, second, strict=True))
    pairs = [(one, other) for one, other in read if one and set(one) == set(other)]
    if not pairs:
        raise InputError("no ask was answered both times", "look at the errors of the answers")
    shares = [tuple(_shares([pair[side][name] for name in pair[0]]) for side in (0, 1)) for pair in pairs]
    odds = np.array([[_log_odds(side[0]) for side in pair] for pair in shares])
    varied = odds.std(axis=0).min() > 0
    return Agreement(
        asks=len(pairs),
        same_choice=float(np.mean([one.argmax() == other.argmax() for one, other in shares])),
        mean_difference=float(np.mean([other[0] - one[0] for one, other in shares])),
        mean_distance=float(np.mean([np.abs(one - other).sum() / 2 for one, other in shares])),
        correlation=float(np.corrcoef(odds.T)[0, 1]) if varied else math.nan,
        largest_gap=max(abs(one[name] - other[name]) for one, other in pairs for name in one),
    )


def share_interval(count: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share: Wilson, J. Am. Stat. Assoc. 22 (1927) 209.

    Args:
        count: How many.
        total: Of how many, at least 1.

    Example:
        >>> [round(end, 4) for end in share_interval(0, 50)], [round(end, 4) for end in share_interval(10, 100)]
        ([0.0, 0.0713], [0.0552, 0.1744])
    """
    z = 1.959963984540054
    share, scale = count / total, 1 + z * z / total
    centre = (share + z * z / (2 * total)) / scale
    reach = z / scale * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def _shares(values: Sequence[float]) -> np.ndarray:
    weights = np.exp(np.array(values) - max(values))
    return np.asarray(weights / weights.sum())


def _log_odds(share: float) -> float:
    bounded = min(max(share, 1e-12), 1 - 1e-12)
    return math.log(bounded / (1 - bounded))
