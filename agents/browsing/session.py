"""The session loop: a model, with or without a persona, walks through a feed and acts.

Two steps per item. *Glance*: the first picture alone; keep watching or skip. *Watch*: the clip goes on chunk by chunk,
each followed by the decision to go on, so that watch time is a result and not a number the model invents; at the
end the model likes the clip or not. Actions are drawn from the probabilities that the model gives to its answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path
from typing import Any

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.decisions import Decision, DecisionOptions, Interview, YesNoQuestion
from agents.browsing.log import NO_ACTION, SCHEMA, Event, Manifest, RecordedModel, SessionLog, ShownFrame, encode
from agents.browsing.observe import ObserverOptions, TimedFrame, observe
from agents.browsing.policies import Candidate, Engagement, FeedItem, FeedState, Policy, Random, Shown, policy_params
from agents.models.base import NO_PICTURE, Model
from agents.models.picture_watch import PictureWatch
from agents.personas.persona import Persona, Strategy, system_prompt
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import STREAMS, shuffled, stream, stream_key

ACTIONS = ("watch", "like", "skip", "not_interested")
"""What a respondent can do with an item."""


@dataclass(frozen=True, slots=True)
class BrowseQuestions:
    """The words of a session; they come from the caller, who knows what is measured."""

    glance: YesNoQuestion
    """The positive outcome is to keep watching; asked at the glance and after every chunk."""
    react: YesNoQuestion
    """The positive outcome is to like the clip; asked when watching is over."""
    prefill: str = ""
    """Opening words put into the model's mouth."""


@dataclass(frozen=True, slots=True)
class EngagementWeights:
    """What each action tells a policy; a refused or failed step tells it nothing."""

    like: float = 1.0
    watch: float = 0.3
    skip: float = -0.3
    not_interested: float = -1.0

    def __post_init__(self) -> None:
        for action, weight in asdict(self).items():
            if not (isfinite(weight) and abs(weight) <= 1000):
                raise InputError(f"the engagement weight of {action} must be a number up to 1000, got {weight}")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How probabilities become actions and seconds."""

    deterministic: bool = False
    """Take the more probable outcome instead of drawing; a tie counts as no."""
    not_interested_below: float = 0.15
    """A skip counts as *not interested* when the probability of keeping on watching lies below this, 0 to 1."""
    glance_s: float = 1.0
    """Simulated seconds that a glance takes; they are no watch time."""
    chunk_s: float = 2.0
    """Seconds of video between two decisions to go on, at least."""
    max_chunks: int = 8
    """Longest clips are watched in this many longer chunks, 1 to 100."""
    decisions: DecisionOptions = field(default_factory=DecisionOptions)
    weights: EngagementWeights = field(default_factory=EngagementWeights)

    def __post_init__(self) -> None:
        if not 0 <= self.not_interested_below <= 1:
            raise InputError(f"not_interested_below must lie in 0..1, got {self.not_interested_below}")
        if not (0 <= self.glance_s <= 3600 and 0.1 <= self.chunk_s <= 3600):
            raise InputError("glance_s must lie in 0..3600 seconds and chunk_s in 0.1..3600")
        if not 1 <= self.max_chunks <= 100:
            raise InputError(f"max_chunks must lie in 1..100, got {self.max_chunks}")


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """One session."""

    questions: BrowseQuestions
    seed: int = 0
    """Root of all random streams, 0 or more."""
    steps: int = 50
    """Items to show; fewer when the feed runs out."""
    policy: Policy = field(default_factory=Random)
    observer: ObserverOptions = field(default_factory=ObserverOptions)
    behaviour: Behaviour = field(default_factory=Behaviour)
    strategy: Strategy = "simple"
    """How the persona is put: ``"simple"`` or ``"profile"``."""
    items: int | None = None
    """Draw this many clips from the catalogue; ``None`` takes all."""
    pool: int = 256
    """Most candidates on offer at a step, drawn at random; propensities are conditional on them."""
    corpus: str = ""
    """Where the clips are, as the user named it: for whoever replays the log; changes nothing else."""

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InputError(f"the seed must not be negative, got {self.seed}")
        if self.steps < 1 or self.pool < 1 or (self.items is not None and self.items < 1):
            raise InputError("steps, items and pool must be at least 1")
        if self.strategy not in ("simple", "profile"):
            raise InputError(f"sessions have no persona strategy {self.strategy!r}", "choose simple or profile")


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What a session left."""

    manifest: Manifest
    events: tuple[Event, ...]


def browse(
    session: SessionOptions,
    catalogue: Catalogue,
    model: Model,
    persona: Persona | None = None,
    log: Path | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> SessionRecord:
    """Run a session, or take up one that was interrupted.

    With a log, steps that it holds are walked again with the logged answers, which brings feed and clock to where
    they were; only the steps that it lacks are put to the model. The final log is the same either way, also when the
    session was shorter before: more steps continue it.

    Args:
        session: Length, feed, questions, dials.
        catalogue: The clips.
        model: Who answers.
        persona: The role; ``None`` for the model as itself.
        log: Where to write the log; ``None`` keeps it in memory.
        on_event: Called after every step, logged ones included.

    Raises:
        InputError: An option does not fit, or the log is that of another session.
        ModelError: The model failed as a whole, or keeps saying that it sees no picture; the log holds all steps
            before.
        StorageError: The log cannot be written.
    """
    manifest = build_manifest(session, catalogue, model, persona)
    walk = Walk(session, catalogue, system_prompt(persona, session.strategy))
    watch = PictureWatch(model.id, "then begin a new session log")
    events: list[Event] = []
    with ExitStack() as stack:
        file = stack.enter_context(SessionLog.open(log, manifest)) if log is not None else None
        recorded = file.recorded if file else ()
        for step in range(session.steps):
            logged = recorded[step] if step < len(recorded) else None
            event = walk.step(step, RecordedModel(model.id, logged) if logged else model)
            if logged is not None:
                _check_repeats(logged, event, log)
            if event is None:
                break
            if file is not None and logged is None:
                file.append(event)
            events.append(event)
            if on_event is not None:
                on_event(event)
            for parsed in event.parsed:
                watch.note(event.item_id, parsed == NO_PICTURE)
    return SessionRecord(file.manifest if file else manifest, tuple(events))


def _check_repeats(logged: Event, event: Event | None, log: Path | None) -> None:
    difference = first_difference(logged, event)
    if difference:
        raise InputError(
            f"{log}: step {logged.step} cannot be repeated: {difference}",
            "another release wrote the log or it was edited; start a new one",
        )


def first_difference(logged: Event, repeated: Event | None) -> str:
    """The first field in which a repeated step differs from the logged one; empty when there is none."""
    if repeated is None:
        return "the feed has nothing left to show"
    before, now = (json.loads(encode(event)) for event in (logged, repeated))
    for name in before:
        if before[name] != now[name]:
            return f"{name} is {_short(before[name])} in the log and {_short(now[name])} when repeated"
    return ""


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


# ---------------------------------------------------------------------------------------------- manifest


@dataclass(frozen=True, slots=True)
class RecordedOptions:
    """The part of the manifest that only a replay reads."""

    steps: int
    items: int | None
    pool: int
    strategy: Strategy
    system: str
    questions: BrowseQuestions
    behaviour: Behaviour
    corpus: str = ""


def build_manifest(
    session: SessionOptions, catalogue: Catalogue, model: Model, persona: Persona | None = None
) -> Manifest:
    """Everything that a session depends on, as the first line of its log."""
    system = system_prompt(persona, session.strategy)
    options = RecordedOptions(
        session.steps, session.items, session.pool, session.strategy, system, session.questions, session.behaviour
    )
    manifest = Manifest(
        schema=SCHEMA,
        run_id="",
        seed=session.seed,
        streams={name: stream_key(name) for name in STREAMS},
        catalogue_hash=catalogue.content_hash(),
        n_items=min(session.items or len(catalogue.clips), len(catalogue.clips)),
        policy={"name": session.policy.name, "params": policy_params(session.policy)},
        persona={
            "id": persona.id if persona else None,
            "kind": session.strategy if persona else "none",
            "text_hash": hashlib.sha256(system.encode()).hexdigest() if persona else None,
            "target_profile": dict(persona.target) if persona else None,
        },
        model={"id": model.id, "params": dict(model.settings)},
        observer={**asdict(session.observer), "resolution": "stored"},
        memory="none",
        code_version="",
        human=False,
        session=asdict(options),
    )
    run_id = hashlib.sha256(encode(manifest)).hexdigest()[:16]
    # The same session whatever its corpus is called.
    placed = {**manifest.session, "corpus": session.corpus}
    return replace(manifest, run_id=run_id, code_version=_code_version(), session=placed)


def _code_version() -> str:
    try:
        return version("valuespectrum")
    except PackageNotFoundError:
        return "unknown"


# ---------------------------------------------------------------------------------------------- steps


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
    """The state of a session between steps; the same for a live session and for a replay."""

    def __init__(self, session: SessionOptions, catalogue: Catalogue, system: str) -> None:
        self._session = session
        self._policy = session.policy
        self._clips = catalogue.clips
        self._system = system
        by_id = [catalogue.clips[item_id].item for item_id in sorted(catalogue.clips)]
        drawn = shuffled(len(by_id), stream(session.seed, "catalogue"))[: session.items]
        self._items: list[FeedItem] = [by_id[place] for place in drawn]
        self._history: list[Engagement] = []
        self._seen: set[str] = set()
        self._clock = 0.0

    def choose(self, step: int) -> Shown | None:
        """What the policy shows at this step; ``None`` when the feed has nothing left. Changes nothing."""
        state = FeedState(self._items, self._candidates(step), tuple(self._history))
        return self._policy.next(state, stream(self._session.seed, "policy", step))

    def follow(self, policy: Policy) -> None:
        """Let another policy decide what is shown from now on."""
        self._policy = policy

    def step(self, step: int, model: Model) -> Event | None:
        """Show the next item and act; ``None`` when the feed has nothing left."""
        shown = self.choose(step)
        if shown is None:
            return None
        clip = self._clips[shown.item.item_id]
        interview = Interview(
            model,
            self._system,
            self._session.behaviour.decisions,
            self._session.questions.prefill,
            {**clip.tags, "clip": clip.item.item_id, "step": step},
        )
        viewing = self._view(clip, interview, step)
        event = self._event(step, shown, clip, viewing, interview)
        self._clock += self._session.behaviour.glance_s + viewing.watched
        self._history.append(Engagement(shown.item, self._engagement(viewing)))
        self._seen.add(shown.item.item_id)
        return event

    def _candidates(self, step: int) -> list[FeedItem]:
        unseen = [item for item in self._items if item.item_id not in self._seen]
        if len(unseen) <= self._session.pool:
            return unseen
        places = shuffled(len(unseen), stream(self._session.seed, "candidates", step))[: self._session.pool]
        return [unseen[place] for place in sorted(places)]

    def _view(self, clip: CatalogueClip, interview: Interview, step: int) -> _Viewing:
        """Glance, watch, react. Draws lie at fixed places of the stream, so that no decision moves another's luck."""
        behaviour, questions = self._session.behaviour, self._session.questions
        glance_draw, like_draw, *chunk_draws = (
            0.5 if behaviour.deterministic else float(draw)
            for draw in stream(self._session.seed, "sampling", step).random(2 + behaviour.max_chunks)
        )
        viewing = _Viewing()
        keep = self._decide(questions.glance, clip, interview, viewing, None)
        if keep is None:
            return viewing
        if glance_draw >= keep:
            viewing.action = "not_interested" if keep < behaviour.not_interested_below else "skip"
            return viewing
        self._watch(clip, interview, viewing, chunk_draws)
        if viewing.refused or viewing.failed:
            return viewing
        viewing.liking = self._decide(questions.react, clip, interview, viewing, viewing.watched)
        if viewing.liking is not None:
            viewing.action = "like" if like_draw < viewing.liking else "watch"
        return viewing

    def _watch(self, clip: CatalogueClip, interview: Interview, viewing: _Viewing, draws: Sequence[float]) -> None:
        behaviour = self._session.behaviour
        length = max(behaviour.chunk_s, clip.seconds / behaviour.max_chunks)
        viewing.watched = min(length, clip.seconds)
        for draw in draws:
            if viewing.watched > clip.seconds - 1e-6:
                viewing.watched = clip.seconds
                return
            going_on = self._decide(self._session.questions.glance, clip, interview, viewing, viewing.watched)
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
    ) -> float | None:
        observation = observe(clip.frames, clip.caption, self._session.observer, until)
        viewing.frames.update({(frame.reference.picture_sha, frame.time): frame for frame in observation.frames})
        decision: Decision = interview.decide(question, observation.stimulus)
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
            candidates=tuple(
                Candidate(each.id, _stable(each.score), _stable(each.propensity)) for each in shown.candidates
            ),
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
