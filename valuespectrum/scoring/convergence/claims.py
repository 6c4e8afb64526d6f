"""A claim about a value needs two instruments that agree: who holds what dear, by how many instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from valuespectrum.scoring.convergence.matrix import PairAgreement
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.inference import holm

Claim = Literal["more", "less", "contradicted", "one instrument only", "nothing"]
"""``more`` or ``less`` than values in general by two instruments or more, and none against; instruments contradict each
other; only one says anything; none does."""


def sure_sides(
    numbers: Mapping[str, Estimate], freedoms: Mapping[str, float] | None = None, level: float = 0.95
) -> dict[str, int]:
    """On which side of 0 each value of one profile surely lies, adjusted by Holm for how many there are.

    Args:
        numbers: By value, with intervals.
        freedoms: Degrees of freedom behind them; of what is not there, the normal distribution stands for Student's.
        level: Of the intervals.

    Returns:
        1 or -1, and 0 where that is not sure, or not known.

    Example:
        >>> sure_sides({"power": Estimate(0.25, 0.05, 0.45)})
        {'power': 1}
        >>> sure_sides({"power": Estimate(0.22, 0.02, 0.42), "security": Estimate(0.0, -0.2, 0.2)})
        {'power': 0, 'security': 0}
    """
    chances = [_chance(each, (freedoms or {}).get(value), level) for value, each in numbers.items()]
    sure = holm(np.array(chances, dtype=np.float64)) < 1.0 - level
    return {value: each.side if found else 0 for (value, each), found in zip(numbers.items(), sure, strict=True)}


def _chance(number: Estimate, freedom: float | None, level: float) -> float:
    """Two-sided p of a number being 0, by how far its interval reaches towards 0; NaN where it has none."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    if number.mean is None or number.low is None or number.high is None:
        return float("nan")
    half = number.mean - number.low if number.mean > 0 else number.high - number.mean
    if half <= 0:
        return float("nan")
    share, end = abs(number.mean) / half, (1.0 + level) / 2.0
    reach = float(ndtri(end) if freedom is None else stdtrit(freedom, end))
    tail = ndtr(-share * reach) if freedom is None else stdtr(freedom, -share * reach)
    return 2.0 * float(tail)


def claimed(sides: Sequence[int]) -> Claim:
    """What several instruments allow to say of one respondent and one value.

    Args:
        sides: Of each instrument 1 or -1 where the centred score surely lies above or below 0, else 0.

    Example:
        >>> claimed([1, 1, 0]), claimed([1, 0]), claimed([1, -1, 1]), claimed([0, 0])
        ('more', 'one instrument only', 'contradicted', 'nothing')
    """
    up, down = sum(side > 0 for side in sides), sum(side < 0 for side in sides)
    if up and down:
        return "contradicted"
    if not up and not down:
        return "nothing"
    if max(up, down) < 2:
        return "one instrument only"
    return "more" if up else "less"


def said_together(sides: Sequence[int]) -> list[int]:
    """What one instrument says in several runs: what all of them say, or both sides where they contradict each other.

    Args:
        sides: Of each run, as in :func:`claimed`; none where it says nothing of the value.

    Example:
        >>> said_together([1, 1]), said_together([1, 0]), said_together([1, -1]), said_together([])
        ([1], [0], [-1, 1], [])
    """
    both = sorted({side for side in sides if side})
    return both if len(both) > 1 else sorted(sides, key=abs)[:1]


def value_verdicts(pairs: Mapping[tuple[str, str], PairAgreement], labels: Sequence[str]) -> list[str]:
    """What may be said of each value by how its instruments agree over respondents, a sentence each.

    Args:
        pairs: Names of two different instruments to what they agree about.
        labels: Values for people, in the order of the numbers.
    """
    told = {names: found for names, found in pairs.items() if found.values}
    sentences = []
    for at, label in enumerate(labels):
        agreeing = [" and ".join(names) for names, found in told.items() if found.values[at].agrees]
        against = [" and ".join(names) for names, found in told.items() if found.values[at].verdict < 0]
        if against:
            sentences.append(f"{label}: instruments contradict each other ({'; '.join(against)}); claim nothing")
        elif agreeing:
            sentences.append(f"{label}: instruments agree ({'; '.join(agreeing)})")
        elif told:
            sentences.append(f"{label}: no two instruments are shown to agree; claim nothing")
    return sentences
