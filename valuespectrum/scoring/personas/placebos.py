"""Whether a persona moved a model: its pull against the pulls of placebo texts, and against the bare model.

Any words shift a profile. How far words shift it towards a target that they do not name is seen from placebo texts:
their pulls on *this* target, one a text, are draws of a random effect, and the persona's own is held against the next
draw: ``t = (pull - mean) / (s sqrt(1 + 1 / J))`` with J - 1 degrees of freedom (the prediction interval of one further
observation). An obeyed placebo widens s, so it makes nothing look as if it worked. The bare model is compared as well:
its pull is 0 by construction, with the error of the regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.findings import Finding, found
from valuespectrum.scoring.facets.inference import Tested, holm
from valuespectrum.scoring.guards.ties import alignment_with_ceiling
from valuespectrum.scoring.personas.pull import Floats, Pull, regress

Verdict = Literal["moved", "not distinguishable", "moved away", "unknown"]

FEWEST_PLACEBOS = 5
ALIKE = "the placebo texts all did exactly the same: nothing shows how far another text would go"
EXACT = "keep and pull explain every value: nothing shows how sure they are"
_NOTHING = 1e-6
"""What a contrast must exceed to have a side."""
_ROUNDING = 1e-9
"""Spread below which nothing but arithmetic differs."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What one persona did."""

    regression: Pull
    keep: Finding
    """How much of the bare profile is left, with the interval over values."""
    against_bare: Finding
    """Pull of the persona, with the interval over values."""
    against_placebos: Finding
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
    shifts: tuple[Finding, ...]
    """Per value: centred log-odds under the persona minus those of the bare model minus the placebo texts' mean shift,
    with the interval of a further text and p adjusted by Holm over the values."""


def movement(
    persona: Floats, bare: Floats, target: Floats, placebos: Sequence[Floats], level: float = 0.95
) -> Movement:
    """Judge one persona.

    Args:
        persona: Shape (values,): log-odds under the persona; NaN for what is not measured.
        bare: Of the model without any.
        target: What the persona aims at.
        placebos: Profiles under placebo texts, each a text of its own; at least five for a verdict.
        level: Coverage of the intervals; both must exclude 0 on one side for a verdict.

    Returns:
        ``moved`` when both contrasts lie above 0, ``moved away`` when both lie below, ``not distinguishable``
        otherwise, ``unknown`` with the reason when there is no regression or too few placebo texts. Texts that all did
        exactly the same have no spread; then the sign of the second contrast counts.
    """
    regression = regress(persona, bare, target)
    aligned, ceiling = alignment_with_ceiling(persona, target)
    aligned_bare, _ = alignment_with_ceiling(bare, target)
    pulls = np.array([regress(one, bare, target).pull for one in placebos]).reshape(-1, 1)
    against = _beyond(np.array([regression.pull]), pulls, level)[0]
    verdict, why = _verdict(regression, own := _own(regression, "pull", level), against)
    shifts = np.array([_centred(one, bare) for one in placebos]).reshape(len(placebos), len(bare))
    return Movement(
        regression,
        _own(regression, "keep", level),
        own,
        against,
        int((~np.isnan(pulls)).sum()),
        int((~np.isnan(persona + bare + target)).sum()),
        verdict,
        why,
        aligned,
        aligned_bare,
        ceiling,
        tuple(_beyond(_centred(persona, bare), shifts, level)),
    )


def _own(regression: Pull, name: Literal["keep", "pull"], level: float) -> Finding:
    if regression.why:
        return Finding(Estimate(None, why=regression.why))
    number, se = (getattr(regression, each) for each in (name, f"{name}_se"))
    fitted = Tested(np.array([number]), np.array([se]), np.array([float(regression.freedom)]))
    return found(fitted, 0, level, "" if se > 0 else EXACT)


def _beyond(numbers: Floats, placebos: Floats, level: float) -> list[Finding]:
    """Numbers minus the means of draws, with the prediction interval of one more.

    Args:
        numbers: Shape (n,), NaN for unknown.
        placebos: Shape (texts, n), NaN for unknown.
        level: Coverage.
    """
    texts = (~np.isnan(placebos)).sum(axis=0)
    enough = texts >= FEWEST_PLACEBOS
    mean, spread = np.full(numbers.shape, np.nan), np.full(numbers.shape, np.nan)
    mean[enough] = np.nanmean(placebos[:, enough], axis=0)
    spread[enough] = np.nanstd(placebos[:, enough], axis=0, ddof=1)
    error = np.where(spread < _ROUNDING, 0.0, spread * np.sqrt(1 + 1 / np.maximum(texts, 1)))
    drawn = Tested(numbers - mean, error, np.maximum(texts - 1.0, 1.0))
    adjusted = holm(np.where(error > 0, drawn.p, np.nan))
    return [
        found(drawn, place, level, ALIKE if error[place] == 0 else "", adjusted)
        if enough[place]
        else Finding(Estimate(None, why=_too_few(int(texts[place]))))
        for place in range(len(numbers))
    ]


def _too_few(texts: int) -> str:
    measured = "one placebo text was" if texts == 1 else f"{texts or 'no'} placebo texts were"
    return f"{measured} measured, {FEWEST_PLACEBOS} are needed to see what any text does"


def _verdict(regression: Pull, own: Finding, against: Finding) -> tuple[Verdict, str]:
    if regression.why:
        return "unknown", regression.why
    if against.estimate.mean is None:
        return "unknown", against.estimate.why
    beside = f"(pull {_in_words(own)}; {_in_words(against)} beyond a placebo text)"
    sides = _side(own.estimate), _side(against.estimate)
    if min(sides) > 0:
        return "moved", f"drawn to its target, further than any text would {beside}"
    if max(sides) < 0:
        return "moved away", f"driven from its target, further than any text would {beside}"
    return "not distinguishable", f"not distinguishable from what any text does {beside}"


def _in_words(finding: Finding) -> str:
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
