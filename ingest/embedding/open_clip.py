"""Embedders of open_clip: of its own list, and of one's own configuration and weights."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL.Image import Image

from ingest.embedding.base import LoadWithFormat
from ingest.embedding.embedder_names import split_weights
from ingest.embedding.torch_embedder import Preparer, TwoTowers, cast, choose_dtype, long_name, weights_hash
from vectorstore.foundation.errors import EmbedderError
from vectorstore.foundation.text import first_sentence
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch

    from ingest.embedding.model_types import OpenClipModel

Tokenizer = Callable[[list[str]], "torch.Tensor"]
"""Texts to a torch tensor of token ids (n, context length)."""


@LoadWithFormat
def load_open_clip(reference: str, dtype: str) -> OpenClipEmbedder:
    """Load a model of open_clip's own list.

    Args:
        reference: ``ARCH/TAG`` (weights by name, downloaded once) or ``ARCH/PATH`` (a weights file).
        dtype: ``"fp32"``, ``"bf16"`` or ``"auto"``.

    Raises:
        EmbedderError: Unknown architecture or tag, unreadable weights, no network.
    """
    prepare_torch()
    import open_clip

    architecture, pretrained = split_weights(reference)
    if architecture not in open_clip.list_models():
        raise EmbedderError(f"open_clip has no architecture {architecture!r}", "see `open_clip.list_models()`")
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    if pretrained not in tags and not Path(pretrained).is_file():
        raise EmbedderError(
            f"open_clip:{reference}: {pretrained!r} is neither a weights file nor a tag of {architecture}",
            f"write open_clip:{architecture}/TAG with one of: {', '.join(tags) or 'none known, give a file'}",
        )
    return OpenClipEmbedder.from_architecture(architecture, pretrained, dtype=dtype)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What open_clip makes of an architecture and weights."""

    architecture: str
    model: OpenClipModel
    preprocess: Callable[[Image], torch.Tensor]
    tokenizer: Tokenizer
    device: str


class OpenClipEmbedder(TwoTowers):
    """An open_clip model.

    Made by ``from_architecture`` or ``from_files``.
    """

    def __init__(self, parts: _Parts, dtype: str = "fp32") -> None:
        self._parts = parts
        dtype = choose_dtype(dtype, parts.device)
        identity = _identity(parts, dtype)
        self._model = cast(parts.model, dtype)
        self._preparer = Preparer(self._prepare, parts.device)
        super().__init__(identity, parts.device)

    @classmethod
    def from_architecture(
        cls, architecture: str, pretrained: str, tokenizer: Tokenizer | None = None, dtype: str = "fp32"
    ) -> OpenClipEmbedder:
        """Load through ``open_clip.create_model_and_transforms``.

        Args:
            architecture: A name that open_clip knows.
            pretrained: Tag or weights file.
            tokenizer: In place of the architecture's own.
            dtype: ``"fp32"``, ``"bf16"`` or ``"auto"``.

        Raises:
            EmbedderError: It cannot be loaded.
        """
        prepare_torch()
        import open_clip
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            model, _, preprocess = open_clip.create_model_and_transforms(
                architecture, pretrained=pretrained, device=device, weights_only=True
            )
            tokenizer = tokenizer or open_clip.get_tokenizer(architecture)
        except Exception as error:  # unpickling and downloading raise anything
            raise EmbedderError(
                f"cannot load open_clip model {architecture} with weights {pretrained}: {first_sentence(error)}",
                "check the name, the file, and the network if the weights are to be downloaded",
            ) from error
        model.eval().requires_grad_(False)
        return cls(_Parts(architecture, model, preprocess, tokenizer, device), dtype)

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

    def _prepare(self, pictures: Sequence[Image]) -> torch.Tensor:
        import torch

        return torch.stack([self._parts.preprocess(picture) for picture in pictures])

    def _encode_pictures(self, pictures: Sequence[Image]) -> torch.Tensor:
        import torch

        stacked = torch.cat(self._preparer.parts(pictures))
        return self._model.encode_image(stacked.to(self._device, next(self._model.parameters()).dtype))

    def _encode_texts(self, texts: Sequence[str]) -> torch.Tensor:
        return self._model.encode_text(self._parts.tokenizer(list(texts)).to(self._device))


def _check_config(config: Path) -> None:
    try:
        content = json.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbedderError(f"embedder file {config} is not JSON: {first_sentence(error)}") from error
    missing = {"embed_dim", "vision_cfg", "text_cfg"} - set(content if isinstance(content, dict) else ())
    if missing:
        raise EmbedderError(
            f"embedder file {config} is no open_clip configuration: it lacks {', '.join(sorted(missing))}"
        )


def _identity(parts: _Parts, dtype: str) -> str:
    preprocessing = hashlib.sha256(repr(parts.preprocess).encode()).hexdigest()
    version = importlib.metadata.version("open_clip_torch")
    return (
        f"open_clip/{parts.architecture}/weights-{weights_hash(parts.model)[:16]}/preprocessing-{preprocessing[:8]}"
        f"/{long_name(dtype)}/open_clip-{version}"
    )
