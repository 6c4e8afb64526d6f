"""What all embedders that run on torch share: number formats, batches, identity of weights, preparing in threads."""

from __future__ import annotations

import hashlib
import itertools
import platform
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from ingest.embedding.cores import batches_at_once, cores_per_batch
from vectorstore.foundation.errors import EmbedderError, InputError

if TYPE_CHECKING:
    import torch

    from ingest.embedding.model_types import TorchEncoder

Model = TypeVar("Model", bound="TorchEncoder")
_Item = TypeVar("_Item")
_Prepared = TypeVar("_Prepared")

DTYPES = ("fp32", "bf16", "auto")
"""``auto`` is bf16 where that is fast, else fp32."""
BATCH = 32

_LONG_NAMES = {"fp32": "float32", "bf16": "bfloat16"}
_FAST_BF16 = frozenset({"avx512_bf16", "amx_bf16"})
_PREPARERS = 2
"""Threads that prepare pictures for one batch; more take the cores from the decoders."""


def choose_dtype(wanted: str, device: str) -> str:
    """The number format to compute in.

    Vectors of different formats are different embeddings (cosine between them 0.9999 for CLIP), so the format is part
    of an embedder's id and never chosen behind the user's back, except by ``"auto"``.

    Args:
        wanted: One of ``DTYPES``.
        device: ``"cpu"`` or ``"cuda"``.

    Returns:
        ``"fp32"`` or ``"bf16"``.

    Raises:
        InputError: Unknown format.
        EmbedderError: bf16 on a processor that only emulates it, where it is slower than fp32.
    """
    if wanted not in DTYPES:
        raise InputError(f"unknown number format {wanted!r}", f"choose one of {', '.join(DTYPES)}")
    fast = device != "cpu" or bool(cpu_features() & _FAST_BF16)
    if wanted == "auto":
        return "bf16" if fast else "fp32"
    if wanted == "bf16" and not fast:
        raise EmbedderError("this processor has no bf16 instructions, so bf16 would be slower", "use --dtype fp32")
    return wanted


@cache
def cpu_features() -> frozenset[str]:
    """Feature flags of the processor; empty where the system does not tell."""
    if platform.system() != "Linux":
        return frozenset()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def cast(model: Model, dtype: str) -> Model:
    """The model with its weights in a number format."""
    import torch

    # Casting the module is faster than autocast, which casts the weights again for every batch.
    return model.to(getattr(torch, _LONG_NAMES[dtype]))


def long_name(dtype: str) -> str:
    """``"float32"`` for ``"fp32"``: what stands in ids."""
    return _LONG_NAMES[dtype]


def weights_hash(model: TorchEncoder) -> str:
    """SHA-256 over names, types, shapes and values of all weights, as they were loaded."""
    digest = hashlib.sha256()
    state = model.state_dict()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        if tensor.dim() == 0:
            tensor = tensor.reshape(1)
        digest.update(tensor.view(_byte_type()).numpy().data.cast("B"))
    return digest.hexdigest()


def _byte_type() -> torch.dtype:
    import torch

    return torch.uint8


class TwoTowers(ABC):
    """What embedders of pictures and texts share: their identity, and vectors a batch at a time."""

    def __init__(self, embedder_id: str, device: str) -> None:
        """Called when the model is ready: one text is embedded, which shows the dimension and that it works."""
        self.spec = ""
        self._id = embedder_id
        self._device = device
        self._dimension = 0
        self._dimension = int(self.texts(["a"]).shape[1])

    @property
    def id(self) -> str:
        """Model, weights, preprocessing, dtype and version of the library."""
        return self._id

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def at_once(self) -> int:
        """Batches that are best encoded at the same time, each in a thread of its own."""
        # An accelerator works on one batch with all it has.
        return batches_at_once() if self._device == "cpu" else 1

    def images(self, pictures: Sequence[Image]) -> NDArray[np.float32]:
        """Vectors of pictures: (n, dimension) float32, unit length."""
        return _in_batches(self._encode_pictures, pictures, self._dimension, self._id)

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts: (n, dimension) float32, unit length."""
        return _in_batches(self._encode_texts, texts, self._dimension, self._id)

    @abstractmethod
    def _encode_pictures(self, pictures: Sequence[Image]) -> torch.Tensor:
        """A torch tensor (n, dimension)."""

    @abstractmethod
    def _encode_texts(self, texts: Sequence[str]) -> torch.Tensor:
        """A torch tensor (n, dimension)."""


def _in_batches(
    encode: Callable[[Sequence[_Item]], torch.Tensor], items: Sequence[_Item], dimension: int, name: str
) -> NDArray[np.float32]:
    """Vectors of items, a batch at a time: (n, dimension) float32, unit length.

    Args:
        encode: Items to a torch tensor (n, dimension) of any length and format.
        items: Pictures or texts.
        dimension: Of the result when there are no items.
        name: For the message.

    Raises:
        EmbedderError: The model returned values that are not numbers, or zero.
    """
    import torch

    if not items:
        return np.zeros((0, dimension), dtype=np.float32)
    with torch.inference_mode():
        parts = [encode(batch).float().cpu().numpy() for batch in _cut(items, BATCH)]
    vectors: NDArray[np.float32] = np.concatenate(parts)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise EmbedderError(f"embedder {name} returned values that are not numbers", "its weights are damaged")
    vectors /= lengths
    return vectors


def _cut(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Preparer(Generic[_Prepared]):
    """Prepares the pictures of a batch in order, in a few threads where the batch has more than a core.

    Args:
        prepare: Some RGB pictures to whatever the model takes.
        device: Where the model is.
    """

    def __init__(self, prepare: Callable[[Sequence[Image]], _Prepared], device: str) -> None:
        self._prepare = prepare
        self._parts = min(_PREPARERS, cores_per_batch()) if device == "cpu" else _PREPARERS
        self._threads = ThreadPoolExecutor(self._parts, thread_name_prefix="prepare")

    def parts(self, pictures: Sequence[Image]) -> list[_Prepared]:
        """What ``prepare`` made of each part of the pictures."""
        coloured = [picture.convert("RGB") for picture in pictures]
        bounds = [len(coloured) * part // self._parts for part in range(self._parts + 1)]
        parts = [coloured[start:stop] for start, stop in itertools.pairwise(bounds) if start < stop]
        if len(parts) < 2:
            return [self._prepare(part) for part in parts]
        return list(self._threads.map(self._prepare, parts))
