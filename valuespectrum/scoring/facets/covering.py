"""What an interval covers, in words that stand beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.clusters import Integers
from valuespectrum.scoring.facets.moments import Within
from valuespectrum.scoring.facets.tables import QUERY, SOURCE, SetTable

UNTOLD = " (search words or sources are not told apart)"
"""Behind clips that count as independent; nothing else is found by search words."""
_FIXED = {
    "": f"clips that were found in another way{UNTOLD}",
    SOURCE: "clips found by other search words",
    QUERY: "clips that others would write",
}
"""What is not drawn again with clips, by column of the table; else it is other sources."""
_CAME_BY = {SOURCE: "from other sources", QUERY: "to other queries"}
"""How what is drawn again came by, by column of the table; else search words found it."""
NONE_GIVEN = "No value has an interval."
"""In the place of what intervals cover."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Over what an interval generalizes."""

    level: float = 0.95
    wordings: bool = True
    """Over wordings like those asked; else to these wordings only."""
    clusters: bool = True
    """Over search words or sources where the table names them; else clips count as independent."""
    least_clips: int = 3
    """Clips below which a value is not compared."""


@dataclass(frozen=True, slots=True)
class Covering:
    """Which facets are drawn, which are fixed."""

    clips: int
    """Clips of a value, the middle one."""
    cluster: str
    """What clips were found by, empty when they count as independent."""
    clusters: int
    wordings: int
    over_wordings: bool
    drawn: bool
    """Whether answers were drawn, or sets asked more than once."""
    alone: int = 0
    """Of the clusters of a value, single clips of which nothing is known, the middle number."""
    given: bool = True
    """Whether any value has an interval; the sentence would else tell of none."""

    @property
    def sentence(self) -> str:
        """For a reader.

        Example:
            >>> Covering(15, "", 15, 3, True, False).sentence.partition(".")[0]
            'The interval covers other clips (15 a value), asked in other wordings of the kind of these 3'
        """
        if not self.given:
            return NONE_GIVEN
        alone = f", {self.alone} of them single clips whose {self._facet} is not known" if self.alone else ""
        by = f" {self._came_by} ({self.clusters} a value{alone})" if self.cluster else ""
        asked = f"in other wordings of the kind of these {self.wordings}"
        if not self.over_wordings:
            asked = f"in the same {self.wordings} wordings" if self.wordings != 1 else "in the same wording"
        covered = f"The interval covers other clips ({self.clips} a value){by}, asked {asked}"
        drawn = ", and other draws of the same answers" if self.drawn else ""
        fixed = [] if self.over_wordings else ["other wordings"]
        fixed += [
            _FIXED.get(self.cluster, "clips from other sources"),
            "another language",
            "another readout",
            "another version of the model",
        ]
        return f"{covered}{drawn}. It does not cover {', '.join(fixed[:-1])} or {fixed[-1]}."

    @property
    def _came_by(self) -> str:
        return _CAME_BY.get(self.cluster, f"found by other {self._facet}s")

    @property
    def _facet(self) -> str:
        return self.cluster.replace("_", " ")


def covering(table: SetTable, within: Within, facets: Facets) -> Covering:
    """Read off a table what its intervals cover."""
    asked = within.sizes.clips > 0
    told = bool(table.layout.cluster) and facets.clusters
    wordings = int(within.wordings[asked].max()) if asked.any() else 0
    return Covering(
        int(np.median(within.sizes.clips[asked])) if asked.any() else 0,
        table.layout.cluster if told else "",
        int(np.median(within.sizes.clusters[asked])) if asked.any() else 0,
        wordings,
        facets.wordings and wordings > 1,
        table.layout.drawn or bool((table.repeats > 1).any()),
        int(np.median(_alone(table)[asked])) if told and asked.any() else 0,
    )


def _alone(table: SetTable) -> Integers:
    """How many clips of each value are clusters of their own, called like themselves, shape (values,)."""
    clips, clusters = (np.array(names, dtype=object) for names in (table.clip_names, table.cluster_names))
    return np.asarray(((table.clips >= 0) & (clips[table.clips] == clusters[table.clusters])).sum(axis=1))
