"""How far intervals of social value orientation can be trusted: ``python -m bench.truth.orientation``.

Respondents of planted weights answer slider items by the planted formulas. Told: how often the interval of the
published angle holds the angle that endless arrangements would give, and that of the weights what is planted, by how
many answers are drawn to an ask; how far the published angle lies from the planted one; and how often the test that
kinds of people differ says so where they do not, and where they do. Respondents are drawn afresh or, with ``--cohort``,
are the members of a cohort; what is tuned is tuned on drawn ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.instruments.svo.angle import angle_of
from valuespectrum.instruments.svo.arranging import RESCALED, Arranging, arranged
from valuespectrum.instruments.svo.measured import angle_estimate, weigh
from valuespectrum.instruments.svo.payoffs import OPTIONS, PRIMARY, Floats, payoffs
from valuespectrum.instruments.svo.people.differing import differing
from valuespectrum.instruments.svo.shares import SliderShares
from valuespectrum.reference.cohort import COHORT, CohortMember, Leans
from valuespectrum.reference.planted import Mind, choice_shares, payoff_utilities
from valuespectrum.reference.sealed import sealed_cohort
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from vectorstore.foundation.random_streams import stream

SCORING = ScoringOptions()
_STREAM = "bench/truth/orientation"


@dataclass(frozen=True, slots=True)
class IntervalsKept:
    """How often intervals held the truth, and how far off numbers were."""

    respondents: int
    intervals: int
    """How many had one."""
    held: float
    """Share of these."""
    median_error: float
    largest_error: float
    width: float
    """Median width of intervals."""


def drawn_members(count: int, seed: int) -> list[CohortMember]:
    """Respondents of every orientation, half of them averse to inequality, with leans towards what stands first."""
    rng = stream(seed, f"{_STREAM}/members")
    return [
        CohortMember(
            f"drawn {number}",
            0.0,
            0.0,
            0.0,
            Leans(order=float(rng.normal(0, 0.4))),
            svo_angle=float(rng.uniform(-16, 61)),
            inequality_aversion=float(rng.choice([0.0, rng.uniform(0.1, 0.6)])),
        )
        for number in range(count)
    ]


def answered(member: CohortMember, draws: int, seed: int, arrangements: int = OPTIONS) -> SliderShares:
    """What a respondent answers: shares of so many draws an ask, or the shares themselves for none."""
    shown = arranged(Arranging(arrangements), seed, "truth")
    rng = stream(seed, f"{_STREAM}/answers/{member.name}")
    rows = [[_shares(member, item, each.orders[item], each.factor) for item in range(15)] for each in shown]
    shares = np.array(rows)
    if draws:
        shares = rng.multinomial(draws, shares) / draws
    first = np.array([[each.orders[item][0] for item in range(15)] for each in shown])
    factor = np.array([[float(each.factor)] * 15 for each in shown])
    return SliderShares(tuple(each.name for each in shown), shares, first, factor, False)


def true_angle(member: CohortMember) -> float:
    """The published angle over endless arrangements: each option first as often, each scale as often."""
    means = [
        (_shares(member, item, (first,), factor)[:, None] * payoffs()[item]).sum(axis=0)
        for item in PRIMARY
        for first in range(OPTIONS)
        for factor in sorted({factor for factor, _ in RESCALED})
    ]
    return float(angle_of(np.mean(means, axis=0)))


def coverage(members: Sequence[CohortMember], draws: int, seed: int = 0) -> dict[str, IntervalsKept]:
    """Intervals of the published angle, of the angle of the weights and of inequality aversion against the truth.

    Args:
        members: Respondents.
        draws: Answers drawn to an ask; 0 for probabilities.
        seed: Of arrangements and draws; each respondent has the next one.

    Returns:
        By number, and ``angle to planted``: the published angle against the planted one, which it does not claim.
    """
    found: dict[str, list[tuple[Estimate, float]]] = {}
    for number, member in enumerate(members):
        shown = answered(member, draws, seed + number)
        angle, weighed = angle_estimate(shown, SCORING), weigh(shown, SCORING)
        for name, estimate, truth in (
            ("angle", angle, true_angle(member)),
            ("weights_angle", weighed.angle(SCORING.level), member.svo_angle),
            ("inequality_aversion", weighed.inequality_aversion(SCORING.level), member.inequality_aversion),
            ("angle to planted", angle, member.svo_angle),
        ):
            found.setdefault(name, []).append((estimate, truth))
    return {name: _kept(pairs) for name, pairs in found.items()}


def alarms(runs: int, apart: float, draws: int = 1, seed: int = 0) -> dict[str, float]:
    """How often kinds of people are said to differ, at a level of .05.

    Args:
        runs: How many times.
        apart: Standard deviation, in degrees, of the planted orientation between kinds.
        draws: Answers drawn to an ask.
        seed: Of everything.

    Returns:
        Share of alarms with clips dealt out again, and with search words where clips of one word are alike (their
        orientation with a standard deviation of 5 degrees).
    """
    found = {"clip": 0, "search word": 0}
    for run in range(runs):
        rng = stream(seed, f"{_STREAM}/kinds", run)
        kinds = [kind for kind in "abcde" for _ in range(12)]
        shift = np.repeat(rng.normal(0, apart, 5), 12)
        alike = np.repeat(rng.normal(0, 5.0, 20), 3)
        words = [f"{kind}{place % 12 // 3}" for place, kind in enumerate(kinds)]
        for unit, towards, named in (("clip", shift, [""] * 60), ("search word", shift + alike, words)):
            angles = np.array([_towards(25.0 + each, draws, rng, place) for place, each in enumerate(towards)])
            tested = differing(angles, kinds, named, run, deals=199)
            found[unit] += tested.p is not None and tested.p <= 0.05
    return {unit: count / runs for unit, count in found.items()}


def _towards(angle: float, draws: int, rng: np.random.Generator, place: int) -> float:
    """The angle towards one clip: six items in one order."""
    member = CohortMember("shown", 0.0, 0.0, 0.0, Leans(order=0.3), svo_angle=angle)
    shares = np.array([_shares(member, item, ((place + item) % OPTIONS,), 1 + place % 3) for item in PRIMARY])
    counted = rng.multinomial(draws, shares) / draws
    return float(angle_of((counted[..., None] * payoffs()[list(PRIMARY)]).sum(axis=1).mean(axis=0)))


def _shares(member: CohortMember, item: int, order: Sequence[int], factor: int) -> Floats:
    """Planted shares of the options in the published order; of an order only the first place matters."""
    listed = [order[0], *(option for option in range(OPTIONS) if option != order[0])]
    points = [(int(own) * factor, int(other) * factor) for own, other in payoffs()[item][listed]]
    mind = Mind(member)
    shares = np.empty(OPTIONS)
    shares[listed] = choice_shares(mind, payoff_utilities(mind, points))
    return shares


def _kept(pairs: Sequence[tuple[Estimate, float]]) -> IntervalsKept:
    known = [(found, truth) for found, truth in pairs if found.mean is not None]
    errors = [abs(found.mean - truth) for found, truth in known if found.mean is not None]
    ends = [(found.low, found.high, truth) for found, truth in known]
    bounded = [(low, high, truth) for low, high, truth in ends if low is not None and high is not None]
    return IntervalsKept(
        len(pairs),
        len(bounded),
        float(np.mean([low <= truth <= high for low, high, truth in bounded])) if bounded else float("nan"),
        float(np.median(errors)),
        float(np.max(errors)),
        float(np.median([high - low for low, high, _ in bounded])) if bounded else float("nan"),
    )


def _lines(arguments: argparse.Namespace) -> Iterator[str]:
    cohorts = {"open": lambda: list(COHORT), "sealed": lambda: list(sealed_cohort("calibrate --open-sealed"))}
    chosen = cohorts[arguments.cohort]() if arguments.cohort else drawn_members(arguments.respondents, arguments.seed)
    members = [replace(each, refuses=0.0) for each in chosen if not each.leans.constant]
    for draws in (0, 1, 10):
        for name, kept in coverage(members, draws, arguments.seed).items():
            yield (
                f"{draws or 'no'} draws, {name}: {kept.respondents} respondents, {kept.held:.1%} of {kept.intervals} "
                f"intervals hold it, median width {kept.width:.2f}, error {kept.median_error:.2f} (median), "
                f"{kept.largest_error:.2f} (largest)"
            )
    if not arguments.cohort:
        for apart in (0.0, 5.0):
            yield f"kinds {apart:g} degrees apart: {alarms(arguments.runs, apart, seed=arguments.seed)}"


def main() -> None:
    """Print the figures that stand in ``docs/statistics/orientation.md``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, default=400, help="How many are drawn.")
    parser.add_argument("--runs", type=int, default=500, help="Of the test that kinds differ.")
    parser.add_argument("--cohort", choices=("open", "sealed"), help="Members of a cohort in place of drawn ones.")
    parser.add_argument("--seed", type=int, default=1)
    for line in _lines(parser.parse_args()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
