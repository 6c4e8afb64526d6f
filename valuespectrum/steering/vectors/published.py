"""Numbers of the published method, as data with their source: layer ranges, gates, wanted probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class LayerRange:
    """Blocks that the published code steers in one model."""

    blocks: int
    """Of the model."""
    first: int
    last: int
    """Both are steered."""

    @property
    def layers(self) -> tuple[int, ...]:
        """Numbers of blocks, from 0."""
        return tuple(range(self.first, self.last + 1))


@dataclass(frozen=True, slots=True)
class PublishedNumbers:
    """What the paper and its code use."""

    source: str
    accuracy: float
    """Held-out accuracy above which a block is steered."""
    drop_last: int
    """Last blocks that are never steered by that rule."""
    held_out: float
    longest: int
    """Tokens of a text."""
    pairs: int
    seed: int
    layers: Mapping[str, LayerRange]
    """Model to the range that stands in the code."""
    gates: Mapping[str, Mapping[str, float]]
    """Value to ``g0``, and ``below`` where there is a lower threshold."""
    targets: Mapping[str, Mapping[str, float]]
    """Value to the probability wanted, ``plain`` and behind an ``opposed`` prefix."""


@cache
def published() -> PublishedNumbers:
    """The published numbers.

    Example:
        >>> published().targets["security"]["plain"], published().layers["Qwen2.5-7B-Instruct"].layers[-1]
        (0.975, 23)
    """
    text = (files("valuespectrum.steering.vectors") / "data" / "published.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    ranges = {name: LayerRange(**each) for name, each in loaded.pop("layers").items()}
    return PublishedNumbers(layers=ranges, **loaded)
