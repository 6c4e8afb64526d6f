"""Value neurons on the reference VLM, whose values are planted: ``python -m bench.truth.neurons [--open-sealed]``.

Neurons are found once a value, by personas of the trait bank put to ``reference:amber``, and edited in every
respondent. Blocks and gamma are chosen on the open cohort by half of the items of ``bench/truth/steering.py``; the
sealed cohort and the other half say what that comes to, beside random masks of the same size, another one for each
respondent. Units that intervals are over: respondents. What is planted is never looked at: the question is whether the
measured profile moves.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from agents.models.base import ModelOptions
from agents.models.steering.edits import Edit
from bench.truth.steering import OPEN, SIDES, VALID, Moved, Reading, Study, around, interval, moves, study_items
from valuespectrum.reference.cohort import DEFAULT, SEALED_NAMES
from valuespectrum.reference.models import load
from valuespectrum.steering.neurons.aspects import opposed_asks, trait_aspects
from valuespectrum.steering.neurons.firing import OpposedFiring, opposed_firing
from valuespectrum.steering.neurons.fitting import portrait_questions
from valuespectrum.steering.neurons.selection import NeuronEditing, ValueNeurons, neuron_edits, random_mask, select
from valuespectrum.theory.values import VALUES

PAIRS = 60
THRESHOLDS = (0.05, 0.1)
GAMMAS = (2.0, 4.0, 8.0)
BLOCKS = ((0, 1, 2), (0, 1, 2, 3, 4, 5))
WAYS = ("neurons", "random")


@dataclass(frozen=True, slots=True)
class ChosenNeurons:
    """How a value is steered."""

    threshold: float
    gamma: float
    layers: tuple[int, ...]


def edits_by(firing: OpposedFiring, chosen: ChosenNeurons, mask: int | None = None) -> tuple[Edit, ...]:
    """Edits by the neurons of a value, or by as many others."""
    found = select(firing, chosen.threshold)
    kept = ValueNeurons(
        found.holds.within(chosen.layers), found.rejects.within(chosen.layers), found.threshold, found.widths
    )
    taken = kept if mask is None else random_mask(kept, mask)
    return neuron_edits(taken, NeuronEditing(chosen.gamma, phase="both"))


def choose_neurons(study: Study, firing: OpposedFiring, value: str) -> tuple[ChosenNeurons, float]:
    """The combination that moves a value most on half of the items, and by how much, among those that leave answers."""
    place, most = VALUES.index(value), -np.inf
    best: ChosenNeurons | None = None
    for threshold in THRESHOLDS:
        for layers in BLOCKS:
            for gamma in GAMMAS:
                chosen = ChosenNeurons(threshold, gamma, layers)
                told = [study.change(who, 0, edits_by(firing, chosen)) for who in OPEN]
                own = float(np.mean([moved[side][place] for moved, _ in told for side in SIDES]))
                if own > most and min(after.valid for _, after in told) >= VALID:
                    best, most = chosen, own
    if best is None:
        raise ValueError(f"{value}: whatever is edited, answers of the open cohort are no options any more")
    return best, most


def measured(
    study: Study, who: Sequence[str], firings: Mapping[str, OpposedFiring], chosen: Mapping[str, ChosenNeurons]
) -> dict[str, dict[str, Moved]]:
    """Neurons and random masks on the half that nothing was chosen by: way to value."""
    found: dict[str, dict[str, Moved]] = {way: {} for way in WAYS}
    for value, best in chosen.items():
        for way in WAYS:
            told = [
                study.change(name, 1, edits_by(firings[value], best, None if way == "neurons" else number))
                for number, name in enumerate(who)
            ]
            found[way][value] = Moved(
                {side: np.array([moved[side] for moved, _ in told]) for side in SIDES},
                min(after.valid for _, after in told),
                float(np.mean([after.knowledge for _, after in told])),
            )
    return found


def _tell(found: Mapping[str, Mapping[str, Moved]], who: Sequence[str]) -> None:
    for side in SIDES:
        for way in WAYS:
            own = np.mean([each.moved[side][:, VALUES.index(value)].mean() for value, each in found[way].items()])
            beside = {
                name: np.mean([each.moved[side][:, around(value)[name]].mean() for value, each in found[way].items()])
                for name in ("neighbours", "opposites", "rest")
            }
            words = " ".join(f"{name} {mean:+.2f}" for name, mean in beside.items())
            known = np.mean([each.knowledge for each in found[way].values()])
            valid = min(each.valid for each in found[way].values())
            print(
                f"{side:7s} {way:8s} own {own:+.2f} {words} valid >= {valid:.2f} tasks right {known:.2f} n {len(who)}"
            )
        told = {value: moves(found, "neurons", value, side) for value in found["neurons"]}
        for which, words in enumerate(("its interval", "the random mask", "the random mask either way")):
            moved = [value for value, each in told.items() if each[which]]
            print(f"{side:7s} beyond {words}: {len(moved)} of {len(told)}: {', '.join(moved)}")
    for value in found["neurons"]:
        for side in SIDES:
            place = VALUES.index(value)
            ways = {way: interval(found[way][value].moved[side][:, place]) for way in WAYS}
            words = "; ".join(f"{way} {mean:+.2f} [{low:+.2f}, {high:+.2f}]" for way, (mean, low, high) in ways.items())
            print(f"{value} {side}: {words}")


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open-sealed", action="store_true", help="measure the sealed cohort, too")
    parser.add_argument("--values", nargs="*", default=list(VALUES), help="which of the ten")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        model = load(DEFAULT, ModelOptions(engine="naive"))
        items = study_items(Path(folder))
        held = {half: [place for place, item in enumerate(items) if item.half == half] for half in (0, 1)}
        study = Study(Reading(model, items), {}, held)
        firings, chosen = {}, {}
        for value in given.values:
            told = trait_aspects(value, portrait_questions(1), PAIRS)
            firings[value] = opposed_firing(model, opposed_asks(told, PAIRS), "asked")
            chosen[value], most = choose_neurons(study, firings[value], value)
            count = len(select(firings[value], chosen[value].threshold).holds)
            print(f"{value}: {chosen[value]}, {count} neurons, open cohort {most:+.2f}", flush=True)
        if given.open_sealed:
            print("sealed cohort")
            _tell(measured(study, SEALED_NAMES, firings, chosen), SEALED_NAMES)


if __name__ == "__main__":
    _main()
