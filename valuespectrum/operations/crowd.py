"""``browse`` for several agents at once: every model in every role, so many times, sharing batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from agents.personas.reserved import NO_PERSONA
from valuespectrum.operations.bench import engine_in_words, how_asked
from valuespectrum.operations.browse import (
    BrowseSettings,
    open_feed,
    paired,
    refuse_early,
    session_name,
    session_options,
    session_summary,
    walk_together,
    warn_of_what_is_not_shown,
)
from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.loading import (
    check_specs,
    feed_roles,
    load_models,
    warn_of_placebos,
    watching_models,
)
from valuespectrum.operations.shared.option_files import effective_options
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.browsing.session import Session
    from agents.models.base import Model
    from agents.personas.persona import Persona


@dataclass(frozen=True, slots=True)
class Crowd(CheckedSettings):
    """Who walks: every model in every role, with so many seeds."""

    models: tuple[str, ...]
    """Model specs."""
    personas: tuple[str, ...] = (NO_PERSONA,)
    """Personas by name; ``"none"`` for the models as themselves, ``"all"`` for all of the file, ``"placebo-3"`` for a
    placebo text."""
    sessions: int = 1
    """Seeds of each, from the one in the settings on."""
    clones: int = 0
    """Clones of each session, which differ from it by chance alone."""

    def __post_init__(self) -> None:
        CheckedSettings.__post_init__(self)
        if not self.models:
            raise InputError("no model was named", "name at least one with --model")
        if self.sessions < 1:
            raise InputError(f"there must be at least one session of each, got {self.sessions}")
        if self.clones < 0:
            raise InputError(f"there cannot be {self.clones} clones", "give a number from 0")


@dataclass(frozen=True, repr=False)
class FeedSessions(Outcome):
    """Walks through a feed, in numbers."""

    logs: tuple[Path, ...]
    """Session logs, for ``report`` and ``replay``."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each session: its log, its steps, what was done."""
        return [
            {name: each[name] for name in ("log", "steps", "refusals", "failed", "undecided")} | each["actions"]
            for each in self.document["sessions"]
        ]


def browse_many(
    corpus: str | PathLike[str],
    crowd: Crowd,
    folder: str | PathLike[str] = "sessions",
    settings: BrowseSettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> FeedSessions:
    """Let several agents walk through a feed at once, so that their questions share batches.

    Each leaves the log that it would leave alone; the same call continues what was interrupted.

    Args:
        corpus: Corpus folder.
        crowd: Who walks.
        folder: Where the logs go, as ``MODEL-PERSONA-POLICY-SEED.jsonl``.
        settings: The feed; its persona is not looked at, its seed and its clone are the first.
        teller: Who is told how it goes.
        command: What the user typed, for the manifests beside the logs.

    Raises:
        InputError: Something that was named does not exist, a log is of another session, or two sessions would have
            one log.
        ModelError: A model cannot be loaded or asked.
        StorageError: A log cannot be written.

    Example::

        vs.browse_many("my-corpus", vs.Crowd(("reference",), ("none", "bon_vivant"), sessions=25))
    """
    from agents.browsing.session import refuse_other_log
    from agents.models.base import ModelOptions
    from valuespectrum.measuring.plan import UnloadedModel
    from valuespectrum.runs.feed import write_feed
    from vectorstore.corpus import Corpus
    from vectorstore.foundation.disk import refuse_unwritable

    settings, teller = settings or BrowseSettings(), teller or Unattended()
    options = ModelOptions(device=settings.device, dtype=settings.dtype, engine=settings.engine, seed=settings.seed)
    check_specs(crowd.models, options)
    session = session_options(settings, user_path(corpus))  # refuses what cannot be, before anything is opened
    roles, places = (
        feed_roles(crowd.personas, settings.personas, settings.strategy),
        (user_path(corpus), user_path(folder)),
    )
    planned = _sessions(crowd, settings, {spec: UnloadedModel(spec) for spec in crowd.models}, roles, places)
    for log in planned:
        refuse_unwritable(log)
    feed, catalogue = open_feed(user_path(corpus), settings.embedder, crowd.models, teller)
    refuse_early(session, catalogue)
    for planned_session, _ in planned.values():
        refuse_other_log(planned_session, catalogue)
    warn_of_what_is_not_shown(teller, session, catalogue)
    warn_of_placebos(teller, roles.values(), settings.personas)
    teller.doing(f"loading {', '.join(crowd.models)}")
    loaded = load_models(crowd.models, options)
    if settings.shows_video:
        loaded = watching_models(loaded, options, teller)
    models = dict(zip(crowd.models, loaded, strict=True))
    engines = {model.id: how_asked(model) for model in models.values()}
    for name, how in engines.items():
        teller.say(engine_in_words(name, how))
    sessions = _sessions(crowd, settings, models, roles, places)
    with Corpus.open(user_path(corpus)) as opened:
        for log, (_, effective) in sessions.items():
            write_feed(log, opened, catalogue, replace(feed, command=command, options=effective))
    records = walk_together([session for session, _ in sessions.values()], catalogue, teller)
    summaries = [session_summary(record, feed.values, log) for record, log in zip(records, sessions, strict=True)]
    return FeedSessions({"sessions": summaries, "engines": engines}, _describe(summaries), tuple(sessions))


def _sessions(
    crowd: Crowd,
    settings: BrowseSettings,
    models: Mapping[str, Model],
    roles: Mapping[str, Persona | None],
    places: tuple[Path, Path],
) -> dict[Path, tuple[Session, Mapping[str, object]]]:
    """Log to session, with the options that would have it go on alone.

    Raises:
        InputError: Two sessions would have one log, so that one of them would not be walked.
    """
    from agents.browsing.session import Session

    corpus, folder = places
    seeds = range(settings.seed, settings.seed + crowd.sessions)
    sessions: dict[Path, tuple[Session, Mapping[str, object]]] = {}
    clones = range(settings.clone, settings.clone + crowd.clones + 1)
    everyone = product(dict.fromkeys(crowd.models), roles.items(), seeds, clones)
    for spec, (role, persona), seed, clone in everyone:
        own = replace(settings, persona=role, seed=seed, clone=clone)
        log = folder / f"{session_name(spec, own)}.jsonl"
        for place, each in paired(log, own):
            if place in sessions:
                hint = "let these models and personas walk one by one, each into a log of its own (--out)"
                raise InputError(f"two sessions would be written to {place}", hint)
            session = Session(session_options(each, corpus, persona), models[spec], persona, place)
            sessions[place] = session, effective_options(each, corpus=corpus, model=spec, out=place)
    return sessions


def _describe(summaries: Sequence[Mapping[str, object]]) -> str:
    counted = ("log", "steps", "refusals", "failed", "undecided")
    return table(counted, [tuple(each[name] for name in counted) for each in summaries])
