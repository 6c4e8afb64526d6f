"""Features are ranked at a phrase, and edits by them change what they should in a model with frames."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from agents.models.base import Ask, ModelOptions
from agents.models.capabilities import TorchModel
from agents.models.registry import load_model
from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.files import read_intervention
from agents.models.steering.hooks import steered, watched
from agents.models.steering.positions import phrase_tokens
from valuespectrum import api
from valuespectrum.cli.exit_codes import run
from valuespectrum.operations.steering.applying import joined_intervention
from valuespectrum.steering.features.layouts import read_autoencoder
from valuespectrum.steering.features.probing import opposed_features, probing_asks
from valuespectrum.steering.features.published import PublishedAutoencoder
from valuespectrum.steering.features.ranking import (
    QUESTION,
    added_feature,
    clamped_feature,
    phrase_asks,
    rank_features,
    span_activations,
)
from valuespectrum.steering.features.reconstruction import reconstruct
from valuespectrum.steering.features.training import AutoencoderTraining, train_autoencoder, write_sae_lens
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

WIDTH, LAYER = 192, 2


@pytest.fixture(scope="module")
def model() -> TorchModel:
    found = load_model("reference", ModelOptions("cpu", "float32", 8, "naive"))
    assert isinstance(found, TorchModel)
    return found


def orthonormal() -> Autoencoder:
    """As many features as numbers, each the contrary of none: relu of a rotation and of its opposite."""
    rows = np.linalg.qr(stream(0, "rotation").standard_normal((WIDTH, WIDTH)))[0].astype(np.float32)
    both = np.concatenate([rows, -rows])
    zero = np.zeros(WIDTH, np.float32)
    return Autoencoder(both.T.copy(), np.zeros(2 * WIDTH, np.float32), both, zero, "relu", centred=True)


def published(coder: Autoencoder) -> PublishedAutoencoder:
    return PublishedAutoencoder(coder, "SAELens", LAYER, "reference", "0" * 64, Path("mine"))


def outputs(model: TorchModel, ask: Ask, *edits: Any) -> torch.Tensor:
    seen: list[torch.Tensor] = []

    def see(layer: int, values: torch.Tensor, current: Any) -> None:
        seen.append(values[0].clone())

    with torch.inference_mode(), steered(model, edits), watched(model, (LAYER,), "block", see):
        model.torch_model(**model.prompt_inputs(ask))
    return seen[0]


def test_an_added_feature_changes_itself_alone_and_the_phrase_alone(model: TorchModel) -> None:
    (ask,) = phrase_asks((QUESTION,))
    coder = orthonormal().on("cpu")
    plain, changed = outputs(model, ask), outputs(model, ask, added_feature(published(orthonormal()), 7))
    at = phrase_tokens(model.prompt_inputs(ask)["input_ids"][0].tolist(), "your values", model.tokenizer)
    outside = [place for place in range(len(plain)) if place not in at]
    assert at and torch.equal(plain[outside], changed[outside])
    before, after = coder.encode(plain[list(at)]), coder.encode(changed[list(at)])
    rise = after[:, 7] - before[:, 7]
    contrary = before[:, 7 + WIDTH]
    assert torch.allclose(rise + contrary, torch.full_like(rise, 100.0), atol=1e-3)
    others = [place for place in range(2 * WIDTH) if place not in (7, 7 + WIDTH)]
    assert float((after - before)[:, others].abs().max()) < 1e-4
    assert torch.equal(plain, outputs(model, ask, added_feature(published(orthonormal()), 7, 0.0)))
    with pytest.raises(InputError, match="none is 400"):
        added_feature(published(orthonormal()), 400)


def test_a_feature_is_set_with_or_without_the_rest(model: TorchModel) -> None:
    (ask,) = phrase_asks((QUESTION,))
    half = orthonormal()
    few = Autoencoder(
        *(
            half.encoder[:, :50].copy(),
            half.encoder_bias[:50],
            half.decoder_matrix[:50],
            half.decoder_bias,
            "relu",
            True,
        )
    )
    coder, plain = few.on("cpu"), outputs(model, ask)
    active = coder.encode(plain)[:, 3] > 0
    assert active.any()
    for instead in (True, False):
        changed = outputs(model, ask, clamped_feature(published(few), 3, 8.0, instead))
        features = coder.encode(changed)
        # Where it is off, what is left of the activation may point away from it by any amount.
        set_to = features[:, 3] if instead else features[active, 3]
        assert torch.allclose(set_to, torch.full_like(set_to, 8.0), atol=1e-4)
        others = [place for place in range(50) if place != 3]
        assert torch.allclose(features[:, others], coder.encode(plain)[:, others], atol=1e-4)
        left = changed - coder.decode(features)
        assert (float(left.abs().max()) < 1e-3) == instead


def test_features_are_ranked_by_their_largest_activation_at_the_phrase(model: TorchModel) -> None:
    coder = orthonormal()
    values = span_activations(model, phrase_asks((QUESTION, "Tell me what your values are.")), LAYER)
    ranked = rank_features(coder, values)
    every = np.maximum(values @ coder.encoder, 0)
    order = sorted(range(2 * WIDTH), key=lambda place: (-every[:, place].max(), place))
    assert [each.feature for each in ranked] == order[:24] and len(ranked) == 24
    first = ranked[0]
    column = every[:, first.feature]
    assert first.largest == pytest.approx(column.max(), rel=1e-5)
    assert first.mean == pytest.approx(column.mean(), rel=1e-5) and first.share == (column > 0).mean()
    with pytest.raises(InputError, match="not in the prompt"):
        span_activations(model, phrase_asks(("Do you like it?",)), LAYER)
    assert rank_features(coder, np.zeros((3, WIDTH), np.float32)) == []
    high = np.tile(coder.decoder_matrix[5], (4, 1)) * 3
    ((feature, difference),) = opposed_features(coder, high, high * 0, 1)
    assert feature == 5 and difference == pytest.approx(3.0, abs=1e-5)


def test_training_finds_planted_features(tmp_path: Path) -> None:
    rng = stream(3, "planted features")
    rows = np.linalg.qr(rng.standard_normal((24, 24)))[0].astype(np.float32)
    codes = (rng.random((4000, 24)) < 0.08) * rng.uniform(1, 2, (4000, 24))
    values = (codes @ rows).astype(np.float32) + np.float32(0.5)
    made = train_autoencoder(values, AutoencoderTraining(48, 4, 400, 256, 5e-3))
    assert reconstruct(made, values).explained > 0.85
    likeness = np.abs(made.decoder_matrix @ rows.T).max(axis=0)
    assert (likeness > 0.9).mean() > 0.7
    again = train_autoencoder(values, AutoencoderTraining(48, 4, 400, 256, 5e-3))
    assert np.array_equal(made.encoder, again.encoder)
    write_sae_lens(made, tmp_path, "mine", 4)
    back = read_autoencoder(tmp_path)
    assert back.layer == 4 and np.array_equal(back.autoencoder.encoder, made.encoder)
    for wrong in (AutoencoderTraining(4, 4), AutoencoderTraining(1000, 4)):
        with pytest.raises(InputError):
            train_autoencoder(values, wrong)


def test_new_weights_never_lie_beside_the_configuration_of_earlier_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two files: how many features are kept would be what the earlier file says."""
    write_sae_lens(orthonormal(), tmp_path, "mine", LAYER)
    later = replace(orthonormal(), activation="topk", most=7)

    def killed(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("valuespectrum.steering.features.training.write_durably", killed)
    with pytest.raises(KeyboardInterrupt):
        write_sae_lens(later, tmp_path, "mine", LAYER)
    with pytest.raises(InputError):
        read_autoencoder(tmp_path)


def test_what_was_insisted_on_is_told_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is drawn so high here that no file passes; where it is drawn else has tests of its own."""
    monkeypatch.setattr("valuespectrum.operations.steering.features._CHECKED_ASKS", 4)
    write_sae_lens(orthonormal(), tmp_path / "sae", "reference", LAYER)
    out, plain = tmp_path / "feature.safetensors", tmp_path / "plain.safetensors"
    settings = api.FeatureSettings(phrase="", edit=api.FeatureEdit(3, clamp=2.0), out=out, top=2)
    clean = api.rank_value_features("reference", tmp_path / "sae", replace(settings, out=plain, insist_on="relu"))
    assert clean.document["doubt"] == clean.document["insisted_on"] == "" and "you insist" not in str(clean)
    assert not {"doubt", "insisted_on"} & set(read_intervention(plain).about.data)
    monkeypatch.setattr("valuespectrum.steering.features.reconstruction._TOO_MUCH", 99.0)
    with pytest.raises(InputError, match="is refused: it says relu"):
        api.rank_value_features("reference", tmp_path / "sae", settings)
    assert not out.exists()
    words = ["steer", "features", str(tmp_path / "sae"), "--phrase", "", "--feature", "3", "--clamp", "2"]
    assert run([*words, "--out", str(out)]) == 2 and not out.exists()
    assert run([*words, "--out", str(out), "--insist-on", "relu"]) == 0
    kept = read_intervention(out)
    assert kept.about.data["insisted_on"] == "relu" and str(kept.about.data["doubt"]).startswith("it says relu")
    assert kept.digest == read_intervention(plain).digest
    told = api.rank_value_features("reference", tmp_path / "sae", replace(settings, force=True, insist_on="relu"))
    assert f"read as relu because you insist, although {told.document['doubt']}" in str(told)
    joined = joined_intervention([kept, kept])
    assert joined.about.data["feature-3, insisted_on"] == "relu"
    assert joined.about.data["feature-3, doubt"] == kept.about.data["doubt"]


def test_the_verb_trains_ranks_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valuespectrum.operations.steering.features._TRAINING_ASKS", 40)
    monkeypatch.setattr("valuespectrum.operations.steering.features._CHECKED_ASKS", 8)
    folder, out = tmp_path / "sae", tmp_path / "feature.safetensors"
    train = api.FeatureTraining(64, 12, 150)
    edit = api.FeatureEdit(3, coefficient=20.0)
    settings = api.FeatureSettings(layer=LAYER, train=train, least=0.2, phrase="", edit=edit, out=out, top=5)
    found = api.rank_value_features("reference", folder, settings)
    assert 0.2 < found.document["explained"] <= 1 and found.document["active"] <= 12
    assert 0 < len(found.rows()) <= 5 and found.document["written"]["operation"] == "added"
    assert json.loads((folder / "cfg.json").read_text())["metadata"]["hook_name"] == f"blocks.{LAYER}.hook_resid_post"
    plain = load_model("reference", ModelOptions("cpu", "float32", 8, "naive"))
    moved = load_model("reference", ModelOptions("cpu", "float32", 8, "naive", steer=(str(out),)))
    (ask,) = probing_asks(1)
    assert moved.id != plain.id
    answers = [next(iter(each.generate([ask]))).text for each in (plain, moved)]
    assert all(isinstance(text, str) for text in answers)
    with pytest.raises(InputError, match="is there already"):
        api.rank_value_features("reference", folder, settings)

    def never(*given: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr("valuespectrum.steering.features.training.train_autoencoder", never)
    ranked = replace(settings, edit=None, out=None)
    assert api.rank_value_features("reference", folder, ranked).rows() == found.rows(), "killed after the training"
    for other in (api.FeatureTraining(64, 12, 151), api.FeatureTraining(64, 11, 150)):
        with pytest.raises(InputError, match="is not empty"):
            api.rank_value_features("reference", folder, replace(ranked, train=other))
    with pytest.raises(AssertionError, match="trained again"):
        api.rank_value_features("reference", folder, replace(ranked, force=True))
    # Killed between its two files the same command goes on, and no other one does.
    (folder / "sae_weights.safetensors").unlink()
    with pytest.raises(AssertionError, match="trained again"):
        api.rank_value_features("reference", folder, ranked)
    with pytest.raises(InputError, match="is not empty"):
        api.rank_value_features("reference", folder, replace(ranked, train=api.FeatureTraining(64, 11, 150)))
    for wrong in (
        api.FeatureSettings(train=train),
        api.FeatureSettings(edit=edit),
        api.FeatureSettings(edit=api.FeatureEdit(3), out=tmp_path / "other"),
    ):
        with pytest.raises(InputError):
            api.rank_value_features("reference", folder, wrong)


SMALL = api.FeatureTraining(64, 12, 150)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"edit": api.FeatureEdit(2 * WIDTH, clamp=1.0)}, "has 384 features, none is 384"),
        ({"edit": api.FeatureEdit(64, clamp=1.0), "train": SMALL}, "has 64 features, none is 64"),
        ({"train": api.FeatureTraining(8, 8)}, "of 8 features cannot keep 8"),
        ({"train": SMALL, "activation": "relu"}, "is of kind topk"),
        ({"train": SMALL, "top_k": 5}, "with --train-kept"),
        ({"value": "order"}, "no value 'order'"),
        ({"value": "power", "question": "What are your values?"}, "--question means nothing beside --value"),
        ({"layer": LAYER + 1}, "layer is 2, not 3"),
    ],
)
def test_what_cannot_be_is_told_before_a_model_is_loaded(
    said: dict[str, Any], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("agents.models.registry.load_model", never)
    folder = tmp_path / ("new" if "train" in said else "sae")
    if "train" not in said:
        write_sae_lens(orthonormal(), folder, "reference", LAYER)
    given: dict[str, Any] = {"layer": LAYER, **said}
    if "edit" in said:
        given["out"] = tmp_path / "feature.safetensors"
    with pytest.raises(InputError) as refused:
        api.rank_value_features("reference", folder, api.FeatureSettings(**given))
    assert told in f"{refused.value.message} {refused.value.hint}"
    assert not (tmp_path / "feature.safetensors").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--coefficient", "100"], "--coefficient means nothing without --feature"),
        (["--clamp", "2"], "--clamp means nothing without --feature"),
        (["--keep-rest"], "--keep-rest means nothing without --feature"),
        (["--feature", "0", "--coefficient", "2", "--keep-rest", "--out", "OUT"], "nothing without --clamp"),
        (["--train-kept", "8"], "--train-kept means nothing without --train"),
    ],
)
def test_what_is_said_of_nothing_is_refused(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "feature.safetensors")
    typed = [out if word == "OUT" else word for word in words]
    assert run(["steer", "features", str(tmp_path / "sae"), *typed]) == 2
    assert told in capsys.readouterr().err and not list(tmp_path.iterdir())
