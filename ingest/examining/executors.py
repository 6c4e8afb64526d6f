"""Where a file is looked at: in the calling thread, in a confined process, or (``engines/ray.py``) on another machine.

Every kind gives the same answer for the same file, so that a corpus does not depend on which one made it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from PIL import Image

from ingest.decoding.decode import DecodeOptions
from ingest.examining.media_file import FileFindings, IsKnown, Picture, examine
from ingest.examining.quality import Grey, Quality, grey_picture, is_frozen, measure, motion
from ingest.examining.worker_pool import DecodePool
from vectorstore.foundation.errors import MediaError


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured on the pictures of one clip."""

    qualities: tuple[Quality, ...] = ()
    """One per picture."""
    motion: float | None = None
    """See ``quality.motion``."""
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class FileRows:
    """All that is made of one file."""

    examination: FileFindings
    measures: Measures = field(default_factory=Measures)


class Files(Protocol):
    """Looks at files; called from several threads at once."""

    @property
    def at_once(self) -> int:
        """Files that may be under way at the same time."""

    @property
    def here(self) -> bool:
        """Whether files are opened on this machine; elsewhere the same file may lie behind other folders and links."""

    def look_at(self, path: Path, is_known: IsKnown) -> FileRows:
        """Hash, decode and measure a file; wait for the result.

        Args:
            path: Here, as ``paths.settle`` gives it; elsewhere, any name.
            is_known: Whether the clip of a SHA-256 needs no decoding.

        Raises:
            InputError: The options cannot be used.
            StorageError: Too many open files.
        """


class ThreadFiles:
    """Files that are trusted: decoded in the calling thread.

    Args:
        options: How to decode.
        at_once: Files at the same time.
    """

    here = True

    def __init__(self, options: DecodeOptions, at_once: int) -> None:
        self.at_once = at_once
        self._options = options

    def look_at(self, path: Path, is_known: IsKnown) -> FileRows:
        """See ``Files``."""
        return with_measures(examine(path, self._options, is_known))


class ConfinedFiles:
    """Files of strangers: decoded in confined processes, which start with the first file. Use as a context manager.

    Args:
        options: How to decode.
        at_once: Processes.
    """

    here = True

    def __init__(self, options: DecodeOptions, at_once: int) -> None:
        self.at_once = at_once
        self._options = options
        self._pool: DecodePool | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> ConfinedFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.close()

    def look_at(self, path: Path, is_known: IsKnown) -> FileRows:
        """See ``Files``."""
        with self._lock:
            self._pool = self._pool or DecodePool(self.at_once, self._options)
        return with_measures(self._pool.submit(path, is_known=is_known).result())


class FilesInTurn:
    """Files of another kind, each looked at when it is its turn.

    Args:
        files: The other kind.
        turns: Given for one file at a time.
    """

    def __init__(self, files: Files, turns: AbstractContextManager[object]) -> None:
        self.at_once = files.at_once
        self.here = files.here
        self._files = files
        self._turns = turns

    def look_at(self, path: Path, is_known: IsKnown) -> FileRows:
        """See ``Files``."""
        with self._turns:
            return self._files.look_at(path, is_known)


def with_measures(examination: FileFindings) -> FileRows:
    """Measure the pictures of a clip as they are stored."""
    if examination.media is None:
        return FileRows(examination)
    try:
        greys = _greys(examination.pictures)
    except (OSError, ValueError, SyntaxError) as error:
        # Only whoever took a decoder over sends pictures that cannot be read.
        failure = MediaError(f"its decoder sent a picture that cannot be read: {error}", "crashed")
        return FileRows(FileFindings(examination.clip_id, examination.size, failure=failure))
    return FileRows(examination, Measures(tuple(map(measure, greys)), motion(greys), is_frozen(greys)))


def _greys(pictures: Sequence[Picture]) -> list[Grey]:
    greys = []
    for picture in pictures:
        with Image.open(io.BytesIO(picture.jpeg)) as opened:
            # Skips what JPEG decoding spends on colour.
            opened.draft("L", opened.size)
            greys.append(grey_picture(opened))
    return greys
