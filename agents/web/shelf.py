"""Pictures and videos of a catalogue as a page fetches them; what is asked for is looked up, never put into a path."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.web.options import ClipMedia, OpenMedia, no_media
from agents.web.ranges import FilePart
from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.errors import CorpusError, InputError

_LARGEST = 64 * 2**20
"""Bytes of a stored picture."""
_MOST_OPEN = 16
"""Videos held open at once."""
_BLOCK = 2**18


@dataclass(eq=False)
class Shelf:
    """Everything that a page may show; use as a context, which closes what is open.

    Args:
        catalogue: The clips.
        open_media: Finds the video of a clip.
    """

    catalogue: Catalogue
    open_media: OpenMedia = no_media
    _held: OrderedDict[str, ClipMedia | None] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _paths: Mapping[str, Path] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        frames = (frame.reference for clip in self.catalogue.clips.values() for frame in clip.frames)
        self._paths = {frame.picture_sha: frame.path for frame in frames}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            for held in self._held.values():
                if held is not None:
                    held.file.close()
            self._held.clear()

    def clip(self, clip_id: str) -> CatalogueClip:
        """A clip by its id.

        Raises:
            InputError: There is none.
        """
        if clip_id not in self.catalogue.clips:
            raise InputError(f"there is no clip {clip_id!r:.80} in this feed")
        return self.catalogue.clips[clip_id]

    def picture(self, picture_sha: str) -> bytes | None:
        """A stored picture; ``None`` when the feed has none of this hash, or its file is not what it was."""
        path = self._paths.get(picture_sha)
        if path is None:
            return None
        try:
            content = read_regular(path, _LARGEST)
        except (OSError, CorpusError, InputError):
            return None
        return content if hashlib.sha256(content).hexdigest() == picture_sha else None

    def video(self, clip_id: str) -> Video | None:
        """The video of a clip, to be closed by the caller; ``None`` where only pictures are at hand."""
        if clip_id not in self.catalogue.clips:
            return None
        with self._lock:
            if clip_id not in self._held:
                self._held[clip_id] = self.open_media(clip_id)
                self._make_room()
            self._held.move_to_end(clip_id)
            held = self._held[clip_id]
            return None if held is None else Video(held)

    def _make_room(self) -> None:
        open_ones = [name for name, held in self._held.items() if held is not None]
        for name in open_ones[:-_MOST_OPEN]:
            held = self._held.pop(name)
            if held is not None:
                held.file.close()


class Video:
    """A video while it is being sent: it has a descriptor of its own, so the shelf may let go of it meanwhile."""

    def __init__(self, media: ClipMedia) -> None:
        self._descriptor = os.dup(media.file.fileno())
        self.size = media.size
        self.content_type = media.content_type

    def blocks(self, part: FilePart) -> Iterator[bytes]:
        """The bytes of a part, block by block."""
        place, end = part.first, part.last + 1
        while place < end and (block := os.pread(self._descriptor, min(_BLOCK, end - place), place)):
            place += len(block)
            yield block

    def close(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)
