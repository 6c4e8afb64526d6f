"""What operations give back, shown in a notebook: whatever is from outside stays text."""

from __future__ import annotations

from hypothesis import given, strategies

from valuespectrum.operations.corpora.search import Hits
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import number_lines, table

_TAGS = len(("table", "thead", "tr", "th", "tbody", "tr", "td")) * 2
"""Of a table of one cell, each opened and closed."""


def test_a_hostile_title_is_text_in_a_notebook() -> None:
    title = '<script>alert("x")</script>\x1b[31m\n& "quoted"'
    shown = Hits({"hits": [{"title": title, "<b>": None, "similarity": 0.25}]}, "")._repr_html_()
    assert "<script>" not in shown and "<b>" not in shown and "\x1b" not in shown and "\n" not in shown
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in shown and "<td>0.25</td>" in shown


@given(strategies.text(), strategies.text())
def test_no_text_gets_out_of_its_cell(name: str, entry: str) -> None:
    shown = Outcome({name: entry}, "")._repr_html_()
    assert shown.count("<") == len(
        ["table", "thead", "tr", "th", "/th", "/tr", "/thead", "tbody", "tr", "td", "/td", "/tr", "/tbody", "/table"]
    )


def test_a_long_table_is_cut_in_a_notebook_and_whole_in_pandas() -> None:
    found = Hits({"hits": [{"clip": str(number)} for number in range(250)]}, "")
    assert found._repr_html_().count("<tr>") == 101 and "and 150 more rows" in found._repr_html_()
    assert len(found.to_pandas()) == 250
    assert repr(found) == "<Hits: 250 rows>"


def test_print_shows_nothing_that_a_terminal_obeys() -> None:
    assert str(Outcome({}, "a\x1b[2Jb\nc")) == "a\\x1b[2Jb\nc"


def test_an_outcome_without_a_table_has_its_plain_entries() -> None:
    found = Outcome({"vectors": 3, "seconds": 0.5, "more": {"a": 1}}, "")
    assert list(found.to_pandas().iloc[0]) == [3, 0.5]
    assert Outcome({}, "").to_pandas().empty


def test_nothing_in_a_cell_begins_a_line_of_its_own() -> None:
    told = table(("respondent", "mean"), [("amber\nnobody", 1.5), ("birch", 2)])
    rows = [("respondent", "mean"), ("amber\\nnobody", "1.5"), ("birch", "2")]
    assert told.splitlines() == [f"{name:13}  {mean:>4}" for name, mean in rows]
    assert number_lines({"embedder": "colours\npassed"}) == [f"  {'embedder':14}colours\\npassed"]
