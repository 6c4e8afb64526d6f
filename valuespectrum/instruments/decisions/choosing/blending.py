"""What an action counts for somebody with preferences: its ratings, those of the scene, and how near both lie.

With six preferences ``p`` from 0 to 1, ratings ``rho`` from -1 to 1 of the scene and of an action, and ``w = 0.3``
(arXiv 2512.13716)::

    p'_j = sigmoid(10 (p_j - 0.5))
    d_j  = 1 - | |rho_j| - p'_j |           r_j = w d_j + (1 - w) rho_j      (of the scene, and of the action)
    r_ij = sigmoid(|r^scene_j|) r^action_ij

The published code differs: ratings go through the first sigmoid before ``d`` is taken, and an action's six numbers are
divided by their sum, which takes away its overall level. Both forms are here; the paper's is the usual one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]
Form = Literal["paper", "code"]
FORMS: tuple[Form, ...] = ("paper", "code")
Ablation = Literal["", "only_action", "no_preference", "no_subjective", "no_scene"]
ABLATIONS: tuple[Ablation, ...] = ("only_action", "no_preference", "no_subjective", "no_scene")
"""What is left out; how the paper did it was not found, so that these are our readings of its words."""
INDIFFERENT = 0.5
"""A preference that is neither."""


@dataclass(frozen=True, slots=True)
class Blending:
    """How ratings and preferences come together."""

    form: Form = "paper"
    """Of the paper, or of the published code."""
    own_share: float = 0.3
    """Share of how near ratings lie to preferences: the subjective term."""
    slope: float = 10.0
    """Of the sigmoid that sharpens preferences."""
    scene: bool = True
    """Whether values that the scene raises count more."""
    preference: bool = True
    """Whether preferences count; else all are ``INDIFFERENT``."""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InputError(f"there is no form {self.form!r:.40} of the decision", f"one of {', '.join(FORMS)}")
        if not 0 <= self.own_share <= 1:
            raise InputError(f"the subjective share must lie in 0..1, got {self.own_share:g}")

    def without(self, what: Ablation) -> Blending:
        """The same with something left out; everything but an action's own ratings for ``only_action``."""
        only = what == "only_action"
        return replace(
            self,
            scene=self.scene and not only and what != "no_scene",
            preference=self.preference and not only and what != "no_preference",
            own_share=0.0 if only or what == "no_subjective" else self.own_share,
        )

    def weights(self, preferences: Floats) -> Floats:
        """Sharpened preferences, 0 to 1: of any shape.

        Example:
            >>> Blending().weights(np.array([0.5, 1.0])).round(3).tolist()
            [0.5, 0.993]
        """
        held = preferences if self.preference else np.full_like(preferences, INDIFFERENT)
        return sigmoid(self.slope * (held - INDIFFERENT))

    def blended(self, scene: Floats, actions: Floats, preferences: Floats) -> Floats:
        """What each action counts in each value.

        Args:
            scene: Shape (6,): ratings of the scene, -1 to 1.
            actions: Shape (actions, 6): ratings of the actions, -1 to 1.
            preferences: Shape (6,), 0 to 1.

        Returns:
            Shape (actions, 6).
        """
        weights = self.weights(preferences)
        own = self._near(actions, weights)
        blended = sigmoid(np.abs(self._near(scene, weights))) * own if self.scene else own
        if self.form == "paper":
            return np.asarray(blended)
        total = blended.sum(axis=1, keepdims=True)
        # The published code divides by zero here.
        return np.asarray(np.divide(blended, total, out=np.zeros_like(blended), where=total != 0))

    def _near(self, ratings: Floats, weights: Floats) -> Floats:
        size = np.abs(ratings) if self.form == "paper" else sigmoid(self.slope * (ratings - INDIFFERENT))
        near = 1.0 - np.abs(size - weights)
        return np.asarray(self.own_share * near + (1.0 - self.own_share) * ratings)


def sigmoid(numbers: Floats) -> Floats:
    """Logistic function, element by element."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(numbers, -700.0, 700.0))))
