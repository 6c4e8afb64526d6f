"""What was looked at is remembered where there is a place for that, and nothing fails where there is none."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from vectorstore.foreign.looked_at import is_known, remember


def test_a_state_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert not is_known("a state")
    remember("a state")
    assert is_known("a state") and not is_known("another")


def test_a_user_whom_the_system_does_not_know_remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    remember("a state")
    assert not is_known("a state")
