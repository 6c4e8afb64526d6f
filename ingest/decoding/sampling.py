"""Which moments of a clip its frames are taken from: evenly spread, at keyframes, one per scene, or from the start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.media.media_index import MediaIndex
from ingest.media.packet_plan import PacketPlan, make_plan, middles, plan_at, plan_of

SAMPLINGS = ("uniform", "keyframe", "scene", "first")
"""Evenly in time; the keyframes nearest to that; the middles of the longest scenes; evenly over the first seconds."""

_CUT = 8.0
"""Least mean change of luma or colour, 0 to 255, between the frames around a cut."""
_STANDS_OUT = 2.0
"""Least ratio of that change to the largest of the two changes before and the two after it."""
_SHORTEST_SCENE = 0.4
"""Seconds."""


def first_plan(index: MediaIndex, count: int, seconds: float) -> PacketPlan:
    """Frames spread evenly over the first ``seconds``, or over the clip when it is shorter."""
    end = min(index.end, index.start + int(seconds / index.time_base))
    return make_plan(index.packets, max(end, index.start + 1), count)


def keyframe_plan(index: MediaIndex, count: int) -> PacketPlan:
    """The keyframes nearest to evenly spread moments, each once: nothing else has to be decoded.

    Where a container does not say when its frames are shown, or none of its keyframes is, as ``make_plan``. A clip of
    no more frames than that gives all of them, as a show of slides does.
    """
    shown = [(packet.shown_at, place) for place, packet in enumerate(index.packets) if not packet.discard]
    keyframes = [pair for pair in shown if index.packets[pair[1]].keyframe]
    if len(shown) <= count:
        return plan_of(index.packets, [place for _, place in sorted(shown)])
    if index.counted or not keyframes:
        return make_plan(index.packets, index.end, count)
    wanted = middles(index.start, index.end, count)
    nearest = {min(keyframes, key=lambda keyframe: (abs(keyframe[0] - moment), keyframe))[1] for moment in wanted}
    return plan_of(index.packets, sorted(nearest, key=lambda place: index.packets[place].shown_at))


def scene_plan(index: MediaIndex, count: int, times: Sequence[int], small: NDArray[np.uint8]) -> PacketPlan:
    """The frame in the middle of each of the longest ``count`` scenes.

    Args:
        index: Of the clip.
        count: Most frames; a clip of fewer scenes gives fewer.
        times: Presentation times of decoded frames, ascending.
        small: (frames, planes, height, width) small pictures of these frames.
    """
    starts = [index.start, *(times[cut] for cut in cuts(small, [float(time * index.time_base) for time in times]))]
    scenes: list[tuple[int, int]] = []
    # Files of slides often do not say how long the last one stays on.
    last_slide = times[-1] if len(times) > 1 and (times[-1] - times[-2]) * index.time_base >= _SHORTEST_SCENE else None
    for start, end in zip(starts, [*starts[1:], index.end], strict=True):
        if scenes and (end - start) * index.time_base < _SHORTEST_SCENE and start != last_slide:
            scenes[-1] = (scenes[-1][0], end)
        else:
            scenes.append((start, end))
    longest = sorted(scenes, key=lambda scene: scene[0] - scene[1])[:count]
    return plan_at(index.packets, sorted((start + end) / 2 for start, end in longest))


def cuts(small: NDArray[np.uint8], seconds: Sequence[float]) -> list[int]:
    """Positions of the first frames after sudden changes.

    A change counts when it is large and stands out from its neighbours, so that neither movement nor a flash is taken
    for a cut; what changes as late as another scene could is no neighbour, as in a show of slides. Dissolves and fades
    are not found. (The idea of comparing with neighbours is that of PySceneDetect's adaptive detector; reading small
    pictures is several times cheaper than its colours at full size.)

    Args:
        small: (frames, planes, height, width) pictures in order of time; the plane that changes most counts.
        seconds: When each is shown.
    """
    if len(small) < 2:
        return []
    change = np.abs(np.diff(small.astype(np.int16), axis=0)).mean(axis=(2, 3)).max(axis=1)
    when = np.asarray(seconds[1:])
    around = np.zeros_like(change)
    for steps in (1, 2):
        near = when[steps:] - when[:-steps] < _SHORTEST_SCENE
        around[steps:] = np.maximum(around[steps:], change[:-steps] * near)
        around[:-steps] = np.maximum(around[:-steps], change[steps:] * near)
    return [int(place) + 1 for place in np.flatnonzero((change >= _CUT) & (change >= _STANDS_OUT * around))]
