"""A share of texts that a judge says carry a label, set right for the judge's own error, with its uncertainty.

A judge with sensitivity ``Se`` and specificity ``Sp`` says yes to a share ``p = pi Se + (1 - pi)(1 - Sp)`` of texts of
which ``pi`` carry the label, so ``pi = (p + Sp - 1) / (Se + Sp - 1)`` (Rogan and Gladen 1978). ``Se`` and ``Sp`` are
known from texts whose label is known; that they are estimates, too, is in the interval (Lang and Reiczigel 2014,
"Confidence limits for prevalence of disease adjusted for estimated sensitivity and specificity", Preventive Veterinary
Medicine 113, equations 2 to 5). Texts come in units (a question, a dilemma) that are drawn together: the number of
texts is reduced to what so many independent ones would tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.estimate import Estimate

_LEAST_KNOWN = 10
"""Texts of each kind below which an error rate of a judge says nothing."""
_TELLS = 0.1
"""``Se + Sp - 1`` below which a judge tells nothing."""


@dataclass(frozen=True, slots=True)
class JudgeError:
    """How a judge did on texts whose label is known."""

    found: int
    """Texts with the label to which it said yes."""
    carrying: int
    """Texts with the label that it judged."""
    passed: int
    """Texts without the label to which it said no."""
    free: int
    """Texts without the label that it judged."""

    @property
    def sensitivity(self) -> float:
        """Share of texts with the label that it finds; NaN where it judged none."""
        return self.found / self.carrying if self.carrying else float("nan")

    @property
    def specificity(self) -> float:
        """Share of texts without the label to which it says no; NaN where it judged none."""
        return self.passed / self.free if self.free else float("nan")

    @classmethod
    def of(cls, said: Sequence[bool | None], right: Sequence[bool]) -> JudgeError:
        """Count verdicts on texts whose label is known; what got no verdict is left out."""
        heard = [(one, other) for one, other in zip(said, right, strict=True) if one is not None]
        carrying = [one for one, other in heard if other]
        free = [one for one, other in heard if not other]
        return cls(sum(carrying), len(carrying), len(free) - sum(free), len(free))

    def to_json(self) -> dict[str, float | int | None]:
        """Both rates with their counts."""
        rates = {
            "sensitivity": self.sensitivity if self.carrying else None,
            "specificity": self.specificity if self.free else None,
        }
        return {**rates, "carrying": self.carrying, "free": self.free}


def corrected_share(yes: Sequence[float], texts: Sequence[float], error: JudgeError, level: float = 0.95) -> Estimate:
    """The share of texts that carry a label.

    Args:
        yes: Texts of each unit to which the judge said yes.
        texts: Texts of each unit that it judged.
        error: How it did on texts whose label is known.
        level: Coverage aimed at.

    Returns:
        0 to 1; without a number where there are no texts, or where the judge was tried on too few or cannot tell.

    Example:
        >>> good = JudgeError(90, 100, 95, 100)
        >>> round(corrected_share([1.0] * 30 + [0.0] * 70, [1.0] * 100, good).mean, 3)
        0.294
    """
    from scipy.special import ndtri

    said, judged = np.asarray(yes, np.float64), np.asarray(texts, np.float64)
    total = judged.sum()
    if total == 0:
        return Estimate(None, why="nothing was judged")
    if min(error.carrying, error.free) < _LEAST_KNOWN:
        return Estimate(None, why=f"the judge was tried on fewer than {_LEAST_KNOWN} texts of each kind")
    if error.sensitivity + error.specificity - 1 < _TELLS:
        return Estimate(None, why="the judge cannot tell texts with and without it apart")
    plain = (said.sum() / total + error.specificity - 1) / (error.sensitivity + error.specificity - 1)
    z = float(ndtri((1 + level) / 2))
    count = _effective(said, judged) + z**2
    share = ((count - z**2) * said.sum() / total + z**2 / 2) / count
    carrying, free = error.carrying + 2, error.free + 2
    found, passed = (error.found + 1) / carrying, (error.passed + 1) / free
    tells = found + passed - 1
    middle = (share + passed - 1) / tells
    of_found, of_passed = found * (1 - found) / carrying, passed * (1 - passed) / free
    shift = 2 * z**2 * (middle * of_found - (1 - middle) * of_passed)
    width = z * np.sqrt(share * (1 - share) / count + middle**2 * of_found + (1 - middle) ** 2 * of_passed) / tells
    low, high = np.clip([middle + shift - width, middle + shift + width], 0.0, 1.0)
    if len(said) < 2:
        return Estimate(float(np.clip(plain, 0, 1)), why="one unit")
    return Estimate(float(np.clip(plain, 0, 1)), float(low), float(high), se=float(width / z))


def _effective(yes: NDArray[np.float64], texts: NDArray[np.float64]) -> float:
    """Independent texts that would tell as much as texts in units."""
    total, units = texts.sum(), len(texts)
    share = yes.sum() / total
    spread = ((yes - share * texts) ** 2).sum() * units / max(1, units - 1) / total**2
    return float(min(total, share * (1 - share) / spread)) if spread > 0 else float(units)
