"""Writes Parquet that claims what it likes: footer, page headers and pages byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

Field = bytes | int | str | list[bytes] | list[int] | list[str]
BYTE_ARRAY, PLAIN, RLE, RLE_DICTIONARY, ZSTD = 6, 0, 3, 8, 6
REQUIRED, OPTIONAL, REPEATED = 0, 1, 2
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def thrift(fields: Mapping[int, Field], wide: tuple[int, ...] = ()) -> bytes:
    """A struct in Thrift's compact protocol; bytes are structs, ``wide`` names the numbers of 64 bits."""
    out, last = b"", 0
    for number, value in sorted(fields.items()):
        kind = _I64 if number in wide else _kind(value)
        out += bytes([(number - last) << 4 | kind]) + _value(value)
        last = number
    return out + b"\0"


def _kind(value: Field) -> int:
    return {int: _I32, str: _BINARY, list: _LIST, bytes: _STRUCT}[type(value)]


def _value(value: Field) -> bytes:
    if isinstance(value, int):
        return varint(value << 1)
    if isinstance(value, str):
        return varint(len(value)) + value.encode()
    if isinstance(value, list):
        return structs(len(value), b"".join(map(_value, value)), _kind(value[0]))
    return value


def structs(count: int, content: bytes, kind: int = _STRUCT) -> bytes:
    return bytes([0xF0 | kind]) + varint(count) + content


def zeros(size: int) -> bytes:
    """Zstandard that unpacks to zeros: blocks of 128 KiB in four bytes each."""
    block = 2**17
    whole, rest = divmod(size, block)
    last = (rest << 3 | 3).to_bytes(3, "little") + b"\0"
    return (
        b"\x28\xb5\x2f\xfd\xe0"
        + struct.pack("<Q", size)
        + ((block << 3 | 2).to_bytes(3, "little") + b"\0") * whole
        + last
    )


def texts(*values: bytes) -> bytes:
    return b"".join(struct.pack("<I", len(value)) + value for value in values)


def page(content: bytes, values: int, claimed: int | None = None, *, dictionary: bool = False) -> bytes:
    """A page; ``claimed`` are the bytes that it is said to unpack to."""
    what: dict[int, Field] = {1: values, 2: PLAIN}
    header: dict[int, Field] = {2: len(content) if claimed is None else claimed, 3: len(content)}
    if dictionary:
        header |= {1: 2, 7: thrift(what)}
    else:
        header |= {1: 0, 5: thrift(what | {3: RLE, 4: RLE})}
    return thrift(header) + content


@dataclass(frozen=True)
class Chunk:
    """The one column."""

    pages: bytes
    path: tuple[str, ...] = ("path",)
    codec: int = 0
    values: int = 2


LEAF = thrift({1: BYTE_ARRAY, 3: REQUIRED, 4: "path", 6: 0})
LIST = [
    thrift({3: OPTIONAL, 4: "path", 5: 1, 6: 3}),
    thrift({3: REPEATED, 4: "list", 5: 1}),
    thrift({1: BYTE_ARRAY, 3: OPTIONAL, 4: "element", 6: 0}),
]


def footer(schema: bytes, chunk: Chunk, rows: int = 2) -> bytes:
    sizes: dict[int, Field] = {5: chunk.values, 6: len(chunk.pages), 7: len(chunk.pages), 9: 4}
    what: dict[int, Field] = {1: BYTE_ARRAY, 2: [PLAIN], 3: list(chunk.path), 4: chunk.codec}
    about = thrift(what | sizes, (5, 6, 7, 9))
    column = thrift({2: 4, 3: about}, (2,))
    group = thrift({1: [column], 2: len(chunk.pages), 3: rows}, (2, 3))
    return b"\x15\x02\x19" + schema + b"\x16" + varint(rows << 1) + b"\x19" + structs(1, group) + b"\0"


def schema(*elements: bytes) -> bytes:
    return structs(len(elements) + 1, thrift({4: "schema", 5: 1}) + b"".join(elements))


def forged(chunk: Chunk, elements: bytes = schema(LEAF)) -> bytes:
    end = footer(elements, chunk)
    return b"PAR1" + chunk.pages + end + struct.pack("<I", len(end)) + b"PAR1"
