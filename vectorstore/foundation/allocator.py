"""Settings of the C library's memory allocator; where it is not glibc, nothing happens."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
from collections.abc import Callable, Iterator

# Names and numbers as in glibc's malloc.h.
_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_THRESHOLD = -3
_M_PERTURB = -6
_M_ARENA_MAX = -8

_MOST_KEPT = 512 * 2**20
_GROWTH = 64 * 2**20
_LARGEST_KEPT = 32 * 2**20
_SETTINGS = (
    (_M_TRIM_THRESHOLD, _MOST_KEPT, "MALLOC_TRIM_THRESHOLD_"),
    (_M_TOP_PAD, _GROWTH, "MALLOC_TOP_PAD_"),
    (_M_MMAP_THRESHOLD, _LARGEST_KEPT, "MALLOC_MMAP_THRESHOLD_"),
    (_M_ARENA_MAX, 1, "MALLOC_ARENA_MAX"),
)


def keep_freed_memory() -> None:
    """Have this process keep memory that it frees, up to 512 MB, instead of handing it back to the system.

    A model asks for the same tens of megabytes for every layer of every batch. Handed back in between, each page has
    to be mapped and cleared again: 5 to 8 % of the time of encoding pictures, and far more of training. All threads
    share one heap: those of their own give back what a decoder frees after each file, whatever is set here. What the
    environment sets of these (``MALLOC_TRIM_THRESHOLD_`` and others, see mallopt(3)) stays as it is.
    """
    mallopt = _mallopt()
    if mallopt is None:
        return
    for setting, value, variable in _SETTINGS:
        if variable not in os.environ:
            mallopt(setting, value)


@contextlib.contextmanager
def blank_memory() -> Iterator[None]:
    """Fill memory as it is handed out, so that what is asked for inside holds no leftovers of other data."""
    mallopt = _mallopt()
    if mallopt is None:
        yield
        return
    mallopt(_M_PERTURB, 0xFF)
    try:
        yield
    finally:
        mallopt(_M_PERTURB, 0)


@functools.cache
def _mallopt() -> Callable[[int, int], int] | None:
    try:
        function: Callable[[int, int], int] = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return None
    return function
