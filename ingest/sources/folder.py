"""Videos on local disks: a folder with everything below it, a single file, or a pattern such as ``clips/*.mp4``."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.cleaning.paths import Listing, is_folder, is_there, list_below, list_matches, look_at, printable, settle
from ingest.cleaning.text import MAX_TITLE, clean_text
from ingest.media.formats import MEDIA_SUFFIXES
from ingest.media.media_guard import Limits
from ingest.sources.base import Found, SourceOptions
from ingest.sources.companions import is_companion
from ingest.sources.sidecar import describe
from ingest.transcripts.beside import FoundWords, subtitles_beside
from vectorstore.foundation.errors import InputError, MediaError
from vectorstore.ledger.records import Failure, Source


@dataclass(frozen=True, slots=True)
class FileItem:
    """One local file that may be a clip."""

    path: Path
    """Absolute."""
    basis: str = ""
    """Why the user may use it."""
    place: Path | None = None
    """Where it was found, under a path without links; see ``paths.settle``."""
    problem: Failure | None = field(default=None, init=False, compare=False, repr=False)
    """Why its description could not be used when it was last read."""

    def settled(self) -> Path:
        """The path that is opened on this machine: no folder can have become a link since it was found."""
        return self.place or settle(self.path)

    @property
    def locator(self) -> str:
        """The path as text that can be stored and printed, whatever bytes the name has."""
        return printable(self.path)

    def stamp(self) -> str:
        """Size, time and inode: changes when the file may have changed. Reads nothing of the file."""
        try:
            status = look_at(self.path, self.path.name)
        except MediaError as error:
            return error.reason
        return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"

    def describe(self, stamp: str) -> Source:
        """The source with what its sidecar says about it."""
        found = describe(self.settled())
        object.__setattr__(self, "problem", found.problem)
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

    def words(self) -> FoundWords:
        """The subtitle files beside it; that its description cannot be used, as was last seen, is told with them."""
        found = subtitles_beside(self.settled())
        return replace(found, problems=(self.problem, *found.problems)) if self.problem else found

    @contextlib.contextmanager
    def local_file(self, limits: Limits) -> Iterator[Path]:
        """The file itself; whether it may be opened is for ``ingest.media.media_guard.open_media`` to say."""
        yield self.path


class FolderReader:
    """Takes whatever might be a path."""

    def accepts(self, text: str) -> bool:
        """Everything but links."""
        return "://" not in text

    def items(self, text: str, options: SourceOptions) -> Found:
        """All files that a folder, file or pattern leads to, sorted by path within each folder.

        What lies beside videos and is none is counted as ignored, a folder that cannot be listed as unreachable.

        Raises:
            InputError: It does not exist or cannot be looked at.
            StorageError: Too many open files.
        """
        listing, is_file, root = _list(text)
        # Once for all: from now on no folder below can become a link unseen.
        found = settle(root / "_").parent
        wanted = [path for path in listing.files if is_file or path.suffix.lower() in MEDIA_SUFFIXES]
        paths = dict.fromkeys(path for path in wanted if not is_companion(path))
        ignored = len(listing.files) - sum(path in paths for path in wanted)
        unreachable = list(listing.unreadable)
        if not paths and not is_file:
            unreachable.append(Failure(text, "no_videos", f"no videos in it, {ignored:,} other files"))
        repeated = len(listing.files) - ignored - len(paths)
        items = tuple(FileItem(path, options.basis, found / path.relative_to(root)) for path in paths)
        return Found(items, ignored, repeated, unreachable=unreachable)


def _list(source: str) -> tuple[Listing, bool, Path]:
    """What is there, whether it is a file that the user named by itself, and the folder below which all of it lies."""
    # Without following links, which the guard must see.
    path = Path(os.path.abspath(source))  # noqa: PTH100
    try:
        if stat.S_ISDIR(look_at(path, source, follow=True).st_mode):
            return list_below(path), False, path
    except MediaError as error:
        if error.reason == "unreadable":
            raise InputError(error.message, "check its permissions, and that its disk is there") from error
    if is_there(path):
        return Listing([path]), True, path.parent
    found = list_matches(os.path.abspath(source)) if glob.has_magic(source) else Listing()  # noqa: PTH100
    if not found.files and not found.unreadable:
        raise InputError(f"{source} does not exist", "name a folder of videos, a video, or a pattern in quotes")
    listing = Listing(unreadable=found.unreadable)
    for match in found.files:
        below = list_below(match) if is_folder(match) else Listing([match])
        listing.files += below.files
        listing.unreadable += below.unreadable
    named = itertools.takewhile(lambda part: not glob.has_magic(part), path.parts)
    return listing, False, Path(*named)
