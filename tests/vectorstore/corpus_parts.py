"""Small made-up corpora."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from vectorstore.corpus import Corpus
from vectorstore.ledger.records import EmbedderRecord, Frame, Media, Recipe, Source

EMBEDDER = "test/made-up"
RECIPE = Recipe("recipe", "{}")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def media(name: str) -> Media:
    return Media(
        clip_id=sha(name), size=9, container="mov", codec="h264", width=90, height=160, rotation=0, duration=2.5,
        truncated=False, damaged_packets=0, frames_wanted=4,
    )  # fmt: skip


def frames(corpus: Corpus, name: str, count: int = 4, duplicates: bool = False) -> list[Frame]:
    shas = corpus.store_pictures([f"{name} {index}".encode() for index in range(count)])
    made = [
        Frame(sha(f"{name}|{index}"), sha(name), index, index / 2, picture, 9, 16, f"{index:016x}", None)
        for index, picture in enumerate(shas)
    ]
    if duplicates:
        made[1:] = [
            Frame(f.frame_id, f.clip_id, f.index, f.time, f.picture_sha, 9, 16, f.dhash, made[0].frame_id)
            for f in made[1:]
        ]
    return made


def add(corpus: Corpus, name: str, count: int = 4, duplicates: bool = False) -> list[Frame]:
    made = frames(corpus, name, count, duplicates)
    source = Source(f"/videos/{name}.mp4", "1", name.title(), "A caption", ("one", "two"), "tiktok", "CC-BY")
    corpus.add_clip(source, media(name), RECIPE, made)
    return made


def embed(corpus: Corpus, embedder_id: str = EMBEDDER, dimension: int = 24, seed: int = 0) -> NDArray[np.float32]:
    corpus.add_embedder(EmbedderRecord(embedder_id, embedder_id, dimension))
    pictures = corpus.pictures_without_vector(embedder_id)
    rows = np.random.default_rng(seed).normal(size=(len(pictures), dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    corpus.add_embeddings(embedder_id, pictures, rows)
    corpus.index_pending()
    return rows
