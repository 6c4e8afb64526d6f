"""What a corpus is made of: clips, frames, hits, failures, and what writers hand in.

Records never hold pixels, only hashes; a picture is read through ``Corpus.picture_path``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clip:
    """One short video."""

    clip_id: str
    """SHA-256 of the media file, hexadecimal."""
    source: str
    """Where it was first found: a path or a URL."""
    title: str
    caption: str
    tags: tuple[str, ...]
    platform: str
    """``"local"``, ``"tiktok"``, ``"youtube"``, ..."""
    licence: str
    """As the source states it; empty when it says nothing."""
    duration: float
    """Seconds."""
    width: int
    """Pixels as shown: after rotation and pixel aspect ratio."""
    height: int
    codec: str
    container: str
    truncated: bool
    """Whether the file ends before its header says it should."""
    added_at: str
    """UTC, ISO 8601."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a clip at a time."""

    frame_id: str
    """SHA-256 of clip, recipe and position: the same in every corpus made the same way."""
    clip_id: str
    index: int
    """Position among the frames of the clip, from 0."""
    time: float
    """Seconds from the first picture of the clip."""
    picture_sha: str
    """SHA-256 of the stored picture file."""
    width: int
    """Pixels of the stored picture."""
    height: int
    dhash: str
    """64-bit difference hash, 16 hexadecimal digits."""
    duplicate_of: str | None
    """Frame id of the earlier frame that shows (nearly) the same; ``None`` when there is none."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One frame found by a search."""

    frame: Frame
    similarity: float
    """Cosine, -1 to 1."""
    rank: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One source that did not become a clip."""

    source: str
    reason: str
    """Stable code, e.g. ``"truncated"``."""
    detail: str
    """One sentence for a person."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a clip comes from and what is said about it there."""

    locator: str
    """Absolute path or URL; names the source."""
    stamp: str
    """Changes when the bytes behind the locator may have changed (size, time, inode)."""
    title: str = ""
    caption: str = ""
    tags: tuple[str, ...] = ()
    platform: str = "local"
    licence: str = ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the ledger knows about a source."""

    stamp: str
    failure: Failure | None
    """Why it was refused; ``None`` when it became a clip."""


@dataclass(frozen=True, slots=True)
class Media:
    """What a media file turned out to be."""

    clip_id: str
    """SHA-256 of the file."""
    size: int
    """Bytes."""
    container: str
    codec: str
    width: int
    """Pixels as shown."""
    height: int
    rotation: int
    """Degrees counter-clockwise that were applied: 0, 90, 180 or 270."""
    duration: float
    """Seconds."""
    truncated: bool
    damaged_packets: int
    """Packets that the decoder refused."""
    frames_wanted: int
    """Frames that the recipe asked for; fewer may have been found."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How frames were made: decoder with versions, sampling, size, picture format."""

    recipe_id: str
    """SHA-256 of ``settings``."""
    settings: str
    """Canonical JSON."""


@dataclass(frozen=True, slots=True)
class EmbedderRecord:
    """An embedder whose vectors the corpus holds."""

    embedder_id: str
    spec: str
    """What the user typed to get it, e.g. ``"reference"``; empty when unknown."""
    dimension: int
