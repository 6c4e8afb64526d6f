"""What clips of the reference world are to the six everyday values, and what a viewer's moves are about them.

The ratings of kinds are our own (``data/everyday.yaml``). A move takes part of what a clip serves, or goes against it,
and three moves serve a value of their own, the one that adds to them in ``planted.MOVES``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import cast

import numpy as np
import yaml

from valuespectrum.instruments.decisions.scenes.scene import VALUES, DecisionAct, DecisionScene
from valuespectrum.reference.kinds import VIOLATED, Look
from valuespectrum.reference.planted import MOVES

_PART: Mapping[str, float] = {
    "watch it to the end": 0.7,
    "skip it": -0.7,
    "like it": 0.8,
    "comment on it": 0.4,
    "share it": 0.5,
    "save it": 0.4,
}
"""Share of what a clip serves that a move serves."""
_OWN = 0.5
"""How far a move serves its own value."""


@cache
def _kinds() -> Mapping[str, Mapping[str, float]]:
    text = (files("valuespectrum.reference") / "data" / "everyday.yaml").read_text("utf-8")
    return cast(Mapping[str, Mapping[str, float]], yaml.safe_load(text))


def everyday_ratings(look: Look) -> tuple[float, ...]:
    """How far what one frame shows serves each of the six, -1 to 1; nothing for a neutral kind."""
    told = _kinds().get(look.kind.name, {})
    turned = look.name not in ("endorsed", "shown", "first")
    return tuple((VIOLATED if turned else 1.0) * told.get(value, 0.0) for value in VALUES)


def clip_scene(look: Look) -> DecisionScene:
    """A clip as a scene, with a viewer's moves as what can be done."""
    clip = everyday_ratings(look)
    about = tuple(value for value, rating in zip(VALUES, clip, strict=True) if rating)
    acts = tuple(DecisionAct(f"{move[:1].upper()}{move[1:]}", _move(move, clip)) for move in MOVES)
    return DecisionScene(f"You watch a clip: {look.caption}.", about, acts, clip)


def _move(move: str, clip: tuple[float, ...]) -> tuple[float, ...]:
    own = MOVES[move][2]
    added = np.array([_OWN if value == own else 0.0 for value in VALUES])
    return tuple(float(each) for each in np.clip(_PART[move] * np.array(clip) + added, -1.0, 1.0))
