"""The media files of clips, where they still lie: a corpus keeps pictures, and says where each video was found.

Where a source says a file lies is believed as little as anything else of a corpus: what is opened is a regular file,
over no link, that begins like a video and whose every byte is that of the clip, whose id is the hash of its file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.cleaning.paths import settle
from ingest.media.formats import MATROSKA, MOV
from ingest.media.media_guard import Deadline, Limits, hash_media, open_media
from ingest.media.recognition import recognise
from vectorstore.foundation.errors import MediaError, StorageError
from vectorstore.ledger.records import Clip, SourceRow

_WEB_CODECS = frozenset(("vp8", "vp9", "av1"))
_CODECS = _WEB_CODECS | {"h264"}
"""What browsers play, as FFmpeg names it."""


@dataclass(frozen=True, slots=True)
class Original:
    """The media file of a clip, held open: whatever takes its place on the disk is not this one."""

    file: BinaryIO
    """To be closed by whoever took it."""
    size: int
    """Bytes."""
    content_type: str
    """For browsers, e.g. ``"video/mp4"``."""


def local_places(sources: Iterable[SourceRow]) -> Mapping[str, tuple[Path, ...]]:
    """Clip id to the paths at which its file was found, for clips that did not come from the network alone."""
    places: dict[str, list[Path]] = {}
    for source in sources:
        if "://" not in source.locator and not source.gone_at:
            for clip_id in source.clip_ids:
                places.setdefault(clip_id, []).append(Path(source.locator))
    return {clip_id: tuple(paths) for clip_id, paths in places.items()}


def open_original(clip: Clip, places: Iterable[Path], limits: Limits | None = None) -> Original | None:
    """The media file of a clip, if one of these places still holds it and a browser can play it.

    Args:
        clip: Of the corpus.
        places: Where it was found; see :func:`local_places`.
        limits: How large a file may be, and how long hashing it may take.

    Returns:
        ``None`` when there is none: moved, changed, behind a link, or of a kind that browsers do not play.

    Raises:
        StorageError: Too many open files.
    """
    if clip.codec not in _CODECS:
        return None
    return next((found for place in places if (found := _opened(clip, place, limits or Limits()))), None)


def _opened(clip: Clip, place: Path, limits: Limits) -> Original | None:
    try:
        with open_media(settle(place), limits) as file:
            kind = recognise(file)
            if kind not in (MOV, MATROSKA) or hash_media(file, Deadline(place.name, limits.deadline)) != clip.clip_id:
                return None
            # Open for longer than the block.
            kept = os.fdopen(os.dup(file.fileno()), "rb")
            kept.seek(0)
            return Original(kept, os.fstat(kept.fileno()).st_size, _content_type(kind is MOV, clip.codec))
    except StorageError:
        raise
    except (MediaError, OSError):
        return None


def _content_type(is_mov: bool, codec: str) -> str:
    if is_mov:
        return "video/mp4"
    return "video/webm" if codec in _WEB_CODECS else "video/x-matroska"
