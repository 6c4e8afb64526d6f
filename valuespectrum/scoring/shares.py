"""Shares of answers with exact intervals that know that answers about one clip stand and fall together.

A bootstrap of a share that is 0 or 1 has no width, whatever the number of answers. The interval of Clopper and Pearson
(1934) has; Korn and Graubard (1998) made it fit clustered answers: it is taken at the *effective* number of answers,
which is the number of independent ones that would be as uncertain as these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.json_types import Json

Floats = NDArray[np.float64]
_NONE = 1e-3
"""Of an answer: the end beside so small a part lies within 1e-300 of that of nothing, where it cannot be reckoned."""


def share_row(hits: Floats, bases: Floats, level: float) -> Json:
    """A share of answers, with clips as units.

    Args:
        hits: Shape (clips,): answers of every clip that are counted.
        bases: Shape (clips,): answers of every clip that they are a share of. Both may be weighed, where the weights
            add up to the number of answers.
        level: Coverage aimed at, 0 to 1.

    Returns:
        ``mean, low, high`` from 0 to 1, ``n`` (number of answers), and ``why`` when there is no interval. All numbers
        are ``None`` when there are no answers.
    """
    asked = bases > 0
    total = float(bases[asked].sum())
    if not total:
        return {"mean": None, "low": None, "high": None, "why": "", "n": 0}
    share = float(hits[asked].sum()) / total
    low, high = exact_interval(share, effective_answers(hits[asked], bases[asked], level), level)
    return {"mean": share, "low": low, "high": high, "why": "", "n": round(total)}


def effective_answers(hits: Floats, bases: Floats, level: float) -> float:
    """Number of independent answers that would leave as much uncertainty as these.

    Where all answers agree nothing can be seen of how alike the answers about one clip are; then every clip counts as
    one answer, which errs on the careful side.
    Where all clips have one and the same share between 0 and 1, they count as independent: answers about a clip are
    then spread as evenly as independent ones or more so, the limit of ever smaller differences between clips is the
    same, and there are never more answers than were given.
    """
    from scipy.special import stdtrit

    total, clips = float(bases.sum()), len(bases)
    share = float(hits.sum()) / total
    if share in (0.0, 1.0) or clips < 2:
        return float(clips)
    spread = float(((hits - share * bases) ** 2).sum()) / total**2
    if spread == 0.0:
        return total
    tail = (1.0 - level) / 2.0
    careful = (stdtrit(total - 1, tail) / stdtrit(clips - 1, tail)) ** 2
    return float(min(total, share * (1.0 - share) / spread * careful))


def exact_interval(share: float, answers: float, level: float) -> tuple[float, float]:
    """Interval of Clopper and Pearson, also for a number of answers that is not whole.

    Example:
        >>> [round(end, 4) for end in exact_interval(0.0, 10, 0.95)]
        [0.0, 0.3085]
    """
    from scipy.special import betaincinv

    tail, hits = (1.0 - level) / 2.0, share * answers
    low = float(betaincinv(hits, answers - hits + 1.0, tail)) if hits > _NONE else 0.0
    high = float(betaincinv(hits + 1.0, answers - hits, 1.0 - tail)) if answers - hits > _NONE else 1.0
    return low, high
