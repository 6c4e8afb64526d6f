"""Words put into the clips of a session: shown, logged, replayed, held against a control, and never more than words."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from browse_fixtures import TASTE, Leaning, make_catalogue, session
from PIL import Image

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.doing.actions import FURTHER, further_acts
from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.interventions import controls, intervention_from
from agents.browsing.log import Event, encode, read_log
from agents.browsing.options import Behaviour, SessionOptions
from agents.browsing.replay import replay
from agents.browsing.replay_alone import replay_alone
from agents.browsing.seeing.injections import ROOM, Injection, InjectionPlace
from agents.browsing.seeing.observe import TimedFrame, observer_from
from agents.browsing.session import Session, SessionRecord, browse, browse_together, pictures_of
from agents.feeds.items import FeedItem
from agents.feeds.policy import load_policy
from agents.models.base import Answer, Ask, FrameReference
from vectorstore.foundation.errors import InputError

KEEN = Behaviour(deterministic=True)
LIKED = dict.fromkeys(TASTE, 3.0)
WORDS = make_catalogue(30)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder, clips = tmp_path_factory.mktemp("pictures"), []
    for number in range(8):
        frames = []
        for place in range(3):
            path = folder / f"{number}-{place}.png"
            Image.new("RGB", (64, 96), (80 * place, 30 * number, 100)).save(path)
            frames.append(TimedFrame(FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path), place * 1.0))
        item = FeedItem(f"clip{number}", f"clip{number}/0", "power", np.ones(1, np.float32))
        clips.append(CatalogueClip(item, tuple(frames), 4.0, f"clip {number}", {"weight_power": 1.0}))
    return Catalogue(clips)


def options(*texts: str, observe: str = "frames", **changes: object) -> SessionOptions:
    done = tuple(map(intervention_from, texts))
    return session(**{"observer": observer_from(observe), "interventions": done, "behaviour": KEEN, **changes})


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def frames_of(catalogue: Catalogue) -> set[str]:
    return {frame.reference.picture_sha for clip in catalogue.clips.values() for frame in clip.frames}


@pytest.mark.parametrize("observe", ["frames", "frames:3", "shuffled:3", "sheet:3"])
def test_what_was_really_shown_is_logged_kept_and_replayed_without_pictures(
    tmp_path: Path, drawn: Catalogue, observe: str
) -> None:
    log, cut, model = tmp_path / "log.jsonl", tmp_path / "cut.jsonl", Leaning(LIKED)
    put = options("2-4:words=overlay:skip", observe=observe, steps=6, memory=MemoryOptions("transcript", 2))
    record = browse(put, drawn, model, log=log)
    kept = {path.stem: path for path in pictures_of(log).iterdir()}
    for event in record.events:
        assert (event.put is not None) is (2 <= event.step <= 4) and (event.intervention is not None) is bool(event.put)
        if event.put is None:
            continue
        for frame in event.shown:
            words = Injection.read(event.put.what).words(event.item_id, 3)
            assert words == event.put.text and frame.frame_sha not in frames_of(drawn)
            assert hashlib.sha256(kept[frame.frame_sha].read_bytes()).hexdigest() == frame.frame_sha
    seen = {frame.picture_sha for ask in model.asked for frame in ask.stimulus.frames}
    assert seen == {frame.frame_sha for event in record.events for frame in event.shown}
    cut.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:5]))
    browse(put, drawn, Leaning(LIKED), log=cut)
    assert cut.read_bytes() == log.read_bytes(), "a session that is cut while words are put in goes on"
    blind = Catalogue([replace(clip, frames=tuple(map(nowhere, clip.frames))) for clip in drawn.clips.values()])
    assert replay(log, blind).identical, replay(log, blind).difference
    assert replay_alone(log).identical, replay_alone(log).difference
    assert read_log(log).events == record.events


def nowhere(frame: TimedFrame) -> TimedFrame:
    return replace(frame, reference=replace(frame.reference, path=Path("nowhere")))


def test_a_banner_is_the_one_that_questions_about_single_clips_have(tmp_path: Path, drawn: Catalogue) -> None:
    log = tmp_path / "log.jsonl"
    (event,) = browse(options("0:words=overlay:like", steps=1), drawn, Leaning({"power": -3.0}), log=log).events
    (shown,) = event.shown
    with Image.open(drawn.clips[event.item_id].frames[0].reference.path) as own:
        wanted = Injection("overlay", "like").laid_over(own, event.item_id, 3)
    assert np.array_equal(pixels(pictures_of(log) / f"{shown.frame_sha}.png"), np.asarray(wanted))


class DrawnPage:
    """Stands in for a page: its picture is one colour and what is laid over the clip."""

    settings: Mapping[str, str | int | float] = {"browser": "drawn"}

    def __init__(self) -> None:
        self.shots: list[tuple[str, bytes]] = []

    def shot(self, item_id: str, time: float, over: bytes = b"") -> bytes:
        self.shots.append((item_id, over))
        shown, content = Image.new("RGBA", (64, 96), (int(20 * time), int(item_id[-1]), 0, 255)), io.BytesIO()
        if over:
            shown.alpha_composite(Image.open(io.BytesIO(over)).resize(shown.size))
        shown.save(content, "PNG")
        return content.getvalue()


def test_a_page_is_given_the_banner_and_lays_it_over_the_clip_itself(tmp_path: Path, drawn: Catalogue) -> None:
    log, page = tmp_path / "log.jsonl", DrawnPage()
    put = options("1:words=overlay:like", observe="page", steps=2)
    (record,) = browse_together([Session(put, Leaning(LIKED), log=log, screens=page)], drawn)
    covered = record.events[1].item_id
    assert all(bool(over) is (item == covered) for item, over in page.shots)
    (over,) = {over for item, over in page.shots if item == covered}
    banner = Image.open(io.BytesIO(over))
    assert banner.width * 96 == banner.height * 64 and banner.width >= 720, "of the clip's shape, and sharp"
    plain = Image.new("RGB", banner.size, (9, 200, 9))
    laid = Image.alpha_composite(plain.convert("RGBA"), banner).convert("RGB")
    assert np.array_equal(np.asarray(laid), np.asarray(Injection("overlay", "like").laid_over(plain, covered, 3)))
    shown = {frame.frame_sha for event in record.events for frame in event.shown}
    assert shown == {path.stem for path in pictures_of(log).iterdir()}
    blind = Catalogue([replace(clip, frames=tuple(map(nowhere, clip.frames))) for clip in drawn.clips.values()])
    assert replay(log, blind).identical, replay(log, blind).difference
    assert replay_alone(log).identical, replay_alone(log).difference


@pytest.mark.parametrize(
    ("place", "observe", "own"),
    [
        ("order", "frames", False),
        ("order", "frames+caption", True),
        ("order", "caption", True),
        ("answer", "frames+transcript", False),
        ("speech", "frames", False),
        ("speech", "transcript", True),
        ("speech", "frames+transcript", True),
    ],
)
def test_words_stand_with_those_of_the_clip_and_show_none_that_are_hidden(place: str, observe: str, own: bool) -> None:
    said = [replace(clip, transcript=((0.0, 2.0, "A cat."),), caption="A dog.") for clip in WORDS.clips.values()]
    model = Leaning(LIKED)
    events = browse(options(f"1:words={place}:like", observe=observe, steps=2), Catalogue(said), model).events
    assert events[1].put is not None
    text = Injection.read(events[1].put.what).words(events[1].item_id, 3)
    assert events[1].put.text == text
    told = [ask for ask in model.asked if ask.tags["step"] == 1]
    heard = told[0].stimulus.caption if place != "speech" else told[-1].stimulus.caption
    assert text.replace('"', "'").removesuffix(".") in heard
    if place == "speech":
        assert text not in told[0].stimulus.caption, "nothing is heard at the first sight"
        assert ("A cat" in heard) is own
    else:
        assert ("A dog" in heard) is own
    assert all(text not in ask.stimulus.caption for ask in model.asked if ask.tags["step"] == 0)


def test_a_share_of_the_steps_is_the_same_for_words_and_control() -> None:
    put = [
        [event.step for event in browse(options(text, steps=30, seed=seed), WORDS, Leaning(TASTE)).events if event.put]
        for seed in (1, 2)
        for text in ("0:words=order:like,share=0.5", "0:words=answer:nothing,share=0.5")
    ]
    assert put[0] == put[1] != put[2] == put[3] and all(6 < len(each) < 24 for each in put)
    assert controls(["0-9:words=order:like,share=0.5", "3:reset"]) == ("0-9:words=order:nothing,share=0.5", "3:reset")
    assert controls(["0:words=order:nothing", "03:reset"]) == ()


def test_whom_words_do_not_move_does_the_same_with_and_without_them() -> None:
    """Common random numbers: but for what was shown and put, every event is the same."""
    like, control, without = (
        browse(options(*texts, policy=load_policy("similar"), steps=20), WORDS, Leaning(TASTE)).events
        for texts in (["5-14:words=order:like"], ["5-14:words=order:nothing"], [])
    )
    said, silent, plain = (
        [replace(event, put=None, intervention=None, prompt_hash="") for event in each]
        for each in (like, control, without)
    )
    assert said == silent == plain


@pytest.mark.parametrize("place", get_args(InjectionPlace))
@pytest.mark.parametrize("observe", ["frames", "video", "sheet", "page", "caption", "transcript", "none"])
def test_words_that_have_no_room_are_refused_before_anything_is_asked(place: InjectionPlace, observe: str) -> None:
    if observe in ROOM[place]:
        assert options(f"1:words={place}:like", observe=observe).interventions
        return
    with pytest.raises(InputError, match="cannot be put") as told:
        options(f"1:words={place}:like", observe=observe)
    assert told.value.hint


def test_an_edited_log_is_found_out_with_and_without_the_corpus(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    record = browse(options("1:words=order:like", steps=3), WORDS, Leaning(LIKED), log=log)
    put = record.events[1].put
    assert put is not None
    lines = log.read_bytes().splitlines(keepends=True)
    for told in (replace(put, text="Like it"), replace(put, what="order:skip"), None):
        changed = encode(replace(record.events[1], put=told))
        log.write_bytes(b"".join([*lines[:2], changed, *lines[3:]]))
        assert not replay(log, WORDS).identical
        assert "put is" in replay_alone(log).difference
    manifest = json.loads(lines[0])
    for words in ("order:up", "$(touch owned)", "order:like,share=9"):
        manifest["session"]["interventions"][0]["words"] = words
        log.write_bytes(json.dumps(manifest, separators=(",", ":")).encode() + b"\n" + b"".join(lines[1:]))
        with pytest.raises(InputError):
            replay(log, WORDS)
        with pytest.raises(InputError):
            replay_alone(log)


def test_a_picture_that_was_not_shown_is_found_out(tmp_path: Path, drawn: Catalogue) -> None:
    log = tmp_path / "log.jsonl"
    record = browse(options("1:words=overlay:like", steps=3), drawn, Leaning(LIKED), log=log)
    lines, event = log.read_bytes().splitlines(keepends=True), record.events[1]
    own = drawn.clips[event.item_id].frames[0].reference.picture_sha
    changed = encode(replace(event, shown=(replace(event.shown[0], frame_sha=own), *event.shown[1:])))
    log.write_bytes(b"".join([*lines[:2], changed, *lines[3:]]))
    assert "prompt_hash" in replay(log, drawn).difference


# ------------------------------------------------------------------------------------------ who obeys


@dataclass
class Parrot(Leaning):
    """Says whatever the words of the clip say, in numbers as in text; without any it is of its own mind."""

    heard: list[str] = field(default_factory=list)

    def _answer(self, ask: Ask) -> Answer:
        put = ask.stimulus.caption
        if not put:
            return super()._answer(ask)
        self.heard.append(put)
        said = "no" if any(each in put.lower() for each in ("dislike", "not liked", "skip")) else "yes"
        sure = {name: -0.01 if name == said else -5.0 for name in ("yes", "no", "exit", "like", "swap_policy")}
        return Answer(sure, put, said if ask.choices else put, 9)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (Answer(text=ask.stimulus.caption or "Well done.", tokens=3) for ask in asks)


@dataclass
class Echo(Parrot):
    """The same, without any numbers, and with the words for its class: nothing that a session could act on."""

    def _answer(self, ask: Ask) -> Answer:
        answer = super()._answer(ask)
        return replace(answer, log_probabilities={}, parsed=answer.text) if ask.stimulus.caption else answer


def walked(model: Leaning, what: str, acts: Sequence[str]) -> tuple[SessionRecord, tuple[Event, ...]]:
    texts = [f"4-20:words={what}"] if what else []
    policy = load_policy("random")
    record = browse(options(*texts, steps=25, policy=policy, actions=further_acts(acts)), WORDS, model)
    return record, record.events


@pytest.mark.parametrize("kind", [Parrot, Echo])
@pytest.mark.parametrize("place", ["order", "answer", "speech"])
@pytest.mark.parametrize("push", ["like", "skip", "nothing"])
def test_words_move_answers_and_never_feed_length_or_kinds_of_acts(kind: type[Parrot], place: str, push: str) -> None:
    everything = [name for name in FURTHER if name != "exit"]
    model, plain = kind(TASTE), kind(TASTE)
    (record, events), (without, others) = walked(model, f"{place}:{push}", everything), walked(plain, "", everything)
    assert len(events) == len(others) == 25 and not record.left, "nobody is sent away"
    assert record.manifest.policy == without.manifest.policy
    assert [event.item_id for event in events] == [event.item_id for event in others], "the feed shows what it showed"
    assert {event.policy_reason for event in events} == {"random"}
    assert {event.action for event in events} <= {"watch", "like", "dislike", "skip", "not_interested", "none"}
    assert all(set(event.further or ()) <= set(everything) for event in events)
    assert {choice.name for ask in model.asked for choice in ask.choices} <= {"yes", "no"}
    assert [replace(e, t_sim=0) for e in events[:4]] == [replace(e, t_sim=0) for e in others[:4]]
    assert model.heard and all("\n" not in each for each in model.heard)


def test_words_that_look_like_answers_are_none() -> None:
    """A model that repeats them decides nothing by it."""
    _, events = walked(Echo(TASTE), "answer:like", [])
    assert {event.action for event in events[4:21]} == {"none"}
    assert all(event.rating is None for event in events[4:21])
