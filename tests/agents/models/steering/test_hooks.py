"""Edits do what they say, at the tokens they say, in every family, and are gone afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from asks import LIKE, NO, YES
from more_models import MORE_BUILDERS
from tiny_models import BUILDERS, FolderMaker, PictureMaker

from agents.models.base import Ask, ModelOptions, Stimulus
from agents.models.local.transformers import TransformersModel
from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.collecting import WantedActivations, collect, collect_texts
from agents.models.steering.edits import Add, Clamp, ConditionalAdd, Edit, EditMlp, finest_numbers
from agents.models.steering.hooks import PlainModel, Steering, decoder_layers, mlp_width, steered, watched
from agents.models.steering.positions import ALL, LAST, TEXT, phrase_tokens, picture_tokens, span
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.random_streams import stream

FAMILIES = sorted(BUILDERS | MORE_BUILDERS)
TEXT_MODELS = ("llama", "qwen2", "qwen3", "gemma2", "mistral", "phi3", "olmo2", "granite")
Asked = Callable[[str], TransformersModel]
WIDTH = 64


@pytest.fixture(scope="module")
def asked(tiny_model_folder: FolderMaker) -> Asked:
    """A tiny model of a family, asked plainly."""

    @cache
    def read(family: str) -> TransformersModel:
        folder = tiny_model_folder(family)
        from transformers import AutoModelForImageTextToText, AutoProcessor

        model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True).eval()
        processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
        return TransformersModel(model, processor, family, ModelOptions("cpu", "float32", 8, "naive"))

    return read


@pytest.fixture(scope="module")
def ask(make_picture: PictureMaker) -> Ask:
    """Two frames and words."""
    frames = make_picture(1), make_picture(2)
    return Ask(Stimulus(frames), f"Say what your values are. {LIKE}", (YES, NO), "You are old.", max_tokens=4)


def drawn(name: str, size: int = WIDTH) -> Any:
    return stream(0, name).standard_normal(size).astype(np.float32)


def coder(activation: Any = "relu", features: int = 96) -> Autoencoder:
    matrices = drawn("encoder", WIDTH * features).reshape(WIDTH, features) / 8, drawn("bias", features) / 8
    back = drawn("decoder", WIDTH * features).reshape(features, WIDTH) / 8, drawn("offset") / 8
    options: dict[str, Any] = {"most": 5} if activation == "topk" else {}
    options |= {"thresholds": np.full(features, 0.2, np.float32)} if activation == "jumprelu" else {}
    return Autoencoder(*matrices, *back, activation, centred=True, **options)


def one_of_each(layer: int = 0, **where: Any) -> list[Edit]:
    return [
        Add(layer, drawn("direction"), **where),
        ConditionalAdd(layer, drawn("probe"), -40.0, 0.9, **where),
        Clamp(layer, coder(), 3, 2.0, **where),
        Clamp(layer, coder("topk"), 3, 2.0, replace=True, **where),
        EditMlp(layer, np.array([1, 5, 9]), 2.0, np.ones(3, np.float32), **where),
        EditMlp(layer, np.array([1, 5, 9]), ceiling=0.0, **where),
    ]


def states(model: TransformersModel, ask: Ask, *edits: Edit) -> tuple[Any, list[Any]]:
    """Logits and outputs of all blocks for one prompt."""
    import torch

    seen: dict[int, Any] = {}
    layers = range(len(model.decoder_layers()))

    def see(layer: int, values: Any, current: Any) -> None:
        seen[layer] = values.clone()

    with torch.inference_mode(), steered(model, edits), watched(model, layers, "block", see):
        logits = model.torch_model(**model.prompt_inputs(ask)).logits
    return logits, [seen[layer][0] for layer in layers]


@pytest.mark.parametrize("family", FAMILIES)
def test_edits_change_the_tokens_they_are_about_and_no_others(family: str, asked: Asked, ask: Ask) -> None:
    model = asked(family)
    ids = model.prompt_inputs(ask)["input_ids"][0].tolist()
    pictures = picture_tokens(model.torch_model)
    phrase = phrase_tokens(ids, "your values", model.tokenizer)
    assert 2 <= len(phrase) < 20 and "your values" in model.tokenizer.decode([ids[index] for index in phrase])
    wanted = {
        ALL: set(range(len(ids))),
        LAST: {len(ids) - 1},
        TEXT: {index for index, token in enumerate(ids) if token not in pictures},
        span("your values"): set(phrase),
    }
    assert len(wanted[TEXT]) < len(ids)
    plain_logits, plain = states(model, ask)
    for positions, expected in wanted.items():
        logits, found = states(model, ask, Add(0, drawn("direction"), positions))
        moved = {index for index in range(len(ids)) if not bool((found[0][index] == plain[0][index]).all())}
        assert moved == expected, positions
        assert not bool((logits == plain_logits).all())
        difference = (found[0] - plain[0])[sorted(expected)].numpy()
        assert np.allclose(difference, drawn("direction"), atol=1e-5)
    types = model.prompt_inputs(ask).get("mm_token_type_ids")
    if types is not None:
        assert {index for index, kind in enumerate(types[0].tolist()) if kind == 0} == wanted[TEXT]


@pytest.mark.parametrize("family", ["gemma3", "lfm2_vl", "qwen2_vl"])
def test_what_is_off_is_bitwise_nothing(family: str, asked: Asked, ask: Ask) -> None:
    import torch

    model = asked(family)
    plain, _ = states(model, ask)
    edits = [edit for edit in one_of_each() if edit.place == "block" or mlp_width(model.decoder_layers()[0])]
    for edit in edits:
        changed, _ = states(model, ask, edit)
        assert not torch.equal(changed, plain), edit
        assert torch.equal(states(model, ask, edit.scaled(0.0))[0], plain), edit
    assert torch.equal(states(model, ask, ConditionalAdd(0, drawn("probe"), 1e4, 0.9))[0], plain)
    assert torch.equal(states(model, ask, Add(0, drawn("direction"), phase="decode"))[0], plain)
    assert torch.equal(states(model, ask)[0], plain)


def test_hooks_are_gone_whatever_happens(asked: Asked, ask: Ask) -> None:
    import torch

    model = asked("qwen2_vl")
    plain, _ = states(model, ask)

    def hooks() -> int:
        modules = model.torch_model.modules()  # type: ignore[attr-defined]
        return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in modules)

    before = hooks()
    with pytest.raises(KeyboardInterrupt), steered(model, one_of_each()):
        assert hooks() > before
        raise KeyboardInterrupt
    assert hooks() == before

    class Broken(Add):
        def change(self, device: Any) -> Any:
            raise RuntimeError("on the way in")

    broken: Any = Broken(0, drawn("x"))
    with pytest.raises(RuntimeError, match="on the way in"), steered(model, [*one_of_each(), broken]):
        pass
    assert hooks() == before
    with pytest.raises(ModelError, match="'no such words' is not in the prompt"):
        states(model, ask, Add(0, drawn("direction"), span("no such words")))
    assert hooks() == before
    assert torch.equal(states(model, ask)[0], plain)


@pytest.mark.parametrize(("family", "away"), [("qwen2_vl", False), ("gemma3", True), ("lfm2_vl", False)])
def test_a_conditional_shift_is_the_least_that_reaches_the_probability(
    family: str, away: bool, asked: Asked, ask: Ask
) -> None:
    model = asked(family)
    layers = range(len(model.decoder_layers()))
    target, sign = (0.05, -1) if away else (0.95, 1)
    edits = [ConditionalAdd(layer, drawn(f"probe {layer}"), -0.3 * sign, target, away) for layer in layers]
    before = plain = states(model, ask)[1]
    shifted = 0
    for count, edit in enumerate(edits, 1):
        found = states(model, ask, *edits[:count])[1]
        weights = edit.weights.astype(np.float64)

        def sure(values: Any, edit: ConditionalAdd = edit) -> float:
            logit = values[-1].double().numpy() @ edit.weights.astype(np.float64) + edit.bias
            return float(1 / (1 + np.exp(-logit)))

        # what this block gives with the earlier ones steered, and itself not
        unsteered = sure(before[edit.layer])
        step = (found[edit.layer] - before[edit.layer]).double().numpy()
        if sign * (unsteered - target) >= 0:
            assert not step.any()
        else:
            shifted += 1
            assert abs(sure(found[edit.layer]) - target) < 1e-5
            distance = abs(
                np.log(target / (1 - target)) - before[edit.layer][-1].double().numpy() @ weights - edit.bias
            )
            assert np.linalg.norm(step, axis=1) == pytest.approx(distance / np.linalg.norm(weights), abs=1e-4)
        before = found
    assert shifted and plain is not before


def test_what_is_said_is_told_from_the_prompt(asked: Asked, ask: Ask) -> None:
    model = asked("qwen3_vl")
    calls: list[tuple[int, int, bool]] = []

    def see(layer: int, values: Any, current: Any) -> None:
        calls.append((values.shape[1], int(current.said[0, -1]), bool(current.last.any())))

    import torch

    inputs = model.prompt_inputs(ask)
    length = inputs["input_ids"].shape[1]
    said = {}
    for phase in ("both", "prefill", "decode", "answering"):
        edit = Add(1, 30 * drawn("direction"), phase=phase)
        with torch.inference_mode(), steered(model, [edit]), watched(model, [1], "block", see):
            said[phase] = model.torch_model.generate(**inputs, max_new_tokens=4, min_new_tokens=4, do_sample=False)
    assert calls[:4] == [(length, 0, True), (1, 1, False), (1, 2, False), (1, 3, False)]
    with torch.inference_mode():
        plain = model.torch_model.generate(**inputs, max_new_tokens=4, min_new_tokens=4, do_sample=False)
    assert said["decode"][0, length] == plain[0, length]  # the first one is read before anything is said
    assert not torch.equal(said["decode"], plain) and not torch.equal(said["both"], said["prefill"])


def text_model(kind: str, asked: Asked) -> PlainModel:
    """A tiny model of words alone."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {"hidden_size": WIDTH, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4}
    special = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    config = AutoConfig.for_model(kind, vocab_size=500, num_key_value_heads=2, head_dim=16, **sizes, **special)
    torch.manual_seed(3)
    return PlainModel(AutoModelForCausalLM.from_config(config).eval(), asked("qwen2_vl").tokenizer)


@pytest.mark.parametrize("truths", [False, True])
@pytest.mark.parametrize("side", ["left", "right"])
def test_rows_of_a_padded_batch_are_steered_as_each_is_alone(side: str, truths: bool, asked: Asked) -> None:
    import torch

    model, rows = text_model("llama", asked), ([5, 6, 7, 8, 9], [11, 12])
    gaps = [max(map(len, rows)) - len(row) for row in rows]
    before = [gap if side == "left" else 0 for gap in gaps]
    padded, told = (
        [[0] * start + part + [0] * (gap - start) for start, gap, part in zip(before, gaps, parts, strict=True)]
        for parts in (rows, [[1] * len(row) for row in rows])
    )
    mask = torch.tensor(told)
    places = (mask.cumsum(1) - 1).clamp(min=0)
    for edit in (*one_of_each(1), *one_of_each(1, positions=LAST)):
        with torch.inference_mode(), steered(model, [edit]):
            together = model.torch_model(
                input_ids=torch.tensor(padded), attention_mask=mask.bool() if truths else mask, position_ids=places
            ).logits
            for number, (row, start) in enumerate(zip(rows, before, strict=True)):
                alone = model.torch_model(input_ids=torch.tensor([row])).logits[0]
                assert torch.allclose(together[number, start : start + len(row)], alone, atol=1e-4), edit


@pytest.mark.parametrize("kind", TEXT_MODELS)
def test_text_models_without_pictures_are_steered_too(kind: str, asked: Asked) -> None:
    import torch

    model = text_model(kind, asked)
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.inference_mode():
        plain = model.torch_model(input_ids=ids).logits
        for edit in one_of_each(1):
            if edit.place == "mlp" and not mlp_width(decoder_layers(model.torch_model)[1]):
                pytest.fail(f"{kind} has no neurons")
            with steered(model, [edit]):
                assert not torch.equal(model.torch_model(input_ids=ids).logits, plain)
            with steered(model, [edit.scaled(0)]):
                assert torch.equal(model.torch_model(input_ids=ids).logits, plain)
    assert torch.equal(model.torch_model(input_ids=ids).logits, plain)


@pytest.mark.parametrize("family", ["qwen2_vl", "gemma3", "qwen3_5"])
def test_collected_activations_are_those_of_the_model(family: str, asked: Asked, ask: Ask) -> None:
    import torch

    model = asked(family)
    texts = ["Yes.", "You are a person who cares about order.", "No house by the sea.", "Watch the sea at night."]
    layers = tuple(range(len(model.decoder_layers())))
    found = collect_texts(model, texts, WantedActivations(layers)).single
    assert found.shape == (4, len(layers), WIDTH)
    for text, values in zip(texts, found, strict=True):
        ids = torch.tensor([model.tokenizer.encode(text, add_special_tokens=True)])
        with torch.inference_mode():
            output: Any = model.torch_model(input_ids=ids, output_hidden_states=True)
        hidden = [state[0, -1].numpy() for state in output.hidden_states]
        assert np.allclose(values[:-1], hidden[1:-1], atol=1e-4)  # the last one comes after the final norm
    whole = collect(model, [ask], WantedActivations(layers, TEXT))
    _, blocks = states(model, ask)
    for place, layer in enumerate(layers):
        assert np.allclose(whole.values[0][place], blocks[layer][list(whole.tokens[0])].numpy(), atol=1e-6)
    assert collect(model, [ask], WantedActivations((1,), span("your values"), "mlp")).mean.shape == (1, 1, 128)
    with pytest.raises(InputError, match="several wanted tokens"):
        whole.single  # noqa: B018


@pytest.mark.parametrize("family", ["qwen2_vl", "smolvlm", "gemma3"])
def test_a_text_collected_in_a_batch_is_the_text_alone(family: str, asked: Asked) -> None:
    model = asked(family)
    texts = [f"{'the sea at night ' * count}yes" for count in (1, 4, 2, 9)]
    together = collect_texts(model, texts, WantedActivations((0, 1))).single
    alone = np.concatenate([collect_texts(model, [text], WantedActivations((0, 1))).single for text in texts])
    assert np.allclose(together, alone, atol=1e-5)


def test_what_does_not_fit_is_one_line(asked: Asked) -> None:
    model = asked("qwen2_vl")
    with pytest.raises(InputError, match="no block 7: the model has 2"):
        Steering(model.torch_model, [Add(7, drawn("direction"))])
    with pytest.raises(InputError, match="width 12, but the model's is 64"):
        Steering(model.torch_model, [Add(0, drawn("direction", 12))])
    with pytest.raises(InputError, match="has 128 neurons, none is 500"):
        Steering(model.torch_model, [EditMlp(0, np.array([500]))])
    with pytest.raises(InputError, match="no activation function"):
        Steering(asked("lfm2_vl").torch_model, [EditMlp(0, np.array([5]))])


@pytest.mark.parametrize("strength", [float("nan"), float("inf")])
def test_a_strength_that_is_no_number_is_refused(strength: float) -> None:
    made: list[Callable[[], Edit]] = [
        lambda: Add(0, drawn("direction"), strength=strength),
        lambda: Add(0, drawn("direction")).scaled(strength),
        lambda: ConditionalAdd(0, drawn("direction"), 0.0, 0.9, strength=strength),
        lambda: Clamp(0, coder(), 3, 1.0, strength=strength),
        lambda: EditMlp(0, np.array([5]), strength=strength),
    ]
    for make in made:
        with pytest.raises(InputError, match="cannot have a strength of"):
            make()


def test_drawn_neurons_are_the_same_whatever_goes_through_together(asked: Asked) -> None:
    import torch

    edit = EditMlp(0, np.arange(40), offset=np.ones(40, np.float32), keep=0.5, seed=4)
    change = edit.change(torch.device("cpu"))
    values = torch.zeros(2, 3, 64)
    said = torch.tensor([[0, 1, 2], [1, 3, 1]])
    from agents.models.steering.passes import Pass

    nothing = torch.zeros_like(said, dtype=torch.bool)
    changed = change(values, Pass(said, nothing, ~nothing))[..., :40]
    assert torch.equal(changed[0, 1], changed[1, 0]) and torch.equal(changed[0, 1], changed[1, 2])
    assert not torch.equal(changed[0, 1], changed[0, 2])
    assert 8 < int(changed[0, 1].sum()) < 32


def test_numbers_that_a_format_is_too_small_for_are_told(asked: Asked, ask: Ask) -> None:
    model = asked("qwen3_vl")

    def overflowing(module: Any, inputs: Any, output: Any) -> Any:
        return output * float("inf")

    layers: Any = model.decoder_layers()
    before, both = WantedActivations((0,)), WantedActivations((0, 1))
    hook = layers[1].register_forward_hook(overflowing)
    try:
        assert np.isfinite(collect(model, [ask], before).single).all()
        with pytest.raises(ModelError, match="block 1 gives numbers that are not finite"):
            collect(model, [ask], both)
        with pytest.raises(ModelError, match="block 1 gives numbers that are not finite"):
            collect_texts(model, ["house", "sea"], both)
    finally:
        hook.remove()


@pytest.mark.parametrize(("device", "bits"), [("cpu", 64), ("cuda", 64), ("mps", 32)])
def test_shifts_are_reckoned_as_finely_as_a_device_can(device: str, bits: int) -> None:
    """Apple's graphics processors refuse numbers of 64 bits."""
    import torch

    assert torch.finfo(finest_numbers(torch.device(device))).bits == bits
