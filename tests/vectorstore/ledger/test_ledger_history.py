"""Corpora of earlier releases, clocks that go backwards, disks that fill up in the middle, many sources at once."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import EMBEDDER, RECIPE, add, embed, frames, media, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import StorageError
from vectorstore.ledger import ledger, schema
from vectorstore.ledger.counts import corpus_counts
from vectorstore.ledger.records import ClipLink, Failure, Removal, Source
from vectorstore.upkeep import removal

FIRST_RELEASE: dict[str, list[tuple[object, ...]]] = {
    "source": [
        (1, "/videos/old.mp4", "1", "tiktok", None, "linked", "", "", 1, None, "2026-01-01"),
        (2, "/videos/bad.mp4", "1", "local", None, "failed", "empty", "nothing in it", 2, None, "2026-01-01"),
    ],
    "video": [(1, sha("old"), 9, "mov", "h264", 90, 160, 0, 2.5, 0, 0, 2, 4, "2026-01-01")],
    "source_video": [(1, 1, sha("old"), "Old", "A caption", '["one"]', "CC-BY")],
    "recipe": [("recipe", "{}")],
    "frame": [
        (sha(f"old|{index}"), sha("old"), "recipe", index, index / 2, sha(f"old {index}"), 9, 16, "0" * 16, None)
        for index in range(2)
    ],
    "model": [(1, EMBEDDER, EMBEDDER, 24, "2026-01-01")],
    "embedding": [
        (sha(f"old|{index}"), EMBEDDER, np.eye(24, dtype="<f2")[index].tobytes(), 0) for index in range(2)
    ],
    "event": [(1, "2026-01-01", "ingest", '{"clips_added": 1}')],
}  # fmt: skip


@pytest.fixture
def first_release(tmp_path: Path) -> Path:
    """A corpus as the first release left it."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    connection = sqlite3.connect(folder / "corpus.sqlite", isolation_level=None)
    for statement in schema.MIGRATIONS[0]:
        connection.execute(statement)
    for table, rows in FIRST_RELEASE.items():
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    for index in range(2):
        picture = folder / "frames" / sha(f"old {index}")[:2] / f"{sha(f'old {index}')}.jpg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(f"old {index}".encode())
    return folder


def test_a_corpus_of_the_first_release_goes_on(first_release: Path) -> None:
    with Corpus.open(first_release, write=True) as corpus:
        (clip,) = corpus.clips()
        assert (clip.title, clip.tags, clip.uploader, clip.published, clip.motion, clip.gone_at) == (
            "Old", ("one",), "", "", None, ""
        )  # fmt: skip
        assert [(frame.brightness, frame.blank) for frame in corpus.frames()] == [(None, False)] * 2
        assert [row.state for row in corpus.sources()] == ["linked", "failed"]
        assert len(corpus.search(np.eye(24)[0], engine="chroma")) == 2
        assert corpus.verify() == []
        assert len(corpus.uploader_key("Willa")) == 64
        assert corpus.update_source(Source("/videos/old.mp4", "1", "New", uploader="Willa", platform="tiktok"))
        assert corpus.remove(Removal("uploader", ("willa",))).clips == 1
        assert corpus.verify() == []
    with Corpus.open(first_release) as corpus:
        assert corpus.info()["schema"] == schema.SCHEMA_VERSION


def test_migrating_leads_to_the_tables_of_a_new_corpus(first_release: Path, tmp_path: Path) -> None:
    Corpus.open(first_release, write=True).close()
    Corpus.ensure(tmp_path / "new").close()
    layouts = []
    for folder in (first_release, tmp_path / "new"):
        connection = sqlite3.connect(folder / "corpus.sqlite")
        layouts.append(connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall())
        connection.close()
    assert layouts[0] == layouts[1]


def test_what_sources_say_is_kept_and_updated(corpus: Corpus) -> None:
    said = Source(
        "https://videos.test/1", "1", "Title", "Caption", ("tag",), "youtube", "CC0", "@Ann", "2025-01-02",
        "https://videos.test/watch/1", "own upload", "list.csv",
    )  # fmt: skip
    corpus.add_clip(said, media("clip"), RECIPE, frames(corpus, "clip"))
    clip = corpus.clips()[0]
    assert (clip.uploader, clip.uploader_name) == (corpus.uploader_key("ann"), "")
    assert (clip.published, clip.page_url, clip.basis) == ("2025-01-02", "https://videos.test/watch/1", "own upload")
    assert not corpus.update_source(said)
    changed = Source(said.locator, "2", "Other title", uploader="@Ann", platform="youtube")
    assert corpus.update_source(changed)
    assert not corpus.update_source(changed)
    (row,) = corpus.sources()
    # What was said once stays when a later run says nothing; the stamp stays too, since it speaks of the bytes.
    assert (row.basis, row.manifest_id, row.stamp, row.published) == ("own upload", "list.csv", "1", "2025-01-02")
    assert corpus.clips()[0].title == "Other title"
    assert not corpus.update_source(Source("https://videos.test/unknown", "1"))


def test_a_clip_is_gone_when_all_its_sources_are(corpus: Corpus) -> None:
    add(corpus, "clip")
    corpus.link_source(Source("/copy.mp4", "1"), sha("clip"))
    corpus.mark_gone("/videos/clip.mp4")
    assert corpus.clips()[0].gone_at == ""
    corpus.mark_gone("/copy.mp4")
    assert corpus.clips()[0].gone_at != ""
    corpus.link_source(Source("/copy.mp4", "2"), sha("clip"))
    assert corpus.clips()[0].gone_at == ""


def test_links_between_clips_have_no_direction(corpus: Corpus) -> None:
    one, two = sorted((sha("one"), sha("two")))
    for name in ("one", "two"):
        add(corpus, name)
    corpus.add_clip_links([ClipLink(two, one, share=0.5)])
    corpus.add_clip_links([ClipLink(one, two, share=0.75)])
    assert corpus.clip_links() == [ClipLink(one, two, "near_duplicate", 0.75)]


def test_a_clock_that_goes_backwards_changes_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    past = (f"{2030 - number}-01-01T00:00:00+00:00" for number in itertools.count())
    for module in (ledger, removal):
        monkeypatch.setattr(module, "utc_now", lambda: next(past))
    names = [f"clip {number}" for number in range(6)]
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for name in names:
            add(corpus, name)
            corpus.add_event("added", {"name": name})
        embed(corpus)
        corpus.mark_gone("/videos/clip 1.mp4")
        corpus.add_failure(Source("/bad", "1"), Failure("/bad", "empty", ""), retry_at="2020-01-01T00:00:00+00:00")
        corpus.remove(Removal("clip", (sha("clip 0"),)))
        assert [clip.title for clip in corpus.clips()] == [name.title() for name in names[1:]]
        assert [kind for _, kind, _ in corpus.events()] == ["added"] * 6 + ["removal"]
        assert corpus.verify() == []
    with Corpus.open(tmp_path / "corpus", write=True) as corpus:
        assert len(corpus.search(np.ones(24), 99, engine="chroma")) == 20
        assert [row.retry_at[:4] for row in corpus.sources()][-1] == "2020"


def test_a_disk_that_fills_up_during_a_removal_delays_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "corpus"
    with Corpus.ensure(folder) as corpus:
        for name in ("one", "two"):
            add(corpus, name)
        embed(corpus)
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left on device")))
            with pytest.raises(StorageError, match="no space left"):
                corpus.remove(Removal("clip", (sha("one"),)))
        assert [clip.title for clip in corpus.clips()] == ["Two"]
        assert "removal_unfinished" in [problem.kind for problem in corpus.verify()]
    with Corpus.open(folder, write=True) as corpus:
        assert corpus.verify() == []
        assert len(corpus.search(np.ones(24), 99, engine="chroma")) == 4


def test_texts_in_any_language_come_back_and_can_be_removed(tmp_path: Path) -> None:
    for number, text in enumerate(("Ünïcødé ☂", "日本語", "نص عربي", "🧿" * 40, "a\u0301\u202e\x00b")):
        folder = tmp_path / str(number)
        with Corpus.ensure(folder) as corpus:
            corpus.keep_uploader_names(True)
            source = Source(f"/videos/{text}.mp4", "1", text, text, (text,), uploader=text)
            corpus.add_clip(source, media("clip"), RECIPE, frames(corpus, "clip"))
            clip = corpus.clips()[0]
            assert (clip.title, clip.caption, clip.tags, clip.uploader_name) == (text, text, (text,), text)
            assert corpus.is_removed("uploader", text) is False
            assert corpus.remove(Removal("uploader", (text,))).clips == 1
        content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert text.encode() not in content
        assert json.dumps(text).encode() not in content


def test_fifty_thousand_sources_are_known_in_a_moment(corpus: Corpus) -> None:
    with corpus._ledger.changes():
        corpus._ledger.execute_many(
            "INSERT INTO source (locator, stamp, platform, state, added_at) VALUES (?, '1', 'local', 'linked', '')",
            ((f"/videos/{number}.mp4",) for number in range(50_000)),
        )
    started = time.perf_counter()
    states = corpus.source_states()
    assert len(states) == 50_000
    assert states["/videos/7.mp4"].failure is None
    # Measured: 0.2 s; one question per source takes twenty times as long.
    assert time.perf_counter() - started < 5


def test_linked_clips_are_counted_in_a_moment(corpus: Corpus) -> None:
    names = [sha(f"clip {number}") for number in range(40_000)]
    with corpus._ledger.changes():
        corpus._ledger.execute_many(
            "INSERT INTO video VALUES (NULL, ?, 9, 'mov', 'h264', 90, 160, 0, 2.5, 0, 0, 0, 4, '', NULL)",
            ((name,) for name in names),
        )
    corpus.add_clip_links([ClipLink(*pair) for pair in itertools.pairwise(names[:20_001])])
    started = time.perf_counter()
    assert corpus_counts(corpus.ledger)["clips_linked_as_near_duplicates"] == 20_001
    # Six hundred million comparisons if every link were looked at for every clip.
    assert time.perf_counter() - started < 5


def test_a_source_that_says_unknown_is_counted_with_those_that_say_nothing(corpus: Corpus) -> None:
    for name, licence in (("silent", ""), ("honest", "unknown"), ("open", "CC0")):
        source = Source(f"/{name}.mp4", "1", name, licence=licence)
        corpus.add_clip(source, media(name), RECIPE, frames(corpus, name))
    assert corpus_counts(corpus.ledger)["licences"] == {"unknown": 2, "CC0": 1}


def test_uploaders_are_counted_whose_clips_are_here(corpus: Corpus) -> None:
    corpus.add_clip(Source("/ann.mp4", "1", uploader="ann"), media("ann"), RECIPE, frames(corpus, "ann"))
    corpus.add_failure(Source("/bob.mp4", "1", uploader="bob"), Failure("/bob.mp4", "empty", "the file is empty"))
    counts = corpus_counts(corpus.ledger)
    assert (counts["clips"], counts["failed"], counts["uploaders"]) == (1, 1, 1)
