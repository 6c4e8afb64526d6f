"""A corpus in memory whose clips are drawn ones, so that twins are told what they show."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

from bench_fakes import FakeCorpus, world
from PIL import Image

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


def pictured_corpus(folder: Path, clips: int, frames: int = 3) -> DrawnCorpus:
    """Drawn clips whose frames are plain pictures in a folder, each of a colour of its own."""
    made = world(clips=clips, frames=frames)
    listed = []
    for number, frame in enumerate(made._frames):
        buffer = io.BytesIO()
        colour = (number % 256, 40 * (number // 256), 255 - 80 * frame.index)
        Image.new("RGB", (frame.width, frame.height), colour).save(buffer, "PNG")
        sha = hashlib.sha256(buffer.getvalue()).hexdigest()
        (folder / f"{sha}.jpg").write_bytes(buffer.getvalue())
        listed.append(replace(frame, picture_sha=sha))
    return DrawnCorpus(list(zip(listed, made._vectors, strict=True)), folder)
