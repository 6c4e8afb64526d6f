"""Stated profiles of planted walkers and what they watch: ``python -m bench.truth.prediction``.

``logit P(watch) = theta(walker, value) + clip + 0.5 * quality``, ``stated = share * theta + noise``; the truth is the
increment that the same estimate finds with 150 walkers, mean over worlds. Simulated without a model.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.readouts.evidence import Floats
from valuespectrum.sessions.predicting import PredictOptions, stated_predicts
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from valuespectrum.theory.values import VALUES

World = tuple[list[WalkedSession], dict[Walker, Floats], Mapping[str, Mapping[str, float]]]


@dataclass(frozen=True, slots=True)
class Foretold:
    """Walkers, and how much of what they like they say."""

    share: float = 1.0
    walkers: int = 24
    sessions: int = 2
    steps: int = 50
    clips: int = 120
    own_sd: float = 1.0
    """Of what walkers like differently, in log-odds; values that all like alike have a spread of .5."""
    noise: float = 0.5
    clip_sd: float = 0.5


def world(planted: Foretold, luck: np.random.Generator) -> World:
    """Sessions, stated profiles, and what the pictures are like."""
    shared = luck.normal(0, 0.5, len(VALUES))
    clip, look = luck.normal(0, planted.clip_sd, planted.clips), luck.normal(0, 1, planted.clips)
    value = np.arange(planted.clips) % len(VALUES)
    stock = {name: int((value == place).sum()) for place, name in enumerate(VALUES)}
    sessions, stated = [], {}
    for number in range(planted.walkers):
        walker = Walker(f"walker {number}")
        theta = shared + luck.normal(0, planted.own_sd, len(VALUES))
        said = planted.share * theta + luck.normal(0, planted.noise, len(VALUES))
        stated[walker] = said - said.mean()
        for seed in range(planted.sessions):
            shown = luck.permutation(planted.clips)[: planted.steps]
            yes = 1 / (1 + np.exp(-(theta[value[shown]] + clip[shown] + 0.5 * look[shown])))
            kept = (luck.random(planted.steps) < yes).astype(float)
            sessions.append(
                WalkedSession(
                    f"{number}-{seed}",
                    walker,
                    "random",
                    # Everybody acts by luck of their own.
                    planted.sessions * number + seed,
                    tuple(f"clip{each}" for each in shown),
                    tuple(VALUES[each] for each in value[shown]),
                    tuple("watch" if each else "skip" for each in kept),
                    kept,
                    np.full(planted.steps, np.nan),
                    kept,
                    np.ones(planted.steps),
                    np.zeros(planted.steps, dtype=bool),
                    stock,
                )
            )
    return sessions, stated, {f"clip{place}": {"look": float(each)} for place, each in enumerate(look)}


@cache
def planted_increment(planted: Foretold, trials: int = 2) -> float:
    """What is true: the increment over many walkers, mean over worlds."""
    many, options = replace(planted, walkers=150), PredictOptions(draws=50)
    found = [stated_predicts(*world(many, np.random.default_rng([99, trial])), options) for trial in range(trials)]
    return float(np.mean([each.increment.mean for each in found]))


def coverage(found: Sequence[Estimate], truth: float) -> tuple[float, int]:
    """Share of the intervals that hold the truth, and how many there are; what has none is neither held nor missed.

    Args:
        found: Increments.
        truth: What is planted.
    """
    ends = [(each.low, each.high) for each in found if each.low is not None and each.high is not None]
    return float(np.mean([low <= truth <= high for low, high in ends])) if ends else float("nan"), len(ends)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    chosen = parser.parse_args()
    for share in (0.0, 0.5, 1.0):
        for walkers in (8, 24):
            planted = Foretold(share=share, walkers=walkers)
            truth = planted_increment(planted, 10)
            found = [
                stated_predicts(*world(planted, np.random.default_rng([1, each]))) for each in range(chosen.trials)
            ]
            apart = np.array([each.increment.mean - truth for each in found if each.increment.mean is not None])
            held, intervals = coverage([each.increment for each in found], truth)
            false = np.mean([each.p is not None and each.p <= 0.05 for each in found])
            print(
                f"share {share:g}, {walkers} walkers: planted {truth:.3f}, bias {apart.mean():+.3f}, within .05 "
                f"{np.mean(np.abs(apart) < 0.05):.3f}, coverage {held:.3f} of {intervals} intervals, "
                f"p <= .05 {false:.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
