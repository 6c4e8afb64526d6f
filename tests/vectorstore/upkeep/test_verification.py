"""Whatever is harmed in a corpus, verifying names it; nothing else makes it speak."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import EMBEDDER, RECIPE, add, embed, frames, media, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError
from vectorstore.index.keeper import IndexKeeper
from vectorstore.ledger.records import ClipLink, Failure, Removal, Source


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed corpus with a bit of everything."""
    folder = tmp_path_factory.mktemp("original") / "corpus"
    with Corpus.ensure(folder) as corpus:
        for name in ("one", "two", "three"):
            add(corpus, name, duplicates=name == "two")
        corpus.add_failure(Source("/bad.mp4", "1"), Failure("/bad.mp4", "empty", ""))
        corpus.add_clip_links([ClipLink(sha("one"), sha("two"))])
        made = frames(corpus, "by Willa", 1)
        corpus.add_clip(Source("/willa.mp4", "1", uploader="Willa"), media("by Willa"), RECIPE, made)
        embed(corpus)
        corpus.remove(Removal("source", ("/videos/three.mp4",)))
    return folder


@pytest.fixture
def stored(original: Path, tmp_path: Path) -> Path:
    """A copy of the original."""
    return Path(shutil.copytree(original, tmp_path / "corpus"))


def problems(corpus: Path, quick: bool = False) -> list[str]:
    with Corpus.open(corpus) as opened:
        found = opened.verify(quick)
    assert all(problem.where and problem.what_to_do for problem in found)
    return [problem.kind for problem in found]


def change(corpus: Path, *statements: str) -> None:
    connection = sqlite3.connect(corpus / "corpus.sqlite", isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def a_picture(corpus: Path) -> Path:
    return sorted((corpus / "frames").rglob("*.jpg"))[0]


def test_a_sound_corpus_has_no_problems(stored: Path) -> None:
    for quick in (False, True):
        assert problems(stored, quick) == []
    with Corpus.open(stored, write=True) as corpus:
        assert corpus.verify() == []
        add(corpus, "four")
        embed(corpus)
        assert corpus.verify() == []
        assert corpus.search(np.ones(24), engine="chroma")
    with Corpus.ensure(stored.parent / "empty") as corpus:
        assert corpus.verify() == []


def swap_graph(corpus: Path) -> None:
    with Corpus.open(corpus, write=True) as opened:
        frame_ids, vectors = opened.vectors(EMBEDDER)
        opened._index.open().upsert(EMBEDDER, frame_ids, np.roll(vectors, 1, axis=0))


HARMS: dict[str, Callable[[Path], object]] = {
    "picture_missing": lambda corpus: a_picture(corpus).unlink(),
    "picture_changed": lambda corpus: a_picture(corpus).write_bytes(b"something else"),
    "picture_unused": lambda corpus: (a_picture(corpus).parent / f"{'a' * 64}.jpg").write_bytes(b""),
    "vector_wrong_size": lambda corpus: change(corpus, "UPDATE embedding SET vector = x'0000' WHERE rowid = 2"),
    "vector_not_finite": lambda corpus: change(
        corpus, f"UPDATE embedding SET vector = x'007c{'0000' * 23}' WHERE rowid = 2"
    ),
    "vector_not_unit": lambda corpus: change(corpus, "UPDATE embedding SET vector = zeroblob(48) WHERE rowid = 2"),
    "row_dangling": lambda corpus: change(corpus, "UPDATE embedding SET frame_id = 'nothing' WHERE rowid = 2"),
    "clip_without_source": lambda corpus: change(corpus, "DELETE FROM source_video WHERE link_id = 1"),
    "frames_missing": lambda corpus: change(corpus, "UPDATE video SET frames_got = 5 WHERE video_id = 1"),
    "index_behind": lambda corpus: change(corpus, "UPDATE embedding SET indexed = 0 WHERE rowid = 2"),
    "index_unused": lambda corpus: (corpus / "chroma-77").mkdir(),
    "index_wrong": swap_graph,
    "removal_unfinished": lambda corpus: change(corpus, "INSERT INTO removal VALUES (NULL, '{\"vectors\": 0}', '')"),
    "removed_is_back": lambda corpus: change(
        corpus, "UPDATE tombstone SET key_hash = (SELECT uploader FROM source WHERE uploader != ''), kind = 'uploader' "
        "WHERE kind = 'clip'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HARMS)
def test_each_harm_is_named(stored: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind != "index_wrong":
        # It takes a process of its own each time, and is the same for all.
        monkeypatch.setattr(IndexKeeper, "check", lambda keeper: "")
    HARMS[kind](stored)
    found = problems(stored)
    assert kind in found
    assert found == [kind]
    assert problems(stored, quick=True) == ([] if kind == "picture_changed" else found)


def test_what_came_back_after_a_removal_is_named(stored: Path) -> None:
    with Corpus.open(stored, write=True) as corpus:
        add(corpus, "three")
        embed(corpus)
        assert [problem.where for problem in corpus.verify()] == [f"clip {sha('three')}", "source /videos/three.mp4"]


def test_a_damaged_ledger_is_not_even_opened(stored: Path) -> None:
    path = stored / "corpus.sqlite"
    content = bytearray(path.read_bytes())
    with sqlite3.connect(path) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'embedding_by_model'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    content[page * size - size + 8 : page * size] = b"\x5a" * (size - 8)
    path.write_bytes(content)
    for write in (False, True):
        with pytest.raises(CorpusError, match="is damaged"):
            Corpus.open(stored, write=write)
