"""Files of autoencoders are read as they were meant, or refused in one line; reading them runs nothing."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from agents.models.steering.autoencoder import Autoencoder
from valuespectrum.steering.features.layouts import read_autoencoder
from valuespectrum.steering.features.published import PublishedAutoencoder, Stated, check_model, other_model
from valuespectrum.steering.features.reconstruction import check_reconstruction, reconstruct
from valuespectrum.steering.features.training import write_sae_lens
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

WIDTH, FEATURES, TOP = 32, 128, 6


def drawn(name: str, *shape: int) -> torch.Tensor:
    return torch.from_numpy(stream(0, name).standard_normal(shape)).float()


def parts() -> dict[str, torch.Tensor]:
    return {
        "W_enc": drawn("in", WIDTH, FEATURES),
        "b_enc": drawn("in bias", FEATURES),
        "W_dec": drawn("out", FEATURES, WIDTH),
        "b_dec": drawn("out bias", WIDTH),
    }


def written(folder: Path, tensors: dict[str, torch.Tensor], **said: object) -> Path:
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "sae_weights.safetensors")
    document = {"d_in": WIDTH, "d_sae": FEATURES, "hook_name": "blocks.3.hook_resid_post", **said}
    (folder / "cfg.json").write_text(json.dumps(document))
    return folder


def independently(tensors: dict[str, torch.Tensor], kind: str, values: torch.Tensor, centred: bool) -> torch.Tensor:
    """What the formulas of SAELens give, token by token, feature by feature, in float64."""
    arrays = {name: tensor.double().numpy() for name, tensor in tensors.items()}
    back = []
    for value in values.double().numpy():
        taken = value - arrays["b_dec"] if centred else value
        raw = [float(taken @ column) + bias for column, bias in zip(arrays["W_enc"].T, arrays["b_enc"], strict=True)]
        if kind == "topk":
            kept = sorted(range(FEATURES), key=lambda place: -raw[place])[:TOP]
            features = [max(each, 0.0) if place in kept else 0.0 for place, each in enumerate(raw)]
        elif kind == "jumprelu":
            features = [each if each > edge else 0.0 for each, edge in zip(raw, arrays["threshold"], strict=True)]
        else:
            features = [max(each, 0.0) for each in raw]
        back.append(sum(f * row for f, row in zip(features, arrays["W_dec"], strict=True)) + arrays["b_dec"])
    return torch.from_numpy(np.array(back))


KINDS: dict[str, dict[str, Any]] = {
    "relu": {"architecture": "standard", "activation_fn_str": "relu"},
    "standard": {"architecture": "standard"},
    "topk": {"architecture": "topk", "k": TOP, "metadata": {"model_name": "some"}},
    "old topk": {"architecture": "standard", "activation_fn_str": "topk", "activation_fn_kwargs": {"k": TOP}},
    "jumprelu": {"architecture": "jumprelu", "activation_fn_str": "relu"},
}


@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize("named", KINDS)
def test_what_comes_back_is_what_the_formulas_of_saelens_give(named: str, centred: bool, tmp_path: Path) -> None:
    kind = {"standard": "relu", "old topk": "topk"}.get(named, named)
    tensors = parts() | ({"threshold": drawn("edge", FEATURES).abs() * 4} if kind == "jumprelu" else {})
    found = read_autoencoder(written(tmp_path, tensors, apply_b_dec_to_input=centred, **KINDS[named]))
    assert (found.autoencoder.activation, found.layer, found.layout) == (kind, 3, "SAELens")
    values = drawn("values", 20, WIDTH)
    coder = found.autoencoder.on("cpu")
    ours = coder.decode(coder.encode(values)).double()
    expected = independently(tensors, kind, values, centred)
    assert float((ours - expected).abs().max() / expected.abs().max()) < 1e-6
    assert float((ours - expected).abs().max()) < 1e-4  # of numbers up to 200
    small = {name: tensor / 10 for name, tensor in tensors.items()}
    found = read_autoencoder(written(tmp_path, small, apply_b_dec_to_input=centred, **KINDS[named]))
    coder = found.autoencoder.on("cpu")
    ours = coder.decode(coder.encode(values)).double()
    assert float((ours - independently(small, kind, values, centred)).abs().max()) < 1e-5


def test_no_threshold_lets_through_what_is_negative(tmp_path: Path) -> None:
    """SAELens and Gemma Scope multiply max(x, 0) by whether x is above the threshold."""
    tensors = parts() | {"threshold": torch.full((FEATURES,), -1.0)}
    found = read_autoencoder(written(tmp_path, tensors, **KINDS["jumprelu"]))
    values = drawn("values", 20, WIDTH)
    raw = (values - tensors["b_dec"]) @ tensors["W_enc"] + tensors["b_enc"]
    assert torch.allclose(found.autoencoder.on("cpu").encode(values), raw.clamp(min=0), atol=1e-4)


def test_files_of_qwen_scope_are_turned_round(tmp_path: Path) -> None:
    folder = tmp_path / "SAE-Res-Qwen3-1.7B-Base-W32K-L0_6"
    folder.mkdir()
    tensors = parts()
    turned = tensors | {name: tensors[name].T.contiguous() for name in ("W_enc", "W_dec")}
    torch.save({name: part.bfloat16() for name, part in turned.items()}, folder / "layer7.sae.pt")
    found = read_autoencoder(folder / "layer7.sae.pt")
    assert (found.layer, found.model, found.autoencoder.most) == (7, "Qwen3-1.7B-Base", 6)
    rounded = {name: part.bfloat16().float() for name, part in tensors.items()}
    values = drawn("values", 10, WIDTH)
    coder = found.autoencoder.on("cpu")
    expected = independently(rounded, "topk", values, centred=False)
    assert torch.allclose(coder.decode(coder.encode(values)).double(), expected, rtol=1e-5, atol=1e-4)
    torch.save(tensors, folder / "layer7.sae.pt")
    with pytest.raises(InputError, match="are not those of Qwen-Scope"):
        read_autoencoder(folder / "layer7.sae.pt")
    torch.save(turned, tmp_path / "layer7.sae.pt")
    with pytest.raises(InputError, match="how many features are kept"):
        read_autoencoder(tmp_path / "layer7.sae.pt")
    assert read_autoencoder(tmp_path / "layer7.sae.pt", Stated(top=50)).autoencoder.most == 50


def test_files_of_sparsify_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "model.layers.24"
    folder.mkdir()
    tensors = parts()
    renamed = {"encoder.weight": tensors["W_enc"].T.contiguous(), "encoder.bias": tensors["b_enc"]}
    save_file(renamed | {name: tensors[name] for name in ("W_dec", "b_dec")}, folder / "sae.safetensors")
    said = {"k": TOP, "d_in": WIDTH, "num_latents": 0, "expansion_factor": 4, "normalize_decoder": True}
    (folder / "cfg.json").write_text(json.dumps(said))
    found = read_autoencoder(folder)
    assert (found.layout, found.layer, found.autoencoder.most) == ("sparsify", 24, TOP)
    values = drawn("values", 10, WIDTH)
    coder = found.autoencoder.on("cpu")
    expected = independently(tensors, "topk", values, centred=True)
    assert torch.allclose(coder.decode(coder.encode(values)).double(), expected, rtol=1e-5, atol=1e-4)
    (folder / "cfg.json").write_text(json.dumps(said | {"skip_connection": True}))
    with pytest.raises(InputError, match="skip_connection"):
        read_autoencoder(folder)


WRONG: list[tuple[dict[str, object], Stated, str]] = [
    ({}, Stated(), "which activation"),
    (KINDS["topk"], Stated(activation="relu"), "'topk', not 'relu'"),
    ({"architecture": "topk"}, Stated(), "how many features"),
    ({"architecture": "gated"}, Stated(), "'gated'"),
    ({**KINDS["relu"], "k": 16}, Stated(), "keeps 16 features, but says relu"),
    ({"architecture": "topk", "activation_fn_str": "relu", "k": 3}, Stated(), "two kinds"),
    ({"architecture": "jumprelu"}, Stated(), "no thresholds"),
    ({**KINDS["relu"], "normalize_activations": "layer_norm"}, Stated(), "normalize_activations"),
    ({**KINDS["relu"], "normalise_twice": True}, Stated(), "normalise_twice"),
    ({**KINDS["relu"], "finetuning_scaling_factor": True}, Stated(), "finetuning_scaling_factor"),
    ({**KINDS["relu"], "hook_name": "blocks.3.hook_mlp_out"}, Stated(), "hook_mlp_out"),
    ({**KINDS["relu"], "hook_name": "blocks.0.hook_resid_pre"}, Stated(), "not the output of a block"),
    ({**KINDS["relu"], "hook_name": None}, Stated(), "which block"),
    ({**KINDS["relu"], "hook_name": None, "d_in": 31}, Stated(layer=2), "d_in and d_sae"),
    (KINDS["relu"], Stated(layer=2), "layer is 3, not 2"),
    ({**KINDS["relu"], "d_sae": "many"}, Stated(), "d_sae is 'many'"),
]


@pytest.mark.parametrize(("said", "stated", "words"), WRONG)
def test_what_is_not_understood_is_refused_by_name(
    said: dict[str, object], stated: Stated, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        read_autoencoder(written(tmp_path, parts(), **said), stated)


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path / "nothing", tmp_path):
        with pytest.raises(InputError, match="no autoencoder"):
            read_autoencoder(folder)
    written(tmp_path, parts(), **KINDS["relu"])
    whole = (tmp_path / "sae_weights.safetensors").read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"\xff" * 64):
        (tmp_path / "sae_weights.safetensors").write_bytes(content)
        with pytest.raises(InputError, match="damaged"):
            read_autoencoder(tmp_path)
    broken = parts()
    broken["W_dec"][3, 3] = float("nan")
    with pytest.raises(InputError, match="not finite"):
        read_autoencoder(written(tmp_path, broken, **KINDS["relu"]))
    with pytest.raises(InputError, match="has no W_enc"):
        read_autoencoder(written(tmp_path, {"weight": drawn("in", 3)}, **KINDS["relu"]))
    (tmp_path / "cfg.json").write_text("[1")
    with pytest.raises(InputError, match="not JSON"):
        read_autoencoder(tmp_path)


class Hostile:
    """Would make a file if anybody unpickled it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, ...]]:
        return Path.touch, (Path(self.path),)  # type: ignore[return-value]


def test_reading_runs_nothing(tmp_path: Path) -> None:
    harm, path = tmp_path / "harm", tmp_path / "layer1.sae.pt"
    assert not harm.exists()
    pickle.loads(pickle.dumps(Hostile(harm)))
    assert harm.exists(), "the file would do harm"
    harm.unlink()
    torch.save({"W_enc": Hostile(harm), **{name: part for name, part in parts().items() if name != "W_enc"}}, path)
    with pytest.raises(InputError, match="could run when it is read"):
        read_autoencoder(path, Stated(top=3))
    path.write_bytes(pickle.dumps(Hostile(harm)))
    with pytest.raises(InputError, match=r"refused|damaged"):
        read_autoencoder(path, Stated(top=3))
    assert not harm.exists()
    torch.save([parts()], path)
    with pytest.raises(InputError, match="no dictionary of tensors"):
        read_autoencoder(path, Stated(top=3))


def orthonormal(kind: str = "topk") -> tuple[Autoencoder, np.ndarray]:
    """An autoencoder that is right about activations made of few of its features, with noise on the others."""
    rng = stream(1, "orthonormal")
    rows = np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0].astype(np.float32)
    features = np.zeros((400, WIDTH), np.float32)
    for row in features:
        row[rng.choice(WIDTH, 3, replace=False)] = rng.uniform(3, 6, 3)
    offset = rng.standard_normal(WIDTH).astype(np.float32) * 3
    values = features @ rows + offset
    # A bias that lets everything through unless the largest alone are kept.
    made = Autoencoder(rows.T.copy(), np.full(WIDTH, 2.0, np.float32), rows, offset, "topk", centred=True, most=3)
    return made, values


def test_a_wrong_reading_is_refused_by_what_comes_back(tmp_path: Path) -> None:
    right, values = orthonormal()
    found = check_reconstruction(right, values, "right")
    assert found.explained > 0.5 and found.active == 3 and found.tokens == 400
    write_sae_lens(right, tmp_path, "some model", 2)
    said = json.loads((tmp_path / "cfg.json").read_text())
    assert read_autoencoder(tmp_path).autoencoder.activation == "topk"
    (tmp_path / "cfg.json").write_text(json.dumps({**said, "architecture": "standard", "k": None}))
    as_relu = read_autoencoder(tmp_path).autoencoder
    assert reconstruct(as_relu, values).active > 20
    with pytest.raises(InputError, match="read as relu, gives back"):
        check_reconstruction(as_relu, values, "the file")
    (tmp_path / "cfg.json").write_text(json.dumps(said | {"apply_b_dec_to_input": False}))
    with pytest.raises(InputError, match="read as topk"):
        check_reconstruction(read_autoencoder(tmp_path).autoencoder, values, "the file")
    turned = Autoencoder(
        right.encoder.T.copy(), right.encoder_bias, right.decoder_matrix, right.decoder_bias, "topk", True, 3
    )
    with pytest.raises(InputError, match="gives back"):
        check_reconstruction(turned, values, "transposed")
    with pytest.raises(InputError, match="width 32"):
        reconstruct(right, values[:, :-1])


def test_another_model_is_named(tmp_path: Path) -> None:
    found = read_autoencoder(written(tmp_path, parts(), **KINDS["relu"], model_name="gpt2"))
    assert isinstance(found, PublishedAutoencoder) and found.told["trained_on"] == "gpt2"
    check_model(found, "mine", WIDTH, 4)
    with pytest.raises(InputError, match=r"trained on gpt2.*width 32, the blocks of mine have 192"):
        check_model(found, "mine", 192, 6)
    with pytest.raises(InputError, match="about block 3, but mine has 3"):
        check_model(found, "mine", WIDTH, 3)


@pytest.mark.parametrize(
    ("said", "model", "another"),
    [
        ("", "hf:any@01", False),
        ("gpt2", "hf:openai-community/gpt2@01", False),
        ("Qwen/Qwen3-8B", "hf:/models/Qwen3-8B@01", False),
        ("Qwen/Qwen3-8B-Base", "hf:Qwen/Qwen3-8B@01", True),
        ("reference:amber@01", "reference:birch@01", False),
        ("reference:amber@01", "reference:amber@02", True),
        ("a\n\nmodel", "hf:b@01", True),
    ],
)
def test_a_file_of_another_model_is_said_to_be_one(said: str, model: str, another: bool, tmp_path: Path) -> None:
    found = read_autoencoder(written(tmp_path, parts(), **KINDS["relu"], model_name=said))
    told = other_model(found, model)
    assert bool(told) == another and "\n" not in told
