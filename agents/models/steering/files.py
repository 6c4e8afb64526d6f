"""Intervention files: safetensors whose metadata is the manifest. Reading one runs nothing that is in it."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO

import numpy as np

from agents.models.ask_key import canonical_json
from agents.models.steering.gates import read_gate, written_gate
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.written import read_edits, written_edits
from vectorstore.foreign.documents import parse_json
from vectorstore.foreign.typed import finite, listed, made_from, mapping
from vectorstore.foundation.disk import refuse_foreign, storage_errors, write_durably
from vectorstore.foundation.errors import InputError, SchemaError
from vectorstore.foundation.text import one_line

MANIFEST = "valuespectrum_intervention"
"""Key of the manifest in the metadata of the file."""
SCHEMA = 1
_LARGEST = 8 << 30
"""Bytes of a file: an autoencoder of 131,072 features over 4,096 numbers is half of it."""
_LARGEST_HEADER = 16 << 20
_DTYPES = {"F32", "F16", "I64"}
_WHAT = "an intervention"


def write_intervention(intervention: Intervention, path: Path) -> None:
    """Write an intervention; an earlier one of that name is replaced, anything else is not.

    Raises:
        InputError: Something else is there.
        StorageError: The disk refuses.
    """
    from safetensors.numpy import save

    refuse_other_files(path)
    documents, arrays = written_edits(intervention.edits)
    gate, more = written_gate(intervention.gate) if intervention.gate else (None, {})
    arrays |= more
    manifest = {
        "schema": SCHEMA,
        "about": asdict(intervention.about),
        "strength": intervention.strength,
        "edits": documents,
        **({"gate": gate} if gate else {}),
    }
    content = save(
        {name: np.ascontiguousarray(part) for name, part in arrays.items()}, {MANIFEST: canonical_json(manifest)}
    )
    with storage_errors(path):
        write_durably(path, content)


def read_intervention(path: Path) -> Intervention:
    """Read an intervention; the file may be anybody's.

    Raises:
        InputError: It is missing, damaged, too large, no intervention, or says what makes no sense.
        SchemaError: Another version wrote it.
    """
    manifest = read_manifest(path)
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        arrays = load_file(path)
        edits = read_edits(listed(manifest.get("edits"), "edits"), arrays)
        about = made_from(About, manifest.get("about"), "about")
        gate = read_gate(mapping(manifest["gate"], "gate"), arrays) if "gate" in manifest else None
        return Intervention(edits, about, finite(manifest.get("strength"), "strength"), gate)
    except InputError as error:
        raise InputError(f"intervention {path} makes no sense: {error.message}", error.hint) from error
    except (ValueError, TypeError, SafetensorError, OSError) as error:
        raise InputError(f"intervention {path} is damaged: {one_line(error)}", "fit it again") from error


def read_manifest(path: Path) -> Mapping[str, object]:
    """What an intervention says of itself, its arrays left unread.

    Raises:
        InputError: It is missing, too large, or no intervention.
        SchemaError: Another version wrote it.
    """
    header = _header(path)
    text = mapping(header.get("__metadata__") or {}, "metadata").get(MANIFEST)
    if not isinstance(text, str):
        raise InputError(f"{path} is no intervention: a safetensors file without a manifest of ours")
    where = f"the manifest of {path}"
    manifest = parse_json(text, where)
    if not isinstance(manifest, Mapping):
        raise InputError(f"{where} is no JSON object")
    if manifest.get("schema") != SCHEMA:
        raise SchemaError(
            f"{path} is an intervention of schema {manifest.get('schema')!r:.20}, this release reads {SCHEMA}",
            "fit it again, or use the release that wrote it",
        )
    return manifest


def refuse_other_files(path: Path) -> None:
    """Refuse the place of anything but an intervention; nothing, an empty file and an intervention pass.

    Raises:
        InputError: Something else is there.
        StorageError: It cannot be looked at.
    """
    refuse_foreign(path, is_intervention, _WHAT)


def is_intervention(path: Path) -> bool:
    """Whether a file is an intervention, as far as its manifest tells."""
    try:
        return bool(read_manifest(path))
    except (InputError, SchemaError):
        return False


def _header(path: Path) -> Mapping[str, object]:
    """The header of a safetensors file, looked at before any library reads the file."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return _checked_header(file, path)
    except OSError as error:
        raise InputError(f"cannot read the intervention {path}: {error.strerror or error}") from error


def _checked_header(file: IO[bytes], path: Path) -> Mapping[str, object]:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path} is not a regular file", "name a file that steer wrote")
    if status.st_size > _LARGEST:
        raise InputError(f"{path} is larger than {_LARGEST:,} bytes", "name a file that steer wrote")
    opening = file.read(8)
    length = struct.unpack("<Q", opening)[0] if len(opening) == 8 else 0
    if not 2 <= length <= min(_LARGEST_HEADER, status.st_size - 8):
        raise InputError(f"{path} is no intervention: not a safetensors file", "name a file that steer wrote")
    try:
        header = parse_json(file.read(length).decode("utf-8"), f"the header of {path}")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no intervention: not a safetensors file") from error
    if not isinstance(header, Mapping):
        raise InputError(f"{path} is no intervention: not a safetensors file")
    for name, told in header.items():
        if name != "__metadata__" and (not isinstance(told, Mapping) or told.get("dtype") not in _DTYPES):
            raise InputError(f"{path} has numbers of a kind that no intervention has: {name!r:.60}")
    return header
