"""Nothing is asked twice, in a good order, whatever happens to the process."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from agents.answers.planner import answer_all, guessed_tokens, plan
from agents.answers.store import AnswerStore
from agents.models.base import Answer, Ask, Choice, FrameReference, Model, ModelOptions, Stimulus
from agents.models.local.simulated import load
from vectorstore.foundation.errors import ModelError

YES, NO = Choice("yes", ("yes",)), Choice("no", ("no",))


class Counting:
    """A simulated model that remembers what it was asked."""

    def __init__(self) -> None:
        self._model = load("security=1", ModelOptions())
        self.id, self.settings = self._model.id, self._model.settings
        self.scored: list[Ask] = []
        self.generated: list[Ask] = []

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask, answer in zip(asks, self._model.score(asks), strict=True):
            self.scored.append(ask)
            yield answer

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask, answer in zip(asks, self._model.generate(asks), strict=True):
            self.generated.append(ask)
            yield answer


def grid(frames: int = 4, personas: int = 3, items: int = 5) -> list[Ask]:
    return [
        Ask(
            Stimulus((FrameReference(f"{frame:064x}", Path(f"{frame}.jpg")),)),
            f"Question {item}?",
            (YES, NO) if item else (),
            f"Persona {persona}",
            tags={"frame": frame, "persona": persona, "item": item},
        )
        for item in range(items)
        for persona in range(personas)
        for frame in range(frames)
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


def test_the_order_is_frame_persona_item_and_stable(store: AnswerStore) -> None:
    asks = grid()
    random.Random(0).shuffle(asks)
    made = plan(asks, load("", ModelOptions()), store)
    ordered = [ask for ask, _ in store.open_asks(made.worklist)]
    places = [(ask.tags["frame"], ask.tags["persona"]) for ask in ordered]
    assert len(set(places)) == 12
    assert sum(one != other for one, other in pairwise(places)) == 11
    frames = [frame for frame, _ in places]
    assert sum(one != other for one, other in pairwise(frames)) == 3
    for place in set(places):
        within = [ask.question for ask in ordered if (ask.tags["frame"], ask.tags["persona"]) == place]
        assert within == [ask.question for ask in asks if (ask.tags["frame"], ask.tags["persona"]) == place]
    model = Counting()
    answer_all(model, asks, store)
    given = {ask.question: ask for ask in asks if ask.tags["frame"] == 0 and ask.tags["persona"] == 0}
    for ask in model.scored:
        if ask.tags["frame"] == 0 and ask.tags["persona"] == 0:
            assert ask == given[ask.question]


def test_every_ask_is_asked_once_and_only_what_is_missing(store: AnswerStore) -> None:
    model, seen = Counting(), []
    asks = grid()
    first = answer_all(model, asks[:20], store, progress=lambda done, total: seen.append((done, total)))
    assert (first.stored, first.to_ask) == (0, 20)
    assert seen == [(done, 20) for done in range(1, 21)]
    second = answer_all(model, asks + asks, store)
    assert (second.stored, second.to_ask) == (20, len(asks) - 20)
    third = answer_all(model, asks, store)
    assert (third.stored, third.to_ask, third.seconds) == (len(asks), 0, 0.0)
    assert len(model.scored) + len(model.generated) == len(asks)
    assert all(ask.choices for ask in model.scored)
    assert not any(ask.choices for ask in model.generated)
    table = store.table()
    assert len(table) == len(asks)
    assert table["answered"].all()


def test_answers_belong_to_their_asks(store: AnswerStore) -> None:
    asks = [Ask(Stimulus(), f"Question {n}?", (YES, NO), tags={"n": n, "weight_security": n - 5}) for n in range(11)]
    random.Random(1).shuffle(asks)
    answer_all(load("security=1", ModelOptions()), asks, store)
    table = store.table()
    odds = table["log_probability_yes"] - table["log_probability_no"]
    assert odds.to_numpy() == pytest.approx((table["n"] - 5).to_numpy(dtype=float), abs=1e-6)


def test_answers_given_before_a_failure_stay(store: AnswerStore) -> None:
    class Failing(Counting):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            for count, answer in enumerate(super().score(asks)):
                if count == 7:
                    raise KeyboardInterrupt
                yield answer

    with pytest.raises(KeyboardInterrupt):
        answer_all(Failing(), grid(), store)
    assert plan(grid(), Counting(), store).stored == 7


def test_failed_asks_are_asked_again(store: AnswerStore) -> None:
    class Sometimes(Counting):
        broken = True

        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            for ask, answer in zip(asks, super().score(asks), strict=True):
                yield Answer(error="lost") if self.broken and ask.tags["item"] == 1 else answer

    model = Sometimes()
    answer_all(model, grid(), store)
    assert (store.table()["error"] == "lost").sum() == 12
    model.broken = False
    assert answer_all(model, grid(), store).to_ask == 12
    assert store.table()["answered"].all()


def test_a_model_that_skips_answers_is_an_error(store: AnswerStore) -> None:
    class Short(Counting):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            yield from list(super().score(asks))[:-1]

    with pytest.raises(ModelError, match="fewer answers"):
        answer_all(Short(), grid(), store)


def test_what_a_model_says_behind_its_last_answer_is_heard(store: AnswerStore) -> None:
    """As of a batch that failed as a whole; all that came before is kept."""

    class Failing(Counting):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            yield from super().score(asks)
            raise ModelError("the whole batch failed")

    with pytest.raises(ModelError, match="the whole batch failed"):
        answer_all(Failing(), grid(), store)
    assert store.count_answered() == sum(bool(ask.choices) for ask in grid()), "free text comes after them"


def test_a_model_that_gives_more_answers_than_asks_is_an_error(store: AnswerStore) -> None:
    class Long(Counting):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            yield from super().score(asks)
            yield Answer(text="One more thing.")

    with pytest.raises(ModelError, match="more answers than the 48 "):
        answer_all(Long(), grid(), store)


def test_two_models_share_a_store(store: AnswerStore) -> None:
    models: list[Model] = [load("security=1", ModelOptions()), load("security=2", ModelOptions())]
    for model in models:
        assert answer_all(model, grid(), store).to_ask == len(grid())
    assert Counter(store.table()["model"]) == {model.id: len(grid()) for model in models}


class Source:
    """Asks on demand, about pictures with paths; counts how often it was gone through."""

    digest = "source:1"

    def __init__(self, frames: int, personas: int = 4, items: int = 25) -> None:
        self.counts, self.times = (frames, personas, items), 0

    def __iter__(self) -> Iterator[Ask]:
        self.times += 1
        frames, personas, items = self.counts
        for frame in range(frames):
            shown = Stimulus((FrameReference(f"{frame:064x}", self.picture_path(f"{frame:064x}")),))
            for persona in range(personas):
                for item in range(items):
                    tags = {"frame": frame, "persona": persona, "item": item}
                    yield Ask(shown, f"Question {item}?", (YES, NO), f"Persona {persona}", tags=tags)

    def picture_path(self, picture_sha: str) -> Path:
        return Path("pictures") / picture_sha


def test_a_list_that_is_written_down_is_not_made_again(store: AnswerStore) -> None:
    source, model = Source(12), Counting()
    assert answer_all(model, source, store).to_ask == 1200
    assert model.scored == list(source)
    again = answer_all(Counting(), source, store)
    assert (again.stored, again.to_ask, source.times) == (1200, 0, 2)


def test_windows_are_cut_between_frames(store: AnswerStore) -> None:
    windows: list[list[Ask]] = []

    class Watched(Counting):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            windows.append(list(asks))
            return super().score(asks)

    answer_all(Watched(), Source(27, personas=3, items=100), store)
    assert [len(window) for window in windows] == [2100, 2100, 2100, 1800]
    assert all(one[-1].tags["frame"] != other[0].tags["frame"] for one, other in pairwise(windows))
    windows.clear()
    answer_all(Watched(), (replace(ask, prefill="x") for ask in Source(1, personas=10, items=500)), store)
    assert [len(window) for window in windows] == [4096, 904]


def test_estimates_are_measured_as_soon_as_there_is_something_to_measure(store: AnswerStore, tmp_path: Path) -> None:
    class Slow(Counting):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            for count, answer in enumerate(super().score(asks)):
                if count == 40:
                    raise KeyboardInterrupt
                time.sleep(0.001)
                yield replace(answer, tokens=321)

    source = Source(2)
    first = plan(source, Slow(), store)
    assert (first.basis, first.seconds, first.reply_tokens) == ("guessed", None, 2400)
    assert first.prompt_tokens == pytest.approx(200 * (500 + 5), rel=0.01)
    with pytest.raises(KeyboardInterrupt):
        answer_all(Slow(), source, store)
    later = plan(source, Slow(), store)
    assert (later.stored, later.to_ask, later.basis, later.prompt_tokens) == (40, 160, "measured", 160 * 321)
    assert later.seconds is not None and 0.16 < later.seconds < 10
    picture = tmp_path / "picture.png"
    Image.new("RGB", (750, 100)).save(picture)
    assert guessed_tokens(Ask(Stimulus((FrameReference("a", picture),)), "four" * 3)) == pytest.approx(100 + 3)


def test_more_asks_take_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.answers.store._PAGE", 200)
    monkeypatch.setattr("agents.answers.planner._SAMPLE", 200)
    peaks: list[int] = []
    for frames in (8, 8, 40):
        with AnswerStore(tmp_path / f"{frames}-{len(peaks)}.sqlite") as store:
            model = load("", ModelOptions())
            tracemalloc.start()
            plan(Source(frames), model, store)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[2] < 1.15 * peaks[1]
