"""Pictures as files whose name is their content: ``frames/ab/ab12....jpg``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from vectorstore.errors import CorpusError
from vectorstore.storage import UNFINISHED, storage_errors, sync_folder, write_durably

_SHA = re.compile(r"[0-9a-f]{64}")


class FrameStore:
    """Content-addressed JPEG files below one folder. Safe from several threads.

    Args:
        folder: The ``frames`` folder of a corpus; made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, picture_sha: str) -> Path:
        """Where a picture lies, whether or not it is there.

        Raises:
            CorpusError: ``picture_sha`` is not a SHA-256 in hexadecimal (it could name a file elsewhere).
        """
        if not _SHA.fullmatch(picture_sha):
            raise CorpusError(f"not a picture hash: {picture_sha!r}")
        return self._folder / picture_sha[:2] / f"{picture_sha}.jpg"

    def put(self, pictures: Sequence[bytes]) -> list[str]:
        """Store picture files; on return they survive a crash.

        Args:
            pictures: Encoded pictures.

        Returns:
            SHA-256 of each, in order.

        Raises:
            StorageError: Disk full or read-only.
        """
        shas = [hashlib.sha256(picture).hexdigest() for picture in pictures]
        with storage_errors(self._folder):
            missing = {
                path: picture for path, picture in zip(map(self.path, shas), pictures, strict=True) if not path.exists()
            }
            for path, picture in missing.items():
                write_durably(path, picture, sync_entry=False)
            for folder in {path.parent for path in missing}:
                sync_folder(folder)
        return shas

    def sweep(self) -> int:
        """Remove what killed writers left unfinished; only the holder of the writer lock may call this.

        Returns:
            Number of files removed.
        """
        with storage_errors(self._folder):
            leftovers = list(self._folder.glob(f"*/*{UNFINISHED}"))
            for leftover in leftovers:
                leftover.unlink()
        return len(leftovers)

    def is_sound(self, picture_sha: str) -> bool:
        """Whether a picture's file is there and is what its name says."""
        try:
            return hashlib.sha256(self.path(picture_sha).read_bytes()).hexdigest() == picture_sha
        except OSError:
            return False

    def shas(self) -> Iterator[str]:
        """Hashes of all pictures that lie here, in no order."""
        with storage_errors(self._folder):
            for path in self._folder.glob("??/*.jpg"):
                if _SHA.fullmatch(path.stem):
                    yield path.stem

    def remove_all_but(self, picture_shas: Set[str]) -> int:
        """Delete all other pictures; only the holder of the writer lock may call this.

        Returns:
            Number of files deleted.

        Raises:
            StorageError: The folder cannot be written.
        """
        doomed = [self.path(sha) for sha in self.shas() if sha not in picture_shas]
        with storage_errors(self._folder):
            for path in doomed:
                path.unlink()
            for folder in {path.parent for path in doomed}:
                sync_folder(folder)
        return len(doomed)
