"""Named random streams: one root seed, one independent stream per purpose and step.

Every step of every stream starts afresh from (seed, name, step). So a change of the policy does not move the draws
of the actions, a session that is taken up again needs no saved generator state, and two sessions with one seed
share their luck step by step (common random numbers).
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

STREAMS: tuple[str, ...] = ("catalogue", "candidates", "policy", "sampling")
"""Draw of the catalogue, of the candidates of a step, of the item shown, and of the actions."""


def stream_key(name: str) -> int:
    """The number that stands for a stream's name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def cloned(name: str, clone: int) -> str:
    """The stream that a clone has in place of one of its original's; the original is clone 0.

    Example:
        >>> cloned("sampling", 0), cloned("sampling", 2)
        ('sampling', 'sampling/clone 2')
    """
    return f"{name}/clone {clone}" if clone else name


def stream(seed: int, name: str, step: int = 0) -> np.random.Generator:
    """The generator of one stream at one step.

    Args:
        seed: Root seed, a whole number from 0.
        name: Any name; a session uses those of :data:`STREAMS`.
        step: Step of the session, from 0.

    Raises:
        InputError: The seed is no such number.
    """
    # Without this, numpy would take None for a new seed each time, and would refuse others in words of its own.
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"no seed: {seed!r:.40}", "give a whole number from 0")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(stream_key(name), step))))


def first_shuffled(count: int, wanted: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """The first ``wanted`` of :func:`shuffled`, without ordering the others.

    Example:
        >>> first_shuffled(1000, 9, stream(0, "example")).tolist() == shuffled(1000, stream(0, "example"))[:9]
        True
    """
    draws = generator.random(count)
    if 4 * wanted >= count:
        return np.argsort(draws, kind="stable")[:wanted]
    # Of so many uniform numbers fewer than wanted lie below this only once in a million times.
    below = np.flatnonzero(draws < (wanted + 6 * wanted**0.5 + 16) / count)
    if len(below) < wanted:
        return np.argsort(draws, kind="stable")[:wanted]
    return below[np.argsort(draws[below], kind="stable")[:wanted]]


def shuffled(count: int, generator: np.random.Generator) -> list[int]:
    """A random order of ``0 .. count - 1`` made of uniform draws alone, whose stream numpy keeps between releases."""
    return [int(place) for place in np.argsort(generator.random(count), kind="stable")]
