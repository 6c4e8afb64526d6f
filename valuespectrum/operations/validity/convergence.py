"""``compare --convergence``: whether several instruments agree about the same respondents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.theory.values import LABELS
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path


@dataclass(frozen=True, slots=True)
class ConvergenceSettings(CheckedSettings):
    """Who counts; the names are those of the options of ``valuespectrum compare --convergence``."""

    model: tuple[str, ...] = ()
    """Ids, specs or names of models; empty for all."""


@dataclass(frozen=True, repr=False)
class Convergence(Outcome):
    """Instruments beside each other."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each pair of instruments and value: convergent and discriminant correlation with intervals."""
        return [
            {"first": pair["first"], "second": pair["second"], "value": value, **flat(row)}
            for pair in self.document["pairs"]
            for value, row in pair["values"].items()
        ]


def convergence(
    runs: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: ConvergenceSettings | None = None,
    teller: Teller | None = None,
) -> Convergence:
    """Set what several instruments say of the same respondents beside each other; needs no model and no corpus.

    Args:
        runs: Folders of scored runs of several instruments.
        settings: Who counts.
        teller: Who is told what is left out.

    Returns:
        Correlations of every value in every instrument (traits by methods), convergent and discriminant correlations
        with reliability and intervals over respondents, and what two instruments agree about.

    Raises:
        InputError: A run cannot be read, or fewer than two instruments measured the same five respondents.

    Example::

        vs.convergence(["runs/like", "runs/portraits"]).to_pandas()
    """
    from valuespectrum.comparing.groups.convergence import convergence_of_runs

    settings, teller = settings or ConvergenceSettings(), teller or Unattended()
    folders = [user_path(run) for run in ([runs] if isinstance(runs, str | PathLike) else runs)]
    document = convergence_of_runs(folders, settings.model)
    for each in document["left_out"]:
        teller.say(f"note: left out: {each}")
    return Convergence(document, _in_words(document))


def _in_words(document: Json) -> str:
    parts = [part for pair in document["pairs"] for part in _pair(pair)]
    parts += [_axis(document["axis"])] if document["axis"] else []
    parts += ["\n".join(document["verdicts"])] if document["verdicts"] else []
    parts.append("\n".join([document["covers"], *(f"note: {note}" for note in document["notes"])]))
    return "\n\n".join(parts)


def _pair(pair: Json) -> Iterator[str]:
    from valuespectrum.reporting.elements.words import agreeing, number

    named = f"{pair['first']} and {pair['second']}, over {pair['respondents']} respondents"
    if pair["why"]:
        yield f"{named}: no correlations, {pair['why']}"
        return
    rows = [
        (LABELS[value], *(_told(row[name]) for name in _NAMES), number(row["disattenuated"], 2), agreeing(pair, value))
        for value, row in pair["values"].items()
    ]
    rows.append(("mean", *(_told(pair[name]) for name in _NAMES), number(pair["disattenuated"], 2), ""))
    head = ("value", "same value", "other values (size)", "same minus other", "without error", "agree")
    yield f"{named}\n{table(head, rows)}"


_NAMES = ("convergent", "discriminant", "beyond")


def _told(row: Json) -> str:
    from valuespectrum.reporting.elements.data import Estimate
    from valuespectrum.reporting.elements.words import with_interval

    return with_interval(Estimate.read(row), 2, True)


def _axis(rows: Sequence[Json]) -> str:
    cells = [(each["first"], each["second"], each["respondents"], _told(each)) for each in rows]
    head = ("instrument", "self-transcendence over self-enhancement by", "respondents", "correlation")
    return table(head, cells)
