"""A few mutations of a corpus in every run of the tests; many by the command that the module names."""

from __future__ import annotations

from mutated_corpora import main


def test_no_mutation_ends_in_a_traceback() -> None:
    assert main(mutations=4, seed=1, frames=4) == []
