"""A page about liking shows no ratings: steps of a scale are no points of 100, and no pictures were liked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from valuespectrum.cli import main


def test_portraits_are_not_shown_as_liking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    short = ["--option", "rounds=2", "--option", "wordings=1", "--option", "directions=ascending"]
    assert main(["instrument", "run", "portraits", "--model", "simulated:amber", "--run", run, *short]) == 0
    said = capsys.readouterr().out
    assert "Describes itself more by" in said and "\nLeans, and what answers hang on: acquiescence " in said
    assert main(["report", run]) == 0
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "centred on the mean rating of all items" in page and "steps of 1 to 6" in page
    assert "Leans, and what answers hang on: acquiescence " in page
    assert not re.search(r"\blik(?:es|ing)\b|\bof 100\b", page)
