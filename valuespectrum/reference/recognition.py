"""Which clips are drawn by us: the only ones that the reference embedder and the reference models know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Protocol

from valuespectrum.reference.drawing import FRAMES_PER_SECOND, LICENCE, PLATFORM, SECONDS, WIDTH_PIXELS
from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from vectorstore.ledger.records import Clip

_CODEC = "h264"


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
    return (
        source.platform == PLATFORM
        and source.licence == LICENCE
        and _captions().get(source.caption) == tuple(source.tags)
    )


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


@cache
def _captions() -> Mapping[str, tuple[str, ...]]:
    """Every caption that can be written, with the tags that go with it."""
    return {f"{kind.caption} {words}": kind.keywords for kind in KINDS for words in TIMES_OF_DAY.values()}
