"""How far a persona moves a model's values towards the persona's target, against no persona and against a placebo.

Every profile compared here comes from the same bootstrap draws, so intervals of differences are paired. An interval
of a rank correlation from few clips leans low, since resampling adds noise to the ranks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from agents.answers.respondent import RespondentColumns, columns_of
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.profile import Profile, number
from valuespectrum.scoring.ranks import levelled
from valuespectrum.scoring.resampling import NO_SPREAD, Basis, Floats, estimate_row
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Method = Literal["spearman", "pearson"]
Moved = Literal["closer", "away", "unclear"]

SAME_ORDER = "the same order of values in nearly every draw"
"""Why an alignment has no interval although clips differ: they differ less than values do. Its sign is certain."""

_FEWEST_VALUES = 3
_LEAST_SPREAD = 1e-6
"""Points of liking that draws must differ by to count as different."""


def correlate(rows: Floats, target: Floats, method: Method) -> Floats:
    """Correlation of every row with the target.

    Args:
        rows: Shape (n, values).
        target: Shape (values,).
        method: Rank or linear correlation.

    Returns:
        Shape (n,); NaN for rows that are constant up to rounding, which agree with nothing and contradict nothing.
    """
    from scipy.stats import rankdata

    rows = levelled(rows)
    if method == "spearman":
        rows, target = rankdata(rows, axis=1), rankdata(target)
    left = rows - rows.mean(axis=1, keepdims=True)
    right = target - target.mean()
    scale = np.sqrt((left**2).sum(axis=1) * (right**2).sum())
    return np.asarray(np.divide(left @ right, scale, out=np.full(len(rows), np.nan), where=scale > 1e-12))


def ceiling(target: Floats) -> float:
    """Largest rank correlation with a target that a profile without equal scores can reach.

    Values that a target does not tell apart share a rank, and a measured profile has to put them into some order: a
    target with three nonzero values, two of them equal, cannot be reached beyond 0.81.

    Args:
        target: Shape (values,).

    Returns:
        0 to 1; NaN for fewer than three values or a constant target.

    Example:
        >>> round(ceiling(np.array([1.0, 1.0, 0.5, 0, 0, 0, 0, 0, 0, 0])), 3)
        0.809
    """
    if len(target) < _FEWEST_VALUES:
        return float("nan")
    return float(correlate(np.arange(len(target), dtype=float)[None, :], np.sort(target), "spearman")[0])


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
        target: The persona's target in -1..1 over the dimensions of the profile; one that it does not name counts as
            0, and one that it calls not-a-number is left out.
        options: Scoring options.
        placebo: Profile measured under the placebo of the persona, compared with the original target.
        baseline: Profile of the same model without a persona, compared with the same target.

    Returns:
        Rank correlations with the target: ``aligned``, ``placebo`` and ``bare`` (the model without a persona);
        ``difference`` (aligned minus placebo) and ``gain`` (aligned minus bare), both paired. Each has ``_low``,
        ``_high`` and ``_why`` (why there is no interval). ``moved`` is what the two differences allow to say
        (:func:`verdict`), ``ceiling`` the largest alignment within reach (:func:`ceiling`), ``values`` the number of
        values compared. ``aligned_pearson`` and ``placebo_pearson`` are linear correlations; the names that begin with
        ``shift_`` are about the profile minus the baseline. Unknown numbers are ``None``.

    Raises:
        InputError: The profiles are over different value sets or units.
    """
    profiles = [profile for profile in (persona, placebo, baseline) if profile is not None]
    if any(profile.value_set != persona.value_set or profile.unit != persona.unit for profile in profiles):
        raise InputError("profiles over different value sets or units cannot be compared", "compare like with like")
    whole = np.array([float(target.get(value, 0.0)) for value in persona.value_set.dimensions])
    shared = np.logical_and.reduce([profile.measured for profile in profiles]) & ~np.isnan(whole)
    goal = whole[shared]
    fewest = int(min(profile.units[shared].min() for profile in profiles)) if shared.any() else 0
    comparison = _Comparison(goal, shared, Basis(fewest, persona.unit), options)
    outcome: Json = {"values": int(shared.sum()), "ceiling": number(ceiling(goal))}
    outcome |= comparison.rows("", persona, placebo, None)
    if baseline is not None:
        outcome |= comparison.gain(persona, baseline)
        outcome |= comparison.rows("shift_", persona, placebo, baseline)
    return outcome | {"moved": verdict(outcome)}


def verdict(row: Json) -> Moved | None:
    """What the intervals of a persona's two differences allow to say.

    Args:
        row: ``gain`` (against the model without a persona) and ``difference`` (against the placebo) with their ends.

    Returns:
        ``closer`` when both intervals lie above 0; ``away`` when that of the gain lies below 0, so that the model was
        nearer to the target without the persona; else ``unclear``. ``None`` when one of the two was not measured.
    """
    if row.get("gain") is None or row.get("difference") is None:
        return None
    gain, difference = _side(row, "gain"), _side(row, "difference")
    return "away" if gain < 0 else "closer" if min(gain, difference) > 0 else "unclear"


def _side(row: Json, name: str) -> int:
    """On which side of 0 an interval lies; 0 when it holds 0 or is not known."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if row[f"{name}_why"] == SAME_ORDER:
        low = high = row[name]
    return 0 if low is None or high is None else int(low > 0) - int(high < 0)


class _Comparison:
    """Correlations with one target over the values that all profiles measured."""

    def __init__(self, goal: Floats, shared: np.ndarray, basis: Basis, options: ScoringOptions) -> None:
        self._goal = goal
        self._shared = shared
        self._basis = basis
        self._options = options

    def rows(self, prefix: str, persona: Profile, placebo: Profile | None, baseline: Profile | None) -> Json:
        """Alignment of persona and placebo, of their profiles or of how these differ from a baseline."""
        aligned, draws = self._correlations(persona, baseline, "spearman")
        rows = {
            **self._row(f"{prefix}aligned", aligned, draws, persona),
            f"{prefix}aligned_pearson": number(self._correlations(persona, baseline, "pearson")[0]),
        }
        if placebo is None:
            return rows
        other, other_draws = self._correlations(placebo, baseline, "spearman")
        return {
            **rows,
            **self._row(f"{prefix}placebo", other, other_draws, placebo),
            f"{prefix}placebo_pearson": number(self._correlations(placebo, baseline, "pearson")[0]),
            **self._row(f"{prefix}difference", aligned - other, draws - other_draws, persona, placebo),
        }

    def gain(self, persona: Profile, baseline: Profile) -> Json:
        """Alignment of the model without a persona, and what the persona adds to it."""
        aligned, draws = self._correlations(persona, None, "spearman")
        bare, bare_draws = self._correlations(baseline, None, "spearman")
        return {
            **self._row("bare", bare, bare_draws, baseline),
            **self._row("gain", aligned - bare, draws - bare_draws, persona, baseline),
        }

    def _correlations(self, profile: Profile, baseline: Profile | None, method: Method) -> tuple[float, Floats]:
        rows = np.vstack([profile.mean[None, :], profile.replicates])[:, self._shared]
        if baseline is not None:
            rows = rows - np.vstack([baseline.mean[None, :], baseline.replicates])[:, self._shared]
        if self._shared.sum() < _FEWEST_VALUES:
            return float("nan"), np.full(len(rows) - 1, np.nan)
        correlations = correlate(rows, self._goal, method)
        return float(correlations[0]), correlations[1:]

    def _row(self, name: str, estimate: float, draws: Floats, *profiles: Profile) -> Json:
        """A correlation of one profile, or the difference of those of two, with its interval."""
        largest = float(len(profiles))
        row = estimate_row(name, estimate, draws, self._options.level, self._basis, (-largest, largest))
        if row[f"{name}_why"] == NO_SPREAD and all(self._varies(profile) for profile in profiles):
            row[f"{name}_why"] = SAME_ORDER
        return row

    def _varies(self, profile: Profile) -> bool:
        """Whether units of every compared dimension differ."""
        return bool((np.ptp(profile.replicates[:, self._shared], axis=0) > _LEAST_SPREAD).all())


def summarise(personas: Sequence[Json], level: float) -> list[Json]:
    """Means over the personas of each model and strategy, and how many moved whither.

    Args:
        personas: Rows of ``align`` with ``model`` and ``strategy``.
        level: Coverage of intervals, which are Student's t with personas as units.

    Returns:
        One row per model and strategy: ``personas``; ``moved_closer``, ``moved_away`` and ``unclear`` (counts of
        ``moved``; personas without a verdict are in none); means of ``aligned``, ``placebo`` and ``bare``;
        ``difference`` and ``gain`` with ``_low``, ``_high`` and ``_why``.
    """
    groups: dict[RespondentColumns, list[Json]] = {}
    for row in personas:
        # In these rows ``placebo`` is how well it aligns.
        groups.setdefault(columns_of(row)._replace(persona="", placebo=False), []).append(row)
    return [
        {**who.but("persona", "placebo"), "personas": len(rows), **_summary(rows, level)}
        for who, rows in groups.items()
    ]


def _summary(rows: Sequence[Json], level: float) -> Json:
    counts = Counter(row.get("moved") for row in rows)
    summary: Json = {"moved_closer": counts["closer"], "moved_away": counts["away"], "unclear": counts["unclear"]}
    for name in ("aligned", "placebo", "bare"):
        known = _known(rows, name)
        summary[name] = float(known.mean()) if known.size else None
    for name in ("difference", "gain"):
        summary |= _student(name, _known(rows, name), level)
    return summary


def _known(rows: Sequence[Json], name: str) -> Floats:
    return np.array([row[name] for row in rows if row.get(name) is not None], dtype=np.float64)


def _student(name: str, numbers: Floats, level: float) -> Json:
    """Mean with Student's interval; the personas are the units."""
    from scipy.special import stdtrit

    row: Json = {name: None, f"{name}_low": None, f"{name}_high": None, f"{name}_why": ""}
    if not numbers.size:
        return row
    mean = float(numbers.mean())
    if numbers.size < 2:
        return row | {name: mean, f"{name}_why": "one persona"}
    half = -float(stdtrit(numbers.size - 1, (1 - level) / 2)) * float(numbers.std(ddof=1)) / numbers.size**0.5
    if not half:
        return row | {name: mean, f"{name}_why": "the same for every persona"}
    return row | {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
