"""Dilemmas of our own: two actions that serve different values, and a price of one of them that rises over five steps.

Values meet in rounds: in each round every value is in one dilemma, against a value that is drawn. So all values are
offered equally often, and what a value met is a sample of what it could meet, over which intervals generalize.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from valuespectrum.instruments.dilemmas.items import STEPS, Course, DilemmaStep, Escalation, EscalationSet
from valuespectrum.instruments.wordings.choosing import PRICES, own_actions
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN, ValueSet
from vectorstore.foundation.random_streams import shuffled, stream

OWN_SCORED: Mapping[str, ValueSet] = {"ten": TEN, "nineteen": NINETEEN}
"""Values that our own dilemmas can be scored over; their actions each serve a refined one."""


def members_of(scored: ValueSet) -> Mapping[str, tuple[str, ...]]:
    """Every value that is scored, to the refined values that it is made of."""
    if scored == NINETEEN:
        return {value: (value,) for value in NINETEEN.dimensions}
    return GROUPS[NINETEEN.name, scored.name]


def own_dilemmas(scored: ValueSet, rounds: int, seed: int) -> EscalationSet:
    """Draw dilemmas.

    Args:
        scored: ``TEN`` or ``NINETEEN``: the values that are set against each other.
        rounds: In each every value is in one dilemma; of an odd number of values one sits out.
        seed: Root seed; it decides who meets whom, by which actions, and which of them has the price.

    Returns:
        ``rounds`` times half as many dilemmas as there are values.
    """
    dilemmas = []
    for number in range(rounds):
        generator = stream(seed, f"instruments/dilemmas/{scored.name}", number)
        for place, (one, other) in enumerate(_matches(scored.dimensions, generator)):
            courses = (_drawn(scored, one, generator), _drawn(scored, other, generator))
            priced = int(generator.random() < 0.5)
            steps = tuple(DilemmaStep(step, courses, priced=priced) for step in range(1, STEPS + 1))
            dilemmas.append(Escalation(f"{number + 1:02d}-{place + 1}", steps))
    return EscalationSet(NINETEEN, tuple(dilemmas))


def expected_preferences(words: Mapping[str, float], pressure: float, scored: ValueSet) -> dict[str, float]:
    """How often each value should win, over all dilemmas that can be drawn, less one half.

    Args:
        words: Refined value to its utility, in log-odds.
        pressure: What the price takes from the utility of a course at every step after the first.
        scored: As of ``own_dilemmas``.

    Returns:
        Value to its preference score over all steps, -0.5 to 0.5: the mean over values it can meet, the refined values
        on both sides, and which of them has the price.
    """
    from scipy.special import expit

    members = members_of(scored)
    costs = pressure * np.arange(len(PRICES))
    either = np.concatenate([-costs, costs])
    held = {value: np.array([words[part] for part in parts]) for value, parts in members.items()}
    return {
        value: float(
            np.mean([_beats(own, held[other], either, expit) for other in scored.dimensions if other != value]) - 0.5
        )
        for value, own in held.items()
    }


def _beats(own: np.ndarray, other: np.ndarray, costs: np.ndarray, expit: np.ufunc) -> float:
    return float(expit(own[:, None, None] - other[None, :, None] + costs).mean())


def _matches(values: Sequence[str], generator: np.random.Generator) -> Iterator[tuple[str, str]]:
    order = [values[place] for place in shuffled(len(values), generator)]
    yield from zip(order[::2], order[1::2], strict=False)


def _drawn(scored: ValueSet, value: str, generator: np.random.Generator) -> Course:
    parts = members_of(scored)[value]
    refined = parts[int(generator.random() * len(parts))]
    actions = own_actions()[refined]
    return Course(actions[int(generator.random() * len(actions))], refined)
