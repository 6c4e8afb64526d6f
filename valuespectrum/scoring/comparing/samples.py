"""Respondents that did not see the same clips: a difference of means over several samples of clips.

Where two tables share no clip, or one model is measured on two states of a corpus, nothing can be subtracted set by
set. The difference ``D[v, w] = sum_k a_k M_k[v, w]`` of the means of each sample is known all the same, and every clip
pulls it by ``sum_k a_k (theta_k - M_k) / n_k``: the sum over the samples that it is in. So a clip that stayed pulls
both ways, and two samples that are one differ by nothing. The table that is made here has these pulls as its clips, and
``D`` as its means: intervals, omnibus test and verdicts follow as from any other. Its factor ``K / (K - 1)`` is that of
the joined sample of K search words (or clips), so pulls are stretched to what each sample of its own would have had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.scoring.facets.tables import SetTable, check_comparable, collect
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_CELL = ["value", "wording"]
_SET = ["value", "clip", "wording"]


def contrast_of_means(tables: Sequence[SetTable], weights: Sequence[float], least_clips: int = 3) -> SetTable:
    """A weighted sum of the means of several samples of clips.

    Args:
        tables: Of one respondent and one sample each.
        weights: As many.
        least_clips: Clips that every sample must have of a value; values with fewer, or with clips of one search word
            only, are left out: nothing would show how far that sample varies.

    Raises:
        InputError: They were read in different ways, are of different value sets, or share no value and wording.
    """
    import pandas as pd

    check_comparable(tables)
    layout = tables[0].layout
    if any(table.layout.cluster != layout.cluster for table in tables):
        layout = replace(layout, cluster="")
    group = layout.cluster or "clip"
    parts = [
        _pulled(table, weight, group, least_clips).assign(sample=place)
        for place, (table, weight) in enumerate(zip(tables, weights, strict=True))
    ]
    every = pd.concat(parts, ignore_index=True)
    every = every[every.groupby(_CELL)["sample"].transform("nunique") == len(tables)]
    if every.empty:
        raise InputError("they share no value and wording", "ask all of them in the same wordings")
    means = every.drop_duplicates([*_CELL, "sample"]).groupby(_CELL)["mean"].sum().to_frame("D")
    joined = every.groupby(_CELL).agg(clips=("clip", "nunique"), groups=(group, "nunique"))
    keep = {layout.cluster: (layout.cluster, "first")} if layout.cluster else {}
    pulls = every.groupby(_SET, as_index=False).agg(pull=("pull", "sum"), **keep)
    pulls = pulls.merge(means, on=_CELL).merge(joined, on=_CELL)
    stretched = pulls["pull"] * pulls["clips"] * np.sqrt((pulls["groups"] - 1.0) / pulls["groups"])
    return collect([pulls.assign(**{layout.score: pulls["D"] + stretched})], layout)


def _pulled(table: SetTable, weight: float, group: str, least_clips: int) -> pd.DataFrame:
    """Every set with the weighted mean of its cell, and how far its clip pulls that."""
    score = table.layout.score
    sets = table.frame()
    by_value = sets.groupby("value")
    clips, several = by_value["clip"].transform("nunique"), by_value[group].transform("nunique") > 1
    sets = sets[(clips >= least_clips) & several]
    cells = sets.groupby(_CELL)
    count, mean = cells[score].transform("size"), cells[score].transform("mean")
    groups = cells[group].transform("nunique")
    spare = np.sqrt(groups / np.maximum(groups - 1.0, 1.0))
    return sets.assign(mean=weight * mean, pull=weight * spare * (sets[score] - mean) / count)
