"""The items of a feed, held once as arrays, so that a step over fifty thousand takes milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agents.feeds.products import small_product
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

Rows = NDArray[np.intp]
"""(n,) rows of a :class:`Stock`."""
NEAR_DUPLICATE = "near_duplicate"
"""Mark of an item that is nearly the same as another one."""


@dataclass(frozen=True, slots=True, eq=False)
class FeedItem:
    """One clip as a policy sees it."""

    item_id: str
    """Clip id."""
    frame_id: str
    """The frame that stands for the clip."""
    group: str | None
    """What quotas and exposure are counted by, e.g. the clip's value; ``None`` for no group."""
    vector: np.ndarray
    """(dimension,) embedding of the clip, unit length or zero."""
    marks: tuple[str, ...] = ()
    """What is hard about looking at it, e.g. ``"blank"`` or ``"lettering"``: what ``adversarial:stress`` shows."""


class Stock:
    """All items of a catalogue as arrays: row by row in the order of their ids, held once for any number of sessions.

    Args:
        items: With different ids and vectors of one length; in any order.
    """

    def __init__(self, items: Sequence[FeedItem]) -> None:
        ordered = sorted(items, key=lambda item: item.item_id)
        dimension = len(ordered[0].vector) if ordered else 0
        self.vectors: NDArray[np.float32] = np.empty((len(ordered), dimension), dtype=np.float32)
        """(n, dimension), each of unit length or zero."""
        for row, item in enumerate(ordered):
            self.vectors[row] = item.vector
        self.items = tuple(replace(item, vector=vector) for item, vector in zip(ordered, self.vectors, strict=True))
        """By row; their vectors are rows of ``vectors``."""
        self.ids = tuple(item.item_id for item in ordered)
        names = {item.group for item in ordered}
        self.groups: tuple[str | None, ...] = tuple(sorted(names, key=lambda name: (name is None, name or "")))
        """Every group that an item has, in order; ``None`` last."""
        place = {group: number for number, group in enumerate(self.groups)}
        self.group_of: Rows = np.array([place[item.group] for item in ordered], dtype=np.intp)
        """(n,) place of each item's group in ``groups``."""
        self._features: dict[int, NDArray[np.float64]] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, item_id: str) -> int:
        """The row of an item.

        Raises:
            InputError: There is no such item.
        """
        if item_id not in self._row_of:
            raise InputError(f"there is no item {item_id!r:.120} in the catalogue", "name the corpus that it is from")
        return self._row_of[item_id]

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {item_id: row for row, item_id in enumerate(self.ids)}

    @cached_property
    def marked(self) -> Mapping[str, Rows]:
        """Mark to the rows of the items that have it, in order of their names."""
        rows: dict[str, list[int]] = {}
        for row, item in enumerate(self.items):
            for mark in item.marks:
                rows.setdefault(mark, []).append(row)
        return {mark: np.array(rows[mark], dtype=np.intp) for mark in sorted(rows)}

    def features(self, dimensions: int) -> NDArray[np.float64]:
        """(n, dimensions) vectors for linear models: those of the items, or fewer numbers where those are longer.

        Longer vectors are projected on random signs (Achlioptas 2003, "Database-friendly random projections"), which
        keeps distances to about one part in the root of ``dimensions`` and, other than main components, is the same
        on every machine.
        """
        if dimensions not in self._features:
            long = self.vectors.shape[1]
            signs = np.where(stream(0, "projection").random((long, min(dimensions, long))) < 0.5, -1.0, 1.0)
            whole = long <= dimensions
            self._features[dimensions] = (
                self.vectors.astype(np.float64) if whole else small_product(self.vectors, signs) / np.sqrt(dimensions)
            )
        return self._features[dimensions]
