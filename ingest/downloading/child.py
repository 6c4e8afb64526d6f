"""The process that downloads one video or lists one page.

Reads one JSON object from standard input and writes one to standard output. Started by ``fetcher.py`` with an empty
environment in a private folder; everything it says is checked again there.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from ingest.cleaning.urls import OwnHost, parse_link, secured
from ingest.downloading.audit_guard import Guard, limit_process
from ingest.downloading.connector import RemoteConnections
from ingest.downloading.options import SUFFIXES, WITHHELD, subtitle_options, ytdlp_options
from vectorstore.foundation.errors import FetchError
from vectorstore.processes.confinement import confine_download, readable_folders

_FIELDS = frozenset({
    "_type", "id", "url", "webpage_url", "title", "description", "tags", "license", "uploader", "uploader_id",
    "uploader_url", "channel", "channel_id", "channel_url", "creator", "creator_id",
    "upload_date", "timestamp", "duration", "live_status",
})  # fmt: skip
"""What leaves this process of what a platform says."""
_MAX_TEXT = 8000
_LATEST = 4102444800  # the year 2100: later ones are nonsense
_ADULT = 18
# In this order: what is said about a rate limit, a region or a bad moment also says that the video is "not available",
# and a dead link may be removed for good.
_PHRASES = (
    ("policy", "no suitable extractor"),
    ("not_media", "unsupported url|requested format is not available|no video in this post"),
    ("blocked", "rate-limit|rate limit|not a bot|captcha|ip address is blocked|too many requests"),
    ("blocked", WITHHELD),
    ("network", "temporarily|try again|something went wrong"),
    ("extractor", "on this app"),
    ("unavailable", "private|unavailable|not available|isn't available|removed|deleted|terminated|not exist|not found"),
    ("unavailable", "has expired|no longer|does not have any videos"),
    ("blocked", "log in|login|sign in|cookies|blocked|empty media response|geo"),
)


class Task(TypedDict):
    """What one process is asked to do."""

    url: str
    own: bool
    """Whether it leads to a server that the user runs."""
    own_hosts: list[tuple[str, int]]
    download: bool
    listing: int
    """Most items to list; 0 downloads a single video."""
    subtitles: list[str]
    """Languages whose subtitle files are downloaded in place of the video; empty for the video."""
    cookies: str | None
    deno: str | None
    max_bytes: int
    max_memory: int
    max_seconds: float
    since: str
    until: str
    """Days, as ``YYYYMMDD``."""
    unconfined: bool


def main(descriptor: str) -> None:
    """Do what standard input asks for.

    Args:
        descriptor: Number of the socket over which connections come.
    """
    task: Task = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no answer
    limit_process(task["max_bytes"] + 2**20, task["max_memory"])
    json.dump(_answer(task, RemoteConnections(int(descriptor))), answers)
    answers.close()


def say_confinement() -> None:
    """Tell on standard output what would hold a download on this system."""
    json.dump(confine_download(Path.cwd(), None).to_json(), sys.stdout)


def _answer(task: Task, connections: RemoteConnections) -> dict[str, object]:
    job = DownloadJob(task, connections)
    program = Path(task["deno"]) if task["deno"] else None
    confinement = confine_download(Path.cwd(), program)
    # A program that the user named cannot run under a filter of calls: naming it is consent.
    if not confinement.calls and not program and not task["unconfined"]:
        return {"error": "unconfined"}
    try:
        return {**job.run(), "landlock": confinement.files}
    except FetchError as error:
        return {"error": error.reason, "message": error.message}
    except MemoryError:
        return {"error": "too_big", "message": "the reply does not fit into memory"}
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return {"error": "storage", "message": "no space left for downloads"}
        raise


class DownloadJob:
    """One download or listing."""

    def __init__(self, task: Task, connections: RemoteConnections) -> None:
        import yt_dlp
        from yt_dlp.networking import _urllib
        from yt_dlp.plugins import plugin_dirs

        plugin_dirs.value = []
        self._task = task
        self._decision: FetchError | None = None

        class Stop(yt_dlp.utils.DownloadCancelled):  # type: ignore[misc]
            """Ends the work at once: the library neither tries again nor looks for another way."""

        class PlainRH(_urllib.UrllibRH):  # type: ignore[misc]
            """The one way to the network: each hop is announced to the guard, and no browser is imitated."""

            _SUPPORTED_URL_SCHEMES = ("http", "https")

        class Downloader(yt_dlp.YoutubeDL):  # type: ignore[misc]
            """Without ways around the guard, and without writing cookies back."""

            def build_request_director(self, handlers: object, preferences: object = None) -> object:
                director: object = super().build_request_director([PlainRH], [])
                return director

            def save_cookies(self) -> None:
                pass

        self._stop, self._downloader, self._networking = Stop, Downloader, _urllib
        self._own = tuple(OwnHost(host, port) for host, port in task["own_hosts"])
        programs = [task["deno"]] if task["deno"] else []
        self._guard = Guard(self._own, connections, Path.cwd(), readable_folders(), programs, Stop)

    def run(self) -> dict[str, object]:
        """Do it, behind the guard from here on.

        Raises:
            FetchError: It was not done.
        """
        task = self._task
        options = ytdlp_options(task["own"], task["listing"], task["cookies"], task["deno"])
        options |= {"progress_hooks": [self._progress], "match_filter": self._match, "logger": _Silence()}
        options |= subtitle_options(task["subtitles"])
        # Names and addresses are not for this process to look at.
        self._networking.create_connection = self._guard.connect
        self._guard.install()
        try:
            with self._downloader(options) as downloader:
                found = downloader.extract_info(task["url"], download=task["download"])
                return self._listing(found) if task["listing"] else self._item(found)
        except MemoryError:
            raise
        except Exception as error:  # hostile replies make the library raise anything
            raise self._guard.refusal or self._decision or explain(error, self._is_asked_for) from error

    def _is_asked_for(self, url: str) -> bool:
        """Whether an address is that of the clip, or of the page with clips, by whatever link to it."""
        if self._task["listing"]:
            return True
        with contextlib.suppress(FetchError):
            asked, answering = (parse_link(secured(each), self._own) for each in (self._task["url"], url))
            return answering.key == asked.key or (asked.kind == "short_link" and answering.kind == "item")
        return False

    def _item(self, found: object) -> dict[str, object]:
        if (refusal := self._guard.refusal or self._decision) is not None:
            raise refusal
        if isinstance(found, Mapping) and found.get("_type", "video") != "video":
            found = next(iter(found.get("entries") or ()), None)
        if not isinstance(found, Mapping):
            raise FetchError("no video was found there", "unavailable")
        return {"info": _small(found)}

    def _listing(self, found: object) -> dict[str, object]:
        if not isinstance(found, Mapping):
            raise FetchError("nothing was found there", "unavailable")
        entries = found.get("entries")
        listed = []
        for entry in [found] if entries is None else entries:
            if isinstance(entry, Mapping):
                listed.append(_small(entry))
            if len(listed) >= self._task["listing"]:
                break
        return {"entries": listed}

    # Open: yt-dlp fills it in.
    def _progress(self, status: Mapping[str, Any]) -> None:
        done, total = status.get("downloaded_bytes") or 0, status.get("total_bytes") or 0
        if max(done, total) > self._task["max_bytes"]:
            self._decide(f"more than {self._task['max_bytes']} bytes", "too_big")

    def _match(self, info: Mapping[str, object], *, incomplete: bool) -> None:
        """Stop before anything is downloaded that would not be used."""
        if not self._task["download"]:
            return
        if info.get("live_status") in ("is_live", "is_upcoming", "post_live") or info.get("is_live"):
            self._decide("a live stream", "policy")
        age = info.get("age_limit")
        if isinstance(age, int | float) and age >= _ADULT:
            self._decide("the platform says it is for adults only", "policy")
        duration = info.get("duration")
        if isinstance(duration, int | float) and not duration <= self._task["max_seconds"]:  # also "not a number"
            self._decide(f"{duration:g} s, longer than {self._task['max_seconds']:g} s", "too_long")
        if incomplete:
            return
        if not isinstance(duration, int | float) and not self._task["own"]:
            self._decide("its length is not known", "policy")
        day = str(info.get("upload_date") or "")
        if day and not self._task["since"] <= day <= self._task["until"]:
            self._decide(f"published {day[:8]!a}, outside of the window", "policy")
        if str(info.get("ext")) not in SUFFIXES:
            self._decide(f"a file of type {str(info.get('ext'))[:20]!a}", "not_media")

    def _decide(self, message: str, reason: str) -> None:
        if self._decision is None:
            self._decision = FetchError(message, reason)
        raise self._stop(message)


class _Silence:
    """Takes yt-dlp's messages, which hold links with session keys; its errors arrive as exceptions."""

    def debug(self, message: str) -> None:
        """Drop it."""

    warning = error = debug


def explain(error: BaseException, is_asked_for: Callable[[str], bool] = lambda url: True) -> FetchError:
    """The reason behind yt-dlp's exception.

    Args:
        error: The exception.
        is_asked_for: Whether an address is that of the clip, and no part of it or interface of its platform.
    """
    from yt_dlp.networking.exceptions import HTTPError, TransportError
    from yt_dlp.utils import ContentTooShortError, GeoRestrictedError

    message = " ".join(str(error).removeprefix("ERROR: ").split(";")[0].split())[:300]
    for cause in _causes(error):
        if isinstance(cause, HTTPError):
            reason = _status_reason(cause.status)
            if reason == "unavailable" and not is_asked_for(str(cause.response.url)):
                # An interface that has moved, or a part that is lacking: of all clips of a platform at once, maybe.
                return FetchError(f"the server answers {cause.status} for something behind the page", "network")
            return FetchError(f"the server answers {cause.status}", reason)
        if isinstance(cause, MemoryError):
            return FetchError("the reply does not fit into memory", "too_big")
        if isinstance(cause, GeoRestrictedError):
            return FetchError(message, "blocked")
        if isinstance(cause, OSError) and cause.errno == errno.ENOSPC:
            return FetchError("no space left for downloads", "storage")
        if isinstance(cause, OSError) and cause.errno == errno.EFBIG:
            return FetchError("more bytes than allowed", "too_big")
        if isinstance(cause, TransportError | ContentTooShortError):
            return FetchError(message, "network")
    reason = next((reason for reason, phrases in _PHRASES if re.search(phrases, message, re.IGNORECASE)), "extractor")
    return FetchError(message or type(error).__name__, reason)


def _status_reason(status: int) -> str:
    if status in (404, 410, 451):
        return "unavailable"
    if status < 400:
        return "redirect"  # to something that is neither http nor https, or in a circle
    return "blocked" if status in (401, 403, 407, 429) else "network"


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(found) < 50:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or any(current is one for one in found):
            continue
        found.append(current)
        information = getattr(current, "exc_info", None) or ()
        waiting += [getattr(current, "cause", None), current.__cause__, current.__context__, *information[1:2]]
        waiting += getattr(current, "unexpected_errors", ())
    return found


def _small(found: Mapping[str, object]) -> dict[str, object]:
    """The fields that are used, cut to size."""
    small: dict[str, object] = {}
    for name in sorted(_FIELDS & found.keys()):
        value = found[name]
        if isinstance(value, str):
            small[name] = value[:_MAX_TEXT]
        elif value is None or isinstance(value, int | float):
            small[name] = value
        elif isinstance(value, list | tuple):
            small[name] = [one[:200] for one in value[:200] if isinstance(one, str)]
    moment = small.get("timestamp")
    if not small.get("upload_date") and isinstance(moment, int | float) and 0 < moment < _LATEST:
        small["upload_date"] = datetime.fromtimestamp(moment, UTC).strftime("%Y%m%d")
    return small
