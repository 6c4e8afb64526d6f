"""Tables of profiles: what is read of a file, and what a table gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from planted_graphs import table_of

from valuespectrum.steering.graph.mining import MiningOptions, mine
from valuespectrum.steering.graph.value_table import RowKey, ValueTable, check_table, read_value_table
from vectorstore.foundation.errors import InputError

PUBLISHED = "steer_dim,player_name,Care,Care:scstd,Power,Power:scstd,stds,scstds\n"


def _read(tmp_path: Path, text: str) -> ValueTable:
    path = tmp_path / "table.csv"
    path.write_text(text)
    return read_value_table(path)


def test_the_published_layout_is_read(tmp_path: Path) -> None:
    table = _read(tmp_path, PUBLISHED + ",,0.5,-1,1,-1,0.2,\n12,Ann,0,1,-1,0,0.2,0.1\n")
    assert table.values == ("Care", "Power") and table.errors is None
    assert table.keys == (RowKey(), RowKey("Ann", "12"))
    assert table.scores.tolist() == [[0.5, 1.0], [0.0, -1.0]]


def test_our_own_layout_has_errors_and_rows_without_a_number_are_left_out(tmp_path: Path) -> None:
    table = _read(tmp_path, "model,persona,clip,care,care:se,power\nm,a,1,0.5,0.1,2\nm,b,1,,0.1,2\n")
    assert table.errors is not None and table.errors[0, 0] == 0.1 and np.isnan(table.errors[0, 1])
    assert len(table) == 1 and table.left_out == ("model m, persona b, intervention none, clip 1 (line 3)",)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_of_another_country_is_read(tmp_path: Path, separator: str) -> None:
    text = "persona,intervention,care,care:se,power\nAnn,,0.5,0.1,1\nBob,12,,0.1,2\n"
    one, other = _read(tmp_path, text), _read(tmp_path, text.replace(",", separator))
    assert (one.values, one.keys, one.left_out) == (other.values, other.keys, other.left_out)
    assert one.values == ("care", "power") and one.scores.tolist() == other.scores.tolist() == [[0.5, 1.0]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("care,power\n1,2\n", "no table of values"),
        ("persona,care\na,1\n", "no table of values"),
        ("persona,care,care\na,1,2\n", "no table of values"),
        ("persona,care,power\na,1\n", "row 2"),
        ("persona,care,care:se,power\na,1,-0.1,2\n", "row 2: a standard error is below 0"),
        ("persona,care,powers:se,power\na,1,0.1,2\n", "has 'powers:se' and no such value"),
        ("persona,care,power\na,1,much\n", "'much' is no number"),
        ("persona,care,power\na,1,inf\n", "'inf' is no number"),
        ("persona,care,power\na,1,nan\n", "'nan' is no number"),
        ('persona,care,power\n"a,1,2\n', "no table"),
        ("", "no table of values"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        _read(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_value_table(tmp_path / "none.csv")


def test_what_varies_with_the_clip_alone_can_be_taken_out() -> None:
    generator = np.random.default_rng(0)
    clips = np.repeat(np.arange(10), 20)
    shift = generator.standard_normal(10)[clips]
    care, power = generator.standard_normal((2, 200))
    table = table_of({"care": care + 3 * shift, "power": power + 3 * shift})
    table = ValueTable(table.values, tuple(RowKey(str(at), clip=str(clips[at])) for at in range(200)), table.scores)
    within = table.within("clip")
    left, before = (np.atleast_2d(np.corrcoef(each.scores.T))[0, 1] for each in (within, table))
    assert abs(left) < 0.2 < 0.8 < before
    assert within.free_rows == 191 and table.free_rows == 200
    with pytest.raises(InputError, match="one model"):
        table.within("model")


def test_two_rows_of_one_key_are_refused() -> None:
    table = table_of({"care": np.arange(12.0), "power": np.arange(12.0) ** 2})
    with pytest.raises(InputError, match="twice"):
        check_table(table.rows([0, *range(11)]))


def test_a_graph_is_not_mined_from_rows_that_are_not_free() -> None:
    """Ten means taken out of twelve rows leave three: without a test, every pair would stay joined."""
    generator = np.random.default_rng(0)
    table = table_of({name: generator.standard_normal(12) for name in ("care", "power", "fame")})
    keys = tuple(RowKey(f"persona {at}", clip=str(min(at, 9))) for at in range(12))
    within = replace(table, keys=keys).within("clip")
    with pytest.raises(InputError, match="leaves 3 free, and a graph takes at least 10") as refused:
        mine(within)
    assert "\n" not in refused.value.message
    enough = replace(table_of({name: generator.standard_normal(60) for name in ("care", "power")}), keys=_clips(60, 8))
    with pytest.raises(InputError, match="takes every row for free"):
        mine(enough.within("clip"), MiningOptions(rule="published"))
    assert mine(enough.within("clip")).rows == 60


def _clips(rows: int, clips: int) -> tuple[RowKey, ...]:
    return tuple(RowKey(f"persona {at}", clip=str(at % clips)) for at in range(rows))
