"""Whether values go together over respondents as the circle says, beside what chance, items and people give.

Respondents are what a run has: models, and models in roles. Roles are written with the circle in their targets, so a
circle found over roles shows that roles were played; that the model itself has one shows over models, or over placebos.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from valuespectrum.scoring.structure.circle import (
    Floats,
    correlations,
    cosine_agreement,
    distance_agreement,
    distances,
    order_index,
)
from valuespectrum.scoring.structure.scaling import scale
from valuespectrum.scoring.structure.semantic_null import beyond_words
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.json_types import Json

PEOPLE = {"distance": 0.89, "cosine": 0.87, "order_index": 0.84, "congruence": 0.98}
"""What people give (data set PVQ40 of smacof, 151 adults, ten values, centred)."""
NO_ITEMS = "no embeddings of the items are kept with this run"
ROLES = (
    "most respondents are roles whose targets were written with the circle in mind: a circle over them shows that "
    "roles were played, not that a model has it"
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Scores of respondents who were asked the same."""

    scores: Floats
    """Centred, shape (respondents, values); NaN for what is not known."""
    roles: int = 0
    """How many of them play a persona."""
    items: Floats | None = None
    """Similarity of values by their items alone, shape (values, values)."""
    why_no_items: str = NO_ITEMS


def structure(found: Gathered, value_set: ValueSet, generator: np.random.Generator) -> Json:
    """Every check of the circle.

    Args:
        found: Scores of respondents.
        value_set: Their values, a circle.
        generator: Draws orders of the values.

    Returns:
        ``respondents``, ``complete`` (those with every value), ``why`` (why there is nothing, else empty),
        ``distance``, ``cosine`` and ``order_index`` (each ``value, p, why``), ``map`` (``points, stress, congruence,
        disparity, order, displacement, p``), ``semantic`` (``observed, semantic, explained, partial, p, told``),
        ``people`` and ``notes``; parts that need a table of correlations are ``None`` without one.
    """
    table, why = correlations(found.scores, value_set)
    complete = int((~np.isnan(found.scores).any(axis=1)).sum()) if found.scores.ndim == 2 else 0
    shared: Json = {
        "value_set": value_set.name,
        "respondents": len(found.scores),
        "complete": complete,
        "why": why,
        "people": dict(PEOPLE),
        "notes": [ROLES] if 2 * found.roles > len(found.scores) else [],
    }
    if table is None:
        return {**shared, **dict.fromkeys(("distance", "cosine", "order_index", "map", "semantic"))}
    theory = distances(value_set)
    drawn = scale(table, value_set)
    return {
        **shared,
        "distance": asdict(distance_agreement(table, theory, generator)),
        "cosine": asdict(cosine_agreement(table, theory, generator)),
        "order_index": asdict(order_index(table, theory, generator)),
        "map": {
            "points": dict(zip(value_set.dimensions, drawn.points.tolist(), strict=True)),
            "stress": drawn.stress,
            "congruence": drawn.congruence,
            "disparity": drawn.disparity,
            "order": list(drawn.order),
            "displacement": drawn.displacement,
            "p": drawn.p,
        },
        "semantic": _semantic(table, theory, found, generator),
    }


def _semantic(table: Floats, theory: Floats, found: Gathered, generator: np.random.Generator) -> Json:
    if found.items is None:
        empty = dict.fromkeys(("observed", "semantic", "explained", "partial", "p"))
        return {**empty, "why": found.why_no_items, "told": f"not held against the items alone: {found.why_no_items}"}
    beyond = beyond_words(table, found.items, theory, generator)
    return {**asdict(beyond), "told": beyond.told}
