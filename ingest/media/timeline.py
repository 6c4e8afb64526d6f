"""When a clip begins and ends, worked out from what the demuxer says about its packets and its container."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ingest.media.packet_plan import Packet

_TOLERATED_LOSS = 0.05
"""Share of a clip that may be missing at its end before it counts as truncated."""
_SLIDE = 0.2
"""Seconds on the screen from which on a picture stays rather than moves."""
_ROUNDED = 0.5
"""Seconds by which a header may be wrong about an end."""
_BACKWARD = 1.0
_FORWARD = 10.0
"""Seconds by which times may go back, or forward beyond the end of all before, until the clock has jumped."""


class RawPacket(NamedTuple):
    """One packet of the video stream."""

    time: int | None
    """Presentation time in units of the stream."""
    keyframe: bool
    discard: bool
    duration: int
    """In units of the stream; 0 when unknown."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A place where the clock of a stream does not go on."""

    of: str
    """``"video"`` or ``"audio"``."""
    at: float
    """Seconds on the clock, before it."""
    by: float
    """Seconds; negative when it goes back."""


class Clock:
    """Watches the times of the packets of one stream.

    Args:
        of: What the stream is, ``"video"`` or ``"audio"``.
    """

    def __init__(self, of: str) -> None:
        self._of = of
        self._decoded: float | None = None
        self._end: float | None = None

    def step(self, shown: float, decoded: float | None, duration: float) -> Jump | None:
        """Take the next packet.

        Args:
            shown: When it is shown or heard, seconds.
            decoded: Its decoding time, seconds, if there is one.
            duration: Seconds.

        Returns:
            The jump that lies before it, if there is one.
        """
        jump = None
        if self._end is not None and shown - self._end > _FORWARD:
            jump = Jump(self._of, self._end, shown - self._end)
        # Pictures are not stored in the order in which they are shown, but in that in which they are decoded.
        elif self._decoded is not None and decoded is not None and decoded - self._decoded < -_BACKWARD:
            jump = Jump(self._of, self._decoded, decoded - self._decoded)
        self._end = max(shown + duration, self._end or 0.0)
        self._decoded = self._decoded if decoded is None else decoded
        return jump


@dataclass(frozen=True, slots=True)
class Declared:
    """What the headers say, in seconds; 0 where they say nothing."""

    begin: float
    duration: float
    """Of everything in the container."""
    video_duration: float
    frames: int
    """Of the video stream."""
    whole: bool
    """Whether the file is known to be all there, so that pictures without a duration last as long as it says."""
    only_seen_and_heard: bool
    """Whether there are no streams but pictures and sound, so that ``duration`` is theirs."""
    may_be_end: bool = False
    """Whether ``duration`` may be when everything ends on the clock, as FFmpeg writes it into Matroska."""

    def lasts(self, reached: float) -> float:
        """Seconds from the beginning to the end of everything in the container, as its header says.

        Args:
            reached: When the last packet of any stream ends, seconds on the clock.
        """
        is_end = self.may_be_end and self.duration >= reached - _ROUNDED
        return self.duration - max(0.0, self.begin) if is_end else self.duration


@dataclass(frozen=True, slots=True)
class Timeline:
    """The packets of a clip and its span of time."""

    packets: tuple[Packet, ...]
    time_base: Fraction
    start: int
    end: int
    stop: int
    truncated: bool
    counted: bool


def make_timeline(
    raw: Sequence[RawPacket], time_base: Fraction, counted_rate: Fraction | None, sound_end: float, declared: Declared,
    reached: float,
) -> Timeline:  # fmt: skip
    """Work out the span of a clip.

    Args:
        raw: Packets of the video stream in decoding order, at least one of them shown.
        time_base: Seconds per unit of the stream.
        counted_rate: Frames per second by which to count where there are no usable presentation times.
        sound_end: When the last packet of sound ends, seconds; 0 without sound.
        declared: What the headers say.
        reached: When the last packet of any stream ends, seconds.
    """
    if counted_rate is not None:
        time_base, start, end = 1 / counted_rate, 0, len(raw)
        last, longest = len(raw) - 1, 1
        packets = tuple(Packet(place, place == 0, False) for place in range(len(raw)))
    else:
        shown = sorted({packet.time for packet in raw if packet.time is not None and not packet.discard})
        start, last = shown[0], shown[-1]
        longest = max((after - before for before, after in itertools.pairwise(shown)), default=0)
        end = max(packet.time + packet.duration for packet in raw if packet.time is not None and not packet.discard)
        packets = tuple(Packet(packet.time or 0, packet.keyframe, packet.discard) for packet in raw)
    # Flash video may say of no picture how long it is shown; the last one is shown all the same.
    end = max(end, last + 1)
    truncated = _is_truncated(declared, len(raw), float((end - start) * time_base), reached)
    # Counted frames begin at 0, whatever the clock of the container says then.
    before = declared.begin if counted_rate is not None else 0.0
    declared_end = 0.0 if truncated else _declared_end(declared, reached)
    # A picture stays on the screen while there is something to hear.
    stop = max(end, int((max(sound_end, declared_end) - before) / time_base))
    # But a picture that freezes at the end is not taken for the most of the clip, nor a tail of sound for a part of it.
    spread_end = max(end, min(stop, last + longest)) if longest * time_base >= _SLIDE else end
    return Timeline(packets, time_base, start, spread_end, stop, truncated, counted_rate is not None)


def _declared_end(declared: Declared, reached: float) -> float:
    """Seconds on the clock of the container; 0 where nothing is known."""
    return declared.begin + declared.lasts(reached) if declared.whole and declared.only_seen_and_heard else 0.0


def _is_truncated(declared: Declared, packets: int, seconds: float, reached: float) -> bool:
    least = 1 - _TOLERATED_LOSS
    # Edit lists hide packets that count as frames; then what is left lasts as long as it should.
    if packets < least * declared.frames and seconds < least * declared.video_duration:
        return True
    if declared.whole:
        return False
    # Some containers declare how long they last, some (Matroska) when they end.
    furthest = max(reached, reached - declared.begin)
    return declared.duration - furthest > max(_TOLERATED_LOSS * declared.lasts(reached), 0.5)
