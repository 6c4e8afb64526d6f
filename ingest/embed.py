"""Embedders: pictures and texts to unit vectors in one space.

A third-party embedder is an entry point of the group ``valuespectrum.embedders``: its name is the
scheme of the spec (``SCHEME:REFERENCE``), its object a function ``load(reference: str) -> Embedder``.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from vectorstore.errors import EmbedderError, InputError, ValueSpectrumError
from vectorstore.runtime import prepare_torch

ENTRY_POINTS = "valuespectrum.embedders"
_BATCH = 32

Tokenizer = Callable[[list[str]], Any]
"""Texts to a torch tensor of token ids (n, context length)."""


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


def load_embedder(spec: str, threads: int | None = None) -> Embedder:
    """Load an embedder by its spec.

    Args:
        spec: ``SCHEME`` or ``SCHEME:REFERENCE``, e.g. ``"reference"`` or ``"open_clip:ViT-B-32/laion2b_s34b_b79k"``.
        threads: Threads for torch; ``None`` leaves torch's choice.

    Raises:
        InputError: Unknown scheme.
        EmbedderError: It cannot be loaded.
    """
    scheme, _, reference = spec.partition(":")
    known = {point.name: point for point in importlib.metadata.entry_points(group=ENTRY_POINTS)}
    if scheme not in known:
        raise InputError(f"unknown embedder {spec!r}", f"known are: {', '.join(sorted(known)) or 'none'}")
    prepare_torch(threads)
    try:
        embedder: Embedder = known[scheme].load()(reference)
    except ValueSpectrumError:
        raise
    except Exception as error:  # a plug-in may raise anything
        raise EmbedderError(f"cannot load embedder {spec!r}: {_one_line(error)}") from error
    embedder.spec = spec
    return embedder


def load_open_clip(reference: str) -> OpenClipEmbedder:
    """Load a model of open_clip's own list.

    Args:
        reference: ``ARCH/TAG`` (weights by name, downloaded once) or ``ARCH/PATH`` (a weights file).

    Raises:
        EmbedderError: Unknown architecture or tag, unreadable weights, no network.
    """
    prepare_torch()
    import open_clip

    architecture, _, pretrained = reference.partition("/")
    if architecture not in open_clip.list_models():
        raise EmbedderError(f"open_clip has no architecture {architecture!r}", "see `open_clip.list_models()`")
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    if pretrained not in tags and not Path(pretrained).is_file():
        raise EmbedderError(
            f"open_clip:{reference}: {pretrained!r} is neither a weights file nor a tag of {architecture}",
            f"write open_clip:{architecture}/TAG with one of: {', '.join(tags) or 'none known, give a file'}",
        )
    return OpenClipEmbedder.from_architecture(architecture, pretrained)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What open_clip makes of an architecture and weights."""

    architecture: str
    model: Any
    preprocess: Callable[[Image], Any]
    tokenizer: Tokenizer
    device: str


class OpenClipEmbedder:
    """An open_clip model in single precision.

    Made by ``from_architecture`` or ``from_files``.
    """

    def __init__(self, parts: _Parts) -> None:
        self.spec = ""
        self._parts = parts
        self._id = _identity(parts)
        self._dimension = int(self.texts(["a"]).shape[1])

    @classmethod
    def from_architecture(
        cls, architecture: str, pretrained: str, tokenizer: Tokenizer | None = None
    ) -> OpenClipEmbedder:
        """Load through ``open_clip.create_model_and_transforms``.

        Args:
            architecture: A name that open_clip knows.
            pretrained: Tag or weights file.
            tokenizer: In place of the architecture's own.

        Raises:
            EmbedderError: It cannot be loaded.
        """
        prepare_torch()
        import open_clip
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            model, _, preprocess = open_clip.create_model_and_transforms(
                architecture, pretrained=pretrained, device=device
            )
            tokenizer = tokenizer or open_clip.get_tokenizer(architecture)
        except Exception as error:  # unpickling and downloading raise anything
            raise EmbedderError(
                f"cannot load open_clip model {architecture} with weights {pretrained}: {_one_line(error)}",
                "check the name, the file, and the network if the weights are to be downloaded",
            ) from error
        model.eval().requires_grad_(False)
        return cls(_Parts(architecture, model, preprocess, tokenizer, device))

    @classmethod
    def from_files(
        cls, config_json: Path | str, weights: Path | str, tokenizer: Tokenizer | None = None
    ) -> OpenClipEmbedder:
        """Load a model of one's own architecture.

        Args:
            config_json: open_clip model configuration; the file's stem becomes the architecture's name.
            weights: Checkpoint, preferably safetensors.
            tokenizer: In place of open_clip's own.

        Raises:
            EmbedderError: A file is missing or cannot be used.
        """
        prepare_torch()
        import open_clip

        config, checkpoint = Path(config_json), Path(weights)
        for file in (config, checkpoint):
            if not file.is_file():
                raise EmbedderError(f"embedder file {file} is missing")
        _check_config(config)
        open_clip.add_model_config(config)
        return cls.from_architecture(config.stem, str(checkpoint), tokenizer)

    @property
    def id(self) -> str:
        """Architecture, weights, preprocessing, dtype and open_clip version."""
        return self._id

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def images(self, pictures: Sequence[Image]) -> NDArray[np.float32]:
        """Vectors of pictures: (n, dimension) float32, unit length."""
        import torch

        def encode(batch: Sequence[Image]) -> Any:
            stacked = torch.stack([self._parts.preprocess(picture.convert("RGB")) for picture in batch])
            return self._parts.model.encode_image(stacked.to(self._parts.device), normalize=True)

        return self._in_batches(encode, pictures)

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts: (n, dimension) float32, unit length."""

        def encode(batch: Sequence[str]) -> Any:
            tokens = self._parts.tokenizer(list(batch))
            return self._parts.model.encode_text(tokens.to(self._parts.device), normalize=True)

        return self._in_batches(encode, texts)

    def _in_batches(self, encode: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> NDArray[np.float32]:
        import torch

        if not items:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with torch.inference_mode():
            parts = [
                encode(items[start : start + _BATCH]).float().cpu().numpy() for start in range(0, len(items), _BATCH)
            ]
        vectors: NDArray[np.float32] = np.concatenate(parts)
        if not np.isfinite(vectors).all():
            raise EmbedderError(f"embedder {self._id} returned values that are not numbers", "its weights are damaged")
        return vectors


def _check_config(config: Path) -> None:
    try:
        content = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbedderError(f"embedder file {config} is not JSON: {_one_line(error)}") from error
    missing = {"embed_dim", "vision_cfg", "text_cfg"} - set(content if isinstance(content, dict) else ())
    if missing:
        raise EmbedderError(
            f"embedder file {config} is no open_clip configuration: it lacks {', '.join(sorted(missing))}"
        )


def _identity(parts: _Parts) -> str:
    digest = hashlib.sha256()
    state = parts.model.state_dict()
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(memoryview(tensor.numpy()).cast("B"))
    preprocessing = hashlib.sha256(repr(parts.preprocess).encode()).hexdigest()
    version = importlib.metadata.version("open_clip_torch")
    return (
        f"open_clip/{parts.architecture}/weights-{digest.hexdigest()[:16]}/preprocessing-{preprocessing[:8]}"
        f"/float32/open_clip-{version}"
    )


def _one_line(error: BaseException) -> str:
    # The first sentence only: torch goes on to advise unpickling what it has just refused.
    return " ".join(str(error).split()).split(". ")[0][:200] or type(error).__name__
