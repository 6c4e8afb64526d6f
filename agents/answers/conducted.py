"""An answer store as a conductor of procedures needs it: many asks and many answers at a time, and trails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from agents.answers.columns import ANSWER_COLUMNS, insert_answer, read_answer
from agents.answers.respondent import Respondent, stored_model
from agents.answers.schema import PlanWriter, key_bytes
from agents.answers.store import AnswerStore, Worklist, check_tags
from agents.answers.trails import Entered, Trail, Trails
from agents.models.ask_key import ask_content, canonical_json, content_key, respondent_content
from agents.models.base import Answer, Ask, Model

_LIST = "procedures"
"""Name of the list that everything is on that procedures ask a model."""


class Player:
    """A model as it stands in a store.

    Args:
        model: Who is asked.
        number: Its own there; ``None`` where the store does not have it.
        worklist: What procedures ask it; ``None`` where nothing is written.
    """

    def __init__(self, model: Model, number: int | None, worklist: Worklist | None) -> None:
        self.model = model
        self.content = respondent_content(model)
        self.number = number
        self.worklist = worklist


class ConductedAnswers:
    """Asks, answers and trails of procedures in a store.

    Args:
        store: Where they are.
        replaying: Whether nothing is written, though the store could be.
    """

    def __init__(self, store: AnswerStore, replaying: bool = False) -> None:
        self._store = store
        self._writes = store.writable and not replaying
        with store.reading() as database:
            self._trails = Trails(database)
            self._writer = PlanWriter(database)

    def player(self, model: Model) -> Player:
        """Find a model in the store, or write it down.

        Raises:
            InputError: The store holds answers that were got in another way (engine, number format, prompt layout).
        """
        if self._writes:
            worklist = self._store.plan((), model, _LIST)
            return Player(model, worklist.owner, worklist)
        query = "SELECT id FROM respondent WHERE content = ?"
        with self._store.reading() as database:
            row = database.execute(query, (canonical_json(respondent_content(model)),)).fetchone()
        return Player(model, int(row[0]) if row else None, None)

    def enter(self, wanted: Sequence[tuple[Player, Ask]]) -> list[Entered]:
        """Write asks down that are not there yet, and say what is known of each.

        Args:
            wanted: Asks in any order, and of whom; any may come twice.

        Raises:
            InputError: A tag has the name of one of the table's own columns.
            StorageError: The store cannot be written.
        """
        if not self._writes:
            with self._store.reading() as database:
                return [_known(database, player, ask) for player, ask in wanted]
        check_tags(ask for _, ask in wanted)
        with self._writing() as database:
            return [self._written(database, player, ask) for player, ask in wanted]

    def add(self, answers: Sequence[tuple[Entered, Answer]]) -> list[Answer]:
        """Commit answers together.

        Returns:
            The answers as they read back.

        Raises:
            StorageError: The store cannot be written; none of them is stored then.
        """
        with self._writing() as database:
            return [insert_answer(database, asked.number or 0, asked.key, answer) for asked, answer in answers]

    def trail(self, name: str, players: Mapping[str, Player]) -> Trail:
        """The trail of a procedure under a cast."""
        with self._store.reading():
            return self._trails.trail(name, {role: each.number for role, each in players.items()})

    def casts(self) -> list[dict[str, Respondent]]:
        """Every cast that procedures had, in order of first appearance: role to the model that plays it."""
        query = "SELECT content FROM respondent WHERE id = ?"
        with self._store.reading() as database:
            return [
                {
                    role: stored_model(content)
                    for role, number in roles.items()
                    for (content,) in database.execute(query, (number,))
                }
                for roles in self._trails.roles()
            ]

    def settle(self) -> None:
        """Write down which way the procedures went since the last time.

        Raises:
            StorageError: The store cannot be written.
        """
        if self._writes and self._trails.unwritten:
            with self._writing():
                self._trails.write()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._store.writing() as database:
                yield database
        except BaseException:
            # It remembers numbers of what is not there any more.
            self._writer.forget()
            raise

    def _written(self, database: sqlite3.Connection, player: Player, ask: Ask) -> Entered:
        content = ask_content(ask)
        key = key_bytes(content_key(content, player.content, ask.tags))
        number, place = self._writer.ask(key, player.number or 0, content)
        self._writer.plan(number, canonical_json(dict(ask.tags)))
        self._writer.enlist(player.worklist.id if player.worklist else 0, number, place)
        return Entered(ask, key, number, (*place, number), _answer(database, number))


def _known(database: sqlite3.Connection, player: Player, ask: Ask) -> Entered:
    key = key_bytes(content_key(ask_content(ask), player.content, ask.tags))
    row = database.execute("SELECT id, pictures, persona FROM ask WHERE key = ?", (key,)).fetchone()
    if row is None:
        return Entered(ask, key, None, (0, 0, 0), None)
    return Entered(ask, key, row[0], (row[1], row[2], row[0]), _answer(database, row[0]))


def _answer(database: sqlite3.Connection, number: int) -> Answer | None:
    row = database.execute(f"SELECT {ANSWER_COLUMNS} FROM answer WHERE ask = ?", (number,)).fetchone()
    return read_answer(row) if row else None
