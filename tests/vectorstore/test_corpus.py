"""What goes into a corpus comes out of it, found by either engine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import EMBEDDER, RECIPE, add, embed, frames, media, sha
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.index.chroma import IndexPlace, VectorIndex
from vectorstore.ledger.records import ClipLink, EmbedderRecord, Failure, Recipe, Removal, Source
from vectorstore.ledger.schema import SCHEMA_VERSION


def test_clips_and_frames_come_back_as_they_went_in(corpus: Corpus) -> None:
    one, two = add(corpus, "zebra"), add(corpus, "ape", duplicates=True)
    assert [clip.title for clip in corpus.clips()] == ["Zebra", "Ape"]
    clip = corpus.clip(sha("zebra"))
    assert (clip.source, clip.caption, clip.tags) == ("/videos/zebra.mp4", "A caption", ("one", "two"))
    assert (clip.platform, clip.licence, clip.duration, clip.truncated) == ("tiktok", "CC-BY", 2.5, False)
    assert corpus.frames() == one + two
    assert corpus.frames(sha("ape")) == two
    assert corpus.frames(unique=True) == one + two[:1]
    assert corpus.frame(two[2].frame_id) == two[2]
    assert corpus.picture_path(one[3].picture_sha).read_bytes() == b"zebra 3"
    for wrong in (lambda: corpus.clip("none"), lambda: corpus.frame("none")):
        with pytest.raises(InputError, match="'none'"):
            wrong()


def test_info_is_the_documented_json(corpus: Corpus) -> None:
    assert corpus.info()["embedder"] is None
    add(corpus, "clip")
    embed(corpus)
    corpus.add_failure(Source("/videos/bad.mp4", "1"), Failure("/videos/bad.mp4", "empty", "the file is empty"))
    info = json.loads(json.dumps(corpus.info()))
    assert info.pop("snapshot_hash") == corpus.content_hash()
    assert info == {
        "clips": 1, "frames": 4, "embedded": 4, "embedder": EMBEDDER, "failed": 1, "removed": 0,
        "schema": SCHEMA_VERSION,
    }  # fmt: skip


def test_content_hash_is_about_content_only(tmp_path: Path) -> None:
    hashes = []
    for order in (["a", "b", "c"], ["c", "a", "b"]):
        with Corpus.ensure(tmp_path / "-".join(order)) as corpus:
            for name in order:
                add(corpus, name)
            hashes.append(corpus.content_hash())
            embed(corpus)
            corpus.add_failure(Source("/bad", "1"), Failure("/bad", "empty", ""))
            assert corpus.content_hash() == hashes[-1]
            add(corpus, "d")
            assert corpus.content_hash() != hashes[-1]
    assert hashes[0] == hashes[1]


def test_the_content_hash_that_is_remembered_is_that_of_now(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "corpus") as writer, Corpus.open(tmp_path / "corpus") as reader:
        empty = reader.content_hash()
        assert reader.content_hash() == empty
        add(writer, "clip")
        assert reader.content_hash() == writer.content_hash() != empty


def test_a_search_beside_a_removal_finds_as_many_as_there_are(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "corpus") as writer, Corpus.open(tmp_path / "corpus") as reader:
        for name in ("one", "two"):
            add(writer, name)
        vector = embed(writer)[0]
        assert reader.search(vector, 4)[0].frame.clip_id == sha("one")
        writer.remove(Removal("clip", (sha("one"),)))
        assert [hit.frame.clip_id for hit in reader.search(vector, 4)] == [sha("two")] * 4
        assert [hit.frame.clip_id for hit in reader.search_clips(vector, 2)] == [sha("two")]


def test_a_clip_is_added_whole_or_not_at_all(corpus: Corpus) -> None:
    made = frames(corpus, "clip")
    with pytest.raises(CorpusError, match="refused a row"):
        corpus.add_clip(Source("/x", "1"), media("clip"), RECIPE, [*made, made[0]])
    assert corpus.info()["clips"] == corpus.info()["frames"] == 0
    assert corpus.source_state("/x") is None
    add(corpus, "clip")
    with pytest.raises(CorpusError, match="refused a row"):
        add(corpus, "clip")


def test_a_corpus_that_was_about_to_be_made_is_made(tmp_path: Path) -> None:
    """A writer that is killed before the ledger has its name leaves it under another one."""
    unfinished = tmp_path / "corpus" / ".corpus.sqlite.tmp"
    unfinished.parent.mkdir()
    unfinished.write_bytes(b"SQLite format 3")
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        assert corpus.clips() == []
    assert not unfinished.exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".corpus.sqlite.bak").write_bytes(b"")
    with pytest.raises(CorpusError, match="has other things in it"):
        Corpus.ensure(tmp_path / "other")


def test_links_of_a_clip_go_with_the_frames_that_they_are_of(corpus: Corpus) -> None:
    for name in ("one", "two", "three"):
        add(corpus, name)
    corpus.add_clip_links([ClipLink(sha("one"), sha("two")), ClipLink(sha("two"), sha("three"))])
    corpus.curation.replace_frames(media("one"), Recipe("other", "{}"), frames(corpus, "one", 2))
    assert [{link.clip_id, link.other_id} for link in corpus.clip_links()] == [{sha("two"), sha("three")}]


def test_sources_that_lead_to_known_bytes_are_linked(corpus: Corpus) -> None:
    add(corpus, "clip")
    corpus.link_source(Source("/elsewhere.mp4", "7", "Other title"), sha("clip"))
    assert [clip.title for clip in corpus.clips()] == ["Clip"]
    state = corpus.source_state("/elsewhere.mp4")
    assert state is not None
    assert (state.stamp, state.failure) == ("7", None)
    corpus.add_failure(Source("/elsewhere.mp4", "8"), Failure("/elsewhere.mp4", "empty", "gone"))
    corpus.link_source(Source("/elsewhere.mp4", "9"), sha("clip"))
    assert corpus.failures() == []


def test_vectors_are_unit_rows_in_a_stable_order(corpus: Corpus) -> None:
    add(corpus, "a")
    add(corpus, "b")
    rows = embed(corpus)
    frame_ids, vectors = corpus.vectors(EMBEDDER)
    assert frame_ids == sorted(frame.frame_id for frame in corpus.frames())
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    # Rows went in by picture in order of frames; half precision keeps three digits.
    by_frame = dict(zip((frame.frame_id for frame in corpus.frames()), rows, strict=True))
    assert np.allclose(vectors, [by_frame[frame_id] for frame_id in frame_ids], atol=1e-3)


def test_frames_with_the_same_picture_share_a_vector(corpus: Corpus) -> None:
    corpus.add_embedder(EmbedderRecord(EMBEDDER, "", 24))
    one = frames(corpus, "one", 1)
    corpus.add_clip(Source("/one", "1"), media("one"), RECIPE, one)
    twin = [type(one[0])(sha("twin|0"), sha("twin"), 0, 0.0, one[0].picture_sha, 9, 16, "0" * 16, one[0].frame_id)]
    corpus.add_clip(Source("/twin", "1"), media("twin"), RECIPE, twin)
    assert corpus.first_frames([one[0].picture_sha, sha("none")]) == {one[0].picture_sha: one[0].frame_id}
    assert len(corpus.pictures_without_vector(EMBEDDER)) == 1
    embed(corpus)
    vectors = corpus.vectors(EMBEDDER)[1]
    assert vectors.shape == (2, 24)
    assert np.array_equal(vectors[0], vectors[1])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    corpus = Corpus.ensure(tmp_path_factory.mktemp("filled") / "corpus")
    for number in range(30):
        add(corpus, f"clip {number}", duplicates=number % 3 == 0)
    embed(corpus)
    return corpus


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=24, max_size=24).filter(lambda v: np.linalg.norm(v) > 1e-3),
    st.integers(1, 200),
    st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exact_and_chroma_agree_with_brute_force(filled: Corpus, query: list[float], count: int, unique: bool) -> None:
    frame_ids, vectors = filled.vectors(EMBEDDER)
    direction = np.array(query) / np.linalg.norm(query)
    cosines = {name: float(row @ direction) for name, row in zip(frame_ids, vectors.astype(float), strict=True)}
    allowed = {frame.frame_id for frame in filled.frames(unique=unique)}
    expected = sorted((cosines[name] for name in allowed), reverse=True)[:count]
    for engine in ("exact", "chroma", "auto"):
        hits = filled.search(query, count, engine=engine, unique=unique)
        assert [hit.rank for hit in hits] == list(range(1, len(expected) + 1))
        assert [hit.similarity for hit in hits] == pytest.approx(expected, abs=2e-5)
        assert len({hit.frame.frame_id for hit in hits}) == len(hits)
        assert all(cosines[hit.frame.frame_id] == pytest.approx(hit.similarity, abs=2e-5) for hit in hits)
        assert {hit.frame.frame_id for hit in hits} <= allowed


def test_searches_that_make_no_sense(corpus: Corpus) -> None:
    with pytest.raises(InputError, match="has no vectors"):
        corpus.search(np.ones(24))
    add(corpus, "clip")
    embed(corpus)
    for wrong in (np.ones(23), np.zeros(24), np.full(24, np.nan), np.ones((1, 24))):
        with pytest.raises(InputError, match="24 finite numbers"):
            corpus.search(wrong)
    with pytest.raises(InputError, match="unknown search engine"):
        corpus.search(np.ones(24), engine="magic")
    with pytest.raises(InputError, match="at least 1"):
        corpus.search(np.ones(24), count=0)
    with pytest.raises(InputError, match="no vectors of 'other'") as other:
        corpus.search(np.ones(24), embedder_id="other")
    assert EMBEDDER in other.value.hint


@pytest.mark.parametrize("engine", ["auto", "exact", "chroma"])
def test_a_corpus_into_which_no_clip_came_says_so(corpus: Corpus, engine: str) -> None:
    corpus.add_embedder(EmbedderRecord(EMBEDDER, EMBEDDER, 24))
    assert corpus.vectors(EMBEDDER)[1].shape == (0, 24)
    with pytest.raises(InputError, match="has no vectors of"):
        corpus.search(np.ones(24), engine=engine)
    with pytest.raises(InputError, match="has no vectors of"):
        corpus.search_clips(np.ones(24), engine=engine)


def test_several_embedders_keep_apart(corpus: Corpus) -> None:
    add(corpus, "clip")
    embed(corpus)
    add(corpus, "later")
    embed(corpus, "test/second", 7, seed=1)
    assert corpus.default_embedder() == "test/second"
    assert corpus.embedder_ids() == [EMBEDDER, "test/second"]
    for engine in ("exact", "chroma"):
        assert len(corpus.search(np.ones(24), 99, EMBEDDER, engine)) == 4
        assert len(corpus.search(np.ones(7), 99, None, engine)) == 8


def test_vectors_of_a_wrong_shape_are_refused(corpus: Corpus) -> None:
    add(corpus, "clip")
    corpus.add_embedder(EmbedderRecord(EMBEDDER, "", 24))
    pictures = corpus.pictures_without_vector(EMBEDDER)
    for wrong in (np.ones((4, 23)), np.ones((3, 24)), np.full((4, 24), np.inf)):
        with pytest.raises(InputError, match="must be finite and"):
            corpus.add_embeddings(EMBEDDER, pictures, wrong.astype(np.float32))


def test_more_vectors_than_chroma_takes_at_once(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(5600, 4)).astype(np.float32)
    index = VectorIndex(IndexPlace(tmp_path, "key"), write=True)
    index.upsert(EMBEDDER, [f"{number:04}" for number in range(5600)], rows)
    assert index.count(EMBEDDER) == 5600
    cosines = rows @ rows[17] / np.linalg.norm(rows, axis=1) / np.linalg.norm(rows[17])
    assert [similarity for _, similarity in index.query(EMBEDDER, rows[17], 3)] == pytest.approx(
        sorted(cosines, reverse=True)[:3], abs=1e-4
    )
    index.close()


def test_hostile_picture_names_cannot_leave_the_folder(corpus: Corpus) -> None:
    for name in ("../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"):
        with pytest.raises(CorpusError, match="not a picture hash"):
            corpus.picture_path(name)
