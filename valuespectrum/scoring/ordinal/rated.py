"""What the stored answers of one respondent say on a scale of steps: what ordinal models start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.choices.reading import OptionAnswers
from valuespectrum.scoring.readouts.evidence import Kind

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RatedAnswers:
    """Answers of one respondent, ask by ask."""

    asked: pd.DataFrame
    """One row per ask that counts: ``value`` (a dimension), ``item`` (what is drawn again; of one value only) and
    ``version`` (the way of asking: wording, direction, order of labels; empty where there is one)."""
    weights: Floats
    """Shape (asks, steps), the step that is most like the respondent last: shares of one where probabilities are known,
    whole numbers of answers where they were drawn or said."""
    kind: Kind
    """How answers were read."""
    unheard: int
    """Asks that said no step."""


def rated_answers(asked: pd.DataFrame, read: OptionAnswers, turned: NDArray[np.bool_]) -> RatedAnswers:
    """Put what was read of the options on a scale that rises.

    Args:
        asked: One row per ask, with ``value``, ``item`` and ``version``.
        read: The same asks by the steps in their written order.
        turned: Shape (asks,): where the first step is the one most like the respondent.

    Example:
        A scale of three steps, the second ask with its words turned round::

            rated_answers(asked, read_options(answers, ("1", "2", "3"), scoring), np.array([False, True]))
    """
    weights = read.shares if read.kind == "log_probability" else read.said
    rising = np.where(turned[:, None], weights[:, ::-1], weights)
    counts = read.counts & (np.nan_to_num(rising).sum(axis=1) > 0)
    columns = asked[["value", "item", "version"]]
    return RatedAnswers(columns[counts].reset_index(drop=True), rising[counts], read.kind, int((~counts).sum()))
