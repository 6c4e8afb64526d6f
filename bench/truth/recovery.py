"""Where the error of the like battery comes from, and what takes it away: ``python -m bench.truth.recovery``.

Twins answer about corpora drawn afresh (``valuespectrum.calibration.corpora``), read as log-probabilities. Three
tables: the squared error of ``standard`` by what is planted, batteries that were tried to make it smaller, and how the
published protocol and ours fare as more clips show another value than they were found for.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from valuespectrum.calibration.corpora import Battery, World, draw_answers, draw_corpus, read, truth
from valuespectrum.calibration.recovered import Recovered, recovered, recovered_as_published
from valuespectrum.calibration.study import BATTERIES
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.off_circle import correlation, without_circle
from valuespectrum.scoring.readouts.evidence import Cells, Floats
from valuespectrum.scoring.structure.circle import angles
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.random_streams import stream

LEVEL = 0.95
PAPER, STANDARD = BATTERIES[0], BATTERIES[2]
HEADINGS = "error  points  off  cover"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who answers what about how many corpora."""

    battery: Battery = STANDARD
    world: World = field(default_factory=World)
    corpora: int = 10
    respondents: int = 12
    """In each corpus, drawn afresh; of the open cohort all, whatever this says."""
    cohort: str = "drawn"
    """``drawn``, or ``open``: the one that batteries may be tuned on."""
    taste: bool = True
    """Whether respondents like or dislike daylight."""
    of_wordings: int = 0
    """In how many of the wordings each clip is asked, in turn; 0 for all."""
    seed: int = 1

    def members(self, number: int) -> list[CohortMember]:
        """Those of one corpus who answer by their values."""
        first = number * self.respondents
        people = COHORT if self.cohort == "open" else draw_respondents(first + self.respondents, self.seed)[first:]
        kept = [each for each in people if not each.leans.constant]
        return kept if self.taste else [replace(each, daylight_taste=0.0) for each in kept]

    @property
    def asks(self) -> int:
        """To one respondent."""
        return self.battery.asks * (self.of_wordings or self.battery.wordings) // self.battery.wordings


@dataclass(frozen=True, slots=True)
class Recovery:
    """How well centred profiles come out."""

    error: float
    """Root mean squared error of centred log-odds; NaN for the published protocol, which has none."""
    points: float
    """Of centred points of 100."""
    off_circle: float
    """Correlation of what no circle explains."""
    coverage: float
    shrunk: float
    """The error that is left when all log-odds are drawn towards 0 by the best factor that there is."""

    def __str__(self) -> str:
        return f"{self.error:6.3f} {self.points:6.2f} {self.off_circle:5.2f} {self.coverage:6.3f}"


def recovery(asked: Asked) -> Recovery:
    """Ask about corpora drawn afresh and compare with what is planted."""
    parts, goals = zip(*(_one_corpus(asked, number) for number in range(asked.corpora)), strict=True)
    log_odds, points, inside = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("log_odds", "points", "inside")
    )
    planted = np.concatenate(goals)
    found, goal = _centred(log_odds), _centred(planted)
    whole = ~np.isnan(found).any(axis=1)
    points_error = _root(_centred(points) - _centred(100.0 / (1.0 + np.exp(-planted))))
    if not whole.any():
        return Recovery(np.nan, points_error, np.nan, np.nan, np.nan)
    rest = without_circle(angles(TEN))
    r = correlation((found[whole] @ rest).ravel(), (goal[whole] @ rest).ravel())
    factor = (found[whole] * goal[whole]).sum() / (found[whole] ** 2).sum()
    return Recovery(
        _root(found - goal),
        points_error,
        np.nan if r is None else r,
        float(np.nanmean(inside)),
        _root(factor * found - goal),
    )


def _one_corpus(asked: Asked, number: int) -> tuple[Recovered, Floats]:
    battery, generator = asked.battery, stream(asked.seed, f"recovery/{asked.battery.name}", number)
    members = asked.members(number)
    corpus = draw_corpus(asked.world, battery, generator)
    answers, planted = draw_answers(asked.world, corpus, members, generator), truth(members)
    cells = _in_turn(read(answers, battery, "log_probability", generator), asked.of_wordings)
    if not battery.balanced:
        return recovered_as_published(cells, planted, LEVEL), planted
    return recovered(cells, corpus.clusters, planted, LEVEL), planted


def _in_turn(cells: Cells, of_wordings: int) -> Cells:
    """Each clip in some wordings only, those of the next clip one further."""
    if not of_wordings:
        return cells
    clips, wordings = cells.said.shape[2:4]
    turn = (np.arange(wordings)[None, :] - np.arange(clips)[:, None]) % wordings
    kept = (turn < of_wordings)[None, None, :, :, None]
    return replace(cells, yes=cells.yes * kept, said=cells.said * kept)


def _centred(numbers: Floats) -> Floats:
    return np.asarray(numbers - numbers.mean(axis=1, keepdims=True))


def _root(numbers: Floats) -> float:
    return float(np.sqrt(np.nanmean(numbers**2)))


Change = Callable[[Asked], Asked]


def _without(name: str) -> Change:
    off: dict[str, Any] = {name: 0.0}  # Open: which field of a world it is, its name says
    return lambda asked: replace(asked, world=replace(asked.world, **off))


SOURCES: dict[str, Change] = {
    "which part of its value a search word finds": lambda asked: replace(
        asked, world=replace(asked.world, one_part=False)
    ),
    "wordings of each value": _without("value_wording"),
    "clips": _without("clip"),
    "search words": _without("word"),
    "taste for daylight": lambda asked: replace(asked, taste=False),
    "wordings of each clip": _without("clip_wording"),
    "asks": _without("ask"),
}
"""What is planted beside values, and how to take it away."""


def profile(asked: Asked) -> dict[str, float]:
    """Share of the squared error that each source has: what is gone when it alone is taken away."""
    whole = recovery(asked).error ** 2
    return {name: 1.0 - recovery(change(asked)).error ** 2 / whole for name, change in SOURCES.items()}


def _profile_table(asked: Asked) -> Iterator[str]:
    yield f"{'source':45} share of the squared error"
    for name, share in profile(asked).items():
        yield f"{name:45} {share:6.2f}"


def _tried_table(asked: Asked) -> Iterator[str]:
    yield f"words clips wordings (each clip in)   asks | {HEADINGS} | shrunk"
    for words, clips, wordings, of_wordings in (
        *((5, 3, 3, 0), (5, 6, 3, 0), (5, 3, 6, 0)),
        *((10, 3, 2, 0), (10, 3, 3, 0), (10, 3, 4, 0), (10, 3, 6, 0), (10, 5, 4, 0)),
        *((10, 3, 6, 2), (10, 3, 6, 3)),
    ):
        tried = replace(asked, battery=Battery("tried", words, clips, wordings), of_wordings=of_wordings)
        found = recovery(tried)
        design = f"{words:5d} {clips:5d} {wordings:8d} {of_wordings or wordings:14d} {tried.asks:6,}"
        yield f"{design} | {found} | {found.shrunk:6.3f}"


def _strays_table(asked: Asked) -> Iterator[str]:
    yield "strays of paper, of standard |  paper  standard  ratio, points"
    for paper, ours in ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.2, 0.0), (0.3, 0.0), (0.3, 0.1), (0.5, 0.0)):
        cases = ((PAPER, paper), (STANDARD, ours))
        errors = [recovery(replace(asked, battery=replace(each, strays=share))).points for each, share in cases]
        yield f"{paper:15.1f} {ours:12.1f} | {errors[0]:6.2f} {errors[1]:9.2f} {errors[1] / errors[0]:6.2f}"


def main() -> None:
    """Print the tables."""
    tables = {"profile": _profile_table, "tried": _tried_table, "strays": _strays_table}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=int, default=10)
    parser.add_argument("--cohort", choices=("drawn", "open"), default="drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=tuple(tables))
    chosen = parser.parse_args()
    asked = Asked(corpora=chosen.corpora, cohort=chosen.cohort, seed=chosen.seed)
    for name, table in tables.items():
        if chosen.only in (None, name):
            print(f"## {name}, {chosen.cohort} respondents")
            for line in table(asked):
                print(line, flush=True)


if __name__ == "__main__":
    main()
