"""What the intervals and tests of the scoring hold, on planted truth: ``python -m bench.truth.coverage``.

From answers in four cells through the readouts to intervals and tests, as stored answers go. Prints a table a question:
coverage of centred log-odds and type-I errors in every cell of value x wording, wordings, clips and search words; the
same with drawn answers; two respondents; ranks. ``--every 12`` takes each twelfth cell of a shuffled list.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from bench.truth.respondents import VALUES, Floats, Law, answer
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.comparison import equality
from valuespectrum.scoring.facets.inference import Errors, Tested, centring, errors, holm, omnibus, tested
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.facets.ranking import rank_bounds
from valuespectrum.scoring.guards.known import mean_over

LEVEL = 0.95
VALUE_WORDING = (0.0, 0.15, 0.3, 0.6)
WORDINGS = (2, 3, 6)
CLIPS = (15, 40)
WORDS = ((0.0, 1), *((sd, per_word) for sd in (0.0, 0.5) for per_word in (1, 2, 3, 4, 5, 0) if sd or per_word != 1))
"""Sd of search words, and clips a word (0: one to five)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One cell."""

    coverage: float
    """Share of the values that were told whose interval holds the truth."""
    least: float
    """Coverage of the value that is covered least."""
    omnibus: float
    """Share in which the values were found to differ."""
    family: float
    """Share in which any value stood out after Holm's adjustment alone."""
    gated: float
    """The same after the omnibus test as well, as the scores have it."""
    width: float
    """Half of an interval, the middle one."""
    told: float
    """Share of values whose liking the readout told."""

    def __str__(self) -> str:
        numbers = (self.coverage, self.least, self.omnibus, self.family, self.gated, self.width, self.told)
        return " ".join(f"{number:6.3f}" for number in numbers)


HEADINGS = "cover  least   omni  holm   gated  half   told"


def scored(table: Floats, law: Law) -> tuple[Floats, Errors, Tested]:
    """Means, their errors and centred estimates of many respondents."""
    within = within_values(table, Clusters.of(law.clusters()))
    chosen = ~np.isnan(within.means)
    across = across_values(within, chosen)
    found = errors(within, across, chosen)
    return across.means, found, tested(across.means, centring(chosen), found)


def outcome(table: Floats, truth: Floats, law: Law) -> Outcome:
    """What the scoring makes of tables whose truth is known; its tests tell type-I errors where values are equal."""
    means, found, centred = scored(table, law)
    told = found.chosen
    goal = truth - mean_over(np.where(told, truth, np.nan), 1)[:, None]
    half = np.where(told, centred.half_width(LEVEL), np.nan)
    inside = mean_over(np.where(told, np.abs(centred.estimate - goal) <= half, np.nan), 0)
    any_p, smallest = omnibus(means, found).p, np.nanmin(holm(centred.p), axis=1, initial=1.0)
    differ, family, gated = (float((p < 1.0 - LEVEL).mean()) for p in (any_p, smallest, np.maximum(any_p, smallest)))
    middle, share = float(np.nanmedian(half)), float(told.mean())
    return Outcome(float(np.nanmean(inside)), float(np.nanmin(inside)), differ, family, gated, middle, share)


def one_respondent(law: Law, respondents: int, seed: int) -> Outcome:
    """Coverage and type-I errors of one cell.

    Log-odds of log-probabilities err the same whatever the truth; counted draws do not, so half of those respondents
    have values, for coverage, and half have none, for the errors.
    """
    generator = np.random.default_rng(seed)
    if not law.draws:
        drawn = answer(law, respondents, generator, np.zeros((respondents, VALUES)))
        return outcome(drawn.table, drawn.truth, law)
    half = respondents // 2
    valued, none = answer(law, half, generator), answer(law, half, generator, np.zeros((half, VALUES)))
    covered, errors_of = outcome(valued.table, valued.truth, law), outcome(none.table, none.truth, law)
    return replace(errors_of, coverage=covered.coverage, least=covered.least, width=covered.width, told=covered.told)


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """Two respondents, many times."""

    error: float
    """Share of values without a difference that were found to differ, unadjusted."""
    family: float
    """Share of pairs in which any of them was, adjusted."""
    omnibus: float
    """Share of pairs found to differ."""
    power: float
    """Share of pairs in which the value that differs was found, unadjusted."""
    equal: float
    """Share of values called equal within the margin."""


def pair(law: Law, pairs: int, seed: int, gap: float = 0.0, shift: float = 0.0, margin: float = 0.5) -> PairOutcome:
    """Two respondents with the same values but for the first.

    Args:
        law: How both answer.
        pairs: How many.
        seed: Of all draws.
        gap: How much more the second likes everything.
        shift: How much more the first has of the first value; centred, nine tenths of it.
        margin: For equality.
    """
    generator = np.random.default_rng(seed)
    truth = np.repeat(law.value * generator.standard_normal((1, pairs, VALUES)), 2, axis=0)
    truth[0, :, 0] += shift
    truth[1] += gap
    drawn = answer(law, 2 * pairs, generator, truth.reshape(2 * pairs, VALUES))
    means, found, centred = scored(drawn.table[:pairs] - drawn.table[pairs:], law)
    p, differ = centred.p, omnibus(means, found).p
    same = slice(1, None) if shift else slice(None)
    adjusted = np.maximum(holm(p), differ[:, None])
    return PairOutcome(
        float((p[:, same] < 1.0 - LEVEL).mean()),
        float((adjusted[:, same] < 1.0 - LEVEL).any(axis=1).mean()),
        float((differ < 1.0 - LEVEL).mean()),
        float((p[:, 0] < 1.0 - LEVEL).mean()),
        float((equality(centred, margin) < 1.0 - LEVEL)[:, same].mean()),
    )


def ranks_held(law: Law, respondents: int, seed: int) -> tuple[float, float]:
    """Share of true ranks inside their interval, and how many ranks an interval holds."""
    drawn = answer(law, respondents, np.random.default_rng(seed))
    means, found, _ = scored(drawn.table, law)
    low, high = rank_bounds(means, found, found.chosen, LEVEL)
    true = 1 + (drawn.truth[:, None, :] > drawn.truth[:, :, None]).sum(axis=-1)
    return float(((low <= true) & (true <= high)).mean()), float((high - low + 1).mean())


def cells() -> Iterator[Law]:
    """Every cell that the intervals have to hold in."""
    for (word, per_word), clips, wordings, sd in product(WORDS, CLIPS, WORDINGS, VALUE_WORDING):
        yield Law(clips=clips, wordings=wordings, value_wording=sd, word=word, per_word=per_word)


def drawn_cells() -> Iterator[Law]:
    """The same with ten drawn answers a cell, at leans of 0 to 2, and one to five clips a search word."""
    for lean, word, clips, wordings, sd in product((0.0, 1.0, 2.0), (0.0, 0.5), CLIPS, WORDINGS, VALUE_WORDING):
        per_word = 0 if word else 1
        yield Law(clips, wordings, value_wording=sd, word=word, per_word=per_word, lean=lean, draws=10)


def thinned(laws: Iterable[Law], every: int) -> Iterator[Law]:
    """Each so-manieth of a shuffled list, in its first order: all levels of everything are among them."""
    listed = list(laws)
    kept = np.random.default_rng(0).permutation(len(listed))[::every]
    yield from (listed[place] for place in sorted(kept))


def _table(laws: Iterable[Law], respondents: int) -> Iterator[str]:
    yield f"value x wording  W  C  word sd  clips a word  lean | {HEADINGS}"
    for law in laws:
        found = one_respondent(law, respondents, seed=1)
        per_word = "1-5" if law.per_word == 0 else str(law.per_word)
        cell = (
            f"{law.value_wording:15.2f} {law.wordings:2d} {law.clips:2d} {law.word:8.1f} {per_word:>13} {law.lean:5.1f}"
        )
        yield f"{cell} | {found}"


def _pairs(respondents: int) -> Iterator[str]:
    yield "readout  gap  value x wording  W | error family  omni  power .5  equal (no shift)"
    for draws, gap, sd, wordings in product((0, 10), (0.0, 1.5, 3.0), (0.0, 0.3), (2, 6)):
        law = Law(wordings=wordings, value_wording=sd, draws=draws, together=2)
        none = pair(law, respondents, 1, gap)
        some = pair(law, respondents, 2, gap, shift=0.5)
        rates = (none.error, none.family, none.omnibus, some.power, none.equal)
        name = "10 draws" if draws else "log-p"
        yield f"{name:8} {gap:4.1f} {sd:16.2f} {wordings:2d} | " + " ".join(f"{rate:6.3f}" for rate in rates)


def _ranks(respondents: int) -> Iterator[str]:
    yield "value sd  clips | rank inside  ranks held"
    for value, clips in product((0.0, 0.2, 0.5, 1.0), CLIPS):
        law = Law(value=value, clips=clips, value_wording=0.15)
        if value == 0.0:
            law = replace(law, value=1e-9)
        held, width = ranks_held(law, respondents, 1)
        yield f"{value:8.1f} {clips:6d} | {held:10.3f} {width:10.1f}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, default=400)
    parser.add_argument("--every", type=int, default=1, help="thin the cells out")
    parser.add_argument("--only", choices=("cells", "draws", "pairs", "ranks"))
    chosen = parser.parse_args()
    tables: dict[str, Callable[[], Iterator[str]]] = {
        "cells": lambda: _table(thinned(cells(), chosen.every), chosen.respondents),
        "draws": lambda: _table(thinned(drawn_cells(), chosen.every), chosen.respondents),
        "pairs": lambda: _pairs(chosen.respondents),
        "ranks": lambda: _ranks(chosen.respondents),
    }
    for name, table in tables.items():
        if chosen.only in (None, name):
            print(f"## {name}")
            for line in table():
                print(line, flush=True)


if __name__ == "__main__":
    main()
