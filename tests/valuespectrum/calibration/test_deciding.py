"""The study of decisions: answers that are not asked are those that twins give, and lines are what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.answers.respondent import BARE
from agents.models.base import ModelOptions
from bench.truth.adaptive import driven, table
from valuespectrum.calibration.deciding import (
    as_planted,
    both_ways,
    decided_lines,
    deciding_people,
    planted_decisions,
    predictions,
    recognition,
    strength_coverage,
    words,
)
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.decisions.instrument import EverydayDecisions
from valuespectrum.instruments.decisions.network.deciding import RatedScene, rated_scenes
from valuespectrum.instruments.decisions.network.encoders import load_encoder
from valuespectrum.instruments.decisions.network.saved import own_network
from valuespectrum.instruments.decisions.options import DecisionsOptions
from valuespectrum.instruments.decisions.reading import read_decisions
from valuespectrum.instruments.decisions.scenes.grammar import drawn_scenes
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.scoring.cells import ScoringOptions

SCENES = list(drawn_scenes(63, 2, "tried", 4))[20:]


def test_answers_that_are_not_asked_are_those_that_twins_give() -> None:
    options, birch = DecisionsOptions(scenes=5), BY_NAME["birch"]
    twin = TwinModel(birch, ModelOptions(), "birch")
    asked = [
        pair for each in EverydayDecisions(options).procedures(Setting((BARE,), seed=3)) for pair in driven(each, twin)
    ]
    found = read_decisions(table(asked), ScoringOptions())
    direct = planted_decisions(birch, birch.everyday, options, 3)
    assert len(found.decided) == len(direct.decided) == 30 and found.orders() == direct.orders()
    by_key = {(each.scene, each.arrangement, each.left): each for each in direct.decided}
    for each in found.decided:
        same = by_key[each.scene, each.arrangement, each.left]
        assert each.shares == pytest.approx(same.shares) and each.listed == same.listed


def test_zeros_are_their_own_line_and_the_truth_is_recognised() -> None:
    found = recognition(SCENES, as_planted(SCENES), 0.95)
    assert found["networks within 0.2"].mean == 100 and found["networks error"].mean == 0
    assert found["zeros within 0.2"].mean == pytest.approx(
        100 * np.mean([np.mean(np.abs(scene.act_ratings) < 0.2) for scene in SCENES])
    )
    nothing = [RatedScene(each.scene, np.zeros_like(each.actions)) for each in as_planted(SCENES)]
    assert recognition(SCENES, nothing, 0.95)["above zeros within 0.2"].mean == 0


def test_our_networks_decide_better_than_what_needs_no_values() -> None:
    rated = rated_scenes(SCENES, own_network(), load_encoder("reference"))
    assert (recognition(SCENES, rated, 0.95)["above zeros within 0.2"].low or 0) > 15
    people = deciding_people(12, SCENES, 5, shared=1.0)
    lines = decided_lines(people, predictions(people, rated, as_planted(SCENES)), 0.95)
    assert lines["chance"].overlap.mean == pytest.approx(62.5) and lines["chance"].overlap.se == 0
    for line in ("chance", "order of the list"):
        assert (lines[line].overlap_behind.low or 0) > 0 and (lines[line].first_behind.low or 0) > 0
    module = lines["decision module"].overlap.mean or 0
    assert lines["without: no_preference"].overlap.mean < module < lines["without luck"].overlap.mean  # type: ignore[operator]


def test_people_who_want_the_same_have_a_consensus() -> None:
    rated = as_planted(SCENES)
    alike, apart = (deciding_people(12, SCENES, 6, shared) for shared in (1.5, 0.0))
    told = [
        decided_lines(people, predictions(people, rated, rated), 0.95)["consensus of the others"].overlap.mean or 0
        for people in (alike, apart)
    ]
    assert told[0] > told[1] + 5


def test_intervals_over_people_and_scenes_hold_a_mean_that_is_known() -> None:
    rng, inside = np.random.default_rng(0), []
    for _ in range(200):
        people, scenes = rng.normal(0, 1, (12, 1)), rng.normal(0, 1, (1, 15))
        found = both_ways(people + scenes + rng.normal(0, 1, (12, 15)), 0.95)
        inside.append((found.low or 0) <= 0 <= (found.high or 0))
    assert np.mean(inside) >= 0.92
    for alone in (rng.normal(0, 1, (1, 15)), rng.normal(0, 1, (12, 1))):
        found = both_ways(alone, 0.95)
        assert found.mean == pytest.approx(alone.mean()) and (found.low, found.high) == (None, None) and found.why
        assert words(found, 2) == f"{alone.mean():.2f}"


def test_planted_strengths_are_inside_and_nothing_is_told_of_nothing() -> None:
    members = [replace(each, refuses=0.0) for each in draw_respondents(24, 9) if not each.leans.constant]
    found = strength_coverage(members, DecisionsOptions(scenes=16), ScoringOptions())
    assert found.inside > 0.91 and found.alarms < 0.09 and found.error < 0.3 and found.respondents == len(members)
