"""What is asked of yt-dlp: one fixed set of options, which nothing that a user or a stranger writes can extend."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ingest.cleaning.urls import OwnHost
from ingest.downloading.pacing import PlatformPace
from ingest.transcripts.cues import TRACK_ID
from vectorstore.foundation.errors import FetchError, InputError
from vectorstore.foundation.user_paths import user_path

MINIMUM_VERSION = (2026, 7, 4)
"""yt-dlp before it has known holes that reach us; see docs/threat-model.md."""
_STALE_DAYS = 60

ITEM_EXTRACTORS = ("^tiktok$", r"^vm\.tiktok$", "^youtube$", "^instagram$")
"""yt-dlp's readers of single videos that may be used, as anchored patterns of their names."""
LIST_EXTRACTORS = (
    *("^tiktok:user$", "^tiktok:tag$", "^tiktok:collection$"),
    *("^youtube:tab$", "^youtube:playlist$", "^youtube:search_url$"),
    *("^instagram:user$", "^instagram:tag$"),
)
"""The same for pages that list videos."""
OWN_EXTRACTORS = ("^generic$",)
"""For servers the user runs, and for nothing else: this one asks any address it finds."""
SUFFIXES = ("mp4", "webm", "mkv", "mov", "m4v")
"""File types that are kept."""

WITHHELD = (
    r"in your (?:country|region|location)|from your location|geo.?(?:block|restrict)"
    "|permission to view|confirm your age|who follow this account|comfortable for some audiences"
)
"""What yt-dlp says, in whatever case, of a video that its platform does not show everywhere, or not to everybody."""

MOST_LANGUAGES = 4
"""Languages in which subtitles of one video are fetched."""
_SMALL = ["res:360", "vcodec:h264", "proto", "size"]
_PATHS = ("cookies", "temporary_folder", "js_runtime")
_KEYS = (
    "cookies, max_items, since, until, own_hosts, seconds, pace, max_blocks, temporary_folder, js_runtime, min_free, "
    "unconfined, subtitles"
)
_RIGHTS = ("cookies", "own_hosts", "temporary_folder", "js_runtime")
"""Options that let a download read a file, reach into the own network, write elsewhere, or run a program."""


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How videos are downloaded."""

    cookies: Path | None = None
    """Netscape cookies file; the lines of the platforms are copied, the file itself is only read."""
    max_items: int = 200
    """Most items taken from a page that lists videos."""
    since: date | None = None
    """First day of publication."""
    until: date | None = None
    """Last day of publication."""
    own_hosts: tuple[OwnHost, ...] = ()
    """Servers the user runs, allowed besides the platforms."""
    seconds: float = 300.0
    """Longest time for one download or one listing, after which its processes are killed."""
    pace: PlatformPace = field(default_factory=PlatformPace)
    temporary_folder: Path | None = None
    """Where private folders for downloads are made; the system's place by default."""
    js_runtime: Path | None = None
    """A deno program that yt-dlp may run for YouTube. Not needed for the rest, and off by default."""
    min_free: int = 512 * 2**20
    """Bytes that must stay free besides the largest download."""
    unconfined: bool = False
    """Download also where the kernel cannot confine the downloading process."""
    subtitles: tuple[str, ...] = ()
    """Languages in which subtitle files are fetched, too, as the platform calls them; one more request a video."""

    @classmethod
    def read(cls, settings: Mapping[str, object]) -> FetchOptions:
        """Check settings that a user wrote, each as what it is or as text.

        Raises:
            InputError: An unknown name, or a value of the wrong kind.
        """
        known = {name.strip() for name in _KEYS.split(",")}
        if unknown := sorted(set(settings) - known):
            raise InputError(f"unknown download option {unknown[0]!r}", f"known are {_KEYS}")
        usual = PlatformPace()
        pace = PlatformPace(
            _number(settings, "pace", usual.seconds, 0.0, 3600.0),
            _count(settings, "max_blocks", usual.max_blocks, 1, 100),
        )
        defaults = {entry.name: entry.default for entry in fields(cls)}
        since, until = _day(settings, "since"), _day(settings, "until")
        if since and until and since > until:
            raise InputError(f"no day lies after since={since} and before until={until}", "exchange them")
        return cls(
            cookies=_file(settings, "cookies"),
            max_items=_count(settings, "max_items", defaults["max_items"], 1, 100_000),
            since=since,
            until=until,
            own_hosts=_hosts(settings.get("own_hosts", ())),
            seconds=_number(settings, "seconds", defaults["seconds"], 0.1, 86_400),
            pace=pace,
            temporary_folder=_path(settings, "temporary_folder"),
            js_runtime=_file(settings, "js_runtime"),
            min_free=_count(settings, "min_free", defaults["min_free"], 0, 2**50),
            unconfined=_yes(settings, "unconfined"),
            subtitles=_languages(settings.get("subtitles", ())),
        )

    def allows_day(self, published: str) -> bool:
        """Whether a day of publication is in the window; an unknown one is."""
        first = self.since.isoformat() if self.since else ""
        last = self.until.isoformat() if self.until else "9999"
        return not published or first <= published[:10] <= last


def fetch_settings(pairs: Sequence[str]) -> dict[str, object]:
    """Settings for ``FetchOptions.read`` as they are written on a command line; paths become absolute.

    Args:
        pairs: Each ``NAME=VALUE``.

    Raises:
        InputError: Not a pair, an unknown name, or a value of the wrong kind.

    >>> fetch_settings(["since=2026-01-31", "max_items=50"])
    {'since': '2026-01-31', 'max_items': '50'}
    """
    settings: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals or not value:
            raise InputError(f"download option {pair!r} is not NAME=VALUE", f"names are {_KEYS}")
        settings[name] = str(user_path(value).absolute()) if name in _PATHS else value
    FetchOptions.read(settings)
    return settings


def granted_settings(remembered: Mapping[str, object], granted: Mapping[str, object]) -> dict[str, object]:
    """Download settings of a corpus, with what only the user can allow.

    A corpus may come from somebody else, who would otherwise choose which program is run on our machine.

    Args:
        remembered: What the corpus says.
        granted: What the user says now.

    Raises:
        InputError: The corpus asks for something that the user has not named.
    """
    for name in _RIGHTS:
        value = remembered.get(name)
        if value and name not in granted:
            shown = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            raise InputError(
                f"the corpus asks for downloads with {name}={shown[:200]!a}, which only you can allow",
                f"if that is what you want, add --fetch {name}=...; it is not taken from a corpus",
            )
    return {name: value for name, value in remembered.items() if name not in (*_RIGHTS, "unconfined")} | dict(granted)


def _number(settings: Mapping[str, object], name: str, default: object, low: float, high: float) -> float:
    value = settings.get(name, default)
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(f"download option {name} is {value!r}", f"a number from {low:g} to {high:g} is expected")
    return float(value)


def _count(settings: Mapping[str, object], name: str, default: object, low: int, high: int) -> int:
    value = _number(settings, name, default, low, high)
    if not value.is_integer():
        raise InputError(f"download option {name} is {value:g}", "a whole number is expected")
    return int(value)


def _yes(settings: Mapping[str, object], name: str) -> bool:
    value = settings.get(name, False)
    if value not in (True, False, "yes", "no"):
        raise InputError(f"download option {name} is {value!r:.100}", "write yes or no")
    return value in (True, "yes")


def _path(settings: Mapping[str, object], name: str) -> Path | None:
    value = settings.get(name)
    if value is None:
        return None
    if not isinstance(value, str | Path) or not str(value):
        raise InputError(f"download option {name} is {value!r}", "a path is expected")
    return user_path(value).absolute()


def _file(settings: Mapping[str, object], name: str) -> Path | None:
    path = _path(settings, name)
    if path is not None and not path.is_file():
        raise InputError(f"download option {name}: there is no file {path}", "name an existing file")
    return path


def _day(settings: Mapping[str, object], name: str) -> date | None:
    value = settings.get(name)
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise InputError(f"download option {name} is {value!r}", "write a day as 2026-01-31") from error


def _languages(value: object) -> tuple[str, ...]:
    named = value.split(",") if isinstance(value, str) else value
    if not isinstance(named, list | tuple) or len(named) > MOST_LANGUAGES or not all(map(_is_language, named)):
        raise InputError(
            f"download option subtitles is {value!r:.200}",
            f"write up to {MOST_LANGUAGES} languages as the platform calls them, e.g. en,de",
        )
    return tuple(dict.fromkeys(map(str, named)))


def _is_language(text: object) -> bool:
    # "all" would be every language that there is.
    form = rf"(?!all$)[A-Za-z]{{2,3}}(-[A-Za-z0-9]{{1,8}}){{0,3}}({TRACK_ID})?"
    return isinstance(text, str) and re.fullmatch(form, text) is not None


def _hosts(value: object) -> tuple[OwnHost, ...]:
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple):
        raise InputError(f"download option own_hosts is {value!r}", "write HOST:PORT, several with commas between them")
    try:
        return tuple(host if isinstance(host, OwnHost) else OwnHost.parse(str(host)) for host in value)
    except FetchError as error:
        raise InputError(f"download option own_hosts: {error.message}", "write HOST:PORT") from error


def ytdlp_options(
    own: bool, listing: int = 0, cookies: str | None = None, deno: str | None = None
) -> dict[str, object]:
    """yt-dlp's parameters for one download, or for one page that lists videos.

    Args:
        own: Whether the link leads to a server the user runs.
        listing: Most items to list; 0 downloads a single video.
        cookies: The copied cookies file.
        deno: Program that may solve YouTube's challenges.
    """
    protocols = "^https?$" if own else "^(https|http_dash_segments)$"
    extractors = OWN_EXTRACTORS if own else ITEM_EXTRACTORS + (LIST_EXTRACTORS if listing else ())
    return {
        "allowed_extractors": list(extractors),
        "noplaylist": not listing,
        "playlistend": listing or 1,
        "extract_flat": bool(listing),
        "skip_download": bool(listing),
        "lazy_playlist": bool(listing),
        # The model sees 224 pixels and no sound. Video without sound needs no merging, hence no ffmpeg process.
        "format": "/".join(f"{kind}[protocol~='{protocols}']" for kind in ("bv", "b", "bv*")),
        "format_sort": list(_SMALL),
        "outtmpl": {"default": "%(id).100B.%(ext)s"},
        "paths": {"home": "media"},
        "restrictfilenames": True,
        "overwrites": False,
        "continuedl": False,
        "updatetime": False,
        "cachedir": False,
        "cookiefile": cookies,
        "cookiesfrombrowser": None,
        "usenetrc": False,
        "netrc_cmd": None,
        "proxy": "",
        "enable_file_urls": False,
        "nocheckcertificate": False,
        "geo_bypass": False,
        "external_downloader": {},
        "postprocessors": [],
        "fixup": "never",
        "hls_prefer_native": True,
        "js_runtimes": {"deno": {"path": deno}} if deno else {},
        "remote_components": [],
        "ignoreerrors": False,
        "retries": 1,
        "fragment_retries": 1,
        "extractor_retries": 1,
        "file_access_retries": 0,
        "concurrent_fragment_downloads": 1,
        "skip_unavailable_fragments": False,
        "socket_timeout": 20.0,
        "sleep_interval_requests": 0.0 if own else 0.75,
        "default_search": "error",
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "color": {"stdout": "no_color", "stderr": "no_color"},
    }  # fmt: skip


def subtitle_options(languages: Sequence[str]) -> dict[str, object]:
    """Parameters beside those of one download with which subtitle files are written in place of the video.

    Args:
        languages: Exact names; none for no change. What was written by hand goes before what the platform recognised.
    """
    if not languages:
        return {}
    return {
        "skip_download": True,
        "writesubtitles": True,
        "writeautomaticsub": True,
        "subtitleslangs": list(languages),
        "subtitlesformat": "vtt/srt",
    }


def version_warnings(today: date, installed: str | None = None) -> list[str]:
    """What is to be said about the yt-dlp that is installed: sites and holes change every few weeks.

    Args:
        today: The date.
        installed: Its version; the installed one by default.
    """
    try:
        installed = installed or version("yt-dlp")
    except PackageNotFoundError:
        return ["yt-dlp is not installed: pip install -U yt-dlp"]
    numbers = [int(part) for part in re.findall(r"[0-9]+", installed)[:3]]
    if len(numbers) < 3:
        return [f"yt-dlp {installed} has an unknown kind of version; 2026.7.4 or newer is needed"]
    if tuple(numbers) < MINIMUM_VERSION:
        return [f"yt-dlp {installed} has known security holes: pip install -U 'yt-dlp>=2026.7.4'"]
    try:
        age = (today - date(*numbers)).days
    except ValueError:
        return [f"yt-dlp {installed} has an unknown kind of version; 2026.7.4 or newer is needed"]
    return (
        [f"yt-dlp {installed} is {age} days old; sites change often: pip install -U yt-dlp"]
        if age > _STALE_DAYS
        else []
    )
