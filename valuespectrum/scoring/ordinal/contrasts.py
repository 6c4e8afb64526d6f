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


@dataclass(frozen=True, slots=True)
class EffectDraws:
    """Effects drawn from their distribution."""

    gamma: Floats
    """Shape (draws, respondents, values)."""
    estimate: Floats | None = None
    """Shape (respondents, values): what draws lie around, in the normal distribution; ``None`` for draws from a
    posterior, whose mean is the estimate."""
    freedom: float = np.inf
    """Degrees of freedom of the spreads behind that distribution."""
    stretched: Floats | None = None
    """Shape (draws,): what makes each draw one of Student's; ``None`` where spreads are known."""


def likelihood_draws(fit: Fit, seed: int) -> EffectDraws:
    """Effects drawn around the estimates of maximum likelihood.

    Spreads of items and people are themselves estimated, so intervals are Student's, with as many degrees of freedom as
    there are items beyond values, or people beyond respondents, whichever are fewer.
    """
    from scipy.linalg import eigh

    roots, vectors = eigh(fit.covariance)
    scaled = vectors * np.sqrt(np.maximum(roots, 0.0))
    rng = stream(seed, "ordinal estimates")
    around = rng.normal(size=(DRAWS, len(fit.covariance))) @ scaled.T
    freedom = _freedom(fit)
    stretched = np.sqrt(freedom / rng.chisquare(freedom, size=DRAWS)) if np.isfinite(freedom) else None
    return EffectDraws(spread_out(fit.design, fit.top.effects + around), fit.gamma(), freedom, stretched)


def _freedom(fit: Fit) -> float:
    table = fit.design.table
    beyond = {"item": len(table.values), "person": len(table.respondents)}
    free = [term.levels - beyond[term.name] for term in fit.design.terms if term.name in beyond]
    return float(min(free)) if free else np.inf


def own_contrasts(drawn: EffectDraws, level: float) -> Contrasts:
    """Centred effects of every respondent.

    Args:
        drawn: Effects drawn from their distribution.
        level: Coverage aimed at.
    """
    rows = tuple((who,) for who in range(drawn.gamma.shape[1]))
    middle = None if drawn.estimate is None else centred_effects(drawn.estimate)
    return _summed(rows, centred_effects(drawn.gamma), level, middle, drawn)


def pair_contrasts(drawn: EffectDraws, pairs: Sequence[tuple[int, int]], level: float) -> Contrasts:
    """Differences of centred effects, first minus second.

    Args:
        drawn: As :func:`own_contrasts`.
        pairs: Respondents by their places.
        level: Coverage aimed at.
    """
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    centred, found = centred_effects(drawn.gamma), None
    if drawn.estimate is not None:
        middle = centred_effects(drawn.estimate)
        found = middle[first] - middle[second]
    return _summed(tuple(pairs), centred[:, first] - centred[:, second], level, found, drawn)


def _summed(
    rows: tuple[tuple[int, ...], ...], draws: Floats, level: float, estimate: Floats | None, drawn: EffectDraws
) -> Contrasts:
    """Intervals out of draws; of Student's around given estimates."""
    from scipy.special import ndtri, stdtrit

    middle, se, upper = draws.mean(axis=0), draws.std(axis=0, ddof=1), (1.0 + level) / 2.0
    farthest = np.abs((draws - middle) / se).max(axis=(1, 2))
    if estimate is None:
        reach = float(np.quantile(farthest, level))
        low, high = np.quantile(draws, [1.0 - upper, upper], axis=0)
        return Contrasts(rows, middle, se, low, high, middle - reach * se, middle + reach * se)
    times = float(ndtri(upper) if drawn.stretched is None else stdtrit(drawn.freedom, upper))
    stretched = farthest if drawn.stretched is None else farthest * drawn.stretched
    reach = max(times, float(np.quantile(stretched, level)))
    low, high = estimate - times * se, estimate + times * se
    return Contrasts(rows, estimate, se, low, high, estimate - reach * se, estimate + reach * se)
