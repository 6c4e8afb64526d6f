"""Readers for tests, and a way to make the registry know them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ingest.cleaning.urls import parse_link
from ingest.media.media_guard import Limits
from ingest.sources import registry
from ingest.sources.base import Found, SourceItem, SourceOptions
from vectorstore.foundation import plugins
from vectorstore.foundation.errors import FetchError, InputError
from vectorstore.ledger.records import Source

OWN = {
    "data_export": "ingest.sources.data_export:DataExportReader",
    "folder": "ingest.sources.folder:FolderReader",
    "manifest": "ingest.sources.manifest:ManifestReader",
}
"""Readers of this project that need no network."""


@dataclass(frozen=True)
class LinkItem:
    """A link whose bytes are always the same."""

    locator: str
    basis: str = ""

    def stamp(self) -> str:
        return "link"

    def describe(self, stamp: str) -> Source:
        return Source(self.locator, stamp, title="as the page says", platform="page", basis=self.basis)

    @contextlib.contextmanager
    def local_file(self, limits: Limits) -> Iterator[Path]:
        yield Path(__file__)


class Links:
    """Takes links of two platforms and of one made-up host, and asks nobody."""

    def accepts(self, text: str) -> bool:
        return "://" in text

    def items(self, text: str, options: SourceOptions) -> Found:
        return Found((self.link(text, options),))

    def link(self, url: str, options: SourceOptions) -> SourceItem:
        if urlsplit(url).hostname == "clips.example":
            return LinkItem(url, options.basis)
        if options.network.get("refuse"):
            raise InputError("links cannot be used with these options", "use others")
        link = parse_link(url)
        if link.kind != "item":
            raise FetchError(f"link {url!a} is refused: it is no single video", "policy")
        return LinkItem(link.url, options.basis)


def register(monkeypatch: pytest.MonkeyPatch, more: Mapping[str, str]) -> None:
    """Have the registry know the own readers and some more, until ``load_sources.cache_clear``."""
    points = [EntryPoint(name, value, registry.SOURCES.group) for name, value in (OWN | dict(more)).items()]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    registry.load_sources.cache_clear()
