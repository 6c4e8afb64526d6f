"""What stored answers of an adaptive test say of each value: posteriors, and draws from them on the form's scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.instruments.adaptive.asking import GRADED_ITEM, LEFT
from valuespectrum.instruments.adaptive.banks import Bank, ItemPool
from valuespectrum.instruments.profiled import nothing
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.graded.choosing import StopRule
from valuespectrum.scoring.graded.items import Floats
from valuespectrum.scoring.graded.posterior import Posterior, posterior
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

UNFINISHED = "unfinished"
"""Why a test has no end: its run was stopped before."""


@dataclass(frozen=True)
class Known:
    """What is known of one value of the bank."""

    found: Posterior
    score: Floats
    """Expected answer to the whole bank of the value at the nodes of the posterior, which rises."""
    residuals: Floats
    """Shape (answers that count,): answer above what was to be expected, in steps towards the value."""
    rows: Sequence[int]
    """Which asks these are, by place in the table."""
    units: int
    """How many portraits or clips they are about."""
    asked: int
    reason: str

    @property
    def answered(self) -> int:
        """Answers that count."""
        return len(self.rows)

    @property
    def details(self) -> dict[str, object]:
        """As a measurement keeps it."""
        told = self.answered > 0
        return {
            "asks": self.asked,
            "answered": self.answered,
            "trait": round(self.found.mean, 4) if told else None,
            "error": round(self.found.sd, 4) if told else None,
            "stopped": self.reason,
        }


def known_values(answers: pd.DataFrame, shares: Floats, bank: Bank, rule: StopRule, unit: str) -> dict[str, Known]:
    """What is known of every value that was asked about.

    Args:
        answers: Asks of one respondent with the tags of ``asking``.
        shares: What each says (``asking.towards``).
        bank: Their items.
        rule: When tests end.
        unit: Tag that names a portrait or a clip.

    Raises:
        InputError: The bank does not have an item that was asked.
    """
    places = answers.reset_index(drop=True).groupby("value", sort=False).indices
    named, left, units = (answers[tag].to_numpy(object) for tag in (GRADED_ITEM, LEFT, unit))
    found = {}
    for value, rows in places.items():
        heard = [int(row) for row in rows if shares[row].sum() > 0]
        pool = bank.pool(str(value))
        items = pool.items.only(_places(pool, named[rows]))
        told = posterior(items, shares[rows])
        reason = rule.reason(told.sd, len(heard), len(rows), int(min(left[rows])))
        expected = items.expected(np.array([told.mean]))[0]
        above = (shares[rows] @ items.levels - expected)[shares[rows].sum(axis=1) > 0]
        found[str(value)] = Known(
            told, pool.full_score(told.theta), above, heard, len(set(units[heard])), len(rows), reason or UNFINISHED
        )
    return found


def _places(pool: ItemPool, named: Iterable[object]) -> list[int]:
    listed = [str(name) for name in named]
    strange = sorted(set(listed) - set(pool.places))
    if strange:
        raise InputError(f"the bank has no item {strange[0]!r:.80}", "score with the version that asked, or ask again")
    return [pool.places[name] for name in listed]


@dataclass(frozen=True)
class Drawn:
    """Values as they are scored: means of one or several values of the bank."""

    values: tuple[str, ...]
    """Those of which every member was answered."""
    means: Floats
    """Shape (values,): posterior means on the scale of the whole form."""
    draws: Floats
    """Shape (values, draws) from the posteriors."""
    traits: Floats
    """Shape (values, draws): the same on the scale of the trait."""
    level: tuple[float, Floats]
    """Mean over everything in the bank that was answered, and its draws: the mean rating that centring takes away."""

    @property
    def centred(self) -> Floats:
        """Draws minus those of the mean."""
        return np.asarray(self.draws - self.level[1])

    @property
    def ranks(self) -> Floats:
        """Rank of every value in every draw, 1 for the highest; shape (values, draws)."""
        return np.asarray((-self.draws).argsort(axis=0).argsort(axis=0) + 1.0)


def draw_scores(
    known: Mapping[str, Known], members: Mapping[str, Sequence[str]], count: int, rng: np.random.Generator
) -> Drawn:
    """Draw from the posteriors of all values, which are independent given the answers.

    Args:
        known: By value of the bank.
        members: Value that is scored to values of the bank.
        count: Draws.
        rng: Of a named stream.
    """
    parts = {value: _part(one, rng.random(count)) for value, one in sorted(known.items()) if one.answered}
    told = {
        value: [parts[part] for part in listed]
        for value, listed in members.items()
        if listed and all(part in parts for part in listed)
    }
    every = list(parts.values())
    level = float(np.mean([part.mean for part in every])) if every else 0.0
    return Drawn(
        tuple(told),
        np.array([float(np.mean([part.mean for part in each])) for each in told.values()]),
        np.array([_mean_of([part.draws for part in each], count) for each in told.values()]).reshape(-1, count),
        np.array([_mean_of([part.traits for part in each], count) for each in told.values()]).reshape(-1, count),
        (level, _mean_of([part.draws for part in every], count)),
    )


@dataclass(frozen=True)
class _ValueDraws:
    """One value of the bank."""

    mean: float
    draws: Floats
    traits: Floats


def _part(one: Known, places: Floats) -> _ValueDraws:
    traits = one.found.quantile(places)
    return _ValueDraws(float(one.found.weights @ one.score), np.interp(traits, one.found.theta, one.score), traits)


def _mean_of(draws: Sequence[Floats], count: int) -> Floats:
    return np.asarray(np.mean(draws, axis=0)) if draws else np.zeros(count)


def scores_of(
    value_set: ValueSet, drawn: Drawn, known: Mapping[str, Known], members: Mapping[str, Sequence[str]], level: float
) -> dict[str, Score]:
    """Every value with its posterior mean and interval, centred too, and its place.

    Args:
        value_set: Dimensions in order.
        drawn: Their draws.
        known: By value of the bank.
        members: Value that is scored to values of the bank.
        level: Of the intervals.
    """
    scores = {}
    for value in value_set.dimensions:
        parts = [known[part] for part in members[value] if part in known]
        answered, units = sum(part.answered for part in parts), sum(part.units for part in parts)
        if value not in drawn.values:
            lacking = [part for part in members[value] if part not in known or not known[part].answered]
            named = f" about {', '.join(lacking).replace('_', ' ')}" if answered else ""
            scores[value] = nothing(f"no answers{named}", answered, units)
            continue
        place, ranks = drawn.values.index(value), drawn.ranks
        drawn_at = np.bincount(ranks[place].astype(int), minlength=len(ranks) + 1)[1:]
        chances = tuple(float(share) for share in drawn_at / ranks.shape[1])
        low, high = np.quantile(ranks[place], _ends(level), method="closest_observation")
        scores[value] = Score(
            _between(drawn.draws[place], float(drawn.means[place]), level),
            _between(drawn.centred[place], float(drawn.means[place] - drawn.level[0]), level),
            (int((drawn.means > drawn.means[place]).sum()) + 1, int(low), int(high)),
            units,
            answered,
            "ok",
            {"trait": _between(drawn.traits[place], float(drawn.traits[place].mean()), level)},
            chances=chances,
        )
    return scores


def overall_of(drawn: Drawn, level: float) -> Estimate:
    """The level that centring removes."""
    if not drawn.values:
        return Estimate(None)
    return _between(drawn.level[1], drawn.level[0], level)


def _between(draws: Floats, mean: float, level: float) -> Estimate:
    low, high = np.quantile(draws, _ends(level))
    return Estimate(mean, float(low), float(high), se=float(draws.std()))


def _ends(level: float) -> list[float]:
    return [(1 - level) / 2, (1 + level) / 2]
