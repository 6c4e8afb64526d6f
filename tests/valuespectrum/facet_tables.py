"""Tables of sets for tests: from arrays, and from a formula that needs no random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.truth.respondents import Floats, Integers
from valuespectrum.scoring.facets.tables import Layout, SetTable, collect
from valuespectrum.theory.value_sets import TEN, ValueSet

if TYPE_CHECKING:
    import pandas as pd

FOUR_VALUES = ValueSet("four", "Four", ("a", "b", "c", "d"), ("A", "B", "C", "D"))


def long_frame(table: Floats, clusters: Integers | None = None, value_set: ValueSet = TEN) -> pd.DataFrame:
    """One row per set of an array of shape (values, clips, wordings)."""
    import pandas as pd

    value, clip, wording = np.nonzero(~np.isnan(table))
    frame = pd.DataFrame(
        {
            "value": np.array(value_set.dimensions)[value],
            "clip": [f"{v}-{c}" for v, c in zip(value, clip, strict=True)],
            "wording": [f"wording {w}" for w in wording],
            "theta": table[value, clip, wording],
        }
    )
    return frame if clusters is None else frame.assign(word=[f"word {k}" for k in clusters[value, clip]])


def set_table(table: Floats, clusters: Integers | None = None, value_set: ValueSet = TEN) -> SetTable:
    """The same as scoring takes it."""
    layout = Layout(value_set, "" if clusters is None else "word")
    return collect([long_frame(table, clusters, value_set)], layout)


def waves(values: int, clips: int, wordings: int) -> Floats:
    """Numbers that look random and are the same everywhere; every facet varies."""
    v, c, w = np.meshgrid(np.arange(values), np.arange(clips), np.arange(wordings), indexing="ij")
    whole = 0.4 * np.sin(7.3 * v + 1) + 0.8 * np.sin(12.9898 * c + 78.233 * v) + 0.3 * np.cos(5.1 * w)
    return np.asarray(whole + 0.35 * np.sin(3.7 * v + 11.3 * w) + 0.2 * np.sin(4.1 * c + 9.7 * w + 2.3 * v))
