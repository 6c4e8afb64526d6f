"""Which clips are drawn by us: the only ones that the reference embedder and the reference models know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from agents.browsing.seeing.overlays import OVERLAYS, overlay_push
from valuespectrum.reference.drawing import LICENCE, PLATFORM, WIDTH_PIXELS, caption_of, looks_of
from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from valuespectrum.reference.painting.settings import FRAMES_PER_SECOND, SECONDS
from vectorstore.ledger.records import Clip

_CODEC = "h264"
_WORDS_OVER = re.compile(f', with the words "({"|".join(OVERLAYS)})"$')


class Described(Protocol):
    """Something with the words of a sidecar: a clip of a corpus, or a source that is not ingested yet."""

    @property
    def platform(self) -> str:
        """Who made or published it."""

    @property
    def licence(self) -> str:
        """As the source states it."""

    @property
    def caption(self) -> str:
        """What it shows."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Words."""


def says_drawn(source: Described) -> bool:
    """Whether the words beside a clip are those that our drawing writes.

    They are when generator and licence are ours and a caption of our grammar stands beside the tags that go with it.
    """
    said = _captions().get(_WORDS_OVER.sub("", source.caption))
    ours = source.platform == PLATFORM and source.licence == LICENCE
    return ours and said is not None and said.tags == tuple(source.tags)


def is_drawn(clip: Clip) -> bool:
    """Whether a clip of a corpus is drawn by us.

    Its words have to be ours (:func:`says_drawn`), and so has what was measured of the file itself: its size in pixels,
    its codec, and a length of whole frames within our range. A video that was put in the place of a drawn one, with the
    sidecar left, is therefore not taken for it.
    """
    frames = clip.duration * FRAMES_PER_SECOND
    return (
        says_drawn(clip)
        and clip.codec == _CODEC
        and (clip.width, clip.height) == (WIDTH_PIXELS, WIDTH_PIXELS // 9 * 16)
        and abs(frames - round(frames)) < 0.05
        and SECONDS[0] * FRAMES_PER_SECOND <= round(frames) <= SECONDS[1] * FRAMES_PER_SECOND
    )


def tally(clips: Iterable[Clip]) -> dict[str, int]:
    """How many ``clips`` there are, and how many of them are ``drawn`` by us."""
    drawn = [is_drawn(clip) for clip in clips]
    return {"clips": len(drawn), "drawn": sum(drawn)}


def shown_by(caption: str) -> tuple[str, str, str] | None:
    """What a caption of a drawn clip says: kind, version and time of day; ``None`` for any other text.

    Example:
        >>> shown_by("balanced scales of justice with equal people at night")
        ('justice_scales', 'endorsed', 'night')
    """
    found = _captions().get(_WORDS_OVER.sub("", caption))
    return None if found is None else (found.kind, found.version, found.time_of_day)


def frame_tags(clip: Clip, time: float) -> dict[str, str | int]:
    """What twins are told of a frame, since they see nothing (``twin.reading``).

    Args:
        clip: Where it is from.
        time: Seconds from the first picture of the clip.

    Returns:
        ``look``, ``time_of_day`` and, where words in it push the viewer, ``overlay_push``; nothing for a clip that is
        not drawn by us.
    """
    said = shown_by(clip.caption) if is_drawn(clip) else None
    if said is None:
        return {}
    kind, version, time_of_day = said
    looks, push = looks_of(kind, version), overlay_push(words_over(clip.caption))
    # What changes in a clip of an ordered kind has changed half when half of the clip is over.
    look = looks[min(int(time / clip.duration * len(looks)), len(looks) - 1)]
    return {"look": look, "time_of_day": time_of_day} | ({"overlay_push": push} if push else {})


def words_over(caption: str) -> str:
    """The words over the picture that a caption of a drawn clip tells of; empty where there are none."""
    found = _WORDS_OVER.search(caption)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a caption says, and the tags that go with it."""

    kind: str
    version: str
    time_of_day: str
    tags: tuple[str, ...]


@cache
def _captions() -> Mapping[str, _Said]:
    """Every caption that can be written without words over the picture."""
    return {
        caption_of(version, time): _Said(kind.name, version.name, time, version.keywords)
        for kind in KINDS
        for version in kind.versions
        for time in TIMES_OF_DAY
    }
