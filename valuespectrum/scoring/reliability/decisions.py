"""What a design of some size would buy: the D study, and the cheapest design for a wish.

With variance components from a pilot, the error of a value's centred score over ``n'`` levels of every facet is
(Brennan 2001, chapter 4; only effects in which values are involved, since the others move all values alike and
centring takes them off):

``var(relative error) = sum over effects S with the value and other facets of var(S) / product of n' of those facets``

A centred score of one of ``V`` values has ``(1 - 1/V)`` of it, because its own error is part of what is taken off.
``G = var(value) / (var(value) + var(relative error))`` says how well the order of the values would come out again,
``D`` (Brennan's phi) also counts what moves all values alike.

How large a difference must be to be found also hangs on how well a design tells its own error: with three search words
a value, or two wordings, Student's t has few degrees of freedom. They are foreseen as intervals will reckon them
(``facets/inference.py``), from the mean squares that the components lead to expect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite, prod, sqrt

import numpy as np

from valuespectrum.scoring.facets.additive import Bools
from valuespectrum.scoring.facets.findings import known
from valuespectrum.scoring.reliability.components import Components, Effect, Floats, Pilot
from vectorstore.foundation.errors import InputError

VALUE = "value"
DRAW = "draw"
"""Facet of answers that are drawn to one ask: more of them are answers, not asks."""
_WORDING = "wording"
_FOUND = 0.8
"""Share of comparisons in which a difference is to be found."""
_SURE = 0.975
"""Side of a two-sided test at 5 %."""
_MANY = 1e6
"""Degrees of freedom from which on more change nothing."""
_DOUBLINGS = 20
"""Steps in which levels are made more until they are enough."""
_MOST_LEVELS = 1e9
"""Levels beyond which nobody asks."""
_MOST_TRIED = 48
"""Levels of a facet up to which all are tried."""
_OTHER_PILOTS = 200
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Design:
    """How many of each facet are asked."""

    levels: Mapping[str, int]
    """Facet to number of levels; clips are counted per value, or per search word where they lie within those."""
    values: int = 10

    @property
    def sets(self) -> int:
        """Combinations of levels over all values, draws apart: each is asked once in every form."""
        return self.values * prod(count for name, count in self.levels.items() if name != DRAW)

    @property
    def answers(self) -> int:
        """Answers that it takes, if every combination is one ask: draws are answers of their own."""
        return self.sets * self.levels.get(DRAW, 1)


@dataclass(frozen=True, slots=True)
class Study:
    """What a design would give."""

    design: Design
    standard_error: float
    """Of one value's centred score."""
    g: float | None
    """Generalizability coefficient, for the order of values; ``None`` where nothing varies."""
    d: float | None
    """Dependability coefficient (phi), for where values stand."""
    detectable: float | None
    """Difference of one value between two models, asked the same, that is found about four times in five at 5 %, where
    this value alone is looked at; ``None`` where a design does not tell its own error."""


@dataclass(frozen=True, slots=True)
class DesignWish:
    """What is to be reached; the more demanding counts."""

    standard_error: float | None = None
    difference: float | None = None
    """Of a value between two models that answer the same clips and wordings."""
    most: Mapping[str, int] = field(default_factory=dict)
    """Facet to how many there are at most, e.g. wordings that exist."""
    least: Mapping[str, int] = field(default_factory=dict)
    """Facet to how many there are at least, e.g. two of what an interval is to cover others of; of clips, how many a
    value has over all its search words."""
    given: Mapping[str, int] = field(default_factory=dict)
    """Facet to how many there are whatever is wished, e.g. the two orders of a battery that balances them."""

    def target(self) -> float:
        """Largest standard error that can do; for a difference, where that error is as good as known.

        Raises:
            InputError: Nothing is wished, or something that is not positive.
        """
        wished = [self.standard_error] if self.standard_error is not None else []
        if self.difference is not None:
            wished.append(self.difference / float(_differences(np.ones(1), np.full(1, _MANY))[0]))
        if not wished or min(wished) <= 0 or not all(map(isfinite, wished)):
            raise InputError("no standard error and no difference is wished for", "name one that is above 0")
        return min(wished)

    def reached(self, error: Floats, freedom: Floats) -> Bools:
        """Whether designs do.

        Args:
            error: Standard errors of a value's centred score.
            freedom: Their degrees of freedom; NaN where nothing shows how large they are.
        """
        done = np.full(error.shape, True)
        if self.standard_error is not None:
            done &= error <= self.standard_error * (1.0 + _ROUNDING)
        if self.difference is not None:
            done &= _differences(error, freedom) <= self.difference * (1.0 + _ROUNDING)
        return done


@dataclass(frozen=True, slots=True)
class Costs:
    """What a combination of levels costs, in whatever unit is saved."""

    prompt: float = 0.0
    """Of putting the asks of a combination, however many answers are drawn."""
    reply: float = 1.0
    """Of one answer to each of them."""

    def of(self, sets: Floats, draws: Floats) -> Floats:
        """Of so many combinations, each answered so often."""
        return np.asarray(sets * (self.prompt + self.reply * draws))


def study(found: Components, design: Design) -> Study:
    """Foresee the error of a design.

    Args:
        found: Components of a pilot.
        design: A number for every facet of the pilot but the value.
    """
    value, relative, absolute = found.variance(VALUE), 0.0, 0.0
    levels = {name: np.array([count], dtype=np.float64) for name, count in design.levels.items()}
    for effect in found.variances:
        if effect == frozenset({VALUE}):
            continue
        share = found.variance(*effect) / _divisor(effect, design.levels)
        absolute += share
        relative += share if VALUE in effect else 0.0
    error, freedom = _foreseen(found, levels, design.values)
    return Study(
        design,
        float(error[0]),
        value / (value + relative) if value + relative > 0 else None,
        value / (value + absolute) if value + absolute > 0 else None,
        known(float(_differences(error, freedom)[0])),
    )


def cheapest(found: Components, wish: DesignWish, values: int = 10, costs: Costs | None = None) -> Study | None:
    """The cheapest design that reaches a wish; ``None`` where none does with what there is.

    Every combination of the other facets is tried with the fewest clips that it needs, which a formula gives.

    Args:
        found: Components of a pilot.
        wish: What is to be reached.
        values: How many values are asked about.
        costs: What is saved; by default the number of answers.
    """
    swept = _swept(found)
    names = [name for name in found.sizes if name not in (VALUE, swept)]
    tried = [_tried(name, wish) for name in names]
    grid = {name: axis.ravel() for name, axis in zip(names, np.meshgrid(*tried, indexing="ij"), strict=True)}
    return _best(found, wish, grid, swept, (values, costs or Costs()))


def other_pilots(pilot: Pilot, found: Components, generator: np.random.Generator) -> Mapping[Effect, Floats]:
    """Components that other pilots of this size would have found, were those found the truth (parametric bootstrap).

    Args:
        pilot: The design of the pilot.
        found: What it found.
        generator: Draws answers.

    Returns:
        Effect to an estimate of each of the other pilots.
    """
    seen = {effect: max(each, 0.0) for effect, each in found.variances.items() if effect in pilot.groups}
    whole, noise = frozenset(pilot.facets), _noise(pilot, found)
    seen[whole] = seen.get(whole, 0.0) + noise
    others = pilot.estimates(pilot.drawn(seen, _OTHER_PILOTS, generator))
    return {**others, whole: others[whole] - noise}


def _noise(pilot: Pilot, found: Components) -> float:
    """What draws that were counted for each answer of a pilot leave in it, known beside the answers."""
    drawn = frozenset(pilot.facets) | {DRAW}
    return 0.0 if drawn in pilot.groups else found.variance(*drawn) / max(found.sizes.get(DRAW, 1), 1)


def chance_range(
    others: Mapping[Effect, Floats], found: Components, design: Design, level: float = 0.95
) -> tuple[float, float]:
    """Standard errors that other pilots would have foreseen: how little a small one knows shows in how far they differ.

    Args:
        others: Of :func:`other_pilots`.
        found: Components of the pilot.
        design: What is foreseen.
        level: Share of other pilots in between.
    """
    relative = np.zeros(_OTHER_PILOTS)
    for effect, each in found.variances.items():
        if VALUE in effect and effect != frozenset({VALUE}):
            variance = np.maximum(others.get(effect, np.full(_OTHER_PILOTS, each)), 0.0)
            relative += variance / _divisor(effect, design.levels)
    errors = np.sqrt((1.0 - 1.0 / design.values) * relative)
    low, high = np.quantile(errors, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def _swept(found: Components) -> str:
    facets = [name for name in found.sizes if name != VALUE]
    return "clip" if "clip" in facets else facets[-1]


def _tried(facet: str, wish: DesignWish) -> Floats:
    if facet in wish.given:
        return np.array([wish.given[facet]], dtype=np.float64)
    return np.arange(
        wish.least.get(facet, 1), min(wish.most.get(facet, _MOST_TRIED), _MOST_TRIED) + 1, dtype=np.float64
    )


def _best(
    found: Components, wish: DesignWish, grid: Mapping[str, Floats], swept: str, bill: tuple[int, Costs]
) -> Study | None:
    """``(1 - 1/V) (stays + falls / n) <= target^2`` solved for the number ``n`` of the swept facet, wherever tried."""
    values, costs = bill
    size = max((len(axis) for axis in grid.values()), default=1)
    stays, falls = np.zeros(size), np.zeros(size)
    for effect in found.variances:
        if VALUE in effect and effect != frozenset({VALUE}):
            share = found.variance(*effect) / _divisors(effect, grid, size)
            falls, stays = (falls + share, stays) if swept in effect else (falls, stays + share)
    room = wish.target() ** 2 / (1.0 - 1.0 / values) - stays
    needed = np.ceil(np.divide(falls, room, out=np.full(size, np.inf), where=room > 0) - 1e-9)
    inside = grid.get(found.nested.get(swept, ""), np.ones(size))
    needed = np.maximum(needed, wish.given.get(swept, np.ceil(wish.least.get(swept, 1) / inside)))
    if wish.difference is not None:
        needed = _fewest(lambda count: wish.reached(*_foreseen(found, {**grid, swept: count}, values)), needed)
    usable = np.isfinite(needed) & (needed <= wish.most.get(swept, np.inf))
    usable &= needed == wish.given.get(swept, needed)
    if not usable.any():
        return None
    sets = values * needed * _divisors(frozenset(grid) - {DRAW}, grid, size)
    bills = np.where(usable, costs.of(sets, grid.get(DRAW, np.ones(size))), np.inf)
    error = np.where(usable, stays + falls / needed, np.inf)
    place = int(np.lexsort((error, bills))[0])
    levels = {name: int(axis[place]) for name, axis in grid.items()} | {swept: int(needed[place])}
    return study(found, Design({name: levels[name] for name in found.sizes if name in levels}, values))


def _fewest(reaches: Callable[[Floats], Bools], least: Floats) -> Floats:
    """Fewest levels, from a number on, that reach a wish; infinite where none do."""
    there = least <= _MOST_LEVELS
    most = np.where(there, least, 1.0)
    below = most - 1.0
    for _ in range(_DOUBLINGS):
        short = ~reaches(most)
        if not short.any():
            break
        below, most = np.where(short, most, below), np.where(short, 2.0 * most, most)
    found = there & reaches(most)
    while (most - below > 1.0).any():
        middle = np.where(most - below > 1.0, np.floor((below + most) / 2.0), most)
        enough = reaches(middle)
        below, most = np.where(enough, below, middle), np.where(enough, middle, most)
    return np.where(found, most, np.inf)


def _foreseen(found: Components, levels: Mapping[str, Floats], values: int) -> tuple[Floats, Floats]:
    """Standard errors of a centred score in many designs, and their degrees of freedom (Satterthwaite 1946).

    What varies over clips is known the better, the more clips (or search words) there are. Value x wording is what one
    mean square has more than another, with its standard error on top, as in intervals. What they draw nothing of again
    counts as known.
    """
    size = max((len(axis) for axis in levels.values()), default=1)
    over_clips, noise, by_wording, rest = (np.zeros(size) for _ in range(4))
    for effect in found.variances:
        if VALUE in effect and effect != frozenset({VALUE}):
            share = found.variance(*effect) / _divisors(effect, levels, size)
            if not effect.isdisjoint(found.nested):
                over_clips += share
                if _WORDING in effect:
                    noise += share
            elif _WORDING in effect:
                by_wording += share
            else:
                rest += share
    keep = 1.0 - 1.0 / values
    drawn = next((name for name, outer in found.nested.items() if outer == VALUE), "")
    several, further = (levels.get(name, np.ones(size)) - 1.0 for name in (drawn, _WORDING))
    spare = (values - 1.0) * further
    square = (by_wording + noise) * (1.0 + np.sqrt(_over(np.full(size, 2.0), spare)))
    below = (keep**4 + (values - 1.0) / values**4) * _over(over_clips**2, several)
    below += _over((keep * square) ** 2, spare) + _over((keep * noise) ** 2, values * several * further)
    total = keep * (over_clips + square - noise + rest)
    freedom = np.divide(total**2, below, out=np.full(size, _MANY), where=below > 0)
    unknown = (over_clips > 0) & (several < 1.0)
    return np.sqrt(keep * (over_clips + by_wording + rest)), np.where(unknown, np.nan, np.minimum(freedom, _MANY))


def _differences(error: Floats, freedom: Floats) -> Floats:
    """Difference of two scores of such errors that is found; NaN where degrees of freedom are."""
    from scipy.special import stdtrit

    return np.asarray((stdtrit(freedom, _SURE) + stdtrit(freedom, _FOUND)) * sqrt(2.0) * error)


def _over(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))


def _divisor(effect: Effect, levels: Mapping[str, int]) -> float:
    return float(prod(levels[name] for name in effect if name != VALUE))


def _divisors(effect: Effect, grid: Mapping[str, Floats], size: int) -> Floats:
    """The same for many designs at once; what is not on the grid counts once."""
    axes = [grid[name] for name in effect if name in grid]
    return np.asarray(np.prod(axes, axis=0)) if axes else np.ones(size)
