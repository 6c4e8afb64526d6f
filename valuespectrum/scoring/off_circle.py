"""The part of a profile that no circle explains, measured against planted.

Round the circle of values, a mean and a first harmonic fit almost any profile well, so a method that finds nothing but
the circle looks good by rank correlation. Here both are fitted away, from the planted and from the recovered log-odds,
and what is left is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log, pi
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.estimate import HEADLINE
from valuespectrum.scoring.profile import number
from valuespectrum.theory.value_sets import NINETEEN, TEN, ValueSet
from vectorstore.foundation.json_types import Json

Floats = NDArray[np.float64]

SCALE = "log_odds"
"""Name of the scale in a described profile."""
_FITTED = 3
_FEWEST = 2 * _FITTED
_LEAST_SHARE = 0.002
_SETS = (TEN.name, NINETEEN.name)


def to_log_odds(share: float) -> float:
    """Log-odds of a share of liking, 0 to 100; near both ends it is cut.

    Example:
        >>> to_log_odds(50.0)
        0.0
    """
    part = min(max(share / 100, _LEAST_SHARE), 1 - _LEAST_SHARE)
    return log(part / (1 - part))


def compare_off_circle(profile: Mapping[str, Json], planted: Mapping[str, float], value_set: ValueSet) -> Json | None:
    """Compare what lies off the circle.

    Args:
        profile: Value to a row of scores with ``log_odds``, and ``centred_log_odds`` with its ends.
        planted: Value to its true log-odds of liking.
        value_set: Whose dimensions the profile has, in order round the circle.

    Returns:
        ``planted`` and ``recovered`` (value to log-odds off the circle), their correlation ``r`` (``None`` for a flat
        profile, which has nothing there to find), ``rmse``, and ``coverage``: the share of planted numbers inside
        intervals of the recovered ones, for which errors of different values count as independent (``None`` where a
        value has no interval). ``None`` where there is no circle of ten or nineteen values, no such scale, or fewer
        than six values were measured.
    """
    values = [value for value in value_set.dimensions if profile.get(value, {}).get(SCALE) is not None]
    if value_set.name not in _SETS or len(values) < _FEWEST:
        return None
    angles = np.array([2 * pi * value_set.position(value) / len(value_set) for value in values])
    rest = without_circle(angles)
    found = np.array([profile[value][SCALE] for value in values], dtype=np.float64)
    truth, recovered = rest @ np.array([planted[value] for value in values]), rest @ found
    return {
        "r": correlation(truth, recovered),
        "rmse": float(np.sqrt(np.mean((recovered - truth) ** 2))),
        "coverage": _covered(np.abs(recovered - truth), rest, [profile[value] for value in values]),
        "planted": dict(zip(values, truth.tolist(), strict=True)),
        "recovered": dict(zip(values, recovered.tolist(), strict=True)),
    }


def pool_off_circle(rows: Sequence[Json]) -> Json | None:
    """The same over respondents: one correlation over all their values.

    Args:
        rows: Of :func:`compare_off_circle`, flat respondents left out.

    Returns:
        ``r``, ``n`` (values that it is over), ``low`` and ``high`` (95 % interval of ``r`` as if they were
        independent), ``rmse`` and ``coverage``; ``None`` without rows.
    """
    if not rows:
        return None
    truth, recovered = (
        np.array([number for row in rows for number in row[side].values()]) for side in ("planted", "recovered")
    )
    r, covered = correlation(truth, recovered), [row["coverage"] for row in rows if row["coverage"] is not None]
    low, high = (None, None) if r is None else _fisher(r, len(truth))
    return {
        "r": r,
        "n": len(truth),
        "low": low,
        "high": high,
        "rmse": float(np.sqrt(np.mean((recovered - truth) ** 2))),
        "coverage": float(np.mean(covered)) if covered else None,
    }


def correlation(first: Floats, second: Floats) -> float | None:
    """Pearson's correlation; ``None`` when one side does not vary beyond rounding."""
    if min(first.std(), second.std()) < 1e-9:
        return None
    return number(float(np.corrcoef(first, second)[0, 1]))


def _covered(errors: Floats, rest: Floats, rows: Sequence[Json]) -> float | None:
    scale = HEADLINE if all(row.get(f"{HEADLINE}_low") is not None for row in rows) else SCALE
    ends = [(row.get(f"{scale}_low"), row.get(f"{scale}_high")) for row in rows]
    if any(low is None or high is None for low, high in ends):
        return None
    # Half of an interval is a standard error times a quantile; that of a weighted sum is as many of its own.
    half = np.sqrt(rest**2 @ (np.ptp(np.array(ends, dtype=np.float64), axis=1) / 2) ** 2)
    return float(np.mean(errors <= half))


def without_circle(angles: Floats) -> Floats:
    """Matrix that takes mean and first harmonic out of a profile.

    Args:
        angles: Places of the values on the circle, in radians.
    """
    circle = np.stack([np.ones_like(angles), np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(np.eye(len(angles)) - circle @ np.linalg.pinv(circle))


def _fisher(r: float, n: int) -> tuple[float, float]:
    middle, half = np.arctanh(min(max(r, -0.999999), 0.999999)), NormalDist().inv_cdf(0.975) / np.sqrt(max(n - 3, 1))
    return float(np.tanh(middle - half)), float(np.tanh(middle + half))
