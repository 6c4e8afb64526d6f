"""How the cores of this machine are shared between decoding and encoding."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

MOST_ENCODERS = 4
"""Batches encoded at the same time on processor cores, at most: each needs memory of its own."""


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batches_at_once() -> int:
    """Batches that are best encoded at the same time on processor cores: one core for each loses least."""
    return min(MOST_ENCODERS, count_cores())


def cores_per_batch() -> int:
    """Cores for each of these batches."""
    return max(1, count_cores() // batches_at_once())


@contextlib.contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Limit torch, if anything has loaded it, to so many threads for each batch.

    Torch's own choice, one thread per core, spins against the decoders and is slower than a single thread.

    Args:
        count: At least 1; never more than torch has.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, count))
    try:
        yield
    finally:
        torch.set_num_threads(before)
