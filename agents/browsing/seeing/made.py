"""Pictures that are made while an agent browses: contact sheets, the page that shows a clip, pictures with words over.

They are kept by their content in a folder beside the log, so that every picture that was shown can be looked at again.
A replay takes their hashes from the log and makes none.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agents.browsing.seeing.observe import TimedFrame
from agents.browsing.seeing.screens import Screens
from agents.models.base import FrameReference
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError, MediaError

if TYPE_CHECKING:
    from PIL import Image

_FIRST_BYTES: Mapping[bytes, str] = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}
_LARGEST = 2**26
"""Bytes of a picture of a page."""


class PictureSource(Protocol):
    """Where made pictures come from."""

    def sheet(self, frames: Sequence[TimedFrame], seconds: float) -> FrameReference:
        """Frames on one picture."""

    def page(self, item_id: str, seconds: float, over: Callable[[], Image.Image] | None = None) -> FrameReference:
        """The page while it shows a clip, with something laid over that."""

    def drawn_over(self, shown: TimedFrame, draw: Callable[[Image.Image], Image.Image]) -> FrameReference:
        """What is shown at a time, with something drawn over it."""


class MadeAnew:
    """Makes pictures and keeps them.

    Args:
        folder: Where they are kept; made when the first one is.
        screens: The page; ``None`` where none is shown.
    """

    def __init__(self, folder: Path, screens: Screens | None = None) -> None:
        self._folder = folder
        self._screens = screens

    def sheet(self, frames: Sequence[TimedFrame], seconds: float) -> FrameReference:
        """Frames on one picture, as PNG."""
        from agents.browsing.seeing.sheet import contact_sheet
        from agents.models.pictures import read_picture

        return self._drawn(contact_sheet([read_picture(frame.reference) for frame in frames]))

    def page(self, item_id: str, seconds: float, over: Callable[[], Image.Image] | None = None) -> FrameReference:
        """The page while it shows a clip, with something laid over that."""
        if self._screens is None:
            raise InputError("there is no page to take pictures of", "open one, or show frames")
        content = self._screens.shot(item_id, seconds, _as_png(over()) if over else b"")
        if len(content) > _LARGEST:
            raise MediaError(f"the picture of the page with {item_id!r:.80} has {len(content):,} bytes", "too_large")
        return self._kept(content)

    def drawn_over(self, shown: TimedFrame, draw: Callable[[Image.Image], Image.Image]) -> FrameReference:
        """What is shown at a time, with something drawn over it, as PNG."""
        from agents.models.pictures import read_picture

        return self._drawn(draw(read_picture(shown.reference)))

    def _drawn(self, picture: Image.Image) -> FrameReference:
        return self._kept(_as_png(picture))

    def _kept(self, content: bytes) -> FrameReference:
        ending = next((name for start, name in _FIRST_BYTES.items() if content.startswith(start)), "")
        if not ending:
            raise MediaError("what was made of the page is neither PNG nor JPEG", "unreadable")
        sha = hashlib.sha256(content).hexdigest()
        path = self._folder / f"{sha}{ending}"
        with storage_errors(path):
            if not path.exists():
                write_durably(path, content)
        return FrameReference(sha, path)


def _as_png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


class Logged:
    """The pictures that a log says were shown.

    Args:
        shown: Time to hash, of one step.
    """

    def __init__(self, shown: Mapping[float, str]) -> None:
        self._shown = shown

    def sheet(self, frames: Sequence[TimedFrame], seconds: float) -> FrameReference:
        """What was shown at that time; a hash of nothing where the log shows nothing."""
        sha = self._shown.get(seconds, "")
        return FrameReference(sha, Path(sha))

    def page(self, item_id: str, seconds: float, over: Callable[[], Image.Image] | None = None) -> FrameReference:
        """The same."""
        return self.sheet((), seconds)

    def drawn_over(self, shown: TimedFrame, draw: Callable[[Image.Image], Image.Image]) -> FrameReference:
        """The same."""
        return self.sheet((), shown.time)
