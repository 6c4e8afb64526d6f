"""Decisions of many sessions as arrays, and the priors of what is fitted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int_]

PRIOR = 3.0
"""Standard deviation of the prior of what a role's beta has beside that of all roles, in log-odds."""
SHARED_PRIOR = 5.0
"""Of what all roles have in common."""
FLAT_PRECISION = 1e-6
"""Of intercepts, which hardly have a prior."""


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """Decisions of many sessions, an entry for each in every array."""

    role: Integers
    kind: Integers
    """What was decided: kept watching, liked, ..."""
    item: Integers
    cluster: Integers
    """What is drawn together: a session, or the sessions of all roles with one seed."""
    stratum: Integers
    """Of each cluster: those of one stratum are one sample, e.g. the sessions of one role."""
    y: Floats
    """1 or 0, or a share between."""
    weight: Floats
    """Above 0; 1 for a clip as likely to be shown as any."""
    loadings: Floats
    """Shape (items, values): how much each clip shows of each value."""
    roles: int
    kinds: int
    luck: Integers | None = None
    """Which draw each hangs on, beside its kind and clip: roles with one seed share that of a step. ``None``
    where all of one cluster do."""

    @property
    def values(self) -> int:
        """How many values there are."""
        return int(self.loadings.shape[1])


def blocks(*columns: Sequence[object]) -> Integers:
    """Numbers from 0 on for the different rows of several columns.

    Example:
        >>> blocks(["a", "b", "a"], [1, 1, 1]).tolist()
        [0, 1, 0]
    """
    seen: dict[tuple[object, ...], int] = {}
    return np.array([seen.setdefault(row, len(seen)) for row in zip(*columns, strict=True)], dtype=np.int_)
