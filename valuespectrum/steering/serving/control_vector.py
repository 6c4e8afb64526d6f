"""Interventions as control vectors, which steering servers take: one vector a block, added at every token.

The file is GGUF version 3 with architecture ``controlvector``, the key ``controlvector.model_hint``, and one float32
tensor ``direction.N`` for each block ``N``, counted from 0, whose output it is added to: what ``repeng`` and EasySteer
(a vLLM that steers) read, and llama.cpp where there is none for block 0.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from agents.models.model_names import ModelId
from agents.models.steering.edits import Add
from agents.models.steering.intervention import Intervention
from agents.models.steering.written import edit_kind
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

_ALIGNMENT = 32
_TEXT, _COUNT = 8, 4
"""GGUF's numbers for texts and for whole numbers of 32 bits."""
_FLOAT32 = 0
_EVERY_TOKEN = [-1]

Directions = dict[int, NDArray[np.float32]]


def directions(intervention: Intervention) -> Directions:
    """The vector of each block, as strong as it works here; vectors of one block are added up.

    Raises:
        InputError: Something in it is no vector that is added at every token, which is all that servers can do, or it
            is too strong for the numbers of a file.
    """
    if intervention.gate:
        raise InputError(
            f"intervention {intervention.about.name} has a gate, which no server looks through",
            "serve it without, or ask the model in this process",
        )
    found: Directions = {}
    for edit in intervention.applied:
        if not isinstance(edit, Add) or edit.positions.kind != "all" or edit.phase != "both":
            where = f"positions {edit.positions.kind}, phase {edit.phase}, block {edit.layer}"
            raise InputError(
                f"{edit_kind(edit)} ({where}) cannot be served",
                "servers add vectors at every token; ask the model in this process",
            )
        with np.errstate(over="ignore", invalid="ignore"):
            found[edit.layer] = found.get(edit.layer, np.float32(0.0)) + np.float32(edit.strength) * edit.vector
        if not np.isfinite(found[edit.layer]).all():
            raise InputError(
                f"intervention {intervention.about.name}, block {edit.layer}: strength {edit.strength:g} makes numbers "
                "that no file holds",
                "name a smaller one: FILE:strength=NUMBER",
            )
    return dict(sorted(found.items()))


def control_vector(vectors: Mapping[int, NDArray[np.float32]], model_hint: str) -> bytes:
    """A control vector file.

    Args:
        vectors: By block.
        model_hint: Which model it is for, in words; servers show it.
    """
    facts: list[tuple[str, bytes]] = [
        ("general.architecture", _typed_text("controlvector")),
        ("controlvector.model_hint", _typed_text(model_hint)),
        ("controlvector.layer_count", struct.pack("<II", _COUNT, len(vectors))),
    ]
    head = [struct.pack("<4sIQQ", b"GGUF", 3, len(vectors), len(facts))]
    head += [_text(name) + value for name, value in facts]
    data = b""
    for block, vector in vectors.items():
        head.append(_text(f"direction.{block}") + struct.pack("<IQIQ", 1, len(vector), _FLOAT32, len(data)))
        data += _padded(np.ascontiguousarray(vector, dtype="<f4").tobytes())
    return _padded(b"".join(head)) + data


def steering_request(intervention: Intervention, path: str) -> Json:
    """What EasySteer is told with each request, in the field ``steer_vector_request``.

    Names are those of its requests of 2025; what a server of another version wants stands in its own documentation.

    Args:
        intervention: What was exported.
        path: Where the control vector lies on the server.
    """
    return {
        "steer_vector_name": intervention.about.name,
        "steer_vector_int_id": int(intervention.digest[:6], 16) + 1,
        "steer_vector_local_path": path,
        "scale": 1.0,
        "target_layers": list(directions(intervention)),
        "prefill_trigger_tokens": _EVERY_TOKEN,
        "generate_trigger_tokens": _EVERY_TOKEN,
        "algorithm": "direct",
        "normalize": False,
    }


def steering_spec(intervention: Intervention, path: str) -> Json:
    """What EasySteer is told with each request since it took ``steer_vector_request`` away, in the field ``steering``.

    A server leaves out fields that it does not know, and says nothing.

    Args:
        intervention: What was exported.
        path: Where the control vector lies on the server.
    """
    return {
        "vectors": [
            {
                "source": path,
                "algorithm": "direct",
                "scale": 1.0,
                "layers": list(directions(intervention)),
                "normalize": False,
                "apply": {"prompt": "all", "generation": "all"},
                # A label to servers; to us other vectors in the same place are another model by it.
                "name": f"{intervention.about.name}-{intervention.digest}",
            }
        ]
    }


def model_hint(intervention: Intervention) -> str:
    """Which model an intervention is for, as a control vector says it."""
    return ModelId.parse(intervention.about.model).name or intervention.about.model


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _typed_text(text: str) -> bytes:
    return struct.pack("<I", _TEXT) + _text(text)


def _padded(content: bytes) -> bytes:
    return content + b"\0" * (-len(content) % _ALIGNMENT)
