"""The front door of the readouts: from cells to liking, leans and what may be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.readouts.counts import fit_counts
from valuespectrum.scoring.readouts.effects import Effects
from valuespectrum.scoring.readouts.evidence import Cells, Floats, Kind
from valuespectrum.scoring.readouts.identify import Identification, evidence, identify, liking_shares
from valuespectrum.scoring.readouts.log_odds import fit_log_odds
from valuespectrum.scoring.readouts.texts import fit_texts

LEAST_IN_A_SET = 3.0
"""Evidence in a set of four cells below which clips are integrated out rather than fitted one by one: that of twelve
draws where yes and no are as likely, of forty where one of them is eleven times as likely as the other."""


@dataclass(frozen=True, slots=True)
class Liking:
    """What the answers of some respondents tell."""

    kind: Kind
    effects: Effects
    """In log-odds; theta is NaN wherever liking is not identified, and then so are leans of counts and texts."""
    shares: Floats
    """Shape (respondents, values): share of liking answers, 0 to 1, over both polarities; of log-probabilities NaN.
    Its order is all that single most likely texts tell."""
    told: Sequence[Identification]
    """Of every respondent."""


def estimate_liking(cells: Cells) -> Liking:
    """Liking, yes-lean and order effect, estimated together.

    Args:
        cells: Answers of one kind.

    Returns:
        With NaN for the liking of respondents and values that the answers do not tell, and the reason in words.

    Example:
        >>> silent = Cells("samples", np.zeros((1, 2, 3, 1, 4)), np.zeros((1, 2, 3, 1, 4)), ("a", "b"))
        >>> found = estimate_liking(silent)
        >>> bool(np.isnan(found.effects.theta).all()), found.told[0].why
        (True, 'nothing that was said could be read')
    """
    told = identify(cells)
    told_at_all = cells.kind == "log_probability" or any(one.status == "identified" for one in told)
    # What would be hidden is not fitted: of single most likely texts that is everything.
    effects = _fit(cells) if told_at_all else Effects.unknown(*cells.said.shape[:4])
    known = np.array([one.values & (one.status == "identified") for one in told])[:, :, None, None]
    leans = np.array([one.status == "identified" or cells.kind == "log_probability" for one in told])[:, None]
    shown = replace(
        effects,
        lean=np.where(leans, effects.lean, np.nan),
        lean_se=np.where(leans, effects.lean_se, np.nan),
        order=np.where(leans, effects.order, np.nan),
        order_se=np.where(leans, effects.order_se, np.nan),
        theta=np.where(known, effects.theta, np.nan),
        variance=np.where(known, effects.variance, np.nan),
    )
    return Liking(cells.kind, shown, liking_shares(cells), told)


def _fit(cells: Cells) -> Effects:
    if cells.kind == "log_probability":
        return fit_log_odds(cells)
    sets = (cells.said.sum(axis=-1) > 0).sum()
    many = cells.kind == "samples" and evidence(cells).sum() >= LEAST_IN_A_SET * max(int(sets), 1)
    return fit_counts(cells) if many else fit_texts(cells)
