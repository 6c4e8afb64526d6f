from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browse_fixtures import QUESTIONS, TASTE, Leaning, make_catalogue, sha
from PIL import Image

from agents.browsing.catalogue import catalogue_from_corpus
from agents.browsing.options import SessionOptions
from agents.browsing.replay import replay
from agents.browsing.session import browse
from agents.feeds.policy import load_policy
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import ClipLink, EmbedderRecord, Frame, Media, Recipe, Source

VALUES = ("power", "security")


def picture(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (9, 16), (shade, shade, 0)).save(stream, "JPEG")
    return stream.getvalue()


def add_clip(corpus: Corpus, number: int, caption: str, duration: float = 4.0) -> str:
    clip_id = sha(f"clip {number}")
    pictures = corpus.store_pictures([picture(40 * number), picture(40 * number + 20)])
    media = Media(clip_id, 100, "mp4", "h264", 9, 16, 0, duration, False, 0, 2)
    frames = [
        Frame(sha(f"{clip_id}{place}"), clip_id, place, 2.0 * place, digest, 9, 16, "0" * 16, None)
        for place, digest in enumerate(pictures)
    ]
    source = Source(f"/videos/{number}.mp4", "1", title=f"title {number}", caption=caption)
    corpus.add_clip(source, media, Recipe(sha("recipe"), "{}"), frames)
    return clip_id


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "corpus") as made:
        for number in range(4):
            add_clip(made, number, "a\nwild\x1b[31m caption" if number == 0 else "", 0.0 if number == 3 else 4.0)
    with Corpus.open(tmp_path / "corpus") as opened:
        yield opened


@pytest.fixture
def embedded(tmp_path: Path, corpus: Corpus) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus", write=True) as opened:
        opened.add_embedder(EmbedderRecord("test", "test", 2))
        shas = opened.pictures_without_vector("test")[:6]
        opened.add_embeddings("test", shas, np.tile(np.eye(2, dtype=np.float32), (3, 1)))
    with Corpus.open(tmp_path / "corpus") as reopened:
        yield reopened


def test_a_catalogue_is_made_from_a_corpus(embedded: Corpus) -> None:
    ids = [clip.clip_id for clip in embedded.clips()]
    groups = {clip_id: VALUES[place % 2] for place, clip_id in enumerate(ids[:3])}
    tags = {clip_id: {f"weight_{group}": 1.0} for clip_id, group in groups.items()}
    catalogue = catalogue_from_corpus(embedded, groups, tags)
    clips = [catalogue.clips[clip_id] for clip_id in ids]
    assert [clip.item.group for clip in clips] == ["power", "security", "power", None]
    assert [clip.seconds for clip in clips] == [4.0, 4.0, 4.0, 3.0]
    assert [clip.caption for clip in clips] == ["a wild [31m caption", "title 1", "title 2", "title 3"]
    assert [[frame.time for frame in clip.frames] for clip in clips] == [[0.0, 2.0]] * 4
    assert all(frame.reference.path.is_file() for clip in clips for frame in clip.frames)
    np.testing.assert_allclose(clips[0].item.vector, [0.5**0.5, 0.5**0.5], atol=1e-3)
    np.testing.assert_array_equal(clips[3].item.vector, [0, 0])
    assert clips[1].tags == {"weight_security": 1.0} and clips[3].tags == {}


def test_a_session_over_a_corpus_is_logged_and_replayed(embedded: Corpus, tmp_path: Path) -> None:
    log = tmp_path / "session.jsonl"
    options = SessionOptions(QUESTIONS, steps=9, policy=load_policy("similar"))
    record = browse(options, catalogue_from_corpus(embedded), Leaning(TASTE), None, log)
    assert len(record.events) == 4
    report = replay(log, catalogue_from_corpus(embedded))
    assert report.identical and report.complete


def test_a_corpus_without_vectors_says_what_to_do(corpus: Corpus) -> None:
    with pytest.raises(InputError, match="no vectors"):
        catalogue_from_corpus(corpus)


def test_a_catalogue_asks_the_ledger_as_often_for_many_clips_as_for_few(
    embedded: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    select = Ledger._rows

    def counted(ledger: Ledger, query: str, *parameters: Any) -> Any:
        asked.append(query)
        return select(ledger, query, *parameters)

    monkeypatch.setattr(Ledger, "_rows", counted)
    catalogue = catalogue_from_corpus(embedded)
    assert len(catalogue.clips) == 4 and len([query for query in asked if "FROM frame" in query]) == 1
    assert len(asked) < 8


def test_what_is_hard_to_look_at_is_marked_and_moves_no_hash(tmp_path: Path, embedded: Corpus) -> None:
    with Corpus.open(tmp_path / "corpus", write=True) as opened:
        first, second, third, _ = [clip.clip_id for clip in opened.clips()]
        before = catalogue_from_corpus(opened).content_hash()
        opened.ledger.execute_many("UPDATE frame SET blank = 1 WHERE video_sha = ? AND position = 1", [(first,)])
        opened.ledger.execute_many("UPDATE frame SET text_share = 0.3 WHERE video_sha = ?", [(third,)])
        opened.ledger.add_clip_links([ClipLink(second, third)])
    with Corpus.open(tmp_path / "corpus") as opened:
        catalogue = catalogue_from_corpus(opened)
    marks = {clip_id: clip.item.marks for clip_id, clip in catalogue.clips.items() if clip.item.marks}
    assert marks == {first: ("blank",), second: ("near_duplicate",), third: ("lettering", "near_duplicate")}
    assert catalogue.content_hash() == before


def test_all_vectors_are_held_once() -> None:
    catalogue = make_catalogue(6)
    rows = [clip.item.vector for clip in catalogue.clips.values()]
    assert all(np.shares_memory(row, catalogue.stock.vectors) for row in rows)
    assert list(catalogue.stock.ids) == sorted(catalogue.clips)
