"""From shares of slider options to a measurement: angle, weights, consistency, with intervals over arrangements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.svo.angle import angle_of, random_angles, random_shares, reach
from valuespectrum.instruments.svo.arranging import Arranging
from valuespectrum.instruments.svo.consistency import (
    inequality_share,
    inequality_share_by_chance,
    nearest_ideal,
    transitive,
    transitive_by_chance,
)
from valuespectrum.instruments.svo.payoffs import PRIMARY, SECONDARY
from valuespectrum.instruments.svo.saying import ORIENTATION, covered, verdicts
from valuespectrum.instruments.svo.shares import SliderShares, item_means, read_shares, slider_rows
from valuespectrum.instruments.svo.weights import ChoiceWeights, fitted, fitted_without_each
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import verdict_rates
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.jackknife import left_out_interval
from valuespectrum.scoring.shares import share_row
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

UNIT = "arrangement"
LEAST_SHARE = 0.05
"""Level of the test whether points are weighed at all."""
FEWEST_TESTED = 4
"""Arrangements below which two weights are not tested: so few hardly ever show that there are any."""
_NO_WEIGHT = 1e-9
"""Log-odds for ten points at or below which weights are rounding: probabilities that are all alike weigh nothing."""
_NOT_ASKED = "the secondary items were not asked"
_SAME = "the same in every arrangement, so nothing is known of the spread over others"
_SAME_DEGREES, _SAME_SHARE = 0.01, 0.001
"""Standard errors below which degrees and other numbers count as the same in every arrangement."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Weights of a respondent, and without each arrangement."""

    whole: ChoiceWeights | None
    left_out: tuple[ChoiceWeights | None, ...]
    why: str = ""
    """Why they say nothing."""

    @property
    def known(self) -> list[ChoiceWeights]:
        """Weights without each arrangement whose others have an answer."""
        return [each for each in self.left_out if each is not None]

    @property
    def untested(self) -> bool:
        """Whether weights are told although no test saw whether there are any."""
        return self.whole is not None and not self.why and len(self.known) < FEWEST_TESTED

    def estimate(self, number: Callable[[ChoiceWeights], float], level: float, same: float = _SAME_SHARE) -> Estimate:
        """A number of the weights with its interval."""
        if self.whole is None or self.why:
            return Estimate(None, why=self.why)
        around = number(self.whole)
        others = [float("nan") if each is None else number(each) for each in self.left_out]
        return interval(around, others, level, same)

    def angle(self, level: float) -> Estimate:
        """The angle of the weights, without jumps round the circle."""
        around = self.whole.angle if self.whole is not None else 0.0
        return self.estimate(lambda one: around + (one.angle - around + 180.0) % 360.0 - 180.0, level, _SAME_DEGREES)

    def inequality_aversion(self, level: float) -> Estimate:
        """What a point of difference costs."""
        return self.estimate(lambda one: one.inequality_aversion, level)


def measured_orientation(
    instrument: Instrument, answers: pd.DataFrame, options: ScoringOptions, how: Arranging
) -> Measurement:
    """What slider answers of one respondent say.

    Args:
        instrument: Whose answers these are.
        answers: One row per ask; others than slider items are left out.
        options: Scoring options; ``minimum_clips`` is the fewest arrangements that have an interval.
        how: What differed between arrangements.
    """
    rows = slider_rows(answers)
    shown, read = read_shares(rows, options)
    weighed = weigh(shown, options)
    angle = angle_estimate(shown, options)
    scores = {
        "angle": _score(angle, shown, list(PRIMARY)),
        "weights_angle": _score(weighed.angle(options.level), shown, None),
        "inequality_aversion": _score(weighed.inequality_aversion(options.level), shown, None),
    }
    consistency = _consistency(shown, options)
    category = verdicts(angle)
    return Measurement(
        instrument=instrument.name,
        value_set=ORIENTATION,
        unit=UNIT,
        scores=scores,
        scalars=consistency | _sizes(shown, weighed, options),
        bias={"first_option": weighed.estimate(lambda one: one.lean, options.level)},
        rates={name: Estimate.read(row) for name, row in verdict_rates(read, rows[UNIT], options.level).items()},
        covers=covered(len(shown), "fifteen" if _secondary_asked(shown) else "six", how),
        guards=(_hangs_together(consistency["transitive"]),),
        verdicts=category,
        notes=_notes(shown, weighed, how.balanced),
        n_units=len(shown),
        n_unscored=int((~shown.answered.any(axis=1)).sum()),
        details={"svo": _details(shown)},
    )


def angle_estimate(shown: SliderShares, options: ScoringOptions) -> Estimate:
    """The angle of the mean allocation, with its interval over arrangements."""
    whole = float(angle_of(shown.mean_allocation()))
    if np.isnan(whole):
        return Estimate(None, why="a primary item has no answer")
    found = _left_out(lambda some: float(angle_of(some.mean_allocation())), shown, options, _SAME_DEGREES)
    if found.low is None or found.high is None:
        return found
    least, most = reach()
    return Estimate(found.mean, max(found.low, least), min(found.high, most), found.why, found.se)


def weigh(shown: SliderShares, options: ScoringOptions) -> Weighed:
    """Fit the weights behind the choices, unless answers do not tell any."""
    if shown.single_texts:
        return Weighed(None, (), "single texts say what was chosen, not how nearly: draw several (--samples)")
    whole = fitted(shown)
    enough = whole is not None and len(shown) >= options.minimum_clips
    found = Weighed(whole, tuple(fitted_without_each(shown)) if enough else ())
    if found.whole is not None and not _weighs(found):
        return Weighed(found.whole, found.left_out, "no weight of points is to be seen: answers may be blind")
    return found


def interval(whole: float, left_out: list[float], level: float, same: float = _SAME_SHARE) -> Estimate:
    """A number with its interval over arrangements, or why it has none."""
    found = left_out_interval(whole, left_out, level, ("too few arrangements", "it hangs on one arrangement"), _SAME)
    return Estimate(found.mean, why=_SAME) if found.se is not None and found.se < same else found


def _left_out(
    number: Callable[[SliderShares], float], shown: SliderShares, options: ScoringOptions, same: float = _SAME_SHARE
) -> Estimate:
    enough = len(shown) >= options.minimum_clips
    return interval(number(shown), [number(some) for some in shown.left_out()] if enough else [], options.level, same)


def _weighs(found: Weighed) -> bool:
    """Whether the weights of one's own and the other's points differ from none: Hotelling's test over arrangements."""
    from scipy.special import fdtrc

    known = found.known
    count = len(known)
    if found.whole is None or found.whole.size <= _NO_WEIGHT:
        return False
    if count < FEWEST_TESTED:
        return True
    rows = np.array([(each.own, each.other) for each in known])
    spread = (count - 1) / count * (rows - rows.mean(axis=0)).T @ (rows - rows.mean(axis=0))
    both = np.array([found.whole.own, found.whole.other])
    statistic = float(both @ np.linalg.pinv(spread, hermitian=True) @ both)
    if np.linalg.matrix_rank(spread) < 2:
        return True
    return float(fdtrc(2, count - 2, statistic * (count - 2) / (2 * (count - 1)))) < LEAST_SHARE


def _score(estimate: Estimate, shown: SliderShares, items: list[int] | None) -> Score:
    answered = shown.answered if items is None else shown.answered[:, items]
    status = "ok" if estimate.mean is not None else estimate.why or "no answers"
    units, count = int(answered.any(axis=1).sum()), int(answered.sum())
    return Score(estimate, Estimate(None), None, units, count, status)


def _consistency(shown: SliderShares, options: ScoringOptions) -> dict[str, Estimate]:
    primary = list(PRIMARY)
    chosen = shown.chosen()[:, primary]
    orderly = np.array([transitive(row) for row in chosen[(chosen >= 0).all(axis=1)]], dtype=float)
    share = share_row(orderly, np.ones(len(orderly)), options.level)
    _, apart = nearest_ideal(item_means(shown.shares[:, primary]))
    return {
        "transitive": Estimate.read(share),
        "transitive_by_chance": Estimate(transitive_by_chance()),
        "steps_from_ideal": _known(apart) if np.isnan(apart) else _left_out(_steps_from_ideal, shown, options),
    }


def _steps_from_ideal(shown: SliderShares) -> float:
    return nearest_ideal(item_means(shown.shares[:, list(PRIMARY)]))[1]


def _sizes(shown: SliderShares, weighed: Weighed, options: ScoringOptions) -> dict[str, Estimate]:
    untold = Estimate(None, why="an item has no answer" if _secondary_asked(shown) else _NOT_ASKED)
    share = inequality_share(shown)
    return {
        "inequality_share": untold if np.isnan(share) else _left_out(inequality_share, shown, options),
        "inequality_share_by_chance": Estimate(inequality_share_by_chance()),
        "conviction": weighed.estimate(lambda one: one.size, options.level),
    }


def _secondary_asked(shown: SliderShares) -> bool:
    return bool((shown.first[:, list(SECONDARY)] >= 0).any())


def _known(number: float) -> Estimate:
    return Estimate(None, why="an item has no answer") if np.isnan(number) else Estimate(number)


def _hangs_together(share: Estimate) -> Finding:
    chance = transitive_by_chance()
    if share.mean is None or share.low is None:
        return Finding(
            "hangs_together", "unknown", None, chance, "In no arrangement was something chosen in all six items."
        )
    words = (
        "More arrangements are answered by one order of the four ideal allocations than blind answers would be.",
        "Arrangements are not answered by an order of the four ideal allocations more often than blind answers "
        "would be: the angle may mean nothing.",
    )
    return told("hangs_together", share.low <= chance, share.low, chance, words)


def _notes(shown: SliderShares, weighed: Weighed, balanced: bool) -> tuple[str, ...]:
    notes = []
    if weighed.untested:
        notes.append(
            "no test shows whether points are weighed at all, so that the weights may be those of blind answers: that "
            f"takes intervals over {FEWEST_TESTED} arrangements or more"
        )
    if not balanced:
        notes.append("options did not stand in each place equally often, so a lean towards a place is in the angle")
    if missing := int((~shown.answered[:, list(PRIMARY)]).sum()):
        notes.append(
            f"{missing} of {6 * len(shown)} answers to primary items do not count; their items are means of fewer"
        )
    if not shown.answered[:, list(SECONDARY)].any(axis=0).all():
        silent = "not every secondary item was answered" if _secondary_asked(shown) else _NOT_ASKED
        notes.append(f"{silent}, so nothing is said of equality against joint gain")
    return tuple(notes)


def _details(shown: SliderShares) -> Json:
    primary = list(PRIMARY)
    name, apart = nearest_ideal(item_means(shown.shares[:, primary]))
    each: Mapping[str, float] = {
        arrangement: float(angle_of(shown.only([place]).mean_allocation()))
        for place, arrangement in enumerate(shown.arrangements)
    }
    return {
        "nearest_ideal": name or None,
        "steps_from_ideal": None if np.isnan(apart) else apart,
        "angle_by_arrangement": {each_name: None if np.isnan(one) else one for each_name, one in each.items()},
        "by_chance": {"angle": float(random_angles().mean()), "categories": dict(random_shares())},
    }
