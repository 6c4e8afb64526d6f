"""Looks for texts and vectors in every byte of a folder, as somebody with a disk editor would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def texts_found(folder: Path, texts: list[str]) -> set[str]:
    """Those texts that some file of a folder (or its name) holds, in UTF-8 or UTF-16, plain or escaped as in JSON."""
    found = set()
    for path in folder.rglob("*"):
        content = str(path.relative_to(folder)).encode() + (path.read_bytes() if path.is_file() else b"")
        for text in texts:
            escaped = text.encode("ascii", "backslashreplace")
            forms = (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), escaped)
            if any(form in content for form in forms):
                found.add(text)
    return found


def vectors_found(folder: Path, vectors: NDArray[np.float32]) -> set[int]:
    """Rows of (n, dimension) that some file holds as float16 or float32 at any offset and of any length."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found: set[int] = set()
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for kind in (np.dtype("<f2"), np.dtype("<f4")):
            for shift in range(kind.itemsize):
                usable = (len(content) - shift) // kind.itemsize * kind.itemsize
                found |= _rows_in(np.frombuffer(content[shift : shift + usable], dtype=kind), unit)
    return found


def _rows_in(numbers: NDArray[np.floating], unit: NDArray[np.float32]) -> set[int]:
    dimension = unit.shape[1]
    with np.errstate(all="ignore"):
        numbers = numbers.astype(np.float64)
        numbers = np.where(np.abs(numbers) < 100, numbers, 0.0)
        if len(numbers) < dimension:
            return set()
        windows = np.lib.stride_tricks.sliding_window_view(numbers, dimension)
        lengths = np.sqrt(np.convolve(numbers**2, np.ones(dimension), "valid"))
        likely = np.flatnonzero(lengths > 1e-3)
        found = set()
        for start in range(0, len(likely), 20_000):
            rows = likely[start : start + 20_000]
            cosines = windows[rows] @ unit.T.astype(np.float64) / lengths[rows, None]
            found |= set(np.flatnonzero((cosines > 0.9999).any(axis=0)).tolist())
    return found
