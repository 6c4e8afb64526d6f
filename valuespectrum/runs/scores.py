"""From a table of answers to everything that a report shows; needs no model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from agents.answers.respondent import RespondentColumns
from agents.answers.table import by_respondent
from agents.personas.reserved import NO_PERSONA
from valuespectrum.instruments.base import JUDGED, Celled, Instrument, MayRepeat, Published, WithJudges
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import instrument_of, load_instrument
from valuespectrum.runs.persona_scores import Measured, persona_rows, playing_rows
from valuespectrum.scoring.answered.checks import between_models
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.guards.sameness import one_answer
from valuespectrum.scoring.instructions.parts import instructed
from valuespectrum.scoring.personas.rows import summarise
from valuespectrum.scoring.schema import REQUIRED, SCHEMA
from valuespectrum.scoring.units import Units
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.plugins import guarded

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class _Table:
    """Answers of one respondent, and the instrument that they belong to."""

    who: RespondentColumns
    instrument: Instrument
    answers: pd.DataFrame
    judged: pd.DataFrame | None = None
    """What judges said, of an instrument that has answers judged."""

    @property
    def measured_from(self) -> pd.DataFrame:
        """What its instrument is given."""
        import pandas as pd

        return self.answers if self.judged is None else pd.concat([self.answers, self.judged])


@dataclass(frozen=True, slots=True)
class _Described:
    """One respondent with what was measured."""

    who: RespondentColumns
    n_asks: int
    measured: Measurement

    @property
    def described(self) -> Json:
        """As ``scores.json`` keeps it."""
        return {**self.who._asdict(), "n_asks": self.n_asks, **self.measured.to_json()}


def score_answers(
    answers: pd.DataFrame,
    options: ScoringOptions,
    targets: Mapping[str, Mapping[str, float]] | None = None,
    instruments: Mapping[str, Instrument] | None = None,
) -> Json:
    """Score every respondent of a run, and judge what personas did.

    Args:
        answers: One row per ask with the columns ``REQUIRED``, those that its instrument needs, and
            ``log_probability_<choice>`` where known.
        options: Scoring options.
        targets: Persona to target profile over the ten values, in -1..1.
        instruments: Instruments with options of their own, by name; others are used with their defaults.

    Returns:
        The first respondent without a persona at the top level (``profile``, ``bias``, ``refusal_rate``, ...), all
        respondents under ``respondents`` with ``instrument`` and ``value_set``, the sets under ``value_sets``, one row
        per persona and model under ``personas``, what they say together under ``persona_summary``, how each model plays
        under ``playing``, and under ``between_models`` how much of what tells models apart is a lean.

    Raises:
        InputError: The table is empty, lacks a column, or holds items of no instrument.
    """
    _check_columns(answers, REQUIRED)
    if answers.empty:
        raise InputError("there are no answers to score", "run the benchmark first")
    tables = list(_tables(answers, instruments or {}))
    units = _units(tables)
    respondents = [_described(one, units[one.instrument.unit], options) for one in tables]
    compared = [one.described for one in respondents if _is_bare(one.who) and "yes_by_polarity" in one.measured.details]
    primary = next((one for one in respondents if one.who.persona == NO_PERSONA), respondents[0])
    measured = [Measured(one.who, one.measured) for one in respondents]
    personas = list(persona_rows(measured, targets or {}, options))
    sets = {one.measured.value_set.name: one.measured.value_set.to_json() for one in respondents}
    return {
        "schema": SCHEMA,
        "scoring": asdict(options),
        "value_sets": sets,
        **primary.described,
        "respondents": [one.described for one in respondents],
        "personas": personas,
        "persona_summary": summarise(personas, options.level),
        "playing": list(playing_rows(measured, targets or {}, options)),
        "between_models": between_models(compared),
    }


def _described(one: _Table, units: Units, options: ScoringOptions) -> _Described:
    """What its instrument makes of the answers, unless they are one and the same whatever was asked."""
    measured = guarded(
        one.instrument,
        f"the instrument {one.instrument.name!r} cannot score what was answered",
        lambda: one.instrument.measure(one.measured_from, units, options),
    )
    if not isinstance(measured, Measurement):
        raise InputError(f"the instrument {one.instrument.name!r} gives {measured!r:.80}, which is no Measurement")
    if not isinstance(one.instrument, MayRepeat):
        # Questions in four cells say themselves what a lean leaves of liking, and how sure that is.
        stands = isinstance(one.instrument, Published | Celled)
        finding = one_answer(instructed(one.answers), options, measured.tells_values_apart)
        measured = measured.found_alike(finding, stands)
    return _Described(one.who, len(one.answers), measured.claiming_no_more().naming_flagged())


def _is_bare(who: RespondentColumns) -> bool:
    return who.persona == who.strategy == NO_PERSONA


def _check_columns(answers: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in answers]
    if missing:
        raise InputError(f"the table of answers lacks columns: {', '.join(missing)}")


def _tables(answers: pd.DataFrame, instruments: Mapping[str, Instrument]) -> Iterator[_Table]:
    known = dict(instruments)
    judged = answers[JUDGED].fillna("") != "" if JUDGED in answers else None
    verdicts = None if judged is None else answers[judged]
    for who, table in by_respondent(answers if judged is None else answers[~judged]):
        name = instrument_of(table)
        if name not in known:
            known[name] = load_instrument(name)
        instrument = known[name]
        _check_columns(table, instrument.columns)
        yield _Table(who, instrument, table, verdicts if isinstance(instrument, WithJudges) else None)


def _units(tables: Sequence[_Table]) -> dict[str, Units]:
    """Units of every kind that all respondents were asked about."""
    asked: dict[str, dict[tuple[str, str], None]] = {}
    for one in tables:
        unit = one.instrument.unit
        pairs = one.answers[["value", unit]].drop_duplicates().itertuples(index=False, name=None)
        asked.setdefault(unit, {}).update(dict.fromkeys(pairs))
    return {unit: Units.of(pairs, unit) for unit, pairs in asked.items()}
