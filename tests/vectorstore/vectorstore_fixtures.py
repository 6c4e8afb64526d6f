from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vectorstore.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """An empty corpus, open for writing."""
    with Corpus.ensure(tmp_path / "corpus") as opened:
        yield opened
