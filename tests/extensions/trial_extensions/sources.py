"""A source: a folder that is named backwards."""

from __future__ import annotations

from ingest.sources.base import Found, SourceOptions
from ingest.sources.folder import FolderReader


class MirrorReader:
    """Reads ``mirror:spilc`` as the folder ``clips``."""

    def accepts(self, text: str) -> bool:
        return text.startswith("mirror:")

    def items(self, text: str, options: SourceOptions) -> Found:
        return FolderReader().items(text.removeprefix("mirror:")[::-1], options)
