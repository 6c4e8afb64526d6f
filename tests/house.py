"""Our own code, read as trees: for the tests that hold what the house promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("valuespectrum", "agents", "ingest", "vectorstore")


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the four packages by its path, as a tree."""
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class with the path of its module."""
    for path, tree in modules().items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
