"""Answers stay on disk under keys that cover everything that can change them."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.answers import AnswerStore, ask_key
from agents.models.base import Answer, Ask, Choice, FrameReference, ModelOptions, Stimulus
from agents.models.simulated import SimulatedModel, load
from vectorstore.errors import InputError, SchemaError, StorageError

YES, NO = Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No"))
FRAME = FrameReference("ab" * 32, Path("/somewhere/ab.jpg"))
ASK = Ask(
    Stimulus((FRAME,), "A caption"), "Like it?", (YES, NO), "I am old.", "Answer:", tags={"clip": "c1", "cell": 2}
)


class Named:
    """A model that is only a name and settings."""

    def __init__(self, model_id: str = "m@1", **settings: str) -> None:
        self.id = model_id
        self.settings = settings

    def score(self, asks: Any) -> Any:
        raise AssertionError("not asked here")

    generate = score


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


def test_the_key_is_the_hash_of_a_fixed_form() -> None:
    form = (
        '{"ask":{"caption":"A caption","choices":[["yes","yes","Yes"],["no","no","No"]],"max_tokens":12,'
        f'"pictures":["{"ab" * 32}"],"prefill":"Answer:","question":"Like it?","system":"I am old."}},'
        '"respondent":{"model":"m@1","settings":{"engine":"naive"}}}'
    )
    assert ask_key(ASK, Named(engine="naive")) == f"sha256:{hashlib.sha256(form.encode()).hexdigest()}"


def test_everything_that_can_change_an_answer_changes_the_key() -> None:
    other = FrameReference("cd" * 32, FRAME.path)
    changed = [
        replace(ASK, stimulus=Stimulus((other,), "A caption")),
        replace(ASK, stimulus=Stimulus((FRAME, FRAME), "A caption")),
        replace(ASK, stimulus=Stimulus((), "A caption")),
        replace(ASK, stimulus=Stimulus((FRAME,), "A caption!")),
        replace(ASK, question="Like it"),
        replace(ASK, system=""),
        replace(ASK, prefill=""),
        replace(ASK, max_tokens=13),
        replace(ASK, choices=(NO, YES)),
        replace(ASK, choices=(YES, Choice("no", ("no",)))),
        replace(ASK, choices=()),
    ]
    models = [Named("m@2"), Named(engine="shared"), Named(engine="naive", dtype="bfloat16")]
    keys = [ask_key(one, Named(engine="naive")) for one in (ASK, *changed)] + [ask_key(ASK, one) for one in models]
    assert len(set(keys)) == len(keys)


def test_paths_and_bookkeeping_do_not_change_the_key() -> None:
    moved = FrameReference(FRAME.picture_sha, Path("/elsewhere"))
    same = [replace(ASK, stimulus=Stimulus((moved,), "A caption")), replace(ASK, tags={"weight_power": 1.0})]
    assert {ask_key(one, Named()) for one in same} == {ask_key(ASK, Named())}


def test_tags_that_a_simulated_model_reads_change_its_key() -> None:
    model = load("security=1", ModelOptions())
    tagged = [{"clip": "c1"}, {"clip": "c2"}, {"weight_security": 1.0}, {"weight_security": 0.5}, {"polarity": -1}]
    keys = [ask_key(replace(ASK, tags=tags), model) for tags in tagged]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_answers_come_back_as_they_went_in(store: AnswerStore) -> None:
    model = load("security=1", ModelOptions())
    asks = [replace(ASK, tags={"clip": f"c{n}", "weight_security": n / 10}) for n in range(5)]
    keys = store.plan(asks, model)
    answers = list(model.score(asks))
    for key, answer in zip(keys[:3], answers, strict=False):
        store.add(key, answer)
    store.flush()
    assert [store.answer(key) for key in keys] == [*answers[:3], None, None]
    assert store.answered(keys) == set(keys[:3])


def test_the_table_has_one_row_per_planned_ask(store: AnswerStore) -> None:
    model = load("security=1", ModelOptions())
    actions = tuple(Choice(name, (name,)) for name in ("watch", "skip"))
    asks = [ASK, replace(ASK, choices=actions, tags={"clip": "c2", "frame": 1.5}), replace(ASK, question="Again?")]
    keys = store.plan(asks, model)
    for key, answer in zip(keys[:2], model.score(asks), strict=False):
        store.add(key, answer)
    table = store.table()
    assert list(table["clip"]) == ["c1", "c2", "c1"]
    assert list(table["answered"]) == [True, True, False]
    assert list(table["key"]) == keys
    assert set(table["model"]) == {model.id}
    assert table["log_probability_yes"].notna().tolist() == [True, False, False]
    assert table["log_probability_watch"].notna().tolist() == [False, True, False]
    assert table.loc[0, "text"] == "yes"
    assert {"parsed", "error", "tokens", "cell", "frame"} <= set(table.columns)


def test_the_same_ask_for_two_reasons_is_two_rows_and_one_answer(store: AnswerStore) -> None:
    asks = [replace(ASK, tags={"value": value}) for value in ("power", "security")]
    first, second = store.plan(asks, Named())
    assert first == second
    store.plan(asks, Named())
    store.add(first, Answer({"yes": -0.1, "no": -3.0}, "yes", "yes", 7))
    table = store.table()
    assert list(table["value"]) == ["power", "security"]
    assert list(table["text"]) == ["yes", "yes"]


def test_failures_are_kept_with_their_reason_and_do_not_count(store: AnswerStore) -> None:
    (key,) = store.plan([ASK], Named())
    store.add(key, Answer(error="picture gone"))
    store.flush()
    assert store.answered([key]) == set()
    assert store.table().loc[0, "error"] == "picture gone"
    assert not store.table().loc[0, "answered"]
    store.add(key, Answer(text="yes", parsed="yes"))
    store.flush()
    store.add(key, Answer(text="no", parsed="no"))
    store.flush()
    answer = store.answer(key)
    assert answer is not None
    assert answer.text == "yes"


def test_hostile_text_is_stored_whole(store: AnswerStore) -> None:
    (key,) = store.plan([replace(ASK, question="'; DROP TABLE answer; --\ud800")], Named())
    store.add(key, Answer(text="\ud800\0'; DROP TABLE plan;" + "x" * 100_000))
    store.flush()
    answer = store.answer(key)
    assert answer is not None
    assert len(answer.text) > 100_000
    assert store.verify().problems == ()


def test_planned_asks_come_back_without_paths(store: AnswerStore) -> None:
    (key,) = store.plan([ASK], Named())
    ((ask, stored_key),) = store.planned()
    assert stored_key == key == ask_key(ask, Named())
    assert ask == replace(ASK, stimulus=Stimulus((FrameReference(FRAME.picture_sha, Path()),), "A caption"))
    assert b"somewhere" not in store.path.read_bytes()


def test_verify_finds_what_was_changed(store: AnswerStore, tmp_path: Path) -> None:
    model = load("security=1", ModelOptions())
    asks = [replace(ASK, question=f"Question {n}?", tags={"weight_security": n}) for n in range(4)]
    keys = store.plan(asks, model)
    for key, answer in zip(keys, model.score(asks), strict=True):
        store.add(key, answer)
    store.flush()
    assert store.verify().checked == 4
    assert store.verify().problems == ()
    other = sqlite3.connect(store.path)
    with other:
        other.execute("UPDATE plan SET ask = replace(ask, 'Question 2', 'Question 7') WHERE position = 3")
        other.execute("INSERT INTO answer VALUES ('sha256:stray', '', '', '{}', 0, '', '')")
    other.close()
    problems = store.verify().problems
    assert len(problems) == 2
    assert "planned ask 3" in problems[0]
    assert "stray" in problems[1]


def test_tags_cannot_hide_columns(store: AnswerStore) -> None:
    for name in ("key", "text", "log_probability_yes"):
        with pytest.raises(InputError, match=name):
            store.plan([replace(ASK, tags={name: 1})], Named())


def test_two_openings_of_one_file_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with AnswerStore(path) as one, AnswerStore(path) as two:
        keys = one.plan([ASK], Named())
        assert two.plan([ASK], Named()) == keys
        two.add(keys[0], Answer(text="yes"))
        two.flush()
        assert one.answered(keys) == set(keys)
        assert len(one.table()) == 1


def test_files_of_another_kind_or_version_are_refused(tmp_path: Path) -> None:
    with AnswerStore(tmp_path / "later.sqlite"):
        pass
    later = sqlite3.connect(tmp_path / "later.sqlite")
    later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(SchemaError, match="schema 99"):
        AnswerStore(tmp_path / "later.sqlite")
    (tmp_path / "text.sqlite").write_text("not a database at all, only a long enough text" * 50)
    with pytest.raises(SchemaError, match="not an answer store"):
        AnswerStore(tmp_path / "text.sqlite")
    foreign = sqlite3.connect(tmp_path / "foreign.sqlite")
    foreign.execute("CREATE TABLE other (x)")
    foreign.close()
    with pytest.raises(SchemaError, match="not an answer store"):
        AnswerStore(tmp_path / "foreign.sqlite")


def test_folders_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        AnswerStore(tmp_path / "no_folder" / "answers.sqlite")
    with AnswerStore(tmp_path / "answers.sqlite"):
        pass
    with pytest.raises(StorageError):
        AnswerStore(tmp_path)


def test_a_full_disk_is_said_to_be_full(store: AnswerStore) -> None:
    (key,) = store.plan([ASK], Named())
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count = {pages}")
    store.add(key, Answer(text="x" * 1_000_000))
    with pytest.raises(StorageError, match="full"):
        store.flush()
    store._waiting.clear()
    assert store.answered([key]) == set()


def test_a_store_that_may_only_be_read_says_so(store: AnswerStore) -> None:
    store._database.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError):
        store.plan([ASK], Named())
    store._database.execute("PRAGMA query_only = OFF")


def test_an_empty_store_has_an_empty_table(store: AnswerStore) -> None:
    assert store.table().empty
    assert "parsed" in store.table().columns


def test_simulated_model_is_a_model() -> None:
    assert isinstance(load("", ModelOptions()), SimulatedModel)
