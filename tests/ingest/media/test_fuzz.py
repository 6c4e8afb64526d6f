"""A short run of the fuzzer; the long one is ``python -m tests.ingest.fuzz``."""

from __future__ import annotations

import pytest
from fuzz import TARGETS, fuzz


@pytest.mark.parametrize("name", TARGETS)
def test_our_parsers_keep_their_promises(name: str) -> None:
    kept, edges = fuzz(name, 1000, seed=1)
    assert kept > 2 and edges > 10
