"""Persons in one sentence each, JSON a line, as in Persona Hub: a persona in free words.

Nobody says what such a person values: the target stays open until it is given or judged.
"""

from __future__ import annotations

from pathlib import Path

from agents.personas.importing.rows import Collected, Imported, ImportOptions, numbered, opened, tidy, unreadable
from vectorstore.foreign.documents import parse_json
from vectorstore.foundation.errors import InputError

_WHAT = "list of persons in free words"
FIELD = "persona"
_NO_FIELD = "has no text under {field!r}: name another with --field"


def import_hub(path: Path, options: ImportOptions, field: str = FIELD) -> Imported:
    """Read persons in free words.

    Args:
        path: JSON, an object a line.
        options: How many, and how the file is read.
        field: Where the words stand.

    Returns:
        Personas in free words, and the rows that cannot be used.

    Raises:
        InputError: The file cannot be read, or holds nothing of the kind.
    """
    collected = Collected(options, "person")
    with opened(path, options, _WHAT) as file:
        for number, line in numbered(file):
            if not line.strip():
                continue
            if collected.full:
                collected.left += 1
                continue
            try:
                words = _words(line, field, options)
            except InputError as error:
                collected.refuse(number, error.message)
                continue
            collected.add(number, {"text": words}, path.name)
    return collected.done(path, _WHAT)


def _words(line: str, field: str, options: ImportOptions) -> str:
    if problem := unreadable(line, options.encoding):
        raise InputError(problem)
    row = parse_json(line, "row")
    words = tidy(row.get(field)) if isinstance(row, dict) else ""
    if not words:
        raise InputError(_NO_FIELD.format(field=field))
    return words
