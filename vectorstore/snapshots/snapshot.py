"""Named, immutable states of a corpus that an evaluation can quote and anybody can check.

::

    CORPUS/snapshots/NAME.json      hashes, counts, embedders, recall of the index
                     NAME.parquet   one row per frame: ids, time and hashes

A snapshot holds no picture, no vector and no word of a source, so removing a clip for good leaves it as it is: it
still verifies, and says that it is incomplete.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from vectorstore.files.layout import SNAPSHOTS
from vectorstore.files.snapshot_files import (
    check_snapshot_name,
    snapshot_file,
    snapshot_names,
    snapshot_rows_file,
    snapshot_text,
)
from vectorstore.foreign.looked_at import remember
from vectorstore.foreign.looking import answer, file_state, find_harm_once, limit
from vectorstore.foreign.typed import finite, listed, mapping, text, whole
from vectorstore.foundation.clock import utc_now
from vectorstore.foundation.errors import CorpusError, InputError, SchemaError
from vectorstore.foundation.text import one_line
from vectorstore.ledger.counts import Counts, corpus_counts
from vectorstore.ledger.ledger import Ledger
from vectorstore.snapshots.recall import Recall, recall_at_10

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus

SCHEMA = 3
"""Version of the two files. Snapshots of version 1 have no number and those of version 2 no words; both can be read."""
_WORDLESS = 2
"""Version of a snapshot of a corpus that knows nothing of what is said in its clips."""

COLUMNS = ("clip_id", "frame_id", "recipe_id", "position", "time", "picture_sha")
"""Columns of the Parquet file, in order."""

_HASH = re.compile(r"[0-9a-f]{64}")
_PERSONAL = ("bases",)
_HINT = "restore it from a copy, or make a new one under another name"

_ROWS_AT_ONCE = 50_000
_KIND = "rows"
"""Of what the memory of looks keeps about the Parquet file."""
_SPACE = 2**30
_SPACE_PER_BYTE = 40
"""Bytes of memory that reading rows may take, at all and for each byte of their file: measured 0.1 GB and 9."""

Row = tuple[str, str, str, int, float, str]


@dataclass(frozen=True, slots=True)
class EmbedderState:
    """The vectors of one embedder at the time of a snapshot."""

    embedder_id: str
    dimension: int
    vectors: int
    vectors_hash: str
    """SHA-256 over frame ids and stored vectors; equal only where the vectors are equal bit by bit."""
    recall: Recall
    """How well the index answered then."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What ``NAME.json`` says."""

    name: str
    number: int
    """From 1, in the order in which they were made; 0 for those of schema 1."""
    made_at: str
    """UTC, ISO 8601; says nothing about the order, since clocks go backwards."""
    parent: str
    """The snapshot made before it; empty for the first."""
    content_hash: str
    """``Corpus.content_hash``: clips, frames and pictures; what a run records."""
    manifest_hash: str
    """SHA-256 over all rows of the Parquet file: the same, with times and recipes."""
    index_hash: str
    """SHA-256 over the vectors of all embedders; portable between processors of one class only."""
    counts: Counts
    embedders: tuple[EmbedderState, ...]
    recipes: Mapping[str, Mapping[str, object]]
    """How frames were made, by recipe id."""
    words_hash: str = ""
    """SHA-256 over all that is said in the clips; empty where nothing is known of that."""

    @property
    def identity(self) -> tuple[str, str, str]:
        """Equal for the same clips, frames, times, recipes, pictures, vectors and words."""
        return self.manifest_hash, self.index_hash, self.words_hash

    def to_json(self) -> dict[str, object]:
        """As it stands in the file."""
        stated = asdict(self)
        if not self.words_hash:
            stated.pop("words_hash")
        return {"schema": SCHEMA if self.words_hash else _WORDLESS, **stated}


def snapshots(folder: Path) -> tuple[list[Snapshot], dict[str, str]]:
    """The snapshots of a corpus folder that can be read, oldest first, and by name what is wrong with the others.

    Raises:
        CorpusError: The folder of the snapshots, or one of them, is a link or the like.
    """
    found: list[Snapshot] = []
    problems: dict[str, str] = {}
    for name in snapshot_names(folder):
        try:
            found.append(read_snapshot(folder, name))
        except CorpusError as error:
            problems[name] = error.message
    return sorted(found, key=lambda snapshot: (snapshot.number, snapshot.made_at, snapshot.name)), problems


def sound_snapshots(folder: Path) -> list[Snapshot]:
    """Those snapshots that can be read, oldest first; the others matter only to who lists or verifies snapshots.

    Raises:
        CorpusError: The folder of the snapshots, or one of them, is a link or the like.
    """
    return snapshots(folder)[0]


def read_snapshot(folder: Path, name: str) -> Snapshot:
    """One snapshot.

    Raises:
        InputError: There is none of this name.
        CorpusError: It is damaged.
        SchemaError: Another release wrote it.
    """
    text = snapshot_text(folder, name)
    if text is None:
        known = ", ".join(snapshot_names(folder))
        raise InputError(f"{folder} has no snapshot {name!r}", f"it has {known}" if known else "make one first")
    path = folder / SNAPSHOTS / f"{name}.json"
    try:
        document = json.loads(text)
        if document["schema"] not in range(1, SCHEMA + 1):
            raise SchemaError(
                f"{path} has schema {document['schema']!r:.40}; this release reads up to {SCHEMA}",
                "update valuespectrum",
            )
        made = _from_json(document)
        if made.name != name:
            raise ValueError("it says that it has another name")
        return made
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorpusError(f"{path} is damaged: {one_line(error)}", _HINT) from error


def snapshot_with(folder: Path, content_hash: str) -> str:
    """Name of the first snapshot with this content; empty when there is none that can be read."""
    return next((each.name for each in sound_snapshots(folder) if each.content_hash == content_hash), "")


def snapshot_rows(folder: Path, name: str) -> list[Row]:
    """The rows of a snapshot, ordered by clip and frame.

    Raises:
        InputError: There is no snapshot of this name.
        CorpusError: The rows are missing, damaged, or not those that were written.
    """
    expected = read_snapshot(folder, name).manifest_hash
    rows = _read_rows(folder, name)
    if manifest_hash(rows) != expected:
        raise CorpusError(
            f"{folder / SNAPSHOTS / name}.parquet is not what was written: its rows have another hash", _HINT
        )
    return rows


def current_rows(ledger: Ledger) -> Iterator[Row]:
    """The rows that a snapshot of the present state would have."""
    query = "SELECT video_sha, frame_id, recipe_id, position, time, picture_sha FROM frame ORDER BY video_sha, frame_id"
    for rows in ledger.stream(query):
        yield from (tuple(row) for row in rows)


def noted_hash(ledger: Ledger, name: str) -> str:
    """``manifest_hash`` of what the ledger remembers under the name of a snapshot; empty where that is nothing."""
    noted = ledger.select("SELECT manifest_sha FROM snapshot WHERE name = ?", (name,))
    return str(noted[0][0]) if noted else ""


def manifest_hash(rows: Iterable[Row]) -> str:
    """SHA-256 over rows in a form that no library version can change."""
    digest = hashlib.sha256()
    for clip_id, frame_id, recipe_id, position, time, picture_sha in rows:
        digest.update(f"{clip_id}\t{frame_id}\t{recipe_id}\t{position}\t{time:.6f}\t{picture_sha}\n".encode())
    return digest.hexdigest()


def vectors_hash(ledger: Ledger, embedder_id: str, among: Set[str] | None = None) -> tuple[int, str]:
    """Number of stored vectors of an embedder and SHA-256 over them.

    Args:
        ledger: Where they stand.
        embedder_id: Whose vectors.
        among: Frame ids to look at; ``None`` for all.
    """
    digest, count = hashlib.sha256(), 0
    query = "SELECT frame_id, vector FROM embedding WHERE model_id = ? ORDER BY frame_id"
    for rows in ledger.stream(query, (embedder_id,)):
        for frame_id, vector in rows:
            if among is None or frame_id in among:
                digest.update(frame_id.encode() + vector)
                count += 1
    return count, digest.hexdigest()


def words_hash(ledger: Ledger, among: Set[str] | None = None) -> str:
    """SHA-256 over all that is said in clips; empty where nothing is.

    Args:
        ledger: Where it stands.
        among: Ids of the clips to look at; ``None`` for all.
    """
    digest, found = hashlib.sha256(), False
    query = "SELECT video_sha, origin, language, maker, cues FROM transcript ORDER BY 1, 2, 3, 4, 5"
    for rows in ledger.stream(query):
        for row in rows:
            if among is None or row[0] in among:
                digest.update(json.dumps(list(row)).encode())
                found = True
    return digest.hexdigest() if found else ""


def take_snapshot(corpus: Corpus, name: str) -> Snapshot:
    """Write a snapshot of a corpus that is open for writing.

    The same state under the same name is no error and changes nothing. A process that dies on the way leaves no
    snapshot behind, since ``NAME.json`` comes last.

    Args:
        corpus: Open for writing, so that nothing changes meanwhile.
        name: 1-80 letters, digits, ``.``, ``_`` and ``-``.

    Raises:
        InputError: The name cannot be used, or stands for another state.
        CorpusError: The index cannot be used.
        StorageError: Disk full or read-only.
    """
    check_snapshot_name(name)
    ledger = corpus.ledger
    hashes = {embedder.embedder_id: vectors_hash(ledger, embedder.embedder_id) for embedder in corpus.embedders()}
    identity = manifest_hash(current_rows(ledger)), index_hash(hashes), words_hash(ledger)
    if name in snapshot_names(corpus.folder):
        made = read_snapshot(corpus.folder, name)
        if made.identity != identity:
            raise InputError(f"there is a snapshot {name!r} of another state already", "choose another name")
    elif noted_hash(ledger, name) not in ("", identity[0]):
        raise InputError(f"there was a snapshot {name!r} of another state", "choose another name")
    else:
        made = _describe(corpus, name, identity, hashes)
        with snapshot_file(corpus.folder, f"{name}.parquet") as file:
            _write_rows(file, current_rows(ledger))
        with snapshot_rows_file(corpus.folder, name) as written:
            remember(file_state(written, _KIND))
        with snapshot_file(corpus.folder, f"{name}.json") as file:
            text = json.dumps(made.to_json(), indent=1, sort_keys=True, allow_nan=False)
            file.write((text + "\n").encode())
    _note(ledger, made)
    return made


def _note(ledger: Ledger, made: Snapshot) -> None:
    parent = made.parent if ledger.count("snapshot", "name = ?", (made.parent,)) else None
    row = (made.name, made.manifest_hash, parent, json.dumps(made.counts, sort_keys=True), made.made_at)
    with ledger.changes():
        ledger.execute_many("INSERT OR IGNORE INTO snapshot VALUES (?, ?, ?, ?, ?)", [row])


def _describe(
    corpus: Corpus, name: str, identity: tuple[str, str, str], hashes: Mapping[str, tuple[int, str]]
) -> Snapshot:
    dimensions = {embedder.embedder_id: embedder.dimension for embedder in corpus.embedders()}
    earlier = sound_snapshots(corpus.folder)
    counts = {key: count for key, count in corpus_counts(corpus.ledger).items() if key not in _PERSONAL}
    recipes = corpus.ledger.select("SELECT recipe_id, settings FROM recipe ORDER BY recipe_id")
    return Snapshot(
        name=name,
        number=1 + max((each.number for each in earlier), default=0),
        made_at=utc_now(),
        parent=earlier[-1].name if earlier else "",
        content_hash=corpus.content_hash(),
        manifest_hash=identity[0],
        index_hash=identity[1],
        words_hash=identity[2],
        counts=counts,
        embedders=tuple(
            EmbedderState(
                embedder_id, dimensions[embedder_id], count, digest, recall_at_10(corpus, embedder_id=embedder_id)
            )
            for embedder_id, (count, digest) in hashes.items()
        ),
        recipes={recipe_id: json.loads(settings) for recipe_id, settings in recipes},
    )


def index_hash(hashes: Mapping[str, tuple[int, str]]) -> str:
    """SHA-256 over what ``vectors_hash`` gives of each embedder, by its id."""
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


# Open: a description may be anybody's; what it says is looked at once it has names.
def _from_json(document: Mapping[str, Any]) -> Snapshot:
    """What a description says, after a look at each part.

    Raises:
        KeyError, TypeError, ValueError: It is not of the form.
    """
    fields = {key: setting for key, setting in document.items() if key != "schema"}
    embedders = tuple(
        _embedder_from_json(mapping(state, "embedders")) for state in listed(fields["embedders"], "embedders")
    )
    made = Snapshot(**{"number": 0, **fields, "embedders": embedders})
    for part in ("name", "made_at", "parent"):
        text(getattr(made, part), part)
    for part in ("content_hash", "manifest_hash", "index_hash", *(["words_hash"] if made.words_hash else [])):
        text(getattr(made, part), part, _HASH)
    whole(made.number, "number")
    counts = mapping(made.counts, "counts")
    for part in ("clips", "frames", "pictures", "failed", "removed"):
        whole(counts[part], f"counts.{part}")
    for part, count in counts.items():
        for key, number in count.items() if isinstance(count, dict) else [(part, count)]:
            finite(number, f"counts.{key}"[:60])
    for part, settings in mapping(made.recipes, "recipes").items():
        mapping(settings, f"recipes.{part}"[:60])
    return made


# Open: as above.
def _embedder_from_json(state: Mapping[str, Any]) -> EmbedderState:
    found = EmbedderState(**{**state, "recall": Recall(**state["recall"])})
    text(found.embedder_id, "embedder_id")
    text(found.vectors_hash, "vectors_hash", _HASH)
    whole(found.dimension, "dimension")
    whole(found.vectors, "vectors")
    text(found.recall.embedder_id, "recall.embedder_id")
    finite(found.recall.recall, "recall.recall")
    whole(found.recall.queries, "recall.queries")
    return found


def _write_rows(file: IO[bytes], rows: Iterator[Row]) -> None:
    import pyarrow
    from pyarrow import parquet

    types = dict.fromkeys(COLUMNS, pyarrow.string()) | {"position": pyarrow.int32(), "time": pyarrow.float64()}
    schema = pyarrow.schema(types)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
            columns = [list(column) for column in zip(*some, strict=True)]
            writer.write_table(pyarrow.table(columns, schema=schema))


def main(descriptor: str) -> None:
    """What the child does that reads rows first, which may be anybody's.

    Args:
        descriptor: Of the Parquet file.
    """

    def look() -> str:
        with os.fdopen(int(descriptor), "rb") as file:
            limit(_SPACE + _SPACE_PER_BYTE * os.fstat(file.fileno()).st_blocks * 512)
            try:
                _rows(file)
            except (OSError, ValueError, KeyError) as error:
                return one_line(error)
        return ""

    answer(look)


def _rows(file: IO[bytes]) -> list[Row]:
    from pyarrow import ArrowException, parquet

    try:
        table = parquet.read_table(file, columns=list(COLUMNS), use_threads=False)
        return list(zip(*(table.column(column).to_pylist() for column in COLUMNS), strict=True))
    except ArrowException as error:
        raise ValueError(str(error)) from error


def _read_rows(folder: Path, name: str) -> list[Row]:
    try:
        with snapshot_rows_file(folder, name) as file:
            # A megabyte can unpack to more than there is memory for.
            if fault := find_harm_once(file, _KIND, f"{__name__}:main"):
                raise ValueError(fault)
            file.seek(0)
            return _rows(file)
    except (OSError, ValueError, KeyError) as error:
        path = folder / SNAPSHOTS / f"{name}.parquet"
        raise CorpusError(f"{path} is damaged: {one_line(error)}", _HINT) from error
