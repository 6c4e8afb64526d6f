"""The house stands: imports point down only, never in circles, no file and no folder grows out of sight."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from import_graph import (
    MODULES,
    PACKAGES,
    ROOT,
    cycle_in,
    files,
    folder_graph,
    folder_of,
    imports,
    module_graph,
    name_of,
)

ALLOWED = {
    "valuespectrum": {"valuespectrum", "agents", "ingest", "vectorstore"},
    "agents": {"agents", "vectorstore"},
    "ingest": {"ingest", "vectorstore"},
    "vectorstore": {"vectorstore"},
}
HEAVY = {"torch", "torchvision", "transformers", "chromadb", "open_clip", "pandas", "sklearn", "scipy", "pyarrow"}
MAX_LINES = 600
MAX_MODULES = 13


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_down(module: str) -> None:
    package = module.split(".")[0]
    reached = {target.split(".")[0] for target in imports(module)}
    assert reached & set(PACKAGES) <= ALLOWED[package]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_module_is_named_in_text_past_the_direction_of_imports(module: str) -> None:
    """``importlib`` would not be seen above; what a package cannot import it finds by an entry point."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {text.partition(":")[0] for text in texts} & set(MODULES)
    assert {name.split(".")[0] for name in named if "." in name} <= ALLOWED[module.split(".")[0]]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_heavy_libraries_are_imported_inside_functions(module: str) -> None:
    reached = {target.split(".")[0] for target in imports(module, top_only=True)}
    assert not reached & HEAVY


def test_modules_form_no_cycles() -> None:
    assert cycle_in(module_graph()) == []


def test_folders_form_no_cycles() -> None:
    assert cycle_in(folder_graph()) == []


def test_folders_can_be_taken_in_at_a_glance() -> None:
    sizes = Counter(folder_of(module) for module, path in MODULES.items() if path.name != "__init__.py")
    assert {folder: size for folder, size in sizes.items() if size > MAX_MODULES} == {}


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_files_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_what_several_folders_of_tests_need_is_no_test_module() -> None:
    """A test module is importable only while tests of its folder are collected."""
    astray = [
        (path.name, name)
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"^ *(?:from|import) (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if not path.with_name(f"{name}.py").exists()
    ]
    assert astray == []


def test_every_folder_says_what_it_is_for() -> None:
    for module, path in MODULES.items():
        if path.name == "__init__.py":
            assert path.read_text(encoding="utf-8").startswith('"""'), module
