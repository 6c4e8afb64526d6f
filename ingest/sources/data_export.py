"""Watch histories: what a platform hands out to its own user, without media.

TikTok's ``user_data_tiktok.json``, ``watch-history.json`` of Google Takeout, Instagram's ``videos_watched.json`` and
``posts_viewed.json``, each also inside the zip archive it came in. Nothing is unpacked to disk. When somebody watched
what is told by ``read_history`` and ``watched_links`` only; it never becomes part of a corpus.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingest.sources.base import Found, SourceItem, SourceOptions
from ingest.sources.manifest import LinkRow, ListedItem
from ingest.sources.registry import link_item
from ingest.sources.sidecar import MAX_TITLE, clean_text
from ingest.sources.tables import open_regular
from ingest.urls import parse_link
from vectorstore.errors import FetchError, InputError
from vectorstore.records import Source

_TIKTOK = ("user_data_tiktok.json", "user_data.json")
_YOUTUBE = ("watch-history.json",)
_INSTAGRAM = ("videos_watched.json", "posts_viewed.json")
_NAMES = frozenset((*_TIKTOK, *_YOUTUBE, *_INSTAGRAM))
_ARCHIVE = re.compile(r"(takeout|tiktok|instagram)[-_].*\.zip")
_TIKTOK_LISTS = ("Watch History", "Video Browsing History")
_INSTAGRAM_LISTS = ("impressions_history_videos_watched", "impressions_history_posts_seen")
_MAX_BYTES = 128 * 2**20
_MAX_PARTS = 8_000_000
"""Objects, lists and members of a JSON document: bounds the memory that it takes once read."""
_MAX_MEMBERS = 500_000


@dataclass(frozen=True, slots=True)
class Watched:
    """One clip that the owner of an export was shown."""

    time: str
    """UTC, ISO 8601, to the second; empty when unknown."""
    url: str
    """Canonical link; empty when the export has none, as Instagram's."""
    platform: str
    uploader: str
    """As the export says it; empty when it does not."""


@dataclass(frozen=True, slots=True)
class History:
    """A watch history."""

    rows: tuple[Watched, ...]
    """Oldest first, those without a time last; a clip watched twice is there twice."""
    passed_over: int
    """Entries that are no clips that were watched: advertisements, posts, pages, damaged ones."""
    export_id: str
    """SHA-256 of the file."""


def read_history(path: Path) -> History:
    """Read the watch history of a data export.

    Args:
        path: The JSON file or the zip archive that holds it.

    Raises:
        InputError: It cannot be read, is too large, or holds no watch history that is known.
    """
    with open_regular(path) as file:
        export_id = _hash(file)
        file.seek(0)
        is_archive = file.read(4) == b"PK\x03\x04"
        file.seek(0)
        documents = _read_archive(file, path) if is_archive else [_read_limited(file, path)]
    rows: list[Watched] = []
    passed_over = 0
    for document in documents:
        for watched in _read_document(_parse(document, path), path):
            if watched is None:
                passed_over += 1
            else:
                rows.append(watched)
    rows.sort(key=lambda row: (not row.time, row.time))
    return History(tuple(rows), passed_over, export_id)


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
        name = PurePosixPath(text).name.lower()
        return "://" not in text and (name in _NAMES or _ARCHIVE.fullmatch(name) is not None)

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
        return Found(tuple(items.values()), ignored, len(linked) - refused - len(items))


def _hash(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(2**20):
        digest.update(block)
    return digest.hexdigest()


def _read_limited(file: BinaryIO, path: Path) -> bytes:
    content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise InputError(f"{path} holds a history above {_MAX_BYTES} bytes", "no platform's export is that long")
    return content


def _read_archive(file: BinaryIO, path: Path) -> list[bytes]:
    try:
        with zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > _MAX_MEMBERS:
                raise InputError(f"{path} has more than {_MAX_MEMBERS} files", "take the history out of it")
            members = [member for member in archive.infolist() if _base(member) in _NAMES]
            if not members:
                pages = any(_base(member) == "watch-history.html" for member in archive.infolist())
                hint = "ask Google Takeout for JSON instead of HTML" if pages else f"it is one of {_listed()}"
                raise InputError(f"{path} holds no watch history that can be read", hint)
            documents: list[bytes] = []
            for member in members:
                documents.append(_read_member(archive, member, path, _MAX_BYTES - sum(map(len, documents))))
            return documents
    # An encrypted member is a RuntimeError, an unknown feature of zip a NotImplementedError.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise InputError(f"{path} is no readable zip archive: {' '.join(str(error).split())[:200]}") from error


def _base(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).name.lower()


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, limit: int) -> bytes:
    # The declared size may lie, and other compressions than these two can ask for any amount of memory.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{path}: {_base(member)} is compressed in an unusual way", "pack it again as plain zip")
    with archive.open(member) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise InputError(f"{path} holds histories above {_MAX_BYTES} bytes", "no platform's export is that long")
    return content


def _parse(content: bytes, path: Path) -> object:
    if sum(content.count(mark) for mark in (b"{", b"[", b",")) > _MAX_PARTS:
        raise InputError(f"{path} holds more than {_MAX_PARTS} entries", "no platform's export is that long")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {str(error)[:200]}", "ask the platform for JSON, not HTML") from error


def _read_document(content: object, path: Path) -> Iterator[Watched | None]:
    """Entries of a document, ``None`` for each that is no clip that was watched."""
    if isinstance(content, list):
        if not content or any(isinstance(entry, dict) and "title" in entry for entry in content):
            return (_from_youtube(entry) for entry in content)
    elif isinstance(content, dict):
        for name in _INSTAGRAM_LISTS:
            if isinstance(entries := content.get(name), list):
                return (_from_instagram(entry) for entry in entries)
        activity = content.get("Your Activity") or content.get("Activity")
        if isinstance(activity, dict):
            lists = (_inside(activity, name, "VideoList") for name in _TIKTOK_LISTS)
            # What was never used is null in the export.
            entries = next((videos for videos in lists if isinstance(videos, list)), [])
            return (_from_tiktok(entry) for entry in entries)
    raise InputError(f"{path} holds no watch history that is known", f"known are {_listed()}")


def _inside(content: object, *names: str) -> object:
    for name in names:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _from_tiktok(entry: object) -> Watched | None:
    link = _clip_link(_inside(entry, "Link") or _inside(entry, "link"))
    time = _read_time(_inside(entry, "Date") or _inside(entry, "date"))
    return Watched(time, link, "tiktok", "") if link else None


def _from_youtube(entry: object) -> Watched | None:
    # Details tell an advertisement, which nobody chose, from a clip.
    if not isinstance(entry, dict) or entry.get("details"):
        return None
    link = _clip_link(entry.get("titleUrl"))
    if not link and (entry.get("titleUrl") or not entry.get("title")):
        return None
    subtitles = entry.get("subtitles")
    channel = _inside(subtitles[0], "name") if isinstance(subtitles, list) and subtitles else None
    return Watched(_read_time(entry.get("time")), link, "youtube", clean_text(channel, MAX_TITLE))


def _from_instagram(entry: object) -> Watched | None:
    # Instagram translates the names, so fields are told by what they hold.
    fields = _inside(entry, "string_map_data")
    values = list(fields.values()) if isinstance(fields, dict) else []
    author = _inside(fields, "Author", "value") or next(
        filter(None, (_inside(value, "value") for value in values)), None
    )
    time = next(filter(None, (_read_time(_inside(value, "timestamp")) for value in values)), "")
    uploader = clean_text(_repair(author), MAX_TITLE)
    return Watched(time, "", "instagram", uploader) if uploader or time else None


def _repair(value: object) -> object:
    """Instagram writes each byte of UTF-8 as a character of its own."""
    if isinstance(value, str):
        with contextlib.suppress(UnicodeError):
            return value.encode("latin-1").decode("utf-8")
    return value


def _clip_link(value: object) -> str:
    """Canonical link to one clip of a platform; empty for anything else."""
    if isinstance(value, str):
        with contextlib.suppress(FetchError):
            link = parse_link(value.strip())
            return link.url if link.kind == "item" else ""
    return ""


def _read_time(value: object) -> str:
    """UTC, ISO 8601; empty when it is no time. Times without a zone, as TikTok's, are taken for UTC."""
    with contextlib.suppress(ValueError, OverflowError, OSError):
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if isinstance(value, str) and len(value) < 64:
            time = datetime.fromisoformat(value.strip())
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
            return time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return ""


def _listed() -> str:
    return ", ".join(sorted(_NAMES))
