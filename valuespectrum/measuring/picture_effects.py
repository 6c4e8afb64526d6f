"""What the answers of a run owe to the pictures: every way of showing clips beside the one that scores rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from agents.answers.respondent import RespondentColumns
from agents.answers.table import by_respondent
from agents.models.base import NO_CHOICE
from valuespectrum.instruments.base import Celled, Instrument
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.measuring.set_tables import RespondentSets, tables_of
from valuespectrum.measuring.stored_answers import conditions_of, of_condition
from valuespectrum.scoring.cells import ScoringOptions, class_shares
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.presentations.effect import Lent, PictureEffect, picture_effect
from valuespectrum.scoring.presentations.injection import injection_effect
from valuespectrum.stimuli.presenting.conditions import SHOWN_VALUE
from valuespectrum.stimuli.presenting.presentation import Presentation
from valuespectrum.stimuli.presenting.together import PLACES, numbered
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

_NO_SETS = "its instrument makes no table of sets, so that conditions cannot be paired"
_NOTHING_ANSWERED = "nothing was answered"


def picture_effects(
    answers: pd.DataFrame, settings: Json, scoring: ScoringOptions, instruments: Mapping[str, Instrument]
) -> Json:
    """Compare conditions, respondent by respondent.

    Args:
        answers: Of the run, under all conditions.
        settings: Of its manifest.
        scoring: Readout, least mass, level.
        instruments: Instruments with options of their own, by name.

    Returns:
        ``base`` (the condition that scores rest on) and ``conditions``, a row for every other condition and respondent:
        ``kept`` and, where only the picture was taken away, ``visual_share``; base minus condition, centred, in
        ``unit`` (``values, differ, general, covers``); ``rates`` of answers without a choice; or ``why`` there is no
        comparison.
        Where words were put into clips that somebody was asked whether it likes, ``injection``: what they do
        (``scoring.presentations.injection``).
        Empty where there is one condition alone.
    """
    base, *others = conditions_of(settings)
    if not others:
        return {}
    shown = of_condition(answers, settings)
    pairing = _Pairing(base, tables_of(shown, scoring, instruments), scoring, instruments)
    asked = {name: dict(by_respondent(of_condition(answers, settings, name))) for name in others}
    put = _Injections(pairing, {base: dict(by_respondent(shown)), **asked})
    rows = [
        pairing.row(who, name, asked[name].get(who)) | put.told(who, name)
        for name in others
        for who, _ in by_respondent(shown)
    ]
    return {"base": base, "conditions": rows}


@dataclass(frozen=True, slots=True)
class _Pairing:
    """The condition that others are compared with."""

    base: str
    tables: Mapping[RespondentColumns, RespondentSets]
    scoring: ScoringOptions
    instruments: Mapping[str, Instrument]

    def row(self, who: RespondentColumns, name: str, answers: pd.DataFrame | None) -> Json:
        """One respondent under another condition."""
        row: Json = {**who._asdict(), "presentation": name}
        if answers is None:
            return {**row, **_unknown(_NOTHING_ANSWERED)}
        row |= {"n_clips": _clips(answers), "n_answers": len(answers), "rates": _rates(answers)}
        if who not in self.tables:
            return {**row, **_unknown(_NO_SETS)}
        try:
            effect = self._effect(who, answers)
        except InputError as error:
            return {**row, **_unknown(error.message)}
        alone = Presentation.read(name).takes_picture_from(Presentation.read(self.base))
        visual = effect.lost.to_json() if alone else None
        row |= {"why": "", "unit": self.tables[who].told.unit, "kept": effect.kept.to_json(), "visual_share": visual}
        return {**row, **effect.comparison.to_json()}

    def _effect(self, who: RespondentColumns, answers: pd.DataFrame) -> PictureEffect:
        """Base beside condition.

        Raises:
            InputError: One of them tells no liking, or they cannot be compared.
        """
        base = _table(self.tables[who], self.base)
        other = _table(tables_of(answers, self.scoring, self.instruments)[who], "this condition")
        facets = Facets(self.scoring.level, self.scoring.over_wordings, least_clips=self.scoring.minimum_clips)
        return picture_effect(base, other, facets, _lent(answers))


@dataclass(frozen=True, slots=True)
class _Injections:
    """What words that were put into clips do to respondents."""

    pairing: _Pairing
    asked: Mapping[str, Mapping[RespondentColumns, pd.DataFrame]]
    """Answers by condition and respondent."""

    def told(self, who: RespondentColumns, name: str) -> Json:
        """Of one condition on one respondent; empty where no words were put, or nothing can be told."""
        shown = Presentation.read(name)
        if shown.injected is None:
            return {}
        without, words = self._sets(who, shown.plain), self._sets(who, shown)
        if without is None or words is None:
            return {}
        control = replace(shown, injected=shown.injected.control)
        level = self.pairing.scoring.level
        effect = injection_effect(without, words, self._sets(who, control) if control != shown else None, level)
        return {"injection": {**asdict(shown.injected), **effect.to_json()}} if effect else {}

    def _sets(self, who: RespondentColumns, shown: Presentation) -> SetTable | None:
        answers = self.asked.get(shown.name, {}).get(who)
        if answers is None:
            return None
        found = tables_of(answers, self.pairing.scoring, self.pairing.instruments).get(who)
        return found.told.table if found and self._tells_liking(found.instrument) else None

    def _tells_liking(self, name: str) -> bool:
        """Whether its numbers are log-odds of liking, of which there is a rate: ratings and choices have none."""
        return isinstance(self.pairing.instruments.get(name) or load_instrument(name), Celled)


def _table(found: RespondentSets, what: str) -> SetTable:
    if found.told.table is None:
        raise InputError(f"{what} tells no liking: {found.told.why or 'no set was answered'}")
    return found.told.table


def _unknown(why: str) -> Json:
    return {"why": why, "kept": None, "visual_share": None, "values": {}}


def _rates(answers: pd.DataFrame) -> dict[str, float]:
    """Shares of what came back without a choice."""
    heard = answers[answers["error"].fillna("") == ""]
    return {name: float(class_shares(heard, name).mean()) for name in NO_CHOICE} if len(heard) else {}


def _lent(answers: pd.DataFrame) -> Lent | None:
    """Which values the wrong pictures stand for, where wrong ones were shown."""
    shown = [place for place in _places(answers) if numbered(SHOWN_VALUE, place) in answers]
    lent: dict[tuple[str, str], str] = {}
    for place in shown:
        columns = [numbered(name, place) for name in ("value", "clip", SHOWN_VALUE)]
        for value, clip, other in answers[columns].dropna().drop_duplicates().itertuples(index=False, name=None):
            lent[value, clip] = other
    return lent or None


def _clips(answers: pd.DataFrame) -> int:
    """How many clips were asked about, in whichever place of a question."""
    return len({clip for place in _places(answers) for clip in answers[numbered("clip", place)].dropna().unique()})


def _places(answers: pd.DataFrame) -> list[int]:
    """Places of a question in which there are clips, from 0."""
    return [place for place in range(len(PLACES)) if numbered("clip", place) in answers]
