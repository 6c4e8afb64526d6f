"""Items that behave as downloads do, without a network."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.media.media_guard import Limits
from vectorstore.foundation.errors import FetchError
from vectorstore.ledger.records import Source


@dataclass
class FakeRemote:
    """One video behind a link."""

    locator: str
    path: Path | None = None
    """What is downloaded; ``None`` fails."""
    reason: str = "unavailable"
    title: str = ""
    uploader: str = ""
    downloads: list[str] = field(default_factory=list)

    def stamp(self) -> str:
        return self.locator.rpartition("/")[2]

    def describe(self, stamp: str) -> Source:
        return Source(self.locator, stamp, title=self.title, uploader=self.uploader, platform="tiktok")

    @contextlib.contextmanager
    def local_file(self, limits: Limits) -> Iterator[Path]:
        self.downloads.append(self.locator)
        if self.path is None:
            raise FetchError(f"{self.locator}: refused", self.reason)
        yield self.path

    def check(self) -> None:
        if self.path is None:
            raise FetchError(f"{self.locator}: refused", self.reason)
