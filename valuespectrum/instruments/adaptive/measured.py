"""From the stored answers of one adaptive test to a measurement: posterior means with posterior intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.instruments.adaptive.asking import TURNED, towards
from valuespectrum.instruments.adaptive.banks import UNSETTLED, Bank
from valuespectrum.instruments.adaptive.guards import precise_enough, same_answer
from valuespectrum.instruments.adaptive.known import Drawn, Known, draw_scores, known_values, overall_of, scores_of
from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import POSTERIOR, Measurement
from valuespectrum.scoring.answered.verdicts import listing
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import read_options, verdict_rates
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.graded.choosing import StopRule
from valuespectrum.scoring.graded.items import Floats
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

KEYED = "keyed"
"""Tag that says whether agreeing says much of the value (1) or little (-1), where there are both."""


@dataclass(frozen=True)
class Scoring:
    """How answers of an adaptive test are scored."""

    bank: Bank
    members: Mapping[str, Sequence[str]]
    """Value that is scored to the values of the bank whose mean it is."""
    rule: StopRule
    items: str
    """What the items are, in words: ``portraits``, ``clips``."""
    form_asks: int | None = None
    """Asks of the whole form; ``None`` where that is not known."""


def measured(instrument: Instrument, answers: pd.DataFrame, scoring: Scoring, options: ScoringOptions) -> Measurement:
    """Values on the scale of the whole form: the answer that is expected to all its items.

    Args:
        instrument: Whose answers these are.
        answers: Asks of one respondent, with the tags of ``asking``.
        scoring: Bank and values.
        options: Level, readout, seed and number of draws from the posterior.

    Raises:
        InputError: The bank does not have an item that was asked.
    """
    categories = next(iter(scoring.bank.pools.values())).items.categories
    read = read_options(answers, [str(number) for number in range(1, categories + 1)], options)
    shares = towards(read, answers[TURNED].to_numpy(float))
    known = known_values(answers, shares, scoring.bank, scoring.rule, instrument.unit)
    drawn = draw_scores(known, scoring.members, options.draws, stream(options.seed, "adaptive/posterior"))
    scores = scores_of(instrument.value_set, drawn, known, scoring.members, options.level)
    units = answers[instrument.unit]
    heard = int(units[read.counts].nunique())
    rates = {name: Estimate.read(row) for name, row in verdict_rates(read, units, options.level).items()}
    reasons = {value: each.reason for value, each in known.items()}
    guards = (same_answer(read.shares[read.counts]), precise_enough(reasons))
    return Measurement(
        instrument.name,
        instrument.value_set,
        instrument.unit,
        scores,
        overall=overall_of(drawn, options.level),
        bias=_leans(known, answers, options.level),
        rates=rates,
        reliability={POSTERIOR: Estimate(_reliability(known))},
        covers=_covers(scoring),
        guards=guards,
        verdicts=_verdicts(instrument.value_set, drawn, options.level),
        notes=(*(finding.statement for finding in guards if finding.flagged), *_unsettled(scoring.bank)),
        n_units=heard,
        n_unscored=int(units.nunique()) - heard,
        centred_over=len(drawn.values),
        details={
            "readout": read.kind,
            **{f"{name}_rate": rate.mean for name, rate in rates.items()},
            "adaptive": _course(known, scoring),
        },
    )


def _course(known: Mapping[str, Known], scoring: Scoring) -> dict[str, object]:
    """How the test went: asks, reasons, and where the parameters of its items are from."""
    asks, form = sum(each.asked for each in known.values()), scoring.form_asks
    return {
        "asks": asks,
        "form_asks": form,
        "share_of_form": round(asks / form, 4) if form else None,
        "values": {value: each.details for value, each in known.items()},
        "parameters": {"digest": scoring.bank.digest, **scoring.bank.provenance},
    }


def _unsettled(bank: Bank) -> tuple[str, ...]:
    """Which parameters must not be taken as they are."""
    named = bank.provenance.get(UNSETTLED)
    return (f"parameters of items did not settle when they were fitted: {named}",) if named else ()


def _covers(scoring: Scoring) -> str:
    """What the intervals are about."""
    return (
        f"posterior intervals: other answers of this respondent to {scoring.items} like those of the bank, whose "
        "parameters are taken as they are; the prior, which is how values were spread among those on whom the bank was "
        f"fitted ({scoring.bank.provenance.get('respondents', 'unknown')}), pulls scores towards their mean; other "
        "wordings and other ways of asking are not covered"
    )


def _reliability(known: Mapping[str, Known]) -> float | None:
    """Share of the variance of the trait, which is 1, that is known: one minus the mean posterior variance."""
    variances = [each.found.sd**2 for each in known.values() if each.answered]
    return 1 - float(np.mean(variances)) if variances else None


def _leans(known: Mapping[str, Known], answers: pd.DataFrame, level: float) -> dict[str, Estimate]:
    """Steps towards high numbers, and towards agreeing, whatever is asked; intervals over answers."""
    heard = [each for each in known.values() if each.answered]
    if not heard:
        return {}
    rows = np.concatenate([each.rows for each in heard])
    residuals = np.concatenate([each.residuals for each in heard])
    tags = {"scale_lean": TURNED, **({"acquiescence": KEYED} if KEYED in answers else {})}
    return {name: _mean(residuals * answers[tag].to_numpy(float)[rows], level) for name, tag in tags.items()}


def _mean(numbers: Floats, level: float) -> Estimate:
    from scipy.stats import t

    mean, count = float(numbers.mean()), len(numbers)
    if count < 2:
        return Estimate(mean, why="one answer")
    error = float(numbers.std(ddof=1) / np.sqrt(count))
    reach = float(t.ppf((1 + level) / 2, count - 1)) * error
    return Estimate(mean, mean - reach, mean + reach, se=error)


def _verdicts(value_set: ValueSet, drawn: Drawn, level: float) -> tuple[str, ...]:
    """Which values are surely above and below the respondent's mean, allowing for how many there are."""
    if len(drawn.values) < 2:
        return ("too few values were answered to compare them",)
    above = (drawn.centred > 0).mean(axis=1)
    needed = 1 - (1 - level) / (2 * len(drawn.values))
    labels = [value_set.label(value).lower() for value in drawn.values]
    sides = [
        ([label for label, share in zip(labels, chances, strict=True) if share >= needed], how)
        for chances, how in ((above, "above"), (1 - above, "below"))
    ]
    told = " and ".join(f"{listing(names)} {how}" for names, how in sides if names)
    if not told:
        return ("no value stands out from the respondent's mean",)
    return (f"{told} the respondent's mean (posterior probability at least {needed:.4g} for each)",)
