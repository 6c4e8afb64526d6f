"""Sets of dimensions that an instrument can measure: Schwartz's ten, nineteen and four, moral foundations, scalars.

A set is data: names in order, words for people, whether the order is a circle, whether the dimensions lie on one scale.
Profiles, ranks and alignments are made over any of them, and numbers of two sets are never mixed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan

from valuespectrum.theory.values import HIGHER_ORDER, LABELS, VALUES
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True)
class ValueSet:
    """Dimensions that are measured together.

    Example:
        >>> TEN.circular_distance("self_direction", "security"), FOUR.label("conservation")
        (5, 'Conservation')
    """

    name: str
    """Stands in ``scores.json``, e.g. ``"schwartz_10"``."""
    title: str
    """For people."""
    dimensions: tuple[str, ...]
    """Names in order; round the circle where there is one."""
    labels: tuple[str, ...]
    """How each dimension is written for people, in the same order."""
    circular: bool = False
    """Whether neighbours in the order are alike and opposites contrary, so that distances have a meaning."""
    one_scale: bool = True
    """Whether the dimensions lie on one scale: only then are they centred, ranked and compared with each other."""
    source: str = ""
    """Where names and order are from."""

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise InputError(f"the value set {self.name!r:.80} {problem}", "name every dimension once, with a label")

    def _problem(self) -> str:
        if not (self.name and self.dimensions and all(self.dimensions)):
            return "has no name or no dimensions"
        if len(set(self.dimensions)) < len(self.dimensions):
            return "names a dimension twice"
        if len(self.labels) != len(self.dimensions):
            return f"has {len(self.dimensions)} dimensions and {len(self.labels)} labels"
        return "is a circle of numbers on different scales" if self.circular and not self.one_scale else ""

    def __len__(self) -> int:
        return len(self.dimensions)

    def __contains__(self, dimension: object) -> bool:
        return dimension in self._positions

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {dimension: place for place, dimension in enumerate(self.dimensions)}

    def position(self, dimension: str) -> int:
        """Place of a dimension in the order, from 0.

        Raises:
            InputError: The set has no such dimension.
        """
        if dimension not in self._positions:
            raise InputError(f"{self.title} has no dimension {dimension!r:.80}", f"one of {', '.join(self.dimensions)}")
        return self._positions[dimension]

    def label(self, dimension: str) -> str:
        """How a dimension is written for people.

        Raises:
            InputError: The set has no such dimension.
        """
        return self.labels[self.position(dimension)]

    def circular_distance(self, first: str, second: str) -> int:
        """Steps between two dimensions the shorter way round the circle.

        Raises:
            InputError: The set has no such dimension, or is no circle.
        """
        if not self.circular:
            raise InputError(f"{self.title} is no circle, so its dimensions have no distance")
        gap = abs(self.position(first) - self.position(second))
        return min(gap, len(self) - gap)

    def to_json(self) -> dict[str, object]:
        """As ``scores.json`` keeps it, so that a reader needs no instrument that is installed."""
        return {
            "name": self.name,
            "title": self.title,
            "dimensions": list(self.dimensions),
            "labels": list(self.labels),
            "circular": self.circular,
            "one_scale": self.one_scale,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> ValueSet:
        """Read a set that ``to_json`` wrote.

        Raises:
            InputError: It is none, or has the name of one of ours and other dimensions.
        """
        names = [document.get(name, ()) for name in ("dimensions", "labels")]
        dimensions, labels = (tuple(map(str, each)) if isinstance(each, list | tuple) else () for each in names)
        found = cls(
            str(document.get("name", "")),
            str(document.get("title", "")),
            dimensions,
            labels,
            bool(document.get("circular", False)),
            bool(document.get("one_scale", True)),
            str(document.get("source", "")),
        )
        ours = VALUE_SETS.get(found.name)
        if ours is not None and ours.dimensions != found.dimensions:
            raise InputError(f"{found.name!r} is the name of {ours.title}, and other dimensions stand under it")
        return found


def scalars(name: str, title: str, labels: Mapping[str, str], source: str = "") -> ValueSet:
    """A set of named numbers that have nothing to do with each other, such as an angle.

    Args:
        name: Of the set.
        title: For people.
        labels: Name of each number, and how it is written for people.
        source: Where they are from.

    Raises:
        InputError: There is no number.

    Example:
        >>> scalars("svo", "Social Value Orientation", {"angle": "Angle, degrees"}).one_scale
        False
    """
    return ValueSet(name, title, tuple(labels), tuple(labels.values()), one_scale=False, source=source)


def _named(name: str, title: str, labels: Mapping[str, str], source: str, circular: bool = False) -> ValueSet:
    return ValueSet(name, title, tuple(labels), tuple(labels.values()), circular, source=source)


TEN = ValueSet(
    "schwartz_10",
    "Schwartz's ten basic values",
    VALUES,
    tuple(LABELS[value] for value in VALUES),
    circular=True,
    source="Schwartz 1992, 2012; conformity and tradition share one wedge, tradition outside",
)
"""The ten basic values in circular order."""

NINETEEN = _named(
    "schwartz_19",
    "Schwartz's nineteen refined values",
    {
        "self_direction_thought": "Self-direction: thought",
        "self_direction_action": "Self-direction: action",
        "stimulation": "Stimulation",
        "hedonism": "Hedonism",
        "achievement": "Achievement",
        "power_dominance": "Power: dominance",
        "power_resources": "Power: resources",
        "face": "Face",
        "security_personal": "Security: personal",
        "security_societal": "Security: societal",
        "tradition": "Tradition",
        "conformity_rules": "Conformity: rules",
        "conformity_interpersonal": "Conformity: interpersonal",
        "humility": "Humility",
        "benevolence_dependability": "Benevolence: dependability",
        "benevolence_caring": "Benevolence: caring",
        "universalism_concern": "Universalism: concern",
        "universalism_nature": "Universalism: nature",
        "universalism_tolerance": "Universalism: tolerance",
    },
    "Schwartz et al. 2012; order as listed with the PVQ-RR",
    circular=True,
)
"""The nineteen refined values in circular order."""

FOUR = _named(
    "schwartz_4",
    "Schwartz's four higher-order values",
    {name: name.replace("_", " ").capitalize().replace("Self ", "Self-") for name in HIGHER_ORDER},
    "official PVQ instructions of June 2021",
    circular=True,
)
"""The four higher-order values in circular order."""

MORAL_FOUNDATIONS_5 = _named(
    "moral_foundations_5",
    "Five moral foundations",
    {
        "care": "Care / harm",
        "fairness": "Fairness / cheating",
        "loyalty": "Loyalty / betrayal",
        "authority": "Authority / subversion",
        "sanctity": "Sanctity / degradation",
    },
    "moral foundations theory, without liberty",
)
"""Care, fairness, loyalty, authority, sanctity."""

MORAL_FOUNDATIONS_6 = ValueSet(
    "moral_foundations_6",
    "Six moral foundations",
    (*MORAL_FOUNDATIONS_5.dimensions, "liberty"),
    (*MORAL_FOUNDATIONS_5.labels, "Liberty / oppression"),
    source="moral foundations theory, with liberty, as in Multi-step Moral Dilemmas (EMNLP 2025)",
)
"""The same with liberty."""

VALUE_PILOT_6 = _named(
    "value_pilot_6",
    "The six values of ValuePilot",
    {name: name.capitalize() for name in ("curiosity", "energy", "safety", "happiness", "intimacy", "fairness")},
    "ValuePilot (arXiv 2503.04569), in its order",
)
"""The six of ValuePilot, which is a set of its own."""

BIG_FIVE = _named(
    "big_five",
    "Big Five traits",
    {
        name: name.capitalize()
        for name in ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
    },
    "traits, as tagged in Value Portrait (ACL 2025)",
)
"""Traits of personality; their order means nothing."""

VALUE_SETS: Mapping[str, ValueSet] = {
    each.name: each for each in (TEN, NINETEEN, FOUR, MORAL_FOUNDATIONS_5, MORAL_FOUNDATIONS_6, VALUE_PILOT_6, BIG_FIVE)
}
"""Sets whose names are ours, by name; an instrument may bring a further one."""

_REFINED: Mapping[str, tuple[str, ...]] = {
    "self_direction": ("self_direction_thought", "self_direction_action"),
    "stimulation": ("stimulation",),
    "hedonism": ("hedonism",),
    "achievement": ("achievement",),
    "power": ("power_dominance", "power_resources"),
    "security": ("security_personal", "security_societal"),
    "conformity": ("conformity_rules", "conformity_interpersonal"),
    "benevolence": ("benevolence_dependability", "benevolence_caring"),
    "universalism": ("universalism_concern", "universalism_nature", "universalism_tolerance"),
}

GROUPS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("schwartz_19", "schwartz_10"): {**_REFINED, "tradition": ("tradition", "humility")},
    ("schwartz_10", "schwartz_4"): HIGHER_ORDER,
    ("schwartz_19", "schwartz_4"): {
        name: tuple(part for value in values for part in _REFINED.get(value, (value,)))
        for name, values in HIGHER_ORDER.items()
    },
}
"""Names of a finer and a coarser set, to the members of each coarser dimension (official keys of the PVQ-RR, 2021).

Face belongs to none. Humility counts as tradition among the ten and to none of the four, so the way from nineteen to
four over ten is another one than the direct way.
"""


def grouped(profile: Mapping[str, float], finer: ValueSet, coarser: ValueSet) -> dict[str, float]:
    """A profile over a coarser set: each dimension is the mean of its members.

    Args:
        profile: Dimension of the finer set to score; one that is missing leaves out the dimensions that it belongs to.
        finer: Set of the profile.
        coarser: Set to bring it to.

    Returns:
        Dimension of the coarser set to score, in its order.

    Raises:
        InputError: No key leads from one to the other.

    Example:
        >>> grouped({"achievement": 2.0, "power": 4.0}, TEN, FOUR)
        {'self_enhancement': 3.0}
    """
    members = GROUPS.get((finer.name, coarser.name))
    if members is None:
        known = "; ".join(f"{one} to {other}" for one, other in GROUPS)
        raise InputError(f"no key leads from {finer.title} to {coarser.title}", f"known: {known}")
    means: dict[str, float] = {}
    for dimension in coarser.dimensions:
        scores: Sequence[float | None] = [profile.get(member) for member in members[dimension]]
        known_scores = [score for score in scores if score is not None]
        if len(known_scores) == len(scores):
            means[dimension] = sum(known_scores) / len(known_scores)
    return means


def carried(profile: Mapping[str, float], over: ValueSet, to: ValueSet) -> dict[str, float] | None:
    """What a profile over one set says about another, as far as a key leads there.

    Args:
        profile: Dimension of ``over`` to score.
        over: Set of the profile.
        to: Set to bring it to: the same, a coarser one (means of members), or a finer one (each member gets the score
            of what it belongs to).

    Returns:
        Every dimension of ``to``, not-a-number where the profile says nothing about it; ``None`` without a key.

    Example:
        >>> told = carried({"tradition": 0.5}, TEN, NINETEEN)
        >>> told["humility"], told["face"]
        (0.5, nan)
    """
    if over == to:
        found = dict(profile)
    elif (over.name, to.name) in GROUPS:
        found = grouped(profile, over, to)
    elif members := GROUPS.get((to.name, over.name)):
        found = {each: profile[name] for name, group in members.items() if name in profile for each in group}
    else:
        return None
    return {dimension: found.get(dimension, nan) for dimension in to.dimensions}
