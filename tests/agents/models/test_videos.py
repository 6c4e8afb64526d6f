"""Several frames as one video: in the video tokens of a model that takes any, refused by name where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asks import AGAIN, LESS, LIKE, NO, WATCH, YES, largest_gap
from browse_fixtures import Leaning, session
from tiny_models import FolderMaker, PictureMaker

from agents.answers.planner import answer_all
from agents.answers.store import AnswerStore
from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.replay import replay
from agents.browsing.seeing.observe import TimedFrame, observer_from
from agents.browsing.session import browse
from agents.feeds.items import FeedItem
from agents.models.base import Answer, Ask, FrameReference, ModelOptions, Stimulus, Turn
from agents.models.capabilities import objection_to_video, watching
from agents.models.local.simulated import load as simulated
from agents.models.local.transformers import TransformersModel
from agents.models.spoken import SpokenIntervention, SpokenTo
from agents.models.steering.edits import Add
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.positions import TEXT
from valuespectrum.operations.shared.loading import watching_models
from valuespectrum.operations.shared.telling import Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

VIDEO = {
    "qwen3_vl": "<|vision_start|><|video_pad|><|vision_end|>",
    "qwen2_5_vl": "<|vision_start|><|video_pad|><|vision_end|>",
    "qwen3_5": "<|vision_start|><|video_pad|><|vision_end|>",
    "llava_onevision": "<video>",
    "internvl": "<video>\n",
    "smolvlm": "<video>",
}
"""What the chat templates of these families write for a video."""
TIMES = (0.0, 1.5, 3.0, 4.5)
Variant = Callable[..., TransformersModel]


@pytest.fixture(scope="module")
def variant(tiny_model_folder: FolderMaker) -> Variant:
    """A tiny model whose chat template takes videos, unless it is left as it is."""

    def make(family: str, engine: str = "naive", *, takes: bool = True, **options: Any) -> TransformersModel:
        folder = tiny_model_folder(family)
        from transformers import AutoModelForImageTextToText, AutoProcessor

        model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True).eval()
        processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
        if takes:
            shown = f"{{% elif part['type'] == 'video' %}}{VIDEO[family]}{{% else %}}"
            processor.chat_template = processor.chat_template.replace("{% else %}", shown)
        return TransformersModel(model, processor, family, ModelOptions("cpu", "float32", engine=engine, **options))

    return make


@pytest.fixture
def film(make_picture: PictureMaker) -> Ask:
    frames = tuple(make_picture(number, 64, 64) for number in range(1, 5))
    return Ask(Stimulus(frames, "A clip", TIMES), LIKE, (YES, NO), "You are old.", max_tokens=3)


def as_pictures(ask: Ask) -> Ask:
    return replace(ask, stimulus=replace(ask.stimulus, times=()))


@pytest.mark.parametrize("family", sorted(VIDEO))
def test_frames_reach_a_model_as_one_video_in_their_order(family: str, variant: Variant, film: Ask) -> None:
    model = variant(family)
    assert objection_to_video(model) == ""
    backwards = replace(film, stimulus=replace(film.stimulus, frames=film.stimulus.frames[::-1]))
    asks = [film, backwards, as_pictures(film), replace(film, turns=(Turn("user", "Hi."), Turn("assistant", "Yes.")))]
    answers = list(model.score(asks))
    assert not any(answer.error for answer in answers) and answers[0].text
    for place, other in enumerate(answers[1:], start=1):
        assert largest_gap(answers[:1], [other]) > 1e-4, place
    assert next(model.generate([replace(film, choices=())])).text


def test_a_video_is_what_the_library_makes_of_it(variant: Variant, film: Ask) -> None:
    import torch
    from PIL import Image

    model = variant("qwen3_vl")
    inputs = model.prompt_inputs(film)
    assert "pixel_values" not in inputs and inputs["video_grid_thw"].tolist() == [[2, 4, 4]]
    text = str(model.tokenizer.decode(inputs["input_ids"][0].tolist()))
    assert "<0.8 seconds>" in text and "<3.8 seconds>" in text  # the middle of each two frames
    assert "<|image_pad|>" not in text and text.count("<|video_pad|>") == 2 * 4
    frames = [Image.open(frame.path).convert("RGB") for frame in film.frames]
    told = {"fps": 2.0, "frames_indices": [0, 3, 6, 9], "total_num_frames": 12}
    prompt = model._writer.render(film)
    by_hand: Any = model._processor
    own = by_hand(text=[prompt], videos=[frames], video_metadata=[told], do_sample_frames=False, return_tensors="pt")
    with torch.inference_mode():
        logits = model.torch_model(**own, logits_to_keep=1).logits[0, -1]
    likely = torch.log_softmax(logits.float(), dim=-1)
    (answer,) = model.score([film])
    for choice, ids in zip(film.choices, model._readout.choices(film.choices).first_tokens, strict=True):
        expected = float(torch.logsumexp(likely[list(ids)], dim=0))
        assert answer.log_probabilities[choice.name] == pytest.approx(expected, abs=1e-5)
    assert answer.tokens == len(own["input_ids"][0])


def test_seconds_keep_their_precision_in_any_number_format(variant: Variant, film: Ask) -> None:
    import torch

    model = variant("qwen2_5_vl")
    model.torch_model.to(torch.bfloat16)  # type: ignore[arg-type]
    late = replace(film, stimulus=replace(film.stimulus, times=(7.0, 8.3, 9.6, 10.9)))
    inputs = model.prompt_inputs(late)
    assert inputs["pixel_values_videos"].dtype == torch.bfloat16
    assert inputs["second_per_grid_ts"].tolist() == pytest.approx([2 * 1.3], rel=1e-6)


def test_samples_of_a_video_say_no_piece_of_it(variant: Variant, film: Ask) -> None:
    model = variant("qwen3_vl", samples=3, temperature=50.0)
    readout, pictures = model._readout(film), model._readout(as_pictures(film))
    token = model._adapter.video_token
    assert all(work.sampling and token in work.sampling.never for work in readout.work)
    assert all(work.sampling and token not in work.sampling.never for work in pictures.work)
    (answer,) = model.score([film])
    assert sum(answer.counts.values()) == 3


class Watching(Leaning):
    """Keeps watching at the glance, and answers about videos as a model does."""

    real: TransformersModel

    def objection_to_video(self) -> str:
        return self.real.objection_to_video()

    def _answer(self, ask: Ask) -> Answer:
        plain = super()._answer(ask)
        return next(self.real.score([ask])) if ask.stimulus.times else plain


def test_an_agent_watches_videos(variant: Variant, film: Ask, tmp_path: Path) -> None:
    item = FeedItem("clip", "clip/0", "power", np.ones(1, np.float32))
    timed = tuple(map(TimedFrame, film.stimulus.frames, TIMES))
    catalogue = Catalogue([CatalogueClip(item, timed, 6.0, "a clip", {"weight_power": 1.0})])
    model = Watching({"power": 9.0})
    model.real = variant("qwen3_vl")
    options = session(observer=observer_from("video:3"), steps=1)
    (event,) = browse(options, catalogue, model, log=tmp_path / "log.jsonl").events
    assert {len(ask.stimulus.times) for ask in model.asked} >= {0, 2}
    assert event.error is None and replay(tmp_path / "log.jsonl", catalogue).identical


@pytest.mark.parametrize(
    ("family", "engine", "reason"),
    [
        ("qwen3_vl", "naive", "its chat template leaves videos out"),
        ("gemma3", "naive", "its Gemma3Processor takes pictures only"),
        ("qwen3_vl", "shared", "its chat template leaves videos out"),
    ],
)
def test_models_that_take_no_video_are_refused(
    family: str, engine: str, reason: str, variant: Variant, film: Ask
) -> None:
    model = variant(family, engine, takes=False)
    for one in (model, SpokenTo(model, [SpokenIntervention("kind", "Be kind.")])):
        assert objection_to_video(one).startswith(reason)
    with pytest.raises(InputError, match=reason):
        list(model.score([as_pictures(film), film]))


@pytest.mark.parametrize("family", ["internvl", "llava_onevision", "qwen3_5", "qwen3_vl", "smolvlm"])
def test_the_shared_engine_says_of_videos_what_the_plain_one_says(
    family: str, variant: Variant, film: Ask, make_picture: PictureMaker
) -> None:
    backwards = replace(film.stimulus, frames=film.stimulus.frames[::-1])
    later = replace(film.stimulus, times=(1.0, 2.0, 3.0, 4.0))
    said = (Turn("user", "Hi."), Turn("assistant", "Yes."))
    asks = [
        film,
        replace(film, question="Watch?", choices=(AGAIN, LESS)),
        replace(film, question=WATCH, system=""),
        replace(film, stimulus=backwards),
        replace(film, stimulus=later, max_tokens=1),
        as_pictures(film),
        replace(film, stimulus=Stimulus((make_picture(9),))),
        replace(film, stimulus=Stimulus()),
        replace(film, turns=said),
        replace(film, stimulus=backwards, turns=said),
        replace(film, prefill="Answer:"),
    ]
    plain, fast = variant(family), variant(family, "shared", batch_size=3)
    assert objection_to_video(fast) == ""
    expected, found = list(plain.score(asks)), list(fast.score(asks))
    assert not any(answer.error for answer in expected)
    assert largest_gap(expected, found) < 1e-4
    for one, other in zip(expected, found, strict=True):
        assert (one.text, one.parsed, one.tokens, one.error) == (other.text, other.parsed, other.tokens, other.error)
    free = [replace(ask, choices=()) for ask in asks[:4]]
    assert [each.text for each in plain.generate(free)] == [each.text for each in fast.generate(free)]
    auto = variant(family, "auto")
    assert watching(auto, ModelOptions()) is auto and largest_gap(expected, list(auto.score(asks))) < 1e-4


def test_a_steered_model_watches_alike_by_every_engine(variant: Variant, film: Ask) -> None:
    moved = 0.7 * stream(2, "a").standard_normal(64).astype(np.float32)
    shift = Intervention((Add(0, moved, TEXT), Add(1, moved, phase="decode")), About("test", "shift", "qwen3_vl"))
    plain, fast = (variant("qwen3_vl", engine).steered([shift]) for engine in ("naive", "shared"))
    assert objection_to_video(plain) == objection_to_video(fast) == ""
    asks = [film, replace(film, question=WATCH), replace(film, system="")]
    expected, found = list(plain.score(asks)), list(fast.score(asks))
    assert largest_gap(expected, found) < 1e-4
    assert [answer.text for answer in expected] == [answer.text for answer in found]
    assert largest_gap(expected, list(variant("qwen3_vl").score(asks))) > 1e-4


@pytest.mark.parametrize(
    ("family", "engine", "reason"),
    [
        ("qwen2_5_vl", "shared", "positions after a video depend on its length in time"),
        ("qwen3_vl", "tree", "it is given pictures only"),
    ],
)
def test_an_engine_that_would_say_something_else_is_not_used_for_videos(
    family: str, engine: str, reason: str, variant: Variant, film: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = ModelOptions("cpu", "float32", engine=engine)
    with pytest.raises(InputError, match=f"not by the {engine} engine, {reason}"):
        watching(variant(family, engine), named)
    said: list[str] = []
    monkeypatch.setattr(Unattended, "say", lambda self, text: said.append(text))
    (chosen,) = watching_models([variant(family, engine)], replace(named, engine="auto"), Unattended())
    assert any("videos are shown by the plain engine" in text and reason in text for text in said)
    assert chosen.settings["engine"] == "naive" and objection_to_video(chosen) == ""
    assert largest_gap(list(chosen.score([film])), list(variant(family).score([film]))) < 1e-4


@pytest.mark.parametrize(
    ("written", "layout", "reason"),
    [
        ("{{ raise_exception('no videos') }}", "image-first", "its chat template fails on a video: no videos"),
        ("{% if messages | length == 1 %}<|video_pad|>{% endif %}", "persona-first", "leaves videos out"),
        ("{% if messages | length == 1 %}<|video_pad|>{% endif %}", "image-first", ""),
    ],
)
def test_a_chat_template_is_tried_as_it_will_be_used(
    written: str, layout: str, reason: str, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VIDEO, "qwen3_vl", written)
    said = objection_to_video(variant("qwen3_vl", layout=layout))
    assert reason in said and bool(said) == bool(reason)


def test_a_model_that_looks_at_no_video_is_refused(variant: Variant, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = variant("qwen3_vl")
    monkeypatch.setattr(blind._writer, "tensors", lambda text, pictures, times: blind._processor(text=["Hi."]))
    assert objection_to_video(blind).startswith("it fails on a small video")
    tensors = blind._processor(text=["Hi."], return_tensors="pt")
    blind._to_video = None
    monkeypatch.setattr(blind._writer, "tensors", lambda text, pictures, times: dict(tensors))
    assert objection_to_video(blind) == "its answers are the same whatever a video shows"


def test_no_kind_of_model_is_shown_frames_in_the_place_of_a_video(tmp_path: Path, film: Ask) -> None:
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        with pytest.raises(InputError, match="cannot be shown a video: models of its kind are given pictures"):
            answer_all(simulated("power=1", ModelOptions()), [film], store)
        assert all(row.answer is None for row in store.rows())


def frames(count: int) -> tuple[FrameReference, ...]:
    return tuple(FrameReference(f"{number:02x}" * 32, Path(f"{number}.png")) for number in range(count))


@pytest.mark.parametrize(
    ("count", "times"),
    [(1, (0.0,)), (3, (0.0, 1.0)), (2, (1.0, 0.5)), (2, (-1.0, 0.5)), (2, (0.0, float("nan")))],
)
def test_times_are_those_of_the_frames_in_order(count: int, times: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="video"):
        Stimulus(frames(count), times=times)


def test_no_pictures_stand_before_a_video() -> None:
    with pytest.raises(InputError, match="a video stands alone"):
        Ask(Stimulus(frames(2), times=(0.0, 1.0)), LIKE, turns=(Turn("user", frames=frames(1)),))
