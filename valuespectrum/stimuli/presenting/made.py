"""Where pictures lie that were made for a run: files named by what they were made of, in the folder of the run."""

from __future__ import annotations

import hashlib
import io
import stat
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from agents.models.ask_key import canonical_json
from agents.models.base import FrameReference
from vectorstore.foreign.inside import refuse_other
from vectorstore.foundation.disk import storage_errors, sync_folder, write_durably

_VERSION = 1
"""Of what is drawn (``drawn.py``) from a recipe."""
_LARGEST = 2**26
"""Bytes."""


class MadePictures:
    """Makes each picture once: a run that is taken up again shows the very files that it showed before.

    Args:
        folder: Where they are written; made when something is.
        seen: Another folder where some may lie already, which is only read.
    """

    def __init__(self, folder: Path, seen: Path | None = None) -> None:
        self._folder, self._seen = folder, seen
        self._known: dict[str, FrameReference] = {}
        self._by_sha: dict[str, Path] = {}
        self._unsynced = False

    def get(self, recipe: object, draw: Callable[[], Image.Image]) -> FrameReference:
        """The picture of a recipe, drawn where it is not there.

        Args:
            recipe: Plain JSON: everything that the picture is made of.
            draw: Makes it.

        Raises:
            CorpusError: A link or the like lies where it belongs.
            StorageError: The folder cannot be written.
        """
        name = hashlib.sha256(canonical_json([_VERSION, recipe]).encode()).hexdigest()
        if name not in self._known:
            path, content = self._found(name) or self._written(name, draw())
            reference = FrameReference(hashlib.sha256(content).hexdigest(), path)
            self._known[name] = reference
            self._by_sha[reference.picture_sha] = path
        return self._known[name]

    def path(self, picture_sha: str) -> Path | None:
        """The file of a picture that was got; ``None`` for any other."""
        return self._by_sha.get(picture_sha)

    def settle(self) -> None:
        """Make the names of what was written survive a power cut."""
        if self._unsynced:
            with storage_errors(self._folder):
                sync_folder(self._folder)
            self._unsynced = False

    def _found(self, name: str) -> tuple[Path, bytes] | None:
        for folder in (self._folder, self._seen):
            if folder is None:
                continue
            path = folder / f"{name}.png"
            with storage_errors(folder):
                refuse_other(folder, stat.S_IFDIR)
                refuse_other(path, most=_LARGEST)
                if path.is_file():
                    return path, path.read_bytes()
        return None

    def _written(self, name: str, picture: Image.Image) -> tuple[Path, bytes]:
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", compress_level=6)
        path = self._folder / f"{name}.png"
        with storage_errors(path):
            write_durably(path, buffer.getvalue(), sync_entry=False)
        self._unsynced = True
        return path, buffer.getvalue()
