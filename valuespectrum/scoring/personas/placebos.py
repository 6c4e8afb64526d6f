"""Whether a persona moved a model: its pull against the pulls of placebo texts, and against the bare model.

Any words shift a profile. How far words shift it towards a target that they do not name is seen from placebos, texts
about something else or about other targets: their pulls on *this* target, one a text, are draws of a random effect, and
the persona's own is held against the next draw: ``t = (pull - mean) / (s sqrt(1 + 1 / J))`` with J - 1 degrees of
freedom (the prediction interval of one further observation). An obeyed placebo widens s, so it makes nothing look as if
it worked. The bare model is compared as well: its pull is 0 by construction, with the error of the regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuespectrum.scoring.guards.ties import alignment_with_ceiling
from valuespectrum.scoring.personas.pull import Floats, Pull, regress

Verdict = Literal["moved", "not distinguishable", "moved away", "unknown"]

FEWEST_PLACEBOS = 5


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference with its standard error and interval."""

    mean: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Movement:
    """What one persona did."""

    regression: Pull
    against_placebos: Contrast | None
    """Pull of the persona minus the mean pull of the placebos, with the interval of a further placebo."""
    against_bare: Contrast | None
    """Pull of the persona, with the interval over values."""
    verdict: Verdict
    why: str
    aligned: float | None
    """Rank correlation with the target; ``None`` where it is not known, as for a constant profile."""
    aligned_bare: float | None
    ceiling: float | None
    """The most that it can be: values that the target does not tell apart."""
    shifts: tuple[Contrast | None, ...]
    """Per value: centred log-odds under the persona minus those of the bare model minus the placebos' mean shift."""


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
        otherwise, ``unknown`` with the reason when there is no regression or too few placebos.
    """
    regression = regress(persona, bare, target)
    aligned, ceiling = alignment_with_ceiling(persona, target)
    aligned_bare, _ = alignment_with_ceiling(bare, target)
    against = _against_placebos(regression.pull, [regress(one, bare, target).pull for one in placebos], level)
    own = None if regression.why else Contrast(regression.pull, regression.pull_se, *regression.interval(level))
    verdict, why = _verdict(regression, against, own, len(placebos))
    shifts = _shifts(persona, bare, placebos, level)
    return Movement(regression, against, own, verdict, why, aligned, aligned_bare, ceiling, shifts)


def _against_placebos(pull: float, placebos: Sequence[float], level: float) -> Contrast | None:
    known = np.array([each for each in placebos if each == each])
    return None if pull != pull else _next_draw(pull, known, level)


def _next_draw(number: float, placebos: Floats, level: float) -> Contrast | None:
    """A number minus the mean of draws, with the prediction interval of one more; ``None`` without a spread."""
    from scipy.special import stdtrit

    count = len(placebos)
    if count < FEWEST_PLACEBOS:
        return None
    error = float(placebos.std(ddof=1)) * (1 + 1 / count) ** 0.5
    if error == 0.0:
        return None
    mean = number - float(placebos.mean())
    half = -float(stdtrit(count - 1, (1 - level) / 2)) * error
    return Contrast(mean, error, mean - half, mean + half)


def _verdict(regression: Pull, against: Contrast | None, own: Contrast | None, placebos: int) -> tuple[Verdict, str]:
    if own is None:
        return "unknown", regression.why
    if against is None:
        if placebos < FEWEST_PLACEBOS:
            return (
                "unknown",
                f"{placebos} placebo texts were measured, {FEWEST_PLACEBOS} are needed to see what any text does",
            )
        return "unknown", "the placebo texts were not measured, or all did exactly the same"
    beside = (
        f"(pull {own.mean:+.2f}; {against.mean:+.2f} [{against.low:+.2f}, {against.high:+.2f}] beyond a placebo text)"
    )
    if min(own.low, against.low) > 0:
        return "moved", f"drawn to its target, further than any text would {beside}"
    if max(own.high, against.high) < 0:
        return "moved away", f"driven from its target, further than any text would {beside}"
    return "not distinguishable", f"not distinguishable from what any text does {beside}"


def _shifts(persona: Floats, bare: Floats, placebos: Sequence[Floats], level: float) -> tuple[Contrast | None, ...]:
    shift = _centred(persona, bare)
    others = np.array([_centred(one, bare) for one in placebos]).reshape(len(placebos), len(bare))
    return tuple(
        None if np.isnan(shift[value]) else _next_draw(float(shift[value]), column[~np.isnan(column)], level)
        for value, column in enumerate(others.T)
    )


def _centred(profile: Floats, bare: Floats) -> Floats:
    """Shift over the values that both have, minus its mean."""
    shift = profile - bare
    known = shift[~np.isnan(shift)]
    return shift - known.mean() if known.size else shift
