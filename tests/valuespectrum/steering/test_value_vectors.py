"""Probes find planted directions, the shift is the least there is, and the published numbers are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from agents_fixtures import make_picture, tiny_model_folder
from tiny_models import FolderMaker, PictureMaker

from agents.models.base import Ask, ModelOptions, Stimulus
from agents.models.local.transformers import TransformersModel
from agents.models.steering.collecting import WantedActivations, collect
from agents.models.steering.edits import ConditionalAdd
from agents.models.steering.hooks import steered, watched
from agents.models.steering.intervention import steered_id
from valuespectrum.steering.pairs.base import ContrastPair, PairSet
from valuespectrum.steering.vectors.fitting import ValueVectors, VectorFitOptions, fit_vectors
from valuespectrum.steering.vectors.layers import LayerRule, read_layers
from valuespectrum.steering.vectors.method import VectorOptions
from valuespectrum.steering.vectors.placing import PairContext, Placing
from valuespectrum.steering.vectors.probes import ProbeOptions, ValueProbe, fit_probe, least_shift
from valuespectrum.steering.vectors.published import published
from valuespectrum.steering.vectors.ways import SteeringPlan, edits_of, intervention_of, shift_norm
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

__all__ = ["make_picture", "tiny_model_folder"]
FAMILY = "qwen3_vl"
TELLING = ("7", "8")
"""Tokens whose embeddings differ along the planted direction, at the end of positive and of negative texts."""


@pytest.fixture(scope="module")
def planted(tiny_model_folder: FolderMaker) -> tuple[TransformersModel, Any]:
    """A tiny VLM whose blocks add little, with a direction planted in two tokens; its prompts end with the text."""
    folder = tiny_model_folder(FAMILY)
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True).eval()
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    processor.chat_template = (
        "{% for message in messages %}{% for part in message['content'] %}{% if part['type'] == 'image' %}"
        "<|vision_start|><|image_pad|><|vision_end|>{% else %} {{ part['text'] }}{% endif %}{% endfor %}{% endfor %}"
    )
    words = model.get_input_embeddings().weight
    direction = stream(0, "planted direction").standard_normal(words.shape[1]).astype(np.float32)
    direction /= np.linalg.norm(direction)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "layers" in name and parameter.ndim == 2:
                parameter.mul_(0.2)
        tokens = [processor.tokenizer.encode(each, add_special_tokens=False) for each in TELLING]
        middle = words[tokens[0][0]].clone()
        for sign, (token,) in zip((2.0, -2.0), tokens, strict=True):
            words[token] = middle + sign * torch.from_numpy(direction)
    return TransformersModel(model, processor, "hf:tiny@1", ModelOptions("cpu", "float32", 8, "naive")), direction


def planted_pairs(count: int = 60) -> PairSet:
    """One text with the token at its end, and the same text with the other."""
    words = ("house", "sea", "night", "order", "video", "watch", "like", "skip", "word", "person")
    rng = stream(0, "planted pairs")
    texts = [" ".join(words[place] for place in rng.permutation(10)[: 3 + turn % 5]) for turn in range(count)]
    told = (ContrastPair(*(f"{text} {token}" for token in TELLING)) for text in texts)
    return PairSet("security", tuple(told), "file")


@pytest.fixture(scope="module")
def vectors(planted: tuple[TransformersModel, Any], make_picture: PictureMaker) -> ValueVectors:
    """Fitted with the same two frames before both texts of a pair."""
    clips = tuple(PairContext("", (make_picture(seed), make_picture(seed + 1))) for seed in range(4))
    options = VectorFitOptions(Placing("said", clips))
    return fit_vectors(planted[0], {"security": planted_pairs()}, options)["security"]


def cosine(one: Any, other: Any) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_a_planted_direction_is_recovered_from_video_controlled_pairs(
    planted: tuple[TransformersModel, Any], vectors: ValueVectors
) -> None:
    _, direction = planted
    assert [probe.accuracy for probe in vectors.probes] == [1.0] * vectors.blocks
    assert cosine(vectors.probe(0).weights, direction) > 0.99
    assert cosine(vectors.means[0], direction) > 0.99
    assert vectors.probe(0).gap == pytest.approx(4.0, rel=0.1)


def test_the_shift_is_the_least_that_reaches_the_target(
    planted: tuple[TransformersModel, Any], vectors: ValueVectors, make_picture: PictureMaker
) -> None:
    """Sequential blocks: each finds its shift with the earlier ones already steered (ConVA's closed form)."""
    import torch

    model, target = planted[0], 0.95
    for end, away in ((TELLING[1], False), (TELLING[0], True)):
        plan = SteeringPlan((0, 1, 2), "least", target=target, away=away)
        edits = edits_of(vectors, plan)
        ask = Ask(Stimulus((make_picture(1), make_picture(2))), f"house sea night {end}")
        wanted = 1 - target if away else target
        before: dict[int, Any] = {}
        after: dict[int, Any] = {}
        done: list[ConditionalAdd] = []
        for edit in edits:
            assert isinstance(edit, ConditionalAdd)
            for found, some in ((before, done), (after, [*done, edit])):
                with torch.inference_mode(), steered(model, some), watched(model, [edit.layer], "block", _kept(found)):
                    model.torch_model(**model.prompt_inputs(ask))
            done.append(edit)
            probe = vectors.probe(edit.layer)
            start, end_ = before[edit.layer][-1], after[edit.layer][-1]
            shift = float(least_shift(start, probe, wanted, away))
            moved = end_.astype(np.float64) - start
            assert np.allclose(moved, shift * probe.direction, atol=1e-4)
            if abs(shift) > 1e-6:
                assert float(probe.probability(end_)) == pytest.approx(wanted, abs=1e-5)
                assert np.linalg.norm(moved) == pytest.approx(_to_plane(start, probe, wanted), rel=1e-4)
            else:
                assert (float(probe.probability(start)) >= wanted) != away
        assert abs(float(least_shift(before[0][-1], vectors.probe(0), wanted, away))) > 1


def _kept(found: dict[int, Any]) -> Any:
    def see(layer: int, values: Any, current: Any) -> None:
        found[layer] = values[0].numpy().copy()

    return see


def _to_plane(start: Any, probe: ValueProbe, wanted: float) -> float:
    weights = probe.weights.astype(np.float64)
    return float(abs(log(wanted / (1 - wanted)) - probe.bias - start @ weights) / np.linalg.norm(weights))


def test_no_smaller_shift_along_any_direction_reaches_the_target() -> None:
    rng = stream(0, "least shifts")
    for turn in range(50):
        probe = ValueProbe(0, rng.standard_normal(24).astype(np.float32), float(rng.normal()), 1.0, 2, 1.0)
        start = rng.standard_normal((1, 24))
        shift = float(least_shift(start, probe, 0.9)[0])
        if shift == 0:
            assert probe.probability(start)[0] >= 0.9
            continue
        assert probe.probability(start + shift * probe.direction)[0] == pytest.approx(0.9, abs=1e-5)
        others = rng.standard_normal((300, 24))
        others *= 0.999 * shift / np.linalg.norm(others, axis=1, keepdims=True)
        assert probe.probability(start + others).max() < 0.9, turn


def made_pairs(width: int, count: int, seed: str, gap: float = 3.0) -> tuple[Any, Any, Any]:
    rng = stream(0, seed)
    direction = rng.standard_normal(width)
    direction /= np.linalg.norm(direction)
    shared = rng.standard_normal((count, width))
    noise = 0.1 * rng.standard_normal((2, count, width))
    return shared + gap / 2 * direction + noise[0], shared - gap / 2 * direction + noise[1], direction


@pytest.mark.parametrize("width", [40, 900])
def test_the_quick_way_to_the_optimum_is_the_published_one(width: int) -> None:
    """Width above the number of texts goes through their span; both must find what saga finds in the open."""
    positive, negative, direction = made_pairs(width, 60, f"solvers {width}")
    quick = fit_probe(0, positive, negative)
    from sklearn.linear_model import LogisticRegression

    held = fit_probe(0, positive, negative, options=ProbeOptions(solver="saga"))
    assert cosine(quick.weights, held.weights) > 0.999
    kept = _kept_rows(60)
    outputs = np.concatenate([positive[kept], negative[kept]])
    plain = LogisticRegression(max_iter=10_000, tol=1e-8).fit(outputs, np.repeat([1, 0], len(kept)))
    assert cosine(quick.weights, plain.coef_[0]) > 0.99999
    assert quick.bias == pytest.approx(float(plain.intercept_[0]), abs=1e-3)
    assert cosine(quick.weights, direction) > 0.8


def test_saga_takes_any_seed_that_can_be_named() -> None:
    positive, negative, direction = made_pairs(8, 40, "seeds")
    found = fit_probe(0, positive, negative, options=ProbeOptions(seed=2**32 + 1, solver="saga"))
    assert cosine(found.weights, direction) > 0.8


def _kept_rows(count: int) -> Any:
    from valuespectrum.steering.vectors.probes import _held_out

    return np.flatnonzero(~_held_out(count, (), ProbeOptions()))


def test_situations_are_held_out_whole_so_that_memory_is_no_accuracy() -> None:
    """Texts of one situation are copies of each other: a probe that has seen one knows the others."""
    rng = stream(0, "situations")
    base = rng.standard_normal((10, 400))
    positive = np.repeat(base, 9, axis=0) + 0.01 * rng.standard_normal((90, 400))
    sides = np.repeat(rng.standard_normal((10, 400)), 9, axis=0)
    negative = np.repeat(base, 9, axis=0) + sides + 0.01 * rng.standard_normal((90, 400))
    groups = [str(turn // 9) for turn in range(90)]
    assert fit_probe(0, positive, negative).accuracy > 0.95
    assert fit_probe(0, positive, negative, groups).accuracy < 0.85


def test_a_pair_in_several_contexts_is_held_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs that tell each text from all others, and nothing of its side: only a memory of texts gets them right."""

    def seen(model: object, asks: Sequence[Ask], *further: object) -> Any:
        rows = [
            stream(0, ask.system).standard_normal(400)
            + 0.01 * stream(1, ask.system + ask.question).standard_normal(400)
            for ask in asks
        ]
        return SimpleNamespace(single=np.stack(rows)[:, None].astype(np.float32))

    monkeypatch.setattr("valuespectrum.steering.vectors.placing._watched", seen)
    told = tuple(ContrastPair(f"I lead in case {turn}.", f"I obey in case {turn}.") for turn in range(25))
    asked = tuple(PairContext(f"Is that like you in case {turn}?") for turn in range(5))
    model: Any = SimpleNamespace(id="hf:tiny@1", decoder_layers=lambda: [None])
    options = VectorFitOptions(Placing("persona", asked))
    (probe,) = fit_vectors(model, {"power": PairSet("power", told, "file")}, options)["power"].probes
    assert probe.n_held_out == 2 * 8 * 4, "eight of 25 pairs, each in four contexts"
    assert probe.accuracy < 0.9


def test_pairs_that_nothing_tells_apart_are_named() -> None:
    rng = stream(0, "nothing to tell")
    probes = [fit_probe(layer, rng.standard_normal((50, 8)), rng.standard_normal((50, 8))) for layer in range(3)]
    with pytest.raises(InputError, match=r"power: no block tells its pairs apart, more than 0.9 .* pairs on the wrong"):
        LayerRule(drop_last=0).choose("power", probes, 3)
    assert max(len(probe.mistaken) for probe in probes) > 10
    same = np.ones((50, 8))
    with pytest.raises(InputError, match="block 1 gives the same for all texts"):
        fit_probe(1, same, same)
    with pytest.raises(InputError, match="too few to hold some out"):
        fit_probe(1, rng.standard_normal((30, 8)), rng.standard_normal((30, 8)), ["one"] * 30)


def probe_of(layer: int, accuracy: float) -> ValueProbe:
    return ValueProbe(layer, np.ones(4, np.float32), 0.0, accuracy, 10, 1.0)


def test_blocks_are_chosen_by_the_published_rule_or_by_name() -> None:
    probes = [probe_of(layer, 0.85 + 0.01 * layer) for layer in range(16)]
    assert LayerRule().choose("power", probes, 16) == (6, 7, 8, 9, 10)
    with pytest.raises(InputError, match="only the last 5 of 6 blocks") as refused:
        LayerRule().choose("power", [probe_of(layer, 0.5 + 0.1 * layer) for layer in range(6)], 6)
    hinted = refused.value.hint.partition("--option ")[2].partition("=")
    assert getattr(VectorOptions.read({hinted[0]: hinted[2]}), hinted[0]) == "2-4", "steer fit has no option --layers"
    assert read_layers("2-4,1", 6) == (1, 2, 3, 4)
    for text, told in (("4-2", "no blocks 4-2"), ("6", "no blocks 6"), ("all", "cannot be read"), ("", "cannot be")):
        with pytest.raises(InputError, match=told):
            read_layers(text, 6)
    with pytest.raises(InputError, match="Llama-3-8B-Instruct has 32 blocks, this model has 6"):
        read_layers("Llama-3-8B-Instruct", 6)


def test_the_published_numbers_are_there() -> None:
    """Tables 2.2 and 2.3 of what is known of the code, typed a second time."""
    ranges = {"Llama-2-7B-chat": (32, 10, 25), "Llama-3-8B-Instruct": (32, 10, 25)}
    ranges |= {"Qwen2.5-7B-Instruct": (28, 8, 23), "Qwen2.5-14B-Instruct": (48, 15, 36)}
    assert {name: (each.blocks, each.first, each.last) for name, each in published().layers.items()} == ranges
    order = ["achievement", "stimulation", "hedonism", "self_direction", "power"]
    order += ["security", "tradition", "conformity", "benevolence", "universalism"]
    assert set(order) == set(VALUES)
    assert [published().gates[value]["g0"] for value in order] == [
        0.6, 0.02, 0.007, 0.5, 0.06, 0.2, 0.08, 0.013, 0.2, 0.39
    ]  # fmt: skip
    assert [value for value in VALUES if "below" in published().gates[value]] == ["universalism"]
    plain = [published().targets[value]["plain"] for value in order]
    opposed = [published().targets[value]["opposed"] for value in order]
    assert plain == [0.97, 0.93, 0.88, 0.95, 0.90, 0.975, 0.92, 0.88, 0.91, 0.92]
    assert opposed == [0.93, 0.91, 0.83, 0.91, 0.90, 0.90, 0.92, 0.70, 0.85, 0.95]
    assert (published().accuracy, published().drop_last, published().longest) == (0.9, 5, 256)


def test_rivals_are_moved_as_far(vectors: ValueVectors) -> None:
    norms = {}
    for way in ("fixed", "means", "random"):
        edits: Any = edits_of(vectors, SteeringPlan((1, 0), way, strength=0.5))
        assert [edit.layer for edit in edits] == [0, 1] and {edit.strength for edit in edits} == {0.5}
        norms[way] = [float(np.linalg.norm(edit.vector)) for edit in edits]
    assert norms["fixed"] == pytest.approx(norms["means"], rel=1e-5)
    assert norms["fixed"] == pytest.approx(norms["random"], rel=1e-5)
    assert norms["fixed"][0] == pytest.approx(shift_norm(vectors, SteeringPlan((1, 0)), 0), rel=1e-5)
    there: Any = edits_of(vectors, SteeringPlan((0,), "fixed"))
    back: Any = edits_of(vectors, SteeringPlan((0,), "fixed", away=True))
    assert np.array_equal(there[0].vector, -back[0].vector)
    one, other = (intervention_of(vectors, SteeringPlan((0, 1), way)) for way in ("fixed", "least"))
    assert one.about.target == {"value": "security", "direction": "towards"}
    assert steered_id("hf:tiny@1", [one]) != steered_id("hf:tiny@1", [other])
    wrong: Mapping[str, Any] = {"way": "strong"}
    with pytest.raises(InputError, match="no way 'strong'"):
        SteeringPlan((0,), **wrong)
    with pytest.raises(InputError, match="no probe was fitted for block 9"):
        intervention_of(vectors, SteeringPlan((9,)))


def test_prompts_without_pictures_are_read_together_as_one_by_one(planted: tuple[TransformersModel, Any]) -> None:
    asks = [Ask(Stimulus(), "house sea night " * turn + TELLING[turn % 2]) for turn in (5, 1, 3, 2)]
    wanted = WantedActivations((0, 2))
    together = collect(planted[0], asks, wanted).single
    apart = np.concatenate([collect(planted[0], [ask], wanted).single for ask in asks])
    assert np.allclose(together, apart, atol=1e-5)


def test_texts_alone_are_read_as_published(planted: tuple[TransformersModel, Any]) -> None:
    model, direction = planted
    options = VectorFitOptions(layers=(0,))
    found = fit_vectors(model, {"security": planted_pairs(30), "power": planted_pairs(40)}, options)
    assert cosine(found["power"].probe(0).weights, direction) > 0.99
    assert found["security"].accuracies == {0: 1.0}
    with pytest.raises(InputError, match="no block 7"):
        fit_vectors(model, {"security": planted_pairs(30)}, VectorFitOptions(layers=(7,)))
    with pytest.raises(InputError, match="security: 5 pairs"):
        fit_vectors(model, {"security": planted_pairs(5)}, options)
    for wrong in ({"how": "sung"}, {"how": "raw", "contexts": (PairContext("?"),)}, {"how": "persona"}):
        with pytest.raises(InputError):
            Placing(**wrong)
