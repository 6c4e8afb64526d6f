"""Plans of repeats: against what simulated studies found, and where no number of repeats is enough."""

from __future__ import annotations

import numpy as np
import pytest

from valuespectrum.calibration.planted_ratings import PlantedRatings, planted_table
from valuespectrum.operations.studies.ordinal import _planned
from valuespectrum.scoring.ordinal.analysis import OrdinalOptions, study_fit
from valuespectrum.scoring.ordinal.design import design_of
from valuespectrum.scoring.ordinal.maximum import maximum_likelihood
from valuespectrum.scoring.ordinal.planning import PlannedStudy, plan_repeats, study_of
from vectorstore.foundation.errors import InputError


def test_half_widths_are_those_of_simulated_studies() -> None:
    """Three models, 40 items of ten values: .75 to .8 with ten repeats, about .3 with sixty (Bayesian fits)."""
    study = PlannedStudy(10, 4)
    rows = {row["repeats"]: row["half_width"] for row in plan_repeats(study, 0.8, 0.8)["curve"]}
    assert rows[10] == pytest.approx(0.77, abs=0.03)
    assert 1.96 * study.se(60) == pytest.approx(0.31, abs=0.03)


def test_few_items_reach_as_far_as_the_intervals_of_the_fit() -> None:
    """Two items of each of ten values leave ten degrees of freedom; with one of each no items are drawn."""
    study = PlannedStudy(10, 2)
    assert study.reach == pytest.approx(2.228, abs=0.001)
    assert PlannedStudy(10, 1).reach == pytest.approx(1.960, abs=0.001)
    assert study.power(2.228 * study.se(10), 10) == pytest.approx(0.5, abs=0.001)


def test_fewest_repeats_reach_the_power_and_one_fewer_does_not() -> None:
    study = PlannedStudy(10, 4, within=0.2)
    repeats = plan_repeats(study, 0.8, 0.8)["repeats"]
    assert study.power(0.8, repeats) >= 0.8 > study.power(0.8, repeats - 1)


def test_where_items_differ_too_much_more_of_them_are_asked_for() -> None:
    found = plan_repeats(PlannedStudy(10, 3, within=1.0), 0.5, 0.8)
    assert found["repeats"] is None
    assert PlannedStudy(10, found["items_needed"], within=1.0).power(0.5, 10_000) >= 0.8


@pytest.mark.parametrize(("size", "power"), [(0.0, 0.8), (float("nan"), 0.8), (0.5, 1.0), (0.5, 0.01)])
def test_what_cannot_be_planned_is_refused(size: float, power: float) -> None:
    with pytest.raises(InputError):
        plan_repeats(PlannedStudy(10, 4), size, power)


@pytest.mark.parametrize(("values", "items"), [(10, 0), (10, -3), (1, 4)])
def test_a_study_of_nothing_is_refused(values: int, items: int) -> None:
    with pytest.raises(InputError, match="is none"):
        PlannedStudy(values, items)


def test_a_pilot_of_people_tells_nothing_of_repeats() -> None:
    """How people differ in their values is in no plan, so that repeats of a group would be promised too much."""
    table = planted_table(PlantedRatings(respondents=2, values=3, items=2, people=3, repeats=2), 1)
    with pytest.raises(InputError, match="several people are one"):
        study_fit(table, OrdinalOptions())


@pytest.mark.parametrize(("repeats", "told"), [(20, True), (1, False)])
def test_a_plan_says_whether_its_pilot_tells_how_items_suit_respondents(repeats: int, told: bool) -> None:
    """One answer to an item tells it from no chance: that it is nothing is taken for granted, and not the pilot's."""
    planted = PlantedRatings(respondents=2, values=3, items=6, repeats=repeats, effects=np.zeros((2, 3)))
    study = study_of(maximum_likelihood(design_of(planted_table(planted, 1))), 0.95)
    assert study.items_told is told and (told or study.within == 0.0)
    found = plan_repeats(study, 0.8, 0.8)
    words = list(_planned(found | {"pilot": True}))
    assert found["items_told"] is told and any("may be needed" in line for line in words) is not told
