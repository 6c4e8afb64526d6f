"""Tensors out of files of strangers: measured first, and read in ways that run nothing."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

Tensors = Mapping[str, NDArray[np.float32]]
LARGEST = 16 << 30
"""Bytes of a file: 131,072 features over 8,192 numbers, both ways, in four bytes each, are half of it."""
_BLOCK = 1 << 20


def read_safetensors(path: Path) -> Tensors:
    """All tensors of a safetensors file, as float32.

    Raises:
        InputError: It is missing, too large, no such file, or damaged.
    """
    _check_file(path)
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return {name: _array(file.get_tensor(name), name, path) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError, OSError, RuntimeError) as error:
        raise _damaged(path, error) from error


def read_pickled(path: Path) -> Tensors:
    """All tensors of a dictionary that torch pickled; whatever else it holds, code above all, is refused unread.

    Raises:
        InputError: It is missing, too large, damaged, or holds something other than tensors by name.
    """
    _check_file(path)
    import pickle

    import torch

    try:
        document = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path} is refused: it holds something other than tensors, which could run when it is read",
            "take the file that its makers published",
        ) from error
    # A damaged archive fails in every way there is.
    except Exception as error:
        raise _damaged(path, error) from error
    if not isinstance(document, dict) or not all(
        isinstance(name, str) and isinstance(part, torch.Tensor) for name, part in document.items()
    ):
        raise InputError(f"{path} is refused: it is no dictionary of tensors", "name a file of an autoencoder")
    return {name: _array(part, name, path) for name, part in document.items()}


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content.

    Raises:
        InputError: It cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    return digest.hexdigest()


def taken(tensors: Tensors, names: tuple[str, ...], path: Path) -> tuple[NDArray[np.float32], ...]:
    """Tensors by name.

    Raises:
        InputError: One is missing.
    """
    missing = [name for name in names if name not in tensors]
    if missing:
        raise InputError(f"{path} has no {missing[0]}: {', '.join(sorted(tensors))[:200]}", "is it an autoencoder?")
    return tuple(tensors[name] for name in names)


def _check_file(path: Path) -> None:
    try:
        status = os.stat(path)  # noqa: PTH116  (a path of a stranger may be too long for pathlib's own checks)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path} is not a regular file", "name a file of an autoencoder")
    if status.st_size > LARGEST:
        raise InputError(f"{path} is larger than {LARGEST:,} bytes", "name a file of an autoencoder")


def _array(tensor: object, name: str, path: Path) -> NDArray[np.float32]:
    import torch

    assert isinstance(tensor, torch.Tensor)
    if not tensor.is_floating_point() or tensor.layout != torch.strided:
        raise InputError(f"{path}: {name[:60]} is no plain tensor of numbers", "is it an autoencoder?")
    return tensor.detach().float().numpy()


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} is damaged, or no file of tensors: {one_line(error)}", "download it again")
