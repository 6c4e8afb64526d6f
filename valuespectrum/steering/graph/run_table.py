"""The table of values out of stored runs: a row for each respondent, a column for each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import nan
from pathlib import Path
from typing import Literal

import numpy as np

from agents.answers.respondent import NO_INTERVENTION, Respondent, columns_of
from agents.personas.reserved import NO_PERSONA
from valuespectrum.runs.run import read_manifest, read_scores
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.steering.graph.value_table import NOBODY, RowKey, ValueTable, described
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Scale = Literal["raw", "centred"]
"""Scores as measured, or minus each respondent's own mean: these sum to nothing, which no test bears."""
_Row = tuple[RowKey, dict[str, Estimate]]


def table_of_runs(runs: Sequence[Path], instrument: str = "", scale: Scale = "raw") -> ValueTable:
    """Everybody in some runs: models, personas, and models that were steered.

    Args:
        runs: Folders of scored runs.
        instrument: As ``scores.json`` names it; empty where there is only one.
        scale: Raw scores, or centred ones.

    Raises:
        InputError: A run is none or is not scored, or there are several instruments and none is named.
    """
    told = [(run, row, who) for run in runs for row, who in _respondents(run)]
    names = sorted({str(row["instrument"]) for _, row, _ in told})
    wanted = instrument or (names[0] if len(names) == 1 else "")
    if wanted not in names:
        raise InputError(
            f"the runs are of {len(names)} instruments: {', '.join(names)}", "choose one with --instrument NAME"
        )
    rows = [_row(row, who, scale) for _, row, who in told if row["instrument"] == wanted]
    return _table(rows)


def _respondents(run: Path) -> Iterator[tuple[Json, Respondent | None]]:
    cast = read_manifest(run).asked.cast
    for row in read_scores(run)["respondents"]:
        if not row.get("placebo"):
            yield row, cast.get(columns_of(row))


def _row(row: Json, who: Respondent | None, scale: Scale) -> _Row:
    steered = NO_INTERVENTION if who is None else who.intervention
    persona = str(row["persona"])
    strategy = str(row.get("strategy", NO_PERSONA))
    named = persona if strategy in (NO_PERSONA, "simple") else f"{persona} ({strategy})"
    key = RowKey(
        NOBODY if persona == NO_PERSONA else named,
        NOBODY if steered == NO_INTERVENTION else steered,
        str(row["model"]),
    )
    name = "" if scale == "raw" else "centred"
    profile: Mapping[str, Mapping[str, object]] = row["profile"]
    return key, {value: Estimate.read(score, name) for value, score in profile.items()}


def _table(rows: Sequence[_Row]) -> ValueTable:
    values = tuple(dict.fromkeys(value for _, profile in rows for value in profile))
    whole = [(key, profile) for key, profile in rows if all(_known(profile.get(value)) for value in values)]
    kept = {key for key, _ in whole}
    left_out = tuple(described(key) for key, _ in rows if key not in kept)
    scores = [[profile[value].mean for value in values] for _, profile in whole]
    errors = [[nan if (se := profile[value].se) is None else se for value in values] for _, profile in whole]
    shape = (len(whole), len(values))
    return ValueTable(
        values,
        tuple(key for key, _ in whole),
        np.array(scores, dtype=np.float64).reshape(shape),
        np.array(errors, dtype=np.float64).reshape(shape),
        left_out,
    )


def _known(score: Estimate | None) -> bool:
    return score is not None and score.mean is not None
