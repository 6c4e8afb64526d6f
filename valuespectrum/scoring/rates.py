"""Shares of answers by what became of them: refused, unreadable, not in form, contradictory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.models.base import NO_CHOICE, REFUSAL
from valuespectrum.scoring.cells import NEITHER, ScoringOptions, class_shares, neither_shares
from valuespectrum.scoring.shares import share_row
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd


def answer_rates(judged: pd.DataFrame, options: ScoringOptions) -> dict[str, Json]:
    """Shares of answers that were refused, about no picture, not in form, unparsed, failed or contradictory.

    Args:
        judged: Asks of one respondent as ``judge`` returns them.
        options: Scoring options.

    Returns:
        Rate name to ``mean, low, high, n`` (n is the number of asks the share is taken of): ``refusal``, ``no_picture``
        and ``unparsed`` by the words, of drawn answers by the share of the draws; ``low_mass`` by the probability left
        for yes and no; ``error`` for failed asks; ``mismatch`` for texts that say the word which the log-probabilities
        make the less likely one; ``neither`` where some answer chose that option.
    """
    import pandas as pd

    asks = judged.drop_duplicates(["clip", "frame", "wording", "polarity", "first"])
    parsed = asks["parsed"].fillna("")
    failed = asks["error"].fillna("") != ""
    read = parsed.isin(("yes", "no")) & asks["log_odds"].notna() & ~failed
    neither = pd.Series(neither_shares(asks, str(asks["readout"].iloc[0])), asks.index)
    apart = ~failed & (asks["verdict"] != NEITHER) & (asks["readout"] != "text")
    rates: dict[str, tuple[pd.Series[float] | pd.Series[bool], pd.Series[bool]]] = {
        **{name: (class_shares(asks, name), ~failed) for name in NO_CHOICE},
        "low_mass": (~(asks["mass"] >= options.minimum_mass), apart),
        "error": (failed, failed | True),
        "mismatch": (asks["log_odds"] * np.where(parsed == "yes", 1.0, -1.0) < 0, read),
        **({NEITHER: (neither, ~failed)} if neither.any() else {}),
    }
    clips = asks["clip"].factorize()[0]
    return {name: _share(clips, hit, base, options) for name, (hit, base) in rates.items()}


def refusals_by_value(judged: pd.DataFrame) -> dict[str, float]:
    """Share of refused answers per value, of those that came back: unequal refusal would make scores incomparable."""
    heard = judged[judged["error"].fillna("") == ""]
    refused = class_shares(heard, REFUSAL).groupby(heard["value"]).mean()
    return {str(value): float(share) for value, share in refused.items()}


def _share(
    clips: NDArray[np.int64],
    hit: pd.Series[float] | pd.Series[bool],
    base: pd.Series[bool],
    options: ScoringOptions,
) -> Json:
    asked = base.to_numpy(np.bool_)
    hits = np.where(asked, hit.to_numpy(np.float64), 0.0)
    by_clip = [np.asarray(np.bincount(clips, each), dtype=np.float64) for each in (hits, asked.astype(np.float64))]
    return share_row(by_clip[0], by_clip[1], options.level)
