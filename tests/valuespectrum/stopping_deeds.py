"""What a verb is at when a signal comes; each writes a mark, with its children, when it has begun."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from vectorstore.processes.child_process import map_in_children


def _mark(arguments: Sequence[str], text: str = "") -> None:
    path = Path(arguments[1])
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").rename(path)


def own_number() -> int:
    return os.getpid()


def wait(arguments: Sequence[str], as_json: bool) -> int:
    _mark(arguments)
    time.sleep(600)
    return 0


def wait_a_little(arguments: Sequence[str], as_json: bool) -> int:
    _mark(arguments)
    time.sleep(1.5)
    return 0


class _SlowToGo:
    """What is raised while this is deleted, Python ignores."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = arguments

    def __del__(self) -> None:
        _mark(self._arguments)
        time.sleep(5)


def while_deleting(arguments: Sequence[str], as_json: bool) -> int:
    _SlowToGo(arguments)
    time.sleep(600)
    return 0


def with_children(arguments: Sequence[str], as_json: bool) -> int:
    asked = map_in_children(f"{__name__}:own_number", [() for _ in range(5)], 2)
    _mark(arguments, f"{next(asked)}")
    time.sleep(600)
    return len(list(asked))


def fail_while_closing(arguments: Sequence[str], as_json: bool) -> int:
    try:
        return wait(arguments, as_json)
    finally:
        raise OSError("the terminal is gone")


def slow_to_close(arguments: Sequence[str], as_json: bool) -> int:
    try:
        return wait(arguments, as_json)
    finally:
        time.sleep(600)


def with_threads(arguments: Sequence[str], as_json: bool) -> int:
    """Threads that Python would wait for."""
    threading.Thread(target=time.sleep, args=(600,)).start()
    return wait(arguments, as_json)


def in_a_library(arguments: Sequence[str], as_json: bool) -> int:
    """Native code that no signal interrupts: a lock that nobody gives back."""
    _mark(arguments)
    lock = ctypes.create_string_buffer(64)
    library = ctypes.CDLL(None)
    library.pthread_mutex_lock(lock)
    library.pthread_mutex_lock(lock)
    return 0
