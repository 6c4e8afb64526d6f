"""An answer as the columns of a store, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isnan
from typing import Any

from agents.answers.schema import INSERT_ANSWER, answer_digest
from agents.answers.stored_json import ROUNDING, read_counts, read_log_probabilities
from agents.models.ask_key import canonical_json
from agents.models.base import Answer
from agents.models.evidence import LEAST_LOG_PROBABILITY
from vectorstore.foundation.text import in_utf8

ANSWER_COLUMNS = "log_probabilities, counts, text, parsed, tokens, error"
"""What :func:`read_answer` reads, in its order."""


def insert_answer(database: sqlite3.Connection, number: int, key: bytes, answer: Answer) -> Answer:
    """Write an answer down, inside a transaction of the caller's; a good answer is never replaced, a failure is.

    Args:
        database: The store.
        number: Of the ask.
        key: Of the ask.
        answer: What a model gave. One with a log-probability that is none is a failure.

    Returns:
        The answer as it reads back.
    """
    sound = _sound(answer)
    scored = canonical_json(_finite(sound))
    counts = canonical_json(dict(sound.counts)) if sound.counts else ""
    details = canonical_json(told) if (told := sound.details) else ""
    error, text, created = _storable(sound.error), _storable(sound.text), _now()
    content = (error, sound.parsed, text, scored, sound.tokens, created, details, counts)
    database.execute(INSERT_ANSWER, (number, *content, answer_digest(key, content)))
    return read_answer((scored, counts, text, sound.parsed, sound.tokens, error))


def as_stored(answer: Answer) -> Answer:
    """An answer as it would read back: without what a kind of model adds, a failure where a number in it is none."""
    sound = _sound(answer)
    text, error = _storable(sound.text), _storable(sound.error)
    return Answer(_finite(sound), text, sound.parsed, sound.tokens, error, dict(sound.counts))


def read_answer(columns: Sequence[Any]) -> Answer:  # Open: cells, of types that the schema holds
    """An answer from :data:`ANSWER_COLUMNS`.

    Raises:
        SchemaError: They hold something else.
    """
    scored, counts, text, parsed, tokens, error = columns
    return Answer(read_log_probabilities(scored), text, parsed, tokens, error, read_counts(counts))


def _sound(answer: Answer) -> Answer:
    wrong = [name for name, value in answer.log_probabilities.items() if isnan(value) or value > ROUNDING]
    if not wrong:
        return answer
    told = answer.log_probabilities[wrong[0]]
    return Answer(text=answer.text, tokens=answer.tokens, error=f"{told} as log-probability of {wrong[0]!r:.40}")


def _finite(answer: Answer) -> dict[str, float]:
    """Log-probabilities that JSON can hold: that of a probability of zero, which has none, is the least one."""
    return {name: max(value, LEAST_LOG_PROBABILITY) for name, value in answer.log_probabilities.items()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _storable(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates become question marks, NUL characters go."""
    return in_utf8(text).replace("\0", "")
