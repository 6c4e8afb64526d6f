"""One person's session: what they agree to, are asked, see and do; it goes on after a reload or a killed server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.log import Event, SessionLog, ShownFrame, encode
from agents.browsing.options import SessionOptions
from agents.browsing.person import NotTakenError, PersonWalk, Reaction, person_manifest
from agents.browsing.seeing.beside import Beside
from agents.browsing.seeing.observe import ObserverOptions
from agents.feeds.shown import Shown
from agents.web.answers_file import SCHEMA, FormRecord, add_answer, answers_path, read_answers
from agents.web.forms import PageForm, PersonAnswer, attention_form, consent_form, end_form, portrait_form
from agents.web.options import PageOptions
from vectorstore.foundation.errors import InputError

_BEFORE, _AFTER = "before", "after"


@dataclass(frozen=True, slots=True, eq=False)
class FeedStudy:
    """What all people who open a page are shown."""

    session: SessionOptions
    catalogue: Catalogue
    page: PageOptions
    on_begin: Callable[[Path], None] = lambda log: None
    """Called with the log of whoever begins, before its first line is written."""

    @property
    def seen(self) -> SessionOptions:
        """The session with what people see, which is the page."""
        beside: tuple[Beside, ...] = ("caption",) if self.page.captions else ()
        return replace(self.session, observer=ObserverOptions("page", beside=beside))

    def facts(self) -> Mapping[str, object]:
        """What the page is like, for the logs."""
        page = self.page
        return {
            "consent_hash": page.consent_hash,
            "portraits": [portrait.id for portrait in page.portraits.statements],
            "attention_every": page.attention_every,
            "ratings": page.ratings,
            "captions": page.captions,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """The clip that is in front of somebody."""

    step: int
    of: int
    """Clips of the session; fewer are shown when the feed runs out."""
    clip: CatalogueClip


class Sitting:
    """One person's session. Safe from several threads.

    Args:
        study: What everybody is shown.
        participant: Random number of the person.
        log: Where the session is written; one that is there already goes on.

    Raises:
        InputError: The log or the answers beside it are of another session.
        SchemaError: Another release wrote them.
        CorpusLockedError: Another process writes the log.
        StorageError: The disk fails.
    """

    def __init__(self, study: FeedStudy, participant: str, log: Path) -> None:
        self.participant = participant
        self._study, self._log = study, log
        self._answers = read_answers(answers_path(log))
        self._walk = PersonWalk(study.session, study.catalogue)
        self._open = ExitStack()
        self._file: SessionLog | None = None
        self._events: list[Event] = []
        self._shown: Shown | None = None
        self._stuck: InputError | None = None
        """Why nothing can be chosen that comes next."""
        self._given_up = False
        self._lock = threading.RLock()
        if self._answers:
            try:
                self._begin()
            except BaseException:
                self._open.close()
                raise

    def close(self) -> None:
        """Let go of the log."""
        with self._lock:
            self._open.close()

    def give_up(self) -> bool:
        """Take nothing more where nobody agreed to anything yet; whether that is so."""
        with self._lock:
            self._given_up = not self._answers
            return self._given_up

    def now(self) -> PageForm | Offer:
        """What is in front of the person: a form, or a clip.

        Raises:
            InputError: The feed cannot choose what is next.
        """
        with self._lock:
            if self._file is None:
                return consent_form(self._study.page)
            asked = self._form_due()
            if asked is not None:
                return asked
            assert self._shown is not None
            clip = self._study.catalogue.clips[self._shown.item.item_id]
            return Offer(len(self._events), self._study.session.steps, clip)

    def answer(self, answer: PersonAnswer) -> None:
        """Take what somebody answered to the form in front of them.

        Raises:
            NotTakenError: That form is not in front of them, or the answer is none to it.
            StorageError: It cannot be written.
        """
        with self._lock:
            form = self.now()
            if not isinstance(form, PageForm) or form.kind != answer.kind:
                raise NotTakenError(f"the form {answer.kind} is not the one that is asked now")
            if self._given_up:
                raise NotTakenError("too many people opened this page at once; open the page again")
            self._keep({"kind": form.kind, **form.told, **answer.checked(form)})
            if self._file is None:
                self._begin()

    def react(self, step: int, reaction: Reaction, shown_as: str) -> None:
        """Take what somebody did with the clip in front of them; one that was taken before is not taken again.

        Args:
            step: The clip's, so that an answer that was sent twice counts once.
            reaction: What they did; the pictures that they were shown are worked out here.
            shown_as: ``"video"`` or ``"pictures"``.

        Raises:
            NotTakenError: Another clip is in front of them.
            StorageError: It cannot be written.
        """
        with self._lock:
            if step == len(self._events) - 1:
                return
            offer = self.now()
            if not isinstance(offer, Offer) or offer.step != step or self._file is None or self._shown is None:
                raise NotTakenError(f"the clip of step {step} is not the one that is shown now")
            self._keep({"kind": "played", "step": step, "as": shown_as})
            seen = self._seen(offer.clip, reaction)
            self._events.append(self._walk.take(step, self._shown, seen, self._file.append))
            self._choose()

    def leave(self) -> None:
        """End the session before its end; nothing more is asked."""
        with self._lock:
            if self._file is not None and not self._has("left"):
                self._keep({"kind": "left", "step": len(self._events)})

    def _begin(self) -> None:
        """Open the log, and walk what it holds again."""
        study = self._study
        manifest = person_manifest(study.seen, study.catalogue, self.participant, study.facts())
        study.on_begin(self._log)
        file = self._open.enter_context(SessionLog.open(self._log, manifest))
        for event in file.recorded:
            repeated = self._walk.repeat(event)
            if repeated is None or encode(repeated) != encode(event):
                self._open.close()
                raise InputError(f"{self._log}: step {event.step} cannot be repeated", "it was edited; begin a new log")
        self._events = list(file.recorded)
        self._file = file
        self._choose()
        if self._stuck is not None and not self._has("left"):
            raise self._stuck

    def _choose(self) -> None:
        step = len(self._events)
        self._shown = self._stuck = None
        try:
            self._shown = self._walk.choose(step) if step < self._study.session.steps else None
        except InputError as error:
            # What was done is written down by now, and the clip that was in front must not come again.
            self._stuck = error

    def _form_due(self) -> PageForm | None:
        """The form to be answered before anything else; ``None`` when a clip is next. Raises as ``now``."""
        page, seed, step = self._study.page, self._study.session.seed, len(self._events)
        if self._has("left"):
            return end_form(self.participant, step)
        if self._stuck is not None:
            raise self._stuck
        if page.portraits.statements and not self._has("portraits", when=_BEFORE):
            return portrait_form(page.portraits, seed, _BEFORE)
        if page.attention_every and step and step % page.attention_every == 0 and not self._has("attention", step=step):
            return attention_form(seed, step)
        if self._shown is not None:
            return None
        if page.portraits.statements and not self._has("portraits", when=_AFTER):
            return portrait_form(page.portraits, seed, _AFTER)
        return end_form(self.participant, step)

    def _seen(self, clip: CatalogueClip, reaction: Reaction) -> Reaction:
        """With the stored pictures that were on the screen, and what leaving at the first glance means."""
        frames = [frame for frame in clip.frames if frame.time <= reaction.watched] or list(clip.frames[:1])
        shown = tuple(ShownFrame(frame.reference.picture_sha, frame.time) for frame in frames)
        at_once = reaction.in_front < self._study.session.behaviour.glance_s
        glanced = reaction.action == "watch" and at_once and not reaction.further
        return replace(reaction, shown=shown, action="skip" if glanced else reaction.action)

    def _has(self, kind: str, **told: object) -> bool:
        wanted = {"kind": kind, **told}
        return any(all(record.get(name) == value for name, value in wanted.items()) for record in self._answers)

    def _keep(self, record: FormRecord) -> None:
        if not self._answers:
            record = {"schema": SCHEMA, "participant": self.participant, **record}
        add_answer(answers_path(self._log), record)
        self._answers.append(record)
