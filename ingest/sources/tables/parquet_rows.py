"""Rows of Parquet, in memory that does not depend on what the file says of itself.

A few bytes of Parquet may stand for any amount of text: a dictionary names a long text once for all rows, a run of list
elements takes no room, and the header of a page may claim any length. So the sizes that the file declares are looked at
first, a child with limits decodes everything before this process does, and rows are made a few at a time. Where texts
are too long to stand in each of their rows, they stay in their dictionary while they are read, which is slower.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO

from ingest.sources.tables.arrow import Array, DataType, ParquetFile, RecordBatch, Scalar
from ingest.sources.tables.columns import MAX_ROW, UNREADABLE, Columns, TableRow
from vectorstore.foreign.looking import TOO_MUCH, answer, find_harm_once, limit
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_ROWS = 50_000_000
"""Of a file: millions of rows may take no room in it, but each takes its time."""
_BATCH = 512
_AT_ONCE = 2**23
"""Bytes of text that are made into rows at once."""
_MAX_CHUNK = 2**30
"""Bytes of one column of a row group, unpacked."""
_MAX_PER_ROW = 256
"""Elements of lists, on average over a row group."""
_THRIFT_LIMIT = 10**8
_SPACE = 2**29
_MOST_SPACE = 2 * _MAX_CHUNK
"""Bytes of memory that decoding may take, at all and for the bytes of a file: measured 0.1 GB and a row group."""
_ELEMENT = 8
"""Bytes of a row that an element of a list counts for, whatever it holds."""
_MARK = b"PAR1"
_FORMS = ("plain", "dictionaries")
"""How texts are read, the faster way first."""
_ANEW = "write it again, in smaller row groups"
_TOO_LONG = f"longer than {MAX_ROW:,} bytes"
_NO_VALUE = (ValueError, OverflowError, LookupError, OSError)
"""What a cell raises of which Python can make no value; by the last two, a time zone is not known here."""


def parquet_rows(file: BinaryIO, name: str, columns: Columns) -> Iterator[TableRow]:
    """The rows of a file.

    Args:
        file: At its beginning.
        name: Of the table, for messages.
        columns: Wanted ones.

    Raises:
        InputError: It is damaged, lacks a column that is needed, or would take too much memory.
    """
    import pyarrow

    in_dictionaries = _choose_reading(file, name, columns)
    try:
        table = _ParquetTable(file, name, columns)
        number = 1
        for part, fits in table.parts(in_dictionaries=in_dictionaries):
            yield from _rows(part, table.found, table.odd, number) if fits else [TableRow(number, problem=_TOO_LONG)]
            number += part.num_rows
        if number - 1 != table.count:
            raise InputError(f"{name} has {number - 1:,} rows and says {table.count:,}", _ANEW)
    except (pyarrow.ArrowException, OSError) as error:
        raise _unreadable(name, one_line(error)) from error


def _choose_reading(file: BinaryIO, name: str, columns: Columns) -> bool:
    """Whether texts have to stay in their dictionaries for this process to read a file.

    Raises:
        InputError: A child could read it in neither way.
    """
    head = file.read(len(_MARK))
    file.seek(max(-len(_MARK), -len(head)), os.SEEK_END)
    if not head == file.read() == _MARK:
        raise _unreadable(name, "it does not begin and end as one")
    wanted = json.dumps(asdict(columns), default=list, sort_keys=True)
    for form in _FORMS:
        fault = find_harm_once(file, f"list {form} {wanted}", f"{__name__}:main", [form, wanted])
        if not fault:
            return form == _FORMS[1]
        if fault != TOO_MUCH:
            break
    raise _unreadable(name, fault)


def _unreadable(name: str, reason: str) -> InputError:
    return InputError(f"{name} is no readable Parquet file: {reason}", _ANEW)


def main(descriptor: str, form: str, wanted: str) -> None:
    """What the child does: decode everything that is wanted of a file, as its parent will.

    Args:
        descriptor: Of the file.
        form: One of ``_FORMS``.
        wanted: The columns, as JSON.
    """
    import numpy  # noqa: F401 - libraries take their room before it is limited
    import pyarrow
    import pyarrow.compute
    import pyarrow.parquet

    # The others reserve a gigabyte before they are asked for anything.
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())

    def look() -> str:
        with os.fdopen(int(descriptor), "rb") as file:
            limit(_SPACE + min(os.fstat(file.fileno()).st_size, _MOST_SPACE))
            try:
                for _ in _ParquetTable(file, "", Columns(**json.loads(wanted))).parts(
                    in_dictionaries=form == _FORMS[1]
                ):
                    pass
            except InputError:
                return ""  # the parent finds the same, and says it better
            except (pyarrow.ArrowException, OSError) as error:
                if isinstance(error, MemoryError):
                    raise
                return one_line(error)
        return ""

    answer(look)


class _ParquetTable:
    """A file whose declared sizes are in order.

    Args:
        file: It is read from its beginning.
        name: Of the table, for messages.
        columns: Wanted ones.

    Raises:
        InputError: It lacks a column, or declares too much.
    """

    def __init__(self, file: BinaryIO, name: str, columns: Columns) -> None:
        self._file = file
        table = self._open()
        schema = table.schema_arrow
        columns.check(schema.names, name)
        if len(set(schema.names)) < len(schema.names):
            raise InputError(f"{name} has two columns of one name", "name them apart")
        self.found = columns.among(schema.names)
        self.odd = {wanted for wanted, column in self.found.items() if not _is_plain(schema.field(column).type)}
        self._read = sorted({column for wanted, column in self.found.items() if wanted not in self.odd})
        if not self._read:
            raise InputError(
                f"{name}: {self.found[min(self.odd)]!r} holds neither text nor numbers", "write it as text"
            )
        self._texts = _check_sizes(table, name, self._read)
        self.count = int(table.metadata.num_rows)

    def parts(self, *, in_dictionaries: bool) -> Iterator[tuple[RecordBatch, bool]]:
        """Rows in turn, and whether they fit into memory once each has its own text.

        Args:
            in_dictionaries: Keep the texts in their dictionaries.
        """
        table = self._open(self._texts if in_dictionaries else [])
        for batch in table.iter_batches(_BATCH, columns=self._read, use_threads=False):
            yield from _parts(batch)

    def _open(self, dictionaries: Collection[str] = ()) -> ParquetFile:
        import pyarrow.parquet

        self._file.seek(0)
        file: ParquetFile = pyarrow.parquet.ParquetFile(
            self._file,
            read_dictionary=list(dictionaries),
            thrift_string_size_limit=_THRIFT_LIMIT,
            thrift_container_size_limit=_THRIFT_LIMIT,
        )
        return file


def _check_sizes(table: ParquetFile, name: str, read: list[str]) -> list[str]:
    """Refuse what would not fit, by what the file says of itself; the paths of the columns that hold text."""
    metadata = table.metadata
    if metadata.num_rows > MAX_ROWS:
        raise InputError(f"{name} has {metadata.num_rows:,} rows, above {MAX_ROWS:,}", "split it")
    texts: dict[str, None] = {}
    for group in (metadata.row_group(number) for number in range(metadata.num_row_groups)):
        for chunk in (group.column(number) for number in range(group.num_columns)):
            column, size = chunk.path_in_schema, chunk.total_uncompressed_size
            if column.partition(".")[0] not in read:
                continue
            shown = f"{name}: the column {column[:40]!r} has"
            if size > _MAX_CHUNK:
                raise InputError(f"{shown} {size:,} bytes, above {_MAX_CHUNK:,}", "write smaller row groups")
            if chunk.num_values > _MAX_PER_ROW * max(group.num_rows, _BATCH):
                raise InputError(
                    f"{shown} {chunk.num_values:,} values in {group.num_rows:,} rows", f"at most {_MAX_PER_ROW} a row"
                )
            if chunk.physical_type == "BYTE_ARRAY":
                texts[column] = None
    return list(texts)


def _parts(batch: RecordBatch) -> Iterator[tuple[RecordBatch, bool]]:
    """Rows in turn, as many as fit into memory once each has its own text, or one that is too long, which is said."""
    start = size = 0
    for place, more in enumerate(_text_sizes(batch)):
        if more > MAX_ROW:
            if place > start:
                yield batch.slice(start, place - start), True
            yield batch.slice(place, 1), False
            start, size = place + 1, 0
            continue
        if size + more > _AT_ONCE:
            yield batch.slice(start, place - start), True
            start, size = place, 0
        size += more
    if start < batch.num_rows:
        yield batch.slice(start), True


def _text_sizes(batch: RecordBatch) -> list[int]:
    """Bytes of text of each row."""
    import numpy as np

    total = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        total += _sizes(column)
    return [int(size) for size in total]


def _sizes(column: Array) -> NDArray[np.int64]:
    """Bytes of text in each cell of a column."""
    import numpy as np
    import pyarrow

    kind = column.type
    if isinstance(kind, pyarrow.BaseExtensionType):
        return _sizes(column.storage)
    if pyarrow.types.is_dictionary(kind):
        own = _sizes(column.dictionary)
        places = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
        return own[places] if len(own) else np.zeros(len(column), dtype=np.int64)
    if pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind):
        inner = np.concatenate(([0], np.cumsum(_sizes(column.values), dtype=np.int64)))
        offsets = column.offsets.to_numpy()
        sizes: NDArray[np.int64] = inner[offsets[1:]] - inner[offsets[:-1]] + _ELEMENT * np.diff(offsets)
        return sizes
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), _lengths(column), 0).astype(np.int64)


def _lengths(column: Array) -> NDArray[np.int64] | int:
    """Bytes of text in each cell of a column of neither lists nor dictionaries; anything where there is no value."""
    import numpy as np
    import pyarrow
    import pyarrow.compute as pc

    kind, types = column.type, pyarrow.types
    if types.is_fixed_size_binary(kind):
        return kind.byte_width
    if len(column) and (types.is_string_view(kind) or types.is_binary_view(kind)):
        # A view has 16 bytes, of which the first four are the length.
        views = np.frombuffer(memoryview(column.buffers()[1]), dtype="<i4")[::4]
        return views[column.offset : column.offset + len(column)].astype(np.int64)
    if _is_text(kind):
        lengths: Array = pc.fill_null(pc.binary_length(column), 0)
        return lengths.to_numpy(zero_copy_only=False).astype(np.int64)
    return 0


def _is_text(kind: DataType) -> bool:
    import pyarrow

    types = pyarrow.types
    return bool(
        types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind) or types.is_large_binary(kind)
    )


def _is_plain(kind: DataType) -> bool:
    """Whether values are texts, numbers or times, or lists of these; others are never unfolded."""
    import pyarrow

    types = pyarrow.types
    kind = _stored(kind)
    for is_outer in (types.is_list, types.is_large_list, types.is_dictionary):
        kind = _stored(kind.value_type) if is_outer(kind) else kind
    return not types.is_nested(kind)


def _stored(kind: DataType) -> DataType:
    """What values of a type are made of that is another one by its name only."""
    import pyarrow

    while isinstance(kind, pyarrow.BaseExtensionType):
        kind = kind.storage_type
    return kind


def _rows(batch: RecordBatch, found: Mapping[str, str], odd: Collection[str], first: int) -> Iterator[TableRow]:
    nothing = [UNREADABLE] * batch.num_rows
    values = {wanted: nothing if wanted in odd else _values(batch.column(column)) for wanted, column in found.items()}
    for position in range(batch.num_rows):
        yield TableRow(first + position, {wanted: column[position] for wanted, column in values.items()})


def _values(column: Array) -> list[object]:
    try:
        values = list(column.to_pylist())
    except _NO_VALUE:
        values = [_value(cell) for cell in column]
    return [_as_text(value) if isinstance(value, bytes | list) else value for value in values]


def _value(cell: Scalar) -> object:
    try:
        value: object = cell.as_py()
    except _NO_VALUE:
        return UNREADABLE
    return value


def _as_text(value: object) -> object:
    """Text that is not marked as such, as older programs write it; bytes that are no UTF-8 stay what they are."""
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    with contextlib.suppress(UnicodeDecodeError):
        return value.decode() if isinstance(value, bytes) else value
    return value
