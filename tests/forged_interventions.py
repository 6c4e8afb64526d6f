"""Intervention files that somebody changed."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.models.steering.files import MANIFEST

Change = Callable[[Any, Any], object]
"""Changes a manifest and a header of safetensors, both plain JSON, in place."""


def forged(path: Path, change: Change) -> Path:
    """A copy beside the file, called ``forged``, whose manifest or header was changed."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    manifest = json.loads(header["__metadata__"][MANIFEST])
    change(manifest, header)
    header["__metadata__"][MANIFEST] = json.dumps(manifest)
    text = json.dumps(header).encode()
    copy = path.with_name("forged")
    copy.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])
    return copy
