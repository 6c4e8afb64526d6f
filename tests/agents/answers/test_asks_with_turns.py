"""Earlier turns and repeats are part of an ask, of its key and of everything that is stored; other keys stay."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas
import pytest
from tiny_models import PictureMaker

from agents.answers.export import export_answers, verify_answers
from agents.answers.planner import answer_all, guessed_tokens
from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_content, ask_from_content, ask_key, canonical_json
from agents.models.base import Answer, Ask, Choice, FrameReference, ModelOptions, Stimulus, Turn
from agents.models.local.simulated import load
from agents.models.picture_watch import PictureWatch
from valuespectrum.runs.inspect_log import LogSource, write_logs
from valuespectrum.runs.manifest import Manifest
from vectorstore.foundation.errors import BlindModelError, InputError, SchemaError

YES, NO = Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No"))
SHAS = [f"{number:02x}" * 32 for number in range(4)]
FRAMES = [FrameReference(sha, Path(f"/pictures/{sha}.jpg")) for sha in SHAS]
TURNS = (
    Turn("user", "What is this?", (FRAMES[1], FRAMES[2])),
    Turn("assistant", "A house, =1+1 \ud83c"),
    Turn("user", frames=(FRAMES[3],)),
    Turn("assistant"),
)
ASK = Ask(Stimulus((FRAMES[0],), "A caption"), "Like it?", (YES, NO), "I am old.", "Answer:", tags={"clip": "c1"})
LONGER = replace(ASK, turns=TURNS)
PICTURES = replace(ASK, stimulus=replace(ASK.stimulus, frames=tuple(FRAMES[:3])))
FILM = replace(PICTURES, stimulus=replace(PICTURES.stimulus, times=(0.0, 0.5, 2.0)))
"""The same frames as one video."""
KNOWN = (
    (ASK, "66e0a0fff909263d30faab6a2348003b5b060432bf7eae638989896a060981a1"),
    (
        Ask(Stimulus(), "Describe it.", max_tokens=40),
        "a073200e184a1ceefd0e51623656b113980ede2bed1402ddf4ec289242d83142",
    ),
)
"""Asks without turns and the keys they had before there were turns, of the model ``m@1`` with the naive engine."""


class Recording:
    """Says yes, and keeps what it was asked."""

    id, settings = "m@1", {"engine": "naive"}

    def __init__(self) -> None:
        self.asked: list[Ask] = []

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked.append(ask)
            yield Answer({"yes": -0.1, "no": -3.0}, "yes", "yes", 7)

    generate = score


class Watching(Recording):
    """The same of a model that takes videos."""

    def objection_to_video(self) -> str:
        return ""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


def answered(store: AnswerStore, asks: Sequence[Ask]) -> Recording:
    """A model that answered asks into a store."""
    model = Watching()
    paths = {frame.picture_sha: frame.path for frame in FRAMES}
    answer_all(model, asks, store)
    assert all(frame.path == paths[frame.picture_sha] for ask in model.asked for frame in ask.frames)
    return model


def test_asks_without_turns_keep_the_keys_they_had() -> None:
    assert [ask_key(ask, Recording()).removeprefix("sha256:") for ask, _ in KNOWN] == [key for _, key in KNOWN]
    shown = Ask(Stimulus(tuple(FRAMES[1:3])), "Like it?", (YES, NO), tags={"weight_security": 0.5})
    key = "sha256:5d7af0b2922be8874eaf508864519c1248e63bdfc55690eb88d3fa8c324d2b7f"
    assert ask_key(shown, load("security=1", ModelOptions())) == key
    assert all(ask_content(ask).keys().isdisjoint({"turns", "draw"}) for ask, _ in KNOWN)


def test_everything_in_a_turn_changes_the_key_and_its_paths_do_not() -> None:
    first, second, *rest = TURNS
    changed = [
        ASK,
        LONGER,
        replace(LONGER, draw=1),
        replace(ASK, draw=1),
        replace(ASK, draw=2),
        PICTURES,
        FILM,
        replace(FILM, stimulus=replace(FILM.stimulus, times=(0.0, 1.0, 2.0))),
        replace(ASK, turns=TURNS[:2]),
        replace(ASK, turns=(second, first, *rest)),
        replace(ASK, turns=(replace(first, words="What is that?"), second, *rest)),
        replace(ASK, turns=(replace(first, frames=first.frames[::-1]), second, *rest)),
        replace(ASK, turns=(replace(first, frames=first.frames[:1]), second, *rest)),
        replace(ASK, turns=(replace(first, role="assistant", frames=()), second, *rest)),
    ]
    assert len({ask_key(ask, Recording()) for ask in changed}) == len(changed)
    moved = tuple(replace(frame, path=Path("elsewhere")) for frame in first.frames)
    assert ask_key(replace(LONGER, turns=(replace(first, frames=moved), *TURNS[1:])), Recording()) == ask_key(
        LONGER, Recording()
    )


def test_an_ask_is_made_again_of_its_content() -> None:
    for ask in (ASK, LONGER, replace(LONGER, draw=3), FILM):
        content = json.loads(canonical_json(ask_content(ask)))
        assert ask_content(ask_from_content(content)) == content
    assert [frame.picture_sha for frame in LONGER.frames] == [SHAS[1], SHAS[2], SHAS[3], SHAS[0]]


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        ({"role": "system", "words": "You are old."}, "cannot be that of 'system'"),
        ({"role": "assistant", "words": "Look", "frames": (FRAMES[0],)}, "an assistant's turn shows pictures"),
        ({"role": "user"}, "neither says nor shows"),
    ],
)
def test_turns_that_nobody_can_render_are_refused(turn: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Turn(**turn)
    with pytest.raises(InputError, match="counted from 0"):
        replace(ASK, draw=-1)


def test_stores_hold_turns_videos_and_repeats(store: AnswerStore, tmp_path: Path) -> None:
    said = replace(FILM, turns=(Turn("user", "Hi."), Turn("assistant", "Yes?")))
    asks = [ASK, LONGER, replace(LONGER, draw=1), replace(ASK, draw=2), PICTURES, FILM, said]
    model = answered(store, asks)
    assert sorted(map(repr, model.asked)) == sorted(map(repr, asks))
    keys = [ask_key(ask, model) for ask in asks]
    assert [key for _, key in store.planned()] == keys
    for key, ask in zip(keys, asks, strict=True):
        kept = store.ask(key)
        assert kept is not None and ask_content(kept) == ask_content(ask) and store.answer(key) is not None
    checked = verify_answers(store)
    assert (checked.checked, checked.answers, checked.problems) == (7, 7, ())
    assert answer_all(model, asks, store).to_ask == 0


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_exports_hold_turns_and_repeats(store: AnswerStore, tmp_path: Path, form: str) -> None:
    answered(store, [ASK, LONGER, replace(LONGER, draw=1)])
    path = tmp_path / f"answers.{form}"
    export_answers(store, path, form)
    back = pandas.read_csv(path, keep_default_na=False) if form == "csv" else pandas.read_parquet(path)
    assert back["draw"].tolist() == [0, 0, 1]
    assert [json.loads(turns) if turns else None for turns in back["turns"]] == [
        None,
        *[ask_content(LONGER)["turns"]] * 2,
    ]


def test_exports_tell_a_video_from_its_frames(store: AnswerStore, tmp_path: Path) -> None:
    answered(store, [PICTURES, FILM])
    export_answers(store, tmp_path / "answers.csv", "csv")
    back = pandas.read_csv(tmp_path / "answers.csv", keep_default_na=False)
    assert back["times"].tolist() == ["", "[0.0,0.5,2.0]"] and "turns" not in back
    (log,) = write_logs(store, LogSource(Manifest({}, {}), {}, lambda sha: None), tmp_path)
    with zipfile.ZipFile(log) as archive:
        samples = [archive.read(name).decode() for name in archive.namelist() if name.startswith("samples/")]
    assert sum("[one video of these frames, at 0, 0.5, 2 s]" in sample for sample in samples) == 1


def test_a_tag_of_that_name_keeps_its_place(store: AnswerStore, tmp_path: Path) -> None:
    answered(store, [replace(ASK, tags={"draw": "ace", "turns": 4}), replace(LONGER, draw=1)])
    export_answers(store, tmp_path / "answers.parquet", "parquet")
    back = pandas.read_parquet(tmp_path / "answers.parquet")
    assert back["draw"].tolist() == ["ace", "1"]
    assert back["turns"].tolist() == ["4", canonical_json(ask_content(LONGER)["turns"])]


def test_logs_for_inspect_hold_the_whole_conversation(store: AnswerStore, tmp_path: Path) -> None:
    answered(store, [replace(LONGER, draw=1)])
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"jpeg")
    source = LogSource(Manifest({}, {}), {}, lambda sha: picture if sha == SHAS[3] else None)
    (log,) = write_logs(store, source, tmp_path)
    with zipfile.ZipFile(log) as archive:
        (name,) = (name for name in archive.namelist() if name.startswith("samples/"))
        sample = json.loads(archive.read(name))
    told = [(message["role"], message["content"]) for message in sample["messages"]]
    assert told == [
        ("system", "I am old."),
        ("user", f"[picture {SHAS[1]}]\n[picture {SHAS[2]}]\nWhat is this?"),
        ("assistant", "A house, =1+1 \ud83c"),
        ("user", [{"type": "image", "image": f"attachment://{SHAS[3]}"}, {"type": "text", "text": ""}]),
        ("assistant", ""),
        ("user", f"[picture {SHAS[0]}]\nA caption\nLike it?"),
        ("assistant", "yes"),
    ]
    assert set(sample["attachments"]) == {SHAS[3]} and sample["metadata"]["draw"] == 1


def test_asks_with_the_same_turns_follow_each_other(store: AnswerStore) -> None:
    other = (Turn("user", "Another one"), Turn("assistant", "Yes."))
    asks = [
        replace(ASK, turns=turns, question=f"Question {number}?")
        for number in range(3)
        for turns in (TURNS, other, TURNS[:2])
    ]
    order = [ask.turns for ask in answered(store, asks).asked]
    assert order == [turns for turns in (TURNS, other, TURNS[:2]) for _ in range(3)]


def test_what_is_no_turn_is_no_part_of_a_store(store: AnswerStore) -> None:
    answered(store, [LONGER])
    sound = json.loads(next(store.rows()).parts[0])
    changes: tuple[dict[str, object], ...] = (
        {"turns": []},
        {"turns": [{"role": "system", "words": "Obey", "pictures": []}]},
        {"turns": [{"role": "user", "words": "", "pictures": []}]},
        {"turns": [{"role": "assistant", "words": "x", "pictures": [SHAS[0]]}]},
        {"turns": [{"role": "user", "words": 7, "pictures": []}]},
        {"turns": [{"role": "user", "words": "x", "pictures": [7]}]},
        {"turns": [{"role": "user", "words": "x"}]},
        {"times": [0.0]},
        {"more": 1},
    )
    for change in changes:
        with store._transaction():
            update = "UPDATE part SET content = ? WHERE id = (SELECT pictures FROM ask)"
            store._database.execute(update, (canonical_json(sound | change),))
        with pytest.raises(SchemaError, match="damaged"):
            list(store.planned())
        assert verify_answers(store).problems


def test_estimates_count_words_and_pictures_of_turns(make_picture: PictureMaker) -> None:
    picture = make_picture(1)
    plain = Ask(Stimulus((picture,)), "Like it?")
    before = guessed_tokens(Ask(Stimulus((picture,)), "What is it?"))
    told = replace(plain, turns=(Turn("user", "What is it?", (picture,)), Turn("assistant", "A house.")))
    assert guessed_tokens(told) == pytest.approx(guessed_tokens(plain) + before + len("A house.") / 4)


def test_the_watch_looks_at_pictures_of_earlier_turns() -> None:
    watch = PictureWatch("m@1", "ask again")
    blind = Answer(text="I see no picture", parsed="no_picture")
    with pytest.raises(BlindModelError):
        for number in range(40):
            shown = Turn("user", "Look", (FRAMES[number % 4],))
            watch.note_answer(Ask(Stimulus(), "Like it?", turns=(shown, Turn("assistant", "Yes."))), blind)
