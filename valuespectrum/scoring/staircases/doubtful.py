"""Preference scores where it is not certain which value a course serves.

With ``q_cu`` the probability that course ``c`` serves value ``u``, how far it was chosen is on average
``sum_u q_cu s_u``, with the scores ``s`` of the values: courses with a wrong label draw the scores of values towards
each other, and this undoes it. Two courses serve two values, so what one serves the other does not. The scores solve
``sum_c a_cv (y_c - sum_u q_cu s_u) = 0`` for every value ``v``, with ``a_cv = q_cv`` over the courses of the dilemma
that serve ``v``; where labels are certain that is the mean over dilemmas of the mean over their steps. It holds where
judges err without regard to what is chosen.
"""

from __future__ import annotations

import numpy as np

from valuespectrum.scoring.staircases.walks import Floats, Walks

_NOTHING = 1e-12


def doubtful_scores(walks: Walks) -> Floats:
    """One-step values of dilemmas, whose mean is the score of a value and whose spread its sandwich variance.

    Args:
        walks: Of one respondent, with chances of labels.

    Returns:
        Shape (dilemmas, values); NaN where no course of the dilemma is labelled with the value.
    """
    chances = walks.chances
    assert chances is not None, "labels are in doubt"
    known = walks.comparing[..., None, None]
    courses = np.where(known, _apart(chances), 0.0)
    share = np.where(walks.comparing, walks.share, 0.5)
    chosen = np.stack([share, 1 - share], axis=-1) - 0.5
    courses = courses.reshape(len(walks), -1, walks.count)
    chosen = chosen.reshape(len(walks), -1)
    within = np.maximum(courses.sum(axis=1, keepdims=True), 1.0)
    weight = courses / within
    across = np.einsum("dcv,dcu->vu", weight, courses)
    scores = np.linalg.lstsq(across, np.einsum("dcv,dc->v", weight, chosen), rcond=None)[0]
    off = np.einsum("dcv,dc->dv", weight, chosen - courses @ scores)
    pulls = off @ np.linalg.pinv(across).T
    offered = walks.offered.sum(axis=1) > 0
    count = offered.sum(axis=0)
    inside = np.where(offered, pulls, 0.0)
    inside = np.where(offered, inside - inside.sum(axis=0) / np.maximum(count, 1), 0.0)
    spread, wanted = (inside**2).sum(axis=0), (pulls**2).sum(axis=0)
    wider = np.sqrt(np.divide(wanted, spread, out=np.ones_like(spread), where=spread > _NOTHING))
    return np.where(offered, scores + count * wider * inside, np.nan)


def _apart(chances: Floats) -> Floats:
    """Probabilities given that both courses of a step serve different values; as they are where that cannot be."""
    left = chances * (1 - chances[..., ::-1, :])
    total = left.sum(axis=-1, keepdims=True)
    return np.where(total > _NOTHING, left / np.maximum(total, _NOTHING), chances)
