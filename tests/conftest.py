"""What every test gets: one thread, no network, no home directory of the person who runs them."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("NO_COLOR", "1")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So what a shell starts in the background is, and hands on to programs that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("the same in every run", derandomize=True)
hypothesis.settings.load_profile("the same in every run")

collect_ignore_glob = ["conftest.py", "*/conftest.py", "*/*/conftest.py"]
"""Doctests are looked for in every module; several ``conftest.py`` are one module name too many for that."""


@pytest.fixture(autouse=True)
def patient_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine everything takes long; what a verb writes must not depend on that."""
    monkeypatch.setattr("valuespectrum.cli.console.watch.FIRST_WORD", 3600.0)


_LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(scope="session", autouse=True)
def own_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What was looked at before is remembered in a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse connections to other machines: a test that needs them passes here and fails elsewhere."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOCAL:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield
