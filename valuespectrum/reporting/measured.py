"""Takes profiles and personas out of the scores of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agents.answers.respondent import columns_of
from agents.personas.reserved import NO_PERSONA
from valuespectrum.instruments.registry import published_as
from valuespectrum.instruments.roles import borrowed_placebos
from valuespectrum.reference.truth import is_earlier, planted_profile
from valuespectrum.reporting.elements.data import (
    Differences,
    Estimate,
    ModelProfile,
    PersonaResult,
    Recovery,
    ValueRow,
)
from valuespectrum.reporting.planted import read_truth
from valuespectrum.runs.manifest import Manifest
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.json_types import Json

_UNEQUAL = 0.05
"""Share of refused answers about one value from which on they are named: refusals that go with dislike bias a value."""
_READ_FROM_TEXT = (
    "read from written answers, without probabilities: in simulations such intervals covered 80 to 91 of 100 true "
    "values instead of 95, and a strong lean towards one word hid most differences between values"
)
_EARLIER = "planted values are not compared, since other ones belong to these weights of an earlier release"
_UNCHECKED = "planted values are not compared, since not all clips are known to be drawn by this project"


def read_profiles(
    scores: Json, manifest: Manifest, checkable: bool = True, looks_told: bool = False
) -> list[ModelProfile]:
    """Profiles of the bare models of a run over the ten values, which the page is about.

    Args:
        scores: Of the run.
        manifest: Of the run.
        checkable: Whether planted values may be compared (``truth.checkable``).
        looks_told: Whether twins were told what the pictures show (``truth.planted_profile``).
    """
    profiles = []
    for one in scores["respondents"]:
        if one["persona"] == NO_PERSONA and one["strategy"] == NO_PERSONA and one["value_set"] == TEN.name:
            model, settings = one["model"], manifest.asked.models.get(one["model"], {})
            planted = planted_profile(model, settings, looks_told=looks_told)
            profile = _profile(one, planted if checkable else None)
            if checkable:
                profile = replace(profile, truth=read_truth(model, settings))
            told = [_EARLIER] if is_earlier(model) else [_UNCHECKED] if planted is not None and not checkable else []
            profiles.append(replace(profile, notes=(*profile.notes, *told)))
    return profiles


def _profile(one: Json, planted: Mapping[str, float] | None) -> ModelProfile:
    measured, published = one.get("profile"), bool(published_as(one["instrument"]))
    if not measured:
        rows = tuple(ValueRow(value, Estimate(one["paper"]["scores"][value]), Estimate(None)) for value in VALUES)
        return ModelProfile(one["model"], rows, published=True, n_asks=one["n_asks"])
    planted = None if published else planted
    return ModelProfile(
        model=one["model"],
        rows=tuple(_row(value, measured[value], planted, published) for value in VALUES),
        published=published,
        bias={name: Estimate.read(row) for name, row in one["bias"].items()},
        rates={name: Estimate.read(row) for name, row in one.get("rates", {}).items()},
        recovery=_recovery(measured, planted),
        differ=read_differences(one.get("differences")),
        overall=Estimate.read(one["overall"]),
        n_asks=one["n_asks"],
        n_clips=one["n_units"],
        notes=(*one["notes"], *limits(one)),
    )


def limits(one: Json) -> list[str]:
    """What the way of answering does to the numbers of a respondent."""
    told = [_READ_FROM_TEXT] if one.get("readout") == "text" else []
    refused = {value: share for value, share in one.get("refusal_by_value", {}).items() if share >= _UNEQUAL}
    if refused:
        shares = ", ".join(f"{LABELS.get(value, value)} {share:.0%}" for value, share in refused.items())
        told.append(f"refused answers by value: {shares}; where disliked clips are refused, a value looks better liked")
    return told


def _row(value: str, row: Json, planted: Mapping[str, float] | None, published: bool) -> ValueRow:
    liking, centred = Estimate.read(row), Estimate.read(row, "centred")
    ranks = (row["rank"], row["rank_low"], row["rank_high"])
    # Yes or no about a clip: where all say the same, draws agree on places that other clips would change.
    bounded = liking.low is not None and None not in ranks and not published
    return ValueRow(
        value=value,
        liking=liking,
        centred=Estimate(centred.mean) if published else centred,
        planted=planted[value] if planted else None,
        rank=ranks if bounded else None,
        clips=row["n_units"],
        answers=row["n_answers"],
    )


def _recovery(profile: Json, planted: Mapping[str, float] | None) -> Recovery | None:
    from valuespectrum.scoring.off_circle import compare_off_circle, to_log_odds
    from valuespectrum.scoring.recovery import compare_to_planted

    if planted is None or all(row["mean"] is None for row in profile.values()):
        return None
    found = compare_to_planted(profile, planted)
    off = compare_off_circle(profile, {value: to_log_odds(liking) for value, liking in planted.items()}, TEN)
    return Recovery(found["spearman"], found["max_abs_error"], found["interval_coverage"], off["r"] if off else None)


def read_differences(row: Json | None) -> Differences | None:
    """The test whether values differ at all; ``None`` where there was nothing to test."""
    if row is None or row["p"] is None or row.get("statistic") is None:
        return None
    return Differences(row["statistic"], row["p"], row.get("values", len(VALUES)))


def read_personas(scores: Json, manifest: Manifest) -> list[PersonaResult]:
    """Personas of a run with their alignment."""
    names = manifest.asked.persona_names
    told = {(role.persona, role.strategy): role.system for role in manifest.asked.roles if not role.placebo}
    worn = borrowed_placebos(manifest.settings["roles"])
    measured = {columns_of(one): one["profile"] for one in scores["respondents"] if one.get("profile")}
    return [
        PersonaResult(
            model=row["model"],
            persona=row["persona"],
            name=names.get(row["persona"], row["persona"]),
            strategy=row["strategy"],
            target=row["target"],
            aligned=Estimate.read(row, "aligned"),
            bare=Estimate.read(row, "bare"),
            placebo=Estimate.read(row, "placebo"),
            gain=Estimate.read(row, "gain"),
            difference=Estimate.read(row, "difference"),
            ceiling=row.get("ceiling"),
            moved=row.get("moved"),
            placebo_persona=names.get(worn.get((row["persona"], row["strategy"]), ""), ""),
            profile={
                value: each["centred"]
                # In these rows ``placebo`` is how well it aligns.
                for value, each in measured.get(columns_of(row).original, {}).items()
                if each["centred"] is not None
            },
            prompt=told.get((row["persona"], row["strategy"]), ""),
        )
        for row in scores["personas"]
    ]
