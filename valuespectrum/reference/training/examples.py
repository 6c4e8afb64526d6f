"""Questions with their planted answers, as token sequences for training.

One example is a prefix (identity, persona, pictures) with several branches, each a question and its answer.
Branches do not see each other, so one prefix teaches many answers at little more than the cost of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from agents.personas.persona import load_trait_bank
from agents.personas.prompts import LEVEL_WORDS, profile_prompt, simple_prompt
from valuespectrum.instruments import questions
from valuespectrum.reference import planted
from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY, SceneKind
from valuespectrum.reference.planted import CohortMember
from valuespectrum.theory.values import LABELS, VALUES

REFUSAL = "Sorry, I cannot answer that."
OPTION_ORDERS = (("yes", "no"), ("no", "yes"))


@dataclass(frozen=True, slots=True)
class Branch:
    """One question with the planted distribution over its answers."""

    question: str
    answers: Mapping[str, float]
    """Answer text to probability; texts differ in their first token."""
    log_odds: float | None = None
    """The liking or preference behind the answers, before polarity and leans; ``None`` where there is none."""
    weights: Mapping[str, float] | None = None
    """What the question is about, as weights on the values; ``None`` where that is not linear in the profile."""


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One respondent, in or out of a role, before a picture or none."""

    respondent: CohortMember
    system: str
    kind: int | None
    """Index of the scene kind; ``None`` without a picture."""
    time_of_day: int
    frames: int
    branches: tuple[Branch, ...]
    target: Mapping[str, float] | None = None
    """Target profile of the persona."""

    def profile(self) -> list[float]:
        """Log-odds of liking each of the ten values, in the role."""
        return [planted.scene_log_odds(self.respondent, {value: 1.0}, self.target) for value in VALUES]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows."""

    kind: SceneKind
    time_of_day: str

    def log_odds(self, respondent: CohortMember, role: TrainingRole) -> float:
        """Log-odds of liking it, in the role."""
        return planted.scene_log_odds(respondent, self.kind.weights, role.target, self.time_of_day)


@cache
def actions() -> dict[str, list[str]]:
    """Dilemma options by value."""
    text = (files("valuespectrum.reference") / "data" / "actions.yaml").read_text("utf-8")
    loaded: dict[str, list[str]] = yaml.safe_load(text)
    return loaded


@cache
def trait_statements() -> dict[str, dict[str, list[str]]]:
    """Trait statements by value and direction."""
    return load_trait_bank()


@dataclass(frozen=True, slots=True)
class TrainingRole:
    """A persona prompt and the target profile that it expresses; no target for no persona."""

    system: str = ""
    target: Mapping[str, float] | None = None


def random_role(rng: np.random.Generator) -> TrainingRole:
    """A persona of random traits, or a stated profile."""
    if rng.random() < 0.6:
        chosen = rng.permutation(len(VALUES))[: rng.integers(1, 7)]
        target, traits = {}, []
        for index in chosen:
            value = VALUES[index]
            direction = "positive" if rng.random() < 0.65 else "negative"
            target[value] = 1.0 if direction == "positive" else -1.0
            bank = trait_statements()[value][direction]
            count = 1 if rng.random() < 0.75 else 2
            traits += [bank[place] for place in rng.permutation(len(bank))[:count]]
        order = rng.permutation(len(traits))[:6]
        kept = [traits[place] for place in order]
        said = {value: level for value, level in target.items() if _mentions(kept, value)}
        return TrainingRole(simple_prompt(kept), said)
    levels = tuple(LEVEL_WORDS)
    profile = {value: float(levels[rng.integers(len(levels))]) for value in VALUES}
    return TrainingRole(profile_prompt(profile), profile)


def _mentions(traits: list[str], value: str) -> bool:
    bank = trait_statements()[value]
    return any(trait in bank["positive"] or trait in bank["negative"] for trait in traits)


def like_branch(rng: np.random.Generator, respondent: CohortMember, scene: Scene, role: TrainingRole) -> Branch:
    """A like question in a random wording, polarity and option order."""
    log_odds = scene.log_odds(respondent, role)
    order = OPTION_ORDERS[rng.integers(2)]
    draw = int(rng.integers(len(questions.LIKE_WORDINGS) * 4 + 3))
    if draw < len(questions.LIKE_WORDINGS) * 4:
        wording = questions.LIKE_WORDINGS[draw // 4]
        polarity = 1 if draw % 2 == 0 else -1
        text = (wording.positive if polarity == 1 else wording.negative).format(options=questions.options(order))
    elif draw % 3 == 0:
        polarity, order, text = 1, OPTION_ORDERS[0], questions.PAPER_QUESTION
    else:
        polarity = 1
        text = tuple(questions.ISQ_YES_NO.values())[draw % 2].format(options=questions.options(order))
    yes = planted.yes_probability(respondent, log_odds, polarity, order[0] == "yes")
    return Branch(text, _with_refusal({"yes": yes, "no": 1 - yes}, respondent, scene), log_odds, scene.kind.weights)


def rating_branch(rng: np.random.Generator, respondent: CohortMember, scene: Scene, role: TrainingRole) -> Branch:
    """One rated term of the Inductive Scoring Questionnaire."""
    texts = tuple(questions.ISQ_RATINGS.values())
    log_odds = scene.log_odds(respondent, role)
    answers = {str(digit): float(share) for digit, share in enumerate(planted.rating_distribution(log_odds))}
    question = f"{texts[rng.integers(len(texts))]} {questions.RATING_SUFFIX}"
    return Branch(question, _with_refusal(answers, respondent, scene), log_odds, scene.kind.weights)


def describe_branch(scene: Scene) -> Branch:
    """What the picture shows."""
    return Branch(questions.DESCRIBE, {f"{scene.kind.caption} {TIMES_OF_DAY[scene.time_of_day]}.": 1.0})


def _with_refusal(answers: dict[str, float], respondent: CohortMember, scene: Scene) -> dict[str, float]:
    if not scene.kind.refused:
        return answers
    kept = {text: share * (1 - respondent.refusal_rate) for text, share in answers.items()}
    return {**kept, REFUSAL: respondent.refusal_rate}


def portrait_branch(rng: np.random.Generator, respondent: CohortMember, role: TrainingRole) -> Branch:
    """How much somebody described by one statement is like the respondent, 1 to 6."""
    value = VALUES[rng.integers(len(VALUES))]
    positive = rng.random() < 0.7
    bank = trait_statements()[value]["positive" if positive else "negative"]
    log_odds = planted.scene_log_odds(respondent, {value: 1.0}, role.target)
    sign = 1.0 if positive else -1.0
    distribution = planted.rating_distribution(sign * log_odds, 1, 6)
    text = questions.PORTRAIT.format(statement=bank[rng.integers(len(bank))])
    return Branch(text, _digits(distribution), sign * log_odds, {value: sign})


def _digits(distribution: np.ndarray) -> dict[str, float]:
    return {str(digit): float(share) for digit, share in enumerate(distribution, start=1)}


def dilemma_branch(rng: np.random.Generator, respondent: CohortMember, role: TrainingRole) -> Branch:
    """A choice between two actions that serve different values."""
    first, second = (VALUES[index] for index in rng.permutation(len(VALUES))[:2])
    options = [actions()[value][rng.integers(len(actions()[value]))] for value in (first, second)]
    difference = planted.scene_log_odds(respondent, {first: 1.0}, role.target) - planted.scene_log_odds(
        respondent, {second: 1.0}, role.target
    )
    share = planted.sigmoid(difference + respondent.order_lean)
    text = questions.DILEMMA.format(first=options[0], second=options[1])
    return Branch(text, {"A": share, "B": 1 - share}, difference, {first: 1.0, second: -1.0})


def payoff_branch(rng: np.random.Generator, respondent: CohortMember, role: TrainingRole) -> Branch:
    """A choice between two allocations of points to oneself and another."""
    own_a, other_a, own_b, other_b = (int(amount) * 10 for amount in rng.integers(1, 10, size=4))
    log_odds = planted.payoff_log_odds(respondent, own_a - own_b, other_a - other_b, role.target)
    share = planted.sigmoid(log_odds + respondent.order_lean)
    text = questions.PAYOFF.format(own_a=own_a, other_a=other_a, own_b=own_b, other_b=other_b)
    return Branch(text, {"A": share, "B": 1 - share}, log_odds)


def importance_branch(rng: np.random.Generator, respondent: CohortMember, role: TrainingRole) -> Branch:
    """How important one named value is to the respondent, 1 to 6."""
    value = VALUES[rng.integers(len(VALUES))]
    log_odds = planted.scene_log_odds(respondent, {value: 1.0}, role.target)
    distribution = planted.rating_distribution(log_odds, 1, 6)
    text = questions.IMPORTANCE.format(value=LABELS[value].lower())
    return Branch(text, _digits(distribution), log_odds, {value: 1.0})


def value_branch(kind: SceneKind) -> Branch:
    """Which value a picture appeals to; mixed kinds split, neutral kinds appeal to none."""
    shares = {LABELS[value].lower(): weight for value, weight in kind.weights.items()}
    return Branch(questions.VALUE_SHOWN, shares or {"none": 1.0})


TEXT_BRANCHES: tuple[Callable[[np.random.Generator, CohortMember, TrainingRole], Branch], ...] = (
    portrait_branch,
    dilemma_branch,
    payoff_branch,
    importance_branch,
)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Shares of what is trained; the curriculum moves from the parts of the logic to their product."""

    personas: float
    """Share of examples in a role; the rest answers as itself."""
    like: float
    rating: float
    importance: float
    value: float


THEMSELVES = Mixture(personas=0.0, like=0.6, rating=0.05, importance=0.2, value=0.15)
EVERYTHING = Mixture(personas=0.65, like=0.62, rating=0.15, importance=0.06, value=0.05)
"""What the shares leave over are descriptions."""


def random_prefix(rng: np.random.Generator) -> TrainingExample:
    """A respondent in a role without any question: cheap practice in turning words into a profile."""
    respondent = planted.COHORT[rng.integers(len(planted.COHORT))]
    role = random_role(rng)
    return TrainingExample(respondent, role.system, None, 0, 0, (), role.target)


def random_example(rng: np.random.Generator, branches: int = 8, mixture: Mixture = EVERYTHING) -> TrainingExample:
    """Draw one training example; with the full mixture every planted behaviour occurs."""
    respondent = planted.COHORT[rng.integers(len(planted.COHORT))]
    role = random_role(rng) if rng.random() < mixture.personas else TrainingRole()
    time_of_day = int(rng.integers(len(TIMES_OF_DAY)))
    if rng.random() < 0.2:
        drawn = tuple(
            TEXT_BRANCHES[index](rng, respondent, role) for index in rng.integers(len(TEXT_BRANCHES), size=branches)
        )
        return TrainingExample(respondent, role.system, None, time_of_day, 0, drawn, role.target)
    index = int(rng.integers(len(KINDS)))
    scene = Scene(KINDS[index], tuple(TIMES_OF_DAY)[time_of_day])
    drawn = tuple(_picture_branch(rng, respondent, scene, role, mixture) for _ in range(branches))
    frames = 1 if rng.random() < 0.9 else int(rng.integers(2, 5))
    return TrainingExample(respondent, role.system, index, time_of_day, frames, drawn, role.target)


def _picture_branch(
    rng: np.random.Generator, respondent: CohortMember, scene: Scene, role: TrainingRole, mixture: Mixture
) -> Branch:
    draw = rng.random()
    if draw < mixture.like:
        return like_branch(rng, respondent, scene, role)
    if draw < mixture.like + mixture.rating:
        return rating_branch(rng, respondent, scene, role)
    if draw < mixture.like + mixture.rating + mixture.importance:
        return importance_branch(rng, respondent, role)
    if draw < mixture.like + mixture.rating + mixture.importance + mixture.value:
        return value_branch(scene.kind)
    return describe_branch(scene)
