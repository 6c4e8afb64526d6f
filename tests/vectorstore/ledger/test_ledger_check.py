"""Rows that none of our writers writes are refused where a ledger comes in: once, in one line, before anything else."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import EMBEDDER, add, embed, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, ValueSpectrumError
from vectorstore.ledger import schema
from vectorstore.ledger.ledger_check import check_rows
from vectorstore.ledger.records import ClipLink, Failure, Removal, Source
from vectorstore.snapshots.export import ExportOptions, export_corpus


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine") / "corpus"
    with Corpus.ensure(folder) as corpus:
        for name in ("one", "two", "three"):
            add(corpus, name)
        corpus.add_clip_links([ClipLink(sha("one"), sha("two"))])
        corpus.add_failure(Source("/bad", "1"), Failure("/bad", "network", "no"), "2030-01-01T00:00:00+00:00")
        embed(corpus)
        corpus.remove(Removal("clip", (sha("three"),)))
    return folder


@pytest.fixture
def received(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "corpus"))


def change(folder: Path, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(folder / "corpus.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement, values)


STRANGE = (
    ("video.width", "wide"), ("video.width", -1), ("video.height", 2**40), ("video.width", 1.5),
    ("video.bytes", b"9"),

    ("video.duration", "2.5 s"), ("video.duration", float("inf")),
    ("video.motion", "much"),     ("video.truncated", 2), ("video.video_sha", "A" * 64), ("video.codec", b"\xff"),
    ("video.codec", "x" * 2**21),
    ("frame.picture_sha", "../../victim"), ("frame.picture_sha", "g" * 64), ("frame.time", 1e300),
    ("frame.blank", -1),
    ("frame.dhash", ""), ("frame.position", 2**63 - 1), ("frame.duplicate_of", 7), ("frame.sharpness", b""),
    ("source.locator", "/a\x00b"), ("source.locator", ""), ("source.retry_at", "tomorrow"),
    ("source.retry_at", "2026-02-31T00:00:00+00:00"), ("source.retry_at", "2026-01-01T00:00:00"),
    ("source.uploader", "@ann"), ("source.attempts", "many"), ("source.page_url", b"\x00"),
    ("source_video.tags", "{}"), ("source_video.tags", "[1]"), ("source_video.tags", "[[" * 500),
    ("source_video.tags", "no JSON"), ("model.dimension", 0), ("model.dimension", 2**30),
    ("model.model_id", ""), ("embedding.vector", "text"), ("embedding.indexed", 7),
    ("embedding.vector", bytes(200_000)), ("recipe.settings", "[]"), ("recipe.settings", ""),
    ("event.at", ""), ("recipe.settings", "{" * 9000),
    ("recipe.settings", '{"a": NaN}'), ("recipe.settings", '{"a": 1' + "0" * 5000 + "}"), ("event.at", "once"),
    ("event.detail", "null"), ("event.detail", '{"kind": "clip"}'), ("event.detail", '{"sources": 1e400}'),
    ("event.detail", '{"sources": 1, "versions": "x"}'), ("event.detail", '{"sources": 1, "versions": -1}'),
    ("clip_link.share", "half"), ("tombstone.key_hash", "x"),
)  # fmt: skip


@pytest.mark.parametrize(("where", "value"), STRANGE)
def test_a_strange_row_is_refused_by_name(received: Path, where: str, value: object) -> None:
    table, _, column = where.partition(".")
    change(received, f"UPDATE OR REPLACE {table} SET {column} = ?", value)
    before = (received / "corpus.sqlite").read_bytes()
    for write in (False, True):
        with pytest.raises(CorpusError, match=rf"{column} in row \d+ of {table} is nothing that we write"):
            Corpus.open(received, write=write)
    assert (received / "corpus.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("DELETE FROM setting WHERE name = 'key'", "lacks the key"),
        ("UPDATE setting SET value = 'short' WHERE name = 'key'", "value in row"),
        ("INSERT INTO setting VALUES ('ingested_sources', '[7]')", "value in row"),
        ("INSERT INTO removal VALUES (1, '{}', '')", "receipt in row"),
        ("INSERT INTO snapshot VALUES ('x', '', NULL, '[]', '')", "counts in row"),
    ],
)
def test_a_strange_setting_is_refused(received: Path, statement: str, complaint: str) -> None:
    change(received, statement)
    with pytest.raises(CorpusError, match=complaint):
        Corpus.open(received)


def test_an_older_ledger_is_looked_at_before_it_is_brought_up_to_date(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "corpus.sqlite", isolation_level=None)) as connection:
        for statement in schema.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO recipe VALUES ('recipe', 'no JSON')")
    before = (tmp_path / "corpus.sqlite").read_bytes()
    with pytest.raises(CorpusError, match="settings in row 1 of recipe"):
        Corpus.open(tmp_path, write=True)
    assert (tmp_path / "corpus.sqlite").read_bytes() == before


@pytest.mark.parametrize("vector", [b"", b"\x00\x7c" * 24])
def test_a_vector_that_is_none_is_named_by_whoever_needs_it(received: Path, tmp_path: Path, vector: bytes) -> None:
    change(received, "UPDATE embedding SET vector = ? WHERE rowid = 2", vector)
    with Corpus.open(received) as corpus:
        assert corpus.info()["frames"] == 8
        assert {problem.kind for problem in corpus.verify()} >= {
            "vector_wrong_size" if len(vector) != 48 else "vector_not_finite"
        }
        for act in (
            lambda: corpus.vectors(EMBEDDER),
            lambda: corpus.search(np.ones(24)),
            lambda: export_corpus(corpus, tmp_path / "out", ExportOptions(vectors=True)),
        ):
            with pytest.raises(CorpusError, match=r"the vector of frame \w+ has"):
                act()
    with pytest.raises(CorpusError, match=r"the vector of frame \w+ has"), Corpus.open(received, write=True) as corpus:
        corpus.rebuild_index()


def test_a_tree_of_pages_that_leads_in_circles_ends(received: Path) -> None:
    with contextlib.closing(sqlite3.connect(received / "corpus.sqlite")) as connection:
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event'").fetchone()[0]
    content = bytearray((received / "corpus.sqlite").read_bytes())
    start = (root - 1) * page_size
    # An inner page with a thousand children, all of which are itself.
    cells, many = page_size - 6, 300
    page = bytearray(page_size)
    page[0:12] = bytes([5, 0, 0]) + many.to_bytes(2, "big") + cells.to_bytes(2, "big") + b"\0" + root.to_bytes(4, "big")
    page[cells : cells + 5] = root.to_bytes(4, "big") + b"\x01"
    page[12 : 12 + 2 * many] = cells.to_bytes(2, "big") * many
    content[start : start + page_size] = page
    (received / "corpus.sqlite").write_bytes(content)
    with pytest.raises(ValueSpectrumError, match="is damaged"):
        Corpus.open(received)


def test_what_was_looked_at_or_written_here_is_not_looked_at_again(
    received: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def checking(connection: sqlite3.Connection, path: Path) -> None:
        looked.append(path)
        check_rows(connection, path)

    monkeypatch.setattr(schema, "check_rows", checking)
    for write in (False, False, True, False, True):
        Corpus.open(received, write=write).close()
    assert len(looked) == 1
    with Corpus.open(received, write=True) as corpus:
        add(corpus, "more")
        # A writer has looked, and what it writes is ours.
        Corpus.open(received).close()
    Corpus.open(received).close()
    assert len(looked) == 1
    change(received, "UPDATE video SET codec = 'av1'")
    Corpus.open(received).close()
    assert len(looked) == 2


@pytest.mark.parametrize("how", ["open to others", "a file", "nowhere"])
def test_without_a_memory_everything_is_looked_at_each_time(
    received: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    home = tmp_path / "cache"
    if how == "open to others":
        (home / "valuespectrum" / "looked-at").mkdir(parents=True)
        (home / "valuespectrum" / "looked-at").chmod(0o777)
    elif how == "a file":
        home.touch()
    else:
        home = Path("/proc/nowhere")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    for _ in range(2):
        Corpus.open(received).close()
    change(received, "UPDATE video SET width = 'x'")
    with pytest.raises(CorpusError, match="width in row 1"):
        Corpus.open(received)
