"""Two respondents on the same clips in the same wordings: which values differ, which are equal, which cannot be told.

The comparison is the analysis of the differences, set by set: what both have in common (how pretty a clip is, how warm
a wording) falls out before anything is averaged, and general liking falls out in centring. Equality is a claim of its
own with two one-sided tests (Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657): that a difference was not found
does not show that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.analysis import Analysis, Reckoned, analyse, reckon
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import Finding, known
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

    difference: Finding
    """First minus second, centred log-odds."""
    p_equal: float | None
    """Of the two one-sided tests, adjusted by Holm: small when the two are equal within the margin."""
    verdict: str
    why: str
    """Why it is not known."""

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

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {
            "values": {value: row.to_json() for value, row in self.values.items()},
            "left_out": list(self.left_out),
            "differ": self.analysis.differ.to_json(),
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
    table = difference(first, second)
    analysis, reckoned = analyse(table, facets), reckon(table, facets)
    equal = _equality(reckoned, margin)
    rows, left_out = {}, []
    for place, value in enumerate(table.values):
        if not reckoned.within.sizes.clips[place]:
            asked = [bool((side.clips[place] >= 0).any()) for side in (first, second)]
            left_out += [value] if any(asked) else []
            continue
        found = analysis.values[value]
        p = known(equal[place])
        why = "" if found.status == "ok" else found.status
        rows[value] = Compared(found.centred, p, _verdict(found.centred, p, reckoned.facets.level), why)
    return Comparison(rows, tuple(left_out), analysis, margin)


def _equality(reckoned: Reckoned, margin: float) -> Floats:
    p = equality(reckoned.centred, margin)
    return holm(np.where(reckoned.comparable, p, np.nan))


def equality(found: Tested, margin: float) -> Floats:
    """P of the two one-sided tests that an estimate lies within the margin of 0."""
    inside = margin - np.abs(found.estimate)
    return np.asarray(np.where(inside > 0, found.tail(np.abs(inside)), 1.0 - found.tail(np.abs(inside))))


def _verdict(found: Finding, p_equal: float | None, level: float) -> str:
    if found.p_adjusted is None or p_equal is None:
        return UNKNOWN
    differs, equal = found.p_adjusted < 1.0 - level, p_equal < 1.0 - level
    return (SLIGHT if equal else DIFFERS) if differs else (EQUAL if equal else OPEN)
