"""Who published a clip, in every way in which a platform, a sidecar or a list says it.

The fields are yt-dlp's, and what they hold differs by platform: ``uploader`` is the handle on TikTok and the display
name on YouTube and Instagram, ``uploader_id`` a number, a channel id or a handle. What kind of name it is, is decided
here, once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from ingest.cleaning.urls import HOSTS, completed, parse_link
from vectorstore.foundation.errors import FetchError
from vectorstore.ledger.records import UploaderName
from vectorstore.ledger.uploader_names import DISPLAY, HANDLE, ID

FIELDS = (
    *("channel_id", "uploader_id", "creator_id", "channel_url", "uploader_url", "uploader", "channel", "creator"),
)
"""What may name the uploader; the first that does is the one by which videos of one person are counted."""
_HANDLES = {"tiktok": ("uploader",), "instagram": ("channel",)}
"""Fields that hold a handle on one platform; elsewhere they hold what the person wants to be called."""
_CHANNEL_ID = re.compile(r"channel/(UC[\w-]{22})")
_POSTED_BY = re.compile(r"/(?:@(?P<handle>[\w.-]{1,60})(?:/|\Z)|(?P<user>[\w.]{1,30})/(?:p|reels?|tv)/)")
_PAGE = re.compile(r"/(?:(?:channel/|c/|user/|@)[^/]+|[\w.]{1,30}(?=/(?:p|reels?|tv|tagged)/))(?=/|\Z)")
"""The path of somebody's page, with which those of its tabs, and of clips and lists on it, begin."""
_NOBODY = "_"
"""What stands in links of TikTok from which the name was taken."""
_LONGEST = 300
_ASIDE = re.compile(r"utm_.*|lang|hl|locale|ref|si|igshid|fbclid|gclid|feature")
"""Parameters of a link that say how somebody came to a page, or how it is shown; the others may say whose it is."""


def uploader_names(
    fields: Mapping[str, object], platform: str, clean: Callable[[object, int], str]
) -> tuple[UploaderName, ...]:
    """All names that are said, most reliable first, each once.

    Args:
        fields: Written by strangers: those of ``FIELDS``, and ``webpage_url``.
        platform: Lower case.
        clean: Makes one line of printable text of a value; empty for what is no text.
    """
    return tuple(dict.fromkeys(_names(fields, platform, clean)))


def _names(fields: Mapping[str, object], platform: str, clean: Callable[[object, int], str]) -> Iterator[UploaderName]:
    for field in FIELDS:
        value = fields.get(field)
        text = clean(str(value) if type(value) is int else value, _LONGEST)
        if not text:
            continue
        if field.endswith("_url"):
            yield from names_in_url(text)
        elif field.endswith("_id"):
            yield UploaderName(HANDLE if text.startswith("@") else ID, text)
        else:
            handle = text.startswith("@") or field in _HANDLES.get(platform, ())
            yield UploaderName(HANDLE if handle else DISPLAY, text)
    page = fields.get("webpage_url")
    if isinstance(page, str):
        yield from _poster(page)


def names_in_url(url: str) -> tuple[UploaderName, ...]:
    """The names in the address of a person's page, or of what is on it; the address itself where its form is not known.

    >>> [name.text for name in names_in_url("https://www.tiktok.com/@invented.baker?lang=en")]
    ['@invented.baker']
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    if not host:
        return ()
    try:
        page = _PAGE.match(parts.path) if parts.hostname in HOSTS else None
        link = parse_link(f"https://{parts.netloc}{page[0] if page else parts.path}")
    except FetchError:
        return () if parts.hostname in HOSTS else (UploaderName(ID, _page_elsewhere(host, parts)),)
    if link.kind != "channel":
        return ()
    if found := _CHANNEL_ID.match(link.identity):
        return (UploaderName(ID, found[1]),)
    name = link.identity.removeprefix("c/").removeprefix("user/").partition("/")[0].lstrip("@")
    return () if name == _NOBODY else (UploaderName(HANDLE, f"@{name}"),)


def _page_elsewhere(host: str, parts: SplitResult) -> str:
    said = sorted(pair for pair in parse_qsl(parts.query) if not _ASIDE.fullmatch(pair[0]))
    return f"{host}{parts.path}".rstrip("/") + (f"?{urlencode(said)}" if said else "")


def _poster(page: str) -> Iterator[UploaderName]:
    """The handle that stands in the link of a clip on TikTok and Instagram."""
    try:
        parts = urlsplit(page)
    except ValueError:
        return
    found = _POSTED_BY.match(parts.path) if parts.hostname in HOSTS else None
    if found and (handle := found["handle"] or found["user"]) and handle not in ("share", _NOBODY):
        yield UploaderName(HANDLE, f"@{handle}")


def asked_names(text: str) -> tuple[str, ...]:
    """What a user may mean by a name: itself, or the names in the address of a page."""
    link = completed(text)
    if "://" not in link:
        return (text,)
    return tuple(name.text for name in names_in_url(link)) or (text,)
