"""The clips that a session walks through, as feeds and observers need them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf, isfinite

import numpy as np

from agents.browsing.seeing.beside import Beside, ClipFacts, Line
from agents.browsing.seeing.observe import TimedFrame
from agents.feeds.items import NEAR_DUPLICATE, FeedItem, Stock
from agents.models.base import FrameReference
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import visible_line
from vectorstore.ledger.records import Clip, Frame

Tags = Mapping[str, str | int | float]
NO_GROUP = "none"
"""Stands for clips without a group where groups are counted."""
_LONGEST_CAPTION = 1000
_MUCH_TEXT = 0.1
"""Share of a picture's area from which lettering is hard to overlook."""


@dataclass(frozen=True, slots=True, eq=False)
class CatalogueClip:
    """One clip with everything that can be shown of it."""

    item: FeedItem
    frames: tuple[TimedFrame, ...]
    """In order of time."""
    seconds: float
    """Length, above 0."""
    caption: str = ""
    tags: Tags = field(default_factory=dict)
    """Handed on with every ask about the clip; never shown to a real model."""
    transcript: tuple[Line, ...] = ()
    """What is said in it, in order of time; shown only where it is asked for, as far as the clip was watched."""
    facts: ClipFacts = field(default_factory=ClipFacts)
    """What a page tells of it; hidden unless it is asked for."""


class Catalogue:
    """A checked set of clips.

    Args:
        clips: At least one, with different ids, vectors of one length, and frames in order of time.

    Raises:
        InputError: A clip cannot be used; the message names it.
    """

    def __init__(self, clips: Sequence[CatalogueClip]) -> None:
        if not clips:
            raise InputError("there are no clips to browse", "add clips with `valuespectrum ingest`")
        dimension = clips[0].item.vector.shape
        for clip in clips:
            _check(clip, dimension)
        self.stock = Stock([clip.item for clip in clips])
        """What policies see: all vectors in one matrix."""
        item_of = dict(zip(self.stock.ids, self.stock.items, strict=True))
        if len(item_of) < len(clips):
            raise InputError("a clip stands twice in the catalogue", "give every clip its own id")
        self._words_hashes: dict[tuple[Beside, ...], str] = {}
        # With the items of the stock, so that the vectors that were given can be let go.
        self.clips: Mapping[str, CatalogueClip] = {
            clip.item.item_id: replace(clip, item=item_of[clip.item.item_id]) for clip in clips
        }

    @cached_property
    def groups(self) -> Mapping[str, str | None]:
        """Item id to group."""
        return {item_id: clip.item.group for item_id, clip in self.clips.items()}

    def content_hash(self) -> str:
        """SHA-256 over everything that can change a session; independent of the order of the clips.

        Marks are left out: they follow from the pictures, and change only what ``adversarial:stress`` shows.
        """
        return self._content_hash

    @cached_property
    def _content_hash(self) -> str:
        digest = hashlib.sha256()
        for item_id in sorted(self.clips):
            digest.update(_fingerprint(self.clips[item_id]))
        return digest.hexdigest()

    def words_hash(self, kinds: Sequence[Beside]) -> str:
        """SHA-256 over words that only some sessions show: :meth:`content_hash` leaves them out.

        Args:
            kinds: Those that are shown.
        """
        wanted = tuple(kinds)
        if wanted not in self._words_hashes:
            told = [
                [item_id, *(_words(self.clips[item_id], kind) for kind in wanted)] for item_id in sorted(self.clips)
            ]
            content = json.dumps([wanted, told], separators=(",", ":"))
            self._words_hashes[wanted] = hashlib.sha256(content.encode()).hexdigest()
        return self._words_hashes[wanted]


def catalogue_from_corpus(
    corpus: Corpus,
    groups: Mapping[str, str] | None = None,
    tags: Mapping[str, Tags] | None = None,
    embedder_id: str | None = None,
) -> Catalogue:
    """Every clip of a corpus, with the mean of its frames' vectors.

    A clip whose frames have no vectors gets the zero vector, which is similar to nothing. A clip whose length is
    not known is taken to last one second beyond its last frame.

    Args:
        corpus: An open corpus.
        groups: Clip id to group, e.g. its value; clips left out have none.
        tags: Clip id to tags for the asks about it.
        embedder_id: Whose vectors; ``None`` takes the corpus's default.

    Raises:
        InputError: The corpus has no clips, or no vectors of this embedder.
    """
    spoken = {clip_id: transcript.cues for clip_id, transcript in corpus.spoken()}
    frame_ids, matrix = corpus.vectors(embedder_id or corpus.default_embedder() or "")
    rows = {frame_id: row for row, frame_id in enumerate(frame_ids)}
    # Everything is read at once: a query for each clip takes minutes for fifty thousand.
    frames_of: dict[str, list[Frame]] = {}
    for frame in corpus.frames():
        frames_of.setdefault(frame.clip_id, []).append(frame)
    linked = {clip_id for link in corpus.clip_links() for clip_id in (link.clip_id, link.other_id)}
    clips = []
    for clip in corpus.clips():
        frames = frames_of.get(clip.clip_id, [])
        vectors = matrix[[rows[frame.frame_id] for frame in frames if frame.frame_id in rows]]
        timed = tuple(_timed(corpus, frame) for frame in frames)
        item = FeedItem(
            clip.clip_id,
            frames[0].frame_id if frames else "",
            (groups or {}).get(clip.clip_id),
            _mean_direction(vectors),
            _marks(clip, frames, linked),
        )
        length = clip.duration if clip.duration > 0 else (frames[-1].time + 1 if frames else 0.0)
        caption = visible_line(clip.caption or clip.title)[:_LONGEST_CAPTION]
        facts = ClipFacts(clip.uploader_name, topics=clip.tags)
        said = tuple((cue.start, cue.end, cue.text) for cue in spoken.get(clip.clip_id, ()))
        told = (tags or {}).get(clip.clip_id, {})
        clips.append(CatalogueClip(item, timed, length, caption, told, said, facts))
    return Catalogue(clips)


def _timed(corpus: Corpus, frame: Frame) -> TimedFrame:
    return TimedFrame(FrameReference(frame.picture_sha, corpus.picture_path(frame.picture_sha)), frame.time)


def _marks(clip: Clip, frames: Sequence[Frame], linked: set[str]) -> tuple[str, ...]:
    """What is hard about looking at a clip."""
    found = {
        "blank": any(frame.blank for frame in frames),
        "damaged": clip.truncated,
        "lettering": any((frame.text_share or 0) >= _MUCH_TEXT for frame in frames),
        NEAR_DUPLICATE: clip.clip_id in linked,
    }
    return tuple(mark for mark, there in found.items() if there)


def _mean_direction(vectors: np.ndarray) -> np.ndarray:
    mean = vectors.astype(np.float64).sum(axis=0)
    norm = float(np.linalg.norm(mean))
    return np.asarray(mean / norm if norm > 1e-9 else np.zeros_like(mean), dtype=np.float32)


def _check(clip: CatalogueClip, shape: tuple[int, ...]) -> None:
    label = f"clip {clip.item.item_id!r}"
    if clip.item.group == NO_GROUP:
        raise InputError(f"{label}: the group {NO_GROUP!r} stands for clips without one", "name the group otherwise")
    times = [frame.time for frame in clip.frames]
    if not times:
        raise InputError(f"{label} has no frames", "ingest it again")
    if times != sorted(times):
        raise InputError(f"{label}: frames are not in order of time")
    if not (isfinite(clip.seconds) and clip.seconds > 0):
        raise InputError(f"{label}: length must be above 0 seconds, got {clip.seconds}")
    if any(not (0 <= start <= end < inf) for start, end, _ in clip.transcript):
        raise InputError(f"{label}: a line of its transcript ends before it begins, or at no time")
    if clip.item.vector.shape != shape or clip.item.vector.ndim != 1 or not np.isfinite(clip.item.vector).all():
        raise InputError(f"{label}: its vector must be finite and as long as those of the other clips")


def _fingerprint(clip: CatalogueClip) -> bytes:
    frames = [[frame.reference.picture_sha, frame.time] for frame in clip.frames]
    item = clip.item
    words = [item.item_id, item.frame_id, item.group, clip.caption, clip.seconds, sorted(clip.tags.items()), frames]
    described = json.dumps(words, separators=(",", ":")).encode()
    return hashlib.sha256(described + b"\0" + item.vector.astype("<f4").tobytes()).digest()


def _words(clip: CatalogueClip, kind: Beside) -> object:
    facts = clip.facts
    told: dict[Beside, object] = {
        "caption": clip.caption,
        "transcript": clip.transcript,
        "creator": facts.creator,
        "likes": facts.likes,
        "topics": facts.topics,
    }
    return told[kind]
