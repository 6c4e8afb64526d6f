"""What a corpus is made of: clips, frames, hits, failures, and what writers hand in.

Records never hold pixels, only hashes; a picture is read through ``Corpus.picture_path``.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_CUES = 4000
"""Cues of one transcript: ten minutes at seven a second."""
MOST_LETTERS = 100_000
"""Characters of one transcript."""


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
    uploader: str = ""
    """Keyed hash of who published it, see ``Corpus.uploader_key``; empty when unknown."""
    uploader_name: str = ""
    """Empty unless the corpus was told to keep names."""
    published: str = ""
    """ISO day; empty when unknown."""
    page_url: str = ""
    """Where a person can look at it; empty when unknown."""
    basis: str = ""
    """Why the user may use it, in the user's words."""
    motion: float | None = None
    """Mean absolute difference of grey values between successive frames, 0 to 255."""
    gone_at: str = ""
    """When the last of its sources was found dead, UTC, ISO 8601; empty while one is alive."""


@dataclass(frozen=True, slots=True)
class ClipLink:
    """Two clips that belong together; which of them is named first says nothing."""

    clip_id: str
    other_id: str
    kind: str = "near_duplicate"
    share: float = 1.0
    """Share of the frames that the two have in common, 0 to 1."""


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
    brightness: float | None = None
    """Mean grey value, 0 to 255."""
    sharpness: float | None = None
    """Variance of the Laplacian of grey values, from 0."""
    text_share: float | None = None
    """Estimated share of the area that is lettering, 0 to 1."""
    blank: bool = False
    """Whether there is nothing to see: one colour all over."""


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
class UploaderName:
    """One of the names of whoever published a clip."""

    kind: str
    """``"id"``, ``"handle"`` or ``"display"``: see ``vectorstore.ledger.uploader_names``."""
    text: str


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
    uploader: str = ""
    """As the source says it; the corpus stores a keyed hash unless told to keep names."""
    published: str = ""
    """ISO day."""
    page_url: str = ""
    """Where a person can look at it."""
    basis: str = ""
    """Why the user may use it."""
    manifest_id: str = ""
    """The list that named it."""
    uploader_names: tuple[UploaderName, ...] = ()
    """All names of the uploader that the source says; ``uploader`` counts as one of them."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Everything the ledger knows about a source."""

    locator: str
    stamp: str
    state: str
    """``"linked"`` or ``"failed"``."""
    reason: str
    """Why it failed, a stable code; empty when it became a clip."""
    detail: str
    attempts: int
    retry_at: str
    """UTC, ISO 8601; empty when no retry is planned."""
    platform: str
    uploader: str
    """Keyed hash."""
    uploader_name: str
    """Empty unless the corpus was told to keep names."""
    published: str
    page_url: str
    basis: str
    manifest_id: str
    gone_at: str
    """When it was found dead, UTC, ISO 8601; empty while it is alive."""
    clip_ids: tuple[str, ...]
    """Clips that its bytes are or once were, oldest first."""


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
    motion: float | None = None
    """Mean absolute difference of grey values between successive frames, 0 to 255."""


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


@dataclass(frozen=True, slots=True)
class Removal:
    """What is to be removed for good."""

    kind: str
    """``"clip"`` (keys: clip ids), ``"source"`` (locators or pages), ``"uploader"`` (any of a person's names, or keyed
    hashes of them)."""
    keys: tuple[str, ...]
    reason: str = ""
    """Stable code kept beside the keyed hashes, e.g. ``"takedown"``; never a name."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a removal removed."""

    sources: int
    clips: int
    frames: int
    pictures: int
    """Picture files; those that other frames show stay."""
    vectors: int
    unknown: int
    """Keys that named nothing here; they may not come in later either."""
    near_duplicates: tuple[str, ...]
    """Clips still here that were linked to a removed one: somebody should look at them."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Some words of a clip and when they are said or shown."""

    start: float
    """Seconds from the first picture of the clip."""
    end: float
    """Seconds; not before ``start``."""
    text: str
    """One line of a stranger's words, cleaned and never trusted."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in a clip, as one source of words has it."""

    origin: str
    """``"beside"`` (a subtitle file), ``"inside"`` (a text track), ``"platform"`` (as its page offers them) or
    ``"recognised"``."""
    cues: tuple[Cue, ...]
    """In order of time; none where nothing is said."""
    language: str = ""
    """Tag such as ``"en"`` or ``"pt-br"``, in small letters; empty when unknown."""
    maker: str = ""
    """The speech recogniser, e.g. ``"faster-whisper:small"``; empty where none heard it."""

    @property
    def text(self) -> str:
        """All words on one line."""
        return " ".join(cue.text for cue in self.cues)


@dataclass(frozen=True, slots=True)
class WordHit:
    """One clip in which words are said."""

    clip_id: str
    cue: Cue
    """The first one in which most of the words stand."""
    times_said: int
    """How often the words are said, all of them together."""
    rank: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a corpus that is not as it should be."""

    kind: str
    """Stable code, e.g. ``"picture_missing"``."""
    where: str
    what_to_do: str
