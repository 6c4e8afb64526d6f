"""The scores of a run as one table for other programs: a row per respondent and value, or further number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from agents.answers.respondent import RespondentColumns
from vectorstore.foundation.csv_cells import guarded
from vectorstore.foundation.disk import durable_file, refuse_foreign, storage_errors
from vectorstore.foundation.json_types import Json

_WHO = (*RespondentColumns._fields, "instrument", "readout")
_FIRST = ("value", "mean", "low", "high", "centred", "centred_low", "centred_high", "n_clips", "n_answers", "status")


def write_score_table(scores: Json, path: Path) -> int:
    """Write the scores of all respondents as CSV.

    Args:
        scores: As ``scores.json`` holds them.
        path: The file; replaced as a whole when it is an earlier one.

    Returns:
        The number of rows.

    Raises:
        InputError: Something else is there.
        StorageError: It cannot be written.
    """
    refuse_foreign(path, _is_ours, "a table of scores")
    rows = list(score_rows(scores))
    columns = [*_WHO, *_FIRST]
    columns += sorted({name for row in rows for name in row} - set(columns))
    with storage_errors(path), durable_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows({name: guarded(value) for name, value in row.items()} for row in rows)
        text.detach()
    return len(rows)


def score_rows(scores: Json) -> Iterator[dict[str, object]]:
    """One record per respondent and value, and per further number of it; a number that is not known is left empty."""
    for respondent in scores.get("respondents", []):
        who = {name: respondent.get(name, "") for name in (*_WHO, "value_set", "unit")}
        told = respondent.get("evidence")
        # Instruments other than the like battery tell kinds of evidence in their readout.
        who["evidence"] = told if isinstance(told, str) and told else who["readout"]
        for kind, rows in (("value", _values(respondent)), ("scalar", respondent.get("scalars", {}))):
            for value, row in rows.items():
                numbers = {name: "" if number is None else number for name, number in row.items()}
                plain = {name: each for name, each in numbers.items() if _is_plain(each)}
                yield {**who, "kind": kind, "value": value, **plain}


def _values(respondent: Json) -> Json:
    """Its profile, or else that of the published protocol, which has means alone."""
    profile: Json = respondent.get("profile") or {}
    paper = respondent.get("paper") or {}
    if profile or not paper:
        return profile
    return {value: {"mean": mean, "n_answers": paper["n"].get(value)} for value, mean in paper["scores"].items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.readline(4096).decode("utf-8", "replace").startswith(",".join((*_WHO, *_FIRST[:2])))
