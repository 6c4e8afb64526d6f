"""Which pictures of a clip are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from vectorstore.foundation.random_streams import shuffled, stream
from vectorstore.ledger.records import Frame

T = TypeVar("T")


def spread(items: Sequence[T], count: int) -> list[T]:
    """So many of several, evenly spread from the first to the last; all where there are fewer.

    Example:
        >>> spread("abcdefg", 3), spread("ab", 3), spread("abc", 1)
        (['a', 'd', 'g'], ['a', 'b'], ['b'])
    """
    if count >= len(items):
        return list(items)
    if count == 1:
        return [items[len(items) // 2]]
    last = len(items) - 1
    return [items[(2 * place * last + count - 1) // (2 * (count - 1))] for place in range(count)]


def in_order(frames: Sequence[Frame], count: int) -> list[Frame]:
    """Pictures of a clip in order, evenly spread over it; near duplicates only where there are too few others.

    What shows the same as a frame of another clip is no duplicate here: it is this clip's, too.

    Args:
        frames: All of the clip.
        count: How many are wanted; fewer are returned where the clip has fewer.
    """
    ordered = sorted(frames, key=lambda frame: frame.index)
    different = _without_repeats(ordered)
    return spread(different if len(different) >= count else ordered, count)


def _without_repeats(ordered: Sequence[Frame]) -> list[Frame]:
    """Those that show what none before them in the clip shows."""
    shown, different = {frame.frame_id for frame in ordered}, []
    for frame in ordered:
        if frame.duplicate_of not in shown:
            different.append(frame)
        if frame.duplicate_of is not None:
            # Of two that are copies of one picture elsewhere the second shows nothing new.
            shown.add(frame.duplicate_of)
    return different


def out_of_order(frames: Sequence[Frame], seed: int) -> list[Frame]:
    """The same pictures in another order, drawn for the clip.

    Returns:
        In the same order only where the clip has a single picture.
    """
    if len(frames) < 2:
        return list(frames)
    generator = stream(seed, f"shuffled/{frames[0].clip_id}")
    places = list(range(len(frames)))
    while places == sorted(places):
        places = shuffled(len(frames), generator)
    return [frames[place] for place in places]
