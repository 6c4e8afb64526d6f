"""From sources to a corpus: decode threads and the encoder work at the same time.

Every step leaves the corpus whole: pictures are durable before the transaction that names them, vectors
before the index sees them. Running the same command again continues where it stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from ingest.decode import Decoded, DecodeOptions, decode_file, recipe
from ingest.embed import Embedder
from ingest.guard import Deadline, hash_media, open_media
from ingest.pictures import to_jpeg
from ingest.select import difference_hash, mark_duplicates
from ingest.sources.folder import SourceItem, find_items
from vectorstore.corpus import Corpus
from vectorstore.errors import CorpusError, EmbedderError, MediaError
from vectorstore.records import EmbedderRecord, Failure, Frame, Media, Recipe, Source

Progress = Callable[[str, int, int], None]
"""Called with stage (``"decode"``, ``"embed"``, ``"index"``), number done, and number known so far."""

_WAITING_CLIPS = 4
"""Decoded clips that may wait for the encoder: bounds memory."""
_INDEX_EVERY = 1000
"""Vectors after which the index is brought up to date."""


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How sources become clips."""

    decode: DecodeOptions = field(default_factory=DecodeOptions)
    workers: int | None = None
    """Files decoded at once; ``None`` leaves a quarter of the cores (at least one thread) to the encoder."""
    batch: int = 32
    """Pictures embedded at once, across clips."""
    retry_failed: bool = False
    """Try files again that failed before and have not changed."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did."""

    clips_seen: int
    """Added, known and failed together."""
    clips_added: int
    clips_known: int
    """Already in the corpus: same path unchanged, or same bytes elsewhere."""
    clips_failed: tuple[Failure, ...]
    """Refused now or, unchanged since, before."""
    clips_damaged: tuple[Failure, ...]
    """Added although something is wrong with the file."""
    frames_added: int
    frames_duplicate: int
    """Those of the added frames that are marked near-duplicates."""
    frames_embedded: int
    """Frames that got a vector, also of clips added before."""
    files_ignored: int
    """Files in the folders that do not look like media."""
    seconds: float

    def to_json(self) -> dict[str, object]:
        """The document that ``ingest --json`` prints."""
        return {
            "clips_seen": self.clips_seen,
            "clips_added": self.clips_added,
            "clips_known": self.clips_known,
            "clips_failed": [{"source": failure.source, "reason": failure.reason} for failure in self.clips_failed],
            "clips_damaged": [{"source": failure.source, "reason": failure.reason} for failure in self.clips_damaged],
            "frames_added": self.frames_added,
            "frames_duplicate": self.frames_duplicate,
            "frames_embedded": self.frames_embedded,
            "files_ignored": self.files_ignored,
            "seconds": round(self.seconds, 3),
        }


def ingest(
    sources: Sequence[str | Path],
    corpus: Corpus,
    embedder: Embedder,
    options: IngestOptions | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Add the clips of sources to a corpus, with frames, vectors and index.

    Idempotent: what is known and unchanged is not read again. A file that cannot be used becomes a failure with a
    reason and the rest goes on. Frames of earlier runs that this embedder has not seen are embedded from their stored
    pictures.

    Args:
        sources: Folders, files or patterns.
        corpus: Opened for writing.
        embedder: For the vectors; several may share a corpus.
        options: Decoding and parallelism.
        progress: Called from this thread.

    Raises:
        InputError: A source does not exist or holds no videos; unknown decoder.
        EmbedderError: The embedder failed.
        StorageError: Disk full or read-only.
    """
    started = time.monotonic()
    found = find_items(sources)
    run = _Run(corpus, embedder, options or IngestOptions(), progress or (lambda stage, done, total: None))
    run.execute(found.items)
    report = run.report(len(found.items), found.ignored, time.monotonic() - started)
    if report.clips_added or report.frames_embedded or run.tried:
        corpus.add_event("ingest", report.to_json())
    return report


@dataclass(frozen=True, slots=True)
class _Examined:
    """What a decode thread made of a file: a failure, a clip that is known, or a new one."""

    source: Source
    failure: Failure | None = None
    clip_id: str = ""
    media: Media | None = None
    frames: tuple[Frame, ...] = ()


class _Run:
    """The state of one call of ``ingest``. All its methods but ``_examine`` run in the calling thread."""

    def __init__(self, corpus: Corpus, embedder: Embedder, options: IngestOptions, progress: Progress) -> None:
        self.tried = 0
        self._corpus = corpus
        self._embedder = embedder
        self._options = options
        self._progress = progress
        self._recipe: Recipe = recipe(options.decode)
        # A file that one decoder or limit refuses may pass another, so a failure is good for its settings only.
        self._settings = f" {_fingerprint(f'{self._recipe.recipe_id} {options.decode}')}"
        self._known_clips = corpus.clip_ids()
        self._waiting: deque[str] = deque()
        self._pictures_seen = 0
        self._pictures_done = 0
        self._unindexed = 0
        self._clips_added = 0
        self._clips_known = 0
        self._failures: list[Failure] = []
        self._damaged: list[Failure] = []
        self._frames_added = 0
        self._frames_duplicate = 0
        self._frames_embedded = 0

    def execute(self, items: Sequence[SourceItem]) -> None:
        """Do everything there is to do."""
        corpus, embedder = self._corpus, self._embedder
        corpus.add_embedder(EmbedderRecord(embedder.id, embedder.spec, embedder.dimension))
        self._queue(corpus.pictures_without_vector(embedder.id))
        fresh = self._sort_out_known(items)
        workers, threads = share_cores(self._options.workers)
        with _torch_threads(threads):
            for done, examined in enumerate(self._examine_all(fresh, workers), start=1):
                self._commit(examined)
                self._progress("decode", done, len(fresh))
                self._embed(self._options.batch)
            self._embed(1)
        self._index()

    def report(self, seen: int, ignored: int, seconds: float) -> IngestReport:
        """What was done."""
        return IngestReport(
            clips_seen=seen,
            clips_added=self._clips_added,
            clips_known=self._clips_known,
            clips_failed=tuple(self._failures),
            clips_damaged=tuple(self._damaged),
            frames_added=self._frames_added,
            frames_duplicate=self._frames_duplicate,
            frames_embedded=self._frames_embedded,
            files_ignored=ignored,
            seconds=seconds,
        )

    def _sort_out_known(self, items: Sequence[SourceItem]) -> list[tuple[SourceItem, str]]:
        fresh = []
        for item in items:
            stamp = item.stamp()
            state = self._corpus.source_state(item.locator)
            if state and state.failure is None and state.stamp == stamp:
                self._clips_known += 1
            elif state and state.failure and state.stamp == stamp + self._settings and not self._options.retry_failed:
                self._failures.append(state.failure)
            else:
                fresh.append((item, stamp))
        self.tried = len(fresh)
        return fresh

    def _examine_all(self, items: Sequence[tuple[SourceItem, str]], workers: int) -> Iterator[_Examined]:
        """Results in the order of ``items``, so that the corpus does not depend on which thread was faster."""
        remaining = iter(items)
        running: deque[Future[_Examined]] = deque()
        pool = ThreadPoolExecutor(workers, thread_name_prefix="decode")
        try:
            while True:
                while len(running) < workers + _WAITING_CLIPS and (entry := next(remaining, None)):
                    running.append(pool.submit(self._examine, *entry))
                if not running:
                    return
                yield running.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _examine(self, item: SourceItem, stamp: str) -> _Examined:
        source = item.describe(stamp)
        limits = self._options.decode.limits
        deadline = Deadline(item.path.name, limits.deadline)
        try:
            with open_media(item.path, limits) as file:
                clip_id = hash_media(file, deadline)
                if clip_id in self._known_clips:
                    return _Examined(source, clip_id=clip_id)
                decoded = decode_file(file, item.path.name, self._options.decode, deadline)
                size = os.fstat(file.fileno()).st_size
        except MediaError as error:
            return _Examined(source, failure=Failure(source.locator, error.reason, error.message))
        frames = _make_frames(clip_id, decoded, self._recipe, self._corpus)
        media = _make_media(clip_id, size, decoded, self._options.decode.frames)
        return _Examined(source, clip_id=clip_id, media=media, frames=frames)

    def _commit(self, examined: _Examined) -> None:
        if examined.failure:
            tried = replace(examined.source, stamp=examined.source.stamp + self._settings)
            self._corpus.add_failure(tried, examined.failure)
            self._failures.append(examined.failure)
        elif examined.media is None or examined.clip_id in self._known_clips:
            self._corpus.link_source(examined.source, examined.clip_id)
            self._clips_known += 1
        else:
            self._add(examined.source, examined.media, examined.frames)

    def _add(self, source: Source, media: Media, frames: Sequence[Frame]) -> None:
        known = self._corpus.first_frames([frame.picture_sha for frame in frames])
        frames = mark_duplicates(frames, known)
        self._corpus.add_clip(source, media, self._recipe, frames)
        self._known_clips.add(media.clip_id)
        self._clips_added += 1
        self._frames_added += len(frames)
        self._frames_duplicate += sum(frame.duplicate_of is not None for frame in frames)
        if media.truncated or media.damaged_packets:
            reason = "truncated" if media.truncated else "damaged"
            detail = f"{len(frames)} frames found, {media.damaged_packets} packets could not be decoded"
            self._damaged.append(Failure(source.locator, reason, detail))
        # Also pictures that have a vector: the new frames that show them have none yet.
        self._queue(list(dict.fromkeys(frame.picture_sha for frame in frames)))

    def _queue(self, picture_shas: Sequence[str]) -> None:
        self._waiting.extend(picture_shas)
        self._pictures_seen += len(picture_shas)

    def _embed(self, batch: int) -> None:
        """Embed what waits, while at least ``batch`` pictures do."""
        while len(self._waiting) >= batch:
            size = min(len(self._waiting), self._options.batch)
            shas = [self._waiting.popleft() for _ in range(size)]
            vectors = self._embedder.images([self._open_picture(sha) for sha in shas])
            if vectors.shape != (size, self._embedder.dimension):
                raise EmbedderError(
                    f"embedder {self._embedder.id} returned {vectors.shape} for {size} pictures "
                    f"of dimension {self._embedder.dimension}"
                )
            added = self._corpus.add_embeddings(self._embedder.id, shas, vectors)
            self._frames_embedded += added
            self._pictures_done += size
            self._progress("embed", self._pictures_done, self._pictures_seen)
            self._unindexed += added
            if self._unindexed >= _INDEX_EVERY:
                self._index()

    def _open_picture(self, picture_sha: str) -> Image.Image:
        path = self._corpus.picture_path(picture_sha)
        try:
            with Image.open(path) as picture:
                return picture.convert("RGB")
        except OSError as error:
            raise CorpusError(f"the stored picture {path} cannot be read: {error}", "restore it from a copy") from error

    def _index(self) -> None:
        done = self._corpus.index_pending()
        self._unindexed = 0
        if done:
            self._progress("index", done, done)


def share_cores(workers: int | None) -> tuple[int, int]:
    """Decode threads and torch threads.

    Torch's own choice, one thread per core, spins against the decoders and is slower than a single thread.

    Args:
        workers: Decode threads that the user asked for; ``None`` for the default.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    decoders = workers if workers is not None else max(1, cores - cores // 4)
    return max(1, decoders), max(1, cores - decoders)


@contextlib.contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    """Limit torch, if anything has loaded it, for the duration of a run."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, count))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _make_frames(clip_id: str, decoded: Decoded, used: Recipe, corpus: Corpus) -> tuple[Frame, ...]:
    """Store the pictures of a clip durably and name its frames; duplicates are not marked yet."""
    shas = corpus.store_pictures([to_jpeg(frame.picture) for frame in decoded.frames])
    return tuple(
        Frame(
            frame_id=_fingerprint(f"{clip_id}|{used.recipe_id}|{position}"),
            clip_id=clip_id,
            index=position,
            time=frame.time,
            picture_sha=sha,
            width=frame.picture.width,
            height=frame.picture.height,
            dhash=difference_hash(frame.picture),
            duplicate_of=None,
        )
        for position, (frame, sha) in enumerate(zip(decoded.frames, shas, strict=True))
    )


def _make_media(clip_id: str, size: int, decoded: Decoded, frames_wanted: int) -> Media:
    return Media(
        clip_id=clip_id,
        size=size,
        container=decoded.container,
        codec=decoded.codec,
        width=decoded.width,
        height=decoded.height,
        rotation=decoded.rotation,
        duration=decoded.duration,
        truncated=decoded.truncated,
        damaged_packets=decoded.damaged_packets,
        frames_wanted=frames_wanted,
    )


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
