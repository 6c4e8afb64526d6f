"""What a conductor remembers of asks and answers: in a store, or in memory while it lasts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agents.answers.columns import as_stored
from agents.answers.conducted import ConductedAnswers, Player
from agents.answers.schema import key_bytes, parts_of
from agents.answers.store import AnswerStore
from agents.answers.trails import Entered, Trail
from agents.models.ask_key import ask_content, canonical_json, content_key, respondent_content
from agents.models.base import NO_PICTURE, Answer, Ask, Model
from agents.procedures.procedure import Cast

_COMMIT_SECONDS = 0.02
"""Answers that come faster are committed together: a kill loses at most so much, and a slow model nothing."""

_MOST_REMEMBERED = 100_000
"""Answers kept in memory, some hundred bytes each."""

Players = Mapping[str, Player]


@dataclass(slots=True, eq=False)
class Entry:
    """An ask of a round; equal asks of a model are one entry."""

    player: Player
    asked: Entered
    answer: Answer | None = None
    """``None`` while it is to be asked."""


class Bookkeeping(Protocol):
    """Where a conductor's asks and answers are kept."""

    @property
    def players(self) -> Players:
        """Who plays what; roles that are played by equal models have one player."""

    def enter(self, wanted: Sequence[tuple[Player, Ask]]) -> list[Entry]:
        """Take the asks of a round."""

    def trail(self, name: str) -> Trail | None:
        """The trail of a procedure, where trails are kept."""

    def settle(self) -> None:
        """Write down which way the procedures went."""

    def keep(self, entry: Entry, answer: Answer) -> None:
        """Take an answer of a model."""

    def flush(self, player: Player, answers: int, seconds: float) -> None:
        """Commit what was taken; so many answers took so long."""

    def fail_unseen(self, player: Player) -> None:
        """Make failures of the answers that say that there is no picture."""


class InMemory:
    """Remembers answers while it lasts, so that equal asks count once; failures are asked again.

    Args:
        cast: Who answers.
    """

    def __init__(self, cast: Cast) -> None:
        self.players: Players = _players(cast, lambda model: Player(model, None, None))
        self._parts: dict[str, int] = {}
        self._remembered: dict[bytes, Answer] = {}

    def enter(self, wanted: Sequence[tuple[Player, Ask]]) -> list[Entry]:
        """Equal asks once, ordered as the store would order them."""
        entries: dict[bytes, Entry] = {}
        return [self._entry(entries, player, ask) for player, ask in wanted]

    def _entry(self, entries: dict[bytes, Entry], player: Player, ask: Ask) -> Entry:
        content = ask_content(ask)
        key = key_bytes(content_key(content, player.content, ask.tags))
        entry = entries.get(key)
        if entry is None:
            pictures, persona, _ = parts_of(content)
            place = (self._number(pictures), self._number(persona), len(entries))
            known = self._remembered.get(key)
            entry = entries[key] = Entry(player, Entered(ask, key, None, place, known), known)
        return entry

    def _number(self, part: str) -> int:
        return self._parts.setdefault(part, len(self._parts))

    def trail(self, name: str) -> None:
        """None."""

    def settle(self) -> None:
        """Nothing to write."""

    def keep(self, entry: Entry, answer: Answer) -> None:
        """For the procedures that wait for it; they get what a store would give them."""
        entry.answer = as_stored(answer)
        if not entry.answer.error:
            self._remembered[entry.asked.key] = entry.answer
        if len(self._remembered) > _MOST_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]

    def flush(self, player: Player, answers: int, seconds: float) -> None:
        """Nothing to commit."""

    def fail_unseen(self, player: Player) -> None:
        """Nothing was kept."""


class Stored:
    """Keeps everything in a store.

    Args:
        cast: Who answers.
        store: Where.
        replaying: Whether nothing is written, and failures of earlier runs are not asked again.
    """

    def __init__(self, cast: Cast, store: AnswerStore, replaying: bool) -> None:
        self._store = store
        self._answers = ConductedAnswers(store, replaying)
        self.players: Players = _players(cast, self._answers.player)
        self._replaying = replaying
        self._failed: set[int | None] = set()
        self._taken: list[tuple[Entry, Answer]] = []
        self._committed = time.monotonic()

    def enter(self, wanted: Sequence[tuple[Player, Ask]]) -> list[Entry]:
        """Written down, with the answers that are there."""
        entries: dict[bytes, Entry] = {}
        entered = self._answers.enter(wanted)
        for (player, _), asked in zip(wanted, entered, strict=True):
            if asked.key not in entries:
                entries[asked.key] = Entry(player, asked, self._known(asked))
        return [entries[asked.key] for asked in entered]

    def _known(self, asked: Entered) -> Answer | None:
        if asked.answer is None:
            return None
        if asked.answer.error and not self._replaying and asked.number not in self._failed:
            return None
        return _ordered(asked.answer, asked.ask)

    def trail(self, name: str) -> Trail:
        """What the procedure of this name asked before, under this cast."""
        return self._answers.trail(name, self.players)

    def settle(self) -> None:
        """In one transaction for all procedures."""
        self._answers.settle()

    def keep(self, entry: Entry, answer: Answer) -> None:
        """Committed at once, unless answers come too fast for that."""
        self._taken.append((entry, answer))
        if time.monotonic() - self._committed >= _COMMIT_SECONDS:
            self._commit()

    def flush(self, player: Player, answers: int, seconds: float) -> None:
        """Commit, and remember the pace for the next estimate."""
        self._commit()
        if player.worklist is not None:
            self._store.add_pace(player.worklist, answers, seconds)

    def fail_unseen(self, player: Player) -> None:
        """In the store, so that the next run asks again."""
        if player.worklist is not None:
            self._store.fail(player.worklist, NO_PICTURE, "the model says that it sees no picture")

    def _commit(self) -> None:
        taken, self._taken = self._taken, []
        kept = self._answers.add([(entry.asked, answer) for entry, answer in taken])
        for (entry, _), answer in zip(taken, kept, strict=True):
            entry.answer = _ordered(answer, entry.asked.ask)
            if answer.error:
                self._failed.add(entry.asked.number)
        self._committed = time.monotonic()


def _players(cast: Cast, make: Callable[[Model], Player]) -> dict[str, Player]:
    """Who plays each role; equal models are one player."""
    made: dict[str, Player] = {}
    for model in cast.values():
        content = canonical_json(respondent_content(model))
        if content not in made:
            made[content] = make(model)
    return {role: made[canonical_json(respondent_content(model))] for role, model in cast.items()}


def _ordered(answer: Answer, ask: Ask) -> Answer:
    """A stored answer with its options in the order of the ask, as models give them."""
    names = [choice.name for choice in ask.choices]
    if len(names) < 2:
        return answer
    scored, counts = answer.log_probabilities, answer.counts
    return replace(
        answer,
        log_probabilities={name: scored[name] for name in names if name in scored} | dict(scored),
        counts={name: counts[name] for name in names if name in counts} | dict(counts),
    )
