"""Tables of ratings: what is read, what is refused in one line, what is put together."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.design import design_of
from valuespectrum.scoring.ordinal.reading import read_ratings
from valuespectrum.scoring.ordinal.table import rating_table
from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]

HEAD = "respondent,value,item,rating"
ROWS = ["a,power,p1,3", "a,security,s1,5", "b,power,p1,1", "b,security,s1,6"]


def written(folder: Path, lines: list[str], head: str = HEAD) -> Path:
    path = folder / "ratings.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_table_is_read_with_what_was_not_answered_left_out(tmp_path: Path) -> None:
    read = read_ratings(written(tmp_path, [*ROWS, "b,security,s2,", "b,security,s3,NA"]), 6)
    assert read.weights.argmax(axis=1).tolist() == [2, 4, 0, 5] and read.unheard == {"b": 2}
    turned = read_ratings(written(tmp_path, ROWS), 6, turned=True)
    assert turned.weights.argmax(axis=1).tolist() == [3, 1, 5, 0]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_tables_of_any_spreadsheet_are_read(separator: str, tmp_path: Path) -> None:
    said = [line.replace(",", separator) for line in [*ROWS[:3], "b,security,s1,NA"]]
    read = read_ratings(written(tmp_path, said, HEAD.replace(",", separator)), 6)
    assert read.weights.argmax(axis=1).tolist() == [2, 4, 0] and read.unheard == {"b": 1}


def test_decimals_behind_a_comma_are_read_between_semicolons(tmp_path: Path) -> None:
    path = written(tmp_path, ["a;power;p1;0,25;0,75;2,0"], "respondent;value;item;p_1;p_2;weight")
    assert np.allclose(read_ratings(path, 2).weights, [[0.5, 1.5]])
    assert read_ratings(written(tmp_path, ["a;power;p1;3,0"], HEAD.replace(",", ";")), 6).weights[0, 2] == 1.0


def test_a_table_in_another_encoding_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes("\n".join([HEAD, "Jürgen,power,p1,3"]).encode("latin-1"))
    with pytest.raises(InputError, match="no text in UTF-8") as caught:
        read_ratings(path, 6)
    assert caught.value.hint == "save it as UTF-8"


def test_lines_are_counted_with_blank_ones(tmp_path: Path) -> None:
    path = written(tmp_path, ["", *ROWS[:2], ",,,", " ", "b,power,p1,9"], f"\n{HEAD}")
    with pytest.raises(InputError, match="line 8 has a rating"):
        read_ratings(path, 6)
    assert read_ratings(path, 9).weights.argmax(axis=1).tolist() == [2, 4, 8]
    with pytest.raises(InputError, match="lines 3 and 5: the same cell twice"):
        read_ratings(written(tmp_path, ["", ROWS[0], "", ROWS[0]]), 6)


def test_probabilities_and_weights_take_the_place_of_ratings(tmp_path: Path) -> None:
    path = written(tmp_path, ["a,power,p1,0.2,0.8,0,3"], "Respondent , value,item,p_1,p_2,p_3,weight")
    assert np.allclose(read_ratings(path, 3).weights, [[0.6, 2.4, 0.0]])


@pytest.mark.parametrize(
    ("lines", "head", "told"),
    [
        (["a,power,p1,7"], HEAD, "line 2 has a rating that is no whole number from 1 to 6 ('7')"),
        (["a,power,p1,0"], HEAD, "line 2 has a rating that is no whole number"),
        (["a,power,p1,2.5"], HEAD, "no whole number"),
        (["a,power,p1,inf"], HEAD, "a rating that is no number"),
        (["a,power,p1,much"], HEAD, "line 2 has a rating that is no number ('much')"),
        ([ROWS[0], ROWS[1], ROWS[0]], HEAD, "lines 2 and 4: the same cell twice (a, power, p1"),
        (["a,,p1,3"], HEAD, "line 2 has no value"),
        (["a,p1,3"], "respondent,item,rating", "no column 'value'"),
        (["a,power,p1"], "respondent,value,item", "no column 'rating'"),
        (["a,power,p1,3,4"], f"{HEAD},rating", "has the column 'rating' twice"),
        (["a,power,p1,.5,.6"], "respondent,value,item,p_1,p_2", "the probabilities of steps 1, 2, the scale 6 steps"),
        (
            ["a,power,p1,,,.5,.5,,"],
            f"{HEAD[:-7]},p_1,p_2,p_3,p_4,p_5,p_6",
            "line 2 has probabilities of some steps, and not",
        ),
        (["a,power,p1,3,0"], f"{HEAD},weight", "a weight that is no number of answers ('0')"),
        ([], HEAD, "holds no answer"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(lines: list[str], head: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_ratings(written(tmp_path, lines, head), 6)
    assert told in caught.value.message and caught.value.hint and "\n" not in caught.value.message


def test_other_files_are_refused_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "other"
    for raw in (b"", b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\xfa", b'"open', b"a,b\n1,2,3\n"):
        path.write_bytes(raw)
        with pytest.raises(InputError) as caught:
            read_ratings(path, 6)
        assert "\n" not in caught.value.message


@pytest.mark.timeout(20)
def test_a_pipe_is_not_waited_for_and_a_packed_table_not_unpacked(tmp_path: Path) -> None:
    """A few packed kilobytes can hold gigabytes of commas."""
    (packed := tmp_path / "ratings.csv.gz").write_bytes(gzip.compress("\n".join([HEAD, *ROWS]).encode()))
    with pytest.raises(InputError, match="is no table that can be read"):
        read_ratings(packed, 6)
    os.mkfifo(tmp_path / "ratings.csv")
    with pytest.raises(InputError, match="not a regular file"):
        read_ratings(tmp_path / "ratings.csv", 6)


def table_of(rows: list[tuple[str, str, str, int]], repeats: int = 1) -> tuple[pd.DataFrame, Floats]:
    frame = pd.DataFrame([row[:3] for row in rows], columns=["respondent", "value", "item"])
    return frame, np.eye(6)[[row[3] - 1 for row in rows]] * repeats


CELLS = [("a", "power", "p1", 3), ("a", "security", "s1", 5), ("b", "power", "p1", 1), ("b", "security", "s1", 6)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row for row in CELLS if row[0] == "a"], "one respondent, 'a'"),
        ([row for row in CELLS if row[1] == "power"], "one value, 'power'"),
        (CELLS[:3], "'b' rated no item of 'security'"),
        ([(*row[:3], 4) for row in CELLS], "every rating is 4"),
        ([*CELLS, ("b", "security", "p1", 2)], "item 'p1' stands for"),
        ([], "holds no rating"),
    ],
)
def test_what_cannot_be_compared_is_refused(rows: list[tuple[str, str, str, int]], told: str) -> None:
    frame, weights = table_of(rows)
    with pytest.raises(InputError) as caught:
        rating_table(frame, weights.reshape(-1, 6))
    assert told in caught.value.message and "\n" not in caught.value.message


def test_steps_that_nobody_used_are_left_out_and_said() -> None:
    table = rating_table(*table_of(CELLS))
    assert table.steps == (1, 3, 5, 6) and any("step 2, 4" in note for note in table.notes)


def test_repeats_that_are_always_the_same_count_once() -> None:
    frame, weights = table_of(CELLS, repeats=50)
    weights[:2] += np.eye(6)[[0, 1]]  # the first respondent does not always say the same
    table = rating_table(frame, weights)
    assert sorted(table.counts.sum(axis=1)) == [1, 1, 51, 51] and "b gave the same answer" in table.notes[0]


def test_versions_that_stand_for_values_are_refused() -> None:
    frame, weights = table_of([*CELLS, *((who, what, f"{item}b", 4) for who, what, item, _ in CELLS)])
    alike = frame["value"].map({"power": "first", "security": "second"})
    with pytest.raises(InputError, match="cannot be told apart"):
        design_of(rating_table(frame.assign(version=alike), weights))
