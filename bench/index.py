"""Measures the store of vectors: ours (ledger and Chroma) beside plain Chroma with filters, and a second run."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.common import Row, child, disk_megabytes, load
from bench.variants import MosaicEmbedder
from vectorstore.foundation.json_types import Json

_COMMAND = "python -m bench.measure --only index"
_DIMENSION, _FRAMES = 512, 64
_CHUNK = 10_000
"""Vectors that one side adds before it is the other's turn."""
_BATCH = 1000
"""Vectors in one call, on both sides."""
_QUERIES = 100
_KNOWN_CLIPS, _KNOWN_FRAMES, _KNOWN_DIMENSION = 50_000, 2, 16
_TOPICS = 1000
_EMBEDDER = "bench/clustered"

Vectors = NDArray[np.float32]


def clustered(rows: range) -> Vectors:
    """Unit vectors as picture embeddings lie: in a cone, by topic, and those of one clip close together. (n, 512)."""
    topics = np.random.default_rng(0).normal(size=(_TOPICS, _DIMENSION)) + np.random.default_rng(1).normal(size=512)
    vectors = np.random.default_rng([2, rows.start]).normal(scale=0.3, size=(len(rows), _DIMENSION))
    for clip in range(rows.start // _FRAMES, rows.stop // _FRAMES + 1):
        first, last = max(0, clip * _FRAMES - rows.start), max(0, (clip + 1) * _FRAMES - rows.start)
        random = np.random.default_rng([3, clip])
        vectors[first:last] += topics[random.integers(_TOPICS)] + random.normal(scale=0.5, size=_DIMENSION)
    unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _queries(vectors: int, count: int) -> Vectors:
    """Further pictures of clips that are there."""
    places = np.random.default_rng(4).integers(vectors // 2, size=count)
    noise = np.random.default_rng(5).normal(scale=0.01, size=(count, _DIMENSION))
    queries: Vectors = np.concatenate([clustered(range(int(place), int(place) + 1)) for place in places])
    return queries + noise.astype(np.float32)


def measure_vectors(vectors: int) -> list[Row]:
    """Insert rate, searches, recall, reopening and disk of both, in turn."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        inserted = _insert(base, vectors)
        found = child("bench.index", ["search", base, vectors])
        opened = {side: child("bench.index", [side, base, vectors]) for side in ("open-ours", "open-plain")}
        disk = {
            "ledger": disk_megabytes(base / "corpus") - disk_megabytes(base / "corpus" / "chroma"),
            "index": disk_megabytes(base / "corpus" / "chroma"),
            "plain": disk_megabytes(base / "plain"),
        }
    return _rows(f"{vectors:,} vectors", inserted, found, opened, disk)


def _rows(name: str, inserted: Json, found: Json, opened: Json, disk: Json) -> list[Row]:
    rate = round(inserted["ours"] / inserted["plain"], 2)
    ours = {search: times for search, times in found["times"].items() if not search.startswith("plain")}
    recall = found["recall"]
    exact = recall["ours"] >= 0.99
    rows = [
        Row(f"{name}: rows per second into ledger and index", inserted["ours"], "1/s", "", None, inserted, _COMMAND),
        Row(f"{name}: insert rate over plain Chroma's", rate, "times", "", None, inserted, _COMMAND),
        Row(f"{name}: recall at 10 of the index", recall["ours"], "", ">= 0.99", exact, recall, _COMMAND),
    ]  # fmt: skip
    for search, times in ours.items():
        sides = {"ours": times, "plain Chroma": found["times"][f"plain, {search.partition(', ')[2]}"]}
        goal, holds = "", None
        if "of the rows" in search:
            goal, holds = "faster than plain Chroma", times["p50"] < sides["plain Chroma"]["p50"]
        rows.append(Row(f"{name}: search, {search}, p50", times["p50"], "ms", goal, holds, sides, _COMMAND))
    seconds = opened["open-ours"]["index"]
    rows += [
        Row(f"{name}: reopen to the first answer of the index", seconds, "s", "", None, opened, _COMMAND),
        Row(f"{name}: disk", round(disk["ledger"] + disk["index"]), "MB", "", None, disk, _COMMAND),
    ]
    return rows


def _insert(base: Path, vectors: int) -> Json:
    """Both sides in turn, a chunk at a time; rows of clips and frames are made before and not counted."""
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.records import EmbedderRecord

    seconds = {"ours": 0.0, "plain": 0.0}
    _write_clips(base / "corpus", vectors // _FRAMES + 1)
    plain = _plain(base, write=True)
    with Corpus.open(base / "corpus", write=True) as corpus:
        corpus.add_embedder(EmbedderRecord(_EMBEDDER, "", _DIMENSION))
        for start in range(0, vectors, _CHUNK):
            chunk = clustered(range(start, min(start + _CHUNK, vectors)))
            seconds["ours"] += _timed(partial(_add_ours, corpus, chunk, start))
            seconds["plain"] += _timed(partial(_add_plain, plain, chunk, start))
    return {side: round(vectors / took) for side, took in seconds.items()} | {"load": load()}


def _write_clips(folder: Path, clips: int) -> None:
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.records import Source

    with _made_in_memory(folder) as made, Corpus.create(made) as corpus:
        for clip in range(clips):
            source = Source(f"/clips/{clip}.mp4", "1", platform=_platform(clip), licence=_licence(clip))
            _add_clip(corpus, source, _sha("clip", clip), _FRAMES, _recipe())


class _made_in_memory:  # noqa: N801 - used like a function
    """A folder in memory, where nothing waits for a disk, that is moved to its place afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shared = Path("/dev/shm")
        self._made = Path(tempfile.mkdtemp(dir=shared if shared.is_dir() else None)) / "corpus"

    def __enter__(self) -> Path:
        return self._made

    def __exit__(self, *_: object) -> None:
        shutil.copytree(self._made, self._folder)
        shutil.rmtree(self._made.parent)


def _add_clip(corpus: Any, source: Any, clip_id: str, frames: int, recipe: Any) -> list[str]:
    """One clip whose pictures are only said to exist; returns their names."""
    from vectorstore.ledger.records import Frame, Media

    media = Media(clip_id, 1, "mov", "h264", 720, 1280, 0, 15.0, False, 0, frames)
    shas = [_sha("picture", f"{clip_id}-{place}") for place in range(frames)]
    named = [_sha("frame", f"{clip_id}-{place}") for place in range(frames)]
    rows = [
        Frame(named[place], clip_id, place, float(place), shas[place], 256, 455, shas[place][:16], None)
        for place in range(frames)
    ]
    corpus.add_clip(source, media, recipe, rows)
    return shas


def _add_ours(corpus: Any, chunk: Vectors, start: int) -> None:
    for first in range(0, len(chunk), _BATCH):
        part = chunk[first : first + _BATCH]
        shas = [_picture(start + first + row) for row in range(len(part))]
        corpus.add_embeddings(_EMBEDDER, shas, part)
        corpus.index_pending()


def _picture(row: int) -> str:
    clip, place = divmod(row, _FRAMES)
    return _sha("picture", f"{_sha('clip', clip)}-{place}")


def _add_plain(collection: Any, chunk: Vectors, start: int) -> None:
    for first in range(0, len(chunk), _BATCH):
        part = chunk[first : first + _BATCH]
        rows = range(start + first, start + first + len(part))
        collection.add(
            ids=[str(row) for row in rows],
            embeddings=part,
            metadatas=[
                {
                    "clip": row // _FRAMES,
                    "time": float(row % _FRAMES),
                    "platform": _platform(row // _FRAMES),
                    "licence": _licence(row // _FRAMES),
                }
                for row in rows
            ],
        )


def _plain(base: Path, *, write: bool) -> Any:
    import chromadb

    client = chromadb.PersistentClient(str(base / "plain"), chromadb.Settings(anonymized_telemetry=False))
    if write:
        return client.create_collection("frames", embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
    return client.get_collection("frames", embedding_function=None)


def _platform(clip: int) -> str:
    """A quarter of the clips."""
    return "tiktok" if clip % 4 == 0 else "youtube"


def _licence(clip: int) -> str:
    """One clip in a thousand."""
    return "rare" if clip % 1000 == 7 else "usual"


def search_both(base: Path, vectors: int) -> Json:
    """Times of searches in milliseconds, and recall, of both sides in turn."""
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.filters import SearchFilter
    from vectorstore.snapshots.recall import recall_at_10

    queries = _queries(vectors, _QUERIES)
    plain = _plain(base, write=False)
    with Corpus.open(base / "corpus") as corpus:
        quarter, rare = SearchFilter(platforms=("tiktok",)), SearchFilter(licences=("rare",))
        searches: dict[str, Callable[[Vectors], Any]] = {
            "exact, no filter": lambda query: corpus.search(query, engine="exact"),
            "index, no filter": lambda query: corpus.search(query, engine="chroma"),
            "plain, no filter": lambda query: plain.query(query[None], n_results=10),
            "exact, 25 % of the rows": lambda query: corpus.search(query, where=quarter),
            "plain, 25 % of the rows": lambda query: plain.query(
                query[None], n_results=10, where={"platform": "tiktok"}
            ),
            "exact, 0.1 % of the rows": lambda query: corpus.search(query, where=rare),
            "plain, 0.1 % of the rows": lambda query: plain.query(query[None], n_results=10, where={"licence": "rare"}),
        }
        for search in searches.values():
            search(queries[0])
        times: dict[str, list[float]] = {name: [] for name in searches}
        for query in queries:
            for name, search in searches.items():
                times[name].append(1000 * _timed(partial(search, query)))
        recall = {"ours": round(recall_at_10(corpus, _QUERIES).recall, 4)}
        recall["plain, 25 % of the rows"] = _filtered_recall(corpus, plain, queries)
    return {"times": {name: _summary(taken) for name, taken in times.items()}, "recall": recall}


def _filtered_recall(corpus: Any, plain: Any, queries: Vectors) -> float:
    """Against our exact search, by similarity, since names differ."""
    from vectorstore.ledger.filters import SearchFilter

    shares = []
    for query in queries:
        exact = corpus.search(query, where=SearchFilter(platforms=("tiktok",)))
        found = plain.query(query[None], n_results=10, where={"platform": "tiktok"}, include=["distances"])
        # Ours are kept with half the digits.
        worst = exact[-1].similarity - 1e-3
        shares.append(sum(1 - distance >= worst for distance in found["distances"][0]) / len(exact))
    return round(float(np.mean(shares)), 4)


def _summary(taken: list[float]) -> Json:
    return {"p50": round(float(np.percentile(taken, 50)), 2), "p95": round(float(np.percentile(taken, 95)), 2)}


def open_ours(base: Path, vectors: int) -> Json:
    """Seconds from nothing open to the first answers, imports left out."""
    import chromadb  # noqa: F401

    from vectorstore.corpus import Corpus

    query = _queries(vectors, 1)[0]
    started = time.perf_counter()
    with Corpus.open(base / "corpus") as corpus:
        corpus.search(query, engine="chroma")
        index = time.perf_counter() - started
        corpus.search(query, engine="exact")
        exact = time.perf_counter() - started - index
    return {"index": round(index, 3), "exact": round(exact, 3)}


def open_plain(base: Path, vectors: int) -> Json:
    """The same for plain Chroma."""
    import chromadb  # noqa: F401

    query = _queries(vectors, 1)
    taken = _timed(lambda: _plain(base, write=False).query(query, n_results=10))
    return {"index": round(taken, 3)}


def measure_second_run(clips: int = _KNOWN_CLIPS, frames: int = _KNOWN_FRAMES) -> list[Row]:
    """Ingest a folder again in which every clip is known."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        vectors = _write_known(base, clips, frames)
        first = child("bench.index", ["again", base, clips])
        second = child("bench.index", ["again", base, clips])
    sides = {"runs": [first, second], "vectors": vectors, "dimension": _KNOWN_DIMENSION}
    seconds = max(first["seconds"], second["seconds"])
    holds = seconds < 30 and first["known"] == second["known"] == clips
    name = f"second run over {clips:,} known clips with {frames} frames each"
    return [Row(name, seconds, "s", "< 30", holds, sides, _COMMAND)]


def _write_known(base: Path, clips: int, frames: int) -> int:
    """A folder of empty files and a corpus that knows them: rows through ``Corpus``, vectors drawn at random."""
    from ingest.sources.registry import find_items
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.records import EmbedderRecord

    for number in range(clips):
        path = base / "clips" / f"{number // 1000:03d}" / f"{number:06d}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    embedder, random, recipe = MosaicEmbedder(_KNOWN_DIMENSION), np.random.default_rng(0), _recipe()
    total = 0
    with _made_in_memory(base / "corpus") as made, Corpus.create(made) as corpus:
        corpus.add_embedder(EmbedderRecord(embedder.id, embedder.spec, embedder.dimension))
        items = iter(find_items([base / "clips"]).items)
        while some := list(itertools.islice(items, 500)):
            shas = list(_add_known(corpus, some, frames, recipe))
            vectors = random.normal(size=(len(shas), embedder.dimension)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            total += corpus.add_embeddings(embedder.id, shas, vectors)
        corpus.index_pending()
    return total


def _add_known(corpus: Any, items: list[Any], frames: int, recipe: Any) -> Iterator[str]:
    for item in items:
        yield from _add_clip(corpus, item.describe(item.stamp()), _sha("known", item.locator), frames, recipe)


def _recipe() -> Any:
    from ingest.decoding.decode import DecodeOptions, recipe

    return recipe(DecodeOptions())


def ingest_again(base: Path, clips: int) -> Json:
    """What ``valuespectrum ingest`` does, without the start of the program and the loading of a model."""
    from ingest.pipeline import ingest
    from vectorstore.corpus import Corpus

    started = time.perf_counter()
    with Corpus.ensure(base / "corpus") as corpus:
        opened = time.perf_counter() - started
        report = ingest([base / "clips"], corpus, MosaicEmbedder(_KNOWN_DIMENSION))
    seconds = time.perf_counter() - started
    return {"seconds": round(seconds, 2), "opening": round(opened, 2), "known": report.clips_known}


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _sha(kind: str, what: object) -> str:
    return hashlib.sha256(f"{kind} {what}".encode()).hexdigest()


CHILDREN = {"search": search_both, "open-ours": open_ours, "open-plain": open_plain, "again": ingest_again}

if __name__ == "__main__":
    print(json.dumps(CHILDREN[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
