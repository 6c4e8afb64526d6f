"""How often guards speak when they should, and when they should not: ``python -m bench.truth.guarded``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np

from bench.truth.cells import Asked, Planted, truth_and_cells
from valuespectrum.scoring.guards.directional import directional_share
from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.guards.refusals import unequal_refusals
from valuespectrum.scoring.guards.sameness import constant_answers, readout_mass, strong_leans
from valuespectrum.scoring.guards.wordings import wording_agreement
from valuespectrum.scoring.readouts.evidence import Kind
from valuespectrum.scoring.readouts.identify import identify, understanding
from valuespectrum.theory.values import VALUES

Trial = Callable[[np.random.Generator], Finding]
ONE = 1


def negation_trial(planted: Planted, kind: Kind, clips: int, wordings: int = 2) -> Trial:
    """One respondent's answers to both polarities."""

    def trial(generator: np.random.Generator) -> Finding:
        _, cells = truth_and_cells(planted, Asked(kind, ONE, clips, wordings), generator)
        return understanding(cells, 0)

    return trial


def silence_trial(planted: Planted, clips: int, wordings: int = 2) -> Trial:
    """One respondent's single most likely texts, flagged where nothing is told of liking, not even an order."""

    def trial(generator: np.random.Generator) -> Finding:
        _, cells = truth_and_cells(planted, Asked("greedy_text", ONE, clips, wordings), generator)
        found = identify(cells)[0]
        return told("identification", found.status == "not identifiable", 0.0, 0.0, ("", found.why))

    return trial


def refusal_trial(clips: int, selective: float, background: float, partial: bool = False) -> Trial:
    """Refused clips: the least liked share of one value, and any clip with the background's chance.

    Args:
        clips: A value.
        selective: Share of the clips of one value that are refused, the least liked ones.
        background: Chance of any clip to be refused.
        partial: Whether a refused clip is refused in a part of its asks.
    """

    def trial(generator: np.random.Generator) -> Finding:
        value = np.repeat(np.arange(len(VALUES)), clips)
        refused = (generator.random(len(value)) < background).astype(np.float64)
        refused[: round(selective * clips)] = 1.0
        if partial:
            refused = refused * generator.uniform(0.3, 1.0, len(value))
        return unequal_refusals(refused, value, VALUES, generator)

    return trial


def wording_trial(spread: float, clips: int, wordings: int) -> Trial:
    """One respondent's liking by clip and wording, with a spread of value x wording."""

    def trial(generator: np.random.Generator) -> Finding:
        planted = Planted(value_wording_sd=spread, value_sd=1.0)
        _, cells = truth_and_cells(planted, Asked("log_probability", ONE, clips, wordings), generator)
        return wording_agreement((cells.yes[0] * np.array([1, 1, -1, -1])).mean(axis=-1))

    return trial


def directional_trial(lean_sd: float, models: int) -> Trial:
    """Means of models whose leans spread so much; liking spreads by 1."""

    def trial(generator: np.random.Generator) -> Finding:
        lean = generator.normal(0, lean_sd, (models, 1))
        liking = generator.normal(0, 1, (models, len(VALUES)))
        noise = generator.normal(0, 0.2, (2, models, len(VALUES)))
        return directional_share(lean + liking + noise[0], lean - liking + noise[1], noise=0.04)

    return trial


def sameness_trials() -> Iterator[tuple[str, Trial, bool]]:
    """Constant words, log-odds at the cut, and little mass."""

    def log_odds(generator: np.random.Generator, lean: float) -> np.ndarray:
        return truth_and_cells(Planted(lean=lean), Asked("log_probability", ONE), generator)[1].yes

    yield "constant: lean 6, greedy", lambda g: constant_answers((log_odds(g, 6) > 0).astype(float)), True
    yield "constant: lean 1, greedy", lambda g: constant_answers((log_odds(g, 1) > 0).astype(float)), False
    yield "strong leans: 20", lambda g: strong_leans(log_odds(g, 20).clip(-20, 20)), True
    yield "strong leans: 10", lambda g: strong_leans(log_odds(g, 10).clip(-20, 20)), False
    yield "mass: .6 on average", lambda g: readout_mass(g.beta(3, 2, 600)), True
    yield "mass: .95 on average", lambda g: readout_mass(g.beta(19, 1, 600)), False


def trials() -> Iterator[tuple[str, Trial, bool]]:
    """Every planted case: its name, a trial, and whether it should be flagged."""
    kinds: tuple[Kind, ...] = ("log_probability", "samples", "sampled_text", "greedy_text")
    for kind in kinds:
        for lean in (0.0, 1.0, 2.0):
            for understood, flag in ((1.0, False), (0.0, True), (-1.0, True)):
                planted = Planted(lean=lean, understood=understood, value_wording_sd=0.15)
                name = f"negation x {understood:g}: {kind}, lean {lean:g}"
                yield name, negation_trial(planted, kind, 15), flag
                if kind == "greedy_text":
                    yield f"nothing told: {name}", silence_trial(planted, 15), flag
    for clips, background in ((15, 0.0), (15, 0.02), (15, 0.05), (40, 0.05), (15, 0.15), (40, 0.15)):
        name = f"refusals, C {clips}, {background:.0%} anywhere"
        yield f"{name}, 30 % of one value", refusal_trial(clips, 0.3, background), True
        yield f"{name}", refusal_trial(clips, 0.0, background), False
    yield "refusals in part, C 15, 5 % anywhere, 30 %", refusal_trial(15, 0.3, 0.05, partial=True), True
    yield "refusals in part, C 15, 15 % anywhere", refusal_trial(15, 0.0, 0.15, partial=True), False
    for spread, flag in ((0.0, False), (0.3, False), (1.5, True)):
        yield f"wordings: value x wording {spread:g}, W 3", wording_trial(spread, 15, 3), flag
    yield "directional: leans spread by 2, 20 models", directional_trial(2.0, 20), True
    yield "directional: leans spread by .4, 20 models", directional_trial(0.4, 20), False
    yield from sameness_trials()


def rate(trial: Trial, count: int, seed: int = 0) -> float:
    """Share of trials that are flagged."""
    generator = np.random.default_rng(seed)
    return float(np.mean([trial(generator).flagged for _ in range(count)]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--only", default="", help="part of the name of a case")
    chosen = parser.parse_args()
    for name, trial, should in trials():
        if chosen.only in name:
            print(
                f"{name:60}{'hit rate' if should else 'false alarms':>14}{rate(trial, chosen.trials):7.3f}", flush=True
            )


if __name__ == "__main__":
    main()
