"""One video out of frames that were chosen already, as processors of ``transformers`` take it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_A_SECOND = 1000
"""Places in a second: a processor knows times as the numbers of frames of a film that has so many."""


def as_video(frames: Sequence[Image.Image], times: Sequence[float]) -> dict[str, object]:
    """Arguments of a processor that show frames as one video and leave none of them out.

    Args:
        frames: In order.
        times: Seconds into the clip of each.

    Example:
        >>> from PIL import Image
        >>> shown = as_video([Image.new("RGB", (8, 6))] * 3, [0.0, 1.5, 3.0])
        >>> shown["video_metadata"][0]["frames_indices"], shown["do_sample_frames"]
        ([0, 1500, 3000], False)
    """
    places = [round(time * _A_SECOND) for time in times]
    step = max(1, round((places[-1] - places[0]) / (len(places) - 1)))
    width, height = frames[0].size
    metadata = {
        # As long as its frames take at their mean distance: so many frames in such a time are the rate of sampling.
        "total_num_frames": len(places) * step,
        "fps": float(_A_SECOND),
        "frames_indices": places,
        "width": width,
        "height": height,
    }
    return {"videos": [list(frames)], "video_metadata": [metadata], "do_sample_frames": False}
