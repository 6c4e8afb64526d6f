"""What those who fill and refresh a corpus ask and change beyond adding clips: reached as ``Corpus.curation``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.files.frame_store import FrameStore
from vectorstore.foundation.errors import CorpusError
from vectorstore.index.keeper import IndexKeeper
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import Failure, Frame, Media, Recipe, Source
from vectorstore.ledger.stored_vectors import vector_matrix
from vectorstore.ledger.uploader_names import names_of
from vectorstore.ledger.uploaders import is_kept_out
from vectorstore.upkeep.removal import KINDS, keep_near_duplicates_marked, key_hash

_SAID = ("platform", "published", "page_url", "basis", "manifest_id", "title", "caption", "licence")
_LISTED = "IN (SELECT value FROM json_each(?))"
_NEAR = "near_duplicate"
"""Kind of the links between clips that show the same."""
_NEVER_A_CLIP = (
    "state = 'failed' AND NOT EXISTS (SELECT 1 FROM source_video WHERE source_video.source_id = source.source_id)"
)


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What the ledger knows about a source that is about to be ingested."""

    stamp: str
    failure: Failure | None
    """Why it was refused; ``None`` when it became a clip."""
    attempts: int
    retry_at: str
    """UTC, ISO 8601; empty when no retry is planned."""
    gone: bool
    """Whether it was found dead."""
    clip_id: str
    """The latest clip of the source; empty when it never became one."""
    has_recipe: bool
    """Whether that clip has frames of the recipe asked about."""


@dataclass(frozen=True, slots=True)
class FrameHash:
    """What is needed of one frame to compare clips."""

    clip_id: str
    dhash: str
    """64-bit difference hash, 16 hexadecimal digits."""
    blank: bool


class RemovedKeys:
    """What was removed for good, as of when this was made. Safe from several threads.

    Args:
        ledger: Open.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._hashes = set(map(tuple, ledger.select("SELECT kind, key_hash FROM tombstone")))
        for kind in KINDS:
            # The ledger reads its key now, in this thread.
            key_hash(ledger, kind, "anything")

    def has(self, kind: str, key: str) -> bool:
        """Whether something was removed.

        Args:
            kind: ``"clip"`` or ``"source"``; for people see ``has_uploader``.
            key: Clip id, locator or page; an empty one never was.
        """
        return bool(self._hashes and key) and (kind, key_hash(self._ledger, kind, key)) in self._hashes

    def has_uploader(self, source: Source) -> bool:
        """Whether whoever published a source was removed, under any of the names that the source says."""
        return bool(self._hashes) and is_kept_out(self._ledger, source, self._hashes)


class Curation:
    """Questions and changes in bulk, on behalf of one corpus.

    Args:
        ledger: Open.
        pictures: Of the same corpus.
        index: Of the same corpus.
    """

    def __init__(self, ledger: Ledger, pictures: FrameStore, index: IndexKeeper) -> None:
        self._ledger = ledger
        self._pictures = pictures
        self._index = index

    def known(self, locators: Sequence[str], recipe_id: str) -> dict[str, KnownSource]:
        """What is known of these sources; those never seen are absent.

        Args:
            locators: Up to some thousands.
            recipe_id: For ``KnownSource.has_recipe``.
        """
        rows = self._ledger.select(
            "SELECT locator, stamp, state, reason, detail, attempts, retry_at, gone_at != '', clip, "
            "EXISTS (SELECT 1 FROM frame WHERE frame.video_sha = clip AND recipe_id = ?) FROM ("
            "SELECT *, (SELECT video_sha FROM source_video WHERE source_video.source_id = source.source_id "
            f"ORDER BY link_id DESC LIMIT 1) AS clip FROM source WHERE locator {_LISTED})",
            (recipe_id, json.dumps(list(locators))),
        )
        return {
            locator: KnownSource(
                stamp,
                Failure(locator, reason, detail) if state == "failed" else None,
                attempts,
                retry_at or "",
                bool(gone),
                clip or "",
                bool(has_recipe),
            )
            for locator, stamp, state, reason, detail, attempts, retry_at, gone, clip, has_recipe in rows
        }

    def changed(self, sources: Sequence[Source]) -> list[Source]:
        """Those of these known sources about which something else is said now, as ``filled`` gives them."""
        return [source for source, differs in self._filled(sources) if differs]

    def filled(self, sources: Sequence[Source]) -> list[Source]:
        """Those of these sources that are known, with what was said before filled in.

        A field that is empty now is taken for not said: a list says less about a clip than its own page. What a list
        has said stays until a list says something else.
        """
        return [source for source, _ in self._filled(sources)]

    def _filled(self, sources: Sequence[Source]) -> list[tuple[Source, bool]]:
        """Known sources with what was said before filled in, and whether that makes a difference."""
        rows = self._ledger.select(
            "SELECT locator, uploader, platform, published, page_url, basis, manifest_id, title, caption, licence, "
            "tags FROM source JOIN source_video ON link_id = "
            "(SELECT max(link_id) FROM source_video WHERE source_video.source_id = source.source_id) "
            f"WHERE locator {_LISTED}",
            (json.dumps([source.locator for source in sources]),),
        )
        before = {row[0]: row[1:] for row in rows}
        names = self._names_kept([source.locator for source in sources])
        return [
            self._with(source, before[source.locator], names.get(source.locator, set()))
            for source in sources
            if source.locator in before
        ]

    def _names_kept(self, locators: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
        """Kinds and keyed hashes of the names of uploaders, by locator."""
        kept: dict[str, set[tuple[str, str]]] = {}
        query = f"SELECT locator, kind, key FROM known_as JOIN source USING (source_id) WHERE locator {_LISTED}"
        for locator, kind, key in self._ledger.select(query, (json.dumps(list(locators)),)):
            kept.setdefault(locator, set()).add((kind, key))
        return kept

    def _with(self, source: Source, before: Sequence[str | None], names: set[tuple[str, str]]) -> tuple[Source, bool]:
        uploader, *texts, tags = before
        former: dict[str, str] = {name: text or "" for name, text in zip(_SAID, texts, strict=True)}
        former_tags = tuple(json.loads(tags or "[]"))
        # Open: names of fields that hold texts, which `replace` cannot be told.
        if former["manifest_id"] and not source.manifest_id:
            kept: dict[str, Any] = {name: text for name, text in former.items() if text}
            if uploader:
                kept["uploader"] = ""
            source = replace(source, tags=former_tags or source.tags, **kept)
        # Open: as above.
        now: dict[str, Any] = {name: getattr(source, name) or text for name, text in former.items()}
        said = {(name.kind, self._ledger.uploader_key(name.text)) for name in names_of(source)}
        publisher = self._ledger.publisher_key(source)
        same_uploader = said <= names and (not publisher or publisher == uploader)
        differs = not same_uploader or now != former or source.tags not in ((), former_tags)
        return replace(source, tags=source.tags or former_tags, **now), differs

    def settled(self, failed_rows: Mapping[str, Collection[int]]) -> list[str]:
        """Failures of rows of lists that are good again or no longer there, in order.

        Args:
            failed_rows: For each list that was read: what the locators of its unusable rows begin with, and the numbers
                of those that are unusable now.
        """
        settled: list[str] = []
        for prefix, numbers in failed_rows.items():
            still = {f"{prefix}{number}" for number in numbers}
            rows = self._ledger.select(
                f"SELECT locator FROM source WHERE {_NEVER_A_CLIP} AND manifest_id != '' "
                "AND locator >= ? AND locator < ? ORDER BY locator",
                # Digits follow, and a colon comes after the digits.
                (prefix, f"{prefix}:"),
            )
            settled += [row[0] for row in rows if row[0] not in still]
        return settled

    def forget_failures(self, locators: Sequence[str]) -> int:
        """Drop failures of sources that never led to a clip; what did is left alone.

        Returns:
            Number of failures dropped.
        """
        before = self._ledger.count("source")
        with self._ledger.changes():
            self._ledger.execute_many(
                f"DELETE FROM source WHERE locator = ? AND {_NEVER_A_CLIP}", [(locator,) for locator in locators]
            )
        return before - self._ledger.count("source")

    def unsay(self, locators: Sequence[str], instead: Sequence[Source] = ()) -> None:
        """Drop everything that is said about these sources; that they are here, and what they led to, stays.

        What is said in their clips stays, too: subtitles stand beside a file, or on a page, and in no list.

        Args:
            locators: The sources.
            instead: What is said about them from now on, in the same transaction: who dies on the way unsays nothing.
        """
        listed = json.dumps(list(locators))
        ids = f"(SELECT source_id FROM source WHERE locator {_LISTED})"
        with self._ledger.changes():
            write = self._ledger.execute_many
            write(f"DELETE FROM known_as WHERE source_id IN {ids}", [(listed,)])
            write(
                f"UPDATE source_video SET title = '', caption = '', tags = '[]', licence = '' WHERE source_id IN {ids}",
                [(listed,)],
            )
            write(
                "UPDATE source SET uploader = '', uploader_name = '', published = '', page_url = '', basis = '', "
                f"manifest_id = '' WHERE locator {_LISTED}",
                [(listed,)],
            )
            for source in instead:
                self._ledger.update_source(source, alive=False)

    def removed_keys(self) -> RemovedKeys:
        """What must not come in again."""
        return RemovedKeys(self._ledger)

    def setting(self, name: str) -> str:
        """A fact about the corpus as a whole; empty when it was never set."""
        return self._ledger.setting(name)

    def set_setting(self, name: str, value: str) -> None:
        """Set a fact about the corpus as a whole."""
        self._ledger.set_setting(name, value)

    def frame_hashes(self) -> Iterator[FrameHash]:
        """Difference hashes of all frames, clip by clip."""
        for rows in self._ledger.stream(
            "SELECT video_sha, dhash, blank FROM frame JOIN video USING (video_sha) ORDER BY video_id, position"
        ):
            for clip_id, dhash, blank in rows:
                yield FrameHash(clip_id, dhash, bool(blank))

    def clips_showing(self, picture_shas: Sequence[str], embedder_id: str) -> list[str]:
        """Clips that show one of these pictures in a frame not marked as duplicate, and that no other embedder knows.

        Returns:
            Their ids, oldest first.
        """
        shown = f"(SELECT video_sha FROM frame WHERE picture_sha {_LISTED} AND duplicate_of IS NULL)"
        known = (
            "(SELECT 1 FROM frame JOIN embedding USING (frame_id) "
            "WHERE frame.video_sha = video.video_sha AND model_id != ?)"
        )
        query = f"SELECT video_sha FROM video WHERE video_sha IN {shown} AND NOT EXISTS {known} ORDER BY video_id"
        return [row[0] for row in self._ledger.select(query, (json.dumps(list(picture_shas)), embedder_id))]

    def picture_vectors(self, embedder_id: str, picture_shas: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of those of these pictures that have one: (dimension,) each."""
        rows = self._ledger.select(
            "SELECT picture_sha, vector FROM frame JOIN embedding USING (frame_id) "
            f"WHERE model_id = ? AND picture_sha {_LISTED}",
            (embedder_id, json.dumps(list(picture_shas))),
        )
        shas = [row[0] for row in rows]
        stored = vector_matrix(shas, [row[1] for row in rows], self._ledger.dimension(embedder_id))
        return dict(zip(shas, stored.astype(np.float32), strict=True))

    def mark_duplicates(self, originals: Mapping[str, str]) -> None:
        """Point frames that are not marked yet to the earlier frame that shows the same.

        Args:
            originals: Frame id to the id of the earlier frame.
        """
        with self._ledger.changes():
            self._ledger.execute_many(
                "UPDATE frame SET duplicate_of = ? WHERE frame_id = ? AND duplicate_of IS NULL",
                [(original, frame_id) for frame_id, original in originals.items()],
            )

    def replace_frames(self, media: Media, recipe: Recipe, frames: Sequence[Frame]) -> None:
        """Put frames of another recipe in place of those of a known clip. See ``drop_replaced``.

        Their vectors go, and so do links to clips that showed the same.
        """
        with self._ledger.changes():
            write = self._ledger.execute_many
            write("INSERT OR IGNORE INTO recipe VALUES (?, ?)", [(recipe.recipe_id, recipe.settings)])
            keep_near_duplicates_marked(self._ledger, [media.clip_id])
            write("DELETE FROM frame WHERE video_sha = ?", [(media.clip_id,)])
            for end in ("clip_id", "other_id"):
                write(f"DELETE FROM clip_link WHERE {end} = ? AND kind = '{_NEAR}'", [(media.clip_id,)])
            write(
                "UPDATE video SET frames_got = ?, frames_wanted = ?, damaged_packets = ?, motion = ? "
                "WHERE video_sha = ?",
                [(len(frames), media.frames_wanted, media.damaged_packets, media.motion, media.clip_id)],
            )
            self._ledger.insert_frames(recipe, frames)

    def drop_replaced(self) -> None:
        """Rid files and index of what ``replace_frames`` left there. Safe to repeat."""
        self._pictures.remove_all_but({row[0] for row in self._ledger.select("SELECT picture_sha FROM frame")})
        self._index.rebuild()

    def remember(self, name: str, entries: Iterable[str]) -> list[str]:
        """Add to the end of a stored list; what was in it already is moved there.

        Returns:
            The whole list, what was added last at its end.
        """
        before, new = self.listed(name), dict.fromkeys(entries)
        after = [*(entry for entry in before if entry not in new), *new]
        if after != before:
            self.set_setting(name, json.dumps(after, ensure_ascii=False))
        return after

    def unremember(self, name: str, entry: str) -> None:
        """Take an entry out of a stored list."""
        kept = [each for each in self.listed(name) if each != entry]
        self.set_setting(name, json.dumps(kept, ensure_ascii=False))

    def listed(self, name: str) -> list[str]:
        """The list that ``remember`` stored.

        Raises:
            CorpusError: Something else stands there, as a corpus of somebody may have it.
        """
        try:
            found = json.loads(self.setting(name) or "[]")
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            raise CorpusError(
                f"what this corpus notes under {name!r} is no list",
                "restore it from a copy, or ingest into a new folder",
            )
        return list(map(str, found))
