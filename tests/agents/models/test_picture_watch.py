"""A model that keeps saying that there is no picture stops the run, loses nothing, and can be asked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from browse_fixtures import make_catalogue, session
from tiny_models import PictureMaker

from agents.answers.export import verify_answers
from agents.answers.planner import answer_all
from agents.answers.store import AnswerStore
from agents.browsing.log import read_log
from agents.browsing.session import browse
from agents.models.base import NO_PICTURE, Answer, Ask, Choice, Stimulus
from agents.models.picture_watch import LEAST_ASKS, PictureWatch
from vectorstore.foundation.errors import BlindModelError

YES_NO = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))
BLIND = Answer(text="No image was provided.", parsed=NO_PICTURE)
SEEING = Answer({"yes": -0.5, "no": -1.5}, "Yes", "yes", 9)


class Sometimes:
    """Sees the pictures that it is told it sees."""

    id = "sometimes@1"

    def __init__(self, blind: set[str] | None) -> None:
        self.settings: dict[str, str] = {}
        self.blind, self.asked = blind, 0

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked += 1
            shown = {frame.picture_sha for frame in ask.stimulus.frames}
            yield BLIND if self.blind is None or shown & self.blind else SEEING

    generate = score


@pytest.fixture
def asks(make_picture: PictureMaker) -> list[Ask]:
    frames = [make_picture(number) for number in range(8)]
    return [Ask(Stimulus((frame,)), f"Question {each}?", YES_NO) for frame in frames for each in range(10)]


def test_a_blind_model_is_stopped_and_asked_again_when_it_sees(asks: list[Ask], tmp_path: Path) -> None:
    model = Sometimes(None)
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        with pytest.raises(BlindModelError, match=r"says that it sees no picture: 21 of its last 21 .* 3 pictures"):
            answer_all(model, asks, store)
        assert model.asked == 21
        assert set(store.table()["error"]) == {"", "the model says that it sees no picture"}
        assert not store.table()["answered"].any()
        assert verify_answers(store).problems == ()
        model.blind = set()
        assert answer_all(model, asks, store).to_ask == 80
        assert store.table()["answered"].all() and set(store.table()["parsed"]) == {"yes"}
        assert verify_answers(store).problems == ()


def test_two_pictures_that_cannot_be_made_out_stop_nothing(asks: list[Ask], tmp_path: Path) -> None:
    shown = [ask.stimulus.frames[0].picture_sha for ask in asks]
    model = Sometimes({shown[0], shown[10]})
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        answer_all(model, asks, store)
        parsed = store.table()["parsed"]
        assert (parsed == NO_PICTURE).sum() == 20 and store.table()["answered"].all()
        assert answer_all(model, asks, store).to_ask == 0


def test_a_model_that_goes_blind_later_is_stopped_too() -> None:
    watch = PictureWatch("m", "again")
    for number in range(1000):
        watch.note(number // 10, False)
    with pytest.raises(BlindModelError) as told:
        for number in range(1000, 2000):
            watch.note(number // 10, True)
    assert number < 1040 and told.value.hint.endswith("again")


def test_failures_texts_and_few_answers_say_nothing(asks: list[Ask]) -> None:
    watch = PictureWatch("m", "again")
    for ask in asks:
        watch.note_answer(ask, replace(BLIND, error="timeout"))
        watch.note_answer(replace(ask, stimulus=Stimulus()), BLIND)
    for ask in asks[: LEAST_ASKS - 1]:
        watch.note_answer(ask, BLIND)


def test_a_session_of_a_blind_model_stops_with_its_steps_logged(tmp_path: Path) -> None:
    catalogue, log = make_catalogue(30), tmp_path / "session.jsonl"
    for _ in range(2):
        with pytest.raises(BlindModelError, match="sees no picture"):
            browse(session(steps=20), catalogue, Sometimes(None), log=log)
        events = read_log(log).events
        assert 3 <= len(events) < 20
        assert {event.action for event in events} == {"none"} and not any(event.refusal for event in events)
