"""What corrections for pictures hold on planted truth: ``python -m bench.truth.pictures``.

Clips that show another value than they were found for, with raters who err; one value whose pictures are prettier, and
nothing else, with prettiness that is measured well or badly.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from bench.truth.respondents import VALUES, Floats, Integers, Law, answer
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.inference import Errors, Tested, centring, errors, holm, omnibus, tested
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.pictures.attenuation import unmix
from valuespectrum.scoring.pictures.covariates import level
from valuespectrum.scoring.pictures.latent import named_twice, witnessed
from valuespectrum.scoring.pictures.matching import match

LEVEL = 0.95
FACETS = Facets()


@dataclass(frozen=True, slots=True)
class Mixed:
    """Clips that show something else, and who looks at them."""

    law: Law = field(default_factory=lambda: Law(value=1.0, value_wording=0.15))
    wrong: float = 0.2
    """Share of clips that show another value, any of the others alike."""
    raters: int = 1
    rater_error: float = 0.0
    """Share of a rater's names that are another value."""
    both: float = 1.0
    """Share of clips that raters after the first name as well, at random; the others are left out."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """One way of scoring."""

    slope: float
    """Of centred scores on centred truth."""
    coverage: float
    width: float
    """Half of an interval, the middle one."""

    def __str__(self) -> str:
        return f"{self.slope:6.3f} {self.coverage:6.3f} {self.width:6.3f}"


def unmixed(case: Mixed, respondents: int, seed: int) -> tuple[Recovered, Recovered]:
    """Scores before and after, of respondents who each see clips of their own."""
    generator, law = np.random.default_rng(seed), case.law
    truth = law.value * generator.standard_normal((respondents, VALUES))
    plain = answer(law, respondents, generator, np.zeros((respondents, VALUES))).table
    found_for = np.broadcast_to(np.arange(VALUES)[:, None], (respondents, VALUES, law.clips))
    shows = _other(np.asarray(found_for), case.wrong, generator)
    table = plain + np.take_along_axis(truth, shows.reshape(respondents, -1), axis=1).reshape(shows.shape)[..., None]
    named = np.stack([_other(shows, case.rater_error, generator) for _ in range(case.raters)], axis=-1)
    named[..., 1:] = np.where(generator.random((*shows.shape, 1)) < case.both, named[..., 1:], -1)
    table = np.where((named >= 0).sum(axis=-1)[..., None] >= min(case.raters, 2), table, np.nan)
    told = np.stack([_weighed(found_for[each], named[each]) for each in range(respondents)])
    clusters, goal = Clusters.of(law.clusters()), truth - truth.mean(axis=1, keepdims=True)
    after = unmix(table, told, clusters, None, FACETS)
    return _recovered(_scored(table, law)[2], goal), _recovered(after.centred, goal)


def _other(codes: Integers, share: float, generator: np.random.Generator) -> Integers:
    """Codes of which a share is replaced by another, any alike."""
    moved = (codes + generator.integers(1, VALUES, codes.shape)) % VALUES
    return np.where(generator.random(codes.shape) < share, moved, codes)


def _weighed(found_for: Integers, named: Integers) -> Floats:
    by_clip = named.reshape(-1, named.shape[-1])
    kept, told = named_twice(by_clip), np.zeros((len(by_clip), VALUES))
    told[kept] = witnessed(found_for.ravel()[kept], by_clip[kept], VALUES).shown
    return told.reshape(*found_for.shape, VALUES)


def _scored(table: Floats, law: Law) -> tuple[Floats, Errors, Tested]:
    within = within_values(table, Clusters.of(law.clusters()))
    chosen = ~np.isnan(within.means)
    across = across_values(within, chosen)
    found = errors(within, across, chosen)
    return across.means, found, tested(across.means, centring(chosen), found)


def _recovered(centred: Tested, goal: Floats) -> Recovered:
    half = centred.half_width(LEVEL)
    slope = float((centred.estimate * goal).sum() / (goal**2).sum())
    return Recovered(slope, float((np.abs(centred.estimate - goal) <= half).mean()), float(np.median(half)))


@dataclass(frozen=True, slots=True)
class Prettier:
    """A respondent without values, and one value whose pictures are prettier."""

    law: Law = field(default_factory=lambda: Law(value=0.0, clip=0.4, taste=0.3, value_wording=0.15))
    by: float = 1.0
    """Standard deviations of prettiness within values."""
    taste: float = 0.6
    """Logits for one of them."""
    reliability: float = 1.0
    """Share of the variance of the rating, within values, that is prettiness."""
    further: int = 6
    """Nuisances that are rated as well and liked by nobody."""


@dataclass(frozen=True, slots=True)
class Named:
    """How often a value stands out."""

    prettier: float
    """The one with the prettier pictures."""
    other: float
    """Any of the others."""
    bias: float
    """Mean centred log-odds of the prettier value; 0 is true."""

    def __str__(self) -> str:
        return f"{self.prettier:6.3f} {self.other:6.3f} {self.bias:6.3f}"


def prettier(case: Prettier, respondents: int, seed: int) -> tuple[Named, Named]:
    """Before and after adjusting."""
    table, rated, law = _pretty_world(case, respondents, seed)
    means, found, centred = _scored(table, law)
    after = level(table, rated, Clusters.of(law.clusters()), None, FACETS)
    return _named(centred, means, found), _named(after.centred, after.means, after.errors)


def prettier_matched(case: Prettier, respondents: int, seed: int) -> Named:
    """The same in matched sets."""
    table, rated, law = _pretty_world(case, respondents, seed)
    generator, there = np.random.default_rng(seed + 1), np.ones((VALUES, law.clips), dtype=np.bool_)
    keep = np.stack([match(each, there, generator).keep for each in rated])
    means, found, centred = _scored(np.where(keep[..., None], table, np.nan), law)
    return _named(centred, means, found)


def _pretty_world(case: Prettier, respondents: int, seed: int) -> tuple[Floats, Floats, Law]:
    generator, law = np.random.default_rng(seed), case.law
    plain = answer(law, respondents, generator, np.zeros((respondents, VALUES))).table
    shift = case.by * (np.arange(VALUES) == 0)[:, None]
    pretty = generator.standard_normal((respondents, VALUES, law.clips)) + shift
    noise = np.sqrt(1.0 / case.reliability - 1.0) * generator.standard_normal(pretty.shape)
    further = generator.standard_normal((*pretty.shape, case.further))
    rated = np.concatenate([(pretty + noise)[..., None], further], axis=-1)
    return plain + case.taste * pretty[..., None], rated, law


def _named(centred: Tested, means: Floats, found: Errors) -> Named:
    p = np.fmax(holm(centred.p), omnibus(means, found).p[:, None])
    stands = p < 1.0 - LEVEL
    bias = float(centred.estimate[:, 0].mean())
    return Named(float(stands[:, 0].mean()), float(stands[:, 1:].any(axis=1).mean()), bias)


def _wrong_table(respondents: int) -> Iterator[str]:
    yield "wrong   C raters error  both |  before: slope cover half |  after"
    cases = [
        *((wrong, clips, 1, 0.0, 1.0) for wrong, clips in product((0.0, 0.1, 0.2, 0.3), (15, 40))),
        *((0.2, 15, raters, error, 1.0) for raters, error in product((1, 2, 3), (0.1, 0.2))),
        *((0.2, clips, raters, error, 1.0) for clips, raters, error in product((40,), (1, 2), (0.1, 0.2))),
        *((0.2, 40, 2, error, 0.5) for error in (0.1, 0.2)),
    ]
    for wrong, clips, raters, error, both in cases:
        case = Mixed(replace(Mixed().law, clips=clips), wrong, raters, error, both)
        before, after = unmixed(case, respondents, 1)
        yield f"{wrong:5.1f} {clips:3d} {raters:6d} {error:5.1f} {both:5.2f} | {before} | {after}"


def _pretty_table(respondents: int) -> Iterator[str]:
    yield "by   C reliability |  before: prettier other bias |  adjusted |  matched"
    for by, clips, reliability in product((1.0, 1.5), (15, 40), (1.0, 0.9, 0.8, 0.6)):
        case = Prettier(replace(Prettier().law, clips=clips), by, reliability=reliability)
        before, after = prettier(case, respondents, 1)
        matched = prettier_matched(case, max(respondents // 5, 1), 1)
        yield f"{by:3.1f} {clips:3d} {reliability:11.1f} | {before} | {after} | {matched}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, default=400)
    parser.add_argument("--only", choices=("wrong", "pretty"))
    chosen = parser.parse_args()
    for name, table in {"wrong": _wrong_table, "pretty": _pretty_table}.items():
        if chosen.only in (None, name):
            print(f"## {name}")
            for line in table(chosen.respondents):
                print(line, flush=True)


if __name__ == "__main__":
    main()
