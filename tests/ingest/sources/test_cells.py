"""What is said beyond the name of a clip is read however it is written, and never refuses the clip."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas
import pytest

from ingest.sources.base import Found, SourceItem
from ingest.sources.cells import RowCells, read_moment
from ingest.sources.registry import find_items
from vectorstore.foundation.errors import MediaError
from vectorstore.ledger.records import Source


def described(item: SourceItem) -> Source:
    return item.describe(item.stamp())


def read(path: Path) -> tuple[Found, list[Source]]:
    found = find_items([path])
    return found, [described(item) for item in found.items]


DAY = "2024-03-11"
NO_MOMENTS: list[object] = ["yesterday", 0, -1, 7, True, 10**25, float("inf"), [], "99999999", "1e9"]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        *((1710123100 * unit + 123 * (unit > 1), DAY) for unit in (1, 10**3, 10**6, 10**9)),
        *((str(1710123100 * unit), DAY) for unit in (1, 10**3, 10**6, 10**9)),
        *((float(1710123100 * unit), DAY) for unit in (1, 10**3, 10**6)),
        (1710123100.5, DAY),
        ("1710123100.0", DAY),
        (Decimal("1710123100"), DAY),
        (20240311, DAY),
        (20240311.0, DAY),
        ("20240311", DAY),
        ("20240311.0", DAY),
        ("20240311235959", DAY),
        ("202403112359", DAY),
        ("2024-03-11 23:59:00 UTC", DAY),
        ("2024-03-11T23:59:00.000Z", DAY),
        ("2024-03-11T23:59:00-08:00", DAY),
        (date(2024, 3, 11), DAY),
        (datetime(2024, 3, 11, 23, 59, tzinfo=UTC), DAY),
        (pandas.Timestamp("2024-03-11 23:59"), DAY),
        ("17101231", "1710-12-31"),
        *((value, "") for value in NO_MOMENTS),
    ],
)
def test_moments_in_every_usual_form(value: object, day: str) -> None:
    assert read_moment(value) == day


def test_blanks_of_a_whole_row_cost_little() -> None:
    start = time.process_time()
    assert read_moment(f"1{' ' * 10**6}1") == ""
    assert time.process_time() - start < 1
    assert read_moment(f"{' ' * 10**6}2024-03-11 UTC{' ' * 10**6}") == DAY


@pytest.mark.parametrize(
    ("value", "text", "noted"),
    [
        (12345678901, "12345678901", False),
        (12345678901.0, "12345678901", False),
        ("12345678901.0", "12345678901", False),
        (7106798200794926362, "7106798200794926362", False),
        (7.106798200794926e18, "", True),
        ("7.1067982E+18", "", True),
        ("7,1E+18", "", True),
        ("7.1E18", "", True),
        ("1E+05", "", True),
        ("1e5", "1e5", False),
        ("2E10", "2E10", False),
        (Decimal("7106798200794926362"), "7106798200794926362", False),
        (float("nan"), "", False),
        (None, "", False),
        (float("inf"), "", True),
        ("nan", "", True),
        ("NaN", "", True),
        (True, "", True),
        ({"a": 1}, "", True),
        (b"\xff", "", True),
        ("@some.body", "@some.body", False),
        ("007", "007", False),
        ("1.5", "1.5", False),
        ('="7106798200794926362"', "7106798200794926362", False),
        ('="@some.body"', "@some.body", False),
        ("'@some.body", "@some.body", False),
        ("'12345678901", "12345678901", False),
        ("'90s kid", "'90s kid", False),
        ("'@ home'", "'@ home'", False),
    ],
)
def test_people_under_numbers(value: object, text: str, noted: bool) -> None:
    row = RowCells({"uploader": value})
    assert row.person("uploader", 300) == text
    assert [note.startswith("uploader: ") for note in row.notes] == [True] * noted


def test_only_what_names_the_clip_must_be_right(tmp_path: Path) -> None:
    odd: dict[str, object] = {
        "title": ["a", "list"],
        "caption": {"an": "object"},
        "tags": {"a": 1},
        "published": "yesterday",
        "page_url": "javascript:alert(1)",
        "sha256": "abc",
        "licence": False,
        "uploader": 7.1e18,
        "platform": [],
        "basis": 1e400,
    }
    path = tmp_path / "list.jsonl"
    path.write_text("".join(json.dumps({"path": f"{name}.mp4", name: value}) + "\n" for name, value in odd.items()))
    found, sources = read(path)
    (counts,) = found.lists
    assert (counts.rows, counts.taken, counts.refused) == (len(odd), len(odd), 0)
    assert sorted(note.partition(":")[0] for note in counts.notes) == sorted(odd)
    left = {name: getattr(source, name, "") for source, name in zip(sources, odd, strict=True)}
    assert {name: value for name, value in left.items() if value} == {"title": "title", "platform": "local"}
    for name in ("path", "url"):
        with pytest.raises(MediaError, match="no text but a number"):
            RowCells({name: 1.5}).required(name)


@pytest.mark.parametrize("kind", ["json", "lines", "csv", "parquet"])
def test_what_pandas_writes(tmp_path: Path, kind: str) -> None:
    frame = pandas.DataFrame(
        {
            "path": ["1.mp4", "2.mp4"],
            "uploader": [12345678901, None],
            "title": [None, 1984],
            "published": [pandas.Timestamp("2025-03-31 21:30"), pandas.NaT],
            "tags": [["dog", "trick"], None],
        }
    )
    path = tmp_path / {"json": "a.json", "lines": "a.jsonl", "csv": "a.csv", "parquet": "a.parquet"}[kind]
    if kind == "csv":
        frame.assign(tags=frame.tags.map(json.dumps)).to_csv(path, index=False)
    elif kind == "parquet":
        frame.assign(title=frame.title.astype("Int64")).to_parquet(path)
    else:
        # What it writes for a moment unless told otherwise.
        frame.assign(published=pandas.Series([1743456600000, None])).to_json(
            path, orient="records", lines=kind == "lines"
        )
    found, (one, two) = read(Path(f"manifest:{path}"))
    assert (found.lists[0].taken, found.lists[0].refused) == (2, 0)
    assert (one.uploader, one.published, one.tags) == ("12345678901", "2025-03-31", ("dog", "trick"))
    assert (two.uploader, two.published, one.title) == ("", "", "1")
    assert two.title == ("1984.0" if kind == "csv" else "1984")


TEXTS = ["it's", 'says "wow"', "a; b, c]", "back\\slash", "tab\tend", "Zürich 🌍", "\x80 and \u2028"]


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("['dog', 'trick']", ("dog", "trick")),
        ("['dog' 'trick'\n 'jump']", ("dog", "trick", "jump")),
        ("['dog', None, nan, \"it's\"]", ("dog", "it's")),
        (repr(TEXTS), RowCells({"tags": TEXTS}).tags("tags")),
        (repr(["x"] * 1000), ("x",)),
        ("['', '']", ()),
        ("[None]", ()),
        ("['dog'; 'trick']", ("['dog'", "'trick']")),
        ("['dog', len('x')]", ("['dog', len('x')]",)),
        ("['" + "x'" * 2**17, ("['" + "x'" * 49,)),
        ("['" + " " * 2**15 + "x", ("['",)),
        ("['\\ud800', '\\U00110000']", ("['\\ud800', '\\U00110000']",)),
        ("dog; 'trick'", ("dog", "'trick'")),
    ],
)
def test_lists_that_python_wrote_as_text_are_lists(cell: str, tags: tuple[str, ...]) -> None:
    assert RowCells({"tags": cell}).tags("tags") == tags


def test_the_rows_of_a_list_add_up(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('path,title\n1.mp4,a\n1.mp4,b\n../2.mp4,c\n3.mp4,"x "y" z\nw"\n4.mp4,"no end\n5.mp4,d\n')
    found, _ = read(path)
    (counts,) = found.lists
    assert (counts.rows, counts.taken, counts.repeated, counts.refused, counts.unreadable) == (7, 1, 1, 1, 4)
    assert len(found.items) == 4


CASES = Path(__file__).parents[3].resolve() / "../shared/cases/ingest/lists"


@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases")
def test_lists_from_the_field() -> None:
    found, sources = read(CASES / "long_cell.csv")
    assert (found.lists[0].rows, found.lists[0].unreadable, found.lists[0].refused) == (1002, 0, 0)
    assert not any(source.locator.endswith("clip3.mp4") for source in sources)
    _, sources = read(CASES / "pandas.jsonl")
    assert [source.published for source in sources] == ["2025-03-31", "2025-10-26", ""]
    assert [source.uploader for source in sources] == ["12345678901", "", "23456789012"]
    _, sources = read(CASES / "dates.csv")
    assert [source.published for source in sources] == ["2024-03-11"] * 2 + ["2025-03-31"] * 2
