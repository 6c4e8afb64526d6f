"""What the user has named to fill a corpus: which of its clips each source stands for, and how to forget one.

A source stands for files that lie where it says, for links that it is, and for everything that a list describes or
described. Which clips came from a page of links is not noted anywhere.
"""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.cleaning.paths import printable
from ingest.cleaning.urls import HOSTS
from ingest.saved_sources import (
    RememberedSource,
    forget_remembered,
    remembered_lists,
    remembered_sources,
    without_poster,
)
from ingest.sources.folder import FileItem
from ingest.sources.registry import link_item, load_sources
from ingest.sources.tables.table import SUFFIXES
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError, MediaError
from vectorstore.ledger.records import Receipt, Source, SourceRow

_ROW = "#row-"


@dataclass(frozen=True, slots=True)
class NamedSource:
    """Something that the user named."""

    number: int
    """From 1, in the order in which they were named."""
    source: RememberedSource
    is_page: bool
    """Whether it is a page of links, of which nobody knows what came from it."""
    clips: tuple[SourceRow, ...] = ()
    """Rows of the ledger for which it stands and that led to clips."""
    only: tuple[SourceRow, ...] = ()
    """Those of the clips for which no other source stands."""
    failed: tuple[SourceRow, ...] = ()
    """Failures for which it stands."""
    failed_only: tuple[SourceRow, ...] = ()
    """Those of the failures for which no other source stands."""
    described: tuple[SourceRow, ...] = ()
    """Those of the clips that it describes, as a list does."""


def named_sources(corpus: Corpus) -> list[NamedSource]:
    """Everything that was named, in order, with what it stands for.

    Raises:
        CorpusError: The corpus does not say in a way that is known.
    """
    remembered = remembered_sources(corpus)
    cover = _Cover(remembered, remembered_lists(corpus))
    clips: list[list[SourceRow]] = [[] for _ in remembered]
    only: list[list[SourceRow]] = [[] for _ in remembered]
    failed: list[list[SourceRow]] = [[] for _ in remembered]
    failed_only: list[list[SourceRow]] = [[] for _ in remembered]
    described: list[list[SourceRow]] = [[] for _ in remembered]
    for row in corpus.sources():
        listed, found = cover.of(row)
        for place in found:
            (clips if row.clip_ids else failed)[place].append(row)
            if len(found) == 1:
                (only if row.clip_ids else failed_only)[place].append(row)
        for place in listed if row.clip_ids else ():
            described[place].append(row)
    return [
        NamedSource(
            place + 1,
            source,
            cover.is_page(place),
            tuple(clips[place]),
            tuple(only[place]),
            tuple(failed[place]),
            tuple(failed_only[place]),
            tuple(described[place]),
        )
        for place, source in enumerate(remembered)
    ]


def find_named(named: Sequence[NamedSource], text: str) -> NamedSource:
    """The source that is meant.

    Args:
        named: All of them.
        text: Its number, or how it is listed.

    Raises:
        InputError: None is, or several are.
    """
    whole = without_poster(text) if "://" in text else str(Path(text).absolute())
    found = [each for each in named if each.source.text in (text, whole)]
    if not found and text.isdecimal():
        found = [each for each in named if each.number == int(text)]
    hint = "`corpus sources` lists them with numbers"
    if not found:
        raise InputError(f"{text!a:.300} is no source of this corpus", hint)
    if len(found) > 1:
        numbers = ", ".join(str(each.number) for each in found)
        raise InputError(f"{text!a:.300} was named in several ways: {numbers}", "name one by its number")
    return found[0]


def foresee_forget(corpus: Corpus, named: NamedSource, with_clips: bool) -> Receipt:
    """What ``forget`` would take out; nothing is changed."""
    return corpus.foresee_forgetting([row.locator for row in named.only] if with_clips else [])


def forget(corpus: Corpus, named: NamedSource, with_clips: bool) -> Receipt:
    """Undo that a source was named: it is looked at no more, its failures go, and what a list said is unsaid.

    Clips stay, described by what stands beside their files, and with the next refresh by the other sources that name
    them. A tombstone is never left: everything may come in again.

    Args:
        corpus: Open for writing.
        named: The source.
        with_clips: Whether clips go for which no other source stands.

    Raises:
        InputError: ``with_clips`` for a page of links.
        CorpusLockedError: The rows are gone, but a reader keeps the ledger's file from being written anew.
        StorageError: Disk full or read-only.
    """
    if with_clips and named.is_page:
        raise InputError(
            "which clips came from a page is not noted", "take them out by name: `corpus remove --url LINK`"
        )
    gone = {row.locator for row in named.only} if with_clips else set()
    described = [row for row in named.described if row.locator not in gone]
    # First what can be repeated: until the last step the source is still there to be forgotten.
    corpus.curation.forget_failures([row.locator for row in named.failed_only])
    corpus.curation.unsay([row.locator for row in described], [_own_words(row) for row in described])
    receipt = corpus.forget_sources(sorted(gone)) if gone else corpus.foresee_forgetting([])
    forget_remembered(corpus, named.source)
    return receipt


def _own_words(row: SourceRow) -> Source:
    """What a source says about itself, without any list."""
    if "://" not in row.locator:
        return FileItem(Path(row.locator)).describe(row.stamp)
    host = next((host for host in HOSTS if row.locator.startswith(f"https://{host}/")), "")
    return Source(row.locator, row.stamp, platform=HOSTS[host].name if host else row.platform, page_url=row.locator)


class _Cover:
    """Which of the named sources stand for a row of the ledger."""

    def __init__(self, remembered: Sequence[RememberedSource], lists: Mapping[str, Sequence[str]]) -> None:
        self._list_names = lists
        self._called_lists = {name for names in lists.values() for name in names}
        self._lists: dict[str, list[int]] = {}
        self._places: dict[str, list[int]] = {}
        self._patterns: list[tuple[int, tuple[str, ...]]] = []
        self._pages: set[int] = set()
        for number, source in enumerate(remembered):
            self._add(number, source, _without_reader(source.text))

    def _add(self, number: int, source: RememberedSource, text: str) -> None:
        if "://" in text:
            try:
                self._places.setdefault(link_item(text, source.options).locator, []).append(number)
            except (MediaError, InputError):
                self._pages.add(number)
        elif text in self._called_lists or Path(text).suffix.lower() in SUFFIXES:
            self._lists.setdefault(text, []).append(number)
        else:
            self._places.setdefault(printable(Path(text)), []).append(number)
            if glob.has_magic(text):
                self._patterns.append((number, Path(text).parts))

    def is_page(self, number: int) -> bool:
        """Whether it is a page of links."""
        return number in self._pages

    def of(self, row: SourceRow) -> tuple[list[int], list[int]]:
        """The lists that describe a row, and all sources that stand for it."""
        name, is_row, _ = row.locator.rpartition(_ROW)
        names = _lists_of(row.locator, self._list_names.get(row.manifest_id, ()))
        listed = sorted({number for each in names for number in self._lists.get(each, ())})
        if is_row and not row.clip_ids and name in self._lists:
            # A row that could not be used is no file that a folder could stand for.
            return [], self._lists[name]
        found = {*listed, *self._places.get(row.locator, ())}
        if "://" not in row.locator:
            path = Path(row.locator)
            found.update(number for folder in path.parents for number in self._places.get(str(folder), ()))
            found.update(number for number, parts in self._patterns if _fits(path.parts, parts))
        return listed, sorted(found)


def _lists_of(locator: str, names: Sequence[str]) -> Sequence[str]:
    """Those lists of the same bytes that name a source: those in whose folders it lies, as far as there are such."""
    place = Path(locator)
    return [name for name in names if place.is_relative_to(Path(name).parent)] or names


def _without_reader(text: str) -> str:
    name, colon, rest = text.partition(":")
    return rest if colon and name in load_sources() and not rest.startswith("//") else text


def _fits(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a path is what a pattern matches, or lies below it.

    Both may be anybody's, so all ways in which they fit are gone at once: one after the other they are without number.
    """
    places = _open_places({0}, wanted)
    for part in parts:
        if len(wanted) in places:
            return True
        fitting = [
            (place, wanted[place] == "**")
            for place in places
            if wanted[place] in ("**", part) or fnmatch.fnmatchcase(part, wanted[place])
        ]
        places = _open_places({place if goes_on else place + 1 for place, goes_on in fitting}, wanted)
    return len(wanted) in places


def _open_places(places: Iterable[int], wanted: Sequence[str]) -> set[int]:
    """These places of a pattern, and those to which ``**`` leads that stands for nothing."""
    reached = set(places)
    for place in places:
        while place < len(wanted) and wanted[place] == "**":
            place += 1
            reached.add(place)
    return reached


def options_shown(source: RememberedSource) -> Iterable[str]:
    """How the source was to be read, as a person wrote it; the network's settings by name only."""
    options = source.options
    yield from (f"{ours}={theirs}" for ours, theirs in options.columns.items())
    if options.basis:
        yield f"basis {options.basis!r}"
    yield from options.network
