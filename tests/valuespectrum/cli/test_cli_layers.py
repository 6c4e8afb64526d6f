"""The command line stands on the Python interface and on nothing below it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import valuespectrum.cli

FOLDER = Path(valuespectrum.cli.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))
OURS = ("valuespectrum", "vectorstore", "ingest", "agents")
ALLOWED = ("valuespectrum.api", "valuespectrum.cli", "vectorstore.foundation")
"""The foundation has errors, clock and escapes: what everybody uses."""
ENDS_CHILDREN = {("console/stopping.py", "vectorstore.processes.child_process")}
"""A signal ends the child processes that the libraries of ours have begun."""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_it_imports_the_interface_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    reached = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            reached |= names if node.module == "valuespectrum" else {str(node.module)}
    below = {name for name in reached if name.split(".")[0] in OURS and not name.startswith(ALLOWED)}
    assert {(str(path.relative_to(FOLDER)), name) for name in below} <= ENDS_CHILDREN


def test_as_many_placebo_texts_are_asked_as_by_the_interface() -> None:
    from inspect import signature
    from typing import get_args

    from agents.personas.reserved import MOST_PLACEBO_TEXTS, PLACEBO_TEXTS
    from valuespectrum.cli.console.grouped import grouped
    from valuespectrum.cli.console.options import PlacebosOption
    from valuespectrum.cli.verbs.bench import bench
    from valuespectrum.cli.verbs.instrument import run_instrument

    asked = {signature(grouped(verb)).parameters["placebos"].default for verb in (bench, run_instrument)}
    assert asked == {PLACEBO_TEXTS}
    assert get_args(PlacebosOption)[1].max == MOST_PLACEBO_TEXTS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_it_asks_no_database(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and hasattr(node.func, "attr")}
    assert not called & {"execute", "executemany", "select", "cursor", "connect"}
    assert "sqlite3" not in path.read_text(encoding="utf-8")


def test_no_verb_knows_the_tables_of_a_corpus() -> None:
    for path in [*MODULES, *(FOLDER.parent / "operations").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert "SELECT " not in text and ".ledger.count(" not in text and ".select(" not in text, path


def test_nothing_below_imports_the_command_line() -> None:
    for package in OURS:
        for path in (FOLDER.parents[1] / package).rglob("*.py"):
            if FOLDER not in path.parents and path.name != "__main__.py":
                text = path.read_text(encoding="utf-8")
                assert "valuespectrum.cli import" not in text and "import valuespectrum.cli" not in text, path
