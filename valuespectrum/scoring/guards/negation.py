"""Whether negation is understood: positive and negative questions must find the same pictures liked.

``r = cov(positive, negative) / sqrt(cov(positive a, positive b) * cov(negative a, negative b))`` over clips, where
``positive`` and ``negative`` are liking by questions of that polarity and a and b are the two orders of the options:
a correlation corrected for attenuation by parallel halves (Spearman 1904). A model that does not hear the "not" has -1;
one whose negative answers have nothing to do with the picture 0. Means of the two polarities would look fine for both.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.finding import Finding, told

Floats = NDArray[np.float64]

NAME = "negation"
LEAST_AGREEMENT = 0.5
FEWEST_CLIPS = 10
_LEAST_CORRELATION = 2.0
"""Standard errors of a correlation of nothing that the halves of a polarity must agree by."""
_SATURATED = 0.95
_ONE_SIDED = 1.645
_SURELY = 3.0
"""Standard errors that a correlation must be below 0 by to be no chance."""
_LOST_TO_LEANS = 0.8
"""How much lower r of an understanding model is when all shares lie at an end of their scale."""


def negation(answers: Floats, shares: bool) -> Finding:
    """Compare what positive and negative questions say about every picture.

    Args:
        answers: Shape (clips, 4) in the order of ``readouts.evidence.CELLS``: log-odds or share of the word yes, means
            over wordings; NaN where a cell has no answer, which leaves its clip out.
        shares: Whether they are shares, which leave no room near 0 and 1.

    Returns:
        Flagged when the polarities surely contradict each other, when the upper end of r's one-sided 95 % interval is
        below .5, or when one polarity tells pictures apart and the other does not; unknown when neither does, or when
        one is saturated by a lean. Of shares under a lean less than .5 is asked for: then each polarity only tells
        apart what the other does not.
    """
    rows = answers[~np.isnan(answers).any(axis=1)]
    if len(rows) < FEWEST_CLIPS:
        return unknown_negation(f"fewer than {FEWEST_CLIPS} clips were asked about in all four cells")
    deviations = rows - rows.mean(axis=0)
    covariance = deviations.T @ deviations / (len(rows) - 1)
    halves = [_agreement(covariance, first) * math.sqrt(len(rows)) for first in (0, 2)]
    reliable = [half > _LEAST_CORRELATION for half in halves]
    against = _contradiction(rows)
    if against is not None:
        return told(NAME, True, against, LEAST_AGREEMENT, agreement_in_words(against, LEAST_AGREEMENT))
    if not any(reliable):
        return unknown_negation("answers do not tell one picture from another")
    if not all(reliable):
        return _one_sided(rows, halves, shares)
    across = -covariance[:2, 2:].mean()
    both = covariance[0, 1] * covariance[2, 3]
    r = float(np.clip(across / math.sqrt(both), -1.0, 1.0))
    error = math.sqrt(covariance[:2, :2].mean() * covariance[2:, 2:].mean() / both / len(rows))
    needed = LEAST_AGREEMENT - (_LOST_TO_LEANS * (1 - 2 * rows.mean()) ** 2 if shares else 0.0)
    return told(NAME, r + _ONE_SIDED * error < needed, r, needed, agreement_in_words(r, needed))


def _agreement(covariance: Floats, first: int) -> float:
    """How far both halves of a polarity see the same differences between pictures: their correlation."""
    scale = math.sqrt(covariance[first, first] * covariance[first + 1, first + 1])
    return float(covariance[first, first + 1]) / scale if scale > 1e-12 else 0.0


def _contradiction(rows: Floats) -> float | None:
    """The plain correlation of both polarities where it is surely below 0, which leans and noise cannot make it."""
    positive, negative = rows[:, :2].mean(axis=1), -rows[:, 2:].mean(axis=1)
    scale = float(positive.std() * negative.std())
    if scale < 1e-12:
        return None
    r = float(np.mean((positive - positive.mean()) * (negative - negative.mean()))) / scale
    return r if r * math.sqrt(len(rows)) < -_SURELY else None


def _one_sided(rows: Floats, halves: list[float], shares: bool) -> Finding:
    """One polarity tells pictures apart and the other does not: by nature, by a lean, or by chance."""
    silent = slice(2, 4) if halves[0] > halves[1] else slice(0, 2)
    polarity = "negative" if halves[0] > halves[1] else "positive"
    mean = float(rows[:, silent].mean())
    if shares and not 1 - _SATURATED <= mean <= _SATURATED:
        return unknown_negation(
            f"{polarity} questions are nearly always answered alike, which hides whether they are understood"
        )
    if max(halves) < 3 * _LEAST_CORRELATION:
        return unknown_negation("too few answers tell one picture from another")
    failed = f"{polarity} questions are answered whatever the picture: liking that averages both is not what is liked"
    return told(NAME, True, 0.0, LEAST_AGREEMENT, ("", failed))


def agreement_in_words(r: float, needed: float) -> tuple[str, str]:
    """What is said of a correlation of both polarities when it is enough, and when it is not."""
    failed = "negation is not understood" if r < 0 else "positive and negative questions do not agree"
    return (
        f"positive and negative questions agree about which pictures are liked (r = {r:.2f})",
        f"{failed} (r = {r:.2f}, at least {needed:.2f} is needed): liking cannot be told from a lean",
    )


def unknown_negation(why: str) -> Finding:
    """A finding without a number, and why there is none."""
    return Finding(NAME, "unknown", None, LEAST_AGREEMENT, f"whether negation is understood is not known: {why}")
