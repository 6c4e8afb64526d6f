"""What the entries of a watch history say, for each form in which platforms hand one out.

The forms are told by their content: the platforms translate names of files and fields. Written by others, so each entry
is a clip that was watched or the reason why it is none.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.cleaning.text import MAX_TITLE, clean_text
from ingest.cleaning.urls import parse_link, secured
from vectorstore.foundation.errors import FetchError

ADVERTISEMENT = "advertisements"
NO_CLIP = "posts, pages and searches"
DAMAGED = "damaged entries"

_TIKTOK_ACTIVITIES = ("Your Activity", "Activity")
_TIKTOK_LISTS = ("Watch History", "Video Browsing History")
_INSTAGRAM_LISTS = ("impressions_history_videos_watched", "impressions_history_posts_seen")
_USER_NAMES = frozenset({"username", "author", "autor", "benutzername", "gebruikersnaam", "nom d'utilisateur"})
_HANDLE = re.compile(r"[A-Za-z0-9._]{2,30}")
_DEEPEST = 8
_SAID = re.compile(r"(.*?\S)\s*(?:：|: )(.*)")
"""Name and value; Chinese and Japanese write a wide colon, with no space behind it."""
_LAST_SECOND = 10**11
"""What is above is no count of seconds but of milliseconds."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One clip that the owner of an export was shown."""

    time: str
    """UTC, ISO 8601, to the second; empty when unknown."""
    url: str
    """Canonical link; empty when the export has none, as older ones of Instagram."""
    platform: str
    uploader: str
    """As the export says it; empty when it does not."""


Entry = Watched | str
"""A clip, or what else it is."""


def read_entries(content: object) -> Iterator[Entry] | None:
    """The entries of a JSON document; ``None`` when it is no watch history."""
    if isinstance(content, list):
        if any(isinstance(entry, dict) and "label_values" in entry for entry in content):
            return map(_from_instagram, content)
        if not content or any(isinstance(entry, dict) and "title" in entry for entry in content):
            return map(_from_youtube, content)
    elif isinstance(content, dict):
        if watched := [entries for name in _INSTAGRAM_LISTS if isinstance(entries := content.get(name), list)]:
            return _joined(_from_instagram, watched)
        activities = [content.get(name) for name in _TIKTOK_ACTIVITIES]
        parts = [activity for activity in activities if isinstance(activity, dict)]
        # What the user did not ask for is not in the export, which says nothing about what was watched.
        if any(name in activity for activity in parts for name in _TIKTOK_LISTS):
            # What was never used is null in the export.
            found = [_inside(activity, name, "VideoList") for activity in parts for name in _TIKTOK_LISTS]
            return _joined(_from_tiktok, [videos for videos in found if isinstance(videos, list)])
    return None


def _joined(read: Callable[[object], Entry], lists: Sequence[Sequence[object]]) -> Iterator[Entry]:
    """Entries of all lists of one history; what a further one says again counts once."""
    seen: set[Entry] = set()
    for listed in lists:
        entries = list(map(read, listed))
        yield from (entry for entry in entries if not isinstance(entry, Watched) or entry not in seen)
        seen.update(entry for entry in entries if isinstance(entry, Watched))


def read_text_entries(text: str) -> Iterator[Entry] | None:
    """The entries of TikTok's text form: ``Date: ...`` and ``Link: ...``, a blank line after each."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if text.strip() and not _said(first):
        return None
    return map(_from_block, _blocks(text.splitlines()))


def _blocks(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    block: dict[str, str] = {}
    for line in lines:
        said = _said(line)
        if block and (not line.strip() or (said and said[0] in block)):
            yield block
            block = {}
        if said:
            block[said[0]] = said[1]
        elif line.strip():
            block[line.strip()] = ""
    if block:
        yield block


def _said(line: str) -> tuple[str, str] | None:
    found = _SAID.fullmatch(line)
    return (found[1].strip(), found[2].strip()) if found else None


def _from_block(block: dict[str, str]) -> Entry:
    link = next(filter(None, map(_clip_link, block.values())), "")
    time = next(filter(None, map(read_time, block.values())), "")
    return Watched(time, link, "tiktok", "") if link else NO_CLIP if time else DAMAGED


def _inside(content: object, *names: str) -> object:
    for name in names:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _from_tiktok(entry: object) -> Entry:
    link = _clip_link(_inside(entry, "Link") or _inside(entry, "link"))
    time = read_time(_inside(entry, "Date") or _inside(entry, "date"))
    if link:
        return Watched(time, link, "tiktok", "")
    return NO_CLIP if isinstance(entry, dict) else DAMAGED


def _from_youtube(entry: object) -> Entry:
    if not isinstance(entry, dict):
        return DAMAGED
    # Details tell an advertisement, which nobody chose, from a clip.
    if entry.get("details"):
        return ADVERTISEMENT
    link = _clip_link(entry.get("titleUrl"))
    if not link and (entry.get("titleUrl") or not entry.get("title")):
        return NO_CLIP if entry.get("titleUrl") else DAMAGED
    subtitles = entry.get("subtitles")
    channel = _inside(subtitles[0], "name") if isinstance(subtitles, list) and subtitles else None
    return Watched(read_time(entry.get("time")), link, "youtube", clean_text(channel, MAX_TITLE))


def _from_instagram(entry: object) -> Entry:
    # Instagram translates the names, so fields are told by what they hold.
    old = _inside(entry, "string_map_data")
    fields = [(str(name), value) for name, value in old.items()] if isinstance(old, dict) else []
    fields += _labelled(_inside(entry, "label_values"), 0)
    values = [(name, _inside(value, part)) for name, value in fields for part in ("href", "value")]
    link = next(filter(None, (_clip_link(value) for _, value in values)), "")
    times = [_inside(entry, "timestamp"), *(_inside(value, "timestamp") for _, value in fields)]
    time = next(filter(None, map(read_time, times)), "")
    uploader = clean_text(_repair(_uploader(values)), MAX_TITLE)
    return Watched(time, link, "instagram", uploader) if link or uploader or time else DAMAGED


def _labelled(values: object, depth: int) -> list[tuple[str, object]]:
    """Label and value of newer lists, those inside others too."""
    found: list[tuple[str, object]] = []
    for value in values if isinstance(values, list) and depth < _DEEPEST else ():
        if isinstance(value, dict):
            if "label" in value:
                found.append((str(value["label"]), value))
            found += _labelled(value.get("dict"), depth + 1)
    return found


def _uploader(values: list[tuple[str, object]]) -> object:
    texts = [(name.casefold(), value) for name, value in values if isinstance(value, str) and value.strip()]
    people = [(name, value) for name, value in texts if "://" not in value]
    named = [value for name, value in people if name in _USER_NAMES]
    handles = [value for _, value in people if _HANDLE.fullmatch(value)]
    return next(iter([*named, *handles, *(value for _, value in people)]), None)


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
            link = parse_link(secured(value.strip()))
            return link.url if link.kind == "item" else ""
    return ""


def read_time(value: object) -> str:
    """UTC, ISO 8601; empty when it is no time. Times without a zone, as older ones of TikTok, are taken for UTC.

    >>> read_time("2025-03-02 10:00:05 UTC"), read_time(1740909600), read_time("soon")
    ('2025-03-02T10:00:05Z', '2025-03-02T10:00:00Z', '')
    """
    with contextlib.suppress(ValueError, OverflowError, OSError):
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            seconds = value / 1000 if value > _LAST_SECOND else value
            return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if isinstance(value, str) and 10 <= len(value) < 64:
            time = datetime.fromisoformat(re.sub(r"\s*(UTC|GMT)$", "+00:00", value.strip()))
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
            return time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return ""
