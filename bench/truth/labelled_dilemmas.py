"""Dilemmas whose labels judges gave: what their errors do to preference scores, and whether intervals hold the truth.

Respondents are drawn, each with dilemmas of its own; three judges name the value of every course, each naming a
neighbour on the circle instead in a share of the courses. What two of three do not agree on, or where they find one
value on both sides, a person decides as planted. Scores are taken by the labels alone, and with what the verdicts leave
in doubt. ``python -m bench.truth.labelled_dilemmas [--respondents 60]``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.truth.dilemmas import planted_answers
from valuespectrum.instruments.dilemmas.instrument import Dilemmas
from valuespectrum.instruments.dilemmas.items import OPTIONS
from valuespectrum.instruments.dilemmas.measured import walks_of
from valuespectrum.instruments.dilemmas.options import DilemmaOptions
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import read_options
from valuespectrum.scoring.jackknife import jackknifed
from valuespectrum.scoring.judged.latent import latent_labels
from valuespectrum.scoring.staircases.doubtful import doubtful_scores
from valuespectrum.scoring.staircases.preferences import ratio
from valuespectrum.scoring.staircases.walks import Floats, Integers, Walks
from vectorstore.foundation.random_streams import stream

JUDGES = 3
ERRORS = (0.1, 0.3)
WAYS = ("labels as planted", "labels alone", "with what is in doubt")


@dataclass(frozen=True, slots=True)
class LabelledTruth:
    """What came out of one way of scoring."""

    coverage: float
    """Share of planted scores inside their interval."""
    slope: float
    """What is found over what is planted, by least squares: below 1, scores are drawn to 0."""
    error: float
    """Root mean square."""
    width: float
    """Half of an interval, on average."""
    wrong: float
    """Share of labels that are wrong."""


def judged_labels(planted: Integers, count: int, error: float, rng: np.random.Generator) -> tuple[Integers, Floats]:
    """What judges and people make of courses.

    Args:
        planted: Shape (dilemmas, steps, 2): the value that each course serves.
        count: How many values there are, in a circle.
        error: Share of courses of which a judge names a neighbour.
        rng: Draws verdicts.

    Returns:
        Labels, and the probability of each value, shape (dilemmas, steps, 2, values).
    """
    flat = planted.reshape(-1, 1)
    slip = (rng.random((len(flat), JUDGES)) < error) * rng.choice([-1, 1], (len(flat), JUDGES))
    said = (flat + slip) % count
    votes = (said[..., None] == np.arange(count)).sum(axis=1)
    label = np.where(votes.max(axis=1) > JUDGES // 2, votes.argmax(axis=1), flat[:, 0]).reshape(planted.shape)
    open_ = (votes.max(axis=1) <= JUDGES // 2).reshape(planted.shape)
    open_ |= (label[..., 0] == label[..., 1])[..., None]
    label = np.where(open_, planted, label)
    chances = latent_labels(said.astype(np.float64), count).reshape(*planted.shape, count)
    return label, np.where(open_[..., None], np.eye(count)[label], chances)


def labelled_truth(respondents: int, error: float, seed: int = 0) -> dict[str, LabelledTruth]:
    """Measure drawn respondents in three ways.

    Args:
        respondents: How many are drawn; constant answerers and those who refuse are left out.
        error: Of every judge.
        seed: Root seed.
    """
    instrument = Dilemmas(DilemmaOptions())
    rows: dict[str, list[tuple[float, float, float, float]]] = {way: [] for way in WAYS}
    wrong: list[float] = []
    for number, drawn in enumerate(draw_respondents(respondents, seed)):
        if drawn.leans.constant or drawn.refuses:
            continue
        member = replace(drawn, inertia=0.0, pressure=0.0)
        answers = planted_answers(member, instrument, "log-probabilities", seed + number)
        read = read_options(answers, OPTIONS, ScoringOptions())
        planted = walks_of(answers, read, "value", instrument.value_set)
        label, chances = judged_labels(planted.values, planted.count, error, stream(seed, "bench/labels", number))
        wrong.append(float((label != planted.values).mean()))
        goal = instrument.expected({**member.words, "pressure": 0.0})
        alone, doubted = replace(planted, values=label), replace(planted, values=label, chances=chances)
        for way, scores in zip(WAYS, (_plain(planted), _plain(alone), doubtful_scores(doubted)), strict=True):
            rows[way] += _held(scores, [goal[value] for value in instrument.value_set.dimensions])
    return {way: _told(np.array(each), float(np.mean(wrong))) for way, each in rows.items()}


def _plain(walks: Walks) -> Floats:
    return np.asarray(ratio(walks.chosen.sum(axis=1), walks.offered.sum(axis=1)) - 0.5)


def _held(scores: Floats, goals: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """Found, planted, and the ends of the interval over dilemmas, of every value."""
    found = []
    for column, goal in zip(scores.T, goals, strict=True):
        told = jackknifed(
            lambda some: float(np.mean(some)), column[~np.isnan(column)].tolist(), 0.95, 3, ("dilemma", "dilemmas")
        )
        if told.mean is not None and told.low is not None and told.high is not None:
            found.append((told.mean, goal, told.low, told.high))
    return found


def _told(rows: Floats, wrong: float) -> LabelledTruth:
    found, goal, low, high = rows.T
    return LabelledTruth(
        float(((low <= goal) & (goal <= high)).mean()),
        float((found * goal).sum() / (goal**2).sum()),
        float(np.sqrt(((found - goal) ** 2).mean())),
        float((high - low).mean() / 2),
        wrong,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what is found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--respondents", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    for error in ERRORS:
        for way, row in labelled_truth(chosen.respondents, error, chosen.seed).items():
            print(f"judges err in {error:.0%}, {way}: {row}", flush=True)


if __name__ == "__main__":
    main()
