"""How many repeats of every item tell a difference between two respondents, and when no number of them does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.likelihood import step_chances
from valuespectrum.scoring.ordinal.maximum import Fit
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Floats = NDArray[np.float64]

INFORMATION = 0.3
"""What one answer on a scale of five or more steps that are all used tells, in squared logits to the power of -1; a
third is the most (that of the logistic distribution itself)."""
MOST_REPEATS = 10_000
_SHOWN = (1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class PlannedStudy:
    """Two respondents, who answer the same items several times.

    Raises:
        InputError: There are no items, or no two values.
    """

    values: int
    items: int
    """Of every value."""
    versions: int = 1
    """Ways of asking, in each of which every item is asked."""
    information: float = INFORMATION
    """What one answer tells of its predictor: Fisher's information."""
    within: float = 0.0
    """Standard deviation of items within respondents, in logits."""
    cell: float = 0.0
    """Standard deviation of items within respondents and versions."""
    level: float = 0.95
    items_told: bool = False
    """Whether it is known how items suit respondents; else they are taken to suit all alike, which real ones do not."""

    def __post_init__(self) -> None:
        if self.items < 1 or self.values < 2:
            raise InputError(
                f"a study of {self.items:,} items of each of {self.values:,} values is none", "at least 1 of each of 2"
            )

    def se(self, repeats: float) -> float:
        """Standard error of the difference of two respondents' centred effects of one value.

        Args:
            repeats: Answers to every item in every version.

        Example:
            >>> round(1.96 * PlannedStudy(10, 4).se(10), 2)
            0.76
        """
        answers = self.items * self.versions * repeats
        chance = 1.0 / (self.information * answers)
        items = self.within**2 / self.items + self.cell**2 / (self.items * self.versions)
        return float(np.sqrt(2.0 * (1.0 - 1.0 / self.values) * (chance + items)))

    @property
    def reach(self) -> float:
        """Standard errors from the middle of an interval to its end.

        Those of the fit are Student's, with as many degrees of freedom as items beyond values; with one item of a value
        none are drawn.
        """
        from scipy.special import ndtri, stdtrit

        upper, beyond = (1.0 + self.level) / 2.0, self.values * (self.items - 1)
        return float(stdtrit(beyond, upper) if beyond else ndtri(upper))

    def power(self, size: float, repeats: float) -> float:
        """Chance that the interval of this one difference leaves 0 out.

        Args:
            size: True difference, in logits.
            repeats: Answers to every item in every version.
        """
        from scipy.special import ndtr

        away = abs(size) / self.se(repeats)
        return float(ndtr(away - self.reach) + ndtr(-away - self.reach))


def plan_repeats(study: PlannedStudy, size: float, power: float) -> Json:
    """Fewest repeats that tell a difference.

    Args:
        study: What is planned.
        size: True difference between two respondents' centred effects of a value, in logits.
        power: Chance wanted that it is told.

    Returns:
        ``repeats`` (``None`` where no number is enough), ``half_width`` at it, ``items_needed`` where more items of
        every value would do it, ``curve`` (repeats, half-width, power), and what was taken for known: ``items_told``
        says whether how items suit respondents is, or is taken to be nothing.

    Raises:
        InputError: There is no such difference or power.
    """
    if not (np.isfinite(size) and size != 0):
        raise InputError(f"the difference to plan for must be a number other than 0, not {size:g}", "for example 0.8")
    if not 0.05 < power < 1:
        raise InputError(f"the power must lie between 0.05 and 1, not {power:g}", "0.8 is usual")
    needed = _fewest(lambda repeats: study.power(size, repeats), power)
    more = None
    if needed is None:
        more = _fewest(lambda items: replace(study, items=max(items, study.items)).power(size, MOST_REPEATS), power)
    at = needed or MOST_REPEATS
    return {
        "size": size,
        "power": power,
        "repeats": needed,
        "half_width": _half_width(study, at),
        "items_needed": more,
        "curve": [
            {"repeats": each, "half_width": _half_width(study, each), "power": study.power(size, each)}
            for each in _SHOWN
        ],
        "values": study.values,
        "items": study.items,
        "versions": study.versions,
        "information": study.information,
        "within": study.within,
        "cell": study.cell,
        "items_told": study.items_told,
    }


def _half_width(study: PlannedStudy, repeats: float) -> float:
    return study.reach * study.se(repeats)


def _fewest(chance: Callable[[int], float], power: float) -> int | None:
    """Smallest number whose chance is large enough; ``None`` where none is."""
    if chance(MOST_REPEATS) < power:
        return None
    low, high = 1, MOST_REPEATS
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if chance(middle) >= power else (middle + 1, high)
    return low


def study_of(fit: Fit, level: float, items: int = 0) -> PlannedStudy:
    """What a pilot says of a study like it.

    Args:
        fit: Of the pilot.
        level: Coverage of the intervals to come.
        items: Of every value in the study; 0 for as many as the pilot has in the value with the fewest.
    """
    design, table = fit.design, fit.design.table
    spreads = dict(zip(design.names, fit.spreads, strict=True))
    owned = np.unique(np.stack([table.codes["value"], table.codes["item"]]), axis=1)[0]
    return PlannedStudy(
        len(table.values),
        items or int(np.bincount(owned).min()),
        len(table.names["version"]),
        _information(fit),
        float(spreads.get("item x respondent", 0.0)),
        float(spreads.get("item x respondent x version", 0.0)),
        level,
        "item x respondent" in spreads,
    )


def _information(fit: Fit) -> float:
    """Fisher's information on the predictor in one answer, mean over the answers."""
    design = fit.design
    chances = step_chances(design, fit.top.thresholds, fit.top.predictors)
    below = np.cumsum(chances, axis=1)[:, :-1]
    slopes = np.diff(np.pad(below * (1.0 - below), ((0, 0), (1, 1))), axis=1)
    told = np.divide(slopes**2, chances, out=np.zeros_like(chances), where=chances > 1e-12).sum(axis=1)
    return float(np.average(told, weights=design.table.counts.sum(axis=1)))
