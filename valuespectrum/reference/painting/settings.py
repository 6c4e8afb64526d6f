"""Random settings: everything that makes two clips of one scene kind look different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.reference.painting.backgrounds import LIGHTS
from valuespectrum.reference.painting.canvas import Colour, SceneSetting
from valuespectrum.reference.painting.layers import MOST_SPECTATORS

FRAMES_PER_SECOND = 12
SECONDS = (3, 4)
"""Shortest and longest clip."""
PLACES = 4
WATCHED_SHARE = 0.15
"""Share of clips with spectators."""

_SKINS: tuple[Colour, ...] = (
    (253, 222, 196), (244, 200, 166), (228, 176, 134), (204, 146, 104), (164, 110, 74), (126, 80, 54), (94, 60, 44),
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = (
    (36, 28, 30), (62, 40, 30), (104, 64, 38), (150, 90, 44), (222, 184, 104), (176, 70, 40), (150, 150, 156),
)  # fmt: skip
_CLOTHES: tuple[Colour, ...] = (
    (214, 62, 62), (232, 128, 44), (236, 190, 60), (72, 162, 88), (44, 158, 164), (58, 114, 202), (112, 80, 186),
    (204, 84, 150), (64, 88, 132), (150, 54, 84),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variation:
    """What varies between clips besides the ``SceneSetting`` of their frames."""

    mirrored: bool
    """Left and right are swapped."""
    speed: float
    """0.75 to 1.3: scene seconds per clip second."""
    start: float
    """Scene time of the first frame, seconds."""
    frames: int
    """Number of frames at ``FRAMES_PER_SECOND``."""


def random_setting(rng: np.random.Generator, time: float = 0.0) -> SceneSetting:
    """A random setting without words over the picture; successive calls draw successive clips.

    Args:
        rng: Source of randomness.
        time: Moment within the clip, scene seconds.
    """
    accent, second = rng.choice(len(_CLOTHES), 2, replace=False)
    return SceneSetting(
        time=time,
        time_of_day=str(rng.choice(list(LIGHTS))),
        place=int(rng.integers(PLACES)),
        size=float(rng.uniform(0.9, 1.1)),
        clutter=float(rng.random()),
        accent=_jitter(_CLOTHES[accent], rng),
        second=_jitter(_CLOTHES[second], rng),
        skin=_shuffled(_SKINS, rng),
        hair=_shuffled(_HAIRS, rng),
        seed=int(rng.integers(2**31)),
        spectators=int(rng.integers(1, MOST_SPECTATORS + 1)) if rng.random() < WATCHED_SHARE else 0,
    )


def random_variation(rng: np.random.Generator) -> Variation:
    """How a clip moves and which way round it is; 3 to 4 seconds long."""
    return Variation(
        mirrored=bool(rng.random() < 0.5),
        speed=float(rng.uniform(0.75, 1.3)),
        start=float(rng.uniform(0, 10)),
        frames=int(rng.integers(SECONDS[0] * FRAMES_PER_SECOND, SECONDS[1] * FRAMES_PER_SECOND + 1)),
    )


def _jitter(colour: Colour, rng: np.random.Generator) -> Colour:
    red, green, blue = np.clip(np.asarray(colour) + rng.integers(-14, 15, 3), 0, 255)
    return int(red), int(green), int(blue)


def _shuffled(colours: Sequence[Colour], rng: np.random.Generator) -> tuple[Colour, ...]:
    return tuple(colours[index] for index in rng.permutation(len(colours)))
