"""Liking of one clip out of its own counts, as it was estimated before all sets of a wording were fitted together.

Counts of yes and no in the four cells of a clip are fitted by ``logit = polarity * liking + lean + first * order`` with
Firth's penalty (Biometrika 80 (1993) 27), which takes the first-order bias out of the estimates and keeps them finite
where all draws agree (Heinze and Schemper, Stat. Med. 21 (2002) 2409). In a single cell it adds half a draw to each
side. It shrinks strong log-odds towards zero, the more so the fewer draws there are; with none there is no estimate.
Coverage on planted truth: ``docs/measurement.md``.
"""

from __future__ import annotations

import numpy as np

from valuespectrum.scoring.readouts.evidence import CELLS, Floats

_ROUNDS = 100
_LARGEST_STEP = 2.0


def fit_cells(yes: Floats, drawn: Floats) -> Floats:
    """Liking, lean and order effect of clips, in log-odds.

    Args:
        yes: Draws that said yes, shape (clips, 4), in the order of ``CELLS``.
        drawn: Draws that said yes or no, the same shape, above 0 everywhere.

    Returns:
        Shape (clips, 3).

    Example:
        >>> unanimous = fit_cells(np.array([[5.0, 5.0, 0.0, 0.0]]), np.full((1, 4), 5.0))
        >>> [abs(float(number)) for number in unanimous.round(2)[0]]
        [2.66, 0.0, 0.0]
    """
    from scipy.special import expit

    found = np.zeros((len(yes), CELLS.shape[1]))
    for _ in range(_ROUNDS):
        chance = expit(found @ CELLS.T)
        weight = drawn * chance * (1.0 - chance)
        inverse = np.linalg.inv(np.einsum("ci,ij,ik->cjk", weight, CELLS, CELLS))
        leverage = weight * np.einsum("ij,cjk,ik->ci", CELLS, inverse, CELLS)
        score = (yes - drawn * chance + leverage * (0.5 - chance)) @ CELLS
        step = np.clip(np.einsum("cjk,ck->cj", inverse, score), -_LARGEST_STEP, _LARGEST_STEP)
        found += step
        if not len(step) or np.abs(step).max() < 1e-10:
            break
    return found
