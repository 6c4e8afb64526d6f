"""Reads what runs and sessions left on disk into a report's data; needs no model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.browsing.log import NO_ACTION
from valuespectrum.measuring.benchmark import drawn_pictures
from valuespectrum.reference.truth import caution, checkable, is_synthetic
from valuespectrum.reporting.data import ModelProfile, ReportData, ReportedSession, SessionStep
from valuespectrum.reporting.examples import read_examples, read_picture
from valuespectrum.reporting.measured import read_personas, read_profiles
from valuespectrum.reporting.words import short_model
from valuespectrum.runs.run import Manifest, check_alike, read_manifest, read_scores
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.browsing.log import Event
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
    cautions = []
    found: dict[tuple[str, bool], ModelProfile] = {}
    conditions = set()
    for _, manifest, scores in loaded:
        whose = (
            manifest.settings["corpus"]["embedder"],
            manifest.settings["models"],
            pictures_of(manifest, sources.corpus),
        )
        cautions.append(caution(*whose))
        for profile in read_profiles(scores, manifest, checkable(*whose)):
            if (profile.model, profile.published) not in found:
                found[profile.model, profile.published] = profile
                conditions.add(_conditions(manifest))
    if not found:
        raise InputError("no run here measured a model without a persona", "run `valuespectrum bench` first")
    profiles = tuple(found.values())
    models = dict.fromkeys(profile.model for profile in profiles)
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
        synthetic=tuple(short_model(model) for model in models if is_synthetic(model)),
        cautions=tuple(dict.fromkeys(filter(None, cautions))),
    )


def pictures_of(manifest: Manifest, corpus: Corpus | None) -> Mapping[str, int] | None:
    """How many clips a run was shown and how many of them are drawn by us, where that can be known and matters.

    Args:
        manifest: Of the run.
        corpus: Asked where the run does not say it; one that has changed since cannot answer.
    """
    searched = manifest.settings["corpus"]
    if manifest.pictures is not None or corpus is None or corpus.content_hash() != searched["hash"]:
        return manifest.pictures
    return drawn_pictures(corpus, searched["embedder"], list(manifest.settings["models"]))


def read_session(log: Path, sources: ReportSources, names: Mapping[str, str]) -> ReportedSession:
    """A session log with titles and pictures where the corpus still has them.

    Args:
        log: The log file.
        sources: Corpus and values of clips.
        names: Persona id to its name.
    """
    from agents.browsing.log import read_log

    contents = read_log(log)
    known = sources.corpus.clip_ids() if sources.corpus else set()
    persona = str(contents.manifest.persona.get("id") or "")
    return ReportedSession(
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
