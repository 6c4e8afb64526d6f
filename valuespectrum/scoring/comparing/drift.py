"""Whether a value rises or falls throughout several runs of one respondent.

The trend is the least-squares slope of each set over the runs. That makes a table like any other: what clips and
wordings have in common in all runs falls out, and the interval of the slope is over clips and wordings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from valuespectrum.scoring.facets.analysis import Analysis, analyse
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import SetTable, contrast
from vectorstore.foundation.errors import InputError

Contrast = Callable[[Sequence[SetTable], Sequence[float]], SetTable]
"""How runs are put together: ``tables.contrast`` over the clips that all saw, or ``samples.contrast_of_means``."""


def slope(
    tables: Sequence[SetTable], at: Sequence[float], facets: Facets | None = None, put_together: Contrast = contrast
) -> Analysis:
    """Fit a line to every value.

    Args:
        tables: One for each run.
        at: Where each run stands, e.g. steps of training or days.
        facets: Over what to generalize.
        put_together: How.

    Returns:
        Of centred log-odds for each unit of ``at``.

    Raises:
        InputError: There are fewer than three runs, all stand at one place, or they have nothing in common.
    """
    off = np.asarray(at, dtype=np.float64) - np.mean(at)
    if len(tables) < 3 or len(tables) != len(off) or not off.any():
        raise InputError("a trend takes three runs or more, at different places", "compare two runs as a pair")
    return analyse(put_together(tables, [float(each) for each in off / (off**2).sum()]), facets)
