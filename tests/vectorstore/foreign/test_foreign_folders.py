"""A corpus folder from somebody else: nothing in it leads out of it, makes us wait, or has its own orders obeyed."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import RECIPE, add, embed, frames, media, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, ValueSpectrumError
from vectorstore.ledger import schema
from vectorstore.ledger.records import Removal, Source
from vectorstore.snapshots.compare import check_snapshot
from vectorstore.snapshots.export import ExportOptions, export_corpus
from vectorstore.snapshots.snapshot import take_snapshot


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed corpus with a snapshot, to be copied."""
    folder = tmp_path_factory.mktemp("pristine") / "corpus"
    with Corpus.ensure(folder) as corpus:
        for name in ("one", "two"):
            add(corpus, name)
        embed(corpus)
        take_snapshot(corpus, "named")
    return folder


@pytest.fixture
def received(pristine: Path, tmp_path: Path) -> Path:
    """A copy of it beside a folder that must stay as it is."""
    victim = tmp_path / "victim"
    (victim / "inner").mkdir(parents=True)
    for name in ("corpus.sqlite", "named.json", "inner/precious"):
        (victim / name).write_bytes(b"precious")
    return Path(shutil.copytree(pristine, tmp_path / "corpus"))


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """End what waits for a pipe."""

    def complain(*_: object) -> None:
        raise AssertionError("this waits for ever")

    before = signal.signal(signal.SIGALRM, complain)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in files}


def ask(folder: Path) -> None:
    with Corpus.open(folder) as corpus:
        problems = corpus.verify()
        check = check_snapshot(corpus, "named")
        corpus.search(np.ones(24), engine="chroma")
        export_corpus(corpus, folder.parent / "out", ExportOptions(vectors=True))
        if problems or not check.intact:
            raise CorpusError(f"{problems} {check.problem}")


def change(folder: Path) -> None:
    with Corpus.open(folder, write=True) as corpus:
        add(corpus, "three")
        # The same picture again, and one whose file somebody else's link stands for.
        corpus.store_pictures([b"one 0", b"two 0"])
        embed(corpus)
        take_snapshot(corpus, "another")
        corpus.remove(Removal("clip", (sha("one"),)))
        corpus.rebuild_index()


def set_place(folder: Path, place: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "corpus.sqlite", isolation_level=None)) as connection:
        connection.execute("INSERT OR REPLACE INTO setting VALUES ('index_place', ?)", (place,))


@pytest.mark.parametrize(
    "generation",
    ["x/../../victim", "../victim", "/victim", "2/../../victim/inner", "2\x00", "٣", "", True, 1.0, 2.5, 0, -1, None,
     10**30, [1], {"a": 1}],
)  # fmt: skip
@pytest.mark.parametrize("act", [ask, change])
def test_an_index_lies_in_its_corpus_whatever_the_ledger_says(
    received: Path, act: Callable[[Path], None], generation: object
) -> None:
    set_place(received, json.dumps({"generation": generation}))
    before = content(received.parent / "victim")
    with pytest.raises(CorpusError, match=r"no place where an index can be|does not say where"):
        act(received)
    assert content(received.parent / "victim") == before


@pytest.mark.parametrize(
    "place", ["[]", "7", "null", "{", '{"root": "/"}', '{"url": 7}', '{"url": "file:///etc"}', "[" * 900, "NaN"]
)
def test_a_place_of_another_form_is_refused(received: Path, place: str) -> None:
    set_place(received, place)
    with pytest.raises(CorpusError, match=r"no place where an index can be|does not say where|nothing that we write"):
        ask(received)


PLACES = (
    ".lock", "corpus.sqlite", "corpus.sqlite-wal", "corpus.sqlite-shm", "corpus.sqlite-journal", "frames", "HOME",
    "PICTURE", "snapshots", "snapshots/named.json", "snapshots/named.parquet", "chroma", "chroma/chroma.sqlite3",
    "chroma/more", "chroma-7",
)  # fmt: skip


MORE = (
    (".lock", "socket"),
    ("frames", "dangling"),
    ("PICTURE", "dangling"),
    ("snapshots", "dangling"),
    ("chroma", "socket"),
)


def put(path: Path, kind: str, victim: Path) -> None:
    was_folder = path.is_dir()
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(path) if was_folder else path.unlink()
    if kind == "link":
        path.symlink_to(victim if was_folder or "chroma" in path.name else victim / "corpus.sqlite")
    elif kind == "dangling":
        path.symlink_to(victim / "new")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with socket.socket(socket.AF_UNIX) as made:
            folder = os.open(path.parent, os.O_RDONLY)
            made.bind(f"/proc/self/fd/{folder}/{path.name}")
            os.close(folder)


@pytest.mark.parametrize(("place", "kind"), [*itertools.product(PLACES, ["link", "pipe"]), *MORE])
def test_what_is_no_file_or_folder_of_ours_is_refused(received: Path, place: str, kind: str) -> None:
    victim, picture = received.parent / "victim", sha("two 0")
    name = place.replace("HOME", f"frames/{picture[:2]}").replace("PICTURE", f"frames/{picture[:2]}/{picture}.jpg")
    if place == "chroma-7":
        (received / name).mkdir()
    put(received / name, kind, victim)
    before = content(victim)
    for act in (ask, change):
        if place == "snapshots/named.parquet" and act is change:
            # Nothing but a check reads it, and nothing writes it again.
            continue
        with pytest.raises(ValueSpectrumError, match=r"is a (link|pipe|socket)|damaged|not what|changed") as refusal:
            act(received)
        assert "\n" not in str(refusal.value)
    assert content(victim) == before


def test_a_picture_is_given_out_only_where_it_is_one(received: Path) -> None:
    with Corpus.open(received) as corpus:
        path = corpus.picture_path(sha("two 0"))
        assert path.is_file()
        path.unlink()
        assert corpus.picture_path(sha("two 0")) == path
        path.symlink_to("/etc/passwd")
        with pytest.raises(CorpusError, match="is a link"):
            corpus.picture_path(sha("two 0"))
        path.unlink()
        with path.open("wb") as file:
            file.truncate(40 * 2**30)
        with pytest.raises(CorpusError, match="larger than 64 MiB"):
            corpus.picture_path(sha("two 0"))
        assert [problem.kind for problem in corpus.verify()] == ["picture_changed"]


def test_a_picture_with_other_bytes_is_written_anew(received: Path) -> None:
    with Corpus.open(received, write=True) as corpus:
        path = corpus.picture_path(sha("one 0"))
        path.write_bytes(b"another")
        corpus.store_pictures([b"one 0"])
        assert path.read_bytes() == b"one 0"


def test_a_ledger_with_a_second_name_is_read_and_not_changed(received: Path, tmp_path: Path) -> None:
    os.link(received / "corpus.sqlite", tmp_path / "elsewhere")
    before = (tmp_path / "elsewhere").read_bytes()
    with Corpus.open(received) as corpus:
        assert len(corpus.clips()) == 2
    with pytest.raises(CorpusError, match="second name"):
        Corpus.open(received, write=True)
    assert (tmp_path / "elsewhere").read_bytes() == before


def modes(folder: Path) -> set[str]:
    """Permissions of everything that we make in a corpus folder; Chroma makes its own, in a folder of ours."""
    ours = [path for path in (folder, *folder.rglob("*")) if path.parent.parent.name != "chroma"]
    ours = [path for path in ours if path.parent.name != "chroma"]
    return {f"{'folder' if path.is_dir() else 'file'} {path.stat().st_mode & 0o777:o}" for path in ours}


def test_a_folder_made_beforehand_becomes_private_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, before = tmp_path / "corpus", os.umask(0)
    try:
        folder.mkdir(mode=0o755)
        with Corpus.ensure(folder) as corpus:
            add(corpus, "one")
            embed(corpus)
            take_snapshot(corpus, "named")
            assert modes(folder) == {"folder 700", "file 600"}
            with Corpus.open(folder):
                assert modes(folder) == {"folder 700", "file 600"}
    finally:
        os.umask(before)
    assert [record.getMessage() for record in caplog.records] == [
        f"{folder} was open to others (mode 755) and is yours alone now"
    ]
    caplog.clear()
    # What is in use is left as its owner has it.
    folder.chmod(0o750)
    Corpus.open(folder).close()
    assert not caplog.records
    Corpus.open(folder, write=True).close()
    assert [record.getMessage() for record in caplog.records] == [
        f"{folder} is open to others (mode 750); `chmod 700` on it makes it yours alone"
    ]
    assert folder.stat().st_mode & 0o777 == 0o750


ORDERS = {
    "trigger": "CREATE TRIGGER clip_link_by AFTER INSERT ON event BEGIN DELETE FROM video; END",
    "temporary look": "CREATE VIEW clip AS SELECT * FROM video",
    "more": "CREATE TABLE more (a)",
    "index": "CREATE INDEX more ON video (codec)",
    "missing": "DROP INDEX frame_by_picture",
    "unique": "DROP INDEX frame_by_picture; CREATE UNIQUE INDEX frame_by_picture ON frame (picture_sha)",
    "expression": "DROP INDEX frame_by_picture; CREATE INDEX frame_by_picture ON frame (abs(picture_sha))",
    "column": "ALTER TABLE event ADD COLUMN more TEXT",
    "generated": "ALTER TABLE event ADD COLUMN more TEXT AS (hex(detail))",
    "view for a table": "DROP TABLE event; CREATE VIEW event AS SELECT 1 AS event_id, '' AS at, '' AS kind",
    "virtual": "CREATE VIRTUAL TABLE more USING fts5(a)",
    "check": "DROP TABLE event; CREATE TABLE event (event_id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL "
    "CHECK (length(kind) < 3), detail TEXT NOT NULL)",
    "default": "DROP TABLE event; CREATE TABLE event (event_id INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT 'x', "
    "kind TEXT NOT NULL, detail TEXT NOT NULL)",
    "collation": "DROP TABLE setting; CREATE TABLE setting (name TEXT COLLATE NOCASE PRIMARY KEY, value TEXT NOT NULL)",
    "shared page": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage "
    "FROM sqlite_master WHERE name = 'event') WHERE name = 'setting'",
    "statistics": "ANALYZE",
}  # fmt: skip


@pytest.mark.parametrize("order", ORDERS.values(), ids=list(ORDERS))
@pytest.mark.parametrize("version", [1, schema.SCHEMA_VERSION])
def test_a_ledger_with_orders_of_its_own_is_refused(tmp_path: Path, order: str, version: int) -> None:
    if version == 1 and "setting" in order:
        pytest.skip("the first version has no such table")
    folder = tmp_path / "corpus"
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / "corpus.sqlite", isolation_level=None)) as connection:
        for statements in schema.MIGRATIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.executescript(order)
    before = (folder / "corpus.sqlite").read_bytes()
    for write in (False, True):
        with pytest.raises(CorpusError, match=r"not ours|lacks the|another way|several of its tables"):
            Corpus.open(folder, write=write)
    assert (folder / "corpus.sqlite").read_bytes() == before


def test_a_journal_that_names_another_file_is_not_played_back(received: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim" / "inner" / "precious"
    name = str(victim).encode()
    end = bytes(4) + name + len(name).to_bytes(4, "big") + sum(name).to_bytes(4, "big")
    journal = bytes.fromhex("d9d505f920a163d7") + bytes(600) + end + bytes.fromhex("d9d505f920a163d7")
    for place in ("corpus.sqlite", "chroma/chroma.sqlite3"):
        path = received / f"{place}-journal"
        path.write_bytes(journal)
        with pytest.raises(CorpusError, match="names another file"):
            ask(received)
        if place == "corpus.sqlite":
            with pytest.raises(CorpusError, match="names another file"):
                Corpus.open(received, write=True)
            empty = tmp_path / "empty"
            empty.mkdir()
            (empty / "corpus.sqlite").touch()
            path.rename(empty / "corpus.sqlite-journal")
            with pytest.raises(CorpusError, match="names another file"):
                Corpus.ensure(empty)
            (empty / "corpus.sqlite-journal").write_bytes(b"left by a killed writer")
            Corpus.ensure(empty).close()
            assert sorted(path.name for path in empty.iterdir()) == [".lock", "corpus.sqlite"]
        assert victim.read_bytes() == b"precious"


def test_settings_of_the_current_folder_are_not_chromas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, received: Path
) -> None:
    (tmp_path / ".env").write_text("chroma_api_impl=stranger.Code\nchroma_telemetry_impl=stranger.Code\n")
    monkeypatch.chdir(tmp_path)
    with Corpus.open(received) as corpus:
        assert corpus.search(np.ones(24), engine="chroma")


def test_a_folder_swapped_for_a_link_while_it_is_used_leads_nowhere(received: Path, tmp_path: Path) -> None:
    with Corpus.open(received, write=True) as corpus:
        shown = frames(corpus, "three")
        shutil.rmtree(received / "frames")
        (received / "frames").symlink_to(tmp_path / "victim")
        before = content(tmp_path / "victim")
        for act in (
            lambda: corpus.store_pictures([b"new"]),
            lambda: corpus.remove(Removal("clip", (sha("one"),))),
            lambda: corpus.picture_path(shown[0].picture_sha),
        ):
            with pytest.raises(CorpusError, match="is a link"):
                act()
        corpus.add_clip(Source("/videos/three.mp4", "1"), media("three"), RECIPE, shown)
    assert content(tmp_path / "victim") == before
