"""Embedders: loading by spec, identity, unit vectors, and one clear line when something is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from colour_embedder import ColourEmbedder
from PIL import Image

from ingest.embedding.base import EMBEDDERS, Embedder, LoadWithFormat, load_embedder
from ingest.embedding.open_clip import OpenClipEmbedder
from ingest.embedding.stage import ThreadEncoder
from ingest.pipeline import ingest
from vectorstore.corpus import Corpus
from vectorstore.foundation import plugins
from vectorstore.foundation.errors import CorpusError, EmbedderError, InputError
from vectorstore.foundation.torch_setup import prepare_torch

CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 16, "heads": 1, "layers": 1},
}


def write_model(folder: Path, seed: int) -> tuple[Path, Path]:
    """A randomly initialised open_clip model: configuration and weights."""
    prepare_torch(1)
    import open_clip
    import torch
    from safetensors.torch import save_file

    config, weights = folder / "tiny_test_clip.json", folder / f"weights_{seed}.safetensors"
    config.write_text(json.dumps(CONFIG))
    open_clip.add_model_config(config)
    torch.manual_seed(seed)
    model = open_clip.create_model("tiny_test_clip")
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, weights)
    return config, weights


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_model(tmp_path_factory.mktemp("model"), 0)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry points as an installed distribution has them."""
    targets = {"open_clip": "ingest.embedding.open_clip:load_open_clip", "broken": "no_such_module:load"}
    points = [EntryPoint(name, value, EMBEDDERS.group) for name, value in targets.items()]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points if group == EMBEDDERS.group else ())


def test_vectors_are_unit_length_and_do_not_depend_on_the_batch(files: tuple[Path, Path]) -> None:
    embedder = OpenClipEmbedder.from_files(*files)
    random = np.random.default_rng(0)
    pictures = [Image.fromarray(random.integers(0, 256, (40, 30, 3), dtype=np.uint8)) for _ in range(40)]
    together = embedder.images(pictures)
    assert together.shape == (40, embedder.dimension) == (40, 16)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together[35], embedder.images([pictures[35]])[0], atol=1e-5)
    texts = embedder.texts(["a dog", "a cat", "a dog"])
    assert np.allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-5)
    assert np.allclose(texts[0], texts[2])
    assert embedder.images([]).shape == (0, 16)
    assert embedder.images([Image.new("L", (9, 9)), Image.new("RGBA", (9, 9))]).shape == (2, 16)
    assert isinstance(embedder, Embedder)


def test_vectors_equal_those_of_open_clip_itself(files: tuple[Path, Path]) -> None:
    import open_clip
    import torch

    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (50, 60, 3), dtype=np.uint8))
    model, _, preprocess = open_clip.create_model_and_transforms("tiny_test_clip", pretrained=str(files[1]))
    with torch.no_grad():
        features = model.eval().encode_image(preprocess(picture)[None]).numpy()[0]
    ours = OpenClipEmbedder.from_files(*files).images([picture])[0]
    assert np.allclose(ours, features / np.linalg.norm(features), atol=1e-5)


def test_identity_covers_the_weights_and_not_their_place(files: tuple[Path, Path], tmp_path: Path) -> None:
    first = OpenClipEmbedder.from_files(*files)
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(files[1].read_bytes())
    assert OpenClipEmbedder.from_files(files[0], copy).id == first.id
    config, other = write_model(tmp_path, 1)
    assert OpenClipEmbedder.from_files(config, other).id != first.id
    assert str(tmp_path) not in first.id


@pytest.mark.parametrize("content", [b"", b"no weights", b"\xff" * 5000])
def test_corrupt_weights_end_in_one_line(files: tuple[Path, Path], tmp_path: Path, content: bytes) -> None:
    for name in ("weights.safetensors", "weights.pt"):
        weights = tmp_path / name
        weights.write_bytes(content)
        with pytest.raises(EmbedderError, match="cannot load") as refusal:
            OpenClipEmbedder.from_files(files[0], weights)
        assert "\n" not in refusal.value.message
        assert "weights_only" not in refusal.value.message


def test_weights_of_another_shape_or_not_numbers(files: tuple[Path, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    state = load_file(files[1])
    save_file({name: tensor for name, tensor in state.items() if "visual" in name}, tmp_path / "half.safetensors")
    with pytest.raises(EmbedderError, match="cannot load"):
        OpenClipEmbedder.from_files(files[0], tmp_path / "half.safetensors")
    save_file({name: tensor * float("nan") for name, tensor in state.items()}, tmp_path / "nan.safetensors")
    with pytest.raises(EmbedderError, match="not numbers"):
        OpenClipEmbedder.from_files(files[0], tmp_path / "nan.safetensors")


def test_missing_or_wrong_files(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="is missing"):
        OpenClipEmbedder.from_files(tmp_path / "none.json", files[1])
    wrong = tmp_path / "wrong.json"
    for text, complaint in (("{", "not JSON"), ("[]", "lacks"), ('{"embed_dim": 3}', "text_cfg, vision_cfg")):
        wrong.write_text(text)
        with pytest.raises(EmbedderError, match=complaint):
            OpenClipEmbedder.from_files(wrong, files[1])


@pytest.mark.usefixtures("registered")
def test_specs(files: tuple[Path, Path]) -> None:
    OpenClipEmbedder.from_files(*files)
    spec = f"open_clip:tiny_test_clip/{files[1]}"
    loaded = load_embedder(spec, threads=1)
    assert loaded.spec == spec
    assert loaded.id == OpenClipEmbedder.from_files(*files).id
    with pytest.raises(InputError, match="unknown embedder 'magic:x'") as unknown:
        load_embedder("magic:x")
    assert unknown.value.hint == "known: broken, open_clip"
    with pytest.raises(EmbedderError, match="no_such_module"):
        load_embedder("broken")
    with pytest.raises(EmbedderError, match="no architecture 'Nope'"):
        load_embedder("open_clip:Nope/x")
    for spec in ("open_clip:ViT-B-32", "open_clip:ViT-B-32/unheard_of"):
        with pytest.raises(EmbedderError, match="neither a weights file nor a tag"):
            load_embedder(spec)


def test_a_corpus_made_with_open_clip_remembers_how(
    files: tuple[Path, Path], video_folder: Path, tmp_path: Path
) -> None:
    embedder = OpenClipEmbedder.from_files(*files)
    embedder.spec = "tiny"
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest([video_folder], corpus, embedder)
        ingest([video_folder], corpus, ColourEmbedder())
        records = [(record.embedder_id, record.spec, record.dimension) for record in corpus.embedders()]
        assert records == [(embedder.id, "tiny", 16), ("test/colour", "colour", 48)]
        hits = corpus.search(embedder.texts(["a dog"])[0], 3, embedder_id=embedder.id)
        assert [hit.rank for hit in hits] == [1, 2, 3]


def test_only_a_loader_that_says_so_has_a_choice_of_number_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load(reference: str, dtype: str = "fp32") -> ColourEmbedder:
        asked.append(dtype)
        return ColourEmbedder()

    for name, loader in (("plain-colours", load), ("fine-colours", LoadWithFormat(load))):
        monkeypatch.setitem(EMBEDDERS._registered, name, loader)
    with pytest.raises(InputError, match="no choice of number formats"):
        load_embedder("plain-colours", dtype="bf16")
    load_embedder("plain-colours")
    load_embedder("fine-colours", dtype="bf16")
    load_embedder("fine-colours")
    assert asked == ["fp32", "bf16", "fp32"]


@dataclass(frozen=True)
class Fixed:
    """Cannot be told what it was called."""

    id: str = "x@1"
    dimension: int = 3
    images: object = None
    texts: object = None


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "embedder 'odd:it' is none: it has no id"),
        (SimpleNamespace(id="x@1", dimension=3, images=len), "embedder 'odd:it' is none: it has no texts"),
        (Fixed(), "cannot load embedder 'odd:it': .*spec"),
    ],
)
def test_what_a_loader_makes_that_is_no_embedder_is_named(
    made: object, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EMBEDDERS._registered, "odd", lambda reference: made)
    with pytest.raises(EmbedderError, match=said):
        load_embedder("odd:it")


def test_a_stored_picture_that_claims_to_be_huge_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (16, 16)).save(path)
    content = bytearray(path.read_bytes())
    size = content.index(b"\xff\xc0") + 5
    content[size : size + 4] = b"\xff\x00\xff\x00"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"a\.jpg cannot be read"):
        ThreadEncoder(ColourEmbedder()).encode([path])
