"""Whether a persona moved a model: its pull against the pulls of placebo texts, and against the bare model.

Any words shift a profile. How far words shift it towards a target that they do not name is seen from placebo texts:
their pulls on *this* target, one a text, are draws of a random effect, and the persona's own is held against the next
draw: ``t = (pull - mean) / (s sqrt(1 + 1 / J))`` with J - 1 degrees of freedom (the prediction interval of one further
observation). An obeyed placebo widens s, so it makes nothing look as if it worked. The bare model is compared as well:
its pull is 0 by construction, with the error of the regression.

Where it is known what was said set by set (``role_sets``), intervals are over clips and wordings besides. Pulls of
texts vary by how each meets them, and so does that of the persona: what it varies by beyond them is added. The error of
a regression over values holds what clips and wordings make of each value; it is not let below what they make of keep
and pull.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.findings import NO_SPREAD, Inferred, found
from valuespectrum.scoring.facets.inference import Tested, centring, holm
from valuespectrum.scoring.guards.ties import alignment_with_ceiling
from valuespectrum.scoring.personas.pull import Floats, Pull, regress
from valuespectrum.scoring.personas.role_sets import DrawnAgain, Spread

Verdict = Literal["moved", "not distinguishable", "moved away", "unknown"]

FEWEST_PLACEBOS = 5
ALIKE = "the placebo texts all did exactly the same: nothing shows how far another text would go"
NOT_DRAWN = "how far other clips or wordings would change it is not known"
EXACT = "keep and pull explain every value: nothing shows how sure they are"
_UNTOLD = {
    (0, 1): "further than any text would, but not distinguishable from no pull at all",
    (0, -1): "less far than any text would, but not distinguishable from no pull at all",
    (1, -1): "drawn to its target, but less far than by any text",
    (-1, 1): "driven from its target, but less far than by any text",
}
"""What is said where a pull and what of it is beyond a text do not lie on one side of 0, by their sides."""
_NOTHING = 1e-6
"""What a contrast must exceed to have a side."""
_ROUNDING = 1e-9
"""Spread below which nothing but arithmetic differs."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What one persona did."""

    regression: Pull
    keep: Inferred
    """How much of the bare profile is left, with the interval over values."""
    against_bare: Inferred
    """Pull of the persona, with the interval over values."""
    against_placebos: Inferred
    """Pull of the persona minus the mean pull of the placebo texts, with the interval of a further text."""
    texts: int
    """Placebo texts that it is held against."""
    values: int
    """Values that are measured with and without the persona."""
    verdict: Verdict
    why: str
    aligned: float | None
    """Rank correlation with the target; ``None`` where it is not known, as for a constant profile."""
    aligned_bare: float | None
    ceiling: float | None
    """The most that it can be: values that the target does not tell apart."""
    shifts: tuple[Inferred, ...]
    """Per value: centred log-odds under the persona minus those of the bare model minus the placebo texts' mean shift,
    with the interval of a further text and p adjusted by Holm over the values."""
    shifts_from_bare: tuple[Inferred, ...] = ()
    """Per value: the same without placebo texts, for these words, with intervals over clips and wordings; empty where
    it is not known what was said set by set."""
    covers: str = ""
    """What else is drawn again for the intervals, in words; empty where clips and wordings were not."""


def movement(
    persona: Floats,
    bare: Floats,
    target: Floats,
    placebos: Sequence[Floats],
    sets: DrawnAgain | None = None,
    level: float = 0.95,
) -> Movement:
    """Judge one persona.

    Args:
        persona: Shape (values,): log-odds under the persona; NaN for what is not measured. Shape (wordings, values)
            where it was put in several wordings: the verdict is then about their mean.
        bare: Of the model without any.
        target: What the persona aims at.
        placebos: Profiles under placebo texts, each a text of its own; at least five for a verdict. What they do to
            values that are not measured under the persona counts for nothing.
        sets: The same set by set, or over sessions; without it, intervals are for the clips and wordings at hand.
        level: Coverage of the intervals; both must exclude 0 on one side for a verdict.

    Returns:
        ``moved`` when both contrasts lie above 0, ``moved away`` when both lie below, ``not distinguishable``
        otherwise, ``unknown`` with the reason when there is no regression, too few placebo texts, or nothing that shows
        how far other clips or wordings would change it. Texts that all did exactly the same have no spread; then the
        sign of the second contrast counts, where clips and wordings show none either.
    """
    worded, persona = np.atleast_2d(persona), persona if persona.ndim == 1 else persona.mean(axis=0)
    worded, placebos = among(persona, worded), [among(persona, one) for one in placebos]
    regression = regress(persona, bare, target)
    aligned, ceiling = alignment_with_ceiling(persona, target)
    aligned_bare, _ = alignment_with_ceiling(bare, target)
    by_text = [regress(one, bare, target) for one in placebos]
    pulls = np.array([one.pull for one in by_text])
    keep, own = _own(regression, sets, level)
    excess = None
    if sets is not None and len(placebos) >= FEWEST_PLACEBOS and not regression.why:
        keeps = np.array([one.keep for one in (regression, *by_text)])
        excess = sets.beyond_texts(regression.weights[1:], keeps)
    own_pulls = np.array([[regress(one, bare, target).pull] for one in worded])
    against = beyond(own_pulls, pulls.reshape(-1, 1), excess, level)[0]
    verdict, why = _verdict(regression, own, against)
    return Movement(
        regression,
        keep,
        own,
        against,
        int((~np.isnan(pulls)).sum()),
        int((~np.isnan(persona + bare + target)).sum()),
        verdict,
        why,
        aligned,
        aligned_bare,
        ceiling,
        tuple(_shifts(worded, bare, placebos, sets, level)),
        *((_from_bare(_centred(persona, bare), sets, level), sets.covers) if sets is not None else ()),
    )


def among(persona: Floats, profile: Floats) -> Floats:
    """A profile over the values that are known of a persona: over others a text would be held against another number.

    Args:
        persona: Shape (values,); NaN for what is not measured.
        profile: Of another role, shape (..., values).
    """
    return np.where(np.isnan(persona), np.nan, profile)


def _own(regression: Pull, sets: DrawnAgain | None, level: float) -> tuple[Inferred, Inferred]:
    """Keep and pull with their errors."""
    if regression.why:
        nothing = Inferred(Estimate(None, why=regression.why))
        return nothing, nothing
    variance = np.array([regression.keep_se, regression.pull_se]) ** 2
    freedom = np.full(2, float(regression.freedom))
    if sets is not None:
        drawn = sets.beyond_bare(regression.weights, regression.keep)
        more = ~(drawn.variance <= variance)
        variance, freedom = np.where(more, drawn.variance, variance), np.where(more, drawn.freedom, freedom)
    fitted = Tested(np.array([regression.keep, regression.pull]), np.sqrt(variance), freedom)
    keep, pull = (found(fitted, place, level, _without_error(fitted.se[place], EXACT)) for place in range(2))
    return keep, pull


def _without_error(se: float, nothing: str) -> str:
    """Why a number has no interval; empty where it has one."""
    return NOT_DRAWN if np.isnan(se) else "" if se > 0 else nothing


def _shifts(
    worded: Floats, bare: Floats, placebos: Sequence[Floats], sets: DrawnAgain | None, level: float
) -> list[Inferred]:
    """Centred shifts of values beyond those of the texts."""
    own = np.array([_centred(one, bare) for one in worded])
    by_text = np.array([_centred(one, bare) for one in placebos]).reshape(len(placebos), len(bare))
    excess = None
    if sets is not None and len(placebos) >= FEWEST_PLACEBOS:
        excess = sets.beyond_texts(centring(~np.isnan(own.mean(axis=0))))
    return beyond(own, by_text, excess, level)


def _from_bare(shifts: Floats, sets: DrawnAgain, level: float) -> tuple[Inferred, ...]:
    """Centred shifts of values with what clips and wordings make of them."""
    spread = sets.beyond_bare(centring(~np.isnan(shifts)))
    told = Tested(shifts, np.sqrt(np.where(spread.variance < _ROUNDING**2, 0.0, spread.variance)), spread.freedom)
    adjusted = holm(np.where(told.se > 0, told.p, np.nan))
    return tuple(
        found(told, place, level, _without_error(told.se[place], NO_SPREAD), adjusted) for place in range(len(shifts))
    )


def beyond(numbers: Floats, placebos: Floats, excess: Spread | None, level: float) -> list[Inferred]:
    """Numbers minus the means of draws, with the prediction interval of one more, or of the mean of several more.

    Args:
        numbers: Shape (wordings, n), NaN for unknown.
        placebos: Shape (texts, n), NaN for unknown.
        excess: Variance over clips and wordings beyond that of the draws.
        level: Coverage.
    """
    texts = (~np.isnan(placebos)).sum(axis=0)
    enough = texts >= FEWEST_PLACEBOS
    mean, spread = np.full(numbers.shape[1], np.nan), np.full(numbers.shape[1], np.nan)
    mean[enough] = np.nanmean(placebos[:, enough], axis=0)
    freedom = np.maximum(texts - 1.0, 1.0)
    spread[enough], freedom[enough] = over_texts(numbers[:, enough], placebos[:, enough], level)
    variance, freedom = _with(excess, spread, freedom)
    error = np.sqrt(variance)
    drawn = Tested(numbers.mean(axis=0) - mean, error, freedom)
    adjusted = holm(np.where(error > 0, drawn.p, np.nan))
    return [
        found(drawn, place, level, _without_error(error[place], ALIKE), adjusted)
        if enough[place]
        else Inferred(Estimate(None, why=_too_few(int(texts[place]))))
        for place in range(len(mean))
    ]


def over_texts(numbers: Floats, placebos: Floats, level: float) -> tuple[Floats, Floats]:
    """Variance over texts of the mean over wordings minus that of the placebo texts, and its degrees of freedom.

    Wordings of a persona are texts, too: where they lie no further apart than placebo texts may, both tell one
    variance; else each its own (Welch 1947).
    """
    texts = (~np.isnan(placebos)).sum(axis=0)
    spread = np.nanstd(placebos, axis=0, ddof=1)
    between = np.where(spread < _ROUNDING, 0.0, spread**2)
    wordings, freedom = len(numbers), np.maximum(texts - 1.0, 1.0)
    if wordings == 1:
        return between * (1 + 1 / np.maximum(texts, 1)), freedom
    from scipy.special import fdtri

    own = numbers.var(axis=0, ddof=1)
    pooled = (own * (wordings - 1) + between * freedom) / (wordings - 1 + freedom)
    parts = own / wordings, between / texts
    squares = parts[0] ** 2 / (wordings - 1) + parts[1] ** 2 / freedom
    whole = parts[0] + parts[1]
    welch = np.divide(whole**2, squares, out=np.ones_like(squares), where=squares > 0)
    alike = own <= between * fdtri(wordings - 1, freedom, level)
    variance = np.where(alike, pooled * (1 / wordings + 1 / texts), whole)
    return np.asarray(variance), np.asarray(np.where(alike, wordings - 1 + freedom, welch))


def _with(excess: Spread | None, by_text: Floats, freedom: Floats) -> tuple[Floats, Floats]:
    """Variance over texts, clips and wordings, with Satterthwaite's degrees of freedom."""
    if excess is None:
        return by_text, freedom
    more = np.where(excess.variance < _ROUNDING**2, 0.0, excess.variance)
    squares = by_text**2 / freedom + np.where(more > 0, more**2 / excess.freedom, 0.0)
    return by_text + more, np.divide((by_text + more) ** 2, squares, out=np.ones_like(more), where=squares > 0)


def _too_few(texts: int) -> str:
    measured = "one placebo text was" if texts == 1 else f"{texts or 'no'} placebo texts were"
    return f"{measured} measured, {FEWEST_PLACEBOS} are needed to see what any text does"


def _verdict(regression: Pull, own: Inferred, against: Inferred) -> tuple[Verdict, str]:
    if regression.why:
        return "unknown", regression.why
    if against.estimate.mean is None:
        return "unknown", against.estimate.why
    if NOT_DRAWN in (own.estimate.why, against.estimate.why):
        return "unknown", NOT_DRAWN
    beside = f"(pull {_in_words(own)}; {_in_words(against)} beyond a placebo text)"
    sides = _side(own.estimate), _side(against.estimate)
    if min(sides) > 0:
        return "moved", f"drawn to its target, further than any text would {beside}"
    if max(sides) < 0:
        return "moved away", f"driven from its target, further than any text would {beside}"
    return "not distinguishable", f"{_UNTOLD.get(sides, 'not distinguishable from what any text does')} {beside}"


def _in_words(finding: Inferred) -> str:
    one = finding.estimate
    return f"{one.mean:+.2f}" if one.low is None else f"{one.mean:+.2f} [{one.low:+.2f}, {one.high:+.2f}]"


def _side(one: Estimate) -> int:
    """On which side of 0 an interval lies, or the number itself where nothing varied."""
    low, high = (one.mean, one.mean) if one.why in (ALIKE, EXACT) else (one.low, one.high)
    return 0 if low is None or high is None else int(low > _NOTHING) - int(high < -_NOTHING)


def _centred(profile: Floats, bare: Floats) -> Floats:
    """Shift over the values that both have, minus its mean."""
    shift = profile - bare
    known = shift[~np.isnan(shift)]
    return shift - known.mean() if known.size else shift
