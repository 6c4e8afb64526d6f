"""Cluster bootstrap over clips: one set of draws shared by everything that is compared.

The clip is the unit of sampling: all answers about one clip stand or fall together. Every respondent of
a run is scored on the same draws, so differences between respondents are paired.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NO_SPREAD = "the same in nearly every draw"
"""Why there is no interval: drawing clips again hardly ever changed the number, so its uncertainty was not seen."""
FEW_CLIPS = "too few clips"
"""Why there is no interval: below the least number of clips."""

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Resamples:
    """How often each clip was drawn in each bootstrap draw."""

    clips: tuple[str, ...]
    counts: Floats
    """Shape (draws, clips)."""
    stratified: bool
    """Whether draws keep the number of clips of every value (no clip serves two values)."""

    def means(self, scores: Floats) -> Floats:
        """Mean per draw and column.

        Args:
            scores: Shape (clips, columns); NaN where a clip has no score in a column.

        Returns:
            Shape (draws, columns); NaN where a draw holds no scored clip of a column.
        """
        present = ~np.isnan(scores)
        return self.ratios(np.where(present, scores, 0.0), present.astype(np.float64))

    def ratios(self, numerators: Floats, denominators: Floats) -> Floats:
        """Sum of numerators over sum of denominators per draw, for shares of answers."""
        below = self.counts @ denominators
        above = self.counts @ numerators
        return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def resample(pairs: Iterable[tuple[str, str]], draws: int, generator: np.random.Generator) -> Resamples:
    """Draw clips with replacement.

    When every clip serves one value, clips are drawn within values, as they were retrieved. When clips
    serve several values, all clips are drawn together, so that a clip enters or leaves all its values at once.

    Args:
        pairs: (value, clip) of everything that was asked.
        draws: Number of bootstrap draws.
        generator: A stream of its own.
    """
    values_of: dict[str, set[str]] = {}
    for value, clip in pairs:
        values_of.setdefault(clip, set()).add(value)
    clips = tuple(sorted(values_of))
    stratified = all(len(values) == 1 for values in values_of.values())
    strata: dict[str, list[int]] = {}
    for position, clip in enumerate(clips):
        strata.setdefault(min(values_of[clip]) if stratified else "", []).append(position)
    counts = np.zeros((draws, len(clips)))
    for _, positions in sorted(strata.items()):
        size = len(positions)
        counts[:, positions] = generator.multinomial(size, np.full(size, 1.0 / size), size=draws)
    return Resamples(clips, counts, stratified)


def interval(
    replicates: Floats, level: float, clips: int, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> tuple[float, float]:
    """Percentile interval of bootstrap replicates, stretched for small samples.

    The plain percentile interval is too narrow for few clips: it takes the normal quantile for Student's and divides
    the variance by n instead of n - 1 (Hesterberg 2015, "What teachers should know about the bootstrap", section 5.2).
    Both are mended by stretching it about the median of the replicates, so that for a plain mean it is as wide as
    Student's t interval and yet keeps its asymmetry. Moving the tails out instead, as is also done, cannot reach
    beyond the extreme clips: with four clips that covered 84 % in simulations where stretching covered 91 to 95 %.

    Args:
        replicates: Shape (draws,); NaN draws are left out.
        level: Coverage aimed at, 0 to 1.
        clips: Number of clips behind the statistic.
        bounds: Smallest and largest value that the statistic can have.

    Returns:
        Low and high; NaN for both when fewer than two clips carry the statistic, or when the draws agree: an
        interval of no width would claim that nothing is uncertain.
    """
    finite = replicates[~np.isnan(replicates)]
    if clips < 2 or finite.size == 0:
        return math.nan, math.nan
    tail = (1.0 - level) / 2.0
    low, middle, high = np.quantile(finite, [tail, 0.5, 1.0 - tail])
    if high - low <= _ROUNDING * max(1.0, abs(middle)):
        return math.nan, math.nan
    factor = stretch(level, clips)
    ends = np.clip([middle + factor * (low - middle), middle + factor * (high - middle)], *bounds)
    return float(ends[0]), float(ends[1])


def estimate_row(
    name: str,
    estimate: float,
    replicates: Floats,
    level: float,
    clips: int,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> dict[str, Any]:
    """A number with its interval as the scores keep it.

    Args:
        name: Key of the number; empty for ``mean``, whose interval has no prefix.
        estimate: The number; NaN when it is not known.
        replicates: The same number in every draw.
        level: Coverage aimed at.
        clips: Clips behind the number; 0 for fewer than are needed.
        bounds: Smallest and largest value that the number can have.

    Returns:
        ``name``, ``name_low``, ``name_high`` (``None`` when not known) and ``name_why``: why a known number has no
        interval, empty when it has one.
    """
    prefix = f"{name}_" if name else ""
    low, high = (math.nan, math.nan) if math.isnan(estimate) else interval(replicates, level, clips, bounds)
    why = "" if math.isnan(estimate) or not math.isnan(low) else FEW_CLIPS if clips < 2 else NO_SPREAD
    known = {name or "mean": estimate, f"{prefix}low": low, f"{prefix}high": high}
    return {**{key: None if math.isnan(end) else float(end) for key, end in known.items()}, f"{prefix}why": why}


def stretch(level: float, clips: int) -> float:
    """Width of Student's t interval over that of the plain percentile interval of a mean."""
    from scipy.special import ndtri, stdtrit

    tail = (1.0 - level) / 2.0
    return float(stdtrit(clips - 1, tail) / ndtri(tail) * np.sqrt(clips / (clips - 1)))
