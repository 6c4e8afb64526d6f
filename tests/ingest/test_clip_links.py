"""Near-duplicate clips: what the fast search finds is what comparing all with all finds."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.clip_links import COMMON, HashIndex, find_links
from ingest.examining.near_duplicates import bits_apart
from vectorstore.ledger.records import ClipLink
from vectorstore.upkeep.curation import FrameHash


def flipped(value: int, bits: Sequence[int]) -> int:
    for bit in bits:
        value ^= 1 << bit
    return value


def hashes(random: np.random.Generator, count: int) -> NDArray[np.uint64]:
    return random.integers(0, 2**63, count, dtype=np.uint64) * np.uint64(2) + random.integers(
        0, 2, count, dtype=np.uint64
    )


@given(
    st.integers(0, 2**64 - 1),
    st.lists(st.lists(st.integers(0, 63), unique=True, max_size=9), min_size=1, max_size=12),
    st.lists(st.integers(0, 2**64 - 1), max_size=20),
)
def test_every_pair_within_six_bits_is_found_and_no_other(
    value: int, changes: list[list[int]], others: list[int]
) -> None:
    values = np.array([value, *(flipped(value, bits) for bits in changes), *others], dtype=np.uint64)
    blocks = HashIndex(values).near(values)
    found = {pair for one, two in blocks for pair in zip(one.tolist(), two.tolist(), strict=True)}
    texts = [f"{int(one):016x}" for one in values]
    expected = {(i, j) for i, one in enumerate(texts) for j, two in enumerate(texts) if bits_apart(one, two) <= 6}
    assert found == expected


def brute_force(frames: Sequence[FrameHash], new: set[str] | None) -> list[ClipLink]:
    clips: dict[str, list[str]] = {}
    for frame in frames:
        if not frame.blank and 3 < int(frame.dhash, 16).bit_count() < 61:
            clips.setdefault(frame.clip_id, []).append(frame.dhash)

    def share(one: str, two: str) -> float:
        hit = [any(bits_apart(a, b) <= 6 for b in clips[two]) for a in clips[one]]
        return sum(hit) / len(hit)

    return [
        ClipLink(one, two, "near_duplicate", round(min(share(one, two), share(two, one)), 4))
        for one in sorted(clips)
        for two in sorted(clips)
        if one < two and min(share(one, two), share(two, one)) >= 0.5 and (new is None or {one, two} & new)
    ]


@st.composite
def clip_sets(draw: st.DrawFn) -> list[FrameHash]:
    """Clips whose frames are few pictures, disturbed by 0 to 8 bits, so that many near pairs arise."""
    pictures = [*draw(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=4)), 0, 2**64 - 1]
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 6),
                st.sampled_from(pictures),
                st.lists(st.integers(0, 63), unique=True, max_size=8),
                st.booleans() if draw(st.booleans()) else st.just(False),
            ),
            max_size=40,
        )
    )
    return [FrameHash(f"clip{n}", f"{flipped(value, bits):016x}", blank) for n, value, bits, blank in rows]


@given(clip_sets(), st.none() | st.sets(st.sampled_from([f"clip{n}" for n in range(7)])))
def test_links_are_those_of_comparing_all_with_all(frames: list[FrameHash], new: set[str] | None) -> None:
    assert find_links(frames, new) == brute_force(frames, new)


def test_a_picture_that_very_many_clips_share_links_none_of_them() -> None:
    random = np.random.default_rng(0)
    own = hashes(random, COMMON + 1)
    frames = [
        FrameHash(f"clip{n}", f"{value:016x}", False)
        for n in range(COMMON + 1)
        for value in (int(own[n]), 0x00FF00FF00FF00FF)
    ]
    assert find_links(frames) == []
    assert len(find_links(frames[:20])) == 10 * 9 // 2


def test_many_clips_take_seconds_and_only_planted_pairs_are_linked() -> None:
    random = np.random.default_rng(1)
    clips, per_clip = 6000, 8
    values = hashes(random, clips * per_clip).reshape(clips, per_clip)
    copies = random.choice(clips, 300, replace=False)
    noise = np.uint64(1) << random.integers(0, 64, (300, per_clip), dtype=np.uint64)
    values = np.concatenate([values, values[copies] ^ noise])
    frames = [FrameHash(f"{n:05d}", f"{int(value):016x}", False) for n, row in enumerate(values) for value in row]
    started = time.perf_counter()
    links = find_links(frames)
    assert time.perf_counter() - started < 15
    assert {(link.clip_id, link.other_id) for link in links} == {
        (f"{copy:05d}", f"{clips + place:05d}") for place, copy in enumerate(copies)
    }


def test_nothing_to_compare() -> None:
    assert find_links([]) == []
    assert find_links([FrameHash("a", "0" * 16, True), FrameHash("b", "0" * 16, False)]) == []
