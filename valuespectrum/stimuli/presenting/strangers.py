"""Which other picture a clip is shown with when it is shown with a wrong one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream


def strangers(rows: Sequence[StimulusRow], seed: int) -> list[StimulusRow]:
    """For every row the row of another clip, found for another value; each is lent once.

    The assignment of least cost, where every pair has a random cost: so wrong pictures spread over all other values. A
    cyclic shift would lend one value's pictures to one other value, whose profile would then pass for its own.

    Args:
        rows: All rows of a run.
        seed: Of the run.

    Raises:
        InputError: Not every clip can be lent a stranger, as where more than half of them stand for one value.
    """
    from scipy.optimize import linear_sum_assignment

    values: dict[str, set[str]] = {}
    for row in rows:
        values.setdefault(row.clip_id, set()).add(row.value)
    familiar = np.array([[_familiar(row, other, values[other.clip_id]) for other in rows] for row in rows], dtype=bool)
    costs = stream(seed, "mismatched").random((len(rows), len(rows))) + len(rows) * familiar
    _, lent = linear_sum_assignment(costs)
    if familiar[np.arange(len(rows)), lent].any():
        raise InputError(
            "not every clip can be shown with the picture of another value",
            "mismatched pictures need clips of several values, none with more than half of them",
        )
    return [rows[int(other)] for other in lent]


def _familiar(row: StimulusRow, other: StimulusRow, values: set[str]) -> bool:
    """Whether a picture is of the same clip or value."""
    return row.value in values or row.clip_id == other.clip_id or row.picture_sha == other.picture_sha
