"""What was removed is nowhere: not in rows, not in files, not in the index, not when it comes in again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from byte_search import texts_found, vectors_found
from corpus_parts import EMBEDDER, RECIPE, embed, frames, media, sha
from numpy.typing import NDArray

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusLockedError, InputError
from vectorstore.ledger.counts import corpus_counts
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import ClipLink, Failure, Receipt, Removal, Source
from vectorstore.snapshots.snapshot import read_snapshot, snapshot_rows, take_snapshot

ROOT = Path(__file__).parents[3]
DIMENSION = 64


def source(name: str, uploader: str) -> Source:
    """A source whose every text is its own."""
    return Source(
        locator=f"https://videos.test/@{uploader}/{name}-locator", stamp="1", title=f"{name}-Überschrift ☂",
        caption=f"{name}-caption with words", tags=(f"{name}-tag",), platform="tiktok", licence=f"CC-BY {uploader}",
        uploader=f"@{uploader}", published="2024-05-06", page_url=f"https://pages.test/{name}-page", basis="own",
    )  # fmt: skip


def texts(name: str) -> list[str]:
    return [f"{name}-{part}" for part in ("locator", "Überschrift ☂", "caption with words", "tag", "page", "frame")]


def put(corpus: Corpus, name: str, uploader: str) -> None:
    shas = corpus.store_pictures([f"{name}-frame {index}".encode() for index in range(4)])
    made = [replace(frame, picture_sha=one) for frame, one in zip(frames(corpus, name), shas, strict=True)]
    corpus.add_clip(source(name, uploader), media(name), RECIPE, made)


def fill(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Three clips by Willa and three by Nadir, a failure of each, and everything said in the audit log, too."""
    with Corpus.ensure(folder) as corpus:
        corpus.keep_uploader_names(True)
        for number in range(3):
            put(corpus, f"willa{number}", "WillaSays")
            put(corpus, f"nadir{number}", "NadirFilms")
        for name, uploader in (("willafail", "WillaSays"), ("nadirfail", "NadirFilms")):
            failed = source(name, uploader)
            corpus.add_failure(failed, Failure(failed.locator, "empty", f"{name}-detail is empty"))
        for name in ("willa0", "willafail", "nadir0"):
            corpus.add_event("ingest", {"clips_failed": [{"source": source(name, "WillaSays").locator}], name: 1})
        corpus.add_clip_links([ClipLink(sha("willa1"), sha("nadir1"), share=0.75)])
        embed(corpus, dimension=DIMENSION)
        take_snapshot(corpus, "before")
        frame_ids, vectors = corpus.vectors(EMBEDDER)
        clips = {frame.frame_id: frame.clip_id for frame in corpus.frames()}
        return {
            name: vectors[[clips[frame_id] == sha(name) for frame_id in frame_ids]]
            for name in (f"{who}{number}" for who in ("willa", "nadir") for number in range(3))
        }


def check_gone(folder: Path, vectors: dict[str, NDArray[np.float32]], names: list[str], others: list[str]) -> None:
    gone = [text for name in names for text in texts(name)]
    assert texts_found(folder, gone) == set()
    kept = [text for name in others for text in texts(name) if not text.endswith("frame")]
    assert texts_found(folder, kept) == set(kept)
    assert vectors_found(folder, np.concatenate([vectors[name] for name in names])) == set()
    expected = np.concatenate([vectors[name] for name in others])
    assert vectors_found(folder, expected) == set(range(len(expected)))


def test_an_uploader_is_removed_to_the_last_byte(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    vectors = fill(folder)
    willa, nadir = ([f"{who}{number}" for number in range(3)] for who in ("willa", "nadir"))
    handle = [
        *texts("willafail")[:1],
        "WillaSays",
        "willafail-detail",
        *(text for name in willa for text in texts(name)),
    ]
    # Without this, a search that never finds anything would pass.
    assert texts_found(folder, handle) == set(handle)
    assert len(vectors_found(folder, np.concatenate([vectors[name] for name in willa]))) == 12
    with Corpus.open(folder, write=True) as corpus:
        receipt = corpus.remove(Removal("uploader", ("willasays", "Nobody"), "takedown"))
        assert receipt == Receipt(
            sources=4, clips=3, frames=12, pictures=12, vectors=12, unknown=1, near_duplicates=(sha("nadir1"),)
        )
        assert [clip.clip_id for clip in corpus.clips()] == [sha(name) for name in nadir]
        assert corpus.clip_links() == []
        for engine in ("exact", "chroma"):
            hits = corpus.search(vectors["willa0"][0], 50, engine=engine)
            assert {hit.frame.clip_id for hit in hits} == {sha(name) for name in nadir}
        assert len([kind for _, kind, _ in corpus.events() if kind == "removal"]) == 1
    check_gone(folder, vectors, willa, nadir)
    assert texts_found(folder, [*handle, "Nobody", "willasays"]) == set()
    # A snapshot holds hashes only, and is still what it was.
    assert len(snapshot_rows(folder, "before")) == read_snapshot(folder, "before").counts["frames"] == 24
    with Corpus.open(folder) as corpus:
        assert all(corpus.is_removed("uploader", name) for name in ("@WillaSays", " willasays", "nobody"))
        assert corpus.is_removed("source", source("willa0", "WillaSays").locator)
        assert corpus.is_removed("source", source("willafail", "WillaSays").page_url)
        assert corpus.is_removed("clip", sha("willa2"))
        assert not corpus.is_removed("uploader", "NadirFilms")
        assert not corpus.is_removed("clip", sha("nadir0"))


def test_a_clip_goes_with_its_last_source_only(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    vectors = fill(folder)
    with Corpus.open(folder, write=True) as corpus:
        corpus.link_source(source("copy", "NadirFilms"), sha("willa0"))
        receipt = corpus.remove(Removal("source", (source("willa0", "WillaSays").locator,)))
        assert (receipt.sources, receipt.clips) == (1, 0)
        assert corpus.clip(sha("willa0")).title.startswith("copy")
        assert texts_found(folder, texts("willa0")[:5]) == set()
        assert len(vectors_found(folder, vectors["willa0"])) == 4
        receipt = corpus.remove(Removal("source", (source("copy", "NadirFilms").page_url,)))
        assert (receipt.sources, receipt.clips, receipt.frames) == (1, 1, 4)
        assert corpus.is_removed("clip", sha("willa0"))
    check_gone(folder, vectors, ["willa0"], ["willa1", "willa2", "nadir0", "nadir1", "nadir2"])


def test_a_page_that_others_have_too_goes_with_the_last_of_them(tmp_path: Path) -> None:
    page = "https://data.test/whole-set"
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for name in ("one", "two"):
            said = Source(f"/videos/{name}.mp4", "1", page_url=page)
            corpus.add_clip(said, media(name), RECIPE, frames(corpus, name))
        corpus.add_event("ingest", {"of": page})
        corpus.remove(Removal("clip", (sha("one"),)))
        assert corpus.is_removed("source", "/videos/one.mp4") and not corpus.is_removed("source", page)
        assert corpus.verify() == []
        assert {"of": page} in [detail for _, _, detail in corpus.events()]
        corpus.remove(Removal("clip", (sha("two"),)))
        assert corpus.is_removed("source", page)
        assert {"of": page} not in [detail for _, _, detail in corpus.events()]


def test_a_clip_takes_all_sources_that_lead_only_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    fill(folder)
    with Corpus.open(folder, write=True) as corpus:
        corpus.link_source(source("copy", "NadirFilms"), sha("willa0"))
        corpus.link_source(source("willa1", "WillaSays"), sha("willa0"))
        receipt = corpus.remove(Removal("clip", (sha("willa0"), sha("unheard of"))))
        assert (receipt.sources, receipt.clips, receipt.unknown) == (2, 1, 1)
        rows = {row.locator: row.clip_ids for row in corpus.sources()}
        assert rows[source("willa1", "WillaSays").locator] == (sha("willa1"),)
        assert source("copy", "NadirFilms").locator not in rows
        assert corpus.is_removed("source", source("copy", "NadirFilms").locator)
        assert corpus.is_removed("clip", sha("unheard of"))


def test_pictures_that_others_show_stay_and_near_duplicates_stay_marked(corpus: Corpus) -> None:
    one = frames(corpus, "one", 2)
    corpus.add_clip(source("one", "a"), media("one"), RECIPE, one)
    for name in ("two", "three"):
        made = [
            replace(frame, frame_id=sha(f"{name}{frame.index}"), clip_id=sha(name), duplicate_of=frame.frame_id)
            for frame in one
        ]
        corpus.add_clip(source(name, "b"), media(name), RECIPE, made)
    embed(corpus)
    receipt = corpus.remove(Removal("clip", (sha("one"),)))
    assert (receipt.frames, receipt.pictures, receipt.vectors) == (2, 0, 2)
    assert all(corpus.picture_path(frame.picture_sha).exists() for frame in one)
    marked = {frame.frame_id: frame.duplicate_of for frame in corpus.frames()}
    assert marked == {
        sha("two0"): None, sha("two1"): None, sha("three0"): sha("two0"), sha("three1"): sha("two1")
    }  # fmt: skip
    assert corpus.embedded_count(EMBEDDER) == 4


def test_near_duplicates_of_near_duplicates_stay_marked(corpus: Corpus) -> None:
    """The copies of two frames of one clip that look alike look alike, too."""
    one = frames(corpus, "one", 3, duplicates=True)
    corpus.add_clip(source("one", "a"), media("one"), RECIPE, one)
    copies = [
        replace(frame, frame_id=sha(f"two{frame.index}"), clip_id=sha("two"), duplicate_of=frame.frame_id)
        for frame in one
    ]
    corpus.add_clip(source("two", "b"), media("two"), RECIPE, copies)
    corpus.remove(Removal("clip", (sha("one"),)))
    assert [frame.duplicate_of for frame in corpus.frames()] == [None, sha("two0"), sha("two0")]


def test_a_removal_changes_nothing_of_what_was_planned(corpus: Corpus) -> None:
    for name in ("one", "two"):
        corpus.add_clip(source(name, "a"), media(name), RECIPE, frames(corpus, name))
    one, two = (source(name, "a") for name in ("one", "two"))
    # The file of one has other bytes by now, and that of two could not be read the last time.
    corpus.link_source(one, sha("two"))
    corpus.add_failure(two, Failure(two.locator, "empty", ""))
    assert corpus_counts(corpus.ledger)["planned"] == 4
    corpus.remove(Removal("clip", (sha("one"),)))
    counts = corpus_counts(corpus.ledger)
    assert (counts["planned"], counts["removed"], corpus.info()["removed"]) == (4, 1, 1)
    corpus.remove(Removal("source", (two.locator,)))
    counts = corpus_counts(corpus.ledger)
    assert (counts["planned"], counts["removed"], counts["clips"]) == (4, 3, 1)


def test_removals_that_make_no_sense(corpus: Corpus) -> None:
    for wrong in (
        Removal("video", ("x",)), Removal("clip", ()), Removal("source", ("x", " ")), Removal("uploader", ("x", "@")),
        Removal("clip", ("x",), "Ann said so"),
    ):  # fmt: skip
        with pytest.raises(InputError):
            corpus.remove(wrong)
    with pytest.raises(InputError):
        corpus.is_removed("video", "x")
    assert corpus.info()["removed"] == 0


def test_keys_differ_between_corpora_and_do_not_tell_names(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        with Corpus.ensure(tmp_path / name) as corpus:
            keys.append(corpus.uploader_key("Willa"))
            assert corpus.uploader_key("@WILLA ") == keys[-1]
            assert corpus.uploader_key("") == corpus.uploader_key("@") == ""
            put(corpus, "clip", "Willa")
            assert corpus.clips()[0].uploader == keys[-1]
            assert corpus.clips()[0].uploader_name == ""
            assert corpus.remove(Removal("uploader", (keys[-1],))).clips == 1
            assert corpus.is_removed("uploader", "Willa")
    assert keys[0] != keys[1]


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from vectorstore.corpus import Corpus
from vectorstore.index.keeper import IndexKeeper
from vectorstore.files.frame_store import FrameStore
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import Removal

def kill_at(owner, name, after):
    original = getattr(owner, name)
    def wrapped(*args, **kwargs):
        if not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, wrapped)

owner, name, when = sys.argv[3:6]
with Corpus.open(sys.argv[1], write=True) as corpus:
    kill_at({"Ledger": Ledger, "IndexKeeper": IndexKeeper, "FrameStore": FrameStore}[owner], name, when == "after")
    corpus.remove(Removal("uploader", ("WillaSays",)))
"""


@pytest.mark.parametrize(
    "point",
    [
        "FrameStore remove_all_but before", "FrameStore remove_all_but after", "IndexKeeper sweep before",
        "Ledger swap_index before", "Ledger swap_index after", "Ledger write_anew before", "Ledger write_anew after",
    ],
)  # fmt: skip
def test_a_killed_removal_is_finished_by_the_next_writer(tmp_path: Path, point: str) -> None:
    folder = tmp_path / "corpus"
    vectors = fill(folder)
    killed = subprocess.run([sys.executable, "-c", KILLED, folder, ROOT, *point.split()], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Corpus.open(folder) as corpus:
        assert {clip.clip_id for clip in corpus.clips()} == {sha(f"nadir{number}") for number in range(3)}
    Corpus.open(folder, write=True).close()
    check_gone(folder, vectors, [f"willa{number}" for number in range(3)], [f"nadir{number}" for number in range(3)])
    assert len(list(folder.glob("chroma*"))) == 1
    assert len(list((folder / "frames").rglob("*.jpg"))) == 12


def test_a_removal_killed_before_its_transaction_ends_has_not_happened(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    fill(folder)
    with Corpus.open(folder) as corpus:
        before = corpus.content_hash()
    arguments = [str(folder), str(ROOT), "Ledger", "execute_many", "after"]
    assert subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False).returncode == -signal.SIGKILL
    with Corpus.open(folder, write=True) as corpus:
        assert corpus.content_hash() == before
        assert corpus.info()["removed"] == 0


def test_a_reader_in_the_way_is_named_and_the_next_writer_finishes(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "corpus"
    vectors = fill(folder)
    reader = Ledger(folder / "corpus.sqlite", write=False)
    reading = reader.stream("SELECT * FROM frame, frame AS other, frame AS third")
    next(reading)
    with Corpus.open(folder, write=True) as corpus:
        corpus._ledger._connection.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(CorpusLockedError, match="somebody is reading"):
            corpus.remove(Removal("uploader", ("WillaSays",)))
        assert len(corpus.clips()) == 3
    del reading
    reader.close()
    Corpus.open(folder, write=True).close()
    check_gone(folder, vectors, ["willa0"], ["nadir0"])


def test_the_audit_log_keeps_everything_else(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    fill(folder)
    with Corpus.open(folder, write=True) as corpus:
        corpus.curation.set_setting("sources", json.dumps(["https://videos.test/@willasays", "/videos/willasaysmore"]))
        corpus.remove(Removal("uploader", ("WillaSays",)))
        assert json.loads(corpus.curation.setting("sources")) == ["/videos/willasaysmore"]
        logged = [detail for _, kind, detail in corpus.events() if kind == "ingest"]
    text = json.dumps(logged)
    assert "(removed)" in text
    assert logged[-1]["nadir0"] == 1


def test_words_of_a_removed_clip_take_no_remembered_source_of_others_along(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    fill(folder)
    kept = ["/videos/dance", "/home/me/caption with words/clips.csv", "https://videos.test/tag/dance"]
    with Corpus.open(folder, write=True) as corpus:
        corpus.update_source(replace(source("willa0", "WillaSays"), title="Dance", caption="caption with words"))
        corpus.add_event("ingest", {"clips_failed": [{"source": "all about Dance"}]})
        corpus.curation.remember("sources", [*kept, source("willa0", "WillaSays").locator])
        corpus.remove(Removal("source", (source("willa0", "WillaSays").locator,)))
        assert corpus.curation.listed("sources") == kept
        assert "all about Dance" not in json.dumps([detail for _, _, detail in corpus.events()])


def test_names_with_any_letters_are_found_in_what_is_remembered(corpus: Corpus) -> None:
    noted = [json.dumps({"text": f"/videos/{name}/clips"}) for name in ("Zoë", "Nadir", "李明")]
    corpus.curation.remember("sources", noted)
    corpus.remove(Removal("uploader", ("zoë", "李明")))
    assert corpus.curation.listed("sources") == noted[1:2]


def test_failures_of_others_name_nobody_who_was_removed(corpus: Corpus) -> None:
    said = [f"row: https://www.tiktok.com/@{name} is a channel page, not a video" for name in ("Willa", "Wil")]
    corpus.add_clip(source("one", "Willa"), media("one"), RECIPE, frames(corpus, "one"))
    for number, detail in enumerate(said):
        failed = Source(f"/list.csv#row-{number}", "1")
        corpus.add_failure(failed, Failure(failed.locator, "policy", detail))
    corpus.remove(Removal("uploader", ("@willa",)))
    assert [failure.detail for failure in corpus.failures()] == ["(removed)", said[1]]


@pytest.mark.parametrize("word", ["before", "h264", "made-up", "quotes"])
def test_a_snapshot_is_read_whatever_the_removed_were_called(tmp_path: Path, word: str) -> None:
    """Names and titles may be words that a snapshot is read by: its own name, a codec, an embedder."""
    folder = tmp_path / "corpus"
    fill(folder)
    with Corpus.open(folder, write=True) as corpus:
        corpus.update_source(replace(source("willa0", "WillaSays"), title=word))
        corpus.update_source(replace(source("willa1", "WillaSays"), licence="© WillaSays"))
        take_snapshot(corpus, "quotes")
        put(corpus, "other", word)
        earlier = {name: read_snapshot(folder, name) for name in ("before", "quotes")}
        corpus.remove(Removal("uploader", ("WillaSays", word)))
    for name, snapshot in earlier.items():
        found = read_snapshot(folder, name)
        assert found == replace(snapshot, counts=found.counts)
        assert {key: found.counts[key] for key in ("clips", "codecs", "frames")} == {
            key: snapshot.counts[key] for key in ("clips", "codecs", "frames")
        }
        assert sum(found.counts["licences"].values()) == found.counts["clips"]
        assert not any("Willa" in licence for licence in found.counts["licences"])
        assert len(snapshot_rows(folder, name)) == found.counts["frames"]


def test_a_title_like_a_name_of_ours_does_not_break_the_counts(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    fill(folder)
    with Corpus.open(folder, write=True) as corpus:
        for name, title in (("willa0", "sources"), ("willa1", "clips")):
            corpus.update_source(replace(source(name, "WillaSays"), title=title))
            corpus.remove(Removal("source", (source(name, "WillaSays").locator,)))
        assert corpus_counts(corpus.ledger)["removed"] == 2
    assert read_snapshot(folder, "before").counts["clips"] == 6


@pytest.mark.parametrize(
    ("name", "said", "others"),
    [
        ("李明", "今天李明的视频", "李 明"),
        ("さくら", "桜とさくらの歌", "さく"),
        ("สมชาย", "คลิปของสมชายวันนี้", "สมหญิง"),
        ("민수", "민수가 만든 영상", "민 수"),
        ("anna", "由anna拍摄", "susanna"),
        ("an", "(said an other)", "an other"),
    ],
)
def test_names_are_found_where_no_space_ends_a_word(corpus: Corpus, name: str, said: str, others: str) -> None:
    corpus.add_clip(replace(source("one", name), uploader=name), media("one"), RECIPE, frames(corpus, "one"))
    corpus.add_event("ingest", {"clips_failed": [{"source": said}, {"source": others}]})
    corpus.remove(Removal("uploader", (name,)))
    (logged,) = [detail for _, kind, detail in corpus.events() if kind == "ingest"]
    kept = said if name == "an" else "(removed)"
    assert logged == {"clips_failed": [{"source": kept}, {"source": others}]}
