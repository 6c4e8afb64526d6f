"""The index follows the ledger, however it was harmed, and costs nothing to look after while it is well."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from byte_search import vectors_found
from corpus_parts import EMBEDDER, RECIPE, add, embed, media, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, CorpusLockedError, InputError
from vectorstore.index import keeper as index_keeper
from vectorstore.index import reconciliation
from vectorstore.index.chroma import IndexPlace, VectorIndex
from vectorstore.ledger.records import Frame, Source

ROOT = Path(__file__).parents[3]
DIMENSION = 24


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A closed corpus with forty vectors."""
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for number in range(10):
            add(corpus, f"clip {number}")
        embed(corpus, dimension=DIMENSION)
    return tmp_path / "corpus"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What children were asked to look at, with what they said."""
    answers: list[str] = []
    ask = reconciliation.fault_seen_by_child

    def listening(*arguments: object) -> str:
        answers.append(ask(*arguments))  # type: ignore[arg-type]
        return answers[-1]

    monkeypatch.setattr(index_keeper, "fault_seen_by_child", listening)
    return answers


def folders(corpus: Path) -> list[str]:
    return sorted(path.name for path in corpus.glob("chroma*"))


def state(corpus: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(corpus.rglob("*"))}


def check_answers(corpus: Path) -> None:
    query = np.random.default_rng(7).normal(size=DIMENSION)
    with Corpus.open(corpus) as opened:
        exact, found = (opened.search(query, 9999, engine=engine) for engine in ("exact", "chroma"))
        assert [hit.frame for hit in exact] == [hit.frame for hit in found]
        assert len(exact) == opened.embedded_count(EMBEDDER)


def test_an_index_closed_cleanly_is_not_looked_at(stored: Path, asked: list[str]) -> None:
    for _ in range(2):
        with Corpus.open(stored, write=True) as corpus:
            corpus.add_event("nothing", {})
    with Corpus.open(stored, write=True) as corpus:
        add(corpus, "one more")
        embed(corpus, dimension=DIMENSION)
    Corpus.open(stored, write=True).close()
    assert asked == []
    # Chroma writes even when it is only read from; a reader that ends well remembers that, too.
    check_answers(stored)
    for _ in range(2):
        Corpus.open(stored, write=True).close()
    assert asked == []
    assert folders(stored) == ["chroma"]


def test_an_index_not_closed_is_looked_at_and_kept_when_it_is_well(stored: Path, asked: list[str]) -> None:
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import numpy\nfrom vectorstore.corpus import Corpus\n"
        "corpus = Corpus.open(sys.argv[1], write=True)\n"
        f"corpus.search(numpy.ones({DIMENSION}), engine='chroma'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, stored], check=False).returncode == -signal.SIGKILL
    with Corpus.open(stored, write=True) as corpus:
        assert [kind for _, kind, _ in corpus.events()] == []
    assert asked == [""]
    assert folders(stored) == ["chroma"]
    check_answers(stored)


def test_another_chroma_has_the_index_looked_at_first(
    stored: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_keeper, "version", lambda name: "999.0.0")
    for _ in range(2):
        Corpus.open(stored, write=True).close()
    assert asked == [""]
    assert folders(stored) == ["chroma"]


def graph_files(corpus: Path) -> list[Path]:
    return [path for path in corpus.glob("chroma*/*/*.bin") if path.stat().st_size]


def test_a_damaged_graph_is_seen_in_a_child_and_made_anew(stored: Path, asked: list[str]) -> None:
    with Corpus.open(stored, write=True) as corpus:
        # Below a thousand vectors Chroma makes the graph anew from its own log.
        shown = [
            Frame(sha(f"many {number}"), sha("many"), number, 0.0, sha(f"picture {number}"), 9, 16, "0" * 16, None)
            for number in range(2500)
        ]
        corpus.add_clip(Source("/many.mp4", "1"), media("many"), RECIPE, shown)
        embed(corpus, dimension=DIMENSION)
    for path in graph_files(stored):
        path.write_bytes(np.random.default_rng(0).bytes(path.stat().st_size))
    with Corpus.open(stored, write=True) as corpus:
        (event,) = corpus.events()
        assert event[1] == "index_rebuilt"
    assert len(asked) == 1
    assert asked[0]
    check_answers(stored)
    assert len(folders(stored)) == 1


def test_vectors_swapped_behind_our_back_are_noticed(stored: Path, asked: list[str]) -> None:
    with Corpus.open(stored, write=True) as corpus:
        index = corpus._index.open()
        frame_ids, vectors = corpus.vectors(EMBEDDER)
        index.upsert(EMBEDDER, frame_ids, np.roll(vectors, 1, axis=0))
    with (stored / "chroma" / "touched").open("w"):
        pass
    Corpus.open(stored, write=True).close()
    assert "is another one" in asked[0]
    check_answers(stored)


@pytest.mark.parametrize(
    ("end", "said"),
    [("die", "status -11"), ("hang", "longer than"), ("fail", "ouch")],
)
def test_a_child_that_dies_or_hangs_condemns_the_index(
    stored: Path, monkeypatch: pytest.MonkeyPatch, end: str, said: str
) -> None:
    with (stored / "chroma" / "touched").open("w"):
        pass
    monkeypatch.setattr(reconciliation, "_CHILD", f"bad_children:{end}")
    monkeypatch.setattr(reconciliation, "_PATIENCE", 1.0 if end == "hang" else 60.0)
    with Corpus.open(stored, write=True) as corpus:
        (event,) = corpus.events()
        assert said in str(event[2]["fault"])
    check_answers(stored)


def test_a_rebuild_that_goes_wrong_keeps_the_old_index(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Corpus.open(stored, write=True) as corpus:
        with monkeypatch.context() as patch:
            patch.setattr(reconciliation, "_CHILD", "bad_children:build_badly")
            with pytest.raises(CorpusError, match="ouch"):
                corpus.rebuild_index()
        assert len(corpus.search(np.ones(DIMENSION), 40, engine="chroma")) == 40
    check_answers(stored)
    Corpus.open(stored, write=True).close()
    assert folders(stored) == ["chroma"]


def test_a_rebuild_takes_the_place_of_the_old_one(stored: Path, asked: list[str]) -> None:
    with Corpus.open(stored, write=True) as corpus:
        assert corpus.rebuild_index() == 40
        assert folders(stored) == ["chroma-2"]
        assert corpus.rebuild_index() == 40
        assert folders(stored) == ["chroma-3"]
        add(corpus, "one more")
        embed(corpus, dimension=DIMENSION, seed=3)
        assert len(corpus.search(np.ones(DIMENSION), 99, engine="chroma")) == 44
    Corpus.open(stored, write=True).close()
    assert asked == []


REBUILD = """
import os, signal, sys, threading, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from vectorstore.corpus import Corpus

def watch():
    while not (Path(sys.argv[1]) / "chroma-2" / sys.argv[3]).exists():
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)

with Corpus.open(sys.argv[1], write=True) as corpus:
    threading.Thread(target=watch, daemon=True).start()
    corpus.rebuild_index()
"""


@pytest.mark.parametrize("reached", ["", "chroma.sqlite3"])
def test_a_rebuild_killed_on_the_way_leaves_the_old_index_in_use(stored: Path, reached: str) -> None:
    killed = subprocess.run([sys.executable, "-c", REBUILD, stored, ROOT, reached], check=False)
    assert killed.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 20
    while True:
        # The child that writes the index holds the lock until it has noticed that its parent is gone.
        try:
            Corpus.open(stored, write=True).close()
            break
        except CorpusLockedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert folders(stored) == ["chroma"]
    check_answers(stored)


def test_vectors_of_one_index_do_not_get_into_the_next(tmp_path: Path) -> None:
    """Chroma writes memory that it never filled: 9 times in 50, vectors of an earlier index stood there."""
    draw = np.random.default_rng(0)
    secret, other = (draw.normal(size=(count, 64)).astype(np.float32) for count in (24, 12))
    for number in range(3):
        for name, rows in (("first", secret), ("second", other)):
            folder = tmp_path / f"{name} {number}"
            folder.mkdir()
            index = VectorIndex(IndexPlace(folder, "key"), write=True)
            index.upsert(EMBEDDER, [str(row) for row in range(len(rows))], rows)
            index.query(EMBEDDER, rows[0], 5)
            index.close()
        assert vectors_found(tmp_path / f"first {number}", secret) == set(range(24))
        assert vectors_found(tmp_path / f"second {number}", secret) == set()
        for path in (tmp_path / f"second {number}").rglob("data_level0.bin"):
            # Room for a hundred vectors, of which twelve are there.
            assert not any(path.read_bytes()[path.stat().st_size // 2 :])


def test_readers_change_nothing(stored: Path) -> None:
    before = state(stored)
    with Corpus.open(stored) as corpus:
        corpus.info()
        corpus.search(np.ones(DIMENSION), engine="exact")
        list(corpus.sources())
        for change in (corpus.rebuild_index, lambda: corpus.store_pictures([b"x"])):
            with pytest.raises(CorpusError, match="for reading only"):
                change()
    after = state(stored)
    for name in (str(stored), str(stored / "corpus.sqlite-wal"), str(stored / "corpus.sqlite-shm")):
        # SQLite makes and removes the two files of its log beside any database that is open.
        before.pop(name, None)
        after.pop(name, None)
    assert after == before


def test_a_reader_without_index_says_so_and_makes_none(stored: Path) -> None:
    (stored / "chroma").rename(stored / "elsewhere")
    with Corpus.open(stored) as corpus, pytest.raises(CorpusError, match="is missing"):
        corpus.search(np.ones(DIMENSION), engine="chroma")
    assert folders(stored) == []


def test_a_reader_refuses_an_index_whose_graph_is_gone(tmp_path: Path) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for number in range(30):
            add(corpus, f"clip {number}", count=40)
        embed(corpus, dimension=DIMENSION)
    graphs = [path for path in (tmp_path / "corpus" / "chroma").iterdir() if path.is_dir()]
    assert graphs
    for graph in graphs:
        shutil.rmtree(graph)
    with Corpus.open(tmp_path / "corpus") as corpus:
        with pytest.raises(CorpusError, match="index") as caught:
            corpus.search(np.ones(DIMENSION), engine="chroma")
        assert "mends it" in caught.value.hint
        assert corpus.search(np.ones(DIMENSION), engine="exact")


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://localhost", "http://", "http://user:secret@localhost", "http://localhost:99999",
            "http://localhost:8000/api", "http://localhost/?x=1"],
)  # fmt: skip
def test_addresses_of_servers_are_checked(stored: Path, url: str) -> None:
    with pytest.raises(InputError, match="not the address"):
        Corpus.open(stored, chroma_url=url)


def test_servers_where_an_index_was_kept_are_remembered_for_removals(stored: Path) -> None:
    # Nobody is asked at this address: the ledger alone names it.
    url = "http://127.0.0.1:9"
    with Corpus.open(stored, write=True) as corpus:
        assert corpus.index_left_on() == []
        corpus.curation.set_setting("index_place", json.dumps({"url": url, "generation": 7}))
    for _ in range(2):
        with Corpus.open(stored, write=True) as corpus:
            (left,) = corpus.index_left_on()
            assert left.startswith(f"{url}: frames-")
            corpus.rebuild_index()
    check_answers(stored)
