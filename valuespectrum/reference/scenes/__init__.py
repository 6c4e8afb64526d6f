"""The drawings of the scene kinds, one module per value, registered by name."""

from __future__ import annotations

from collections.abc import Callable

from valuespectrum.reference.canvas import Canvas, Setting

Painter = Callable[[Canvas, Setting], None]
PAINTERS: dict[str, Painter] = {}
"""Scene kind name to the function that draws it."""


def scene(name: str) -> Callable[[Painter], Painter]:
    """Register the function that draws a scene kind."""

    def register(painter: Painter) -> Painter:
        PAINTERS[name] = painter
        return painter

    return register
