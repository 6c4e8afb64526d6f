"""Personas of a run: each set beside the bare model and the placebo texts that the same instrument measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answers.respondent import RespondentColumns
from agents.personas.reserved import NO_PERSONA, in_first_wording, is_placebo_text
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import about_others
from valuespectrum.scoring.answered.conclusions import TableStyle
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import HEADLINE, Estimate, Score
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.personas.desirable import PEOPLE
from valuespectrum.scoring.personas.placebos import movement
from valuespectrum.scoring.personas.pull import Floats
from valuespectrum.scoring.personas.role_sets import PERSONA, TEXTS, RoleSets, aligned
from valuespectrum.scoring.personas.rows import movement_row, played_row
from valuespectrum.scoring.personas.sanitised import (
    NEGLIGIBLE_SHARE,
    EsteemedTarget,
    PlayingRule,
    sanitising,
    sanitising_over,
    standing_of,
)
from valuespectrum.theory.value_sets import TEN, ValueSet, carried
from vectorstore.foundation.json_types import Json

LOG_ODDS = "log_odds"
POINTS = "points"
"""The scale of an instrument that has no log-odds."""
NO_BARE = "the model without a persona was not measured by the same instrument, or its answers were read in another way"
_READOUT = "readout"


@dataclass(frozen=True, slots=True)
class Measured:
    """One respondent with what was measured."""

    who: RespondentColumns
    by: Measurement


def persona_rows(
    respondents: Sequence[Measured], targets: Mapping[str, Mapping[str, float]], options: ScoringOptions
) -> Iterator[Json]:
    """What every persona did whose target says something about what was measured.

    Args:
        respondents: Of one run; only what the same instrument measured is compared.
        targets: Persona to target profile over the ten values, in -1..1.
        options: Level, and how many clips a value needs to count.

    Returns:
        Rows of ``scoring.personas.rows.movement_row`` with what names the respondent, and ``target``. A persona without
        a bare model has the verdict ``unknown``.
    """
    for one, aim, bare, profiles in _judgeable(respondents, targets, options):
        values = one.by.value_set
        judged = movement(profiles.persona, profiles.bare, aim, profiles.texts, profiles.sets, options.level)
        both = EsteemedTarget(aim, _standing(values))
        rule = _rule(one.by, profiles.scale, options.level)
        played = sanitising(profiles.persona, profiles.bare, both, profiles.texts, profiles.sets, rule)
        told = movement_row(judged, values.dimensions, profiles.scale) | ({} if bare else {"why": NO_BARE})
        yield {**one.who.but("placebo"), "target": dict(targets[one.who.persona]), **told, "played": played_row(played)}


def playing_rows(
    respondents: Sequence[Measured], targets: Mapping[str, Mapping[str, float]], options: ScoringOptions
) -> Iterator[Json]:
    """How every model plays personas under every strategy, over all of them (``sanitised.sanitising_over``).

    Several wordings of one persona count as one, by their mean; a persona of which there are no log-odds where there
    are some of others counts for none.

    Args:
        respondents: Of one run.
        targets: Persona to target profile over the ten values.
        options: Level, and how many clips a value needs to count.

    Returns:
        Rows of ``scoring.personas.rows.played_row`` with ``model``, ``strategy`` and ``instrument``.
    """
    groups: dict[tuple[str, str, str], list[_Played]] = {}
    for one, aim, bare, profiles in _judgeable(respondents, targets, options):
        if bare:
            key = (one.who.model, one.who.strategy, one.by.instrument)
            groups.setdefault(key, []).append((one, aim, profiles))
    for (model, strategy, instrument), judgeable in groups.items():
        played = _on_one_scale(judgeable)
        by_persona: dict[str, list[tuple[Floats, Floats]]] = {}
        for one, aim, profiles in played:
            by_persona.setdefault(in_first_wording(one.who.persona), []).append((profiles.persona, aim))
        first = played[0][2]
        found = sanitising_over(
            [np.mean([profile for profile, _ in worded], axis=0) for worded in by_persona.values()],
            [worded[0][1] for worded in by_persona.values()],
            first.bare,
            first.texts,
            _standing(played[0][0].by.value_set),
            _rule(played[0][0].by, first.scale, options.level),
        )
        yield {"model": model, "strategy": strategy, "instrument": instrument, **played_row(found)}


def _rule(measured: Measurement, scale: str, level: float) -> PlayingRule:
    """Which pull counts as none: on a scale without log-odds a share of it, where it has ends."""
    if scale == LOG_ODDS or measured.ends is None:
        return PlayingRule(level)
    lowest, highest = measured.ends
    return PlayingRule(level, NEGLIGIBLE_SHARE * (highest - lowest))


def _on_one_scale(played: Sequence[_Played]) -> Sequence[_Played]:
    """What is in log-odds, where something is: a role that tells nothing has none, nor what stands beside it."""
    return [one for one in played if one[2].scale == LOG_ODDS] or played


def _judgeable(
    respondents: Sequence[Measured], targets: Mapping[str, Mapping[str, float]], options: ScoringOptions
) -> Iterator[tuple[Measured, Floats, Measured | None, _Profiles]]:
    """Personas whose target says something about what was measured, with it, the bare model, and all profiles."""
    for one in respondents:
        values = one.by.value_set
        if one.who.persona not in targets or one.who.placebo or not one.by.scores or not values.one_scale:
            continue
        if about_others(one.by.instrument):
            continue  # what is given to others is no value of one's own, which targets are of
        goal = carried(
            {value: float(targets[one.who.persona].get(value, 0.0)) for value in TEN.dimensions}, TEN, values
        )
        if goal is None:
            continue
        beside = [other for other in respondents if _comparable(other, one)]
        bare = next((other for other in beside if other.who.persona == NO_PERSONA), None)
        texts = [other for other in beside if _is_placebo_of(other.who, one.who)]
        scale = LOG_ODDS if _has_log_odds(one.by) else POINTS
        aim = np.array([goal[value] for value in values.dimensions])
        yield one, aim, bare, replace(_beside(one, bare, texts, scale, options), scale=scale)


def _standing(values: ValueSet) -> Floats:
    """What people think well of, over any set of values."""
    told = carried({value: float(PEOPLE[value]) for value in TEN.dimensions}, TEN, values)
    return standing_of(values.dimensions, told or {})


@dataclass(frozen=True, slots=True)
class _Profiles:
    """A persona beside what it is held against; one number for every dimension, not-a-number for what is not known."""

    persona: Floats
    bare: Floats
    texts: Sequence[Floats]
    sets: RoleSets | None = None
    scale: str = ""


_Played = tuple[Measured, Floats, _Profiles]
"""A persona, what it aims at, and what it is held against."""


def _beside(
    one: Measured, bare: Measured | None, texts: Sequence[Measured], scale: str, options: ScoringOptions
) -> _Profiles:
    """Profiles of a persona, its bare model and placebo texts, from the sets that each shares with the bare model.

    A role that refuses some clips would else be held against what the model says about others. Where it is not known
    what was said set by set, the profiles are those of the scores.
    """
    if bare is None:
        return _Profiles(_numbers(one.by, scale, options), np.full(len(one.by.value_set), np.nan), [])
    own, told = _numbers(bare.by, scale, options), [text for text in texts if text.by.table]
    if one.by.table is None or bare.by.table is None:
        by_text = [_numbers(text.by, scale, options) for text in texts]
        return _Profiles(_numbers(one.by, scale, options), own, by_text)
    facets = Facets(options.level, options.over_wordings, least_clips=options.minimum_clips)
    tables = [one.by.table, bare.by.table, *(text.by.table for text in told if text.by.table)]
    sets = aligned(tables, facets)
    shifts = sets.shifts()
    words = replace(sets, covers=TableStyle(one.by.unit).words(sets.covers))
    return _Profiles(own + shifts[PERSONA], own, list(own + shifts[TEXTS]), words)


def _comparable(other: Measured, one: Measured) -> bool:
    """Whether the same model was measured by the same instrument, and its answers read in the same way."""
    return (
        other.who.bare == one.who.bare
        and other.by.instrument == one.by.instrument
        and other.by.value_set == one.by.value_set
        and other.by.details.get(_READOUT) == one.by.details.get(_READOUT)
    )


def _is_placebo_of(text: RespondentColumns, role: RespondentColumns) -> bool:
    """Whether a placebo was put as the persona is; in earlier releases each persona had one of its own."""
    mine = is_placebo_text(text.persona) or text.persona == role.persona
    return text.placebo and text.strategy == role.strategy and mine


def _has_log_odds(measured: Measurement) -> bool:
    return any(_log_odds(score).mean is not None for score in measured.scores.values())


def _log_odds(score: Score) -> Estimate:
    """Strengths of what was chosen have no level: theirs are centred."""
    return score.scales.get(LOG_ODDS) or score.scales.get(HEADLINE) or Estimate(None)


def _numbers(measured: Measurement, scale: str, options: ScoringOptions) -> Floats:
    """One number for every dimension, not-a-number for those of too few clips."""
    found = [
        (_log_odds(score) if scale == LOG_ODDS else score.estimate).mean
        if score.n_units >= options.minimum_clips
        else None
        for score in measured.scores.values()
    ]
    return np.array([np.nan if mean is None else mean for mean in found])
