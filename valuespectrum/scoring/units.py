"""What intervals are over: the units that all respondents were asked about.

The unit (a clip, an item, a dilemma, a session) is what is sampled: all answers about one stand or fall together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from valuespectrum.scoring.estimate import CLIP


@dataclass(frozen=True, slots=True)
class Units:
    """Units that all respondents were asked about."""

    names: tuple[str, ...]
    stratified: bool
    """Whether no unit serves two values."""
    unit: str = CLIP
    """What a unit is, and the column of a table that names it."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], unit: str = CLIP) -> Units:
        """Name the units.

        Args:
            pairs: (value, unit) of everything that was asked.
            unit: What a unit is.
        """
        values_of: dict[str, set[str]] = {}
        for value, each in pairs:
            values_of.setdefault(each, set()).add(value)
        return cls(tuple(sorted(values_of)), all(len(values) == 1 for values in values_of.values()), unit)
