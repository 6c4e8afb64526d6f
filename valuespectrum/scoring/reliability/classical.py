"""Reliability as questionnaires report it: alpha, omega, split halves, test and retest, and centring by MRAT.

All take numbers over respondents or values; what they mean depends on who the respondents are. Alpha over draws of one
model at one temperature says how its sampling noise compares with itself, not that a value is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.off_circle import correlation

Floats = NDArray[np.float64]

_FEWEST = 3
_SPLITS = 100
_ITERATIONS = 2000
_LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of reliability; ``None`` where it does not exist."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    """Respondents, or values, behind it."""
    why: str = ""
    """Why there is no number, or no interval."""


def mrat(ratings: Floats) -> Floats:
    """Mean rating of every respondent over all items (Schwartz 2021, instructions of the PVQ-RR).

    Value scores minus it are centred: they say what somebody rates higher than other things, whatever they rate high
    in general.

    Args:
        ratings: Shape (respondents, items), all items of the form; NaN for what was not answered.

    Returns:
        Shape (respondents,); NaN for whoever answered nothing.
    """
    known = np.isfinite(ratings)
    count = known.sum(axis=1)
    total = np.where(known, ratings, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(ratings), np.nan), where=count > 0))


def alpha(items: Floats, level: float = 0.95) -> Coefficient:
    """Cronbach's alpha: ``k / (k - 1) (1 - sum of variances / variance of the sum)``, with Feldt's interval (1965).

    The least reliability that items of one trait can have together; items that only share a response style have it
    high as well. It can be negative.

    Args:
        items: Shape (respondents, items); whoever lacks an item is left out.
        level: Coverage aimed at.
    """
    from scipy.special import fdtri

    whole, why = _whole(items)
    n, k = whole.shape
    if why:
        return Coefficient(None, n=n, why=why)
    value = k / (k - 1) * (1.0 - float(whole.var(axis=0, ddof=1).sum() / whole.sum(axis=1).var(ddof=1)))
    tail = (1.0 - level) / 2.0
    low, high = (1.0 - (1.0 - value) * float(fdtri(n - 1, (n - 1) * (k - 1), end)) for end in (1.0 - tail, tail))
    return Coefficient(value, low, high, n)


def omega(items: Floats) -> Coefficient:
    """McDonald's omega of one factor: ``(sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances)``.

    Unlike alpha it lets items differ in how well they measure. The factor is fitted to covariances by iterated
    principal axes (minimal residuals).

    Args:
        items: Shape (respondents, items), at least three items: of two, a factor cannot be told.
    """
    whole, why = _whole(items)
    n, k = whole.shape
    if not why and k < _FEWEST:
        why = f"{k} items, one factor needs three: read alpha"
    if why:
        return Coefficient(None, n=n, why=why)
    covariance = np.cov(whole, rowvar=False)
    loadings, unique = _one_factor(covariance)
    if (unique <= _LEAST * np.diag(covariance)).any():
        return Coefficient(None, n=n, why="one item is the factor (Heywood case)")
    shared = float(loadings.sum()) ** 2
    return Coefficient(shared / (shared + float(unique.sum())), n=n, why="draw respondents again for one")


def split_half(table: Floats, generator: np.random.Generator) -> Coefficient:
    """Correlation between halves over values, at full length (Spearman and Brown: ``k r / (1 + (k - 1) r)``).

    The mean over random halves. With clips in the columns every value's are split for themselves; columns that mean the
    same in every row, such as wordings, are split alike.

    Args:
        table: Shape (values, levels): mean score of every value in every wording or clip; NaN for none. Columns may
            stand for other clips in every row.
        generator: Draws halves.
    """
    counts = np.isfinite(table).sum(axis=1)
    if len(table) < _FEWEST or not len(counts) or counts.min() < 2:
        return Coefficient(None, n=len(table), why="two halves over three values are needed")
    keys = np.where(np.isfinite(table), generator.random((_SPLITS, *table.shape)), np.inf)
    dealt = np.take_along_axis(np.broadcast_to(np.nan_to_num(table), keys.shape), np.argsort(keys, axis=-1), axis=-1)
    sums, middle = np.cumsum(dealt, axis=-1), counts // 2
    ends = [sums[:, np.arange(len(table)), middle * part - 1] for part in (1, 2)]
    # Halves of odd numbers leave one out: the whole is longer by as much as its error is smaller, on average over rows.
    longer = float((1.0 / middle).mean() / (1.0 / counts).mean())
    return _stepped(_correlations(ends[0] / middle, (ends[1] - ends[0]) / middle), longer, len(table))


def wording_split_half(table: Floats, generator: np.random.Generator) -> Coefficient:
    """The same where a column is one wording in every row: halves hold the same wordings for all values.

    Args:
        table: Shape (values, wordings).
        generator: Draws halves.
    """
    whole = table[:, np.isfinite(table).all(axis=0)] if table.size else table
    if len(whole) < _FEWEST or whole.shape[1] < 2:
        return Coefficient(None, n=len(table), why="two wordings with every value are needed")
    levels = whole.shape[1]
    middle = levels // 2
    orders = np.argsort(generator.random((_SPLITS, levels)), axis=-1)
    dealt = whole[:, orders]
    halves = [dealt[..., start : start + middle].mean(axis=-1).T for start in (0, middle)]
    # Halves of an odd number leave one out; the whole is that much longer.
    return _stepped(_correlations(*halves), levels / middle, len(whole))


def retest(first: Floats, second: Floats, level: float = 0.95) -> Coefficient:
    """Correlation of a profile with itself in other draws, paraphrases or checkpoints, with Fisher's interval.

    Args:
        first: Shape (values,) or flattened (respondents x values), centred.
        second: The same numbers a second time.
        level: Coverage aimed at, were they independent.
    """
    from scipy.special import ndtri

    known = np.isfinite(first) & np.isfinite(second)
    n = int(known.sum())
    r = correlation(first[known], second[known]) if n >= _FEWEST else None
    if r is None:
        return Coefficient(None, n=n, why="fewer than three values twice" if n < _FEWEST else "values do not differ")
    if n < _FEWEST + 1 or abs(r) > 1.0 - _LEAST:
        return Coefficient(r, n=n, why="too few values for an interval" if n < _FEWEST + 1 else "the same twice")
    half = float(ndtri(0.5 + level / 2.0)) / np.sqrt(n - 3)
    low, high = (float(np.tanh(np.arctanh(r) + side * half)) for side in (-1, 1))
    return Coefficient(r, low, high, n)


def _whole(items: Floats) -> tuple[Floats, str]:
    """Respondents with every item, and why no coefficient can be had of them."""
    if items.ndim != 2 or items.shape[1] < 2:
        return np.asarray(items.reshape(len(items), -1)), "two items or more are needed"
    whole = items[np.isfinite(items).all(axis=1)]
    if len(whole) < _FEWEST:
        return whole, f"{len(whole)} respondents with every item"
    if whole.sum(axis=1).var() < _LEAST or (whole.var(axis=0) < _LEAST).any():
        return whole, "respondents answer an item, or all together, alike"
    return whole, ""


def _one_factor(covariance: Floats) -> tuple[Floats, Floats]:
    variances = np.diag(covariance).copy()
    # Where no communality is known to begin with, what each item shares with the rest (Guttman 1956).
    unique = np.clip(1.0 / np.diag(np.linalg.pinv(covariance)), 0.0, variances)
    loadings = np.zeros_like(variances)
    for _ in range(_ITERATIONS):
        strengths, directions = np.linalg.eigh(covariance - np.diag(unique))
        loadings = directions[:, -1] * np.sqrt(max(float(strengths[-1]), 0.0))
        before, unique = unique, np.maximum(variances - loadings**2, 0.0)
        if np.abs(unique - before).max() < 1e-10 * variances.max():
            break
    return loadings * (np.sign(loadings.sum()) or 1.0), unique


def _correlations(first: Floats, second: Floats) -> Floats:
    """Correlation of every row with its like; NaN where one does not vary."""
    one, other = (each - each.mean(axis=-1, keepdims=True) for each in (first, second))
    lengths = [np.sqrt((each**2).sum(axis=-1)) for each in (one, other)]
    varies = (lengths[0] > 1e-9) & (lengths[1] > 1e-9)
    return np.asarray(
        np.divide((one * other).sum(axis=-1), lengths[0] * lengths[1], out=np.full(len(one), np.nan), where=varies)
    )


def _stepped(r: Floats, longer: float, values: int) -> Coefficient:
    """Mean over splits at full length (Spearman and Brown); below 0 there is nothing to step up."""
    known = r[~np.isnan(r)]
    if not len(known):
        return Coefficient(None, n=values, why="values do not differ")
    positive = np.maximum(known, 0.0)
    whole = np.minimum(known, 0.0) + longer * positive / (1.0 + (longer - 1.0) * positive)
    return Coefficient(float(whole.mean()), n=values)
