"""Which respondents a persona is held against, over any set of values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.answers.respondent import RespondentColumns
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.reporting.elements.words import playing_in_words
from valuespectrum.runs.persona_scores import NO_BARE, Measured, persona_rows, playing_rows
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.personas.desirable import PEOPLE
from valuespectrum.scoring.personas.sanitised import parts, standing_of
from valuespectrum.theory.value_sets import FOUR, NINETEEN, TEN, ValueSet, scalars

OPTIONS = ScoringOptions()
ANGLES = scalars("angles", "Two angles", {"first": "First", "second": "Second"})
TARGET = {value: place / 10.0 for place, value in enumerate(TEN.dimensions)}
ROLES = [("none", "none", False), ("p", "simple", False), *((f"placebo-{n}", "simple", True) for n in range(1, 7))]


def measured(
    who: RespondentColumns, values: ValueSet, seed: int, instrument: str = "x", clips: int = 5, pull: float = 0.0
) -> Measured:
    generator, own = np.random.default_rng(seed), np.random.default_rng(0).normal(0, 1, len(values))
    numbers = own + pull * np.linspace(0, 1, len(values)) + generator.normal(0, 0.1, len(values))
    scores = {
        dimension: Score(Estimate(float(mean)), Estimate(None), None, clips, clips, "ok")
        for dimension, mean in zip(values.dimensions, numbers, strict=True)
    }
    return Measured(who, Measurement(instrument, values, "clip", scores))


def respondents(values: ValueSet, pull: float = 0.0) -> list[Measured]:
    return [
        measured(RespondentColumns("m", *role), values, seed, pull=pull * (role[0] == "p"))
        for seed, role in enumerate(ROLES)
    ]


@pytest.mark.parametrize(("values", "compared"), [(NINETEEN, 18), (TEN, 10)])
def test_a_target_over_the_ten_is_brought_to_the_set(values: ValueSet, compared: int) -> None:
    """Face has no place among the ten."""
    (row,) = persona_rows(respondents(values, pull=3.0), {"p": TARGET}, OPTIONS)
    assert (row["values"], row["verdict"], row["scale"]) == (compared, "moved", "points")
    assert set(row["shifts"]) == set(values.dimensions)


def test_too_few_values_are_said_to_be_too_few() -> None:
    (row,) = persona_rows(respondents(FOUR, pull=3.0), {"p": TARGET}, OPTIONS)
    assert row["verdict"] == "unknown" and "fewer than 5 values" in row["why"]


def test_numbers_on_different_scales_and_sets_without_a_key_have_no_target() -> None:
    assert list(persona_rows(respondents(ANGLES), {"p": TARGET}, OPTIONS)) == []


def test_what_is_given_to_people_who_are_shown_has_no_target() -> None:
    """Targets are of values of one's own: who gives more to the powerful has not moved towards power."""
    shown = [Measured(one.who, replace(one.by, instrument="svo-shown")) for one in respondents(TEN, pull=3.0)]
    assert list(persona_rows(shown, {"p": TARGET}, OPTIONS)) == []
    assert list(playing_rows(shown, {"p": TARGET}, OPTIONS)) == []


def test_only_what_the_same_instrument_measured_of_the_same_model_counts() -> None:
    own = respondents(TEN, pull=3.0)
    (alone,) = persona_rows(own, {"p": TARGET}, OPTIONS)
    others = [
        measured(one.who._replace(model=model), values, 50 + place, instrument)
        for place, one in enumerate(own)
        for model, values, instrument in (("other", TEN, "x"), ("m", TEN, "y"), ("m", NINETEEN, "x"))
        if one.who.persona != "p"
    ]
    assert list(persona_rows([*others, *own], {"p": TARGET}, OPTIONS)) == [alone]
    (row,) = persona_rows(own[1:], {"p": TARGET}, OPTIONS)
    assert (row["verdict"], row["keep"], row["why"]) == ("unknown", None, NO_BARE) and row["values"] == 0
    assert row["covers"] == "", "no interval is there"


def test_answers_that_were_read_in_another_way_are_not_compared() -> None:
    def read(one: Measured, readout: str) -> Measured:
        return Measured(one.who, replace(one.by, details={"readout": readout}))

    own = [read(one, "samples") for one in respondents(TEN, pull=3.0)]
    (row,) = persona_rows(own, {"p": TARGET}, OPTIONS)
    assert row["verdict"] == "moved"
    (row,) = persona_rows([read(own[0], "text"), *own[1:]], {"p": TARGET}, OPTIONS)
    assert (row["verdict"], row["why"]) == ("unknown", NO_BARE)
    (row,) = persona_rows([*own[:3], *(read(one, "text") for one in own[3:])], {"p": TARGET}, OPTIONS)
    assert (row["verdict"], row["placebo_texts"]) == ("unknown", 1)


def test_a_value_of_too_few_clips_is_left_out() -> None:
    own = respondents(TEN, pull=3.0)
    few = measured(own[1].who, TEN, 1, clips=2, pull=3.0).by.scores["power"]
    scores = {**own[1].by.scores, "power": few}
    own[1] = Measured(own[1].who, replace(own[1].by, scores=scores))
    (row,) = persona_rows(own, {"p": TARGET}, OPTIONS)
    assert row["values"] == 9 and "power" not in row["shifts"]


def played(nice: float, harsh: float, personas: int = 8) -> tuple[list[Measured], dict[str, dict[str, float]]]:
    """A model in several roles, each in two wordings, that plays the nice and the harsh part of targets so far."""
    generator = np.random.default_rng(1)
    own = np.linspace(-1, 1, len(TEN)) ** 3
    standing = standing_of(TEN.dimensions, PEOPLE)
    roles: list[tuple[str, bool, np.ndarray]] = [("none", False, own)]
    targets = {}
    for number in range(personas):
        aim = generator.permutation([1.0, 1.0, 1.0, 0, 0, 0, 0, 0, -1.0, -1.0])
        good, bad = parts(aim, standing)
        for name in (f"p{number}", f"p{number}@2"):
            targets[name] = dict(zip(TEN.dimensions, aim.tolist(), strict=True))
            roles.append((name, False, 0.3 * own + nice * good + harsh * bad + 1.0 * aim * (standing == 0)))
    roles += [(f"placebo-{number}", True, own) for number in range(1, 9)]
    return [
        _role(name, placebo, profile + generator.normal(0, 0.1, len(TEN))) for name, placebo, profile in roles
    ], targets


def _role(name: str, placebo: bool, profile: np.ndarray) -> Measured:
    scores = {
        dimension: Score(Estimate(float(mean)), Estimate(None), None, 5, 5, "ok")
        for dimension, mean in zip(TEN.dimensions, profile, strict=True)
    }
    who = RespondentColumns("m", name, "none" if name == "none" else "simple", placebo)
    return Measured(who, Measurement("x", TEN, "clip", scores))


@pytest.mark.parametrize(
    ("nice", "harsh", "verdict", "words"),
    [
        (1.5, 0.0, "sanitised", "plays nicer persons than it was told"),
        (1.5, 1.5, "obeyed", "plays its personas as it was told"),
        (0.0, 0.0, "ignored", "does not play its personas"),
    ],
)
def test_how_a_model_plays_is_told_over_personas_and_wordings_are_no_further_ones(
    nice: float, harsh: float, verdict: str, words: str
) -> None:
    measured, targets = played(nice, harsh)
    (row,) = playing_rows(measured, targets, OPTIONS)
    assert (row["verdict"], row["personas"], row["model"], row["strategy"]) == (verdict, 8, "m", "simple")
    assert words in playing_in_words(row)
    rows = list(persona_rows(measured, targets, OPTIONS))
    assert len(rows) == 16 and {one["played"]["verdict"] for one in rows} <= {verdict, "undecided", "unknown"}


@pytest.mark.parametrize(("size", "ends"), [(1.0, (1.0, 6.0)), (20.0, (0.0, 100.0)), (0.2, (-0.5, 0.5))])
@pytest.mark.parametrize(("pull", "verdict"), [(0.0, "ignored"), (0.6, "undecided")])
def test_what_counts_as_no_pull_goes_by_the_scale_of_the_instrument(
    size: float, ends: tuple[float, float], pull: float, verdict: str
) -> None:
    """The same answers from 1 to 6, from 0 to 100 and from -.5 to .5 are the same playing."""
    measured, targets = played(0.0, pull)
    everyone = [_in_points(one, size, ends) for one in measured]
    (row,) = playing_rows(everyone, targets, OPTIONS)
    assert row["verdict"] == verdict


def _in_points(one: Measured, size: float, ends: tuple[float, float]) -> Measured:
    scores = {value: replace(score, estimate=score.estimate.moved(size)) for value, score in one.by.scores.items()}
    return Measured(one.who, replace(one.by, scores=scores, ends=ends))


def test_roles_that_tell_nothing_change_nothing_in_how_others_are_played() -> None:
    """They have no log-odds, and beside one of them the others would stand in points."""
    measured, targets = played(1.5, 0.0)
    told = [_in_log_odds(one) for one in measured]
    (alone,) = playing_rows(told, targets, OPTIONS)
    assert (alone["verdict"], alone["personas"]) == ("sanitised", 8)
    mute = [_mute("mute", False, told[0]), _mute("placebo-9", True, told[0])]
    targets["mute"] = targets["p0"]
    for everyone in ([told[0], *mute, *told[1:]], [*told, *mute]):
        assert list(playing_rows(everyone, targets, OPTIONS)) == [alone]


def _in_log_odds(one: Measured) -> Measured:
    scores = {
        value: replace(score, estimate=Estimate(float(place)), scales={"log_odds": score.estimate})
        for place, (value, score) in enumerate(one.by.scores.items())
    }
    return Measured(one.who, replace(one.by, scores=scores))


def _mute(name: str, placebo: bool, like: Measured) -> Measured:
    scores = {value: score.untold("one answer") for value, score in like.by.scores.items()}
    return Measured(RespondentColumns("m", name, "simple", placebo), replace(like.by, scores=scores))
