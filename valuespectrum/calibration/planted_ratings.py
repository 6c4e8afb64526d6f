"""Planted ratings: how often intervals of ordinal contrasts hold the truth, and how often nothing is called something.

``python -m valuespectrum.calibration.planted_ratings [CASE...] [--tables N] [--bayes]`` prints what
docs/statistics/ordinal.md tells.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.contrasts import (
    Contrasts,
    EffectDraws,
    centred_effects,
    likelihood_draws,
    own_contrasts,
    pair_contrasts,
)
from valuespectrum.scoring.ordinal.design import design_of
from valuespectrum.scoring.ordinal.maximum import maximum_likelihood
from valuespectrum.scoring.ordinal.planning import study_of
from valuespectrum.scoring.ordinal.posterior import SamplerOptions, sample_posterior
from valuespectrum.scoring.ordinal.table import RatingTable, rating_table
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]

THRESHOLDS = (-2.2, -1.0, 0.0, 1.0, 2.2)
"""Between six steps that are all used."""
LEVEL = 0.95
_VERSION = 0.4
"""Standard deviation of versions within respondents, in logits."""


@dataclass(frozen=True, slots=True)
class PlantedRatings:
    """What a table is drawn from."""

    respondents: int = 3
    values: int = 10
    items: int = 4
    """Of every value."""
    versions: int = 1
    repeats: int = 10
    """Answers to every item in every version."""
    people: int = 0
    """That are one respondent together, each of whom answers everything ``repeats`` times; 0 for none."""
    effects: Floats | None = None
    """Shape (respondents, values); drawn with standard deviation 0.8 where nothing is said."""
    item: float = 0.5
    """Standard deviations, in logits: of items,"""
    within: float = 0.3
    """of items within respondents,"""
    cell: float = 0.0
    """of items within respondents and versions,"""
    person: float = 0.0
    """of people,"""
    person_value: float = 0.0
    """and of people within values."""

    def truth(self, seed: int) -> Floats:
        """The effects, shape (respondents, values)."""
        if self.effects is not None:
            return self.effects
        return 0.8 * stream(seed, "planted effects").normal(size=(self.respondents, self.values))


def planted_table(planted: PlantedRatings, seed: int) -> RatingTable:
    """Draw a table, and whatever is drawn in it, anew."""
    import pandas as pd

    rng = stream(seed, "planted ratings")
    shape = (planted.respondents, planted.values, planted.items, planted.versions, max(planted.people, 1))
    who, what, item, version, person = (each.reshape(-1) for each in np.indices(shape))
    eta = (
        planted.truth(seed)[who, what]
        + planted.item * rng.normal(size=shape[1:3])[what, item]
        + planted.within * rng.normal(size=shape[:3])[who, what, item]
        + _VERSION * rng.normal(size=(shape[0], shape[3]))[who, version] * (planted.versions > 1)
        + planted.cell * rng.normal(size=shape[:4])[who, what, item, version]
        + planted.person * rng.normal(size=(shape[0], shape[4]))[who, person]
        + planted.person_value * rng.normal(size=(shape[0], shape[1], shape[4]))[who, what, person]
    )
    below = 1.0 / (1.0 + np.exp(-(np.array(THRESHOLDS)[None, :] - eta[:, None])))
    chances = np.diff(np.hstack([np.zeros((len(eta), 1)), below, np.ones((len(eta), 1))]), axis=1)
    counts = rng.multinomial(planted.repeats, chances).astype(np.float64)
    rows = {
        "respondent": [f"model {number}" for number in who],
        "value": [f"value {number}" for number in what],
        "item": [f"value {one}, item {other}" for one, other in zip(what, item, strict=True)],
        "version": [f"version {number}" for number in version],
        "person": [f"person {number}" if planted.people else "" for number in person],
    }
    return rating_table(pd.DataFrame(rows), counts, [f"value {number}" for number in range(planted.values)])


CASES: Mapping[str, PlantedRatings] = {
    "10 repeats": PlantedRatings(respondents=2, values=5, repeats=10),
    "60 repeats": PlantedRatings(respondents=2, values=5, repeats=60),
    "1 answer": PlantedRatings(respondents=2, values=5, items=8, repeats=1),
    "3 versions": PlantedRatings(respondents=2, values=5, versions=3, repeats=4, cell=0.3),
    "40 people": PlantedRatings(
        respondents=2, values=5, items=3, people=40, repeats=1, within=0.2, person=0.5, person_value=0.5
    ),
}
"""What is drawn: two respondents, five values; four items of each unless said otherwise."""


@dataclass(frozen=True, slots=True)
class OrdinalRecovery:
    """What became of planted ratings, over tables."""

    own: float
    """Share of centred effects that their interval holds."""
    pair: float
    """The same of differences between two respondents."""
    half: float
    """Half of the interval of a difference, in logits."""
    slope: float
    """Of estimated on planted centred effects."""
    alarms: float
    """Share of tables in which some difference is named (stands out) though there is none."""
    told: float
    """Share of tables in which the interval of a difference of ``size`` in one value leaves 0 out."""
    foretold: float
    """The same by the plan made from each table."""
    tables: int


def recover_ratings(
    planted: PlantedRatings, tables: int, sampler: SamplerOptions | None = None, size: float = 0.8
) -> OrdinalRecovery:
    """Draw tables and fit them: with effects of their own, and with two equal respondents but for one value.

    Args:
        planted: What is drawn.
        tables: How many of each.
        sampler: Fit by posterior draws; by maximum likelihood where it is ``None``.
        size: Difference of centred effects of the first value between the first two, in the second kind of table.
    """
    found: list[tuple[float, ...]] = []
    for seed in range(tables):
        truth = centred_effects(planted.truth(seed))
        effects, differences = _contrasts(planted_table(planted, seed), seed, sampler)
        held = (_held(effects, truth), _held(differences, truth[:1] - truth[1:2]))
        half = float((differences.high - differences.low).mean() / 2.0)
        slope = float((effects.estimate * truth).sum() / (truth**2).sum())
        same = np.tile(planted.truth(seed)[:1], (planted.respondents, 1))
        alike = planted_table(replace(planted, effects=same), tables + seed)
        alarm = float(_contrasts(alike, seed, sampler)[1].stands_out.any())
        same[1, 0] -= size * planted.values / (planted.values - 1)
        unlike = planted_table(replace(planted, effects=same), 2 * tables + seed)
        first = _contrasts(unlike, seed, sampler)[1]
        told = float(first.low[0, 0] > 0 or first.high[0, 0] < 0)
        study = study_of(maximum_likelihood(design_of(unlike)), LEVEL)
        found.append((*held, half, slope, alarm, told, study.power(size, planted.repeats)))
    own, between, half, slope, alarm, told, power = (float(mean) for mean in np.mean(found, axis=0))
    return OrdinalRecovery(own, between, half, slope, alarm, told, power, tables)


def _contrasts(table: RatingTable, seed: int, sampler: SamplerOptions | None) -> tuple[Contrasts, Contrasts]:
    """Centred effects, and the difference between the first two respondents."""
    design = design_of(table)
    if sampler is not None:
        drawn = EffectDraws(sample_posterior(design, sampler).gamma)
    else:
        drawn = likelihood_draws(maximum_likelihood(design), seed)
    return own_contrasts(drawn, LEVEL), pair_contrasts(drawn, [(0, 1)], LEVEL)


def _held(found: Contrasts, truth: Floats) -> float:
    return float(((found.low <= truth) & (truth <= found.high)).mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what is recovered, a line a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"by default all: {', '.join(CASES)}")
    parser.add_argument("--tables", type=int, default=100, help="of each of three kinds")
    parser.add_argument("--bayes", action="store_true", help="posterior draws in place of maximum likelihood")
    chosen = parser.parse_args(arguments)
    names = ("own", "pair", "half", "slope", "alarms", "told", "foretold")
    print(f"{'case':12}" + "".join(f"{name:>9}" for name in names), flush=True)
    for case in chosen.cases or CASES:
        found = recover_ratings(CASES[case], chosen.tables, SamplerOptions() if chosen.bayes else None)
        print(f"{case:12}" + "".join(f"{getattr(found, name):9.3f}" for name in names), flush=True)


if __name__ == "__main__":
    main()
