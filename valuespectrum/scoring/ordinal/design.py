"""What an ordinal model of a table has in it: effects that are estimated one by one, and effects that are drawn.

``logit P(rating <= k) = c[k] - eta`` with ``eta = gamma[respondent, value] + delta[respondent, version] + drawn ones``.
Drawn effects are those of items and, where answers are repeated enough to tell them from chance, of items within
respondents, of items within respondents and versions, of people, and of people within values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.table import RatingTable
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Thresholds = Literal["shared", "own"]

MOST_EFFECTS = 3000
"""Effects that are estimated one by one."""
_SHARED = 4.0
"""Answers to each item from which on its effect can be told: Laplace's approximation makes too much of two or three.
With fewer, nobody rated an item more than about once, and items are part of the chance of single answers."""
_REPEATED = 1.5
"""Answers for each level of a drawn effect from which on it can be told from the chance of single answers."""


@dataclass(frozen=True, slots=True)
class Term:
    """An effect that is drawn anew for each of its levels."""

    name: str
    codes: Codes
    """Shape (cells,): level of every cell."""
    levels: int


@dataclass(frozen=True, slots=True)
class OrdinalDesign:
    """A table ready for a fit; thresholds come in groups: one for all, or one for each respondent."""

    table: RatingTable
    group: Codes
    """Shape (cells,): whose thresholds."""
    upper: Floats
    """Shape (cells, thresholds): answers of the step just below a threshold."""
    lower: Floats
    """The same: answers of the step just above it."""
    used: NDArray[np.bool_]
    """Shape (groups, thresholds): which there are; a group has fewer where it never uses a step."""
    effects: csr_array
    """Shape (cells, free effects): gamma without the first of each group of thresholds, then delta without the first
    version of each respondent."""
    gamma: Codes
    """Shape (respondents, values): column of the effect, -1 where it is held at 0."""
    delta: tuple[Codes, ...]
    """For each respondent the columns of its version effects, -1 for the one that is held at 0."""
    terms: tuple[Term, ...]

    @property
    def fixed(self) -> int:
        """How many effects and thresholds are estimated one by one."""
        return int(self.used.sum()) + int(self.effects.shape[1])

    @property
    def drawn(self) -> int:
        """How many levels drawn effects have together."""
        return sum(term.levels for term in self.terms)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the drawn effects."""
        return tuple(term.name for term in self.terms)


def design_of(table: RatingTable, thresholds: Thresholds = "shared") -> OrdinalDesign:
    """Put a table in the form of a fit.

    Args:
        table: The ratings.
        thresholds: Whether all respondents use the scale alike, or each has thresholds of its own; contrasts within a
            respondent mean the same either way.

    Raises:
        InputError: Respondents, values and versions cannot be told apart or are too many, or a respondent with
            thresholds of its own uses one step only.
    """
    from scipy.sparse import csr_array

    own = thresholds == "own"
    group = table.codes["respondent"] if own else np.zeros(len(table.counts), dtype=np.int64)
    upper, lower, used = _around_thresholds(table, group)
    gamma, columns = _gamma(table, own)
    delta, listed = _delta(table, columns)
    width = columns + sum(len(each) - 1 for each in listed)
    cells = np.arange(len(table.counts))
    at = gamma[table.codes["respondent"], table.codes["value"]]
    row = np.concatenate([cells[at >= 0], cells[delta >= 0]])
    column = np.concatenate([at[at >= 0], delta[delta >= 0]])
    if width > MOST_EFFECTS:
        raise InputError(
            f"the table has {width:,} effects of respondents, values and versions, and at most {MOST_EFFECTS:,} are "
            "estimated one by one",
            "name fewer respondents; people of one group are one respondent with a column `person`",
        )
    effects = csr_array((np.ones(len(row)), (row, column)), shape=(len(cells), width))
    design = OrdinalDesign(table, group, upper, lower, used, effects, gamma, listed, _terms(table))
    _require_told_apart(design)
    return design


def _around_thresholds(table: RatingTable, group: Codes) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Answers on both sides of every threshold, unused steps of a group left out."""
    groups, steps = int(group.max()) + 1, table.counts.shape[1]
    packed = np.zeros_like(table.counts)
    used = np.zeros((groups, steps - 1), dtype=bool)
    for each in range(groups):
        own = group == each
        there = np.flatnonzero(table.counts[own].sum(axis=0) > 0)
        if len(there) < 2:
            raise InputError(
                f"{table.respondents[each]!r:.80} uses one step of the scale, {table.steps[there[0]]}, only",
                "leave it out: with thresholds of its own nothing can be said of it",
            )
        packed[np.ix_(own, np.arange(len(there)))] = table.counts[np.ix_(own, there)]
        used[each, : len(there) - 1] = True
    there = used[group]
    return np.where(there, packed[:, :-1], 0.0), np.where(there, packed[:, 1:], 0.0), used


def _gamma(table: RatingTable, own: bool) -> tuple[Codes, int]:
    """Columns of respondent x value effects: as many are held at 0 as there are groups of thresholds."""
    shape = (len(table.respondents), len(table.values))
    held = np.zeros(shape, dtype=bool)
    held[:, 0] = True if own else np.arange(shape[0]) == 0
    columns = np.full(shape, -1, dtype=np.int64)
    columns[~held] = np.arange(int((~held).sum()))
    return columns, int((~held).sum())


def _delta(table: RatingTable, first: int) -> tuple[Codes, tuple[Codes, ...]]:
    """Column of the version effect of every cell, -1 for the first version of its respondent; columns by respondent."""
    pairs = np.stack([table.codes["respondent"], table.codes["version"]], axis=1)
    found, codes = np.unique(pairs, axis=0, return_inverse=True)
    free = np.concatenate([[False], found[1:, 0] == found[:-1, 0]])
    columns = np.where(free, first + np.cumsum(free) - 1, -1).astype(np.int64)
    listed = tuple(columns[found[:, 0] == who] for who in range(len(table.respondents)))
    return columns[codes.reshape(-1)], listed


def _terms(table: RatingTable) -> tuple[Term, ...]:
    """Drawn effects that the table can tell from the chance of single answers, and from each other."""
    items, several = len(table.names["item"]), table.several_items
    versions, people = len(table.names["version"]) > 1, table.several_people
    told = several and table.answers >= _SHARED * items
    terms = [Term("item", table.codes["item"], items)] if told else []
    wanted: list[tuple[str, tuple[str, ...], bool]] = [
        ("item x respondent", ("item", "respondent"), several),
        ("item x respondent x version", ("item", "respondent", "version"), versions),
        ("person", ("respondent", "person"), people),
        ("person x value", ("respondent", "person", "value"), people),
    ]
    before = items
    wanted = wanted if told or not several else wanted[2:]
    for name, keys, there in wanted:
        codes, levels = table.joint(*keys)
        apart = name.startswith("person") or levels > before
        if there and apart and table.answers > _REPEATED * levels:
            terms.append(Term(name, codes, levels))
            before = levels
    return tuple(terms)


def _require_told_apart(design: OrdinalDesign) -> None:
    """Refuse effects that are sums of others.

    Raises:
        InputError: There are some.
    """
    from scipy.sparse import csr_array, hstack

    cells = np.arange(len(design.group))
    groups = csr_array((np.ones(len(cells)), (cells, design.group)), shape=(len(cells), len(design.used)))
    whole = hstack([groups, design.effects], format="csr")
    rank = int(np.linalg.matrix_rank((whole.T @ whole).toarray()))
    if rank < whole.shape[1]:
        raise InputError(
            "effects of values and of versions cannot be told apart: some version was used for some values only",
            "ask every value in every version, or leave the column `version` out",
        )
