"""A person in the agent's seat: the same feed and the same log, with what they do in place of what a model answers.

What differs in the log: ``human`` is true, ``model.id`` is ``human:`` with a random number, ``raw_answer`` holds the
rating if there was one, and ``latency_ms`` is what the name says, since for a person it is a result: how long the clip
was in front of them, paused or not, until they went on. ``watch_s`` counts the seconds in which it was playing there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Literal, cast, get_args

from agents.browsing.catalogue import Catalogue
from agents.browsing.doing.actions import AFTER_WATCHING, Further
from agents.browsing.log import Event, SessionManifest, ShownFrame, encode
from agents.browsing.manifest import build_manifest
from agents.browsing.options import SessionOptions
from agents.browsing.walk import Walk
from agents.feeds.policy import Policy
from agents.feeds.shown import Candidates, Shown
from agents.models.ask_key import canonical_json
from agents.models.base import Answer, Ask
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import visible_line

PERSON = "human:"
"""How the model id of a person begins."""
IMPORTED = "imported"
"""In the ``session`` of a manifest: which layout the log of somebody who watched elsewhere was made from."""
STARS = 5
"""Best rating; the worst is 1."""
PersonAction = Literal["watch", "like", "skip", "not_interested"]
_LONGEST = 86_400.0
"""Seconds that nobody looks at one clip."""
LONGEST_COMMENT = 280
"""Characters of what somebody writes under a clip."""


class NotTakenError(InputError):
    """What a person sent cannot be taken; in words for that person, who must learn nothing of this machine."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody did with one clip."""

    action: PersonAction
    watched: float
    """Seconds in which it was playing in front of them; more than its length where it was repeated."""
    in_front: float
    """Seconds in which it was in front of them, paused or not."""
    rating: int | None = None
    """Stars, 1 to 5; ``None`` where they gave none."""
    shown: tuple[ShownFrame, ...] = ()
    """Stored pictures that were on the screen, alone or as moments of the video."""
    further: tuple[Further, ...] = ()
    """What they did besides: ``comment``, ``share``, ``save``, ``follow``, in this order, each once."""
    comment: str = ""
    """What they wrote under it, one line of at most ``LONGEST_COMMENT`` characters; empty without ``comment``."""

    def __post_init__(self) -> None:
        actions = get_args(PersonAction)
        if self.action not in actions:
            raise NotTakenError(f"nobody can do {self.action!r:.40} with a clip", f"choose one of {', '.join(actions)}")
        if not all(isfinite(seconds) and 0 <= seconds <= _LONGEST for seconds in (self.watched, self.in_front)):
            raise NotTakenError(f"a clip is looked at for 0 to {_LONGEST:g} seconds")
        if self.rating is not None and not 1 <= self.rating <= STARS:
            raise NotTakenError(f"ratings are 1 to {STARS} stars, got {self.rating}")
        if self.further != tuple(act for act in AFTER_WATCHING if act in self.further):
            raise NotTakenError("what somebody did besides is named once, in order", f"of {', '.join(AFTER_WATCHING)}")
        if bool(self.comment) != ("comment" in self.further):
            raise NotTakenError("a comment has words, and words are a comment")
        if len(self.comment) > LONGEST_COMMENT or visible_line(self.comment) != self.comment:
            raise NotTakenError(f"a comment is one line of at most {LONGEST_COMMENT} characters")


@dataclass(frozen=True, slots=True)
class _Somebody:
    """Stands for a person where a manifest names a model; is never asked."""

    id: str
    settings: Mapping[str, str]

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        raise NotImplementedError("people are not asked by programs")

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        raise NotImplementedError("people are not asked by programs")


def person_manifest(
    session: SessionOptions, catalogue: Catalogue, participant: str, page: Mapping[str, object]
) -> SessionManifest:
    """The first line of a person's log.

    Args:
        session: Feed and dials, as for a model.
        catalogue: The clips.
        participant: Random, says nothing about who it is.
        page: What the page is like that they see, for whoever reads the log.
    """
    manifest = build_manifest(session, catalogue, _Somebody(f"{PERSON}{participant}", {}))
    told = {**manifest.session, "page": dict(page)}
    named = replace(manifest, human=True, session=told, run_id="", code_version="")
    run_id = hashlib.sha256(encode(named)).hexdigest()[:16]
    return replace(named, run_id=run_id, code_version=manifest.code_version)


class PersonWalk:
    """The walk of somebody who decides for themselves; the same for a live session and for a replay.

    Args:
        session: Length, feed, dials.
        catalogue: The clips.
    """

    def __init__(self, session: SessionOptions, catalogue: Catalogue) -> None:
        self._walk = Walk(session, catalogue, "")
        self._clips = catalogue.clips
        self._weights: dict[str, float] = asdict(session.behaviour.weights)
        self._acts = {name: act.weight for name, act in session.actions.acts.items()}

    def choose(self, step: int) -> Shown | None:
        """What the policy shows at this step; ``None`` when the feed has nothing left. Changes nothing."""
        return self._walk.choose(step)

    def follow(self, policy: Policy, alike: Sequence[float | None]) -> None:
        """Let a log decide what is shown; see :meth:`agents.browsing.walk.Walk.follow`."""
        self._walk.follow(policy, alike)

    def take(
        self, step: int, shown: Shown, reaction: Reaction, keep: Callable[[Event], None] = lambda event: None
    ) -> Event:
        """Write down what somebody did, and move the feed on as it would for a model.

        Args:
            step: Of the session.
            shown: What ``choose`` gave.
            reaction: What they did with it.
            keep: Writes it down before the feed moves on, so that what cannot be written can be done again.

        Raises:
            NotTakenError: They did something that this session has not.
        """
        unknown = [act for act in reaction.further if act not in self._acts]
        if unknown:
            raise NotTakenError(f"nobody can {unknown[0]} here", "the page was opened without --act " + unknown[0])
        event = self._event(step, shown, reaction)
        keep(event)
        weight = self._weights[reaction.action] + sum(self._acts[act] for act in reaction.further)
        self._walk.move_on(shown, event.watch_s, weight)
        return event

    def repeat(self, event: Event) -> Event | None:
        """Take what somebody did at a logged step again; ``None`` when the feed has nothing left to show.

        Raises:
            InputError: The event is none of a person.
        """
        shown = self.choose(event.step)
        return None if shown is None else self.take(event.step, shown, _reaction_of(event))

    def _event(self, step: int, shown: Shown, reaction: Reaction) -> Event:
        rated = () if reaction.rating is None else (str(reaction.rating),)
        watched, seconds = round(reaction.watched, 6), self._clips[shown.item.item_id].seconds
        return Event(
            step=step,
            t_sim=round(self._walk.clock, 6),
            item_id=shown.item.item_id,
            policy_reason=shown.reason,
            candidates=Candidates.of(shown.candidates).stable(),
            shown=reaction.shown,
            prompt_hash=hashlib.sha256(canonical_json([shown.item.item_id, STARS]).encode()).hexdigest(),
            raw_answer=rated,
            parsed=rated,
            refusal=False,
            logprobs=tuple({} for _ in rated),
            action=reaction.action,
            watch_s=watched,
            watch_frac=round(min(watched / seconds, 1.0), 6),
            rating=None if reaction.rating is None else (reaction.rating - 1) / (STARS - 1),
            memory_in_hash=None,
            memory_out_hash=None,
            intervention=None,
            latency_ms=round(1000 * reaction.in_front, 3),
            tokens=tuple(0 for _ in rated),
            cache_hit=None,
            error=None,
            further=reaction.further if self._acts else None,
            comment=reaction.comment or None,
        )


def _reaction_of(event: Event) -> Reaction:
    stars = event.parsed[0] if event.parsed else ""
    rating = int(stars[:4]) if stars.isdecimal() else None  # of a log of anybody's: Python reads no endless number
    in_front = (event.latency_ms or 0.0) / 1000
    further = cast("tuple[Further, ...]", event.further or ())
    action = cast(PersonAction, event.action)
    return Reaction(action, event.watch_s, in_front, rating, event.shown, further, event.comment or "")
