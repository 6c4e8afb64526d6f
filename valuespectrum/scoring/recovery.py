"""How well a measured profile recovers a planted one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from valuespectrum.scoring.estimate import HEADLINE
from valuespectrum.scoring.off_circle import to_log_odds
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.ranks import levelled
from valuespectrum.theory.values import centre
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Key = TypeVar("Key", bound=Hashable)


def compare_to_planted(profile: Mapping[str, Json], planted: Mapping[str, float]) -> Json:
    """Compare a described profile with known truth.

    Args:
        profile: Value to a row of scores: ``mean, low, high`` on the 0 to 100 scale, and for instruments of liking
            ``centred_log_odds`` with its ends.
        planted: Value to the true liking, 0 to 100.

    Returns:
        ``spearman`` and ``max_abs_error`` over values with a mean, ``interval_coverage`` (share of planted values
        inside their interval, values without an interval counted as missed; ``None`` where no value has one),
        ``centred_rmse`` (root mean squared error of the profiles after each is centred on the compared values; ``None``
        where one value was compared, of which centring leaves nothing), ``log_odds_rmse`` (the same of centred
        log-odds; ``None`` without), ``bias`` (mean error, which centring removes), ``outside`` (planted values that lie
        outside their interval), ``unmeasured`` (values without an interval) and ``values`` (how many were compared).
        Intervals are those of the headline: of centred log-odds where there are any, else of the mean.

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
    goals, prefix = _headline(profile, truth)
    bounded = [value for value in planted if profile.get(value, {}).get(f"{prefix}low") is not None]
    inside = [
        value for value in bounded if profile[value][f"{prefix}low"] <= goals[value] <= profile[value][f"{prefix}high"]
    ]
    off = [float(profile[value][HEADLINE]) - goal for value, goal in goals.items()] if prefix else []
    return {
        "spearman": spearman(measured, truth),
        "max_abs_error": float(np.abs(errors).max()),
        "interval_coverage": len(inside) / len(planted) if bounded else None,
        "centred_rmse": float(np.sqrt(np.mean(centred_errors**2))) if len(compared) > 1 else None,
        "log_odds_rmse": float(np.sqrt(np.mean(np.square(off)))) if len(off) > 1 else None,
        "bias": float(errors.mean()),
        "outside": [value for value in bounded if value not in inside],
        "unmeasured": [value for value in planted if value not in bounded],
        "values": len(compared),
    }


def _headline(profile: Mapping[str, Json], planted: Mapping[str, float]) -> tuple[dict[str, float], str]:
    """What the intervals are about: true centred log-odds, or true liking; and how the names of their ends begin."""
    shown = [value for value in planted if profile[value].get(HEADLINE) is not None]
    if not shown:
        return dict(planted), ""
    return centre({value: to_log_odds(planted[value]) for value in shown}), f"{HEADLINE}_"


def spearman(first: Mapping[Key, float], second: Mapping[Key, float]) -> float | None:
    """Rank correlation over the keys of ``first``; ``None`` below three keys or when one side is constant.

    Numbers that differ by rounding only share their rank.
    """
    from scipy.stats import spearmanr

    left, right = (levelled(np.array([side[key] for key in first], dtype=np.float64)) for side in (first, second))
    if len(left) < 3 or np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return number(float(spearmanr(left, right).statistic))
