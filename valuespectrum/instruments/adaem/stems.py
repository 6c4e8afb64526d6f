"""What is put to respondents: questions with or without clips, and how an answer is read: a stance and points.

The published answer is a stance (yes, no, neutral) and three numbered points with reasons, most important first.
Respondents of the reference world give three numbered reasons without a stance; the same grammar reads both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from agents.answers.respondent import Role
from agents.models.base import REFUSAL, Answer, Ask, Choice, FrameReference, Stimulus
from agents.models.model_names import ModelSpec
from agents.models.parsing.parse import parse_answer
from agents.models.parsing.thinking import split_thinking
from valuespectrum.instruments.judging.plain import PLAIN_SCHEMES
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.wordings.liking import CAPTIONED
from valuespectrum.instruments.wordings.speaking import REASONS, REASONS_SEEN, THREE_REASONS
from vectorstore.foundation.text import quotable, visible_line

POINTS = 3
"""Points of an answer; further ones are left out."""
STANCES = (
    Choice("yes", ("yes", "Yes", "YES")),
    Choice("no", ("no", "No", "NO")),
    Choice("neutral", ("neutral", "Neutral", "NEUTRAL")),
)
MOST_TOKENS = 400
"""Of an answer: 250 words are allowed."""
LONGEST_POINT = 600
"""Characters of a point that are kept."""
_NUMBERED = re.compile(r"^\s*(?:#+\s*)?(?:point\s+|reason\s+)?[(\[]?([1-9])[.):\]]\s*(.+)$", re.IGNORECASE)
_STANCE = re.compile(r"^\s*(?:my\s+)?(?:stance|position|answer)\s*[:=-]?\s*(.*)$", re.IGNORECASE)
_MARKS = re.compile(r"[*_`~]+|^\s*>\s?")


@dataclass(frozen=True, slots=True)
class Stem:
    """One question, as all respondents are asked it."""

    id: str
    text: str = ""
    """The yes/no question; empty for the general question of the reference world."""
    argument: str = ""
    """What it is about in one sentence, for whoever writes further ones."""
    caption: str = ""
    """What is seen, in neutral words; stands before the question where no frames are shown."""
    frames: tuple[FrameReference, ...] = ()
    tags: Mapping[str, str | int | float] = field(default_factory=dict)
    """What respondents that see nothing are told of the frames."""
    arm: str = ""
    """Which arm of the search it belongs to."""
    depth: int = 0
    """How often it was rewritten, or how many steps lie between it and a seed."""

    @property
    def shown(self) -> bool:
        """Whether it is about frames."""
        return bool(self.frames) or any(name.startswith(("look", "weight_")) for name in self.tags)

    @property
    def blind(self) -> Stem:
        """The question alone: without the frames, and without words about them."""
        return replace(self, id=f"{self.id} blind", frames=(), tags={}, caption="")

    @property
    def words(self) -> str:
        """All of its words: by these it is compared with others, and its own values are judged."""
        return visible_line(f"{self.caption} {self.text}") if self.caption else self.text


@dataclass(frozen=True, slots=True)
class PointsReply:
    """An answer that could be read."""

    points: tuple[str, ...]
    """One to three."""
    stance: str = ""
    """``yes``, ``no``, ``neutral``; empty where none was said. It counts for nothing."""


def read_reply(text: str) -> PointsReply | None:
    r"""A stance and numbered points out of an answer; ``None`` where there are no points.

    Lines that follow a point without a blank one between belong to it.

    Example:
        >>> read_reply("**Stance:** No\n1. Fairness: all pay.\n2. *Freedom* - mine")
        PointsReply(points=('Fairness: all pay.', 'Freedom - mine'), stance='no')
        >>> read_reply("I can't answer that.") is None
        True
    """
    stance, points, last = "", dict[int, str](), 0
    for line in split_thinking(text)[1].splitlines():
        plain = visible_line(_MARKS.sub("", line))
        if found := _NUMBERED.match(plain):
            last = 0 if int(found[1]) in points else int(found[1])
            points.setdefault(int(found[1]), found[2].strip()[:LONGEST_POINT])
        elif not plain:
            last = 0
        elif last and not _STANCE.match(plain):
            points[last] = f"{points[last]} {plain}"[:LONGEST_POINT]
        elif not points and not stance:
            said = _STANCE.match(plain)
            parsed = parse_answer(said[1] if said else plain, STANCES)
            stance = parsed if parsed in {choice.name for choice in STANCES} else stance
    told = tuple(points[number] for number in sorted(points) if number <= POINTS)
    declined = len(told) < POINTS and parse_answer(text, STANCES) == REFUSAL
    return PointsReply(told, stance) if told and not declined else None


class AnswerForm(Protocol):
    """How one kind of respondent is asked for points."""

    @property
    def name(self) -> str:
        """Which form and version."""

    def ask(self, stem: Stem, role: Role, draw: int) -> Ask:
        """The ask.

        Args:
            stem: What.
            role: Whom.
            draw: Number of the repeat; from 1 on answers are drawn where a respondent draws any.
        """


@dataclass(frozen=True, slots=True)
class StanceAndPoints:
    """The published form, in words of ours."""

    @property
    def name(self) -> str:
        """Which form and version."""
        return "stance and points 1"

    def ask(self, stem: Stem, role: Role, draw: int) -> Ask:
        """The ask."""
        about = f'A short video shows: "{quotable(stem.caption)}".\n' if stem.caption and not stem.frames else ""
        question = (
            f"{about}{visible_line(stem.text)}\n\nSay in the first line which side you take: yes, no or neutral. Then "
            f"give {POINTS} numbered points for it, the most important first, each in one line as point: "
            "justification, and at most 250 words in all."
        )
        return put_to(role, _asked(stem, question, draw, MOST_TOKENS))


@dataclass(frozen=True, slots=True)
class PlainReasons:
    """Three reasons, as the reference world gives them: about pictures, captions, questions, or in general.

    Networks know those about pictures and in general, twins all.
    """

    @property
    def name(self) -> str:
        """Which form and version."""
        return "reasons 1"

    def ask(self, stem: Stem, role: Role, draw: int) -> Ask:
        """The ask."""
        question = f"{stem.text}{THREE_REASONS}" if stem.text else REASONS.text
        if stem.shown:
            question = REASONS_SEEN.text
        elif stem.caption:
            question = CAPTIONED.write(words=quotable(stem.caption), question=REASONS_SEEN.text)
        return put_to(role, _asked(stem, question, draw, 80))


def _asked(stem: Stem, question: str, draw: int, tokens: int) -> Ask:
    tags = {**stem.tags, "item": "points", "value": "", "question": stem.id, "draw": draw}
    return Ask(Stimulus(stem.frames), question, max_tokens=tokens, tags=tags, draw=draw)


FormOfAsking = Literal["auto", "published", "plain"]


def answer_form(model: str, form: FormOfAsking = "auto") -> AnswerForm:
    """How a model is asked.

    Args:
        model: Its id or spec.
        form: ``auto`` asks models of the reference world for reasons, any other in the published form.
    """
    plain = ModelSpec.parse(model).scheme in PLAIN_SCHEMES if form == "auto" else form == "plain"
    return PlainReasons() if plain else StanceAndPoints()


def replies(answers: Sequence[Answer]) -> list[PointsReply | None]:
    """Answers as they are read; a failed one is none."""
    return [None if answer.error else read_reply(answer.text) for answer in answers]
