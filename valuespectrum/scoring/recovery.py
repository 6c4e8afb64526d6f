"""How well a measured profile recovers a planted one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from valuespectrum.scoring.profile import number
from valuespectrum.scoring.ranks import levelled
from valuespectrum.theory.values import centre
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Key = TypeVar("Key", bound=Hashable)


def compare_to_planted(profile: Mapping[str, Json], planted: Mapping[str, float]) -> Json:
    """Compare a described profile with known truth.

    Args:
        profile: Value to a row with ``mean, low, high`` on the 0 to 100 scale (``profile.describe``).
        planted: Value to the true liking, 0 to 100.

    Returns:
        ``spearman`` and ``max_abs_error`` over values with a mean, ``interval_coverage`` (share of planted values
        inside their interval, values without an interval counted as missed), ``centred_rmse`` (root mean squared error
        of the profiles after each is centred on the compared values), ``bias`` (mean error, which centring
        removes), ``outside`` (planted values that lie outside their interval), ``unmeasured`` (values without an
        interval) and ``values`` (how many were compared).

    Raises:
        InputError: No planted value is in the profile.
    """
    compared = [value for value in planted if profile.get(value, {}).get("mean") is not None]
    if not compared:
        raise InputError("no planted value was measured, there is nothing to compare", "use a corpus with more clips")
    measured = {value: float(profile[value]["mean"]) for value in compared}
    truth = {value: float(planted[value]) for value in compared}
    errors = np.array([measured[value] - truth[value] for value in compared])
    centred, centred_truth = centre(measured), centre(truth)
    centred_errors = np.array([centred[value] - centred_truth[value] for value in compared])
    bounded = [value for value in planted if profile.get(value, {}).get("low") is not None]
    inside = [value for value in bounded if profile[value]["low"] <= planted[value] <= profile[value]["high"]]
    return {
        "spearman": spearman(measured, truth),
        "max_abs_error": float(np.abs(errors).max()),
        "interval_coverage": len(inside) / len(planted),
        "centred_rmse": float(np.sqrt(np.mean(centred_errors**2))),
        "bias": float(errors.mean()),
        "outside": [value for value in bounded if value not in inside],
        "unmeasured": [value for value in planted if value not in bounded],
        "values": len(compared),
    }


def spearman(first: Mapping[Key, float], second: Mapping[Key, float]) -> float | None:
    """Rank correlation over the keys of ``first``; ``None`` below three keys or when one side is constant.

    Numbers that differ by rounding only share their rank.
    """
    from scipy.stats import spearmanr

    left, right = (levelled(np.array([side[key] for key in first], dtype=np.float64)) for side in (first, second))
    if len(left) < 3 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return number(float(spearmanr(left, right).statistic))
