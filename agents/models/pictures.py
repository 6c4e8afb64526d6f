"""Read stored pictures: checked against their hash, bounded in size, always RGB."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from PIL import Image, ImageDraw

from agents.models.base import Ask, FrameReference
from vectorstore.foreign.pictures import PICTURE_KINDS
from vectorstore.foundation.errors import MediaError

MAXIMUM_PIXELS = 50_000_000
"""Larger pictures are refused before they are decoded."""

_FILTERS = Lock()

Key = TypeVar("Key")
Value = TypeVar("Value")


class RecentlyUsed(Generic[Key, Value]):
    """A mapping that keeps the most recently used entries.

    Args:
        capacity: Entries kept; the least recently used one goes first.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._entries: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The entry of ``key``, made by ``make`` when it is not there."""
        if key not in self._entries:
            self._entries[key] = make()
        self._entries.move_to_end(key)
        while len(self._entries) > self.capacity:
            self._entries.popitem(last=False)
        return self._entries[key]


def plain_pictures(folder: Path) -> tuple[FrameReference, ...]:
    """Pictures that nothing is in common of: a disc of one colour on another. Made to try out a model.

    Args:
        folder: Where they are written.
    """
    return tuple(_disc(folder / f"{number}.png", *colours) for number, colours in enumerate(_COLOURS))


_COLOURS = (("red", "white"), ("blue", "white"), ("white", "red"), ("black", "blue"))


def _disc(path: Path, colour: str, ground: str) -> FrameReference:
    picture = Image.new("RGB", (72, 72), ground)
    ImageDraw.Draw(picture).ellipse((6, 6, 66, 66), colour)
    picture.save(path)
    return FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path)


def picture_key(frames: tuple[FrameReference, ...]) -> tuple[str, ...]:
    """Hashes of the pictures in order: what identifies a visual stimulus."""
    return tuple(frame.picture_sha for frame in frames)


_AT = "at "
"""Begins the time of a frame of a video."""


def shown_key(ask: Ask) -> tuple[str, ...]:
    """What identifies all that an ask shows: hashes of the pictures in order, then the times of those of a video.

    Example:
        >>> from agents.models.base import Stimulus
        >>> frames = (FrameReference("aa", Path()), FrameReference("bb", Path()))
        >>> shown_key(Ask(Stimulus(frames, times=(0.0, 1.5)), "What is it?"))
        ('aa', 'bb', 'at 0.0', 'at 1.5')
    """
    return (*picture_key(ask.frames), *(f"{_AT}{time!r}" for time in ask.stimulus.times))


def shows_video(key: tuple[str, ...]) -> bool:
    """Whether what has this key is a video."""
    return bool(key) and key[-1].startswith(_AT)


def picture_size(frame: FrameReference) -> tuple[int, int]:
    """Width and height of a stored picture in pixels, from its header alone.

    Raises:
        MediaError: If the file is missing, is no picture, or is too large a one.
    """
    with _picture_errors(frame), _opened(frame.path) as picture:
        return _bounded(picture, frame).size


def read_picture(frame: FrameReference) -> Image.Image:
    """Decode one stored picture as RGB.

    Raises:
        MediaError: If the file is missing, is not the picture the hash names, is too large, or cannot be decoded.
    """
    content = read_picture_bytes(frame)
    with _picture_errors(frame):
        return _opened(io.BytesIO(content)).convert("RGB")


def read_picture_bytes(frame: FrameReference) -> bytes:
    """The stored file of a picture, checked but not decoded.

    Raises:
        MediaError: If the file is missing, is not the picture the hash names, or is too large.
    """
    with _picture_errors(frame):
        content = frame.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != frame.picture_sha:
            raise MediaError(f"{frame.path}: picture is not the one with hash {frame.picture_sha[:12]}", "changed")
        _bounded(_opened(io.BytesIO(content)), frame)
        return content


def _opened(file: Path | io.BytesIO) -> Image.Image:
    """A picture with its size, not decoded yet."""
    # Filters of warnings are of the whole process; pictures are read by several threads.
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(file, formats=PICTURE_KINDS)


def _bounded(picture: Image.Image, frame: FrameReference) -> Image.Image:
    if picture.width * picture.height > MAXIMUM_PIXELS:
        size = f"{picture.width}x{picture.height} pixels, more than {MAXIMUM_PIXELS:,}"
        raise MediaError(f"{frame.path}: picture of {size}", "too_large")
    return picture


@contextmanager
def _picture_errors(frame: FrameReference) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaError(f"{frame.path}: picture cannot be read ({error})", "unreadable") from error
