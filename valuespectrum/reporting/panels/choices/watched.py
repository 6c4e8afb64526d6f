"""A feed as an instrument: the pictures that were watched on, and those that were left."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.reporting.elements.data import ReportData, WatchedClip
from valuespectrum.reporting.elements.words import percent
from valuespectrum.reporting.panels.base import PANELS, Panel


@PANELS.register("watched")
class WatchedPanel(Panel):
    """What each model did with its clips."""

    id = "watched"
    place = 42

    def applies(self, data: ReportData) -> bool:
        """Whether somebody was shown a feed; without a corpus there are no pictures of it."""
        return bool(data.feeds)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What was watched in the feed"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """How often each was watched on, in words."""
        return {"did": _did}


def _did(clip: WatchedClip) -> str:
    liked = "" if clip.liked is None else f", liked {percent(clip.liked)}"
    return f"watched {clip.watched} of {clip.shown}{liked}"
