"""The conductor: drives any number of procedures at once, so that their asks share batches.

It goes round by round. In a round the open asks of all procedures are put together, equal ones count once, what is
stored is not asked, and the rest goes to each model in windows, frame by frame, persona by persona, item by item, as
the planner orders a list. Then every procedure is sent its answers and says what it wants next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Generic

from agents.answers.conducted import Player
from agents.answers.planner import put, window_size, windows
from agents.answers.store import AnswerStore
from agents.answers.trails import Trail
from agents.models.base import Answer, Ask
from agents.models.picture_watch import PictureWatch
from agents.procedures.bookkeeping import Bookkeeping, Entry, InMemory, Stored
from agents.procedures.procedure import Addressed, Cast, Named, T, played_by
from vectorstore.foundation.errors import BlindModelError, InputError


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a conductor is."""

    finished: int
    """Procedures that have come to their end."""
    in_flight: int
    """Procedures that are under way."""
    asked: int
    """Answers that models gave."""
    stored: int
    """Answers that were known already; one that is wanted again counts again."""
    waiting: int
    """Asks of this round that have no answer yet."""


Progress = Callable[[Standing], None]
"""Told after every answer of a model and at the end of every round."""


@dataclass(frozen=True, slots=True)
class ConductOptions:
    """How many things go on at once, and what becomes of failures. Changes no answer."""

    in_flight: int = 1000
    """Most procedures that are under way at once; the next one is made when one has ended."""
    window: int | None = None
    """Most asks handed to a model at once; ``None`` for what the model wants, or the planner's."""
    replaying: bool = False
    """Whether nothing is written, and an ask that failed in an earlier run is not asked again."""
    watch_pictures: bool = True
    """Whether a model that keeps saying that it sees no picture is stopped; off where the procedures see to it."""

    def __post_init__(self) -> None:
        if self.in_flight < 1 or (self.window is not None and self.window < 1):
            raise InputError("in_flight and window must be at least 1")


def conduct(
    procedures: Iterable[Named[T]],
    cast: Cast,
    store: AnswerStore | None = None,
    progress: Progress | None = None,
    options: ConductOptions | None = None,
) -> Iterator[T]:
    """Drive procedures to their ends, many at once.

    The answers that a procedure gets, and so what it returns, are those that it would get alone
    (:func:`agents.procedures.procedure.alone`), whatever else goes on. With a store every answer is kept as it comes;
    killed at any moment, the same call goes on where it stopped, and a procedure that then asks something else after
    the same answers is named and refused.

    Args:
        procedures: Made one by one, when there is room for them; results that are waited for by none before them are
            kept until it is their turn.
        cast: Who plays which role; two roles may be played by one model, which is then asked once.
        store: Where answers are and go; ``None`` keeps those of this call in memory, up to some number.
        progress: Told how far it is.
        options: How many at once, and more.

    Yields:
        What the procedures return, in their order.

    Raises:
        InputError: Two procedures have one name, or a role is not in the cast.
        ProcedureError: A procedure does not follow from its answers.
        StorageError: The store cannot be written.
        ModelError: A model fails as a whole, gives fewer or more answers than it was asked for, or keeps saying that it
            sees no picture; those answers are then stored as failures, which the next call asks again.
        Exception: Whatever a procedure raises, with a note that names it. In all these cases the answers that were
            given are stored and the other procedures are closed.
    """
    chosen = options or ConductOptions()
    book: Bookkeeping = InMemory(cast) if store is None else Stored(cast, store, chosen.replaying)
    conductor = _Conductor[T](book, chosen, progress)
    try:
        yield from conductor.results(procedures)
    finally:
        conductor.close()


@dataclass(slots=True, eq=False)
class _Part(Generic[T]):
    """A procedure that is under way."""

    place: int
    named: Named[T]
    trail: Trail | None
    wanted: Sequence[Addressed] = ()


class _Conductor(Generic[T]):
    def __init__(self, book: Bookkeeping, options: ConductOptions, progress: Progress | None) -> None:
        self._book = book
        self._options = options
        self._progress = progress
        self._watches: dict[Player, PictureWatch] = {}
        self._open: list[_Part[T]] = []
        self._names: set[str] = set()
        self._found: dict[int, T] = {}
        self._given = self._finished = self._asked = self._stored = self._waiting = 0

    def results(self, procedures: Iterable[Named[T]]) -> Iterator[T]:
        coming, more = enumerate(procedures), True
        while more or self._open:
            room = self._options.in_flight - len(self._open)
            for place, named in islice(coming, room):
                self._begin(place, named)
                room -= 1
            more = room == 0
            self._round()
            while self._given in self._found:
                self._given += 1
                yield self._found.pop(self._given - 1)
        self._book.settle()

    def close(self) -> None:
        """Let go of the procedures that are under way."""
        while self._open:
            self._open.pop().named.procedure.close()

    def _begin(self, place: int, named: Named[T]) -> None:
        if named.name in self._names:
            raise InputError(f"two procedures are called {named.name!r}", "give each its own name")
        self._names.add(named.name)
        part = _Part(place, named, self._book.trail(named.name))
        self._open.append(part)
        if not self._advance(part, None):
            self._open.pop()

    def _round(self) -> None:
        players = self._book.players
        wanted = [(players[each.to], each.ask) for part in self._open for each in part.wanted]
        entries = self._book.enter(wanted)
        self._follow(entries)
        self._ask([entry for entry in dict.fromkeys(entries) if entry.answer is None])
        answers = iter([_said(entry) for entry in entries])
        self._open = [part for part in self._open if self._advance(part, list(islice(answers, len(part.wanted))))]
        self._tell()

    def _follow(self, entries: Sequence[Entry]) -> None:
        """Compare where the procedures are going with their trails."""
        asked = iter(entries)
        for part in self._open:
            own = [entry.asked for entry in islice(asked, len(part.wanted))]
            if part.trail is not None:
                part.trail.asks(own)
        self._book.settle()
        self._stored += sum(entry.answer is not None for entry in dict.fromkeys(entries))

    def _ask(self, open_entries: Sequence[Entry]) -> None:
        self._waiting = len(open_entries)
        by_player: dict[Player, list[Entry]] = {}
        for entry in sorted(open_entries, key=lambda entry: entry.asked.place):
            by_player.setdefault(entry.player, []).append(entry)
        for player, entries in by_player.items():
            size = self._options.window or window_size(player.model)
            for window in windows(((entry.asked.ask, entry) for entry in entries), size):
                self._ask_window(player, window)

    def _ask_window(self, player: Player, window: Sequence[tuple[Ask, Entry]]) -> None:
        watch = self._watches.setdefault(player, PictureWatch(player.model.id, "the same command asks again"))
        started, before = time.perf_counter(), self._asked
        try:
            for entry, answer in put(player.model, window):
                self._book.keep(entry, answer)
                self._asked += 1
                self._waiting -= 1
                self._tell()
                if self._options.watch_pictures:
                    watch.note_answer(entry.asked.ask, answer)
        except BlindModelError:
            self._book.flush(player, 0, 0.0)
            self._book.fail_unseen(player)
            raise
        finally:
            self._book.flush(player, self._asked - before, time.perf_counter() - started)

    def _advance(self, part: _Part[T], answers: Sequence[Answer] | None) -> bool:
        """Send a procedure its answers; whether it goes on."""
        procedure = part.named.procedure
        try:
            if answers is None:
                part.wanted = tuple(next(procedure))
            else:
                if part.trail is not None:
                    part.trail.hears(answers)
                part.wanted = tuple(procedure.send(answers))
            for each in part.wanted:
                played_by(self._book.players, each.to)
        except StopIteration as ended:
            if part.trail is not None:
                part.trail.ends()
            self._found[part.place] = ended.value
            self._finished += 1
            return False
        except Exception as error:
            error.add_note(f"in the procedure {part.named.name!r}")
            raise
        return True

    def _tell(self) -> None:
        if self._progress is not None:
            standing = Standing(self._finished, len(self._open), self._asked, self._stored, self._waiting)
            self._progress(standing)


def _said(entry: Entry) -> Answer:
    assert entry.answer is not None, "every ask of a round is answered before its procedures go on"
    return entry.answer
