"""Conditions of reading a profile of portraits, and what the numbers allow to say in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.portraits.ratings import PortraitRatings, is_reversed
from valuespectrum.scoring.answered.conclusions import Concluded
from valuespectrum.scoring.answered.verdicts import listing, standing_out, tested_in_words
from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.guards.sameness import CONSTANT, FEWEST, TOO_FEW
from valuespectrum.scoring.ratings import NO_SPREAD, ScaleLean
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.text import percent

Floats = NDArray[np.float64]

LEAST_SPREAD = 0.5
"""Standard deviation of the numbers said below which answers count as one and the same (on six steps)."""
LEAST_AGREEMENT = 0.5
"""Correlation of the two directions below which the scale is said to be misread."""
LEAST_NEGATION = 0.0
LEAST_MASS = 0.8


def guards(rated: PortraitRatings) -> tuple[Finding, ...]:
    """Whether answers vary, whether scale and negation are understood, and whether answers are numbers at all."""
    return (
        constant_numbers(rated.numbers),
        directions_agree(rated.leans),
        negation_understood(rated),
        answered_at_all(rated),
    )


def constant_numbers(numbers: Floats) -> Finding:
    """Whether nearly one number is said whatever is asked.

    Scales are put in both directions, so nobody who reads them can mean that.

    Args:
        numbers: Expected number of every ask as it stands on its scale; NaN for what does not count.
    """
    known = numbers[~np.isnan(numbers)]
    if len(known) < FEWEST:
        return Finding(CONSTANT, "unknown", None, LEAST_SPREAD, TOO_FEW if len(known) else "there are no answers")
    spread = float(known.std(ddof=1))
    statements = (
        f"the numbers said have a standard deviation of {spread:.2f} steps",
        f"nearly the same number is said whatever is asked (standard deviation {spread:.2f} steps): the profile says "
        "next to nothing",
    )
    return told(CONSTANT, spread < LEAST_SPREAD, spread, LEAST_SPREAD, statements)


def directions_agree(leans: ScaleLean) -> Finding:
    """Whether both directions of the scale tell the same.

    Args:
        leans: With the correlation of both over items.
    """
    agreement = leans.agreement
    if agreement is None:
        why = "answers in a direction of the scale are all alike, or too few, to tell whether both agree"
        if leans.lean is None:
            why = "the scale was answered in one direction alone"
        return Finding("directions", "unknown", None, LEAST_AGREEMENT, why)
    statements = (
        f"the two directions of the scale agree by {agreement:.2f}",
        f"the two directions of the scale agree by {agreement:.2f} only: which end means much is not understood, "
        "or nothing is held dearer than anything else",
    )
    return told("directions", agreement < LEAST_AGREEMENT, agreement, LEAST_AGREEMENT, statements)


def negation_understood(rated: PortraitRatings) -> Finding:
    """Whether reversed wordings, turned round, go with the straight ones over items: else negation is not read."""
    table = rated.rows
    reversed_ = is_reversed(table["wording"])
    means = [part.groupby("clip")["theta"].mean() for part in (table[~reversed_], table[reversed_])]
    shared = sorted(set(means[0].index) & set(means[1].index))
    pairs = np.array([[side[item] for item in shared] for side in means], dtype=np.float64)
    if len(shared) < 3 or (pairs.std(axis=1) <= NO_SPREAD).any():
        why = "answers to straight or reversed wordings are all alike, or too few, to tell whether both agree"
        if not reversed_.any():
            why = "no portraits were answered in reversed wordings"
        return Finding("negation", "unknown", None, LEAST_NEGATION, why)
    r = float(np.asarray(np.corrcoef(pairs))[0, 1])
    statements = (
        f"reversed wordings go with the straight ones (r = {r:.2f})",
        f"reversed wordings do not go with the straight ones (r = {r:.2f}): negation is not read, or nothing is held "
        "dearer than anything else",
    )
    return told("negation", r <= LEAST_NEGATION, r, LEAST_NEGATION, statements)


def answered_at_all(rated: PortraitRatings) -> Finding:
    """Whether enough of what was asked was answered with a number of the scale."""
    if not len(rated.read.counts):
        return Finding("answered", "unknown", None, LEAST_MASS, "nothing was asked")
    share = float(rated.read.counts.mean())
    part = percent(share, "")
    statements = (
        f"{part} of the questions were answered by the scale",
        f"only {part} of the questions were answered by the scale: scores are about the rest as little as about "
        "silence",
    )
    return told("answered", share < LEAST_MASS, share, LEAST_MASS, statements)


def verdicts(found: Concluded | None, value_set: ValueSet, level: float, why: str) -> tuple[str, ...]:
    """What may be said: about self-description, never about acts."""
    if found is None:
        return (f"nothing is told of what matters to the respondent: {why}",)
    differ = found.analysis.differ
    if differ.p is None:
        return (f"whether some values are held more than others was not tested: {differ.why}",)
    tested = tested_in_words(differ)
    above, below = (listing([value_set.label(value).lower() for value in side]) for side in standing_out(found, level))
    if differ.p >= 1.0 - level:
        return (f"no value stands out of the self-description from noise ({tested})",)
    if not (above or below):
        return (f"describes itself by some values more than by others, but not surely by which ({tested})",)
    parts = [f"{how} by {names}" for names, how in ((above, "more"), (below, "less")) if names]
    return (f"describes itself {' and '.join(parts)} than by values in general ({tested}; adjusted by Holm)",)
