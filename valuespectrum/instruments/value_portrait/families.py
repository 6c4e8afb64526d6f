"""Scores over a set of dimensions: the ten, the four higher-order values, the five traits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.instruments.value_portrait.ratings import STEPS, Closeness, queries_of, tags_of
from valuespectrum.scoring.answered.conclusions import Concluded, TableStyle, conclude, rows
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Score
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import QUERY, Layout, collect
from valuespectrum.theory.value_sets import ValueSet

if TYPE_CHECKING:
    import pandas as pd

ENDS = (1.0, 6.0)


def family_sets(found: Closeness, plain: pd.DataFrame, family: ValueSet) -> ToldSets:
    """Ratings by dimension, response and wording; a response with several tags stands under each.

    Args:
        found: Ratings by response.
        plain: The answers, with ``item``, ``query`` and ``tags``.
        family: Which dimensions.
    """
    import pandas as pd

    queries, tags = queries_of(plain), tags_of(plain)
    readout = f"{STEPS}, {found.read.kind}"
    parts = []
    for dimension in family.dimensions:
        counted = np.array([dimension in tags[item] for item in found.rows["clip"]], dtype=bool)
        rows = found.rows[counted]
        parts.append(rows.assign(value=dimension, **{QUERY: rows["clip"].map(queries).astype(str)}))
    table = pd.concat(parts)
    if table.empty or table["theta"].isna().all():
        return ToldSets(None, readout, "not identifiable", "nothing that was said could be read", STEPS)
    return ToldSets(collect([table], Layout(family, QUERY, readout=readout)), readout, "identified", "", STEPS)


def conclude_sets(told: ToldSets, options: ScoringOptions) -> Concluded | None:
    """Estimates and tests over responses and wordings; ``None`` where nothing was told."""
    if told.table is None:
        return None
    return conclude(
        told.table, Facets(options.level, options.over_wordings, least_clips=options.minimum_clips), options
    )


def family_scores(found: Closeness, plain: pd.DataFrame, family: ValueSet, options: ScoringOptions) -> dict[str, Score]:
    """Every dimension of a further set with its score; nothing where no response counts for any."""
    if not any(tag in family for tags in tags_of(plain).values() for tag in tags):
        return {}
    concluded = conclude_sets(family_sets(found, plain, family), options)
    if concluded is None:
        return {}
    return rows(concluded, TableStyle("item", ENDS), answers_by(plain[found.read.counts], family))


def answers_by(counted: pd.DataFrame, family: ValueSet) -> dict[str, int]:
    """How many answers stand behind each dimension."""
    listed = [str(tags).split() for tags in counted["tags"]]
    return {name: sum(name in tags for tags in listed) for name in family.dimensions}
