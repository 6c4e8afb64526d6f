"""How far walkers differ, and whether profiles stay what they are over a session; wordings of a persona are one walker.

All of these are held against what luck alone would give: the same number over parts of the sessions that take turns
step by step, which differ in nothing but luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from agents.personas.reserved import in_first_wording
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
    """The same of the mean over all sessions of each, in all its wordings."""
    walkers: int
    """Whatever their wordings."""
    sessions: float
    """Of each walker in one wording, on average."""


def separability(revealed: Revealed, walkers: Sequence[Walker]) -> Separability:
    """Intraclass correlation of profiles, pooled over values.

    Between walkers: variance of their profiles, means over wordings, minus what wordings and luck make of it; luck that
    all of them share, as with the same seeds, tells none of them from another. Within: variance of one session, which
    is that of wordings and of luck times the number of sessions.

    Args:
        revealed: With these walkers.
        walkers: Usually the personas of one model, each in one or several wordings.
    """
    places = [revealed.place(each) for each in walkers]
    sessions = float(np.mean([revealed.sessions[each] for each in walkers])) if walkers else 0.0
    profiles = revealed.fit.beta[places]
    known = ~np.isnan(profiles).any(axis=0) if places else np.zeros(0, dtype=bool)
    roles = _by_role(walkers)
    if len(roles) < _FEWEST_WALKERS or not known.any() or sessions < FEWEST_SESSIONS:
        return Separability(None, None, len(roles), sessions)
    moved = revealed.fit.influences.sessions[:, places][..., known]
    luck, apart = (float((each**2).sum(axis=0).mean()) for each in (moved, moved - moved.mean(axis=1, keepdims=True)))
    apart *= len(places) / (len(places) - 1)
    worded = [profiles[own][:, known] for own in roles]
    one = max(_within(worded), apart)
    left = one * float(np.mean([1 / len(own) for own in roles]))
    means = np.stack([own.mean(axis=0) for own in worded])
    between = max(float(means.var(axis=0, ddof=1).mean()) - left, 0.0)
    if not between + left > 0:
        return Separability(None, None, len(roles), sessions)
    # Of one session: that of its wording, and of luck as often as there are sessions.
    single = between / (between + one - apart + luck * sessions)
    return Separability(single, between / (between + left), len(roles), sessions)


def _by_role(walkers: Sequence[Walker]) -> list[list[int]]:
    """Places of the wordings of each persona; of any other walker its own."""
    found: dict[Walker, list[int]] = {}
    for place, each in enumerate(walkers):
        found.setdefault(each._replace(persona=in_first_wording(each.persona)), []).append(place)
    return list(found.values())


def _within(worded: Sequence[Floats]) -> float:
    """Variance of one wording around the mean of its persona, pooled over personas and values; 0 without several."""
    freedom = sum((len(own) - 1) * own.shape[1] for own in worded)
    squares = sum(float(((own - own.mean(axis=0)) ** 2).sum()) for own in worded)
    return squares / freedom if freedom else 0.0


@dataclass(frozen=True, slots=True)
class Stability:
    """Whether profiles stay the same from the first third of sessions to the last."""

    rank_order: float | None
    """Mean over values of the correlation of first and last third over walkers, placebo texts left out and wordings
    of a persona taken together."""
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
    # Placebo texts have nothing to stay what it is, and are more than there are personas.
    roles = [own for own in _by_role(walkers) if not walkers[own[0]].placebo]
    return Stability(_over_walkers(by_time, roles), _over_walkers(by_turns, roles), ipsative)


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


def _over_walkers(thirds: Floats, roles: Sequence[Sequence[int]]) -> float | None:
    if not roles:
        return None
    means = np.stack([thirds[list(own)].mean(axis=0) for own in roles])
    found = [_correlation(means[:, 0, value], means[:, 1, value]) for value in range(means.shape[2])]
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
