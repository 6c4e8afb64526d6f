from __future__ import annotations

import inspect

import pytest

import valuespectrum.errors
import vectorstore.foundation.errors


def _classes(module: object) -> dict[str, type]:
    return {name: each for name, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, Exception)}


def test_one_place_to_import_every_error_from() -> None:
    assert _classes(valuespectrum.errors) == _classes(vectorstore.foundation.errors)
    assert sorted(valuespectrum.errors.__all__) == sorted(_classes(vectorstore.foundation.errors))


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = inspect.getdoc(vectorstore.foundation.errors) or ""
    for name, error in _classes(vectorstore.foundation.errors).items():
        line = next(line for line in drawn.splitlines() if name in line.split())
        depth = line.index(name)
        parents = len([base for base in error.__mro__ if base in _classes(vectorstore.foundation.errors).values()]) - 1
        assert depth == 4 + 4 * parents


@pytest.mark.parametrize("error", _classes(vectorstore.foundation.errors).values())
def test_every_error_has_a_kind_of_its_own(error: type[vectorstore.foundation.errors.ValueSpectrumError]) -> None:
    kinds = [each.kind for each in _classes(vectorstore.foundation.errors).values()]
    assert kinds.count(error.kind) == 1
