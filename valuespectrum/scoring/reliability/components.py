"""Variance components of any design: crossed and nested facets, unequal numbers, holes.

Two answers that share the levels of some facets and of no others differ by the effects of all *other* facets, so half
of their squared difference, on average over all such pairs, is the sum of the variances of effects that are not among
the shared (Koch, Technometrics 10 (1968) 551). With ``half(T)`` for pairs that share exactly ``T``,
``half(nothing) - half(T) = sum over S <= T of var(S)``, which is turned round from the smallest set up. In a balanced
table these are the estimates of the analysis of variance (Brennan, *Generalizability Theory*, 2001, chapters 3 and 5);
holes and unequal numbers change nothing in what they are estimates of. Estimates can be negative; they are kept as they
are for sums and shown as 0.

Clips are nested in values (a clip serves one value), search words lie between the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Effect = frozenset[str]


@dataclass(frozen=True, slots=True)
class Components:
    """Where the differences between answers come from."""

    variances: Mapping[Effect, float]
    """Facets that vary together, to their variance; estimates below 0 are kept."""
    sizes: Mapping[str, int]
    """Levels of each facet that were asked; of a nested one, how many each level of the other has on average."""
    nested: Mapping[str, str]
    """Facet to the facet that it lies within."""

    def variance(self, *facets: str) -> float:
        """Variance of an effect, 0 where its estimate is below; 0 for one that cannot be told apart."""
        return max(self.variances.get(frozenset(facets), 0.0), 0.0)

    def to_json(self) -> dict[str, dict[str, float]]:
        """Each effect by name, largest set last: ``variance``, ``sd``, and the ``estimate`` before it was held at 0."""
        return {
            name_of(effect): {"variance": max(each, 0.0), "sd": max(each, 0.0) ** 0.5, "estimate": each}
            for effect, each in self.variances.items()
        }


def name_of(effect: Iterable[str]) -> str:
    """An effect for people: ``value x wording``."""
    return " x ".join(sorted(effect, key=lambda one: (one != "value", one)))


@dataclass(frozen=True, slots=True)
class Pilot:
    """Which answers share which levels: everything about a design but the answers themselves."""

    facets: tuple[str, ...]
    nested: Mapping[str, str]
    sizes: Mapping[str, int]
    groups: Mapping[Effect, Integers]
    """Set of facets, nothing included, to the number of the combination of levels that each answer has, from 0."""

    @classmethod
    def of(cls, levels: Mapping[str, Integers], nested: Mapping[str, str] | None = None) -> Pilot:
        """Look at a design.

        Args:
            levels: Facet to the level of each answer; a level of a nested facet means the same within one level of
                the other only, so clips may be counted from 0 in every value.
            nested: Facet to the facet that it lies within, e.g. ``{"clip": "word", "word": "value"}``.

        Raises:
            InputError: A facet has one level, whose variance cannot be seen, or two answers share all levels.
        """
        nested = dict(nested or {})
        count = len(next(iter(levels.values())))
        groups = {frozenset[str](): np.zeros(count, dtype=np.int64)}
        for effect in _effects(tuple(levels), nested):
            columns = np.stack([levels[name] for name in sorted(effect)])
            groups[effect] = np.unique(columns, axis=1, return_inverse=True)[1].reshape(-1)
        numbers = {effect: int(codes.max(initial=-1)) + 1 for effect, codes in groups.items()}
        sizes = {}
        for name in levels:
            above = _above(name, nested)
            sizes[name] = round(numbers[above | {name}] / numbers[above]) if count else 0
            if numbers[above | {name}] == numbers[above] or not count:
                told = f"two {name}s or more" + (f" for a {nested[name]}" if name in nested else "")
                raise InputError(f"one {name} cannot show how {name}s differ", f"ask about {told}")
        whole = frozenset(levels)
        if numbers[whole] < count:
            raise InputError(f"two answers have the same {', '.join(levels)}", "average them, or name what differs")
        return cls(tuple(levels), nested, sizes, groups)

    @classmethod
    def of_table(cls, table: Floats, facets: Sequence[str], nested: Mapping[str, str] | None = None) -> Pilot:
        """The design of a table with an axis for each facet; NaN is a hole.

        Raises:
            InputError: As :meth:`of`, or the axes are not those that are named.
        """
        if table.ndim != len(facets):
            raise InputError(f"{table.ndim} axes and {len(facets)} facets", "name every axis once")
        seen = np.nonzero(np.isfinite(table))
        return cls.of(dict(zip(facets, seen, strict=True)), nested)

    def components(self, numbers: Floats) -> Components:
        """Estimate the variance of every effect.

        Args:
            numbers: One for each answer, shape (answers,).

        Raises:
            InputError: No two answers share some levels and no others, so that effects cannot be told apart.
        """
        variances = {effect: float(each) for effect, each in self.estimates(numbers).items()}
        order = sorted(variances, key=lambda one: (len(one), name_of(one)))
        return Components({effect: variances[effect] for effect in order}, self.sizes, self.nested)

    def estimates(self, numbers: Floats) -> dict[Effect, Floats]:
        """The same for many sets of answers at once, shape (..., answers)."""
        centred = numbers - numbers.mean(axis=-1, keepdims=True)
        halves = _halves(self.groups, centred)
        found: dict[Effect, Floats] = {}
        for effect in sorted(filter(None, halves), key=len):
            below = sum((each for other, each in found.items() if other < effect), start=np.zeros(numbers.shape[:-1]))
            found[effect] = halves[frozenset()] - halves[effect] - below
        return found

    def drawn(self, variances: Mapping[Effect, float], draws: int, generator: np.random.Generator) -> Floats:
        """Answers of other pilots of this design with these variances, shape (draws, answers)."""
        total = np.zeros((draws, len(next(iter(self.groups.values())))))
        for effect, variance in variances.items():
            if variance > 0.0:
                codes = self.groups[effect]
                levels = generator.standard_normal((draws, int(codes.max()) + 1))
                total += np.sqrt(variance) * levels[:, codes]
        return total


def components(table: Floats, facets: Sequence[str], nested: Mapping[str, str] | None = None) -> Components:
    """Estimate the variance of every effect of a table.

    Args:
        table: One number per combination of levels (a mean where there were several); an axis for each facet, NaN for
            a hole.
        facets: Name of each axis.
        nested: Facet to the facet that it lies within, e.g. ``{"clip": "value"}``: the second clip of one value has
            nothing to do with the second of another.

    Raises:
        InputError: An axis has one level, whose variance cannot be seen, or holes leave effects that cannot be told
            apart.
    """
    return Pilot.of_table(table, facets, nested).components(table[np.isfinite(table)])


def _effects(facets: tuple[str, ...], nested: Mapping[str, str]) -> list[Effect]:
    """Sets of facets that hold with each nested one what it lies within."""
    subsets = (frozenset(part) for size in range(1, len(facets) + 1) for part in combinations(facets, size))
    return [part for part in subsets if all(nested[name] in part for name in part if name in nested)]


def _above(name: str, nested: Mapping[str, str]) -> Effect:
    above: list[str] = []
    while name in nested:
        name = nested[name]
        above.append(name)
    return frozenset(above)


def _halves(groups: Mapping[Effect, Integers], numbers: Floats) -> dict[Effect, Floats]:
    """Mean of half the squared difference over pairs of answers that share exactly a set of facets."""
    squares: dict[Effect, Floats] = {}
    pairs: dict[Effect, float] = {}
    for effect in sorted(groups, key=len, reverse=True):
        order = np.argsort(groups[effect], kind="stable")
        starts = np.flatnonzero(np.diff(groups[effect][order], prepend=-1))
        sizes = np.diff(starts, append=len(order)).astype(np.float64)
        inside = numbers[..., order]
        sums, powers = (np.add.reduceat(each, starts, axis=-1) for each in (inside, inside**2))
        wider = [other for other in squares if other > effect]
        total = (sizes * powers - sums**2).sum(axis=-1)
        squares[effect] = np.asarray(total - sum(squares[other] for other in wider))
        pairs[effect] = float((sizes * (sizes - 1.0)).sum() / 2.0) - sum(pairs[other] for other in wider)
    whole = max(groups, key=len)
    lacking = [effect for effect in groups if effect != whole and pairs[effect] < 0.5]
    if lacking:
        least: Effect = min(lacking, key=len)
        raise InputError(
            f"no two answers share {name_of(least) or 'nothing'} and nothing else: its effect is not told apart",
            "ask every clip in every wording, and about two clips a search word or more",
        )
    return {
        effect: np.zeros_like(each) if effect == whole else each / (2.0 * pairs[effect])
        for effect, each in squares.items()
    }
