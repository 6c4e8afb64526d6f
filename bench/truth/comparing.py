"""What comparisons hold beyond pairs on the same clips, on planted truth: ``python -m bench.truth.comparing``.

Prints, over many pairs: coverage and family-wise errors with other clips for either, false alarms and power of the
trend over several runs, and how many clips are flagged rightly and wrongly.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from bench.truth.respondents import VALUES, Floats, Law, answer
from valuespectrum.scoring.comparing.differential import differential
from valuespectrum.scoring.comparing.drift import slope
from valuespectrum.scoring.comparing.samples import contrast_of_means
from valuespectrum.scoring.facets.comparison import judged
from valuespectrum.scoring.facets.tables import Layout, SetTable
from valuespectrum.theory.value_sets import TEN

LEVEL = 0.95
SAME_TASTE = Law(clips=15, wordings=3, taste=0.0, together=2)
"""Two who see the same clips and differ by their profiles and by chance in wordings, not by tastes of their own."""


def table_of(log_odds: Floats, prefix: str = "") -> SetTable:
    """A table without holes.

    Args:
        log_odds: Shape (values, clips, wordings).
        prefix: Before the names of clips: equal names are the same clips.
    """
    values, clips, wordings = log_odds.shape
    codes = np.arange(values * clips).reshape(values, clips)
    names = tuple(f"{prefix}{code:05d}" for code in range(values * clips))
    once = np.ones(log_odds.shape)
    asked = tuple(f"wording {w}" for w in range(wordings))
    return SetTable(Layout(TEN), asked, names, names, log_odds, codes, codes, once, 0.0 * once)


@dataclass(frozen=True, slots=True)
class Samples:
    """Two of equal values, each shown clips of its own."""

    coverage: float
    """Of centred differences."""
    family: float
    """Share of pairs in which any value was found to differ, adjusted."""
    width: float
    """Half of an interval, the middle one."""


def other_clips(law: Law, pairs: int, seed: int) -> Samples:
    """Compare means of two samples of clips."""
    law = replace(law, together=1)
    drawn = answer(law, 2 * pairs, np.random.default_rng(seed), np.zeros((2 * pairs, VALUES))).table
    held, found, width = [], 0, []
    for one, two in zip(drawn[:pairs], drawn[pairs:], strict=True):
        tables = table_of(one, "a"), table_of(two, "b")
        rows = judged(contrast_of_means(tables, (1.0, -1.0)), tables).values.values()
        ends = [(row.difference.estimate.low, row.difference.estimate.high) for row in rows]
        known = [(low, high) for low, high in ends if low is not None and high is not None]
        held += [low <= 0.0 <= high for low, high in known]
        width += [(high - low) / 2 for low, high in known]
        p = [row.difference.p_adjusted for row in rows]
        found += any(each is not None and each < 1.0 - LEVEL for each in p)
    return Samples(float(np.mean(held)), found / pairs, float(np.median(width)))


def trend(law: Law, runs: int, respondents: int, seed: int, rise: float = 0.0) -> float:
    """Share of respondents with a slope of the first value (of any value where none rises), adjusted.

    Args:
        law: How all runs answer; what clips have in common stays.
        runs: How many each has.
        respondents: How many.
        seed: Of all draws.
        rise: How much more of the first value each run has than the one before.
    """
    law = replace(law, together=runs)
    truth = np.zeros((runs, respondents, VALUES))
    truth[:, :, 0] = rise * np.arange(runs)[:, None]
    drawn = answer(law, runs * respondents, np.random.default_rng(seed), truth.reshape(-1, VALUES)).table
    by_run = drawn.reshape(runs, respondents, *drawn.shape[1:])
    named = 0
    for each in range(respondents):
        found = slope([table_of(run[each]) for run in by_run], list(range(runs)))
        p = [row.centred.p_adjusted for row in found.values.values()]
        named += min(chance for chance in (p[:1] if rise else p) if chance is not None) < 1.0 - LEVEL
    return named / respondents


@dataclass(frozen=True, slots=True)
class Flags:
    """Clips that were flagged in many pairs."""

    any: float
    """Share of pairs with any."""
    wrong: float
    """Share of the flagged that nothing was planted in, 0 where none was flagged; the mean over pairs."""
    found: float
    """Share of the planted that were flagged; 0 where none was planted."""
    spread: float
    """The spread that was told, the mean."""


def flags(law: Law, pairs: int, seed: int, off: float = 0.0, planted: int = 0) -> Flags:
    """Two respondents of different profiles, and clips that one of them likes otherwise.

    Args:
        law: How both answer.
        pairs: How many.
        seed: Of all draws.
        off: How much more the first likes planted clips, in log-odds.
        planted: How many clips of each of the first three values.
    """
    generator = np.random.default_rng(seed)
    drawn = answer(law, 2 * pairs, generator, 0.7 * generator.standard_normal((2 * pairs, VALUES))).table
    any_flagged, right, wrong, spread = 0, 0, 0.0, 0.0
    for one, two in zip(drawn[:pairs], drawn[pairs:], strict=True):
        one[:3, :planted] += off
        found = differential(table_of(one - two))
        where = [divmod(int(clip.clip), law.clips) for clip in found.flagged]
        hits = sum(value < 3 and clip < planted for value, clip in where)
        right, any_flagged = right + hits, any_flagged + bool(where)
        wrong += (len(where) - hits) / max(len(where), 1)
        spread += found.spread or 0.0
    count = max(3 * planted * pairs, 1)
    return Flags(any_flagged / pairs, wrong / pairs, right / count, spread / pairs)


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200)
    pairs = parser.parse_args().pairs
    print("other clips: clips, wordings, value x wording, sd and clips of search words | coverage, family, half width")
    for clips in (8, 15, 40):
        law = Law(clips=clips, wordings=3, value_wording=0.15)
        print(clips, 3, 0.15, other_clips(law, pairs, seed=1))
    print("trend over runs: runs, rise | named")
    for runs, rise in ((3, 0.0), (5, 0.0), (3, 0.25), (5, 0.25)):
        print(runs, rise, trend(SAME_TASTE, runs, pairs, seed=2, rise=rise))
    print("clips: wordings, unevenness, off, planted of 15 clips of three values | flagged")
    for wordings in (2, 3, 6):
        for uneven, off, planted in product((0.0, 0.3), (0.0, 0.6, 1.2), (0, 2, 5)):
            if bool(off) == bool(planted):
                law = replace(SAME_TASTE, wordings=wordings, value_wording=0.3, uneven=uneven)
                print(wordings, uneven, off, planted, flags(law, pairs, 3, off, planted), flush=True)
    print("a taste of .5 for four settings", flags(Law(clips=15, wordings=3, together=2), pairs, 4))


if __name__ == "__main__":
    main()
