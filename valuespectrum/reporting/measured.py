"""Takes profiles and personas out of the scores of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agents.personas.reserved import NO_PERSONA
from valuespectrum.instruments.registry import about_others, about_pictures, finds_planted, in_steps, published_as
from valuespectrum.reference.truth import is_earlier, planted_profile
from valuespectrum.reporting.elements.data import (
    CLEAR,
    Estimate,
    ModelProfile,
    PersonaResult,
    Recovery,
    ValueRow,
)
from valuespectrum.reporting.elements.words import playing_in_words
from valuespectrum.reporting.planted import read_truth
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.persona_scores import LOG_ODDS
from valuespectrum.scoring.estimate import HEADLINE
from valuespectrum.scoring.facets.analysis import Difference
from valuespectrum.scoring.facets.findings import ONE_VALUE
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.off_circle import to_log_odds
from valuespectrum.scoring.readouts.evidence import IN_WORDS
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import LABELS, VALUES, centre
from vectorstore.foundation.json_types import Json

_UNEQUAL = 0.05
"""Share of refused answers about one value from which on they are named: refusals that go with dislike bias a value."""
ONE_TEXT = (
    "an earlier release held each persona against one placebo text, which cannot tell what any text does; "
    "score the run again to see keep and pull"
)
"""Why personas in scores of an earlier release have no verdict."""
_EARLIER = "planted values are not compared, since other ones belong to these weights of an earlier release"
_UNCHECKED = "planted values are not compared, since not all clips are known to be drawn by this project"
_ANOTHER = "planted values are not compared, since what is measured is another percentage than liking"


def read_profiles(scores: Json, manifest: Manifest, checkable: bool = True) -> list[ModelProfile]:
    """Profiles of the bare models of a run over the ten values, which the page is about.

    Args:
        scores: Of the run.
        manifest: Of the run.
        checkable: Whether planted values may be compared (``truth.checkable``).
    """
    profiles = []
    for one in scores["respondents"]:
        if one["persona"] == NO_PERSONA and one["strategy"] == NO_PERSONA and shows_liking(one):
            model, settings = one["model"], manifest.asked.models.get(one["model"], {})
            planted = planted_profile(model, settings)
            why = _not_compared(one, planted, checkable)
            profile = _profile(one, None if why else planted)
            if checkable:
                profile = replace(profile, truth=read_truth(model, settings))
            profiles.append(replace(profile, notes=(*profile.notes, *filter(None, [why]))))
    return profiles


def shows_liking(one: Json) -> bool:
    """Whether what was measured has a place on the page: liking of pictures of the ten values, and no ratings."""
    asked = one["instrument"]
    liking = about_pictures(asked) and not in_steps(asked) and not about_others(asked)
    return liking and one["value_set"] == TEN.name


def _not_compared(one: Json, planted: Mapping[str, float] | None, checkable: bool) -> str:
    """Why planted liking is not set beside what was measured; empty where it is, or where none is known."""
    if is_earlier(one["model"]):
        return _EARLIER
    if planted is None:
        return ""
    if not checkable:
        return _UNCHECKED
    rows = (one.get("profile") or {}).values()
    liking = any(HEADLINE in row for row in rows) or finds_planted(one["instrument"])
    return "" if liking or published_as(one["instrument"]) else _ANOTHER


def _profile(one: Json, planted: Mapping[str, float] | None) -> ModelProfile:
    measured, published = one.get("profile"), bool(published_as(one["instrument"]))
    if not measured:
        rows = tuple(ValueRow(value, Estimate(one["paper"]["scores"][value]), Estimate(None)) for value in VALUES)
        return ModelProfile(one["model"], rows, one["instrument"], published=True, n_asks=one["n_asks"])
    planted = None if published else planted
    return ModelProfile(
        model=one["model"],
        instrument=one["instrument"],
        rows=_rows(measured, planted, published),
        published=published,
        in_log_odds=not published and any(HEADLINE in row for row in measured.values()),
        read="" if published else read_in_words(one),
        bias={name: Estimate.read(row) for name, row in one["bias"].items()},
        rates={name: Estimate.read(row) for name, row in one.get("rates", {}).items()},
        recovery=_recovery(measured, planted),
        differ=read_differences(one.get("differences")),
        covers=str(one.get("covers", "")),
        guards=tuple(Finding.from_json(name, row) for name, row in one.get("guards", {}).items()),
        identified=identified(one),
        overall=Estimate.read(one["overall"]),
        n_asks=one["n_asks"],
        n_clips=one["n_units"],
        notes=(*one["notes"], *limits(one)),
    )


def read_in_words(one: Json) -> str:
    """How the answers of a respondent were read; empty where its scores do not say it."""
    readout = str(one.get("evidence") or one.get("readout") or "")
    return IN_WORDS.get(readout, readout.replace("_", " "))


def identified(one: Json) -> tuple[str, str]:
    """What the answers of a respondent tell (``identified`` is everything), and why not more."""
    row = one.get("identification", {})
    return str(row.get("status", "identified")), str(row.get("why", ""))


def limits(one: Json) -> list[str]:
    """What the way of answering does to the numbers of a respondent."""
    told = []
    refused = {value: share for value, share in one.get("refusal_by_value", {}).items() if share >= _UNEQUAL}
    if refused:
        shares = ", ".join(f"{LABELS.get(value, value)} {share:.0%}" for value, share in refused.items())
        told.append(f"refused answers by value: {shares}; where disliked clips are refused, a value looks better liked")
    return told


def beside_scores(one: Json) -> tuple[dict[str, Estimate], dict[str, Estimate]]:
    """What answers of a respondent hang on beside what is measured, and shares of those that do not count, in percent.

    Args:
        one: As scores have it.

    Returns:
        Both by name, without what is not known and without shares of nothing; empty for respondents whose leans stand
        in a table of their own (``shows_liking``).
    """
    if shows_liking(one):
        return {}, {}
    leans, shares = (
        {name: Estimate.read(row) for name, row in one.get(part, {}).items()} for part in ("bias", "rates")
    )
    return (
        {name: lean for name, lean in leans.items() if lean.mean is not None},
        {name: share.moved(100) for name, share in shares.items() if share.mean},
    )


def _rows(measured: Json, planted: Mapping[str, float] | None, published: bool) -> tuple[ValueRow, ...]:
    rows = [_row(value, measured[value], published) for value in VALUES]
    if not planted:
        return tuple(rows)
    shown = [value for value in VALUES if measured[value].get(HEADLINE) is not None]
    goals = centre({value: to_log_odds(planted[value]) for value in shown}) if shown else centre(planted)
    return tuple(replace(row, planted=planted[row.value], planted_headline=goals.get(row.value)) for row in rows)


def _row(value: str, row: Json, published: bool) -> ValueRow:
    liking, centred, headline = (explained(row, name) for name in ("", "centred", HEADLINE))
    if published:
        centred = Estimate(centred.mean)
    return ValueRow(
        value=value,
        liking=liking,
        centred=centred,
        headline=headline if HEADLINE in row else centred,
        p_adjusted=None if published else row.get("p_adjusted"),
        rank=None if published else ranks_of(row),
        clips=row["n_units"],
        answers=row["n_answers"],
    )


def ranks_of(row: Json) -> tuple[int, int, int] | None:
    """Rank of a dimension, and the range that its interval allows."""
    rank, low, high = (row.get("rank"), row.get("rank_low"), row.get("rank_high"))
    return None if rank is None or low is None or high is None else (int(rank), int(low), int(high))


def explained(row: Json, name: str) -> Estimate:
    """A number, or what is missing in place of it: a value that is measured alone has nothing to be compared with."""
    found, status = Estimate.read(row, name), row.get("status", "")
    if found.mean is not None or found.why:
        return found
    alone = ONE_VALUE if name else ""
    return replace(found, why=alone if status == "ok" else status)


def _recovery(profile: Json, planted: Mapping[str, float] | None) -> Recovery | None:
    from valuespectrum.scoring.off_circle import compare_off_circle
    from valuespectrum.scoring.recovery import compare_to_planted

    if planted is None or all(row["mean"] is None for row in profile.values()):
        return None
    found = compare_to_planted(profile, planted)
    off = compare_off_circle(profile, {value: to_log_odds(liking) for value, liking in planted.items()}, TEN)
    return Recovery(found["spearman"], found["max_abs_error"], found["interval_coverage"], off["r"] if off else None)


def read_differences(row: Json | None) -> Difference:
    """The test whether values differ at all; without p where there was nothing to test."""
    row = row or {}
    ratio, above, below, p = (row.get(name) for name in ("statistic", "df_above", "df_below", "p"))
    return Difference(ratio, above, below, p, row.get("values", 0), row.get("why", ""))


def read_personas(scores: Json, manifest: Manifest) -> list[PersonaResult]:
    """Personas of a run and what they did."""
    names = manifest.asked.persona_names
    judges = {persona.id: persona.judge for persona in manifest.asked.personas}
    told = {(role.persona, role.strategy): role.system for role in manifest.asked.roles if not role.placebo}
    return [
        replace(
            _persona(row),
            name=names.get(row["persona"], row["persona"]),
            judge=judges.get(row["persona"], ""),
            prompt=told.get((row["persona"], row["strategy"]), ""),
        )
        for row in scores["personas"]
    ]


def read_playing(scores: Json) -> list[str]:
    """How models play over all personas, in sentences; nothing in scores of earlier releases."""
    return [playing_in_words(row) for row in scores.get("playing", [])]


def _persona(row: Json) -> PersonaResult:
    verdict, shifts = row.get("verdict"), row.get("shifts", {})
    return PersonaResult(
        model=row["model"],
        persona=row["persona"],
        name=row["persona"],
        strategy=row["strategy"],
        target=row["target"],
        verdict=verdict or "unknown",
        why=row.get("why", "") if verdict else ONE_TEXT,
        keep=Estimate.read(row, "keep"),
        pull=Estimate.read(row, "pull"),
        beyond=Estimate.read(row, "beyond"),
        aligned=row.get("aligned"),
        bare=row.get("bare"),
        ceiling=row.get("ceiling"),
        placebo_texts=row.get("placebo_texts", 0),
        shifts={value: Estimate.read(shift) for value, shift in shifts.items()},
        clear=tuple(value for value, shift in shifts.items() if _stands_out(shift.get("p_adjusted"))),
        in_log_odds=row.get("scale", LOG_ODDS) == LOG_ODDS,
        covers=row.get("covers", ""),
        played=(row.get("played") or {}).get("verdict", ""),
        played_why=(row.get("played") or {}).get("why", ""),
    )


def _stands_out(p: float | None) -> bool:
    """Whether a p is small; one of 0 is too small to be written, and not unknown."""
    return p is not None and p < CLEAR
