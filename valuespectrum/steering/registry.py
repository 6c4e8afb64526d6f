"""Find a steering method by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from agents.models.base import FrameReference
from agents.models.capabilities import TorchModel
from agents.models.steering.intervention import Intervention
from vectorstore.foundation.plugins import Extensions


@dataclass(frozen=True, slots=True)
class SteeringWish:
    """What a model is to be steered to."""

    value: str
    """A value, by the name that it has in its set."""
    away: bool = False
    """Away from it, not towards it."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Of the method, by name."""
    clips: Sequence[tuple[FrameReference, ...]] = ()
    """Frames of clips that may be shown while it is fitted; empty for none."""
    seed: int = 0


@dataclass(frozen=True, eq=False)
class FittedSteering:
    """What a method made."""

    intervention: Intervention
    told: Mapping[str, object] = field(default_factory=dict)
    """What it found on the way, plain JSON: accuracies by block, pairs that are told apart badly."""
    notes: tuple[str, ...] = ()
    """What it has to be read with, in words."""


@runtime_checkable
class SteeringMethod(Protocol):
    """A way to find what moves a model's values, which ``steer fit`` calls."""

    name: str

    def fit(self, model: TorchModel, wish: SteeringWish) -> FittedSteering:
        """Make an intervention.

        Args:
            model: Whose blocks are watched.
            wish: To what it is to be steered.

        Raises:
            InputError: An option is unknown or makes no sense, or what is to be told apart cannot be.
        """


@runtime_checkable
class CheckedMethod(Protocol):
    """A steering method that knows without a model what makes no sense: it is asked before one is loaded."""

    def check(self, wish: SteeringWish) -> None:
        """Refuse a wish.

        Args:
            wish: As ``fit`` gets it.

        Raises:
            InputError: An option is unknown or makes no sense, or a file that it names cannot be read.
        """


def _method(found: object) -> SteeringMethod | None:
    made = found() if isinstance(found, type) else found
    return made if isinstance(made, SteeringMethod) else None


STEERING = Extensions(
    "valuespectrum.steering", "steering method", _method, "name and fit are needed", home="valuespectrum.steering"
)
"""Steering methods by name: objects, or classes that make one without arguments."""
