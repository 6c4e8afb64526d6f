"""How far a persona moves a model's values towards the persona's target, against a placebo.

Every profile compared here comes from the same bootstrap draws, so intervals of differences are paired. An interval
of a rank correlation from few clips leans low, since resampling adds noise to the ranks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.profile import Json, Profile, number
from valuespectrum.scoring.resampling import Floats, interval
from valuespectrum.values import VALUES

Method = Literal["spearman", "pearson"]

_FEWEST_VALUES = 3


def correlate(rows: Floats, target: Floats, method: Method) -> Floats:
    """Correlation of every row with the target.

    Args:
        rows: Shape (n, values).
        target: Shape (values,).
        method: Rank or linear correlation.

    Returns:
        Shape (n,); NaN for constant rows.
    """
    from scipy.stats import rankdata

    if method == "spearman":
        rows, target = rankdata(rows, axis=1), rankdata(target)
    left = rows - rows.mean(axis=1, keepdims=True)
    right = target - target.mean()
    scale = np.sqrt((left**2).sum(axis=1) * (right**2).sum())
    return np.asarray(np.divide(left @ right, scale, out=np.full(len(rows), np.nan), where=scale > 1e-12))


def align(
    persona: Profile,
    target: Mapping[str, float],
    options: ScoringOptions,
    placebo: Profile | None = None,
    baseline: Profile | None = None,
) -> Json:
    """Agreement of a persona's measured profile with the profile its text aims at.

    Args:
        persona: Profile measured under the persona.
        target: The persona's target in -1..1; values it does not name count as 0.
        options: Scoring options.
        placebo: Profile measured under the placebo of the persona, compared with the original target.
        baseline: Profile of the same model without a persona.

    Returns:
        ``aligned``, ``placebo`` and ``difference`` (aligned minus placebo, Spearman), each with ``_low`` and ``_high``;
        ``aligned_pearson`` and ``placebo_pearson``; and, with a baseline, the same names prefixed ``shift_`` for the
        profile minus the baseline. ``values`` is the number of values compared. Unknown numbers are ``None``.
    """
    profiles = [profile for profile in (persona, placebo, baseline) if profile is not None]
    shared = np.logical_and.reduce([profile.measured for profile in profiles])
    goal = np.array([float(target.get(value, 0.0)) for value in VALUES])
    clips = int(min(profile.clips[shared].min() for profile in profiles)) if shared.any() else 0
    comparison = _Comparison(goal, shared, clips, options)
    outcome: Json = {"values": int(shared.sum()), **comparison.rows("", persona, placebo, None)}
    if baseline is not None:
        outcome |= comparison.rows("shift_", persona, placebo, baseline)
    return outcome


class _Comparison:
    """Correlations with one target over the values that all profiles measured."""

    def __init__(self, goal: Floats, shared: np.ndarray, clips: int, options: ScoringOptions) -> None:
        self._goal = goal[shared]
        self._shared = shared
        self._clips = clips
        self._options = options

    def rows(self, prefix: str, persona: Profile, placebo: Profile | None, baseline: Profile | None) -> Json:
        aligned, draws = self._correlations(persona, baseline, "spearman")
        rows = {
            **self._row(f"{prefix}aligned", aligned, draws),
            f"{prefix}aligned_pearson": number(self._correlations(persona, baseline, "pearson")[0]),
        }
        if placebo is None:
            return rows
        other, other_draws = self._correlations(placebo, baseline, "spearman")
        return {
            **rows,
            **self._row(f"{prefix}placebo", other, other_draws),
            f"{prefix}placebo_pearson": number(self._correlations(placebo, baseline, "pearson")[0]),
            **self._row(f"{prefix}difference", aligned - other, draws - other_draws, largest=2.0),
        }

    def _correlations(self, profile: Profile, baseline: Profile | None, method: Method) -> tuple[float, Floats]:
        rows = np.vstack([profile.mean[None, :], profile.replicates])[:, self._shared]
        if baseline is not None:
            rows = rows - np.vstack([baseline.mean[None, :], baseline.replicates])[:, self._shared]
        if self._shared.sum() < _FEWEST_VALUES:
            return float("nan"), np.full(len(rows) - 1, np.nan)
        correlations = correlate(rows, self._goal, method)
        return float(correlations[0]), correlations[1:]

    def _row(self, name: str, estimate: float, draws: Floats, largest: float = 1.0) -> Json:
        low, high = interval(draws, self._options.level, self._clips, (-largest, largest))
        return {name: number(estimate), f"{name}_low": number(low), f"{name}_high": number(high)}
