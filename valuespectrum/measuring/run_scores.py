"""From the stored answers of a run to its ``scores.json``; needs neither corpus nor model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agents.answers.respondent import columns_of
from agents.answers.store import AnswerStore
from valuespectrum.instruments.registry import about_others, load_installed, refuse_other_file
from valuespectrum.measuring.picture_effects import picture_effects
from valuespectrum.measuring.stored_answers import (
    NOT_SCORED,
    came_by,
    collected,
    of_condition,
    put_so_far,
    with_drawn_texts,
)
from valuespectrum.measuring.structures import structures
from valuespectrum.reference.truth import caution
from valuespectrum.runs.failures import failures, refuse_emptiness, unscored
from valuespectrum.runs.run import open_answers, read_manifest, write_json
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.schema import SCHEMA
from valuespectrum.sessions.document import SessionScoring, sessions_document
from valuespectrum.sessions.revealed.profiles import RevealOptions
from valuespectrum.sessions.run_logs import left_out_rows, quality_of_run, sessions_of_run
from valuespectrum.sessions.stated import stated_and_revealed, stated_profiles
from valuespectrum.sessions.walks.walked import WalkedSession
from vectorstore.foundation.json_types import Json


def score_run(folder: Path, scoring: ScoringOptions, *, silent: bool = False) -> Json:
    """Score the stored answers of a run again.

    Args:
        folder: Of the run.
        scoring: How they are scored.
        silent: As of ``write_scores``.

    Raises:
        InputError: The folder is no run, or holds no answers.
    """
    with open_answers(folder) as store:
        return write_scores(folder, store, scoring, silent=silent)


def write_scores(folder: Path, store: AnswerStore, scoring: ScoringOptions, *, silent: bool = False) -> Json:
    """Score all answers of a store and write ``scores.json``.

    Args:
        folder: Of the run.
        store: Its answers.
        scoring: How they are scored.
        silent: Leave out a model of which every ask failed, and pass one of which nothing could be scored, in place of
            refusing either.

    Raises:
        InputError: The folder is no run, or holds no answers.
        ModelError: Every ask to a model failed, or nothing that it said could be scored; scores are written in the
            latter case.
    """
    manifest = read_manifest(folder)
    settings = manifest.settings
    table = store.table(leave_out=NOT_SCORED)
    every = with_drawn_texts(collected(table, silent=silent), settings["models"])
    every = came_by(every, scoring, manifest.corpus.sources)
    answers = of_condition(every, settings)
    targets = {persona["id"]: persona["target"] for persona in settings["personas"]}
    battery = dict(settings["battery"])
    instrument = load_installed(battery.pop("name"), battery, str(folder))
    refuse_other_file(instrument, settings, str(folder))
    source = settings.get("corpus")
    scores: Json = {"schema": SCHEMA, "kind": manifest.kind} | score_answers(
        answers, scoring, targets, {instrument.name: instrument}
    )
    cast = manifest.asked.cast
    for row in scores["respondents"]:
        row["respondent"] = cast[columns_of(row)].id
    if source:
        clips = answers.groupby("value")["clip"].nunique()
        scores["corpus"] = source
        scores["clips_per_value"] = {str(value): int(count) for value, count in clips.items()}
    scores |= {
        "battery": settings["battery"]["name"],
        "n_planned": len(table),
        "n_answered": int(every["answered"].sum()),
        "failures": failures(put_so_far(table)),
        "unscored": unscored(scores["respondents"], answers),
        "caution": caution(source["embedder"], settings["models"], manifest.corpus.pictures) if source else "",
    }
    if effects := picture_effects(every, settings, scoring, {instrument.name: instrument}):
        scores["presentations"] = effects
    scores["structure"] = structures(scores, manifest.corpus.likeness, scoring.seed)
    sessions, left_out = sessions_of_run(folder)
    if sessions:
        told = _sessions(folder, sessions, scores["respondents"], scoring)
        scores["sessions"] = told | {"left_out": left_out_rows(left_out)}
    write_json(folder / "scores.json", scores)
    if not silent:
        refuse_emptiness(scores["respondents"], scores["unscored"], str(folder))
    return scores


def _sessions(
    folder: Path, sessions: Sequence[WalkedSession], respondents: Sequence[Json], scoring: ScoringOptions
) -> Json:
    """What sessions say, and whether what was said to questions predicts it."""
    options = SessionScoring(reveal=RevealOptions(level=scoring.level, seed=scoring.seed))
    own = [row for row in respondents if not about_others(row["instrument"])]
    stated = stated_and_revealed(sessions, stated_profiles(own), quality_of_run(folder), options.reveal)
    return sessions_document(sessions, options) | {"stated": stated}
