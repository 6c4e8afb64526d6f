"""The table that everything starts from: log-odds of liking by value, clip and wording, with search words or sources.

Rows come as a stream of data frames and are added up as they come, so that what is held grows with the sets and not
with the answers. A set that is missing is a hole, and stays one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.clusters import Clusters, Integers
from valuespectrum.scoring.facets.overlap import Overlap
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SEARCH_WORD, SOURCE, QUERY = "search_word", "source", "query"
"""Columns that name what clips came by; of responses, what they answer."""
_SET = ["value", "clip", "wording"]
_OTHER = "\0other"
"""A column of another table beside one's own; no layout has a name like it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows that come mean."""

    value_set: ValueSet = TEN
    cluster: str = ""
    """Column that names what clips came by (``SEARCH_WORD``, ``SOURCE``); empty when nothing is known. A clip without
    a name in it is a cluster of its own."""
    score: str = "theta"
    """Column of the log-odds of a set."""
    readout: str = ""
    """How answers were read; differences of two readouts are refused."""
    drawn: bool = False
    """Whether answers were drawn, so that asked again others would have come."""


@dataclass(frozen=True, slots=True)
class SetTable:
    """Log-odds of one respondent."""

    layout: Layout
    wordings: tuple[str, ...]
    clip_names: tuple[str, ...]
    cluster_names: tuple[str, ...]
    log_odds: Floats
    """Mean over repeats, shape (values, clips, wordings); NaN for a hole."""
    clips: Integers
    """Which clip each place of a value is, shape (values, clips); -1 for none."""
    clusters: Integers
    """Which cluster it belongs to; -1 for none."""
    repeats: Floats
    """How often each set was asked, shape (values, clips, wordings)."""
    squares: Floats
    """Sum of squares of repeats about their mean."""

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the rows."""
        return self.layout.value_set.dimensions

    def grouping(self, by_cluster: bool = True) -> tuple[Clusters, Overlap | None]:
        """What belongs together within values, and what serves several of them."""
        codes = self.clusters if by_cluster else self.clips
        return Clusters.of(codes), Overlap.of(self.clips, codes)

    def frame(self) -> pd.DataFrame:
        """One row per set, as ``collect`` takes them."""
        import pandas as pd

        value, place, wording = np.nonzero(~np.isnan(self.log_odds))
        columns: dict[str, object] = {
            "value": np.array(self.values, dtype=object)[value],
            "clip": np.array(self.clip_names, dtype=object)[self.clips[value, place]],
            "wording": np.array(self.wordings, dtype=object)[wording],
            self.layout.score: self.log_odds[value, place, wording],
        }
        if self.layout.cluster:
            columns[self.layout.cluster] = np.array(self.cluster_names, dtype=object)[self.clusters[value, place]]
        return pd.DataFrame(columns)


def collect(rows: Iterable[pd.DataFrame], layout: Layout | None = None) -> SetTable:
    """Add rows up.

    Args:
        rows: Frames with the columns ``value, clip, wording``, the score and the cluster; a set that comes again is a
            repeat (another draw, frame or session). NaN is no answer.
        layout: What the columns mean.

    Raises:
        InputError: A value is unknown, a column is missing, a score is infinite, or there is no row at all.
    """
    import pandas as pd

    layout = layout or Layout()
    parts, members = [], []
    for frame in rows:
        _check(frame, layout)
        kept = frame[frame[layout.score].notna()]
        scored = kept[_SET].astype(str).assign(n=1.0, total=kept[layout.score].astype(float))
        scored = scored.assign(square=scored["total"] ** 2)
        parts.append(scored.groupby(_SET, as_index=False, sort=False).sum())
        if layout.cluster:
            found = kept[["value", "clip", layout.cluster]].dropna().astype(str).drop_duplicates()
            members.append(found[found[layout.cluster] != ""])
    if not parts or not any(len(part) for part in parts):
        raise InputError("there is no complete set of answers to score", "look at the refused and unreadable answers")
    sums = pd.concat(parts).groupby(_SET, as_index=False).sum()
    named = pd.concat(members) if members else pd.DataFrame(columns=["value", "clip", "name"])
    first = named.set_axis(["value", "clip", "name"], axis=1).groupby(["value", "clip"], as_index=False).min()
    cluster_of = dict(zip(zip(first["value"], first["clip"], strict=True), first["name"], strict=True))
    return arranged(_numbered(sums, layout), cluster_of, layout)


def _check(frame: pd.DataFrame, layout: Layout) -> None:
    needed = [*_SET, layout.score, *([layout.cluster] if layout.cluster else [])]
    missing = [name for name in needed if name not in frame]
    if missing:
        raise InputError(f"the table of sets has no column {', '.join(missing)}", f"it needs {', '.join(needed)}")
    for value in frame["value"].unique():
        layout.value_set.position(str(value))


@dataclass(frozen=True, slots=True)
class NumberedSets:
    """Sets with numbers for names, each set once, shape (sets,)."""

    value: Integers
    """Place in the value set."""
    clip: Integers
    """Place in ``clips``."""
    wording: Integers
    """Place in ``wordings``."""
    count: Floats
    """How often it was asked."""
    total: Floats
    """Sum of its scores."""
    square: Floats
    """Sum of their squares."""
    clips: Sequence[str]
    """Sorted; some may have no set."""
    wordings: Sequence[str]
    """The same."""


def _numbered(sums: pd.DataFrame, layout: Layout) -> NumberedSets:
    import pandas as pd

    wording, wordings = pd.factorize(sums["wording"], sort=True)
    clip, clips = pd.factorize(sums["clip"], sort=True)
    named, values = pd.factorize(sums["value"])
    value = np.array([layout.value_set.position(each) for each in values])[named]
    count, total, square = (sums[name].to_numpy(dtype=np.float64) for name in ("n", "total", "square"))
    return NumberedSets(value, clip, wording, count, total, square, clips.tolist(), wordings.tolist())


def arranged(sets: NumberedSets, cluster_of: Mapping[tuple[str, str], str], layout: Layout) -> SetTable:
    """Put sets where they belong.

    Args:
        sets: At least one.
        cluster_of: (value, clip) to what it was found by; a clip without a name is a cluster of its own.
        layout: What they mean.

    Raises:
        InputError: A score is infinite.
    """
    if not np.isfinite(sets.total).all():
        raise InputError("a set has infinite log-odds", "smooth counts of draws before they become log-odds")
    clips, clip = _used(sets.clips, sets.clip)
    wordings, wording = _used(sets.wordings, sets.wording)
    pairs, pair = np.unique(sets.value * len(clips) + clip, return_inverse=True)
    owner, code = pairs // len(clips), pairs % len(clips)
    place = np.arange(len(pairs)) - np.searchsorted(owner, owner)
    shape = (len(layout.value_set), int(place.max()) + 1)
    names = [
        cluster_of.get((layout.value_set.dimensions[v], clips[c]), f"\0{clips[c]}")
        for v, c in zip(owner, code, strict=True)
    ]
    cluster_names, cluster = np.unique(np.array(names, dtype=object), return_inverse=True)
    codes, clusters = np.full(shape, -1), np.full(shape, -1)
    codes[owner, place], clusters[owner, place] = code, cluster
    log_odds, squares = np.full((*shape, len(wordings)), np.nan), np.zeros((*shape, len(wordings)))
    repeats = np.zeros_like(squares)
    at = (sets.value, place[pair.ravel()], wording)
    log_odds[at], repeats[at] = sets.total / sets.count, sets.count
    squares[at] = np.maximum(sets.square - sets.total**2 / sets.count, 0.0)
    asked, shown, found = (
        tuple(str(name).removeprefix("\0") for name in each) for each in (wordings, clips, cluster_names)
    )
    return SetTable(layout, asked, shown, found, log_odds, codes, clusters, repeats, squares)


def _used(names: Sequence[str], codes: Integers) -> tuple[list[str], Integers]:
    """Names that occur, and the codes among them."""
    places, among = np.unique(codes, return_inverse=True)
    return [names[place] for place in places], among.ravel()


def difference(first: SetTable, second: SetTable) -> SetTable:
    """First minus second, over the sets that both answered.

    Raises:
        InputError: As of ``contrast``.
    """
    return contrast((first, second), (1.0, -1.0))


def contrast(tables: Sequence[SetTable], weights: Sequence[float]) -> SetTable:
    """A weighted sum, set by set, over the sets that all of them answered.

    Args:
        tables: Of one respondent each; the first names what clips were found by.
        weights: As many.

    Raises:
        InputError: They were read in different ways, are of different value sets, or share no set.
    """
    check_comparable(tables)
    first, score = tables[0], tables[0].layout.score
    sums = first.frame().assign(**{score: lambda frame: weights[0] * frame[score]})
    for table, weight in zip(tables[1:], weights[1:], strict=True):
        other = table.frame().rename(columns={table.layout.score: _OTHER})
        sums = sums.merge(other[[*_SET, _OTHER]], on=_SET)
        sums[score] += weight * sums.pop(_OTHER)
    if sums.empty:
        raise InputError("they share no value, clip and wording", "compare runs on the same snapshot")
    return collect([sums], first.layout)


def check_comparable(tables: Sequence[SetTable]) -> None:
    """Refuse tables whose numbers are not on one scale.

    Raises:
        InputError: They were read in different ways, or are of different value sets.
    """
    first = tables[0].layout
    for layout in (table.layout for table in tables[1:]):
        if layout.readout != first.readout:
            raise InputError(
                f"answers read by {first.readout} are not compared with answers read by {layout.readout}",
                "score all runs by the same readout",
            )
        if layout.value_set != first.value_set:
            raise InputError("the runs measure different sets of values", "compare runs of one instrument")
