"""Clips that do not show the value they were found for, as a blind rater tells: how many, and what they show instead.

A rater who is not told what a clip stands for names the value that it expresses most, or none, and says whether the
value is lived or violated. A clip is *wrong* when another value, or none, is named, or when the value is violated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.shares import share_row

NONE = "none"
"""Named where a picture expresses no value."""
VIOLATED = "violated"
"""The state of a value that a picture shows denied."""


@dataclass(frozen=True, slots=True)
class Relabel:
    """One clip that was looked at blindly."""

    value: str
    """What it stands for."""
    clip: str
    named: str
    """What the rater sees: a value, or ``NONE``."""
    state: str = ""
    """``endorsed`` or ``violated``; empty where the rater did not say."""
    cluster: str = ""
    """Search word or source that it was found by; empty where that is not known, and it is then a cluster alone."""

    @property
    def right(self) -> bool:
        """Whether it shows what it stands for."""
        return self.named == self.value and self.state != VIOLATED


@dataclass(frozen=True, slots=True)
class WrongClips:
    """What blind relabelling says about the clips of one value."""

    wrong: Estimate
    """Share of clips that do not show the value, 0 to 1, with an exact interval over search words or sources."""
    clips: int
    clusters: int
    other: float | None
    """Share that shows another value most."""
    violated: float | None
    """Share that shows the value violated."""
    nothing: float | None
    """Share that shows no value."""
    shown: Mapping[str, int]
    """What the clips show, the most frequent first."""

    def to_json(self) -> dict[str, object]:
        """As scores keep it."""
        return {
            **self.wrong.to_json("wrong"),
            "n_clips": self.clips,
            "n_clusters": self.clusters,
            "other": self.other,
            "violated": self.violated,
            "nothing": self.nothing,
            "shown": dict(self.shown),
        }


def wrong_clips(relabels: Iterable[Relabel], values: Sequence[str], level: float = 0.95) -> dict[str, WrongClips]:
    """Share of wrong clips of every value.

    Args:
        relabels: One for each value and clip.
        values: Dimensions in order.
        level: Coverage aimed at.

    Returns:
        Every value; numbers are unknown where nothing was relabelled.

    Example:
        >>> seen = [Relabel("power", "a", "power"), Relabel("power", "b", "achievement")]
        >>> found = wrong_clips(seen, ("power",))["power"]
        >>> found.wrong.mean, round(found.wrong.low, 3), found.shown
        (0.5, 0.013, {'power': 1, 'achievement': 1})
    """
    known = list(relabels)
    return {value: _of_value([each for each in known if each.value == value], level) for value in values}


def _of_value(relabels: Sequence[Relabel], level: float) -> WrongClips:
    groups = [each.cluster or f"\0{each.clip}" for each in relabels]
    _, group = np.unique(np.array(groups, dtype=object).astype(str), return_inverse=True)
    wrong = np.array([not each.right for each in relabels], dtype=np.float64)
    bases, hits = (np.bincount(group, weights=each).astype(np.float64) for each in (np.ones_like(wrong), wrong))
    count = len(relabels)

    def share(chosen: Iterable[bool]) -> float | None:
        return sum(chosen) / count if count else None

    shown = Counter(f"{each.named} {VIOLATED}" if each.state == VIOLATED else each.named for each in relabels)
    return WrongClips(
        Estimate.read(share_row(hits, bases, level)),
        count,
        len(bases),
        share(each.named not in (each.value, NONE) for each in relabels),
        share(each.named == each.value and not each.right for each in relabels),
        share(each.named == NONE for each in relabels),
        dict(shown.most_common()),
    )
