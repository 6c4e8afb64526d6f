"""Whether what somebody says predicts what they watch and like: R-squared beyond popularity, quality and placebo.

Decisions about clips are predicted by least squares, each minus the walker's own rate, with weights from all clips but
those that are predicted (cross-validated over clips). The first prediction knows how popular the clip is among the
*other* walkers, what its picture is like, and what the others say on average about its value; the second knows besides
what *this* walker says of the value. The increment is what the second explains more of the variance within walkers. The
placebo gives every walker the stated profile of another. Wordings of one persona are one walker: none of them is among
the others of another. What others decided by the same luck, as agents with one seed and clone do, is not popularity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import factorial

import numpy as np
from numpy.typing import NDArray

from agents.personas.reserved import in_first_wording
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.pictures.bootstrap import percentiles
from valuespectrum.sessions.revealed.decisions import blocks
from valuespectrum.sessions.revealed.profiles import FEWEST_SESSIONS, OUTCOMES, decided
from valuespectrum.sessions.walks.means import units
from valuespectrum.sessions.walks.walked import Floats, WalkedSession, Walker
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

Integers = NDArray[np.int_]

FEWEST_WALKERS = 3
FEWEST_CLIPS = 20
_FOLDS = 10
_NOTHING = 1e-9
"""What rounding leaves of the variance of decisions that do not vary."""
_STREAM = "sessions/prediction"


@dataclass(frozen=True, slots=True)
class PredictOptions:
    """How decisions are predicted."""

    outcome: str = "watch"
    """One of ``profiles.OUTCOMES``."""
    draws: int = 1000
    """Of the bootstrap over sessions and clips, and at most so many placebos."""
    level: float = 0.95
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Predicted:
    """What stated profiles add."""

    base: float
    """R-squared without them, within walkers; may be below 0."""
    increment: Estimate
    """What they add, with the interval over sessions and clips."""
    by_placebo: float | None
    """The same with everybody's stated profile given to another, on average."""
    p: float | None
    """Of an increment as large among placebos."""
    walkers: int
    """Wordings of one persona are one."""
    sessions: int
    clips: int
    decisions: int
    quality: bool
    """Whether anything was known of the pictures."""

    def to_json(self) -> Json:
        """Ready for a document."""
        numbers = {
            name: getattr(self, name) for name in ("by_placebo", "p", "walkers", "sessions", "clips", "decisions")
        }
        beyond = (
            "popularity, picture quality and what everybody says"
            if self.quality
            else ("popularity and what everybody says (nothing is known of the pictures)")
        )
        covers = (
            f"The increment is beyond {beyond}; its interval covers other sessions of these walkers and other clips."
        )
        return {"base": self.base, **self.increment.to_json("increment"), **numbers, "covers": covers}


@dataclass(frozen=True, slots=True)
class _Decided:
    """A row for each decision."""

    y: Floats
    walker: Integers
    session: Integers
    """Clones of one seed are one."""
    luck: Integers
    """By which was acted: agents with one seed and clone share that of a step, people have their own."""
    drawn: Integers
    """What is drawn together: all sessions of agents with one seed."""
    clip: Integers
    value: Integers
    quality: Floats
    """Shape (rows, measures), standardised."""


def stated_predicts(
    sessions: Sequence[WalkedSession],
    stated: Mapping[Walker, Floats],
    quality: Mapping[str, Mapping[str, float]] | None = None,
    options: PredictOptions | None = None,
) -> Predicted:
    """How much stated profiles explain of decisions about clips that were held out.

    Args:
        sessions: Of several walkers; those without a stated profile, and those that decided nothing, are left out.
        stated: Walker to centred score of each of the ten values, measured by questions.
        quality: Clip to measures of its picture, where they are known.
        options: Outcome, draws, level.

    Raises:
        InputError: There are fewer than three such walkers (wordings of a persona are one) or twenty clips, or no
            walker decided now this and now that.
    """
    options = options or PredictOptions()
    told = [each for each in sessions if each.walker in stated and decided([each], [options.outcome])]
    walkers = list(dict.fromkeys(each.walker for each in told))
    table = _table(told, (walkers, stated), quality or {}, options.outcome)
    clips, role = len(np.unique(table.clip)), _roles(walkers)
    different = len(np.unique(role))
    if different < FEWEST_WALKERS or clips < FEWEST_CLIPS:
        raise InputError(
            f"{different} walkers with a stated profile decided about {clips} clips",
            f"{FEWEST_WALKERS} walkers and {FEWEST_CLIPS} clips are the least",
        )
    profiles = np.nan_to_num(np.array([stated[each] for each in walkers]))
    base, y = _base(table, profiles, role), _within(table.y[:, None], table.walker)[:, 0]
    fold = _folds(table.clip, options.seed)
    total, without = y**2, (y - _held_out(base, y, fold)) ** 2
    if not total.sum() > _NOTHING:
        raise InputError(
            "every walker decided alike about all its clips, so that there is nothing to predict",
            "look at what was answered: a model that always says the same decides nothing about clips",
        )

    def gained(given: Floats) -> Floats:
        own = _within(given[table.walker, table.value][:, None], table.walker)
        return without - (y - _held_out(np.column_stack([base, own]), y, fold)) ** 2

    gain = gained(profiles)
    placebos = [float(gained(profiles[order]).sum() / total.sum()) for order in _deranged(role, options)]
    increment = float(gain.sum() / total.sum())
    return Predicted(
        base=float(1 - without.sum() / total.sum()),
        increment=_interval(increment, gain, total, table, options),
        by_placebo=float(np.mean(placebos)) if placebos else None,
        p=(1 + sum(each >= increment for each in placebos)) / (1 + len(placebos)) if placebos else None,
        walkers=different,
        sessions=len(np.unique(table.session)),
        clips=clips,
        decisions=len(table.y),
        quality=table.quality.shape[1] > 0,
    )


def _table(
    sessions: Sequence[WalkedSession],
    said_by: tuple[Sequence[Walker], Mapping[Walker, Floats]],
    quality: Mapping[str, Mapping[str, float]],
    outcome: str,
) -> _Decided:
    names = sorted({name for measures in quality.values() for name in measures})
    walkers, stated = said_by
    place, values = {each: at for at, each in enumerate(walkers)}, {value: at for at, value in enumerate(VALUES)}
    rows, clips, looks, steps = [], [], [], []
    for number, session in enumerate(sessions):
        said = OUTCOMES[outcome](session)
        for step in np.flatnonzero(~np.isnan(said)).tolist():
            value = session.values[step]
            if value in values and not np.isnan(stated[session.walker][values[value]]):
                rows.append((float(said[step]), place[session.walker], number, values[value]))
                clips.append(session.items[step])
                steps.append(step)
                looks.append([quality.get(session.items[step], {}).get(name, np.nan) for name in names])
    if not rows:
        raise InputError("nothing was decided about clips of values", "name sessions of a corpus with values")
    y, walker, session_number, value_number = (np.array(column) for column in zip(*rows, strict=True))
    drawn = units(sessions)
    own = [(at, -1) if each.walker.human else None for at, each in enumerate(sessions)]
    lucks = [alone or (each.seed, each.clone) for alone, each in zip(own, sessions, strict=True)]
    seeds = [alone or (each.seed, 0) for alone, each in zip(own, sessions, strict=True)]
    keys: tuple[Sequence[object], ...] = (drawn, seeds, lucks)
    together, seed, luck = ([of[each] for each in session_number.tolist()] for of in keys)
    looked = _standardised(np.array(looks, dtype=np.float64))
    numbers = blocks(together), blocks(luck, steps), blocks(seed), blocks(clips)
    return _Decided(y, walker, *numbers, value_number, looked)


def _standardised(measures: Floats) -> Floats:
    """Columns with mean 0 and spread 1; what is unknown is average, what does not vary is left out."""
    if not measures.size:
        return np.empty((len(measures), 0))
    kept = [column for column in measures.T if (~np.isnan(column)).any() and np.nanstd(column) > 0]
    scaled = [np.nan_to_num((column - np.nanmean(column)) / np.nanstd(column)) for column in kept]
    return np.stack(scaled, axis=1) if scaled else np.empty((len(measures), 0))


def _roles(walkers: Sequence[Walker]) -> Integers:
    """A number for each walker, the same for the wordings of one persona."""
    return blocks([each._replace(persona=in_first_wording(each.persona)) for each in walkers])


def _base(table: _Decided, profiles: Floats, role: Integers) -> Floats:
    """Popularity among the others, picture, what the others say on average; minus the walker's own means."""
    own = np.zeros((int(role.max()) + 1, profiles.shape[1]))
    np.add.at(own, role, profiles)
    others = len(profiles) - np.bincount(role)[role]
    elsewhere = (profiles.sum(axis=0) - own[role]) / np.maximum(others, 1)[:, None]
    columns = [_popularity(table, role[table.walker]), table.quality, elsewhere[table.walker, table.value]]
    return _within(np.column_stack(columns), table.walker)


def _popularity(table: _Decided, role: Integers) -> Floats:
    """Mean of what other walkers decided about the clip by other luck, drawn to the mean of all by one decision."""
    clips = int(table.clip.max()) + 1

    def decided_by(group: Integers) -> Floats:
        cell = np.unique(group * clips + table.clip, return_inverse=True)[1]
        return np.stack([np.bincount(cell)[cell], np.bincount(cell, table.y)[cell]])

    both = role * (int(table.luck.max()) + 1) + table.luck
    all_of_it, own, same = (decided_by(each) for each in (np.zeros_like(role), role, table.luck))
    count, total = all_of_it - own - same + decided_by(both)
    return np.asarray((total + table.y.mean()) / (count + 1.0))


def _folds(clip: Integers, seed: int) -> Integers:
    order = stream(seed, f"{_STREAM}/folds").permutation(int(clip.max()) + 1)
    return np.asarray((order % _FOLDS)[clip])


def _held_out(features: Floats, y: Floats, fold: Integers) -> Floats:
    """Predictions from the rows of all other folds; a ridge of almost nothing keeps them where a column is empty."""
    found = np.empty(len(y))
    gram = np.stack([features[fold == each].T @ features[fold == each] for each in range(_FOLDS)])
    product = np.stack([features[fold == each].T @ y[fold == each] for each in range(_FOLDS)])
    ridge = 1e-6 * np.eye(features.shape[1])
    for each in range(_FOLDS):
        weights = np.linalg.solve(gram.sum(axis=0) - gram[each] + ridge, product.sum(axis=0) - product[each])
        found[fold == each] = features[fold == each] @ weights
    return found


def _within(columns: Floats, walker: Integers) -> Floats:
    """Columns minus the means of each walker."""
    totals = np.zeros((int(walker.max()) + 1, columns.shape[1]))
    np.add.at(totals, walker, columns)
    return np.asarray(columns - (totals / np.maximum(np.bincount(walker), 1)[:, None])[walker])


def _deranged(role: Integers, options: PredictOptions) -> list[Integers]:
    """Orders in which nobody gets the place of their own role, at most as many as there are draws."""
    luck, count = stream(options.seed, f"{_STREAM}/placebo"), len(role)
    wanted = min(99, options.draws, factorial(min(count, 6)) // 4)
    found: dict[tuple[int, ...], Integers] = {}
    for _ in range(50 * wanted):
        order = luck.permutation(count)
        if (role[order] != role).all():
            found[tuple(order.tolist())] = order
        if len(found) == wanted:
            break
    return list(found.values())


def _interval(increment: float, gain: Floats, total: Floats, table: _Decided, options: PredictOptions) -> Estimate:
    """Bootstrap of sessions and clips at once (pigeonhole: Owen 2007) of the ratio; predictions stay as they are."""
    luck = stream(options.seed, f"{_STREAM}/bootstrap")
    sessions, clips = int(table.drawn.max()) + 1, int(table.clip.max()) + 1
    if sessions < FEWEST_SESSIONS:
        return Estimate(increment, why=f"fewer than {FEWEST_SESSIONS} sessions; those of agents with one seed are one")
    above, below = (_summed(each, table.drawn, table.clip, (sessions, clips)) for each in (gain, total))
    drawn = []
    for _ in range(options.draws):
        rows = luck.multinomial(sessions, np.full(sessions, 1 / sessions))
        columns = luck.multinomial(clips, np.full(clips, 1 / clips))
        drawn.append(float(rows @ above @ columns) / max(float(rows @ below @ columns), 1e-12))
    found = percentiles(increment, np.array(drawn), options.level)
    return found if found.low is None else replace(found, se=float(np.std(drawn, ddof=1)))


def _summed(numbers: Floats, session: Integers, clip: Integers, shape: tuple[int, int]) -> Floats:
    found = np.zeros(shape)
    np.add.at(found, (session, clip), numbers)
    return found
