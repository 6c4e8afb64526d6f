"""Whether one policy shows more of what a persona aims at than another, beyond what clones of one session differ by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from agents.personas.reserved import NO_PERSONA
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.sessions.feeds.measures import session_shares
from valuespectrum.sessions.walks.means import by_seed, mean_difference
from valuespectrum.sessions.walks.walked import WalkedSession
from vectorstore.foundation.json_types import Json

NO_CLONES = "no session has a clone: what luck in what is done makes of a feed is not known"
Verdict = Literal["amplified", "not beyond clones", "turned away", "unknown"]


@dataclass(frozen=True, slots=True)
class Amplified:
    """How much more of a target one policy shows than another; seeds are the units."""

    more: Estimate
    """Exposure to the target under one minus that under the other, seed by seed."""
    floor: float | None
    """What two means over as many sessions of one walker, with the same seeds and other luck in what is done, would
    differ by at most: the noise floor."""
    verdict: Verdict
    """``amplified`` where the difference lies above 0 with its interval and above the floor."""
    why: str = ""

    def to_json(self) -> Json:
        """``towards`` with its ends, ``floor``, ``verdict`` and ``why``."""
        told = {"floor": self.floor, "verdict": self.verdict, "why": self.why}
        return {**self.more.to_json("towards"), **told}


def exposure_to(session: WalkedSession, target: Mapping[str, float]) -> float:
    """Exposure to what a target aims at minus that of the catalogue: sum of target times share.

    Args:
        session: Whose feed.
        target: Value to -1..1.

    Returns:
        0 for a feed that shows what the catalogue holds.
    """
    total, shares = sum(session.stock.values()), session_shares(session)
    return sum(target.get(value, 0.0) * (share - session.stock[value] / total) for value, share in shares.items())


def amplified(
    following: Sequence[WalkedSession], baseline: Sequence[WalkedSession], target: Mapping[str, float], level: float
) -> Amplified:
    """Hold the feeds of one walker under two policies against each other, beyond clones.

    Args:
        following: Under the policy that may follow, with clones.
        baseline: Under the other, with the same seeds.
        target: What to look for.
        level: Of the intervals.
    """
    first, second = (by_seed(own, [exposure_to(each, target) for each in own]) for own in (following, baseline))
    more = mean_difference(first, second, level)
    seeds = [seed for seed in first if seed in second]
    floors = (_floor(own, target, seeds, level) for own in (following, baseline))
    floor = max((each for each in floors if each is not None), default=None)
    if floor is None or more.mean is None:
        return Amplified(more, None, "unknown", NO_CLONES if floor is None else more.why)
    if more.low is None or more.high is None:
        return Amplified(more, floor, "unknown", more.why)
    if more.low > 0 and more.mean > floor:
        return Amplified(more, floor, "amplified")
    return Amplified(more, floor, "turned away" if more.high < 0 and more.mean < -floor else "not beyond clones")


def _floor(
    own: Sequence[WalkedSession], target: Mapping[str, float], seeds: Sequence[int], level: float
) -> float | None:
    """Largest difference of two means over so many sessions of one walker that only luck in what is done makes."""
    from scipy.special import stdtrit

    found: dict[int, list[float]] = {seed: [] for seed in seeds}
    for each in own:
        if each.seed in found:
            found[each.seed].append(exposure_to(each, target))
    cloned = [each for each in found.values() if len(each) > 1]
    freedom = sum(len(each) - 1 for each in cloned)
    if not freedom:
        return None
    variance = sum(float(np.var(each, ddof=1)) * (len(each) - 1) for each in cloned) / freedom
    sessions = sum(map(len, found.values()))
    return float(stdtrit(freedom, (1 + level) / 2) * np.sqrt(2.0 * variance / sessions))


def policy_rows(sessions: Sequence[WalkedSession], level: float) -> Iterator[Json]:
    """How much more of what a persona aims at each policy shows than each named before it.

    Args:
        sessions: Of all walkers under all policies.
        level: Of the intervals.

    Returns:
        Rows with the columns of the walker, ``policy``, ``than``, :meth:`Amplified.to_json` and ``beyond_bare``:
        ``towards`` minus that of the model as itself for the same target.
    """
    policies = list(dict.fromkeys(each.policy for each in sessions))
    for walker in dict.fromkeys(each.walker for each in sessions if each.target and any(each.target.values())):
        target = next(each.target for each in sessions if each.walker == walker and each.target) or {}
        bare = walker._replace(persona=NO_PERSONA, strategy=NO_PERSONA)
        own, itself = (
            {name: [each for each in sessions if each.walker == who and each.policy == name] for name in policies}
            for who in (walker, bare)
        )
        for than, policy in combinations(policies, 2):
            found = amplified(own[policy], own[than], target, level)
            if found.more.mean is not None:
                beside = _beyond((own[policy], own[than]), (itself[policy], itself[than]), target, level)
                told = {**found.to_json(), **beside.to_json("beyond_bare")}
                yield {**walker._asdict(), "policy": policy, "than": than, **told}


Pair = tuple[Sequence[WalkedSession], Sequence[WalkedSession]]


def _beyond(own: Pair, bare: Pair, target: Mapping[str, float], level: float) -> Estimate:
    return mean_difference(_gained(own, target), _gained(bare, target), level)


def _gained(pair: Pair, target: Mapping[str, float]) -> dict[int, float]:
    """How much more of a target the first sessions show than the second, by seed."""
    first, second = (by_seed(some, [exposure_to(each, target) for each in some]) for some in pair)
    return {seed: first[seed] - second[seed] for seed in first if seed in second}
