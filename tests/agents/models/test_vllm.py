"""Models in vLLM answer as the same models in transformers do: in vLLM where it is installed, and in a stand-in."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asks import AGAIN, LESS, LIKE, NO, YES, asks_with_turns, largest_gap, loaded, varied_asks
from tiny_models import PictureMaker, qwen3_vl
from vllm_stand_in import installed

from agents.models.base import Ask, ModelOptions, Stimulus
from agents.models.engines.naive_engine import Reply, Work
from agents.models.local.vllm import VllmEngine, VllmModel, load
from vectorstore.foundation.errors import ModelError
from vectorstore.foundation.torch_setup import prepare_torch

WHY = "the extra 'vllm' is not installed: pip install 'valuespectrum[vllm]'"
SMALL = ModelOptions(dtype="float32")

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600)]  # warnings of vLLM and of its packages


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Qwen3-VL with heads as wide as vLLM's kernels take them."""
    prepare_torch(threads=1)
    return qwen3_vl(tmp_path_factory.mktemp("vllm") / "model", hidden=128)


@pytest.fixture(scope="module", params=["stand-in", "vllm"])
def model(folder: Path, request: pytest.FixtureRequest) -> Iterator[VllmModel]:
    if request.param == "stand-in":
        with installed():
            yield load(str(folder), SMALL)
        return
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
            "VLLM_CPU_KVCACHE_SPACE": "1",
            "VLLM_CPU_OMP_THREADS_BIND": "nobind",
            "VLLM_NO_USAGE_STATS": "1",
            "VLLM_LOGGING_LEVEL": "ERROR",
        }.items():
            patch.setenv(name, value)
        pytest.importorskip("vllm", reason=WHY)
        yield load(str(folder), SMALL)


def test_answers_are_those_of_transformers(model: VllmModel, folder: Path, make_picture: PictureMaker) -> None:
    asks = [ask for ask in (*varied_asks(make_picture), *asks_with_turns(make_picture)) if ask.choices]
    free = [replace(ask, choices=()) for ask in asks[:5]]
    plain = loaded(folder, "naive", dtype="float32")
    ours, theirs = list(model.score(asks)), list(plain.score(asks))
    assert not any(answer.error for answer in ours)
    assert largest_gap(ours, theirs) < 1e-3
    assert [answer.tokens for answer in ours] == [answer.tokens for answer in theirs]
    said = [one.text == other.text for one, other in zip(ours, theirs, strict=True)]
    written = [one.text == other.text for one, other in zip(model.generate(free), plain.generate(free), strict=True)]
    assert sum(said) >= len(said) - 1 and sum(written) >= len(written) - 1
    shared = {"layout", "template"} & set(plain.settings)
    assert {name: model.settings[name] for name in shared} == {name: plain.settings[name] for name in shared}
    assert model.id.startswith("vllm:model@") and model.id[-16:] == plain.id[-16:]
    assert model.settings["engine"] == "vllm" and model.settings["dtype"] == "float32"


def test_samples_follow_the_distribution(model: VllmModel, folder: Path, make_picture: PictureMaker) -> None:
    ask = Ask(Stimulus((make_picture(1),)), LIKE, (YES, NO), max_tokens=1)
    drawing = model.asked_as(replace(SMALL, samples=60))
    (drawn,) = drawing.score([ask])
    (read,) = model.score([ask])
    counted = Counter(drawn.counts)
    assert sum(counted.values()) == 60
    for name in ("yes", "no"):
        expected = math.exp(read.log_probabilities[name])
        assert abs(counted[name] / 60 - expected) < 4 * math.sqrt(expected * (1 - expected) / 60) + 0.02


def test_one_bad_ask_fails_alone(model: VllmModel, make_picture: PictureMaker) -> None:
    sound = Ask(Stimulus((make_picture(1),)), LIKE, (YES, NO), max_tokens=2)
    lost = replace(make_picture(9), path=Path("gone.png"))
    film = Stimulus((make_picture(1), make_picture(2)), times=(0.0, 1.0))
    asks = [sound, replace(sound, stimulus=Stimulus((lost,))), replace(sound, system="order " * 3000), sound]
    answers = list(model.score([*asks, replace(sound, stimulus=film)]))
    assert [bool(answer.error) for answer in answers] == [False, True, True, False, True]
    assert "no videos" in answers[4].error
    assert "gone.png" in answers[1].error and "vLLM refuses the prompt" in answers[2].error
    assert answers[0] == answers[3]


def test_options_of_many_tokens_are_read(model: VllmModel, make_picture: PictureMaker) -> None:
    """As names of many values in all their written forms: above 128 tokens vLLM tells those of all, if it may."""
    ask, few, many = Ask(Stimulus((make_picture(1),)), LIKE), tuple(range(40)), tuple(range(40, 180))
    (read,) = model._engine.answer([Work(ask, (few, many), text=False)])
    assert not read.error
    (apart,) = model._engine.answer([Work(ask, (few, many[:70]), text=False)])
    (rest,) = model._engine.answer([Work(ask, (few, many[70:]), text=False)])
    assert read.log_probabilities[0] == pytest.approx(apart.log_probabilities[0], abs=1e-4)
    parts = math.exp(apart.log_probabilities[1]) + math.exp(rest.log_probabilities[1])
    assert math.exp(read.log_probabilities[1]) == pytest.approx(parts, rel=1e-3)


def test_a_refusal_without_words_is_called_by_its_class() -> None:
    class Mute:
        def generate(self, *_: object, **__: object) -> None:
            raise ValueError

    nothing: Any = None
    mute: Any = Mute()
    with installed():
        ((place, reply),) = VllmEngine(mute, nothing, nothing)._run([{}], {0: {"max_tokens": 1}})
    assert isinstance(reply, Reply)
    assert (place, reply.error) == (0, "vLLM refuses the prompt: ValueError")


def test_options_that_begin_alike_are_read_whole(model: VllmModel, folder: Path, make_picture: PictureMaker) -> None:
    ask = Ask(Stimulus((make_picture(2),)), LIKE, (AGAIN, LESS), max_tokens=1)
    assert largest_gap(list(model.score([ask])), list(loaded(folder, "naive").score([ask]))) < 1e-3


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(ModelError, match="need the package vllm, which is not installed") as told:
        load(str(folder), SMALL)
    assert told.value.hint == "pip install 'valuespectrum[vllm]'"
    with pytest.raises(ModelError, match="no such model folder"):
        load("nowhere", SMALL)
