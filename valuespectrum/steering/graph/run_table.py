"""The table of values out of stored runs: a row for each respondent, a column for each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import nan
from pathlib import Path
from typing import Literal

import numpy as np

from agents.models.model_names import ModelId
from agents.personas.reserved import NO_PERSONA
from valuespectrum.runs.failures import outdated
from valuespectrum.runs.run import read_scores
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.steering.graph.value_table import NOBODY, RowKey, ValueTable, described
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Scale = Literal["raw", "centred"]
"""Scores as measured, or minus each respondent's own mean: these sum to nothing, which no test bears."""
_Row = tuple[RowKey, dict[str, Estimate]]


def table_of_runs(
    runs: Sequence[Path],
    instrument: str = "",
    scale: Scale = "raw",
    warn: Callable[[str], None] = lambda caution: None,
) -> ValueTable:
    """Everybody in some runs: models, personas, and models that were steered.

    Args:
        runs: Folders of scored runs.
        instrument: As ``scores.json`` names it; empty where there is only one.
        scale: Raw scores, or centred ones.
        warn: Told in a sentence of each run whose scores are older than its answers.

    Raises:
        InputError: A run is none or is not scored, or there are several instruments and none is named.
    """
    scored = [(run, read_scores(run)) for run in runs]
    for run, scores in scored:
        if caution := outdated(run, scores):
            warn(caution)
    told = [row for _, scores in scored for row in scores["respondents"] if not row.get("placebo")]
    names = sorted({str(row["instrument"]) for row in told})
    wanted = instrument or (names[0] if len(names) == 1 else "")
    if wanted not in names:
        raise InputError(
            f"the runs are of {len(names)} instruments: {', '.join(names)}",
            "name runs of one, or tell steer graph which with --instrument NAME",
        )
    return _table([_row(row, scale) for row in told if row["instrument"] == wanted])


def _row(row: Json, scale: Scale) -> _Row:
    model = ModelId.parse(str(row["model"]))
    persona = str(row["persona"])
    strategy = str(row.get("strategy", NO_PERSONA))
    named = persona if strategy in (NO_PERSONA, "simple") else f"{persona} ({strategy})"
    key = RowKey(NOBODY if persona == NO_PERSONA else named, model.steering or NOBODY, str(model.without_steering))
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
