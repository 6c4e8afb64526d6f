"""Which reader takes what a user names."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from ingest.sources.base import Found, LinkReader, SourceItem, SourceOptions, SourceReader
from vectorstore.foundation.errors import FetchError, InputError, ValueSpectrumError
from vectorstore.foundation.plugins import Extensions, guarded

Told = TypeVar("Told")
_LAST = "folder"
"""Takes whatever might be a path, so it is asked last."""
_LOGGER = logging.getLogger(__name__)


def _reader(found: object) -> SourceReader | None:
    made = found() if isinstance(found, type) else found
    return made if isinstance(made, SourceReader) else None


SOURCES = Extensions("valuespectrum.sources", "source reader", _reader, "accepts and items are needed")
"""Readers of sources: objects of the kind ``SourceReader``, or classes that make one without arguments."""


@dataclass(frozen=True, slots=True)
class Readers:
    """All readers, by name."""

    working: Mapping[str, SourceReader]
    """In the order in which they are asked: by name, folders last."""
    broken: Mapping[str, ValueSpectrumError]
    """What is wrong with those that cannot be used."""
    of_links: Sequence[LinkReader] = field(init=False)
    """Those of them that read links, told apart once: lists have millions of links."""

    def __post_init__(self) -> None:
        links = [reader for reader in self.working.values() if isinstance(reader, LinkReader)]
        object.__setattr__(self, "of_links", links)

    def __contains__(self, name: str) -> bool:
        return name in self.working or name in self.broken

    def __getitem__(self, name: str) -> SourceReader:
        if name in self.broken:
            raise self.broken[name]
        return self.working[name]

    def check_all_were_asked(self) -> None:
        """What no reader takes may be something for one that does not work: nothing is said about it then.

        Raises:
            InputError: One does not work.
        """
        for error in self.broken.values():
            raise error


@cache
def load_sources() -> Readers:
    """All readers; those that do not work are named in a warning."""
    working, broken = SOURCES.load_all()
    for error in broken.values():
        _LOGGER.warning("%s; %s", error.message, error.hint)
    return Readers({name: working[name] for name in sorted(working, key=lambda name: (name == _LAST, name))}, broken)


def find_items(sources: Sequence[str | Path], options: SourceOptions | None = None) -> Found:
    """Everything that the sources lead to, each locator once.

    Args:
        sources: Folders, files, patterns, manifests, URLs; ``NAME:REST`` hands ``REST`` to the reader ``NAME``.
        options: How to read them.

    Raises:
        InputError: No reader takes a source, or it leads nowhere.
        FetchError: A page of links could not be read.
        StorageError: A folder or file cannot be read.
    """
    if not sources:
        raise InputError("no source named", "name a folder of videos")
    options = options or SourceOptions()
    found = [_find(str(source), options) for source in sources]
    led_nowhere = [str(source) for source, part in zip(sources, found, strict=True) if not len(part.items)]
    if len(led_nowhere) == len(found):
        raise _nothing_found(led_nowhere, found)
    if len(found) == 1:
        return found[0]
    mentioned = sum(len(part.items) + part.duplicates for part in found)
    items = _Together([part.items for part in by_precedence(found)])
    return Found(
        items,
        sum(part.ignored for part in found),
        mentioned - len(items),
        failed_rows_of(found),
        [counts for part in found for counts in part.lists],
        list(dict.fromkeys(failure for part in found for failure in part.unreachable)),
        led_nowhere,
    )


def _nothing_found(sources: Sequence[str], found: Sequence[Found]) -> InputError:
    shown = sources[0] if len(sources) == 1 else f"any of the {len(sources):,} sources"
    ignored = sum(part.ignored for part in found)
    closed = [each for part in found for each in part.unreachable if each.reason != "no_videos"]
    problem = f"; {closed[0].source} cannot be read: {closed[0].detail}" if closed else ""
    return InputError(
        f"no videos in {shown}{problem}",
        f"a video is a file such as NAME.mp4; {ignored:,} others are there; name a list in a .json file manifest:FILE",
    )


def by_precedence(found: Sequence[Found]) -> list[Found]:
    """In the order in which they are asked about a clip: what a list says goes before what stands beside the file.

    Args:
        found: In the order in which the user named them; of several lists the last one goes first.
    """
    return [*(part for part in reversed(found) if part.lists), *(part for part in found if not part.lists)]


def failed_rows_of(found: Iterable[Found]) -> dict[str, set[int]]:
    """The unusable rows of all lists; a row of a list that was read in several ways is good only if it always is."""
    together: dict[str, set[int]] = {}
    for part in found:
        for prefix, numbers in part.failed_rows.items():
            together.setdefault(prefix, set()).update(numbers)
    return together


def link_item(url: str, options: SourceOptions) -> SourceItem:
    """The one clip behind a URL, without any network request.

    Raises:
        FetchError: ``policy``: this link may not be used, or no reader takes it.
        InputError: No link can be used with these options.
    """
    readers = load_sources()
    for reader in readers.of_links:
        if _asked(reader, partial(reader.accepts, url)):
            return _asked(reader, partial(reader.link, url, options))
    readers.check_all_were_asked()
    raise FetchError(f"no reader takes the link {url[:200]!a}", "policy")


def _asked(reader: SourceReader, ask: Callable[[], Told]) -> Told:
    return guarded(reader, f"the source reader {type(reader).__name__} fails", ask)


def _find(source: str, options: SourceOptions) -> Found:
    readers = load_sources()
    name, colon, rest = source.partition(":")
    if colon and name in readers:
        return _asked(readers[name], partial(readers[name].items, rest, options))
    for reader in readers.working.values():
        if _asked(reader, partial(reader.accepts, source)):
            return _asked(reader, partial(reader.items, source, options))
    readers.check_all_were_asked()
    names = ", ".join(readers.working)
    raise InputError(
        f"no reader takes {source[:200]!r}",
        f"name a folder, a file, a pattern in quotes or a link; or write NAME:SOURCE with one of: {names}",
    )


class _Together(Collection[SourceItem]):
    """Items of several sources, each locator once; nothing is held but hashes while reading."""

    def __init__(self, parts: Sequence[Collection[SourceItem]]) -> None:
        self._parts = parts
        self._count = sum(1 for _ in self)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[SourceItem]:
        seen: set[bytes] = set()
        for item in (item for part in self._parts for item in part):
            key = hashlib.blake2b(item.locator.encode(), digest_size=16).digest()
            if key not in seen:
                seen.add(key)
                yield item

    def __contains__(self, item: object) -> bool:
        return any(item in part for part in self._parts)
