"""What runs on the machines of a cluster: a path becomes rows, JPEG files become vectors. Nothing is kept or written.

Answers are bytes and numbers, never pickled objects of ours: the driver checks them as it checks what a confined
process says (``worker_messages.py``).
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.cleaning.paths import settle
from ingest.decoding.decode import DecodeOptions, recipe
from ingest.embedding.base import Embedder, named_embedder
from ingest.examining.executors import FileRows, Measures, with_measures
from ingest.examining.quality import Quality
from ingest.examining.worker_messages import MAX_JPEG, pack, pack_error, unpack
from ingest.examining.worker_pool import DecodePool
from vectorstore.foundation.errors import InputError, StorageError


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to look at."""

    path: str
    options: DecodeOptions
    recipe_id: str
    """How the driver believes that this machine decodes."""
    isolate: bool
    """Decode in a confined process."""
    hash_only: bool
    entry: str
    """The function that decodes, as ``module:name``, called like ``examination.examine``."""


def look_at(task: FileTask) -> list[bytes]:
    """Hash, decode and measure one file.

    Returns:
        What ``read_rows`` reads.
    """
    node = json.dumps({"node": platform.node()}).encode()
    try:
        if recipe(task.options).recipe_id != task.recipe_id:
            raise InputError(
                f"{platform.node()} has other versions of the decoder than this machine",
                "install the same versions of valuespectrum, av and pillow on every machine of the cluster",
            )
        rows = _rows(task)
    except (InputError, StorageError) as error:
        return [node, pack_error(error)]
    return [node, *pack(rows.examination), _pack_measures(rows.measures)]


def read_rows(messages: Sequence[bytes], asked: DecodeOptions) -> tuple[FileRows, str]:
    """Read what ``look_at`` returned, believing nothing of it.

    Args:
        messages: What it returned.
        asked: The options of the task.

    Returns:
        The rows, and the name of the machine they come from.

    Raises:
        InputError: The options cannot be used there.
        StorageError: Too many open files there.
        ValueError: The answer is not one that ``look_at`` makes.
        OSError: A picture is no JPEG.
    """
    node, header, *rest = messages
    remaining = iter(rest)

    def next_message(limit: int) -> bytes:
        message = next(remaining, b"")
        if len(message) > limit:
            raise ValueError("too long an answer")
        return message

    examination = unpack(json.loads(header), next_message, asked)
    measures = _unpack_measures(json.loads(next_message(MAX_JPEG)))
    if len(measures.qualities) != len(examination.pictures):
        raise ValueError("malformed answer: not one measure for each picture")
    return FileRows(examination, measures), str(json.loads(node)["node"])


class EmbeddingWorker:
    """Holds an embedder on some machine. Ray makes an actor of it.

    Args:
        load: The function that loads embedders, as ``module:name``, called like ``embed.load_embedder``.
        spec: Which one.
        dtype: In which number format.
        threads: For torch; ``None`` leaves torch's choice.
        folder: From which relative paths in ``spec`` go, where this machine has it.
        named_by: What names it, where that is not the user: then it is taken from the disk of this machine.
    """

    def __init__(
        self, load: str, spec: str, dtype: str, threads: int | None, folder: str = "/", named_by: str = ""
    ) -> None:
        self._what = (load, spec, dtype, threads)
        self._named_by = named_by
        with contextlib.suppress(OSError):
            os.chdir(folder)

    @functools.cached_property
    def _embedder(self) -> Embedder:
        # Not when the actor is made: what goes wrong there reaches the driver as text only.
        load, spec, dtype, threads = self._what
        with named_embedder(spec, self._named_by):
            embedder: Embedder = _entry(load)(spec, threads=threads, dtype=dtype)
        return embedder

    def describe(self) -> tuple[str, str, int]:
        """Id, spec and dimension of the embedder."""
        return self._embedder.id, self._embedder.spec, self._embedder.dimension

    def images(self, jpegs: Sequence[bytes]) -> NDArray[np.float32]:
        """Vectors of JPEG files: (n, dimension), unit length."""
        return self._embedder.images([_open(jpeg) for jpeg in jpegs])


def _rows(task: FileTask) -> FileRows:
    def is_known(clip_id: str) -> bool:
        return task.hash_only

    path = settle(Path(task.path))
    if task.isolate:
        pool = _confined(task.options)
        return with_measures(pool.submit(path, is_known=is_known).result())
    return with_measures(_entry(task.entry)(path, task.options, is_known))


@functools.lru_cache(maxsize=1)
def _confined(options: DecodeOptions) -> DecodePool:
    """One confined process for the life of this one, which Ray ends together with it."""
    return DecodePool(1, options)


# Open: what a text names, its caller knows and no type checker does.
def _entry(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def _open(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as picture:
        return picture.convert("RGB")


def _pack_measures(measures: Measures) -> bytes:
    return json.dumps([[astuple(one) for one in measures.qualities], measures.motion, measures.frozen]).encode()


# Open: what is not of the form is refused by being taken apart.
def _unpack_measures(parts: Any) -> Measures:
    try:
        rows, motion, frozen = parts
        qualities = tuple(
            Quality(_number(light), _number(sharp), _number(text), blank is True) for light, sharp, text, blank in rows
        )
    except TypeError as error:
        raise ValueError(f"malformed answer: {error}") from error
    return Measures(qualities, None if motion is None else _number(motion), frozen is True)


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"malformed answer: {value!r:.80}")
    return float(value)
