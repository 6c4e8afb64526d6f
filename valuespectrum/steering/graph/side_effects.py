"""How often other values change together with one that changed: those that a graph expects to, and the others.

The measure of Kang et al. (2025): among the rows in which value c changed, the fraction in which each other value
changed, averaged over a set of values, then over c; empty sets are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.pictures.bootstrap import percentiles
from valuespectrum.steering.graph.value_graph import GraphEffects
from valuespectrum.steering.graph.value_table import NOBODY, Floats, RowKey, ValueTable, described
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

Bools = NDArray[np.bool_]
_BEYOND = 1.959964
"""Standard errors of a difference beyond which a number that has errors has changed."""
_RESAMPLES = 2000
_FEWEST = 10
"""Rows below which no interval is told."""


@dataclass(frozen=True, slots=True, eq=False)
class ValueChanges:
    """Which values changed in which row against a base."""

    values: tuple[str, ...]
    changed: Bools
    """(rows, values)."""
    personas: tuple[str, ...]
    """Of each row."""
    against: str
    """What the base is, in words."""
    rule: str
    """What counts as a change, in words."""
    models: tuple[str, ...] = ()
    """Of each row; empty where all are of one."""


def persona_changes(table: ValueTable, base: RowKey) -> ValueChanges:
    """Rows without intervention, against one of them.

    Args:
        table: Profiles.
        base: A row of it; rows without a persona count only if the base has none, rows of another model or clip never:
            what they differ in may be that.

    Raises:
        InputError: There is no such row, or nothing to compare with it.
    """
    if base not in table.keys:
        raise InputError(f"the table has no row of {base.persona or 'nobody'} without an intervention", "name another")
    kept = table.where(
        lambda key: (
            key.intervention == NOBODY
            and (key.model, key.clip) == (base.model, base.clip)
            and (bool(key.persona) or base.persona == NOBODY)
        )
    )
    if len(kept) < 2:
        raise InputError(
            f"no other row stands beside {described(base)}, of the same model and clip", "name another persona"
        )
    at = kept.keys.index(base)
    return _changes(kept, np.full(len(kept), at), f"against {base.persona or 'no persona'}")


def intervention_changes(table: ValueTable, persona: str | None = None) -> ValueChanges:
    """Rows with an intervention, each against the same respondent without.

    Args:
        table: Profiles.
        persona: Of this persona alone; ``None`` for all.

    Raises:
        InputError: There is no such row, or no row without intervention beside it.
    """
    kept = table if persona is None else table.where(lambda key: key.persona == persona)
    places = {key: at for at, key in enumerate(kept.keys)}
    moved = [at for at, key in enumerate(kept.keys) if key.intervention != NOBODY]
    bases = [places.get(RowKey(key.persona, NOBODY, key.model, key.clip)) for key in (kept.keys[at] for at in moved)]
    pairs = [(at, base) for at, base in zip(moved, bases, strict=True) if base is not None]
    if not pairs:
        raise InputError(
            "the table has no row with an intervention beside the same one without"
            + ("" if persona is None else f" for {persona!r:.80}"),
            "measure every persona without an intervention, too",
        )
    rows, against = np.array(pairs).T
    return _changes(kept, against, "against the same without intervention", rows)


def _changes(
    table: ValueTable, bases: NDArray[np.intp], against: str, rows: NDArray[np.intp] | None = None
) -> ValueChanges:
    places = np.arange(len(table)) if rows is None else rows
    apart = table.scores[places] - table.scores[bases]
    keys = [table.keys[at] for at in places]
    personas, models = tuple(key.persona for key in keys), tuple(key.model for key in keys)
    if table.errors is None:
        return ValueChanges(table.values, apart != 0, personas, against, "any difference", models)
    error = np.sqrt(table.errors[places] ** 2 + table.errors[bases] ** 2)
    # NaN, an error that is not known, compares false: such a number has not been shown to change.
    changed = np.abs(apart) > _BEYOND * error
    rule = f"a difference beyond {_BEYOND:.2f} standard errors"
    return ValueChanges(table.values, changed, personas, against, rule, models)


@dataclass(frozen=True, slots=True)
class SideEffects:
    """Mean change frequencies; ``None`` where no value has such a set, or changed."""

    expected: Estimate
    unexpected: Estimate
    apart: Estimate
    """Expected minus unexpected: above 0 where the graph tells what moves along."""
    by_value: Mapping[str, tuple[float | None, float | None]]
    """Value to its two frequencies."""
    rows: int
    unit: str
    """What is drawn again for the intervals."""

    def to_json(self) -> Json:
        """As the verb prints it."""
        return {
            "expected": self.expected.to_json(),
            "unexpected": self.unexpected.to_json(),
            "apart": self.apart.to_json(),
            "by_value": {one: {"expected": each[0], "unexpected": each[1]} for one, each in self.by_value.items()},
            "rows": self.rows,
            "unit": self.unit,
        }


def side_effects(changes: ValueChanges, effects: GraphEffects, level: float = 0.95, seed: int = 0) -> SideEffects:
    """Measure side effects.

    Args:
        changes: Which values changed.
        effects: Which should have changed with which; of values that it does not know nothing is told.
        level: Of intervals.
        seed: Of the rows that are drawn again.
    """
    rows = len(changes.changed)
    sets = np.stack([_members(each, changes.values) for each in (effects.expected, effects.unexpected)])
    both = _together(changes)
    unit, numbers = _units(changes)
    whole = _frequencies(np.ones((1, rows)), both, sets)[0]
    drawn: Floats | None = None
    units = int(numbers.max(initial=-1)) + 1
    if units >= _FEWEST:
        generator = stream(seed, "steering/side-effects")
        weights = generator.multinomial(units, np.full(units, 1 / units), size=_RESAMPLES).astype(np.float64)
        drawn = _means(_frequencies(weights[:, numbers], both, sets))
    means = _means(whole[None])[0]
    told = [_estimate(means[at], None if drawn is None else drawn[:, at], level, unit) for at in range(3)]
    by_value = {value: (_known(whole[0, at]), _known(whole[1, at])) for at, value in enumerate(changes.values)}
    return SideEffects(told[0], told[1], told[2], by_value, rows, unit)


def change_frequencies(changes: ValueChanges) -> Floats:
    """(values, values) how often the second changed among the rows in which the first did; NaN where it never did."""
    count = len(changes.values)
    together = _together(changes).sum(axis=0).reshape(count, count)
    changed = np.diag(together)[:, None]
    return np.asarray(np.divide(together, changed, out=np.full(together.shape, np.nan), where=changed > 0))


def _together(changes: ValueChanges) -> Floats:
    """(rows, values * values) whether both changed."""
    pairs = changes.changed[:, :, None] & changes.changed[:, None, :]
    return pairs.reshape(len(pairs), -1).astype(np.float64)


def _units(changes: ValueChanges) -> tuple[str, NDArray[np.intp]]:
    """What is drawn again: personas with all their rows; of one persona models with all theirs; of one model rows.

    Rows that share a persona are no units of their own, however few personas there are: then there is no interval.
    """
    for unit, groups in (("persona", changes.personas), ("model", changes.models)):
        if len(set(groups)) > 1:
            return unit, np.unique(np.array(groups), return_inverse=True)[1]
    return "row", np.arange(len(changes.personas))


def _members(sets: Mapping[str, frozenset[str]], values: tuple[str, ...]) -> Bools:
    """(values, values) whether the second is in the set of the first."""
    return np.array([[other in sets.get(one, frozenset()) for other in values] for one in values], dtype=bool)


def _frequencies(weights: Floats, both: Floats, sets: Bools) -> Floats:
    """(draws, 2, values) mean change frequency in each value's two sets; NaN where it is empty or nothing changed."""
    count = sets.shape[-1]
    together = (weights @ both).reshape(len(weights), count, count)
    changed = np.einsum("bii->bi", together)
    sizes = sets.sum(axis=2)
    totals = np.stack([(together * each).sum(axis=2) for each in sets], axis=1)
    weighed = changed[:, None, :] * sizes[None]
    return np.asarray(np.divide(totals, weighed, out=np.full(totals.shape, np.nan), where=weighed > 0))


def _means(frequencies: Floats) -> Floats:
    """(draws, 3) mean over values of both, and their difference; NaN where no value tells."""
    known = np.isfinite(frequencies)
    counts = known.sum(axis=2)
    sums = np.where(known, frequencies, 0.0).sum(axis=2)
    means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return np.concatenate([means, means[:, :1] - means[:, 1:]], axis=1)


def _estimate(mean: float, drawn: Floats | None, level: float, unit: str) -> Estimate:
    if not np.isfinite(mean):
        return Estimate(None, why="no value changed that has such a set")
    if drawn is None:
        return Estimate(float(mean), why=f"fewer than {_FEWEST} {unit}s")
    known = drawn[np.isfinite(drawn)]
    if len(known) < 0.95 * len(drawn):
        return Estimate(float(mean), why=f"too few {unit}s changed")
    return percentiles(float(mean), known, level)


def _known(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
