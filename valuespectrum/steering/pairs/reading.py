"""Pairs from files, in the layout that ConVA publishes its data in; files may be anybody's."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from valuespectrum.steering.pairs.base import ContrastPair, PairSet
from vectorstore.foreign.documents import read_rows
from vectorstore.foundation.csv_cells import guarded, unguarded
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError

COLUMNS = ("question_1", "question_2")
"""Columns of the published files: for the value, and against it."""
FURTHER_COLUMNS = ("form", "situation")
"""Columns that files of ours have beside them; others need not."""
_LARGEST = 2**24
"""Bytes of a file: a hundred pairs take thirty thousand."""
_MOST_PAIRS = 20_000
_LONGEST = 4_000
"""Characters of a text."""


def read_pairs(path: Path, value: str) -> PairSet:
    """Read pairs of one value.

    Args:
        path: CSV with the columns ``question_1`` (for the value) and ``question_2`` (the opposite); ``form`` and
            ``situation`` may be beside them.
        value: Which value they are about.

    Raises:
        InputError: It is missing, too large, no such file, or a text is empty, too long, or twice in its pair.
    """
    hint = f"a CSV file with the columns {' and '.join(COLUMNS)}"
    rows = read_rows(path, "pairs", COLUMNS, hint, _LARGEST)
    if len(rows) > _MOST_PAIRS:
        raise InputError(f"{path}: {len(rows):,} pairs, and at most {_MOST_PAIRS:,} are read", "leave some out")
    pairs = []
    for number, row in enumerate(rows, start=2):
        positive, negative = (unguarded(row[name] or "").strip() for name in COLUMNS)
        if not positive or not negative:
            raise InputError(f"{path}, row {number}: a pair lacks a text", hint)
        if max(len(positive), len(negative)) > _LONGEST:
            raise InputError(f"{path}, row {number}: a text is longer than {_LONGEST:,} characters")
        further = [unguarded(row.get(name) or "").strip()[:200] for name in FURTHER_COLUMNS]
        pairs.append(ContrastPair(positive, negative, *further))
    try:
        return PairSet(value, tuple(pairs), "file")
    except InputError as error:
        raise InputError(f"{path}: {error.message}", error.hint) from error


def write_pairs(pairs: PairSet, path: Path) -> None:
    """Write pairs so that ``read_pairs``, and the published code, read them.

    Raises:
        StorageError: The disk refuses.
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow((*COLUMNS, *FURTHER_COLUMNS))
    for pair in pairs.pairs:
        rows.writerow([guarded(each) for each in (pair.positive, pair.negative, pair.form, pair.situation)])
    with storage_errors(path):
        write_durably(path, written.getvalue().encode())
