"""Reads what runs and sessions left on disk into a report's data; needs no model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.session_log import NO_ACTION
from valuespectrum.report.data import (
    NO_PERSONA,
    Estimate,
    ModelProfile,
    PersonaResult,
    Recovery,
    ReportData,
    Session,
    SessionStep,
    ValueRow,
)
from valuespectrum.report.examples import read_examples, read_picture
from valuespectrum.report.words import short_model
from valuespectrum.run import Manifest, check_alike, read_manifest, read_scores
from valuespectrum.truth import is_synthetic, planted_profile
from valuespectrum.values import VALUES
from vectorstore.errors import InputError

if TYPE_CHECKING:
    from agents.session_log import Event
    from vectorstore.corpus import Corpus

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportSources:
    """Where a report's parts come from."""

    runs: tuple[Path, ...]
    """Run folders, the most important first."""
    corpus: Corpus | None = None
    """For pictures and titles; without it the report has none."""
    sessions: tuple[Path, ...] = ()
    """Session logs."""
    clip_values: Mapping[str, str] = field(default_factory=dict)
    """Clip id to value, for sessions."""
    examples: int = 6
    """Pictures with questions and answers."""


def load_report(sources: ReportSources, title: str, command: str = "") -> ReportData:
    """Read everything that a report shows.

    Args:
        sources: Runs, sessions, corpus.
        title: Heading of the page.
        command: What to type to make it again; by default that of the first run.

    Raises:
        InputError: A run or log is missing or damaged, or no run measured a profile.
        SchemaError: Another release wrote it.
    """
    loaded = [(folder, read_manifest(folder), read_scores(folder)) for folder in sources.runs]
    check_alike([manifest for _, manifest, _ in loaded])
    by_model: dict[str, ModelProfile] = {}
    conditions = set()
    for _, manifest, scores in loaded:
        for profile in read_profiles(scores, manifest):
            if profile.model not in by_model:
                by_model[profile.model] = profile
                conditions.add(_conditions(manifest))
    if not by_model:
        raise InputError("no run here measured a model without a persona", "run `valuespectrum bench` first")
    profiles = tuple(by_model.values())
    personas = tuple(result for _, manifest, scores in loaded for result in read_personas(scores, manifest))
    names = {row["id"]: row["name"] for _, manifest, _ in loaded for row in manifest.settings["personas"]}
    # A run with personas shows both the model as itself and in a role.
    shown, played, _ = next((row for row in loaded if row[1].settings["personas"]), loaded[0])
    return ReportData(
        title=title,
        profiles=profiles,
        personas=personas,
        sessions=tuple(read_session(log, sources, names) for log in sources.sessions),
        examples=read_examples(shown, played, sources.corpus, profiles[0], sources.examples),
        provenance=[row for folder, one, scores in loaded for row in _provenance(folder, one, scores)],
        command=command or str(loaded[0][1].provenance.get("command", "")),
        same_pictures=len(conditions) == 1,
        synthetic=tuple(short_model(model) for model in by_model if is_synthetic(model)),
    )


def read_profiles(scores: Json, manifest: Manifest) -> list[ModelProfile]:
    """Profiles of the bare models of a run."""
    return [
        _profile(one, manifest.settings["models"].get(one["model"], {}))
        for one in scores["respondents"]
        if one["persona"] == NO_PERSONA and one["strategy"] == NO_PERSONA
    ]


def _profile(one: Json, settings: Mapping[str, str]) -> ModelProfile:
    planted = planted_profile(one["model"], settings)
    if "profile" not in one:
        scores = one["paper"]["scores"]
        rows = tuple(ValueRow(value, Estimate(scores[value]), Estimate(None), None) for value in VALUES)
        notes = ("published protocol: one question, five pictures per word, unreadable answers counted as no",)
        return ModelProfile(one["model"], rows, n_asks=one["n_asks"], notes=notes)
    rows = tuple(_row(value, one["profile"][value], planted) for value in VALUES)
    return ModelProfile(
        model=one["model"],
        rows=rows,
        bias={name: Estimate.read(row) for name, row in one["bias"].items()},
        rates={name: Estimate.read(row) for name, row in one.get("rates", {}).items()},
        recovery=_recovery(one["profile"], planted),
        values_differ_p=(one.get("differences") or {}).get("p"),
        overall=Estimate.read(one["overall"]),
        n_asks=one["n_asks"],
        n_clips=one["n_clips"],
        notes=tuple(one["notes"]),
    )


def _row(value: str, row: Json, planted: Mapping[str, float] | None) -> ValueRow:
    ranks = (row["rank"], row["rank_low"], row["rank_high"])
    return ValueRow(
        value=value,
        liking=Estimate.read(row),
        centred=Estimate.read(row, "centred"),
        planted=planted[value] if planted else None,
        rank=ranks if row["rank"] is not None else None,
        clips=row["n_clips"],
        answers=row["n_answers"],
    )


def _recovery(profile: Json, planted: Mapping[str, float] | None) -> Recovery | None:
    from valuespectrum.scoring.recovery import compare_to_planted

    if planted is None or all(row["mean"] is None for row in profile.values()):
        return None
    found = compare_to_planted(profile, planted)
    return Recovery(found["spearman"], found["max_abs_error"], found["interval_coverage"])


def read_personas(scores: Json, manifest: Manifest) -> list[PersonaResult]:
    """Personas of a run with their alignment."""
    names = {row["id"]: row["name"] for row in manifest.settings["personas"]}
    prompts = {
        (role["persona"], role["strategy"]): role["system"]
        for role in manifest.settings["roles"]
        if not role["placebo"]
    }
    measured = {
        (one["model"], one["persona"], one["strategy"]): one["profile"]
        for one in scores["respondents"]
        if not one["placebo"] and "profile" in one
    }
    return [
        PersonaResult(
            model=row["model"],
            persona=row["persona"],
            name=names.get(row["persona"], row["persona"]),
            strategy=row["strategy"],
            target=row["target"],
            aligned=Estimate.read(row, "aligned"),
            placebo=Estimate.read(row, "placebo"),
            difference=Estimate.read(row, "difference"),
            profile={
                value: each["centred"]
                for value, each in measured.get((row["model"], row["persona"], row["strategy"]), {}).items()
                if each["centred"] is not None
            },
            prompt=prompts.get((row["persona"], row["strategy"]), ""),
        )
        for row in scores["personas"]
    ]


def read_session(log: Path, sources: ReportSources, names: Mapping[str, str]) -> Session:
    """A session log with titles and pictures where the corpus still has them.

    Args:
        log: The log file.
        sources: Corpus and values of clips.
        names: Persona id to its name.
    """
    from agents.session_log import read_log

    contents = read_log(log)
    known = sources.corpus.clip_ids() if sources.corpus else set()
    persona = contents.manifest.persona.get("id") or ""
    return Session(
        model=str(contents.manifest.model.get("id", "")),
        persona=names.get(persona, persona) or "itself, without a persona",
        policy=str(contents.manifest.policy.get("name", "")),
        seed=contents.manifest.seed,
        steps=tuple(_step(event, sources, event.item_id in known) for event in contents.events),
    )


def _step(event: Event, sources: ReportSources, known: bool) -> SessionStep:
    title, picture = "", b""
    if known and sources.corpus is not None:
        title = sources.corpus.clip(event.item_id).title
        picture = read_picture(sources.corpus, event.shown[0].frame_sha) if event.shown else b""
    propensity = next((each.propensity for each in event.candidates if each.id == event.item_id), None)
    return SessionStep(
        step=event.step + 1,
        item=event.item_id,
        title=title,
        value=sources.clip_values.get(event.item_id, ""),
        action="" if event.refusal or event.error or event.action == NO_ACTION else event.action,
        propensity=propensity,
        picture=picture,
    )


def _provenance(folder: Path, manifest: Manifest, scores: Json) -> list[tuple[str, str]]:
    settings, made = manifest.settings, manifest.provenance
    battery, search = settings["battery"], settings["retrieval"]
    rows = [
        ("Run", folder.name),
        ("Begun", str(made.get("begun", ""))),
        ("Corpus hash", str(settings["corpus"]["hash"])),
        ("Embedder", str(settings["corpus"]["embedder"])),
        *(("Model", f"{model} ({_settings(each)})") for model, each in settings["models"].items()),
        ("Battery", f"{battery['name']}, {battery['wordings']} wordings, {search['top_k']} clips per keyword"),
        ("Keywords", f"{settings['keywords']['name']}, sha256 {settings['keywords']['digest'][:16]}"),
        ("Seed", str(settings["seed"])),
        ("Bootstrap", f"{scores['scoring']['draws']} draws over clips, level {scores['scoring']['level']}"),
        ("Versions", _settings(made.get("versions", {}))),
    ]
    return [(label, text) for label, text in rows if text]


def _conditions(manifest: Manifest) -> str:
    """What must be equal for models to be comparable."""
    names = ("corpus", "keywords", "retrieval", "battery")
    return json.dumps({name: manifest.settings[name] for name in names}, sort_keys=True)


def _settings(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())
