"""Reads a table of numbers out of a data file of R (``.rda``), without R and without running anything in it.

The format is R's own (R Internals, section 1.8): a tagged tree in big-endian numbers. What is understood are tables
(lists of numeric columns and of factors) and the slots of S4 objects. A factor is the numbers that its levels name;
where they are words, their places, if these can be those of a scale.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BufferedIOBase, BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]

_MOST = 64 * 2**20
"""Bytes, of a file and after decompression; tables of answers take a few."""
_MOST_PARTS = 2_000_000
"""Of the tree: each takes as much memory as a hundred bytes of a file, of which four may be enough for one."""
_MISSING = -(2**31)
_NUMBERED = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)(?:[^0-9A-Za-z].*)?", re.DOTALL)
"""A level that is a number, or begins with one: ``5``, ``1 - very much like me``."""
_FEW = 3
"""Levels that stand in the order of the alphabet by chance, too."""
_SYMBOL, _PAIRS, _TEXT, _LOGICAL, _INTEGER, _REAL, _STRINGS, _LIST, _OBJECT = 1, 2, 9, 10, 13, 14, 16, 19, 25
_REFERENCE, _NOTHING, _COMPACT = 255, 254, 238
_TABLE, _S4 = "a table of numbers", "an S4 object"
_ENVIRONMENTS = (241, 242, 253)
_DAMAGED = (lzma.LZMAError, zlib.error, struct.error, OverflowError)
_OPENERS: Mapping[bytes, Callable[[BytesIO], BufferedIOBase]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}


@dataclass
class _Node:
    """A vector with its attributes."""

    content: object
    attributes: dict[str, object] = field(default_factory=dict)


def read_table(path: Path) -> Mapping[str, Floats]:
    """The first table of a file: column to numbers, NaN for what is missing.

    Raises:
        InputError: It is no such file, holds no table of numbers, or has factors whose places are no steps of a scale.
    """
    found = _first_table(_variables(path, _TABLE))
    if found is None:
        raise _refusal(path, _TABLE)
    _check_levels(path, found)
    return {name: numbers for name, column in found.items() if (numbers := _numbers(column)) is not None}


def read_slots(path: Path) -> Mapping[str, object]:
    """The slots of the first S4 object of a file, by name.

    Returns:
        Arrays of numbers, lists of texts, and lists of these; NaN for what is missing.

    Raises:
        InputError: It is no such file, or holds no such object.
    """
    for node in _variables(path, _S4):
        if isinstance(node, _Node) and node.content is None and node.attributes:
            return {name: _plain(slot) for name, slot in node.attributes.items()}
    raise _refusal(path, _S4)


def _variables(path: Path, wanted: str) -> list[object]:
    try:
        return _Reader(_decompressed(path)).variables()
    except (OSError, EOFError, ValueError, LookupError, TypeError, RecursionError, *_DAMAGED) as error:
        raise _refusal(path, wanted) from error


def _plain(node: object) -> object:
    if isinstance(node, _Node) and isinstance(node.content, list):
        return [_plain(each) for each in node.content]
    numbers = _numbers(node)
    return node if numbers is None else numbers


def _first_table(variables: list[object]) -> dict[str, object] | None:
    for node in variables:
        if not isinstance(node, _Node) or not isinstance(node.content, list):
            continue
        names, columns = node.attributes.get("names"), [_numbers(each) for each in node.content]
        whole = [each for each in columns if each is not None]
        even = len(whole) == len(columns) and len({len(each) for each in whole}) == 1
        if even and isinstance(names, _Node) and isinstance(names.content, list):
            called = [each for each in names.content if isinstance(each, str)]
            if len({*called}) == len(names.content) == len(whole):
                return dict(zip(called, node.content, strict=True))
    return None


def _check_levels(path: Path, columns: Mapping[str, object]) -> None:
    """Refuse levels in words whose places cannot be the steps of one scale: R sorts them, and leaves out unused ones.

    Raises:
        InputError: There are such.
    """
    worded = {name: words for name, column in columns.items() if (words := _levels(column)) and not _named(words)}
    how = "make every item again with the levels of the whole scale in their order: factor(x, levels = ...)"
    for name, words in worded.items():
        first, others = next(iter(worded.items()))
        if words != others:
            raise InputError(f"{path}: column {name!r:.40} has other levels than {first!r:.40}", how)
        if len(words) > _FEW and words == sorted(words, key=str.casefold):
            told = (
                f"{path}: the levels of column {name!r:.40} are in the order of the alphabet ({words[0]!r:.40} first)"
            )
            raise InputError(told, how)


def _refusal(path: Path, wanted: str) -> InputError:
    return InputError(f"{path} is no data file of R with {wanted}", "name an .rda file, or save it as CSV")


def _numbers(node: object) -> Floats | None:
    if not isinstance(node, _Node) or not isinstance(node.content, np.ndarray):
        return None
    column = node.content.astype(np.float64)
    missing = node.content == _MISSING
    if levels := _levels(node):
        places = np.where(missing, 1, node.content)
        if np.any((places < 1) | (places > len(levels))):
            return None
        if named := _named(levels):
            column = np.array(named)[places.astype(np.int64) - 1]
    column[missing] = np.nan
    return column


def _levels(node: object) -> list[str]:
    """Of a factor; empty for anything else."""
    levels = node.attributes.get("levels") if isinstance(node, _Node) else None
    listed = levels.content if isinstance(levels, _Node) and isinstance(levels.content, list) else []
    return [each for each in listed if isinstance(each, str)]


def _named(levels: list[str]) -> list[float]:
    """The numbers that levels name; empty where one is none."""
    found = [_NUMBERED.fullmatch(each.strip()) for each in levels]
    return [float(each[1]) for each in found if each] if all(found) else []


def _decompressed(path: Path) -> bytes:
    packed = read_regular(path, _MOST)
    opener = next((each for magic, each in _OPENERS.items() if packed.startswith(magic)), None)
    if opener is None:
        return packed
    with opener(BytesIO(packed)) as opened:
        raw = bytes(opened.read(_MOST + 1))
    if len(raw) > _MOST:
        raise InputError(f"{path} holds more than {_MOST // 2**20} MiB", "save the table that is meant as CSV")
    return raw


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._raw, self._at, self._symbols = raw, 0, list[object]()
        self._spare = _MOST // 8  # numbers that what is kept in short may still grow to
        self._parts = 0

    def variables(self) -> list[object]:
        """Everything that was saved."""
        if self._take(7) not in (b"RDX2\nX\n", b"RDX3\nX\n"):
            raise EOFError
        version, *_ = (self._int() for _ in range(3))
        if version == 3:
            self._take(self._int())
        found = self._item()
        return list(found.values()) if isinstance(found, dict) else []

    def _take(self, count: int) -> bytes:
        if count < 0 or self._at + count > len(self._raw):
            raise EOFError
        self._at += count
        return self._raw[self._at - count : self._at]

    def _int(self) -> int:
        return int(struct.unpack(">i", self._take(4))[0])

    def _item(self) -> object:
        return self._item_of(self._int())

    def _item_of(self, flags: int) -> object:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise EOFError
        kind, has_attributes, has_tag = flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400)
        if kind == _NOTHING or kind in _ENVIRONMENTS:
            return None
        if kind == _REFERENCE:
            return self._symbols[(flags >> 8 or self._int()) - 1]
        if kind == _SYMBOL:
            name = self._item()
            if not isinstance(name, str):  # else a few references to each other would grow without end
                raise EOFError
            self._symbols.append(name)
            return name
        if kind == _TEXT:
            length = self._int()
            return self._take(length).decode("utf-8", "replace") if length >= 0 else ""
        if kind == _PAIRS:
            return self._pairs(has_attributes, has_tag)
        if kind == _COMPACT:
            return self._compact()
        node = _Node(self._vector(kind))
        if has_attributes:
            attributes = self._item()
            node.attributes = attributes if isinstance(attributes, dict) else {}
        return node

    def _pairs(self, has_attributes: bool, has_tag: bool) -> dict[str, object]:
        """Pairs up to the last; what that one ends with, if it is not nothing, stands under no name."""
        found: dict[str, object] = {}
        while True:
            if has_attributes:
                self._item()
            tag = self._item() if has_tag else len(found)
            found[str(tag)] = self._item()
            flags = self._int()
            if flags & 0xFF != _PAIRS:
                rest = self._item_of(flags)
                return found if rest is None else {**found, "": rest}
            has_attributes, has_tag = bool(flags & 0x200), bool(flags & 0x400)

    def _vector(self, kind: int) -> object:
        if kind == _OBJECT:  # all that it holds are its attributes
            return None
        length = self._int()
        if kind in (_LOGICAL, _INTEGER):
            return np.frombuffer(self._take(4 * length), ">i4")
        if kind == _REAL:
            return np.frombuffer(self._take(8 * length), ">f8")
        if kind in (_STRINGS, _LIST):
            return [self._item() for _ in range(length)]
        raise EOFError

    def _compact(self) -> object:
        """Vectors that R keeps in short: rows of whole numbers, numbers to be written as text, and wrapped ones."""
        described, state, attributes = self._item(), self._item(), self._item()
        name = next(iter(described.values()), "") if isinstance(described, dict) else ""
        # Of the last two the state is a pair: what is kept, and what R knows of it, such as that it is sorted.
        kept = next(iter(state.values()), None) if isinstance(state, dict) else state
        if not isinstance(kept, _Node):
            raise EOFError
        content = kept.content
        if name == "compact_intseq" and isinstance(content, np.ndarray):
            count, first, step = (int(each) for each in content)
            self._grow(count)
            content = first + step * np.arange(count)
        elif name == "deferred_string" and isinstance(content, np.ndarray):
            self._grow(len(content))
            content = ["NA" if each == _MISSING else f"{each:.15g}" for each in content.tolist()]
        elif not str(name).startswith("wrap_"):
            raise EOFError
        return _Node(content, kept.attributes | (attributes if isinstance(attributes, dict) else {}))

    def _grow(self, count: int) -> None:
        if not 0 <= count <= self._spare:
            raise EOFError
        self._spare -= count
