"""Brings answer stores of earlier releases into the present form; keys stay what they were.

Schema 3 and before kept what was drawn as log-probabilities with a prior counted in, so that draws that said nothing
became numbers; and classes are those of an earlier grammar. So draws are counted again, and words are read again.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from agents.answers.schema import (
    INSERT_ANSWER,
    SCHEMA_VERSION,
    PlanWriter,
    answer_digest,
    create_tables,
    key_bytes,
)
from agents.models.ask_key import canonical_json
from agents.models.base import REFUSAL, UNPARSED, Choice
from agents.models.evidence import counted
from agents.models.parsing.parse import parse_answer

_DRAWN = re.compile(r"(\d+) samples, Jeffreys' prior")
"""How the settings of a respondent say that its log-probabilities are shares of draws, and how many."""
_STORED = "error, parsed, text, log_probabilities, tokens, created, details"


def migrate(database: sqlite3.Connection, version: int) -> None:
    """Bring a file of an earlier schema forward; inside a transaction.

    Args:
        database: The file.
        version: Its schema.
    """
    if version == 1:
        _from_whole_asks(database)
    else:
        if version == 2:
            database.execute("ALTER TABLE answer ADD COLUMN details TEXT NOT NULL DEFAULT ''")
        database.execute("ALTER TABLE answer ADD COLUMN counts TEXT NOT NULL DEFAULT ''")
    _read_again(database)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _from_whole_asks(database: sqlite3.Connection) -> None:
    """Schema 1, with whole asks in its rows. Answers to asks that were never planned are left behind."""
    database.create_function("key_bytes", 1, key_bytes, deterministic=True)
    for name in ("respondent", "answer", "plan"):
        database.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    create_tables(database)
    database.execute("INSERT INTO respondent (id, content) SELECT id, content FROM old_respondent ORDER BY id")
    writer = PlanWriter(database)
    for position, key, respondent, tags, ask in database.execute(
        "SELECT position, key, respondent, tags, ask FROM old_plan ORDER BY position"
    ):
        number, _ = writer.ask(key_bytes(key), respondent, json.loads(ask))
        writer.plan(number, tags, position)
    for row in database.execute(
        "SELECT ask.id, error, parsed, text, log_probabilities, tokens, created, old_answer.key FROM old_answer"
        " JOIN ask ON ask.key = key_bytes(old_answer.key) ORDER BY ask.id"
    ):
        content = (*row[1:7], "", "")
        database.execute(INSERT_ANSWER, (row[0], *content, answer_digest(key_bytes(row[7]), content)))
    for name in ("answer", "plan", "respondent"):
        database.execute(f"DROP TABLE old_{name}")


def _read_again(database: sqlite3.Connection) -> None:
    """Classes by the present grammar, and draws as counts; answers that were tampered with keep a digest that tells."""
    read = lru_cache(maxsize=100_000)(parse_answer)
    changed = []
    rows = database.execute(
        f"SELECT ask.id, ask.key, respondent.content, form.content, {_STORED}, answer.digest FROM answer JOIN ask"
        " ON ask.id = answer.ask JOIN respondent ON respondent.id = ask.respondent JOIN part AS form"
        " ON form.id = ask.form WHERE answer.error = ''"
    )
    choices_of = lru_cache(maxsize=1000)(_choices)
    for number, key, respondent, form, *stored, digest in rows:
        again = _again(stored, choices_of(form), respondent, read)
        if again != (*stored, ""):
            sound = answer_digest(key, (*stored, "")) == digest
            changed.append((*again, answer_digest(key, again) if sound else digest, number))
    names = ", ".join(f"{name} = ?" for name in (*_STORED.split(", "), "counts", "digest"))
    database.executemany(f"UPDATE answer SET {names} WHERE ask = ?", changed)


def _choices(form: str) -> tuple[Choice, ...]:
    return tuple(Choice(name, tuple(surfaces)) for name, *surfaces in json.loads(form)["choices"])


Read = Callable[[str, Sequence[Choice]], str]


# Open: cells that the former release wrote; JSON of what it told.
def _again(stored: Sequence[Any], choices: tuple[Choice, ...], respondent: str, read: Read) -> tuple[object, ...]:
    error, parsed, text, scored, tokens, created, details = stored
    told: dict[str, Any] = json.loads(details) if details else {}
    if not choices:
        return (*stored, "")
    samples = told.pop("samples", None) or _counted(json.loads(scored), parsed, respondent)
    if not samples:
        by_words = _words_class(text, parsed, str(told.get("finish", "")), choices, read)
        return error, by_words, text, scored, tokens, created, details, ""
    counts = counted((), choices) | _counts(samples, told.get("drawn") or (), choices, read)
    most = max(counts, key=lambda name: (counts[name], name == parsed))
    details = canonical_json(told) if told else ""
    return error, most, text, "{}", tokens, created, details, canonical_json(counts)


def _words_class(text: str, parsed: str, finish: str, choices: tuple[Choice, ...], read: Read) -> str:
    """Class of the words; what a server itself called a refusal stays one, and so does a refusal without words."""
    if parsed == REFUSAL and (finish == "content_filter" or not text):
        return parsed
    return read(text, choices)


def _counts(
    samples: Mapping[str, int], drawn: Sequence[str], choices: tuple[Choice, ...], read: Read
) -> dict[str, int]:
    """Classes of draws by their words; draws without words are refusals as far as there were any, else unparsed."""
    if len(drawn) != sum(samples.values()):
        return {str(name): int(count) for name, count in samples.items()}
    counts = Counter(read(text, choices) for text in drawn if text)
    silent = sum(not text for text in drawn)
    refused = min(silent, samples.get(REFUSAL, 0))
    counts.update({REFUSAL: refused, UNPARSED: silent - refused})
    return {name: count for name, count in counts.items() if count}


def _counted(scored: Mapping[str, float], parsed: str, respondent: str) -> dict[str, int]:
    """Draws behind log-probabilities that were stored before draws were; empty where nothing was drawn."""
    settings = json.loads(respondent).get("settings", {})
    drawn = _DRAWN.match(str(settings.get("choices", "")))
    if not drawn or not scored:
        return {}
    total = int(drawn[1])
    whole = total + (len(scored) + 1) / 2
    counts = {name: round(math.exp(value) * whole - 0.5) for name, value in scored.items()}
    rest = total - sum(counts.values())
    other = parsed if parsed not in counts and parsed else UNPARSED
    return {name: count for name, count in {**counts, other: rest}.items() if count > 0}
