"""Portraits: how much a respondent is like people who say what matters to them; by our own form or a published one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.answers.planner import AskSource
from agents.models.base import Ask
from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.further.faceted import told_sets
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.portraits.asking import portrait_asks
from valuespectrum.instruments.portraits.contrasts import Strata, concluded
from valuespectrum.instruments.portraits.forms import OWN, own_form
from valuespectrum.instruments.portraits.guards import guards, verdicts
from valuespectrum.instruments.portraits.keys import UNSCORED
from valuespectrum.instruments.portraits.options import CLIPS, PortraitOptions
from valuespectrum.instruments.portraits.ratings import PortraitRatings, portrait_ratings
from valuespectrum.instruments.portraits.seen import SeenPortraits, moved_by_own
from valuespectrum.instruments.profiled import nothing
from valuespectrum.instruments.question_list import QuestionList
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.standing import standing
from valuespectrum.scoring.answered.conclusions import Concluded, TableStyle, overall, rows
from valuespectrum.scoring.answered.sets import ToldSets
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import verdict_rates
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.facets.covering import Covering, Facets
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.instructions.between import faking_between, openness
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.ordinal.rated import RatedAnswers, rated_answers
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import ValueSet
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_UNIT = "item"
_NO_VALUE = "unscored"
_PUBLISHED = "texts of a published questionnaire: models have read it, so look at the contamination probe"
_ONE_SIDED = "the form has no reversed wordings: agreeing with everything cannot be told from holding everything dear"


def _covers(told: Covering, seen: bool) -> str:
    """What intervals are over; clips that portraits follow (``seen``) are never drawn again."""
    if not told.given:
        return told.sentence
    asked = f"in other wordings of the kind of these {told.wordings}"
    if not told.over_wordings:
        asked = f"in the same {told.wordings} wordings" if told.wordings > 1 else "in the same wording"
    drawn = ", and other draws of the same answers" if told.drawn else ""
    fixed = "another form, another language, another readout or another version of the model"
    clips, wordings = "other clips before them, " if seen else "", "" if told.over_wordings else "other wordings, "
    return (
        f"The interval covers other items of the same values ({told.clips} a value), asked {asked}{drawn}. "
        f"It does not cover {clips}{wordings}{fixed}."
    )


def _too_few(scores: Mapping[str, Score]) -> tuple[str, ...]:
    few = [value for value, score in scores.items() if score.status in (f"too few {_UNIT}s", f"no {_UNIT}s")]
    told = "what was answered of them counts for the mean rating all the same"
    return (f"too few {_UNIT}s were answered to score {', '.join(few)}: {told}",) if few else ()


@dataclass(frozen=True, slots=True)
class _SelfDescription:
    """What one respondent said of itself."""

    plain: pd.DataFrame
    rated: PortraitRatings
    told: ToldSets
    found: Concluded | None

    @property
    def items(self) -> int:
        """How many were answered."""
        return int(self.rated.rows["clip"].nunique())


@INSTRUMENTS.register("portraits")
class PortraitInstrument:
    """What a respondent says matters to it."""

    name: ClassVar[str] = "portraits"
    clips_by: ClassVar[tuple[str, str, str]] = ("after", "nothing", "clips")
    title: ClassVar[str] = "Portraits"
    measures: ClassVar[str] = (
        "how much a respondent is like people who say what matters to them, as a mean rating by value, centred on the "
        "mean rating of all items"
    )
    Options = PortraitOptions
    unit: ClassVar[str] = _UNIT
    columns: ClassVar[tuple[str, ...]] = ("item", "value", "wording", "keyed", "polarity", "labels")
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    steps: ClassVar[tuple[int, int]] = (1, 6)
    """Of our form: what it finds of planted values is said on this scale."""

    def __init__(self, options: PortraitOptions | None = None) -> None:
        self.options = options or PortraitOptions()

    @property
    def value_set(self) -> ValueSet:
        """What is scored."""
        return self.options.value_set

    @property
    def pictures(self) -> Assignment | None:
        """Clips that stand for one value each, where portraits follow clips."""
        return "exclusive" if self.options.after == CLIPS else None

    @property
    def items(self) -> Sequence[Item]:
        """Our portraits; texts of published questionnaires are the user's."""
        form = own_form()
        return [Item(each.tag, (*each.paraphrases, *each.reversed), form.licence, (each.value,)) for each in form.items]

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        rounds = self._rounds()
        if self.options.after == CLIPS:
            return sum(len(rounds[place % len(rounds)]) for place in range(pictures))
        return sum(map(len, rounds))

    def questions(self, setting: Setting) -> AskSource:
        """Every portrait in every wording, direction and frame of mind; after clips, a round after each."""
        rounds = self._rounds()
        if self.options.after == CLIPS:
            return SeenPortraits(setting, rounds)
        return QuestionList(setting, [ask for asks in rounds for ask in asks])

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Mean rating by value, centred on the mean rating of all items, with leans beside it."""
        plain = instructed(answers)
        rated = portrait_ratings(plain, self.options.key.scale, options)
        told = self._told(rated)
        described = _SelfDescription(plain, rated, told, self._concluded(rated, told, options))
        base = self._measurement(described, options)
        opened = openness(self.sets, answers, options)
        if opened is not None:
            share, finding = opened
            base = replace(base, scalars={**base.scalars, "open_faking": share}, guards=(*base.guards, finding))
        return base.with_faking(faking_between(self.sets, answers, options))

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Ratings by value that is scored, item and wording."""
        return self._told(portrait_ratings(instructed(answers), self.options.key.scale, options))

    def rated(self, answers: pd.DataFrame, options: ScoringOptions) -> RatedAnswers:
        """Steps ask by ask, by value of the finest set; every wording and way a version of its own."""
        plain = instructed(answers)
        plain = plain[plain["value"].fillna(UNSCORED) != UNSCORED]
        scale = self.options.key.scale
        rated = portrait_ratings(plain, scale, options)
        turned = (plain["polarity"].astype(int) * plain["keyed"].astype(int) < 0).to_numpy()
        way = np.where(plain["polarity"].astype(int) > 0, "ascending", "descending")
        version: pd.Series[str] = plain["wording"].astype(str) + " " + plain["labels"].astype(str) + " " + way
        return rated_answers(plain[["value", "item"]].assign(version=version), rated.read, turned)

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """Mean rating of a respondent with known liking of the refined values: 0 to 100 is the length of the scale.

        Raises:
            InputError: The texts are the user's, and what is planted is about ours.
        """
        if self.options.form != OWN:
            raise InputError(
                f"what is planted is about our own portraits, not about the {self.options.key.title}",
                "leave form and file out",
            )
        low, high = self.steps
        ratings = {value: low + (high - low) * planted[value] / 100 for value in self.options.key.finest.dimensions}
        return {
            value: float(np.mean([ratings[member] for member in members]))
            for value, members in self.options.members.items()
        }

    def expected_centred(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """The same minus the mean rating of all items, of which our form has as many for each refined value."""
        ratings = self.expected(planted)
        low, high = self.steps
        finest = self.options.key.finest.dimensions
        mean = low + (high - low) * float(np.mean([planted[value] for value in finest])) / 100
        return {value: rating - mean for value, rating in ratings.items()}

    def _rounds(self) -> list[list[Ask]]:
        """Asks by round: one portrait of each value, and all of a published form, whose items are not in rounds."""
        form, options = self.options.portraits(), self.options
        asks = list(portrait_asks(form, options.wordings, options.ways, options.prefill))
        size = len(form.key.finest) if options.form == OWN else len(form.items)
        round_of = {item.tag: (item.number - 1) // size for item in form.items}
        rounds: dict[int, list[Ask]] = {}
        for ask in asks:
            rounds.setdefault(round_of[str(ask.tags["item"])], []).append(ask)
        return list(rounds.values())

    def _told(self, rated: PortraitRatings) -> ToldSets:
        table = rated.rows.assign(value=rated.rows["value"].map(self._scored_as)).dropna(subset=["value"])
        scale = self.options.key.scale
        unit = f"steps of {scale.lowest} to {scale.highest}"
        # Items of two forms are called by the same numbers, and are others: what is read of them is never compared.
        form = "" if self.options.form == OWN else f" of {self.options.form}"
        return told_sets(table, self.value_set, f"{unit}{form}, {rated.read.kind}", unit=unit)

    @property
    def _scored_as(self) -> Mapping[str, str]:
        """Finest value to the one that it counts for."""
        return {member: value for value, members in self.options.members.items() for member in members}

    def _concluded(self, rated: PortraitRatings, told: ToldSets, options: ScoringOptions) -> Concluded | None:
        if told.table is None:
            return None
        key = self.options.key
        least = min(options.minimum_clips, *map(len, key.numbers.values()))
        strata = Strata(self._strata(rated), told.table, self.options.members)
        wordings = options.over_wordings and len(told.table.wordings) > 1
        return concluded(strata, Facets(options.level, wordings, least_clips=least), options)

    def _strata(self, rated: PortraitRatings) -> SetTable:
        finest = self.options.key.finest
        table = rated.rows.assign(value=rated.rows["value"].where(rated.rows["value"] != UNSCORED, _NO_VALUE))
        row = ValueSet(
            "items", "Items of the form", (*finest.dimensions, _NO_VALUE), (*finest.labels, "Items of no value")
        )
        strata = told_sets(table, row if (table["value"] == _NO_VALUE).any() else finest, "").table
        assert strata is not None, "something is told"
        return strata

    def _measurement(self, said: _SelfDescription, options: ScoringOptions) -> Measurement:
        found, rated, values = said.found, said.rated, self.value_set
        shown = TableStyle(_UNIT, self.options.key.scale.ends)
        answers = said.plain["value"][rated.read.counts].map(self._scored_as).value_counts()
        counts = {str(value): int(count) for value, count in answers.items()}
        scores = rows(found, shown, counts) if found else dict.fromkeys(values.dimensions, nothing("no items"))
        moved = moved_by_own(said.plain, rated, self.options.key.scale, options.level)
        findings, stands = guards(rated), standing(found, options.seed)
        told_surely = any(score.centred.low is not None for score in scores.values())
        rates = verdict_rates(rated.read, said.plain["item"], options.level)
        shares = {name: Estimate.read(row) for name, row in rates.items()}
        flagged = (finding.statement for finding in findings if finding.flagged)
        return Measurement(
            self.name,
            values,
            _UNIT,
            scores,
            overall=overall(found, shown) if found else Estimate(None),
            scalars={} if moved is None else {"moved_by_own_clips": moved},
            bias=rated.bias,
            rates=shares,
            reliability={"directions": Estimate(rated.leans.agreement), **stands.reliability},
            differences=found.analysis.differ.to_json() if found else None,
            covers=_covers(found.analysis.covering, self.options.after == CLIPS) if found and told_surely else "",
            guards=findings,
            verdicts=tuple(map(shown.words, verdicts(found, values, options.level, said.told.why))),
            notes=(*_too_few(scores), *flagged, *self._notes()),
            n_units=said.items,
            n_unscored=said.plain["item"].nunique() - said.items,
            centred_over=int(found.reckoned.chosen.sum()) if found else 0,
            details={
                "readout": said.told.readout,
                "form": self.options.key.title,
                "centred_on": f"the mean rating of all {said.items} items that were answered",
                **{f"{name}_rate": share.mean for name, share in shares.items()},
                **stands.details,
            },
            table=said.told.table,
            ends=self.options.key.scale.ends,
        )

    def _notes(self) -> tuple[str, ...]:
        return () if self.options.form == OWN else (_PUBLISHED, _ONE_SIDED)
