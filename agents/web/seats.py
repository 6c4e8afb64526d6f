"""Who sits where: one log for whoever opens the page, or one for each browser that does."""

from __future__ import annotations

import hashlib
import secrets
import threading
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from agents.browsing.log import is_other_session
from agents.browsing.person import NotTakenError, person_manifest
from agents.feeds.policy import policy_params
from agents.models.ask_key import canonical_json
from agents.web.answers_file import answers_path, read_answers
from agents.web.sitting import FeedStudy, Sitting
from vectorstore.foundation.errors import InputError

_MOST = 500
"""People that one server seats; those who agreed to nothing yet make room for others."""


class Seats(Protocol):
    """Finds the session of a browser; use as a context, which closes the logs."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def seat(self, secret: str) -> Sitting:
        """The session of whoever keeps this secret, a new one for a new secret.

        Raises:
            NotTakenError: All seats are taken.
        """


class OneSeat:
    """One session, whichever browser opens the page: begin on a computer, go on with a phone.

    Args:
        study: What is shown.
        log: Where it is written.
    """

    def __init__(self, study: FeedStudy, log: Path) -> None:
        known = read_answers(answers_path(log))
        participant = str(known[0].get("participant", "")) if known else secrets.token_hex(6)
        if log.exists() and not known:
            raise InputError(f"{log} is there already, without a consent beside it", "name another log")
        self._sitting = Sitting(study, participant, log)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sitting.close()

    def seat(self, secret: str) -> Sitting:
        """The session."""
        return self._sitting


class ManySeats:
    """A session for each browser, in files of a folder: ``human-NUMBER.jsonl``.

    The number follows from what the browser keeps and from the feed, so that a browser finds its session again, also
    in a new server, and nobody who reads a log can take its place. Where that session was begun on a page that asks or
    offers something else, it follows from the page, too, and another session begins.

    Args:
        study: What is shown.
        folder: Where the logs are written.
    """

    def __init__(self, study: FeedStudy, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is not a folder", "name a folder, or a file that ends in .jsonl for one person")
        self._study, self._folder = study, folder
        session = study.session
        feed = [session.seed, session.policy.name, policy_params(session.policy), study.catalogue.content_hash()]
        self._feed = canonical_json([*feed, study.page.consent_hash])
        self._page = canonical_json([dict(study.facts()), sorted(session.actions.acts)])
        self._seats: dict[str, Sitting] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            for sitting in self._seats.values():
                sitting.close()
            self._seats.clear()

    def seat(self, secret: str) -> Sitting:
        """The session of a browser."""
        number = _number(f"{secret}\0{self._feed}")
        with self._lock:
            if number not in self._seats:
                self._make_room()
                self._seats[number] = self._opened(secret, number)
            return self._seats[number]

    def _opened(self, secret: str, number: str) -> Sitting:
        """The session of a browser; one of its own where that of this feed was begun on another page."""
        study = self._study
        wanted = person_manifest(study.seen, study.catalogue, number, study.facts())
        if is_other_session(self._log(number), wanted):
            number = _number(f"{secret}\0{self._feed}\0{self._page}")
        return Sitting(study, number, self._log(number))

    def _log(self, number: str) -> Path:
        return self._folder / f"human-{number}.jsonl"

    def _make_room(self) -> None:
        """Let the first go who agreed to nothing: whoever asks without a cookie is somebody new each time."""
        if len(self._seats) < _MOST:
            return
        free = next((number for number, sitting in self._seats.items() if sitting.give_up()), None)
        if free is None:
            raise NotTakenError(f"{_MOST} people sit here already", "start the page again")
        del self._seats[free]


def _number(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
