"""Downloads of single videos and listings of pages, each in a process of its own.

What a server sends is read by a large library, so it is read elsewhere: in a child with an empty environment, a private
folder, limits on files, memory and time, and a guard on every connection. What the child answers is checked here. See
``docs/threat-model.md``.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from ingest.cleaning.paths import settle
from ingest.cleaning.text import clean_text
from ingest.cleaning.urls import Link
from ingest.downloading.connector import Connector
from ingest.downloading.options import SUFFIXES, WITHHELD, FetchOptions, version_warnings
from ingest.downloading.pacing import Pacer
from ingest.media.formats import READ
from ingest.media.media_guard import Limits, open_media
from ingest.media.recognition import recognise
from ingest.transcripts.beside import FoundWords, read_subtitle_files
from ingest.transcripts.subtitles import LARGEST
from vectorstore.foundation.errors import FetchError, InputError, MediaError, StorageError
from vectorstore.ledger.records import Failure
from vectorstore.processes.child_process import NOWHERE, PIPE, ChildSetting, end_child, start_child, tell, wait_for
from vectorstore.processes.confinement import UNCONFINED, Confinement

_LOGGER = logging.getLogger(__name__)

REASONS = frozenset(
    "blocked unavailable too_big too_long policy deadline redirect not_media network extractor".split()  # noqa: SIM905
)
"""Codes of ``FetchError``."""
_MAX_ANSWER = 64 * 2**20
_MAX_COOKIES = 4 * 2**20
_MAX_MEMORY = 2 * 2**30
_CHILD = "ingest.downloading.child:main"
_TRIAL = "ingest.downloading.child:say_confinement"
_START = 60.0
"""Seconds that a downloading process may take to start."""
_PREFIX = "valuespectrum-fetch-"
_PACER = Pacer()
_SMALL = Limits(max_bytes=_MAX_ANSWER)
_SUBTITLES = Limits(max_bytes=LARGEST)


@dataclass(frozen=True, slots=True)
class Download:
    """A video that was downloaded."""

    path: Path
    """In a private folder; gone when the context ends."""
    fields: Mapping[str, object]
    """What the platform says about it; checked by ``ingest.sources.sidecar.describe_info``."""


class Fetcher:
    """Downloads, at the pace of each platform.

    Args:
        options: How.
        pacer: Shared by all fetchers of a process, unless told otherwise.

    Raises:
        StorageError: There is no place for downloads.
    """

    def __init__(self, options: FetchOptions, pacer: Pacer = _PACER) -> None:
        self._options = options
        self._pacer = pacer
        self._parent = options.temporary_folder or _temporary_folder()
        _warn_of_version()
        _sweep(self._parent)

    @contextlib.contextmanager
    def download(self, link: Link, limits: Limits) -> Iterator[Download]:
        """Download one video for as long as the context lasts.

        Args:
            link: Of a single video.
            limits: Bytes and seconds of video that are accepted.

        Raises:
            FetchError: It was not downloaded; the reason says whose decision that was.
            StorageError: There is no place for it.
        """
        with self._private_folder() as folder:
            self._check_space(limits)
            answer = self._ask(link, folder, limits, {"download": True})
            yield Download(_find_video(folder / "media", link, limits), _description(answer, link))

    def look(self, link: Link) -> Mapping[str, object]:
        """What the platform says about one video now, without downloading it.

        Raises:
            FetchError: ``unavailable`` when it is gone; other reasons say nothing about that.
        """
        with self._private_folder() as folder:
            return _description(self._ask(link, folder, _SMALL, {"download": False}), link)

    def subtitles(self, link: Link) -> FoundWords | None:
        """The subtitles that a platform has for one video in the languages that were asked for.

        Returns:
            ``None`` where none were asked for. What could not be fetched is a problem and not an error: a video is no
            worse without its words.
        """
        languages = list(self._options.subtitles)
        if not languages:
            return None
        with self._private_folder() as folder:
            try:
                self._ask(link, folder, _SUBTITLES, {"download": True, "subtitles": languages})
            except FetchError as error:
                return FoundWords("platform", None, (Failure(link.url, "subtitles", error.message),))
            return read_subtitle_files(folder / "media", languages, link.url)

    def listing(self, link: Link) -> list[Mapping[str, object]]:
        """What a page lists, at most ``max_items`` entries; for a short link, where it leads.

        Raises:
            FetchError: The page was not read.
        """
        with self._private_folder() as folder:
            work: dict[str, object] = {"download": False, "listing": self._options.max_items}
            entries = self._ask(link, folder, _SMALL, work).get("entries")
        if not isinstance(entries, list):
            raise FetchError(f"{link.url}: the downloading process gave no list", "extractor")
        return [entry for entry in entries if isinstance(entry, dict)]

    @contextlib.contextmanager
    def _private_folder(self) -> Iterator[Path]:
        try:
            folder = tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._parent)
        except OSError as error:
            raise StorageError(
                f"no folder for downloads in {self._parent}: {error.strerror}", "name another one"
            ) from error
        with folder as name:
            for part in ("home", "media"):
                (Path(name) / part).mkdir(mode=0o700)
            yield Path(name)

    def _check_space(self, limits: Limits) -> None:
        free = shutil.disk_usage(self._parent).free
        if free < limits.max_bytes + self._options.min_free:
            raise StorageError(
                f"{free // 2**20} MiB are free in {self._parent}, too few for a download",
                "free some space, name another folder, or allow less per video",
            )

    def _ask(self, link: Link, folder: Path, limits: Limits, work: dict[str, object]) -> dict[str, object]:
        task = json.dumps(self._task(link, folder, limits) | work)
        self._pacer.wait(link.platform, self._options.pace)
        with Connector(self._options.own_hosts) as connector:
            status = _run(task, folder, self._options.seconds, link.url, connector.theirs)
        answer = _read_answer(folder, link.url, status)
        reason = answer.get("error")
        said = clean_text(answer.get("message"), 300)
        # What is not shown here, or not to everybody, is an answer like others: whoever asks has not been refused.
        refused = reason == "blocked" and not re.search(WITHHELD, said, re.IGNORECASE)
        self._pacer.tell(link.platform, blocked=refused)
        if reason is None:
            if not answer.get("landlock"):
                _warn_of_files()
            return answer
        message = f"{link.url}: {said}"
        if reason == "unconfined":
            raise InputError("this system cannot confine a downloading process, so nothing is downloaded", UNCONFINED)
        if reason == "storage":
            raise StorageError(message, "free some space, or name another folder")
        raise FetchError(message, str(reason) if reason in REASONS else "extractor")

    def _task(self, link: Link, folder: Path, limits: Limits) -> dict[str, object]:
        options = self._options
        since = options.since.strftime("%Y%m%d") if options.since else ""
        until = options.until.strftime("%Y%m%d") if options.until else "99999999"
        return {
            "url": link.url,
            "listing": 0,
            "subtitles": [],
            "own": link.platform == "own",
            "own_hosts": [[own.host, own.port] for own in options.own_hosts],
            "max_bytes": limits.max_bytes,
            "max_seconds": limits.max_seconds,
            # deno reserves far more addresses than it uses.
            "max_memory": 0 if options.js_runtime else _MAX_MEMORY,
            "since": since,
            "until": until,
            "cookies": _copy_cookies(options.cookies, folder, link) if options.cookies else None,
            "unconfined": options.unconfined,
            "deno": str(options.js_runtime) if options.js_runtime else None,
        }


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise StorageError(
            "no folder for downloads: no temporary folder can be written", "free some space, or name another one"
        ) from error


def try_confinement() -> Confinement:
    """Start a process as for a download, and ask what holds it.

    Raises:
        StorageError: It does not start.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as answer:
        child = start_child(_TRIAL, streams=(NOWHERE, answer, NOWHERE), setting=ChildSetting(folder=Path(folder)))
        try:
            status = wait_for(child, _START)
        finally:
            end_child(child)
        if status != 0:
            raise StorageError(f"a downloading process does not start: status {status}", "install valuespectrum again")
        answer.seek(0)
        return Confinement(*json.load(answer))


def _run(task: str, folder: Path, seconds: float, name: str, line: socket.socket) -> int:
    """Run the child until it ends or time is over; nothing of it is left afterwards. Returns its exit status."""
    home = str(folder / "home")
    environment = {
        **{"PATH": home, "HOME": home, "XDG_CONFIG_HOME": home, "TMPDIR": home},
        **{"YTDLP_NO_PLUGINS": "1", "LANG": "C.UTF-8"},
    }
    with (folder / "answer").open("wb") as answer, (folder / "messages").open("wb") as messages:
        process = start_child(
            _CHILD,
            [str(line.fileno())],
            streams=(PIPE, answer, messages),
            descriptors=[line.fileno()],
            setting=ChildSetting(environment, folder=folder),
        )
        try:
            tell(process, task.encode())
            if wait_for(process, seconds) is None:
                raise FetchError(f"{name}: not downloaded within {seconds:g} s", "deadline")
        finally:
            end_child(process)
    return int(process.returncode)


def _read_answer(folder: Path, name: str, status: int) -> dict[str, object]:
    with (folder / "answer").open("rb") as file:
        content = file.read(_MAX_ANSWER + 1)
    try:
        answer = json.loads(content) if len(content) <= _MAX_ANSWER else None
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict):
        return answer
    with (folder / "messages").open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 400))
        last = file.read().decode("utf-8", "replace").split("\n")[-2:]
    said = " ".join(last).strip()[-200:]
    raise FetchError(f"{name}: the downloading process failed with status {status}: {said!a}", "extractor")


def _description(answer: Mapping[str, object], link: Link) -> Mapping[str, object]:
    fields = answer.get("info")
    if not isinstance(fields, dict):
        raise FetchError(f"{link.url}: the downloading process gave no description", "extractor")
    return fields


def _find_video(media: Path, link: Link, limits: Limits) -> Path:
    """The one file that was downloaded, known by its content to be a video."""
    files = sorted(media.iterdir())
    # yt-dlp reports success for files that it skipped.
    if len(files) != 1:
        raise FetchError(f"{link.url}: {len(files)} files were downloaded, not one", "not_media")
    path = files[0]
    if path.suffix.lower().lstrip(".") not in SUFFIXES:
        raise FetchError(f"{link.url}: a file of type {path.suffix[:20]!a}", "not_media")
    try:
        with open_media(settle(path), limits) as file:
            # FFmpeg's own probe is for the confined decoder.
            kind = recognise(file)
    except MediaError as error:
        raise FetchError(error.message, "too_big" if error.reason == "too_big" else "not_media") from error
    if kind not in READ:
        raise FetchError(f"{link.url}: {kind.title if kind else 'not a video'}, which is not read", "not_media")
    return path


def _copy_cookies(source: Path, folder: Path, link: Link) -> str:
    """Copy the cookies of one platform: the child has no business with the others in the file."""
    domain = link.url.partition("://")[2].partition("/")[0].rpartition(":")[0] if link.platform == "own" else ""
    domain = domain or f"{link.platform}.com"
    try:
        with source.open("r", encoding="utf-8") as file:
            lines = file.read(_MAX_COOKIES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the cookies file cannot be read: {error}", "export it in Netscape format") from error
    kept = [line for line in lines if _is_cookie_of(line, domain)]
    if not any(line.count("\t") == 6 for line in lines):
        raise InputError(f"{source.name} holds no cookies in Netscape format", "export it in Netscape format")
    target = folder / "cookies.txt"
    target.touch(mode=0o600)
    target.write_text("\n".join(["# Netscape HTTP Cookie File", *kept, ""]), encoding="utf-8")
    target.chmod(0o400)
    return str(target)


def _is_cookie_of(line: str, domain: str) -> bool:
    fields = line.removeprefix("#HttpOnly_").split("\t")
    host = fields[0].lower().lstrip(".")
    return len(fields) == 7 and (host == domain or host.endswith(f".{domain}"))


@cache
def _warn_of_version() -> None:
    for warning in version_warnings(datetime.now(UTC).date()):
        _LOGGER.warning("%s", warning)


@cache
def _warn_of_files() -> None:
    _LOGGER.warning(
        "this kernel has no Landlock: a downloading process that was taken over could read and write your files"
    )


def _sweep(parent: Path) -> None:
    """Remove folders of processes that were killed."""
    for folder in parent.glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if number.isdecimal() and folder.lstat().st_uid == os.getuid() and not _is_alive(int(number)):
                shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
