"""From the stored answers of a run to its ``scores.json``; needs neither corpus nor model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agents.answers.respondent import columns_of
from agents.answers.store import AnswerStore
from valuespectrum.instruments.registry import load_installed
from valuespectrum.measuring.structures import structures
from valuespectrum.reference.truth import caution
from valuespectrum.runs.failures import failures, refuse_emptiness, unscored
from valuespectrum.runs.run import open_answers, read_manifest, write_json
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import DRAWN_TEXT, ScoringOptions
from valuespectrum.scoring.schema import SCHEMA
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

_TOLD = ("weight_*", "look*", "time_of_day*", "overlay_push*")
NOT_SCORED = ("key", "details", *_TOLD, "rank", "similarity", "tokens")
"""Columns of the table of answers that no score looks at."""
_ANY_TEMPERATURE = "temperature of the server"
"""How the settings of a model begin that answers at a temperature which nobody can name."""


def score_run(folder: Path, scoring: ScoringOptions) -> Json:
    """Score the stored answers of a run again.

    Raises:
        InputError: The folder is no run, or holds no answers.
    """
    with open_answers(folder) as store:
        return write_scores(folder, store, scoring)


def write_scores(folder: Path, store: AnswerStore, scoring: ScoringOptions) -> Json:
    """Score all answers of a store and write ``scores.json``.

    Raises:
        InputError: The folder is no run, or holds no answers.
        ModelError: Every ask to a model failed, or nothing that it said could be scored; scores are written in the
            latter case.
    """
    manifest = read_manifest(folder)
    settings = manifest.settings
    table = store.table(leave_out=NOT_SCORED)
    answers = with_drawn_texts(collected(table), settings["models"])
    targets = {persona["id"]: persona["target"] for persona in settings["personas"]}
    battery = dict(settings["battery"])
    instrument = load_installed(battery.pop("name"), battery, str(folder))
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
        "n_answered": int(answers["answered"].sum()),
        "failures": failures(answers),
        "unscored": unscored(scores["respondents"], answers),
        "caution": caution(source["embedder"], settings["models"], manifest.corpus.pictures) if source else "",
    }
    scores["structure"] = structures(scores, manifest.corpus.likeness, scoring.seed)
    write_json(folder / "scores.json", scores)
    refuse_emptiness(scores["respondents"], scores["unscored"], str(folder))
    return scores


def collected(table: pd.DataFrame) -> pd.DataFrame:
    """Answers and failures of a store's table, without what was planned but not asked yet.

    Raises:
        InputError: Nothing was asked yet.
        ModelError: Every ask to a model failed.
    """
    if table.empty:
        raise InputError("the run holds no answers", "run `valuespectrum bench` first")
    asked = table["answered"] | (table["error"] != "")
    done = table if asked.all() else table[asked]
    for model, asks in done.groupby("model"):
        if not asks["answered"].any():
            raise ModelError(f"every ask to {model} failed, the first with: {asks['error'].iloc[0]}")
    return done


def with_drawn_texts(answers: pd.DataFrame, models: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """The same with the column that says whether single texts were drawn, which only some servers do unasked.

    Args:
        answers: With the column ``model``.
        models: Model id to its settings.
    """
    drawn = [model for model, settings in models.items() if settings.get("decoding", "").startswith(_ANY_TEMPERATURE)]
    return answers.assign(**{DRAWN_TEXT: answers["model"].isin(drawn)}) if drawn else answers
