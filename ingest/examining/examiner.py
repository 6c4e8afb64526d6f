"""Items to clips-to-be: fetch, hash, decode, store pictures, measure; several at once, results in order.

Nothing here reads or writes the ledger. What came from the network is decoded in a confined process of this machine;
where local files are looked at is up to whoever calls.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.cleaning.paths import settle
from ingest.decoding.decode import DecodeOptions, recipe
from ingest.examining.executors import FileRows, Files
from ingest.examining.media_file import Picture
from ingest.examining.quality import Quality
from ingest.examining.triage import Judged
from ingest.sources.base import SettledItem, SourceItem, changed_upstream
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import MediaError
from vectorstore.ledger.records import Failure, Frame, Media, Source
from vectorstore.upkeep.curation import RemovedKeys

WAITING_CLIPS = 4
"""Clips that may be ready behind one that takes longer: bounds what a kill loses."""


@dataclass(frozen=True, slots=True)
class ItemFindings:
    """What became of an item: a failure, a clip that is known or removed, or a new one."""

    judged: Judged
    source: Source
    error: MediaError | None = None
    clip_id: str = ""
    media: Media | None = None
    """``None`` when nothing was decoded."""
    frames: tuple[Frame, ...] = ()
    """Duplicates are not marked yet."""
    frozen: bool = False
    removed: bool = False
    note: Failure | None = None
    """Something to tell although the clip is used."""


class Examiner:
    """Examines items in threads.

    Args:
        corpus: Its pictures are stored from the threads; nothing else of it is touched.
        options: How files are decoded.
        files: Looks at local files.
        downloads: Looks at what came from the network.
        needs_frames: Whether the clip of a SHA-256 is to be decoded; called from threads.
    """

    def __init__(
        self,
        corpus: Corpus,
        options: DecodeOptions,
        files: Files,
        downloads: Files,
        needs_frames: Callable[[str], bool],
    ) -> None:
        self._corpus = corpus
        self._options = options
        self._files = files
        self._downloads = downloads
        self._needs_frames = needs_frames
        self._slots = threading.BoundedSemaphore(files.at_once)
        self._recipe = recipe(options)
        self._removed: RemovedKeys = corpus.curation.removed_keys()
        self.is_done = False
        """Whether nothing is left to examine; true already when the last result is given."""

    def examine_all(self, items: Iterable[Judged]) -> Iterator[ItemFindings]:
        """Results in the order of ``items``, so that the corpus does not depend on which thread was faster.

        ``items`` is read only a few ahead of the results, in the calling thread.
        """
        ahead = self._files.at_once + WAITING_CLIPS
        remaining = iter(items)
        running: deque[Future[ItemFindings]] = deque()
        # One more than files are looked at: no core waits while the pictures of a clip are written to the disk.
        threads = ThreadPoolExecutor(self._files.at_once + 1, thread_name_prefix="decode")
        try:
            while True:
                for judged in itertools.islice(remaining, ahead - len(running)):
                    running.append(threads.submit(self._examine, judged))
                if not running:
                    return
                examined = running.popleft().result()
                self.is_done = not running
                yield examined
        finally:
            threads.shutdown(wait=True, cancel_futures=True)

    def _examine(self, judged: Judged) -> ItemFindings:
        item = judged.item
        source = item.describe(judged.stamp)
        if self._is_removed(source):
            return ItemFindings(judged, source, removed=True)
        try:
            with item.local_file(self._options.limits) as path:
                # A download has brought more to say.
                source = item.describe(judged.stamp) if is_remote(item) else source
                if self._is_removed(source):
                    return ItemFindings(judged, source, removed=True)
                rows = self._look_at(item, path)
        except MediaError as error:
            return ItemFindings(judged, source, error=error)
        return self._finish(judged, source, rows)

    def _is_removed(self, source: Source) -> bool:
        links = (source.locator, source.page_url)
        return any(self._removed.has("source", link) for link in links) or self._removed.has_uploader(source)

    def _look_at(self, item: SourceItem, path: Path) -> FileRows:
        def is_known(clip_id: str) -> bool:
            return self._removed.has("clip", clip_id) or not self._needs_frames(clip_id)

        files = self._downloads if is_remote(item) else self._files
        with self._slots:
            return files.look_at(_settled(item, path) if files.here else path, is_known)

    def _finish(self, judged: Judged, source: Source, rows: FileRows) -> ItemFindings:
        found, measures = rows.examination, rows.measures
        if found.failure:
            return ItemFindings(judged, source, error=found.failure)
        removed = self._removed.has("clip", found.clip_id)
        note = changed_upstream(judged.item, found.clip_id)
        if found.media is None or removed:
            return ItemFindings(judged, source, clip_id=found.clip_id, removed=removed, note=note)
        shas = self._corpus.store_pictures([picture.jpeg for picture in found.pictures])
        frames = tuple(
            self._frame(found.clip_id, position, picture, sha, quality)
            for position, (picture, sha, quality) in enumerate(
                zip(found.pictures, shas, measures.qualities, strict=True)
            )
        )
        media = replace(found.media, motion=measures.motion)
        return ItemFindings(judged, source, None, found.clip_id, media, frames, measures.frozen, note=note)

    def _frame(self, clip_id: str, position: int, picture: Picture, sha: str, quality: Quality) -> Frame:
        return Frame(
            frame_id=hashlib.sha256(f"{clip_id}|{self._recipe.recipe_id}|{position}".encode()).hexdigest(),
            clip_id=clip_id,
            index=position,
            time=picture.time,
            picture_sha=sha,
            width=picture.width,
            height=picture.height,
            dhash=picture.dhash,
            duplicate_of=None,
            brightness=quality.brightness,
            sharpness=quality.sharpness,
            text_share=quality.text_share,
            blank=quality.blank,
        )


def _settled(item: SourceItem, path: Path) -> Path:
    """The path that an item was found under, where it says so."""
    return (item.settled() if isinstance(item, SettledItem) else None) or settle(path)


def is_remote(item: SourceItem) -> bool:
    """Whether an item comes over the network, from whoever uploaded it there."""
    return "://" in item.locator
