"""A steered model gives the same answers through every engine, and the engine that cannot says so by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asks import LIKE, NO, YES, asks_with_turns, largest_gap, varied_asks
from tiny_models import FolderMaker, PictureMaker

from agents.models.ask_key import ask_key
from agents.models.base import Ask, ModelOptions, Stimulus
from agents.models.capabilities import SteerableModel, TorchModel
from agents.models.engines import engine_choice
from agents.models.engines.naive_engine import Work
from agents.models.local.transformers import TransformersModel
from agents.models.model_names import ModelId
from agents.models.registry import load_model
from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.edits import Add, Clamp, ConditionalAdd, Edit, EditMlp
from agents.models.steering.files import read_intervention, write_intervention
from agents.models.steering.gates import Gate, WordScorer
from agents.models.steering.hooks import Steering
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.positions import ALL, LAST, TEXT, span
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.random_streams import stream

WIDTH = 64
ENGINES = {"qwen3_vl": ("shared", "tree"), "smolvlm": ("shared", "tree"), "gemma3": ("shared",), "qwen3_5": ("shared",)}
Variant = Callable[..., TransformersModel]


def drawn(name: str, *shape: int) -> Any:
    return 0.7 * stream(2, name).standard_normal(shape or (WIDTH,)).astype(np.float32)


def coder() -> Autoencoder:
    parts = drawn("e", WIDTH, 80), drawn("c", 80), drawn("v", 80, WIDTH) / 4, drawn("d")
    return Autoencoder(*parts, "topk", centred=True, most=6)


EDITS: Mapping[str, tuple[Edit, ...]] = {
    "add": (Add(0, drawn("a")), Add(1, drawn("b"))),
    "add to the prompt": (Add(0, drawn("a"), phase="prefill"),),
    "add to the answer": (Add(1, 9 * drawn("a"), phase="decode"),),
    "add where answers are read": (Add(0, 3 * drawn("a"), phase="answering"),),
    "add to text": (Add(0, drawn("a"), TEXT),),
    "add at the end": (Add(0, 3 * drawn("a"), LAST),),
    "add at words": (
        Add(0, 3 * drawn("a"), span("the content of"), "prefill"),
        Add(1, 3 * drawn("b"), span("one word")),
    ),
    "clamp": (Clamp(0, coder(), 3, 4.0), Clamp(1, coder(), 5, 2.0, replace=True, positions=TEXT)),
    "neurons": (EditMlp(0, np.arange(20), 2.0, np.ones(20, np.float32)), EditMlp(1, np.arange(30), ceiling=0.0)),
    "neurons by draws": (EditMlp(1, np.arange(60), 3.0, np.ones(60, np.float32), None, 0.6, 5, phase="answering"),),
}


CASES = [
    *(("qwen3_vl", what) for what in EDITS),
    ("smolvlm", "add to the answer"),
    ("gemma3", "neurons by draws"),
    ("qwen3_5", "add to the prompt"),
]
"""Every kind of edit on what can run in a tree; a few on layers that forget or look both ways."""


def made(edits: tuple[Edit, ...], name: str = "test", **options: Any) -> Intervention:
    return Intervention(edits, About("test", name, options.pop("model", "tiny@1")), **options)


@pytest.fixture(scope="module")
def variant(tiny_model_folder: FolderMaker) -> Variant:
    """A tiny model asked in one of many ways."""

    @cache
    def parts(family: str) -> tuple[Any, Any]:
        folder = tiny_model_folder(family)
        from transformers import AutoModelForImageTextToText, AutoProcessor

        model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True).eval()
        return model, AutoProcessor.from_pretrained(folder, local_files_only=True)

    def make(family: str, engine: str = "naive", *interventions: Intervention, **options: Any) -> TransformersModel:
        id = options.pop("id", "tiny@1")
        told = ModelOptions("cpu", "float32", options.pop("batch_size", 7), engine, **options)
        return TransformersModel(*parts(family), id, told, None, interventions)

    return make


def long_asks(make_picture: PictureMaker) -> list[Ask]:
    """Asks that have the words that edits are about, with words to be written."""
    some = varied_asks(make_picture)[::3]
    return [replace(ask, question=f"{LIKE} {ask.question}", max_tokens=3, choices=(YES, NO)) for ask in some]


@pytest.mark.parametrize(("family", "what"), CASES)
def test_every_engine_gives_the_steered_answers_of_the_plain_one(
    family: str, what: str, variant: Variant, make_picture: PictureMaker
) -> None:
    asks, intervention = long_asks(make_picture), made(EDITS[what])
    layout = "image-first" if what in ("add", "neurons by draws", "add at words") else "persona-first"
    expected = list(variant(family, "naive", intervention, layout=layout).score(asks))
    written = list(variant(family, "naive", intervention, layout=layout).generate(asks[:2]))
    for engine in ENGINES[family]:
        fast = variant(family, engine, intervention, layout=layout)
        found = list(fast.score(asks))
        assert largest_gap(expected, found) < 1e-3, engine
        assert [answer.text for answer in found] == [answer.text for answer in expected], engine
        assert [answer.text for answer in fast.generate(asks[:2])] == [answer.text for answer in written], engine
    plain = variant(family, "naive", layout=layout)
    unsteered = list(plain.score(asks))
    if what == "add to the answer":
        assert (
            family != "qwen3_vl" or largest_gap(expected, unsteered) == 0
        )  # others open with a blank, and are read on
        assert [answer.text for answer in plain.generate(asks[:2])] != [answer.text for answer in written]
    else:
        assert largest_gap(expected, unsteered) > 1e-2


@pytest.mark.parametrize("what", ["neurons by draws"])
def test_turns_and_draws_are_steered_alike(what: str, variant: Variant, make_picture: PictureMaker) -> None:
    turned = [replace(ask, max_tokens=3) for ask in asks_with_turns(make_picture)[::3]]
    intervention = made(EDITS[what])
    expected = list(variant("qwen3_vl", "naive", intervention).score(turned))
    some = turned[:2]
    told: dict[str, Any] = {"samples": 3, "temperature": 0.8}
    sampled = list(variant("qwen3_vl", "naive", intervention, **told).score(some))
    for engine in ("shared", "tree"):
        assert largest_gap(expected, list(variant("qwen3_vl", engine, intervention).score(turned))) < 1e-3
        assert list(variant("qwen3_vl", engine, intervention, **told).score(some)) == sampled


def test_tokens_that_are_edited_differently_are_not_shared(variant: Variant, make_picture: PictureMaker) -> None:
    """One prompt is the beginning of another: its last token is last in one of them only."""
    ask = Ask(Stimulus((make_picture(1),)), LIKE, (YES, NO), max_tokens=1)
    asks = [ask, replace(ask, prefill="Yes"), replace(ask, prefill="Yes, it is")]
    for edits in ((Add(0, 5 * drawn("a"), LAST),), (Add(0, 5 * drawn("a"), phase="answering"),)):
        expected = list(variant("qwen3_vl", "naive", made(edits)).score(asks))
        for engine in ("shared", "tree"):
            assert largest_gap(expected, list(variant("qwen3_vl", engine, made(edits)).score(asks))) < 1e-3


def test_a_shift_that_depends_on_the_end_of_a_prompt_shares_nothing(
    variant: Variant, make_picture: PictureMaker
) -> None:
    edits = tuple(ConditionalAdd(layer, drawn(f"p{layer}"), -3.0, 0.95) for layer in (0, 1))
    with pytest.raises(ModelError, match="shared engine cannot run this model: ConditionalAdd changes the beginning"):
        variant("qwen3_vl", "shared", made(edits))
    with pytest.raises(ModelError, match="tree engine cannot run this model: layers of kind"):
        variant("gemma3", "tree", made(edits))
    assert variant("gemma3", "auto", made(edits)).settings["engine"] == "naive"
    asks = [*long_asks(make_picture), *(replace(ask, max_tokens=3) for ask in asks_with_turns(make_picture)[::4])]
    expected = list(variant("qwen3_vl", "naive", made(edits)).score(asks))
    model = variant("qwen3_vl", "auto", made(edits))
    assert model.settings["engine"] == "tree" and "nothing shared" in model.explanation
    small = variant("qwen3_vl", "tree", made(edits))
    small._engine._engine.budget.tokens = 150  # type: ignore[attr-defined]  # several rows of several lengths
    for way in (model, small):
        found = list(way.score(asks))
        assert largest_gap(expected, found) < 1e-3
        assert [answer.text for answer in found] == [answer.text for answer in expected]
    assert list(model.score(asks)) == list(model.score(asks))
    assert largest_gap(expected, list(variant("qwen3_vl").score(asks))) > 1e-2
    away = tuple(ConditionalAdd(1, drawn("p1"), 3.0, 0.05, away=True, phase=phase) for phase in ("both", "answering"))
    for edit in away:
        one, other = (list(variant("qwen3_vl", way, made((edit,))).generate(asks[:4])) for way in ("naive", "tree"))
        assert [answer.text for answer in one] == [answer.text for answer in other]


def gate() -> Gate:
    return Gate(WordScorer(("keep",), np.array([9.0], np.float32), -4.0), 0.5)


@pytest.mark.parametrize("engine", ["naive", "shared", "tree"])
def test_a_shut_gate_is_the_model_as_it_is(engine: str, variant: Variant, make_picture: PictureMaker) -> None:
    asks = long_asks(make_picture)
    opened = [ask for ask in asks if "keep" in ask.question.lower()]
    assert 0 < len(opened) < len(asks)
    plain = list(variant("qwen3_vl", engine).score(asks))
    gated = variant("qwen3_vl", engine, made(EDITS["add"], gate=gate()))
    found = list(gated.score(asks))
    steered = list(variant("qwen3_vl", engine, made(EDITS["add"])).score(opened))
    through = [answer for ask, answer in zip(asks, found, strict=True) if ask in opened]
    before = [answer for ask, answer in zip(asks, plain, strict=True) if ask in opened]
    assert largest_gap(through, steered) < 1e-3 < largest_gap(through, before)
    shut = [ask for ask in asks if ask not in opened]
    assert list(gated.score(shut)) == list(variant("qwen3_vl", engine).score(shut))  # to the last bit
    if engine != "tree":
        return
    two = variant("qwen3_vl", engine, made(EDITS["add"], "one", gate=gate()), made(EDITS["neurons"], "two"))
    both = variant("qwen3_vl", engine, made(EDITS["add"], "one"), made(EDITS["neurons"], "two"))
    assert largest_gap(list(two.score(opened)), list(both.score(opened))) < 1e-3


def test_a_shut_gate_before_a_shift_that_looks_ahead_asks_as_the_model_is_asked(
    variant: Variant, make_picture: PictureMaker
) -> None:
    """Steered, the model runs in a tree; as it is, another engine asks it, whose numbers end in other bits."""
    edits = (ConditionalAdd(0, drawn("p0"), -3.0, 0.95),)
    gated, plain = variant("qwen3_vl", "auto", made(edits, gate=gate())), variant("qwen3_vl", "auto")
    assert (gated.settings["engine"], plain.settings["engine"]) == ("tree", "shared")
    shut = [ask for ask in long_asks(make_picture) if "keep" not in ask.question.lower()]
    assert list(gated.score(shut)) == list(plain.score(shut))
    assert type(gated._engine._engine((False,)).chosen.engine) is type(plain._engine)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["turns", "videos"])
def test_the_engine_of_a_shut_gate_is_tried_before_it_answers_after_turns_or_about_videos(
    kind: str, variant: Variant, make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another one than that of the steered model, of which alone it was known that it may."""
    gated = variant("qwen3_vl", "auto", made((ConditionalAdd(0, drawn("p0"), -3.0, 0.95),), gate=gate()))
    assert gated.settings["engine"] == "tree"

    def found(probe: object, engine: object, asked: str = "pictures") -> str:
        return "it errs then" if asked == kind else ""

    monkeypatch.setattr(engine_choice._Probe, "objection", found)
    monkeypatch.setattr(engine_choice, "_objection_to_videos", lambda *given: given[-1]())
    shown = replace(long_asks(make_picture)[0], question=LIKE)
    film = Stimulus((make_picture(1), make_picture(2)), times=(0.0, 1.0))
    asked = {"turns": asks_with_turns(make_picture)[0], "videos": replace(shown, stimulus=film)}[kind]
    shut = gated._engine._engine((False,))  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match=r"The shared engine cannot .*: it errs then"):
        shut.answer([Work(asked, ((0,),))])
    assert not shut.answer([Work(shown, ((0,),), text=False)])[0].error


@pytest.mark.parametrize("engine", ["naive", "tree"])
def test_strength_0_is_the_model_as_it_is_with_keys_of_its_own(
    engine: str, variant: Variant, make_picture: PictureMaker
) -> None:
    asks = long_asks(make_picture)
    plain, off = variant("qwen3_vl", engine), variant("qwen3_vl", engine, made(EDITS["add"], strength=0.0))
    assert list(plain.score(asks)) == list(off.score(asks))
    assert ask_key(asks[0], plain) != ask_key(asks[0], off)


def test_an_ask_without_the_words_fails_alone(variant: Variant, make_picture: PictureMaker) -> None:
    ask = Ask(Stimulus((make_picture(1),)), LIKE, (YES, NO), max_tokens=1)
    other = replace(ask, question="Watch?")
    for engine in ("naive", "shared", "tree"):
        first, second = variant("qwen3_vl", engine, made(EDITS["add at words"])).score([ask, other])
        assert not first.error and first.log_probabilities
        assert "is not in the prompt, but steering is about its tokens" in second.error


def test_an_engine_that_forgets_an_edit_is_found_out(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = Steering.announced

    def forgetting(self: Steering, current: Any) -> Any:
        return marks(self, replace(current, said=current.said * 0, last=current.last & False))

    monkeypatch.setattr(Steering, "announced", forgetting)
    model = variant("smolvlm", "auto", made((Add(0, 5 * drawn("a"), LAST),)))
    assert model.settings["engine"] == "naive" and "differ from" in model.explanation
    with pytest.raises(ModelError, match="shared engine cannot run this model: its log-probabilities differ"):
        variant("smolvlm", "shared", made((Add(0, 9 * drawn("a"), phase="decode"),)))


def test_a_steered_model_has_its_own_name_and_settings(variant: Variant) -> None:
    plain = variant("qwen3_vl", "tree", layout="image-first")
    assert isinstance(plain, TorchModel) and isinstance(plain, SteerableModel) and not plain.steering
    one, two = made(EDITS["add"], "security"), made(EDITS["neurons"], "power")
    steered = plain.steered([one])
    assert steered.torch_model is plain.torch_model and steered.settings["engine"] == "tree"
    known = ModelId.parse(steered.id)
    assert known.steering == f"security~{known.steering[-12:]}" and known.without_steering == ModelId.parse(plain.id)
    assert steered.settings["steering"] == "security by test, strength 1, blocks 0, 1"
    assert "security by test" in steered.explanation and "steering" not in plain.settings
    ids = [steered.id, plain.steered([one.scaled(0.5)]).id, plain.steered([two, one]).id, plain.steered([one, two]).id]
    assert len(set(ids)) == 4 and plain.steered([one]).steered([two]).id == ids[3]
    assert steered.asked_as(ModelOptions("cpu", "float32", engine="shared")).id == steered.id


def test_it_is_said_where_ids_do_not_tell_weights_apart(variant: Variant) -> None:
    told = [
        variant("qwen3_vl", "naive", made(EDITS["add"], model=id), id=id).explanation
        for id in ("tiny@unknown", "tiny", "tiny@1")
    ]
    assert ["whether these are the same weights cannot be told" in each for each in told] == [True, True, False]


def test_a_file_steers_a_model_that_is_named(
    tiny_model_folder: FolderMaker, make_picture: PictureMaker, tmp_path: Path
) -> None:
    folder, file = tiny_model_folder("qwen3_vl"), tmp_path / "my file&.steer"
    plain = load_model(f"hf:{folder}")
    write_intervention(made(EDITS["add"], "security", model=plain.id, gate=gate()), file)
    asks = [ask for ask in long_asks(make_picture) if "keep" in ask.question.lower()][:3]
    by_option = load_model(f"hf:{folder}", ModelOptions(steer=(f"{file}:strength=2",)))
    quoted = str(file).replace("&", "%26").replace(" ", "%20")
    by_name = load_model(f"hf:{folder}?steer={quoted}:strength=2")
    expected = list(plain.steered([read_intervention(file).scaled(2)]).score(asks))  # type: ignore[attr-defined]
    assert by_option.id == by_name.id != plain.id
    assert list(by_option.score(asks)) == list(by_name.score(asks)) == expected
    with pytest.raises(InputError, match="'strenth=2' is no strength"):
        load_model(f"hf:{folder}", ModelOptions(steer=(f"{file}:strenth=2",)))
    with pytest.raises(InputError, match="made for hf:qwen3_vl"):
        load_model(f"hf:{tiny_model_folder('smolvlm')}", ModelOptions(steer=(str(file),)))
    write_intervention(made((Add(9, drawn("a")),), model=plain.id), file)
    with pytest.raises(InputError, match="no block 9"):
        load_model(f"hf:{folder}", ModelOptions(steer=(str(file),)))
    with pytest.raises(ModelError, match="of kind 'simulated' cannot be steered by a file"):
        load_model("simulated:security=2", ModelOptions(steer=(str(file),)))
    assert ALL.kind == "all"
