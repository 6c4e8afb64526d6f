"""The ledger: every fact about a corpus, in SQLite, changed only in whole transactions.

Pictures lie in files and neighbours are found through the index, but both can be made or checked
from what stands here; failures, which have neither, stand here too.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.clock import utc_now
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import CorpusLockedError
from vectorstore.ledger.records import (
    Clip,
    ClipLink,
    EmbedderRecord,
    Failure,
    Frame,
    Media,
    Recipe,
    Source,
    SourceRow,
    SourceState,
)
from vectorstore.ledger.schema import open_ledger, transaction
from vectorstore.ledger.stored_vectors import vector_matrix
from vectorstore.ledger.uploader_names import former_plain_name, names_of, plain_name, says_nobody

_STREAMED = 4096
_FRAME = (
    "frame_id, video_sha, position, time, picture_sha, frame.width, frame.height, dhash, duplicate_of, "
    "brightness, sharpness, text_share, blank"
)
_CLIP = """
    SELECT video.video_sha, source.locator, title, caption, tags, platform, licence, duration, width, height,
           codec, container, truncated, video.added_at, uploader, uploader_name, published, page_url, basis, motion,
           (SELECT CASE min(gone_at) WHEN '' THEN '' ELSE max(gone_at) END
            FROM source_video JOIN source USING (source_id) WHERE video_sha = video.video_sha)
    FROM video
    JOIN source_video ON link_id = (SELECT min(link_id) FROM source_video WHERE video_sha = video.video_sha)
    JOIN source USING (source_id)
"""

KEEPS_UPLOADER_NAMES = "keeps_uploader_names"
_KEY = "key"
_OF_A_SOURCE = ("beside", "platform")
"""Origins of words that go with the source beside which they stand, and not with the bytes of the clip."""
_KEPT = ("basis", "manifest_id", "uploader", "uploader_name", "published", "page_url")


class Ledger:
    """Reads and writes of the SQLite file.

    Args:
        path: The file; it must be a ledger already.
        write: Whether this process holds the writer lock.

    Raises:
        CorpusError: The file is not a ledger or is damaged.
        SchemaError: Another release wrote it and this one cannot use it.
        StorageError: The file cannot be read or written.
    """

    def __init__(self, path: Path, *, write: bool) -> None:
        self._path = path
        self._connection = open_ledger(path, write=write)
        self._key = b""
        self._hashed: tuple[tuple[int, int] | None, str] = (None, "")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # ---- reading

    def count(self, table: str, where: str = "1", parameters: Sequence[str | int] = ()) -> int:
        """Number of rows of a table, or of those that meet a condition (never text from outside)."""
        return int(self._rows(f"SELECT count(*) FROM {table} WHERE {where}", parameters)[0][0])

    def version(self) -> int:
        """A number that is another one after another process has written."""
        return int(self._rows("PRAGMA data_version")[0][0])

    def select(self, query: str, parameters: Sequence[str | int | float] = ()) -> list[sqlite3.Row]:
        """Rows of a query by another module of this package (never text from outside)."""
        return self._rows(query, parameters)

    def stream(self, query: str, parameters: Sequence[str | int | float] = ()) -> Iterator[list[sqlite3.Row]]:
        """Rows of a query as ``select`` gives them, some thousands at a time."""
        with storage_errors(self._path):
            cursor = self._connection.execute(query, tuple(parameters))
            while rows := cursor.fetchmany(_STREAMED):
                yield rows

    # Open: what type the cells have, the query says.
    def column(self, query: str, listed: Sequence[str] | Sequence[int]) -> list[Any]:
        """First column of a query whose one parameter is a JSON list."""
        return [row[0] for row in self._rows(query, (json.dumps(list(listed)),))]

    @contextlib.contextmanager
    def one_state(self) -> Iterator[None]:
        """Everything that is read inside is of one moment, whatever others write meanwhile."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def clips(self, clip_id: str | None = None) -> list[Clip]:
        """All clips in the order they were added, or the one with this id."""
        where, parameters = ("", ()) if clip_id is None else ("WHERE video.video_sha = ?", (clip_id,))
        return [_clip(row) for row in self._rows(f"{_CLIP} {where} ORDER BY video_id", parameters)]

    def clip_ids(self) -> set[str]:
        """Ids of all clips."""
        return {row[0] for row in self._rows("SELECT video_sha FROM video")}

    def frames(self, clip_id: str | None = None, *, unique: bool = False) -> list[Frame]:
        """Frames in order of clip and time; ``unique`` leaves marked duplicates out."""
        conditions = ["duplicate_of IS NULL"] if unique else []
        if clip_id is not None:
            conditions.append("video_sha = ?")
        rows = self._rows(
            f"SELECT {_FRAME} FROM frame JOIN video USING (video_sha) WHERE {' AND '.join(conditions) or '1'} "
            "ORDER BY video_id, position",
            () if clip_id is None else (clip_id,),
        )
        return [_frame(row) for row in rows]

    def frames_by_id(self, frame_ids: Sequence[str]) -> dict[str, Frame]:
        """The frames among ``frame_ids`` that exist."""
        wanted = json.dumps(list(frame_ids))
        rows = self._rows(f"SELECT {_FRAME} FROM frame WHERE frame_id IN (SELECT value FROM json_each(?))", (wanted,))
        return {row[0]: _frame(row) for row in rows}

    def first_frames(self, picture_shas: Sequence[str], except_clip: str = "") -> dict[str, str]:
        """For each picture that is in the corpus, the first frame that shows it; those of one clip can be left out."""
        rows = self._rows(
            "SELECT picture_sha, frame_id, min(rowid) FROM frame "
            "WHERE picture_sha IN (SELECT value FROM json_each(?)) AND video_sha != ? GROUP BY picture_sha",
            (json.dumps(list(picture_shas)), except_clip),
        )
        return {row[0]: row[1] for row in rows}

    def source_state(self, locator: str) -> SourceState | None:
        """What is known of a source; ``None`` when it was never seen."""
        rows = self._rows("SELECT stamp, state, reason, detail FROM source WHERE locator = ?", (locator,))
        if not rows:
            return None
        stamp, state, reason, detail = rows[0]
        return SourceState(stamp, Failure(locator, reason, detail) if state == "failed" else None)

    def source_states(self) -> dict[str, SourceState]:
        """What is known of every source, by locator."""
        rows = self._rows("SELECT locator, stamp, state, reason, detail FROM source")
        return {
            locator: SourceState(stamp, Failure(locator, reason, detail) if state == "failed" else None)
            for locator, stamp, state, reason, detail in rows
        }

    def sources(self) -> list[SourceRow]:
        """All sources in the order they were first seen."""
        clip_ids: dict[int, list[str]] = {}
        for source_id, clip_id in self._rows("SELECT source_id, video_sha FROM source_video ORDER BY link_id"):
            clip_ids.setdefault(source_id, []).append(clip_id)
        rows = self._rows(
            "SELECT source_id, locator, stamp, state, reason, detail, attempts, coalesce(retry_at, ''), platform, "
            "uploader, uploader_name, published, page_url, basis, coalesce(manifest_id, ''), gone_at "
            "FROM source ORDER BY source_id"
        )
        return [SourceRow(*[*row[1:], tuple(clip_ids.get(row[0], ()))]) for row in rows]

    def clip_links(self) -> list[ClipLink]:
        """All links between clips."""
        rows = self._rows("SELECT clip_id, other_id, kind, share FROM clip_link ORDER BY clip_id, other_id, kind")
        return [ClipLink(*row) for row in rows]

    def setting(self, name: str) -> str:
        """A fact about the corpus as a whole; empty when it was never set."""
        rows = self._rows("SELECT value FROM setting WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def has_tombstone(self, kind: str, key_hash: str) -> bool:
        """Whether something was removed for good."""
        return bool(self.count("tombstone", "kind = ? AND key_hash = ?", (kind, key_hash)))

    def failures(self) -> list[Failure]:
        """All sources that did not become clips."""
        rows = self._rows("SELECT locator, reason, detail FROM source WHERE state = 'failed' ORDER BY locator")
        return [Failure(*row) for row in rows]

    def embedders(self) -> list[EmbedderRecord]:
        """Embedders in the order in which they were first used."""
        rows = self._rows("SELECT model_id, spec, dimension FROM model ORDER BY model_number")
        return [EmbedderRecord(*row) for row in rows]

    def vectors_after(
        self, embedder_id: str, frame_id: str, limit: int, *, unindexed_only: bool
    ) -> tuple[list[str], NDArray[np.float16]]:
        """At most ``limit`` frame ids and vectors that follow ``frame_id`` in order, of all or those not indexed."""
        rows = self._rows(
            "SELECT frame_id, vector FROM embedding WHERE model_id = ? AND frame_id > ? "
            f"{'AND indexed = 0 ' if unindexed_only else ''}ORDER BY frame_id LIMIT ?",
            (embedder_id, frame_id, limit),
        )
        return self._vectors(embedder_id, rows)

    def sample_vectors(
        self, embedder_id: str, limit: int, *, indexed_only: bool
    ) -> tuple[list[str], NDArray[np.float16]]:
        """At most ``limit`` frame ids and vectors drawn at random, of all or those that the index has."""
        rows = self._rows(
            "SELECT frame_id, vector FROM embedding WHERE rowid IN (SELECT rowid FROM embedding "
            f"WHERE model_id = ? {'AND indexed = 1 ' if indexed_only else ''}ORDER BY random() LIMIT ?)",
            (embedder_id, limit),
        )
        return self._vectors(embedder_id, rows)

    def _vectors(self, embedder_id: str, rows: Sequence[sqlite3.Row]) -> tuple[list[str], NDArray[np.float16]]:
        frame_ids = [row[0] for row in rows]
        return frame_ids, vector_matrix(frame_ids, [row[1] for row in rows], self.dimension(embedder_id))

    def dimension(self, embedder_id: str) -> int:
        """Numbers of a vector of a known embedder; 0 of one that is not."""
        rows = self._rows("SELECT dimension FROM model WHERE model_id = ?", (embedder_id,))
        return int(rows[0][0]) if rows else 0

    def pictures_without_vector(self, embedder_id: str) -> list[str]:
        """Pictures with a frame that this embedder has not embedded, in the order they were added."""
        rows = self._rows(
            "SELECT picture_sha, min(frame.rowid) AS first FROM frame "
            "WHERE NOT EXISTS (SELECT 1 FROM embedding WHERE frame_id = frame.frame_id AND model_id = ?) "
            "GROUP BY picture_sha ORDER BY first",
            (embedder_id,),
        )
        return [row[0] for row in rows]

    def content_hash(self) -> str:
        """SHA-256 over clips, frames and pictures: what is in the corpus, not how or when it came there."""
        # What is being changed may be taken back.
        if self._connection.in_transaction:
            return self._hash()
        state = (self.version(), self._connection.total_changes)
        if self._hashed[0] != state:
            self._hashed = (state, self._hash())
        return self._hashed[1]

    def _hash(self) -> str:
        digest = hashlib.sha256()
        with storage_errors(self._path):
            for row in self._connection.execute(
                "SELECT video_sha, frame_id, picture_sha FROM frame ORDER BY video_sha, frame_id"
            ):
                digest.update("\t".join(row).encode() + b"\n")
        return digest.hexdigest()

    # ---- writing

    @contextlib.contextmanager
    def changes(self) -> Iterator[None]:
        """One transaction around several ``execute_many``."""
        with storage_errors(self._path), transaction(self._connection):
            yield

    def execute_many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement by another module of this package for each row, inside ``changes``."""
        self._connection.executemany(statement, rows)

    def write_anew(self) -> None:
        """Copy all that is there into a file without any trace of what was deleted.

        Raises:
            CorpusLockedError: A reader keeps the old pages in use.
            StorageError: Disk full or read-only.
        """
        with storage_errors(self._path):
            self._connection.execute("VACUUM")
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise CorpusLockedError(
                f"{self._path} could not be written anew, since somebody is reading it",
                "close what reads the corpus and open it for writing once, which finishes the removal",
            )

    def add_clip(
        self,
        source: Source,
        media: Media,
        recipe: Recipe,
        frames: Sequence[Frame],
        words: Sequence[tuple[str, str, str, str]] = (),
    ) -> None:
        """Add a clip with its frames, its words and the source that led to it, in one transaction.

        Args:
            source: Where it is from.
            media: What it is.
            recipe: How its frames were made.
            frames: Its frames.
            words: Rows of transcripts (``transcripts.row_of``).
        """
        now = utc_now()
        with storage_errors(self._path), transaction(self._connection):
            execute = self._connection.execute
            execute("INSERT OR IGNORE INTO recipe VALUES (?, ?)", (recipe.recipe_id, recipe.settings))
            execute(
                "INSERT INTO video VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    media.clip_id, media.size, media.container, media.codec, media.width, media.height,
                    media.rotation, media.duration, media.truncated, media.damaged_packets, len(frames),
                    media.frames_wanted, now, media.motion,
                ),
            )  # fmt: skip
            self.insert_frames(recipe, frames)
            source_id = self._link(source, media.clip_id, now)
            self._connection.executemany(
                "INSERT INTO transcript VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                [(media.clip_id, source_id if row[0] in _OF_A_SOURCE else None, *row, now) for row in words],
            )

    def insert_frames(self, recipe: Recipe, frames: Sequence[Frame]) -> None:
        """Add frames of a known recipe to known clips; part of a transaction of the caller."""
        self._connection.executemany(
            "INSERT INTO frame VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    frame.frame_id, frame.clip_id, recipe.recipe_id, frame.index, frame.time, frame.picture_sha,
                    frame.width, frame.height, frame.dhash, frame.duplicate_of, frame.brightness,
                    frame.sharpness, frame.text_share, frame.blank,
                )
                for frame in frames
            ],
        )  # fmt: skip

    def link_source(self, source: Source, clip_id: str) -> None:
        """Record that a source leads to a clip that is already here."""
        with storage_errors(self._path), transaction(self._connection):
            self._link(source, clip_id, utc_now())

    def _link(self, source: Source, clip_id: str, now: str) -> int:
        source_id = self._upsert_source(source, None, None, now)
        # The latest link of a source is that of its bytes, also when they are what they once were.
        self._connection.execute(
            "UPDATE source_video SET link_id = (SELECT 1 + max(link_id) FROM source_video) WHERE source_id = ?1 "
            "AND video_sha = ?2 AND link_id < (SELECT max(link_id) FROM source_video WHERE source_id = ?1)",
            (source_id, clip_id),
        )
        self._connection.execute(
            "INSERT INTO source_video VALUES (NULL, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id, video_sha) DO UPDATE SET "
            "title = coalesce(nullif(excluded.title, ''), title), "
            "caption = coalesce(nullif(excluded.caption, ''), caption), "
            "tags = coalesce(nullif(excluded.tags, '[]'), tags), "
            "licence = coalesce(nullif(excluded.licence, ''), licence)",
            (source_id, clip_id, source.title, source.caption, json.dumps(source.tags), source.licence),
        )
        return source_id

    def add_failure(self, source: Source, failure: Failure, retry_at: str | None) -> None:
        """Record that a source could not become a clip."""
        with storage_errors(self._path), transaction(self._connection):
            self._upsert_source(source, failure, retry_at, utc_now())

    def _upsert_source(self, source: Source, failure: Failure | None, retry_at: str | None, now: str) -> int:
        state, reason, detail = ("failed", failure.reason, failure.detail) if failure else ("linked", "", "")
        facts = {"stamp": source.stamp, "state": state, "reason": reason, "detail": detail, "retry_at": retry_at}
        facts |= self._facts(source)
        names = ", ".join(facts)
        cursor = self._connection.execute(
            f"INSERT INTO source (locator, added_at, {names}) VALUES (?, ?{', ?' * len(facts)}) "
            f"ON CONFLICT (locator) DO UPDATE SET {_overwrite(facts)}, gone_at = '', attempts = attempts + 1 "
            "RETURNING source_id",
            (source.locator, now, *facts.values()),
        )
        source_id = int(cursor.fetchone()[0])
        self._add_names(source_id, source)
        return source_id

    def _add_names(self, source_id: int, source: Source) -> bool:
        """Add the names of the uploader that were not known; none is ever forgotten, since people change theirs."""
        before = self._connection.total_changes
        self._connection.executemany(
            "INSERT INTO known_as VALUES (?, ?, ?, ?) ON CONFLICT (source_id, kind, key) "
            "DO UPDATE SET name = excluded.name WHERE name = '' AND excluded.name != ''",
            [
                (source_id, name.kind, self.uploader_key(name.text), name.text if self._keeps_names() else "")
                for name in names_of(source)
            ],
        )
        return self._connection.total_changes > before

    def _keeps_names(self) -> bool:
        return self.setting(KEEPS_UPLOADER_NAMES) == "yes"

    def _facts(self, source: Source) -> dict[str, str | None]:
        """What is said about a source as a whole, by column."""
        return {
            "platform": source.platform,
            "uploader": self.publisher_key(source),
            "uploader_name": source.uploader if self._keeps_names() else "",
            "published": source.published,
            "page_url": source.page_url,
            "basis": source.basis,
            "manifest_id": source.manifest_id,
        }

    def update_source(self, source: Source, *, alive: bool = True) -> bool:
        """Overwrite what is said about a known source, but not its stamp.

        Args:
            source: What is said now.
            alive: Whether it is known to be there; else it stays as dead or alive as it was.

        Returns:
            Whether anything changed.
        """
        facts = self._facts(source)
        said = (source.title, source.caption, json.dumps(source.tags), source.licence)
        with storage_errors(self._path), transaction(self._connection):
            found = self._connection.execute("SELECT source_id FROM source WHERE locator = ?", (source.locator,))
            row = found.fetchone()
            if row is None:
                return False
            before = self._said(row[0], facts)
            assignments = ", ".join(f"{name} = {_kept(name, '?')}" for name in facts)
            revived = ", gone_at = ''" if alive else ""
            self._connection.execute(
                f"UPDATE source SET {assignments}{revived} WHERE source_id = ?", (*facts.values(), row[0])
            )
            # Older links belong to bytes that the locator led to before.
            self._connection.execute(
                "UPDATE source_video SET title = ?, caption = ?, tags = ?, licence = ? "
                "WHERE link_id = (SELECT max(link_id) FROM source_video WHERE source_id = ?)",
                (*said, row[0]),
            )
            named = self._add_names(row[0], source)
            return named or before != self._said(row[0], facts)

    def _said(self, source_id: int, facts: Mapping[str, str | None]) -> tuple[object, ...]:
        return tuple(
            self._connection.execute(
                f"SELECT {', '.join(facts)}, gone_at, title, caption, tags, licence FROM source "
                "LEFT JOIN source_video USING (source_id) WHERE source_id = ? ORDER BY link_id DESC LIMIT 1",
                (source_id,),
            ).fetchone()
        )

    def mark_gone(self, locator: str) -> None:
        """Record that a source is dead; the first time counts."""
        with storage_errors(self._path), transaction(self._connection):
            self._connection.execute(
                "UPDATE source SET gone_at = ? WHERE locator = ? AND gone_at = ''", (utc_now(), locator)
            )

    def add_clip_links(self, links: Sequence[ClipLink]) -> None:
        """Link clips; a link that is known gets the newest share."""
        with storage_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO clip_link VALUES (?, ?, ?, ?)",
                [(*sorted((link.clip_id, link.other_id)), link.kind, link.share) for link in links],
            )

    def set_setting(self, name: str, value: str) -> None:
        """Set a fact about the corpus as a whole."""
        with storage_errors(self._path), transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def uploader_key(self, name: str) -> str:
        """Keyed hash of a name of who published something; empty for nobody."""
        plain = plain_name(name)
        return self.keyed_hash("uploader", plain) if plain else ""

    def publisher_key(self, source: Source) -> str:
        """Keyed hash of the name by which videos of one person are counted; empty where nobody is known."""
        names = (source.uploader, *(name.text for name in source.uploader_names)) if source.uploader else ()
        return next((self.uploader_key(name) for name in names if not says_nobody(name)), "")

    def uploader_keys(self, name: str) -> set[str]:
        """The keyed hash of a name, and the one that earlier releases made of it; empty for nobody."""
        plain = {plain_name(name), former_plain_name(name)} if plain_name(name) else set()
        return {self.keyed_hash("uploader", each) for each in plain if each}

    def keyed_hash(self, kind: str, text: str) -> str:
        """A hash that nobody can reverse or compare without this corpus."""
        if not self._key:
            self._key = bytes.fromhex(self.setting(_KEY))
        return hmac.new(self._key, f"{kind}\n{text}".encode(errors="surrogatepass"), "sha256").hexdigest()

    def add_embedder(self, embedder: EmbedderRecord) -> None:
        """Make an embedder known; a known one keeps its place and gets the newest spec."""
        with storage_errors(self._path), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO model VALUES (NULL, ?, ?, ?, ?) ON CONFLICT (model_id) DO UPDATE SET spec = excluded.spec",
                (embedder.embedder_id, embedder.spec, embedder.dimension, utc_now()),
            )

    def add_vectors(self, embedder_id: str, picture_shas: Sequence[str], vectors: NDArray[np.float32]) -> int:
        """Store the vectors of pictures for every frame that shows them.

        Returns:
            Number of frames that got a vector.
        """
        stored = vectors.astype("<f2")
        before = self._connection.total_changes
        with storage_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR IGNORE INTO embedding SELECT frame_id, ?, ?, 0 FROM frame WHERE picture_sha = ?",
                [(embedder_id, row.tobytes(), sha) for row, sha in zip(stored, picture_shas, strict=True)],
            )
        return self._connection.total_changes - before

    def mark_indexed(self, embedder_id: str, frame_ids: Sequence[str]) -> None:
        """Record that the index holds these frames."""
        with storage_errors(self._path), transaction(self._connection):
            self._connection.execute(
                "UPDATE embedding SET indexed = 1 WHERE model_id = ? AND frame_id IN (SELECT value FROM json_each(?))",
                (embedder_id, json.dumps(list(frame_ids))),
            )

    def swap_index(self, settings: Mapping[str, str]) -> None:
        """Record, in one transaction, that an index with all vectors is in use, and where it is."""
        with storage_errors(self._path), transaction(self._connection):
            self._connection.execute("UPDATE embedding SET indexed = 1 WHERE indexed = 0")
            self._connection.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?)", settings.items())

    def add_event(self, kind: str, detail: Mapping[str, object]) -> None:
        """Append to the audit log."""
        with storage_errors(self._path), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO event VALUES (NULL, ?, ?, ?)", (utc_now(), kind, json.dumps(detail, sort_keys=True))
            )

    def events(self) -> Iterator[tuple[str, str, dict[str, object]]]:
        """The audit log: time, kind, detail."""
        for at, kind, detail in self._rows("SELECT at, kind, detail FROM event ORDER BY event_id"):
            yield at, kind, json.loads(detail)

    def _rows(self, query: str, parameters: Sequence[str | int | float] = ()) -> list[sqlite3.Row]:
        with storage_errors(self._path):
            return self._connection.execute(query, tuple(parameters)).fetchall()


def _overwrite(facts: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} = {_kept(name, f'excluded.{name}')}" for name in facts)


def _kept(name: str, value: str) -> str:
    """What was said once stays when a later run says nothing."""
    return f"coalesce(nullif({value}, ''), {name})" if name in _KEPT else value


def _frame(row: Sequence[object]) -> Frame:
    values = list(row)
    values[12] = bool(values[12])
    return Frame(*values)  # type: ignore[arg-type]


def _clip(row: Sequence[object]) -> Clip:
    values = list(row)
    values[4] = tuple(json.loads(str(values[4])))
    values[12] = bool(values[12])
    return Clip(*values)  # type: ignore[arg-type]
