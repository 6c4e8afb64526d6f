"""Contrasts of respondent x value effects, with intervals for one and for all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.maximum import Fit, spread_out
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]

DRAWS = 4000
"""Draws of the estimates of maximum likelihood behind intervals that hold for all contrasts at once."""


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Contrasts of one kind; shape (rows, values) each."""

    rows: tuple[tuple[int, ...], ...]
    """Respondents of every row: one for its own centred effects, two for first minus second."""
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    """Ends of the interval for this contrast alone, as those below in logits."""
    low_all: Floats
    high_all: Floats
    """Ends of the interval that holds for all contrasts of the kind at once."""

    @property
    def stands_out(self) -> NDArray[np.bool_]:
        """Which are told from 0 with all of them in view."""
        return np.asarray((self.low_all > 0) | (self.high_all < 0))

    def to_json(self, names: Sequence[str], values: Sequence[str]) -> list[Json]:
        """A row for each contrast.

        Args:
            names: Of the respondents.
            values: Names of the columns.
        """
        keys = ("respondent",) if self.rows and len(self.rows[0]) == 1 else ("first", "second")
        parts = ("estimate", "se", "low", "high", "low_all", "high_all")
        return [
            {
                **dict(zip(keys, (names[who] for who in row), strict=True)),
                "value": value,
                **{part: float(getattr(self, part)[at, column]) for part in parts},
                "stands_out": bool(self.stands_out[at, column]),
            }
            for at, row in enumerate(self.rows)
            for column, value in enumerate(values)
        ]


def centred_effects(gamma: Floats) -> Floats:
    """Effects minus the mean over values of each respondent, the analogue of centring on the mean rating.

    Example:
        >>> centred_effects(np.array([[1.0, 3.0]])).tolist()
        [[-1.0, 1.0]]
    """
    return np.asarray(gamma - gamma.mean(axis=-1, keepdims=True))


def effect_draws(fit: Fit, seed: int) -> Floats:
    """Shape (draws, respondents, values): effects drawn from the normal distribution of the estimates."""
    from scipy.linalg import eigh

    width = len(fit.covariance)
    roots, vectors = eigh(fit.covariance)
    scaled = vectors * np.sqrt(np.maximum(roots, 0.0))
    normal = stream(seed, "ordinal estimates").normal(size=(DRAWS, width))
    return spread_out(fit.design, fit.top.effects + normal @ scaled.T)


def own_contrasts(draws: Floats, level: float, estimate: Floats | None = None) -> Contrasts:
    """Centred effects of every respondent.

    Args:
        draws: Shape (draws, respondents, values): effects drawn from their distribution.
        level: Coverage aimed at.
        estimate: Shape (respondents, values): the effects themselves; the mean of the draws where nothing is said.
    """
    rows = tuple((who,) for who in range(draws.shape[1]))
    return _summed(rows, centred_effects(draws), level, None if estimate is None else centred_effects(estimate))


def pair_contrasts(
    draws: Floats, pairs: Sequence[tuple[int, int]], level: float, estimate: Floats | None = None
) -> Contrasts:
    """Differences of centred effects, first minus second.

    Args:
        draws: As :func:`own_contrasts`.
        pairs: Respondents by their places.
        level: Coverage aimed at.
        estimate: As :func:`own_contrasts`.
    """
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    centred = centred_effects(draws)
    found = None
    if estimate is not None:
        middle = centred_effects(estimate)
        found = middle[first] - middle[second]
    return _summed(tuple(pairs), centred[:, first] - centred[:, second], level, found)


def _summed(rows: tuple[tuple[int, ...], ...], draws: Floats, level: float, estimate: Floats | None) -> Contrasts:
    """Intervals out of draws; of normal ones around given estimates."""
    from scipy.special import ndtri

    middle, se = draws.mean(axis=0), draws.std(axis=0, ddof=1)
    widest = np.abs((draws - middle) / se).max(axis=(1, 2))
    reach = float(np.quantile(widest, level))
    if estimate is None:
        low, high = np.quantile(draws, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
        estimate = middle
    else:
        half = float(ndtri((1.0 + level) / 2.0)) * se
        low, high = estimate - half, estimate + half
    return Contrasts(rows, estimate, se, low, high, estimate - reach * se, estimate + reach * se)
