"""The decision module: ratings of a scene and of its acts, then an order for somebody with preferences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Blending, Floats
from valuespectrum.instruments.decisions.choosing.orders import Order, order_of, positional_ensemble
from valuespectrum.instruments.decisions.choosing.rules import RuleName, action_scores
from valuespectrum.instruments.decisions.network.encoders import StateEncoder
from valuespectrum.instruments.decisions.network.saved import DecisionNetwork
from valuespectrum.instruments.decisions.scenes.scene import DecisionScene


@dataclass(frozen=True, slots=True)
class RatedScene:
    """Ratings, however they were come by."""

    scene: Floats
    """Shape (6,)."""
    actions: Floats
    """Shape (actions, 6)."""


@dataclass(frozen=True, slots=True)
class Decider:
    """How orders follow from ratings."""

    blending: Blending = field(default_factory=Blending)
    rule: RuleName = "promethee"

    def order(self, rated: RatedScene, preferences: Floats) -> Order:
        """Actions, first what is done first.

        Args:
            rated: Ratings.
            preferences: Shape (6,), 0 to 1.
        """
        return order_of(action_scores(rated.scene, rated.actions, preferences, self.blending, self.rule))


def rated_scenes(scenes: Sequence[DecisionScene], network: DecisionNetwork, encoder: StateEncoder) -> list[RatedScene]:
    """What networks make of scenes in words, as they were trained: acts by themselves, or after their scene.

    Args:
        scenes: Scenes; their own ratings are not looked at.
        network: Networks.
        encoder: The encoder that they belong to.
    """
    joined = network.manifest.inputs == "joined"
    texts = [scene.text for scene in scenes]
    for scene in scenes:
        texts += [f"{scene.text} {act.text}" if joined else act.text for act in scene.acts]
    every = list(dict.fromkeys(texts))
    ratings = dict(zip(every, network.ratings(encoder.texts(every)), strict=True))
    found, acts = [], iter(texts[len(scenes) :])
    for scene in scenes:
        rows = [ratings[next(acts)] for _ in scene.acts]
        found.append(RatedScene(ratings[scene.text], np.array(rows)))
    return found


def rated_clips(
    clips: Sequence[Floats], moves: Sequence[str], network: DecisionNetwork, encoder: StateEncoder
) -> list[RatedScene]:
    """What networks make of clips, with a viewer's moves as actions: each move stands after the clip.

    Args:
        clips: States of each clip: its frames' vectors, or those of its caption; shape (length, width).
        moves: What can be done.
        network: Networks.
        encoder: Of the words of moves; its vectors lie in the space of the clips'.
    """
    words = encoder.texts(list(moves))
    rows = [states for clip in clips for states in (clip, *(np.concatenate([clip, move]) for move in words))]
    ratings = network.ratings(rows).reshape(len(clips), 1 + len(moves), -1)
    return [RatedScene(each[0], each[1:]) for each in ratings]


def ensemble_order(rated: Sequence[RatedScene], decider: Decider, preferences: Floats) -> Order:
    """One order out of what several pairs of networks made of one scene, by points for places."""
    return positional_ensemble([decider.order(each, preferences) for each in rated])
