"""Options of the instrument ``decisions``: which scenes, in how many orders, whether for somebody else too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.instruments.decisions.scenes.files import read_scenes
from valuespectrum.instruments.decisions.scenes.grammar import drawn_scene
from valuespectrum.instruments.decisions.scenes.scene import DecisionScene, value_subsets
from valuespectrum.instruments.wordings.choosing import ACT_MARKS, NEUTRAL_MARKS
from valuespectrum.instruments.wordings.reading import items_digest
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream
from vectorstore.foundation.user_paths import user_path

MOST_SCENES, MOST_DRAWN, MOST_TOLD = 500, len(NEUTRAL_MARKS), 20
_ACTS = 4


@dataclass(frozen=True, slots=True)
class DecisionsOptions:
    """What is asked."""

    scenes: int = 24
    """How many scenes; of a file the first so many."""
    acts: int = _ACTS
    """Things that can be done in each scene of ours."""
    arrangements: int = 2
    """Orders in which they are listed; every second one is the one before turned round."""
    ranked: bool = True
    """Whether what comes next is asked until all are in order, or the first alone."""
    told: int = 0
    """People whose wishes are told, for each of whom every scene is decided once too."""
    items: str = ""
    """A file of the user's with scenes in the published layout; ours when empty."""

    def __post_init__(self) -> None:
        for name, least, most in (
            ("scenes", 2, MOST_SCENES),
            ("acts", 2, MOST_DRAWN),
            ("arrangements", 1, 24),
            ("told", 0, MOST_TOLD),
        ):
            if not least <= getattr(self, name) <= most:
                raise InputError(f"{name} must lie in {least}..{most}, got {getattr(self, name)}")
        if self.items and self.acts != _ACTS:
            raise InputError("acts is for scenes of ours, and those of a file have their own", "leave one out")

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's file, since other scenes are another run: a hash; nothing of none.

        Raises:
            InputError: It cannot be read.
        """
        return {"items": items_digest(user_path(self.items))} if self.items else {}

    def asked_scenes(self, seed: int) -> tuple[DecisionScene, ...]:
        """The scenes that are asked about.

        Args:
            seed: Root seed. Scenes of ours are about two values or more, of as many subsets as there are.

        Raises:
            InputError: The user's file cannot be read, a scene has more acts than there are marks, or comes twice.
        """
        if self.items:
            asked = tuple(read_scenes(user_path(self.items))[: self.scenes])
            known: dict[tuple[str, frozenset[str]], int] = {}
            for number, scene in enumerate(asked, start=1):
                first = known.setdefault((scene.text, frozenset(act.text for act in scene.acts)), number)
                if first != number:
                    told = f"{self.items}, scene {number} is scene {first} again, and would count as another one"
                    raise InputError(told, "leave it out")
                if len(scene.acts) > len(ACT_MARKS):
                    raise InputError(
                        f"{self.items}, scene {number} has {len(scene.acts)} actions; {len(ACT_MARKS)} can be asked",
                        "leave some out",
                    )
            return asked
        subsets = [subset for subset in value_subsets() if len(subset) > 1]
        order = stream(seed, "instruments/decisions/subsets").permutation(len(subsets))
        return tuple(
            drawn_scene(
                stream(seed, "instruments/decisions/scene", number), subsets[order[number % len(subsets)]], self.acts
            )
            for number in range(self.scenes)
        )
