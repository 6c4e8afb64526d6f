"""Keeps the index in line with the ledger: fills it, checks it, makes it anew and swaps it in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from vectorstore.files.layout import LOCK
from vectorstore.foreign.looked_at import is_known, remember
from vectorstore.foundation.disk import no_space, tells_of_full_disk
from vectorstore.foundation.errors import CorpusError, StorageError
from vectorstore.foundation.locks import FileLock
from vectorstore.index.chroma import (
    MEND,
    IndexPlace,
    VectorIndex,
    check_server_url,
    fingerprint,
    index_folders,
    is_server_url,
    remove_index,
    sync_files,
)
from vectorstore.index.reconciliation import BATCH, built_by_child, fault_seen_by_child, find_fault, write_vectors
from vectorstore.index.search import unit_rows
from vectorstore.ledger.ledger import Ledger

_PLACE = "index_place"
_LEFT = "index_left"
_ANEW = "run `valuespectrum ingest` into a new folder, or get the corpus anew"


@contextlib.contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    """An index for which there was no room is not damaged."""
    try:
        yield
    except CorpusError as error:
        if tells_of_full_disk(error.message):
            raise no_space(folder) from error
        raise


class IndexKeeper:
    """The index of one open corpus.

    Args:
        root: The corpus folder.
        ledger: Says which vectors there are and where the index is.
        lock: The writer lock; ``None`` for a reader.
        chroma_url: Server to keep the index on; ``None`` leaves it in the corpus folder.

    Raises:
        InputError: ``chroma_url`` is not the address of a server.
    """

    def __init__(self, root: Path, ledger: Ledger, lock: FileLock | None, chroma_url: str | None) -> None:
        if chroma_url is not None:
            check_server_url(chroma_url)
        self._root = root
        self._ledger = ledger
        self._writer_lock = lock
        self._url = (chroma_url or "").rstrip("/")
        self._index: VectorIndex | None = None
        self._reader_lock: FileLock | None = None

    def close(self) -> None:
        """Let go of the index; a writer whose index is complete notes that it was closed cleanly."""
        if self._index is None:
            return
        place, complete = self._index.place, not self._ledger.count("embedding", "indexed = 0")
        self._index.close()
        self._index = None
        if not place.url and complete:
            # Without the note the next one only looks more closely, so a full disk is no reason to fail here. Chroma
            # writes even when it is only read from.
            with contextlib.suppress(StorageError):
                sync_files(self._root, place.name)
                remember(self._state(place))
        self._let_go()

    def _let_go(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None
        if self._reader_lock is not None:
            self._reader_lock.release()
            self._reader_lock = None

    def _state(self, place: IndexPlace) -> str:
        """Tells what lies in an index folder, and which Chroma would read it, from everything else."""
        read_by = f"chromadb {version('chromadb')}"
        return f"index {self._root.absolute()} {place.name} {fingerprint(self._root, place.name)} {read_by}"

    def _is_known(self, place: IndexPlace) -> bool:
        """Whether the folder is as it was when it was last looked at or closed here, whatever the ledger says."""
        return is_known(self._state(place))

    def _look(self, place: IndexPlace, lock: int) -> str:
        """What a child finds wrong with the folder; what is well is remembered."""
        fault = fault_seen_by_child(place, lock)
        if not fault:
            remember(self._state(place))
        return fault

    def open(self) -> VectorIndex:
        """The index, opened when first asked for. Readers keep writers out as long as they have it open.

        Raises:
            CorpusError: Chroma refused, or the index is kept elsewhere.
            CorpusLockedError: Another process writes.
        """
        if self._index is None:
            if self._writer_lock is None and not self._url:
                self._reader_lock = FileLock(self._root / LOCK, f"the corpus {self._root}", shared=True)
            try:
                place = self._place()
                if place.url != self._url:
                    kept = place.url or "the corpus folder"
                    raise CorpusError(f"the index of {self._root} is kept in {kept}", "open the corpus that way")
                if self._reader_lock is not None:
                    self._refuse_damaged(place, self._reader_lock)
                self._index = VectorIndex(place, write=self._writer_lock is not None)
            except BaseException:
                self._let_go()
                raise
        return self._index

    def _refuse_damaged(self, place: IndexPlace, lock: FileLock) -> None:
        # Chroma answers from whatever is left of its files, or dies; writers look before they come to open it.
        if not place.folder.is_dir():
            raise CorpusError(f"the vector index {place} is missing", MEND)
        fault = "" if self._is_known(place) else self._look(place, lock.fileno())
        if fault:
            raise CorpusError(f"the vector index {place} is damaged: {fault}", MEND)

    def _place(self) -> IndexPlace:
        try:
            known = json.loads(self._ledger.setting(_PLACE) or "{}")
        except (ValueError, RecursionError):
            known = None
        if not isinstance(known, dict) or not known.keys() <= {"url", "generation"}:
            raise CorpusError(f"the ledger of {self._root} does not say where its index is", _ANEW)
        return IndexPlace(self._root, self._ledger.keyed_hash("corpus", "")[:16], **known)

    def left_on(self) -> list[str]:
        """Collections on servers where the index was kept before: nobody but their operators cleans them up."""
        key = self._place().corpus_key
        return [f"{url}: frames-{key}-*" for url in self._left()]

    def _left(self) -> list[str]:
        known: object = None
        # What a corpus of somebody notes in another way leads nowhere.
        with contextlib.suppress(ValueError, RecursionError):
            known = json.loads(self._ledger.setting(_LEFT) or "[]")
        listed = known if isinstance(known, list) else []
        return [url for url in listed if isinstance(url, str) and is_server_url(url)]

    def fill(self) -> int:
        """Bring every vector that the index lacks into it; the number of them.

        Raises:
            CorpusError: Chroma refused.
            StorageError: Disk full or read-only.
        """
        done = 0
        for embedder in self._ledger.embedders():
            name = embedder.embedder_id
            while True:
                frame_ids, stored = self._ledger.vectors_after(name, "", BATCH, unindexed_only=True)
                if not frame_ids:
                    break
                # The index gets the stored values, so that making it anew gives the same answers.
                with _full_disk(self._root):
                    self.open().upsert(name, frame_ids, unit_rows(stored))
                self._ledger.mark_indexed(name, frame_ids)
                done += len(frame_ids)
        return done

    def rebuild(self) -> int:
        """Make a new index beside the old one, check it, swap it in, and delete the old one with all its bytes.

        Killed before the swap, the old one is still in use; killed after it, the next writer deletes the old one.

        Returns:
            Number of vectors in it.

        Raises:
            CorpusError: Chroma refused, or the new index is not right.
            StorageError: Disk full or read-only.
        """
        lock = self._locked()
        self._let_go()
        old = self._place()
        new = replace(old, url=self._url, generation=old.generation + 1)
        if new.url:
            fault = self._build_on_server(new)
        else:
            remove_index(self._root, new.name)
            fault = built_by_child(new, lock)
        if fault:
            with _full_disk(self._root):
                raise CorpusError(f"the new index {new} is not right: {fault}", "search with the exact engine")
        if not new.url:
            sync_files(self._root, new.name)
        settings = {_PLACE: json.dumps({"url": new.url, "generation": new.generation})}
        before = self._left()
        # A ledger may be anybody's, so nobody goes to a server that it alone names.
        if (left := sorted({*before, old.url} - {new.url, ""})) != before:
            settings[_LEFT] = json.dumps(left)
        self._ledger.swap_index(settings)
        if not new.url:
            remember(self._state(new))
        self.sweep()
        return self._ledger.count("embedding")

    def _build_on_server(self, place: IndexPlace) -> str:
        # What a copy of this corpus, or a move there that was interrupted, keeps under the same names.
        index = VectorIndex(place, write=True)
        try:
            index.remove_generation()
        finally:
            index.close()
        write_vectors(place, self._ledger)
        index = VectorIndex(place, write=False)
        try:
            return find_fault(index, self._ledger, complete=True)
        finally:
            index.close()

    def _locked(self) -> int:
        if self._writer_lock is None:
            raise CorpusError(f"{self._root} is open for reading only", "open it for writing")
        return self._writer_lock.fileno()

    def sweep(self) -> None:
        """Delete indexes that are not in use: what interrupted rebuilds left, or what was swapped out."""
        place = self._place()
        for name in self.unused_folders():
            remove_index(self._root, name)
        if self._url and place.url == self._url:
            self.open().remove_other_generations()

    def reconcile(self) -> str:
        """Bring the index in line with the ledger, making it anew when they disagree.

        Returns:
            Why it was made anew; empty when it was not.

        Raises:
            CorpusError: It cannot be made.
            StorageError: Disk full or read-only.
        """
        place = self._place()
        if place.url != self._url:
            fault = f"it was kept in {place.url or 'the corpus folder'}" if self._ledger.count("embedding") else ""
        else:
            self.sweep()
            fault = self._fault(place) or self._fault_after_filling()
        if fault or place.url != self._url:
            self.rebuild()
        return fault

    def _fault(self, place: IndexPlace) -> str:
        if not self._ledger.count("embedding", "indexed = 1"):
            # Nothing is lost by starting anew, and whatever lies there may be half made.
            if not place.url and not self._is_known(place):
                remove_index(self._root, place.name)
            return ""
        if place.url:
            return find_fault(self.open(), self._ledger, complete=False)
        if not place.folder.is_dir():
            return "its folder is missing"
        return "" if self._is_known(place) else self._look(place, self._locked())

    def unused_folders(self) -> list[str]:
        """Names of index folders that are not in use."""
        place = self._place()
        return [name for name in index_folders(self._root) if place.url or name != place.name]

    def check(self) -> str:
        """Look at size and sample of the index; what is wrong with it, in words, empty when nothing is.

        Raises:
            CorpusError: It is kept elsewhere, or the server refused.
            CorpusLockedError: Another process writes.
        """
        if not self._ledger.count("embedding", "indexed = 1"):
            return ""
        place = self._place()
        if self._url or place.url:
            return find_fault(self.open(), self._ledger, complete=False)
        self._let_go()
        if not place.folder.is_dir():
            return "its folder is missing"
        if self._writer_lock is not None:
            return self._look(place, self._writer_lock.fileno())
        lock = FileLock(self._root / LOCK, f"the corpus {self._root}", shared=True)
        try:
            return self._look(place, lock.fileno())
        finally:
            lock.release()

    def _fault_after_filling(self) -> str:
        try:
            if not self.fill():
                return ""
            index = self.open()
            for embedder in self._ledger.embedders():
                expected = self._ledger.count("embedding", "model_id = ?", (embedder.embedder_id,))
                if expected and index.count(embedder.embedder_id) != expected:
                    return f"it does not hold the {expected} vectors of {embedder.embedder_id}"
        except CorpusError as error:
            return error.message
        return ""
