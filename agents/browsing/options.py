"""What a session is made of, as its caller sets it: questions, dials, length, feed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import get_args

from agents.browsing.doing.actions import ActionOptions
from agents.browsing.doing.decisions import DecisionOptions, YesNoQuestion
from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.doing.weariness import WearinessOptions
from agents.browsing.interventions import FeedIntervention
from agents.browsing.seeing.injections import ROOM
from agents.browsing.seeing.observe import MADE, ObserverOptions
from agents.feeds.policies.uniform import Random
from agents.feeds.policy import Policy
from agents.personas.prompts import QUESTIONNAIRE, Strategy
from agents.playing.checks import CheckOptions
from vectorstore.foundation.errors import InputError


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
    """How the persona is put; a questionnaire has no place in a feed."""
    actions: ActionOptions = field(default_factory=ActionOptions)
    """What it may do besides watching, liking and skipping."""
    weariness: WearinessOptions = field(default_factory=WearinessOptions)
    """How it tires; not at all by default."""
    memory: MemoryOptions = field(default_factory=MemoryOptions)
    """What it remembers; nothing by default."""
    interventions: tuple[FeedIntervention, ...] = ()
    """What is done to it and its feed, at which step."""
    checks: CheckOptions = field(default_factory=CheckOptions)
    """Whether the role is still played; not asked by default."""
    items: int | None = None
    """Draw this many clips from the catalogue; ``None`` takes all."""
    pool: int = 256
    """Most candidates on offer at a step, drawn at random; propensities are conditional on them."""
    clone: int = 0
    """Number of a clone: what its agent does is drawn anew from the same answers, and everything else is shared with
    the session of this seed; 0 is the original. Clones differ by chance alone: the noise floor of any comparison."""
    corpus: str = ""
    """Where the clips are, as the user named it: for whoever replays the log; changes nothing else."""

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InputError(f"the seed must not be negative, got {self.seed}")
        if self.clone < 0:
            raise InputError(f"clones are counted from 1, there is no clone {self.clone}")
        if self.steps < 1 or self.pool < 1 or (self.items is not None and self.items < 1):
            raise InputError("steps, items and pool must be at least 1")
        if self.strategy == QUESTIONNAIRE or self.strategy not in get_args(Strategy):
            spoken = ", ".join(each for each in get_args(Strategy) if each != QUESTIONNAIRE)
            raise InputError(f"sessions have no persona strategy {self.strategy!r}", f"choose one of {spoken}")
        if self.observer.mode == "video" and self.memory.mode != "none" and self.memory.pictures:
            raise InputError(
                "memory tells of the clips before in pictures, and a video stands alone",
                "leave memory out, or show pictures (frames:4)",
            )
        for put in (each.injection for each in self.interventions):
            if put and self.observer.mode not in ROOM[put.place]:
                raise InputError(
                    f"{put.name} cannot be put into clips of which an agent sees {self.observer.mode}",
                    f"look at them as {' or '.join(ROOM[put.place])}",
                )

    @property
    def makes_pictures(self) -> bool:
        """Whether pictures are shown that are no frames of a clip."""
        laid = any(each.injection and each.injection.place == "overlay" for each in self.interventions)
        return laid or self.observer.mode in MADE

    @property
    def asks_more(self) -> bool:
        """Whether more is asked than whether to go on watching and whether it is liked, so that a log must say what."""
        return (
            bool(self.actions.acts) or self.memory.mode != "none" or self.weariness.tires or bool(self.checks.questions)
        )
