"""The house stands: imports point down only, modules form no cycles, no file grows out of sight."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("valuespectrum", "agents", "ingest", "vectorstore")
ALLOWED = {
    "valuespectrum": {"valuespectrum", "agents", "ingest", "vectorstore"},
    "agents": {"agents", "vectorstore"},
    "ingest": {"ingest", "vectorstore"},
    "vectorstore": {"vectorstore"},
}
HEAVY = {"torch", "torchvision", "transformers", "chromadb", "open_clip", "pandas", "sklearn", "scipy", "pyarrow"}
MAX_LINES = 600


def _files() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in _files()}


def _at_import(nodes: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when a module is imported: no function bodies, nothing under ``if TYPE_CHECKING``."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _at_import(node.orelse)
            continue
        yield node
        yield from _at_import([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)])


def _targets(module: str, statement: ast.stmt) -> Iterator[str]:
    """Dotted names that a statement imports, submodules of ``from`` imports included."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        assert statement.level == 0, f"{module}: write the whole name instead of a relative import"
        assert statement.module is not None
        for alias in statement.names:
            whole = f"{statement.module}.{alias.name}"
            yield whole if whole in MODULES else statement.module


def _imports(module: str, top_only: bool) -> set[str]:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    everything = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    statements = _at_import(tree.body) if top_only else everything
    return {target for statement in statements for target in _targets(module, statement)}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_down(module: str) -> None:
    package = module.split(".")[0]
    reached = {target.split(".")[0] for target in _imports(module, top_only=False)}
    assert reached & set(PACKAGES) <= ALLOWED[package]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_heavy_libraries_are_imported_inside_functions(module: str) -> None:
    reached = {target.split(".")[0] for target in _imports(module, top_only=True)}
    assert not reached & HEAVY


def test_modules_form_no_cycles() -> None:
    graph = {
        module: {target for target in _imports(module, top_only=True) if target in MODULES and target != module}
        for module in MODULES
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module in done:
            return
        for target in sorted(graph[module]):
            visit(target, (*path, module))
        done.add(module)

    for module in sorted(MODULES):
        visit(module, ())


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_files_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
