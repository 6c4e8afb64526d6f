"""Frozen encoders: a text, or the frames of a clip, as a sequence of states.

An embedder of the corpus (``reference``, ``open_clip:...``, ``hf:...``) gives one vector for each piece of a text, a
sentence or a clause of at most ``PIECE_WORDS`` words, and one for each frame, in the same space: so a clip can stand
where a scene in words stood. A language encoder (``text:t5-base``, as ValuePilot uses it) gives one state a token, and
knows no frames.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from ingest.embedding.base import Embedder, load_embedder
from ingest.embedding.embedder_names import how_to_fetch
from valuespectrum.instruments.decisions.choosing.blending import Floats
from vectorstore.foreign.model_files import check_model_folder
from vectorstore.foreign.on_disk import from_this_disk, whole_folder
from vectorstore.foundation.errors import EmbedderError, InputError, ValueSpectrumError
from vectorstore.foundation.text import first_sentence
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    from valuespectrum.instruments.decisions.network.torch_types import TextModel, TextTokenizer

TEXT = "text:"
"""Begins the name of a language encoder."""
PIECE_WORDS = 8
_LONGEST = 512
"""Tokens of a text that a language encoder reads; the rest is cut off."""
_BATCH = 32


class StateEncoder(Protocol):
    """Something frozen that makes states."""

    @property
    def id(self) -> str:
        """Says which, with its weights."""

    @property
    def width(self) -> int:
        """Length of a state."""

    def texts(self, texts: Sequence[str]) -> list[Floats]:
        """States of each text: (length, width), one or more."""

    def frames(self, clips: Sequence[Sequence[Image]]) -> list[Floats]:
        """States of each clip, one a frame.

        Raises:
            InputError: It knows texts only.
        """


def pieces(text: str) -> list[str]:
    """A text cut at sentences and clauses, and where these are long into equal parts.

    Example:
        >>> pieces("It is late. Open the trunk, and then lock every door.")
        ['It is late.', 'Open the trunk', 'lock every door.']
    """
    found: list[str] = []
    for clause in re.split(r"(?<=[.:;!?])\s+|,\s+(?:and then\s+)?", text.strip()):
        words = clause.split()
        if words:
            length = -(-len(words) // -(-len(words) // PIECE_WORDS))
            found += [" ".join(words[begin : begin + length]) for begin in range(0, len(words), length)]
    return found


class EmbeddedPieces:
    """States by an embedder of pictures and texts."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def id(self) -> str:
        """The embedder's, and how texts are cut."""
        return f"{self._embedder.id}, pieces of {PIECE_WORDS} words"

    @property
    def width(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    def texts(self, texts: Sequence[str]) -> list[Floats]:
        """A vector for each piece."""
        cut = [pieces(text) for text in texts]
        every = list(dict.fromkeys(piece for each in cut for piece in each))
        place = {piece: number for number, piece in enumerate(every)}
        vectors = self._embedder.texts(every).astype(np.float64)
        return [vectors[[place[piece] for piece in each]] for each in cut]

    def frames(self, clips: Sequence[Sequence[Image]]) -> list[Floats]:
        """A vector for each frame."""
        return [self._embedder.images(clip).astype(np.float64) for clip in clips]


@dataclass(frozen=True)
class TokenStates:
    """States by a language encoder of transformers."""

    model: TextModel
    tokenizer: TextTokenizer
    id: str

    @property
    def width(self) -> int:
        """Length of a state."""
        return int(self.model.config.hidden_size)

    def texts(self, texts: Sequence[str]) -> list[Floats]:
        """A state for each token."""
        return [state for begin in range(0, len(texts), _BATCH) for state in self._some(texts[begin : begin + _BATCH])]

    def frames(self, clips: Sequence[Sequence[Image]]) -> list[Floats]:
        """Refuse: it knows texts only."""
        raise InputError(
            f"{self.id} reads texts and no frames", "describe clips in words, or take an embedder such as reference"
        )

    def _some(self, texts: Sequence[str]) -> Iterator[Floats]:
        import torch

        given = self.tokenizer(list(texts), return_tensors="pt", padding=True, truncation=True, max_length=_LONGEST)
        with torch.inference_mode():
            states = self.model(input_ids=given["input_ids"], attention_mask=given["attention_mask"]).last_hidden_state
        for state, mask in zip(states.float().cpu().numpy(), given["attention_mask"].cpu().numpy(), strict=True):
            yield _finite(state[mask.astype(bool)], self.id)


def _finite(states: NDArray[np.float32], name: str) -> Floats:
    if not len(states) or not np.isfinite(states).all():
        raise EmbedderError(f"{name} gave states that are not numbers", "its weights are damaged")
    return np.asarray(states, dtype=np.float64)


@cache
def load_encoder(written: str) -> StateEncoder:
    """A frozen encoder by name.

    Args:
        written: ``text:NAME`` for a language encoder of transformers (a name, or a folder with safetensors), else the
            name of an embedder.

    Raises:
        ValueSpectrumError: It cannot be loaded.
    """
    if not written.startswith(TEXT):
        return EmbeddedPieces(load_embedder(written))
    return _language_encoder(written.removeprefix(TEXT))


def named_encoder(written: str, by: str) -> AbstractContextManager[None]:
    """Within it an encoder that a file names may be loaded and used, and nothing is fetched.

    Args:
        written: As for ``load_encoder``.
        by: What names it, for the message, e.g. ``"the gate"``.

    Raises:
        EmbedderError: It would have had to be fetched.
    """
    hint = how_to_fetch(written) or "take one that names an encoder which is on this disk"
    return from_this_disk(f"the encoder {written!r:.120}, which {by} names,", hint)


def _language_encoder(name: str) -> TokenStates:
    prepare_torch()
    from transformers import AutoModel, AutoTokenizer

    if Path(name).is_dir():
        check_model_folder(Path(name), name)
    try:
        with whole_folder(Path(name), name, EmbedderError):
            tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
            model = AutoModel.from_pretrained(name, use_safetensors=True, trust_remote_code=False)
    except ValueSpectrumError:
        raise
    except Exception as error:  # downloading and parsing raise anything
        raise EmbedderError(
            f"cannot load the language encoder {name}: {first_sentence(error)}",
            "name one of transformers, such as text:t5-base, or a folder with its safetensors",
        ) from error
    # Of a model with two halves the first one reads.
    reader = model.get_encoder() if model.config.is_encoder_decoder else model
    reader.eval().requires_grad_(False)
    digest = hashlib.sha256()
    for key, tensor in sorted(reader.state_dict().items()):
        digest.update(f"{key} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.float().cpu().numpy().tobytes())
    return TokenStates(reader, tokenizer, f"transformers/{Path(name).name}/weights-{digest.hexdigest()[:16]}")
