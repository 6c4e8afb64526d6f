"""The walk through a feed: what one agent is shown, is asked, answers and does, step by step."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np

from agents.browsing.catalogue import Catalogue
from agents.browsing.doing.decisions import CHECK, Interview
from agents.browsing.doing.memory import SUM_UP, Deed, Memory, Past, turns_hash
from agents.browsing.doing.weariness import similarity
from agents.browsing.interventions import InForce, Schedule
from agents.browsing.log import Event, PutWords, ShownFrame
from agents.browsing.options import SessionOptions
from agents.browsing.seeing.made import PictureSource
from agents.browsing.viewing import Encounter, Viewed, Viewing
from agents.feeds.offers import Offers
from agents.feeds.policy import Policy
from agents.feeds.shown import Candidates, Shown, check_shown
from agents.models.base import Stimulus, Turn
from agents.procedures.procedure import SUBJECT, Procedure
from vectorstore.foundation.plugins import guarded
from vectorstore.foundation.random_streams import stream


class Walk:
    """The state of a session between steps; the same for a live session and for a replay.

    Args:
        session: Length, feed, dials.
        catalogue: The clips.
        system: The persona prompt; empty for none.
        to: The role that the questions are addressed to.
        pictures: Who makes pictures that are no frames; may be changed between steps.
    """

    def __init__(
        self,
        session: SessionOptions,
        catalogue: Catalogue,
        system: str,
        to: str = SUBJECT,
        pictures: PictureSource | None = None,
    ) -> None:
        self.pictures = pictures
        self.left = False
        """Whether the agent closed the app."""
        self._session = session
        self._clips = catalogue.clips
        self._system = system
        self._to = to
        self._offers = Offers(catalogue.stock, session.seed, session.items, session.pool)
        self._schedule = Schedule(session.interventions, session.policy, catalogue.clips.keys(), session.seed)
        self._forced: Policy | None = None
        self._alike: Sequence[float | None] = ()
        self._memory = Memory(session.memory)
        self._recent: deque[np.ndarray] = deque(maxlen=session.weariness.span)
        self._steps = 0
        self._clock = 0.0
        self._watched = 0.0

    def choose(self, step: int) -> Shown | None:
        """What is shown at this step; ``None`` when the feed has nothing left or the agent left. Changes nothing."""
        if self.left:
            return None
        state, luck = self._offers.state(step), stream(self._session.seed, "policy", step)
        if self._forced is None and (shown := self._schedule.injected(step, state)):
            return shown
        policy = self._forced or self._schedule.policy(step)
        known = state if self._forced else self._schedule.state(step, state)
        shown = guarded(policy, f"the policy {policy.name!r} cannot choose", lambda: policy.next(known, luck))
        if shown is not None and self._forced is None:
            check_shown(shown, state, policy.name)
        return shown

    def in_force(self, step: int) -> InForce:
        """What is done to the feed and to whoever walks at a step."""
        return self._schedule.at(step)

    def follow(self, policy: Policy, alike: Sequence[float | None]) -> None:
        """Let a log decide what is shown, whatever is done to the feed.

        Args:
            policy: Shows what the log says.
            alike: How similar the clip of each step was to what was just seen.
        """
        self._forced = policy
        self._alike = alike

    def step(self, step: int) -> Procedure[Event | None]:
        """Show the next item and act; ``None`` when the feed has nothing left."""
        shown = self.choose(step)
        if shown is None:
            return None
        force, clip = self.in_force(step), self._clips[shown.item.item_id]
        put = force.injection
        turns = self._memory.recall(shown.item.vector)
        interview = Interview(
            self._system if force.system is None else force.system,
            self._session.behaviour.decisions,
            self._session.questions.prefill,
            {**clip.tags, **(put.tags if put else {}), "clip": clip.item.item_id, "step": step},
            self._to,
            turns,
        )
        checks = (yield from self._check(0, interview)) if step == 0 else {}
        alike = self._similarity(shown.item.vector, step)
        encounter = Encounter(step, clip, self._watched, alike, force.note, force.hides_counts, self.pictures, put)
        viewed = yield from Viewing(self._session, encounter, interview).view()
        yield from self._remember(encounter, viewed, interview)
        checks |= yield from self._check(step + 1, interview)
        event = self._event(shown, encounter, viewed, interview)
        told = PutWords(put.name, put.words(clip.item.item_id, self._session.seed)) if put else None
        event = replace(event, intervention=force.code, checks=checks or None, put=told)
        event = self._with_memory(event, turns)
        self.left = "exit" in viewed.further
        self.move_on(shown, viewed.watched, self._engagement(viewed))
        return event

    @property
    def clock(self) -> float:
        """Simulated seconds since the session began."""
        return self._clock

    def move_on(self, shown: Shown, watched: float, weight: float) -> None:
        """Leave an item, as :meth:`step` does: whoever decides otherwise than by questions calls this after ``choose``.

        Args:
            shown: What ``choose`` gave.
            watched: Seconds of it that were watched.
            weight: How it was received, for the policy: above 0 for interest, 0 for no signal.
        """
        counts = not self.in_force(self._steps).silent
        self._steps += 1
        self._clock += self._session.behaviour.glance_s + watched
        self._watched += watched
        self._recent.append(shown.item.vector)
        self._offers.take(shown.item.item_id, weight if counts else 0.0)

    def _similarity(self, vector: np.ndarray, step: int) -> float:
        if not self._session.weariness.boredom:
            return 0.0
        if self._forced is not None:
            return self._alike[step] or 0.0
        return _stable(similarity(vector, self._recent))

    def _remember(self, encounter: Encounter, viewed: Viewed, interview: Interview) -> Procedure[None]:
        stimulus = viewed.last.stimulus if viewed.last else Stimulus()
        deed = Deed(viewed.action, viewed.watched, encounter.clip.seconds, viewed.further, viewed.comment or "")
        self._memory.note(Past(encounter.step + 1, encounter.clip.item.vector, stimulus, deed.in_words()))
        if self._memory.sums_up(encounter.step):
            interview.turns = self._memory.recall(encounter.clip.item.vector)
            tokens = self._session.memory.summary_tokens
            self._memory.take_summary((yield from interview.write(SUM_UP, Stimulus(), "summary", tokens)))

    def _check(self, steps: int, interview: Interview) -> Procedure[dict[str, float | None]]:
        """The persona check that is due after so many steps, by its name; none while another persona is played."""
        name = self._session.checks.due(steps)
        if not name or interview.system != self._system:
            # What is asked follows from the persona of the session: another one would look badly played.
            return {}
        fits = yield from interview.check(self._session.checks, CHECK)
        return {name: None if fits is None else _stable(fits)}

    def _engagement(self, viewed: Viewed) -> float:
        """What the step tells a policy."""
        if not viewed.decided:
            return 0.0
        acts: dict[str, float] = {name: act.weight for name, act in self._session.actions.acts.items()}
        weights: dict[str, float] = asdict(self._session.behaviour.weights) | acts
        return weights.get(viewed.action, 0.0) + sum(acts[name] for name in viewed.further)

    def _event(self, shown: Shown, encounter: Encounter, viewed: Viewed, interview: Interview) -> Event:
        answers, weariness, tells = interview.answers, self._session.weariness, self._session.asks_more
        errors = tuple(answer.error for answer in answers)
        return Event(
            step=encounter.step,
            t_sim=round(self._clock, 6),
            item_id=shown.item.item_id,
            policy_reason=shown.reason,
            candidates=Candidates.of(shown.candidates).stable(),
            shown=tuple(ShownFrame(sha, time) for sha, time in viewed.frames),
            prompt_hash=interview.prompt_hash(),
            raw_answer=tuple(answer.text for answer in answers),
            parsed=tuple(answer.parsed for answer in answers),
            refusal=viewed.refused,
            logprobs=tuple(dict(answer.log_probabilities) for answer in answers),
            action=viewed.action,
            watch_s=round(viewed.watched, 6),
            watch_frac=round(viewed.watched / encounter.clip.seconds, 6),
            rating=None if viewed.liking is None else _stable(viewed.liking),
            memory_in_hash=None,
            memory_out_hash=None,
            intervention=None,
            latency_ms=None,
            tokens=tuple(answer.tokens for answer in answers),
            cache_hit=None,
            error=errors if any(errors) else None,
            counts=tuple(dict(answer.counts) for answer in answers) if any(one.counts for one in answers) else None,
            asked=tuple(interview.names) if tells else None,
            chances=_stable_all(viewed.chances) if tells else None,
            fresh=_stable_all(viewed.fresh) if viewed.fresh else None,
            further=tuple(viewed.further) if self._session.actions.acts else None,
            comment=viewed.comment,
            similarity=encounter.similarity if weariness.boredom else None,
            weariness=_stable(weariness.taken(encounter.watched, encounter.similarity)) if weariness.tires else None,
        )

    def _with_memory(self, event: Event, turns: Sequence[Turn]) -> Event:
        if self._session.memory.mode == "none":
            return event
        told = tuple((turn.role, turn.words) for turn in turns)
        hashes = turns_hash(turns), self._memory.content_hash
        return replace(event, memory=told, memory_in_hash=hashes[0], memory_out_hash=hashes[1])


def _stable_all(chances: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if chance is None else _stable(chance) for name, chance in chances.items()}


def _stable(number: float) -> float:
    """Twelve significant digits: the last ones differ between processors, and a replay may run on another."""
    return float(f"{number:.12g}")
