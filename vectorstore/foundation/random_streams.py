"""Named random streams: one root seed, one independent stream per purpose and step.

Every step of every stream starts afresh from (seed, name, step). So a change of the policy does not move the draws
of the actions, a session that is taken up again needs no saved generator state, and two sessions with one seed
share their luck step by step (common random numbers).
"""

from __future__ import annotations

import hashlib

import numpy as np

STREAMS: tuple[str, ...] = ("catalogue", "candidates", "policy", "sampling")
"""Draw of the catalogue, of the candidates of a step, of the item shown, and of the actions."""


def stream_key(name: str) -> int:
    """The number that stands for a stream's name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def stream(seed: int, name: str, step: int = 0) -> np.random.Generator:
    """The generator of one stream at one step.

    Args:
        seed: Root seed, not negative.
        name: Any name; a session uses those of :data:`STREAMS`.
        step: Step of the session, from 0.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(stream_key(name), step))))


def shuffled(count: int, generator: np.random.Generator) -> list[int]:
    """A random order of ``0 .. count - 1`` made of uniform draws alone, whose stream numpy keeps between releases."""
    return [int(place) for place in np.argsort(generator.random(count), kind="stable")]
