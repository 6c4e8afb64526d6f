"""A claim about a value needs two instruments that agree: who holds what dear, by how many instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from valuespectrum.scoring.convergence.matrix import PairAgreement

Claim = Literal["more", "less", "contradicted", "one instrument only", "nothing"]
"""``more`` or ``less`` than values in general by two instruments or more, and none against; instruments contradict each
other; only one says anything; none does."""


def claimed(sides: Sequence[int]) -> Claim:
    """What several instruments allow to say of one respondent and one value.

    Args:
        sides: Of each instrument 1 or -1 where the interval of the centred score lies above or below 0, else 0.

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
        against = [" and ".join(names) for names, found in told.items() if found.values[at].convergent.side < 0]
        if against:
            sentences.append(f"{label}: instruments contradict each other ({'; '.join(against)}); claim nothing")
        elif agreeing:
            sentences.append(f"{label}: instruments agree ({'; '.join(agreeing)})")
        elif told:
            sentences.append(f"{label}: no two instruments are shown to agree; claim nothing")
    return sentences
