"""Two respondents on the same clips in the same wordings: which values differ, which are equal, which cannot be told.

The comparison is the analysis of the differences, set by set: what both have in common (how pretty a clip is, how warm
a wording) falls out before anything is averaged, and general liking falls out in centring. Equality is a claim of its
own with two one-sided tests (Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657): that a difference was not found
does not show that there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.analysis import Analysis, analyse, reckon
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import Inferred, known
from valuespectrum.scoring.facets.inference import Tested, holm
from valuespectrum.scoring.facets.tables import SetTable, difference

MARGIN = 0.5
"""Centred log-odds within which two respondents count as equal: 12 points of 100 in the middle of the scale."""

DIFFERS = "differs"
EQUAL = "equal within the margin"
SLIGHT = "differs by less than the margin"
OPEN = "not told apart"
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Compared:
    """One value of two respondents."""

    difference: Inferred
    """First minus second, centred log-odds."""
    p_equal: float | None
    """Of the two one-sided tests, adjusted by Holm: small when the two are equal within the margin."""
    verdict: str
    why: str
    """Why it is not known."""
    p_equal_alone: float | None = None
    """Before the adjustment."""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {**self.difference.to_json(), "p_equal": self.p_equal, "verdict": self.verdict, "why": self.why}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two respondents."""

    values: dict[str, Compared]
    """The values that both measured."""
    left_out: tuple[str, ...]
    """Values that only one of them measured."""
    analysis: Analysis
    """Of the differences: its omnibus test asks whether the profiles differ, ``general`` how much more the first likes
    everything."""
    margin: float
    p_differ: float | None = None
    """Of the omnibus test, adjusted by Holm where several comparisons are told together."""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {
            "values": {value: row.to_json() for value, row in self.values.items()},
            "left_out": list(self.left_out),
            "differ": {**self.analysis.differ.to_json(), "p_adjusted": self.p_differ},
            "general": self.analysis.general.to_json(),
            "margin": self.margin,
            "covers": self.analysis.covering.sentence,
        }


def compare(first: SetTable, second: SetTable, facets: Facets | None = None, margin: float = MARGIN) -> Comparison:
    """Compare two respondents, paired over clips and wordings.

    Args:
        first: Sets of one.
        second: Sets of the other.
        facets: Over what to generalize.
        margin: Centred log-odds within which they count as equal.

    Raises:
        InputError: They were read in different ways, measure different value sets, or share no set.
    """
    return judged(difference(first, second), (first, second), facets, margin)


def judged(
    differences: SetTable, sides: Sequence[SetTable], facets: Facets | None = None, margin: float = MARGIN
) -> Comparison:
    """Verdicts on a table of differences.

    Args:
        differences: Log-odds of one side minus those of the other.
        sides: What it was made of; a value of theirs that it lacks is left out and named.
        facets: Over what to generalize.
        margin: Centred log-odds within which the sides count as equal.
    """
    analysis, reckoned = analyse(differences, facets), reckon(differences, facets)
    alone = equality(reckoned.centred, margin)
    equal = holm(np.where(reckoned.comparable, alone, np.nan))
    rows, left_out = {}, []
    for place, value in enumerate(differences.values):
        if not reckoned.within.sizes.clips[place]:
            asked = [bool((side.clips[place] >= 0).any()) for side in sides]
            left_out += [value] if any(asked) else []
            continue
        found = analysis.values[value]
        p, own = known(equal[place]), known(alone[place]) if reckoned.comparable[place] else None
        why = "" if found.status == "ok" else found.status
        rows[value] = Compared(found.centred, p, _verdict(found.centred, p, reckoned.facets.level), why, own)
    return Comparison(rows, tuple(left_out), analysis, margin, analysis.differ.p)


def together(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The same comparisons, adjusted by Holm for all values of all of them.

    Example:
        >>> together([])
        []
    """
    if not comparisons:
        return []
    rows = [(place, value, row) for place, each in enumerate(comparisons) for value, row in each.values.items()]
    differ = _holm([each.analysis.differ.p for each in comparisons])
    found = _holm([row.difference.p for _, _, row in rows])
    equal = _holm([row.p_equal_alone for _, _, row in rows])
    values: list[dict[str, Compared]] = [{} for _ in comparisons]
    for (place, value, row), p, same in zip(rows, found, equal, strict=True):
        # A value stands out only where values differ at all, as in one comparison.
        gated = None if p is None else max(p, differ[place] or 0.0)
        difference = replace(row.difference, p_adjusted=gated)
        verdict = _verdict(difference, same, comparisons[place].analysis.facets.level)
        values[place][value] = replace(row, difference=difference, p_equal=same, verdict=verdict)
    return [replace(each, values=mine, p_differ=p) for each, mine, p in zip(comparisons, values, differ, strict=True)]


def _holm(p: Sequence[float | None]) -> list[float | None]:
    return [known(each) for each in holm(np.array([np.nan if each is None else each for each in p]))]


def equality(found: Tested, margin: float) -> Floats:
    """P of the two one-sided tests that an estimate lies within the margin of 0."""
    inside = margin - np.abs(found.estimate)
    return np.asarray(np.where(inside > 0, found.tail(np.abs(inside)), 1.0 - found.tail(np.abs(inside))))


def _verdict(found: Inferred, p_equal: float | None, level: float) -> str:
    if found.p_adjusted is None or p_equal is None:
        return UNKNOWN
    differs, equal = found.p_adjusted < 1.0 - level, p_equal < 1.0 - level
    return (SLIGHT if equal else DIFFERS) if differs else (EQUAL if equal else OPEN)
