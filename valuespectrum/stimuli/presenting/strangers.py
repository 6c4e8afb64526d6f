"""Which other picture a clip is shown with when it is shown with a wrong one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import shuffled, stream

_ROUNDS = 50


def strangers(rows: Sequence[StimulusRow], seed: int) -> list[StimulusRow]:
    """For every row the row of another clip, found for another value; each is lent once.

    Wrong pictures are spread at random over the other values: a cyclic shift would lend one value's pictures to one
    other value, whose profile would then pass for its own.

    Args:
        rows: All rows of a run.
        seed: Of the run.

    Raises:
        InputError: More than half of the rows stand for one value, so that not all can be lent a stranger.
    """
    values: dict[str, set[str]] = {}
    for row in rows:
        values.setdefault(row.clip_id, set()).add(row.value)
    generator = stream(seed, "mismatched")
    lent = shuffled(len(rows), generator)
    for _ in range(_ROUNDS):
        wrong = [at for at, other in enumerate(lent) if not _strange(rows[at], rows[other], values)]
        if not wrong:
            return [rows[other] for other in lent]
        for at in wrong:
            for other in shuffled(len(rows), generator):
                if _strange(rows[at], rows[lent[other]], values) and _strange(rows[other], rows[lent[at]], values):
                    lent[at], lent[other] = lent[other], lent[at]
                    break
    raise InputError(
        "not every clip can be shown with the picture of another value", "mismatched pictures need clips of two values"
    )


def _strange(row: StimulusRow, other: StimulusRow, values: Mapping[str, set[str]]) -> bool:
    same = row.clip_id == other.clip_id or row.picture_sha == other.picture_sha
    return not same and row.value not in values[other.clip_id]
