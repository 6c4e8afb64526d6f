"""Shares of answers by what became of them: refused, unreadable, not in form, contradictory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.models.base import NO_CHOICE, REFUSAL
from valuespectrum.scoring.cells import ScoringOptions, class_shares
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
        make the less likely one.
    """
    asks = judged.drop_duplicates(["clip", "frame", "wording", "polarity", "first"])
    parsed = asks["parsed"].fillna("")
    failed = asks["error"].fillna("") != ""
    read = parsed.isin(("yes", "no")) & asks["log_odds"].notna() & ~failed
    rates: dict[str, tuple[pd.Series[float] | pd.Series[bool], pd.Series[bool]]] = {
        **{name: (class_shares(asks, name), ~failed) for name in NO_CHOICE},
        "low_mass": (~(asks["mass"] >= options.minimum_mass), ~failed & (asks["readout"] != "text")),
        "error": (failed, failed | True),
        "mismatch": ((parsed == "yes") != (asks["log_odds"] > 0), read),
    }
    return {name: _share(asks["clip"], hit, base, options) for name, (hit, base) in rates.items()}


def refusals_by_value(judged: pd.DataFrame) -> dict[str, float]:
    """Share of refused answers per value: unequal refusal would make value scores incomparable."""
    refused = class_shares(judged, REFUSAL).groupby(judged["value"]).mean()
    return {str(value): float(share) for value, share in refused.items()}


def _share(
    clip: pd.Series[str], hit: pd.Series[float] | pd.Series[bool], base: pd.Series[bool], options: ScoringOptions
) -> Json:
    import pandas as pd

    counts = pd.DataFrame({"clip": clip, "hit": hit.astype(float).where(base, 0.0), "base": base.astype(float)})
    sums = counts.groupby("clip", as_index=False).sum()
    return share_row(sums["hit"].to_numpy(float), sums["base"].to_numpy(float), options.level)
