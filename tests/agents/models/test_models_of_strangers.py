"""Folders of strangers: their code is never run, nobody is asked whether it may, and absurd files cost nothing."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hub_watch import hub_that_nobody_reaches
from tiny_models import FolderMaker

from agents.models.base import ModelOptions
from agents.models.local.transformers import load
from ingest.embedding.hf import load_hf
from vectorstore.foreign.model_files import check_model_folder
from vectorstore.foundation.errors import ModelError

MARK = "CODE-WAS-RUN"
CODE = (
    f"from pathlib import Path\nPath(__file__).with_name({MARK!r}).write_text('x')\nPath({{mark!r}}).write_text('x')\n"
)
Damage = Callable[[Path], None]


@pytest.fixture
def folder(tiny_model_folder: FolderMaker, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model_folder("qwen3_vl"), tmp_path / "model"))


def edit(folder: Path, name: str, **changes: Any) -> None:
    path = folder / name
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | changes))


AUTO: dict[str, dict[str, object]] = {
    "config.json": {"auto_map": {"AutoConfig": "evil.Config", "AutoModelForImageTextToText": "evil.Model"}},
    "tokenizer_config.json": {"auto_map": {"AutoTokenizer": ["evil.Tokenizer", "evil.Tokenizer"]}},
    "processor_config.json": {"auto_map": {"AutoProcessor": "evil.Processor"}},
    "preprocessor_config.json": {"auto_map": {"AutoImageProcessor": "evil.Images"}},
    "video_preprocessor_config.json": {"auto_map": {"AutoVideoProcessor": "evil.Videos"}},
    "generation_config.json": {"custom_generate": "evil"},
}
UNKNOWN: dict[str, dict[str, object]] = {
    "config.json": {"model_type": "of_a_stranger"},
    "tokenizer_config.json": {"tokenizer_class": "StrangeTokenizer"},
    "processor_config.json": {"processor_class": "StrangeProcessor"},
    "preprocessor_config.json": {"image_processor_type": "StrangeImages"},
    "video_preprocessor_config.json": {"video_processor_type": "StrangeVideos"},
    "generation_config.json": {},
}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("needed", [False, True])
@pytest.mark.parametrize("name", AUTO)
def test_code_of_a_folder_is_never_run_and_nobody_is_asked(
    name: str, needed: bool, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    for place in (folder / "evil.py", folder / "custom_generate" / "generate.py"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(CODE.format(mark=str(mark)))
    edit(folder, name, **AUTO[name], **(UNKNOWN[name] if needed else {}))
    monkeypatch.setattr("builtins.input", lambda *words: pytest.fail(f"asked: {words}"))
    for read in (lambda: load(str(folder), ModelOptions(device="cpu", engine="naive")), lambda: load_hf(str(folder))):
        try:
            read()
        except ModelError as error:
            assert "\n" not in error.message and len(error.message) < 500
    assert not mark.exists() and not list(tmp_path.rglob(MARK))


@pytest.mark.filterwarnings("default")
def test_a_model_that_needs_its_own_code_is_refused_by_that_name(folder: Path) -> None:
    edit(folder, "config.json", **AUTO["config.json"], **UNKNOWN["config.json"])
    for read in (lambda: load(str(folder), ModelOptions(device="cpu")), lambda: load_hf(str(folder))):
        with pytest.raises(ModelError, match="which is never run"):
            read()


def test_weights_that_are_pickles_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"no weights as \.safetensors"):
        load(str(folder), ModelOptions(device="cpu"))


def text_config(**changes: Any) -> Damage:
    def damage(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        config["text_config"] |= changes
        (folder / "config.json").write_text(json.dumps(config))

    return damage


def written(name: str, content: str) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).write_text(content)

    return damage


def fifo(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    os.mkfifo(folder / "tokenizer.json")


VOICE = {"audio_tokenizer_class": "DacModel", "audio_tokenizer_name_or_path": "nobody/nothing-of-the-kind"}
ABSURD: dict[str, tuple[Damage, str]] = {
    "words": (text_config(vocab_size=2**40), r"text_config\.vocab_size = 1,099,511,627,776"),
    "more words than weights": (text_config(vocab_size=8_000_000), "parameters, but .* bytes of weights"),
    "layers": (text_config(num_hidden_layers=10**9), "num_hidden_layers"),
    "wide layers": (text_config(num_hidden_layers=4000, hidden_size=2**18), "parameters, but"),
    "width": (text_config(hidden_size=2**40), "hidden_size"),
    "endless": (text_config(hidden_size=float("inf")), "hidden_size"),
    "positions": (text_config(max_position_embeddings=2**40), "max_position_embeddings"),
    "heads": (text_config(num_attention_heads=2**30), "num_attention_heads"),
    "pictures": (lambda folder: edit(folder, "processor_config.json", image_seq_length=2**40), "image_seq_length"),
    "size": (lambda folder: edit(folder, "preprocessor_config.json", size={"height": 10**9, "width": 4}), "height"),
    "deep": (written("config.json", '{"a":' + "[" * 5000 + "]" * 5000 + "}"), "nested 5,001 deep"),
    "very deep": (written("tokenizer_config.json", "[" * 3_000_000), "nested 3,000,000 deep"),
    "no JSON": (written("generation_config.json", "{"), "no valid JSON"),
    "long number": (written("config.json", '{"hidden_size": ' + "9" * 10_000 + "}"), "no valid JSON"),
    "large": (written("config.json", '{"a": "' + "x" * 9_000_000 + '"}'), "9,000,009 bytes"),
    "sparse": (lambda folder: os.truncate(folder / "tokenizer.json", 2**40), "1,099,511,627,776 bytes"),
    "fifo": (fifo, "no plain file"),
    "an adapter": (
        written("adapter_config.json", '{"base_model_name_or_path": "a/b"}'),
        "an adapter names another model",
    ),
    "another model": (
        lambda folder: edit(folder, "processor_config.json", audio_tokenizer=VOICE),
        "audio_tokenizer names another model",
    ),
    "another model beside": (written("audio_tokenizer_config.json", json.dumps(VOICE)), "names another model"),
    "nowhere": (lambda folder: (folder / "vocab.json").symlink_to("gone"), "No such file"),
}


@pytest.mark.parametrize("case", ABSURD)
def test_absurd_files_are_refused_before_they_cost_anything(case: str, folder: Path) -> None:
    damage, told = ABSURD[case]
    damage(folder)
    begun = time.process_time()
    with pytest.raises(ModelError, match=told) as refused:
        load(str(folder), ModelOptions(device="cpu"))
    assert time.process_time() - begun < 5
    assert "\n" not in refused.value.message and refused.value.message.startswith("model: ")


def test_another_model_that_a_folder_names_is_not_fetched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the way of naming one is none that is refused above."""
    asked = hub_that_nobody_reaches(monkeypatch)
    monkeypatch.setattr("agents.models.local.weights.check_model_folder", lambda *_: None)
    edit(folder, "processor_config.json", audio_tokenizer=VOICE)
    with pytest.raises(ModelError, match="what the folder 'model' names beside itself is not on this disk") as refused:
        load(str(folder), ModelOptions(device="cpu"))
    assert "\n" not in refused.value.message and asked == []


@pytest.mark.parametrize("family", ["qwen3_vl", "smolvlm", "gemma3", "internvl"])
def test_models_as_they_are_pass(family: str, tiny_model_folder: FolderMaker) -> None:
    check_model_folder(tiny_model_folder(family), family)


def test_numbers_of_public_models_pass(tmp_path: Path) -> None:
    """The largest that are in use: words, width, layers, positions, pixels, experts, and no length at all."""
    text: dict[str, float] = {
        "vocab_size": 262_208,
        "hidden_size": 16_384,
        "num_hidden_layers": 126,
        "intermediate_size": 53_248,
    }
    text |= {"max_position_embeddings": 10_485_760, "num_experts": 512, "rope_theta": 1e9, "head_dim": 256}
    edit(tmp_path, "config.json", text_config=text, vision_config={"image_size": 4096, "patch_size": 14, "depth": 48})
    edit(tmp_path, "tokenizer_config.json", model_max_length=10**30, added_tokens_decoder={"262143": {}})
    edit(tmp_path, "preprocessor_config.json", size={"shortest_edge": 3136, "longest_edge": 234_881_024})
    check_model_folder(tmp_path, "a public model")
