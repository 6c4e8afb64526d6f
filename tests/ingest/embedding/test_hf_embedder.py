"""Any vision-text model of transformers embeds; what comes out is what the model itself gives."""

from __future__ import annotations

import json
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_watch import hub_that_nobody_reaches
from PIL import Image

from ingest.embedding import hf
from ingest.embedding import torch_embedder as precision
from ingest.embedding.base import Embedder
from ingest.embedding.hf import load_hf
from ingest.embedding.open_clip import OpenClipEmbedder
from ingest.embedding.torch_embedder import choose_dtype
from vectorstore.foundation.errors import EmbedderError, InputError, ModelError
from vectorstore.foundation.torch_setup import prepare_torch

WORDS = ["<pad>", "<s>", "</s>", "<unk>", "a", "dog", "cat", "on", "mat", "the"]


def tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
        model_max_length=16,
    )  # fmt: skip


def write_model(kind: str, folder: Path, seed: int = 0) -> Path:
    """A randomly initialised model with its processor, as a hub repository holds it."""
    prepare_torch(1)
    import torch
    import transformers as t

    torch.manual_seed(seed)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {**sizes, "vocab_size": len(WORDS), "max_position_embeddings": 16}
    ends = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    vision = {**sizes, "image_size": 32, "patch_size": 16}
    if kind == "clip":
        model: Any = t.CLIPModel(
            t.CLIPConfig(text_config={**text, **ends, "projection_dim": 24}, vision_config=vision, projection_dim=24)
        )
        processor: Any = t.CLIPProcessor(t.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=32), tokenizer())
    else:
        model = t.SiglipModel(t.SiglipConfig(text_config={**text, **ends}, vision_config=vision))
        processor = t.SiglipProcessor(t.SiglipImageProcessor(size={"height": 32, "width": 32}), tokenizer())
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=["clip", "siglip"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(request.param, tmp_path_factory.mktemp(request.param))


def pictures(count: int) -> list[Image.Image]:
    random = np.random.default_rng(0)
    return [Image.fromarray(random.integers(0, 256, (40, 30 + n, 3), dtype=np.uint8)) for n in range(count)]


def test_vectors_are_those_of_the_model_itself(folder: Path) -> None:
    import torch
    from transformers import AutoModel, AutoProcessor

    embedder = load_hf(str(folder))
    assert isinstance(embedder, Embedder)
    model, processor = AutoModel.from_pretrained(folder).eval(), AutoProcessor.from_pretrained(folder)
    shown, words = pictures(3), ["a dog", "the cat on the mat", "mat"]
    inputs = processor(images=shown, text=words, padding="max_length", max_length=16, return_tensors="pt")
    with torch.no_grad():
        output = model(**inputs)
    for ours, theirs in ((embedder.images(shown), output.image_embeds), (embedder.texts(words), output.text_embeds)):
        expected = theirs.numpy() / np.linalg.norm(theirs.numpy(), axis=1, keepdims=True)
        assert ours.shape == (3, embedder.dimension)
        assert np.allclose(ours, expected, atol=1e-5)


def test_vectors_do_not_depend_on_the_batch_or_the_kind_of_picture(folder: Path) -> None:
    embedder = load_hf(str(folder))
    many = pictures(37)
    together = embedder.images(many)
    assert np.allclose(together[35], embedder.images([many[35]])[0], atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert embedder.images([]).shape == (0, embedder.dimension)
    assert embedder.images([Image.new("L", (9, 9), 3), Image.new("RGBA", (9, 9))]).shape == (2, embedder.dimension)
    assert np.allclose(embedder.texts(["a dog", "cat " * 100])[0], embedder.texts(["a dog"])[0], atol=1e-5)


def test_identity_covers_weights_and_number_format_but_not_the_place(folder: Path, tmp_path: Path) -> None:
    kind = "clip" if "CLIP" in load_hf(str(folder)).id else "siglip"
    same, other = write_model(kind, tmp_path / "same"), write_model(kind, tmp_path / "other", seed=1)
    first = load_hf(str(folder)).id
    assert load_hf(str(same)).id == first
    assert load_hf(str(other)).id != first
    assert "/float32/" in first
    assert str(folder) not in first


def test_another_model_that_a_folder_names_is_not_fetched(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    told = json.loads((copy / "processor_config.json").read_text())
    voice = {"audio_tokenizer_class": "DacModel", "audio_tokenizer_name_or_path": "nobody/nothing-of-the-kind"}
    (copy / "processor_config.json").write_text(json.dumps({**told, "audio_tokenizer": voice}))
    with pytest.raises(ModelError, match="its audio_tokenizer names another model"):
        load_hf(str(copy))
    asked = hub_that_nobody_reaches(monkeypatch)
    monkeypatch.setattr(hf, "check_model_folder", lambda *_: None)
    with pytest.raises(EmbedderError, match="names beside itself is not on this disk") as refused:
        load_hf(str(copy))
    assert "\n" not in refused.value.message and asked == []
    # Nothing but that stood in the way.
    monkeypatch.setattr(hf, "whole_folder", lambda *_: nullcontext())
    with pytest.raises(EmbedderError):
        load_hf(str(copy))
    assert asked


needs_bf16 = pytest.mark.skipif(
    choose_dtype("auto", "cpu") != "bf16", reason="this processor has no bf16 instructions, where bf16 is refused"
)


@needs_bf16
def test_bf16_is_another_embedding_close_to_fp32(folder: Path) -> None:
    exact, fast = load_hf(str(folder)), load_hf(str(folder), "bf16")
    assert fast.id == exact.id.replace("/float32/", "/bfloat16/")
    shown = pictures(8)
    assert (exact.images(shown) * fast.images(shown)).sum(axis=1).min() > 0.999
    words = ["a dog", "the cat on the mat"]
    assert (exact.texts(words) * fast.texts(words)).sum(axis=1).min() > 0.999
    assert fast.images(shown).dtype == np.float32


@needs_bf16
def test_open_clip_in_bf16(tmp_path: Path) -> None:
    from test_embed import write_model as write_open_clip

    config, weights = write_open_clip(tmp_path, 0)
    exact = OpenClipEmbedder.from_files(config, weights)
    fast = OpenClipEmbedder.from_architecture(config.stem, str(weights), dtype="bf16")
    assert fast.id == exact.id.replace("/float32/", "/bfloat16/")
    assert (exact.images(pictures(5)) * fast.images(pictures(5))).sum(axis=1).min() > 0.999
    assert (exact.texts(["a dog"]) * fast.texts(["a dog"])).sum() > 0.999


def test_bf16_is_refused_where_it_would_be_emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "cpu_features", lambda: frozenset({"avx2"}))
    assert choose_dtype("auto", "cpu") == "fp32"
    assert choose_dtype("auto", "cuda") == choose_dtype("bf16", "cuda") == "bf16"
    with pytest.raises(EmbedderError, match="no bf16 instructions"):
        choose_dtype("bf16", "cpu")
    with pytest.raises(InputError, match="unknown number format"):
        choose_dtype("fp8", "cpu")


def test_what_is_no_embedder_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    for reference in ("", str(tmp_path)):
        with pytest.raises(EmbedderError) as refusal:
            load_hf(reference)
        assert "\n" not in refusal.value.message
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in folder.iterdir():
        content = file.read_bytes()
        (damaged / file.name).write_bytes(content[:100] if file.suffix == ".safetensors" else content)
    with pytest.raises(EmbedderError, match="cannot load"):
        load_hf(str(damaged))
