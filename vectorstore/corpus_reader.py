"""Everything that can be asked of a corpus; nothing here changes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vectorstore.files.frame_store import FrameStore
from vectorstore.foundation.errors import InputError
from vectorstore.index.keeper import IndexKeeper
from vectorstore.index.search import Searcher, SearchOptions
from vectorstore.ledger.counts import NUMBERS
from vectorstore.ledger.filters import SearchFilter, clips_that_pass
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import (
    Clip,
    ClipLink,
    Cue,
    EmbedderRecord,
    Failure,
    Frame,
    Hit,
    Problem,
    Receipt,
    Removal,
    SourceRow,
    SourceState,
    Transcript,
    WordHit,
)
from vectorstore.ledger.transcripts import all_transcripts, has_transcripts, heard_by, preferred, transcripts
from vectorstore.ledger.uploaders import Person, find_person, publishers
from vectorstore.ledger.word_search import search_words
from vectorstore.upkeep.removal import clips_foreseen, foresee, is_removed
from vectorstore.upkeep.verification import find_problems


class CorpusReader:
    """The questions that ``Corpus`` answers.

    Args:
        folder: Of the corpus.
        ledger: Open.
        pictures: Of the same corpus.
        index: Of the same corpus.
    """

    def __init__(self, folder: Path, ledger: Ledger, pictures: FrameStore, index: IndexKeeper) -> None:
        self.folder = folder
        self._ledger = ledger
        self._pictures = pictures
        self._index = index
        self._searcher = Searcher(ledger, index.open)

    def __fspath__(self) -> str:
        """The folder: an open corpus can be named wherever a folder can."""
        return str(self.folder)

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
            "schema": self._ledger.select("PRAGMA user_version")[0][0],
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

    def transcript(self, clip_id: str, language: str = "") -> tuple[Cue, ...]:
        """What is said in a clip, in order of time; empty when no words are known or nothing is said.

        Of several transcripts the first of ``transcripts`` that has words.

        Args:
            clip_id: The clip.
            language: A tag such as ``"de"``; empty for any.
        """
        chosen = preferred(transcripts(self._ledger, clip_id), language)
        return chosen.cues if chosen else ()

    def transcripts(self, clip_id: str) -> list[Transcript]:
        """All transcripts of a clip, also those without a word.

        Files of the user stand before what a platform offers, what is in the clip itself and what was heard; of one
        origin, those without a language stand first, then those in English, then the others by their tag.
        """
        return transcripts(self._ledger, clip_id)

    def spoken(self, language: str = "") -> Iterator[tuple[str, Transcript]]:
        """For every clip with words its id and the transcript that ``transcript`` takes, ordered by id."""
        return all_transcripts(self._ledger, language)

    def has_transcripts(
        self, clip_id: str, origin: str, found: Sequence[Transcript], locator: str | None = None
    ) -> bool:
        """Whether ``Corpus.set_transcripts`` with the same arguments would change nothing."""
        return has_transcripts(self._ledger, clip_id, origin, found, locator)

    def heard_by(self, maker: str) -> set[str]:
        """Ids of the clips that a speech recogniser has heard, whether or not anything is said in them."""
        return heard_by(self._ledger, maker)

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

    def person(self, name: str) -> Person:
        """All sources of whoever has this name: an id, a handle, a display name in any spelling, or a keyed hash."""
        return find_person(self._ledger, name)

    def publishers(self) -> dict[str, str]:
        """Clip to a hash of who published it, the same for all clips that names tell to be of one person."""
        return publishers(self._ledger)

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
        names = self.embedder_ids()
        if len(names) == 1:
            # Every search asks, and counting takes as long as searching.
            return names[0]
        order = {name: (self.embedded_count(name), place) for place, name in enumerate(names)}
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

        Vectors are read when they are first asked for and kept, so that searches one after the other see one state:
        open the corpus anew for what another process has added meanwhile. What it has removed is never found.

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
        hits = self._searcher.search(vector, embedder, SearchOptions(count, engine, unique, where))
        if not hits and not self.embedded_count(embedder.embedder_id):
            raise InputError(
                f"{self.folder} has no vectors of {embedder.embedder_id!r}",
                "no clip came in, or all were removed; run `valuespectrum ingest` with sources that have some",
            )
        return hits

    def search_words(self, text: str, count: int = 10, where: SearchFilter | None = None) -> list[WordHit]:
        """The clips in which words are said, those first that say them most often (``vectorstore.ledger.word_search``).

        Args:
            text: The words, of which all must be said.
            count: How many clips at most.
            where: What to limit the search to; what it says of frames counts for nothing.

        Raises:
            InputError: There is no word in the text, or too many are.
        """
        where = where or SearchFilter()
        others = replace(where, without_near_duplicates=False)
        among = None if others.is_empty else clips_that_pass(self._ledger, others)
        if not where.without_near_duplicates:
            return search_words(self._ledger, text, count, among)
        # Which clip goes before its copies is told among those that say the words.
        said = search_words(self._ledger, text, self._ledger.count("video"), among)
        alone = clips_that_pass(self._ledger, replace(where, clip_ids=tuple(hit.clip_id for hit in said)))
        kept = [hit for hit in said if hit.clip_id in alone][:count]
        return [replace(hit, rank=rank) for rank, hit in enumerate(kept, start=1)]

    def search_clips(
        self,
        vector: ArrayLike,
        count: int = 10,
        embedder_id: str | None = None,
        engine: str = "auto",
        where: SearchFilter | None = None,
    ) -> list[Hit]:
        """The clips most similar to a vector, each by the frame of it that is most similar.

        Args:
            vector: As for ``search``.
            count: How many clips at most.
            embedder_id: As for ``search``.
            engine: As for ``search``.
            where: As for ``search``.

        Returns:
            One hit a clip, most similar first; ranks count clips.

        Raises:
            InputError: As for ``search``.
            CorpusError: As for ``search``.
            CorpusLockedError: As for ``search``.
        """
        asked = count
        while True:
            hits = self.search(vector, asked, embedder_id, engine, where=where)
            best: dict[str, Hit] = {}
            for hit in hits:
                best.setdefault(hit.frame.clip_id, hit)
            # How many frames of one clip stand before the next clip is not known beforehand.
            if len(best) >= count or len(hits) < asked:
                return [replace(hit, rank=rank) for rank, hit in enumerate(list(best.values())[:count], start=1)]
            asked *= 4

    def _known_embedder(self, embedder_id: str | None) -> EmbedderRecord:
        known = {embedder.embedder_id: embedder for embedder in self._ledger.embedders()}
        if not known:
            raise InputError(f"{self.folder} has no vectors", "run `valuespectrum ingest` with an embedder first")
        if embedder_id not in known:
            raise InputError(f"{self.folder} has no vectors of {embedder_id!r}", f"it has those of {', '.join(known)}")
        return known[embedder_id]

    def source_state(self, locator: str) -> SourceState | None:
        """What is known of a source; ``None`` when it was never seen."""
        return self._ledger.source_state(locator)

    def source_states(self) -> dict[str, SourceState]:
        """What is known of every source, by locator."""
        return self._ledger.source_states()

    def first_frames(self, picture_shas: Sequence[str], except_clip: str = "") -> dict[str, str]:
        """For each of these pictures that is in the corpus, the first frame that shows it.

        Args:
            picture_shas: Pictures.
            except_clip: Frames of this clip do not count; empty for all that there are.
        """
        return self._ledger.first_frames(picture_shas, except_clip)

    def pictures_without_vector(self, embedder_id: str) -> list[str]:
        """Pictures that this embedder has not embedded yet, in the order they were added."""
        return self._ledger.pictures_without_vector(embedder_id)

    def foresee_removal(self, *removals: Removal) -> Receipt:
        """What ``remove`` would remove now, asked for one after another; nothing is changed.

        Raises:
            InputError: A removal makes no sense.
        """
        return foresee(self._ledger, removals)

    def clips_foreseen(self, *removals: Removal) -> list[Clip]:
        """The clips that ``remove`` would remove now, asked for one after another; oldest first.

        Raises:
            InputError: A removal makes no sense.
        """
        return [self.clip(clip_id) for clip_id in clips_foreseen(self._ledger, removals)]

    def verify(self, quick: bool = False) -> list[Problem]:
        """Look at everything: ledger, pictures, vectors, index, removals. Changes nothing.

        Args:
            quick: Leave out what reads every byte: hashes of pictures, SQLite's full check.

        Returns:
            What is wrong; empty when all is well.
        """
        return find_problems(self._ledger, self._pictures, self._index, quick=quick)
