"""Variance components of a crossed design, by analysis of variance.

Brennan, *Generalizability Theory* (2001), chapters 3 and 5. For every set of facets ``S`` the mean square ``MS(S)``
comes from the effects of a balanced table, and its expectation is ``sum over T >= S of n(not in T) var(T)``, where
``n(not in T)`` is the product of the sizes of the facets outside ``T``. Turned round (from the largest set down):
``var(S) = (MS(S) - sum over T > S of n(not in T) var(T)) / n(not in S)``. Estimates can be negative; they are kept as
they are for sums and shown as 0.

Clips are nested in values (a clip serves one value), which only renames effects: ``clip`` and ``value x clip`` of the
crossed table are pooled into ``clip within value``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]
Effect = frozenset[str]


@dataclass(frozen=True, slots=True)
class Components:
    """Where the differences between answers come from."""

    variances: Mapping[Effect, float]
    """Facets that vary together, to their variance; estimates below 0 are kept."""
    freedom: Mapping[Effect, int]
    """Degrees of freedom of each."""
    squares: Mapping[Effect, float]
    """Mean square of each."""
    sizes: Mapping[str, int]
    """Levels of each facet that were asked."""
    nested: Mapping[str, str]
    """Facet to the facet that it lies within."""

    def variance(self, *facets: str) -> float:
        """Variance of an effect, 0 where its estimate is below; 0 for one that cannot be told apart."""
        return max(self.variances.get(frozenset(facets), 0.0), 0.0)

    def to_json(self) -> dict[str, dict[str, float | int]]:
        """Each effect by name, largest set last."""
        return {
            name_of(effect): {
                "variance": max(each, 0.0),
                "estimate": each,
                "degrees_of_freedom": self.freedom[effect],
                "mean_square": self.squares[effect],
            }
            for effect, each in self.variances.items()
        }


def name_of(effect: Iterable[str]) -> str:
    """An effect for people: ``value x wording``."""
    return " x ".join(sorted(effect, key=lambda one: (one != "value", one)))


def components(table: Floats, facets: Sequence[str], nested: Mapping[str, str] | None = None) -> Components:
    """Estimate the variance of every effect.

    Args:
        table: One number per combination of levels (a mean where there were several); an axis for each facet. It must
            be whole: leave out levels that lack answers.
        facets: Name of each axis.
        nested: Facet to the facet that it lies within, e.g. ``{"clip": "value"}``: the second clip of one value has
            nothing to do with the second of another.

    Raises:
        InputError: The table has holes, or an axis with one level, whose variance cannot be seen.
    """
    nested = dict(nested or {})
    if table.ndim != len(facets):
        raise InputError(f"{table.ndim} axes and {len(facets)} facets", "name every axis once")
    if not np.isfinite(table).all():
        raise InputError("the table has holes", "leave out clips and wordings that lack answers")
    single = [name for name, size in zip(facets, table.shape, strict=True) if size < 2]
    if single:
        raise InputError(f"one {single[0]} cannot show how {single[0]}s differ", f"ask about two {single[0]}s or more")
    sizes = dict(zip(facets, table.shape, strict=True))
    sums, freedom = _sums_of_squares(table, facets)
    pooled, degrees = _pooled(sums, nested), _pooled(freedom, nested)
    squares = {effect: each / degrees[effect] for effect, each in pooled.items()}
    variances: dict[Effect, float] = {}
    for effect in sorted(squares, key=len, reverse=True):
        above = sum(_outside(other, sizes) * each for other, each in variances.items() if other > effect)
        variances[effect] = (squares[effect] - above) / _outside(effect, sizes)
    order = sorted(variances, key=lambda one: (len(one), name_of(one)))
    return Components(
        {effect: variances[effect] for effect in order},
        {effect: round(degrees[effect]) for effect in order},
        squares,
        sizes,
        nested,
    )


def _sums_of_squares(table: Floats, facets: Sequence[str]) -> tuple[dict[Effect, float], dict[Effect, float]]:
    """Sum of squares and degrees of freedom of every effect of the crossed table."""
    means = {
        subset: table.mean(axis=tuple(axis for axis in range(table.ndim) if axis not in subset), keepdims=True)
        for size in range(table.ndim + 1)
        for subset in combinations(range(table.ndim), size)
    }
    sums, freedom = {}, {}
    for subset in means:
        if not subset:
            continue
        # The effect is the mean, minus all effects of fewer facets: inclusion and exclusion.
        effect = sum(
            (-1) ** (len(subset) - len(part)) * means[part]
            for size in range(len(subset) + 1)
            for part in combinations(subset, size)
        )
        name = frozenset(facets[axis] for axis in subset)
        outside = np.prod([size for axis, size in enumerate(table.shape) if axis not in subset], dtype=np.float64)
        sums[name] = float((np.asarray(effect) ** 2).sum() * outside)
        freedom[name] = float(np.prod([table.shape[axis] - 1 for axis in subset]))
    return sums, freedom


def _pooled(crossed: Mapping[Effect, float], nested: Mapping[str, str]) -> dict[Effect, float]:
    """Effects with nested facets joined to those with what they are nested in."""
    pooled: dict[Effect, float] = {}
    for effect, each in crossed.items():
        whole = effect | {nested[name] for name in effect if name in nested}
        pooled[whole] = pooled.get(whole, 0.0) + each
    return pooled


def _outside(effect: Effect, sizes: Mapping[str, int]) -> float:
    return float(np.prod([size for name, size in sizes.items() if name not in effect], dtype=np.float64))
