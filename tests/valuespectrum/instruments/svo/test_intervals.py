"""Intervals over arrangements, and the test of kinds, on planted truth: the study of ``bench.truth`` in small."""

from __future__ import annotations

from bench.truth.orientation import alarms, coverage, drawn_members, true_angle
from valuespectrum.reference.planted import BY_NAME


def test_intervals_of_single_draws_hold_what_they_claim() -> None:
    kept = coverage(drawn_members(60, 4), draws=1, seed=4)
    for name in ("angle", "weights_angle", "inequality_aversion"):
        assert kept[name].intervals >= 55 and kept[name].held > 0.86, name
    assert kept["weights_angle"].median_error < 5
    # The published angle is not the planted one, and its interval does not claim to hold it.
    assert kept["angle to planted"].held < 0.8


def test_probabilities_leave_no_error_in_the_weights() -> None:
    kept = coverage(drawn_members(10, 2), draws=0)
    assert kept["weights_angle"].largest_error < 0.1 and kept["inequality_aversion"].largest_error < 0.01
    assert kept["angle"].held == 1.0


def test_the_published_angle_of_weak_choices_lies_between_the_planted_and_the_blind_one() -> None:
    thorn, grove = BY_NAME["thorn"], BY_NAME["grove"]
    assert thorn.svo_angle < true_angle(thorn) < 22.7 < true_angle(grove) < grove.svo_angle


def test_alarms_without_a_difference_are_rare_and_with_one_are_not() -> None:
    quiet, loud = alarms(40, 0.0), alarms(12, 25.0, draws=3)
    assert max(quiet.values()) <= 0.15 and loud["clip"] > 0.7
    assert quiet.keys() == loud.keys() == {"clip", "search word"}
