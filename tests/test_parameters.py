"""No function takes more than six parameters: what belongs together is an object."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from house import modules

MOST = 6
EXCEPTIONS = {
    "valuespectrum/reference/training/material/branching.py:branched_attention": "transformers calls it, and says how",
}
"""Functions that others call in a way of their own, and who."""


def taken(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Names of the parameters, the object that a method belongs to left out."""
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args)]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return [*names, *(each.arg for each in (given.vararg, *given.kwonlyargs, given.kwarg) if each)]


def too_many(path: str, tree: ast.Module) -> Iterator[str]:
    """Functions of a module that take more than is allowed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(taken(node)) > MOST:
            yield f"{path}:{node.name}"


def test_no_function_takes_more_than_six_parameters() -> None:
    found = {name for path, tree in modules().items() for name in too_many(path, tree)}
    assert found - set(EXCEPTIONS) == set(), "put what belongs together into a dataclass; `grouped` does for verbs"
    assert set(EXCEPTIONS) - found == set(), "an exception that is none any more"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def many(a, b, /, c, *d, e, f, **g): ...", ["m:many"]),
        ("class A:\n    async def many(self, a, b, c, d, e, f, g): ...", ["m:many"]),
        ("class A:\n    def few(self, a, b, c, d, e, f): ...", []),
        ("def outer():\n    def many(a, b, c, d, e, f, g): ...", ["m:many"]),
    ],
)
def test_parameters_of_every_kind_are_counted(source: str, found: list[str]) -> None:
    assert list(too_many("m", ast.parse(source))) == found
