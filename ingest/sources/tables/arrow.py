"""What this project reads Parquet with, of pyarrow, which has no types: written down once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class DataType(Protocol):
    """What a column holds."""

    value_type: DataType
    """Of lists and dictionaries only."""
    byte_width: int
    """Of texts that are all of one length only."""


class Scalar(Protocol):
    """A cell."""

    def as_py(self) -> object:
        """The value, which Python may not be able to hold."""


class Array(Protocol):
    """A column of a batch."""

    type: DataType
    dictionary: Array
    """Of dictionaries only, as ``indices``."""
    indices: Array
    values: Array
    """Of lists only, as ``offsets``."""
    offsets: Array
    storage: Array
    """Of types only that are another one by name."""
    offset: int
    """Cells before it in its memory."""

    def __len__(self) -> int:
        """Number of cells."""

    def __iter__(self) -> Iterator[Scalar]:
        """Cells."""

    def buffers(self) -> list[memoryview]:
        """Its memory: which cells have a value, then the values."""

    def is_valid(self) -> Array:
        """Which cells have a value."""

    def fill_null(self, value: int) -> Array:
        """The same with a number where there is nothing."""

    def to_numpy(self, *, zero_copy_only: bool = True) -> NDArray[np.int64]:
        """Whole numbers; other types are not asked for."""

    def to_pylist(self) -> list[object]:
        """All values."""


class RecordBatch(Protocol):
    """Some rows."""

    num_rows: int
    columns: Sequence[Array]

    def column(self, name: str) -> Array:
        """One column."""

    def slice(self, offset: int, length: int | None = None) -> RecordBatch:
        """Some of the rows."""


class Field(Protocol):
    """Name and type of a column."""

    type: DataType


class Schema(Protocol):
    """All columns."""

    names: list[str]

    def field(self, name: str) -> Field:
        """One column."""


class ColumnChunk(Protocol):
    """What a file says of one column of a row group."""

    path_in_schema: str
    total_uncompressed_size: int
    num_values: int
    physical_type: str


class RowGroup(Protocol):
    """What a file says of some of its rows."""

    num_rows: int
    num_columns: int

    def column(self, number: int) -> ColumnChunk:
        """One column."""


class Metadata(Protocol):
    """What a file says of itself."""

    num_rows: int
    num_row_groups: int

    def row_group(self, number: int) -> RowGroup:
        """Some of its rows."""


class ParquetFile(Protocol):
    """An open file."""

    schema_arrow: Schema
    metadata: Metadata

    def iter_batches(self, batch_size: int, *, columns: Sequence[str], use_threads: bool) -> Iterator[RecordBatch]:
        """Rows in turn."""
