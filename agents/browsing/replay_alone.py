"""Check a logged session without its clips: whether what was done follows from what was answered.

What was shown and why depends on the clips and is not looked at; ``agents.browsing.replay`` does that, with the corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose
from pathlib import Path
from typing import ClassVar

import numpy as np

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.log import Event, LogContents, encode, read_log
from agents.browsing.person import PersonWalk
from agents.browsing.replay import ReplayReport, repeated_step, session_of, walk_of
from agents.browsing.seeing.observe import TimedFrame
from agents.browsing.walk import Walk
from agents.feeds.items import FeedItem
from agents.feeds.shown import Shown
from agents.feeds.state import FeedState
from agents.models.base import FrameReference

_FOLLOWS = (
    "t_sim",
    "raw_answer",
    "parsed",
    "refusal",
    "logprobs",
    "action",
    "watch_s",
    "watch_frac",
    "rating",
    "error",
    "asked",
    "chances",
    "fresh",
    "further",
    "comment",
    "weariness",
    "checks",
    "put",
)
"""Fields of an event that follow from the answers, the seed and the options."""
_NO_PICTURE = "0" * 64


def replay_alone(log: Path) -> ReplayReport:
    """Walk a logged session again with its answers, without a model and without its clips.

    Args:
        log: A session log; it is not changed.

    Raises:
        InputError: The log is missing or malformed.
        SchemaError: Another release wrote it.
    """
    contents = read_log(log)
    steps = len(contents.events)
    # What was done to the feed is in what was shown; of what was done to prompts only what is looked at is kept.
    manifest = replace(contents.manifest, session=_with_what_counts(contents.manifest.session))
    session, system = session_of(manifest, f"{log}, line 1", _Logged(contents.events))
    if encode(contents.manifest) != contents.lines[0]:
        return ReplayReport(False, steps, False, "line 1: the manifest is written in another form")
    difference = _shown_as_logged(contents.events)
    if not difference and contents.events:
        walk = walk_of(contents.manifest, session, _stand_ins(contents.events), system)
        walk.follow(_Logged(contents.events), [event.similarity for event in contents.events])
        difference = _first_difference(contents, walk)
    ended = steps >= session.steps or _left(contents.events)
    return ReplayReport(not difference, steps, not difference and ended, difference)


def _with_what_counts(session: Mapping[str, object]) -> Mapping[str, object]:
    """A session without interventions but words in clips, which are logged, and personas, which end checks."""
    told = session.get("interventions")
    listed = told if isinstance(told, list) else []
    kept = [each for each in listed if isinstance(each, Mapping) and each.get("kind") in ("words", "persona")]
    return {**session, "interventions": kept}


def _left(events: Sequence[Event]) -> bool:
    return bool(events) and "exit" in (events[-1].further or ())


def _shown_as_logged(events: Sequence[Event]) -> str:
    """What cannot be in what was shown, whatever the clips are; empty when there is nothing."""
    seen: set[str] = set()
    for event in events:
        offered = {candidate.id: candidate.propensity for candidate in event.candidates}
        line = f"line {event.step + 2}"
        if event.item_id in seen:
            return f"{line}: the item was shown before"
        if event.item_id not in offered:
            return f"{line}: the item was not among the candidates"
        if not isclose(sum(offered.values()), 1.0, abs_tol=1e-6) or not all(0 <= one <= 1 for one in offered.values()):
            return f"{line}: the propensities do not sum to one"
        seen.add(event.item_id)
    return ""


@dataclass(frozen=True)
class _NoOptions:
    """A log leaves none."""


@dataclass(frozen=True, slots=True)
class _Logged:
    """A policy that shows what was shown."""

    events: Sequence[Event]
    name: ClassVar[str] = "logged"
    Options: ClassVar[type] = _NoOptions

    @property
    def options(self) -> _NoOptions:
        """None."""
        return _NoOptions()

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """The item of the log."""
        event = self.events[len(state.history)]
        item = state.stock.items[state.stock.row(event.item_id)]
        propensity = next(one.propensity for one in event.candidates if one.id == event.item_id)
        return Shown(item, event.policy_reason, event.candidates, propensity)


def _stand_ins(events: Sequence[Event]) -> Catalogue:
    """Clips as long as the log says, with nothing on them."""
    frame = TimedFrame(FrameReference(_NO_PICTURE, Path(_NO_PICTURE)), 0.0)
    clips = []
    for event in events:
        # A clip that was not watched may have had any length.
        length = event.watch_s / event.watch_frac if event.watch_frac else 1.0
        clips.append(CatalogueClip(FeedItem(event.item_id, "", None, np.zeros(1, np.float32)), (frame,), length))
    return Catalogue(clips)


def _first_difference(contents: LogContents, walk: Walk | PersonWalk) -> str:
    for event in contents.events:
        repeated = repeated_step(walk, event, contents.manifest)
        if repeated is None:
            return f"line {event.step + 2}: the session ended before"
        for name in _FOLLOWS:
            before, now = getattr(event, name), getattr(repeated, name)
            if not _same(before, now):
                return f"line {event.step + 2}: {name} is {before!r:.80} in the log and {now!r:.80} when repeated"
    return ""


def _same(before: object, now: object) -> bool:
    if isinstance(before, float) and isinstance(now, float):
        # The length of a clip is known to six digits only.
        return isclose(before, now, rel_tol=1e-4, abs_tol=1e-4)
    return before == now
