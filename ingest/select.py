"""Which frames show nothing new: exact copies in the corpus, near-duplicates within a clip. Marked, never dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from vectorstore.records import Frame

NEAR_DUPLICATE_BITS = 6
"""Two pictures whose difference hashes differ in at most this many of 64 bits count as the same."""


def difference_hash(picture: Image.Image) -> str:
    """Hash that changes little when a picture is resized or recompressed (dHash).

    The picture is shrunk to 9x8 grey pixels; each bit says whether a pixel is darker than its right neighbour.

    Source: N. Krawetz, "Kind of Like That", hackerfactor.com, 2013.

    Args:
        picture: RGB or grey.

    Returns:
        64 bits as 16 hexadecimal digits.
    """
    grey = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BOX), dtype=np.int16)
    return np.packbits(grey[:, :-1] < grey[:, 1:]).tobytes().hex()


def bits_apart(first: str, second: str) -> int:
    """Number of bits in which two difference hashes differ, 0 to 64.

    >>> bits_apart("00000000000000ff", "0000000000000000")
    8
    """
    return (int(first, 16) ^ int(second, 16)).bit_count()


def mark_duplicates(frames: Sequence[Frame], known: Mapping[str, str]) -> list[Frame]:
    """Point each frame that shows nothing new to the frame that showed it first.

    Args:
        frames: Frames of one clip in order of time.
        known: Picture hash to frame id, for pictures that the corpus has already.

    Returns:
        The same frames with ``duplicate_of`` filled in.
    """
    marked: list[Frame] = []
    for frame in frames:
        original = known.get(frame.picture_sha) or _earlier(frame, marked)
        marked.append(replace(frame, duplicate_of=original))
    return marked


def _earlier(frame: Frame, before: Sequence[Frame]) -> str | None:
    for other in before:
        if other.duplicate_of is None and bits_apart(frame.dhash, other.dhash) <= NEAR_DUPLICATE_BITS:
            return other.frame_id
    return None
