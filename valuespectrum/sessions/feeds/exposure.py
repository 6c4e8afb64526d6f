"""Shares of values in what was shown: entropy, Gini, amplification, distance between two exposures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """Exposure in a run of consecutive steps."""

    first_step: int
    shares: Mapping[str, float]
    """Every value of the catalogue to its share of what was shown; they sum to one."""


def windows(shown: Sequence[str], stock: Mapping[str, int], size: int) -> tuple[Window, ...]:
    """Consecutive windows of full length; one shorter window where there is no full one.

    Args:
        shown: Value of the clip of each step.
        stock: Value to how many clips of the catalogue stand for it.
        size: Steps in a window.
    """
    starts = range(0, max(len(shown) - size, 0) + 1, size)
    return tuple(Window(start, shares_of(shown[start : start + size], stock)) for start in starts)


def shares_of(shown: Sequence[str], names: Mapping[str, object]) -> dict[str, float]:
    """Every name to its share of what was shown."""
    counts = Counter(shown)
    return {name: counts[name] / len(shown) for name in sorted(names)}


def normalised_entropy(shares: Mapping[str, float]) -> float:
    """Shannon entropy of shares over its maximum for that many names; 0 for a single one.

    Example:
        >>> normalised_entropy({"power": 0.5, "security": 0.5})
        1.0
    """
    return _entropy(shares) / log(len(shares)) if len(shares) > 1 else 0.0


def effective_number(shares: Mapping[str, float]) -> float:
    """How many equally frequent values would be as varied: the exponential of the entropy.

    Example:
        >>> round(effective_number({"power": 0.5, "security": 0.5, "hedonism": 0.0}), 6)
        2.0
    """
    return exp(_entropy(shares))


def gini(shares: Mapping[str, float]) -> float:
    """Gini coefficient of shares: 0 when all are equal, (n - 1) / n when one has everything.

    Example:
        >>> gini({"power": 1.0, "security": 0.0})
        0.5
    """
    ordered = np.sort(list(shares.values()))
    places = np.arange(1, len(ordered) + 1)
    return float(2 * (places * ordered).sum() / (len(ordered) * ordered.sum()) - (len(ordered) + 1) / len(ordered))


def amplification(shown: Mapping[str, int], stock: Mapping[str, int], smoothing: float = 0.5) -> dict[str, float]:
    """Log of each value's share of what was shown over its share of the catalogue.

    Args:
        shown: Value to number of clips shown.
        stock: Value to number of clips that there are; values without any are left out.
        smoothing: Clips added per value to what was shown, spread as in the catalogue, so that a value that was never
            shown gets a finite, negative number.

    Returns:
        Value to natural logarithm; 0 means shown as often as its share of the catalogue.
    """
    total_stock, total_shown = sum(stock.values()), sum(shown.values())
    added = smoothing * len(stock)
    shares = {name: count / total_stock for name, count in stock.items() if count}
    return {
        name: log((shown.get(name, 0) + added * share) / (total_shown + added) / share)
        for name, share in sorted(shares.items())
    }


def distance(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """Jensen-Shannon distance (base 2) between two exposures over the same names, 0 to 1."""
    names = sorted(first)
    left, right = (np.array([each[name] for name in names]) for each in (first, second))
    return float(distances(np.stack([left, right]))[0, 1])


def distances(shares: Floats) -> Floats:
    """Jensen-Shannon distances (base 2) between all exposures.

    Args:
        shares: Shape (n, names); every row sums to one.

    Returns:
        Shape (n, n), zeros on the diagonal.
    """
    middle = (shares[:, None] + shares[None]) / 2
    parts = _information(middle) - (_information(shares)[:, None] + _information(shares)[None]) / 2
    # Rounding can make the divergence of equal exposures negative.
    return np.asarray(np.sqrt(np.clip(parts.sum(axis=-1), 0.0, 1.0)))


def theil_sen(numbers: Sequence[float]) -> float:
    """Median slope over all pairs of places, per place; NaN for fewer than two.

    Example:
        >>> theil_sen([1.0, 2.0, 3.0, 4.0, 40.0])
        1.0
    """
    slopes = [(numbers[there] - numbers[here]) / (there - here) for here, there in combinations(range(len(numbers)), 2)]
    return float(np.median(slopes)) if slopes else float("nan")


def _entropy(shares: Mapping[str, float]) -> float:
    return -sum(share * log(share) for share in shares.values() if share > 0)


def _information(shares: Floats) -> Floats:
    """Entropy in bits, share by share."""
    return np.asarray(-shares * np.log2(np.where(shares > 0, shares, 1.0)))
