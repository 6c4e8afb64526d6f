"""What an embedder is, and how one is found: pictures and texts to unit vectors in one space.

A third-party embedder is an entry point of the group ``valuespectrum.embedders``: its name is the
scheme of the spec (``SCHEME:REFERENCE``), its object a function ``load(reference: str) -> Embedder``; one that
leaves the choice of a number format is a ``LoadWithFormat``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from ingest.embedding.embedder_names import how_to_fetch, split_spec
from vectorstore.foreign.on_disk import from_this_disk
from vectorstore.foundation.errors import EmbedderError, InputError, ValueSpectrumError
from vectorstore.foundation.plugins import Extensions
from vectorstore.foundation.text import one_line
from vectorstore.foundation.torch_setup import prepare_torch


@runtime_checkable
class Embedder(Protocol):
    """Something that puts pictures and texts into one vector space."""

    spec: str
    """What ``load_embedder`` was given; it fills this in."""

    @property
    def id(self) -> str:
        """Architecture, weights, preprocessing, dtype, library: equal ids mean comparable vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def images(self, pictures: Sequence[Image]) -> NDArray[np.float32]:
        """Vectors of RGB pictures: (n, dimension), unit length."""

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts: (n, dimension), unit length."""


@runtime_checkable
class ConcurrentEmbedder(Protocol):
    """An embedder that can encode several batches at the same time, which none has to."""

    @property
    def at_once(self) -> int:
        """How many."""


LoadEmbedder = Callable[[str], Embedder]
"""What an extension of this kind is: ``load(reference) -> Embedder``."""


class LoadWithFormat:
    """A ``LoadEmbedder`` that leaves the choice between number formats; put it above the function.

    Args:
        load: Called with the reference and ``"fp32"``, ``"bf16"`` or ``"auto"``.
    """

    def __init__(self, load: Callable[[str, str], Embedder]) -> None:
        self._load = load
        self.__doc__ = load.__doc__

    def __call__(self, reference: str, dtype: str = "fp32") -> Embedder:
        """See the function below."""
        return self._load(reference, dtype)


def _loader(found: object) -> LoadEmbedder | None:
    return cast(LoadEmbedder, found) if callable(found) else None


EMBEDDERS = Extensions("valuespectrum.embedders", "embedder", _loader, "load(reference) is needed", error=EmbedderError)
"""Kinds of embedders; the name of one is the scheme of its specs."""


def load_embedder(spec: str, threads: int | None = None, dtype: str = "fp32") -> Embedder:
    """Load an embedder by its spec.

    Args:
        spec: ``SCHEME`` or ``SCHEME:REFERENCE``, e.g. ``"reference"`` or ``"open_clip:ViT-B-32/laion2b_s34b_b79k"``.
        threads: Threads for torch; ``None`` leaves torch's choice.
        dtype: ``"fp32"``, ``"bf16"`` or ``"auto"``, see ``ingest.embedding.torch_embedder.choose_dtype``.

    Raises:
        InputError: Unknown scheme or dtype, or an embedder that has only one.
        EmbedderError: It cannot be loaded.
    """
    scheme, reference = split_spec(spec)
    if scheme not in EMBEDDERS.names():
        raise EMBEDDERS.unknown(spec)
    prepare_torch(threads)
    load = EMBEDDERS.load(scheme)
    try:
        embedder = _load(load, spec, reference, dtype)
        missing = [part for part in ("id", "dimension", "images", "texts") if not hasattr(embedder, part)]
        if missing:
            raise EmbedderError(f"embedder {spec!r:.120} is none: it has no {missing[0]}", "remove its package")
        embedder.spec = spec
    except ValueSpectrumError:
        raise
    except Exception as error:  # a plug-in may raise anything
        raise EmbedderError(f"cannot load embedder {spec!r}: {one_line(error)}") from error
    return embedder


def named_embedder(spec: str, by: str) -> AbstractContextManager[None]:
    """Within it an embedder that a file names may be loaded, and nothing is fetched.

    Args:
        spec: As for ``load_embedder``.
        by: What names it, for the message, e.g. ``"the corpus clips"``; empty where the user does, who may fetch it.

    Raises:
        EmbedderError: It would have had to be fetched.
    """
    if not by:
        return nullcontext()
    hint = how_to_fetch(spec) or "name it yourself with --embedder"
    return from_this_disk(f"the embedder {spec!r:.120}, which {by} names,", hint)


def _load(load: LoadEmbedder, spec: str, reference: str, dtype: str) -> Embedder:
    if dtype == "fp32":
        return load(reference)
    if not isinstance(load, LoadWithFormat):
        raise InputError(f"embedder {spec!r} has no choice of number formats", "leave --dtype out")
    return load(reference, dtype)
