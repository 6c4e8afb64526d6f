"""Stores of earlier releases: draws that were kept as log-probabilities are counted again, words are read again."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_answers import ASK, Named
from test_answers import plan as planned

from agents.answers.export import export_answers, verify_answers
from agents.answers.schema import answer_digest
from agents.answers.store import AnswerStore
from agents.models.base import Answer


def old_store(path: Path, rows: Sequence[tuple[str, str, dict[str, float], dict[str, Any]]], model: Any) -> list[str]:
    """A store of schema 3 with such parsed classes, words, log-probabilities and details; the keys of its asks."""
    asks = [replace(ASK, question=f"Question {number}?") for number in range(len(rows))]
    with AnswerStore(path) as store:
        keys = planned(store, asks, model)
        for key in keys:
            store.add(key, Answer())
    database = sqlite3.connect(path)
    with database:
        for number, (key, (parsed, text, scored, details)) in enumerate(zip(keys, rows, strict=True), start=1):
            told = json.dumps(details, sort_keys=True, separators=(",", ":")) if details else ""
            content = ("", parsed, text, json.dumps(scored), 9, "2026-11-01T00:00:00+00:00", told)
            digest = answer_digest(bytes.fromhex(key.removeprefix("sha256:")), (*content, ""))
            columns = "error = ?, parsed = ?, text = ?, log_probabilities = ?, tokens = ?, created = ?, details = ?"
            database.execute(f"UPDATE answer SET {columns}, digest = ? WHERE ask = ?", (*content, digest, number))
        database.execute("ALTER TABLE answer DROP COLUMN counts")
        database.execute("PRAGMA user_version = 3")
    database.close()
    return keys


def jeffreys(yes: int, no: int, draws: int) -> dict[str, float]:
    """As drawn answers were stored before."""
    return {name: math.log((count + 0.5) / (draws + 1.5)) for name, count in (("yes", yes), ("no", no))}


def test_draws_are_counted_again_and_their_prior_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    silent, mixed, blind, refused = old_store(
        path,
        [
            ("unparsed", "Hmm.", jeffreys(0, 0, 5), {"samples": {"unparsed": 5}, "drawn": ["Hmm."] * 5, "attempts": 5}),
            ("yes", "Yes", jeffreys(3, 1, 5), {"samples": {"yes": 3, "no": 1, "unparsed": 1}}),
            ("no", "No image was provided.", jeffreys(0, 5, 5),
             {"samples": {"no": 5}, "drawn": ["No image was provided."] * 5}),
            ("refusal", "", jeffreys(1, 0, 3), {"samples": {"refusal": 2, "yes": 1}, "drawn": ["", "", "Yes"]}),
        ],
        Named(),
    )  # fmt: skip
    with AnswerStore(path, read_only=True) as store:
        assert verify_answers(store).problems == ()
        found = {key: store.answer(key) for key in (silent, mixed, blind, refused)}
        assert all(answer is not None and answer.log_probabilities == {} for answer in found.values())
        counts = [dict(answer.counts) for answer in found.values() if answer is not None]
        assert counts == [
            {"no": 0, "unparsed": 5, "yes": 0},
            {"no": 1, "unparsed": 1, "yes": 3},
            {"no": 0, "no_picture": 5, "yes": 0},
            {"no": 0, "refusal": 2, "yes": 1},
        ]
        assert [answer.parsed for answer in found.values() if answer is not None] == [
            *("unparsed", "yes", "no_picture", "refusal")
        ]
        assert store.details(silent) == {"drawn": ["Hmm."] * 5, "attempts": 5}
        assert store.table()["count_unparsed"].tolist()[:2] == [5, 1]
        for form in ("csv", "parquet"):
            assert export_answers(store, tmp_path / f"answers.{form}", form) == 4


def test_draws_of_a_time_without_details_are_known_by_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    rows: list[tuple[Any, ...]] = [("unparsed", "Hmm.", jeffreys(0, 0, 5), {}), ("yes", "Yes", jeffreys(4, 1, 5), {})]
    silent, said = old_store(path, rows, Named(choices="5 samples, Jeffreys' prior"))
    with AnswerStore(path) as store:
        answers = [store.answer(key) for key in (silent, said)]
    assert [dict(answer.counts) for answer in answers if answer] == [
        {"no": 0, "unparsed": 5, "yes": 0},
        {"no": 1, "yes": 4},
    ]


def test_words_are_read_again_by_the_present_grammar(tmp_path: Path) -> None:
    path, scored = tmp_path / "answers.sqlite", {"no": -1.0, "yes": -2.0}
    rows: list[tuple[str, str, dict[str, float], dict[str, Any]]] = [
        ("refusal", "I would not keep watching.", scored, {}),
        ("no", "No image was provided.", {}, {}),
        ("refusal", "blocked", {}, {"finish": "content_filter"}),
        ("yes", "Yes", scored, {}),
    ]
    keys = old_store(path, rows, Named())
    with AnswerStore(path) as store:
        answers = [store.answer(key) for key in keys]
        assert verify_answers(store).problems == ()
    assert [answer.parsed for answer in answers if answer] == ["unparsed", "no_picture", "refusal", "yes"]
    assert [dict(answer.log_probabilities) for answer in answers if answer] == [scored, {}, {}, scored]


def test_an_old_answer_that_was_tampered_with_stays_known_as_such(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    old_store(path, [("unparsed", "Hmm.", jeffreys(0, 0, 5), {"samples": {"unparsed": 5}})], Named())
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE answer SET text = 'Yes'")
    database.close()
    with AnswerStore(path) as store:
        (problem,) = verify_answers(store).problems
    assert "changed after it was stored" in problem


@pytest.mark.parametrize("drawn", [{"yes": 2, "no": 0, "unparsed": 3}, {"yes": 0, "no": 0, "refusal": 5}])
def test_counts_are_stored_beside_log_probabilities_and_never_in_them(tmp_path: Path, drawn: dict[str, int]) -> None:
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        (key,) = planned(store, [ASK], Named())
        store.add(key, Answer(text="Yes", parsed="yes", counts=drawn))
        stored = store.answer(key)
        assert stored is not None and (stored.counts, stored.log_probabilities) == (drawn, {})
        (record,) = store.table().to_dict("records")
        told = {str(name): cell for name, cell in record.items()}
        assert {name.removeprefix("count_"): told[name] for name in told if name.startswith("count_")} == drawn
        assert verify_answers(store).problems == ()
    other = sqlite3.connect(tmp_path / "answers.sqlite")
    with other:
        other.execute("UPDATE answer SET counts = replace(counts, '0', '9')")
    other.close()
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        assert "changed after it was stored" in verify_answers(store).problems[0]
