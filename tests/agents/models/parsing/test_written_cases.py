"""Written cases are read right, whatever dress they wear."""

from __future__ import annotations

import pytest
from parser_cases import Case, figures, read_cases

from agents.models.base import Choice
from agents.models.parsing.parse import parse_answer

YES_NO = (Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO")))


def test_written_cases_are_read_right() -> None:
    """What is measured is held: precision and recall of every class on all written cases."""
    cases = read_cases()
    assert len(cases) >= 400 and {"german", "french", "spanish", "chinese", "english"} <= {case.file for case in cases}
    for row in figures(cases):
        assert row.cases >= 20 and min(row.precision, row.recall) >= 0.98, row


def test_written_cases_do_not_contradict_each_other() -> None:
    classes: dict[tuple[str, str], set[str]] = {}
    for case in read_cases():
        classes.setdefault((case.options, case.text.strip()), set()).add(case.right)
    assert [text for text, right in classes.items() if len(right) > 1] == []


def test_a_figure_counts_what_it_says() -> None:
    """One yes read as no: recall of yes and precision of no are a half."""
    wrong = [Case("x", "yes_no", "yes", "No."), Case("x", "yes_no", "yes", "Yes."), Case("x", "yes_no", "no", "No.")]
    rows = {row.name: row for row in figures(wrong)}
    assert (rows["yes"].precision, rows["yes"].recall) == (1.0, 0.5)
    assert (rows["no"].precision, rows["no"].recall) == (0.5, 1.0)


@pytest.mark.parametrize("dress", ["{}", " {} ", "**{}**", "__{}__", "\u200b{}", "<think>No, yes.</think>{}"])
def test_dress_changes_no_class(dress: str) -> None:
    plain = [case for case in read_cases() if case.options == "yes_no" and "think" not in case.text.lower()]
    dressed = [(case.text, case.right, parse_answer(dress.format(case.text), YES_NO)) for case in plain]
    assert len(plain) > 200 and [each for each in dressed if each[1] != each[2]] == []
