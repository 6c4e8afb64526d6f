"""Sessions: a model, with or without a persona, walks through a feed; alone, or many at once, and into a log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.browsing.catalogue import Catalogue
from agents.browsing.log import Event, SessionLog, SessionManifest, encode, refuse_other_session
from agents.browsing.manifest import build_manifest
from agents.browsing.options import SessionOptions
from agents.browsing.recorded import RecordedModel
from agents.browsing.seeing.made import Logged, MadeAnew
from agents.browsing.seeing.screens import Screens
from agents.browsing.walk import Walk
from agents.models.base import NO_PICTURE, Model
from agents.models.capabilities import refuse_without_video
from agents.models.picture_watch import PictureWatch
from agents.personas.persona import Persona
from agents.personas.prompts import system_prompt
from agents.procedures.conductor import ConductOptions, conduct
from agents.procedures.procedure import SUBJECT, Named, Procedure, alone
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What a session left."""

    manifest: SessionManifest
    events: tuple[Event, ...]
    taken_up: int = 0
    """How many of them its log held before."""
    left: bool = False
    """Whether the agent closed the app at the last one."""


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One agent's walk through a feed, and where its log goes."""

    options: SessionOptions
    """Length, feed, questions, dials."""
    model: Model
    """Who answers."""
    persona: Persona | None = None
    """The role; ``None`` for the model as itself."""
    log: Path | None = None
    """Where to write the log; ``None`` keeps it in memory."""
    screens: Screens | None = None
    """The page, for an observer of the mode ``"page"``."""


def browse(
    session: SessionOptions,
    catalogue: Catalogue,
    model: Model,
    persona: Persona | None = None,
    log: Path | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> SessionRecord:
    """Run a session, or take up one that was interrupted.

    With a log, steps that it holds are walked again with the logged answers, which brings feed and clock to where
    they were; only the steps that it lacks are put to the model. The final log is the same either way, also when the
    session was shorter before: more steps continue it.

    Args:
        session: Length, feed, questions, dials.
        catalogue: The clips.
        model: Who answers.
        persona: The role; ``None`` for the model as itself.
        log: Where to write the log; ``None`` keeps it in memory.
        on_event: Called after every step, logged ones included.

    Raises:
        InputError: An option does not fit, or the log is that of another session.
        ModelError: The model failed as a whole, or keeps saying that it sees no picture; the log holds all steps
            before.
        StorageError: The log cannot be written.
    """
    walked = walk_logged(Session(session, model, persona, log), catalogue, SUBJECT, on_event)
    return alone(walked, {SUBJECT: model})


def browse_together(
    sessions: Sequence[Session],
    catalogue: Catalogue,
    on_event: Callable[[Session, Event], None] | None = None,
    options: ConductOptions | None = None,
) -> Iterator[SessionRecord]:
    """Run many sessions at once, so that their questions share batches; each is what :func:`browse` makes of it.

    A model that answers a question in the same way whatever else is in its batch gives the same logs, byte for byte.
    One whose rounding depends on the batch may differ in the last digits, as between two engines.

    Args:
        sessions: Models may be shared; logs may not.
        catalogue: The clips of all of them.
        on_event: Called after every step of every session, logged ones included.
        options: How many at once; by default up to a hundred, each of which holds its log open.

    Yields:
        What they left, in their order.

    Raises:
        ValueSpectrumError: As :func:`browse`, with a note that names the session. The steps before are in the logs, of
            the other sessions, too.
    """
    models = list({id(session.model): session.model for session in sessions}.values())
    cast = {f"model {place}": model for place, model in enumerate(models, 1)}
    role_of = {id(model): role for role, model in cast.items()}
    named = (
        Named(
            str(session.log or f"session {place}"),
            walk_logged(session, catalogue, role_of[id(session.model)], on_event and partial(on_event, session)),
        )
        for place, session in enumerate(sessions, 1)
    )
    yield from conduct(named, cast, options=options or _TOGETHER)


_TOGETHER = ConductOptions(in_flight=100, watch_pictures=False)
"""Each holds its log open, and each watches for itself, with the steps that its log holds already."""


def walk_logged(
    session: Session, catalogue: Catalogue, to: str = SUBJECT, on_event: Callable[[Event], None] | None = None
) -> Procedure[SessionRecord]:
    """A session as a procedure that writes its log as it goes; what the log holds is not asked again.

    To be driven without an answer store: the log is what it goes on from. In a store, which has the answers, drive
    :meth:`agents.browsing.walk.Walk.step` and write the log from its events.

    Args:
        session: Who walks, and how.
        catalogue: The clips.
        to: The role that the questions are addressed to.
        on_event: Called after every step, logged ones included.

    Raises:
        InputError: The session shows videos, and its model takes none.
    """
    if session.options.observer.mode == "video":
        refuse_without_video(session.model)
    manifest = build_manifest(session.options, catalogue, session.model, session.persona, session.screens)
    walk = Walk(session.options, catalogue, system_prompt(session.persona, session.options.strategy), to)
    watch = PictureWatch(session.model.id, "then begin a new session log")
    events: list[Event] = []
    with ExitStack() as stack:
        maker = _maker(session, stack)
        file = stack.enter_context(SessionLog.open(session.log, manifest)) if session.log is not None else None
        recorded = file.recorded if file else ()
        for step in range(session.options.steps):
            logged = recorded[step] if step < len(recorded) else None
            walk.pictures = maker if logged is None else shown_in(logged)
            if logged is None:
                event = yield from walk.step(step)
            else:
                event = alone(walk.step(step), {to: RecordedModel(session.model.id, logged)})
                _check_repeats(logged, event, session.log)
            if event is None:
                break
            if file is not None and logged is None:
                file.append(event)
            events.append(event)
            if on_event is not None:
                on_event(event)
            # Who is shown none may say so.
            for parsed in filter(None, event.parsed if event.shown else ()):
                watch.note(event.item_id, parsed == NO_PICTURE)
    return SessionRecord(file.manifest if file else manifest, tuple(events), len(recorded), walk.left)


def refuse_other_log(session: Session, catalogue: Catalogue) -> None:
    """Refuse what taking up the log of a session would refuse, before its model is loaded.

    Args:
        session: Who would walk, and how; its model is not asked, and need not be there.
        catalogue: The clips.

    Raises:
        InputError: There is something else, or the log of a session that differs in more than its model.
        SchemaError: Another release wrote it.
        StorageError: It cannot be read.
    """
    # What a page is drawn with is known when it is open.
    if session.log is not None and session.log.is_file() and session.options.observer.mode != "page":
        wanted = build_manifest(session.options, catalogue, session.model, session.persona)
        refuse_other_session(session.log, wanted)


def shown_in(event: Event) -> Logged:
    """The pictures that a step showed, for walking it again."""
    return Logged({frame.t_video: frame.frame_sha for frame in event.shown})


def pictures_of(log: Path) -> Path:
    """Where pictures that were made for a session are kept.

    Example:
        >>> pictures_of(Path("sessions/amber.jsonl")).name
        'amber.pictures'
    """
    return log.with_name(f"{log.name.removesuffix('.jsonl')}.pictures")


def _maker(session: Session, stack: ExitStack) -> MadeAnew | None:
    if not session.options.makes_pictures:
        return None
    if session.options.observer.mode == "page" and session.screens is None:
        raise InputError("a session that looks at the page needs one", "open the page in a browser, or show frames")
    folder = pictures_of(session.log) if session.log else Path(stack.enter_context(TemporaryDirectory()))
    return MadeAnew(folder, session.screens)


def _check_repeats(logged: Event, event: Event | None, log: Path | None) -> None:
    difference = first_difference(logged, event)
    if difference:
        raise InputError(
            f"{log}: step {logged.step} cannot be repeated: {difference}",
            "another release wrote the log or it was edited; start a new one",
        )


def first_difference(logged: Event, repeated: Event | None) -> str:
    """The first field in which a repeated step differs from the logged one; empty when there is none."""
    if repeated is None:
        return "the feed has nothing left to show"
    before, now = (json.loads(encode(event)) for event in (logged, repeated))
    for name in before:
        if before[name] != now[name]:
            return f"{name} is {_short(before[name])} in the log and {_short(now[name])} when repeated"
    return ""


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
