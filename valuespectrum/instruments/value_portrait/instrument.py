"""Value Portrait: how close responses to everyday questions, or to what is seen, are to the respondent's thoughts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from valuespectrum.instruments.base import Item, Setting
from valuespectrum.instruments.battery import ABOUT_PICTURES, OWN_WORDS
from valuespectrum.instruments.further.faceted import Heard, faceted, told_sets, unheard
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.portraits.guards import constant_numbers, directions_agree, verdicts
from valuespectrum.instruments.question_list import QuestionList
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.value_portrait.asking import DESIGN, OURS, response_asks, seen_forms
from valuespectrum.instruments.value_portrait.families import (
    ENDS,
    answers_by,
    conclude_sets,
    family_scores,
    family_sets,
)
from valuespectrum.instruments.value_portrait.items import OWN, read_responses
from valuespectrum.instruments.value_portrait.options import CLIPS, TEXTS, ValuePortraitOptions
from valuespectrum.instruments.value_portrait.ratings import (
    STEPS,
    Closeness,
    closeness,
    order_sensitivity,
    prompt_sensitivity,
    queries_of,
    said,
    tags_of,
)
from valuespectrum.instruments.value_portrait.rules import published_rules
from valuespectrum.instruments.value_portrait.scores import item_means, published_scores, sensitivity
from valuespectrum.scoring.answered.conclusions import TableStyle
from valuespectrum.scoring.answered.sets import ToldSets, found_by
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import verdict_rates
from valuespectrum.scoring.estimate import CLIP, Estimate
from valuespectrum.scoring.facets.tables import QUERY
from valuespectrum.scoring.instructions.between import faking_between, openness
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.ordinal.rated import RatedAnswers, rated_answers
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.value_sets import BIG_FIVE, FOUR, GROUPS, TEN, ValueSet
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_ITEM = "item"
_BY_DESIGN = "responses are ours and count for the values that they were written for: nobody rated them"
_BY_PEOPLE = (
    "responses count by correlations above .30 with the scores of 41 to 48 people; more than a third of the published "
    "tags would come by chance, so a value rests on many of them or on little"
)
_BY_OTHERS = (
    "responses count by correlations above .30 with the scores of those who rated them, as the file of items has them; "
    "some would come by chance, so a value rests on many of them or on little"
)
_OUR_WORDS = "the question is put in our words, not in the published ones"
_ONE_SIDED = "no response is turned round: liking whatever is said cannot be told from holding everything dear"


_PARTS: Mapping[str, tuple[str, ...]] = {**GROUPS["schwartz_19", "schwartz_10"], "tradition": ("tradition",)}
"""Value to the refined ones that our responses were written for."""


@INSTRUMENTS.register("value-portrait")
class ValuePortrait:
    """How close responses that stand for values are to what the respondent thinks."""

    name: ClassVar[str] = "value-portrait"
    clips_by: ClassVar[tuple[str, str, str]] = ("about", TEXTS, CLIPS)
    title: ClassVar[str] = "Value Portrait"
    measures: ClassVar[str] = (
        "how close responses that stand for each value are to the respondent's own thoughts, 1 to 6, in both orders of "
        "the answers"
    )
    Options = ValuePortraitOptions
    value_set: ClassVar[ValueSet] = TEN
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ()
    steps: ClassVar[tuple[int, int]] = (1, 6)
    """What it finds of planted values is said on this scale."""

    def __init__(self, options: ValuePortraitOptions | None = None) -> None:
        self.options = options or ValuePortraitOptions()

    @property
    def seen(self) -> bool:
        """Whether responses are about what is seen."""
        return self.options.about == CLIPS

    @property
    def unit(self) -> str:
        """What is drawn again."""
        return CLIP if self.seen else _ITEM

    @property
    def pictures(self) -> Assignment | None:
        """Clips for one value each, or none."""
        return "exclusive" if self.seen else None

    @property
    def columns(self) -> tuple[str, ...]:
        """Tags of its asks."""
        further = (QUERY, "tags", "tagged_by", "words")
        return ABOUT_PICTURES if self.seen else ("value", _ITEM, "wording", "polarity", "first", *further)

    @property
    def items(self) -> Sequence[Item]:
        """Our responses; those of the published repository are the user's."""
        return [Item(each.id, (each.text,), OWN_WORDS, each.tags[:1]) for each in read_responses(OWN)]

    def cost(self, pictures: int) -> int:
        """Asks to one respondent; half a clone is refused before anything is begun."""
        if self.seen and self.options.tagged_only:
            raise InputError("tagged_only=true means nothing with about=clips: all responses count", "leave it out")
        _ = self.options.prompts()
        asked = pictures if self.seen else len(self.options.responses())
        sides = 2 if self.seen else 1
        return asked * sides * 2 * len(self.options.versions) * len(self.options.instructions)

    def questions(self, setting: Setting) -> PictureAsks | QuestionList:
        """Every response in every wording and both orders, or responses to every clip."""
        if self.seen:
            forms = list(seen_forms(self.options))
            return PictureAsks(setting, lambda role: forms, self.options.prefill)
        return QuestionList(setting, list(response_asks(self.options)))

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Closeness by value, with what the published rules make of the same answers beside it."""
        plain = instructed(answers)
        found = closeness(plain, self.unit, options)
        told = self._told(found, plain)
        heard = self._heard(found, plain, told, options)
        shown = TableStyle(self.unit, ENDS)
        asked = units if self.seen else _units(plain)
        measured = faceted(self, told, heard, shown, asked, options)
        if not self.seen:
            measured = self._with_families(measured, found, plain, options)
        measured = self._judged(measured, found, told, options)
        opened = openness(self.sets, answers, options)
        if opened is not None:
            share, finding = opened
            scalars = {**measured.scalars, "open_faking": share}
            measured = replace(measured, scalars=scalars, guards=(*measured.guards, finding))
        return measured.with_faking(faking_between(self.sets, answers, options))

    def sets(self, answers: pd.DataFrame, options: ScoringOptions) -> ToldSets:
        """Closeness by value, response or clip, and wording."""
        plain = instructed(answers)
        return self._told(closeness(plain, self.unit, options), plain)

    def rated(self, answers: pd.DataFrame, options: ScoringOptions) -> RatedAnswers:
        """Steps ask by ask, every wording and order a version of its own; a response that counts for one value only."""
        plain = instructed(answers)
        plain = plain[plain["value"].fillna("") != ""]
        found = closeness(plain, self.unit, options)
        version = plain["wording"].astype(str) + " " + plain["first"].astype(str) + " first"
        asked = plain[["value"]].assign(item=plain["value"] + " " + plain[self.unit], version=version)
        against = (plain["item"] == "seen against").to_numpy()
        return rated_answers(asked, found.read, against)

    def expected(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """Mean rating of a respondent with known liking: 0 to 100 is the length of the scale.

        Args:
            planted: Each of the ten values with its liking, or the refined ones, of which our responses have as many
                for each within a value, and none for humility.
        """
        low, high = self.steps
        told = {value: [planted[part] for part in parts if part in planted] for value, parts in _PARTS.items()}
        return {
            value: low + (high - low) * float(np.mean(told[value] or [planted[value]])) / 100
            for value in TEN.dimensions
        }

    def expected_centred(self, planted: Mapping[str, float]) -> Mapping[str, float]:
        """The same minus the mean over the ten values."""
        ratings = self.expected(planted)
        mean = float(np.mean(list(ratings.values())))
        return {value: rating - mean for value, rating in ratings.items()}

    def _told(self, found: Closeness, plain: pd.DataFrame) -> ToldSets:
        if not self.seen:
            return family_sets(found, plain, TEN)
        rows_by_clip = found_by(plain).beside(found.rows)
        return told_sets(rows_by_clip, TEN, f"{STEPS}, {found.read.kind}", unit=STEPS)

    def _heard(self, found: Closeness, plain: pd.DataFrame, told: ToldSets, options: ScoringOptions) -> Heard:
        counts = plain["value"][found.read.counts].value_counts()
        answers = {str(value): int(count) for value, count in counts.items()}
        bias = {"scale_lean": Estimate(found.lean.lean)}
        notes = unheard(plain, told)
        if not self.seen:
            answers = answers_by(plain[found.read.counts], TEN)
            words, queries = said(plain), queries_of(plain)
            bias["order_sensitivity"] = order_sensitivity(words, queries, options.level)
            bias["prompt_sensitivity"] = prompt_sensitivity(words, queries, options.level)
            notes = (*notes, *_notes(plain))
        rates = verdict_rates(found.read, plain[self.unit], options.level)
        return Heard(answers, rates, bias, {"directions": Estimate(found.lean.agreement)}, notes)

    def _with_families(
        self, measured: Measurement, found: Closeness, plain: pd.DataFrame, options: ScoringOptions
    ) -> Measurement:
        """The same with higher-order values and traits, and with what the published rules say."""
        further = {family.name: family_scores(found, plain, family, options) for family in (FOUR, BIG_FIVE)}
        centred = {name: score.centred for scores in further.values() for name, score in scores.items()}
        words = said(plain)
        published = published_scores(item_means(words), tags_of(plain))
        details = {
            "families": {
                family: {name: score.to_json(_ITEM) for name, score in scores.items()}
                for family, scores in further.items()
                if scores
            },
            "published_rule": {name: asdict(score) for name, score in published.items()},
            "sensitivity": asdict(sensitivity(words, self.options.versions)),
        }
        return replace(measured, scalars=centred, details={**measured.details, **details})

    def _judged(self, measured: Measurement, found: Closeness, told: ToldSets, options: ScoringOptions) -> Measurement:
        """The same with the conditions of reading it, and with what may be said."""
        findings = (constant_numbers(found.places), directions_agree(found.lean))
        concluded = conclude_sets(told, options)
        return replace(
            measured,
            guards=findings,
            verdicts=tuple(map(TableStyle(self.unit).words, verdicts(concluded, TEN, options.level, told.why))),
            notes=(*measured.notes, *(finding.statement for finding in findings if finding.flagged)),
        )


def _units(plain: pd.DataFrame) -> Units:
    """The responses that count for one of the ten, with all values that each serves."""
    pairs = [(tag, item) for item, tags in tags_of(plain).items() for tag in tags if tag in TEN]
    return Units.of(pairs, _ITEM)


def _notes(plain: pd.DataFrame) -> tuple[str, ...]:
    by_design = bool((plain["tagged_by"] == DESIGN).any())
    ours = bool((plain["words"] == OURS).any())
    published = set(plain[QUERY].astype(str)) <= {str(number) for number in published_rules().queries}
    return (
        _BY_DESIGN if by_design else _BY_PEOPLE if published else _BY_OTHERS,
        *((_OUR_WORDS,) if ours and not by_design else ()),
        _ONE_SIDED,
    )
