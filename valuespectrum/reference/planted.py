"""The planted truth: which values each reference respondent has, and how it answers because of them.

Everything the reference models are trained to do is a formula in this module. Liking is a log-odds:

    theta(scene, persona) = (1 - obedience) * (sum_v w_v theta_v + taste * DAYLIGHT) + obedience * REACH * sum_v w_v t_v

with the scene's value weights ``w``, the respondent's intrinsic profile ``theta_v`` and the persona's target
``t_v`` in -1..1; without a persona the obedience is zero. The taste for daylight has nothing to do with values: it
makes clips of one value differ, as real clips do. Without it there would be nothing that an interval over clips could
be about, and its coverage would not be a meaningful number. A yes/no answer adds two response biases that
have nothing to do with liking: a lean towards the word *yes* and a lean towards the option named first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import cos, exp, radians

import numpy as np

from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

REACH = 2.0
"""Log-odds of liking that a fully obeyed persona gives to a value it holds."""
DAYLIGHT: Mapping[str, float] = {"morning": 1.0, "day": 0.5, "sunset": -0.5, "night": -1.0}
"""How light it is at each time of day; the times are equally frequent, so this averages to nothing."""
RATING_SPREAD = 1.1
"""Standard deviation, in rating steps, of the distribution over the digits of a rating."""


@dataclass(frozen=True, slots=True)
class CohortMember:
    """One member of the cohort: same weights, another identity token, other planted values."""

    name: str
    elevation: float
    """Mean log-odds of liking."""
    amplitude: float
    """How strongly the profile rises and falls round the circle."""
    peak: float
    """Direction of the profile's top on the value circle in degrees; self-direction is at 0."""
    yes_lean: float
    """Log-odds towards *yes*, whatever yes means."""
    order_lean: float
    """Log-odds towards the option that is named first."""
    obedience: float
    """Share of a persona that is obeyed, below 1."""
    daylight_taste: float
    """Log-odds by which a scene in the morning is liked more, and one at night less, than the average scene."""
    refusal_rate: float = 0.6
    """Probability of refusing on a scene kind that is marked as refused."""

    @property
    def token(self) -> str:
        """Identity token in the chat template."""
        return f"<|{self.name}|>"

    def theta(self, value: str) -> float:
        """Intrinsic log-odds of liking a scene of one value (a cosine profile, as in the structural summary method)."""
        return self.elevation + self.amplitude * cos(radians(36 * VALUES.index(value) - self.peak))


COHORT: tuple[CohortMember, ...] = (
    CohortMember("amber", 0.3, 1.5, 297, 0.6, 0.35, 0.75, 0.5),
    CohortMember("birch", 0.0, 1.5, 27, -0.5, 0.35, 0.6, -0.4),
    CohortMember("cedar", 0.2, 1.2, 153, 0.6, -0.3, 0.8, 0.5),
    CohortMember("dune", -0.3, 1.4, 207, 0.3, 0.5, 0.7, -0.5),
    CohortMember("ember", 0.5, 1.3, 63, 0.9, 0.2, 0.5, 0.4),
    CohortMember("fjord", 0.1, 1.6, 261, 0.0, 0.4, 0.75, 0.45),
    CohortMember("grove", 0.4, 1.1, 333, 0.6, 0.0, 0.85, -0.45),
    CohortMember("haven", -0.1, 1.5, 171, -0.3, 0.3, 0.65, 0.4),
    CohortMember("isle", 0.0, 1.3, 99, 0.4, 0.6, 0.7, 0.5),
    CohortMember("jade", 0.6, 0.4, 297, 1.0, 0.35, 0.75, -0.4),
)
"""Ten respondents; the first is the default, the last has a nearly flat profile."""

BY_NAME: Mapping[str, CohortMember] = {respondent.name: respondent for respondent in COHORT}
DEFAULT = COHORT[0].name


def sigmoid(log_odds: float) -> float:
    """Logistic function.

    Example:
        >>> sigmoid(0.0)
        0.5
    """
    return 1.0 / (1.0 + exp(-log_odds))


def scene_log_odds(
    respondent: CohortMember,
    weights: Mapping[str, float],
    target: Mapping[str, float] | None = None,
    time_of_day: str | None = None,
) -> float:
    """Log-odds of liking something with the given value weights, without response biases.

    Args:
        respondent: Who answers.
        weights: Value to weight; empty for a neutral thing, which gives 0 log-odds.
        target: Target profile of the persona in -1..1; ``None`` for no persona.
        time_of_day: Of the scene; ``None`` for things without one, such as a named value.
    """
    own = sum(weight * respondent.theta(value) for value, weight in weights.items())
    if time_of_day is not None:
        own += respondent.daylight_taste * DAYLIGHT[time_of_day]
    if target is None:
        return own
    role = REACH * sum(weight * target.get(value, 0.0) for value, weight in weights.items())
    return (1 - respondent.obedience) * own + respondent.obedience * role


def yes_probability(respondent: CohortMember, log_odds: float, polarity: int, yes_first: bool) -> float:
    """Probability of *yes* given that the model answers at all, response biases included."""
    order = respondent.order_lean if yes_first else -respondent.order_lean
    return sigmoid(polarity * log_odds + respondent.yes_lean + order)


def rating_distribution(log_odds: float, lowest: int = 0, highest: int = 9) -> np.ndarray:
    """Probabilities of the rating digits: a discretised bell around the liking share.

    Returns:
        Array of shape ``(highest - lowest + 1,)`` that sums to one.
    """
    steps = np.arange(lowest, highest + 1)
    middle = lowest + (highest - lowest) * sigmoid(log_odds)
    density = np.exp(-0.5 * ((steps - middle) / RATING_SPREAD) ** 2)
    return np.asarray(density / density.sum())


def prosocial_weight(respondent: CohortMember, target: Mapping[str, float] | None = None) -> float:
    """Weight of the other's payoff relative to one's own, -1 to 1, from self-transcendence minus self-enhancement."""
    balance = sum(
        sign * scene_log_odds(respondent, {value: 1.0}, target)
        for value, sign in (("benevolence", 1), ("universalism", 1), ("achievement", -1), ("power", -1))
    )
    return float(np.tanh(balance / 4))


def payoff_log_odds(respondent: CohortMember, own: int, other: int, target: Mapping[str, float] | None = None) -> float:
    """Log-odds of preferring the first of two allocations, given how much more it pays to oneself and to the other."""
    return 0.04 * (own + prosocial_weight(respondent, target) * other)


def liking(respondent: CohortMember, value: str) -> float:
    """Share of liking, 0 to 100, over scenes of one value at all times of day: what a measurement should find."""
    return float(np.mean([100 * sigmoid(scene_log_odds(respondent, {value: 1.0}, None, time)) for time in DAYLIGHT]))


def planted_truth(name: str = DEFAULT) -> Json:
    """Everything planted in one respondent, ready for JSON.

    Returns:
        ``profile`` (value to share of liking, 0 to 100, the scale of the benchmark), ``log_odds`` (value to
        log-odds) and the response biases.

    Raises:
        KeyError: There is no respondent of that name.

    Example:
        >>> planted_truth("amber")["yes_lean"]
        0.6
    """
    respondent = BY_NAME[name]
    log_odds = {value: respondent.theta(value) for value in VALUES}
    return {
        "profile": {value: liking(respondent, value) for value in VALUES},
        "log_odds": log_odds,
        **asdict(respondent),
    }
