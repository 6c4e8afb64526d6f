"""``replay`` and ``yoked``: the feed of another session, whoever looks at it now.

Both show the items that a log shows, in its order. For ``replay`` they are a fixed list: each has the chance 1.
For ``yoked`` they are the feed that grew around somebody else: candidates, scores and propensities are those with
which it grew, so that what was shown can be corrected for its chances, while the answers of the one who is yoked have
moved nothing. With the seed of the other session a yoked one shares all its random streams.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from agents.feeds.files import Recording, read_recording
from agents.feeds.policy import POLICIES
from agents.feeds.shown import Shown, drawn
from agents.feeds.state import FeedState
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class RecordedFeedOptions:
    """Whose feed it is."""

    log: str
    """Session log."""
    content: str = ""
    """Hash of what the log shows, filled in when it is read: this session's log tells which feed it was."""


class _OfALog:
    Options: ClassVar[type] = RecordedFeedOptions

    def __init__(self, options: RecordedFeedOptions) -> None:
        self._recording: Recording = read_recording(options.log, options.content)
        self.options = replace(options, content=self._recording.content)

    def _next_place(self, state: FeedState) -> tuple[int, int] | None:
        """Step of the log and row of its item: the first that was not shown yet; ``None`` at its end.

        What somebody else put between, an intervention, moves nothing; what it showed already is passed over.
        """
        shown = {state.stock.ids[row] for row in state.seen.tolist()}
        for place, step in enumerate(self._recording.steps):
            if step.item_id not in shown:
                row = state.stock.row(step.item_id)
                if row not in state.unseen:
                    raise InputError(f"{self.options.log} shows {step.item_id!r:.80}, which is not in this session")
                return place, row
        return None


@POLICIES.register("replay")
class Replay(_OfALog):
    """The items of a recorded session in its order; the feed ends where the log ends.

    Args:
        options: The log.

    Raises:
        InputError: It cannot be read, or shows something else than it did.
    """

    name: ClassVar[str] = "replay"

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """The next item of the log.

        Raises:
            InputError: It is not in this session's catalogue.
        """
        found = self._next_place(state)
        return drawn(state.stock, np.array([found[1]]), np.ones(1), 0, "replay") if found else None


@POLICIES.register("yoked")
class Yoked(_OfALog):
    """Exactly the feed that grew around another session, with the chances with which it grew.

    Args:
        options: The log of the other session.

    Raises:
        InputError: It cannot be read, or shows something else than it did.
    """

    name: ClassVar[str] = "yoked"

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """The next item of the other session.

        Raises:
            InputError: It is not in this session's catalogue.
        """
        found = self._next_place(state)
        if found is None:
            return None
        place, row = found
        step = self._recording.steps[place]
        if not step.candidates:
            raise InputError(
                f"{self.options.log} does not say with which chances its feed grew, as logs of `valuespectrum people`",
                f"show its clips with replay:{self.options.log}",
            )
        propensity = next((each.propensity for each in step.candidates if each.id == step.item_id), None)
        if propensity is None:
            raise InputError(f"{self.options.log}, line {place + 2}: what is shown was not on offer", "it was edited")
        return Shown(state.stock.items[row], f"yoked:{step.policy_reason}", step.candidates, propensity)
