"""Log-odds that are not centred: how far they reach also hangs on how pleasing the wordings are in general.

``Var(M_v) = a_v + (s2_w + s2_vw) / W`` and, for the mean over V values, ``sum a_u / V^2 + (s2_w + s2_vw / V) / W``.
From the mean squares of wordings and of value x wording, ``s2_w + s2_vw = (MS_w + (V - 1) MS_vw) / V - noise`` and
``s2_w + s2_vw / V = (MS_w - noise) / V``. With few wordings these intervals are wide, and rightly so: of general liking
W wordings say what W numbers can.
"""

from __future__ import annotations

import numpy as np

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.inference import Errors, Tested
from valuespectrum.scoring.facets.moments import Across, MeanSquare, Within


def levels(within: Within, across: Across, found: Errors, over_wordings: bool = True) -> tuple[Tested, Tested]:
    """Log-odds of every value, and their mean over the compared values.

    Args:
        within: What is known within values.
        across: What is pooled over them.
        found: Variances of the means.
        over_wordings: Whether wordings are drawn.

    Returns:
        Arrays of shape (..., values) and (..., 1).
    """
    chosen = found.chosen
    count = np.maximum(chosen.sum(axis=-1, keepdims=True), 1).astype(np.float64)
    wordings = np.maximum(within.wordings, 1.0)
    means = np.where(chosen, across.means, within.means)
    own = MeanSquare(np.where(chosen, found.parts.clips, within.over_clips.size), within.over_clips.freedom)
    parts = [(1.0 / count, across.wording), ((count - 1.0) / count, across.interaction)] if over_wordings else []
    each = _summed(own, parts, across.noise.size, wordings)
    clips = np.where(chosen, found.parts.clips, 0.0)
    total = (clips.sum(axis=-1) + found.shared.sum(axis=(-2, -1)))[..., None] / count**2
    below = (clips**2 / found.clip_freedom).sum(axis=-1, keepdims=True) / count**4
    spare = np.divide(total**2, below, out=np.full(total.shape, np.nan), where=below > 0)
    usual = np.where(chosen, wordings, 0.0).sum(axis=-1, keepdims=True) / count
    whole = _summed(MeanSquare(total, spare), parts[:1], across.noise.size / count[..., 0], np.maximum(usual, 1.0))
    average = np.where(chosen, means, 0.0).sum(axis=-1, keepdims=True) / count
    return Tested(means, *each), Tested(np.where(chosen.any(axis=-1, keepdims=True), average, np.nan), *whole)


def _summed(
    clips: MeanSquare, parts: list[tuple[Floats, MeanSquare]], noise: Floats, wordings: Floats
) -> tuple[Floats, Floats]:
    """Standard error and degrees of freedom of clips and, less noise, mean squares over wordings."""
    below = clips.size**2 / clips.freedom
    drawn = np.zeros_like(clips.size)
    for weight, square in parts:
        size = weight * square.size[..., None] / wordings
        drawn = drawn + size
        below = below + np.divide(size**2, square.freedom[..., None], out=np.zeros_like(size), where=size > 0)
    variance = clips.size + (np.maximum(drawn - noise[..., None] / wordings, 0.0) if parts else 0.0)
    return np.sqrt(variance), np.divide(variance**2, below, out=np.full(variance.shape, np.nan), where=below > 0)
