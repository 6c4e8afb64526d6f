"""Where a gate opens: as its examples say, as a user says, or as published for a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from valuespectrum.steering.vectors.published import published
from vectorstore.foundation.errors import InputError

PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class GateOptions:
    """Options of a gate, as they are written on the command line."""

    encoder: str = ""
    """A text encoder: an embedder (``reference``, ``open_clip:...``, ``hf:...``) or ``text:NAME``; empty for words."""
    above: str = ""
    """Score above which it opens: a number, ``published``, or empty for what the examples say."""
    below: str = ""
    """Score below which it opens, too: a number; empty for none."""
    value: str = ""
    """Whose pairs and whose published thresholds; empty for the value that the intervention is about."""
    seed: str = "0"
    """Of what is held out."""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> GateOptions:
        """Out of what a user wrote.

        Raises:
            InputError: There is no such option.
        """
        known = [each.name for each in fields(cls)]
        if strange := [name for name in given if name not in known]:
            raise InputError(f"gates have no option {strange[0]!r:.60}", f"known: {', '.join(known)}")
        return cls(**given)

    @property
    def drawn_by(self) -> int:
        """The seed as a number.

        Raises:
            InputError: It is none.
        """
        if not self.seed.isdecimal():
            raise InputError(f"seed={self.seed!r:.40} is no whole number from 0")
        return int(self.seed)

    def thresholds(self, value: str) -> tuple[float | None, float | None]:
        """The upper threshold and the lower one; ``None`` where nobody says.

        Args:
            value: Whose published ones are meant.

        Raises:
            InputError: One is no number, or none was published for the value.
        """
        if self.above != PUBLISHED:
            return _number("above", self.above), _number("below", self.below)
        if value not in published().gates:
            known = ", ".join(published().gates)
            raise InputError(f"no thresholds were published for {value or 'no value'!r:.60}", f"known: {known}")
        told = published().gates[value]
        below = _number("below", self.below)
        return told["g0"], told.get("below") if below is None else below


def _number(name: str, written: str) -> float | None:
    if not written:
        return None
    try:
        found = float(written)
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise InputError(f"{name}={written!r:.40} is no number", f"e.g. {name}=0.5")
    return found


def dividing(scores: NDArray[np.float64], opens: NDArray[np.bool_]) -> float:
    """The threshold that tells two sides apart best: the mean of the shares on the right side is largest there.

    Args:
        scores: Of examples, shape ``(examples,)``; both sides are there.
        opens: For which of them a gate is to open.

    Returns:
        Halfway between two scores; of several that are as good the middle one.

    Example:
        >>> dividing(np.array([0.1, 0.2, 0.6, 0.8]), np.array([False, False, True, True]))
        0.4
    """
    ordered = np.unique(scores)
    if len(ordered) == 1:
        return float(ordered[0])
    between = (ordered[1:] + ordered[:-1]) / 2
    above = 1 - np.searchsorted(np.sort(scores[opens]), between) / opens.sum()
    below = np.searchsorted(np.sort(scores[~opens]), between) / (~opens).sum()
    best = np.flatnonzero(np.isclose(above + below, (above + below).max()))
    return float(between[best[len(best) // 2]])
