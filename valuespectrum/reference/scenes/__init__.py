"""The drawings of the scene kinds, one module per refined value, one folder per higher-order value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from valuespectrum.reference.painting.canvas import Canvas, SceneSetting

Painter = Callable[[Canvas, SceneSetting], None]
PAINTERS: dict[str, Painter] = {}
"""Scene kind name to the function that draws it; complete after ``load_painters``."""


def scene(name: str) -> Callable[[Painter], Painter]:
    """Register the function that draws a scene kind.

    Raises:
        ValueError: Another function already draws this kind.
    """

    def register(painter: Painter) -> Painter:
        known = PAINTERS.setdefault(name, painter)
        if known is not painter:
            raise ValueError(f"two painters for scene kind {name!r}: {known.__module__} and {painter.__module__}")
        return painter

    return register


@cache
def load_painters() -> Mapping[str, Painter]:
    """Import every module of this package and return the painters of all scene kinds."""
    for module in walk_packages(__path__, __name__ + "."):
        import_module(module.name)
    return PAINTERS
