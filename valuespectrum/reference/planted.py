"""The planted truth: how a reference respondent answers because of what is planted in it (``cohort.py``).

Everything that the reference models are trained to do, and that the rule-based twin does without a network, is a
formula in this module. Liking is a log-odds:

    theta(thing) = (1 - obedience) * own + obedience * REACH * sum_v w_v t_v
    own          = sum_v w_v theta_v + taste * DAYLIGHT + susceptibility * push

with the thing's weights ``w`` on the nineteen refined values, the respondent's profile ``theta_v`` (one for pictures,
one for words), and the persona's target ``t_v`` in -1..1; without a persona the obedience is zero. The taste for
daylight has nothing to do with values: it makes clips of one value differ, as real clips do. Leans are added to what is
answered, never to what is liked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import atan2, cos, degrees, exp, radians, sin
from typing import Literal

import numpy as np

from valuespectrum.reference.cohort import COHORT, DEFAULT, DESIRABLE, SEALED_NAMES, CohortMember
from valuespectrum.theory.value_sets import GROUPS, NINETEEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

__all__ = ["BY_NAME", "COHORT", "DEFAULT", "CohortMember", "planted_truth"]

REACH = 2.0
"""Log-odds of liking that a fully obeyed persona gives to a value it holds."""
DAYLIGHT: Mapping[str, float] = {"morning": 1.0, "day": 0.5, "sunset": -0.5, "night": -1.0}
"""How light it is at each time of day; the times are equally frequent, so this averages to nothing."""
RATING_SPREAD = 1.1
"""Standard deviation, in rating steps, of the distribution over the numbers of a rating."""
FRAMES: Mapping[str, float] = {"": 0.0, "honest": 0.0, "fake_good": 0.75}
"""How far an instruction before the question moves all towards ``DESIRABLE``; honest ones undo half of a faker."""
WORDING_EFFECTS: Mapping[str, float] = {
    "like": -0.12, "watch": 0.12, "more": -0.15, "enjoy": 0.15, "appeal": 0.2, "feed": -0.2,
    "de": 0.1, "fr": -0.1, "es": 0.15, "it": -0.15,
}  # fmt: skip
"""Log-odds by which a wording of the like question is liked more, whatever it is about; they sum to nothing."""
JUDGE_ERROR = 0.1
"""Share of judgements in which a neighbour on the circle is named in place of the value itself."""
STRENGTH_ERROR = 0.5
"""Standard deviation, in steps, of judgements of strength."""
CONSTANT_STEP = 0.8
"""Where on a scale the constant answer lies, from its lowest (0) to its highest number (1)."""
PAYOFF_SCALE = 0.06
"""Log-odds for one point of payoff."""
SHOWN_PULL = 0.5
"""Log-odds that a picture of a value adds to an action for that value, beside a dilemma."""
WARMTH = 6.0
"""Degrees of social value orientation that people gain by one log-odds of liking what they are shown with."""
SOCIAL_VALUES: Mapping[str, Mapping[str, float]] = {
    "altruistic": {"benevolence": 1.0, "universalism": 1.0, "achievement": -1.0, "power": -1.0},
    "prosocial": {"benevolence": 1.0, "universalism": 1.0},
    "individualistic": {"achievement": 2 / 3, "power": 2 / 3},
    "competitive": {"benevolence": -1.0, "universalism": -1.0, "achievement": 1.0, "power": 1.0},
}
"""Targets over the ten values that stand for a person with a social value."""
BEST_SCALE = 1.0
"""Log-odds of a choice among several for one log-odds of liking."""
TEN: Mapping[str, tuple[str, ...]] = {
    **GROUPS["schwartz_19", "schwartz_10"],
    "tradition": ("tradition",),
}
"""The ten values as means of refined ones. Humility counts for itself: the search words of tradition do not find it."""

BY_NAME: Mapping[str, CohortMember] = {member.name: member for member in COHORT}
Medium = Literal["pictures", "words"]


@dataclass(frozen=True, slots=True)
class Mind:
    """Who answers, in which role, under which instruction, after what."""

    member: CohortMember
    target: Mapping[str, float] | None = None
    """Target profile of the persona over the ten values, -1 to 1; ``None`` for no persona."""
    frame: str = ""
    """Instruction before the question: a key of ``FRAMES``."""
    last: int = 0
    """What was answered one turn before: 1 for yes or the first option, -1 for no or the second, 0 for nothing."""


@dataclass(frozen=True, slots=True)
class Depicted:
    """What is shown beside a question."""

    weights: Mapping[str, float]
    """Refined value to weight, of the picture; empty for a neutral one."""
    time_of_day: str = ""
    push: int = 0
    """Words in the picture that say to like it (1) or to skip it (-1); 0 for none or neutral ones."""
    caption: Mapping[str, float] | None = None
    """Weights of the caption given beside the picture; ``None`` for no caption."""
    refused: bool = False
    """Whether it is of a kind that is refused."""


def sigmoid(log_odds: float) -> float:
    """Logistic function.

    Example:
        >>> sigmoid(0.0)
        0.5
    """
    return 1.0 / (1.0 + exp(-log_odds)) if log_odds > -700 else 0.0


def softmax(utilities: Sequence[float]) -> list[float]:
    """Shares that sum to one."""
    raised = np.exp(np.asarray(utilities, float) - max(utilities))
    return [float(share) for share in raised / raised.sum()]


def role(mind: Mind) -> Mapping[str, float]:
    """Target of the persona over the nineteen refined values; a sanitiser keeps what is desirable of it."""
    target = mind.target or {}
    refined = {
        part: target.get(value, 0.0) for value, parts in GROUPS["schwartz_19", "schwartz_10"].items() for part in parts
    }
    if mind.member.sanitises:
        return {value: aim if aim * DESIRABLE[value] > 0 else 0.0 for value, aim in refined.items()}
    return refined


def profile(mind: Mind, medium: Medium) -> dict[str, float]:
    """Log-odds of liking each refined value, in the role and under the instruction."""
    own = mind.member.pictures if medium == "pictures" else mind.member.words
    if mind.frame == "honest" and medium == "words":
        honest = replace(
            mind.member, faking=mind.member.faking / 2, profile_of=mind.member.profile_of or mind.member.name
        )
        own = honest.words
    faked = FRAMES[mind.frame]
    own = {value: (1 - faked) * own[value] + faked * DESIRABLE[value] for value in own}
    if mind.target is None:
        return own
    obedience, aims = mind.member.obedience, role(mind)
    return {value: (1 - obedience) * own[value] + obedience * REACH * aims.get(value, 0.0) for value in own}


def said_log_odds(mind: Mind, weights: Mapping[str, float]) -> float:
    """Log-odds of liking or agreeing to something that is said in words, without leans."""
    held = profile(mind, "words")
    return sum(weight * held[value] for value, weight in weights.items())


def seen_log_odds(mind: Mind, shown: Depicted) -> float:
    """Log-odds of liking what is shown, without leans."""
    held = profile(mind, "pictures")
    picture, caption = (
        sum(weight * held[value] for value, weight in weights.items())
        for weights in (shown.weights, shown.caption or {})
    )
    nuisance = mind.member.susceptibility * shown.push
    nuisance += mind.member.daylight_taste * DAYLIGHT[shown.time_of_day] if shown.time_of_day else 0.0
    kept = 1.0 if mind.target is None else 1 - mind.member.obedience
    share = 0.0 if shown.caption is None else mind.member.caption_weight
    return (1 - share) * picture + share * caption + kept * nuisance


def yes_probability(mind: Mind, log_odds: float, polarity: int, yes_first: bool) -> float:
    """Probability of *yes* given that the respondent answers at all, leans included."""
    leans = mind.member.leans
    order = leans.order if yes_first else -leans.order
    free = sigmoid(polarity * (log_odds + mind.member.inertia * mind.last) + leans.yes + order)
    return (1 - leans.constant) * free + leans.constant


def rating_distribution(
    mind: Mind, log_odds: float, lowest: int, highest: int, ascending: bool = True, agreement: bool = False
) -> np.ndarray:
    """Probabilities of the numbers of a rating scale: a discretised bell around the liking share.

    Args:
        mind: Who answers.
        log_odds: Of liking or agreeing, without leans.
        lowest: Lowest number of the scale.
        highest: Highest number.
        ascending: Whether high numbers mean much; else they mean little.
        agreement: Whether the scale is about agreeing with a statement, on which acquiescence works.

    Returns:
        Array of shape ``(highest - lowest + 1,)`` that sums to one.
    """
    leans = mind.member.leans
    meant = log_odds + (leans.acquiescence if agreement else 0.0)
    steps = np.arange(lowest, highest + 1)
    middle = lowest + (highest - lowest) * sigmoid((1 if ascending else -1) * meant + leans.scale)
    density = np.exp(-0.5 * ((steps - middle) / RATING_SPREAD) ** 2)
    density /= density.sum()
    constant = steps == round(lowest + (highest - lowest) * CONSTANT_STEP)
    return np.asarray((1 - leans.constant) * density + leans.constant * constant)


def said_shares(member: CohortMember, steps: int = 6) -> dict[str, float]:
    """What a rating scale shows of what is planted in words, of somebody without leans and of an average statement.

    The bell is cut off at the ends of the scale, so that ratings are nearer to its middle than the liking is.

    Args:
        member: Who is asked.
        steps: Of the scale.

    Returns:
        Refined value to where on the scale the mean rating lies, 0 to 100.
    """
    numbers, plain = np.arange(steps), Mind(CohortMember("", 0.0, 0.0, 0.0))
    return {
        value: 100 * float(rating_distribution(plain, held, 1, steps) @ numbers) / (steps - 1)
        for value, held in member.words.items()
    }


def choice_shares(mind: Mind, utilities: Sequence[float]) -> list[float]:
    """Probabilities of options in the order in which they are named: utilities, and the lean towards the first.

    The order lean is that of yes/no questions, where the first option gains it and the second loses it.
    """
    leans = mind.member.leans
    shares = softmax([utility + (2 * leans.order if place == 0 else 0.0) for place, utility in enumerate(utilities)])
    return [(1 - leans.constant) * share + leans.constant * (place == 0) for place, share in enumerate(shares)]


def staircase_utilities(mind: Mind, first: str, second: str, step: int, priced: int) -> tuple[float, float]:
    """Utilities of two actions that serve different values when one of them has a price.

    Args:
        mind: Who answers.
        first: Refined value of the action named first.
        second: Of the one named second.
        step: 1 to 5; the price rises with it.
        priced: Which action has the price, 0 or 1.
    """
    utilities = [said_log_odds(mind, {first: 1.0}), said_log_odds(mind, {second: 1.0})]
    utilities[priced] -= mind.member.pressure * (step - 1)
    utilities[0] += mind.member.inertia * mind.last
    return utilities[0], utilities[1]


def shown_pull(value: str, shown: Depicted) -> float:
    """What a picture adds to the utility of an action for a value, in log-odds; the same for everybody.

    Args:
        value: Refined value of the action.
        shown: The picture; where the value is denied it takes away.
    """
    return SHOWN_PULL * shown.weights.get(value, 0.0)


def orientation(mind: Mind, shown: Depicted | None = None) -> float:
    """Social value orientation in degrees, in the role: a prosocial persona turns it up, a selfish one down.

    Towards people who are shown it turns by how much what they are shown with is liked.
    """
    warmer = 0.0 if shown is None else WARMTH * seen_log_odds(mind, shown)
    if mind.target is None:
        return mind.member.svo_angle + warmer
    aims = role(mind)
    care = float(np.mean([aims.get(value, 0.0) for value in ("benevolence_caring", "universalism_concern")]))
    self_interest = float(np.mean([aims.get(value, 0.0) for value in ("achievement", "power_resources")]))
    obedience = mind.member.obedience
    return (1 - obedience) * mind.member.svo_angle + obedience * (18 + 27 * (care - self_interest)) + warmer


def payoff_utilities(mind: Mind, allocations: Sequence[tuple[int, int]], shown: Depicted | None = None) -> list[float]:
    """Utility of each allocation ``(points to oneself, points to the other)``, in log-odds."""
    angle = radians(orientation(mind, shown))
    return [
        PAYOFF_SCALE * (cos(angle) * own + sin(angle) * other - mind.member.inequality_aversion * abs(own - other))
        for own, other in allocations
    ]


def ideal_angle(member: CohortMember, allocations: Sequence[Sequence[tuple[int, int]]]) -> float:
    """Angle in degrees that a slider measure finds of somebody who always takes the best allocation (Murphy 2011)."""
    best = [max(each, key=lambda pair: payoff_utilities(Mind(member), [pair])[0]) for each in allocations]
    own, other = np.mean(best, axis=0)
    return degrees(atan2(other - 50, own - 50))


def reason_shares(mind: Mind, shown: Depicted | None = None) -> list[float]:
    """Probability that a reason stands for each of the nineteen values: what is held, and what is seen."""
    held = profile(mind, "words")
    seen = {} if shown is None else shown.weights
    return softmax([held[value] + 2.0 * abs(seen.get(value, 0.0)) for value in NINETEEN.dimensions])


ASKED_PULL = 4.0
"""Log-odds by which a question about one thing draws reasons to its value; half of it goes to each of two."""


def asked_reason_shares(mind: Mind, values: Sequence[str]) -> list[float]:
    """The same where a question asks for reasons: what it is about is named by all who are asked.

    Where it sets two values against each other, reasons are drawn to the one that is held dearer.

    Args:
        mind: Who answers.
        values: Refined values that the question names, one or two.
    """
    held = profile(mind, "words")
    drawn = max(values, key=lambda value: held[value])
    pull = ASKED_PULL / len(values)
    return softmax([held[value] + pull * (value == drawn) for value in NINETEEN.dimensions])


def strength_distribution(level: float, spread: float = STRENGTH_ERROR) -> np.ndarray:
    """Probabilities of the strengths 1 to 5 that a judge or a speaker gives to something of a level."""
    density = np.exp(-0.5 * ((np.arange(1, 6) - level) / spread) ** 2)
    return np.asarray(density / density.sum())


def judged_values(weights: Mapping[str, float]) -> dict[str, float]:
    """Probabilities of the values that a judge names for something with these weights; ``none`` for a neutral thing."""
    if not weights:
        return {"none": 1.0}
    total = sum(abs(weight) for weight in weights.values())
    named: dict[str, float] = {}
    for value, weight in weights.items():
        share, place = abs(weight) / total, NINETEEN.position(value)
        for step, part in ((0, 1 - JUDGE_ERROR), (1, JUDGE_ERROR / 2), (-1, JUDGE_ERROR / 2)):
            neighbour = NINETEEN.dimensions[(place + step) % len(NINETEEN)]
            named[neighbour] = named.get(neighbour, 0.0) + share * part
    return named


MOVES: Mapping[str, tuple[float, float, str]] = {
    "watch it to the end": (0.8, 0.6, ""),
    "skip it": (-1.0, 0.0, ""),
    "like it": (1.0, -0.4, ""),
    "comment on it": (0.4, -1.0, "intimacy"),
    "share it": (0.6, -0.9, "happiness"),
    "save it": (0.5, -0.8, "curiosity"),
}
"""What a viewer can do: slope over liking, intercept, and the everyday value that adds to it."""


def move_utilities(mind: Mind, shown: Depicted) -> dict[str, float]:
    """Utility of each viewer move in log-odds."""
    liking, everyday = seen_log_odds(mind, shown), mind.member.everyday
    return {
        move: slope * liking + intercept + (0.5 * everyday[value] if value else 0.0)
        for move, (slope, intercept, value) in MOVES.items()
    }


def deed_utilities(
    mind: Mind, ratings: Sequence[Sequence[float]], wishes: Mapping[str, float] | None = None
) -> list[float]:
    """Utility of each thing that can be done in a scene, in log-odds.

    Args:
        mind: Who decides; personas say nothing about everyday values.
        ratings: How far each thing serves the six everyday values, -1 to 1, in their order.
        wishes: Of somebody for whom it is decided, 0 to 1 by value; ``None`` for the own ones. They are followed by
            the respondent's obedience, as personas are.
    """
    weights = list(mind.member.everyday.values())
    if wishes is not None:
        kept = 1 - mind.member.obedience
        weights = [
            kept * held + mind.member.obedience * REACH * (2 * wishes[value] - 1)
            for value, held in mind.member.everyday.items()
        ]
    return [sum(weight * rating for weight, rating in zip(weights, row, strict=True)) for row in ratings]


def liking(member: CohortMember, value: str) -> float:
    """What a measurement should find: share of liking, 0 to 100, over scenes of a value at all times of day.

    The value is a refined one, or one of the ten: the mean over its refined ones.
    """
    parts = TEN.get(value, (value,)) if value in VALUES else (value,)
    shares = [sigmoid(seen_log_odds(Mind(member), Depicted({part: 1.0}, time))) for part in parts for time in DAYLIGHT]
    return 100 * float(np.mean(shares))


def ten_values(refined: Mapping[str, float]) -> dict[str, float]:
    """The ten values as means of the refined ones (``TEN``)."""
    return {value: float(np.mean([refined[part] for part in TEN[value]])) for value in VALUES}


def truth_of(member: CohortMember) -> Json:
    """Everything planted in one respondent, ready for JSON.

    Returns:
        ``profile`` (each of the ten values to a share of liking, 0 to 100, the scale of the benchmark), ``log_odds``
        (the ten), ``refined`` (the nineteen: ``pictures``, ``words`` and ``off_circle``), and everything else.
    """
    stated = {name: value for name, value in asdict(member).items() if name != "profile_of"}
    return {
        "profile": {value: liking(member, value) for value in VALUES},
        "log_odds": ten_values(member.pictures),
        "refined": {
            "pictures": dict(member.pictures),
            "words": dict(member.words),
            "off_circle": dict(member.own),
        },
        "foundations": dict(member.foundations),
        "everyday": dict(member.everyday),
        **stated,
    }


def planted_truth(name: str = DEFAULT) -> Json:
    """Everything planted in a respondent of the open cohort, ready for JSON (:func:`truth_of`).

    Raises:
        InputError: The respondent is sealed.
        KeyError: There is no respondent of that name.

    Example:
        >>> planted_truth("amber")["leans"]["yes"]
        0.6
    """
    if name in SEALED_NAMES:
        raise InputError(f"the planted values of {name} are sealed", "calibrate --open-sealed compares with them")
    return truth_of(BY_NAME[name])
