"""What a source is: something that a user names and that leads to clips.

A ``SourceReader`` turns the user's words into ``SourceItem`` rows. An item knows what it is called, whether it may have
changed, what is said about it, and how to get its bytes for as long as they are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from ingest.media.media_guard import Limits
from ingest.transcripts.beside import FoundWords
from vectorstore.ledger.records import Failure, Source


@runtime_checkable
class SourceItem(Protocol):
    """One thing that may be a clip.

    It may be a ``PublishedItem``, a ``SettledItem`` and a ``WordedItem``, too.
    """

    @property
    def locator(self) -> str:
        """Absolute path or URL as printable text: names the source in the ledger, the same in every run."""

    def stamp(self) -> str:
        """Changes when the bytes may have changed. Cheap: reads nothing of the file, asks no server."""

    def describe(self, stamp: str) -> Source:
        """The source with everything said about it; texts cleaned, never trusted."""

    def local_file(self, limits: Limits) -> AbstractContextManager[Path]:
        """The bytes as a local file, for as long as the context lasts.

        A local item yields its own path. A remote one downloads into a private temporary folder and removes it
        afterwards.

        Raises:
            MediaError: There is no such file, with a typed reason.
        """


@runtime_checkable
class PublishedItem(Protocol):
    """An item whose bytes whoever published it has seen; see ``changed_upstream``."""

    @property
    def expected_sha256(self) -> str:
        """Hash of what was published, hexadecimal; empty where it is not known."""


@runtime_checkable
class SettledItem(Protocol):
    """A local item that knows its path without links, as it was found; see ``paths.settle``."""

    def settled(self) -> Path | None:
        """The path; ``None`` where it is not known."""


@runtime_checkable
class WordedItem(Protocol):
    """An item that brings words of its clip along: subtitle files, or those that its page offers."""

    def words(self) -> FoundWords | None:
        """All that there are now, in whatever state; ``None`` where nobody has looked."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How the user's words are to be read."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Our name of a field to the column of a manifest that holds it, e.g. ``{"url": "link"}``."""
    basis: str = ""
    """Why the user may use these clips, e.g. ``"own uploads"``; stored with each and printed in the card."""
    allow_absolute: bool = False
    """Whether a manifest may name files outside its own folder."""
    fetch: bool = False
    """Whether the links of a platform's data export are downloaded; its owner saw them, but does not own them."""
    same_bytes: bool = False
    """Whether an item whose bytes are not the published ones is refused; otherwise it is noted and kept."""
    network: Mapping[str, object] = field(default_factory=dict)
    """Options of readers that use the network; read and checked by them."""


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What became of every row of a list.

    Raises:
        AssertionError: The parts are not the whole: a row was lost, which is a bug.
    """

    name: str
    rows: int
    """Without the header and blank lines."""
    taken: int
    """Rows that name a clip which no earlier one names."""
    repeated: int
    """Rows that name a clip which an earlier one names."""
    refused: int
    """Rows that were read and name no clip that may be used."""
    unreadable: int
    """Rows that cannot be read, each line of a stretch in which nobody can tell where rows end."""
    list_id: str = ""
    """SHA-256 of what was read; the ledger keeps it with each source that the list describes."""
    notes: Mapping[str, int] = field(default_factory=dict)
    """Field and what is wrong with it, to the number of rows in which that was left out."""

    def __post_init__(self) -> None:
        if self.rows != self.taken + self.repeated + self.refused + self.unreadable:
            raise AssertionError(f"rows of {self.name} are not all accounted for: {self}")


@dataclass(frozen=True, slots=True)
class Found:
    """What the user's words led to."""

    items: Collection[SourceItem]
    """Each locator once, in a stable order. May be read lazily and more than once."""
    ignored: int = 0
    """Other things that were there and do not look like clips."""
    duplicates: int = 0
    """Further mentions of items that are already among ``items``."""
    failed_rows: Mapping[str, Collection[int]] = field(default_factory=dict)
    """For each list: what the locators of its unusable rows begin with, and the numbers of these rows. A row that was
    unusable before and is not among them has been put right, or is no longer there."""
    lists: Sequence[ListCounts] = ()
    """What became of the rows of each list."""
    unreachable: Sequence[Failure] = ()
    """Folders that could not be listed, and those in which there was nothing to take."""
    led_nowhere: Collection[str] = ()
    """What the user named that led to no item."""


@runtime_checkable
class SourceReader(Protocol):
    """A kind of source; an entry point of the group ``valuespectrum.sources`` is an object of this kind."""

    def accepts(self, text: str) -> bool:
        """Whether the words look like this kind of source. Cheap: no network, no reading of content."""

    def items(self, text: str, options: SourceOptions) -> Found:
        """Everything that the words lead to.

        Raises:
            InputError: Nothing does; one line that says why and what to write instead.
            StorageError: A folder or file cannot be read.
        """


@runtime_checkable
class LinkReader(SourceReader, Protocol):
    """A reader of URLs, which manifests and data exports ask for one item per row."""

    def link(self, url: str, options: SourceOptions) -> SourceItem:
        """The one clip behind a URL, without any network request.

        Raises:
            FetchError: ``policy``: the URL is not one of a single clip, or its host is not allowed.
            InputError: No URL could be used with these options.
        """


def changed_upstream(item: SourceItem, sha256: str) -> Failure | None:
    """A note when the bytes are not the ones that were published, e.g. since the platform encoded them again.

    The clip is used all the same (unless ``SourceOptions.same_bytes``); the note is for reports.

    Args:
        item: Any item.
        sha256: Of the bytes that were found, hexadecimal.
    """
    expected = item.expected_sha256 if isinstance(item, PublishedItem) else ""
    if not expected or expected == sha256:
        return None
    return Failure(item.locator, "changed_upstream", f"published with SHA-256 {expected}, found {sha256}")
