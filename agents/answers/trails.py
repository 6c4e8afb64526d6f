"""What every procedure asked, step by step: one that does not follow from its answers is caught by its trail.

A step is kept with the numbers of its asks and a digest over every answer that was given before it. Whoever goes the
same way again must ask the same after the same answers; where an answer is another one now (a failure was asked again),
the rest of the trail is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.answers.schema import TRAIL_TABLES, has_trails, key_text
from agents.answers.stored_json import damaged
from agents.models.ask_key import canonical_json
from agents.models.base import Answer, Ask
from vectorstore.foundation.errors import ProcedureError

_END = None
"""In place of asks: the procedure came to its end."""
_NOWHERE = -1
"""Number of an ask that is not in the store."""
_HINT = (
    "a procedure must follow from its answers and its named random streams alone; if it was changed on purpose, give it"
    " another name or begin a new store"
)

Asks = list[int] | None


class Entered(NamedTuple):
    """An ask as it stands in a store."""

    ask: Ask
    key: bytes
    number: int | None
    """``None`` where it is not there."""
    place: tuple[int, int, int]
    """Orders asks by frame, then persona, then item."""
    answer: Answer | None
    """A failed one included."""


class Trail:
    """The way of one procedure; made by :meth:`Trails.trail`."""

    def __init__(self, trails: Trails, name: str, roles: str) -> None:
        self._trails = trails
        self._step = 0
        self._heard = b""
        self.name = name
        self.roles = roles
        """JSON: number of the respondent that plays each role."""
        self.number: int | None = None
        """In the store; ``None`` where nothing is recorded yet."""

    def asks(self, asks: Sequence[Entered]) -> None:
        """Note what the procedure asks now, in its order.

        Raises:
            ProcedureError: It asked something else before, after the same answers.
        """
        self._follow([_NOWHERE if each.number is None else each.number for each in asks], asks)

    def hears(self, answers: Sequence[Answer]) -> None:
        """Note what the procedure was answered."""
        digest = hashlib.blake2b(self._heard, digest_size=8)
        for answer in answers:
            digest.update(_visible(answer))
        self._heard = digest.digest()
        self._step += 1

    def ends(self) -> None:
        """Note that the procedure came to its end.

        Raises:
            ProcedureError: It went on before, after the same answers.
        """
        self._follow(_END, ())

    def _follow(self, numbers: Asks, asks: Sequence[Entered]) -> None:
        recorded = self._trails.recorded(self, self._step)
        if recorded is None or recorded[0] != self._heard:
            self._trails.note(self, self._step, self._heard, numbers)
        elif recorded[1] != numbers:
            before, now = self._trails.difference(recorded[1], numbers, asks)
            raise ProcedureError(
                f"the procedure {self.name!r} does not follow from its answers: at step {self._step} it {before} when"
                f" it was recorded, and now it {now}",
                _HINT,
            )


class Trails:
    """All trails of a store.

    Args:
        database: The store.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._new: list[tuple[Trail, int, bytes, str]] = []
        self._there = has_trails(database)

    @property
    def unwritten(self) -> bool:
        """Whether there are steps to write down."""
        return bool(self._new)

    def trail(self, name: str, roles: Mapping[str, int | None]) -> Trail:
        """The trail of a procedure.

        Args:
            name: Of the procedure.
            roles: Number of the respondent that plays each role: another cast leaves another trail.
        """
        trail = Trail(self, name, canonical_json(dict(roles)))
        trail.number = self._number(trail)
        return trail

    def roles(self) -> list[dict[str, int]]:
        """Every cast that was conducted: role to number of a respondent."""
        if not self._there:
            return []
        rows = self._database.execute("SELECT roles FROM procedure GROUP BY roles ORDER BY min(id)")
        return [_roles(text) for (text,) in rows]

    def recorded(self, trail: Trail, step: int) -> tuple[bytes, Asks] | None:
        """Digest of what was heard before a step, and what was asked then; ``None`` where nothing is recorded."""
        if trail.number is None:
            return None
        query = "SELECT heard, asks FROM step WHERE procedure = ? AND step = ?"
        row = self._database.execute(query, (trail.number, step)).fetchone()
        return (row[0], _numbers(row[1])) if row else None

    def note(self, trail: Trail, step: int, heard: bytes, asks: Asks) -> None:
        """Remember a step until :meth:`write`."""
        self._new.append((trail, step, heard, canonical_json(asks)))

    def write(self) -> None:
        """Write down the steps that are new, in place of what was recorded from there on; inside a transaction."""
        if not self._there:
            for statement in TRAIL_TABLES:
                self._database.execute(statement)
            self._there = True
        for trail, step, heard, asks in self._new:
            if trail.number is None:
                insert = "INSERT OR IGNORE INTO procedure (name, roles) VALUES (?, ?)"
                self._database.execute(insert, (trail.name, trail.roles))
                trail.number = self._number(trail)
            self._database.execute("DELETE FROM step WHERE procedure = ? AND step >= ?", (trail.number, step))
            self._database.execute("INSERT INTO step VALUES (?, ?, ?, ?)", (trail.number, step, heard, asks))
        self._new.clear()

    def _number(self, trail: Trail) -> int | None:
        if not self._there:
            return None
        query = "SELECT id FROM procedure WHERE name = ? AND roles = ?"
        row = self._database.execute(query, (trail.name, trail.roles)).fetchone()
        return int(row[0]) if row else None

    def difference(self, recorded: Asks, numbers: Asks, asks: Sequence[Entered]) -> tuple[str, str]:
        """The first ask in which two steps differ, in words: as recorded, and now."""
        before, now = recorded or [], numbers or []
        pairs = zip(before, now, strict=False)
        shorter = min(len(before), len(now))
        place = next((place for place, (old, new) in enumerate(pairs) if old != new), shorter)
        told = f"asked {self._stored(before[place])}" if place < len(before) else _end(recorded, "had ended", "asked")
        tells = f"asks {_described(asks[place])}" if place < len(asks) else _end(numbers, "has ended", "asks")
        return told, tells

    def _stored(self, number: int) -> str:
        row = self._database.execute(
            "SELECT json_extract(part.content, '$.question'), ask.key FROM ask JOIN part ON part.id = ask.form"
            " WHERE ask.id = ?",
            (number,),
        ).fetchone()
        return _words(*row) if row else f"ask {number}"


def _end(numbers: Asks, ended: str, asks: str) -> str:
    return ended if numbers is _END else f"{asks} nothing more"


def _described(asked: Entered) -> str:
    return _words(asked.ask.question, asked.key)


def _words(question: str, key: bytes) -> str:
    return f"{question!r:.160} ({key_text(key)[:19]}...)"


def _visible(answer: Answer) -> bytes:
    """All of an answer that a procedure gets to see."""
    columns = (answer.error, answer.parsed, answer.text, answer.tokens)
    return canonical_json([*columns, dict(answer.log_probabilities), dict(answer.counts)]).encode()


def _numbers(text: str) -> Asks:
    try:
        numbers = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        damaged("step of a procedure", text)
    if numbers is not None and not (isinstance(numbers, list) and all(type(each) is int for each in numbers)):
        damaged("step of a procedure", text)
    return None if numbers is None else list(numbers)


def _roles(text: str) -> dict[str, int]:
    try:
        roles = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        damaged("roles of a procedure", text)
    if not isinstance(roles, dict) or not all(type(each) is int for each in roles.values()):
        damaged("roles of a procedure", text)
    return roles
