"""Sanitised, obeyed and ignored personas are told apart, on planted truth and on twins of the reference respondents."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from agents.personas.persona import load_personas
from bench.truth.personas import CASES, PLANTED, Case, Words, called_moved, flagged, play, recovered, twins
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reproduction.human_values import FACTS
from valuespectrum.scoring.personas.desirable import PEOPLE
from valuespectrum.scoring.personas.placebos import NOT_DRAWN
from valuespectrum.scoring.personas.role_sets import RoleSets, Spread
from valuespectrum.scoring.personas.sanitised import EsteemedTarget, parts, sanitising, sanitising_over, standing_of
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.random_streams import stream

STANDING = standing_of(VALUES, PEOPLE)
AIM = np.array([1.0, 1.0, 0, 1.0, 1.0, 0, 0, 0, -1.0, 1.0])
BARE = np.linspace(-1, 1, 10) ** 3


def texts(count: int = 8, spread: float = 0.1) -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [BARE + generator.normal(0, spread, 10) for _ in range(count)]


@pytest.mark.parametrize(
    ("nice", "harsh", "verdict"),
    [
        (1.5, 1.5, "obeyed"),
        (1.5, 0.0, "sanitised"),
        (0.0, 0.0, "ignored"),
        (0.0, 1.5, "undecided"),
        (1.5, 1.0, "obeyed"),
    ],
)
def test_parts_that_are_played_are_told(nice: float, harsh: float, verdict: str) -> None:
    good, bad = parts(AIM, STANDING)
    assert (good + bad).tolist() == (AIM * (STANDING != 0)).tolist()
    found = sanitising(0.3 * BARE + nice * good + harsh * bad, BARE, EsteemedTarget(AIM, STANDING), texts())
    assert found.verdict == verdict
    assert found.nice.estimate.mean == pytest.approx(nice, abs=0.15)
    assert found.gap.estimate.mean == pytest.approx(nice - harsh, abs=0.2)


@pytest.mark.parametrize(
    ("nice", "harsh", "why"),
    [(-1.5, -1.5, "the contrary of a part"), (0.0, -1.5, "the contrary of a part"), (0.0, 1.5, "more so than what is")],
)
def test_what_is_played_otherwise_is_neither_ignored_nor_too_little_known(nice: float, harsh: float, why: str) -> None:
    good, bad = parts(AIM, STANDING)
    found = sanitising(0.3 * BARE + nice * good + harsh * bad, BARE, EsteemedTarget(AIM, STANDING), texts())
    assert found.verdict == "undecided" and why in found.why


@pytest.mark.parametrize(
    ("harsh", "why"), [(0.0, "what is not is left out"), (-1.5, "and of what is not the contrary")]
)
def test_a_sanitiser_that_turns_what_is_harsh_round_does_not_leave_it_out(harsh: float, why: str) -> None:
    good, bad = parts(AIM, STANDING)
    found = sanitising(0.3 * BARE + 1.5 * good + harsh * bad, BARE, EsteemedTarget(AIM, STANDING), texts())
    assert found.verdict == "sanitised" and why in found.why


@pytest.mark.parametrize(
    ("nice", "harsh", "least", "most"),
    [(0.0, 0.0, 0, 3), (0.0, -0.5, 0, 7), (0.0, -1.5, 54, 60), (-1.5, -1.5, 54, 60), (1.0, 1.0, 0, 0)],
)
def test_that_the_contrary_is_played_is_said_where_it_is(nice: float, harsh: float, least: int, most: int) -> None:
    """Sixty models in fifteen personas; words shift every value by .3: of none, and of what just counts as none, too.

    The last column of numbers is what .05 false alarms leave room for.
    """
    rng, said = np.random.default_rng(4), 0
    for _ in range(60):
        aims = [rng.permutation(AIM) for _ in range(15)]
        told = [np.stack(parts(aim, STANDING)) for aim in aims]
        roles = [0.5 * BARE + nice * good + harsh * bad + rng.normal(0, 0.3, 10) for good, bad in told]
        plain = [BARE + rng.normal(0, 0.3, 10) for _ in range(8)]
        found = sanitising_over(roles, aims, BARE, plain, STANDING)
        said += "the contrary of a part" in found.why
        assert found.verdict == "undecided" or "the contrary of a part" not in found.why
    assert least <= said <= most


def test_what_people_think_well_of_follows_from_the_published_numbers() -> None:
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    means = [
        [float(facts[name]["numbers"][f"centred mean of {value}"]) for value in VALUES]
        for name in ("gss-2012", "us-pvq40")
    ]
    clear = np.abs(means).min(axis=0) >= 0.35
    assert (
        list(PEOPLE.values())
        == np.where(clear, np.sign(means[0]) * (np.sign(means[0]) == np.sign(means[1])), 0).tolist()
    )
    assert list(PEOPLE) == list(VALUES)


def test_a_target_with_one_part_only_is_not_judged() -> None:
    good, bad = parts(AIM, STANDING)
    for aim, part in ((good, "harsh"), (bad, "nice"), (np.zeros(10), "nice")):
        found = sanitising(BARE + aim, BARE, EsteemedTarget(aim, STANDING), texts())
        assert found.verdict == "unknown" and f"no {part} part" in found.why
    assert sanitising(BARE + AIM, BARE, EsteemedTarget(AIM, STANDING), texts(4)).verdict == "unknown"
    assert sanitising_over([BARE] * 4, [AIM] * 4, BARE, texts(), STANDING).verdict == "unknown"
    assert sanitising_over([BARE] * 6, [good] * 6, BARE, texts(), STANDING).verdict == "unknown"


def test_texts_count_by_the_values_that_are_known_of_the_persona() -> None:
    known, aim = np.arange(10) != 5, EsteemedTarget(AIM, STANDING)
    persona = np.where(known, 0.3 * BARE + AIM, np.nan)
    mute = [np.where(known, text, np.nan) for text in texts()]
    assert sanitising(persona, BARE, aim, texts()) == sanitising(persona, BARE, aim, mute)
    assert sanitising(persona, BARE, aim, mute).nice.estimate.low is not None


def test_personas_without_a_target_are_none_to_be_drawn_again() -> None:
    """Controls tell nothing of how targets are played: counted in, a few personas passed for many."""
    generator = np.random.default_rng(2)
    aims = [generator.permutation(AIM) for _ in range(6)]
    roles = [0.3 * BARE + aim + generator.normal(0, 0.3, 10) for aim in aims]
    controls = [BARE + generator.normal(0, 0.3, 10) for _ in range(4)]
    alone = sanitising_over(roles, aims, BARE, texts(), STANDING)
    assert sanitising_over([*roles, *controls], [*aims, *[np.zeros(10)] * 4], BARE, texts(), STANDING) == alone
    assert (alone.personas, alone.gap.estimate.low is not None) == (6, True)
    few = sanitising_over([*roles[:4], *controls], [*aims[:4], *[np.zeros(10)] * 4], BARE, texts(), STANDING)
    assert few.verdict == "unknown" and "5 personas with a target" in few.why


def test_no_verdict_without_an_interval() -> None:
    """Where it is not known what clips and wordings make of a number, the number alone decides nothing."""

    class Unknown:
        def beyond_texts(self, weights: np.ndarray, keeps: np.ndarray | None = None) -> Spread:
            return Spread(np.full(len(weights), np.nan), np.ones(len(weights)))

    good, bad = parts(AIM, STANDING)
    aim, sets = EsteemedTarget(AIM, STANDING), cast(RoleSets, Unknown())
    for profile in (0.3 * BARE + 1.5 * good, 0.3 * BARE + 1.5 * (good + bad), BARE):
        found = sanitising(profile, BARE, aim, texts(), sets)
        assert (found.verdict, found.why) == ("unknown", NOT_DRAWN) and found.gap.estimate.mean is not None
    alike = sanitising(0.3 * BARE + 1.5 * (good + bad), BARE, aim, [BARE] * 8)
    assert alike.verdict == "obeyed", "texts that all did the same have nothing to vary by"


def test_values_without_a_clear_standing_change_nothing() -> None:
    good, _ = parts(AIM, STANDING)
    unclear = np.where(STANDING == 0, 1.0, 0.0)
    profile = 0.3 * BARE + 1.5 * good
    plain = sanitising(profile, BARE, EsteemedTarget(AIM, STANDING), texts())
    odd = sanitising(profile + 9 * unclear * np.arange(10), BARE, EsteemedTarget(AIM + unclear, STANDING), texts())
    assert (plain.verdict, odd.verdict) == ("sanitised", "sanitised")


def test_a_model_that_hears_no_rejection_is_not_taken_for_a_sanitiser() -> None:
    """Over several personas holding and rejecting are told apart: the gap is what is left."""
    generator = np.random.default_rng(1)
    aims = [generator.permutation([1.0, 1.0, 1.0, 0, 0, 0, 0, -1.0, -1.0, -1.0]) for _ in range(20)]
    deaf = [0.3 * BARE + np.where(aim > 0, 1.5, 0.0) + generator.normal(0, 0.1, 10) for aim in aims]
    found = sanitising_over(deaf, aims, BARE, texts(), STANDING)
    assert found.verdict == "obeyed" or found.gap.estimate.low < 0 < found.gap.estimate.high  # type: ignore[operator]
    assert found.verdict != "sanitised"


def test_roles_that_tell_nothing_are_left_out() -> None:
    """One that refuses everything has no numbers; it was the end of all that was scored."""
    generator, silent = np.random.default_rng(2), np.full(10, np.nan)
    aims = [generator.permutation([1.0, 1.0, 1.0, 0, 0, 0, 0, -1.0, -1.0, -1.0]) for _ in range(12)]
    roles = [0.3 * BARE + 1.5 * aim + generator.normal(0, 0.1, 10) for aim in aims]
    told = sanitising_over(roles, aims, BARE, texts(), STANDING)
    assert (told.verdict, told.personas) == ("obeyed", 12)
    assert sanitising_over([*roles, silent], [*aims, AIM], BARE, [*texts(), silent], STANDING) == told
    assert "5 placebo texts" in sanitising_over(roles, aims, BARE, [*texts(4), silent], STANDING).why
    without = sanitising_over(roles, aims, silent, texts(), STANDING)
    assert without.verdict == "unknown" and "fewer than 5 values" in without.why


def test_planted_sanitisers_are_flagged_and_others_are_not() -> None:
    """Models like those of the cohort, fifteen personas each; more of them: python -m bench.truth.personas."""
    words = Words(clips=4, texts=6)
    found = {case.name: flagged(case, words, 8, 3, PLANTED, 15) for case in CASES}
    assert found["sanitised"]["sanitised"] >= 7
    assert sum(found[name]["sanitised"] for name in ("obeyed", "obeyed, rejections half heard", "ignored")) <= 1
    assert found["obeyed"]["obeyed"] >= 7 and found["ignored"]["ignored"] >= 7


def test_the_sanitiser_of_the_cohort_is_flagged_by_what_people_think_well_of() -> None:
    words, generator = Words(clips=4, texts=6), stream(0, "test/raven")
    verdicts: Counter[str] = Counter()
    for name in ("raven", "amber"):
        persona = next(each for each in load_personas() if each.id == "showman")
        verdicts[f"{name} {play(BY_NAME[name], persona, words, generator).parts.verdict}"] += 1
    assert flagged(Case("raven", (0.8, 0.8), True), words, 4, 0, PEOPLE, 30)["sanitised"] >= 3
    assert not verdicts["amber sanitised"]


def test_what_does_nothing_is_rarely_called_moved_and_half_strength_mostly() -> None:
    """A slice; three hundred of each: python -m bench.truth.personas."""
    words = Words(clips=6)
    assert called_moved(0.0, words, 24, 5)["moved"] <= 2
    assert called_moved(0.5, words, 24, 5)["moved"] >= 20


def test_planted_obedience_lies_in_its_interval() -> None:
    found = recovered(Words(clips=6), 24, 2)
    assert found["coverage"] >= 0.83 and found["width"] < 0.9 and found["twins"] >= 20


def test_twins_are_alike_in_what_is_named() -> None:
    assert {member.obedience for member in twins(6, 0, obedience=0.25)} == {0.25}
    assert replace(twins(1, 0)[0], sanitises=True).sanitises
