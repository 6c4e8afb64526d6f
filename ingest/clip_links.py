"""Clips that show the same under different bytes: re-uploads, other sizes, other platforms. Linked, never dropped.

Two clips are near-duplicates when, in each of them, at least half of the usable frames have a counterpart in the other
whose difference hash is at most ``NEAR_DUPLICATE_BITS`` away. Blank frames, frames whose hash carries next to nothing,
and pictures that very many clips share (logos, end cards) are not usable.

Measured on copies of 14 real clips (0.7 x the size, CRF 32, a box drawn in): recall 1.00, false links 0.0 %. Crops,
mirrored copies and speed changes are not found.

Neighbours are found by multi-index hashing (M. Norouzi et al., "Fast search in Hamming space with multi-index hashing",
CVPR 2012): of four chunks of 16 bits, at most six differing bits leave one chunk equal, or at least two chunks one bit
apart, of which one is among the first three. So 4 + 3 * 16 look-ups find every pair without comparing all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.examining.near_duplicates import NEAR_DUPLICATE_BITS
from vectorstore.ledger.records import ClipLink
from vectorstore.upkeep.curation import FrameHash

SHARE = 0.5
"""Least share of usable frames of each clip that must have a counterpart in the other."""
COMMON = 500
"""A picture that more clips than this share says nothing about any two of them."""

_FLAT_BITS = 3
_CHUNKS = 4
_CHUNK_BITS = 16
_BLOCK = 1_000_000
"""Candidates compared at once, and ..."""
_CLIPS = 1024
"""... clips looked up at once: both bound memory, however alike the clips are."""

_Hashes = NDArray[np.uint64]
_Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _HashTable:
    """Usable frames; equal hashes within a clip are one entry. Entries are ordered by clip."""

    clip_ids: list[str]
    usable: _Numbers
    """Per clip: usable frames."""
    hashes: _Hashes
    clips: _Numbers
    """Per entry: its clip."""
    weights: _Numbers
    """Per entry: frames of its clip with that hash."""
    starts: _Numbers
    """Per clip, and one more: where its entries begin."""


def find_links(frames: Iterable[FrameHash], new: set[str] | None = None) -> list[ClipLink]:
    """Near-duplicate clips.

    Args:
        frames: All frames of all clips.
        new: Only pairs with at least one of these clips; ``None`` for all pairs.

    Returns:
        One link per pair, ordered by ids; ``clip_id < other_id``; ``share`` is the lower of the two clips' shares.
    """
    table = _make_table(frames)
    wanted = np.array([new is None or clip_id in new for clip_id in table.clip_ids], dtype=bool)
    index = HashIndex(table.hashes)
    links: dict[tuple[str, str], ClipLink] = {}
    for start in range(0, len(table.clip_ids), _CLIPS):
        chosen = wanted.copy()
        chosen[:start] = chosen[start + _CLIPS :] = False
        for clip, other in _one_sided(table, index, np.flatnonzero(chosen[table.clips])):
            one, two = sorted((clip, other), key=table.clip_ids.__getitem__)
            share = min(_share(table, one, two), _share(table, two, one))
            if share >= SHARE:
                pair = (table.clip_ids[one], table.clip_ids[two])
                links[pair] = ClipLink(*pair, "near_duplicate", round(share, 4))
    return [links[pair] for pair in sorted(links)]


def _make_table(frames: Iterable[FrameHash]) -> _HashTable:
    clip_numbers: dict[str, int] = {}
    owners: list[int] = []
    digits: list[str] = []
    for frame in frames:
        number = clip_numbers.setdefault(frame.clip_id, len(clip_numbers))
        if not frame.blank:
            owners.append(number)
            digits.append(frame.dhash)
    hashes = np.frombuffer(bytes.fromhex("".join(digits)), dtype=">u8").astype(np.uint64)
    bits = np.bitwise_count(hashes)
    telling = (bits > _FLAT_BITS) & (bits < 64 - _FLAT_BITS)
    values, places = np.unique(hashes[telling], return_inverse=True)
    count = max(1, len(values))
    codes, weights = np.unique(
        np.array(owners, dtype=np.int64)[telling] * count + places.astype(np.int64), return_counts=True
    )
    clips, numbers = np.divmod(codes, count)
    rare = (np.bincount(numbers, minlength=count) <= COMMON)[numbers]
    clips, weights = clips[rare], weights[rare].astype(np.int64)
    usable = np.bincount(clips, weights=weights, minlength=len(clip_numbers)).astype(np.int64)
    starts = np.searchsorted(clips, np.arange(len(clip_numbers) + 1))
    return _HashTable(list(clip_numbers), usable, values[numbers[rare]], clips, weights, starts)


def _one_sided(table: _HashTable, index: HashIndex, entries: _Numbers) -> Iterator[tuple[int, int]]:
    """Pairs (clip, other) of which enough frames of the clip, whose entries are given, have a counterpart."""
    count = max(1, len(table.clip_ids))
    codes = np.zeros(0, dtype=np.int64)
    for queries, found in index.near(table.hashes[entries]):
        codes = np.union1d(codes, entries[queries] * count + table.clips[found])
    places, others = np.divmod(codes, count)
    clips = table.clips[places]
    pairs, numbers = np.unique(clips * count + others, return_inverse=True)
    matched = np.bincount(numbers, weights=table.weights[places], minlength=len(pairs))
    clips, others = np.divmod(pairs, count)
    enough = (clips != others) & (matched >= SHARE * table.usable[clips])
    yield from zip(clips[enough].tolist(), others[enough].tolist(), strict=True)


def _share(table: _HashTable, clip: int, other: int) -> float:
    """Share of the usable frames of a clip with a counterpart in another."""
    here = slice(table.starts[clip], table.starts[clip + 1])
    there = slice(table.starts[other], table.starts[other + 1])
    apart = np.bitwise_count(table.hashes[here, None] ^ table.hashes[None, there])
    hit = (apart <= NEAR_DUPLICATE_BITS).any(axis=1)
    return float(table.weights[here][hit].sum() / table.usable[clip])


class HashIndex:
    """Finds hashes at most ``NEAR_DUPLICATE_BITS`` away from given ones.

    Args:
        values: (n,) hashes to find.
    """

    def __init__(self, values: _Hashes) -> None:
        self._values = values
        self._orders = []
        self._ends = []
        for chunk in range(_CHUNKS):
            keys = _chunk(values, chunk)
            self._orders.append(np.argsort(keys, kind="stable"))
            self._ends.append(np.cumsum(np.bincount(keys, minlength=2**_CHUNK_BITS)))

    def near(self, queries: _Hashes) -> Iterator[tuple[_Numbers, _Numbers]]:
        """All pairs, in blocks; a pair may come more than once.

        Args:
            queries: (q,) hashes.

        Yields:
            Places of queries and places of values, equally long.
        """
        for chunk in range(_CHUNKS):
            last = chunk == _CHUNKS - 1
            for mask in [0] if last else [0, *(1 << bit for bit in range(_CHUNK_BITS))]:
                yield from self._bucket_pairs(queries, chunk, _chunk(queries, chunk) ^ mask)

    def _bucket_pairs(self, queries: _Hashes, chunk: int, keys: _Numbers) -> Iterator[tuple[_Numbers, _Numbers]]:
        ends = self._ends[chunk]
        stops = ends[keys]
        lengths = stops - np.where(keys > 0, ends[keys - 1], 0)
        for block in _blocks(lengths):
            places = np.repeat(np.arange(block.start, block.stop), lengths[block])
            from_end = np.repeat(np.cumsum(lengths[block]), lengths[block]) - np.arange(len(places))
            found = self._orders[chunk][stops[places] - from_end]
            near = np.bitwise_count(queries[places] ^ self._values[found]) <= NEAR_DUPLICATE_BITS
            yield places[near], found[near]


def _chunk(hashes: _Hashes, chunk: int) -> _Numbers:
    return ((hashes >> np.uint64(chunk * _CHUNK_BITS)) & np.uint64(2**_CHUNK_BITS - 1)).astype(np.int64)


def _blocks(lengths: _Numbers) -> Iterator[slice]:
    """Runs of queries with about ``_BLOCK`` candidates each."""
    totals = np.cumsum(lengths)
    start = 0
    while start < len(lengths):
        done = totals[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(totals, done + _BLOCK, side="right")))
        yield slice(start, stop)
        start = stop
