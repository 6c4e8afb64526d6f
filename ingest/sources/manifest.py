"""Lists of clips: a table with a path or a link per row and what is known about it; and lists that can be published.

The list is read as a stream, twice: once to count and to refuse what is unusable as a whole, once to be worked off. A
row that cannot be used becomes an item that fails with a reason, named by its row.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from ingest.cleaning.credentials import without_credentials
from ingest.cleaning.paths import first_link, settle, spelled_as_there
from ingest.cleaning.text import MAX_CAPTION, MAX_TAG, MAX_TITLE, MAX_URL, clean_text, clean_url
from ingest.cleaning.uploaders import FIELDS as UPLOADER_FIELDS
from ingest.cleaning.uploaders import uploader_names
from ingest.cleaning.urls import HOSTS, check_url, parse_link
from ingest.media.media_guard import Deadline, Limits, hash_media, open_media, shown_name
from ingest.sources.base import Found, ListCounts, SourceItem, SourceOptions, WordedItem
from ingest.sources.cells import RowCells
from ingest.sources.folder import FileItem
from ingest.sources.registry import link_item
from ingest.sources.tables.columns import Columns, TableRow
from ingest.sources.tables.table import MAX_BYTES, SUFFIXES, Table, not_readable, open_regular
from ingest.transcripts.beside import FoundWords
from vectorstore.foundation.disk import durable_file, storage_errors
from vectorstore.foundation.errors import FetchError, InputError, MediaError
from vectorstore.ledger.records import Source

_LOGGER = logging.getLogger(__name__)

_TEXTS = {
    "title": MAX_TITLE,
    "caption": MAX_CAPTION,
    "platform": MAX_TAG,
    "licence": MAX_TITLE,
    "basis": MAX_TITLE,
}
_LINKS = ("url", "path")
FIELDS = (*_LINKS, *_TEXTS, *UPLOADER_FIELDS, "tags", "published", "page_url", "sha256")
"""What a row may say; other columns are passed over."""
_OTHER_NAMES = {"licence": ("licence", "license")}


class ManifestReader:
    """Reads tables with a ``url`` or ``path`` column."""

    def accepts(self, text: str) -> bool:
        """Files that are called like a table."""
        return "://" not in text and Path(text).suffix.lower() in SUFFIXES

    def items(self, text: str, options: SourceOptions) -> Found:
        """One item for each row.

        A row with both ``path`` and ``url`` is the file, to be looked at under the link. Relative paths start at the
        folder of the manifest and stay in it. What the row says goes before what a file beside the clip says.

        Raises:
            InputError: The file cannot be read, lacks a ``url`` or ``path`` column, or has no rows; or links cannot be
                used with these options, e.g. since nobody said why the user may.
        """
        # Without following links: the manifest stands in the folder that the user named.
        manifest = _Manifest(Path(os.path.abspath(text)), options)  # noqa: PTH100
        if not len(manifest):
            raise InputError(f"{text} has no rows", "write one row per clip")
        return Found(
            manifest,
            duplicates=manifest.counts.repeated,
            failed_rows={manifest.row_prefix: manifest.failed_rows},
            lists=(manifest.counts,),
        )


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that names no clip that may be used."""

    locator: str
    number: int
    """Of the row, as a spreadsheet counts."""
    problem: MediaError
    manifest_id: str
    content: str
    """Changes when the row does."""
    stands_for: int = 0
    """Rows that cannot be read; 0 for one that was read and is refused."""

    def stamp(self) -> str:
        """A row that stays the same stays broken."""
        return self.content

    def describe(self, stamp: str) -> Source:
        """Nothing that the row says can be relied on."""
        return Source(self.locator, stamp, manifest_id=self.manifest_id)

    def local_file(self, limits: Limits) -> contextlib.AbstractContextManager[Path]:
        """There is none.

        Raises:
            MediaError: What is wrong with the row.
        """
        raise MediaError(self.problem.message, self.problem.reason)


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A clip with what a list says about it."""

    item: SourceItem
    said: Source
    """What the list says; empty fields leave the word to the clip's own source."""
    expected_sha256: str = ""
    same_bytes: bool = False
    """Whether other bytes than the expected ones are refused."""
    inside: Path | None = None
    """Folder below which no part of the path may be a link."""
    notes: Sequence[str] = ()
    """What the list says in a way that could not be used, by field."""

    @property
    def locator(self) -> str:
        """The clip's own."""
        return self.item.locator

    def stamp(self) -> str:
        """The clip's own."""
        return self.item.stamp()

    def describe(self, stamp: str) -> Source:
        """What the list says, and for the rest what the clip's own source says."""
        # A sidecar behind a link could be any file of the machine.
        source = Source(self.locator, stamp) if self._may_lead_away() else self.item.describe(stamp)
        return replace(
            source,
            title=self.said.title or source.title,
            caption=self.said.caption or source.caption,
            tags=self.said.tags or source.tags,
            platform=self.said.platform or source.platform,
            licence=self.said.licence or source.licence,
            uploader=self.said.uploader or source.uploader,
            uploader_names=(*self.said.uploader_names, *source.uploader_names),
            published=self.said.published or source.published,
            page_url=self.said.page_url or source.page_url or clean_url(self.locator),
            basis=self.said.basis or source.basis,
            manifest_id=self.said.manifest_id,
        )

    @contextlib.contextmanager
    def local_file(self, limits: Limits) -> Iterator[Path]:
        """The clip's own file.

        Raises:
            MediaError: ``not_a_file``: the path leads over a link. ``changed_upstream``: the bytes are not the
                published ones and the user wants no others. And what the clip's own source raises.
        """
        if link := self._link():
            raise MediaError(f"{shown_name(link.name)}: a symbolic link, not a regular file or folder", "not_a_file")
        with self.item.local_file(limits) as path:
            if self.same_bytes and self.expected_sha256:
                self._compare(path, limits)
            yield path

    def settled(self) -> Path | None:
        """The clip's own."""
        return self.item.settled() if isinstance(self.item, FileItem) else None

    def words(self) -> FoundWords | None:
        """The clip's own."""
        # As with its sidecar.
        return self.item.words() if isinstance(self.item, WordedItem) and not self._may_lead_away() else None

    def _link(self) -> Path | None:
        if self.inside is None or not isinstance(self.item, FileItem):
            return None
        return first_link(self.inside, self.item.path)

    def _may_lead_away(self) -> bool:
        try:
            return self._link() is not None
        except MediaError:
            return True

    def _compare(self, path: Path, limits: Limits) -> None:
        with open_media(self.settled() or settle(path), limits) as file:
            found = hash_media(file, Deadline(shown_name(path.name), limits.deadline))
        if found != self.expected_sha256:
            raise MediaError(
                f"{shown_name(path.name)}: published with SHA-256 {self.expected_sha256}, found {found}",
                "changed_upstream",
            )


def is_undescribed(item: SourceItem) -> bool:
    """Whether what stands beside an item could not be read when it was last described: what was said of it stays."""
    inner = item.item if isinstance(item, ListedItem) else item
    return isinstance(inner, FileItem) and inner.problem is not None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One clip of a list that is to be published. It has no room for captions, names or places on a disk."""

    platform: str
    page_url: str
    locator: str
    """Used when it is a link and there is no ``page_url``."""
    sha256: str = ""
    """Of the clip's bytes; empty when nobody has them."""
    times: Sequence[float] = ()
    """Of its frames, seconds."""
    watched: Sequence[str] = ()
    """When somebody watched it; for that person's own list, and passed over where it is read."""


@dataclass(frozen=True, slots=True)
class LinksWritten:
    """What became of the rows."""

    written: int
    left_out: int
    """Clips without a link that others could follow: local files, addresses of one's own network."""


def links_manifest(rows: Iterable[LinkRow], target: Path, private: bool = False) -> LinksWritten:
    """Write a list of links, times and hashes that ``ManifestReader`` reads again.

    Links lose the name of who posted the clip and of who shared it. A row per link and hash, in the given order.

    Args:
        rows: Of any corpus.
        target: A JSON lines file; replaced as a whole.
        private: Whether nobody else on this machine may read it.

    Raises:
        InputError: The name does not end in ``.jsonl``.
        StorageError: It cannot be written.
    """
    if target.suffix.lower() != ".jsonl":
        raise InputError(f"{target} cannot be told apart as a list", "call it NAME.jsonl")
    seen: set[tuple[str, str]] = set()
    left_out = 0
    with storage_errors(target), durable_file(target, mode=0o600 if private else 0o666) as file:
        for row in rows:
            url = _public_link(row.page_url) or _public_link(row.locator)
            left_out += not url
            if url and (url, row.sha256) not in seen:
                seen.add((url, row.sha256))
                content: dict[str, object] = {"url": url, "platform": row.platform}
                if row.sha256:
                    content |= {"sha256": row.sha256, "times": [round(time, 3) for time in row.times]}
                if row.watched:
                    content["watched"] = list(row.watched)
                file.write((json.dumps(content, sort_keys=True, ensure_ascii=False) + "\n").encode())
    return LinksWritten(len(seen), left_out)


class _Manifest(Collection[SourceItem]):
    """The items of a table, made anew each time they are read; only hashes of their locators are ever held."""

    def __init__(self, path: Path, options: SourceOptions) -> None:
        self._path = path
        self._options = options
        self._columns = _choose_columns(options.columns)
        self._table = Table(path, self._columns)
        self._manifest_id, self._state = _identify(path)
        self._kept = bytearray()
        self._folder_found = settle(path).parent
        self.row_prefix = f"{FileItem(path).locator}#row-"
        """What the locators of unusable rows begin with; the number of the row follows."""
        self.failed_rows = array("Q")
        """Numbers of the unusable rows."""
        self.counts = self._scan()

    def __len__(self) -> int:
        return self.counts.taken + len(self.failed_rows)

    def __iter__(self) -> Iterator[SourceItem]:
        for position, item in enumerate(self._read()):
            if position >= len(self._kept):
                break
            if self._kept[position]:
                yield item
        if _state(self._path) != self._state:
            raise InputError(f"{self._path} changed while it was read", "run the same command again")

    def __contains__(self, item: object) -> bool:
        return isinstance(item, SourceItem) and any(own.locator == item.locator for own in self)

    def _scan(self) -> ListCounts:
        seen: set[bytes] = set()
        rows = taken = repeated = refused = unreadable = 0
        notes: Counter[str] = Counter()
        first = ""
        for row in self._table.rows():
            item = self._item(row)
            rows += row.stands_for
            key = hashlib.blake2b(item.locator.encode(), digest_size=16).digest()
            is_new = key not in seen
            self._kept.append(is_new)
            seen.add(key)
            if isinstance(item, BrokenRow):
                self.failed_rows.append(item.number)
                unreadable += item.stands_for
                refused += not item.stands_for
                continue
            first = first or ("" if is_new else item.locator)
            taken += is_new
            repeated += not is_new
            notes.update(item.notes)
        if repeated:
            _LOGGER.warning(
                "%s: %d rows repeat clips of earlier rows, first %s", self._path, repeated, shown_name(first)
            )
        return ListCounts(str(self._path), rows, taken, repeated, refused, unreadable, self._manifest_id, dict(notes))

    def _read(self) -> Iterator[BrokenRow | ListedItem]:
        for row in self._table.rows():
            yield self._item(row)

    def _item(self, row: TableRow) -> BrokenRow | ListedItem:
        try:
            if row.problem:
                raise MediaError(row.problem, "bad_row")
            return self._listed(row.cells)
        except MediaError as error:
            problem = MediaError(f"row {row.number}: {error.message}", error.reason)
            content = hashlib.sha256(repr((row.cells, row.problem)).encode("utf-8", "backslashreplace")).hexdigest()
            locator, stands_for = f"{self.row_prefix}{row.number}", row.stands_for if row.problem else 0
            return BrokenRow(locator, row.number, problem, self._manifest_id, content[:16], stands_for)

    def _listed(self, cells: Mapping[str, object]) -> ListedItem:
        row = RowCells(cells)
        # Names of files may begin and end with spaces.
        url, path = row.required("url").strip(), row.required("path")
        if not path and not url:
            raise MediaError("neither path nor url", "bad_row")
        page_url = ""
        if path:
            page_url = clean_url(url)
            place = self._place(path)
            inside = self._path.parent if place.is_relative_to(self._path.parent) else None
            item: SourceItem = FileItem(
                place, self._options.basis, self._folder_found / place.relative_to(inside) if inside else None
            )
        else:
            basis = row.text("basis", MAX_TITLE) or self._options.basis
            item, inside = link_item(url, replace(self._options, basis=basis)), None
        said = _read_metadata(row, item.locator, page_url, self._manifest_id)
        sha256 = row.sha256("sha256")
        if self._options.same_bytes and not sha256 and cells.get("sha256"):
            raise MediaError(f"sha256 {cells['sha256']!a:.100} is no SHA-256 in hexadecimal digits", "bad_row")
        return ListedItem(item, said, sha256, self._options.same_bytes, inside, tuple(dict.fromkeys(row.notes)))

    def _place(self, text: str) -> Path:
        try:
            os.fsencode(text)
        except UnicodeEncodeError as error:
            raise MediaError(f"path {text[:100]!a} is no file name", "bad_row") from error
        if "\0" in text:
            raise MediaError(f"path {text[:100]!a} is no file name", "bad_row")
        folder = self._path.parent
        # Without following links, which would let a path leave the folder unseen.
        place = Path(os.path.normpath(folder / text))
        if not self._options.allow_absolute and (Path(text).is_absolute() or not place.is_relative_to(folder)):
            raise MediaError(f"path {text[:100]!a} leaves the folder of the manifest", "policy")
        if text.isascii():
            return place
        return spelled_as_there(folder if place.is_relative_to(folder) else Path(place.anchor), place)


def _public_link(text: str) -> str:
    """The link without persons and keys in it; empty for anything that strangers could or should not follow."""
    url = clean_url(text).partition("#")[0]
    with contextlib.suppress(FetchError):
        check_url(url)
        # On a platform's own host, what is no clip is likely to be somebody's page.
        if urlsplit(url).hostname not in HOSTS:
            return without_credentials(url)
        link = parse_link(url)
        return link.url if link.kind in ("item", "short_link") else ""
    return ""


def _choose_columns(mapped: Mapping[str, str]) -> Columns:
    for name in mapped:
        if name not in FIELDS:
            raise InputError(f"--columns: there is no field {name!r}", f"fields are: {', '.join(FIELDS)}")
    names = {name: _OTHER_NAMES.get(name, (name,)) for name in FIELDS}
    names |= {name: (column,) for name, column in mapped.items()}
    return Columns(names, one_of=_LINKS, needed=tuple(mapped))


def _identify(path: Path) -> tuple[str, tuple[int, int, int]]:
    """SHA-256 of the file, and what tells whether it changes afterwards."""
    state = _state(path)
    with open_regular(path, MAX_BYTES) as file:
        digest = hashlib.sha256()
        try:
            while block := file.read(2**20):
                digest.update(block)
        except OSError as error:
            raise not_readable(path, error) from error
    return digest.hexdigest(), state


def _state(path: Path) -> tuple[int, int, int]:
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns, status.st_ino


def _read_metadata(row: RowCells, locator: str, page_url: str, manifest_id: str) -> Source:
    texts = {name: row.text(name, longest) for name, longest in _TEXTS.items()}
    people = {name: row.person(name, MAX_TITLE) for name in UPLOADER_FIELDS}
    host = HOSTS.get(urlsplit(locator).hostname or "") if "://" in locator else None
    platform = texts["platform"].lower() or (host.name if host else "")
    page = row.link("page_url")
    links = {"webpage_url": row.text("url", MAX_URL) or row.text("page_url", MAX_URL)}
    names = uploader_names(people | links, platform, clean_text)
    return Source(
        locator=locator,
        stamp="",
        title=texts["title"],
        caption=texts["caption"],
        tags=row.tags("tags"),
        platform=texts["platform"].lower(),
        licence=texts["licence"],
        uploader=names[0].text if names else "",
        uploader_names=names,
        published=row.day("published"),
        page_url=page or page_url,
        basis=texts["basis"],
        manifest_id=manifest_id,
    )
