"""Whether the angle hangs on what kind of people is shown: a permutation test over whatever found the clips.

If it does not, kinds are labels that might as well stand on other clips: the labels are dealt out again and again, and
the spread of kinds that was found is set beside those (Fisher 1935; Pitman 1937). Clips of one search word are alike,
so labels stay on whole search words where each word found clips of one kind only. Where words found clips of several
kinds, clips are set beside those of the same word, and labels are dealt out again within it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.svo.payoffs import Floats
from vectorstore.foundation.random_streams import stream

DEALS = 1999
"""How often labels are dealt out again; the smallest p is one over one more."""
LEAST_UNITS = 2
"""Units of a kind below which it is not compared."""


@dataclass(frozen=True, slots=True)
class Differing:
    """What the test found."""

    statistic: float | None
    """Spread between kinds, in squares of degrees, weighted by units (of what is left beside the means of words, where
    labels stay within them); ``None`` where nothing can be compared."""
    p: float | None
    """Share of deals, the found one among them, that spread at least as much."""
    unit: str
    """What was dealt out again: ``search word`` or ``clip``."""
    kinds: tuple[str, ...]
    """Kinds that were compared."""
    why: str = ""
    """Why there is no test."""
    within: str = ""
    """Within what: ``search word``, where words found clips of several kinds and may be alike for themselves."""


def differing(angles: Floats, kinds: Sequence[str], words: Sequence[str], seed: int, deals: int = DEALS) -> Differing:
    """Test whether kinds differ.

    Args:
        angles: Shape (clips,): angle towards the people of each clip, in degrees.
        kinds: Kind of people of each clip.
        words: Search word that found each clip; all empty where nothing is known.
        seed: Root seed of the deals.
        deals: How many.

    Example:
        >>> found = differing(np.array([1.0, 2.0, 1.5, 30.0, 31.0, 29.0]), list("aaabbb"), [""] * 6, 0)
        >>> found.unit, found.p is not None and found.p < 0.2
        ('clip', True)
    """
    units = _units(angles, kinds, words)
    names, counts = np.unique(units.kinds, return_counts=True)
    kept = names[counts >= LEAST_UNITS]
    listed = tuple(map(str, kept))
    if len(kept) < 2:
        return Differing(None, None, units.called, listed, f"fewer than two kinds with {LEAST_UNITS} {units.called}s")
    chosen = np.isin(units.kinds, kept)
    values, strata, places = units.angles[chosen], units.strata[chosen], np.searchsorted(kept, units.kinds[chosen])
    within = "search word" if strata.any() else ""
    if within and len({*zip(strata.tolist(), places.tolist(), strict=True)}) == len({*strata.tolist()}):
        return Differing(None, None, units.called, listed, "no search word found clips of two kinds")
    if within:
        values = values - (np.bincount(strata, values) / np.maximum(np.bincount(strata), 1))[strata]
    found = float(_spread(values, places[None])[0])
    dealt = _spread(values, _dealt(places, strata, deals, stream(seed, "instruments/svo/differing")))
    # What differs by rounding alone is as large.
    as_large = int((dealt >= found - 1e-9 * max(1.0, abs(found))).sum())
    return Differing(found, (1 + as_large) / (1 + deals), units.called, listed, within=within)


@dataclass(frozen=True, slots=True)
class _Units:
    """What labels are dealt out over."""

    angles: Floats
    kinds: NDArray[np.str_]
    strata: NDArray[np.intp]
    """Labels stay within equal numbers, which are 0 throughout where they may go anywhere."""
    called: str


def _units(angles: Floats, kinds: Sequence[str], words: Sequence[str]) -> _Units:
    """Means of search words where each has one kind, else the clips; kinds of too few clips are left out of both."""
    told = Counter(kinds)
    rows = [at for at, kind in enumerate(kinds) if told[kind] >= LEAST_UNITS]
    values, labels = angles[rows], np.array([kinds[at] for at in rows], dtype=str)
    found, strata = np.unique(np.array([words[at] for at in rows], dtype=str), return_inverse=True)
    pairs = dict.fromkeys(zip(strata.tolist(), labels.tolist(), strict=True))
    if "" in found or len(pairs) > len(found):
        return _Units(values, labels, strata, "clip")
    means = np.array([float(values[strata == word].mean()) for word, _ in pairs])
    of_words = np.array([kind for _, kind in pairs], dtype=str)
    return _Units(means, of_words, np.zeros(len(pairs), dtype=np.intp), "search word")


def _dealt(
    places: NDArray[np.intp], strata: NDArray[np.intp], deals: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Labels dealt out again within strata, shape (deals, units)."""
    rows = np.tile(places, (deals, 1))
    if not strata.any():
        return rng.permuted(rows, axis=1)
    # Both orders go from stratum to stratum, the one as units stand there, the other as chance has it within each.
    drawn = np.argsort(strata + rng.random(rows.shape), axis=1)
    rows[:, np.argsort(strata, kind="stable")] = places[drawn]
    return rows


def _spread(values: Floats, places: NDArray[np.intp]) -> Floats:
    """Spread between kinds for each deal; ``places`` has shape (deals, units), the result (deals,)."""
    found = np.zeros(len(places))
    for kind in range(int(places.max()) + 1):
        mine = places == kind
        count = mine.sum(axis=1)
        found += count * (mine @ values / count - values.mean()) ** 2
    return found
