"""Reads what runs and sessions left on disk into a report's data; needs no model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.comparing.respondents import refuse_twice
from valuespectrum.measuring.benchmark import drawn_pictures
from valuespectrum.reference.truth import caution, checkable, is_synthetic
from valuespectrum.reporting.by_instrument import read_groups
from valuespectrum.reporting.elements.data import (
    ModelProfile,
    ReportData,
    ReportedRun,
    ReportedSession,
    runs_called,
)
from valuespectrum.reporting.elements.words import short_model
from valuespectrum.reporting.examples import read_examples
from valuespectrum.reporting.measured import read_personas, read_playing, read_profiles
from valuespectrum.reporting.sessions import read_session
from valuespectrum.reporting.watched import read_feeds
from valuespectrum.runs.failures import answers_held
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.run import JUDGES, check_alike, read_manifest, read_scores
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    from valuespectrum.sessions.walks.walked import WalkedSession
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class ReportSources:
    """Where a report's parts come from."""

    runs: tuple[Path, ...]
    """Run folders, the most important first."""
    corpus: Corpus | None = None
    """For pictures and titles; without it the report has none."""
    sessions: tuple[Path, ...] = ()
    """Session logs."""
    examples: int = 6
    """Pictures with questions and answers."""


def load_report(sources: ReportSources, title: str, command: str = "") -> ReportData:
    """Read everything that a report shows.

    Args:
        sources: Runs, sessions, corpus.
        title: Heading of the page.
        command: What to type to make it again; by default that of the runs, where it is one.

    Raises:
        InputError: A run or log is missing, damaged or named twice.
        SchemaError: Another release wrote it.
    """
    refuse_twice(sources.runs)
    refuse_twice(sources.sessions, "session log")
    runs = [
        ReportedRun(folder, read_manifest(folder), read_scores(folder), answers_held(folder)) for folder in sources.runs
    ]
    check_alike([run.manifest for run in runs])
    level = one_level(runs)
    cautions = []
    found: dict[tuple[str, bool], ModelProfile] = {}
    further: dict[tuple[str, bool], list[str]] = {}
    conditions = set()
    lead = ""
    named = list(zip(runs_called(sources.runs), runs, strict=True))
    pictures = {name: pictures_of(run.manifest, sources.corpus) for name, run in named}
    for name, run in named:
        manifest = run.manifest
        whose = (shown_by(manifest), manifest.asked.models, pictures[name])
        cautions.append(caution(*whose))
        for profile in read_profiles(run.scores, manifest, checkable(*whose)):
            lead = lead or ("" if profile.published else profile.instrument)
            key = profile.model, profile.published
            if not profile.published and profile.instrument != lead:
                continue
            if key in found:
                further.setdefault(key, []).append(name)
            else:
                doubted = _is_doubted(profile.model, manifest, pictures[name])
                found[key] = replace(profile, level=level, run=name, doubted=doubted)
                conditions.add(_conditions(manifest))
    profiles = tuple(replace(each, further_runs=tuple(further.get(key, ()))) for key, each in found.items())
    personas = tuple(
        replace(result, run=name, doubted=_is_doubted(result.model, run.manifest, pictures[name]))
        for name, run in named
        for result in read_personas(run.scores, run.manifest)
    )
    names = {name: words for run in runs for name, words in run.manifest.asked.persona_names.items()}
    values = {clip: value for run in reversed(runs) for clip, value in run.manifest.corpus.clip_values().items()}
    # A run with personas shows both the model as itself and in a role; not every instrument has something to show.
    telling = sorted(runs, key=lambda run: not run.manifest.asked.personas)
    examples = (
        read_examples(run.folder, run.manifest, sources.corpus, profile, sources.examples)
        for run in telling
        for profile in profiles[:1]
    )
    commands = [str(run.manifest.provenance.get("command", "")) for run in runs]
    one_command = len(set(commands)) == 1
    data = ReportData(
        title=title,
        profiles=profiles,
        groups=read_groups(named, level),
        personas=personas,
        playing=tuple((name, sentence) for name, run in named for sentence in read_playing(run.scores)),
        sessions=_sessions(sources, names, values),
        walks=(
            *({**run.scores["sessions"], "run": name} for name, run in named if run.scores.get("sessions")),
            *_walks(sources.sessions, values),
        ),
        examples=next(filter(None, examples), ()),
        feeds=tuple(feed for name, run in named for feed in read_feeds(run, name, sources.corpus)),
        provenance=[row for name, run in named for row in _provenance(name, run, not one_command)],
        command=command or commands[0] * one_command,
        runs=tuple(runs),
        same_pictures=len(conditions) == 1,
        cautions=tuple(dict.fromkeys(filter(None, cautions))),
    )
    return replace(data, synthetic=tuple(short_model(model) for model in data.models if is_synthetic(model)))


def _sessions(
    sources: ReportSources, names: Mapping[str, str], known_values: Mapping[str, str]
) -> tuple[ReportedSession, ...]:
    """Sessions that were named; logs are called as runs are, without the end that all of them have."""
    called = runs_called([log.with_suffix("") if log.suffix == ".jsonl" else log for log in sources.sessions])
    read = [read_session(log, sources.corpus, names, known_values) for log in sources.sessions]
    return tuple(replace(session, log=name) for session, name in zip(read, called, strict=True))


def _walks(logs: Sequence[Path], known_values: Mapping[str, str]) -> list[Json]:
    """Sessions that were named, in numbers; none where their values are not known or nothing was walked."""
    from valuespectrum.sessions.document import sessions_document
    from valuespectrum.sessions.run_logs import begun, refuse_copies
    from valuespectrum.sessions.walks.walked import read_walked

    sessions = {log: read_walked(log, known_values) for log in logs if begun(log)}
    refuse_copies(sessions)
    stocks: dict[tuple[tuple[str, int], ...], list[WalkedSession]] = {}
    for each in sessions.values():
        stocks.setdefault(tuple(sorted(each.stock.items())), []).append(each)
    return [sessions_document(own) for own in stocks.values()]


def one_level(runs: Sequence[ReportedRun]) -> float:
    """Level of all intervals of a page, which says it once.

    Raises:
        InputError: Runs were scored with several.
    """
    levels = {run.scores["scoring"]["level"]: run.folder for run in runs}
    if len(levels) > 1:
        (first, here), (second, there) = list(levels.items())[:2]
        raise InputError(
            f"{here} was scored with intervals at {100 * first:g} %, {there} at {100 * second:g} %",
            "score one of them again (`valuespectrum score RUN`)",
        )
    return next(iter(levels), 0.95)


def pictures_of(manifest: Manifest, corpus: Corpus | None) -> Mapping[str, int] | None:
    """How many clips a run was shown and how many of them are drawn by us, where that can be known and matters.

    Args:
        manifest: Of the run.
        corpus: Asked where the run does not say it; one that has changed since cannot answer.
    """
    known, shown = manifest.corpus.pictures, manifest.asked.shown
    if known is not None or corpus is None or shown is None or corpus.content_hash() != shown.corpus_hash:
        return known
    return drawn_pictures(corpus, shown.embedder, list(manifest.asked.models))


def _is_doubted(model: str, manifest: Manifest, pictures: Mapping[str, int] | None) -> bool:
    """Whether what a run says of a model means nothing (``truth.caution``)."""
    return bool(caution(shown_by(manifest), [model], pictures))


def shown_by(manifest: Manifest) -> str:
    """Id of the embedder that found the pictures of a run; empty where none were shown."""
    shown = manifest.asked.shown
    return shown.embedder if shown else ""


def _provenance(called: str, run: ReportedRun, with_command: bool) -> list[tuple[str, str]]:
    asked, made, scoring = run.manifest.asked, run.manifest.provenance, run.scores["scoring"]
    shown, wordings = asked.shown, asked.instrument_options.get("wordings")
    how = [asked.instrument, *([f"{wordings} wordings"] if wordings is not None else [])]
    rows = [
        ("Run", called),
        ("Begun", str(made.get("begun", ""))),
        ("Corpus hash", shown.corpus_hash if shown else ""),
        ("Embedder", shown.embedder if shown else ""),
        *(("Model", f"{model} ({_settings(each)})") for model, each in asked.models.items()),
        *(("Judge", f"{model} ({_settings(each)})") for model, each in run.manifest.settings.get(JUDGES, {}).items()),
        ("Battery", ", ".join([*how, *([f"{shown.top_k} clips per keyword"] if shown else [])])),
        ("Keywords", f"{shown.keywords}, sha256 {shown.keywords_digest[:16]}" if shown else ""),
        ("Seed", str(asked.seed)),
        ("Intervals", f"level {scoring['level']:g}; what each covers stands beside it"),
        ("Versions", _settings(made.get("versions", {}))),
        *(("Went on", f"{each['begun']} with {_settings(each['versions'])}") for each in made.get("continued", [])),
        ("Command", str(made.get("command", "")) * with_command),
    ]
    return [(label, text) for label, text in rows if text]


def _conditions(manifest: Manifest) -> str:
    """What must be equal for models to be comparable."""
    names = ("corpus", "keywords", "retrieval", "battery")
    return json.dumps({name: manifest.settings.get(name) for name in names}, sort_keys=True)


def _settings(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())
