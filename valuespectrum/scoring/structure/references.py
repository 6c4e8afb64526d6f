"""Profiles of people to hold a profile against: facts with their source (``references.json``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from valuespectrum.scoring.off_circle import correlation
from valuespectrum.scoring.recovery import spearman
from valuespectrum.theory.value_sets import GROUPS, VALUE_SETS, ValueSet, grouped

_FILE = Path(__file__).with_name("references.json")
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class Reference:
    """Centred means of a sample of people."""

    name: str
    title: str
    source: str
    n: int
    """People."""
    value_set: ValueSet
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a profile is to that of a sample."""

    reference: Reference
    spearman: float | None
    """Rank correlation over values."""
    pearson: float | None
    """Correlation, which is Tucker's phi of centred profiles."""
    values: int
    """Over how many values."""
    why: str = ""
    """Why there is no number."""


@cache
def references() -> tuple[Reference, ...]:
    """Every sample whose means are known, the widest first."""
    found = json.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Reference(name, row["title"], row["source"], row["n"], VALUE_SETS[row["value_set"]], row["means"])
        for name, row in found.items()
    )


def likenesses(profile: Mapping[str, float], value_set: ValueSet) -> list[Likeness]:
    """Compare a profile with every sample, over the values that both have.

    What is finer, the sample or the profile, is brought to the other by the official key; ten are never stretched to
    nineteen. Likeness says which sample a profile resembles, not that it is human: most samples of people resemble each
    other (these by .8 to .9 in rank).

    Args:
        profile: Value to score.
        value_set: Whose values they are.
    """
    return [_likeness(profile, value_set, one) for one in references()]


def _likeness(profile: Mapping[str, float], value_set: ValueSet, reference: Reference) -> Likeness:
    means, told = reference.means, {name: score for name, score in profile.items() if np.isfinite(score)}
    if (value_set.name, reference.value_set.name) in GROUPS:
        told = grouped(told, value_set, reference.value_set)
    elif value_set.name != reference.value_set.name:
        means = grouped(means, reference.value_set, value_set)
    shared = [name for name in means if name in told]
    if len(shared) < min(_FEWEST, len(means)):
        return Likeness(reference, None, None, len(shared), f"{len(shared)} values are known of both")
    ours, theirs = ({name: side[name] for name in shared} for side in (told, means))
    ranks = spearman(ours, theirs)
    straight = correlation(np.array(list(ours.values())), np.array(list(theirs.values())))
    return Likeness(reference, ranks, straight, len(shared), "" if ranks is not None else "a flat profile")
