"""Find a steering method by name."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from vectorstore.foundation.plugins import Extensions


@runtime_checkable
class SteeringMethod(Protocol):
    """A way to find what moves a model's values; its ``fit`` is what the verb that steers will call."""

    name: str

    def fit(self, *args: object, **options: object) -> object:
        """Make an intervention."""


def _method(found: object) -> SteeringMethod | None:
    made = found() if isinstance(found, type) else found
    return made if isinstance(made, SteeringMethod) else None


STEERING = Extensions("valuespectrum.steering", "steering method", _method, "name and fit are needed")
"""Steering methods by name: objects, or classes that make one without arguments."""
