"""From decoded pictures to stored ones: square pixels, one size, JPEG."""

from __future__ import annotations

import io

from PIL import Image

JPEG_QUALITY = 90


def fit_size(width: int, height: int, pixel_aspect: float, short_side: int) -> tuple[int, int]:
    """Size of a stored picture: square pixels, short side at most ``short_side``, never enlarged.

    Args:
        width: Pixels of the decoded picture.
        height: The same.
        pixel_aspect: Width of a decoded pixel over its height.
        short_side: Pixels.

    Returns:
        Width and height, at least 1.

    >>> fit_size(1280, 720, 1.0, 256)
    (455, 256)
    >>> fit_size(320, 180, 1.0, 256)
    (320, 180)
    """
    shown_width = width * pixel_aspect
    scale = min(1.0, short_side / min(shown_width, height))
    return max(1, round(shown_width * scale)), max(1, round(height * scale))


def to_jpeg(picture: Image.Image) -> bytes:
    """The picture as a JPEG file: equal pictures give equal bytes."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
