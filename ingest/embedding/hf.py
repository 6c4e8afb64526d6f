"""Embedders that are vision-text models of transformers: CLIP, SigLIP, SigLIP 2, ALIGN and others like them."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL.Image import Image

from ingest.embedding.base import LoadWithFormat
from ingest.embedding.embedder_names import split_revision
from ingest.embedding.torch_embedder import Preparer, TwoTowers, cast, choose_dtype, long_name, weights_hash
from vectorstore.foreign.model_files import NEVER_ITS_CODE, check_model_folder
from vectorstore.foreign.on_disk import whole_folder
from vectorstore.foundation.errors import EmbedderError, ValueSpectrumError
from vectorstore.foundation.text import first_sentence
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch

    from ingest.embedding.model_types import HfOutput, HfProcessor, Tensors, TowerTokenizer, TwoTowerModel

_LONGEST_TEXT = 512
_PADDED = ("siglip",)
"""Model types, by their beginning, that were trained on texts filled up to the full length and expect that."""


@LoadWithFormat
def load_hf(reference: str, dtype: str) -> HfEmbedder:
    """Load a vision-text model of the hub or of a folder.

    Args:
        reference: ``REPO``, ``REPO@REVISION`` or a folder with configuration, weights and processor.
        dtype: ``"fp32"``, ``"bf16"`` or ``"auto"``.

    Raises:
        EmbedderError: It cannot be found or loaded, or does not embed both pictures and texts.
    """
    prepare_torch()
    import torch
    from transformers import AutoModel, AutoProcessor

    if not reference:
        raise EmbedderError("hf: names no model", "write hf:REPO, for example hf:google/siglip2-base-patch16-224")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    name, revision = split_revision(reference)
    where = {**NEVER_ITS_CODE, **({"revision": revision} if revision else {})}
    dtype = choose_dtype(dtype, device)
    if Path(name).is_dir():
        check_model_folder(Path(name), reference)
    try:
        with whole_folder(Path(name), reference, EmbedderError):
            model = AutoModel.from_pretrained(name, dtype=torch.float32, weights_only=True, **where)
            processor = AutoProcessor.from_pretrained(name, **where)
    except ValueSpectrumError:
        raise
    except Exception as error:  # reading configurations and weights of strangers raises anything
        line = first_sentence(error)
        if "custom code" in line or "trust_remote_code" in line:
            line = "it needs code that comes with it, which is never run"
        raise EmbedderError(
            f"cannot load embedder hf:{reference}: {line}", "check the name, the folder, and the network"
        ) from error
    missing = [method for method in ("get_image_features", "get_text_features") if not hasattr(model, method)]
    if missing or not hasattr(processor, "image_processor") or not hasattr(processor, "tokenizer"):
        raise EmbedderError(
            f"hf:{reference} ({type(model).__name__}) does not embed pictures and texts into one space",
            "choose a model such as CLIP or SigLIP; for language models use --model",
        )
    return HfEmbedder(model.eval().requires_grad_(False), processor, dtype, device)


class HfEmbedder(TwoTowers):
    """A vision-text model with its processor. Made by ``load_hf``.

    Args:
        model: In single precision, with ``get_image_features`` and ``get_text_features``.
        processor: With ``image_processor`` and ``tokenizer``.
        dtype: ``"fp32"`` or ``"bf16"``.
        device: ``"cpu"`` or ``"cuda"``.
    """

    def __init__(self, model: TwoTowerModel, processor: HfProcessor, dtype: str, device: str) -> None:
        self._processor = processor
        identity = _identity(model, processor, dtype)
        self._model = cast(model, dtype).to(device)
        self._preparer = Preparer(self._prepare, device)
        self._text_length = _text_length(model, processor.tokenizer)
        self._padding: bool | Literal["max_length"] = (
            "max_length" if str(model.config.model_type).startswith(_PADDED) else True
        )
        super().__init__(identity, device)

    def _prepare(self, pictures: Sequence[Image]) -> Tensors:
        return self._processor.image_processor(images=list(pictures), return_tensors="pt")

    def _encode_pictures(self, pictures: Sequence[Image]) -> torch.Tensor:
        import torch

        parts = self._preparer.parts(pictures)
        inputs = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        return _features(self._model.get_image_features(**self._placed(inputs)))

    def _encode_texts(self, texts: Sequence[str]) -> torch.Tensor:
        inputs = self._processor.tokenizer(
            list(texts), padding=self._padding, truncation=True, max_length=self._text_length, return_tensors="pt"
        )
        return _features(self._model.get_text_features(**self._placed(inputs)))

    def _placed(self, inputs: Tensors) -> dict[str, torch.Tensor]:
        return {
            name: tensor.to(self._device, self._model.dtype) if tensor.is_floating_point() else tensor.to(self._device)
            for name, tensor in inputs.items()
        }


def _features(output: torch.Tensor | HfOutput) -> torch.Tensor:
    # Older releases return the tensor, newer ones an object around it.
    import torch

    return output if isinstance(output, torch.Tensor) else output.pooler_output


def _text_length(model: TwoTowerModel, tokenizer: TowerTokenizer) -> int:
    config = getattr(model.config, "text_config", model.config)
    positions = int(getattr(config, "max_position_embeddings", _LONGEST_TEXT))
    return min(positions, int(tokenizer.model_max_length), _LONGEST_TEXT)


def _identity(model: TwoTowerModel, processor: HfProcessor, dtype: str) -> str:
    image_processor = processor.image_processor
    settings = json.dumps(
        [type(image_processor).__name__, image_processor.to_dict(), type(processor.tokenizer).__name__],
        sort_keys=True,
        default=str,
    )
    preprocessing = hashlib.sha256(settings.encode()).hexdigest()
    return (
        f"hf/{type(model).__name__}/weights-{weights_hash(model)[:16]}/preprocessing-{preprocessing[:8]}"
        f"/{long_name(dtype)}/transformers-{importlib.metadata.version('transformers')}"
    )
