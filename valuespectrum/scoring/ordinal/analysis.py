"""From a table of ratings to contrasts that can be believed, or to the reason why there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.ordinal.contrasts import EffectDraws, likelihood_draws, own_contrasts, pair_contrasts
from valuespectrum.scoring.ordinal.design import OrdinalDesign, Thresholds, design_of
from valuespectrum.scoring.ordinal.maximum import Fit, held_at_an_end, maximum_likelihood, predictor_columns
from valuespectrum.scoring.ordinal.posterior import OrdinalPosterior, SamplerOptions, sample_posterior
from valuespectrum.scoring.ordinal.predictive import Predictive, predictive_check, replicates
from valuespectrum.scoring.ordinal.table import RatingTable
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    Advance = Callable[[int, int], None]

Floats = NDArray[np.float64]

FORMULA = "logit P(rating <= k) = c[k] - (gamma[respondent, value] + delta[respondent, version] + drawn effects)"
PUBLISHED = (
    "The formula of the study that put the PVQ-40 to Gemini, ChatGPT and DeepSeek (arXiv 2505.17112) was not "
    "published: none of its numbers can be made again, and this model is our own."
)


@dataclass(frozen=True, slots=True)
class OrdinalOptions:
    """How ratings are fitted."""

    bayes: bool = False
    """Draws from the posterior (numpyro), in place of maximum likelihood."""
    thresholds: Thresholds = "shared"
    """Whether all respondents use the scale alike, or each in a way of its own."""
    all_pairs: bool = False
    """Every respondent with every other, in place of the first with the others."""
    level: float = 0.95
    sampler: SamplerOptions = field(default_factory=SamplerOptions)

    def __post_init__(self) -> None:
        if self.thresholds not in get_args(Thresholds):
            known = " or ".join(get_args(Thresholds))
            raise InputError(f"thresholds are {known}, not {self.thresholds!r:.40}", "shared is usual")

    @property
    def seed(self) -> int:
        """Root seed of everything that is drawn."""
        return self.sampler.seed


@dataclass(frozen=True, slots=True)
class _Found:
    """What both ways of fitting come to."""

    drawn: EffectDraws
    spreads: dict[str, Json]
    why: list[str]
    check: Predictive
    sampling: Json | None


def analyse(table: RatingTable, options: OrdinalOptions, advance: Advance | None = None) -> Json:
    """Fit the model, look whether it can be believed, and tell contrasts where it can.

    Args:
        table: The ratings.
        options: How.
        advance: Told how far it is.

    Returns:
        ``concluded`` and, where not, ``why``; ``effects`` (centred within respondents) and ``differences`` (between
        respondents), both empty unless concluded; ``spreads`` of drawn effects; ``check``, ``sampling``, ``covers``,
        ``notes``, and what the table holds.

    Raises:
        InputError: The table cannot be fitted, or numpyro is wanted and not installed.
    """
    design = design_of(table, options.thresholds)
    found = _by_posterior(design, options, advance) if options.bayes else _by_likelihood(design, options, advance)
    pairs = _pairs(len(table.respondents), options.all_pairs)
    why = [*found.why, *found.check.why_not]
    concluded = not why
    effects = own_contrasts(found.drawn, options.level)
    differences = pair_contrasts(found.drawn, pairs, options.level)
    return {
        **_described(table, options),
        "concluded": concluded,
        "why": why,
        "effects": effects.to_json(table.respondents, table.values) if concluded else [],
        "differences": differences.to_json(table.respondents, table.values) if concluded else [],
        "spreads": found.spreads if concluded else {},
        "check": found.check.to_json(),
        "sampling": found.sampling,
        "covers": covers(design),
        "notes": [*table.notes, *_notes(design, options, found)],
        "published": PUBLISHED,
    }


def _described(table: RatingTable, options: OrdinalOptions) -> Json:
    """What was fitted to what."""
    return {
        "fit": "bayes" if options.bayes else "maximum likelihood",
        "formula": FORMULA,
        "respondents": list(table.respondents),
        "values": list(table.values),
        "answers": table.answers,
        "items": len(table.names["item"]),
        "versions": len(table.names["version"]),
        "people": len(table.names["person"]) if len(table.names["person"]) > 1 else 0,
        "steps": list(table.steps),
        "thresholds": options.thresholds,
        "level": options.level,
    }


def covers(design: OrdinalDesign) -> str:
    """What intervals are about, in words."""
    table = design.table
    others = ["other answers"]
    if table.several_items:
        others.append(f"other items like these {len(table.names['item'])}")
    if "person" in design.names or "person x value" in design.names:
        others.append(f"other people like these {len(table.names['person'])}")
    versions = len(table.names["version"])
    alone = ["these respondents"] + ([f"these {versions} ways of asking"] if versions > 1 else [])
    return f"intervals cover {' and '.join(others)}; they are about {' and '.join(alone)} alone"


def _notes(design: OrdinalDesign, options: OrdinalOptions, found: _Found) -> Iterator[str]:
    table = design.table
    if not table.several_items:
        yield "nobody rated two items of a value: nothing is said of other items"
    elif "item" not in design.names:
        yield (
            "items were rated too few times to tell how they differ: that is part of the chance of single answers, and "
            "differences between respondents are less sure than they could be"
        )
    elif "item x respondent" not in design.names:
        yield (
            "answers are too few for each item and respondent to tell how items suit respondents: that is part of the "
            "chance of single answers"
        )
    if options.bayes:
        for who, value, end in held_at_an_end(design):
            yield f"every answer of {who} on {value} is the {end} step in use: the prior alone holds that effect"
    elif design.terms:
        yield "intervals are Student's, since spreads of items and people are estimates"
    if options.thresholds == "shared" and found.check.why_not:
        yield "thresholds of their own (--thresholds own) let respondents use the scale in different ways"
    if len(table.respondents) * len(table.values) > 1:
        yield "a contrast stands out where the interval that holds for all contrasts of its table at once leaves 0 out"


def _pairs(respondents: int, all_pairs: bool) -> list[tuple[int, int]]:
    every: Sequence[tuple[int, int]] = list(combinations(range(respondents), 2))
    return [pair for pair in every if all_pairs or pair[0] == 0]


def _by_likelihood(design: OrdinalDesign, options: OrdinalOptions, advance: Advance | None) -> _Found:
    fit = maximum_likelihood(design, advance)
    why = [] if fit.converged else ["the likelihood has no top that could be found"]
    places = ((fit.top.thresholds, fit.top.predictors) for _ in range(replicates(design)))
    check = predictive_check(design, places, options.seed)
    spreads: dict[str, Json] = {
        name: {"estimate": float(sd)} for name, sd in zip(design.names, fit.spreads, strict=True)
    }
    return _Found(likelihood_draws(fit, options.seed), spreads, why, check, None)


def _by_posterior(design: OrdinalDesign, options: OrdinalOptions, advance: Advance | None) -> _Found:
    drawn = sample_posterior(design, options.sampler, advance)
    check = predictive_check(design, _posterior_places(drawn), options.seed)
    tails = ((1.0 - options.level) / 2.0, (1.0 + options.level) / 2.0)
    spreads: dict[str, Json] = {
        name: {
            "estimate": float(column.mean()),
            "low": float(np.quantile(column, tails[0])),
            "high": float(np.quantile(column, tails[1])),
        }
        for name, column in zip(design.names, drawn.spreads.T, strict=True)
    }
    told = drawn.sampling
    sampling = {"r_hat": told.r_hat, "effective_draws": told.size, "divergent": told.divergent, "draws": told.draws}
    return _Found(EffectDraws(drawn.gamma), spreads, told.why_not, check, sampling)


def _posterior_places(drawn: OrdinalPosterior) -> Iterator[tuple[Floats, Floats]]:
    for at in np.linspace(0, len(drawn.gamma) - 1, min(replicates(drawn.design), len(drawn.gamma))).astype(int):
        columns = predictor_columns(drawn.design, drawn.spreads[at])
        yield drawn.thresholds[at], columns @ drawn.coefficients[at]


def study_fit(table: RatingTable, options: OrdinalOptions, advance: Advance | None = None) -> Fit:
    """Fit of a pilot by maximum likelihood, to plan from.

    Raises:
        InputError: The table cannot be fitted, or tells of several people as of one respondent.
    """
    if table.several_people:
        raise InputError(
            "a plan counts repeats of one respondent, and in this pilot several people are one",
            "name runs, or tables in which nobody is several people",
        )
    return maximum_likelihood(design_of(table, options.thresholds), advance)
