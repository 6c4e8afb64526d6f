"""The house as the imports show it: which module, and which folder, needs which."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("valuespectrum", "agents", "ingest", "vectorstore")
Graph = dict[str, set[str]]


def files() -> list[Path]:
    """All modules of the four packages."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """Dotted name of a module, of a package for its ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in files()}


def folder_of(module: str) -> str:
    """The folder that a module lies in, dotted."""
    return module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]


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


@cache
def tree_of(module: str) -> ast.Module:
    """A module as a tree."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str, *, top_only: bool = False) -> frozenset[str]:
    """What a module imports.

    Args:
        module: Dotted name.
        top_only: Only what is imported together with it, not inside functions.
    """
    tree = tree_of(module)
    everything = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    statements = _at_import(tree.body) if top_only else everything
    return frozenset(target for statement in statements for target in _targets(module, statement))


def module_graph() -> Graph:
    """Module to the modules of ours that it needs, inside functions too."""
    return {
        module: {target for target in imports(module) if target in MODULES and target != module} for module in MODULES
    }


def folder_graph() -> Graph:
    """Folder to the folders that its modules need; ``__main__`` is a door and no part of a folder."""
    graph: Graph = {folder_of(module): set() for module in MODULES}
    for module, targets in module_graph().items():
        if not module.endswith("__main__"):
            graph[folder_of(module)] |= {folder_of(target) for target in targets} - {folder_of(module)}
    return graph


def cycle_in(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """A way that leads back to where it began; empty when there is none."""
    done: set[str] = set()

    def visit(node: str, path: tuple[str, ...]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node not in done:
            for target in sorted(graph[node]):
                if found := visit(target, (*path, node)):
                    return found
            done.add(node)
        return []

    return next((found for node in sorted(graph) if (found := visit(node, ()))), [])


def floors(graph: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Floor of every node of a graph without cycles: one above the highest that it needs, from 0."""
    known: dict[str, int] = {}

    def floor(node: str) -> int:
        if node not in known:
            known[node] = 1 + max((floor(target) for target in graph[node]), default=-1)
        return known[node]

    for node in graph:
        floor(node)
    return known


def without_detours(graph: Mapping[str, Iterable[str]]) -> Graph:
    """The fewest arrows from which all others follow (transitive reduction)."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(graph[node])
        return found

    beyond = {node: reached(node) for node in graph}
    return {
        node: {target for target in graph[node] if not any(target in beyond[other] for other in graph[node])}
        for node in graph
    }
