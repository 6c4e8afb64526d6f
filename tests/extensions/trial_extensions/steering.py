"""A steering method that moves nothing."""

from __future__ import annotations


class NoSteering:
    """A stub: it stands for the kind, not for a method."""

    name = "trial"

    def fit(self, *args: object, **options: object) -> object:
        return None
