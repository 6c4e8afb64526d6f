"""Whether negation is understood, told from single most likely texts: by a correlation that leans do not touch.

Nothing is drawn: a picture is said to be liked where liking and a lean together pass a threshold. What agrees is
therefore not the shares, which a lean squeezes, but what lies under them: of two normal traits, one for each polarity,
the polychoric correlation (Pearson 1900; Olsson 1979). Thresholds come from how often each answer was given, the
correlation by maximum likelihood. It is 1 when negation is understood, whatever the lean; -1 when the "not" is not
heard; 0 when negative answers have nothing to do with the picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.guards.negation import (
    FEWEST_CLIPS,
    LEAST_AGREEMENT,
    NAME,
    Floats,
    agreement_in_words,
    unknown_negation,
)

_CORRELATIONS: Floats = np.linspace(-0.98, 0.98, 99)
_SURELY = 2.71
"""Chi-square with one degree of freedom at .10, for one side at .05."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_LEAST_CHANCE = 1e-12


def negation_in_likeliest_texts(shares: Floats) -> Finding:
    """Compare what positive and negative questions say about every picture.

    Args:
        shares: Shape (clips, 4) in the order of ``readouts.evidence.CELLS``: share of the word yes over wordings; NaN
            where a cell has no answer, which leaves its clip out.

    Returns:
        Its number is the correlation of both polarities. Flagged when 0 and more is rejected (likelihood ratio, one
        side at 5 %), or .5 and more where one polarity at least tells pictures apart, which its two orders show by
        agreeing; holds when 0 and less is rejected; else unknown. Unknown without a number when a polarity does not
        tell pictures apart: under a lean that liking never outweighs, nobody can know whether it is understood.
    """
    rows = shares[~np.isnan(shares).any(axis=1)]
    if len(rows) < FEWEST_CLIPS:
        return unknown_negation(f"fewer than {FEWEST_CLIPS} clips were asked about in all four cells")
    likelihood = polychoric_likelihood(rows[:, :2].mean(axis=1), 1.0 - rows[:, 2:].mean(axis=1))
    apart = [_above(polychoric_likelihood(*rows[:, first : first + 2].T), 0.0) for first in (0, 2)]
    r = float(_CORRELATIONS[likelihood.argmax()])
    statements = agreement_in_words(r, LEAST_AGREEMENT)
    if _below(likelihood, 0.0) or (any(apart) and _below(likelihood, LEAST_AGREEMENT)):
        return told(NAME, True, r, LEAST_AGREEMENT, statements)
    if not any(apart):
        return unknown_negation("answers do not tell one picture from another")
    if not all(apart):
        silent = "negative" if apart[0] else "positive"
        return unknown_negation(f"{silent} questions are answered whatever the picture, by nature or by a lean")
    if _above(likelihood, 0.0):
        return told(NAME, False, r, LEAST_AGREEMENT, statements)
    why = f"too few answers tell one picture from another in both polarities (r = {r:.2f} is no more than a guess)"
    return Finding(NAME, "unknown", r, LEAST_AGREEMENT, f"whether negation is understood is not known: {why}")


def _below(likelihood: Floats, bound: float) -> bool:
    """Whether a correlation of a bound or more is rejected."""
    return _lost(likelihood, bound - 1e-9 <= _CORRELATIONS)


def _above(likelihood: Floats, bound: float) -> bool:
    """Whether a correlation of a bound or less is rejected."""
    return _lost(likelihood, bound + 1e-9 >= _CORRELATIONS)


def _lost(likelihood: Floats, allowed: NDArray[np.bool_]) -> bool:
    return bool(likelihood.max() - likelihood[allowed].max() > _SURELY / 2)


def polychoric_likelihood(one: Floats, other: Floats) -> Floats:
    """Log-likelihood of the correlation that lies under two lists of ordered answers, on a grid from -.98 to .98.

    Args:
        one: An answer for every picture; only their order counts.
        other: The same pictures.
    """
    from scipy.special import ndtr, ndtri

    table = _table(one, other)
    edges = [np.concatenate([[0.0], table.sum(axis=axis).cumsum() / table.sum()]) for axis in (1, 0)]
    low, high = edges[0][:-1, None], edges[0][1:, None]
    trait = ndtri((low + high + (high - low) * _NODES) / 2)
    r = _CORRELATIONS[:, None, None, None]
    chance = ndtr((ndtri(edges[1][1:-1, None, None]) - r * trait) / np.sqrt(1 - r**2))
    upto = np.pad((chance * _WEIGHTS / 2).sum(axis=-1) * (high - low)[:, 0], ((0, 0), (1, 0), (0, 0)))
    cells = np.diff(np.concatenate([upto, np.broadcast_to((high - low)[:, 0], upto[:, :1].shape)], axis=1), axis=1)
    found: Floats = np.einsum("rba,ab->r", np.log(np.maximum(cells, _LEAST_CHANCE)), table)
    return found


def _table(one: Floats, other: Floats) -> Floats:
    """How often each answer of one went with each of the other."""
    (_, row), (_, column) = (np.unique(np.round(each, 9), return_inverse=True) for each in (one, other))
    table = np.zeros((row.max() + 1, column.max() + 1))
    np.add.at(table, (row, column), 1.0)
    return table
