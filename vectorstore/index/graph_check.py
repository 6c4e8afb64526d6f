"""Whether the files of an embedded Chroma can be read without harm, before Chroma reads them.

Chroma's graph (hnswlib) believes its files: a neighbour beyond the last vector is read from memory that is not its own,
a length is asked of the system as it stands. A sample of queries meets such places by chance only, so all of them are
looked at here. Its database may name an embedding function to be built, which fetches and runs models; ours never do.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.foreign.schema_check import distrust
from vectorstore.foundation.text import one_line

DATABASE = "chroma.sqlite3"
_HEADER = struct.Struct("<iQQQQQQiIQQQdQ")
_AT_ONCE = 50_000
_MOST_LINKS = 4096
_OURS = {"legacy", "unknown"}
"""Kinds of embedding functions that Chroma notes when it is given none."""
_VIRTUAL = "embedding_fulltext_search"


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    offset_level0: int
    capacity: int
    count: int
    row_size: int
    label_offset: int
    data_offset: int
    highest_level: int
    entry: int
    most: int
    most_level0: int
    m: int
    factor: float
    ef: int


def find_harm(folder: Path, dimensions: set[int]) -> str:
    """What in an index folder could harm the process that reads it, in words; empty when nothing does.

    Args:
        folder: Of an index that no process has open, with nothing but files and folders in it.
        dimensions: Of the embedders that the ledger knows.
    """
    try:
        graphs = dict(_graphs(folder / DATABASE))
        for name, dimension in graphs.items():
            if dimension not in dimensions:
                return f"it has vectors of {dimension!r:.20} numbers"
            if (folder / name / "header.bin").exists() and (harm := _harm_of_graph(folder / name, dimension)):
                return f"its graph is damaged: {harm}"
        stray = [path.parent.name for path in folder.glob("*/header.bin") if path.parent.name not in graphs]
        return f"it has a graph of nothing: {stray[0]}" if stray else ""
    except (OSError, sqlite3.Error, ValueError, RecursionError, KeyError, TypeError, struct.error) as error:
        return f"it cannot be read: {one_line(error, 120)}"


def _graphs(path: Path) -> Iterator[tuple[str, int]]:
    """Name of the folder and dimension of every graph that the database names.

    Raises:
        ValueError: There is something in it that none of ours has.
    """
    if not path.exists():
        return
    with contextlib.closing(sqlite3.connect(path.absolute().as_uri() + "?mode=rw", uri=True)) as connection:
        distrust(connection)
        for kind, name, statement in connection.execute("SELECT type, name, sql FROM sqlite_master"):
            virtual = kind == "table" and str(statement).lstrip().upper().startswith("CREATE VIRTUAL")
            if kind not in ("table", "index") or (virtual and name != _VIRTUAL):
                raise ValueError(f"it has a {kind} that is not Chroma's: {name!r:.80}")
        for texts in connection.execute("SELECT config_json_str, schema_str FROM collections"):
            for text in filter(None, texts):
                _refuse_functions(json.loads(text))
        query = "SELECT segments.id, dimension FROM segments JOIN collections ON collections.id = collection"
        for name, dimension in connection.execute(f"{query} WHERE scope = 'VECTOR' AND dimension IS NOT NULL"):
            yield str(name), dimension


def _refuse_functions(value: object) -> None:
    parts = value if isinstance(value, list) else []
    if isinstance(value, dict):
        function = value.get("embedding_function")
        if function is not None and function.get("type") not in _OURS:
            raise ValueError("it names an embedding function")
        parts = list(value.values())
    for part in parts:
        _refuse_functions(part)


def _harm_of_graph(folder: Path, dimension: int) -> str:
    with (folder / "header.bin").open("rb") as file:
        # One byte too many makes this fail, too.
        header = _Header(*_HEADER.unpack(file.read(_HEADER.size + 1)))
    links = 4 + 4 * header.most_level0
    expected = (1, 0, links + 4 * dimension + 8, links + 4 * dimension, links)
    found = (header.version, header.offset_level0, header.row_size, header.label_offset, header.data_offset)
    if found != expected or not 0 < header.most <= _MOST_LINKS or not 0 < header.most_level0 <= _MOST_LINKS:
        return "its header does not fit its vectors"
    if not 0 <= header.count <= header.capacity or not -1 <= header.highest_level <= 64 or header.ef > 2**20:
        return "its header counts wrongly"
    size = (folder / "data_level0.bin").stat().st_size
    if size not in (header.count * header.row_size, header.capacity * header.row_size):
        return "its vectors have another length than its header says"
    if header.count and header.entry >= header.count:
        return "it begins nowhere"
    levels, upper = _upper_links(folder / "link_lists.bin", header)
    if header.count and int(levels[header.entry]) != header.highest_level:
        return "it begins at another level than its header says"
    if harm := _harm_of_links(upper, levels, header):
        return harm
    return _harm_of_lowest_links(folder / "data_level0.bin", header)


def _upper_links(path: Path, header: _Header) -> tuple[NDArray[np.int64], list[tuple[int, NDArray[np.uint32]]]]:
    """Highest level of each vector, and the lists of those above the lowest, by vector.

    Raises:
        ValueError: Lengths do not fit.
    """
    content = path.read_bytes()
    size = 4 + 4 * header.most
    levels = np.zeros(header.count, dtype=np.int64)
    lists: list[tuple[int, NDArray[np.uint32]]] = []
    at = 0
    for number in range(header.count):
        (length,) = struct.unpack_from("<I", content, at)
        at += 4
        if length % size or length // size > 64 or at + length > len(content):
            raise ValueError("its lists of links have impossible lengths")
        if length:
            levels[number] = length // size
            lists.append((number, np.frombuffer(content, "<u4", length // 4, at).reshape(-1, size // 4)))
            at += length
    if at != len(content) or (header.count and int(levels.max()) != header.highest_level):
        raise ValueError("its lists of links do not fit its header")
    return levels, lists


def _harm_of_links(lists: list[tuple[int, NDArray[np.uint32]]], levels: NDArray[np.int64], header: _Header) -> str:
    for _, table in lists:
        for level, row in enumerate(table, start=1):
            many = int(row[0] & 0xFFFF)
            if many > header.most:
                return "a list of links is longer than lists are"
            targets = row[1 : many + 1]
            if many and (int(targets.max()) >= header.count or int(levels[targets].min()) < level):
                return "a link leads nowhere"
    return ""


def _harm_of_lowest_links(path: Path, header: _Header) -> str:
    if not header.count:
        return ""
    rows = np.memmap(path, np.uint8, "r", shape=(header.count, header.row_size))
    for start in range(0, header.count, _AT_ONCE):
        words = rows[start : start + _AT_ONCE, : header.data_offset].copy().view("<u4")
        many = words[:, 0] & 0xFFFF
        if many.max() > header.most_level0:
            return "a list of links is longer than lists are"
        used = np.arange(header.most_level0) < many[:, None]
        if (words[:, 1:][used] >= header.count).any():
            return "a link leads nowhere"
    return ""
