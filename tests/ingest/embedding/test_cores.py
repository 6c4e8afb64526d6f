"""Settings of the process that hold while clips are brought in, and no longer."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from ingest.embedding.cores import short_pauses


def test_pauses_are_short_inside_and_as_before_afterwards() -> None:
    before = sys.getswitchinterval()
    with pytest.raises(ZeroDivisionError), short_pauses():
        assert sys.getswitchinterval() < before
        assert gc.get_freeze_count() > 1000
        _ = 1 / 0
    assert sys.getswitchinterval() == before
    assert gc.get_freeze_count() == 0


def test_garbage_made_inside_is_still_found() -> None:
    class Node:
        def __init__(self) -> None:
            self.itself = self

    with short_pauses():
        node = weakref.ref(Node())
        gc.collect()
        assert node() is None
