"""What users name is found, or refused with one clear line and without a try on the network."""

from __future__ import annotations

import json
import shutil
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from tiny_models import FolderMaker

from agents.models import load_model, model_schemes
from agents.models.base import Model, ModelOptions
from agents.models.local.transformers import load
from vectorstore.foundation import plugins
from vectorstore.foundation.errors import InputError, ModelError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry points that pyproject.toml declares, whether or not the project is installed."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["valuespectrum.models"]
    points = [EntryPoint(name, value, "valuespectrum.models") for name, value in table.items()]
    points.append(EntryPoint("broken", "no_such_package:load", "valuespectrum.models"))
    points.append(EntryPoint("empty", "builtins:max", "valuespectrum.models"))
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)


@pytest.mark.usefixtures("declared")
def test_schemes_find_their_models(tiny_model_folder: FolderMaker) -> None:
    assert {"hf", "simulated", "reference"} <= set(model_schemes())
    for spec in ("simulated:security=2", f"hf:{tiny_model_folder('internvl')}"):
        model = load_model(spec)
        assert isinstance(model, Model)
        assert model.id.startswith(spec.partition(":")[0])


@pytest.mark.usefixtures("declared")
def test_unknown_schemes_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        load_model("gpt:four")
    assert "hf:..." in caught.value.hint
    with pytest.raises(ModelError, match="no_such_package"):
        load_model("broken:x")
    with pytest.raises(ModelError, match="model 'empty:x' cannot be loaded: "):
        load_model("empty:x")


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize(
    ("name", "number"), [("batch_size", 0), ("batch_size", 2.5), ("seed", -1), ("seed", None), ("samples", -1)]
)
def test_numbers_that_no_option_takes_are_refused(name: str, number: Any) -> None:
    options: dict[str, Any] = {name: number}
    with pytest.raises(ModelError, match=f"no model is asked with {name} "):
        load_model("simulated:security=2", ModelOptions(**options))


@pytest.mark.parametrize("reference", ["/no/such/folder", "./nothing", "", "a/b/c", "~/nothing/at/all"])
def test_missing_folders_are_refused_at_once(reference: str) -> None:
    with pytest.raises(ModelError, match="no such model folder"):
        load(reference, ModelOptions())


def test_hub_names_that_cannot_be_had_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import HfApi

    asked = []

    def unreachable(self: HfApi, name: str, **_: Any) -> None:
        asked.append(name)
        raise ConnectionError("name not known")

    monkeypatch.setattr(HfApi, "model_info", unreachable)
    with pytest.raises(ModelError, match="hub cannot be reached"):
        load("no-such-owner/no-such-model", ModelOptions())
    assert asked == ["no-such-owner/no-such-model"]


def test_folders_that_are_no_model(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ModelError, match="a file, not a model folder"):
        load(str(tmp_path / "file"), ModelOptions())
    with pytest.raises(ModelError, match=r"no config\.json"):
        load(str(tmp_path), ModelOptions())


def damage(folder: Path, how: str) -> None:
    from safetensors.torch import load_file, save_file

    weights = folder / "model.safetensors"
    if how == "garbage":
        weights.write_bytes(b"garbage")
    elif how == "truncated":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif how == "no weights":
        weights.unlink()
    elif how == "missing weights":
        tensors = load_file(weights)
        tensors.pop(sorted(tensors)[0])
        save_file(tensors, weights, {"format": "pt"})
    elif how == "no template":
        (folder / "chat_template.jinja").unlink()
    elif how == "broken template":
        (folder / "chat_template.jinja").write_text("{% for message in messages %}")
    elif how == "text template":
        (folder / "chat_template.jinja").write_text("{% for m in messages %}{{ m['content'] }}{% endfor %}")
    elif how == "no processor":
        (folder / "processor_config.json").unlink()
    elif how == "text model":
        config = {"model_type": "llama", "hidden_size": 8, "num_attention_heads": 2, "vocab_size": 8}
        (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    "how",
    [
        "garbage",
        "truncated",
        "no weights",
        "missing weights",
        "no template",
        "broken template",
        "text template",
        "no processor",
        "text model",
    ],
)
def test_damaged_models_are_refused_in_one_line(how: str, tiny_model_folder: FolderMaker, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model_folder("qwen3_vl"), folder)
    damage(folder, how)
    with pytest.raises(ModelError) as caught:
        load(str(folder), ModelOptions())
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 400


def test_options_that_do_not_exist_are_refused(tiny_model_folder: FolderMaker) -> None:
    folder = str(tiny_model_folder("internvl"))
    for options, word in (
        (ModelOptions(engine="warp"), "engine"),
        (ModelOptions(dtype="int3"), "number format"),
        (ModelOptions(device="tpu9"), "Device"),
    ):
        with pytest.raises(ModelError, match=word):
            load(folder, options)


def test_the_id_follows_the_weights_and_the_settings_the_number_format(
    tiny_model_folder: FolderMaker, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    copy = tmp_path / "internvl"
    shutil.copytree(tiny_model_folder("internvl"), copy)
    before = load(str(copy), ModelOptions(device="cpu"))
    assert before.id == load(str(tiny_model_folder("internvl")), ModelOptions(device="cpu")).id
    half = load(str(copy), ModelOptions(device="cpu", dtype="bfloat16"))
    assert (half.id, half.settings["dtype"]) == (before.id, "bfloat16")

    tensors = load_file(copy / "model.safetensors")
    tensors["lm_head.weight" if "lm_head.weight" in tensors else sorted(tensors)[0]] += 0.01
    save_file(tensors, copy / "model.safetensors", {"format": "pt"})
    assert load(str(copy), ModelOptions(device="cpu")).id != before.id
