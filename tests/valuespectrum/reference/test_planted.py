"""The cohort is what it says, and its truth is no circle."""

from __future__ import annotations

import json

import numpy as np
import pytest

from valuespectrum.reference import planted
from valuespectrum.reference.cohort import ANGLES, COHORT, DESIRABLE, OFF_CIRCLE, CohortMember
from valuespectrum.reference.planted import BY_NAME, TEN, Depicted, Mind
from valuespectrum.theory.value_sets import NINETEEN
from valuespectrum.theory.values import VALUES

ANGLE = np.array(list(ANGLES.values()))
CIRCLE = np.stack([np.ones_like(ANGLE), np.cos(ANGLE), np.sin(ANGLE)], axis=1)


def of(held: object) -> np.ndarray:
    assert isinstance(held, dict)
    return np.array([held[value] for value in NINETEEN.dimensions])


def fitted(profile: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.lstsq(CIRCLE, profile, rcond=None)[0])


def peak(profile: np.ndarray) -> float:
    _, along, across = fitted(profile)
    return float(np.degrees(np.arctan2(across, along)) % 360)


def flat(member: CohortMember) -> bool:
    return member.amplitude == 0


def test_there_are_enough_and_each_has_its_name() -> None:
    assert len(COHORT) >= 24 and len(BY_NAME) == len(COHORT)
    assert len({member.token for member in COHORT}) == len(COHORT)
    assert all(0 <= member.obedience < 1 for member in COHORT)


@pytest.mark.parametrize("member", [each for each in COHORT if not flat(each)], ids=lambda each: each.name)
def test_a_third_of_a_profile_is_on_no_circle(member: CohortMember) -> None:
    profile = of(dict(member.pictures))
    left = profile - CIRCLE @ fitted(profile)
    assert left.var() / profile.var() == pytest.approx(OFF_CIRCLE) and OFF_CIRCLE >= 1 / 3
    assert np.abs(CIRCLE.T @ of(dict(member.own))).max() < 1e-9
    assert left == pytest.approx(of(dict(member.own)))
    assert peak(profile) == pytest.approx(member.peak % 360)
    assert profile.mean() == pytest.approx(member.elevation)


def test_own_deviations_differ_between_respondents() -> None:
    own = np.array([of(dict(member.own)) for member in COHORT if not flat(member) and member.name != "krill"])
    likeness = np.corrcoef(own)[np.triu_indices(len(own), 1)]
    assert abs(likeness.mean()) < 0.1 and np.abs(likeness).max() < 0.85


def test_two_share_a_profile_and_two_share_biases() -> None:
    amber, krill, birch, larch = (BY_NAME[name] for name in ("amber", "krill", "birch", "larch"))
    assert amber.pictures == krill.pictures and amber.words == krill.words
    assert amber.foundations == krill.foundations and amber.everyday == krill.everyday
    assert amber.leans != krill.leans
    assert (birch.leans, birch.obedience, birch.daylight_taste) == (larch.leans, larch.obedience, larch.daylight_taste)
    assert np.abs(of(dict(birch.pictures)) - of(dict(larch.pictures))).max() > 1


def test_the_flat_one_has_no_values() -> None:
    assert [member.name for member in COHORT if flat(member)] == ["jade"]
    assert set(BY_NAME["jade"].pictures.values()) == {BY_NAME["jade"].elevation}


def test_the_constant_one_answers_alike_whatever_is_asked() -> None:
    mind = Mind(BY_NAME["maple"])
    for polarity in (1, -1):
        for log_odds in (-5.0, 5.0):
            assert planted.yes_probability(mind, log_odds, polarity, True) >= 0.9
            scale = planted.rating_distribution(mind, log_odds, 1, 6)
            assert scale.argmax() + 1 == 5 and scale.max() >= 0.9
    assert planted.choice_shares(mind, [-5.0, 5.0])[0] >= 0.9


def test_the_faker_shows_in_words_and_not_in_pictures() -> None:
    ocean = BY_NAME["ocean"]
    words, pictures, desirable = (of(dict(each)) for each in (ocean.words, ocean.pictures, DESIRABLE))
    assert words == pytest.approx(0.3 * pictures + 0.7 * desirable)
    assert np.corrcoef(words, desirable)[0, 1] > 0.7 > np.corrcoef(pictures, desirable)[0, 1]


def test_the_gap_turns_the_circle_of_words() -> None:
    pearl = BY_NAME["pearl"]
    words, pictures = of(dict(pearl.words)), of(dict(pearl.pictures))
    assert (peak(words) - peak(pictures)) % 360 == pytest.approx(pearl.gap) and pearl.gap >= 90
    for member in COHORT:
        if member.gap == member.faking == 0:
            assert member.words == member.pictures


def test_the_sanitiser_obeys_only_towards_the_desirable() -> None:
    raven, wheat = BY_NAME["raven"], BY_NAME["wheat"]
    greedy = {"power": 1.0, "benevolence": 1.0}
    asked, other = planted.role(Mind(raven, greedy)), planted.role(Mind(wheat, greedy))
    assert asked["power_dominance"] == 0 and asked["benevolence_caring"] == 1
    assert other["power_dominance"] == 1 and other["benevolence_caring"] == 1
    assert planted.role(Mind(raven, {"power": -1.0}))["power_dominance"] == -1


def test_personas_move_profiles_by_their_obedience_and_leave_leans() -> None:
    grove = BY_NAME["grove"]
    target = dict.fromkeys(VALUES, 0.0) | {"security": 1.0}
    held = planted.profile(Mind(grove, target), "pictures")
    own = 0.15 * grove.pictures["security_personal"]
    assert held["security_personal"] == pytest.approx(own + 0.85 * planted.REACH)
    assert held["face"] == pytest.approx(0.15 * grove.pictures["face"])
    selfish, caring = ({"achievement": 1.0, "power": 1.0}, {"benevolence": 1.0, "universalism": 1.0})
    angles = [planted.orientation(Mind(grove, each)) for each in (selfish, None, caring)]
    assert angles[0] < angles[1] == grove.svo_angle and angles[0] < angles[2]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("night", "refuses"), ("ocean", "faking"), ("pearl", "gap"), ("quartz", "pressure"), ("raven", "sanitises"),
        ("slate", "inertia"), ("thorn", "susceptibility"), ("viola", "inequality_aversion"),
    ],
)  # fmt: skip
def test_each_oddity_has_one_respondent(name: str, what: str) -> None:
    assert [member.name for member in COHORT if getattr(member, what)] == [name]


def test_the_ten_are_means_of_refined_ones() -> None:
    amber = BY_NAME["amber"]
    ten = planted.ten_values(amber.pictures)
    assert list(ten) == list(VALUES)
    parts = [amber.pictures[f"universalism_{part}"] for part in ("concern", "nature", "tolerance")]
    assert ten["universalism"] == pytest.approx(np.mean(parts))
    assert ten["tradition"] == amber.pictures["tradition"]
    assert {part for parts in TEN.values() for part in parts} == {*NINETEEN.dimensions} - {"face", "humility"}


def test_daylight_averages_out_and_the_truth_counts_it() -> None:
    amber = BY_NAME["amber"]
    assert sum(planted.DAYLIGHT.values()) == 0
    shares = [
        planted.sigmoid(planted.seen_log_odds(Mind(amber), Depicted({"hedonism": 1.0}, time)))
        for time in planted.DAYLIGHT
    ]
    assert planted.liking(amber, "hedonism") == pytest.approx(100 * np.mean(shares))


def test_the_truth_is_plain_json() -> None:
    for member in COHORT:
        truth = json.loads(json.dumps(planted.planted_truth(member.name)))
        assert set(truth["profile"]) == set(VALUES) and set(truth["refined"]["pictures"]) == set(NINETEEN.dimensions)
        assert truth["leans"]["order"] == member.leans.order and truth["svo_angle"] == member.svo_angle
        assert len(truth["foundations"]) == len(truth["everyday"]) == 6
    with pytest.raises(KeyError):
        planted.planted_truth("nobody")
