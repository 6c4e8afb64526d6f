"""The published tables of a model, as they lie in a folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from valuespectrum.steering.graph.value_table import Floats, RowKey, ValueTable, read_value_table
from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.errors import InputError

_LARGEST = 2**20
_PLACES = ("useful_data", "tutorials", "tutorials/useful_data")
"""Where files lie in the published repository, seen from it or from its folder ``tutorials``."""
_PREFIX = "mean_scorechange__"
FREQUENCIES: tuple[str, ...] = tuple(
    f"{method}_{graph}_{side}"
    for method in ("prompt", "sae")
    for graph in ("ours", "refs")
    for side in ("expected", "unexpected")
)
"""Rows of the table of frequencies: what was steered with, whose graph, which set."""


@dataclass(frozen=True, slots=True, eq=False)
class PublishedTables:
    """Everything of one model."""

    training: ValueTable
    """Rows that the graph was mined from: kept features and none."""
    test: ValueTable
    """The same of other personas and items."""
    frequencies: Mapping[str, Floats]
    """``FREQUENCIES`` to a number for each value, in the order of the tables; NaN where none was published."""

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the values."""
        return self.training.values

    @property
    def first_persona(self) -> RowKey:
        """The row that the persona's effects were measured against: the first persona of the test rows.

        Raises:
            InputError: There is none.
        """
        found = next((key for key in self.test.keys if key.persona and not key.intervention), None)
        if found is None:
            raise InputError("the test table has no persona without an intervention", "name the published files")
        return found


def names_of(model: str) -> tuple[str, str, str]:
    """Files of a model."""
    return f"ans_{model}_train_formal.csv", f"ans_{model}_test_formal.csv", f"table2_{model}.csv"


def missing_files(folder: Path, model: str) -> list[str]:
    """Files of a model that a folder lacks."""
    return [name for name in names_of(model) if not _place(folder, name).is_file()]


def _place(folder: Path, name: str) -> Path:
    """Where a file is: in the folder, or above or below it, as in the published repository, of which it may be all."""
    inside = (folder / place / name for place in _PLACES)
    return next((each for each in (folder / name, folder.parent / name, *inside) if each.is_file()), folder / name)


def read_tables(folder: Path, model: str, features: Sequence[str]) -> PublishedTables:
    """Read the tables of a model.

    Args:
        folder: Where they are.
        model: As in the names of the files.
        features: That were kept.

    Raises:
        InputError: One is missing, damaged, or of other values than the others.
    """
    training, test, frequencies = (_place(folder, name) for name in names_of(model))
    kept = {"", *features}
    mined = read_value_table(training).where(lambda key: key.intervention in kept)
    measured = read_value_table(test).where(lambda key: key.intervention in kept)
    if mined.values != measured.values:
        raise InputError(f"{training} and {test} are of different values", "name the files of one model")
    return PublishedTables(mined, measured, _frequencies(frequencies, mined.values))


def _frequencies(path: Path, values: Sequence[str]) -> dict[str, Floats]:
    try:
        text = read_regular(path, _LARGEST).decode("utf-8-sig")
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        found = {
            row[0].removeprefix(_PREFIX): np.array([float(cell or "nan") for cell in row[1:]], dtype=np.float64)
            for row in rows
        }
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise InputError(f"{path} is no table of frequencies: {error}", "name the published file") from error
    wrong = tuple(header[1:]) != tuple(values) or any(
        len(each) != len(values) or np.isinf(each).any() for each in found.values()
    )
    if wrong or set(FREQUENCIES) - set(found):
        raise InputError(f"{path} has other values or rows than the published file", "name the published file")
    return {name: found[name] for name in FREQUENCIES}
