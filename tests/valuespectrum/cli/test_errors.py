from __future__ import annotations

import ast
import builtins
import inspect

import pytest
from house import classes

import valuespectrum.errors
import vectorstore.foundation.errors


def _classes(module: object) -> dict[str, type]:
    return {name: each for name, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, Exception)}


def test_one_place_to_import_every_error_from() -> None:
    assert _classes(valuespectrum.errors) == _classes(vectorstore.foundation.errors)
    assert sorted(valuespectrum.errors.__all__) == sorted(_classes(vectorstore.foundation.errors))


def test_every_class_of_errors_has_its_place_in_the_tree() -> None:
    """Also those of other rooms; a private one may hide under any of them."""
    parents = {node.name: [ast.unparse(base) for base in node.bases] for _, node in classes()}
    ours = {"ValueSpectrumError": 0}
    while more := {name for name, bases in parents.items() if name not in ours and ours.keys() & {*bases}}:
        ours |= {name: 1 + max(ours[base] for base in parents[name] if base in ours) for name in more}
    for name, bases in parents.items():
        plain = [vars(builtins).get(base.partition("[")[0]) for base in bases]
        known = [base for base in plain if isinstance(base, type) and not issubclass(base, Warning)]
        if any(issubclass(base, Exception) for base in known):
            assert name in ours, f"{name} is no ValueSpectrumError"
    drawn = (inspect.getdoc(vectorstore.foundation.errors) or "").splitlines()
    for name, depth in ours.items():
        if name.startswith("_"):
            continue
        (number,) = (number for number, line in enumerate(drawn) if line.lstrip(" │├└─").startswith(f"{name} "))
        assert drawn[number].index(name) == 4 + 4 * depth, name
        above = next(
            (line for line in reversed(drawn[:number]) if len(line) - len(line.lstrip(" │├└─")) == 4 * depth), ""
        )
        assert depth == 0 or above.lstrip(" │├└─").split()[0] in parents[name], name
        assert drawn[number].partition(name)[2].strip(), f"{name} is drawn without a word"


def _own_kinds() -> dict[str, type[vectorstore.foundation.errors.ValueSpectrumError]]:
    return {name: error for name, error in _classes(vectorstore.foundation.errors).items() if "kind" in vars(error)}


@pytest.mark.parametrize("error", _own_kinds().values())
def test_no_two_errors_share_a_kind(error: type[vectorstore.foundation.errors.ValueSpectrumError]) -> None:
    assert [each.kind for each in _own_kinds().values()].count(error.kind) == 1
