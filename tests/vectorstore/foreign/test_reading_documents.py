"""Documents of others: every way to be wrong is one line, and none takes long or fills the memory."""

from __future__ import annotations

import csv
import io
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.local.simulated import read_profile
from agents.personas.persona import load_personas
from valuespectrum.costs.prices import load_prices
from valuespectrum.instruments.portraits.official import read_form
from valuespectrum.reproduction.human_values import read_people
from valuespectrum.scoring.ordinal.reading import read_ratings
from valuespectrum.stimuli.keywords import load_keywords
from valuespectrum.stimuli.ratings.sheets import read_sheet
from vectorstore.foreign.documents import (
    LARGEST,
    MOST_COLUMNS,
    check_shape,
    parse_json,
    read_json,
    read_rows,
    read_yaml,
)
from vectorstore.foundation.errors import InputError

BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "aliases": BOMB,
    "depth": "[" * 5_000 + "]" * 5_000,
    "depth in blocks": "- " * 5_000 + "x",
    "open depth": "{a: " * 100_000,
    "bad date": "date: 2024-13-45",
    "bad time": "date: 2024-01-01 99:99:99",
    "long number": "power: " + "9" * 5_000,
    "long number in sixties": "power: " + "1:" * 200_000 + "1",
    "long number of another base": "power: 0x" + "f" * 5_000,
    "sixties": "power: 1:99:99:1e5_",
    "repeated": "power: 1\npower: 2",
    "object": "!!python/object/apply:os.system ['true']",
    "two documents": "a: 1\n---\na: 2",
    "control": "a: \x01",
    "key of lists": "{[a, b]: 1, ? {c: d} : 2}",
    "empty": "",
    "infinite": "power: .inf",
}
READERS: dict[str, Callable[[Path], object]] = {
    "keyword list": load_keywords,
    "price table": load_prices,
    "persona file": load_personas,
    "profile": lambda path: read_profile(str(path)),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_yaml_is_one_line(tmp_path: Path, reader: str, kind: str) -> None:
    path = tmp_path / "given.yaml"
    path.write_text(HOSTILE[kind])
    before = resource.getrusage(resource.RUSAGE_SELF)
    with pytest.raises(InputError) as caught:
        READERS[reader](path)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert "\n" not in caught.value.message and len(caught.value.message) < 600
    assert after.ru_utime - before.ru_utime < 5
    assert after.ru_maxrss - before.ru_maxrss < 200_000


@pytest.mark.parametrize("reader", READERS)
def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path, reader: str) -> None:
    pipe, huge, folder = (tmp_path / name for name in ("pipe.yaml", "huge.yaml", "folder.yaml"))
    os.mkfifo(pipe)
    folder.mkdir()
    with huge.open("wb") as file:
        file.truncate(40 * 2**30)
    for path, problem in ((pipe, "not a regular file"), (huge, "larger than"), (folder, "Is a directory")):
        with pytest.raises(InputError, match=problem):
            READERS[reader](path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "Infinity is no number"),
        ('{"a": [1, -1e999]}', "-1e999 is too large for a number"),
        ('{"a": 1.5E+400}', "too large for a number"),
        ('{"a": ' + "9" * 400 + ".0}", "too large for a number"),
        ('{"a": ' + "9" * 400 + "}", "too large for a number"),
        ('{"a": -' + "9" * 5_000 + "}", "too large for a number"),
        ('{"a": ["\\ud800"]}', "half of a character"),
        ('{"a": {"b": 1, "c": 2, "b": 1}}', "not JSON: repeated key 'b'"),
        ('[{"power": 1, "\\u0070ower": 2}]', "repeated key 'power'"),
    ],
)
def test_json_that_is_none(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        parse_json(text, "scores")


def test_large_numbers_and_texts_that_look_like_larger_ones_are_fine() -> None:
    assert parse_json('{"a": [1e300, 2E-400, 0.5], "b": "1e999"}', "scores") == {"a": [1e300, 0.0, 0.5], "b": "1e999"}


def test_whole_numbers_that_a_float_holds_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f'{{"a": {"9" * 200}, "b": -12, "c": 0x1F, "d": 1:30}}')
    assert read_yaml(path, "document") == {"a": int("9" * 200), "b": -12, "c": 31, "d": 90}
    assert parse_json('{"a": ' + "9" * 308 + ', "b": -12}', "scores") == {"a": int("9" * 308), "b": -12}


def test_whole_characters_and_texts_that_speak_of_halves_are_fine() -> None:
    text = '{"a": "\\ud83d\\ude00", "b": "\\\\ud800"}'
    assert parse_json(text, "scores") == {"a": "\U0001f600", "b": "\\ud800"}


def test_files_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + '{"a": "ä"}'.encode())
    assert read_json(path, "document") == read_yaml(path, "document") == {"a": "ä"}
    path.write_bytes("ä".encode("latin-1"))
    for read in (read_json, read_yaml):
        with pytest.raises(InputError, match="not UTF-8"):
            read(path, "document")


@pytest.mark.parametrize(("document", "place"), [({"a": ["x"]}, "'a.0'"), ({"a": 1}, "'a'"), ([], "as a whole")])
def test_shapes_name_the_place(document: Any, place: str) -> None:
    with pytest.raises(InputError, match=f"scores of run: .*{place}"):
        check_shape(dict[str, list[int]], document, "scores of run")


def test_the_limit_is_generous() -> None:
    assert LARGEST >= 10 * 2**20


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.booleans())
def test_rows_are_those_that_were_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], marked: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(
        [("text", "further", "label"), *((a, "x", b) for a, b in rows)]
    )
    path.write_bytes(written.getvalue().encode("utf-8-sig" if marked else "utf-8"))
    found = read_rows(path, "examples", ("label", "text"), "a CSV file")
    # The module reads ends of lines within cells as they are, whatever kind they are of.
    assert [(row["text"], row["label"]) for row in found] == rows


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_cells_stand_between_what_spreadsheets_put_there(between: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"text{between}label\n'a' or b{between}c\n")
    assert read_rows(path, "examples", ("text", "label"), "a CSV file") == [{"text": "'a' or b", "label": "c"}]
    path.write_text(f"Text {between}LABEL{between}Note\na{between}b{between}c\n")
    assert read_rows(path, "examples", ("text", "label"), "a CSV file") == [{"text": "a", "label": "b", "Note": "c"}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no examples with the columns text, label and side"),
        (b"text,label\na,b\n", "no examples with the columns text, label and side"),
        (b"text,label,side\n", "no examples with the columns text, label and side"),
        (b'text,label,side\n"a,b,c\n', "examples cannot be read"),
        (b"text,label,side\na,b,c\na, as it says,b,c\n", "row 3: more cells than the first row has"),
        (b"text,label,side,text\na,b,c,d\n", "examples with the column 'text' twice"),
        (b"\xff\xfe\x00", "examples cannot be read"),
        (b"text,label,side\n" + b"a" * 200_000, "examples cannot be read"),
        (b"text,label,side\n" + b"a,b,c\n" * 200_000, "is larger than 1,000,000 bytes"),
    ],
)
def test_other_tables_are_one_line(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as refused:
        read_rows(path, "examples", ("text", "label", "side"), "a CSV file", 1_000_000)
    assert "\n" not in refused.value.message and str(path) in refused.value.message
    if content in (b"", b"text,label,side\n"):
        assert read_rows(path, "examples", ("text", "label", "side"), "a CSV file", empty=True) == []
    path.write_bytes(b"text,,\na,,\nb\n")
    assert [row["text"] for row in read_rows(path, "examples", ("text",), "a CSV file")] == ["a", "b"], "empty columns"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(InputError, match="is not a regular file"):
        read_rows(path, "examples", ("text",), "a CSV file")
    with pytest.raises(InputError, match="no examples with the column text"):
        path.unlink()
        path.write_text("a\n1\n")
        read_rows(path, "examples", ("text",), "a CSV file")


@pytest.mark.timeout(30)
def test_tables_of_no_end_of_columns_are_refused_before_short_rows_are_filled_up(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = ",".join(["number,text,respondent,value,item,rating", *(f"c{place}" for place in range(100_000))])
    path.write_text("\n".join([names, *["1"] * 1500]), encoding="utf-8")
    readers: list[Callable[[Path], object]] = [
        lambda table: read_form(table, "pvq_21"),
        lambda table: read_ratings(table, 6),
        lambda table: list(read_sheet(table, "ratings", ("item",))),
        lambda table: read_rows(table, "examples", ("text",), "a CSV file"),
        read_people,
    ]
    for read in readers:
        with pytest.raises(InputError, match=f"100,006 columns; {MOST_COLUMNS:,} are the most"):
            read(path)
    path.write_text("a,b\n" + "1," * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match="100,001 columns"):
        read_people(path)
