"""Whether the angle hangs on what kind of people is shown: a permutation test over whatever found the clips.

If it does not, kinds are labels that might as well stand on other clips: the labels are dealt out again and again, and
the spread of kinds that was found is set beside those (Fisher 1935; Pitman 1937). Clips of one search word are alike,
so labels stay on whole search words where each word found clips of one kind only.
"""

from __future__ import annotations

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
    """Spread between kinds, in squares of degrees, weighted by units; ``None`` where nothing can be compared."""
    p: float | None
    """Share of deals, the found one among them, that spread at least as much."""
    unit: str
    """What was dealt out again: ``search word`` or ``clip``."""
    kinds: tuple[str, ...]
    """Kinds that were compared."""
    why: str = ""
    """Why there is no test."""


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
    values, labels, unit = _units(angles, np.array(kinds, dtype=object), np.array(words, dtype=object))
    names, counts = np.unique(labels.astype(str), return_counts=True)
    kept = names[counts >= LEAST_UNITS]
    if len(kept) < 2:
        return Differing(None, None, unit, tuple(map(str, kept)), f"fewer than two kinds with {LEAST_UNITS} {unit}s")
    chosen = np.isin(labels.astype(str), kept)
    values, places = values[chosen], np.searchsorted(kept, labels[chosen].astype(str))
    found = float(_spread(values, places[None])[0])
    rng = stream(seed, "instruments/svo/differing")
    dealt = _spread(values, rng.permuted(np.tile(places, (deals, 1)), axis=1))
    # What differs by rounding alone is as large.
    as_large = int((dealt >= found - 1e-9 * max(1.0, abs(found))).sum())
    return Differing(found, (1 + as_large) / (1 + deals), unit, tuple(map(str, kept)))


def _units(
    angles: Floats, kinds: NDArray[np.object_], words: NDArray[np.object_]
) -> tuple[Floats, NDArray[np.object_], str]:
    """Means of search words where each has one kind, else the clips."""
    pairs = dict.fromkeys(zip(words, kinds, strict=True))
    nested = all(words) and len(pairs) == len({word for word, _ in pairs})
    if not nested:
        return angles, kinds, "clip"
    means = [float(angles[words == word].mean()) for word, _ in pairs]
    return np.array(means), np.array([kind for _, kind in pairs], dtype=object), "search word"


def _spread(values: Floats, places: NDArray[np.intp]) -> Floats:
    """Spread between kinds for each deal; ``places`` has shape (deals, units), the result (deals,)."""
    found = np.zeros(len(places))
    for kind in range(int(places.max()) + 1):
        mine = places == kind
        count = mine.sum(axis=1)
        found += count * (mine @ values / count - values.mean()) ** 2
    return found
