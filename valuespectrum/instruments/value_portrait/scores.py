"""From answers to scores by the published rule, and how much answers hang on wording and order.

Source: ``response_average.py``, ``score.py`` and ``prompt_analysis.py`` of the published repository, written anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from statistics import fmean

from valuespectrum.instruments.value_portrait.rules import FAMILIES, REVERSED, VERSIONS
from valuespectrum.theory.value_sets import ValueSet

Answers = Mapping[str, Mapping[str, float]]
"""Response to version (``v1`` .. ``v3_reversed``) to number, 1 to 6; a version without an answer is not there."""


def item_means(answers: Answers) -> dict[str, float]:
    """Mean over the versions that were answered; a response without any is left out.

    Example:
        >>> item_means({"1003/1": {"v1": 2.0, "v1_reversed": 5.0}, "1003/2": {}})
        {'1003/1': 3.5}
    """
    return {response: fmean(told.values()) for response, told in answers.items() if told}


@dataclass(frozen=True, slots=True)
class PublishedScore:
    """One dimension by the published rule."""

    centred: float
    """Mean minus the centring base of its set of dimensions."""
    mean: float
    """Over the responses that are tagged with it, 1 to 6."""
    deviation: float
    """Of the population: divided by the number of responses."""
    items: int


def published_scores(means: Mapping[str, float], tags: Mapping[str, Iterable[str]]) -> dict[str, PublishedScore]:
    """Scores over the ten, the four and the five, each centred in its own set.

    The base of centring is the mean over the *distinct* responses with at least one tag of the set: not over all
    responses, and not over pairs of response and dimension.

    Args:
        means: Response to its mean answer.
        tags: Response to the dimensions that it counts for.

    Returns:
        Dimension to score; a dimension without an answered response is left out.

    Example:
        >>> tags = {"1/1": ["power", "openness"], "1/2": ["power", "hedonism"]}
        >>> found = published_scores({"1/1": 5.0, "1/2": 3.0}, tags)
        >>> found["power"].centred, found["hedonism"].centred, found["openness"].centred
        (0.0, -1.0, 0.0)
    """
    found: dict[str, PublishedScore] = {}
    for family in FAMILIES.values():
        found |= _family_scores(means, tags, family)
    return found


def _family_scores(
    means: Mapping[str, float], tags: Mapping[str, Iterable[str]], family: ValueSet
) -> dict[str, PublishedScore]:
    by_dimension: dict[str, list[float]] = {}
    base: list[float] = []
    for response, mean in means.items():
        counted = [dimension for dimension in tags.get(response, ()) if dimension in family]
        base += [mean] if counted else []
        for dimension in counted:
            by_dimension.setdefault(dimension, []).append(mean)
    middle = fmean(base) if base else 0.0
    return {
        dimension: _score(by_dimension[dimension], middle)
        for dimension in family.dimensions
        if dimension in by_dimension
    }


def _score(numbers: Sequence[float], base: float) -> PublishedScore:
    mean = fmean(numbers)
    deviation = sqrt(fmean((number - mean) ** 2 for number in numbers))
    return PublishedScore(mean - base, mean, deviation, len(numbers))


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How much answers hang on what should not matter; ``None`` where no response was asked both ways."""

    order: Mapping[str, float | None]
    """Wording to the share of responses whose answer changes when the options are listed the other way round."""
    order_steps: Mapping[str, float | None]
    """Wording to the mean size of that change, in steps."""
    prompt: float | None
    """Share of responses whose answers in the wordings, options beginning with the most, are not all the same."""
    prompt_steps: float | None
    """Mean difference of two of these wordings, in steps."""
    all_steps: float | None
    """Mean difference of two of all versions."""
    deviations: Mapping[str, float | None]
    """Version to the deviation of its answers over responses."""
    items: Mapping[str, int]
    """Wording to the responses that were answered in both orders."""

    @property
    def order_mean(self) -> float | None:
        """Share that changes with the order, mean over wordings."""
        return _mean([share for share in self.order.values() if share is not None])


def sensitivity(answers: Answers, versions: Sequence[str] = VERSIONS) -> Sensitivity:
    """How much answers hang on wording and order.

    A wording counts for a response where it was answered in both orders, and wordings are compared where at least two
    count.

    Args:
        answers: Of one respondent.
        versions: Wordings that are looked at.

    Example:
        >>> found = sensitivity({"1/1": {"v1": 4, "v1_reversed": 4}, "1/2": {"v1": 2, "v1_reversed": 5}})
        >>> found.order["v1"], found.order_steps["v1"], found.prompt
        (0.5, 1.5, None)
    """
    pairs: dict[str, list[tuple[float, float]]] = {version: [] for version in versions}
    prompts: list[list[float]] = []
    everything: list[list[float]] = []
    for told in answers.values():
        both = {each: (told[each], told[f"{each}{REVERSED}"]) for each in versions if _answered(told, each)}
        for version, pair in both.items():
            pairs[version].append(pair)
        if len(both) >= 2:
            prompts.append([first for first, _ in both.values()])
        everything += [[number for pair in both.values() for number in pair]] if both else []
    return Sensitivity(
        {version: _mean([one != other for one, other in listed]) for version, listed in pairs.items()},
        {version: _mean([abs(one - other) for one, other in listed]) for version, listed in pairs.items()},
        _mean([len(set(numbers)) > 1 for numbers in prompts]),
        _mean([_steps(numbers) for numbers in prompts]),
        _mean([_steps(numbers) for numbers in everything]),
        _deviations(answers, versions),
        {version: len(listed) for version, listed in pairs.items()},
    )


def _answered(told: Mapping[str, float], version: str) -> bool:
    return version in told and f"{version}{REVERSED}" in told


def _steps(numbers: Sequence[float]) -> float:
    return fmean(abs(one - other) for one, other in combinations(numbers, 2))


def _deviations(answers: Answers, versions: Sequence[str]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for version in (name for each in versions for name in (each, f"{each}{REVERSED}")):
        numbers = [told[version] for told in answers.values() if version in told]
        found[version] = _score(numbers, 0.0).deviation if numbers else None
    return found


def _mean(numbers: Sequence[float]) -> float | None:
    return fmean(numbers) if numbers else None
