"""``steer export``: an intervention as a control vector, for servers that steer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

from valuespectrum.operations.shared.files import refuse_existing
from valuespectrum.operations.shared.outcomes import Outcome
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

RequestForm = Literal["request", "spec"]
"""What EasySteer reads: the field ``steer_vector_request``, as in 2025, or ``steering``, as since then."""
_FIELDS: Mapping[RequestForm, str] = {"request": "", "spec": "&steering_field=steering"}
"""What stands behind the file in a model's spec."""


@dataclass(frozen=True, repr=False)
class ExportedSteering(Outcome):
    """A control vector that was written."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each block: the length of its vector."""
        return [{"block": int(block), "length": length} for block, length in self.document["blocks"].items()]


def export_steering(
    file: str,
    out: str | PathLike[str],
    request: str | PathLike[str] | None = None,
    at: str = "",
    hint: str = "",
    form: RequestForm = "request",
) -> ExportedSteering:
    """Write an intervention as a control vector (GGUF), and what a server is told with each request.

    Args:
        file: The intervention, ``FILE`` or ``FILE:strength=NUMBER``; the strength goes into the vectors.
        out: The control vector.
        request: JSON file to write for ``openai:...?steering=FILE``; none writes none.
        at: Where the control vector will lie on the server; by default where it lies here.
        hint: Which model it is for, as servers show it; by default the name of the model that it was made for.
        form: For which field of a request it is.

    Raises:
        InputError: A file is there already, or the intervention does what servers cannot, or is in words.
        StorageError: The disk refuses.

    Example::

        vs.export_steering("security.steer", "security.gguf", "security.json", at="/srv/security.gguf")
    """
    from agents.models.spoken import is_spoken
    from agents.models.steering.specs import SteeringSpec
    from valuespectrum.steering.serving.control_vector import (
        control_vector,
        directions,
        model_hint,
        steering_request,
        steering_spec,
    )

    target, asked = user_path(out), user_path(request) if request else None
    if asked is not None:
        refuse_existing(asked)
        if asked.resolve() == target.resolve():
            raise InputError(f"{target} cannot be the control vector and the request", "name two files")
    if is_spoken(file):
        raise InputError(
            f"{file} is an intervention in words, and a server is told words with the question",
            f"ask the served model with --steer {file}",
        )
    intervention = SteeringSpec.parse(file).read()
    vectors = directions(intervention)
    content = control_vector(vectors, hint or model_hint(intervention))
    if asked is None or not _holds(target, content):  # else the same command was killed between its two files
        refuse_existing(target)
        with storage_errors(target):
            write_durably(target, content)
    if asked:
        write = steering_spec if form == "spec" else steering_request
        told = write(intervention, at or str(target.resolve()))
        with storage_errors(asked):
            write_durably(asked, (json.dumps(told, indent=1) + "\n").encode())
    blocks = {str(block): round(float((vector**2).sum() ** 0.5), 6) for block, vector in vectors.items()}
    document: Json = {"file": str(target), "request": str(asked) if asked else None, "blocks": blocks}
    lines = [f"{target}: blocks {', '.join(blocks)}"]
    lines += [f"{asked}: for --model 'openai:MODEL@URL?steering={asked}{_FIELDS[form]}'"] if asked else []
    lines += ["block 0: llama.cpp refuses the whole file, it takes none for the first block"] if 0 in vectors else []
    return ExportedSteering(document, "\n".join(lines))


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file is there and has this content, no other."""
    with storage_errors(path):
        return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
