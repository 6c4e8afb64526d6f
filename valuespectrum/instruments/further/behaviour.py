"""Behaviour in a feed: what a browsing agent goes on watching, and how probably it likes what it watched.

The agent of ``agents.browsing`` walks through the pictures that stand for values, each session in another wording; a
balanced policy shows every value equally often, whatever the agent does. What it goes on watching is an act that is
drawn from its answers, as in any session; questions whose options lean one way cancel as in the like battery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

import numpy as np

from agents.answers.respondent import Role
from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.doing.decisions import DecisionOptions, YesNoQuestion
from agents.browsing.options import BrowseQuestions, SessionOptions
from agents.browsing.seeing.observe import TimedFrame
from agents.browsing.walk import Walk
from agents.feeds.items import FeedItem
from agents.feeds.policy import load_policy
from agents.models.base import REFUSAL, Ask, FrameReference
from agents.procedures.procedure import Addressed, Named, Procedure
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS, ItemOptions, PictureBattery, unreviewed
from valuespectrum.instruments.further.faceted import Heard, faceted, told_sets, unheard
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.bank import own_wordings
from valuespectrum.instruments.wordings.items import ItemWording
from valuespectrum.instruments.wordings.languages import tongue
from valuespectrum.scoring.answered.conclusions import TableStyle
from valuespectrum.scoring.answered.sets import PERCENT, ToldSets, found_by
from valuespectrum.scoring.cells import NEITHER, ScoringOptions, judge
from valuespectrum.scoring.choices.reading import read_options, verdict_rates
from valuespectrum.scoring.estimate import LIKING_RANGE
from valuespectrum.scoring.instructions.between import faking_between
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.units import Units
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
_GLANCE, _REACT = "glance", "react"
_SIDES: Mapping[str, str] = {"stay": _GLANCE, "leave": _GLANCE, "like": _REACT, "dislike": _REACT}
"""Text of a wording to the decision that it belongs to."""
_ASKS = 4
_SECONDS = 2.0
"""Length of every clip of the feed: one look, one decision."""
_MOST = 1000


@dataclass(frozen=True, slots=True)
class BehaviourOptions(ItemOptions):
    """How many sessions, how long, in which words."""

    wordings: int = 6
    """How many wordings, from the first; each session is in the next one."""
    sessions: int = field(default=6)
    steps: int = field(default=30)
    """Clips of a session."""

    def __post_init__(self) -> None:
        ItemOptions.__post_init__(self)
        for name, count in (("sessions", self.sessions), ("steps", self.steps)):
            if not 1 <= count <= _MOST:
                raise InputError(f"{name} must lie in 1..{_MOST}, got {count}")


@INSTRUMENTS.register("behaviour")
class BehaviourInFeed(PictureBattery):
    """Which kinds of pictures a browsing agent goes on watching."""

    name: ClassVar[str] = "behaviour"
    title: ClassVar[str] = "Behaviour in a feed"
    measures: ClassVar[str] = "share of the pictures of each value that a browsing agent goes on watching, in percent"
    own_showing: ClassVar[str] = "a feed shows clips as they pass, one picture of each"
    Options = BehaviourOptions
    columns: ClassVar[tuple[str, ...]] = ("value", "clip", "wording", "polarity", "first", "session", "step")
    items: ClassVar[Sequence[Item]] = tuple(
        Item(
            decision,
            tuple(each.texts[side] for each in own_wordings("behaviour")["en"] for side in sides),
            OWN_WORDS,
        )
        for decision, sides in ((_GLANCE, ("stay", "leave")), (_REACT, ("like", "dislike")))
    )

    def __init__(self, options: BehaviourOptions | None = None) -> None:
        self.options: BehaviourOptions = options or BehaviourOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, at most: what is skipped is not asked about again."""
        self.options.chosen(self.name)
        shown = min(self.options.steps, pictures) if pictures else self.options.steps
        return len(self.options.instructions) * self.options.sessions * shown * 2 * _ASKS

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """The sessions of every respondent, in every frame of mind."""
        if setting.pictures is None:
            raise InputError("a feed is made of pictures, and there is no corpus", "name one with --corpus")
        assert setting.showing is None, "measuring.presenting refuses it before anything is begun"
        catalogue, wordings = _catalogue(setting), self.options.chosen(self.name)
        for role in setting.respondents:
            for frame in self.options.instructions:
                for session in range(self.options.sessions):
                    wording = wordings[session % len(wordings)]
                    walk = Walk(self._session(setting.seed, session), catalogue, role.system)
                    reword = _Rewording(self.options, wording, frame, session, role)
                    name = f"behaviour/{role.words}/{frame}/{session}"
                    yield Named(name, _reworded(_steps(walk, self.options.steps), reword))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """What was watched, by value."""
        told, acts = self._acts(answers, options)
        plain = instructed(answers)
        beside = NEITHER if self.options.unforced else ""
        heard = Heard(
            {str(value): int(count) for value, count in acts["value"].value_counts().items()},
            verdict_rates(read_options(plain, ("yes", "no"), options, beside), plain["clip"], options.level),
            notes=(
                *unheard(plain, told),
                "what is watched is drawn from the answers, as in any session",
                *unreviewed(self.options, self.name),
            ),
        )
        measured = faceted(self, told, heard, TableStyle(bounds=LIKING_RANGE), units, options)
        liked = acts.groupby("value")["liked"].mean()
        details = {
            **measured.details,
            "liked_of_shown": {str(value): number(float(each)) for value, each in liked.items()},
            "acts_by_clip": acts_by_clip(acts, plain),
        }
        return replace(measured, details=details).with_faking(faking_between(self.sets, answers, options))

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Percent watched, by value, clip and wording."""
        return self._acts(answers, options)[0]

    def _acts(self, answers: pd.DataFrame, options: ScoringOptions) -> tuple[ToldSets, pd.DataFrame]:
        plain = instructed(answers)
        acts = session_acts(plain, options)
        rows = acts.assign(theta=100.0 * acts["watched"])[["value", "clip", "wording", "theta"]]
        numbers = found_by(plain).beside(rows)
        return told_sets(numbers, self.value_set, f"acts in a feed, {PERCENT}", unit=PERCENT), acts

    def _session(self, seed: int, session: int) -> SessionOptions:
        glance, react = (YesNoQuestion(f"{one} {{options}}", f"{other} {{options}}") for one, other in _PAIRS)
        questions = BrowseQuestions(glance, react, self.options.prefill)
        policy = load_policy("balanced")
        return SessionOptions(questions, seed=seed * _MOST + session, steps=self.options.steps, policy=policy)


_PAIRS = (("stay", "leave"), ("like", "dislike"))


def session_acts(answers: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """What became of every clip that was shown in a session.

    Args:
        answers: Asks of sessions with the tags ``item`` (``glance`` or ``react``), ``session, step, value, clip,
            wording, polarity, first``.
        options: Readout and least mass.

    Returns:
        ``value, clip, wording, session, step, watched`` (1 where it went on watching, else 0) and ``liked``
        (probability of liking it, 0 where it was skipped; NaN where that was not answered). A glance that decided
        nothing is left out: refused, failed, or saying neither in one of the polarities.
    """
    import pandas as pd

    keys = ["session", "step", "value", "clip", "wording"]
    judged = judge(answers, options)
    spoken = _in_balance(judged[judged["verdict"] == "value"], [*keys, "item"])
    liking = 0.5 + spoken["polarity"].astype(float) * (spoken["yes"] - 0.5)
    by_step = spoken.assign(liking=liking).groupby([*keys, "item"])["liking"].mean().unstack("item")
    by_step = by_step.reindex(columns=[_GLANCE, _REACT])
    asked_again = judged[judged["item"] == _REACT].groupby(keys).size().reindex(by_step.index).notna()
    glances = judged[judged["item"] == _GLANCE]
    refused = glances["verdict"].eq(REFUSAL).groupby([glances[key] for key in keys]).mean().reindex(by_step.index)
    decided = by_step[_GLANCE].notna() & ~(refused >= DecisionOptions().refusal_share)
    liked = np.where(asked_again, by_step[_REACT], 0.0)
    acts = pd.DataFrame({"watched": asked_again.astype(float), "liked": liked}, index=by_step.index)
    return acts[decided].reset_index()


def _in_balance(spoken: pd.DataFrame, question: list[str]) -> pd.DataFrame:
    """Questions of which two cells of opposite polarity say something: in any other a lean would stay."""
    pairs = spoken.groupby([*question, "first"])["polarity"].transform("nunique").eq(2)
    known = pairs.groupby([spoken[name] for name in question]).transform("any")
    return spoken[known.astype(bool)]


def acts_by_clip(acts: pd.DataFrame, answers: pd.DataFrame) -> dict[str, Json]:
    """What became of each clip over all sessions, for who wants to see it.

    Args:
        acts: As ``session_acts`` returns them.
        answers: With ``clip`` and the ``frame`` that was shown of it.

    Returns:
        Clip to its ``value`` and ``frame``, how often it was ``shown`` and ``watched`` on, and ``liked``: the mean
        probability of liking it, skipped ones counting 0; ``None`` where that was never answered.
    """
    frames = answers.groupby("clip")["frame"].first()
    found = acts.groupby(["clip", "value"]).agg(
        shown=("watched", "size"), watched=("watched", "sum"), liked=("liked", "mean")
    )
    return {
        str(row["clip"]): {
            "value": str(row["value"]),
            "frame": str(frames[row["clip"]]),
            "shown": int(row["shown"]),
            "watched": int(row["watched"]),
            "liked": None if np.isnan(row["liked"]) else float(row["liked"]),
        }
        for row in found.reset_index().to_dict("records")
    }


def _catalogue(setting: Setting) -> Catalogue:
    clips = {}
    for row in setting.rows:
        assert setting.pictures is not None, "looked at by the caller"
        frame = TimedFrame(FrameReference(row.picture_sha, setting.pictures.picture_path(row.picture_sha)), 0.0)
        item = FeedItem(row.clip_id, row.frame_id, row.value, np.zeros(1, dtype=np.float32))
        tags: dict[str, str | int | float] = {"value": row.value, "frame": row.frame_id, "keyword": row.keyword}
        tags |= {f"weight_{row.value}": 1.0, **setting.shown.get(row.frame_id, {})}
        clips[row.clip_id] = CatalogueClip(item, (frame,), _SECONDS, tags=tags)
    return Catalogue(list(clips.values()))


def _steps(walk: Walk, steps: int) -> Procedure[object]:
    for step in range(steps):
        event = yield from walk.step(step)
        if event is None:
            break
    return None


@dataclass(frozen=True, slots=True)
class _Rewording:
    """From the questions of a walk, which say only what is decided, to the words of a session."""

    options: ItemOptions
    wording: ItemWording
    frame: str
    session: int
    role: Role

    def __call__(self, ask: Ask) -> Ask:
        """The ask in the session's words, with its tags."""
        spoken, side = tongue(self.wording.language), ask.question.split()[0]
        beside = (NEITHER,) if self.options.unforced else ()
        first = str(ask.tags["first"])
        order = (first, "no" if first == "yes" else "yes")
        words = self.wording.texts[side].format(options=spoken.join((*order, *beside)))
        tag = self.options.instruction_tag(self.frame)
        tags: dict[str, str | int | float] = {
            "item": _SIDES[side],
            "wording": self.wording.tag,
            "session": self.session,
        }
        said = replace(
            ask,
            question=spoken.instructions[self.frame] + words,
            choices=tuple(spoken.choice(name) for name in ("yes", "no", *beside)),
            tags={**ask.tags, **tags, **({"instruction": tag} if tag else {})},
        )
        return put_to(self.role, said)


def _reworded(procedure: Procedure[T], reword: Callable[[Ask], Ask]) -> Procedure[T]:
    with closing(procedure):
        try:
            wanted = next(procedure)
            while True:
                answers = yield [Addressed(reword(each.ask), each.to) for each in wanted]
                wanted = procedure.send(answers)
        except StopIteration as ended:
            found: T = ended.value
            return found
