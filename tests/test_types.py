"""What no type checker looks at stays little, and says why it is so."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("valuespectrum", "agents", "ingest", "vectorstore")
MOST = 60
"""Lines that name ``Any`` (484 when counting began)."""
REASON = "# Open: "


def _open_lines(source: str) -> list[int]:
    """Numbers of the lines, from 1, in which the code names ``Any``, imports and words left out."""
    numbers: dict[int, None] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        imported = token.line.lstrip().startswith(("from ", "import "))
        if token.type == tokenize.NAME and token.string == "Any" and not imported:
            numbers[token.start[0]] = None
    return list(numbers)


def _says_why(lines: list[str], number: int) -> bool:
    """Whether the reason stands in the line, or above the statement or the block that the line is part of."""
    if REASON in lines[number - 1]:
        return True
    indent = len(lines[number - 1]) - len(lines[number - 1].lstrip())
    for line in reversed(lines[: number - 1]):
        if REASON in line:
            return True
        if not line.strip() or len(line) - len(line.lstrip()) > indent:
            return False
        indent = len(line) - len(line.lstrip())
    return False


FOUND = {
    path.relative_to(ROOT).as_posix(): _open_lines(path.read_text(encoding="utf-8"))
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}


def test_few_lines_are_open() -> None:
    count = sum(map(len, FOUND.values()))
    worst = sorted(FOUND, key=lambda name: -len(FOUND[name]))[:5]
    assert count <= MOST, f"{count} lines name Any, most of them in {', '.join(worst)}"


@pytest.mark.parametrize("name", [name for name, numbers in FOUND.items() if numbers])
def test_each_says_why(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    silent = [f"{name}:{number}: {lines[number - 1].strip()}" for number in FOUND[name] if not _says_why(lines, number)]
    assert not silent, f"write '{REASON}why' beside or above: {silent}"


def test_what_is_counted_and_what_is_a_reason() -> None:
    source = (
        "from typing import Any\n"
        '"""Any name."""\n'
        "first: Any = 1\n"
        "second: dict[str, Any] = {}  # Open: it is anybody's\n"
        "# Open: as above.\n"
        "def third(\n"
        "    one: Any,\n"
        ") -> None: ...\n"
        "\n"
        "fourth: Any = 2\n"
    )
    lines = source.splitlines()
    assert _open_lines(source) == [3, 4, 7, 10]
    assert [_says_why(lines, number) for number in (3, 4, 7, 10)] == [False, True, True, False]
