"""Verdicts and intervals of planted personas: ``python -m bench.truth.movements``.

``theta = (1 - obedience) * bare + obedience * strength * target + text + error``, a text shift of its own for every
persona and placebo; placebos aim at targets of their own, as personas of others do. Or set by set: every role adds to
what all say about a clip and to what all make of a wording something of its own.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import Inferred
from valuespectrum.scoring.personas.placebos import Movement, movement
from valuespectrum.scoring.personas.role_sets import BARE, PERSONA, TEXTS, RoleSets
from valuespectrum.scoring.readouts.evidence import Floats

GRADED = ("pull", "keep", "target_share", "alignment")
TARGET: Floats = np.array([1.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What is planted."""

    persona: float = 0.0
    """Obedience to the persona, 0 to 1; below 0 the model does the opposite."""
    placebo: float = 0.0
    text_sd: float = 0.5
    """Of what any text shifts a value by, in log-odds."""
    error_sd: float = 0.17
    """Of the measured profiles."""
    strength: float = 2.0
    value_sd: float = 1.2
    texts: int = 8


def moved(planted: Obeyed, generator: np.random.Generator) -> Movement:
    """One persona with its placebos."""
    bare = generator.normal(0, planted.value_sd, len(TARGET))
    target = generator.permutation(TARGET)

    def measured(obedience: float, aim: Floats, text_sd: float) -> Floats:
        shift = generator.normal(0, text_sd, len(TARGET)) + generator.normal(0, planted.error_sd, len(TARGET))
        return (1 - abs(obedience)) * bare + obedience * planted.strength * aim + shift

    placebos = [measured(planted.placebo, generator.permutation(TARGET), planted.text_sd) for _ in range(planted.texts)]
    return movement(measured(planted.persona, target, planted.text_sd), measured(0.0, target, 0.0), target, placebos)


@dataclass(frozen=True, slots=True)
class Sets:
    """Over what a persona is measured, and how its words and those of placebos meet that; sd in log-odds."""

    clips: int = 15
    wordings: int = 3
    clip: tuple[float, float] = (0.3, 0.3)
    """Clip x persona, and clip x placebo text."""
    wording: tuple[float, float] = (0.1, 0.1)
    """Value x wording x persona, and value x wording x placebo text."""


def moved_over_sets(planted: Obeyed, sets: Sets, generator: np.random.Generator) -> tuple[Movement, Floats]:
    """One persona with its placebos, set by set; and the shifts that are true over clips, wordings and texts."""
    values, aim = len(TARGET), generator.permutation(TARGET)
    bare = generator.normal(0, planted.value_sd, values)
    pleasing = generator.normal(0, 0.4, sets.wordings) + generator.normal(0, 0.3, (values, 1, sets.wordings))
    shared = generator.normal(0, 0.6, (values, sets.clips, 1)) + pleasing
    roles = [(planted.persona, aim, planted.text_sd, 0), (0.0, aim, 0.0, None)]
    roles += [(planted.placebo, generator.permutation(TARGET), planted.text_sd, 1) for _ in range(planted.texts)]
    tables = []
    for obedience, goal, text_sd, own in roles:
        held = (1 - abs(obedience)) * bare + obedience * planted.strength * goal
        held = held + generator.normal(0, text_sd, values)
        clip, wording = (0.0, 0.0) if own is None else (sets.clip[own], sets.wording[own])
        met = generator.normal(0, clip, (values, sets.clips, 1))
        met = met + generator.normal(0, wording, (values, 1, sets.wordings))
        tables.append(
            held[:, None, None] + shared + met + generator.normal(0, 0.25, (values, sets.clips, sets.wordings))
        )
    said = RoleSets(np.array(tables), Clusters.of(np.arange(values * sets.clips).reshape(values, -1)), None, Facets())
    own_profile, shifts = said.numbers[BARE].mean(axis=(1, 2)), said.shifts()
    found = movement(own_profile + shifts[PERSONA], own_profile, aim, list(own_profile + shifts[TEXTS]), said)
    true = planted.persona * planted.strength * aim + (abs(planted.placebo) - abs(planted.persona)) * bare
    return found, true - true.mean()


def covered(planted: Obeyed, sets: Sets, count: int, seed: int) -> dict[str, float]:
    """Share of intervals that hold what is planted over clips, wordings and texts (slopes: values); and of verdicts."""
    generator = np.random.default_rng(seed)
    keep, pull = 1 - abs(planted.persona), planted.persona * planted.strength
    held: dict[str, list[float]] = {name: [] for name in ("keep", "pull", "beyond", "shifts", "moved", "moved away")}
    for _ in range(count):
        found, shifts = moved_over_sets(planted, sets, generator)
        held["keep"].append(_holds(found.keep, keep))
        held["pull"].append(_holds(found.against_bare, pull))
        held["beyond"].append(_holds(found.against_placebos, pull))
        held["shifts"] += [_holds(one, true) for one, true in zip(found.shifts, shifts, strict=True)]
        for verdict in ("moved", "moved away"):
            held[verdict].append(float(found.verdict == verdict))
    return {name: float(np.mean(each)) for name, each in held.items()}


def _holds(finding: Inferred, true: float) -> float:
    low, high = finding.estimate.low, finding.estimate.high
    return float(low is not None and high is not None and low <= true <= high)


def over_sets() -> Iterator[tuple[str, Obeyed, Sets]]:
    """Personas whose words meet clips and wordings as placebo texts do, and much more."""
    alike, odd = Sets(), Sets(clip=(1.0, 0.3), wording=(0.4, 0.1))
    for obedience in (0.0, 0.6):
        for text_sd in (0.0, 0.5):
            yield f"obeyed {obedience}, text sd {text_sd}, alike", Obeyed(obedience, text_sd=text_sd), alike
            yield f"obeyed {obedience}, text sd {text_sd}, odd", Obeyed(obedience, text_sd=text_sd), odd
    yield "ignored, placebo obeyed .6, text sd .5, alike", Obeyed(placebo=0.6), alike
    yield "obeyed .6, text sd .1, odd, 5 clips", Obeyed(0.6, text_sd=0.1), replace(odd, clips=5)


def cases() -> Iterator[tuple[str, Obeyed]]:
    """Nulls first, then personas that work."""
    yield "nothing works, no text shift", Obeyed(text_sd=0.0)
    yield "nothing works, text sd .3", Obeyed(text_sd=0.3)
    yield "nothing works, text sd .5", Obeyed()
    for texts in (5, 8, 12):
        yield f"placebo obeyed .6, text sd .5, {texts} texts", Obeyed(placebo=0.6, texts=texts)
    for text_sd in (0.3, 0.5):
        for obedience in (0.3, 0.6, 0.9):
            for texts in (5, 8, 12):
                yield (
                    f"persona obeyed {obedience}, text sd {text_sd}, {texts} texts",
                    Obeyed(obedience, texts=texts, text_sd=text_sd),
                )
    yield "persona and placebos obeyed .75, text sd .5", Obeyed(0.75, 0.75)
    yield "persona does the opposite .6, text sd .3", Obeyed(-0.6, text_sd=0.3)


def told_apart(low: float, high: float, count: int, seed: int, text_sd: float = 0.5) -> dict[str, float]:
    """How well each measure tells two degrees of obedience apart: difference of means over the pooled spread (d')."""
    generator = np.random.default_rng(seed)
    rows = [
        np.array([_graded(one) for one in (moved(Obeyed(each, text_sd=text_sd), generator) for _ in range(count))])
        for each in (low, high)
    ]
    spread = np.sqrt((rows[0].var(axis=0, ddof=1) + rows[1].var(axis=0, ddof=1)) / 2)
    found = (rows[1].mean(axis=0) - rows[0].mean(axis=0)) / spread
    return dict(zip(GRADED, found.tolist(), strict=True))


def _graded(one: Movement) -> tuple[float, ...]:
    found = one.regression
    return found.pull, -found.keep, found.target_share, np.nan if one.aligned is None else one.aligned


def verdicts(planted: Obeyed, count: int, seed: int) -> dict[str, float]:
    """Share of each verdict."""
    generator = np.random.default_rng(seed)
    counts = Counter(moved(planted, generator).verdict for _ in range(count))
    return {verdict: counts[verdict] / count for verdict in ("moved", "not distinguishable", "moved away", "unknown")}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    for name, planted in cases():
        shares = verdicts(planted, chosen.trials, chosen.seed)
        print(f"{name:50}" + "".join(f"  {verdict} {share:.3f}" for verdict, share in shares.items()), flush=True)
    for name, planted, sets in over_sets():
        shares = covered(planted, sets, chosen.trials, chosen.seed)
        print(f"{name:50}" + "".join(f"  {each} {share:.3f}" for each, share in shares.items()), flush=True)
    for text_sd in (0.3, 0.5):
        print(f"d' between obedience .75 and .90, text sd {text_sd}:", told_apart(0.75, 0.9, chosen.trials, 1, text_sd))


if __name__ == "__main__":
    main()
