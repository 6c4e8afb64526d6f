"""How far an instruction to make the best impression moves a profile: the faking effect as a number.

The difference of two profiles, set by set, is analysed like any comparison (``scoring.facets.comparison``): per value,
with Holm's adjustment, and with an omnibus test. Its size is the root mean square of the centred differences over
values, less what noise alone makes of them: with ``F = sum d^2 / trace`` and ``trace`` the variance of the differences,
``size^2 = trace (F - 1) / values``, at least 0. The interval inverts the noncentral F distribution (Steiger, Psychol.
Methods 9 (2004) 164) with the degrees of freedom of the omnibus test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.analysis import Analysis
from valuespectrum.scoring.facets.comparison import Compared, compare
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import SetTable
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class FakingEffect:
    """What the instruction to make the best impression did, against the one to be honest."""

    size: Estimate
    """Root mean square over values of how far centred scores moved, noise taken off; 0 or more."""
    p: float | None = None
    """That nothing moved: the omnibus test."""
    values: Mapping[str, Compared] = field(default_factory=dict)
    """How far each value moved."""
    general: Estimate = field(default_factory=lambda: Estimate(None))
    """How much more of everything is liked."""
    covers: str = ""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {
            "size": self.size.to_json(),
            "p": self.p,
            "values": {value: row.to_json() for value, row in self.values.items()},
            "general": self.general.to_json(),
            "covers": self.covers,
        }


def faking_effect(faked: SetTable | None, honest: SetTable | None, facets: Facets | None = None) -> FakingEffect:
    """Compare two frames of mind of one respondent.

    Args:
        faked: Scores under the instruction to make the best impression.
        honest: Scores under the instruction to be honest.
        facets: Over what to generalize.

    Returns:
        Without a number, and with the reason, where one of the two tells no profile, or where they share no set or were
        read in different ways.
    """
    if faked is None or honest is None:
        return FakingEffect(Estimate(None, why="what was answered in one of the frames of mind tells no profile"))
    facets = facets or Facets()
    try:
        found = compare(faked, honest, facets)
    except InputError as error:
        return FakingEffect(Estimate(None, why=f"the two frames of mind cannot be compared: {error.message}"))
    moved = found.analysis
    return FakingEffect(
        _size(moved, facets.level), moved.differ.p, found.values, moved.general.estimate, moved.covering.sentence
    )


def _size(moved: Analysis, level: float) -> Estimate:
    from scipy.optimize import brentq
    from scipy.special import ncfdtr

    test = moved.differ
    if test.ratio is None or test.above is None or test.below is None or not test.ratio:
        return Estimate(None, why=test.why or "nothing moved, so its uncertainty was not seen")
    told = [row.centred.estimate.mean for row in moved.values.values() if row.status == "ok"]
    shifts = np.array([shift for shift in told if shift is not None])
    # About the mean of the values that are tested: centring is over those without an error of their own, too.
    squares = float(((shifts - shifts.mean()) ** 2).sum())
    ratio, above, spare = test.ratio, test.above, test.below
    trace = squares / ratio

    def root(excess: float) -> float:
        return float(np.sqrt(max(trace * excess / test.values, 0.0)))

    def below(size: float) -> float:
        """Chance of a smaller ratio; SciPy gives NaN where it is 0 to all digits."""
        return float(np.nan_to_num(ncfdtr(above, spare, size, ratio)))

    def noncentrality(share: float) -> float:
        if below(0.0) <= share:
            return 0.0
        end = 1.0
        while below(end) > share:
            end *= 2.0
        return float(brentq(lambda size: below(size) - share, 0.0, end))

    tail = (1.0 - level) / 2.0
    low, high = (root(noncentrality(share) / above) for share in (1.0 - tail, tail))
    return Estimate(root(ratio - 1.0), low, high)
