"""However asks reach a model, it gives the same answers: over families, layouts, batch sizes and little memory."""

# What is shared and what is remembered can only be seen from within.
# mypy: disable-error-code="attr-defined, func-returns-value"

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
from asks import AGAIN, LESS, LIKE, NO, WATCH, YES, asks_with_turns, largest_gap, loaded, varied_asks
from more_models import MORE_BUILDERS
from PIL import Image
from tiny_models import BUILDERS, FolderMaker, PictureMaker

from agents.models.base import Ask, Choice, ModelOptions, Stimulus, Turn
from agents.models.engines.adapter import ModelAdapter, PackedBatch
from agents.models.engines.memory import in_pieces
from agents.models.engines.prompt_tree import Packing, pack
from agents.models.local.transformers import TransformersModel
from agents.models.templates.prompting import LAYOUTS, PromptWriter
from vectorstore.foundation.errors import ModelError

FORGETFUL = {
    "gemma3": "DynamicSlidingWindowLayer",
    "llava_mistral": "DynamicSlidingWindowLayer",
    "qwen3_5": "LinearAttentionLayer",
    "lfm2_vl": "LinearAttentionLayer",
}
"""Families with layers that do not attend to everything, by the kind of their cache."""
FAMILIES = sorted(BUILDERS | MORE_BUILDERS)
# These differ most in what a layout moves. Qwen3-VL attends to everything, at positions in three dimensions, and can
# run in a tree; Qwen3.5 keeps a recurrent state, which cannot be cut back to where two asks part; Gemma 3 looks back
# through windows and has no system role, so that its persona stands inside the first turn.
IN_BOTH_LAYOUTS = ("qwen3_vl", "qwen3_5", "gemma3")
# The others take turns, in the order of their names: relatives (two LLaVAs, two Qwen2s, Idefics 3 and SmolVLM) get one
# layout each.
IN_ONE_LAYOUT = [family for family in FAMILIES if family not in IN_BOTH_LAYOUTS]
FAMILIES_IN_LAYOUTS = [*product(IN_BOTH_LAYOUTS, LAYOUTS), *zip(IN_ONE_LAYOUT, cycle(LAYOUTS), strict=False)]
Variant = Callable[..., TransformersModel]


Parts = Callable[[str], tuple[Any, Any]]


@pytest.fixture(scope="module")
def parts(tiny_model_folder: FolderMaker) -> Parts:
    """Model and processor of a family, read once."""

    @cache
    def read(family: str) -> tuple[Any, Any]:
        folder = tiny_model_folder(family)
        from transformers import AutoModelForImageTextToText, AutoProcessor

        model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True).eval()
        return model, AutoProcessor.from_pretrained(folder, local_files_only=True)

    return read


@pytest.fixture(scope="module")
def variant(parts: Parts) -> Variant:
    """A tiny model asked in one of many ways."""

    def make(family: str, engine: str = "naive", batch_size: int = 32, **options: Any) -> TransformersModel:
        return TransformersModel(*parts(family), family, ModelOptions("cpu", "float32", batch_size, engine, **options))

    return make


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_engines_and_batch_sizes_agree(family: str, layout: str, variant: Variant, make_picture: PictureMaker) -> None:
    asks = varied_asks(make_picture)
    expected = list(variant(family, layout=layout).score(asks))
    assert all(0 < answer.mass < 1 and not answer.error for answer in expected)
    ways = [variant(family, "shared", size, layout=layout) for size in (1, 5)]
    if family not in FORGETFUL:
        ways += [variant(family, "tree", layout=layout) for _ in range(3)]
        ways[-2]._engine._attention_scale = 10.0  # long rows do not pay: several rows after one trunk
        ways[-1]._engine.budget.tokens = 150
    for way in ways:
        found = list(way.score(asks))
        assert largest_gap(expected, found) < 1e-4, way.explanation
        for plain, fast in zip(expected, found, strict=True):
            assert (plain.text, plain.parsed, plain.tokens) == (fast.text, fast.parsed, fast.tokens), way.explanation
    assert [answer.text for answer in ways[-1].generate(asks[:4])] == [
        answer.text for answer in variant(family, layout=layout).generate(asks[:4])
    ]


@pytest.mark.parametrize(("family", "layout"), FAMILIES_IN_LAYOUTS)
def test_engines_agree_after_earlier_turns(
    family: str, layout: str, variant: Variant, make_picture: PictureMaker
) -> None:
    asks = asks_with_turns(make_picture)
    expected = list(variant(family, layout=layout).score(asks))
    assert not any(answer.error for answer in expected)
    for engine in ("shared",) if family in FORGETFUL else ("shared", "tree"):
        found = list(variant(family, engine, layout=layout).score(asks))
        assert largest_gap(expected, found) < 1e-4, engine
        told = [
            [(each.text, each.parsed, each.tokens, each.error) for each in answers] for answers in (found, expected)
        ]
        assert told[0] == told[1], engine
    if family == "llava_mistral":
        return  # its windows do not look back as far
    heard = [replace(ask, turns=(replace(ask.turns[0], words="Be brief."), *ask.turns[1:])) for ask in asks[:4]]
    changed = list(variant(family, "shared", layout=layout).score(heard))
    assert all(largest_gap([one], [other]) > 1e-4 for one, other in zip(expected[:4], changed, strict=True))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_engine_is_chosen_by_what_the_layers_remember(family: str, variant: Variant) -> None:
    model = variant(family, "auto", layout="image-first")
    assert model.settings["engine"] == ("shared" if family in FORGETFUL else "tree")
    assert FORGETFUL.get(family, "engine: tree because") in model.explanation
    assert variant(family, "auto").settings["engine"] == "shared"
    if family in FORGETFUL:
        with pytest.raises(ModelError, match=FORGETFUL[family]):
            variant(family, "tree")


@pytest.mark.parametrize(("engine", "scale"), [("shared", 0.0), ("tree", 1e6), ("tree", 200.0)])
@pytest.mark.parametrize("family", ["qwen3_vl", "smolvlm"])
def test_what_is_shared_is_computed_once(
    family: str,
    engine: str,
    scale: float,
    variant: Variant,
    make_picture: PictureMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    personas = [f"You are person number {number} who cares about order, tradition and the sea." for number in range(5)]
    asks = [
        Ask(Stimulus((make_picture(1, 192, 192),)), f"{number}: {LIKE}", (YES, NO), persona, max_tokens=1)
        for persona in personas
        for number in range(6)
    ]
    expected = list(variant(family, layout="image-first").score(asks))
    model = variant(family, engine, layout="image-first")
    if scale:
        model._engine._attention_scale = scale
    forward, computed = model._adapter.model.forward, []
    monkeypatch.setattr(
        model._adapter.model, "forward", lambda **told: computed.append(told["input_ids"].numel()) or forward(**told)
    )
    assert largest_gap(expected, list(model.score(asks))) < 1e-4
    prompts = [model._engine._stimuli.prompts.prompt(ask).ids for ask in asks]
    (tree,) = pack(prompts, model._adapter.picture_token, Packing(10_000, 1e9))
    assert len(tree.tokens) <= sum(computed) < 1.35 * len(tree.tokens) < 0.5 * sum(map(len, prompts))


@pytest.mark.parametrize("shows", [False, True])
@pytest.mark.parametrize("engine", ["shared", "tree"])
def test_earlier_turns_are_computed_once(
    engine: str, shows: bool, variant: Variant, make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (Turn("user", "What is this?", (make_picture(1),) * shows), Turn("assistant", "A house by the sea. " * 8))
    longer = (*told, Turn("user", "Is it old? " * 8), Turn("assistant", "It is as old as the sea. " * 4))
    asks = [
        Ask(Stimulus(), f"{number}: {LIKE}", (YES, NO), "You care about order.", max_tokens=1, turns=turns)
        for number in range(6)
        for turns in (told, longer)
    ]
    expected = list(variant("qwen3_vl").score(asks))
    model = variant("qwen3_vl", engine)
    list(model.score([replace(asks[0], question="Ready?")]))  # the first one with turns tries the engine out
    if engine == "tree":
        model._engine._attention_scale = 1e6  # long rows pay
    forward, computed = model._adapter.model.forward, []
    monkeypatch.setattr(
        model._adapter.model, "forward", lambda **given: computed.append(given["input_ids"].numel()) or forward(**given)
    )
    assert largest_gap(expected, list(model.score(asks))) < 1e-4
    prompts = [model._engine._stimuli.prompts.prompt(ask).ids for ask in asks]
    (tree,) = pack(prompts, model._adapter.picture_token, Packing(10_000, 1e9))
    assert sum(computed) < 1.35 * len(tree.tokens) < 0.6 * sum(map(len, prompts))


def test_turns_before_different_pictures_are_computed_once(
    variant: Variant, make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = (Turn("user", "What do you like?"), Turn("assistant", "I like a house by the sea. " * 12))
    pictures = [make_picture(number) for number in range(8)]
    asks = [Ask(Stimulus((shown,)), LIKE, (YES, NO), max_tokens=1, turns=told) for shown in pictures]
    expected = list(variant("qwen2_5_vl").score(asks))
    model = variant("qwen2_5_vl", "shared")
    list(model.score([replace(asks[0], question="Ready?")]))
    forward, computed = model._adapter.model.forward, []
    monkeypatch.setattr(
        model._adapter.model, "forward", lambda **given: computed.append(given["input_ids"].numel()) or forward(**given)
    )
    assert largest_gap(expected, list(model.score(asks))) < 1e-4
    prompts = [model._engine._stimuli.prompts.prompt(ask).ids for ask in asks]
    opening = prompts[0].index(model._adapter.picture_token)
    assert sum(computed) == opening + sum(len(ids) - opening for ids in prompts) < 0.5 * sum(map(len, prompts))


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_a_neighbour_in_the_tree_changes_nothing(
    attention: str, tiny_model_folder: FolderMaker, make_picture: PictureMaker
) -> None:
    folder = tiny_model_folder("qwen3_vl")
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    model = AutoModelForImageTextToText.from_pretrained(folder, attn_implementation=attention).eval()
    tree = TransformersModel(model, processor, "it", ModelOptions("cpu", engine="tree", layout="image-first"))
    ask = Ask(Stimulus((make_picture(1),)), LIKE, (YES, NO), "You are old.", max_tokens=1)
    neighbours = [
        [replace(ask, question=WATCH), replace(ask, system="You care about order and tradition.")],
        [replace(ask, question="Yes yes yes? No."), replace(ask, system="You are a person of the sea.")],
    ]
    one, other = (list(tree.score([ask, *beside])) for beside in neighbours)
    assert largest_gap(one[:1], other[:1]) < 1e-5
    assert largest_gap(one[1:2], other[1:2]) > 1e-3


def test_a_tree_that_leaks_is_found_out(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    run_packed = ModelAdapter.run_packed

    def leaking(self: ModelAdapter, batch: PackedBatch, *rest: Any, **options: Any) -> Any:
        import torch

        everything_before = torch.ones_like(batch.visible).tril()
        return run_packed(self, replace(batch, visible=everything_before), *rest, **options)

    monkeypatch.setattr(ModelAdapter, "run_packed", leaking)
    model = variant("smolvlm", "auto", layout="image-first")
    assert model.settings["engine"] == "shared"
    assert "no tree: its log-probabilities differ from those of the plain engine (by" in model.explanation
    with pytest.raises(ModelError, match="differ from"):
        variant("smolvlm", "tree")


def test_pictures_that_change_places_are_found_out(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    feature_inputs = ModelAdapter.feature_inputs

    def crossed(self: ModelAdapter, features: Sequence[Any], pictures: Sequence[Any]) -> dict[str, object]:
        return feature_inputs(self, features[::-1], pictures[::-1])

    monkeypatch.setattr(ModelAdapter, "feature_inputs", crossed)
    model = variant("smolvlm", "auto")
    assert model.settings["engine"] == "naive"
    assert model.settings["engine_reason"] == "its log-probabilities differ from those of the plain engine"
    assert "(by " in model.explanation


def test_what_is_recorded_of_an_engine_that_fails_is_the_same_at_every_start(
    variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings are part of every key: with how much memory was free just then in them, all would be asked again."""
    free = iter(("2.31 GiB free", "1.97 GiB free"))

    def failing(self: ModelAdapter, *given: Any) -> Any:
        raise ValueError(f"it does not fit ({next(free)})")

    monkeypatch.setattr(ModelAdapter, "prefill", failing)
    first, second = (variant("smolvlm", "auto") for _ in range(2))
    assert first.settings == second.settings
    assert first.settings["engine_reason"] == "it fails on small pictures"
    assert "2.31 GiB" in first.explanation and "1.97 GiB" in second.explanation


def test_an_engine_that_forgets_turns_is_found_out_when_there_are_some(
    variant: Variant, make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = variant("smolvlm", "shared")
    plain, told = asks_with_turns(make_picture)[-1], asks_with_turns(make_picture)[:2]
    prompts = model._engine._stimuli.prompts
    prompt = prompts.prompt

    def forgetting(ask: Ask) -> Any:
        return prompt(replace(ask, turns=tuple(replace(turn, words="Hm.") for turn in ask.turns)))

    monkeypatch.setattr(prompts, "prompt", forgetting)
    assert not next(model.score([plain])).error
    with pytest.raises(ModelError, match="shared engine cannot run this model after earlier turns: its log") as seen:
        list(model.score(told))
    assert "--engine naive" in seen.value.hint
    monkeypatch.undo()
    assert not any(answer.error for answer in model.score(told))


@pytest.mark.parametrize("engine", ["naive", "shared"])
def test_turns_that_are_too_long_fail_their_ask_alone(
    engine: str, variant: Variant, make_picture: PictureMaker
) -> None:
    plain = Ask(Stimulus((make_picture(1),)), LIKE, (YES, NO), max_tokens=1)
    long = replace(plain, turns=(Turn("user", "order " * 600), Turn("assistant", "Yes.")))
    shown = replace(plain, turns=(Turn("user", frames=(make_picture(4, 224, 224),) * 30), Turn("assistant", "Yes.")))
    first, second, third, last = variant("qwen3_vl", engine).score([plain, long, shown, plain])
    assert first == last and not first.error
    assert "do not fit the model's context of 1024" in second.error and second.error.startswith("prompt of")
    assert "do not fit the model's context of 1024" in third.error and third.tokens > 30 * 49


@pytest.mark.parametrize("engine", ["shared", "tree"])
def test_little_memory_means_smaller_passes_and_the_same_answers(
    engine: str, variant: Variant, make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = [replace(ask, question=f"{ask.question} {n}") for ask in varied_asks(make_picture) for n in range(3)]
    expected = list(variant("qwen3_vl").score(asks))
    model = variant("qwen3_vl", engine, layout="persona-first")
    import torch

    forward = model._adapter.model.forward
    sizes = []

    def small_memory(*_: Any, **inputs: Any) -> Any:
        sizes.append(inputs["input_ids"].numel())
        if sizes[-1] > 230:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(**inputs)

    monkeypatch.setattr(model._adapter.model, "forward", small_memory)
    found = list(model.score(asks))
    assert max(sizes) > 230
    assert largest_gap(expected, found) < 1e-4
    assert [answer.text for answer in found] == [answer.text for answer in expected]
    before = len([size for size in sizes if size > 230])
    assert largest_gap(expected, list(model.score(asks))) < 1e-4
    assert len([size for size in sizes if size > 230]) - before < before

    monkeypatch.setattr(model._adapter.model, "forward", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(ModelError, match="Memory runs out on one ask"):
        list(model.score(asks))


@pytest.mark.parametrize(
    "words",
    [
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "MPS backend out of memory (MPS allocated: 8.00 GB)",
        "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes",
        "[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes.",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    ],
)
def test_memory_that_ran_out_is_known_by_its_words(words: str) -> None:
    ran: list[int] = []

    def run(piece: int) -> None:
        if piece > 1:
            raise RuntimeError(words)
        ran.append(piece)

    in_pieces([4, 1], run, lambda piece: iter([piece // 2] * 2 if piece > 1 else []))
    assert ran == [1, 1, 1, 1, 1]
    with pytest.raises(RuntimeError, match="device-side"):
        in_pieces([1], failing, lambda piece: iter([]))


def failing(piece: int) -> None:
    raise RuntimeError("CUDA error: device-side assert triggered")


@pytest.mark.parametrize("engine", ["naive", "shared", "tree"])
def test_options_that_begin_alike_are_read_to_their_end(
    engine: str, parts: Parts, variant: Variant, make_picture: PictureMaker
) -> None:
    model = variant("qwen3_vl", engine)
    import torch

    longer = Choice("more", ("watch again now",))
    ask = Ask(Stimulus((make_picture(1),)), LIKE, (AGAIN, LESS, longer), max_tokens=1)
    (answer,) = model.score([ask])
    reading = model._readout.choices(ask.choices)
    prompt = PromptWriter(parts("qwen3_vl")[1])
    tensors = prompt.tensors(prompt.render(ask), [Image.open(make_picture(1).path)])

    def probability(form: tuple[int, ...]) -> float:
        ids = torch.cat([tensors["input_ids"], torch.tensor([form])], dim=1)
        kinds = torch.cat([tensors["mm_token_type_ids"], torch.zeros(1, len(form), dtype=torch.long)], dim=1)
        shown = {name: tensors[name] for name in ("pixel_values", "image_grid_thw")}
        with torch.inference_mode():
            logits = model._adapter.model(input_ids=ids, mm_token_type_ids=kinds, **shown).logits[0]
        single = torch.log_softmax(logits[-len(form) - 1 : -1].double(), dim=-1)
        return float(single[range(len(form)), list(form)].sum().exp())

    whole = [sum(probability(form) for form in forms) for forms in reading.forms]
    assert math.exp(answer.log_probabilities["less"]) == pytest.approx(whole[1], rel=1e-4)
    assert math.exp(answer.log_probabilities["more"]) == pytest.approx(whole[2], rel=1e-4)
    assert math.exp(answer.log_probabilities["again"]) == pytest.approx(whole[0] - whole[2], rel=1e-4)


def test_draws_depend_on_seed_and_ask_alone(variant: Variant, make_picture: PictureMaker) -> None:
    asks = [ask for ask in varied_asks(make_picture) if len(ask.stimulus.frames) < 2][:5]
    told: dict[str, Any] = {"samples": 12, "temperature": 0.7}
    plain = list(variant("qwen3_vl", **told).score(asks))
    for engine in ("shared", "tree"):
        assert list(variant("qwen3_vl", engine, **told).score(asks)) == plain
        assert list(variant("qwen3_vl", engine, **told).score(asks[::-1])) == plain[::-1]
    other = variant("qwen3_vl", "shared", seed=1, **told)
    assert list(other.score(asks)) != plain
    assert other.settings["choices"] == "12 samples, Jeffreys' prior"
    assert "seed 1" in other.settings["decoding"]
    assert all(
        sum(answer.counts.values()) == 12 and not answer.log_probabilities for answer in plain if not answer.error
    )


def test_repeats_are_drawn_anew_and_change_nothing_else(variant: Variant, make_picture: PictureMaker) -> None:
    ask = Ask(Stimulus((make_picture(1),)), LIKE, (YES, NO), max_tokens=3)
    repeats = [replace(ask, draw=draw) for draw in (0, 1, 2)]
    told: dict[str, Any] = {"samples": 6, "temperature": 2.0}
    drawn = [answer.details["drawn"] for answer in variant("qwen3_vl", **told).score(repeats)]
    assert len(set(drawn)) == 3
    assert [each.details["drawn"] for each in variant("qwen3_vl", "tree", **told).score(repeats[::-1])] == drawn[::-1]
    for engine in ("naive", "shared", "tree"):
        first, *others = variant("qwen3_vl", engine).score(repeats)
        assert largest_gap([first, first], others) < 1e-6 and {first.text} == {each.text for each in others}


def test_bfloat16_is_recorded_and_close(tiny_model_folder: FolderMaker, make_picture: PictureMaker) -> None:
    asks = varied_asks(make_picture)
    exact = list(loaded(tiny_model_folder("qwen3_vl"), "naive").score(asks))
    rounded = loaded(tiny_model_folder("qwen3_vl"), "auto", dtype="bfloat16", layout="persona-first")
    assert rounded.settings["dtype"] == "bfloat16"
    assert largest_gap(exact, list(rounded.score(asks))) < 0.5


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_prompts_are_what_they_were(family: str, layout: str, parts: Parts, make_picture: PictureMaker) -> None:
    writer = PromptWriter(parts(family)[1], layout=layout)
    shown = Stimulus((make_picture(1), make_picture(2)), caption="Night at sea")
    ask = Ask(shown, LIKE, (YES, NO), "You are old.", "Answer:")
    turns = (Turn("user", "What is this?", (make_picture(3),)), Turn("assistant", "A house.<|im_end|>"))
    for name, asked in ((f"{family}.{layout}", ask), (f"{family}.{layout}.turns", replace(ask, turns=turns))):
        golden = Path(__file__).parents[1] / "golden" / f"{name}.txt"
        changed = "raise PROMPT_LAYOUT with every change of a prompt, and say in the changelog that all keys are new"
        assert writer.render(asked) == golden.read_text(encoding="utf-8"), changed


@pytest.mark.parametrize("family", ["qwen3_vl", "gemma3"])
def test_words_of_many_options_are_read_in_few_passes(
    family: str, variant: Variant, make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels that begin alike, with and without pictures, under personas: each ask's own words are computed once."""
    choices = tuple(Choice(words, (words,)) for words in ("like me", "like me a little", "like me not at all"))
    shown, nothing = Stimulus((make_picture(1),)), Stimulus()
    asks = [
        Ask(stimulus, question, choices, max_tokens=5)
        for stimulus in (shown, nothing)
        for question in ("Is it you?", "Is the person in the picture like you? Say how much.")
    ]
    asks[2] = replace(asks[2], system="You are a person who cares about order.")
    asks.insert(3, Ask(nothing, LIKE, (YES, NO), max_tokens=5))
    tokens: list[int] = []
    forward = ModelAdapter._run
    plain = list(variant(family).score(asks))

    def counted(self: ModelAdapter, ids: Any, **inputs: object) -> Any:
        tokens.append(ids.numel())
        return forward(self, ids, **inputs)

    for engine in ("auto", "shared", *(("tree",) if family not in FORGETFUL else ())):
        model = variant(family, engine)
        list(model.score(asks[:1]))  # a first look whether a tree gives the same
        monkeypatch.setattr(ModelAdapter, "_run", counted)
        tokens.clear()
        found = list(model.score(asks))
        monkeypatch.setattr(ModelAdapter, "_run", forward)
        assert largest_gap(plain, found) < 1e-4, engine
        assert [answer.text for answer in found] == [answer.text for answer in plain], engine
        asked = zip(asks, plain, strict=True)
        one_by_one = sum(answer.tokens * len(model._readout(ask).work) for ask, answer in asked)
        least = 2 if engine == "shared" or family in FORGETFUL else 6
        assert sum(tokens) < one_by_one / least, (engine, sum(tokens), one_by_one)
