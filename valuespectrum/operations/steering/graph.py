"""``steer graph``: a causal graph among values, out of stored runs or a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.steering.graph.mining import MiningOptions
    from valuespectrum.steering.graph.resampling import EdgeShares
    from valuespectrum.steering.graph.side_effects import SideEffects, ValueChanges
    from valuespectrum.steering.graph.value_graph import ValueGraph
    from valuespectrum.steering.graph.value_table import RowKey, ValueTable

GraphRule = Literal["stable", "published"]
"""Ours, which does not hang on the order of values, or that of Kang et al. (needs the extra ``causal``)."""
GraphReading = Literal["both-ways", "cpdag"]
"""What an edge without direction means: it runs both ways, or it is left open."""
GraphDraws = Literal["half", "bootstrap"]
"""How tables are drawn again."""
GraphScale = Literal["raw", "centred"]
"""Scores of runs as measured, or minus each respondent's mean."""
_ROWS_A_VALUE = 5
_OPENING = 1000
"""Bytes in which a picture has its title."""
_DEPENDENT = (
    "rows that share a persona are not independent, which the tests do not know: trust edges by how often they come "
    "again, personas drawn anew"
)
_ROW_BY_ROW = (
    "tables were drawn again row by row, since there are too few personas: rows of one persona go together, so that "
    "edges seem surer than they are"
)
_PARTS = ("expected", "unexpected", "apart")
"""Numbers of what changes along with a value."""
_NO_CAUSE = (
    "an arrow is a cause only if everything that moves two values at once is in the table; what all personas share, "
    "such as a lean to agree, is not"
)


@dataclass(frozen=True, slots=True)
class GraphSettings(CheckedSettings):
    """How a graph is mined; the names are those of the options of ``valuespectrum steer graph``."""

    bounds: ClassVar[Bounds] = {"alpha": (1e-12, 0.999), "deepest": (0, ENDLESS), "resamples": (0, 100_000)}

    out: Path = Path("value-graph.json")
    """Graph file; the picture is written beside it."""
    alpha: float = 0.05
    """Level of each test."""
    rule: GraphRule = "stable"
    reading: GraphReading = "cpdag"
    deepest: int | None = None
    """Most values that a test holds fixed."""
    resamples: int = 200
    """Tables drawn again for how often edges come; 0 for none."""
    draws: GraphDraws = "half"
    scale: GraphScale = "raw"
    instrument: str = ""
    """Of runs with several."""
    within: str = ""
    """Field whose group means are taken out first: ``model`` or ``clip``."""
    base: str = ""
    """Persona that others are held against; by default none, where the table has such a row."""
    only: tuple[str, ...] = ()
    """Interventions that count, beside none; empty for all."""
    seed: int = 0
    force: bool = False
    """Replace a graph and its picture that are there."""


@dataclass(frozen=True, repr=False)
class MinedGraph(Outcome):
    """A graph among values."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each edge, with how often it comes again."""
        return list(self.document["edges"])


def mine_graph(
    sources: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: GraphSettings | None = None,
    teller: Teller | None = None,
) -> MinedGraph:
    """Mine a causal graph among values, and measure what changes along with a value; needs no model.

    Args:
        sources: Folders of scored runs, or one CSV table with a row for each persona and intervention.
        settings: How.
        teller: Who is told how it goes.

    Raises:
        InputError: A source cannot be read, the table is too small, or a file is there already.
        StorageError: The files cannot be written.

    Example::

        vs.mine_graph(["runs/amber-portraits", "runs/birch-portraits"]).to_pandas()
    """
    from valuespectrum.reporting.value_graph import draw_graph
    from valuespectrum.runs.run import write_json
    from valuespectrum.steering.graph.mining import MiningOptions, mine
    from vectorstore.foundation.disk import make_folder, storage_errors, write_durably

    settings, teller = settings or GraphSettings(), teller or Unattended()
    if not settings.out.name:
        raise InputError(f"{settings.out} is a folder, and a graph goes into a file", "name one with --out")
    drawn = settings.out.with_suffix(".svg")
    _refuse_taken(drawn, settings)
    measured = told = _table(sources, settings, teller)
    if settings.within:
        measured = told.within(settings.within)
    options = MiningOptions(settings.alpha, settings.rule, settings.deepest)
    changed = _changes(told, settings)  # refuses what there is not before tables are drawn again
    teller.doing("mining the graph")
    graph = mine(measured, options)
    shares = _shares(measured.columns(graph.values), options, settings, teller)
    effects = {name: _side_effects(graph, changes, settings) for name, changes in changed}
    document = _document(graph, shares, effects, measured, settings) | {
        "file": str(settings.out),
        "picture": str(drawn),
    }
    joined = None if shares is None else {frozenset(pair): each.joined for pair, each in shares.pairs.items()}
    content = draw_graph(graph, joined).encode()
    with storage_errors(settings.out):
        if drawn.exists() and not settings.force and drawn.read_bytes() != content:
            raise _taken(drawn)
        make_folder(settings.out.parent)
        write_durably(drawn, content)
    write_json(settings.out, document)
    return MinedGraph(document, _in_words(document))


def _refuse_taken(drawn: Path, settings: GraphSettings) -> None:
    """Refuse files that are there: those of somebody else always, a graph unless it may be replaced.

    A picture alone, which is written first, may be what a kill left of this command.
    """
    from vectorstore.foundation.disk import refuse_foreign, storage_errors

    if settings.out.suffix == ".svg":
        raise InputError(f"{settings.out} is the name of a picture", "name a file that ends in .json")
    refuse_foreign(settings.out, _holds_a_graph, "a value graph")
    with storage_errors(settings.out):
        if settings.out.exists() and not settings.force:
            raise _taken(settings.out)
    refuse_foreign(drawn, _shows_a_graph, "a picture of one")


def _taken(path: Path) -> InputError:
    return InputError(f"{path} is there already", "name another file, or add --force to replace it")


def _holds_a_graph(path: Path) -> bool:
    from valuespectrum.steering.graph.value_graph import read_graph

    try:
        return bool(read_graph(path).values)
    except InputError:
        return False


def _shows_a_graph(path: Path) -> bool:
    """Whether a file is a picture of ours; whether it is that of this graph, only the graph tells."""
    from valuespectrum.reporting.value_graph import TITLE

    with path.open("rb") as opened:
        return f"<title>{TITLE}</title>".encode() in opened.read(_OPENING)


def _table(
    sources: str | PathLike[str] | Sequence[str | PathLike[str]], settings: GraphSettings, teller: Teller
) -> ValueTable:
    from valuespectrum.steering.graph.run_table import table_of_runs
    from valuespectrum.steering.graph.value_table import NOBODY, read_value_table

    paths = [user_path(each) for each in ([sources] if isinstance(sources, str | PathLike) else sources)]
    if len(paths) == 1 and paths[0].suffix.lower() == ".csv":
        if settings.instrument or settings.scale != "raw":
            raise InputError("a table has one scale and no instruments", "leave --instrument and --scale out")
        measured = read_value_table(paths[0])
    else:
        measured = table_of_runs(paths, settings.instrument, settings.scale, teller.warn)
    known = {key.intervention for key in measured.keys}
    unknown = [each for each in settings.only if each not in known]
    if unknown:
        raise InputError(f"the table has no intervention {unknown[0]!r:.80}", "choose among those that it has")
    if settings.only:
        measured = measured.where(lambda key: key.intervention in (NOBODY, *settings.only))
    for each in measured.left_out[:5]:
        teller.say(f"note: left out, since a value was not measured: {each}")
    return measured


def _shares(measured: ValueTable, options: MiningOptions, settings: GraphSettings, teller: Teller) -> EdgeShares | None:
    from valuespectrum.steering.graph.resampling import ResamplePlan, edge_shares

    if not settings.resamples:
        return None
    plan = ResamplePlan(settings.resamples, settings.draws, settings.seed)
    with teller.progress("drawing tables again") as advance:
        return edge_shares(measured, options, plan, advance)


def _changes(measured: ValueTable, settings: GraphSettings) -> list[tuple[str, ValueChanges]]:
    """What changed against no intervention, and against a persona, where the table has such rows."""
    from valuespectrum.steering.graph.side_effects import intervention_changes, persona_changes
    from valuespectrum.steering.graph.value_table import NOBODY

    found: list[tuple[str, ValueChanges]] = []
    base = _base(measured, settings)
    if base is not None:
        found.append(("personas", persona_changes(measured, base)))
    known = set(measured.keys)
    if any(key.intervention and replace(key, intervention=NOBODY) in known for key in measured.keys):
        found.append(("interventions", intervention_changes(measured)))
    return found


def _base(measured: ValueTable, settings: GraphSettings) -> RowKey | None:
    from valuespectrum.steering.graph.value_table import NOBODY

    plain = [key for key in measured.keys if key.intervention == NOBODY]
    if settings.base:
        named = [key for key in plain if key.persona == settings.base]
        if len(named) != 1:
            raise InputError(f"the table has {len(named)} rows of {settings.base!r:.80}", "name one persona of it")
        return named[0]
    bare = [key for key in plain if key.persona == NOBODY]
    if len(bare) != 1:
        return None
    beside = [key for key in plain if (key.model, key.clip) == (bare[0].model, bare[0].clip)]
    return bare[0] if len(beside) > 1 else None


def _side_effects(graph: ValueGraph, changes: ValueChanges, settings: GraphSettings) -> Json:
    from valuespectrum.steering.graph.side_effects import side_effects

    found: SideEffects = side_effects(changes, graph.effects(settings.reading), seed=settings.seed)
    return found.to_json() | {"against": changes.against, "a_change_is": changes.rule}


def _document(
    graph: ValueGraph,
    shares: EdgeShares | None,
    effects: Mapping[str, Json],
    measured: ValueTable,
    settings: GraphSettings,
) -> Json:
    from valuespectrum.steering.graph.value_graph import reduced

    arrows, sets = graph.arrows(settings.reading), graph.effects(settings.reading)
    notes = [_NO_CAUSE]
    personas = len({key.persona for key in measured.keys})
    notes += [_DEPENDENT] if personas < len(measured) else []
    notes += [_ROW_BY_ROW] if shares is not None and shares.unit == "row" and 1 < personas < len(measured) else []
    if "interventions" not in effects and any(key.intervention for key in measured.keys):
        notes.append("no row with an intervention has the same without one beside it: what they change is not told")
    plain = [key for key in measured.keys if not key.intervention]
    if "personas" not in effects and any(key.persona for key in plain):
        bare = sum(not key.persona for key in plain)
        notes.append(
            f"what personas change is told of one model, against one row without any, and the table has {bare}: it is "
            "not told here (--base names a persona to hold the others against)"
        )
    if graph.has_cycle:
        notes.append("arrows lead round in a circle: they cannot all be causes")
    if graph.rows < _ROWS_A_VALUE * len(graph.values):
        notes.append(f"{graph.rows} rows for {len(graph.values)} values: most relations will not be seen")
    if graph.still:
        notes.append(f"these did not vary, so nothing is known of them: {', '.join(graph.still)}")
    return {
        "graph": graph.to_json(),
        "edges": [_edge(edge.first, edge.second, edge.mark, edge.correlation, shares) for edge in graph.edges],
        "arrows": sorted(map(list, arrows)),
        "without_detours": sorted(map(list, reduced(arrows))),
        "reading": settings.reading,
        "effects": {
            value: {name: sorted(chosen[value]) for name, chosen in _sets(sets.expected, sets.unexpected, sets.open)}
            for value in graph.values
        },
        "has_cycle": graph.has_cycle,
        "resampled": None if shares is None else shares.to_json(),
        "side_effects": dict(effects),
        "theory": _theory(graph, settings),
        "left_out": list(measured.left_out),
        "notes": notes,
    }


def _theory(graph: ValueGraph, settings: GraphSettings) -> Json | None:
    """Beside the circle that the values lie on; ``None`` where they lie on none."""
    from valuespectrum.steering.graph.agreement import circle_agreement
    from valuespectrum.theory.value_sets import NINETEEN, TEN

    circle = next((each for each in (TEN, NINETEEN) if set(graph.values) <= set(each.dimensions)), None)
    return None if circle is None else circle_agreement(graph, circle, settings.seed).to_json()


def _sets(*sets: Mapping[str, frozenset[str]]) -> list[tuple[str, Mapping[str, frozenset[str]]]]:
    return list(zip(("expected", "unexpected", "open"), sets, strict=True))


def _edge(first: str, second: str, mark: str, correlation: float, shares: EdgeShares | None) -> Json:
    row: Json = {"first": first, "second": second, "mark": mark, "correlation": correlation}
    if shares is not None:
        share = shares.of(first, second)
        row |= {"joined": share.joined, "forward": share.forward, "backward": share.backward}
    return row


def _in_words(document: Json) -> str:
    from valuespectrum.reporting.elements.words import percent, reasons
    from valuespectrum.scoring.estimate import Estimate

    graph, edges = document["graph"], document["edges"]
    again = document["resampled"] is not None
    cells = [
        (
            f"{row['first']} {row['mark']} {row['second']}",
            f"{row['correlation']:+.2f}",
            *([percent(row[name], "") for name in ("joined", "forward", "backward")] if again else []),
        )
        for row in sorted(edges, key=lambda row: -row.get("joined", 0.0))
    ]
    head = ("edge", "correlation", *(("joined again", "first to second", "second to first") if again else ()))
    told = f"{len(edges)} edges among {len(graph['values'])} values, from {graph['rows']} rows"
    told += f", {len(document['without_detours'])} arrows without detours ({document['reading']})"
    lines = [table(head, cells), "", f"{told}."]
    if again:
        drawn = document["resampled"]
        failed = f", {drawn['failed']} more could not be mined" if drawn["failed"] else ""
        lines.append(f"{drawn['resamples']} tables drawn again over {drawn['units']} {drawn['unit']}s{failed}.")
    effects = document["side_effects"]
    lines += [_effects_in_words(name, found) for name, found in effects.items()]
    shown = [Estimate.read(found[part]) for found in effects.values() for part in _PARTS]
    lines += [f"{sign} {why}" for sign, why in reasons(shown)]
    theory = document["theory"]
    if theory is not None and theory["p"] is not None:
        lines.append(
            f"goes with {theory['theory']}: {theory['mean']:+.2f}, p {theory['p']:.4f} of names dealt out again."
        )
    lines += [f"note: {note}" for note in document["notes"]]
    return "\n".join([*lines, f"written: {document['file']}, {document['picture']}"])


def _effects_in_words(name: str, found: Json) -> str:
    from valuespectrum.reporting.elements.words import with_interval
    from valuespectrum.scoring.estimate import Estimate

    expected, unexpected, apart = (with_interval(Estimate.read(found[part]), 3, part == "apart") for part in _PARTS)
    told = f"{name}, {found['against']}: as a value changes, those that the graph expects change in {expected} of rows"
    return f"{told}, the others in {unexpected}; difference {apart}, over {found['unit']}s."
