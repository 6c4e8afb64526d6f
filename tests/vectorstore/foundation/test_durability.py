"""Locks, schema versions, full disks, read-only folders, damaged and lost parts."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import EMBEDDER, add, embed

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, CorpusLockedError, SchemaError, StorageError
from vectorstore.ledger import schema

ROOT = Path(__file__).parents[3]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A closed corpus with one clip and its vectors."""
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        add(corpus, "clip")
        embed(corpus)
    return tmp_path / "corpus"


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder that every user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def as_nobody(code: str, folder: Path) -> str:
    """Run Python without the rights of root, to whom nothing is read-only."""
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody else")
    # Everything is imported before the rights are given up: the interpreter itself may lie where nobody may read.
    program = (
        f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import chromadb, numpy\nfrom vectorstore.corpus import Corpus\n"
        "from vectorstore.foundation.errors import StorageError\n"
        f"os.setgroups([]); os.setgid(65534); os.setuid(65534)\n{code}"
    )
    return subprocess.run([sys.executable, "-c", program, folder], stdout=subprocess.PIPE, text=True, check=True).stdout


def test_what_is_not_a_corpus_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / "corpus.sqlite").write_text("not SQLite")
    for name, complaint in (("absent", "there is no corpus"), ("file", "a file"), ("folder", "is not a corpus"),
                            ("fake", "is not a corpus")):  # fmt: skip
        with pytest.raises(CorpusError, match=complaint) as refusal:
            Corpus.open(tmp_path / name)
        assert "valuespectrum ingest" in refusal.value.hint
    (tmp_path / "folder" / "holiday.txt").write_text("mine")
    for name, complaint in (("file", "a file"), ("folder", "holiday.txt"), ("fake", "another program")):
        with pytest.raises(CorpusError, match=complaint):
            Corpus.ensure(tmp_path / name)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    with sqlite3.connect(folder / "corpus.sqlite") as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = (folder / "corpus.sqlite").read_bytes()
    with pytest.raises(CorpusError, match="another program"):
        Corpus.ensure(folder)
    assert (folder / "corpus.sqlite").read_bytes() == before


def test_create_wants_a_new_folder(stored: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="a corpus already"):
        Corpus.create(stored)
    with Corpus.create(tmp_path / "new" / "deep") as corpus:
        assert corpus.clips() == []
    assert stat.S_IMODE((tmp_path / "new" / "deep").stat().st_mode) == 0o700


def test_one_writer_at_a_time_but_any_reader(stored: Path) -> None:
    with Corpus.open(stored, write=True):
        with pytest.raises(CorpusLockedError, match="is writing the corpus"):
            Corpus.open(stored, write=True)
        with pytest.raises(CorpusLockedError, match="is writing the corpus"):
            Corpus.ensure(stored)
        with Corpus.open(stored) as reader:
            assert len(reader.search(np.ones(24), engine="exact")) == 4
            with pytest.raises(CorpusLockedError):
                reader.search(np.ones(24), engine="chroma")
    with Corpus.open(stored) as reader, Corpus.open(stored) as second:
        assert len(reader.search(np.ones(24), engine="chroma")) == len(second.search(np.ones(24), engine="chroma")) == 4
        with pytest.raises(CorpusLockedError):
            Corpus.open(stored, write=True)
    Corpus.open(stored, write=True).close()


def test_the_lock_ends_with_its_process(stored: Path) -> None:
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from vectorstore.corpus import Corpus\n"
        "corpus = Corpus.open(sys.argv[1], write=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, stored], check=False).returncode == -9
    Corpus.open(stored, write=True).close()


def index_folder(corpus: Path) -> Path:
    (folder,) = corpus.glob("chroma*")
    return folder


def set_version(corpus: Path, version: int) -> None:
    connection = sqlite3.connect(corpus / "corpus.sqlite")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.mark.parametrize("version", [0, schema.SCHEMA_VERSION + 1, 99])
@pytest.mark.parametrize("write", [False, True])
def test_other_schema_versions_are_refused(stored: Path, version: int, write: bool) -> None:
    set_version(stored, version)
    with pytest.raises(SchemaError, match=f"schema version {version}"):
        Corpus.open(stored, write=write)


def test_an_older_schema_is_brought_up_to_date_by_a_writer(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = (*schema.MIGRATIONS, ("ALTER TABLE video ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",))
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", len(newer))
    with pytest.raises(SchemaError, match="older schema version"):
        Corpus.open(stored)
    with Corpus.open(stored, write=True) as corpus:
        assert len(corpus.clips()) == 1
    with Corpus.open(stored) as corpus:
        assert len(corpus.frames()) == 4


def test_a_migration_that_fails_changes_nothing(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE extra (x)", "nonsense")))
        patch.setattr(schema, "SCHEMA_VERSION", len(schema.MIGRATIONS))
        with pytest.raises(StorageError, match="syntax error"):
            Corpus.open(stored, write=True)
    with Corpus.open(stored, write=True) as corpus:
        assert len(corpus.clips()) == 1


def test_an_index_that_is_lost_damaged_or_wrong_is_made_anew(stored: Path) -> None:
    query = np.random.default_rng(5).normal(size=24)
    with Corpus.open(stored) as corpus:
        expected = [hit.frame.frame_id for hit in corpus.search(query, engine="exact")]

    def lose() -> None:
        shutil.rmtree(index_folder(stored))

    def damage() -> None:
        (index_folder(stored) / "chroma.sqlite3").write_bytes(b"garbage" * 1000)

    def forget_a_row() -> None:
        import chromadb

        settings = chromadb.Settings(anonymized_telemetry=False, is_persistent=True)
        client = chromadb.PersistentClient(path=str(index_folder(stored)), settings=settings)
        (collection,) = client.list_collections()
        collection.delete(ids=[expected[0]])
        client.close()

    for number, harm in enumerate((lose, damage, forget_a_row), start=1):
        harm()
        with Corpus.open(stored, write=True) as corpus:
            assert [hit.frame.frame_id for hit in corpus.search(query, engine="chroma")] == expected
            assert [kind for _, kind, _ in corpus.events()] == ["index_rebuilt"] * number


def test_an_index_behind_the_ledger_says_so_and_catches_up(stored: Path) -> None:
    with Corpus.open(stored, write=True) as corpus:
        frame = add(corpus, "later", 1)[0]
        corpus.add_embeddings(EMBEDDER, [frame.picture_sha], np.eye(1, 24, dtype=np.float32))
    with Corpus.open(stored) as corpus:
        assert corpus.search(np.eye(1, 24)[0])[0].frame == frame
        with pytest.raises(CorpusError, match="lacks 1 vectors"):
            corpus.search(np.ones(24), engine="chroma")
    with Corpus.open(stored, write=True) as corpus:
        assert corpus.search(np.eye(1, 24)[0], engine="chroma")[0].frame == frame


def test_rebuilding_gives_the_same_answers(stored: Path) -> None:
    with Corpus.open(stored, write=True) as corpus:
        before = corpus.search(np.ones(24), engine="chroma")
        assert corpus.rebuild_index() == 4
        assert corpus.search(np.ones(24), engine="chroma") == before


def test_an_index_made_anew_holds_nothing_personal(stored: Path) -> None:
    with Corpus.open(stored, write=True) as corpus:
        corpus.rebuild_index()
    content = b"".join(path.read_bytes() for path in index_folder(stored).rglob("*") if path.is_file())
    assert not any(word in content for word in (b"A caption", b"/videos/", b"Clip", b"tiktok"))


def test_leftovers_of_killed_writers_are_swept(stored: Path) -> None:
    folder = next((stored / "frames").iterdir())
    (folder / "0123.tmp").write_bytes(b"half")
    Corpus.open(stored).close()
    assert (folder / "0123.tmp").exists()
    Corpus.open(stored, write=True).close()
    assert not list(stored.rglob("*.tmp"))


def test_a_full_disk_is_one_line_and_loses_nothing(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Corpus.open(stored, write=True) as corpus:
        before = corpus.content_hash()
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left on device")))
            with pytest.raises(StorageError, match="no space left"):
                corpus.store_pictures([b"another picture"])
        corpus._ledger._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StorageError, match="no space left"):
            for number in range(100):
                add(corpus, f"clip {number}", 20)
        assert corpus.content_hash() != "" and len(corpus.clips()) >= 1
        corpus._ledger._connection.execute("PRAGMA max_page_count = 1000000")
        add(corpus, "after")
    with Corpus.open(stored) as corpus:
        assert corpus.content_hash() != before
    assert not list(stored.rglob("*.tmp"))


def test_a_read_only_corpus_can_be_read_and_searched(nobodys_folder: Path) -> None:
    folder = nobodys_folder / "corpus"
    with Corpus.ensure(folder) as corpus:
        add(corpus, "clip")
        embed(corpus)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    code = (
        "with Corpus.open(sys.argv[1]) as corpus:\n"
        "    print(len(corpus.search(numpy.ones(24), engine='exact')), corpus.info()['clips'])\n"
        "    try: corpus.search(numpy.ones(24), engine='chroma')\n"
        "    except StorageError as error: print(error)\n"
        "try: Corpus.open(sys.argv[1], write=True)\n"
        "except StorageError as error: print(error)\n"
    )
    lines = as_nobody(code, folder).splitlines()
    assert lines[0] == "4 1"
    assert len(lines) == 3
    assert all("cannot write" in line for line in lines[1:])


def test_a_corpus_cannot_be_made_where_nothing_may_be_written(nobodys_folder: Path) -> None:
    code = "try: Corpus.ensure(sys.argv[1] + '/corpus')\nexcept StorageError as error: print(error)\n"
    assert "cannot write" in as_nobody(code, nobodys_folder)


def test_a_damaged_ledger_is_one_line(stored: Path) -> None:
    path = stored / "corpus.sqlite"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="damaged"):
        Corpus.open(stored, write=True)
