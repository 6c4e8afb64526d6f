"""One number with all that a reader needs to weigh it, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.inference import Tested

ONE_WORDING = "one wording was asked: how far another would change it is not known"
ONE_CLUSTER = "all its clips come from one {cluster}: how far another would change it is not known"
NO_SPREAD = "every clip gave the same: nothing shows how sure it is"
APART = "its clips were asked in wordings that no clip ties together"
TOO_FEW = "too few clips"
NO_CLIPS = "no clips"
NOT_CROSSED = "too few values were asked in the same wordings"
ONE_VALUE = "fewer than two values were measured: there is nothing to compare it with"


@dataclass(frozen=True, slots=True)
class Inferred:
    """An estimate and its test against 0."""

    estimate: Estimate
    freedom: float | None = None
    """Degrees of freedom of its standard error."""
    p: float | None = None
    p_adjusted: float | None = None
    """By Holm for how many values were looked at, and at least the p of the omnibus test."""

    def to_json(self, name: str = "") -> dict[str, float | int | str | None]:
        """``name``, its ends, standard error, degrees of freedom, p and adjusted p."""
        prefix = f"{name}_" if name else ""
        further = {"df": self.freedom, "p": self.p, "p_adjusted": self.p_adjusted}
        return {**self.estimate.to_json(name), **{f"{prefix}{key}": number for key, number in further.items()}}


def found(tested: Tested, position: int, level: float, why: str = "", adjusted: Floats | None = None) -> Inferred:
    """Take one number out of arrays.

    Args:
        tested: Estimates with errors, shape (n,).
        position: Which.
        level: Coverage aimed at.
        why: Reason why its error is not known; the number alone is then told.
        adjusted: Adjusted p-values.
    """
    mean = known(tested.estimate[position])
    se, freedom = known(tested.se[position]), known(tested.freedom[position])
    if mean is None or why or not se or freedom is None:
        return Inferred(Estimate(mean, why=why or ("" if mean is None else NO_SPREAD)))
    half = float(tested.half_width(level)[position])
    return Inferred(
        Estimate(mean, mean - half, mean + half, se=se),
        freedom,
        known(tested.p[position]),
        None if adjusted is None else known(adjusted[position]),
    )


def known(number: float | np.float64) -> float | None:
    """A plain number, ``None`` for what is not one."""
    return float(number) if np.isfinite(number) else None
