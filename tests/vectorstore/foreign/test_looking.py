"""What a child says reaches its parent, whatever becomes of disks meanwhile."""

from __future__ import annotations

import os
from typing import Never

import pytest

from vectorstore.foreign.looking import ask_child
from vectorstore.foundation.errors import StorageError


def no_room(*given: object, **named: object) -> Never:
    raise FileNotFoundError(2, "No usable temporary directory found")


def test_a_full_disk_for_temporary_files_is_no_fault_of_what_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", no_room)
    if hasattr(os, "memfd_create"):
        told = ask_child("vectorstore.foreign.looking:answer", ["nothing that can be called"], [], 60.0)
        assert told.startswith("the process that read it ended with status 1") and "not callable" in told
        monkeypatch.delattr(os, "memfd_create")
    with pytest.raises(StorageError, match="no temporary file"):
        ask_child("vectorstore.foreign.looking:answer", [], [], 60.0)
