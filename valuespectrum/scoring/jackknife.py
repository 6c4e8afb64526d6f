"""Leaving out one unit at a time: an interval for any number that is reckoned from units that were drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from valuespectrum.scoring.estimate import Estimate

Unit = TypeVar("Unit")

ALIKE = "it is the same whichever one is left out: nothing shows how sure it is"
"""Why there is no interval where no unit moves the number: one of no width would claim that nothing is uncertain."""
_ROUNDING = 1e-9


def jackknifed(
    number: Callable[[Sequence[Unit]], float],
    units: Sequence[Unit],
    level: float,
    fewest: int,
    named: tuple[str, str],
    alike: str = ALIKE,
) -> Estimate:
    """A number with Student's interval over what it would be with one unit left out (Tukey 1958).

    Args:
        number: Of some units; NaN where there is none.
        units: What was drawn.
        level: Coverage aimed at.
        fewest: Units below which there is no interval.
        named: One unit and several in words, for the reason why there is no interval, e.g. ``("person", "people")``.
        alike: Why there is none where no unit moves the number.

    Returns:
        Nothing where the number of all units is NaN.

    Example:
        >>> jackknifed(lambda some: sum(some) / len(some), [1.0, 2.0, 3.0], 0.95, 3, ("thing", "things")).mean
        2.0
    """
    whole, count = number(units), len(units)
    enough = not np.isnan(whole) and count >= fewest
    left_out = [number([*units[:place], *units[place + 1 :]]) for place in range(count)] if enough else []
    reasons = f"fewer than {fewest} {named[1]}", f"it hangs on one {named[0]}"
    return left_out_interval(whole, left_out, level, reasons, alike)


def left_out_interval(
    whole: float,
    left_out: ArrayLike,
    level: float,
    reasons: tuple[str, str],
    alike: str = ALIKE,
    *,
    uneven: bool = False,
) -> Estimate:
    """The same from numbers that were reckoned already.

    Args:
        whole: Number of all units.
        left_out: Shape (units,): number without each unit; empty where there are too few.
        level: Coverage aimed at.
        reasons: Why there is no interval where there are too few, and where a number is NaN.
        alike: Why there is none where all are one number.
        uneven: Whether some units may move the number far more than others; then degrees of freedom are those of how
            unevenly they do (Satterthwaite 1946), never more than all but one.
    """
    from scipy.special import stdtrit

    numbers = np.asarray(left_out, dtype=np.float64)
    count = len(numbers)
    if np.isnan(whole):
        return Estimate(None)
    if count < 2:
        return Estimate(float(whole), why=reasons[0])
    if np.isnan(numbers).any():
        return Estimate(float(whole), why=reasons[1])
    se = float(np.sqrt((count - 1) * numbers.var()))
    if se <= _ROUNDING * max(1.0, abs(float(whole))):
        return Estimate(float(whole), why=alike)
    half = float(stdtrit(_freedom(numbers) if uneven else count - 1, (1 + level) / 2)) * se
    return Estimate(float(whole), float(whole) - half, float(whole) + half, se=se)


def _freedom(numbers: NDArray[np.float64]) -> float:
    count, squares = len(numbers), (numbers - numbers.mean()) ** 2
    scatter = float((squares**2).sum() - squares.sum() ** 2 / count)
    return min(count - 1, max(1.0, 2 * float(squares.sum()) ** 2 / scatter)) if scatter > 0 else count - 1
