"""Settings of the process that hold while clips are brought in, and no longer."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest

from ingest.cores import short_pauses


def test_pauses_are_short_inside_and_as_before_afterwards() -> None:
    before = sys.getswitchinterval(), gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError), short_pauses():
        assert sys.getswitchinterval() < before[0]
        assert gc.get_freeze_count() > 1000
        _ = 1 / 0
    assert (sys.getswitchinterval(), gc.get_freeze_count()) == before


def test_what_somebody_else_has_frozen_stays_frozen() -> None:
    with short_pauses():
        outer = gc.get_freeze_count()
        with short_pauses():
            pass
        assert gc.get_freeze_count() == outer


def test_garbage_made_inside_is_still_found() -> None:
    class Node:
        def __init__(self) -> None:
            self.itself = self

    with short_pauses():
        node = weakref.ref(Node())
        gc.collect()
        assert node() is None
