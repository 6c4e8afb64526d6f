"""Reading persona files that users write: YAML that is hostile until checked.

Kept apart from :mod:`agents.personas.persona` because pydantic is slow to import and only files need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agents.personas.reserved import refuse_reserved
from vectorstore.foreign.documents import LARGEST, read_yaml
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import JOINERS, unseen

MAX_FILE_BYTES = LARGEST
"""Largest persona file; about thirty thousand personas."""

_FORMAT_HINT = "each entry needs id, name and traits, text or target; docs/personas.md shows the format"


def _seen(text: str) -> str:
    # A line break inside a trait would forge a line of the prompt, and a mark of direction what a reader takes it for.
    if strange := unseen(text, but=JOINERS):
        raise ValueError(f"holds a character that is not seen, U+{ord(strange):04X}: take it out")
    return text


PrintableLine = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_seen)
]
PrintableText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_seen)
]
_Reworded = Annotated[list[PrintableLine], Field(max_length=50)] | PrintableText


class TraitEntry(BaseModel):
    """A trait of the user's own, with the value it speaks about if the user says so."""

    model_config = ConfigDict(extra="forbid")

    text: PrintableLine
    value: str | None = None
    direction: Literal[-1, 0, 1] = 0
    strength: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 1.0


class SpokenEntry(BaseModel):
    """One question of an interview with its answer."""

    model_config = ConfigDict(extra="forbid")

    question: PrintableLine
    answer: PrintableText


class PersonaEntry(BaseModel):
    """One persona as it stands in the file."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    name: PrintableLine
    description: PrintableLine | Literal[""] = ""
    traits: Annotated[list[PrintableLine | TraitEntry], Field(max_length=50)] = []
    target: dict[str, Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]] | None = None
    kind: Literal["values", "demographic"] = "values"
    target_from: PrintableLine | Literal[""] = ""
    text: PrintableText | Literal[""] = ""
    wordings: Annotated[list[_Reworded], Field(max_length=2)] = []
    interview: Annotated[list[SpokenEntry], Field(max_length=20)] = []
    interviewed: PrintableLine | Literal[""] = ""


def read_entries(path: Path) -> list[PersonaEntry]:
    """Read and check a persona file.

    Args:
        path: YAML file with a list of personas under the key ``personas``, or the list alone.

    Returns:
        The entries in file order, with unique ids.

    Raises:
        InputError: The file is missing, too large, not YAML, or an entry breaks the format.
    """
    document = read_yaml(path, "persona file", _FORMAT_HINT, MAX_FILE_BYTES)
    rows = document.get("personas") if isinstance(document, Mapping) else document
    if not isinstance(rows, list) or not rows:
        raise InputError(f"{path}: no list of personas found", _FORMAT_HINT)
    entries: dict[str, PersonaEntry] = {}
    for number, row in enumerate(rows, start=1):
        label = f"{path}: persona {number}{_named(row)}"
        entry = check_entry(row, label)
        if entry.id in entries:
            raise InputError(f"{label}: the id is used twice", "give every persona its own id")
        entries[entry.id] = entry
    return list(entries.values())


def check_entry(row: Mapping[str, object], label: str) -> PersonaEntry:
    """Check one persona as a file would have it.

    Args:
        row: Its fields.
        label: Where it stands, for the message.

    Raises:
        InputError: It breaks the format, or its id or name stands for something else.
    """
    entry = _checked(row, label)
    for text in (entry.id, entry.name):
        refuse_reserved(text, label)
    return entry


def _named(row: object) -> str:
    identity = row.get("id") if isinstance(row, Mapping) else None
    return f" ({identity[:64]!r})" if isinstance(identity, str) else ""


def _checked(row: object, label: str) -> PersonaEntry:
    try:
        return PersonaEntry.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "entry"
        raise InputError(f"{label}: {place[:80]}: {first['msg'][:200]}", _FORMAT_HINT) from error
