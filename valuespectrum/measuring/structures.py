"""From scores to what stands under ``structure``: respondents of one instrument together, items beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from agents.answers.respondent import RespondentColumns, columns_of
from agents.personas.reserved import NO_PERSONA, in_first_wording
from ingest.embedding.base import Embedder
from valuespectrum.instruments.registry import about_others
from valuespectrum.scoring.estimate import HEADLINE
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.structure.circle import Floats
from valuespectrum.scoring.structure.over_respondents import NO_ITEMS, Gathered, structure
from valuespectrum.scoring.structure.semantic_null import item_similarities
from valuespectrum.stimuli.retrieval import Searchable, StimulusRow
from valuespectrum.theory.value_sets import TEN, ValueSet
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

Likeness = Mapping[str, Mapping[str, float]]
"""Value to value to cosine of what stands for them."""


def structures(scores: Json, likeness: Likeness | None, seed: int) -> list[Json]:
    """Structure of every set of values that a run measured, each instrument and each readout for itself.

    Args:
        scores: As ``scores.json`` keeps them.
        likeness: Of what was shown for the ten values; ``None`` where it is not known.
        seed: Of the orders that are drawn.
    """
    return [
        {**named, **structure(gathered, value_set, stream(seed, f"structure/{named['instrument']}"))}
        for named, value_set, gathered in _gathered(scores, likeness)
    ]


def likeness_of_values(corpus: Searchable, embedder: Embedder, rows: Sequence[StimulusRow]) -> Likeness | None:
    """How alike the pictures of two values are to an embedder: what a reader of pictures without values would go by.

    Args:
        corpus: Where their vectors are.
        embedder: Whose vectors.
        rows: Pictures with the value that they stand for.

    Returns:
        ``None`` where a value has no picture.
    """
    frames, vectors = corpus.vectors(embedder.id)
    place = {frame: at for at, frame in enumerate(frames)}
    shown = [row for row in rows if row.frame_id in place and row.value in TEN]
    if not shown:
        return None
    table, _ = item_similarities(
        np.asarray(vectors[[place[row.frame_id] for row in shown]], dtype=np.float64), [row.value for row in shown], TEN
    )
    if table is None:
        return None
    return {
        one: {other: round(float(table[at, to]), 4) for to, other in enumerate(TEN.dimensions)}
        for at, one in enumerate(TEN.dimensions)
    }


def _gathered(scores: Json, likeness: Likeness | None) -> Iterator[tuple[dict[str, str], ValueSet, Gathered]]:
    sets = {name: ValueSet.from_json(each) for name, each in scores["value_sets"].items()}
    asked: dict[tuple[str, str, str], list[Json]] = {}
    for one in scores["respondents"]:
        if about_others(one["instrument"]):
            continue  # what is given to others has no place on the circle of one's own values
        # A placebo repeats its persona's words about nothing that is measured; what it adds is the model once more.
        if not one["placebo"] and one["profile"] and sets[one["value_set"]].circular:
            # Numbers of two readouts are not on one scale, so they are not correlated with each other.
            asked.setdefault((one["instrument"], one["value_set"], one.get("readout", "")), []).append(one)
    for (instrument, name, readout), respondents in asked.items():
        value_set = sets[name]
        # Wordings of a persona are no further respondents.
        worded: dict[RespondentColumns, list[list[float]]] = {}
        for one in respondents:
            who = columns_of(one)
            role = who._replace(persona=in_first_wording(who.persona))
            worded.setdefault(role, []).append(_row(one, value_set))
        rows = np.array([mean_over(np.array(several), 0) for several in worded.values()], dtype=np.float64)
        items = _table(likeness, value_set)
        roles = sum(who.persona != NO_PERSONA for who in worded)
        gathered = Gathered(rows, roles, items, "" if items is not None else NO_ITEMS)
        yield {"instrument": instrument, "readout": readout}, value_set, gathered


def _row(one: Json, value_set: ValueSet) -> list[float]:
    numbers = ((row.get(HEADLINE, row["centred"])) for row in (one["profile"][name] for name in value_set.dimensions))
    return [np.nan if number is None else float(number) for number in numbers]


def _table(likeness: Likeness | None, value_set: ValueSet) -> Floats | None:
    if likeness is None or not all(name in likeness for name in value_set.dimensions):
        return None
    return np.array([[likeness[one][other] for other in value_set.dimensions] for one in value_set.dimensions])
