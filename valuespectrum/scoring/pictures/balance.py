"""What pictures of different values differ in beside the value: nuisances, spread over a table, and their balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.tables import SetTable

_LEAST_KNOWN = 0.8
"""Share of clips that must have a nuisance for it to be used."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Nuisances:
    """Ratings of clips that have nothing to do with values."""

    names: tuple[str, ...]
    rated: Mapping[str, Sequence[float]]
    """Clip to its ratings in the order of the names; NaN for what was not measured."""


def placed(table: SetTable, nuisances: Nuisances) -> tuple[Floats, dict[str, str]]:
    """Ratings at the places of a table.

    Args:
        table: Which clips are where.
        nuisances: Their ratings.

    Returns:
        Shape (values, clips, used nuisances), NaN for no rating and no clip, and why others are not used.
    """
    there = table.clips >= 0
    nothing = [np.nan] * len(nuisances.names)
    by_clip = np.array([nuisances.rated.get(clip, nothing) for clip in table.clip_names], dtype=np.float64)
    by_clip = by_clip.reshape(len(table.clip_names), len(nuisances.names))
    spread = np.where(there[..., None], by_clip[table.clips], np.nan)
    unused: dict[str, str] = {}
    for at, name in enumerate(nuisances.names):
        known = np.isfinite(spread[..., at])
        if known.sum() < _LEAST_KNOWN * there.sum():
            unused[name] = f"known of {int(known.sum())} of {int(there.sum())} clips"
        elif spread_within(np.where(known, spread[..., at], 0.0)[..., None], known)[0] < _SAME:
            unused[name] = "the same for all clips of a value"
    used = [at for at, name in enumerate(nuisances.names) if name not in unused]
    return spread[..., used], unused


def mean_nuisances(nuisances: Floats, there: Bools) -> Floats:
    """Mean over the clips of every value.

    Args:
        nuisances: Shape (..., values, clips, nuisances).
        there: Which places have a clip, shape (..., values, clips).

    Returns:
        Shape (..., values, nuisances); 0 for a value without any.
    """
    count = there.sum(axis=-1)[..., None].astype(np.float64)
    total = np.where(there[..., None], nuisances, 0.0).sum(axis=-2)
    return np.asarray(np.divide(total, count, out=np.zeros_like(total), where=count > 0))


def spread_within(nuisances: Floats, there: Bools) -> Floats:
    """Standard deviation within values, pooled, shape (..., nuisances).

    Args:
        nuisances: Shape (..., values, clips, nuisances).
        there: Which places have a clip.
    """
    means = mean_nuisances(nuisances, there)
    squares = np.where(there[..., None], (nuisances - means[..., None, :]) ** 2, 0.0).sum(axis=(-3, -2))
    freedom = np.maximum(there.sum(axis=(-2, -1)) - there.any(axis=-1).sum(axis=-1), 1)
    return np.asarray(np.sqrt(squares / freedom[..., None]))


def standardised(nuisances: Floats, there: Bools) -> Floats:
    """Nuisances in standard deviations within values; what is the same for all clips of a value stays as it is."""
    sd = np.where(varying(nuisances, there), spread_within(nuisances, there), 1.0)
    return np.asarray(nuisances / sd[..., None, None, :])


def varying(nuisances: Floats, there: Bools) -> Bools:
    """Which nuisances differ between clips of one value, shape (..., nuisances).

    Args:
        nuisances: Shape (..., values, clips, nuisances).
        there: Which places have a clip.
    """
    return np.asarray(spread_within(nuisances, there) >= _SAME)


def imbalance(nuisances: Floats, there: Bools, sd: Floats) -> Floats:
    """How far values lie apart in each nuisance: mean of a value minus the mean over values, in standard deviations.

    Args:
        nuisances: Shape (values, clips, nuisances).
        there: Which places have a clip.
        sd: Of each nuisance, shape (nuisances,): that of all clips, so that before and after can be compared.

    Returns:
        Shape (values, nuisances); NaN for a value without clips, for one that stands alone: it lies nowhere; and for a
        nuisance without a standard deviation.
    """
    has = np.asarray(there.any(axis=-1))[:, None]
    if has.sum() < 2:
        return np.full((len(has), nuisances.shape[-1]), np.nan)
    means = mean_nuisances(nuisances, there)
    centre = np.where(has, means, 0.0).sum(axis=0) / max(int(has.sum()), 1)
    told = has & (sd >= _SAME)
    return np.asarray(np.divide(means - centre, sd, out=np.full(means.shape, np.nan), where=told))


def balance_table(clips: Mapping[str, Sequence[str]], nuisances: Nuisances) -> dict[str, dict[str, float | None]]:
    """Imbalance of everything that is shown, each nuisance over the clips of which it is known.

    Args:
        clips: Value to its clips.
        nuisances: Their ratings.

    Returns:
        Value and nuisance to standard deviations; ``None`` where it is not known. Empty where nothing was rated.

    Example:
        >>> rated = Nuisances(("bright",), {"a": [0.0], "b": [2.0], "c": [1.0], "d": [3.0]})
        >>> {value: round(row["bright"], 2) for value, row in balance_table({"x": "ab", "y": "cd"}, rated).items()}
        {'x': -0.35, 'y': 0.35}
    """
    if not nuisances.rated:
        return {}
    longest, nothing = max(map(len, clips.values()), default=0), [np.nan] * len(nuisances.names)
    spread = np.full((len(clips), longest, len(nuisances.names)), np.nan)
    for row, members in enumerate(clips.values()):
        for at, clip in enumerate(members):
            spread[row, at] = nuisances.rated.get(clip, nothing)
    found = np.full((len(clips), len(nuisances.names)), np.nan)
    for column in range(len(nuisances.names)):
        known = np.isfinite(spread[..., column])
        one = np.where(known, spread[..., column], 0.0)[..., None]
        sd = spread_within(one, known)
        if sd[0] > _SAME:
            found[:, column] = imbalance(one, known, sd)[:, 0]
    return {
        value: {
            name: float(each) if np.isfinite(each) else None for name, each in zip(nuisances.names, row, strict=True)
        }
        for value, row in zip(clips, found, strict=True)
    }
