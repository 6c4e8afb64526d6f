"""Profiles that choices reveal: what somebody kept watching and liked, by the values of the clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from valuespectrum.scoring.facets.findings import Inferred, found
from valuespectrum.scoring.facets.inference import Tested, holm
from valuespectrum.sessions.revealed.decisions import Decisions, Floats, Integers, blocks
from valuespectrum.sessions.revealed.mixed import MixedFit, fit_mixed
from valuespectrum.sessions.walks.means import units
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

OUTCOMES: Mapping[str, Callable[[WalkedSession], Floats]] = {
    "watch": lambda session: session.kept,
    "like": lambda session: session.liked,
    "time": lambda session: session.share,
}
"""What can be looked at: whether watching went on, whether it was liked once watched, which share was watched."""
FEWEST_SESSIONS = 3
"""Sessions of a walker below which its numbers have no interval."""
_NO_SESSIONS = f"fewer than {FEWEST_SESSIONS} sessions: nothing shows how another would go"
_STREAM = "sessions/bootstrap"
PartOf = Callable[[WalkedSession], Sequence[str]]


@dataclass(frozen=True, slots=True)
class RevealOptions:
    """How choices become a profile."""

    outcomes: tuple[str, ...] = ("watch", "like")
    """Names of :data:`OUTCOMES`; several are taken together, each with an intercept of its own."""
    over_clips: bool = True
    """Whether intervals cover other clips of these values beside other sessions."""
    level: float = 0.95
    most_weight: float = 10.0
    """Inverse propensities are cut off at this: a clip that was hardly ever shown does not decide alone."""
    draws: int = 400
    """Of the bootstrap over sessions, for what is no weighted sum."""
    seed: int = 0

    def __post_init__(self) -> None:
        unknown = [name for name in self.outcomes if name not in OUTCOMES]
        if unknown or not self.outcomes:
            raise InputError(
                f"there is no outcome {', '.join(unknown) or '(none was named)'}", f"{', '.join(OUTCOMES)}"
            )
        if not (0 < self.level < 1 and self.most_weight >= 1 and self.draws >= 50):
            raise InputError("level lies between 0 and 1, most_weight is at least 1, draws at least 50")


@dataclass(frozen=True)
class Revealed:
    """Profiles of several walkers out of one fit; centred log-odds."""

    walkers: tuple[tuple[Walker, str], ...]
    """Each with the part of the session, empty for the whole."""
    fit: MixedFit
    options: RevealOptions
    sessions: Mapping[Walker, int]
    """Of each walker, those in which anything was decided; clones of one seed are one, being drawn together."""
    paired: bool
    """Whether all walked with the same seeds, which are then drawn together."""
    effective: float
    """Share of the decisions that count after reweighting, 0 to 1."""
    reweighted: bool
    """Whether the chances are known by which clips were shown."""
    values: tuple[str, ...] = VALUES

    def place(self, walker: Walker, part: str = "") -> int:
        """Row of a walker."""
        return self.walkers.index((walker, part))

    def profile(self, walker: Walker, part: str = "") -> Floats:
        """Centred log-odds by value; NaN for values with too few clips."""
        return np.asarray(self.fit.beta[self.place(walker, part)])

    def estimates(self, walker: Walker) -> dict[str, Inferred]:
        """Centred log-odds of each value with their intervals."""
        return self.told(self._rows({self.place(walker): 1.0}), self.profile(walker), [walker])

    def shifts(self, walker: Walker, other: Walker) -> dict[str, Inferred]:
        """By value: one walker minus another."""
        rows = self._rows({self.place(walker): 1.0, self.place(other): -1.0})
        return self.told(rows, self.profile(walker) - self.profile(other), [walker, other])

    def lacking(self, whose: Sequence[Walker]) -> str:
        """Why numbers of these walkers have no interval; empty where they have one."""
        return _NO_SESSIONS if min(self.sessions[each] for each in whose) < FEWEST_SESSIONS else ""

    def told(self, weights: Floats, numbers: Floats, whose: Sequence[Walker]) -> dict[str, Inferred]:
        """Weighted sums of betas as findings, one for each value."""
        tested = self.tested(weights, numbers)
        why = self.lacking(whose)
        adjusted = holm(np.where(tested.se > 0, tested.p, np.nan))
        level = self.options.level
        return {value: found(tested, at, level, why, adjusted) for at, value in enumerate(self.values)}

    def one(self, weights: Floats, number: float, whose: Sequence[Walker]) -> Inferred:
        """One weighted sum of betas as a finding; weights of shape (1, walkers, values)."""
        why = self.lacking(whose)
        return found(self.tested(weights, np.array([number])), 0, self.options.level, why)

    def tested(self, weights: Floats, numbers: Floats) -> Tested:
        """Weighted sums of betas with their errors.

        Args:
            weights: Shape (sums, walkers, values).
            numbers: What they come to, shape (sums,).
        """
        variance, freedom = self.fit.influences.variance(weights, self.options.over_clips)
        return Tested(numbers, np.where(np.isnan(numbers), np.nan, np.sqrt(variance)), freedom)

    @cached_property
    def drawn(self) -> Floats:
        """Bootstrap profiles, shape (draws, walkers, values): one step from the fit to that of drawn sessions."""
        influences, luck = self.fit.influences, stream(self.options.seed, _STREAM)
        moved = _drawn(influences.sessions, influences.stratum, self.options.draws, luck)
        if self.options.over_clips:
            share = influences.clip_share(self._all).reshape(self.fit.beta.shape)
            moved = moved + _drawn(influences.clips, influences.group, self.options.draws, luck) * np.sqrt(share)
        if influences.alike.any():
            # What was decided alike stands still in all draws of these sessions.
            free = luck.normal(size=moved.shape) * np.sqrt(influences.alike)
            moved = moved + np.einsum("drw,rvw->drv", free, influences.centre)
        return np.asarray(self.fit.beta[None] + moved)

    @property
    def covers(self) -> str:
        """What was drawn again for its intervals, in words."""
        count = len(self.fit.influences.sessions)
        sessions = (
            f"seeds like these {count}, drawn once for all roles" if self.paired else f"sessions like these {count}"
        )
        clips = ", and clips of these values like those shown" if self.options.over_clips else ""
        lacking = "wordings of the questions" + ("" if self.options.over_clips else " and clips")
        return f"The interval covers other {sessions}{clips}. It does not cover other {lacking}."

    @property
    def _all(self) -> Floats:
        walkers, values = self.fit.beta.shape
        return np.eye(walkers * values).reshape(-1, walkers, values)

    def _rows(self, factors: Mapping[int, float]) -> Floats:
        walkers, values = self.fit.beta.shape
        weights = np.zeros((values, walkers, values))
        for place, factor in factors.items():
            weights[np.arange(values), place, np.arange(values)] = factor
        return weights


def reveal(
    sessions: Sequence[WalkedSession], options: RevealOptions | None = None, part_of: PartOf | None = None
) -> Revealed:
    """Fit the profiles of everybody who walked these sessions.

    Args:
        sessions: Through one catalogue; all sessions of one walker are taken together.
        options: How.
        part_of: Names the part of the session that each step belongs to; each part then has a profile of its own.

    Raises:
        InputError: Nothing was decided.

    Example:
        >>> reveal([])
        Traceback (most recent call last):
        vectorstore.foundation.errors.InputError: there are no sessions
    """
    options = options or RevealOptions()
    if not sessions:
        raise InputError("there are no sessions", "name session logs")
    paired = _paired(sessions)
    parts = [tuple(part_of(each)) if part_of else ("",) * len(each) for each in sessions]
    walkers = list(
        dict.fromkeys((each.walker, part) for each, named in zip(sessions, parts, strict=True) for part in named)
    )
    telling = [place for place, each in enumerate(sessions) if decided([each], options.outcomes)]
    if not telling:
        raise InputError("nothing was decided in these sessions", "every question was refused or failed")
    # A session in which nothing was decided does not show how another would go.
    sessions, parts = [sessions[place] for place in telling], [parts[place] for place in telling]
    clusters, strata = _drawn_together(sessions, paired)
    data, effective, known = _decisions(sessions, parts, walkers, options, (clusters, strata))
    own = {(each.walker, cluster) for each, cluster in zip(sessions, clusters.tolist(), strict=True)}
    counts = Counter(walker for walker, _ in own)
    return Revealed(tuple(walkers), fit_mixed(data), options, counts, paired, effective, known)


def decided(sessions: Sequence[WalkedSession], outcomes: Sequence[str]) -> bool:
    """Whether anything was decided in sessions, so that they reveal a profile.

    Args:
        sessions: Whose.
        outcomes: Names of :data:`OUTCOMES`.
    """
    return any((~np.isnan(OUTCOMES[name](each))).any() for each in sessions for name in outcomes)


def interleaved(parts: int) -> PartOf:
    """Every step to one of so many parts in turn: what differs between these is luck."""
    return lambda session: [str(step % parts) for step in range(len(session))]


def consecutive(parts: int) -> PartOf:
    """Every step to one of so many equally long stretches."""
    return lambda session: [str(step * parts // len(session)) for step in range(len(session))]


def _decisions(
    sessions: Sequence[WalkedSession],
    parts: Sequence[Sequence[str]],
    walkers: Sequence[tuple[Walker, str]],
    options: RevealOptions,
    drawn: tuple[Integers, Integers],
) -> tuple[Decisions, float, bool]:
    places = {each: place for place, each in enumerate(walkers)}
    items: dict[str, int] = {}
    loadings: list[Floats] = []
    rows: list[tuple[int, int, int, int, int, float, float]] = []
    clusters, stratum = drawn
    lucks, longest = _lucks(sessions), max(map(len, sessions))
    for session, named, cluster, luck in zip(sessions, parts, clusters.tolist(), lucks.tolist(), strict=True):
        weight = np.clip(1.0 / session.chance, 0.0, options.most_weight)
        for kind, outcome in enumerate(options.outcomes):
            said = OUTCOMES[outcome](session)
            for step in np.flatnonzero(~np.isnan(said)).tolist():
                item = items.setdefault(session.items[step], len(items))
                if item == len(loadings):
                    loadings.append(np.array([float(session.values[step] == each) for each in VALUES]))
                row = (places[session.walker, named[step]], kind, item, cluster, luck * longest + step)
                rows.append((*row, float(said[step]), float(weight[step])))
    role, kind, item, cluster, luck_of = np.array([row[:5] for row in rows], dtype=np.int_).T
    y, weight = np.array([row[5:] for row in rows], dtype=np.float64).T
    known = not np.isnan(weight).any()
    weight = np.where(np.isnan(weight), 1.0, weight)
    effective = float(weight.sum() ** 2 / (len(weight) * (weight**2).sum()))
    weight = weight / (np.bincount(role, weight) / np.maximum(np.bincount(role), 1))[role]
    shape = (len(walkers), len(options.outcomes))
    decisions = Decisions(role, kind, item, cluster, stratum, y, weight, np.stack(loadings), *shape, luck_of)
    return decisions, effective, known


def _lucks(sessions: Sequence[WalkedSession]) -> Integers:
    """Whose luck in what is done each session has: that of its seed and clone, whoever walks; people have their own."""
    own = ((place, -1) if each.walker.human else (each.seed, each.clone) for place, each in enumerate(sessions))
    return blocks(list(own))


def _paired(sessions: Sequence[WalkedSession]) -> bool:
    """Whether walkers walked once each with every one of the same seeds and clones; seeds of people say nothing."""
    if any(each.walker.human for each in sessions):
        return False
    seeds: dict[Walker, list[tuple[int, int]]] = {}
    for each in sessions:
        seeds.setdefault(each.walker, []).append((each.seed, each.clone))
    listed = [sorted(own) for own in seeds.values()]
    return len({tuple(own) for own in listed}) == 1 and len(set(listed[0])) == len(listed[0])


def _drawn_together(sessions: Sequence[WalkedSession], paired: bool) -> tuple[Integers, Integers]:
    """The draw that each session belongs to, and of each draw the sample: one of all, or one of each walker."""
    if paired:
        clusters = blocks([each.seed for each in sessions])
        return clusters, np.zeros(int(clusters.max()) + 1, dtype=np.int_)
    clusters = blocks(units(sessions))
    firsts = np.unique(clusters, return_index=True)[1].tolist()
    return clusters, blocks([sessions[first].walker for first in firsts])


def _drawn(influences: Floats, sample: Integers, draws: int, luck: np.random.Generator) -> Floats:
    """How much drawing the parts of each sample again moves every beta, shape (draws, walkers, values)."""
    times = np.zeros((draws, len(influences)))
    for each in np.unique(sample):
        members = np.flatnonzero(sample == each)
        times[:, members] = luck.multinomial(len(members), np.full(len(members), 1 / len(members)), size=draws) - 1
    return np.asarray((times @ influences.reshape(len(influences), -1)).reshape(draws, *influences.shape[1:]))
