"""What a question tells of respondents: S of what their points carry, or the divergence of how they like a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.models.base import Ask, Stimulus
from agents.models.evidence import log_odds
from agents.models.yes_no import NO, YES
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.instruments.adaem.asking import Answered, Answerer, JudgedAsking, answered
from valuespectrum.instruments.adaem.stems import Stem
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.wordings.liking import LIKE_WORDINGS
from valuespectrum.instruments.wordings.template import options
from valuespectrum.scoring.telling.informativeness import Telling, divergence

LIKE_CELLS = ((1, ("yes", "no")), (-1, ("yes", "no")))
"""Polarity and order. Yes comes first in both and means liking in one alone, so that a lean towards yes, or towards
what is named first, moves liking in opposite directions."""


@dataclass(frozen=True, slots=True)
class ReasonsScorer:
    """S of AdAEM."""

    asking: JudgedAsking

    def scored(self, stems: Sequence[Stem], people: Sequence[Answerer], final: bool) -> Procedure[list[Answered]]:
        """Ask for points and have them judged."""
        asking = replace(self.asking, draw=self.asking.draw + 1) if final else self.asking
        return (yield from answered(stems, people, asking))


@dataclass(frozen=True, slots=True)
class LikingScorer:
    """Divergence of the liking of a clip: the first term of AdAEM's equation 1, exact, for the question of ``bench``.

    Two cells cancel leans. What is no answer is left out. Nothing is drawn, so final scores are of other respondents
    and not of other answers.
    """

    values: int = 10

    def scored(self, stems: Sequence[Stem], people: Sequence[Answerer], final: bool) -> Procedure[list[Answered]]:
        """Ask the like question about every clip; the score stands in bits times a hundred."""
        from scipy.special import expit

        del final
        asks = [[_like(stem, person, cell) for cell in range(len(LIKE_CELLS))] for stem in stems for person in people]
        answers = yield [Addressed(ask, to) for each in asks for ask, to in each]
        signs = np.array([polarity for polarity, _ in LIKE_CELLS], float)
        told = np.array([_known(log_odds(answer, YES.name, NO.name)) for answer in answers])
        liking = (told.reshape(len(stems), len(people), len(LIKE_CELLS)) * signs).mean(axis=2)
        bits = divergence(np.asarray(expit(liking), np.float64).T)
        nothing = np.zeros(self.values, bool)
        return [
            Answered(
                stem, (None,) * len(people), (None,) * len(people), nothing,
                None if np.isnan(bits[place]) else Telling(100 * float(bits[place]), 0.0, 0.0, 0.0, 0.0),
                tuple(liking[place].tolist()),
            )
            for place, stem in enumerate(stems)
        ]  # fmt: skip


def _known(number: float | None) -> float:
    return float("nan") if number is None else number


def _like(stem: Stem, person: Answerer, cell: int) -> tuple[Ask, str]:
    polarity, order = LIKE_CELLS[cell]
    words = LIKE_WORDINGS[0].positive if polarity > 0 else LIKE_WORDINGS[0].negative
    tags = {**stem.tags, "item": "like", "value": "", "question": stem.id, "polarity": polarity, "first": order[0]}
    choices = (YES, NO) if order[0] == "yes" else (NO, YES)
    ask = Ask(Stimulus(stem.frames), words.format(options=options(order)), choices, tags=tags)
    return put_to(person.role, ask), person.to
