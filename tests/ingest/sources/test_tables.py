"""Tables of strangers: nothing inside a cell becomes a row, and every row is read, refused or counted as unreadable."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.sources.tables.columns import MAX_ROW, UNREADABLE, Columns, TableRow
from ingest.sources.tables.delimited import TableDialect, records
from ingest.sources.tables.table import MAX_BYTES, Table
from vectorstore.foundation.errors import InputError

COLUMNS = Columns({"path": ("path",), "title": ("title",), "caption": ("caption",), "tags": ("tags",)}, ("path",))
HEADER = ("path", "title", "caption")
SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)


def rows_of(path: Path) -> list[TableRow]:
    return list(Table(path, COLUMNS).rows())


def read(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> list[TableRow]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return rows_of(path)


def said(rows: Sequence[TableRow]) -> list[str]:
    """The path of a row that can be read, the problem of one that cannot."""
    return [row.problem or str(row.cells["path"]) for row in rows]


def written(cells: Sequence[Sequence[str]], **dialect: object) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows([HEADER, *cells])  # type: ignore[arg-type]
    return text.getvalue()


INNER = "clip9.mp4,never listed,by a caption"
"""A line that has just as many cells as the header."""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [10, 70_000, 135_000])
def test_a_cell_of_many_lines_is_a_cell(tmp_path: Path, end: str, size: int) -> None:
    caption = end.join(["word " * (size // 5), INNER, "end"])
    cells = [["1.mp4", "one", caption], *([f"{number}.mp4", "", "short"] for number in range(2, 50))]
    rows = read(tmp_path, written(cells, lineterminator=end))
    assert said(rows) == [f"{number}.mp4" for number in range(1, 50)]
    assert rows[0].cells["caption"] == caption
    assert [row.number for row in rows] == list(range(2, 51))


@pytest.mark.parametrize(("end", "other"), [("\n", "\r"), ("\r\n", "\r"), ("\r", "\n")])
def test_programs_do_not_quote_another_kind_of_line_end(tmp_path: Path, end: str, other: str) -> None:
    content = end.join(["path,title", f"1.mp4,look{other}https://clips.example/9", "2.mp4,x", ""])
    assert said(read(tmp_path, content)) == ["1.mp4", "2.mp4"]


def test_line_ends_that_windows_wrote_twice(tmp_path: Path) -> None:
    r"""A table with ``\r\n`` in it, written as text where that makes ``\r\n`` of each ``\n``."""
    cells = [["1.mp4", "one, two", f"a\n{INNER}"], ["2.mp4", "x", ""], ["3.mp4", "", 'says "wow"']]
    rows = read(tmp_path, written(cells).replace("\n", "\r\n"))
    assert said(rows) == ["1.mp4", "2.mp4", "3.mp4"]
    assert [row.number for row in rows] == [2, 3, 4]
    assert [row.cells["caption"] for row in rows] == [f"a\r\n{INNER}", "", 'says "wow"']
    assert said(read(tmp_path, "title,path\r\r\none,1.mp4\r\r\n\r\r\ntwo,2.mp4\r\r\n")) == ["1.mp4", "2.mp4"]
    assert said(read(tmp_path, '{"path": "1.mp4"}\r\r\n{"path": "2.mp4"}\r\r\n', "a.jsonl")) == ["1.mp4", "2.mp4"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("size", range(2**16 - 2, 2**16 + 3))
def test_a_row_as_long_as_what_is_read_at_once_takes_nothing_of_the_next(tmp_path: Path, end: str, size: int) -> None:
    first = "1.mp4,".ljust(size - len(end), "x") + end
    rows = read(tmp_path, f"path,title{end}{first}2.mp4,b{end}3.mp4,c{end}")
    assert said(rows) == ["1.mp4", "2.mp4", "3.mp4"]
    assert rows[0].cells["title"] == first[len("1.mp4,") : -len(end)]


def test_a_cell_that_is_too_long_costs_its_own_row_only(tmp_path: Path) -> None:
    caption = f"{'word ' * (MAX_ROW // 5)}\n{INNER}\nend"
    rows = read(tmp_path, written([["1.mp4", "", caption], ["2.mp4", "", "x" * (MAX_ROW + 1)], ["3.mp4", "", ""]]))
    assert said(rows)[2] == "3.mp4"
    assert all("longer than 1,048,576 characters" in row.problem for row in rows[:2])
    assert [row.stands_for for row in rows] == [1, 1, 1]


FAULTS = {
    "quotes inside not doubled": ('"he said "wow" and\n' + INNER + '\nmore"\n', ["not doubled", "2.mp4", "3.mp4"]),
    "something behind the quote": ('"odd"quote\n', ["not doubled", "2.mp4", "3.mp4"]),
    "a space behind the quote": ('"odd" \n', ["not doubled", "2.mp4", "3.mp4"]),
    "never closed": ('"no end\n', ["never closed"]),
    "a quote in the middle": ('5" wide\n', ["1.mp4", "2.mp4", "3.mp4"]),
    "too many cells": ("a,b\n", ["4 cells under 3 columns", "2.mp4", "3.mp4"]),
    "a zero byte": ("a\0b\n", ["1.mp4", "2.mp4", "3.mp4"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_the_next_rows_are_rows_and_nothing_inside_is(tmp_path: Path, fault: str) -> None:
    cell, expected = FAULTS[fault]
    rows = read(tmp_path, f"path,title,caption\n1.mp4,one,{cell}2.mp4,two,\n3.mp4,three,\n")
    assert len(rows) == len(expected)
    assert all(wanted in found for wanted, found in zip(expected, said(rows), strict=True))
    # Lines of which nobody can tell whether they were rows all count.
    assert sum(row.stands_for for row in rows) == {"quotes inside not doubled": 5}.get(fault, 3)


def test_many_faults_take_linear_time(tmp_path: Path) -> None:
    started = time.process_time()
    rows = read(tmp_path, "path,title\n" + '1.mp4,"odd"quote\n' * 20_000 + "2.mp4,x\n")
    assert (len(rows), said(rows)[-1], time.process_time() - started < 10) == (20_001, "2.mp4", True)


ESCAPED = {"doublequote": False, "escapechar": "\\"}
TEXTS = [f'a "b",\n{INNER}\n"c', "C:\\dir\\", 'x\\"', "", " ", f"\\\n{INNER}", '"', f'",\n{INNER}', ", ", "\\,"]


@pytest.mark.parametrize("dialect", [{}, ESCAPED, {"quoting": csv.QUOTE_NONE, "escapechar": "\\"}])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_dialect_is_found_out_from_the_whole_table(
    tmp_path: Path, dialect: dict[str, object], delimiter: str
) -> None:
    if not dialect and delimiter == "|":
        dialect = {"quoting": csv.QUOTE_ALL}
    cells = [[f"{number}.mp4", text, TEXTS[number - 1]] for number, text in enumerate(TEXTS)]
    rows = read(tmp_path, written(cells, delimiter=delimiter, **dialect))
    assert [[row.cells.get(name) for name in HEADER] for row in rows] == cells


def test_spaces_before_a_quote(tmp_path: Path) -> None:
    rows = read(tmp_path, f'path, title, caption\n1.mp4, "one, two", "a\n{INNER}\n"\n2.mp4, x, "y"\n')
    assert said(rows) == ["1.mp4", "2.mp4"]
    assert rows[0].number == 2


def test_a_sound_table_is_never_read_in_another_way(tmp_path: Path) -> None:
    """Text that would make rows of its own if backslashes took the meaning from quotes."""
    cells = [["1.mp4", "a\\", f',\n{INNER}\n"'], ["2.mp4", ', "x"', ""]]
    assert said(read(tmp_path, written(cells) + "3.mp4,short\n")) == ["1.mp4", "2.mp4", "3.mp4"]


@SETTINGS
@given(
    texts=st.lists(st.text(st.sampled_from('ab,;"\\ \r\n\t|é'), max_size=12), min_size=1, max_size=6),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_sound_table_comes_back_as_it_was(tmp_path: Path, texts: list[str], ends: str) -> None:
    cells = [[f"{number}.mp4", text, text[::-1]] for number, text in enumerate(texts)]
    rows = read(tmp_path, written(cells, lineterminator=ends, quoting=csv.QUOTE_ALL))
    assert [[row.cells[name] for name in HEADER] for row in rows] == cells


@SETTINGS
@given(content=st.text(st.sampled_from('a,"\\ \r\n'), max_size=60), end=st.sampled_from(["\n", "\r"]))
def test_every_line_of_any_text_is_in_one_record(content: str, end: str) -> None:
    for escaped, spaced in itertools.product((False, True), repeat=2):
        text = io.TextIOWrapper(io.BytesIO(content.encode()), "utf-8", newline=end)
        found = list(records(text, TableDialect(",", escaped, spaced, end)))
        lines = content.count(end) + (not content.endswith(end) and bool(content))
        assert sum(record.lines for record in found) == lines


@pytest.mark.parametrize("before", ["\r\n", "\n\n", ",,\n"])
def test_blank_rows_before_the_header_are_none(tmp_path: Path, before: str) -> None:
    (row,) = read(tmp_path, before + written([["1.mp4", "a", ""]]))
    assert (row.number, row.cells["path"]) == (2 + before.count("\n"), "1.mp4")


def test_empty_cells_beyond_the_header_say_nothing(tmp_path: Path) -> None:
    rows = read(tmp_path, "path,title\n1.mp4,a,\n2.mp4,b,,\n3.mp4,c,more\n")
    assert said(rows) == ["1.mp4", "2.mp4", "3 cells under 2 columns"]


def test_a_comma_behind_an_object_is_no_second_value(tmp_path: Path) -> None:
    rows = read(tmp_path, '{"path": "1.mp4"},\n{"path": "2.mp4"} ,\n{"path": "3.mp4"},,\n', "a.jsonl")
    assert said(rows) == ["1.mp4", "2.mp4", "more than one JSON value in a line"]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_the_first_line_that_excel_writes(tmp_path: Path, mark: str) -> None:
    content = f"sep={mark}\r\n" + written([["1.mp4", f"a{mark}b", ""]], delimiter=mark)
    (row,) = read(tmp_path, content)
    assert (row.number, row.cells["title"]) == (2, f"a{mark}b")


def test_an_object_of_as_many_names_as_fit_is_a_row(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(70_000)]
    others = ", ".join(f'"{name}": 0' for name in [*names, names[-1]])
    assert said(read(tmp_path, f'{{"path": "a.mp4", {others}}}\n', "a.jsonl")) == ["a.mp4"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("marked", [True, False])
def test_encodings_that_a_mark_or_zeros_tell(tmp_path: Path, encoding: str, name: str, marked: bool) -> None:
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"} if marked else {}
    content = written([["é.mp4", "", ""]]) if name == "a.csv" else '{"path": "é.mp4"}\n'
    rows = read(tmp_path, marks.get(encoding, b"") + content.encode(encoding), name)
    assert said(rows) == ["é.mp4"]


def test_the_line_that_is_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"not UTF-8: .* in line 3"):
        read(tmp_path, b"path\na.mp4\n\xe4.mp4\n")


def test_lines_of_json_that_are_broken(tmp_path: Path) -> None:
    good = '{"path": "1.mp4"}'
    lines = {
        good: ["1.mp4"],
        "{broken": ["not JSON"],
        '{"path": "cut.mp4", ': ["not JSON"],
        '{"path": "cut.mp4", "tit': ["not JSON"],
        '{"path": "a", "path": "b"}': ["'path' is there twice"],
        '{"path": "a", "Path": "b"}': ["'Path' is there twice"],
        '{"path": "c.mp4", "more": 1, "more": 2}': ["c.mp4"],
        '{"path": "d.mp4", "more": {"a": 1, "a": 2}}': ["d.mp4"],
        f"{good} {good}": ["more than one"],
        "NaN": ["not a JSON object"],
        '{"path": "2.mp4",\n "title": "over\\nlines",\n "more":\n{"path": "inside.mp4"}\n}': ["2.mp4"],
    }
    for line, expected in lines.items():
        for content in (f"{line}\n{good}\n", f"{good}\n\n{line}\n{good}"):
            rows = [row for row in read(tmp_path, content, "a.jsonl") if row.cells.get("path") != "1.mp4"]
            wanted = [] if line == good else expected
            assert len(rows) == len(wanted)
            assert all(part in found for part, found in zip(wanted, said(rows), strict=True)), (content, rows)
            assert read(tmp_path, content, "a.jsonl")[-1].cells == {"path": "1.mp4"}
            assert read(tmp_path, content, "a.jsonl")[-1].number == len(content.splitlines())


def test_objects_over_many_lines_take_linear_time(tmp_path: Path) -> None:
    started = time.process_time()
    parts = ",\n".join(f'"{number}": {{\n}}\n' for number in range(50_000))
    rows = read(tmp_path, f'{{"path": "1.mp4",\n{parts}}}\n{{"path": "2.mp4"}}\n', "a.jsonl")
    assert said(rows) == ["1.mp4", "2.mp4"]
    rows = read(tmp_path, '{"path": \n' * 30_000 + '{"path": "2.mp4"}\n' * 3000, "a.jsonl")
    assert (sum(row.stands_for for row in rows), said(rows)[-1]) == (33_000, "2.mp4")
    assert time.process_time() - started < 20


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_objects(tmp_path: Path, indent: int | None) -> None:
    content = [{"path": f"{number}.mp4", "caption": f"]}}, {INNER}" * (number % 7)} for number in range(2000)]
    rows = read(tmp_path, json.dumps(content, indent=indent), "a.json")
    assert said(rows) == [f"{number}.mp4" for number in range(2000)]
    assert rows == read(tmp_path, json.dumps(content, indent=indent), "a.jsonl")
    assert said(read(tmp_path, '[{"path": "1.mp4"}, 7, {"path": "2.mp4"}]', "a.json"))[1] == "not a JSON object"


@pytest.mark.parametrize("content", ['[{"path": "1.mp4"}, {"path', '[{"path": "1.mp4"}{}]', '[{"path": "1.mp4"}] {}'])
def test_an_array_that_is_damaged_is_refused_as_a_whole(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="JSON array"):
        read(tmp_path, content, "a.json")


def test_a_long_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        path = tmp_path / name
        path.touch()
        os.truncate(path, 40 * MAX_BYTES)
        started = time.process_time()
        with pytest.raises(InputError, match="above 4,294,967,296"):
            rows_of(path)
        assert time.process_time() - started < 1


def parquet(file: Path, **columns: object) -> Path:
    pyarrow.parquet.write_table(pyarrow.table(columns), file, compression="zstd")
    return file


def test_a_text_that_stands_once_for_all_rows_of_parquet(tmp_path: Path) -> None:
    """18 kB that would take 3 GB as one text a row."""
    count = 3000
    texts = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([0, *[1] * (count - 2), 2], pyarrow.int32()),
        pyarrow.array(["short", "x" * (MAX_ROW - 100), "x" * (MAX_ROW + 1)]),
    )
    in_lists = pyarrow.ListArray.from_arrays(pyarrow.array(range(count + 1), pyarrow.int32()), texts)
    paths = [f"{number}.mp4" for number in range(count)]
    for column in (texts, in_lists):
        path = parquet(tmp_path / "a.parquet", path=pyarrow.array(paths), caption=column)
        assert path.stat().st_size < 100_000
        before = pyarrow.total_allocated_bytes()
        most = 0
        problems = 0
        for number, row in enumerate(Table(path, COLUMNS).rows()):
            most = max(most, pyarrow.total_allocated_bytes() - before)
            problems += bool(row.problem)
            assert row.problem or row.cells["path"] == paths[number]
            if number > 1200:
                break
        assert most < 200 * 2**20
        assert problems == 0
    rows = [
        row.problem
        for row in Table(parquet(tmp_path / "a.parquet", path=paths[-2:], caption=texts[-2:]), COLUMNS).rows()
    ]
    assert rows == ["", "longer than 1,048,576 bytes"]


def test_numbers_that_parquet_says_without_taking_room(tmp_path: Path) -> None:
    nothing = pyarrow.nulls(5_000_000, pyarrow.string())
    lists = pyarrow.ListArray.from_arrays(pyarrow.array([0, len(nothing)], pyarrow.int32()), nothing)
    path = parquet(tmp_path / "a.parquet", path=["1.mp4"], tags=lists)
    assert path.stat().st_size < 2000
    with pytest.raises(InputError, match=r"'tags.list.element' has 5,000,000 values in 1 rows"):
        rows_of(path)


def test_values_of_parquet_that_are_none_of_pythons(tmp_path: Path) -> None:
    times = pyarrow.array([2**62, 0], pyarrow.timestamp("us"))
    rows = rows_of(parquet(tmp_path / "a.parquet", path=["1.mp4", "2.mp4"], title=times))
    assert said(rows) == ["1.mp4", "2.mp4"]


def test_a_time_zone_that_nobody_knows_costs_its_own_cells_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def timezone(name: str) -> object:
        raise KeyError(name)

    # What looks for it when it is imported itself must find the real one, or none.
    pytest.importorskip("pandas")
    monkeypatch.setitem(sys.modules, "pytz", cast("ModuleType", SimpleNamespace(timezone=timezone)))
    for zone in ("Invented/Nowhere", "America", "Pacific Standard Time"):
        times = pyarrow.array([0, None], pyarrow.int64()).cast(pyarrow.timestamp("us", zone))
        rows = rows_of(parquet(tmp_path / "a.parquet", path=["1.mp4", "2.mp4"], title=times))
        assert said(rows) == ["1.mp4", "2.mp4"]
        assert [row.cells["title"] for row in rows] == [UNREADABLE, None]


def test_columns_of_parquet_that_hold_structures_are_left_alone(tmp_path: Path) -> None:
    odd = pyarrow.array([{"a": "x" * 100}] * 2)
    deep = pyarrow.array([[["x"]], None])
    rows = rows_of(parquet(tmp_path / "a.parquet", path=["1.mp4", "2.mp4"], caption=odd, tags=deep, title=["a", "b"]))
    assert said(rows) == ["1.mp4", "2.mp4"]
    assert [rows[0].cells[name] for name in ("caption", "tags", "title")] == [UNREADABLE, UNREADABLE, "a"]
    with pytest.raises(InputError, match="'path' holds neither text nor numbers"):
        rows_of(parquet(tmp_path / "b.parquet", path=odd))


def test_text_of_parquet_that_nobody_marked_as_text_is_read(tmp_path: Path) -> None:
    """As Impala and Spark once wrote it."""
    path = tmp_path / "a.parquet"
    paths = pyarrow.array([b"1.mp4", "ü.mp4".encode(), None, b"\xff.mp4"], pyarrow.binary())
    tags = pyarrow.array([[b"dog", None], [], None, [b"\xff"]], pyarrow.list_(pyarrow.binary()))
    for column in (paths, paths.dictionary_encode(), paths.cast(pyarrow.large_binary())):
        rows = rows_of(parquet(path, path=column, tags=tags))
        assert [row.cells["path"] for row in rows] == ["1.mp4", "ü.mp4", None, b"\xff.mp4"]
        assert [row.cells["tags"] for row in rows] == [["dog", None], [], None, [b"\xff"]]


LONG = "x" * (MAX_ROW + 1)
LONG_TEXTS = {
    "string view": pyarrow.array(["short", None, LONG], pyarrow.string_view()),
    "binary view": pyarrow.array([b"short", None, LONG.encode()], pyarrow.binary_view()),
    "of one length": pyarrow.array([None, None, LONG.encode()], pyarrow.binary(len(LONG))),
    "JSON": pyarrow.ExtensionArray.from_storage(pyarrow.json_(), pyarrow.array(["{}", None, LONG])),
}


@pytest.mark.parametrize("kind", LONG_TEXTS)
def test_a_text_is_too_long_whatever_its_type(tmp_path: Path, kind: str) -> None:
    rows = rows_of(parquet(tmp_path / "a.parquet", path=["1.mp4", "2.mp4", "3.mp4"], caption=LONG_TEXTS[kind]))
    assert [row.problem for row in rows] == ["", "", "longer than 1,048,576 bytes"]


def test_structures_under_another_name_are_left_alone(tmp_path: Path) -> None:
    boxes = pyarrow.array([{"a": "x"}] * 2)
    named = pyarrow.ExtensionArray.from_storage(pyarrow.opaque(boxes.type, "box", "test"), boxes)
    rows = rows_of(parquet(tmp_path / "a.parquet", path=["1.mp4", "2.mp4"], caption=named))
    assert [row.cells["caption"] for row in rows] == [UNREADABLE, UNREADABLE]
