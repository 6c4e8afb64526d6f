"""Watch histories: what a platform hands out to its own user, without media.

TikTok's ``user_data_tiktok.json`` or ``Watch History.txt``, the watch history of Google Takeout in any language,
Instagram's ``videos_watched.json`` and ``posts_viewed.json``, each also inside the zip archive it came in. When
somebody watched what is told by ``read_history`` and ``watched_links`` only; it never becomes part of a corpus.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest.cleaning.text import utf_16
from ingest.sources.base import Found, ListCounts, SourceItem, SourceOptions
from ingest.sources.export_entries import Entry, Watched, read_entries, read_text_entries
from ingest.sources.export_files import ExportFile, ExportFiles, is_export_name, known_names, read_export
from ingest.sources.manifest import LinkRow, ListedItem
from ingest.sources.registry import link_item
from vectorstore.foundation.errors import FetchError, InputError
from vectorstore.foundation.text import one_line
from vectorstore.ledger.records import Failure, Source

_MAX_PARTS = 8_000_000
"""Objects, lists and members of all JSON documents: bounds the memory that they take once read."""


@dataclass(frozen=True, slots=True)
class History:
    """A watch history."""

    rows: tuple[Watched, ...]
    """Oldest first, those without a time last; a clip watched twice is there twice."""
    reasons: Mapping[str, int]
    """What the entries are that are no clips that were watched, and how many."""
    export_id: str
    """SHA-256 of what was read."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Files of the archive that may be histories and could not be read, and why."""
    other_files: int = 0
    """Files of the archive that are no watch histories."""

    @property
    def passed_over(self) -> int:
        """Entries that are no clips that were watched."""
        return sum(self.reasons.values())


def read_history(path: Path) -> History:
    """Read the watch history of a data export; what cannot be read of an archive is named, the rest is read.

    Args:
        path: The JSON or text file, or the zip archive that holds it.

    Raises:
        InputError: It cannot be read, is too large, or holds no watch history that is known.
    """
    found = read_export(path)
    rows: list[Watched] = []
    reasons: Counter[str] = Counter()
    unread: dict[str, str] = {}
    digest, read, parts = hashlib.sha256(), 0, 0
    for file in found.histories:
        try:
            parts += _parts(file)
            entries = _entries(file, parts)
        except ValueError as error:
            # What cannot be opened may be the history, whatever it is called.
            if file.certain or file.problem:
                unread[file.name] = str(error)
            continue
        if entries is None:
            continue
        read += 1
        digest.update(file.content)
        for entry in entries:
            if isinstance(entry, Watched):
                rows.append(entry)
            else:
                reasons[entry] += 1
    if not read:
        raise _nothing_read(path, found, unread)
    rows.sort(key=lambda row: (not row.time, row.time))
    others = found.others + len(found.histories) - read - len(unread)
    return History(tuple(rows), dict(reasons), digest.hexdigest(), unread, others)


def _parts(file: ExportFile) -> int:
    return sum(file.content.count(mark) for mark in (b"{", b"[", b","))


def _entries(file: ExportFile, parts: int) -> list[Entry] | None:
    """The entries of a file; ``None`` when it turns out to be something else.

    Raises:
        ValueError: It cannot be read, or is no history though it must be.
    """
    if file.problem:
        raise ValueError(file.problem)
    if parts > _MAX_PARTS:
        raise ValueError(f"more than {_MAX_PARTS:,} entries, which no platform's export has")
    try:
        text = file.content.decode(utf_16(file.content) or "utf-8-sig")
        is_text = file.name.lower().endswith(".txt")
        entries = read_text_entries(text) if is_text else read_entries(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {one_line(error)}") from error
    if entries is None:
        raise ValueError("no watch history that is known")
    listed = list(entries)
    # Searches and comments come in the same form, under names that nobody knows in every language.
    return listed if file.certain or any(isinstance(entry, Watched) and entry.url for entry in listed) else None


def _nothing_read(path: Path, found: ExportFiles, unread: Mapping[str, str]) -> InputError:
    if found.has_pages:
        return InputError(f"{path} has its history as web pages", "ask Google Takeout for JSON instead of HTML")
    if unread:
        name, reason = next(iter(unread.items()))
        shown = str(path) if name == path.name else f"{path}: {name!a:.200}"
        return InputError(f"{shown}: {reason}", f"known are {known_names()}; ask the platform for JSON, not HTML")
    hint = f"known are {known_names()}; where the names are in another language, unpack it and name the history"
    return InputError(f"{path} holds no watch history that can be read", hint)


def watched_links(rows: Iterable[Watched], with_times: bool) -> list[LinkRow]:
    """The links of a history for ``links_manifest``, each once, in the order in which they were first watched.

    Args:
        rows: Of a history; those without a link are left out.
        with_times: Whether the list is to say when each was watched. A corpus that is made from it does not learn it.
    """
    times: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.url:
            times.setdefault((row.platform, row.url), []).extend([row.time] if row.time else [])
    return [
        LinkRow(platform, url, url, watched=tuple(watched) if with_times else ())
        for (platform, url), watched in times.items()
    ]


class DataExportReader:
    """Reads watch histories; leads to clips only when the user wants them fetched."""

    def accepts(self, text: str) -> bool:
        """Files that are called as the platforms call them."""
        return "://" not in text and is_export_name(text)

    def items(self, text: str, options: SourceOptions) -> Found:
        """One item for each clip that the history has a link to.

        Raises:
            InputError: There is no history, or no link in it, or fetching is not enabled.
        """
        history = read_history(Path(text))
        linked = [row for row in history.rows if row.url]
        if not linked:
            raise InputError(
                f"{text} names {len(history.rows)} watched clips, none with a link", "there is nothing to fetch"
            )
        if not options.fetch:
            raise InputError(
                f"{text} holds no media, only links to {len(linked)} watched clips",
                "write them as a list with `valuespectrum history FILE --links LIST.jsonl` and ingest that",
            )
        items: dict[str, SourceItem] = {}
        refused = 0
        for row in linked:
            try:
                item = link_item(row.url, options)
            except FetchError:
                refused += 1
                continue
            said = Source(item.locator, "", platform=row.platform, uploader=row.uploader, manifest_id=history.export_id)
            items.setdefault(item.locator, ListedItem(item, said))
        ignored = history.passed_over + len(history.rows) - len(linked) + refused
        rows = history.passed_over + len(history.rows)
        unread = [Failure(f"{text}: {name}", "unreadable", why) for name, why in history.unread.items()]
        repeated = len(linked) - refused - len(items)
        counts = ListCounts(text, rows, len(items), repeated, ignored, 0, history.export_id)
        return Found(tuple(items.values()), ignored, repeated, lists=(counts,), unreachable=unread)
