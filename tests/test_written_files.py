"""Whatever is written to disk may find it full, or closed to us: everywhere that becomes one line of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from house import modules

WRITES = {"write_durably", "durable_file", "make_folder"}
"""What everything goes through that is written as a whole."""
TOLD = "OSError:"
"""In the docstring of a function that leaves errors of the disk to whoever calls it."""
EXCUSED = {
    "valuespectrum/reference/training/seal.py:seal": "run once, by whoever makes the reference world",
    "vectorstore/snapshots/export.py:_unfinished": "entered where errors of the disk are turned",
    "vectorstore/snapshots/export.py:_write_table": "called where errors of the disk are turned",
}


def unguarded(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Functions and lines that write, and let an error of the operating system through."""
    yield from _walk(tree, "", False)


def _walk(node: ast.AST, function: str, guarded: bool) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function, guarded = node.name, TOLD in (ast.get_docstring(node) or "") or _turns_in_stack(node)
    if isinstance(node, ast.With):
        for item in node.items:
            yield from _walk(item, function, guarded)
            guarded = guarded or _is_call(item.context_expr, {"storage_errors"})
        for inner in node.body:
            yield from _walk(inner, function, guarded)
        return
    if isinstance(node, ast.Try):
        caught = any("OSError" in ast.unparse(each.type) for each in node.handlers if each.type)
        for inner in node.body:
            yield from _walk(inner, function, guarded or caught)
        for further in (*node.handlers, *node.orelse, *node.finalbody):
            yield from _walk(further, function, guarded)
        return
    if isinstance(node, ast.Call) and _is_call(node, WRITES) and not guarded:
        yield function, node.lineno
    for each in ast.iter_child_nodes(node):
        yield from _walk(each, function, guarded)


def _is_call(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in names


def _turns_in_stack(function: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Call)
        and node.args
        and ast.unparse(node.func).endswith("enter_context")
        and _is_call(node.args[0], {"storage_errors"})
        for node in ast.walk(function)
    )


def test_errors_of_the_disk_are_turned_wherever_something_is_written() -> None:
    found = [(f"{path}:{name}", line) for path, tree in modules().items() for name, line in unguarded(tree)]
    assert [each for each in found if each[0] not in EXCUSED] == [], "put it into `with storage_errors(path)`"
    assert {name for name, _ in found} == set(EXCUSED), "only functions that need it are excused"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f():\n  write_durably(p, b'')", [2]),
        ("def f():\n  with storage_errors(p):\n    pass\n  make_folder(p)", [4]),
        ("def f():\n  with durable_file(p) as file, storage_errors(p):\n    pass", [2]),
        ("def f():\n  with storage_errors(p), durable_file(p) as file:\n    make_folder(p)", []),
        ("def f():\n  try:\n    make_folder(p)\n  except OSError:\n    make_folder(p)", [5]),
        ("def f():\n  'Raises: OSError: The disk refuses.'\n  make_folder(p)", []),
    ],
)
def test_the_test_sees_what_is_not_turned(source: str, lines: list[int]) -> None:
    assert [line for _, line in unguarded(ast.parse(source))] == lines
