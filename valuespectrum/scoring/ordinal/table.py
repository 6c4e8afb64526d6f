"""A table of ratings, checked: who rated which item of which value how, equal cells together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

KEYS = ("respondent", "value", "item", "version", "person")
"""What makes a cell; ``person`` tells apart the people that are one respondent together."""
_HIDDEN = 1e-9
"""Share of the answers below which a step counts as never used."""
_NAMED = 4


@dataclass(frozen=True, slots=True)
class RatingTable:
    """Ratings of several respondents on one scale, a row per cell: all answers with the same keys."""

    names: Mapping[str, tuple[str, ...]]
    """Of each of ``KEYS``, every name once; one empty name where the table has no such column."""
    codes: Mapping[str, Codes]
    """Of each of ``KEYS``, shape (cells,): place among the names."""
    counts: Floats
    """Shape (cells, steps): answers that said each step, the lowest first; parts of answers where their probabilities
    are known."""
    steps: tuple[int, ...]
    """Numbers of the columns of ``counts`` on the scale as it was asked, from 1: those that somebody used."""
    notes: tuple[str, ...] = ()
    """What has to be known of it, in words."""

    @property
    def respondents(self) -> tuple[str, ...]:
        """Names of who rated."""
        return self.names["respondent"]

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return self.names["value"]

    @property
    def answers(self) -> float:
        """How many answers there are."""
        return float(self.counts.sum())

    @property
    def several_items(self) -> bool:
        """Whether somebody rated two items of a value: nothing else tells how items differ."""
        return self.joint("respondent", "value", "item")[1] > self.joint("respondent", "value")[1]

    @property
    def several_people(self) -> bool:
        """Whether some respondent is several people."""
        return self.joint("respondent", "person")[1] > len(self.respondents)

    def joint(self, *keys: str) -> tuple[Codes, int]:
        """Code of a combination of keys for every cell, and how many combinations occur."""
        several = np.stack([self.codes[key] for key in keys], axis=1)
        found, codes = np.unique(several, axis=0, return_inverse=True)
        return codes.reshape(-1).astype(np.int64), len(found)


def rating_table(
    rows: pd.DataFrame, weights: Floats, values: Sequence[str] = (), notes: Sequence[str] = ()
) -> RatingTable:
    """Check answers and put those with the same keys together.

    Args:
        rows: One row per answer or ask: ``respondent``, ``value``, ``item``, and where there are such ``version`` and
            ``person``; all text.
        weights: Shape (rows, steps), the lowest step first: how many answers said each step, or their probabilities.
        values: Order of the values; those that are not named follow as they appear.
        notes: What has to be known of it already.

    Raises:
        InputError: There is one respondent, one value or one step in use; an item belongs to two values; somebody
            rated no item of some value.
    """
    whole = rows.assign(**{key: "" for key in KEYS if key not in rows})[list(KEYS)].fillna("").astype(str)
    if not len(whole):
        raise InputError("the table holds no rating", "name runs or tables with answers")
    names = {key: tuple(dict.fromkeys(whole[key])) for key in KEYS}
    known = [value for value in dict.fromkeys(values) if value in names["value"]]
    names["value"] = (*known, *(value for value in names["value"] if value not in known))
    codes = {key: _codes(whole[key], names[key]) for key in KEYS}
    _check_keys(names, codes)
    counts, used = _together(codes, _once(codes, weights, names, told := list(notes)))
    steps = counts.sum(axis=0) > _HIDDEN * counts.sum()
    if steps.sum() < 2:
        raise InputError(
            f"every rating is {int(np.flatnonzero(steps)[0]) + 1}: one step of the scale tells nothing apart",
            "look at how the answers were read, or ask in another way",
        )
    if not steps.all():
        unused = ", ".join(str(step + 1) for step in np.flatnonzero(~steps))
        told.append(f"nobody used step {unused} of the scale, which is left out of the model")
    places = tuple(int(step) + 1 for step in np.flatnonzero(steps))
    return RatingTable(
        names, {key: column[used] for key, column in codes.items()}, counts[:, steps], places, tuple(told)
    )


def _codes(column: pd.Series[str], names: Sequence[str]) -> Codes:
    place = {name: at for at, name in enumerate(names)}
    return np.array([place[name] for name in column], dtype=np.int64)


def _check_keys(names: Mapping[str, tuple[str, ...]], codes: Mapping[str, Codes]) -> None:
    """Refuse what cannot be compared.

    Raises:
        InputError: As :func:`rating_table`.
    """
    respondents, values = names["respondent"], names["value"]
    if len(respondents) < 2:
        raise InputError(
            f"the table holds one respondent, {respondents[0]!r:.80}, and the model compares respondents",
            "name another run or table beside it; people count too",
        )
    if len(values) < 2:
        raise InputError(f"the table holds one value, {values[0]!r:.80}", "effects are centred over two or more")
    pairs = np.unique(np.stack([codes["item"], codes["value"]], axis=1), axis=0)
    items, times = np.unique(pairs[:, 0], return_counts=True)
    if (times > 1).any():
        item = int(items[times > 1][0])
        told = " and ".join(values[at] for at in pairs[pairs[:, 0] == item, 1])
        raise InputError(f"item {names['item'][item]!r:.80} stands for {told}", "an item belongs to one value")
    rated = np.zeros((len(respondents), len(values)), dtype=bool)
    rated[codes["respondent"], codes["value"]] = True
    if not rated.all():
        who, what = (int(each[0]) for each in np.nonzero(~rated))
        raise InputError(
            f"{respondents[who]!r:.80} rated no item of {values[what]!r:.80}",
            "give every respondent items of every value, or leave one of them out",
        )


def _once(
    codes: Mapping[str, Codes], weights: Floats, names: Mapping[str, tuple[str, ...]], notes: list[str]
) -> Floats:
    """Let repeats of somebody who always says the same count once: they are no further answers."""
    every = np.stack([codes[key] for key in KEYS], axis=1)
    _, cell = np.unique(every, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    sums = np.zeros((int(cell.max()) + 1, weights.shape[1]))
    np.add.at(sums, cell, weights)
    total, most = sums.sum(axis=1), sums.max(axis=1)
    who = np.zeros(len(sums), dtype=np.int64)
    who[cell] = codes["respondent"]
    scaled = weights.copy()
    for respondent, name in enumerate(names["respondent"]):
        own = who == respondent
        repeated = own & (total > 1.0 + _HIDDEN)
        if repeated.any() and np.allclose(most[repeated], total[repeated], rtol=0, atol=1e-6):
            scale = np.where(repeated, 1.0 / total, 1.0)
            scaled = np.where(own[cell, None], scaled * scale[cell, None], scaled)
            notes.append(f"{name} gave the same answer in every repeat, so its repeats count once")
    return scaled


def _together(codes: Mapping[str, Codes], weights: Floats) -> tuple[Floats, Codes]:
    """Sums over rows with the same keys, and the first row of each."""
    every = np.stack([codes[key] for key in KEYS], axis=1)
    _, first, cell = np.unique(every, axis=0, return_index=True, return_inverse=True)
    counts = np.zeros((len(first), weights.shape[1]))
    np.add.at(counts, cell.reshape(-1), weights)
    return counts, first.astype(np.int64)


def without_answers(table: RatingTable, unheard: Mapping[str, int]) -> RatingTable:
    """The same with what is said of asks that brought no rating."""
    silent = {name: count for name, count in unheard.items() if count}
    if not silent:
        return table
    listed = ", ".join(f"{name} {count:,}" for name, count in list(silent.items())[:_NAMED])
    more = f" and {len(silent) - _NAMED} more" if len(silent) > _NAMED else ""
    return replace(table, notes=(*table.notes, f"asks without a rating are left out: {listed}{more}"))
