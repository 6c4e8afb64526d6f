"""Things that can be done in a scene: which comes first, by one's own wishes or by those of somebody else.

Nobody was taught them: respondents that follow a rule understand them, the networks do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Self

import numpy as np

from valuespectrum.instruments.decisions.scenes.grammar import drawn_scene, read_act
from valuespectrum.instruments.decisions.scenes.scene import VALUES, value_subsets
from valuespectrum.instruments.wordings import choosing as words
from valuespectrum.reference import planted
from valuespectrum.reference.items.base import PlantedItem, Scene, Shares, one_of, pick
from valuespectrum.reference.planted import Mind
from vectorstore.foundation.random_streams import stream

APPEAL = 0.4
"""Standard deviation, in log-odds, of what everybody finds in an act of one scene beside what it is rated for."""
_MARKS = words.NEUTRAL_MARKS
_ACTS = 4


@dataclass(frozen=True)
class SceneDeed(PlantedItem):
    """What comes first of what can be done in a scene of the grammar."""

    kind: ClassVar[str] = "decision in a scene"
    scene: str
    acts: tuple[str, ...]
    marks: tuple[str, ...]
    wishes: tuple[float, ...] = ()
    """Of somebody else, in the order of the six values, for whom it is decided; none for oneself."""

    @property
    def text(self) -> str:
        listed = [
            words.POSSIBLE_ACT.write(letter=mark, act=act) for mark, act in zip(self.marks, self.acts, strict=True)
        ]
        places = {"scene": self.scene, "options": "\n".join(listed)}
        if not self.wishes:
            return words.DECISION.write(**places)
        return words.DECISION_FOR.write(wishes=words.told_wishes(dict(zip(VALUES, self.wishes, strict=True))), **places)

    def shares(self, mind: Mind, scenes: Sequence[Scene], said: Sequence[str]) -> Shares | None:
        rated = [act.ratings for act in map(read_act, self.acts) if act is not None]
        wishes = dict(zip(VALUES, self.wishes, strict=True)) if self.wishes else None
        utilities = planted.deed_utilities(mind, rated, wishes)
        appeals = [appeal_of(self.scene, act) for act in self.acts]
        shares = planted.choice_shares(mind, [sum(both) for both in zip(utilities, appeals, strict=True)])
        return one_of(said, dict(zip(self.marks, shares, strict=True)))

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Self:
        scene = drawn_scene(rng, pick(rng, value_subsets()), _ACTS)
        return cls(scene.text, tuple(act.text for act in scene.acts), tuple(_MARKS[:_ACTS]))

    @classmethod
    def read(cls, text: str) -> Self | None:
        found = words.DECISION_FOR.read(text) or words.DECISION.read(text)
        rows = [words.POSSIBLE_ACT.read(line) for line in found["options"].split("\n")] if found else []
        listed = [(row["letter"], row["act"]) for row in rows if row]
        known = len(listed) == len(rows) and all(read_act(act) for _, act in listed)
        if not found or not known or len({mark for mark, _ in listed}) < len(listed) or len(listed) < 2:
            return None
        wishes = words.read_wishes(found["wishes"]) if "wishes" in found else {}
        if "wishes" in found and sorted(wishes) != sorted(VALUES):
            return None
        marks, acts = zip(*listed, strict=True)
        return cls(found["scene"], acts, marks, tuple(wishes[value] for value in VALUES) if wishes else ())


@cache
def appeal_of(scene: str, act: str) -> float:
    """What everybody finds in an act in a scene; drawn once, as acts differ in what no rating says."""
    return float(stream(0, f"reference/deeds/{scene}/{act}").normal(0.0, APPEAL))
