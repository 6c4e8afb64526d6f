"""Subtitle files beside a video: ``NAME.srt``, ``NAME.vtt``, with the language ``NAME.en.vtt``, ``NAME.pt-BR.srt``."""

from __future__ import annotations

import bisect
import itertools
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.cleaning.paths import own_names, printable, read_beside, settle
from ingest.transcripts.cues import MOST_RAW, TRACK_ID, RawTrack, language_tag
from ingest.transcripts.subtitles import LARGEST, decode_text, read_subtitles
from vectorstore.foundation.errors import MediaError
from vectorstore.ledger.records import Failure

SUFFIXES = (".srt", ".vtt")
MOST_FILES = 16
"""Subtitle files of one video that are read."""
_UNSETTLED = 2_000_000_000
"""Nanoseconds after a folder has changed in which it may change again without another time: two seconds on FAT."""

_TAGGED = re.compile(
    rf"(?:\.(?!(?:cc|sdh)\Z)(?P<language>[A-Za-z]{{2,3}}(?:[-_][A-Za-z0-9]{{1,8}}){{0,3}}(?:{TRACK_ID})?))?"
    r"(?:\.(?P<mark>auto|cc|default|forced|sdh))?"
)


@dataclass(frozen=True, slots=True)
class FoundWords:
    """What stands beside a clip, or what its page offers, in words."""

    origin: str
    """As in ``Transcript``."""
    tracks: tuple[RawTrack, ...] | None = ()
    """``None`` where nobody could tell: what is known stays."""
    problems: tuple[Failure, ...] = ()
    """Files that are there and cannot be used."""


def subtitles_beside(video: Path) -> FoundWords:
    """Read the subtitle files of a video.

    Args:
        video: As ``paths.settle`` gives it.

    Returns:
        The tracks in the order of their names, what was recognised behind what was written; ``None`` where their folder
        cannot be listed. A file of one format (``NAME.f137.mp4``) that has none has those of the whole. A subtitle file
        that cannot be used is a problem with the reason ``"subtitles"``, and the others are used.
    """
    found = _named(video)
    if found is None:
        return FoundWords("beside", None)
    stem, names = found
    tracks, problems = [], []
    if len(names) > MOST_FILES:
        further = f"{len(names) - MOST_FILES:,} of {len(names):,} subtitle files beside it are more than are read"
        problems.append(Failure(printable(video), "subtitles", f"{printable(Path(video.name))}: {further}"))
    for name in _whole_first(names[:MOST_FILES], stem):
        path = video.with_name(name)
        try:
            content = read_beside(path, LARGEST)
            if content is not None:
                tracks.append(read_track(content, printable(Path(name)), _language(name, stem)))
        except MediaError as error:
            problems.append(Failure(printable(path), "subtitles", error.message))
    return FoundWords("beside", tuple(tracks), tuple(problems))


def read_subtitle_files(folder: Path, languages: Sequence[str], url: str) -> FoundWords:
    """Read what a downloading process has written, which may be anything.

    Args:
        folder: Where it was to write ``ID.LANGUAGE.vtt`` and the like.
        languages: That were asked for; files of other names are not looked at.
        url: Of the page, for messages.
    """
    tracks, problems = [], []
    for language in languages:
        for suffix in SUFFIXES:
            for path in sorted(folder.glob(f"*.{language}{suffix}"))[:1]:
                try:
                    content = read_beside(settle(path), LARGEST)
                    if content is not None:
                        tracks.append(read_track(content, f"subtitles {language}", language_tag(language)))
                except MediaError as error:
                    problems.append(Failure(url, "subtitles", error.message))
    return FoundWords("platform", tuple(tracks), tuple(problems))


def read_track(content: bytes, name: str, language: str) -> RawTrack:
    """The words of one subtitle file.

    Args:
        content: The file.
        name: For messages; printable.
        language: As ``language_tag`` gives it.

    Raises:
        MediaError: ``subtitles``: it is no text, or no cue is in it.
    """
    remaining = read_subtitles(decode_text(content, name))
    cues = tuple(itertools.islice(remaining, MOST_RAW))
    if not cues:
        raise MediaError(f"{name}: no cue of SubRip or WebVTT is in it", "subtitles")
    return RawTrack(cues, language, sum(1 for _ in remaining))


def _named(video: Path) -> tuple[str, Sequence[str]] | None:
    """The subtitle files of a video, sorted, behind the name that they begin with; ``None`` where nobody can tell."""
    try:
        names = _names_in(video.parent)
    except (OSError, ValueError):
        # A video may lie in a folder that can be entered and not be listed.
        return None
    found = ((stem, _names_of(stem, names)) for stem in own_names(video))
    return next((each for each in found if each[1]), (video.stem, ()))


def _names_of(stem: str, names: Sequence[str]) -> Sequence[str]:
    first = f"{stem}."
    start = bisect.bisect_left(names, first)
    found: list[str] = []
    for name in names[start:]:
        if not name.startswith(first):
            break
        if _TAGGED.fullmatch(name[len(stem) : -len(Path(name).suffix)]):
            found.append(name)
    return found


def _whole_first(names: Sequence[str], stem: str) -> list[str]:
    """Files with all that is said, those before that somebody wrote; what is forced to be shown only where it is all.

    Players show forced subtitles to everybody, so these hold only what is said in some other language.
    """
    marks = {name: _tags(name, stem).get("mark") for name in names}
    whole = [name for name in names if marks[name] != "forced"]
    return sorted(whole or names, key=lambda name: marks[name] == "auto")


def _language(name: str, stem: str) -> str:
    return language_tag(_tags(name, stem).get("language"))


def _tags(name: str, stem: str) -> dict[str, str | None]:
    found = _TAGGED.fullmatch(name[len(stem) : -len(Path(name).suffix)])
    return found.groupdict() if found else {}


def _names_in(folder: Path) -> tuple[str, ...]:
    """As ``_subtitle_names``, remembered for as long as nothing comes to the folder and nothing goes."""
    changed = folder.stat().st_mtime_ns
    # File systems count time in steps: what comes within the same step leaves the folder's time as it is.
    if changed > time.time_ns() - _UNSETTLED:
        return _subtitle_names(folder)
    return _settled_names(folder, changed)


@lru_cache(maxsize=32)
def _settled_names(folder: Path, changed: int) -> tuple[str, ...]:
    """A folder of many videos is listed once; ``changed`` is when an entry last came or went."""
    return _subtitle_names(folder)


def _subtitle_names(folder: Path) -> tuple[str, ...]:
    """Names of all subtitle files in a folder, sorted."""
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name for name in names if name.lower().endswith(SUFFIXES)))
