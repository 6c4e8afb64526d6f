"""Which packets to decode so that frames spread evenly in time come out, each group of pictures once.

Packets are in decoding order. A picture needs everything from its keyframe on; a picture that is shown before its
keyframe but stored after it (open group of pictures) needs the group before as well.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packet:
    """What the demuxer says about one packet."""

    shown_at: int
    """Presentation time in units of the stream."""
    keyframe: bool
    discard: bool
    """Decoded but not shown (edit lists)."""


@dataclass(frozen=True, slots=True)
class Target:
    """One wanted frame."""

    packet: int
    """Position of its packet in decoding order."""
    shown_at: int
    """Presentation time in units of the stream."""


@dataclass(frozen=True, slots=True)
class PacketPlan:
    """What to decode."""

    targets: tuple[Target, ...]
    """In order of time, without repetition."""
    runs: tuple[range, ...]
    """Packets to feed, in order; the decoder is drained after each run."""


def make_plan(packets: Sequence[Packet], end: int, count: int) -> PacketPlan:
    """Plan ``count`` frames spread evenly in time.

    The clip is cut into ``count`` equal parts; the frame on screen in the middle of each part is taken. A clip with
    no more frames than that gives each frame once.

    Args:
        packets: All packets of the video stream, in decoding order.
        end: Presentation time at which the last frame leaves the screen.
        count: Number of frames, at least 1.

    Returns:
        Targets and runs; both empty when nothing is shown.
    """
    shown = sorted((packet.shown_at, place) for place, packet in enumerate(packets) if not packet.discard)
    if not shown:
        return PacketPlan((), ())
    within = [place for time, place in shown if time < end]
    return plan_of(packets, within) if len(within) <= count else plan_at(packets, middles(shown[0][0], end, count))


def middles(start: int, end: int, count: int) -> list[float]:
    """The moments in the middle of ``count`` equal parts of a span of time.

    >>> middles(0, 100, 4)
    [12.5, 37.5, 62.5, 87.5]
    """
    return [start + (end - start) * (2 * part + 1) / (2 * count) for part in range(count)]


def plan_at(packets: Sequence[Packet], moments: Sequence[float]) -> PacketPlan:
    """Plan the frames that are on screen at given moments, each once.

    Args:
        packets: All packets of the video stream, in decoding order; at least one is shown.
        moments: Presentation times.
    """
    shown = sorted((packet.shown_at, place) for place, packet in enumerate(packets) if not packet.discard)
    times = [time for time, _ in shown]
    chosen = sorted({max(0, bisect.bisect_right(times, moment) - 1) for moment in moments})
    return plan_of(packets, [shown[place][1] for place in chosen])


def plan_of(packets: Sequence[Packet], places: Sequence[int]) -> PacketPlan:
    """Plan the frames of given packets.

    Args:
        packets: All packets of the video stream, in decoding order.
        places: Positions of the wanted ones, in order of presentation.
    """
    targets = tuple(Target(place, packets[place].shown_at) for place in places)
    return PacketPlan(targets, _runs(packets, targets))


def staying(packets: Sequence[Packet], end: int, least: float) -> tuple[Target, ...]:
    """The frames that stay on the screen for at least ``least`` units of the stream.

    Args:
        packets: All packets of the video stream, in decoding order.
        end: Presentation time at which the last frame leaves the screen.
        least: Units of presentation time.
    """
    shown = sorted((packet.shown_at, place) for place, packet in enumerate(packets) if not packet.discard)
    stops = [*(time for time, _ in shown[1:]), end][: len(shown)]
    return tuple(Target(place, time) for (time, place), stop in zip(shown, stops, strict=True) if stop - time >= least)


def _runs(packets: Sequence[Packet], targets: Sequence[Target]) -> tuple[range, ...]:
    keyframes = [place for place, packet in enumerate(packets) if packet.keyframe]
    runs: list[range] = []
    for target in sorted(targets, key=lambda target: target.packet):
        start = _start(packets, keyframes, target)
        # A leading picture may reach back over several runs.
        while runs and start < runs[-1].stop:
            start = min(start, runs.pop().start)
        runs.append(range(start, target.packet + 1))
    return tuple(runs)


def _start(packets: Sequence[Packet], keyframes: Sequence[int], target: Target) -> int:
    place = bisect.bisect_right(keyframes, target.packet) - 1
    while place >= 0 and packets[keyframes[place]].shown_at > target.shown_at:
        place -= 1
    return keyframes[place] if place >= 0 else 0


def has_open_groups(packets: Sequence[Packet]) -> bool:
    """Whether pictures are shown before the keyframe after which they are stored."""
    keyframe: int | None = None
    for packet in packets:
        if packet.keyframe:
            keyframe = packet.shown_at
        elif keyframe is not None and packet.shown_at < keyframe:
            return True
    return False


def depending_on(packets: Sequence[Packet], failed: Collection[int]) -> set[int]:
    """Packets whose pictures are unsound when others could not be decoded.

    Args:
        packets: All packets, in decoding order.
        failed: Positions of those that could not be decoded.

    Returns:
        Positions: the failed ones, what follows each in its group of pictures, and what is shown before the next
        keyframe but stored after it.
    """
    unsound: set[int] = set()
    broken = broken_before = False
    keyframe: int | None = None
    for place, packet in enumerate(packets):
        if packet.keyframe:
            broken_before, broken, keyframe = broken, False, packet.shown_at
        broken = broken or place in failed
        reaches_back = broken_before and keyframe is not None and packet.shown_at < keyframe
        if broken or reaches_back:
            unsound.add(place)
    return unsound
