"""What was told beside a choice is stored, checked and exported, and stores of earlier releases take it from now on."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fault_server import KEY, Behaviour, serving
from served_models import likes, model_at
from test_answers import ASK, Named, old_asks
from test_answers import plan as planned

from agents.answers.export import export_answers, verify_answers
from agents.answers.planner import answer_all
from agents.answers.store import AnswerStore
from agents.models.base import Answer, Choice, ModelOptions
from agents.models.engines.naive_engine import Reply
from agents.models.local.readouts import drawn
from agents.models.local.simulated import load
from agents.models.wire.address import ServerOptions
from vectorstore.foundation.errors import StorageError


@dataclass(frozen=True, slots=True)
class Told(Answer):
    """A kind of answer that knows more."""

    thinking: str = ""
    bounds: tuple[str, ...] = ()
    samples: Any = None
    attempts: int = 0


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with AnswerStore(tmp_path / "answers.sqlite") as opened:
        yield opened


def test_plain_answers_have_no_details() -> None:
    assert Answer({"yes": -0.1}, "yes", "yes", 7).details == {}
    assert Told().details == {}
    assert Told(thinking="hm", attempts=2).details == {"thinking": "hm", "attempts": 2}


def test_details_are_stored_beside_the_answer_and_exported(store: AnswerStore, tmp_path: Path) -> None:
    import pandas

    asks = [ASK, replace(ASK, question="Again?"), replace(ASK, question="And again?")]
    first, second, third = planned(store, asks, Named())
    told: dict[str, Any] = {"thinking": 'I\ud800 "think"\0,\n', "bounds": ("no",), "samples": {"yes": 3, "refusal": 1}}
    store.add(first, Told({"yes": -0.1, "no": -3.0}, "yes", "yes", 7, **told))
    store.add(second, Answer({"yes": -0.1, "no": -3.0}, "yes", "yes", 7))
    assert store.answer(first) == store.answer(second)
    assert store.details(first) == told | {"bounds": ["no"]}
    assert store.details(second) == store.details(third) == store.details(f"sha256:{'00' * 32}") == {}
    assert verify_answers(store).problems == ()
    for form in ("csv", "parquet"):
        path = tmp_path / f"answers.{form}"
        export_answers(store, path, form)
        back = pandas.read_csv(path, keep_default_na=False) if form == "csv" else pandas.read_parquet(path)
        assert json.loads(back["details"][0]) == told | {"bounds": ["no"]}
        assert [text or "" for text in back["details"][1:]] == ["", ""]


def test_changed_details_are_found(store: AnswerStore) -> None:
    (key,) = planned(store, [ASK], Named())
    store.add(key, Told({"yes": -0.1, "no": -3.0}, "yes", "yes", 7, thinking="I like it"))
    other = sqlite3.connect(store.path)
    with other:
        other.execute("UPDATE answer SET details = replace(details, 'like', 'hate')")
    other.close()
    (problem,) = verify_answers(store).problems
    assert "changed after it was stored" in problem


def test_the_details_of_a_failure_give_way_to_those_of_the_answer(store: AnswerStore) -> None:
    (key,) = planned(store, [ASK], Named())
    store.add(key, Told(error="no answer", attempts=6))
    assert store.details(key) == {"attempts": 6}
    store.add(key, Answer({"yes": -0.1, "no": -3.0}, "yes", "yes", 7))
    assert store.details(key) == {}
    store.add(key, Told(text="late", thinking="too late"))
    assert store.details(key) == {}
    assert verify_answers(store).problems == ()


def test_a_store_of_the_second_schema_is_brought_forward(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    shutil.copy((Path(__file__).parents[1] / "answers_schema_2.sqlite"), path)
    old = sqlite3.connect(path)
    rows = old.execute("SELECT ask.key, answer.* FROM answer JOIN ask ON ask.id = ask ORDER BY ask").fetchall()
    old.close()
    with AnswerStore(path, read_only=True) as store:
        assert verify_answers(store).problems == ()
        assert (store.table()["error"] == "picture gone").sum() == 1
    new = sqlite3.connect(path)
    assert new.execute("PRAGMA user_version").fetchone() == (4,)
    brought = new.execute("SELECT ask.key, answer.* FROM answer JOIN ask ON ask.id = ask ORDER BY ask").fetchall()
    new.close()
    assert brought == [(*row, "", "") for row in rows]
    model = load("security=1", ModelOptions())
    # Simulated models are called by their profile since then; the name is part of the key.
    model._id = "simulated:d46b27fbe98b"
    with AnswerStore(path) as store:
        assert answer_all(model, old_asks(), store).stored == len(rows) - 1
        assert store.table()["answered"].all()
        assert verify_answers(store).problems == ()


def test_a_new_store_and_one_brought_forward_have_the_same_columns(tmp_path: Path) -> None:
    columns = []
    for number in (1, 2):
        shutil.copy((Path(__file__).parents[1] / f"answers_schema_{number}.sqlite"), tmp_path / f"{number}.sqlite")
    for name in ("1", "2", "new"):
        with AnswerStore(tmp_path / f"{name}.sqlite"):
            pass
        database = sqlite3.connect(tmp_path / f"{name}.sqlite")
        columns.append([row[1:4] for row in database.execute("PRAGMA table_info(answer)")])
        database.close()
    assert columns[0] == columns[1] == columns[2]


def test_an_old_store_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    shutil.copy((Path(__file__).parents[1] / "answers_schema_2.sqlite"), path)
    damaged = sqlite3.connect(path)
    damaged.execute("ALTER TABLE answer ADD COLUMN details TEXT")
    damaged.close()
    with pytest.raises(StorageError, match="cannot use"):
        AnswerStore(path)


@pytest.mark.parametrize("scoring", ["auto", "sampling"])
def test_a_server_tells_more_and_never_the_key(tmp_path: Path, scoring: str) -> None:
    def chatty(question: str, dice: random.Random) -> dict[str, str]:
        return {"content": "Yes", "reasoning_content": f"The header was Bearer {KEY}, and I like it."}

    path = tmp_path / "answers.sqlite"
    with serving(Behaviour(message=chatty, logprobs=False)) as server:
        model = model_at(server, ServerOptions(scoring=scoring, samples=4))
        with AnswerStore(path) as store:
            answer_all(model, [likes(1)], store)
            ((_, key),) = store.planned()
            details, stored = store.details(key), store.answer(key)
            export_answers(store, tmp_path / "answers.csv", "csv")
    assert details["thinking"] == "The header was Bearer [key] and I like it."
    assert stored is not None and (stored.counts, stored.log_probabilities) == ({"yes": 4, "no": 0}, {})
    assert details["drawn"] == ["Yes"] * 4
    assert (details["finish"], details["completion_tokens"]) == ("stop", 8)
    assert KEY[3:].encode() not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_bounds_of_top_probabilities_are_kept(store: AnswerStore) -> None:
    from agents.models.served.reading import CheckedAnswer, answer_from_token

    (key,) = planned(store, [ASK], Named())
    answer = answer_from_token(CheckedAnswer("Yes", first_token={"Yes": -0.2, "I": -3.0}), ASK.choices, 1)
    store.add(key, answer)
    assert store.details(key)["bounds"] == ["no"]
    assert store.answer(key) == Answer(answer.log_probabilities, answer.text, answer.parsed, answer.tokens)


def test_samples_of_a_local_engine_are_kept() -> None:
    words = {1: "Yes", 2: "No"}
    readout = drawn(ASK, ModelOptions(samples=3), (), lambda tokens: words[tokens[0]])
    answer = readout.answer([Reply(tokens=(1,), prompt_length=9), Reply(tokens=(2, 0)), Reply(tokens=(1, 0))])
    assert answer.details == {"completion_tokens": 5, "drawn": ("Yes", "No", "Yes")}
    assert (answer.counts, answer.log_probabilities, answer.mass) == ({"yes": 2, "no": 1}, {}, 1.0)
    words |= {1: "Hmm.", 2: "No image was provided."}
    silent = readout.answer([Reply(tokens=(1,)), Reply(tokens=(2,)), Reply(tokens=(1,))])
    assert (silent.readable, silent.mass, silent.log_probabilities) == (0, 0.0, {})


def test_a_table_is_that_of_its_records(store: AnswerStore) -> None:
    import pandas

    from agents.answers.table import records

    model = load("security=1", ModelOptions())
    watch = tuple(Choice(name, (name,)) for name in ("watch", "skip"))
    asks = [replace(ASK, question=f"Q {n}", tags={"n": n, "clip": f"c{n // 2}"}) for n in range(11)]
    asks += [replace(ask, choices=watch, tags={"frame": n / 2}) for n, ask in enumerate(asks)]
    for key, answer in zip(planned(store, asks, model)[:15], model.score(asks), strict=False):
        store.add(key, answer)
    whole = store.table()
    pandas.testing.assert_frame_equal(whole, pandas.DataFrame.from_records(list(records(store.rows()))))
    left = store.table(leave_out=("log_probability_*", "key", "frame"))
    assert set(whole.columns) - set(left.columns) >= {"key", "frame", "log_probability_watch"}
    pandas.testing.assert_series_equal(left["clip"], whole["clip"])


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_export_needs_no_more_memory_for_more_answers(
    store: AnswerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    import tracemalloc

    import agents.answers.export

    monkeypatch.setattr(agents.answers.export, "_ROW_GROUP", 100)
    monkeypatch.setattr("agents.answers.store._PAGE", 100)
    model = load("security=1", ModelOptions())
    peaks = []
    for count in (300, 3000):
        asks = [replace(ASK, question="Question?", tags={"n": n}) for n in range(count)]
        store.plan(asks, model)
        export_answers(store, tmp_path / f"warm.{form}", form)
        tracemalloc.start()
        assert export_answers(store, tmp_path / f"answers.{form}", form) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
