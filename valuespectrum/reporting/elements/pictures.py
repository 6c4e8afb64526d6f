"""Pictures inside a page."""

from __future__ import annotations

import base64
import io

from vectorstore.foreign.pictures import PICTURE_KINDS


def can_be_drawn(picture: bytes) -> bool:
    """Whether a picture can be drawn by ``data_uri``: a stored file may be damaged, none, or of another kind."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(picture), formats=PICTURE_KINDS) as opened:
            opened.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


def data_uri(picture: bytes, height: int) -> str:
    """A picture as a small JPEG data URI; it is drawn anew, so nothing of the original file but its pixels is kept.

    Args:
        picture: JPEG or PNG, which ``can_be_drawn``.
        height: Of the picture on the page, in CSS pixels; twice as many are kept.
    """
    from PIL import Image

    with Image.open(io.BytesIO(picture), formats=PICTURE_KINDS) as opened:
        small = opened.convert("RGB")
    small.thumbnail((4 * height, 2 * height))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
