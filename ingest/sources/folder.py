"""Videos on local disks: a folder with everything below it, a single file, or a pattern such as ``clips/*.mp4``."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.formats import MEDIA_SUFFIXES
from ingest.guard import Limits
from ingest.sources.base import Found, SourceOptions
from ingest.sources.sidecar import MAX_TITLE, clean_text, describe
from vectorstore.errors import InputError, StorageError
from vectorstore.records import Source


@dataclass(frozen=True, slots=True)
class FileItem:
    """One local file that may be a clip."""

    path: Path
    """Absolute."""
    basis: str = ""
    """Why the user may use it."""

    @property
    def locator(self) -> str:
        """The path as text that can be stored and printed, whatever bytes the name has."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")

    def stamp(self) -> str:
        """Size, time and inode: changes when the file may have changed. Reads nothing of the file."""
        try:
            status = self.path.lstat()
        except OSError:
            return "missing"
        return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"

    def describe(self, stamp: str) -> Source:
        """The source with what its sidecar says about it."""
        found = describe(self.path)
        return Source(
            locator=self.locator,
            stamp=stamp,
            title=found.title,
            caption=found.caption,
            tags=found.tags,
            platform=found.platform,
            licence=found.licence,
            uploader=found.uploader,
            uploader_names=found.uploader_names,
            published=found.published,
            page_url=found.page_url,
            basis=clean_text(self.basis, MAX_TITLE),
        )

    @contextlib.contextmanager
    def local_file(self, limits: Limits) -> Iterator[Path]:
        """The file itself; whether it may be opened is for ``ingest.guard.open_media`` to say."""
        yield self.path


class FolderReader:
    """Takes whatever might be a path."""

    def accepts(self, text: str) -> bool:
        """Everything but links."""
        return "://" not in text

    def items(self, text: str, options: SourceOptions) -> Found:
        """All files that a folder, file or pattern leads to, sorted by path within each folder.

        Raises:
            InputError: It does not exist, or nothing in it looks like a video.
            StorageError: A folder cannot be read.
        """
        found, ignored = _find(text)
        if not found:
            raise InputError(f"no videos in {text}", f"a video is a file such as NAME.mp4; {ignored} others are there")
        paths = dict.fromkeys(found)
        return Found(tuple(FileItem(path, options.basis) for path in paths), ignored, len(found) - len(paths))


def _find(source: str) -> tuple[list[Path], int]:
    path = Path(os.path.abspath(source))  # noqa: PTH100 - resolve() would follow links, which the guard must see
    if path.is_dir():
        return _walk(path)
    if os.path.lexists(path):
        return [path], 0
    matches = sorted(glob.glob(source, recursive=True)) if glob.has_magic(source) else []  # noqa: PTH207 - any root
    if not matches:
        raise InputError(f"{source} does not exist", "name a folder of videos, a video, or a pattern in quotes")
    files: list[Path] = []
    ignored = 0
    for match in matches:
        below, others = _find(match)
        files += below
        ignored += others
    return files, ignored


def _walk(folder: Path) -> tuple[list[Path], int]:
    def refuse(error: OSError) -> None:
        raise StorageError(f"cannot read {error.filename}: {error.strerror}", "check its permissions") from error

    names = [Path(parent) / name for parent, _, files in os.walk(folder, onerror=refuse) for name in files]
    videos = sorted(name for name in names if name.suffix.lower() in MEDIA_SUFFIXES)
    return videos, len(names) - len(videos)
