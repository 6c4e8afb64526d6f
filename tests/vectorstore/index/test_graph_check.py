"""Indexes that would harm the process that reads them are refused before Chroma reads them."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import RECIPE, embed, media, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError
from vectorstore.index.chroma import IndexPlace
from vectorstore.index.graph_check import find_harm
from vectorstore.index.reconciliation import fault_seen_by_child
from vectorstore.ledger.records import Frame, Source

DIMENSION = 24
LINKS = 4 + 4 * 64
ROW = LINKS + 4 * DIMENSION + 8


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed corpus with a graph: Chroma writes one from a thousand vectors on."""
    folder = tmp_path_factory.mktemp("graph") / "corpus"
    with Corpus.ensure(folder) as corpus:
        shown = [
            Frame(sha(f"many {number}"), sha("many"), number, 0.0, sha(f"picture {number}"), 9, 16, "0" * 16, None)
            for number in range(1500)
        ]
        corpus.add_clip(Source("/many.mp4", "1"), media("many"), RECIPE, shown)
        embed(corpus, dimension=DIMENSION)
    return folder


@pytest.fixture
def received(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "corpus"))


def patch(name: str, at: int, form: str, value: float) -> Callable[[Path], None]:
    def change(index: Path) -> None:
        (path,) = index.glob(f"*/{name}")
        content = bytearray(path.read_bytes())
        struct.pack_into(form, content, at % len(content), value)
        path.write_bytes(content)

    return change


def order(statement: str) -> Callable[[Path], None]:
    def change(index: Path) -> None:
        with contextlib.closing(sqlite3.connect(index / "chroma.sqlite3", isolation_level=None)) as connection:
            connection.execute(statement)

    return change


def cut(index: Path) -> None:
    (path,) = index.glob("*/link_lists.bin")
    path.write_bytes(path.read_bytes()[:-1])


def stray(index: Path) -> None:
    (path,) = (path.parent for path in index.glob("*/header.bin"))
    shutil.copytree(path, index / "another")


FUNCTION = json.dumps({"embedding_function": {"type": "known", "name": "sentence_transformer", "config": {}}})
HARMS = {
    "count": patch("header.bin", 20, "<Q", 10**6),
    "capacity": patch("header.bin", 12, "<Q", 1),
    "size of a row": patch("header.bin", 28, "<Q", 4),
    "place of vectors": patch("header.bin", 44, "<Q", 0),
    "level": patch("header.bin", 52, "<i", 60),
    "entry": patch("header.bin", 56, "<I", 2**31),
    "links": patch("header.bin", 60, "<Q", 2**40),
    "version": patch("header.bin", 0, "<i", 7),
    "length of a list": patch("link_lists.bin", 0, "<I", 2**32 - 4),
    "end of lists": cut,
    "lowest list too long": patch("data_level0.bin", 5 * ROW, "<H", 65),
    "lowest link to nothing": patch("data_level0.bin", 7 * ROW + 4, "<I", 10**9),
    "last lowest link": patch("data_level0.bin", 900 * ROW + 8, "<I", 5000),
    "graph of nothing": stray,
    "dimension": order("UPDATE collections SET dimension = 4096"),
    "another dimension": order("UPDATE collections SET dimension = 25"),
    "embedding function": order(f"UPDATE collections SET config_json_str = '{FUNCTION}'"),
    "embedding function inside": order(f"UPDATE collections SET schema_str = '{{\"keys\": [{FUNCTION}]}}'"),
    "trigger": order("CREATE TRIGGER more AFTER INSERT ON embeddings BEGIN DELETE FROM collections; END"),
    "view": order("CREATE VIEW more AS SELECT 1"),
    "virtual table": order("CREATE VIRTUAL TABLE more USING rtree(a, b, c)"),
    "no database": order("DROP TABLE collections"),
}


def test_a_sound_index_has_no_harm_in_it(received: Path) -> None:
    assert find_harm(received / "chroma", {DIMENSION}) == ""
    (header,) = received.glob("chroma/*/header.bin")
    assert header.stat().st_size == 100


@pytest.mark.parametrize("harm", HARMS.values(), ids=list(HARMS))
def test_harm_is_seen(received: Path, harm: Callable[[Path], None]) -> None:
    harm(received / "chroma")
    assert find_harm(received / "chroma", {DIMENSION}) != ""


def test_a_link_above_the_lowest_level_leads_to_one_that_is_there(received: Path) -> None:
    (path,) = received.glob("chroma/*/link_lists.bin")
    content = bytearray(path.read_bytes())
    numbers = np.frombuffer(content, "<u4")
    # The first vector with a list: its first neighbour becomes one that has none.
    at = 4 * int(np.flatnonzero(numbers)[0])
    lonely = int(np.flatnonzero(numbers == 0)[0])
    struct.pack_into("<HHI", content, at + 4, 1, 0, lonely)
    path.write_bytes(content)
    assert "leads nowhere" in find_harm(received / "chroma", {DIMENSION})


def test_readers_look_once_and_writers_make_it_anew(received: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def asking(place: IndexPlace, lock: int) -> str:
        asked.append(fault_seen_by_child(place, lock))
        return asked[-1]

    monkeypatch.setattr("vectorstore.index.keeper.fault_seen_by_child", asking)

    def search() -> int:
        with Corpus.open(received) as corpus:
            return len(corpus.search(np.ones(DIMENSION), 10, engine="chroma"))

    assert [search() for _ in range(3)] == [10, 10, 10]
    assert asked == [""]
    HARMS["last lowest link"](received / "chroma")
    for _ in range(2):
        with pytest.raises(CorpusError, match="is damaged: its graph is damaged: a link leads nowhere"):
            search()
    assert len(asked) == 3
    with Corpus.open(received, write=True) as corpus:
        assert [kind for _, kind, _ in corpus.events()] == ["index_rebuilt"]
    assert search() == 10
