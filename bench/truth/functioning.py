"""What the search for strange items finds of what is planted in 300 twins: ``python -m bench.truth.functioning``.

Twins drawn afresh answer four portraits of each of the nineteen values by the planted formulas, in two groups of equal
size. In six values one portrait is planted to work differently for the second group. Groups may differ in their values
as well (*apart*), which must not be taken for strange items.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from valuespectrum.reference.planted import RATING_SPREAD
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.comparing.differential import RATE
from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.functioning.cases import Cases
from valuespectrum.scoring.functioning.graded import graded_functions
from valuespectrum.scoring.functioning.invariance import value_invariance
from valuespectrum.scoring.functioning.items import item_functions
from valuespectrum.theory.value_sets import NINETEEN

STEPS = np.arange(1.0, 7.0)
Kind = Literal["uniform", "nonuniform"]


@dataclass(frozen=True, slots=True)
class Planted:
    """What is planted, and how it is asked."""

    off: float = 0.5
    """How much more the second group likes a strange item, in log-odds of liking; of a non-uniform one, the share of
    the value's weight that it loses there."""
    strange: int = 6
    """Values that have a strange item."""
    kind: Kind = "uniform"
    apart: float = 0.0
    """How much more the second group holds every value, in log-odds of liking."""
    versions: int = 6
    """Ways in which every item is asked, as our portraits are in three paraphrases and two directions; the rating is
    their mean."""
    both: bool = False
    """Whether the same twins are in both groups."""
    respondents: int = 300
    items: int = 4
    """Of each value."""
    values: int = len(NINETEEN)
    """How many of the nineteen, from the first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found."""

    found: float
    """Share of strange items that were."""
    wrong: float
    """Share of the other items that were."""
    any: float
    """Share of samples in which any other item was."""


def draw_cases(planted: Planted, generator: np.random.Generator, seed: int) -> tuple[Cases, Bools]:
    """Answers of twins, and which items are strange.

    Args:
        planted: What is planted.
        generator: Draws items and answers.
        seed: Of the twins; who answers the same whatever is asked is left out.
    """
    drawn = draw_respondents(planted.respondents * 5 // 4, seed)
    members = [each for each in drawn if not each.leans.constant][: planted.respondents]
    held = np.array([[each.words[value] for value in NINETEEN.dimensions] for each in members])
    lean = np.array([each.leans.scale + each.leans.acquiescence for each in members])
    who = np.arange(len(members))
    group = generator.permutation(len(members)) % 2
    if planted.both:
        who, group = np.tile(who, 2), np.repeat([0, 1], len(members))
    value = np.repeat(np.arange(planted.values), planted.items)
    strange = np.zeros(len(value), dtype=bool)
    strange[planted.items * generator.permutation(planted.values)[: planted.strange]] = True
    weight, easy = generator.uniform(0.7, 1.2, len(value)), generator.normal(0.0, 0.4, len(value))
    second = group[:, None] == 1
    theta = held[who][:, value] + planted.apart * second
    odd = planted.off if planted.kind == "uniform" else -planted.off * theta
    log_odds = weight * theta + easy + lean[who][:, None] + np.where(second & strange, odd, 0.0)
    names = tuple(f"item {at}" for at in range(len(value)))
    values = tuple(NINETEEN.dimensions[at] for at in value)
    scores = _ratings(log_odds, planted.versions, generator)
    return Cases(("first", "second"), group, who, names, values, scores), strange


def _ratings(log_odds: Floats, versions: int, generator: np.random.Generator) -> Floats:
    """Mean of drawn ratings (``planted.rating_distribution``, leans within the log-odds)."""
    middle = 1.0 + 5.0 / (1.0 + np.exp(-log_odds))
    share = np.exp(-0.5 * ((STEPS - middle[..., None]) / RATING_SPREAD) ** 2)
    below = np.cumsum(share / share.sum(axis=-1, keepdims=True), axis=-1)
    drawn = np.zeros(log_odds.shape)
    for _ in range(versions):
        drawn += (generator.random(log_odds.shape)[..., None] > below).sum(axis=-1)
    return np.asarray(1.0 + drawn / versions)


def study(planted: Planted, samples: int, seed: int = 0) -> Outcome:
    """Draw samples, look for strange items, count."""
    hits, wrong, any_wrong = [], [], []
    for sample in range(samples):
        cases, strange = draw_cases(planted, np.random.default_rng([seed, sample]), seed=1000 * seed + sample)
        named = np.array([bool(each.flags) for each in item_functions(cases)])
        hits.append(named[strange].mean() if strange.any() else 0.0)
        wrong.append(named[~strange].mean())
        any_wrong.append(bool(named[~strange].any()))
    return Outcome(float(np.mean(hits)), float(np.mean(wrong)), float(np.mean(any_wrong)))


def graded_study(planted: Planted, samples: int, seed: int = 0) -> Outcome:
    """The same by the graded response model, whose trait is normal while that of twins is not."""
    hits, wrong, any_wrong = [], [], []
    for sample in range(samples):
        cases, strange = draw_cases(planted, np.random.default_rng([seed, sample]), seed=1000 * seed + sample)
        found = graded_functions(cases, item_functions(cases))
        named = np.array([each.test is not None and each.test.q < RATE for each in found])
        hits.append(named[strange].mean() if strange.any() else 0.0)
        wrong.append(named[~strange].mean())
        any_wrong.append(bool(named[~strange].any()))
    return Outcome(float(np.mean(hits)), float(np.mean(wrong)), float(np.mean(any_wrong)))


@dataclass(frozen=True, slots=True)
class StepsFailed:
    """Shares of values of which a step of invariance is said to fail."""

    metric: float | None
    """``None`` without such values, as the others."""
    scalar: float | None
    metric_elsewhere: float | None
    """Of values without a strange item."""
    scalar_elsewhere: float | None


def steps_study(planted: Planted, samples: int, seed: int = 0) -> StepsFailed:
    """The same of values: a uniform item moves levels and not what goes with a value, so metric invariance holds."""
    failed: dict[tuple[bool, str], list[bool]] = {}
    for sample in range(samples):
        cases, strange = draw_cases(planted, np.random.default_rng([seed, sample]), seed=1000 * seed + sample)
        found, with_one = item_functions(cases), {cases.values[at] for at in np.flatnonzero(strange)}
        for value in dict.fromkeys(cases.values):
            decided = value_invariance(cases, found, value)
            for name, step in (("metric", decided.metric), ("scalar", decided.scalar)):
                failed.setdefault((value in with_one, name), []).append(step.status == "fails")
    shares = [
        float(np.mean(several)) if (several := failed.get((there, name))) else None
        for there in (True, False)
        for name in ("metric", "scalar")
    ]
    return StepsFailed(*shares)


def rows() -> list[Planted]:
    """What is drawn, row by row."""
    asked = [Planted(), Planted(off=0.8, versions=1), Planted(both=True)]
    apart = [replace(each, apart=0.5) for each in asked[:2]]
    bent = [replace(asked[0], kind="nonuniform"), replace(apart[0], kind="nonuniform")]
    nothing = [replace(each, strange=0) for each in (*asked, *apart)]
    return [*nothing, *asked, *apart, replace(asked[0], off=0.3), *bent]


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--graded", action="store_true", help="by the graded response model, fewer rows")
    parser.add_argument("--steps", action="store_true", help="of which values invariance is said to fail, fewer rows")
    told = parser.parse_args()
    samples = told.samples
    if told.steps:
        sizes = [Planted(strange=0), *(Planted(off=off) for off in (0.5, 0.8, 1.2)), Planted(kind="nonuniform")]
        for planted in sizes:
            print(planted, steps_study(planted, samples), flush=True)
        return
    if told.graded:
        for planted in (Planted(strange=0), Planted(), Planted(off=0.8, versions=1)):
            print(planted, graded_study(planted, samples), flush=True)
        return
    for planted in rows():
        print(planted, study(planted, samples), flush=True)


if __name__ == "__main__":
    main()
