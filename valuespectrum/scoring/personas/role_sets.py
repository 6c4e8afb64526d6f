"""What clips and wordings alone would change in what a persona did: one model in several roles, set by set.

All roles are asked about the same clips in the same wordings, so what a clip or a wording does to all of them falls out
set by set; what is left is how *these words* meet a clip or a wording. Its share of the variance of any weighted sum of
values is that of the facets (``facets.inference``). Placebo texts meet clips and wordings as well, and that is part of
how far they lie apart; a persona is charged with what it varies by beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from valuespectrum.scoring.facets.additive import Bools
from valuespectrum.scoring.facets.clusters import Clusters, Integers
from valuespectrum.scoring.facets.covering import Facets, covering
from valuespectrum.scoring.facets.inference import errors, tested
from valuespectrum.scoring.facets.moments import Within, across_values, within_values
from valuespectrum.scoring.facets.overlap import Overlap
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.guards.known import Floats, mean_over

PERSONA, BARE, TEXTS = 0, 1, slice(2, None)
"""Places of the roles."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances of weighted sums of values over clips and wordings; NaN where they are not known."""

    variance: Floats
    freedom: Floats


class DrawnAgain(Protocol):
    """What else than placebo texts and values could have been others: clips and wordings, or sessions."""

    @property
    def covers(self) -> str:
        """What is drawn again, in words."""

    def beyond_bare(self, weights: Floats, keep: float = 1.0) -> Spread:
        """Of weighted sums of the persona minus the bare model, or what is left of it."""

    def beyond_texts(self, weights: Floats, keeps: Floats | None = None) -> Spread:
        """Of the persona minus the mean of the texts, above what it is of a text minus the mean of the others."""


@dataclass(frozen=True, slots=True)
class RoleSets:
    """What one model said in a persona, without one and under placebo texts, in this order."""

    numbers: Floats
    """Shape (roles, values, clips, wordings); NaN where a role has no answer."""
    clusters: Clusters
    overlap: Overlap | None
    facets: Facets
    covers: str = ""
    """What is drawn again, in words."""

    def shifts(self) -> Floats:
        """Every role minus the model without any, over the sets that both answered, shape (roles, values)."""
        within = self._within(self.numbers - self.numbers[BARE])
        return across_values(within, self._chosen(within)).means

    def beyond_bare(self, weights: Floats, keep: float = 1.0) -> Spread:
        """Of the persona minus the bare model, or what is left of it.

        Args:
            weights: What each value weighs in the sums, shape (sums, values).
            keep: How much of the bare profile is left.
        """
        return self._spread(self.numbers[PERSONA] - keep * self.numbers[BARE], weights)

    def beyond_texts(self, weights: Floats, keeps: Floats | None = None) -> Spread:
        """Of the persona minus the mean of the texts, above what it is of a text minus the mean of the others.

        Args:
            weights: What each value weighs in the sums, shape (sums, values).
            keeps: How much of the bare profile is left under the persona and under each text, where that counts.
        """
        texts = self.numbers[TEXTS]
        left = np.zeros(1 + len(texts)) if keeps is None else np.where(np.isnan(keeps), 0.0, keeps)
        free = np.concatenate([self.numbers[:1], texts]) - left[:, None, None, None] * self.numbers[BARE]
        rest = [mean_over(free[1:], 0), *(mean_over(np.delete(free[1:], k, axis=0), 0) for k in range(len(texts)))]
        found = self._spread(free - np.stack(rest), weights)
        # A text is held against one text less than the persona is.
        usual = mean_over(found.variance[1:], 0) * (1.0 - 1.0 / len(texts) ** 2)
        return Spread(np.maximum(found.variance[0] - np.nan_to_num(usual), 0.0), found.freedom[0])

    def _within(self, table: Floats) -> Within:
        return within_values(table, self.clusters, self.overlap)

    def _chosen(self, within: Within) -> Bools:
        return np.asarray((within.sizes.clips >= self.facets.least_clips) & ~np.isnan(within.means))

    def _spread(self, table: Floats, weights: Floats) -> Spread:
        within = self._within(table)
        chosen = self._chosen(within)
        across = across_values(within, chosen)
        found = tested(
            across.means,
            np.where(chosen[..., None, :], weights, 0.0),
            errors(within, across, chosen, self.facets.wordings),
        )
        whole = chosen & within.clips.connected
        unknown = ((weights != 0) & ~whole[..., None, :]).any(axis=-1)
        if self.facets.wordings:
            unknown |= np.isnan(across.interaction.size)[..., None]
        return Spread(np.where(unknown, np.nan, found.se**2), found.freedom)


def aligned(tables: Sequence[SetTable], facets: Facets) -> RoleSets:
    """Put the tables of roles over each other, clip by clip.

    Args:
        tables: Of the persona, of the model without one, and of placebo texts.
        facets: Over what to generalize; over wordings only where there are several.
    """
    wordings = sorted({name for table in tables for name in table.wordings})
    columns = {name: place for place, name in enumerate(wordings)}
    facets = replace(facets, wordings=facets.wordings and len(wordings) > 1)
    found: list[dict[str, tuple[int, str]]] = [{} for _ in tables[0].values]
    places = []
    for table in tables:
        rows = []
        for value, (clips, clusters) in enumerate(zip(table.clips.tolist(), table.clusters.tolist(), strict=True)):
            here = found[value]
            for clip, cluster in zip(clips, clusters, strict=True):
                if clip >= 0:
                    here.setdefault(table.clip_names[clip], (len(here), table.cluster_names[cluster]))
            rows.append([here[table.clip_names[clip]][0] for clip in clips if clip >= 0])
        places.append(rows)
    numbers = np.full((len(tables), len(found), max(map(len, found)), len(wordings)), np.nan)
    for role, (table, rows) in enumerate(zip(tables, places, strict=True)):
        asked = [columns[name] for name in table.wordings]
        for value, row in enumerate(rows):
            numbers[role, value, np.array(row, dtype=int)[:, None], asked] = table.log_odds[value, : len(row)]
    clips, clusters = _codes(found, numbers.shape[2])
    groups = clusters if facets.clusters else clips
    sets = RoleSets(numbers, Clusters.of(groups), Overlap.of(clips, groups), facets)
    beside = sets._within(numbers[PERSONA] - numbers[BARE])
    return replace(sets, covers=covering(tables[BARE], beside, facets).sentence)


def _codes(found: Sequence[dict[str, tuple[int, str]]], width: int) -> tuple[Integers, Integers]:
    """Numbers of clips and of clusters at every place of every value; -1 where there is none."""
    clips, clusters = np.full((len(found), width), -1), np.full((len(found), width), -1)
    clip_of: dict[str, int] = {}
    cluster_of: dict[str, int] = {}
    for value, here in enumerate(found):
        for name, (place, cluster) in here.items():
            clips[value, place] = clip_of.setdefault(name, len(clip_of))
            clusters[value, place] = cluster_of.setdefault(cluster, len(cluster_of))
    return clips, clusters
