"""The walk through a feed: what one agent is shown, is asked, answers and does, step by step.

Two steps per item. *Glance*: the first picture alone; keep watching or skip. *Watch*: the clip goes on chunk by chunk,
each followed by the decision to go on, so that watch time is a result and not a number the model invents; at the
end the model likes the clip or not. Actions are drawn from the probabilities that the model gives to its answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.decisions import Interview, YesNoQuestion
from agents.browsing.log import NO_ACTION, Event, ShownFrame
from agents.browsing.observe import TimedFrame, observe
from agents.browsing.options import SessionOptions
from agents.feeds.offers import Offers
from agents.feeds.policy import Policy
from agents.feeds.shown import Candidates, Shown
from agents.procedures.procedure import SUBJECT, Procedure
from vectorstore.foundation.plugins import guarded
from vectorstore.foundation.random_streams import stream


@dataclass(slots=True)
class _Viewing:
    """What happened with one item so far."""

    action: str = NO_ACTION
    watched: float = 0.0
    liking: float | None = None
    refused: bool = False
    failed: bool = False
    frames: dict[tuple[str, float], TimedFrame] = field(default_factory=dict)


class Walk:
    """The state of a session between steps; the same for a live session and for a replay.

    Args:
        session: Length, feed, dials.
        catalogue: The clips.
        system: The persona prompt; empty for none.
        to: The role that the questions are addressed to.
    """

    def __init__(self, session: SessionOptions, catalogue: Catalogue, system: str, to: str = SUBJECT) -> None:
        self._session = session
        self._policy = session.policy
        self._clips = catalogue.clips
        self._system = system
        self._to = to
        self._offers = Offers(catalogue.stock, session.seed, session.items, session.pool)
        self._clock = 0.0

    def choose(self, step: int) -> Shown | None:
        """What the policy shows at this step; ``None`` when the feed has nothing left. Changes nothing."""
        state = self._offers.state(step)
        luck, policy = stream(self._session.seed, "policy", step), self._policy
        return guarded(policy, f"the policy {policy.name!r} cannot choose", lambda: policy.next(state, luck))

    def follow(self, policy: Policy) -> None:
        """Let another policy decide what is shown from now on."""
        self._policy = policy

    def step(self, step: int) -> Procedure[Event | None]:
        """Show the next item and act; ``None`` when the feed has nothing left."""
        shown = self.choose(step)
        if shown is None:
            return None
        clip = self._clips[shown.item.item_id]
        interview = Interview(
            self._system,
            self._session.behaviour.decisions,
            self._session.questions.prefill,
            {**clip.tags, "clip": clip.item.item_id, "step": step},
            self._to,
        )
        viewing = yield from self._view(clip, interview, step)
        event = self._event(step, shown, clip, viewing, interview)
        self.move_on(shown, viewing.watched, self._engagement(viewing))
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
        self._clock += self._session.behaviour.glance_s + watched
        self._offers.take(shown.item.item_id, weight)

    def _view(self, clip: CatalogueClip, interview: Interview, step: int) -> Procedure[_Viewing]:
        """Glance, watch, react. Draws lie at fixed places of the stream, so that no decision moves another's luck."""
        behaviour, questions = self._session.behaviour, self._session.questions
        glance_draw, like_draw, *chunk_draws = (
            0.5 if behaviour.deterministic else float(draw)
            for draw in stream(self._session.seed, "sampling", step).random(2 + behaviour.max_chunks)
        )
        viewing = _Viewing()
        keep = yield from self._decide(questions.glance, clip, interview, viewing, None)
        if keep is None:
            return viewing
        if glance_draw >= keep:
            viewing.action = "not_interested" if keep < behaviour.not_interested_below else "skip"
            return viewing
        yield from self._watch(clip, interview, viewing, chunk_draws)
        if viewing.refused or viewing.failed:
            return viewing
        viewing.liking = yield from self._decide(questions.react, clip, interview, viewing, viewing.watched)
        if viewing.liking is not None:
            viewing.action = "like" if like_draw < viewing.liking else "watch"
        return viewing

    def _watch(
        self, clip: CatalogueClip, interview: Interview, viewing: _Viewing, draws: Sequence[float]
    ) -> Procedure[None]:
        behaviour = self._session.behaviour
        length = max(behaviour.chunk_s, clip.seconds / behaviour.max_chunks)
        viewing.watched = min(length, clip.seconds)
        for draw in draws:
            if viewing.watched > clip.seconds - 1e-6:
                viewing.watched = clip.seconds
                return
            going_on = yield from self._decide(
                self._session.questions.glance, clip, interview, viewing, viewing.watched
            )
            if going_on is None or draw >= going_on:
                return
            viewing.watched = min(viewing.watched + length, clip.seconds)

    def _decide(
        self,
        question: YesNoQuestion,
        clip: CatalogueClip,
        interview: Interview,
        viewing: _Viewing,
        until: float | None,
    ) -> Procedure[float | None]:
        observation = observe(clip.frames, clip.caption, self._session.observer, until)
        viewing.frames.update({(frame.reference.picture_sha, frame.time): frame for frame in observation.frames})
        decision = yield from interview.decide(question, observation.stimulus)
        viewing.refused = viewing.refused or decision.refused
        viewing.failed = decision.probability is None and not decision.refused
        return decision.probability

    def _engagement(self, viewing: _Viewing) -> float:
        if viewing.refused or viewing.failed:
            return 0.0
        weights: dict[str, float] = asdict(self._session.behaviour.weights)
        return weights[viewing.action]

    def _event(self, step: int, shown: Shown, clip: CatalogueClip, viewing: _Viewing, interview: Interview) -> Event:
        answers = interview.answers
        errors = tuple(answer.error for answer in answers)
        return Event(
            step=step,
            t_sim=round(self._clock, 6),
            item_id=shown.item.item_id,
            policy_reason=shown.reason,
            candidates=Candidates.of(shown.candidates).stable(),
            shown=tuple(ShownFrame(sha, time) for sha, time in viewing.frames),
            prompt_hash=interview.prompt_hash(),
            raw_answer=tuple(answer.text for answer in answers),
            parsed=tuple(answer.parsed for answer in answers),
            refusal=viewing.refused,
            logprobs=tuple(dict(answer.log_probabilities) for answer in answers),
            action=viewing.action,
            watch_s=round(viewing.watched, 6),
            watch_frac=round(viewing.watched / clip.seconds, 6),
            rating=None if viewing.liking is None else _stable(viewing.liking),
            memory_in_hash=None,
            memory_out_hash=None,
            intervention=None,
            latency_ms=None,
            tokens=tuple(answer.tokens for answer in answers),
            cache_hit=None,
            error=errors if any(errors) else None,
            counts=tuple(dict(answer.counts) for answer in answers) if any(one.counts for one in answers) else None,
        )


def _stable(number: float) -> float:
    """Twelve significant digits: the last ones differ between processors, and a replay may run on another."""
    return float(f"{number:.12g}")
