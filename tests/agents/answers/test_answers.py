"""Answers stay on disk under keys that cover everything that can change them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.answers.export import export_answers, verify_answers
from agents.answers.planner import answer_all
from agents.answers.store import AnswerStore, ask_key
from agents.models.base import Answer, Ask, Choice, FrameReference, ModelOptions, Stimulus
from agents.models.local.simulated import SimulatedModel, load
from vectorstore.foundation.errors import CorpusError, CorpusLockedError, InputError, SchemaError, StorageError

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


def plan(store: AnswerStore, asks: list[Ask], model: Any) -> list[str]:
    """Plan asks and give their keys."""
    store.plan(asks, model)
    return [ask_key(ask, model) for ask in asks]


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
    tagged: list[dict[str, str | int | float]] = [
        {"clip": "c1"},
        {"clip": "c2"},
        {"weight_security": 1.0},
        {"weight_security": 0.5},
        {"polarity": -1},
    ]
    keys = [ask_key(replace(ASK, tags=tags), model) for tags in tagged]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


def test_answers_come_back_as_they_went_in(store: AnswerStore) -> None:
    model = load("security=1", ModelOptions())
    asks = [replace(ASK, tags={"clip": f"c{n}", "weight_security": n / 10}) for n in range(5)]
    keys = plan(store, asks, model)
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
    keys = plan(store, asks, model)
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
    first, second = plan(store, asks, Named())
    assert first == second
    store.plan(asks, Named())
    store.add(first, Answer({"yes": -0.1, "no": -3.0}, "yes", "yes", 7))
    table = store.table()
    assert list(table["value"]) == ["power", "security"]
    assert list(table["text"]) == ["yes", "yes"]


def test_how_near_a_picture_was_makes_no_second_row_of_an_ask(store: AnswerStore) -> None:
    """Another machine rounds otherwise, and would count the answer twice."""
    found: dict[str, str | int | float] = {"keyword": "crown", "rank": 1, "similarity": 0.123456, "value": "power"}
    for tags in (found, found | {"similarity": 0.123457}, found | {"rank": 2, "similarity": -1e-06}):
        store.plan([replace(ASK, tags=tags)], Named())
    assert store.table()["similarity"].tolist() == [0.123456]
    for tags in (found | {"keyword": "throne"}, found | {"value": "security"}):
        store.plan([replace(ASK, tags=tags)], Named())
    assert store.table()["value"].tolist() == ["power", "power", "security"]


def test_failures_are_kept_with_their_reason_and_do_not_count(store: AnswerStore) -> None:
    (key,) = plan(store, [ASK], Named())
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
    (key,) = plan(store, [replace(ASK, question="'; DROP TABLE answer; --\ud800")], Named())
    store.add(key, Answer(text="\ud800\0'; DROP TABLE plan;" + "x" * 100_000))
    store.flush()
    answer = store.answer(key)
    assert answer is not None
    assert len(answer.text) > 100_000
    assert verify_answers(store).problems == ()


def test_planned_asks_come_back_without_paths(store: AnswerStore) -> None:
    (key,) = plan(store, [ASK], Named())
    ((ask, stored_key),) = store.planned()
    assert stored_key == key == ask_key(ask, Named())
    assert ask == replace(ASK, stimulus=Stimulus((FrameReference(FRAME.picture_sha, Path()),), "A caption"))
    assert b"somewhere" not in store.path.read_bytes()


def test_verify_finds_what_was_changed(store: AnswerStore, tmp_path: Path) -> None:
    model = load("security=1", ModelOptions())
    asks = [replace(ASK, question=f"Question {n}?", tags={"weight_security": n}) for n in range(4)]
    keys = plan(store, asks, model)
    for key, answer in zip(keys, model.score(asks), strict=True):
        store.add(key, answer)
    store.flush()
    assert verify_answers(store).checked == 4
    assert verify_answers(store).problems == ()
    other = sqlite3.connect(store.path)
    with other:
        other.execute("UPDATE part SET content = replace(content, 'Question 2', 'Question 7')")
        other.execute("UPDATE answer SET log_probabilities = '{\"yes\":-0.01}' WHERE ask = 2")
        other.execute("UPDATE plan SET tags = '{\"weight_security\":9}' WHERE position = 4")
        other.execute("INSERT INTO answer VALUES (77, '', '', '', '{}', 0, '', x'00', '', '')")
    other.close()
    problems = [problem.removeprefix(f"{store.path}: ") for problem in verify_answers(store).problems]
    assert problems[0] == "answer 77 was never planned"
    assert problems[1].startswith("planned ask 2 has an answer that was changed")
    assert problems[2].startswith("planned ask 3 does not belong to its key")
    assert problems[3].startswith("planned ask 4 does not belong to its key")
    assert len(problems) == 4


def test_tags_cannot_hide_columns(store: AnswerStore) -> None:
    for name in ("key", "text", "log_probability_yes", "count_yes"):
        with pytest.raises(InputError, match=name):
            store.plan([replace(ASK, tags={name: 1})], Named())


def test_tags_that_no_table_holds_are_refused_before_they_are_asked(store: AnswerStore) -> None:
    store.plan([replace(ASK, tags={"seed": 2**63 - 1})], Named())
    with pytest.raises(InputError, match="'seed' is a whole number"):
        store.plan([replace(ASK, tags={"seed": 2**63})], Named())


def test_one_writes_and_others_look_on(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with AnswerStore(path) as writer:
        (key,) = plan(writer, [ASK], Named())
        with pytest.raises(CorpusLockedError, match=rf"process {os.getpid()} on .* is writing the answers in"):
            AnswerStore(path)
        with AnswerStore(path, read_only=True) as reader:
            assert reader.answered([key]) == set()
            writer.add(key, Answer(text="yes", parsed="yes"))
            assert reader.answered([key]) == {key}
            assert len(reader.table()) == 1
            with pytest.raises(StorageError):
                reader.add(key, Answer(text="no"))
    with AnswerStore(path) as again:
        assert again.answered([key]) == {key}


def test_a_store_that_was_killed_at_birth_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "answers.sqlite").touch()
    with AnswerStore(tmp_path / "answers.sqlite", read_only=True) as store:
        assert store.table().empty
    with pytest.raises(StorageError):
        AnswerStore(tmp_path / "none.sqlite", read_only=True)
    assert not (tmp_path / "none.sqlite").exists()


def test_every_answer_is_committed_when_it_is_taken(store: AnswerStore) -> None:
    (key,) = plan(store, [ASK], Named())
    store.add(key, Answer(text="yes", parsed="yes"))
    other = sqlite3.connect(store.path)
    assert other.execute("SELECT text FROM answer").fetchall() == [("yes",)]
    other.close()


def test_an_answer_to_nothing_is_refused(store: AnswerStore) -> None:
    with pytest.raises(InputError, match="never planned"):
        store.add(f"sha256:{'00' * 32}", Answer(text="yes"))


def test_a_list_with_a_name_is_written_down_once(store: AnswerStore) -> None:
    asks = [replace(ASK, question=f"Question {n}?") for n in range(30)]
    first = store.plan(asks, Named(), "list:1")
    assert store.plan(iter(()), Named(), "list:1") == first
    assert store.plan(asks[:3], Named(), "list:2").total == 3
    for ask in asks[:7]:
        store.add(ask_key(ask, Named()), Answer(text="yes", parsed="yes"))
    again = store.plan(iter(()), Named(), "list:1")
    assert (again.total, again.stored) == (30, 7)
    assert [ask.question for ask, _ in store.open_asks(again)] == [ask.question for ask in asks[7:]]
    assert [ask.question for ask, _ in store.open_asks(again, 5)] == [ask.question for ask in asks[7:12]]


def test_a_list_that_was_written_down_in_part_is_gone_through_again(store: AnswerStore) -> None:
    def broken() -> Iterator[Ask]:
        yield ASK
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.plan(broken(), Named(), "list")
    assert store.plan([ASK, replace(ASK, question="Again?")], Named(), "list").total == 2


@pytest.mark.parametrize("name", ["engine", "dtype", "prompt_layout"])
def test_answers_of_one_model_are_all_got_in_one_way(store: AnswerStore, name: str) -> None:
    plan(store, [ASK], Named(**{name: "one"}))
    with pytest.raises(InputError, match=f"{name} one -> two"):
        plan(store, [ASK], Named(**{name: "two"}))
    plan(store, [ASK], Named("other@1", **{name: "two"}))
    assert len(store.table()) == 2


def test_prompt_layouts_never_meet_in_one_store(store: AnswerStore) -> None:
    plan(store, [ASK], Named(layout="persona-first"))
    plan(store, [ASK], Named("a@1", layout="persona-first, persona opens the user turn"))
    plan(store, [ASK], Named("b@1"))
    with pytest.raises(InputError, match=r"layout persona-first \(m@1\) -> image-first \(c@1\)"):
        plan(store, [ASK], Named("c@1", layout="image-first"))


def test_answers_to_prompts_of_an_earlier_version_are_never_taken(store: AnswerStore) -> None:
    old, new = Named(layout="persona-first"), Named(layout="persona-first", prompt_layout="2")
    (key,) = plan(store, [ASK], old)
    store.add(key, Answer(text="yes", parsed="yes"))
    assert ask_key(ASK, new) != key and not store.answered([ask_key(ASK, new)])
    with pytest.raises(InputError, match="got in another way: prompt_layout 1 -> 2") as told:
        store.plan([ASK], new)
    assert "lays prompts out anew" in told.value.hint and "\n" not in told.value.message
    store.plan([ASK], old)


def test_a_store_of_the_first_schema_is_brought_forward(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    shutil.copy((Path(__file__).parents[1] / "answers_schema_1.sqlite"), path)
    old = sqlite3.connect(path)
    keys = [key for (key,) in old.execute("SELECT key FROM plan ORDER BY position")]
    texts = dict(old.execute("SELECT key, text FROM answer"))
    old.close()
    with AnswerStore(path, read_only=True) as store:
        assert [key for _, key in store.planned()] == keys
        table = store.table()
        assert len(set(keys)) < len(keys) and len(table) == len(keys)
        given = table[table["answered"]].set_index("key")["text"].to_dict()
        assert given == {key: text for key, text in texts.items() if text}
        assert (table["error"] != "").sum() == 1
        verified = verify_answers(store)
        assert (verified.problems, verified.checked) == ((), len(keys))
    model = load("security=1", ModelOptions())
    # Simulated models are called by their profile since then; the name is part of the key.
    model._id = "simulated:d46b27fbe98b"
    with AnswerStore(path) as store:
        assert answer_all(model, old_asks(), store).stored == len(texts) - 1
        assert store.table()["answered"].all()


def old_asks() -> list[Ask]:
    """What ``answers_schema_1.sqlite`` was planned with, by the release that wrote it."""
    return [
        replace(ASK, question=f"Question {n // 2}?", system="I am old." * (n % 3), tags={"n": n, "clip": "c\ud800"})
        for n in range(12)
    ] + [replace(ASK, tags={"weight_security": 0.5, "for": why}) for why in ("this", "that")]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_exports_hold_the_table(store: AnswerStore, tmp_path: Path, form: str) -> None:
    import pandas

    model = load("security=1", ModelOptions())
    asks = [replace(ASK, question=f"Q {n}", tags={"n": n, "mixed": n or "none", "share": n / 4}) for n in range(9)]
    for ask, answer in zip(asks[:6], model.score(asks), strict=False):
        plan(store, asks, model)
        store.add(ask_key(ask, model), replace(answer, text='said "yes",\n=1+1'))
    path = tmp_path / f"answers.{form}"
    assert export_answers(store, path, form) == 9
    back = pandas.read_csv(path, keep_default_na=False) if form == "csv" else pandas.read_parquet(path)
    table = store.table()
    assert set(back.columns) == {*table.columns, "question", "system"}
    assert back["question"].tolist() == [ask.question for ask in asks]
    for name in ("key", "text", "parsed", "n", "share", "tokens", "answered"):
        assert back[name].tolist() == table[name].tolist()
    assert back["mixed"].astype(str).tolist() == table["mixed"].astype(str).tolist()
    odds = pandas.to_numeric(back["log_probability_yes"], errors="coerce")
    assert odds[:6].tolist() == pytest.approx(table["log_probability_yes"][:6].tolist())
    assert odds[6:].isna().all()


def test_an_export_that_fails_leaves_nothing(store: AnswerStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="format"):
        export_answers(store, tmp_path / "answers.xls", "xls")
    with pytest.raises(StorageError):
        export_answers(store, tmp_path / "nowhere" / "answers.csv", "csv")
    store.plan([ASK], Named())
    with store._transaction():
        store._database.execute("UPDATE plan SET tags = '{'")
    with pytest.raises(SchemaError):
        export_answers(store, tmp_path / "answers.csv", "csv")
    assert not list(tmp_path.glob("*.csv*"))


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


def test_a_full_disk_is_said_to_be_full_and_nothing_is_half_written(store: AnswerStore) -> None:
    first, second = plan(store, [ASK, replace(ASK, question="Again?")], Named())
    store.add(first, Answer(text="yes"))
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="no space"):
        store.add(second, Answer(text="x" * 1_000_000))
    with pytest.raises(StorageError, match="no space"):
        store.plan([replace(ASK, question="x" * 1_000_000)], Named())
    assert store.answered([first, second]) == {first}
    assert len(store.table()) == 2
    store._database.execute("PRAGMA max_page_count = 1000000")
    store.add(second, Answer(text="yes"))
    assert verify_answers(store).problems == ()


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


@pytest.mark.parametrize(
    "order",
    [
        "CREATE TRIGGER spy AFTER INSERT ON plan BEGIN DELETE FROM answer; END",
        "CREATE VIEW shown AS SELECT * FROM answer",
        "CREATE INDEX more ON answer (text)",
        "ALTER TABLE answer ADD COLUMN size AS (length(text))",
        "DROP TABLE listed",
    ],
)
@pytest.mark.parametrize("version", [4, 3])
def test_nothing_that_stands_in_a_file_of_others_is_obeyed(tmp_path: Path, order: str, version: int) -> None:
    path = tmp_path / "answers.sqlite"
    with AnswerStore(path) as store:
        store.plan([ASK], Named())
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        if version == 3:
            database.execute("ALTER TABLE answer DROP COLUMN counts")
            database.execute("PRAGMA user_version = 3")
        database.execute(order)
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(CorpusError, match=r"not ours|lacks|another way"):
            AnswerStore(path, read_only=read_only)
    assert path.read_bytes() == before
