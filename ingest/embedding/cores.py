"""How the cores of this machine are shared between decoding and encoding."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator

MOST_ENCODERS = 4
"""Batches encoded at the same time on processor cores, at most: each needs memory of its own."""

_SECONDS_PER_TURN = 0.0005
"""Python's own 5 ms are long for a decoder that comes back from FFmpeg after each packet: cores stood still for 2 %."""


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


@contextlib.contextmanager
def short_pauses() -> Iterator[None]:
    """Keep short what the threads of this process wait for each other inside Python itself.

    All of them stand still while Python looks for garbage everywhere, which takes 0.2 s beside a loaded model. So what
    is there already is not looked at until the block ends; afterwards everything is, whoever had frozen it (``gc``).
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _SECONDS_PER_TURN))
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before)
