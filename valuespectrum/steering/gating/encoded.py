"""Scorers that read a question through a frozen text encoder: nearness to example texts, or a classifier.

A text is one vector: the mean of the encoder's states, of length one. Files hold such vectors as numbers, with the name
of the encoder and its id, which has the hash of its weights; under another encoder the numbers mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.written import Arrays, Document
from valuespectrum.instruments.decisions.network.encoders import load_encoder, named_encoder
from vectorstore.foreign.typed import finite, text
from vectorstore.foundation.errors import InputError

NEARNESS, CLASSIFIER = "nearness", "encoded_classifier"
"""Kinds of scorers, as files and entry points have them."""
_REMEMBERED = 8192
"""Texts: the same question is asked about every clip."""
Floats32 = NDArray[np.float32]
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class NamedEncoder:
    """A frozen text encoder, loaded when a text is read for the first time."""

    written_as: str
    """How a user names it: ``reference``, ``open_clip:...``, ``hf:...``, ``text:...``."""
    id: str
    """Its id, with the hash of its weights."""
    by_user: bool = False
    """Whether the user names it, who may have it fetched; what a file names is taken from this disk."""

    @classmethod
    def load(cls, written_as: str) -> NamedEncoder:
        """The encoder of that name, as it is now, fetched where it is not here: the user names it.

        Raises:
            ValueSpectrumError: It cannot be loaded.
        """
        return cls(written_as, load_encoder(written_as).id, by_user=True)

    def vector(self, words: str) -> Floats32:
        """A text as a vector of length one, shape ``(width,)``; of a text without words all numbers are 0.

        Texts are read one by one, so that equal ones get equal vectors to the last bit.

        Raises:
            InputError: Another encoder has the name by now.
            ValueSpectrumError: It cannot be loaded, or a file names it and it is not on this disk.
        """
        with nullcontext() if self.by_user else named_encoder(self.written_as, "the gate"):
            return _vector(self.written_as, self.id, words)


@lru_cache(_REMEMBERED)
def _vector(written_as: str, id: str, words: str) -> Floats32:
    encoder = load_encoder(written_as)
    if encoder.id != id:
        raise InputError(
            f"the gate was made with the encoder {id:.120}, and {written_as:.120} is {encoder.id:.120}",
            "make the gate again",
        )
    if not words.strip():
        return np.zeros(encoder.width, np.float32)
    mean = encoder.texts([words])[0].mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length > 0 else mean, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class NearnessScorer:
    """How near a question is to the nearest of some texts: the largest cosine, from -1 to 1.

    Raises:
        InputError: There are no texts, or numbers that are none.
    """

    encoder: NamedEncoder
    texts: Floats32
    """Vectors of the texts, shape ``(texts, width)``."""
    kind: str = NEARNESS

    def __post_init__(self) -> None:
        if self.texts.ndim != 2 or not len(self.texts) or not np.isfinite(self.texts).all():
            raise InputError(f"no texts to be near to: vectors of shape {self.texts.shape}")

    def __call__(self, question: str) -> float:
        """A cosine."""
        vector = _fitting(self.encoder.vector(question), self.texts.shape[1])
        return float((self.texts.astype(np.float64) @ vector).max())

    def written(self) -> tuple[Document, Arrays]:
        """The encoder and the vectors."""
        return _told(self.encoder), {"texts": self.texts}


@dataclass(frozen=True, eq=False)
class EncodedClassifier:
    """A logistic regression on the vector of a question: ``sigmoid(bias + weights . vector)``.

    Raises:
        InputError: Weights are none.
    """

    encoder: NamedEncoder
    weights: Floats32
    """Shape ``(width,)``."""
    bias: float
    kind: str = CLASSIFIER

    def __post_init__(self) -> None:
        if self.weights.ndim != 1 or not len(self.weights) or not np.isfinite(self.weights).all():
            raise InputError(f"a classifier cannot have weights of shape {self.weights.shape}")

    def __call__(self, question: str) -> float:
        """A probability."""
        from scipy.special import expit

        vector = _fitting(self.encoder.vector(question), len(self.weights))
        return float(expit(self.bias + self.weights.astype(np.float64) @ vector))

    def written(self) -> tuple[Document, Arrays]:
        """The encoder, bias and weights."""
        return {**_told(self.encoder), "bias": self.bias}, {"weights": self.weights}


def _fitting(vector: Floats32, width: int) -> NDArray[np.float64]:
    if len(vector) != width:
        raise InputError(f"the gate has vectors of {width} numbers, its encoder gives {len(vector)}", "make it again")
    return vector.astype(np.float64)


def _told(encoder: NamedEncoder) -> Document:
    return {"encoder": encoder.written_as, "encoder_id": encoder.id}


def _read(
    document: Mapping[str, object],
    arrays: Arrays,
    names: tuple[str, str],
    make: Callable[[NamedEncoder, Floats32], _Made],
) -> _Made:
    """A scorer out of a file: its encoder, and the one array of that name.

    Raises:
        ValueError: Something in it is not what it should be.
    """
    further, array = names
    if set(document) != {"encoder", "encoder_id", *filter(None, [further])} or set(arrays) != {array}:
        raise ValueError(f"a scorer with an encoder has an encoder, its id and {array}")
    encoder = NamedEncoder(text(document["encoder"], "encoder"), text(document["encoder_id"], "encoder_id"))
    return make(encoder, np.asarray(arrays[array], dtype=np.float32))


def read_nearness(document: Mapping[str, object], arrays: Arrays) -> NearnessScorer:
    """A scorer by nearness out of a file: an entry point of the group ``valuespectrum.gates``.

    Raises:
        ValueError: Something in it is not what it should be.
        InputError: Its numbers are none.
    """
    return _read(document, arrays, ("", "texts"), NearnessScorer)


def read_classifier(document: Mapping[str, object], arrays: Arrays) -> EncodedClassifier:
    """A classifier out of a file: an entry point of the group ``valuespectrum.gates``.

    Raises:
        ValueError: Something in it is not what it should be.
        InputError: Its numbers are none.
    """
    return _read(
        document,
        arrays,
        ("bias", "weights"),
        lambda encoder, weights: EncodedClassifier(encoder, weights, finite(document["bias"], "bias")),
    )
