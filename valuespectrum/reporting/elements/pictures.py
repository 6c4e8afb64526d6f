"""Pictures inside a page."""

from __future__ import annotations

import base64
import io


def data_uri(picture: bytes, height: int) -> str:
    """A picture as a small JPEG data URI; it is drawn anew, so nothing of the original file but its pixels is kept.

    Args:
        picture: JPEG or PNG.
        height: Of the picture on the page, in CSS pixels; twice as many are kept.
    """
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as opened:
        small = opened.convert("RGB")
    small.thumbnail((4 * height, 2 * height))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
