"""How much each facet varies: the numbers that a plan of more clips or more wordings starts from.

Analysis of variance for crossed and nested random effects with unequal numbers (Searle, Casella and McCulloch 1992,
chapter 5; Brennan 2001): each mean square less what lies below it, over how often its effect was seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.facets.analysis import Reckoned
from valuespectrum.scoring.facets.clusters import between_and_within
from valuespectrum.scoring.facets.inference import centring


@dataclass(frozen=True, slots=True)
class Component:
    """One facet."""

    variance: float | None
    """In squared logits, at least 0; ``None`` when it cannot be told from others."""
    why: str = ""
    """Why it is not known."""
    estimate: float | None = None
    """Before it was held at 0: the estimate is then free of bias."""

    @property
    def sd(self) -> float | None:
        """In logits."""
        return None if self.variance is None else math.sqrt(self.variance)

    def to_json(self) -> dict[str, float | str | None]:
        """As scores keep it."""
        return {"variance": self.variance, "sd": self.sd, "why": self.why}


def components(reckoned: Reckoned) -> dict[str, Component]:
    """Variance of values, clusters, clips, wordings, value x wording, clip x wording and repeats.

    Args:
        reckoned: One table.

    Returns:
        ``value, cluster, clip, wording, value_wording, clip_wording, repeat``; clip x wording holds the noise of a set
        where nothing was asked twice.
    """
    within, across, chosen = reckoned.within, reckoned.across, reckoned.chosen
    if chosen.sum() < 2:
        names = ("value", "cluster", "clip", "wording", "value_wording", "clip_wording", "repeat")
        return {name: Component(None, "fewer than two values were measured") for name in names}
    seen = within.clips.seen[chosen]
    freedom = float(within.clips.freedom[chosen].sum())
    left = float((within.clips.residuals[chosen] ** 2).sum()) / freedom if freedom > 0 else math.nan
    repeat, repeats = _repeats(reckoned)
    asked = 1.0 / float(np.mean(1.0 / seen.sum(axis=-1)[seen.any(axis=-1)]))
    clusters, _ = reckoned.table.grouping(reckoned.facets.clusters)
    between, inside = (float(each) for each in between_and_within(clusters, within.sizes, within.deviations))
    values = float(chosen.sum())
    found, main = float(across.interaction.size), float(across.wording.size)
    means = reckoned.centred.estimate[chosen]
    errors = float(np.diagonal(centring(chosen)) @ reckoned.errors.parts.diagonal) / (values - 1.0)
    several = within.sizes.clips.sum() > within.sizes.clusters.sum() + 0.5
    one = "one wording was asked"
    return {
        "value": _component(float((means**2).sum()) / (values - 1.0) - errors, one if math.isnan(found) else ""),
        "cluster": _component(between, "" if several else "no cluster has two clips"),
        "clip": _component(inside - left / asked, one if math.isnan(left) else ""),
        "wording": _component((main - found) / values, one),
        "value_wording": _component(found - float(across.noise.size), one),
        "clip_wording": _component(left - (0.0 if math.isnan(repeat) else repeat / repeats), one),
        "repeat": _component(repeat, "no set was asked twice"),
    }


def _repeats(reckoned: Reckoned) -> tuple[float, float]:
    """Variance of repeats, and how many a set has (harmonic mean)."""
    table = reckoned.table
    asked = table.repeats[table.repeats > 0]
    freedom = float((asked - 1.0).sum())
    often = 1.0 / float(np.mean(1.0 / asked))
    return (float(table.squares.sum()) / freedom if freedom > 0 else math.nan), often


def _component(estimate: float, why: str) -> Component:
    if math.isnan(estimate) or why.startswith("no cluster"):
        return Component(None, why)
    return Component(max(estimate, 0.0), "", estimate)
