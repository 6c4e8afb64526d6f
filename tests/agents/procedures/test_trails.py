"""A store goes on with procedures, replays them without a model, and catches one that does not follow."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest
import scripted_procedures
from scripted_procedures import YES_NO, Oracle, cast, named, scripted

from agents.answers.conducted import ConductedAnswers
from agents.answers.export import verify_answers
from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_key
from agents.models.base import Answer, Ask, Stimulus
from agents.procedures.conductor import conduct
from agents.procedures.procedure import Addressed, Named, Procedure, alone
from agents.procedures.stored import StoredModel, replay
from vectorstore.foundation.errors import CorpusError, InputError, ModelError, ProcedureError, SchemaError, StorageError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


def one_by_one(count: int) -> list[list[Answer]]:
    return [alone(scripted(seed), cast()) for seed in range(count)]


# ------------------------------------------------------------------------------------------ going on


@pytest.mark.parametrize("number", [1, 60])
def test_killed_at_any_answer_the_same_call_goes_on(path: Path, number: int) -> None:
    command = [sys.executable, scripted_procedures.__file__, str(path), str(number)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    players = cast()
    with AnswerStore(path) as store:
        assert verify_answers(store).problems == ()
        kept = {key for key, answer in _answers(store) if not answer.error}
        # What came within a fiftieth of a second of the kill may be lost; the windows before it are not.
        assert len(kept) >= (number - 1) // 8 * 8 * 0.75
        assert list(conduct(named(range(40)), players, store)) == one_by_one(40)
        again = {ask_key(ask, model) for model in (players["subject"], players["judge"]) for ask in model.asked}
        assert not again & kept
        assert verify_answers(store).problems == ()


def _answers(store: AnswerStore) -> Iterator[tuple[str, Answer]]:
    for _, key in store.planned():
        if (answer := store.answer(key)) is not None:
            yield key, answer


# ------------------------------------------------------------------------------------------ replaying


@pytest.mark.parametrize("read_only", [False, True])
def test_a_replay_needs_no_model_and_writes_nothing(path: Path, read_only: bool) -> None:
    with AnswerStore(path) as store:
        expected = list(conduct(named(range(30)), cast(), store))
    assert any(answer.error for heard in expected for answer in heard)
    before = _dump(path)
    with AnswerStore(path, read_only=read_only) as store:
        assert list(replay(named(range(30)), store)) == expected
    assert _dump(path) == before


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


@pytest.mark.parametrize("read_only", [False, True])
def test_an_answer_that_is_missing_is_named(path: Path, read_only: bool) -> None:
    with AnswerStore(path) as store:
        list(conduct([Named("first", two_steps("first"))], {"subject": Oracle()}, store))
    before = _dump(path)
    with AnswerStore(path, read_only=read_only) as store:
        with pytest.raises(ModelError, match=r"no answer of oracle@1 is stored to 'second, 0\?' \(sha256:") as told:
            list(replay([Named("first", two_steps("first")), Named("second", two_steps("second"))], store))
        assert "with its models" in told.value.hint
    assert _dump(path) == before


def two_steps(name: str) -> Procedure[int]:
    for step in range(2):
        yield [Addressed(Ask(Stimulus(), f"{name}, {step}?", YES_NO))]
    return 2


def test_the_cast_of_a_replay_is_told_or_the_only_one(path: Path) -> None:
    with AnswerStore(path) as store:
        with pytest.raises(InputError, match="procedures of 0 casts"):
            list(replay([Named("a", two_steps("a"))], store))
        for model in ("one@1", "two@1"):
            list(conduct([Named("a", two_steps("a"))], {"subject": Oracle(model)}, store))
        with pytest.raises(InputError, match="procedures of 2 casts") as told:
            list(replay([Named("a", two_steps("a"))], store))
        assert told.value.hint == "name the model of each role: subject: one@1; subject: two@1"
        assert list(replay([Named("a", two_steps("a"))], store, {"subject": "two@1"})) == [2]
        with pytest.raises(InputError, match="0 casts with judge: two@1"):
            list(replay([], store, {"judge": "two@1"}))


def test_a_stored_model_has_nothing_to_say() -> None:
    model = StoredModel("m@1", {"engine": "naive"})
    for put in (model.score, model.generate):
        with pytest.raises(ModelError, match="no answer of m@1"):
            list(put([Ask(Stimulus(), "Well?")]))


# ------------------------------------------------------------------------------------------ what does not follow


def drifting(luck: random.Random, steps: int = 4) -> Procedure[int]:
    """Asks what no answer and no named stream told it to."""
    for step in range(steps):
        yield [Addressed(Ask(Stimulus(), f"Same, {step}?", YES_NO)) for step in range(step + 1)]
    yield [Addressed(Ask(Stimulus(), f"Luck {luck.random()}?", YES_NO))]
    return steps


def test_an_ask_that_does_not_follow_is_named_with_its_procedure_and_its_step(path: Path) -> None:
    luck = random.Random(0)
    with AnswerStore(path) as store:
        assert list(conduct([Named("steady", two_steps("a")), Named("dice", drifting(luck))], cast(), store)) == [2, 4]
        trials: tuple[Callable[[], Iterator[object]], ...] = (
            lambda: conduct([Named("steady", two_steps("a")), Named("dice", drifting(luck))], cast(), store),
            lambda: replay([Named("dice", drifting(luck))], store),
        )
        for again in trials:
            with pytest.raises(ProcedureError) as told:
                list(again())
            assert told.value.message.startswith(
                "the procedure 'dice' does not follow from its answers: at step 4 it asked 'Luck 0.84442185"
            )
            assert "when it was recorded, and now it asks 'Luck 0." in told.value.message
            assert "(sha256:" in told.value.message and "named random streams" in told.value.hint
        assert list(conduct([Named("dice", drifting(random.Random(0)))], cast(), store)) == [4]
        assert verify_answers(store).problems == ()


def plain(texts: list[list[str]]) -> Procedure[int]:
    for questions in texts:
        yield [Addressed(Ask(Stimulus(), question, YES_NO)) for question in questions]
    return len(texts)


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ([["a"], ["b"]], [["a"]], "at step 1 it asked 'b' (sha256:"),
        ([["a"], ["b"]], [["a"]], "and now it has ended"),
        ([["a"]], [["a"], ["b"]], "at step 1 it had ended when it was recorded, and now it asks 'b'"),
        ([["a", "b"]], [["a"]], "asked 'b' "),
        ([["a", "b"]], [["a"]], "now it asks nothing more"),
        ([["a"]], [["b", "a"]], "asked 'a' "),
        ([["a"]], [["b", "a"]], "now it asks 'b'"),
        ([["a", "b"]], [["b", "a"]], "asks 'b'"),
    ],
)
def test_both_ways_are_told(path: Path, before: list[list[str]], now: list[list[str]], words: str) -> None:
    with AnswerStore(path) as store:
        list(conduct([Named("a", plain(before))], cast(), store))
        with pytest.raises(ProcedureError) as told:
            list(conduct([Named("a", plain(now))], cast(), store))
        assert words in told.value.message
        # Under another name it is another procedure, and what is stored is not asked again.
        assert list(conduct([Named("b", plain(now))], cast(), store)) == [len(now)]


def test_another_answer_leads_another_way(path: Path) -> None:
    """A failure is asked again by the next run; what followed from it is forgotten."""

    class Mended(Oracle):
        broken = True

        def answer(self, ask: Ask) -> Answer:
            failed = self.broken and ask.question == "First?"
            return Answer(error="overloaded") if failed else Answer(text="yes", parsed="yes")

    def cautious() -> Procedure[list[str]]:
        (first,) = yield [Addressed(Ask(Stimulus(), "First?", YES_NO))]
        (second,) = yield [Addressed(Ask(Stimulus(), "What was wrong?" if first.error else "Second?", YES_NO))]
        return [first.error, second.parsed]

    model = Mended()
    with AnswerStore(path) as store:
        assert list(conduct([Named("a", cautious())], {"subject": model}, store)) == [["overloaded", "yes"]]
        assert list(replay([Named("a", cautious())], store)) == [["overloaded", "yes"]]
        model.broken = False
        for _ in range(2):
            assert list(conduct([Named("a", cautious())], {"subject": model}, store)) == [["", "yes"]]
        assert list(replay([Named("a", cautious())], store)) == [["", "yes"]]
        assert [ask.question for ask in model.asked] == ["First?", "What was wrong?", "First?", "Second?"]


# ------------------------------------------------------------------------------------------ on disk


def test_a_store_without_procedures_is_as_it_was(path: Path) -> None:
    with AnswerStore(path) as store:
        store.plan([Ask(Stimulus(), "?")], Oracle())
    assert not any("procedure" in statement for statement in _dump(path))
    with AnswerStore(path) as store:
        list(conduct([Named("a", two_steps("a"))], cast(), store))
    for read_only in (True, False):
        AnswerStore(path, read_only=read_only).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE step ADD COLUMN more TEXT")
    with pytest.raises(CorpusError, match="step"):
        AnswerStore(path)


def test_a_store_that_cannot_be_written_says_why(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> NoReturn:
        raise StorageError("no space left")

    with AnswerStore(path) as store:
        answers = ConductedAnswers(store)
        monkeypatch.setattr(store, "writing", full)
        with pytest.raises(StorageError, match="no space left"):
            answers.add(())


@pytest.mark.parametrize("asks", ["", "{}", "[1.5]", '["a"]', "[1"])
def test_a_damaged_trail_is_one_clear_line(path: Path, asks: str) -> None:
    with AnswerStore(path) as store:
        list(conduct([Named("a", two_steps("a"))], cast(), store))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE step SET asks = ?", (asks,))
    with AnswerStore(path) as store, pytest.raises(SchemaError, match="damaged"):
        list(conduct([Named("a", two_steps("a"))], cast(), store))
