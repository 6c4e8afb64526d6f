"""Nothing is asked twice, in a good order, whatever happens to the process."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from agents.answer_care import verify_answers
from agents.answers import AnswerStore
from agents.models.base import Answer, Ask, Choice, FrameReference, Model, ModelOptions, Stimulus
from agents.models.simulated import load
from agents.planner import answer_all, plan
from vectorstore.errors import ModelError

YES, NO = Choice("yes", ("yes",)), Choice("no", ("no",))
ROOT = Path(__file__).parents[2]


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


def test_two_models_share_a_store(store: AnswerStore) -> None:
    models: list[Model] = [load("security=1", ModelOptions()), load("security=2", ModelOptions())]
    for model in models:
        assert answer_all(model, grid(), store).to_ask == len(grid())
    assert Counter(store.table()["model"]) == {model.id: len(grid()) for model in models}


SLOW_RUN = """
    import sys, time
    from pathlib import Path

    sys.path.insert(0, {tests!r})
    from test_planner import Counting, grid
    from agents.answers import AnswerStore
    from agents.planner import answer_all

    class Slow(Counting):
        def score(self, asks):
            for ask, answer in zip(asks, super().score(asks)):
                time.sleep(0.002)
                with open({log!r}, "a") as log:
                    log.write(f"{{ask.tags['frame']}}-{{ask.tags['persona']}}-{{ask.tags['item']}}\\n")
                yield answer

    with AnswerStore(Path({store!r})) as store:
        answer_all(Slow(), grid(10, 4, 10), store)
"""


def test_a_killed_run_goes_on_and_never_asks_again_what_was_stored(tmp_path: Path) -> None:
    path, log = tmp_path / "answers.sqlite", tmp_path / "asked.txt"
    program = textwrap.dedent(SLOW_RUN).format(tests=str(Path(__file__).parent), log=str(log), store=str(path))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    chance = random.Random(5)
    stored: set[str] = set()
    for _ in range(3):
        before = len(log.read_text().splitlines()) if log.exists() else 0
        process = subprocess.Popen([sys.executable, "-c", program], env=environment)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not log.exists() or len(log.read_text().splitlines()) < before + 80):
            time.sleep(0.005)
        time.sleep(chance.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        asked = log.read_text().splitlines()[before:]
        assert not stored & set(asked)
        with AnswerStore(path) as store:
            assert verify_answers(store).problems == ()
            table = store.table()
            now = {f"{row.frame}-{row.persona}-{row.item}" for row in table[table["answered"]].itertuples()}
        assert stored < now
        assert len(set(asked) - now) <= 1
        stored = now
    with AnswerStore(path) as store:
        model = Counting()
        answer_all(model, grid(10, 4, 10), store)
        again = {f"{ask.tags['frame']}-{ask.tags['persona']}-{ask.tags['item']}" for ask in model.scored}
        assert not stored & again
        assert store.table()["answered"].all()
        assert verify_answers(store).problems == ()
