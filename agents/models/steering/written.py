"""Edits as JSON and arrays, and back: what is read may be anybody's."""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.edits import Add, Clamp, ConditionalAdd, Edit, EditMlp
from agents.models.steering.positions import Positions
from vectorstore.foreign.typed import made_from, mapping
from vectorstore.foundation.errors import InputError

if typing.TYPE_CHECKING:
    from _typeshed import DataclassInstance

Arrays = Mapping[str, NDArray[np.generic]]
Document = dict[str, object]

EDIT_KINDS: Mapping[str, type] = {
    "add": Add,
    "conditional_add": ConditionalAdd,
    "clamp": Clamp,
    "edit_mlp": EditMlp,
}
"""Edits by the name that files have for them."""
_ARRAYS = {"vector", "weights", "offset", "neurons"}
_NOT_WRITTEN = "place"


def edit_kind(edit: Edit) -> str:
    """The name that files have for an edit of this kind."""
    return next(name for name, kind in EDIT_KINDS.items() if type(edit) is kind)


def written_edits(edits: Sequence[Edit]) -> tuple[list[Document], dict[str, NDArray[np.generic]]]:
    """Edits as a JSON document each, with their arrays by name."""
    documents: list[Document] = []
    arrays: dict[str, NDArray[np.generic]] = {}
    coders: list[Autoencoder] = []
    for number, edit in enumerate(edits):
        document: Document = {"kind": edit_kind(edit)}
        for name, value in _fields(edit):
            if isinstance(value, np.ndarray):
                arrays[f"edit.{number}.{name}"] = value
            elif isinstance(value, Autoencoder):
                if not any(value is known for known in coders):
                    coders.append(value)
                document[name] = next(place for place, known in enumerate(coders) if value is known)
            elif isinstance(value, Positions):
                document[name] = {"kind": value.kind, "phrase": value.phrase}
            else:
                document[name] = value
        documents.append(document)
    for number, coder in enumerate(coders):
        told = dict(_fields(coder))
        arrays |= {f"autoencoder.{number}.{name}": part for name, part in told.items() if isinstance(part, np.ndarray)}
        plain = {name: part for name, part in told.items() if not isinstance(part, np.ndarray)}
        documents.append({"kind": "autoencoder", **plain})
    return documents, arrays


def _fields(made: Edit | Autoencoder) -> Iterator[tuple[str, object]]:
    """Fields that are written: those that hold anything."""
    # Every kind of edit that is written is a dataclass (``EDIT_KINDS``).
    for each in dataclasses.fields(typing.cast("DataclassInstance", made)):
        value = vars(made)[each.name]
        if each.name != _NOT_WRITTEN and value is not None:
            yield each.name, value


def read_edits(documents: Sequence[object], arrays: Arrays) -> tuple[Edit, ...]:
    """Edits out of a file.

    Raises:
        ValueError: Something in it is not what it should be.
        InputError: An edit makes no sense.
    """
    told = [mapping(document, f"edit {number}") for number, document in enumerate(documents)]
    coders = [document for document in told if document.get("kind") == "autoencoder"]
    read = [_read_coder(document, _of(f"autoencoder.{number}", arrays)) for number, document in enumerate(coders)]
    edits = [document for document in told if document.get("kind") != "autoencoder"]
    return tuple(_read_edit(document, _of(f"edit.{number}", arrays), read) for number, document in enumerate(edits))


def _of(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(f"{prefix}."): part for name, part in arrays.items() if name.startswith(f"{prefix}.")}


def _read_coder(document: Mapping[str, object], arrays: Arrays) -> Autoencoder:
    parts = {name: np.asarray(part, dtype=np.float32) for name, part in arrays.items()}
    return Autoencoder(**{**_plain(Autoencoder, document), **parts})  # type: ignore[arg-type]


def _read_edit(document: Mapping[str, object], arrays: Arrays, coders: Sequence[Autoencoder]) -> Edit:
    kind = EDIT_KINDS.get(str(document.get("kind")))
    if kind is None:
        raise ValueError(f"an edit is {document.get('kind')!r:.40}")
    if strange := set(arrays) - _ARRAYS:
        raise ValueError(f"an edit has {sorted(strange)[0]!r:.40}")
    given: dict[str, object] = {**_plain(kind, document), **arrays}
    if "positions" in document:
        given["positions"] = made_from(Positions, document["positions"], "positions")
    if "autoencoder" in document:
        place = document["autoencoder"]
        if type(place) is not int or not 0 <= place < len(coders):
            raise ValueError(f"there is no autoencoder {place!r:.40}")
        given["autoencoder"] = coders[place]
    try:
        edit: Edit = kind(**given)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return edit


def _plain(kind: type, document: Mapping[str, object]) -> dict[str, object]:
    """Numbers, texts and truths of a document, each of the type that the class declares."""
    from pydantic import TypeAdapter, ValidationError

    hints = typing.get_type_hints(kind)
    found: dict[str, object] = {}
    for name, value in document.items():
        if name in ("kind", "positions") or (name == "autoencoder" and "autoencoder" in hints):
            continue
        if name not in hints or name == _NOT_WRITTEN or name in _ARRAYS:
            raise ValueError(f"an edit has {name!r:.40}")
        try:
            found[name] = TypeAdapter(hints[name]).validate_python(value, strict=True)
        except (ValidationError, TypeError) as error:
            raise ValueError(f"{name} is {value!r:.40}") from error
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name} is {value!r:.40}")
    layer = found.get("layer", 0)
    if not isinstance(layer, int) or layer < 0:
        raise InputError(f"there is no block {layer!r:.40}")
    return found
