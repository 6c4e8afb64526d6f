"""How often intervals of AdAEM's win rates hold what is planted: ``python -m bench.truth.win_rates``.

``logit P(respondent r names value v in its reasons to question q) = naming + lean(r, v) + question(q, v)``; leans are
drawn once for each study, questions again and again. What an interval is to hold is the mean score of a respondent
over many sets of as many questions: a win rate hangs on their number, since skills begin alike. Simulated without a
model or a judge.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.adaem.reported import newest_scores
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.telling.rating import RatingOptions
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]
LEVEL = 0.95
EVEN = 50.0


@dataclass(frozen=True, slots=True)
class Planted:
    """A study: who answers, and how many questions."""

    questions: int = 40
    opponents: int = 5
    values: int = 4
    naming: float = -1.0
    """Log-odds that a value is named by an ordinary respondent in reasons to an ordinary question."""
    lean_sd: float = 0.8
    question_sd: float = 1.5


@dataclass(frozen=True, slots=True)
class Found:
    """What intervals did."""

    holds: float
    """Share of intervals that hold the mean score."""
    without: float
    """Share of scores that have no interval."""
    width: float
    """Mean, in points of 100."""
    apart: float
    """Share of intervals that leave out 50; where respondents do not differ, each is a false alarm."""


def carried(leans: Floats, planted: Planted, luck: np.random.Generator) -> NDArray[np.int8]:
    """Who named what in answers to one set of questions, shape (questions, respondents, values)."""
    asked = luck.normal(0, planted.question_sd, (planted.questions, 1, planted.values))
    chances = 1 / (1 + np.exp(-(planted.naming + leans[None] + asked)))
    return np.asarray(luck.random(chances.shape) < chances, np.int8)


def measured(planted: Planted, studies: int, sets: int, seed: int) -> Found:
    """Coverage over several studies of many sets of questions each."""
    holds: list[bool] = []
    widths: list[float] = []
    apart: list[bool] = []
    told = 0
    for study in range(studies):
        luck = stream(seed, f"bench/win_rates/{planted}", study)
        leans = luck.normal(0, planted.lean_sd, (planted.opponents + 1, planted.values))
        found = [newest_scores(carried(leans, planted, luck), RatingOptions(), LEVEL) for _ in range(sets)]
        for scores in zip(*found, strict=True):
            known = [each for each in scores if each.mean is not None]
            true = float(np.mean([each.mean for each in known]))
            told += len(known)
            ranges = list(_ranges(known))
            holds += [low <= true <= high for low, high in ranges]
            widths += [high - low for low, high in ranges]
            apart += [not low <= EVEN <= high for low, high in ranges]
    return Found(float(np.mean(holds)), 1 - len(holds) / told, float(np.mean(widths)), float(np.mean(apart)))


def _ranges(known: list[Estimate]) -> Iterator[tuple[float, float]]:
    return ((each.low, each.high) for each in known if each.low is not None and each.high is not None)


def cases() -> Iterator[Planted]:
    """Few and many questions, one and many opponents, a value that is seldom named, nobody who differs."""
    yield from (Planted(questions) for questions in (10, 20, 40, 100, 200))
    yield from (Planted(opponents=opponents) for opponents in (1, 12))
    yield Planted(naming=-2.5)
    yield Planted(lean_sd=2.0)
    yield from (Planted(questions, lean_sd=0.0) for questions in (20, 40, 100))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=10, help="each with other respondents")
    parser.add_argument("--sets", type=int, default=60, help="of questions in a study")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    for planted in cases():
        found = measured(planted, chosen.studies, chosen.sets, chosen.seed)
        words = f"{planted.questions} questions, {planted.opponents} opponents, named {planted.naming:g}"
        words += f", leans {planted.lean_sd:g}"
        told = f"holds {found.holds:.3f}  no interval {found.without:.3f}  width {found.width:.1f}"
        print(f"{words:58} {told}  without 50 {found.apart:.3f}", flush=True)


if __name__ == "__main__":
    main()
