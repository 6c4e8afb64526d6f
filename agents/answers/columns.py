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
    columns = _columns(sound)
    scored, counts, text, parsed, tokens, error = columns
    details = canonical_json(told) if (told := sound.details) else ""
    content = (error, parsed, text, scored, tokens, _now(), details, counts)
    database.execute(INSERT_ANSWER, (number, *content, answer_digest(key, content)))
    return read_answer(columns)


def as_stored(answer: Answer) -> Answer:
    """An answer as it would read back: without what a kind of model adds, a failure where a number in it is none."""
    return read_answer(_columns(_sound(answer)))


def read_answer(columns: Sequence[Any]) -> Answer:  # Open: cells, of types that the schema holds
    """An answer from :data:`ANSWER_COLUMNS`.

    Raises:
        SchemaError: They hold something else.
    """
    scored, counts, text, parsed, tokens, error = columns
    return Answer(read_log_probabilities(scored), text, parsed, tokens, error, read_counts(counts))


def _columns(answer: Answer) -> tuple[str, str, str, str, int, str]:
    """As :data:`ANSWER_COLUMNS` names them."""
    counts = canonical_json(dict(answer.counts)) if answer.counts else ""
    scored = canonical_json(_finite(answer))
    return scored, counts, _storable(answer.text), answer.parsed, answer.tokens, _storable(answer.error)


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
