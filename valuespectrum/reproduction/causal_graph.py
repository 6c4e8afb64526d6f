"""The causal graph of Kang et al. (2025): counts of edges and frequencies of change, from their published tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valuespectrum.reproduction.rows import ComparedNumber
from valuespectrum.steering.graph.mining import MiningOptions, mine
from valuespectrum.steering.graph.published_tables import (
    FREQUENCIES,
    PublishedTables,
    missing_files,
    names_of,
    read_tables,
)
from valuespectrum.steering.graph.side_effects import (
    SideEffects,
    ValueChanges,
    change_frequencies,
    intervention_changes,
    persona_changes,
    side_effects,
)
from valuespectrum.steering.graph.unknown_graph import FittingSets, Steered, fitting_sets
from valuespectrum.steering.graph.value_graph import GraphEffects, ValueGraph, reduced
from valuespectrum.steering.graph.value_table import Floats
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

PUBLISHED = Path(__file__).parent / "published" / "causal_graph.json"
"""What was published, with its source."""
TOLERANCE = 1e-4
_SAME = 1e-6
_IN_WORDS = {
    "prompt": "prompt",
    "sae": "sparse feature",
    "ours": "own graph",
    "refs": "human graph",
    "expected": "expected",
    "unexpected": "unexpected",
}
_SOLVED = (
    "the human graph is not in the files: its effects were solved for out of the published frequencies, so agreement "
    "shows that one graph explains all of them, not that it was drawn so"
)


_UNDRAWN = "the arrows that people drew are not in the files; several graphs have the same effects"


@dataclass(frozen=True, slots=True, eq=False)
class _PublishedModel:
    """One model with all that its rows are made of."""

    title: str
    facts: Json
    tables: PublishedTables
    graph: ValueGraph
    changes: Mapping[str, ValueChanges]
    """``prompt`` and ``sae``."""


def causal_graph(data: Path | None) -> list[ComparedNumber]:
    """Every number of every model whose files are there.

    Args:
        data: Folder with ``ans_MODEL_train_formal.csv``, ``ans_MODEL_test_formal.csv`` and ``table2_MODEL.csv``.

    Raises:
        InputError: The files of no model are there, or some are damaged; or the extra ``causal`` is missing.
    """
    facts = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    if data is None or not data.is_dir():
        raise InputError(f"{data} is no folder", "name the folder of the published tables")
    lacking = {model: missing_files(data, model) for model in facts["models"]}
    if all(lacking.values()):
        wanted = ", ".join(names_of(next(iter(lacking))))
        raise InputError(f"{data} has the files of no model", f"of one model are needed: {wanted}")
    rows: list[ComparedNumber] = []
    for model, missing in lacking.items():
        told = facts["models"][model]
        if missing:
            note = f"skipped, since {', '.join(missing)} are not in the folder: nothing is said of this model"
            rows.append(ComparedNumber(f"{told['title']}, not compared", None, note=note))
        else:
            rows += _rows(_model(data, model, told, facts))
    return rows


def _model(folder: Path, name: str, told: Json, facts: Json) -> _PublishedModel:
    tables = read_tables(folder, name, told["features"])
    graph = mine(tables.training, MiningOptions(facts["alpha"], "published"))
    changes = {
        "prompt": persona_changes(tables.test, tables.first_persona),
        "sae": intervention_changes(tables.test, facts["persona"]),
    }
    return _PublishedModel(told["title"], told, tables, graph, changes)


def _rows(model: _PublishedModel) -> Iterator[ComparedNumber]:
    arrows = model.graph.arrows()
    counts = {
        "rows used": model.graph.rows,
        "edges, undirected ones both ways": len(arrows),
        "undirected edges": len(model.graph.marked("--")) + len(model.graph.marked("<->")),
        "edges without detours": len(reduced(arrows)),
    }
    for name, ours in counts.items():
        yield ComparedNumber(f"{model.title}, {name}", ours, model.facts["counts"].get(name), 0.0)
    own = {way: side_effects(each, model.graph.effects()) for way, each in model.changes.items()}
    yield from _averages(model, "ours", own)
    apart = _apart(model, own)
    note = (
        "" if apart is not None else "a frequency of some value is in the table or follows from its rows, and not both"
    )
    yield ComparedNumber(f"{model.title}, own graph, largest difference by value", apart, 0.0, _SAME, note=note)
    yield from _human(model)


def _averages(
    model: _PublishedModel, graph: str, found: Mapping[str, SideEffects], note: str = ""
) -> Iterator[ComparedNumber]:
    """Beside what was printed of this model, or else beside the mean of its table."""
    for name in FREQUENCIES:
        way, whose, side = name.split("_")
        if whose == graph:
            printed = model.facts["averages"].get(name)
            published = _mean(model.tables.frequencies[name]) if printed is None else float(printed)
            ours = (found[way].expected if side == "expected" else found[way].unexpected).mean
            words = ", ".join(_IN_WORDS[part] for part in (way, whose, side))
            yield ComparedNumber(f"{model.title}, {words}", ours, published, TOLERANCE, note=note)


def _mean(frequencies: Floats) -> float | None:
    known = frequencies[~np.isnan(frequencies)]
    return float(known.mean()) if len(known) else None


def _apart(model: _PublishedModel, own: Mapping[str, SideEffects]) -> float | None:
    """Largest difference of a frequency by value from the published one; ``None`` where only one of them is known."""
    largest = 0.0
    for name in FREQUENCIES:
        way, whose, side = name.split("_")
        if whose == "ours":
            told = [own[way].by_value[value][int(side == "unexpected")] for value in model.tables.values]
            ours = np.array([np.nan if each is None else each for each in told])
            theirs = model.tables.frequencies[name]
            if (np.isnan(ours) != np.isnan(theirs)).any():
                return None
            largest = max(largest, float(np.abs(ours - theirs)[~np.isnan(ours)].max(initial=0.0)))
    return largest


def _human(model: _PublishedModel) -> Iterator[ComparedNumber]:
    ways = [
        Steered(
            change_frequencies(model.changes[way]), *(_told(model, way, side) for side in ("expected", "unexpected"))
        )
        for way in ("prompt", "sae")
    ]
    found = fitting_sets(ways)
    title = f"{model.title}, human graph"
    yield ComparedNumber(f"{title}, arrows", None, model.facts.get("human_arrows"), note=_UNDRAWN)
    yield ComparedNumber(f"{title}, sets of effects that fit", len(found.families), note=_words(found))
    if found.families:
        yield ComparedNumber(f"{title}, values whose effects are sure", found.sure)
        effects = _named(found.families[0], model.tables.values)
    else:
        effects = GraphEffects({}, {})
    solved = {way: side_effects(each, effects) for way, each in model.changes.items()}
    yield from _averages(model, "refs", solved, _SOLVED)


def _told(model: _PublishedModel, way: str, side: str) -> Floats:
    return model.tables.frequencies[f"{way}_refs_{side}"]


def _words(found: FittingSets) -> str:
    if not found.families:
        return "too many to look at all of them" if found.more else "no graph gives the published frequencies"
    return "more than were looked for" if found.more else ""


def _named(family: Mapping[int, frozenset[int]], values: tuple[str, ...]) -> GraphEffects:
    everything = frozenset(values)
    expected = {values[one]: frozenset(values[other] for other in its) for one, its in family.items()}
    return GraphEffects(expected, {one: everything - {one} - its for one, its in expected.items()})
