"""Chooses a few pictures with their questions and answers out of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.models.base import NO_PICTURE
from agents.models.evidence import LEAST_MASS
from agents.personas.reserved import NO_PERSONA
from valuespectrum.instruments.registry import INSTRUMENTS, load_instrument, rows_of
from valuespectrum.measuring.stored_answers import of_condition
from valuespectrum.reporting.elements.data import Example, ExampleAnswer, ModelProfile
from valuespectrum.reporting.elements.pictures import can_be_drawn
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.run import open_answers
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

    from vectorstore.corpus import Corpus
    from vectorstore.ledger.records import Frame

SIMILARITY = "similarity"
"""Tag of answers about pictures that a search found; sets and sessions have none."""


def read_examples(
    run: Path, manifest: Manifest, corpus: Corpus | None, profile: ModelProfile, count: int
) -> tuple[Example, ...]:
    """Pictures of the most and the least liked values, and one that was refused where there is one.

    Args:
        run: Run folder.
        manifest: Of the run.
        corpus: For pictures and captions; ``None`` gives no examples, since an answer without its picture says little.
            Nor are there any of frames that the corpus holds no more, or of an instrument that names no telling
            answers, is not installed, or asks without clips.
        profile: Which values are liked.
        count: How many pictures.
    """
    name = manifest.asked.instrument
    telling = load_instrument(name).examples if name in INSTRUMENTS.names() else ()
    if corpus is None or count < 1 or not telling:
        return ()
    with open_answers(run) as store:
        table = of_condition(store.table(), manifest.settings)
        table = table[table["answered"] & (table["model"] == profile.model)]
        if "clip" not in table:
            return ()
        chosen = _clips(table, profile, count, corpus.clip_ids())
        names = manifest.asked.persona_names
        answered = (_rows(table[table["clip"] == clip], manifest, telling) for clip in chosen)
        picked = [
            (frame, rows)
            for rows in answered
            if rows and (frame := frame_of(corpus, str(rows[0]["clip"]), str(rows[0]["frame"])))
        ]
        keys = {str(row["key"]) for _, rows in picked for row in rows}
        questions = {key: ask.question for key in keys if (ask := store.ask(key))}
    return tuple(_example(corpus, frame, rows, questions, names) for frame, rows in picked)


def frame_of(corpus: Corpus, clip: str, frame: str) -> Frame | None:
    """A frame by its clip and its own id; ``None`` where the frames of the clip were made anew since it was shown."""
    return next((each for each in corpus.frames(clip) if each.frame_id == frame), None)


def read_picture(corpus: Corpus, picture_sha: str) -> bytes:
    """A stored picture; empty when the corpus no longer has it, or has another or a damaged file in its place."""
    path = corpus.picture_path(picture_sha)
    stored = path.read_bytes() if path.is_file() else b""
    return stored if hashlib.sha256(stored).hexdigest() == picture_sha and can_be_drawn(stored) else b""


def _clips(table: pd.DataFrame, profile: ModelProfile, count: int, known: Iterable[str]) -> list[str]:
    bare = table[(table["persona"] == NO_PERSONA) & table["clip"].isin(list(known))]
    refused = bare[bare["parsed"] == "refusal"]["clip"].unique()[:1].tolist()
    ranked = sorted(
        (row for row in profile.rows if row.liking.mean is not None), key=lambda row: -(row.liking.mean or 0.0)
    )
    wanted = max(0, count - len(refused))
    values = [row.value for row in [*ranked[: (wanted + 1) // 2], *ranked[len(ranked) - wanted // 2 :]]]
    best = bare[~bare["clip"].isin(refused)]
    if SIMILARITY in best:
        best = best.sort_values(SIMILARITY, ascending=False)
    found = [best[best["value"] == value]["clip"].iloc[:1] for value in dict.fromkeys(values)]
    return list(dict.fromkeys([*(str(clip) for part in found for clip in part), *refused]))


def _rows(table: pd.DataFrame, manifest: Manifest, telling: Sequence[Mapping[str, object]]) -> list[Json]:
    """What the instrument has to show, and the same for the persona that cares most about the value."""
    value = str(table["value"].iloc[0])
    asked = manifest.asked
    cares = sorted(asked.personas, key=lambda persona: -abs(persona.target.get(value, 0.0)))
    wanted = [(NO_PERSONA, tags) for tags in telling]
    wanted += [(persona.id, tags) for persona in cares[:1] for tags in telling[:1]]
    own = rows_of(table, asked.instrument)
    rows: list[Json] = []
    for persona, tags in wanted:
        one = own[(own["persona"] == persona) & (own["placebo"] == 0)]
        for tag, given in tags.items():
            one = one[one[tag] == given]
        rows += [{str(name): cell for name, cell in row.items()} for row in one.iloc[:1].to_dict("records")]
    return rows


def _example(
    corpus: Corpus, frame: Frame, rows: Sequence[Json], questions: dict[str, str], names: dict[str, str]
) -> Example:
    clip = corpus.clip(frame.clip_id)
    return Example(
        picture=read_picture(corpus, frame.picture_sha),
        title=clip.title,
        caption=clip.caption,
        value=str(rows[0]["value"]),
        answers=tuple(_answer(row, questions, names) for row in rows),
    )


def _answer(row: Json, questions: dict[str, str], names: dict[str, str]) -> ExampleAnswer:
    shares = _shares(row)
    persona = str(row["persona"])
    return ExampleAnswer(
        question=questions[str(row["key"])],
        persona=names.get(persona, persona),
        text=str(row["text"]),
        parsed=str(row["parsed"]),
        probabilities=shares,
        liking=_liking(shares, int(row["polarity"])) if row["parsed"] != NO_PICTURE else None,
    )


def _shares(row: Json) -> dict[str, float]:
    """Probabilities of the choices, or the shares of what was drawn; empty for answers in words alone."""
    told = [(str(name), value) for name, value in sorted(row.items(), reverse=True) if value == value]
    drawn = {name.removeprefix(COUNT_COLUMN): value for name, value in told if name.startswith(COUNT_COLUMN)}
    if drawn:
        total = max(1.0, sum(drawn.values()))
        return {name: drawn.get(name, 0.0) / total for name in ("yes", "no")}
    # yes before no, in every example alike
    return {name.removeprefix(CHOICE_COLUMN): exp(value) for name, value in told if name.startswith(CHOICE_COLUMN)}


def _liking(probabilities: dict[str, float], polarity: int) -> float | None:
    yes, no = probabilities.get("yes", 0.0), probabilities.get("no", 0.0)
    if yes + no < LEAST_MASS:
        return None
    return yes / (yes + no) if polarity > 0 else no / (yes + no)
