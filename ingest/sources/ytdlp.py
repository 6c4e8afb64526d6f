"""Short videos of TikTok, YouTube and Instagram: single links, and pages that list videos.

Nothing is remembered here about what was seen: the corpus' ledger is the archive. Every item has the same locator under
all of its links, and its stamp is its name on the platform, where videos are published once and never changed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from ingest.cleaning.link_rules import PLATFORMS
from ingest.cleaning.urls import Link, parse_link
from ingest.downloading.fetcher import Fetcher
from ingest.downloading.options import FetchOptions
from ingest.media.media_guard import Limits
from ingest.sources.base import Found, SourceOptions
from ingest.sources.sidecar import describe_info
from ingest.transcripts.beside import FoundWords
from vectorstore.foundation.errors import FetchError, InputError
from vectorstore.ledger.records import Source

_LIVE = ("is_live", "is_upcoming")


class RemoteItem:
    """One video on a platform.

    Args:
        link: The video.
        fetcher: Downloads it.
        basis: Why the user may use it.
        listed: What the page that listed it says about it; empty when it was named by its own link.
    """

    def __init__(self, link: Link, fetcher: Fetcher, basis: str, listed: Mapping[str, object] | None = None) -> None:
        self.link = link
        self._fetcher = fetcher
        self._basis = basis
        self._fields = dict(listed or {})
        self._words: FoundWords | None = None

    @property
    def locator(self) -> str:
        """The canonical link."""
        return self.link.url

    def stamp(self) -> str:
        """Platform and id: what a page says about a video differs from day to day, its pictures do not."""
        return self.link.key

    def describe(self, stamp: str) -> Source:
        """What the platform says: all of it once the video was downloaded, before that what the listing said."""
        # No title is made up: refreshing would put it in the place of the real one.
        # Which of its names are handles differs by platform, and the link says which one it is.
        said = describe_info({**self._fields, "extractor_key": self.link.platform}, name="")
        return Source(
            locator=self.locator,
            stamp=stamp,
            title=said.title,
            caption=said.caption,
            tags=said.tags,
            platform=self.link.platform,
            licence=said.licence,
            uploader=said.uploader,
            uploader_names=said.uploader_names,
            published=said.published,
            page_url=self._page(said.page_url),
            basis=self._basis,
        )

    @contextlib.contextmanager
    def local_file(self, limits: Limits) -> Iterator[Path]:
        """Download it into a private temporary folder, which is removed when the context ends.

        Raises:
            FetchError: It was not downloaded.
            StorageError: There is no place for it.
        """
        with self._fetcher.download(self.link, limits) as download:
            self._learn(download.fields)
            self._words = self._fetcher.subtitles(self.link)
            yield download.path

    def words(self) -> FoundWords | None:
        """The subtitles that the platform offered when it was last asked; ``None`` where it was not asked."""
        return self._words

    def check(self) -> None:
        """Ask the platform whether it is still there and what it says about it now; downloads nothing.

        Raises:
            FetchError: ``unavailable`` when it is gone; another reason when that could not be learnt.
        """
        self._learn(self._fetcher.look(self.link))
        self._words = self._fetcher.subtitles(self.link)

    def _learn(self, fields: Mapping[str, object]) -> None:
        self._fields |= {name: value for name, value in fields.items() if value is not None}

    def _page(self, said: str) -> str:
        # A short link leads to its video; any other page than one of this platform is somebody's invention.
        with contextlib.suppress(FetchError):
            page = parse_link(said)
            if page.platform == self.link.platform and page.kind == "item":
                return page.url
        return self.locator


class YtDlpReader:
    """Takes every link; says by name which are refused."""

    def accepts(self, text: str) -> bool:
        """Everything with a scheme, also those that are refused: with a reason instead of a missing file."""
        return "://" in text

    def items(self, text: str, options: SourceOptions) -> Found:
        """The video behind a link, or the videos that a page lists.

        Raises:
            InputError: The link is refused, no basis was given, or an option is wrong.
            FetchError: The page could not be read.
            StorageError: There is no place for temporary files.
        """
        link, fetch = _read(text, options)
        fetcher = _fetcher(fetch)
        if link.kind == "item":
            return Found((RemoteItem(link, fetcher, options.basis),))
        if link.platform == "youtube" and link.kind == "channel" and not link.identity.endswith(("/shorts", "/videos")):
            link = parse_link(f"{link.url}/shorts")
        return _collect(link, fetcher, fetch, options.basis)

    def link(self, url: str, options: SourceOptions) -> RemoteItem:
        """The video behind a link, without any request.

        Raises:
            FetchError: ``policy``: it is not the link of a single video, or it is refused.
            InputError: No basis was given, or an option is wrong.
        """
        fetch = FetchOptions.read(options.network)
        link = parse_link(url, fetch.own_hosts)
        if link.kind not in ("item", "short_link"):
            raise FetchError(f"{link.url} is a {link.kind} page, not a video", "policy")
        _check_basis(link, options)
        return RemoteItem(link, _fetcher(fetch), options.basis)


@lru_cache(maxsize=8)
def _fetcher(options: FetchOptions) -> Fetcher:
    return Fetcher(options)


def _read(text: str, options: SourceOptions) -> tuple[Link, FetchOptions]:
    fetch = FetchOptions.read(options.network)
    try:
        link = parse_link(text, fetch.own_hosts)
    except FetchError as error:
        names = ", ".join(platform.name for platform in PLATFORMS)
        raise InputError(error.message, f"use https links of {names}, as their share buttons give them") from error
    _check_basis(link, options)
    return link, fetch


def _check_basis(link: Link, options: SourceOptions) -> None:
    if not options.basis.strip():
        raise InputError(
            f"no basis was given for {link.url}: platforms forbid automated downloads unless you have a right to them",
            'say why you may use these videos, e.g. --basis "own uploads", "permission of ...", "CC BY"',
        )


def _collect(page: Link, fetcher: Fetcher, fetch: FetchOptions, basis: str) -> Found:
    items: dict[str, RemoteItem] = {}
    ignored = duplicates = 0
    for fields in fetcher.listing(page):
        link = _video(fields, fetch)
        if link is None or fields.get("live_status") in _LIVE:
            ignored += 1
        elif link.key in items:
            duplicates += 1
        else:
            item = RemoteItem(link, fetcher, basis, fields)
            if fetch.allows_day(item.describe("").published):
                items[link.key] = item
            else:
                ignored += 1
    if not items:
        raise InputError(
            f"{page.url} lists no videos that can be used", "open it in a browser and check the days asked for"
        )
    return Found(tuple(items.values()), ignored, duplicates)


def _video(fields: Mapping[str, object], fetch: FetchOptions) -> Link | None:
    for name in ("url", "webpage_url"):
        with contextlib.suppress(FetchError):
            link = parse_link(str(fields.get(name)), fetch.own_hosts)
            if link.kind == "item":
                return link
    return None
