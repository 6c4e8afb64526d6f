"""How far walkers differ, and whether profiles stay what they are over a session.

All of these are held against what luck alone would give: the same number over parts of the sessions that take turns
step by step, which differ in nothing but luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.findings import Inferred, found
from valuespectrum.scoring.facets.inference import Tested
from valuespectrum.scoring.personas.pull import regress
from valuespectrum.scoring.profile import number
from valuespectrum.sessions.revealed.decisions import Floats
from valuespectrum.sessions.revealed.profiles import (
    FEWEST_SESSIONS,
    Revealed,
    RevealOptions,
    consecutive,
    interleaved,
    reveal,
)
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from vectorstore.foundation.json_types import Json

THIRDS = 3
STRETCHES = 4
"""Parts of a session over which the pull of a persona is followed."""
_FEWEST_WALKERS = 3


@dataclass(frozen=True, slots=True)
class Separability:
    """How much of what profiles vary by lies between walkers."""

    single: float | None
    """Intraclass correlation of one session: share of variance between walkers."""
    mean: float | None
    """The same of the mean over all sessions of each."""
    walkers: int
    sessions: float
    """Of each walker, on average."""


def separability(revealed: Revealed, walkers: Sequence[Walker]) -> Separability:
    """Intraclass correlation of profiles, pooled over values.

    Between walkers: variance of their profiles minus what luck makes of it; within: the variance of one session, which
    is that of the mean times the number of sessions.

    Args:
        revealed: With these walkers.
        walkers: Usually the personas of one model.
    """
    places = [revealed.place(each) for each in walkers]
    sessions = float(np.mean([revealed.sessions[each] for each in walkers])) if walkers else 0.0
    profiles = revealed.fit.beta[places]
    known = ~np.isnan(profiles).any(axis=0) if places else np.zeros(0, dtype=bool)
    if len(places) < _FEWEST_WALKERS or not known.any() or sessions < FEWEST_SESSIONS:
        return Separability(None, None, len(places), sessions)
    luck = (revealed.fit.influences.sessions[:, places] ** 2).sum(axis=0)[:, known].mean()
    between = max(float(profiles[:, known].var(axis=0, ddof=1).mean() - luck), 0.0)
    of_mean = between / (between + luck) if between + luck > 0 else None
    single = between / (between + luck * sessions) if between + luck > 0 else None
    return Separability(single, None if of_mean is None else float(of_mean), len(places), sessions)


@dataclass(frozen=True, slots=True)
class Stability:
    """Whether profiles stay the same from the first third of sessions to the last."""

    rank_order: float | None
    """Mean over values of the correlation over walkers of first and last third."""
    rank_order_by_luck: float | None
    """The same for thirds that take turns: the most that there could be."""
    ipsative: Mapping[Walker, tuple[float | None, float | None]]
    """By walker: correlation over values of first and last third, and of thirds that take turns."""


def stability(sessions: Sequence[WalkedSession], options: RevealOptions) -> Stability:
    """Rank-order stability (between walkers) and ipsative stability (within a walker), over thirds of sessions.

    Args:
        sessions: Of all walkers.
        options: How choices become profiles.
    """
    walkers = list(dict.fromkeys(each.walker for each in sessions))
    by_time, by_turns = (
        _thirds(reveal(sessions, options, part(THIRDS)), walkers) for part in (consecutive, interleaved)
    )
    ipsative = {
        walker: (_correlation(*by_time[place]), _correlation(*by_turns[place])) for place, walker in enumerate(walkers)
    }
    return Stability(_over_walkers(by_time), _over_walkers(by_turns), ipsative)


def _thirds(revealed: Revealed, walkers: Sequence[Walker]) -> Floats:
    """Profiles in the first and the last third, shape (walkers, 2, values); NaN where somebody has none."""
    known = set(revealed.walkers)
    nothing = np.full(len(revealed.values), np.nan)
    ends = ("0", str(THIRDS - 1))
    return np.array(
        [
            [revealed.profile(walker, part) if (walker, part) in known else nothing for part in ends]
            for walker in walkers
        ]
    )


def _over_walkers(thirds: Floats) -> float | None:
    found = [_correlation(thirds[:, 0, value], thirds[:, 1, value]) for value in range(thirds.shape[2])]
    known = [each for each in found if each is not None]
    return float(np.mean(known)) if known else None


def _correlation(first: Floats, second: Floats) -> float | None:
    known = ~np.isnan(first + second)
    if known.sum() < _FEWEST_WALKERS or min(np.ptp(first[known]), np.ptp(second[known])) < 1e-9:
        return None
    return number(float(np.corrcoef(first[known], second[known])[0, 1]))


@dataclass(frozen=True, slots=True)
class Fading:
    """How the pull of a persona changes over a session."""

    slope: Inferred
    """Change of the pull from the first to the last stretch of a session."""
    half_life: Estimate
    """Steps after which half of the pull is left, were it to go on so; without an upper end where it may not fade at
    all, and none where it does not."""

    def to_json(self) -> Json:
        """``fading`` and ``half_life`` with their ends."""
        return self.slope.to_json("fading") | self.half_life.to_json("half_life")


def fading(revealed: Revealed, walker: Walker, bare: Floats, target: Floats, steps: int) -> Fading:
    """Follow the pull of a persona through :data:`STRETCHES` stretches of its sessions.

    Args:
        revealed: Profiles by ``consecutive(STRETCHES)``.
        walker: The persona.
        bare: Profile of the bare model over whole sessions.
        target: What the persona aims at.
        steps: Of a session.
    """
    places = [revealed.place(walker, str(part)) for part in range(STRETCHES) if (walker, str(part)) in revealed.walkers]
    pulls = [regress(revealed.fit.beta[place], bare, target) for place in places]
    why = next((each.why for each in pulls if each.why), "")
    why = why or ("sessions are too short" if len(places) < STRETCHES else "")
    why = why or (f"fewer than {FEWEST_SESSIONS} sessions" if revealed.sessions[walker] < FEWEST_SESSIONS else "")
    if why:
        nothing = Estimate(None, why=why)
        return Fading(Inferred(nothing), nothing)
    at = np.arange(STRETCHES) - (STRETCHES - 1) / 2
    weights = np.zeros((1, *revealed.fit.beta.shape))
    for factor, place, each in zip(at / (at @ at) * (STRETCHES - 1), places, pulls, strict=True):
        weights[0, place] += factor * each.weights[1]
    change = float(at @ [each.pull for each in pulls] / (at @ at) * (STRETCHES - 1))
    variance, freedom = revealed.fit.influences.variance(weights, revealed.options.over_clips)
    slope = found(Tested(np.array([change]), np.sqrt(variance), freedom), 0, revealed.options.level)
    return Fading(slope, _half_life(slope.estimate, float(np.mean([each.pull for each in pulls])), steps))


def _half_life(slope: Estimate, pull: float, steps: int) -> Estimate:
    if pull <= 0:
        return Estimate(None, why="there is no pull that could fade")

    def lasting(change: float | None) -> float | None:
        # From first to last stretch lie so many steps.
        return None if change is None or change >= 0 else log(2) * pull / -change * steps * (1 - 1 / STRETCHES)

    ends = lasting(slope.low), lasting(slope.high)
    mean = lasting(slope.mean)
    why = "" if mean is not None else "the pull did not fade"
    if ends[0] is not None and ends[1] is None:
        why = why or "it may not fade at all: there is no upper end"
    return Estimate(mean, *ends, why=why)
