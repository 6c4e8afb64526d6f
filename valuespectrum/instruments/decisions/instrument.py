"""``decisions``: what is done in everyday scenes, whether six values are behind it, and what is said of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.procedures.procedure import Named
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import OWN_WORDS
from valuespectrum.instruments.decisions.asking import (
    DEED,
    FOR_OTHER,
    LEFT,
    LISTED,
    ORDER,
    RATED,
    SCENE,
    STATED,
    WISHED_FOR,
    listings,
    ordering,
    stating,
    wish_asks,
)
from valuespectrum.instruments.decisions.choosing.orders import borda_consensus, orders_by_unit
from valuespectrum.instruments.decisions.measured import (
    Followed,
    RevealedWeights,
    agreement_numbers,
    follows_values,
    listed_orders,
    revealed_weights,
    takes_first_listed,
    value_scores,
)
from valuespectrum.instruments.decisions.network.deciding import Decider
from valuespectrum.instruments.decisions.options import DecisionsOptions
from valuespectrum.instruments.decisions.reading import DecisionAnswers, read_decisions
from valuespectrum.instruments.decisions.scenes.scene import VALUES
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.choosing import DECISION, DECISION_FOR
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, verdict_rates
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.recovery import spearman
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import VALUE_PILOT_6, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

EVERYDAY = "everyday_"
"""Begins the names of planted strengths of the six among everything that is planted."""
_COVERS = (
    "intervals are over scenes, drawn again by leaving out one at a time; they say nothing of other words for them"
)
_SIDES = {1: "decided for", -1: "decided against", 0: "not told from no weight"}
"""What is said of a weight by the side of 0 on which its interval lies."""
_UNTOLD = "what acts are rated for does not tell"
_STRONG = 2.0
"""Log-odds from which a little probability that is spread over all acts moves a weight by more than its interval."""
_WAY = 2
"""How an order goes on from an answer: another way does not follow from what older stores recorded."""
_GIVEN = "ratings of acts are those that come with the scenes: where these are wrong, so are the weights"


@INSTRUMENTS.register("decisions")
class EverydayDecisions:
    """What comes first in everyday scenes, and which of six values is behind it."""

    name: ClassVar[str] = "decisions"
    title: ClassVar[str] = "Decisions in everyday scenes"
    measures: ClassVar[str] = (
        "how much each of six everyday values weighs in what is done first in scenes, in log-odds for a whole rating, "
        "beside what is said of the six"
    )
    Options = DecisionsOptions
    value_set: ClassVar[ValueSet] = VALUE_PILOT_6
    unit: ClassVar[str] = SCENE
    pictures: ClassVar[Assignment | None] = None
    columns: ClassVar[tuple[str, ...]] = ("value", SCENE, ORDER, LISTED, LEFT, RATED, WISHED_FOR)
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    scale: ClassVar[str] = "log-odds"
    """What its numbers are, where they are set beside planted ones."""

    def __init__(self, options: DecisionsOptions | None = None) -> None:
        self.options: DecisionsOptions = options or DecisionsOptions()

    @property
    def items(self) -> Sequence[Item]:
        """The questions; scenes are made of parts or are the user's."""
        wishes = {str(ask.tags["value"]): ask.question for ask in wish_asks()}
        return [
            *(Item(f"{STATED} {value}", (words,), OWN_WORDS, (value,)) for value, words in wishes.items()),
            Item(DEED, (DECISION.text,), OWN_WORDS, VALUES),
            Item(FOR_OTHER, (DECISION_FOR.text,), OWN_WORDS, VALUES),
        ]

    def cost(self, pictures: int) -> int:
        """Asks to one respondent, at most: an order breaks off where an answer is none."""
        acts = [self.options.acts] * self.options.scenes
        if self.options.items:
            acts = [len(scene.acts) for scene in self.options.asked_scenes(0)]
        steps = sum(count - 1 if self.options.ranked else 1 for count in acts)
        return len(VALUES) + steps * (self.options.arrangements + self.options.told)

    def procedures(self, setting: Setting) -> Iterator[Named[object]]:
        """Wishes, and every scene in every order, for each respondent."""
        drawn = list(listings(self.options, setting.seed))
        for role in setting.respondents:
            yield Named(f"{self.name}/{role.words}/{STATED}", stating(role, dict.fromkeys(self.columns[1:], "")))
            for each in drawn:
                told = f"{each.name}/{each.arrangement}/{self.options.ranked}/{each.digest}"
                name = f"{self.name}/{role.words}/{told}/{_WAY}"
                yield Named(name, ordering(role, each, self.options.ranked))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Weights of the six, and how far what is done follows what is said."""
        found = read_decisions(answers, options)
        weights = revealed_weights(found, options)
        follows = Followed(agreement_numbers(listed_orders(found), found.stated, Decider()))
        scores = value_scores(weights, found, options.level)
        guards = (follows_values(weights), takes_first_listed(found))
        scenes = len({each.scene for each in found.decided})
        scalars = follows.estimates(options)
        scalars["follows"] = weights.estimate(lambda each: float(each[-1]), options.level)
        scalars["stated_agreement"] = _agreement(found, weights)
        return Measurement(
            instrument=self.name,
            value_set=VALUE_PILOT_6,
            unit=SCENE,
            scores=scores,
            overall=weights.estimate(lambda each: float(each[: len(VALUES)].mean()), options.level),
            scalars=scalars,
            bias={"first_listed": weights.estimate(lambda each: float(each[len(VALUES)]), options.level)},
            rates=_rates(found, options.level),
            covers=_COVERS,
            guards=guards,
            verdicts=_verdicts(weights, options.level),
            notes=(_GIVEN, *_leaks(found, weights), *(finding.statement for finding in guards if finding.flagged)),
            n_units=scenes,
            n_unscored=len({*found.scenes.tolist()}) - scenes,
            centred_over=len(VALUES) if scores[VALUES[0]].centred.mean is not None else 0,
            details={"decisions": _details(found)},
        )

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """The planted strengths, which are log-odds for a whole rating.

        Raises:
            InputError: Nobody knows them.
        """
        if any(f"{EVERYDAY}{value}" not in planted for value in VALUES):
            raise InputError(
                "nobody knows the everyday values of this respondent: its profile states the ten alone",
                "calibrate with reference respondents or their twins (--twins)",
            )
        return {value: planted[f"{EVERYDAY}{value}"] for value in VALUES}


def _leaks(found: DecisionAnswers, weights: RevealedWeights) -> tuple[str, ...]:
    """What intervals do not hold of strong weights that are read off probabilities."""
    strong = [abs(each) for each in weights.whole[: len(VALUES)] if abs(each) > _STRONG]
    if found.kind != "log_probability" or not strong:
        return ()
    return (
        f"weights beyond {_STRONG:g} ({len(strong)} of {len(VALUES)}): a model that spreads a few hundredths of its "
        "probability over all acts alike draws them towards 0, and intervals do not hold that",
    )


def _agreement(found: DecisionAnswers, weights: RevealedWeights) -> Estimate:
    """Rank correlation of what is said with what is behind decisions, over the six."""
    if weights.why or len(found.stated) < len(VALUES):
        return Estimate(None, why=weights.why or "not every wish was said")
    if np.isnan(weights.whole[: len(VALUES)]).any():
        return Estimate(None, why="what acts are rated for does not tell every value")
    held = dict(zip(VALUES, weights.whole[: len(VALUES)].tolist(), strict=True))
    return Estimate(spearman(held, dict(found.stated)), why="over six values, which are not drawn")


def _rates(found: DecisionAnswers, level: float) -> dict[str, Estimate]:
    import pandas as pd

    if not found.read:
        return {}
    told = [np.where(read.counts, 0.0, np.nan)[:, None] for read in found.read]
    whole = OptionAnswers(
        found.read[0].kind,
        ("decided",),
        np.concatenate([np.where(np.isnan(each), np.nan, 1.0) for each in told]),
        np.concatenate([read.neither for read in found.read]),
        np.concatenate([read.verdict for read in found.read]),
    )
    rates = verdict_rates(whole, pd.Series(found.scenes.astype(str)), level)
    return {name: Estimate.read(row) for name, row in rates.items()}


def _verdicts(weights: RevealedWeights, level: float) -> tuple[str, ...]:
    if weights.why:
        return (f"no weights are told: {weights.why}",)
    said: dict[str, list[str]] = {words: [] for words in _SIDES.values()}
    for place, value in enumerate(VALUES):
        estimate = weights.estimate(lambda each, place=place: float(each[place]), level)  # type: ignore[misc]
        words = _UNTOLD if estimate.mean is None else _SIDES[estimate.side]
        if estimate.mean is not None and estimate.low is None:
            words = f"not known how surely ({estimate.why})"
        said.setdefault(words, []).append(VALUE_PILOT_6.label(value).lower())
    return tuple(f"{words}: {', '.join(names)}" for words, names in said.items() if names)


def _details(found: DecisionAnswers) -> Json:
    ranked = orders_by_unit((scene, order) for (scene, _), order in found.orders().items())
    return {
        "stated": dict(found.stated),
        "orders": {scene: list(borda_consensus(each)) for scene, each in ranked.items()},
        "ranked": ranked,
        "whole_orders": sum(map(len, ranked.values())),
    }
