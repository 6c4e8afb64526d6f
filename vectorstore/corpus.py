"""The one front door to a corpus on disk.

::

    CORPUS/corpus.sqlite          ledger, the truth
           frames/ab/ab12....jpg  pictures, named by their content
           chroma/ or chroma-N/   index, made from the ledger and mended from it
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vectorstore.corpus_reader import CorpusReader
from vectorstore.files.frame_store import FrameStore
from vectorstore.files.layout import FRAMES, LEDGER, LOCK, check_layout, foreign_names, keep_private
from vectorstore.foreign.looked_at import remember
from vectorstore.foundation.disk import make_folder, storage_errors
from vectorstore.foundation.errors import CorpusError, CorpusLockedError, InputError
from vectorstore.foundation.locks import FileLock
from vectorstore.index.keeper import IndexKeeper
from vectorstore.ledger.ledger import KEEPS_UPLOADER_NAMES, Ledger
from vectorstore.ledger.ledger_check import ledger_state
from vectorstore.ledger.records import (
    ClipLink,
    EmbedderRecord,
    Failure,
    Frame,
    Media,
    Receipt,
    Recipe,
    Removal,
    Source,
    Transcript,
)
from vectorstore.ledger.schema import create_ledger, is_ledger
from vectorstore.ledger.transcripts import row_of, set_transcripts
from vectorstore.upkeep.curation import Curation
from vectorstore.upkeep.removal import clean_up, foresee_forgetting, forget_rows, remove_rows, unfinished_removals


class Corpus(CorpusReader):
    """Clips, frames, pictures and vectors of one folder. Use ``open``, ``create`` or ``ensure``.

    What can be asked of it is in ``CorpusReader``. Not safe for several threads, except ``store_pictures`` and
    ``picture_path``.
    """

    def __init__(self, folder: Path, lock: FileLock | None, chroma_url: str | None) -> None:
        self._write = lock is not None
        self._lock = lock
        ledger = Ledger(folder / LEDGER, write=self._write)
        try:
            index = IndexKeeper(folder, ledger, lock, chroma_url)
        except BaseException:
            ledger.close()
            raise
        super().__init__(folder, ledger, FrameStore(folder / FRAMES), index)
        self.curation = Curation(self._ledger, self._pictures, self._index)

    @classmethod
    def create(cls, path: Path | str) -> Corpus:
        """Make an empty corpus and open it for writing.

        Raises:
            CorpusError: There is a corpus already, or a folder with other things in it.
            StorageError: The folder cannot be made.
        """
        folder = Path(path)
        if is_ledger(folder / LEDGER):
            raise CorpusError(f"{folder} is a corpus already", "choose another folder or add to this one")
        return cls.ensure(folder)

    @classmethod
    def ensure(cls, path: Path | str, chroma_url: str | None = None) -> Corpus:
        """Open a corpus for writing; make an empty one when the folder is missing or empty.

        Args:
            path: The folder.
            chroma_url: As for ``open``.

        Raises:
            InputError: ``chroma_url`` is not the address of a server.
            CorpusError: The path is something else.
            CorpusLockedError: Another process is using it.
            SchemaError: Another release wrote it and this one cannot use it.
            StorageError: Disk full or read-only.
        """
        folder = Path(path)
        if not is_ledger(folder / LEDGER):
            _make_folder(folder)
            check_layout(folder, write=True)
            lock = FileLock(folder / LOCK, f"the corpus {folder}")
            try:
                create_ledger(folder / LEDGER)
                keep_private(folder, empty=True)
            finally:
                lock.release()
        return cls.open(folder, write=True, chroma_url=chroma_url)

    @classmethod
    def open(cls, path: Path | str, write: bool = False, chroma_url: str | None = None) -> Corpus:
        """Open a corpus.

        A writer excludes every other writer, finishes or sweeps what killed writers left, and brings the index in
        line with the ledger. Readers may read while it works.

        Args:
            path: The folder.
            write: Whether to change it.
            chroma_url: Server that keeps the index, like ``http://localhost:8000``; ``None`` when it lies in the
                folder. A writer who names another place than before moves the index there.

        Raises:
            InputError: ``chroma_url`` is not the address of a server.
            CorpusError: The path is not a corpus.
            CorpusLockedError: ``write`` and another process is using it.
            SchemaError: Another release wrote it and this one cannot use it.
            StorageError: Disk full or read-only.
        """
        folder = Path(path)
        _check_is_corpus(folder)
        check_layout(folder, write=write)
        if not write:
            return cls(folder, None, chroma_url)
        lock = FileLock(folder / LOCK, f"the corpus {folder}")
        try:
            corpus = cls(folder, lock, chroma_url)
        except BaseException:
            lock.release()
            raise
        try:
            keep_private(folder, empty=False)
            corpus._pictures.sweep()
            corpus._finish_removals()
            corpus._reconcile()
        except BaseException:
            corpus.close()
            raise
        return corpus

    def close(self) -> None:
        """Let go of files and lock."""
        try:
            self._index.close()
        finally:
            self._let_go()

    @contextlib.contextmanager
    def undisturbed(self, patience: float = 0.0) -> Iterator[None]:
        """Nobody writes to the corpus while the block runs; a reader needs this to tell a fault from work under way.

        Args:
            patience: Seconds to wait for a writer that is at work.

        Raises:
            CorpusLockedError: It is still at work.
            StorageError: There can be no lock, e.g. on a read-only disk.
        """
        if self._lock is not None:
            yield
            return
        lock = FileLock(self.folder / LOCK, f"the corpus {self.folder}", shared=True, patience=patience)
        try:
            yield
        finally:
            lock.release()

    def _let_go(self) -> None:
        self._ledger.close()
        if self._lock is not None:
            with contextlib.suppress(OSError):
                remember(ledger_state(self.folder))
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def store_pictures(self, pictures: Sequence[bytes]) -> list[str]:
        """Store JPEG files durably; may be called from several threads.

        Returns:
            SHA-256 of each, in order.

        Raises:
            StorageError: Disk full or read-only.
        """
        if not self._write:
            raise CorpusError(f"{self.folder} is open for reading only", "open it for writing")
        return self._pictures.put(pictures)

    def add_clip(
        self,
        source: Source,
        media: Media,
        recipe: Recipe,
        frames: Sequence[Frame],
        transcripts: Sequence[Transcript] = (),
    ) -> None:
        """Add a clip with its frames in one transaction, after ``store_pictures`` has stored their pictures.

        Args:
            source: Where it is from.
            media: What it is.
            recipe: How its frames were made.
            frames: Its frames.
            transcripts: What is said in it; those from beside or a platform go with the source.

        Raises:
            CorpusError: The clip is here already.
            InputError: A transcript is too long, or its times are none.
            StorageError: Disk full or read-only.
        """
        self._ledger.add_clip(source, media, recipe, frames, [row_of(each) for each in transcripts])

    def link_source(self, source: Source, clip_id: str) -> None:
        """Record that another source leads to a clip that is already here."""
        self._ledger.link_source(source, clip_id)

    def add_failure(self, source: Source, failure: Failure, retry_at: str | None = None) -> None:
        """Record that a source could not become a clip, why, and when to try again (UTC, ISO 8601)."""
        self._ledger.add_failure(source, failure, retry_at)

    def set_transcripts(
        self, clip_id: str, origin: str, found: Sequence[Transcript], locator: str | None = None
    ) -> bool:
        """Put the words that one place has for a clip now in the place of those that it had before.

        Args:
            clip_id: A clip of this corpus.
            origin: The place, see ``Transcript.origin``. Of recognisers only those that ``found`` names are replaced.
            found: All that is there now; empty when there is nothing any more.
            locator: The source beside which the words stand, with which they are removed; ``None`` for words of the
                clip's own bytes.

        Returns:
            Whether anything changed.

        Raises:
            InputError: A transcript of another place, one that is too long, or times that are none.
            StorageError: Disk full or read-only.
        """
        return set_transcripts(self._ledger, clip_id, origin, found, locator)

    def update_source(self, source: Source, *, alive: bool = True) -> bool:
        """Overwrite what is said about a known source (all but its stamp).

        Args:
            source: What is said now.
            alive: Whether it is known to be there; else it stays as dead or alive as it was.

        Returns:
            Whether anything changed.
        """
        return self._ledger.update_source(source, alive=alive)

    def mark_gone(self, locator: str) -> None:
        """Record that a source was found dead; its clips stay."""
        self._ledger.mark_gone(locator)

    def add_clip_links(self, links: Sequence[ClipLink]) -> None:
        """Link clips of this corpus; a link that is known gets the newest share.

        Raises:
            CorpusError: One of the clips is not here.
        """
        self._ledger.add_clip_links(links)

    def keep_uploader_names(self, keep: bool) -> None:
        """Whether sources added from now on keep the name of the uploader beside its keyed hash."""
        self._ledger.set_setting(KEEPS_UPLOADER_NAMES, "yes" if keep else "no")

    def add_event(self, kind: str, detail: Mapping[str, object]) -> None:
        """Append to the audit log."""
        self._ledger.add_event(kind, detail)

    def add_embedder(self, embedder: EmbedderRecord) -> None:
        """Make an embedder known before its vectors are added."""
        self._ledger.add_embedder(embedder)

    def add_embeddings(self, embedder_id: str, picture_shas: Sequence[str], vectors: NDArray[np.float32]) -> int:
        """Store vectors of pictures, as float16, for every frame that shows them.

        Args:
            embedder_id: A known embedder.
            picture_shas: One per row.
            vectors: (n, dimension), unit length.

        Returns:
            Number of frames that got a vector.

        Raises:
            InputError: Wrong shape, or values that are not numbers.
            StorageError: Disk full or read-only.
        """
        dimension = self._known_embedder(embedder_id).dimension
        if vectors.shape != (len(picture_shas), dimension) or not np.isfinite(vectors).all():
            raise InputError(f"vectors of {embedder_id!r} must be finite and ({len(picture_shas)}, {dimension})")
        self._searcher.forget()
        return self._ledger.add_vectors(embedder_id, picture_shas, vectors)

    def index_pending(self) -> int:
        """Bring every vector that the index lacks into it.

        Returns:
            Number of vectors brought in.

        Raises:
            CorpusError: The index cannot be used.
            StorageError: Disk full or read-only.
        """
        return self._index.fill()

    def rebuild_index(self) -> int:
        """Make the index anew beside the old one, check it, swap it in and delete the old one.

        Returns:
            Number of vectors in it.

        Raises:
            CorpusError: The new one is not right; the old one is still in use.
            StorageError: Disk full or read-only.
        """
        return self._index.rebuild()

    def index_left_on(self) -> list[str]:
        """Collections on servers where the index was kept before; what is removed here may still be in them."""
        return self._index.left_on()

    def remove(self, removal: Removal) -> Receipt:
        """Remove clips, sources or uploaders for good: rows, pictures, vectors, and every trace in the files.

        A clip goes with its last source, and a source with its last clip. What was removed may not come in again
        (``is_removed``); only keyed hashes of it stay. Snapshots stay as they are, since they hold hashes only.
        Once this has begun, a process that dies leaves the rest to the next that opens the corpus for writing.

        Raises:
            InputError: The removal makes no sense.
            CorpusLockedError: The rows are gone, but a reader keeps the ledger's file from being written anew.
            StorageError: Disk full or read-only.
        """
        receipt = remove_rows(self._ledger, removal, self.folder)
        self._searcher.forget()
        clean_up(self._ledger, self._pictures, self._index)
        return receipt

    def foresee_forgetting(self, locators: Sequence[str]) -> Receipt:
        """What ``forget_sources`` would take out now; nothing is changed."""
        return foresee_forgetting(self._ledger, list(locators))

    def forget_sources(self, locators: Sequence[str]) -> Receipt:
        """Take out sources and the clips to which no other source leads, so that they may come in again.

        Once this has begun, a process that dies leaves the rest to the next that opens the corpus for writing.

        Raises:
            CorpusLockedError: The rows are gone, but a reader keeps the ledger's file from being written anew.
            StorageError: Disk full or read-only.
        """
        receipt = forget_rows(self._ledger, list(locators))
        self._searcher.forget()
        clean_up(self._ledger, self._pictures, self._index)
        return receipt

    def _finish_removals(self) -> None:
        if unfinished_removals(self._ledger):
            # A reader is no reason to keep writers out: `verify` shows what is unfinished, the next writer tries again.
            with contextlib.suppress(CorpusLockedError):
                clean_up(self._ledger, self._pictures, self._index)

    def _reconcile(self) -> None:
        """Mend the index: a killed writer leaves it behind or, with a batch not yet noted, ahead of the ledger."""
        fault = self._index.reconcile()
        if fault:
            self.add_event("index_rebuilt", {"vectors": self._ledger.count("embedding"), "fault": fault})


def _check_is_corpus(folder: Path) -> None:
    hint = "name a folder made by `valuespectrum ingest`"
    if not folder.exists():
        raise CorpusError(f"there is no corpus at {folder}", hint)
    if not folder.is_dir():
        raise CorpusError(f"{folder} is a file, not a corpus folder", hint)
    if not is_ledger(folder / LEDGER):
        raise CorpusError(f"{folder} is not a corpus (it has no usable corpus.sqlite)", hint)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CorpusError(f"{folder} is a file, not a corpus folder", "choose another folder")
    if not _is_unicode(str(folder.absolute())):
        raise InputError(f"the name of {folder} is not UTF-8, and the index can lie in no such folder", "rename it")
    with storage_errors(folder):
        make_folder(folder, 0o700)
        foreign = foreign_names(folder)
    if foreign:
        raise CorpusError(
            f"{folder} is not a corpus and has other things in it ({foreign[0]})", "choose a new or an empty folder"
        )
