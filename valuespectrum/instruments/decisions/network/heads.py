"""LabelNet and RateNet as arrays: forward in double precision without torch, so that a log says the same everywhere.

Both have one shape (ValuePilot's code): four heads of self-attention over the positions, the mean over positions, a
layer with rectifiers, and one to six numbers. LabelNet says which values something is about (sigmoid), RateNet how far
it serves each (tanh); together, ``rating * label / max(label)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.decisions.choosing.blending import Floats, sigmoid
from valuespectrum.theory.value_sets import VALUE_PILOT_6
from vectorstore.foundation.errors import InputError

ATTENTION_HEADS = 4
OUT = len(VALUE_PILOT_6)
Squash = Literal["sigmoid", "tanh"]
_AT_ONCE = 256
"""Sequences that go through at the same time."""


@dataclass(frozen=True, slots=True, eq=False)
class DecisionHead:
    """Weights of one of the two networks, named as torch's ``MultiheadAttention`` and ``Linear`` have them."""

    in_weight: Floats
    """Shape (3 width, width): queries, keys, values."""
    in_bias: Floats
    out_weight: Floats
    """Shape (width, width)."""
    out_bias: Floats
    hidden_weight: Floats
    """Shape (hidden, width)."""
    hidden_bias: Floats
    last_weight: Floats
    """Shape (6, hidden)."""
    last_bias: Floats

    @property
    def width(self) -> int:
        """Length of a state."""
        return int(self.out_weight.shape[0])

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.floating]]) -> Self:
        """Weights by name, checked.

        Raises:
            InputError: One is missing, has another shape, or holds what is no number.
        """
        names = [each.name for each in fields(cls)]
        missing = [name for name in names if name not in arrays]
        if missing:
            raise InputError(f"the weights {missing[0]} are missing")
        found = cls(*(np.asarray(arrays[name], dtype=np.float64) for name in names))
        width, hidden = (found.out_weight.shape or (0,))[0], (found.hidden_weight.shape or (0,))[0]
        shapes = (
            *((3 * width, width), (3 * width,), (width, width), (width,)),
            *((hidden, width), (hidden,), (OUT, hidden), (OUT,)),
        )
        for name, shape in zip(names, shapes, strict=True):
            array: Floats = getattr(found, name)
            if array.shape != shape or not width or not hidden or width % ATTENTION_HEADS:
                raise InputError(f"the weights {name} have the shape {array.shape}, not {shape}")
            if not np.isfinite(array).all():
                raise InputError(f"the weights {name} hold what is no number")
        return found

    def arrays(self) -> dict[str, Floats]:
        """Weights by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def forward(self, states: Floats, squash: Squash) -> Floats:
        """Six numbers for each sequence.

        Args:
            states: Shape (n, positions, width).
            squash: What the last numbers go through.

        Returns:
            Shape (n, 6).
        """
        parts = [self._some(states[begin : begin + _AT_ONCE], squash) for begin in range(0, len(states), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, OUT))

    def _some(self, states: Floats, squash: Squash) -> Floats:
        count, positions, width = states.shape
        inner = (states @ self.in_weight.T + self.in_bias).reshape(count, positions, 3, ATTENTION_HEADS, -1)
        queries, keys, values = (inner[:, :, place].transpose(0, 2, 1, 3) for place in range(3))
        scores = queries @ keys.transpose(0, 1, 3, 2) / np.sqrt(width / ATTENTION_HEADS)
        attention = np.exp(scores - scores.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        # The mean over positions is taken first: what follows is linear.
        mixed = (attention @ values).mean(axis=2).reshape(count, width) @ self.out_weight.T + self.out_bias
        hidden = np.maximum(mixed @ self.hidden_weight.T + self.hidden_bias, 0.0)
        last = hidden @ self.last_weight.T + self.last_bias
        return sigmoid(last) if squash == "sigmoid" else np.tanh(last)


def pooled_states(states: Sequence[Floats], positions: int) -> Floats:
    """Sequences of any length as equally many positions each, by adaptive average pooling.

    Position ``j`` of ``P`` is the mean of the states from ``floor(j L / P)`` to ``ceil((j + 1) L / P)``, as torch has
    it: a longer sequence is averaged, a shorter one repeated.

    Args:
        states: Each of shape (length, width), one state or more.
        positions: How many.

    Returns:
        Shape (n, positions, width).

    Raises:
        InputError: A sequence has no state.
    """
    if any(len(each) == 0 for each in states):
        raise InputError("a text or a clip without anything in it has no ratings", "leave it out")
    pooled = [
        [
            each[(place * len(each)) // positions : -(-(place + 1) * len(each) // positions)].mean(axis=0)
            for place in range(positions)
        ]
        for each in states
    ]
    return np.asarray(pooled, dtype=np.float64)


def combined(ratings: Floats, labels: Floats) -> Floats:
    """Ratings as far as labels say that there is something to rate, shape (n, 6)."""
    largest = labels.max(axis=1, keepdims=True)
    share = np.divide(labels, largest, out=np.zeros_like(labels), where=largest > 0)
    return np.asarray(ratings * share)
