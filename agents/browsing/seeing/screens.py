"""What an observer of a page hands over: pictures of its screen, for agents that see the feed as people do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Screens(Protocol):
    """A page that shows any clip at any time, standing still, and pictures of it.

    ``agents.web.observer.open_screens`` makes one out of the real page in a real browser; tests may draw their own.
    """

    @property
    def settings(self) -> Mapping[str, str | int | float]:
        """What a picture depends on besides the clip and the time: browser, size of the screen, media or stills."""

    def shot(self, item_id: str, time: float, over: bytes = b"") -> bytes:
        """The screen as a PNG file; equal arguments give equal bytes.

        Args:
            item_id: Clip id, of the catalogue that the page was opened with.
            time: Seconds from the first picture of the clip.
            over: A PNG file of the shape of the clip that is laid over it, below everything else on the page; empty
                for none.

        Raises:
            InputError: There is no such clip or time.
            MediaError: The clip cannot be shown at this time; nothing else is shown in its place.
        """
