"""A corpus in memory whose clips are drawn ones, so that twins are told what they show."""

from __future__ import annotations

from bench_fakes import FakeCorpus, world

from valuespectrum.reference.drawing import LICENCE, PLATFORM, caption_of
from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY, SceneKind
from valuespectrum.reference.planted import TEN
from vectorstore.ledger.records import Clip


def drawn_clip(kind: SceneKind, version: str, time_of_day: str, overlay: str = "") -> Clip:
    shown = kind.version(version)
    told = (shown.title, caption_of(shown, time_of_day, overlay), shown.keywords, PLATFORM, LICENCE)
    return Clip("id", "clip.mp4", *told, 4.0, 216, 384, "h264", "mp4", False, "")


class DrawnCorpus(FakeCorpus):
    """Clips that live the value that they are near to: every refined value in turn, at every time of day."""

    def clip(self, clip_id: str) -> Clip:
        value, number = clip_id.rsplit("-", 1)
        part = TEN[value][int(number) % len(TEN[value])]
        time_of_day = list(TIMES_OF_DAY)[int(number) // len(TEN[value]) % len(TIMES_OF_DAY)]
        kind = next(kind for kind in KINDS if kind.value == part and kind.misread is None)
        return drawn_clip(kind, "endorsed", time_of_day)


def drawn_world(clips: int) -> DrawnCorpus:
    """So many clips of every value, one frame each."""
    made = world(clips=clips, frames=1)
    return DrawnCorpus(list(zip(made._frames, made._vectors, strict=True)))
