"""A filtered search finds what brute force over the same clips finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from corpus_parts import RECIPE, embed, frames, media, sha
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError
from vectorstore.index.search import nearest
from vectorstore.ledger.filters import SearchFilter
from vectorstore.ledger.records import ClipLink, Cue, Source, Transcript

PLATFORMS = ("tiktok", "youtube", "local")
DAYS = ("", "2024-01-31", "2024-02-01", "2025-12-24")


def source(number: int) -> Source:
    return Source(
        f"https://example.org/{number}", "1", platform=PLATFORMS[number % 3], licence=("CC-BY", "")[number % 2],
        uploader=f"@person{number % 5}", published=DAYS[number % 4],
    )  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    corpus = Corpus.ensure(tmp_path_factory.mktemp("filtered") / "corpus")
    for number in range(24):
        name = f"clip {number}"
        made = frames(corpus, name, duplicates=number % 4 == 0)
        made[3] = replace(made[3], blank=True)
        corpus.add_clip(source(number), replace(media(name), duration=float(number)), RECIPE, made)
    corpus.link_source(replace(source(1), locator="https://example.org/again", platform="instagram"), sha("clip 0"))
    links = [(3, 7), (11, 7), (20, 19)]
    corpus.add_clip_links([ClipLink(sha(f"clip {one}"), sha(f"clip {other}")) for one, other in links])
    embed(corpus)
    return corpus


def found(corpus: Corpus, where: SearchFilter) -> set[str]:
    return {hit.frame.clip_id for hit in corpus.search(np.ones(24), 999, where=where, unique=False)}


def clips(*numbers: int) -> set[str]:
    return {sha(f"clip {number}") for number in numbers}


def chosen(condition: Callable[[int], bool]) -> set[str]:
    return clips(*[number for number in range(24) if condition(number)])


def test_each_filter_lets_through_what_it_names(filled: Corpus) -> None:
    key = filled.uploader_key("person2")
    expected = {
        SearchFilter(): chosen(lambda n: True),
        SearchFilter(platforms=("youtube", "local")): chosen(lambda n: n % 3 > 0),
        SearchFilter(licences=("CC-BY",)): chosen(lambda n: n % 2 == 0),
        SearchFilter(uploader_keys=(key,)): chosen(lambda n: n % 5 == 2),
        SearchFilter(published_from="2024-02-01"): chosen(lambda n: n % 4 > 1),
        SearchFilter(published_to="2024-02-01"): chosen(lambda n: n % 4 in (1, 2)) | clips(0),
        SearchFilter(published_from="2024-02-01", published_to="2024-02-01"): chosen(lambda n: n % 4 == 2),
        SearchFilter(shortest=3, longest=5.0): clips(3, 4, 5),
        SearchFilter(longest=0.0): clips(0),
        SearchFilter(clip_ids=(sha("clip 5"), "none")): clips(5),
        SearchFilter(clip_ids=()): set(),
        SearchFilter(except_clip_ids=(sha("clip 5"),)): chosen(lambda n: n != 5),
        SearchFilter(without_near_duplicates=True): chosen(lambda n: n not in (7, 11, 20)),
        SearchFilter(except_clip_ids=(sha("clip 3"),), without_near_duplicates=True): chosen(
            lambda n: n not in (3, 7, 11, 20)
        ),
        # A clip that is left out for another reason stands for no other one.
        SearchFilter(platforms=("local",), without_near_duplicates=True): chosen(lambda n: n % 3 == 2),
        SearchFilter(platforms=("youtube", "local"), without_near_duplicates=True): chosen(
            lambda n: n % 3 > 0 and n not in (11, 20)
        ),
    }
    for where, allowed in expected.items():
        assert found(filled, where) == allowed, where


def test_one_source_must_meet_all_that_is_asked_of_sources(filled: Corpus) -> None:
    assert found(filled, SearchFilter(platforms=("instagram",))) == clips(0)
    assert found(filled, SearchFilter(platforms=("tiktok",), licences=("CC-BY",))) >= clips(0)
    # One source of clip 0 is on Instagram, the other has the licence.
    assert found(filled, SearchFilter(platforms=("instagram",), licences=("CC-BY",))) == set()


def test_blank_frames_and_marked_frames_are_left_out_when_asked(filled: Corpus) -> None:
    where = SearchFilter(without_blank=True, clip_ids=(sha("clip 1"), sha("clip 4")))
    hits = filled.search(np.ones(24), 999, where=where)
    assert sorted((hit.frame.clip_id, hit.frame.index) for hit in hits) == sorted(
        [(sha("clip 1"), 0), (sha("clip 1"), 1), (sha("clip 1"), 2), (sha("clip 4"), 0)]
    )


def test_a_copy_stands_for_an_original_that_does_not_say_the_words(tmp_path: Path) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for name in ("silent", "copy", "another copy"):
            corpus.add_clip(replace(source(0), locator=name), media(name), RECIPE, frames(corpus, name, count=1))
        corpus.add_clip_links([ClipLink(sha("silent"), sha("copy")), ClipLink(sha("copy"), sha("another copy"))])
        for name in ("copy", "another copy"):
            corpus.set_transcripts(sha(name), "inside", [Transcript("inside", (Cue(0.0, 1.0, "hello"),))])
        hits = corpus.search_words("hello", where=SearchFilter(without_near_duplicates=True))
        assert [(hit.clip_id, hit.rank) for hit in hits] == [(sha("copy"), 1)]


def test_a_copy_stands_for_what_a_filter_leaves_out(tmp_path: Path) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for number, name in enumerate(("first", "again", "last")):
            made = frames(corpus, name, count=2)
            # What all three show first is the same picture.
            made[0] = replace(made[0], picture_sha=frames(corpus, "first", count=1)[0].picture_sha)
            made[0] = replace(made[0], duplicate_of=sha("first|0") if number else None)
            corpus.add_clip(source(number), media(name), RECIPE, made)
        embed(corpus)
        names = {sha(name): name for name in ("first", "again", "last")}

        def shown(where: SearchFilter | None) -> list[str]:
            hits = corpus.search(np.ones(24), 99, where=where)
            return sorted(names[hit.frame.clip_id] for hit in hits if hit.frame.index == 0)

        assert shown(None) == shown(SearchFilter(clip_ids=(sha("first"), sha("last")))) == ["first"]
        assert shown(SearchFilter(clip_ids=(sha("last"),))) == ["last"]
        assert len(shown(SearchFilter(except_clip_ids=(sha("first"),)))) == 1


@given(
    st.lists(st.floats(-1, 1, width=32), min_size=24, max_size=24).filter(lambda v: np.linalg.norm(v) > 1e-3),
    st.integers(1, 60),
    st.sampled_from(PLATFORMS),
    st.integers(0, 23),
)
@settings(max_examples=40, deadline=None)
def test_a_filtered_search_is_the_unfiltered_one_with_the_rest_crossed_out(
    filled: Corpus, query: list[float], count: int, platform: str, longest: int
) -> None:
    number = {sha(f"clip {number}"): number for number in range(24)}
    everything = filled.search(query, 999, engine="exact")
    wanted = [
        hit.frame.frame_id
        for hit in everything
        if PLATFORMS[number[hit.frame.clip_id] % 3] == platform and number[hit.frame.clip_id] <= longest
    ]
    hits = filled.search(query, count, where=SearchFilter(platforms=(platform,), longest=longest))
    assert [hit.frame.frame_id for hit in hits] == wanted[:count]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40), st.integers(1, 50))
def test_nearest_is_the_head_of_a_stable_sort(rows: list[tuple[int, bool]], count: int) -> None:
    scores = np.array([score for score, _ in rows], dtype=np.float32)
    allowed = np.array([passes for _, passes in rows], dtype=bool)
    expected = sorted((row for row, (_, passes) in enumerate(rows) if passes), key=lambda row: -rows[row][0])
    assert nearest(scores, allowed, count) == expected[:count]


def test_filters_that_cannot_be_meant_are_refused(filled: Corpus) -> None:
    for wrong, complaint in (
        ({"published_from": "yesterday"}, "no date"),
        ({"published_to": "20240101"}, "no date"),
        ({"published_from": "2024-02-01", "published_to": "2024-01-01"}, "no day"),
        ({"shortest": -1.0}, "seconds"),
        ({"longest": float("nan")}, "seconds"),
        ({"shortest": 5.0, "longest": 4.0}, "no clip"),
    ):
        with pytest.raises(InputError, match=complaint):
            SearchFilter(**wrong)
    with pytest.raises(InputError, match="without filters only"):
        filled.search(np.ones(24), engine="chroma", where=SearchFilter(platforms=("tiktok",)))
    assert filled.search(np.ones(24), engine="chroma", where=SearchFilter())


def test_a_filter_sees_what_was_added_since_the_last_search(tmp_path: Path) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        for number, name in enumerate(["one", "two"]):
            corpus.add_clip(source(number), media(name), RECIPE, frames(corpus, name))
            embed(corpus)
            assert found(corpus, SearchFilter(platforms=PLATFORMS)) == {
                sha(each) for each in ["one", "two"][: number + 1]
            }
