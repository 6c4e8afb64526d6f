"""Clips and respondents for tests of browsing, made without files or networks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.doing.decisions import YesNoQuestion
from agents.browsing.options import BrowseQuestions, SessionOptions
from agents.browsing.seeing.observe import TimedFrame
from agents.feeds.items import FeedItem
from agents.models.base import Answer, Ask, FrameReference

GROUPS = ("power", "security", "hedonism")
QUESTIONS = BrowseQuestions(
    YesNoQuestion("Would you keep watching? {options}.", "Would you scroll on? {options}."),
    YesNoQuestion("Do you like it? {options}.", "Do you dislike it? {options}."),
)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def logit(probability: float) -> float:
    return log(probability / (1 - probability))


def make_catalogue(count: int = 12, seconds: float = 5.0, frames: int = 4, groups: Sequence[str] = GROUPS) -> Catalogue:
    axes = np.eye(len(groups) + 1, dtype=np.float32)
    clips = []
    for place in range(count):
        group = groups[place % len(groups)]
        vector = axes[place % len(groups)] + 0.1 * axes[-1] * (place % 5)
        timed = tuple(
            TimedFrame(
                FrameReference(sha(f"{place}/{number}"), Path(f"{place}/{number}.jpg")), number * seconds / frames
            )
            for number in range(frames)
        )
        item = FeedItem(f"clip{place:03}", f"clip{place:03}/0", group, vector / np.linalg.norm(vector))
        clips.append(CatalogueClip(item, timed, seconds, f"a clip of {group}", {f"weight_{group}": 1.0}))
    return Catalogue(clips)


def session(**changes: Any) -> SessionOptions:
    """A short session about :data:`QUESTIONS`, with these options changed."""
    return SessionOptions(**{"questions": QUESTIONS, "seed": 3, "steps": 12, **changes})


@dataclass
class Leaning:
    """Answers yes/no questions from taste by group, plus leans that have nothing to do with taste."""

    taste: Mapping[str, float] = field(default_factory=dict)
    """Group to log-odds of the positive outcome."""
    yes_lean: float = 0.0
    first_lean: float = 0.0
    refuses: str = ""
    """Group that is refused."""
    fails: str = ""
    """Group whose questions end in an error."""
    asked: list[Ask] = field(default_factory=list)
    id: str = "leaning"
    settings: Mapping[str, str] = field(default_factory=dict)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (self._answer(ask) for ask in asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return self.score(asks)

    def _answer(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        group = next((name.removeprefix("weight_") for name in ask.tags if name.startswith("weight_")), "")
        if group and group == self.fails:
            return Answer(error="out of memory")
        if group and group == self.refuses:
            return Answer({"yes": -4.0, "no": -4.0}, "Sorry, I cannot answer that.", "refusal", 7)
        first = self.first_lean if ask.choices[0].name == "yes" else -self.first_lean
        odds = int(ask.tags["polarity"]) * self.taste.get(group, 0.0) + self.yes_lean + first
        share = 0.9 / (1 + exp(-odds))
        text = "yes" if odds > 0 else "no"
        return Answer({"yes": log(share), "no": log(0.9 - share)}, text, text, 7)


TASTE = {"power": 2.0, "security": 0.0, "hedonism": -3.0}
