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
from ingest.examining.media_file import FileFindings, Picture
from ingest.examining.quality import Quality
from ingest.examining.triage import Judged
from ingest.sources.base import SettledItem, SourceItem, WordedItem, changed_upstream
from ingest.transcripts.beside import FoundWords
from ingest.transcripts.keeping import PlaceWords
from ingest.transcripts.recognisers import SpeechListener
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import MediaError
from vectorstore.ledger.records import Failure, Frame, Media, Source
from vectorstore.upkeep.curation import RemovedKeys

WAITING_CLIPS = 4
"""Clips that may be ready behind one that takes longer: bounds what a kill loses."""


@dataclass(frozen=True, slots=True)
class ClipNeeds:
    """What is to be found out about a clip; asked with its SHA-256, from threads."""

    frames: Callable[[str], bool]
    """Whether it is to be decoded and its pictures are to be kept."""
    speech: Callable[[str], bool] = lambda clip_id: False
    """Whether it is to be heard, also where its pictures are here."""


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
    notes: tuple[Failure, ...] = ()
    """What to tell although the clip is used."""
    words: tuple[PlaceWords, ...] = ()
    """What is said in it, by the places that were looked at."""


class Examiner:
    """Examines items in threads.

    Args:
        corpus: Its pictures are stored from the threads; nothing else of it is touched.
        options: How files are decoded.
        files: Looks at local files.
        downloads: Looks at what came from the network.
        needs: What is to be found out about a clip.
        listener: Who hears it; ``None`` where nobody was named.
    """

    def __init__(
        self,
        corpus: Corpus,
        options: DecodeOptions,
        files: Files,
        downloads: Files,
        needs: ClipNeeds,
        listener: SpeechListener | None = None,
    ) -> None:
        self._corpus = corpus
        self._options = options
        self._files = files
        self._downloads = downloads
        self._needs = needs
        self._listener = listener
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
            beside = item.words() if isinstance(item, WordedItem) else None
        except MediaError as error:
            return ItemFindings(judged, source, error=error)
        return self._finish(judged, source, rows, beside)

    def _is_removed(self, source: Source) -> bool:
        links = (source.locator, source.page_url)
        return any(self._removed.has("source", link) for link in links) or self._removed.has_uploader(source)

    def _look_at(self, item: SourceItem, path: Path) -> FileRows:
        def is_known(clip_id: str) -> bool:
            return self._removed.has("clip", clip_id) or not (
                self._needs.frames(clip_id) or self._needs.speech(clip_id)
            )

        files = self._downloads if is_remote(item) else self._files
        with self._slots:
            return files.look_at(_settled(item, path) if files.here else path, is_known)

    def _finish(self, judged: Judged, source: Source, rows: FileRows, beside: FoundWords | None) -> ItemFindings:
        found = rows.examination
        if found.failure:
            return ItemFindings(judged, source, error=found.failure)
        removed = self._removed.has("clip", found.clip_id)
        if removed:
            return ItemFindings(judged, source, clip_id=found.clip_id, removed=True)
        words, notes = self._words(source, found, beside)
        if note := changed_upstream(judged.item, found.clip_id):
            notes.append(note)
        known = ItemFindings(judged, source, clip_id=found.clip_id, notes=tuple(notes), words=words)
        if found.media is None or not self._needs.frames(found.clip_id):
            return known
        media = replace(found.media, motion=rows.measures.motion)
        return replace(known, media=media, frames=self._frames(rows), frozen=rows.measures.frozen)

    def _words(
        self, source: Source, found: FileFindings, beside: FoundWords | None
    ) -> tuple[tuple[PlaceWords, ...], list[Failure]]:
        """What is said in a clip by all accounts, and what is to be told about that."""
        words = [said] if (said := PlaceWords.of(beside, source.locator)) else []
        notes = list(beside.problems) if beside else []
        if found.media is not None:
            words.append(PlaceWords("inside", found.tracks, source=source.locator))
        if found.media is not None and self._listener is not None and self._needs.speech(found.clip_id):
            try:
                heard = self._listener.hear(found.sound)
                words.append(PlaceWords("recognised", (heard,), maker=self._listener.spec, source=source.locator))
            except MediaError as error:
                notes.append(Failure(source.locator, "speech", error.message))
        return tuple(words), notes

    def _frames(self, rows: FileRows) -> tuple[Frame, ...]:
        found = rows.examination
        shas = self._corpus.store_pictures([picture.jpeg for picture in found.pictures])
        seen = zip(found.pictures, shas, rows.measures.qualities, strict=True)
        return tuple(
            self._frame(found.clip_id, position, picture, sha, quality)
            for position, (picture, sha, quality) in enumerate(seen)
        )

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
