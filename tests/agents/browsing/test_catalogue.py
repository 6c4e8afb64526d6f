from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browse_fixtures import QUESTIONS, TASTE, Leaning, sha
from PIL import Image

from agents.browsing.catalogue import catalogue_from_corpus
from agents.browsing.options import SessionOptions
from agents.browsing.replay import replay
from agents.browsing.session import browse
from agents.feeds.policy import load_policy
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.records import EmbedderRecord, Frame, Media, Recipe, Source

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
