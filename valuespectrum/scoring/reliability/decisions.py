"""What a design of some size would buy: the D study, and the smallest design for a wish.

With variance components from a pilot, the error of a value's centred score over ``n'`` levels of every facet is
(Brennan 2001, chapter 4; only effects in which values are involved, since the others move all values alike and
centring takes them off):

``var(relative error) = sum over effects S with the value and other facets of var(S) / product of n' of those facets``

A centred score of one of ``V`` values has ``(1 - 1/V)`` of it, because its own error is part of what is taken off.
``G = var(value) / (var(value) + var(relative error))`` says how well the order of the values would come out again,
``D`` (Brennan's phi) also counts what moves all values alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import ceil, isfinite, prod, sqrt

from valuespectrum.scoring.reliability.components import Components, Effect
from vectorstore.foundation.errors import InputError

VALUE = "value"
_POWER = 0.8416212335729143
"""Normal quantile of a power of .80."""
_SURE = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Design:
    """How many of each facet are asked."""

    levels: Mapping[str, int]
    """Facet to number of levels; clips are counted per value."""
    values: int = 10

    @property
    def asks(self) -> int:
        """Answers that it takes: every level of every facet with every other, for every value."""
        return self.values * prod(self.levels.values())


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
    detectable: float
    """Difference of one value between two models, asked the same, that is found four times in five at 5 %."""


@dataclass(frozen=True, slots=True)
class WishedError:
    """What is to be reached; the more demanding counts."""

    standard_error: float | None = None
    difference: float | None = None
    """Of a value between two models that answer the same clips and wordings."""
    most: Mapping[str, int] | None = None
    """Facet to how many there are at most, e.g. wordings that exist."""

    def target(self) -> float:
        """Standard error that is needed.

        Raises:
            InputError: Nothing is wished, or something that is not positive.
        """
        wished = [self.standard_error] if self.standard_error is not None else []
        if self.difference is not None:
            wished.append(self.difference / ((_SURE + _POWER) * sqrt(2.0)))
        if not wished or min(wished) <= 0 or not all(map(isfinite, wished)):
            raise InputError("no standard error and no difference is wished for", "name one that is above 0")
        return min(wished)


def study(found: Components, design: Design) -> Study:
    """Foresee the error of a design.

    Args:
        found: Components of a pilot.
        design: A number for every facet of the pilot but the value.
    """
    value, relative, absolute = found.variance(VALUE), 0.0, 0.0
    for effect in found.variances:
        if effect == frozenset({VALUE}):
            continue
        share = found.variance(*effect) / _divisor(effect, design)
        absolute += share
        relative += share if VALUE in effect else 0.0
    error = sqrt((1.0 - 1.0 / design.values) * relative)
    return Study(
        design,
        error,
        value / (value + relative) if value + relative > 0 else None,
        value / (value + absolute) if value + absolute > 0 else None,
        (_SURE + _POWER) * sqrt(2.0) * error,
    )


def cheapest(found: Components, wish: WishedError, values: int = 10) -> Study | None:
    """The design with the fewest asks that reaches a wish; ``None`` where none does with what there is.

    Every combination of the other facets is tried with the fewest clips that it needs, which a formula gives.

    Args:
        found: Components of a pilot.
        wish: What is to be reached.
        values: How many values are asked about.
    """
    target, best = wish.target(), None
    for levels, swept in _candidates(found, wish):
        needed = _least(found, levels, swept, target, values)
        if needed is None or needed > _limit(swept, wish):
            continue
        one = study(found, Design({**levels, swept: needed}, values))
        if best is None or (one.design.asks, one.standard_error) < (best.design.asks, best.standard_error):
            best = one
    return best


def fixed(
    found: Components, wish: WishedError, levels: Mapping[str, int], swept: str, values: int = 10
) -> Study | None:
    """The design that reaches a wish by one facet alone, e.g. more clips with one wording.

    Args:
        found: Components of a pilot.
        wish: What is to be reached.
        levels: A number for every other facet.
        swept: The facet that is made as large as it must be.
        values: How many values are asked about.

    Returns:
        The design; ``None`` where no number of that facet reaches it, since the error of the others stays.
    """
    needed = _least(found, levels, swept, wish.target(), values)
    return None if needed is None else study(found, Design({**levels, swept: needed}, values))


def _candidates(found: Components, wish: WishedError) -> Iterator[tuple[dict[str, int], str]]:
    facets = [name for name in found.sizes if name != VALUE]
    swept = "clip" if "clip" in facets else facets[-1]
    others = [name for name in facets if name != swept]
    ranges = [range(1, min(_limit(name, wish), _SWEEP) + 1) for name in others]
    for levels in product(*ranges):
        yield dict(zip(others, levels, strict=True)), swept


_SWEEP = 24
_NO_LIMIT = 10**6


def _limit(facet: str, wish: WishedError) -> int:
    return (wish.most or {}).get(facet, _NO_LIMIT)


def _least(found: Components, levels: Mapping[str, int], swept: str, target: float, values: int) -> int | None:
    """``(1 - 1/V) (fixed + falling / n) <= target^2`` solved for the number ``n`` of the swept facet."""
    stays = falls = 0.0
    design = Design({**levels, swept: 1}, values)
    for effect in found.variances:
        if VALUE in effect and effect != frozenset({VALUE}):
            share = found.variance(*effect) / _divisor(effect, design)
            falls, stays = (falls + share, stays) if swept in effect else (falls, stays + share)
    room = target**2 / (1.0 - 1.0 / values) - stays
    return max(1, ceil(falls / room - 1e-9)) if room > 0 else None


def _divisor(effect: Effect, design: Design) -> float:
    return float(prod(design.levels[name] for name in effect if name != VALUE))
