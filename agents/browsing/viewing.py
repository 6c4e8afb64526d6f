"""One clip, from the glance to leaving it: what is asked, in which order, and what is drawn from the answers.

Two steps. *Glance*: the first picture alone; keep watching or skip. *Watch*: the clip goes on chunk by chunk, each
followed by the decision to go on, so that watch time is a result and not a number the model invents; at the end the
model likes the clip or not. Further acts are asked about after that, where they are enabled. Acts are drawn from the
probabilities that the model gives to its answers, with numbers at fixed places of their streams, so that no decision
moves another's luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agents.browsing.catalogue import CatalogueClip
from agents.browsing.doing.actions import AFTER_WATCHING, FURTHER, STREAM, Further
from agents.browsing.doing.decisions import FRESH, Interview, YesNoQuestion
from agents.browsing.doing.weariness import wearied
from agents.browsing.log import NO_ACTION
from agents.browsing.options import SessionOptions
from agents.browsing.seeing.beside import Beside
from agents.browsing.seeing.injections import Injection, words_after
from agents.browsing.seeing.made import PictureSource
from agents.browsing.seeing.observe import Looking, Observation, ObserverOptions, TimedFrame, observe
from agents.models.base import FrameReference
from agents.procedures.procedure import Procedure
from vectorstore.foundation.random_streams import cloned, shuffled, stream

if TYPE_CHECKING:
    from PIL import Image

FRAME_ORDER = "frame_order"
"""Name of the random stream that shuffled pictures are put in order with."""


@dataclass(frozen=True, slots=True)
class Encounter:
    """What is settled about a step before anything is asked."""

    step: int
    clip: CatalogueClip
    watched: float
    """Seconds watched in the session before."""
    similarity: float
    """To what was just seen, 0 to 1."""
    note: str = ""
    """Words that an experiment shows with the clip."""
    hides_counts: bool = False
    pictures: PictureSource | None = None
    """Who makes pictures that are no frames."""
    injection: Injection | None = None
    """What an experiment puts into the clip."""


@dataclass(slots=True)
class Viewed:
    """What became of a clip."""

    action: str = NO_ACTION
    watched: float = 0.0
    liking: float | None = None
    refused: bool = False
    failed: bool = False
    frames: dict[tuple[str, float], TimedFrame] = field(default_factory=dict)
    chances: dict[str, float | None] = field(default_factory=dict)
    """Question to the probability of its positive outcome, or of the act."""
    fresh: dict[str, float | None] = field(default_factory=dict)
    """The same without memory."""
    further: list[Further] = field(default_factory=list)
    comment: str | None = None
    last: Observation | None = None
    """What was last seen."""

    @property
    def decided(self) -> bool:
        """Whether the answers came to an act."""
        return self.action != NO_ACTION


class Viewing:
    """One agent before one clip.

    Args:
        session: How it looks, decides and acts.
        encounter: The step.
        interview: Whom the questions go to.
    """

    def __init__(self, session: SessionOptions, encounter: Encounter, interview: Interview) -> None:
        self._session = session
        self._encounter = encounter
        self._interview = interview
        observer = _without_counts(session.observer) if encounter.hides_counts else session.observer
        self._clip, self._observer = _with_words(encounter, observer, session.seed)
        self._laid: dict[str, FrameReference] = {}
        self._looking = Looking(self._make, self._order, encounter.note)
        self._luck = _luck(session, encounter.step)
        self.viewed = Viewed()

    def view(self) -> Procedure[Viewed]:
        """Glance, watch, react, act, and go on or leave."""
        yield from self._look()
        if self.viewed.decided:
            yield from self._may("exit", None if not self.viewed.watched else self.viewed.watched)
        return self.viewed

    def _look(self) -> Procedure[None]:
        viewed, behaviour = self.viewed, self._session.behaviour
        draws = _draws(self._session, self._encounter.step)
        keep = yield from self._goes_on("glance", None)
        if keep is None:
            return
        if draws[0] >= keep:
            viewed.action = "skip"
            if "not_interested" in self._session.actions.acts:
                yield from self._may("not_interested", None)
            elif keep < behaviour.not_interested_below:
                viewed.action = "not_interested"
            return
        yield from self._watch(draws[2:])
        if viewed.refused or viewed.failed:
            return
        viewed.liking = yield from self._decide("like", self._session.questions.react, viewed.watched)
        if viewed.liking is None:
            return
        viewed.action = "like" if draws[1] < viewed.liking else "watch"
        yield from self._act()

    def _watch(self, draws: Sequence[float]) -> Procedure[None]:
        viewed, behaviour, seconds = self.viewed, self._session.behaviour, self._encounter.clip.seconds
        length = max(behaviour.chunk_s, seconds / behaviour.max_chunks)
        viewed.watched = min(length, seconds)
        for draw in draws:
            if viewed.watched > seconds - 1e-6:
                viewed.watched = seconds
                return
            going_on = yield from self._goes_on("watch", viewed.watched)
            if going_on is None or draw >= going_on:
                return
            viewed.watched = min(viewed.watched + length, seconds)

    def _act(self) -> Procedure[None]:
        """Further acts after a clip was watched."""
        if self.viewed.action != "like":
            yield from self._may("dislike", self.viewed.watched)
            if self.viewed.action == "watch":
                yield from self._may("not_interested", self.viewed.watched)
        for name in AFTER_WATCHING:
            yield from self._may(name, self.viewed.watched)

    def _may(self, name: Further, until: float | None) -> Procedure[None]:
        """Ask about a further act, where it is enabled, and do it or not; no answer is no act."""
        act, viewed = self._session.actions.acts.get(name), self.viewed
        if act is None:
            return
        observed = self._observe(until)
        decision = yield from self._interview.decide(act.question, observed.stimulus, name)
        chance = decision.probability
        if chance is not None:
            # What speaks against a clip is told by its opposite, which is what goes on.
            chance = 1 - chance if act.against else chance
        viewed.chances[name] = chance
        if chance is None or self._luck[name] >= (self._tired(chance) if name == "exit" else chance):
            return
        if name == "comment":
            viewed.comment = yield from self._comment(observed)
            if not viewed.comment:
                viewed.comment = None
                return
        if name == "dislike" or (name == "not_interested" and viewed.action == "skip"):
            viewed.action = name
        else:
            viewed.further.append(name)

    def _comment(self, observed: Observation) -> Procedure[str]:
        actions = self._session.actions
        return self._interview.write(actions.comment, observed.stimulus, "comment_text", actions.comment_tokens)

    def _goes_on(self, name: str, until: float | None) -> Procedure[float | None]:
        """Probability of going on watching, after weariness."""
        kept = yield from self._decide(name, self._session.questions.glance, until)
        return None if kept is None else wearied(kept, self._taken())

    def _tired(self, leaving: float) -> float:
        """Probability of leaving, after weariness has taken from staying."""
        return 1 - wearied(1 - leaving, self._taken())

    def _taken(self) -> float:
        encounter = self._encounter
        return self._session.weariness.taken(encounter.watched + self.viewed.watched, encounter.similarity)

    def _decide(self, name: str, question: YesNoQuestion, until: float | None) -> Procedure[float | None]:
        """Ask a question that the step cannot do without; also without memory, where that is wanted."""
        viewed, observed = self.viewed, self._observe(until)
        decision = yield from self._interview.decide(question, observed.stimulus, name)
        viewed.refused = viewed.refused or decision.refused
        viewed.failed = decision.probability is None and not decision.refused
        if name != "watch":
            viewed.chances[name] = decision.probability
            if self._session.memory.also_fresh(self._encounter.step):
                anew = yield from self._interview.decide(question, observed.stimulus, f"{FRESH}{name}")
                viewed.fresh[name] = anew.probability
        return decision.probability

    def _observe(self, until: float | None) -> Observation:
        observed = observe(self._clip, self._observer, until, self._looking)
        if self._overlay and self._observer.mode != "page":
            frames = tuple(TimedFrame(self._laid_over(frame), frame.time) for frame in observed.frames)
            seen = replace(observed.stimulus, frames=tuple(frame.reference for frame in frames))
            observed = Observation(seen, frames)
        self.viewed.frames.update({(one.reference.picture_sha, one.time): one for one in observed.frames})
        self.viewed.last = observed
        return observed

    def _laid_over(self, frame: TimedFrame) -> FrameReference:
        """A picture with the words over it, made once."""
        source, injection, clip = self._encounter.pictures, self._encounter.injection, self._clip.item.item_id
        assert source is not None and injection is not None, "who lays words over pictures says who makes them"
        sha = frame.reference.picture_sha
        if sha not in self._laid:
            self._laid[sha] = source.drawn_over(
                frame, lambda picture: injection.laid_over(picture, clip, self._session.seed)
            )
        return self._laid[sha]

    @property
    def _overlay(self) -> bool:
        return self._encounter.injection is not None and self._encounter.injection.place == "overlay"

    def _banner(self) -> Image.Image:
        """The words as they are laid over the clip on a page."""
        from agents.models.pictures import picture_size

        assert self._encounter.injection is not None, "whoever lays words over a clip has some"
        size = picture_size(self._clip.frames[0].reference)
        return self._encounter.injection.banner(size, self._clip.item.item_id, self._session.seed)

    def _make(self, frames: Sequence[TimedFrame], seconds: float) -> FrameReference:
        source = self._encounter.pictures
        assert source is not None, "whoever begins a session that needs made pictures says who makes them"
        if self._observer.mode == "page":
            # Words that are in a clip do not cover what the page has around it.
            return source.page(self._encounter.clip.item.item_id, seconds, self._banner if self._overlay else None)
        return source.sheet(frames, seconds)

    def _order(self, count: int) -> Sequence[int]:
        return shuffled(count, stream(self._session.seed, FRAME_ORDER, self._encounter.step))


def _without_counts(observer: ObserverOptions) -> ObserverOptions:
    return replace(observer, beside=tuple(kind for kind in observer.beside if kind != "likes"))


def _with_words(encounter: Encounter, observer: ObserverOptions, seed: int) -> tuple[CatalogueClip, ObserverOptions]:
    """The clip with what is put into its words, and these shown; nothing of its own is shown that was hidden."""
    clip, injection = encounter.clip, encounter.injection
    if injection is None or injection.place == "overlay":
        return clip, observer
    put = injection.words(clip.item.item_id, seed)
    kind: Beside = "transcript" if injection.place == "speech" else "caption"
    alone, beside = observer.mode == kind, kind in observer.beside
    if kind == "transcript":
        # At its very beginning, so that it is heard by all who watch at all.
        changed = replace(clip, transcript=((0.0, 0.0, put), *(clip.transcript if alone or beside else ())))
    else:
        changed = replace(clip, caption=words_after(clip.caption if alone or beside else "", put))
    shown = observer if alone or beside else replace(observer, beside=(*observer.beside, kind))
    return changed, shown


def _draws(session: SessionOptions, step: int) -> list[float]:
    """Numbers for the glance, for liking and for every chunk."""
    behaviour = session.behaviour
    count = 2 + behaviour.max_chunks
    if behaviour.deterministic:
        return [0.5] * count
    return [float(draw) for draw in stream(session.seed, cloned("sampling", session.clone), step).random(count)]


def _luck(session: SessionOptions, step: int) -> Mapping[Further, float]:
    """A number for every further act there is, enabled or not."""
    if not session.actions.acts or session.behaviour.deterministic:
        return dict.fromkeys(FURTHER, 0.5)
    return dict(
        zip(
            FURTHER,
            map(float, stream(session.seed, cloned(STREAM, session.clone), step).random(len(FURTHER))),
            strict=True,
        )
    )
