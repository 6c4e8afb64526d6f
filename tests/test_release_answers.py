"""Keys of release 0.1 are those of today, and its stored answers are found under them."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from release_world import RELEASE

from agents.answers.export import export_answers, verify_answers
from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_content, ask_from_content, ask_key
from agents.models.base import Ask

FOLDER = RELEASE / "answers"
TABLE = json.loads((FOLDER / "keys.json").read_text(encoding="utf-8"))
ANSWERS = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))


class Named:
    """A model that is only a name and settings."""

    def __init__(self, who: str) -> None:
        self.id: str = TABLE["respondents"][who]["id"]
        self.settings: dict[str, str] = TABLE["respondents"][who]["settings"]

    def score(self, asks: Any) -> Any:
        raise AssertionError("not asked here")

    generate = score


def ask_named(name: str) -> Ask:
    content = dict(TABLE["asks"][name])
    tags = content.pop("tags")
    ask = ask_from_content(content)
    assert {name: part for name, part in ask_content(ask).items() if name in content} == content
    return Ask(ask.stimulus, ask.question, ask.choices, ask.system, ask.prefill, ask.max_tokens, tags)


@pytest.mark.parametrize("name", TABLE["asks"])
def test_the_key_of_an_ask_is_what_it_was(name: str) -> None:
    keys = {who: ask_key(ask_named(name), Named(who)) for who in TABLE["respondents"]}
    assert keys == TABLE["keys"][name]


def test_keys_differ_but_for_tags_that_nobody_reads() -> None:
    keys = {name: tuple(by_model.values()) for name, by_model in TABLE["keys"].items()}
    assert len({key for row in keys.values() for key in row}) == (len(keys) - 2) * len(TABLE["respondents"]) + 1
    assert keys["tags that are bookkeeping"] == keys["like"]
    place = list(TABLE["respondents"]).index("simulated")
    read, plain = keys["tags that are read"], keys["like"]
    assert [here for here, one in enumerate(read) if one != plain[here]] == [place]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(FOLDER / "answers.sqlite", tmp_path))


@pytest.mark.parametrize("read_only", [True, False])
def test_stored_answers_say_what_they_said(path: Path, read_only: bool) -> None:
    with AnswerStore(path, read_only=read_only) as store:
        assert verify_answers(store).problems == ()
        for key, told in ANSWERS.items():
            answer = store.answer(key)
            assert answer is not None
            found = {**asdict(answer), "details": store.details(key)}
            assert {name: found[name] for name in told} == told
        assert store.answered(ANSWERS) == {key for key, told in ANSWERS.items() if not told["error"]}


def test_every_kind_of_answer_is_among_them() -> None:
    answers = ANSWERS.values()
    assert {"yes", "no", "refusal", "unparsed", "no_picture", ""} <= {each["parsed"] for each in answers}
    for part in ("log_probabilities", "counts", "error", "details"):
        assert {bool(each[part]) for each in answers} == {True, False}


def test_they_are_planned_under_the_same_keys_and_asked_for_by_nobody(path: Path) -> None:
    with AnswerStore(path) as store:
        planned = {key for _, key in store.planned()}
        for who in {name for by_model in TABLE["keys"].values() for name, key in by_model.items() if key in planned}:
            asks = [ask_named(name) for name in TABLE["asks"]]
            worklist = store.plan(asks, Named(who))
            keys = {TABLE["keys"][name][who] for name in TABLE["asks"]}
            good = {key for key in keys if key in ANSWERS and not ANSWERS[key]["error"]}
            assert (worklist.total, worklist.stored) == (len(keys), len(good))
        assert {key for _, key in store.planned()} == planned >= set(ANSWERS)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_they_are_exported(path: Path, form: str, tmp_path: Path) -> None:
    with AnswerStore(path, read_only=True) as store:
        assert export_answers(store, tmp_path / f"table.{form}", form) == len(list(store.rows()))
