"""What instruments have in common in which one of several things is taken: reading, strengths, leans, measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.battery import ItemOptions
from valuespectrum.instruments.further.faceted import Heard, faceted, told_sets
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.scoring.answered.conclusions import TableStyle
from valuespectrum.scoring.answered.sets import FACETS, ToldSets, found_by
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_options, verdict_rates
from valuespectrum.scoring.choices.strengths import ChoiceSets, Strengths, strengths
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.readouts.identify import Status
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.presenting.together import numbered
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MOST_ROUNDS = 50
"""More would show the same pictures over and over."""
_NOT_FIXED = "what it would be with other wordings was not reckoned"
_TEXT_NOTE = "single most likely texts have no chances: they tell which values are taken before others, not how far"


@dataclass(frozen=True, slots=True)
class ChoiceOptions(ItemOptions):
    """In which words choices are put, and how many."""

    rounds: int = field(default=2)
    """How often the design is gone through, each time with the next things that stand for a value."""

    def __post_init__(self) -> None:
        ItemOptions.__post_init__(self)
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise InputError(f"rounds must lie in 1..{MOST_ROUNDS}, got {self.rounds}")


@dataclass(frozen=True, slots=True)
class ChoiceFormat:
    """How the answers of a choice are read."""

    options: tuple[str, ...]
    """Names of the options, in the order of the things on offer."""
    neither: str
    """Name of the option of the unforced form."""
    unit: str
    """Tag of what stands for a value: ``clip`` or ``statement``."""
    covariate: str = ""
    """Tag of something else that may make an option likelier; empty for none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Tags that its asks have."""
        names = ["value", self.unit, *([self.covariate] if self.covariate else [])]
        places = range(len(self.options))
        return (*(numbered(name, place) for place in places for name in names), "wording", "polarity")


@dataclass(frozen=True, slots=True)
class MadeChoices:
    """What the choices of one respondent come to."""

    told: ToldSets
    read: OptionAnswers
    found: Mapping[str, Strengths]
    """By wording."""

    @property
    def sets(self) -> ToldSets:
        """What comparisons start from: no numbers where the order alone is told."""
        return self.told if self.told.status == "identified" else replace(self.told, table=None)


def chosen(
    answers: pd.DataFrame, form: ChoiceFormat, unforced: bool, value_set: ValueSet, options: ScoringOptions
) -> MadeChoices:
    """Strengths of values, wording by wording.

    Args:
        answers: Of one respondent; those under an instruction are left out.
        form: How they are read.
        unforced: Whether "neither" was on offer.
        value_set: Dimensions in order.
        options: Readout and least mass.
    """
    import pandas as pd

    plain = instructed(answers)
    read = read_options(plain, form.options, options, form.neither if unforced else "")
    names, sets = _on_offer(plain, form, value_set)
    found, tables, wordings = {}, [], plain["wording"].astype(str).to_numpy()
    for wording in sorted(set(wordings)):
        here = wordings == wording
        fit = strengths(sets.only(here), read.only(here), unforced)
        found[wording] = fit
        table = pd.DataFrame(fit.units, columns=["value", "clip", "theta"])
        tables.append(
            table.assign(
                value=[value_set.dimensions[int(place)] for place in table["value"]],
                clip=[names[int(place)] for place in table["clip"]],
                wording=wording,
            )
        )
    rows = found_by(_offered(plain, form)).beside(pd.concat(tables)) if tables else pd.DataFrame({"theta": []})
    lost = [wording for wording, fit in found.items() if fit.why]
    why = f"in the wording {', '.join(lost)}: {found[lost[0]].why}" if lost else ""
    greedy = read.kind == "greedy_text"
    status: Status = "order only" if greedy else "identified"
    why = "; ".join(each for each in (why, _TEXT_NOTE if greedy else "") if each)
    return MadeChoices(told_sets(rows, value_set, f"choices, {read.kind}", status, why), read, found)


def measured_choices(
    instrument: Instrument,
    answers: pd.DataFrame,
    made: MadeChoices,
    units: Units,
    options: ScoringOptions,
    notes: tuple[str, ...] = (),
) -> Measurement:
    """A measurement out of choices: the chance of a value to be taken over an average one, and its log-odds."""
    plain = instructed(answers)
    counted: dict[str, int] = {}
    for place in range(len(made.read.options)):
        for value in plain[numbered("value", place)][made.read.counts]:
            counted[str(value)] = counted.get(str(value), 0) + 1
    heard = Heard(
        counted,
        verdict_rates(made.read, plain[units.unit], options.level),
        bias=_leans(made.found),
        reliability={"wordings": Estimate(_agreement(made.found))},
        notes=notes,
    )
    return faceted(instrument, made.told, heard, TableStyle(units.unit, log_odds=True), units, options)


def _on_offer(answers: pd.DataFrame, form: ChoiceFormat, value_set: ValueSet) -> tuple[list[str], ChoiceSets]:
    import pandas as pd

    places = range(len(form.options))
    values = np.stack(
        [[value_set.position(str(each)) for each in answers[numbered("value", place)]] for place in places], axis=1
    ).astype(np.int64)
    named = pd.concat([answers[numbered(form.unit, place)].astype(str) for place in places])
    codes, names = pd.factorize(named)
    units = codes.reshape(len(form.options), -1).T.astype(np.int64)
    further = None
    if form.covariate:
        columns = [answers[numbered(form.covariate, place)].astype(float) for place in places]
        further = np.stack(columns, axis=1).astype(np.float64)
    sign = answers["polarity"].to_numpy(np.float64)
    return [str(name) for name in names], ChoiceSets(values, units, sign, len(value_set), further)


def _offered(answers: pd.DataFrame, form: ChoiceFormat) -> pd.DataFrame:
    """Everything that was on offer, a row each, with what it came by where that is known."""
    import pandas as pd

    known = [name for name in FACETS if name in answers]
    places = range(len(form.options))
    offered = [answers[[numbered(name, place) for name in ("value", form.unit, *known)]] for place in places]
    return pd.concat([each.set_axis(["value", "clip", *known], axis=1) for each in offered])


def _leans(found: Mapping[str, Strengths]) -> dict[str, Estimate]:
    """Lean towards the option named first, as of yes/no questions, and what the covariate adds."""
    first = [(fit.places[0] - fit.places[1:].mean()) / 2.0 for fit in found.values()]
    terms = {"order": first}
    if any(not np.isnan(fit.covariate) for fit in found.values()):
        terms["covariate"] = [fit.covariate for fit in found.values()]
    known = {name: np.array(each)[~np.isnan(each)] for name, each in terms.items()}
    return {
        name: Estimate(float(each.mean()), why=_NOT_FIXED) if len(each) else Estimate(None)
        for name, each in known.items()
    }


def _agreement(found: Mapping[str, Strengths]) -> float | None:
    """Mean correlation of the strengths of two wordings."""
    rates = []
    for one, other in combinations(found.values(), 2):
        both = ~(np.isnan(one.theta) | np.isnan(other.theta))
        if both.sum() > 2 and one.theta[both].std() > 0 and other.theta[both].std() > 0:
            rates.append(float(np.corrcoef(one.theta[both], other.theta[both])[0, 1]))
    return float(np.mean(rates)) if rates else None
