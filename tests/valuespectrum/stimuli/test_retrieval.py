from __future__ import annotations

import numpy as np
import pytest
from bench_fakes import AxesEmbedder, FakeCorpus, frame, words, world

from valuespectrum.stimuli.retrieval import RetrievalOptions, clips_per_value, retrieve
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


def _axis(*parts: tuple[str, float]) -> np.ndarray:
    vector = np.zeros(AxesEmbedder.dimension)
    for value, weight in parts:
        vector[VALUES.index(value)] = weight
    return vector


def test_every_clip_stands_for_the_value_it_shows() -> None:
    rows = retrieve(world(), AxesEmbedder(), words(), RetrievalOptions())
    assert all(row.clip_id.startswith(row.value) for row in rows)
    assert set(clips_per_value(rows)) == set(VALUES)
    assert len({row.clip_id for row in rows}) == len(rows)


def test_the_published_protocol_takes_fifty_distinct_clips_per_value() -> None:
    options = RetrievalOptions(assignment="overlapping")
    rows = retrieve(world(clips=60), AxesEmbedder(), words(), options)
    assert clips_per_value(rows) == dict.fromkeys(VALUES, 50)
    for value in VALUES:
        mine = [row for row in rows if row.value == value]
        assert len({row.clip_id for row in mine}) == 50
        keywords = [row.keyword for row in mine]
        assert {keywords.count(word) for word in keywords} == {5}


def test_rank_and_similarity_are_those_of_the_keyword_search() -> None:
    corpus, embedder = world(), AxesEmbedder()
    (query,) = embedder.texts(["power 3"])
    rows = [row for row in retrieve(corpus, embedder, words(), RetrievalOptions()) if row.keyword == "power 3"]
    ids, vectors = corpus.vectors(embedder.id)
    similarities = dict(zip(ids, vectors @ query, strict=True))
    best: dict[str, float] = {}
    for frame_id, similarity in similarities.items():
        clip = frame_id.split("/")[0]
        best[clip] = max(best.get(clip, -1.0), similarity)
    order = sorted(best, key=lambda clip: -best[clip])
    for row in rows:
        assert row.similarity == pytest.approx(best[row.clip_id])
        assert order[row.rank - 1] == row.clip_id
        standing = (row.similarity - np.mean(list(similarities.values()))) / np.std(list(similarities.values()))
        assert row.standing == pytest.approx(standing, rel=1e-4)


def test_a_clip_of_two_values_goes_to_the_one_whose_words_it_stands_out_for() -> None:
    """Power words are near to everything here, so a higher similarity with power means less."""
    crowd = [(frame(f"crowd-{n}"), _axis(("power", 1.0), ("tradition", 0.02 * n))) for n in range(20)]
    both = (frame("both"), _axis(("power", 0.8), ("security", 0.6)))
    corpus = FakeCorpus([*crowd, both])
    (query_power, query_security) = AxesEmbedder().texts(["power 0", "security 0"])
    _, vectors = corpus.vectors("axes")
    assert vectors[-1] @ query_power > vectors[-1] @ query_security
    rows = retrieve(corpus, AxesEmbedder(), words(1), RetrievalOptions(top_k=21))
    assert [row.value for row in rows if row.clip_id == "both"] == ["security"]
    shared = retrieve(corpus, AxesEmbedder(), words(1), RetrievalOptions(top_k=21, assignment="overlapping"))
    assert {"power", "security"} <= {row.value for row in shared if row.clip_id == "both"}


@pytest.mark.parametrize("assignment", ["exclusive", "overlapping"])
def test_the_same_picture_counts_once_within_a_value(assignment: str) -> None:
    alike = [(frame(f"copy-{n}", dhash=f"{0xF0F0F0F0F0F0F0F0 ^ n:016x}"), _axis(("power", 1.0))) for n in range(3)]
    other = (frame("other"), _axis(("power", 1.0), ("achievement", 0.2)))
    filler = [(frame(f"x-{value}"), _axis((value, 1.0))) for value in VALUES if value != "power"]
    options = RetrievalOptions(top_k=4, assignment=assignment)  # type: ignore[arg-type]
    rows = retrieve(FakeCorpus([*alike, other, *filler]), AxesEmbedder(), words(1), options)
    power = {row.clip_id for row in rows if row.value == "power"}
    assert "other" in power
    assert len(power & {"copy-0", "copy-1", "copy-2"}) == 1


def test_marked_duplicates_are_never_shown() -> None:
    original, copy = frame("a"), frame("b", duplicate_of="a/0")
    filler = [(frame(f"x-{value}"), _axis((value, 1.0))) for value in VALUES]
    corpus = FakeCorpus([(original, _axis(("power", 1.0))), (copy, _axis(("power", 1.0))), *filler])
    rows = retrieve(corpus, AxesEmbedder(), words(1), RetrievalOptions(top_k=3))
    assert "b" not in {row.clip_id for row in rows}


def test_a_corpus_smaller_than_asked_for_gives_what_it_has() -> None:
    corpus = FakeCorpus([(frame("only"), _axis(("power", 1.0)))])
    assert len(retrieve(corpus, AxesEmbedder(), words(), RetrievalOptions())) == 1
    assert len(retrieve(corpus, AxesEmbedder(), words(), RetrievalOptions(assignment="overlapping"))) == len(VALUES)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (RetrievalOptions(top_k=0), "top_k"),
        (RetrievalOptions(template="a picture"), "keyword"),
        (RetrievalOptions(assignment="some"), "assignment"),  # type: ignore[arg-type]
        (RetrievalOptions(duplicate_bits=65), "duplicate_bits"),
    ],
)
def test_impossible_options_are_refused(options: RetrievalOptions, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        retrieve(world(), AxesEmbedder(), words(), options)
