"""The stored answers of a run as one table, and the part of it that scores rest on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agents.answers.store import AnswerStore
from valuespectrum.measuring.presenting import PRESENTATIONS
from valuespectrum.scoring.cells import CLIP_SOURCE, DRAWN_TEXT, ScoringOptions
from valuespectrum.stimuli.presenting.presentation import ONE_FRAME, PRESENTATION
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

_TOLD = ("weight_*", "look*", "time_of_day*", "overlay_push*")
NOT_SCORED = ("key", "details", *_TOLD, "rank", "similarity", "tokens")
"""Columns of the table of answers that no score looks at."""
_ANY_TEMPERATURE = "temperature of the server"
"""How the settings of a model begin that answers at a temperature which nobody can name."""


def put_so_far(table: pd.DataFrame) -> pd.DataFrame:
    """Answers and failures of a store's table, without what was planned but not asked yet.

    Raises:
        InputError: Nothing was asked yet.
    """
    if table.empty:
        raise InputError("the run holds no answers", "the command that began the run goes on with it")
    asked = table["answered"] | (table["error"] != "")
    return table if asked.all() else table[asked]


def collected(table: pd.DataFrame, *, silent: bool = False) -> pd.DataFrame:
    """The same of models that answered.

    Args:
        table: Of a store.
        silent: Leave out a model of which every ask failed, in place of refusing it; not where that is all of them.

    Raises:
        InputError: Nothing was asked yet.
        ModelError: Every ask to a model failed.
    """
    done = put_so_far(table)
    heard = done.groupby("model")["answered"].any()
    mute = [str(model) for model, answered in heard.items() if not answered]
    if mute and not (silent and len(mute) < len(heard)):
        first = done.loc[done["model"] == mute[0], "error"].iloc[0]
        raise ModelError(f"every ask to {mute[0]} failed, the first with: {first}")
    return done[~done["model"].isin(mute)] if mute else done


def with_drawn_texts(answers: pd.DataFrame, models: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """The same with the column that says whether single texts were drawn, which only some servers do unasked.

    Args:
        answers: With the column ``model``.
        models: Model id to its settings.
    """
    drawn = [model for model, settings in models.items() if settings.get("decoding", "").startswith(_ANY_TEMPERATURE)]
    return answers.assign(**{DRAWN_TEXT: answers["model"].isin(drawn)}) if drawn else answers


def came_by(answers: pd.DataFrame, scoring: ScoringOptions, sources: Mapping[str, str] | None) -> pd.DataFrame:
    """The same with who published each clip, where intervals are to be over that.

    Args:
        answers: With ``clip``, and ``clip_2`` and so on where several are shown.
        scoring: Says whether.
        sources: Clip to who published it; ``None`` where nobody is known.

    Raises:
        InputError: It is wanted, and not known.
    """
    if scoring.over != "sources":
        return answers
    if not sources:
        told = "the run does not say who published its clips, so intervals cannot be over sources"
        raise InputError(told, "run the same bench command again if the corpus knows uploaders, or leave out --over")
    shown = [str(name) for name in answers if re.fullmatch(r"clip(_\d+)?", str(name))]
    return answers.assign(
        **{f"{CLIP_SOURCE}{name.removeprefix('clip')}": answers[name].map(sources).fillna("") for name in shown}
    )


def scored_answers(store: AnswerStore, settings: Json, leave_out: Sequence[str] = NOT_SCORED) -> pd.DataFrame:
    """The answers of a run that its scores rest on.

    Args:
        store: Of the run.
        settings: Of its manifest.
        leave_out: Shell patterns over names of columns that are not wanted.

    Raises:
        InputError: Nothing was asked yet.
        ModelError: Every ask to a model failed.
    """
    return of_condition(with_drawn_texts(collected(store.table(leave_out=leave_out)), settings["models"]), settings)


def asked_answers(store: AnswerStore, settings: Json) -> pd.DataFrame:
    """The same with the failures of models that gave no answer at all.

    Raises:
        InputError: Nothing was asked yet.
    """
    return of_condition(with_drawn_texts(put_so_far(store.table(leave_out=NOT_SCORED)), settings["models"]), settings)


def conditions_of(settings: Json) -> tuple[str, ...]:
    """How the clips of a run are shown, the condition that scores rest on first.

    Args:
        settings: Of the run's manifest.

    Example:
        >>> conditions_of({"presentations": ["frame", "blank"]}), conditions_of({})
        (('frame', 'blank'), ('frame',))
    """
    return tuple(settings.get(PRESENTATIONS) or (ONE_FRAME.name,))


def of_condition(answers: pd.DataFrame, settings: Json, name: str = "") -> pd.DataFrame:
    """The answers under one condition of showing clips.

    Args:
        answers: Of the run.
        settings: Of its manifest.
        name: The condition; empty for the one that scores rest on.
    """
    if PRESENTATIONS not in settings or PRESENTATION not in answers:
        return answers
    shown = answers[PRESENTATION].fillna("").replace("", ONE_FRAME.name)
    return answers[shown == (name or conditions_of(settings)[0])]
