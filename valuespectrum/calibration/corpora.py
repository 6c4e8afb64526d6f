"""Synthetic corpora, drawn afresh: scenes found by search words, and what twins answer about them in several readouts.

What is planted stands in ``World``: clips, search words and wordings have effects of their own beside the values that
respondents hold (``reference/planted.py``). Clips and search words are in part the same for all who see them, in part a
matter of taste; wordings move each respondent's answers about each value in another way, as the wordings of a question
do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.items.base import Scene
from valuespectrum.reference.planted import DAYLIGHT, TEN, Depicted, ten_values
from valuespectrum.reference.twin.arrays import LikeAnswers, like_answers, like_cells
from valuespectrum.scoring.facets.clusters import Integers
from valuespectrum.scoring.readouts.evidence import CELLS, Cells, Floats, Kind
from valuespectrum.theory.values import VALUES

DRAWS = 10
"""Answers drawn to an ask where they are counted."""


@dataclass(frozen=True, slots=True)
class World:
    """Standard deviations of what is planted beside values, in log-odds."""

    clip: float = 0.6
    word: float = 0.3
    """Of search words."""
    shared: float = 0.5
    """Share of the variance of clips and search words that all respondents have in common."""
    wording: float = 0.3
    value_wording: float = 0.3
    clip_wording: float = 0.2
    ask: float = 0.2
    one_part: bool = True
    """Whether a search word finds one of the refined values that its value is the mean of, any alike; else what it
    finds shows all of them in equal parts."""


@dataclass(frozen=True, slots=True)
class Battery:
    """How much a battery asks."""

    name: str
    words: int
    """Search words of each value."""
    clips: int
    """Clips of each search word."""
    wordings: int
    cells: tuple[int, ...] = (0, 1, 2, 3)
    """Which of the four forms are asked, in the order of ``evidence.CELLS``."""
    strays: float = 0.0
    """Share of clips that show another value than the one whose search word found them."""

    @property
    def asks(self) -> int:
        """To one respondent."""
        return len(VALUES) * self.words * self.clips * self.wordings * len(self.cells)

    @property
    def balanced(self) -> bool:
        """Whether both polarities are asked in both orders, so that leans cancel."""
        return len(self.cells) == len(CELLS)


@dataclass(frozen=True, slots=True)
class DrawnScenes:
    """Scenes that stand for values, in the order of value, search word and clip."""

    battery: Battery
    scenes: tuple[Scene, ...]
    effects: Floats
    """What respondents have in common about clips and their search words, log-odds, shape (scenes,)."""

    @property
    def clusters(self) -> Integers:
        """The search word of every clip, shape (values, clips)."""
        words = np.arange(len(VALUES) * self.battery.words).reshape(len(VALUES), -1)
        return np.repeat(words, self.battery.clips, axis=1)


def draw_corpus(world: World, battery: Battery, generator: np.random.Generator) -> DrawnScenes:
    """Draw the scenes of one corpus.

    Each search word finds clips of one of the refined values that its value is the mean of (of all of them where the
    world has it so), each at some time of day.

    Args:
        world: What is planted.
        battery: How many are needed.
        generator: Draws everything.
    """
    scenes = []
    for value in VALUES:
        for _ in range(battery.words):
            meant = _refined(value, generator)
            for time in generator.choice(list(DAYLIGHT), size=battery.clips):
                strays = generator.random() < battery.strays
                other = str(generator.choice([each for each in VALUES if each != value]))
                shown = other if strays else value
                found = _refined(other, generator) if strays else meant
                parts = (found,) if world.one_part else TEN[shown]
                scenes.append(Scene(Depicted(dict.fromkeys(parts, 1.0 / len(parts)), str(time)), found))
    effects = np.sqrt(world.shared) * _of_clips(world, battery, 1, generator)[0]
    return DrawnScenes(battery, tuple(scenes), effects)


def draw_answers(
    world: World, corpus: DrawnScenes, members: Sequence[CohortMember], generator: np.random.Generator
) -> LikeAnswers:
    """Probabilities of what twins answer about all scenes of a corpus, in all cells of all wordings.

    Args:
        world: What is planted beside what is planted in respondents.
        corpus: What they are shown.
        members: Who answers.
        generator: Draws tastes and wordings.
    """
    battery, people = corpus.battery, len(members)
    of_value = np.repeat(np.arange(len(VALUES)), battery.words * battery.clips)

    def normal(sd: float, *shape: int) -> Floats:
        return sd * generator.standard_normal((people, *shape))

    taste = np.sqrt(1.0 - world.shared) * _of_clips(world, battery, people, generator)
    wordings = normal(world.wording, 1, battery.wordings)
    wordings = wordings + normal(world.value_wording, len(VALUES), battery.wordings)[:, of_value]
    wordings = wordings + normal(world.clip_wording, len(of_value), battery.wordings)
    beside = (corpus.effects + taste)[..., None] + np.repeat(wordings, len(CELLS), axis=-1)
    return like_answers(
        members,
        corpus.scenes,
        like_cells(battery.wordings),
        beside=beside + normal(world.ask, *beside.shape[1:]),
    )


def read(answers: LikeAnswers, battery: Battery, kind: Kind, generator: np.random.Generator) -> Cells:
    """What is heard of the answers in one readout; what is refused is not heard.

    Args:
        answers: Of :func:`draw_answers`.
        battery: Which cells of them are asked.
        kind: The readout.
        generator: Draws refusals and answers.
    """
    shape = (len(answers.members), len(VALUES), battery.words * battery.clips, battery.wordings, len(CELLS))
    chance = np.clip(answers.yes, 1e-9, 1.0 - 1e-9).reshape(shape)
    kept = 1.0 - np.broadcast_to(answers.refused[:, :, None], answers.yes.shape).reshape(shape)
    asked = np.isin(np.arange(len(CELLS)), battery.cells)
    match kind:
        case "samples":
            said = generator.binomial(DRAWS, kept).astype(np.float64)
            yes = generator.binomial(said.astype(np.int64), chance).astype(np.float64)
        case "log_probability":
            # A model that would refuse at all still has log-probabilities of yes and no; one that mostly does has not.
            said = (generator.random(shape) < kept).astype(np.float64)
            yes = np.log(chance) - np.log1p(-chance)
        case _:
            said = (generator.random(shape) < kept).astype(np.float64)
            drawn = generator.random(shape) < chance if kind == "sampled_text" else chance > 0.5
            yes = drawn.astype(np.float64)
    said = said * asked
    return Cells(kind, np.where(said > 0, yes, 0.0), said, VALUES, (), tuple(map(str, range(battery.wordings))))


def truth(members: Sequence[CohortMember]) -> Floats:
    """Planted log-odds of liking, shape (members, values)."""
    return np.array([list(ten_values(member.pictures).values()) for member in members])


def _refined(value: str, generator: np.random.Generator) -> str:
    return TEN[value][int(generator.integers(len(TEN[value])))]


def _of_clips(world: World, battery: Battery, people: int, generator: np.random.Generator) -> Floats:
    words = world.word * generator.standard_normal((people, len(VALUES) * battery.words))
    clips = world.clip * generator.standard_normal((people, len(VALUES) * battery.words * battery.clips))
    return np.asarray(np.repeat(words, battery.clips, axis=1) + clips)
