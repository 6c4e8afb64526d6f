"""Parquet whose footer, pages or levels claim more than there is memory for: one line, and only a child is harmed."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from forged_parquet import LEAF, LIST, ZSTD, Chunk, forged, page, schema, structs, texts, thrift, varint, zeros

from ingest.sources.tables.columns import Columns
from ingest.sources.tables.table import Table
from vectorstore.foundation.errors import InputError

COLUMNS = Columns({"path": ("path",)}, ("path",))
HUGE = 2**31 - 1


def levels(*runs: tuple[int, int]) -> bytes:
    """Counts, and what is repeated so often."""
    content = b"".join(varint(count << 1) + bytes([value]) for count, value in runs)
    return len(content).to_bytes(4, "little") + content


def paths(tmp_path: Path, content: bytes) -> list[object]:
    path = tmp_path / "list.parquet"
    path.write_bytes(content)
    return [row.cells["path"] for row in Table(path, COLUMNS).rows()]


def test_what_is_forged_below_can_be_read_when_it_is_honest(tmp_path: Path) -> None:
    assert paths(tmp_path, forged(Chunk(page(zeros(8), 2, 8), codec=ZSTD))) == ["", ""]
    lists = page(levels((2, 0)) + levels((2, 3)) + texts(b"a", b"b"), 2)
    assert paths(tmp_path, forged(Chunk(lists, ("path", "list", "element")), schema(*LIST))) == [["a"], ["b"]]


FORGED = {
    "a page that unpacks to 2 GB": forged(Chunk(page(zeros(HUGE), 2, HUGE), codec=ZSTD)),
    "a page that only says so": forged(Chunk(page(texts(b"a", b"b"), 2, HUGE), codec=ZSTD)),
    "a dictionary of 2 GB": forged(
        Chunk(page(zeros(HUGE), HUGE // 4, HUGE, dictionary=True) + page(b"\1\4\0", 2), codec=ZSTD)
    ),
    "a row of a billion": forged(
        Chunk(page(levels((1, 0), (2**30, 1)) + levels((2**30 + 1, 2)), 2**30 + 1), ("path", "list", "element")),
        schema(*LIST),
    ),
    "a name that is no text": forged(Chunk(page(texts(b"a", b"b"), 2)), schema(LEAF.replace(b"path", b"p\xffth"))),
    "five million columns": forged(
        Chunk(page(texts(b"a", b"b"), 2)),
        structs(5_000_002, thrift({4: "schema", 5: 5_000_001}) + LEAF + thrift({4: ""}) * 5_000_000),
    ),
    "columns a million deep": forged(
        Chunk(page(texts(b"a", b"b"), 2)),
        structs(10**6 + 1, thrift({4: "schema", 5: 1}) + thrift({3: 1, 4: "", 5: 1}) * (10**6 - 1) + LEAF),
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_file_is_refused_in_one_line_and_takes_no_memory(tmp_path: Path, what: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=r"^list\.parquet is no readable Parquet file: .") as refused:
        paths(tmp_path, FORGED[what])
    assert "\n" not in refused.value.message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_file_is_looked_at_once_until_it_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = forged(Chunk(page(texts(b"1.mp4", b"2.mp4"), 2)))
    first = paths(tmp_path, content)
    rows = Table(tmp_path / "list.parquet", COLUMNS).rows
    monkeypatch.setattr("vectorstore.foreign.looking.ask_child", lambda *_: "asked again")
    assert [row.cells["path"] for row in rows()] == first == ["1.mp4", "2.mp4"]
    (tmp_path / "list.parquet").write_bytes(content)
    with pytest.raises(InputError, match="asked again"):
        list(rows())
