"""Which frames show nothing new: exact copies in the corpus, near-duplicates within a clip. Marked, never dropped.

Three rules: a frozen clip has one frame that counts; frames whose difference hashes nearly agree show the same; and,
once there are vectors, so do frames whose hashes agree a little less if their vectors nearly agree, too. Clips that
show the same are linked in ``clip_links.py``.

Measured on 432 frames of 54 real clips, many of them of a camera that stands still: the hash alone marks 225. Vectors
of the reference embedder, which knows drawn scenes only and puts all real ones close together, would mark 12 more
without regard to hashes, of which a person agrees with 3: those at 7 bits. At 9 to 27 bits it took a fruit for
another, a bottle for none, and fog for a traveller. With both rules it marks 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vectorstore.ledger.records import Frame

NEAR_DUPLICATE_BITS = 6
"""Two pictures whose difference hashes differ in at most this many of 64 bits count as the same."""
NEAR_DUPLICATE_COSINE = 0.99
"""Two frames of a clip whose vectors have at least this cosine, and whose hashes do not speak against it, count as the
same. Strict, since embedders put all frames of a clip close together: successive frames of ordinary clips lie around
0.9 to 0.98 for CLIP models."""
LOOSE_BITS = 8
"""Hashes speak against it when they differ in more bits than this: what an embedder was not made for it cannot tell
apart, and its vectors alone would say that all of it is the same."""
SAME_BRIGHTNESS = 8.0
"""Blank frames have no hash worth comparing; they count as the same when their brightness differs by less (of 255)."""


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


def mark_duplicates(frames: Sequence[Frame], known: Mapping[str, str], frozen: bool = False) -> list[Frame]:
    """Point each frame that shows nothing new to the frame that showed it first.

    Args:
        frames: Frames of one clip in order of time.
        known: Picture hash to frame id, for pictures that the corpus has already.
        frozen: Whether nothing moves in the clip: its first frame stands for all.

    Returns:
        The same frames with ``duplicate_of`` filled in.
    """
    marked: list[Frame] = []
    for frame in frames:
        original = known.get(frame.picture_sha) or _earlier(frame, marked, frozen)
        marked.append(replace(frame, duplicate_of=original))
    return marked


def _earlier(frame: Frame, before: Sequence[Frame], frozen: bool) -> str | None:
    for other in before:
        if other.duplicate_of is None and (frozen or _looks_the_same(frame, other)):
            return other.frame_id
    return None


def _looks_the_same(one: Frame, other: Frame) -> bool:
    if one.blank or other.blank:
        return one.blank and other.blank and abs((one.brightness or 0) - (other.brightness or 0)) < SAME_BRIGHTNESS
    return bits_apart(one.dhash, other.dhash) <= NEAR_DUPLICATE_BITS


def duplicates_by_vector(
    frames: Sequence[Frame], vectors: Mapping[str, NDArray[np.float32]], least: float = NEAR_DUPLICATE_COSINE
) -> dict[str, str]:
    """Frames of one clip, not marked yet, whose vector nearly equals that of an earlier frame with a similar hash.

    Args:
        frames: Frames of one clip in order of time.
        vectors: Picture hash to unit vector (dimension,); frames without one are left alone.
        least: Least cosine.

    Returns:
        Frame id to the id of the earlier frame.
    """
    originals: list[Frame] = []
    found: dict[str, str] = {}
    for frame in frames:
        if frame.duplicate_of or frame.blank or frame.picture_sha not in vectors:
            continue
        mine = vectors[frame.picture_sha]
        similar = (other for other in originals if bits_apart(frame.dhash, other.dhash) <= LOOSE_BITS)
        same = next((other for other in similar if float(mine @ vectors[other.picture_sha]) >= least), None)
        if same is None:
            originals.append(frame)
        else:
            found[frame.frame_id] = same.frame_id
    return found
