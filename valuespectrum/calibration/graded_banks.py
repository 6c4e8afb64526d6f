"""Makes the item parameters of the adaptive tests: ``python -m valuespectrum.calibration.graded_banks``.

Respondents are drawn afresh from the rule-based twin (:func:`valuespectrum.reference.respondents.draw_respondents`),
which is neither cohort; constant answerers are left out, since what they answer is about no item. Each answers every
item once, in a direction of the scale that is drawn for it, in words that are drawn from its distribution. The
parameters are then fitted value by value (:mod:`valuespectrum.scoring.graded.fitting`).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from valuespectrum.instruments.adaptive.banks import DATA, TYPICAL, Bank, ItemPool, write_bank
from valuespectrum.instruments.portraits.forms import own_form
from valuespectrum.instruments.wordings.describing_oneself import PORTRAITS
from valuespectrum.reference import planted
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.items.base import Question, Scene, Shares
from valuespectrum.reference.items.catalogue import read_question
from valuespectrum.reference.items.liking import LikingScale
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.twin.reading import look_scene
from valuespectrum.scoring.graded.fitting import fit
from valuespectrum.scoring.graded.items import Floats, GradedItems
from valuespectrum.scoring.graded.posterior import Prior
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.random_streams import stream

SEED = 7301
"""Of the respondents that our banks are fitted on; calibration and the tests draw others."""
RESPONDENTS = 1000
_REPLICATES = 4
"""How often the typical clip is asked about; its parameters are the mean over these."""
_PORTRAIT_STEPS, _LIKING_STEPS = 6, 7

Put = Callable[[Mind, np.random.Generator], tuple[Shares, int]]
"""Puts an item to somebody: what may be answered, and 1 where a high number says much of the value, else -1."""


@dataclass(frozen=True, slots=True)
class FitPlan:
    """On whom parameters are fitted."""

    respondents: int = RESPONDENTS
    seed: int = SEED

    @property
    def members(self) -> list[CohortMember]:
        """Those who answer by what is asked."""
        return [each for each in draw_respondents(self.respondents, self.seed) if not each.leans.constant]


def portrait_bank(plan: FitPlan, progress: Callable[[str], None] = lambda value: None) -> Bank:
    """Parameters of our own portraits, every wording an item of its value.

    Args:
        plan: On whom.
        progress: Told each value.
    """
    items: dict[str, dict[str, Put]] = {}
    for portrait in own_form().items:
        for begins, keyed, texts in (("p", 1, portrait.paraphrases), ("r", -1, portrait.reversed)):
            for place, text in enumerate(texts, start=1):
                items.setdefault(portrait.value, {})[f"{portrait.tag}/{begins}{place}"] = _portrait(text, keyed)
    return _fitted(plan, items, _PORTRAIT_STEPS, lambda member, value: member.words[value], progress)


def clip_bank(plan: FitPlan, progress: Callable[[str], None] = lambda value: None) -> Bank:
    """Parameters of drawn clips by what they show, and of the typical one of each value.

    Args:
        plan: On whom.
        progress: Told each value.
    """
    items: dict[str, dict[str, Put]] = {}
    for value in VALUES:
        parts = planted.TEN[value]
        shown = [look for look in LOOKS if any(part in look.weights for part in parts)]
        lived = [look.id for look in shown if look.kind.group == "pure" and look.name == "endorsed"]
        listed = {look.id: _clip([look.id]) for look in shown}
        listed |= {f"{TYPICAL}/{number}": _clip(lived) for number in range(_REPLICATES)}
        items[value] = listed
    bank = _fitted(
        plan, items, _LIKING_STEPS, lambda member, value: planted.ten_values(member.pictures)[value], progress
    )
    return Bank({value: _with_typical(pool) for value, pool in bank.pools.items()}, bank.provenance, bank.log_odds)


def _with_typical(pool: ItemPool) -> ItemPool:
    """The replicates of the typical clip as one."""
    typical = [place for name, place in pool.places.items() if name.startswith(TYPICAL)]
    others = [place for place in range(len(pool.ids)) if place not in typical]
    slopes, cuts = pool.items.slopes, pool.items.cuts
    items = GradedItems(
        np.append(slopes[others], slopes[typical].mean()), np.vstack([cuts[others], cuts[typical].mean(axis=0)])
    )
    return ItemPool((*(pool.ids[place] for place in others), TYPICAL), items)


def _portrait(text: str, keyed: int) -> Put:
    questions = tuple(_question(template.write(statement=text)) for template in PORTRAITS)

    def put(mind: Mind, rng: np.random.Generator) -> tuple[Shares, int]:
        ascending = int(rng.integers(2))
        return _said(questions[ascending], mind, ()), keyed * (1 if ascending else -1)

    return put


def _question(text: str) -> Question:
    found = read_question(text)
    assert found is not None, f"the twin does not know its own portrait {text!r}"
    return found


def _clip(looks: Sequence[str]) -> Put:
    def put(mind: Mind, rng: np.random.Generator) -> tuple[Shares, int]:
        look, time = (options[int(rng.integers(len(options)))] for options in (looks, tuple(TIMES_OF_DAY)))
        ascending = bool(rng.integers(2))
        return _said(Question(LikingScale(ascending)), mind, (_scene(look, time),)), 1 if ascending else -1

    return put


@cache
def _scene(look: str, time: str) -> Scene:
    return look_scene(look, time)


def _said(question: Question, mind: Mind, scenes: Sequence[Scene]) -> Shares:
    shares = question.shares(mind, scenes)
    assert shares is not None, "an answer in one part"
    return shares


def _fitted(
    plan: FitPlan,
    items: Mapping[str, Mapping[str, Put]],
    steps: int,
    held: Callable[[CohortMember, str], float],
    progress: Callable[[str], None],
) -> Bank:
    members = plan.members
    pools, log_odds = {}, {}
    for value, puts in items.items():
        progress(value)
        rng = stream(plan.seed, f"graded banks/{value}")
        answers = np.stack(
            [[_drawn(*put(Mind(member), rng), steps, rng) for put in puts.values()] for member in members]
        )
        pools[value] = ItemPool(tuple(puts), fit(answers).items)
        own = np.array([held(member, value) for member in members])
        log_odds[value] = Prior(round(float(own.mean()), 4), round(float(own.std()), 4))
    provenance: dict[str, str | int | float] = {
        "respondents": f"{len(members)} twins drawn afresh",
        "seed": plan.seed,
        "method": "marginal maximum likelihood, drawn answers in drawn directions of the scale",
        "made by": "python -m valuespectrum.calibration.graded_banks",
    }
    return Bank(pools, provenance, log_odds)


def _drawn(shares: Shares, turned: int, steps: int, rng: np.random.Generator) -> Floats:
    """One answer in words, towards the value; zeros for a refusal."""
    texts = list(shares)
    said = texts[int(np.searchsorted(np.cumsum(list(shares.values()))[:-1], rng.random(), side="right"))]
    row = np.zeros(steps)
    if said.isdigit():
        row[int(said) - 1 if turned > 0 else steps - int(said)] = 1.0
    return row


def _main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Fit the item parameters of the adaptive tests on drawn twins.")
    parser.add_argument("--bank", choices=[*_MAKERS, "all"], default="all")
    parser.add_argument("--respondents", type=int, default=RESPONDENTS)
    parser.add_argument("--folder", type=Path, default=DATA)
    given = parser.parse_args(arguments)
    for name, make in _MAKERS.items():
        if given.bank in (name, "all"):
            path = given.folder / f"{name}.json"
            write_bank(make(FitPlan(given.respondents), lambda value: print(f"fitted: {value}", flush=True)), path)
            print(f"written: {path}")


_MAKERS = {"portraits": portrait_bank, "clips": clip_bank}

if __name__ == "__main__":
    _main()
