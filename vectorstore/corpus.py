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
from numpy.typing import ArrayLike, NDArray

from vectorstore.counts import NUMBERS
from vectorstore.curation import Curation
from vectorstore.errors import CorpusError, CorpusLockedError, InputError
from vectorstore.filters import SearchFilter
from vectorstore.frame_store import FrameStore
from vectorstore.index_keeper import IndexKeeper
from vectorstore.ledger import KEEPS_UPLOADER_NAMES, Ledger
from vectorstore.records import (
    Clip,
    ClipLink,
    EmbedderRecord,
    Failure,
    Frame,
    Hit,
    Media,
    Problem,
    Receipt,
    Recipe,
    Removal,
    Source,
    SourceRow,
    SourceState,
)
from vectorstore.removal import clean_up, foresee, is_removed, remove_rows, unfinished_removals
from vectorstore.schema import SCHEMA_VERSION, create_ledger, is_ledger
from vectorstore.search import Searcher, SearchOptions
from vectorstore.storage import FolderLock, storage_errors
from vectorstore.verification import find_problems

_INDEX_BATCH = 1000


class Corpus:
    """Clips, frames, pictures and vectors of one folder. Use ``open``, ``create`` or ``ensure``.

    Not safe for several threads, except ``store_pictures`` and ``picture_path``.
    """

    def __init__(self, folder: Path, lock: FolderLock | None, chroma_url: str | None) -> None:
        self.folder = folder
        self._write = lock is not None
        self._lock = lock
        self._pictures = FrameStore(folder / "frames")
        self._ledger = Ledger(folder / "corpus.sqlite", write=self._write)
        try:
            self._index = IndexKeeper(folder, self._ledger, lock, chroma_url)
        except BaseException:
            self._ledger.close()
            raise
        self._searcher = Searcher(self._ledger, self._index.open)
        self.curation = Curation(self._ledger, self._pictures, self._index)

    @classmethod
    def create(cls, path: Path | str) -> Corpus:
        """Make an empty corpus and open it for writing.

        Raises:
            CorpusError: There is a corpus already, or a folder with other things in it.
            StorageError: The folder cannot be made.
        """
        folder = Path(path)
        if is_ledger(folder / "corpus.sqlite"):
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
        if not is_ledger(folder / "corpus.sqlite"):
            _make_folder(folder)
            lock = FolderLock(folder / ".lock", exclusive=True)
            try:
                create_ledger(folder / "corpus.sqlite")
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
        if not write:
            return cls(folder, None, chroma_url)
        lock = FolderLock(folder / ".lock", exclusive=True)
        try:
            corpus = cls(folder, lock, chroma_url)
        except BaseException:
            lock.release()
            raise
        try:
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

    def _let_go(self) -> None:
        self._ledger.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- reading

    @property
    def ledger(self) -> Ledger:
        """The ledger, for other modules of this package."""
        return self._ledger

    def info(self) -> dict[str, object]:
        """Counts and identity, as ``corpus info --json`` prints them."""
        embedder = self.default_embedder()
        return {
            "clips": self._ledger.count("video"),
            "frames": self._ledger.count("frame"),
            "embedded": self.embedded_count(embedder) if embedder else 0,
            "embedder": embedder,
            "failed": self._ledger.count("source", "state = 'failed'"),
            "removed": self._ledger.select(NUMBERS["removed"])[0][0],
            "snapshot_hash": self.content_hash(),
            "schema": SCHEMA_VERSION,
        }

    def clips(self) -> list[Clip]:
        """All clips in the order they were added."""
        return self._ledger.clips()

    def clip(self, clip_id: str) -> Clip:
        """One clip.

        Raises:
            InputError: There is none with this id.
        """
        found = self._ledger.clips(clip_id)
        if not found:
            raise InputError(f"no clip {clip_id!r} in {self.folder}", "`corpus info` and `corpus search` show clips")
        return found[0]

    def clip_ids(self) -> set[str]:
        """Ids of all clips."""
        return self._ledger.clip_ids()

    def frames(self, clip_id: str | None = None, unique: bool = False) -> list[Frame]:
        """Frames in order of clip and time; ``unique`` leaves marked near-duplicates out."""
        return self._ledger.frames(clip_id, unique=unique)

    def frame(self, frame_id: str) -> Frame:
        """One frame.

        Raises:
            InputError: There is none with this id.
        """
        found = self._ledger.frames_by_id([frame_id])
        if not found:
            raise InputError(f"no frame {frame_id!r} in {self.folder}")
        return found[frame_id]

    def picture_path(self, picture_sha: str) -> Path:
        """The file of a picture.

        Raises:
            CorpusError: ``picture_sha`` is not a hash.
        """
        return self._pictures.path(picture_sha)

    def sources(self) -> Iterator[SourceRow]:
        """All sources in the order they were first seen."""
        yield from self._ledger.sources()

    def clip_links(self) -> list[ClipLink]:
        """All links between clips."""
        return self._ledger.clip_links()

    def uploader_key(self, name: str) -> str:
        """Keyed hash under which this corpus knows an uploader: the same for ``@Name`` and ``name``; empty for nobody.

        The key is random and never leaves the corpus, so nobody can find a name by hashing likely ones.
        """
        return self._ledger.uploader_key(name)

    def is_removed(self, kind: str, key: str) -> bool:
        """Whether something was removed for good and must not come back.

        Args:
            kind: ``"clip"`` (key: clip id), ``"source"`` (locator or page) or ``"uploader"`` (name).
            key: What was removed.
        """
        return is_removed(self._ledger, kind, key)

    def failures(self) -> list[Failure]:
        """Sources that did not become clips, with reasons."""
        return self._ledger.failures()

    def events(self) -> Iterator[tuple[str, str, dict[str, object]]]:
        """The audit log: time, kind, detail."""
        return self._ledger.events()

    def content_hash(self) -> str:
        """Hash over clip ids, frame ids and pictures: equal for equal content, wherever and however made."""
        return self._ledger.content_hash()

    def embedders(self) -> list[EmbedderRecord]:
        """Embedders whose vectors are here, in order of first use, with what the user typed to get them."""
        return self._ledger.embedders()

    def embedder_ids(self) -> list[str]:
        """Ids of ``embedders``."""
        return [embedder.embedder_id for embedder in self._ledger.embedders()]

    def default_embedder(self) -> str | None:
        """The embedder with the most vectors, the latest when several have equally many; ``None`` without any."""
        order = {name: (self.embedded_count(name), place) for place, name in enumerate(self.embedder_ids())}
        return max(order, key=order.__getitem__, default=None)

    def embedded_count(self, embedder_id: str) -> int:
        """Number of frames with a vector of this embedder."""
        return self._ledger.count("embedding", "model_id = ?", (embedder_id,))

    def vectors(self, embedder_id: str) -> tuple[list[str], NDArray[np.float32]]:
        """Frame ids and unit vectors (n, dimension) float32, ordered by frame id; kept in memory.

        Raises:
            InputError: The corpus has no vectors of this embedder.
        """
        self._known_embedder(embedder_id)
        table = self._searcher.table(embedder_id)
        return table.frame_ids, table.vectors

    def search(
        self,
        vector: ArrayLike,
        count: int = 10,
        embedder_id: str | None = None,
        engine: str = "auto",
        unique: bool = True,
        where: SearchFilter | None = None,
    ) -> list[Hit]:
        """The frames most similar to a vector.

        Args:
            vector: (dimension,) of the same embedder; any length but zero.
            count: How many frames at most.
            embedder_id: Whose vectors; ``None`` takes ``default_embedder``.
            engine: ``"exact"``, ``"chroma"`` (without filter only) or ``"auto"`` (exact with a filter and up to
                half a million vectors).
            unique: Leave marked near-duplicates out.
            where: What to limit the search to.

        Returns:
            Most similar first; equals ordered by frame id.

        Raises:
            InputError: Wrong engine, count, embedder or dimension.
            CorpusError: The index cannot be used or is behind the ledger.
            CorpusLockedError: ``"chroma"`` while another process writes.
        """
        embedder = self._known_embedder(embedder_id or self.default_embedder())
        return self._searcher.search(vector, embedder, SearchOptions(count, engine, unique, where))

    def _known_embedder(self, embedder_id: str | None) -> EmbedderRecord:
        known = {embedder.embedder_id: embedder for embedder in self._ledger.embedders()}
        if not known:
            raise InputError(f"{self.folder} has no vectors", "run `valuespectrum ingest` with an embedder first")
        if embedder_id not in known:
            raise InputError(f"{self.folder} has no vectors of {embedder_id!r}", f"it has those of {', '.join(known)}")
        return known[embedder_id]

    # ---- writing

    def source_state(self, locator: str) -> SourceState | None:
        """What is known of a source; ``None`` when it was never seen."""
        return self._ledger.source_state(locator)

    def source_states(self) -> dict[str, SourceState]:
        """What is known of every source, by locator."""
        return self._ledger.source_states()

    def first_frames(self, picture_shas: Sequence[str]) -> dict[str, str]:
        """For each of these pictures that is in the corpus, the first frame that shows it."""
        return self._ledger.first_frames(picture_shas)

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

    def add_clip(self, source: Source, media: Media, recipe: Recipe, frames: Sequence[Frame]) -> None:
        """Add a clip with its frames in one transaction, after ``store_pictures`` has stored their pictures.

        Raises:
            CorpusError: The clip is here already.
            StorageError: Disk full or read-only.
        """
        self._ledger.add_clip(source, media, recipe, frames)

    def link_source(self, source: Source, clip_id: str) -> None:
        """Record that another source leads to a clip that is already here."""
        self._ledger.link_source(source, clip_id)

    def add_failure(self, source: Source, failure: Failure, retry_at: str | None = None) -> None:
        """Record that a source could not become a clip, why, and when to try again (UTC, ISO 8601)."""
        self._ledger.add_failure(source, failure, retry_at)

    def update_source(self, source: Source) -> bool:
        """Overwrite what is said about a known source (all but its stamp); it is alive.

        Returns:
            Whether anything changed.
        """
        return self._ledger.update_source(source)

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

    def pictures_without_vector(self, embedder_id: str) -> list[str]:
        """Pictures that this embedder has not embedded yet, in the order they were added."""
        return self._ledger.pictures_without_vector(embedder_id)

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
        receipt = remove_rows(self._ledger, removal, self.folder / "snapshots")
        self._searcher.forget()
        clean_up(self._ledger, self._pictures, self._index)
        return receipt

    def foresee_removal(self, removal: Removal) -> Receipt:
        """What ``remove`` would remove now; nothing is changed.

        Raises:
            InputError: The removal makes no sense.
        """
        return foresee(self._ledger, removal)

    def verify(self, quick: bool = False) -> list[Problem]:
        """Look at everything: ledger, pictures, vectors, index, removals. Changes nothing.

        Args:
            quick: Leave out what reads every byte: hashes of pictures, SQLite's full check.

        Returns:
            What is wrong; empty when all is well.
        """
        return find_problems(self._ledger, self._pictures, self._index, quick=quick)

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
    if not is_ledger(folder / "corpus.sqlite"):
        raise CorpusError(f"{folder} is not a corpus (it has no usable corpus.sqlite)", hint)


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CorpusError(f"{folder} is a file, not a corpus folder", "choose another folder")
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        foreign = sorted(
            entry.name for entry in folder.iterdir() if not entry.name.startswith((".lock", "corpus.sqlite"))
        )
    if foreign:
        raise CorpusError(
            f"{folder} is not a corpus and has other things in it ({foreign[0]})", "choose a new or an empty folder"
        )
