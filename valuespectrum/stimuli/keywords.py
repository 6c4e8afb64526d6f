"""Search words for the ten values: which words, where they come from, why they were taken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from valuespectrum.theory.values import VALUES
from vectorstore.foreign.documents import read_yaml
from vectorstore.foundation.errors import InputError

SOURCES: Mapping[str, str] = {
    "goal": "goal named by Schwartz (2012)",
    "marker": "value item listed by Schwartz (2012)",
    "scene": "concrete scene in which the goal is pursued (ours)",
    "user": "supplied by the user",
}
"""Codes of the ``source`` field and what they mean."""

_OWN_LIST = Path(__file__).parents[1] / "data" / "keywords.yaml"
_LONGEST_WORD = 200
_MOST_WORDS = 1000
_HINT = "write it like valuespectrum/data/keywords.yaml: keywords: {value: [{word, source, reason}, ...]}"


@dataclass(frozen=True, slots=True)
class Keyword:
    """One search word of one value."""

    word: str
    source: str
    """A key of ``SOURCES``."""
    reason: str
    """One line on why the word stands for the value."""


@dataclass(frozen=True, slots=True)
class KeywordList:
    """A named list of search words."""

    name: str
    words: Mapping[str, tuple[Keyword, ...]]
    """Value to its words, in circular order of the values."""

    @property
    def digest(self) -> str:
        """SHA-256 of the words by value; sources and reasons do not change what is retrieved."""
        content = {value: [keyword.word for keyword in words] for value, words in self.words.items()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def load_keywords(path: Path | None = None) -> KeywordList:
    """Read a keyword list; without a path, our own.

    A list of a user may cover any of the ten values with any number of words; a row may be a bare
    word, which gets the source ``user``.

    Raises:
        InputError: The file is missing, is not YAML, or has another shape.
    """
    source = path or _OWN_LIST
    document = read_yaml(source, "keyword list", _HINT)
    if not isinstance(document, dict) or not isinstance(document.get("keywords"), dict) or not document["keywords"]:
        raise InputError(f"keyword list {source} has no mapping 'keywords'", _HINT)
    by_value = document["keywords"]
    unknown = sorted(str(value) for value in by_value if value not in VALUES)
    if unknown:
        raise InputError(
            f"keyword list {source} names unknown values: {', '.join(unknown)}", f"known: {', '.join(VALUES)}"
        )
    words = {value: _read_value(source, value, by_value[value]) for value in VALUES if value in by_value}
    return KeywordList(str(document.get("name", source.stem)), words)


def _read_value(source: Path, value: str, rows: object) -> tuple[Keyword, ...]:
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_WORDS:
        raise InputError(f"keyword list {source}: {value} needs a list of 1 to {_MOST_WORDS} words", _HINT)
    keywords = tuple(_read_row(source, value, row) for row in rows)
    words = [keyword.word.casefold() for keyword in keywords]
    repeated = sorted({word for word in words if words.count(word) > 1})
    if repeated:
        raise InputError(f"keyword list {source}: {value} repeats {', '.join(repeated)}", "remove the repetition")
    return keywords


def _read_row(source: Path, value: str, row: object) -> Keyword:
    if isinstance(row, str):
        row = {"word": row}
    if not isinstance(row, dict) or set(row) - {"word", "source", "reason"}:
        raise InputError(
            f"keyword list {source}: {value} has a row that is not {{word, source, reason}}: {row!r:.80}", _HINT
        )
    word, origin, reason = row.get("word"), row.get("source", "user"), row.get("reason", "")
    if not isinstance(word, str) or not word.strip() or len(word) > _LONGEST_WORD:
        raise InputError(f"keyword list {source}: {value} has a row without a usable word: {row!r:.80}", _HINT)
    if not isinstance(origin, str) or origin not in SOURCES or not isinstance(reason, str):
        raise InputError(
            f"keyword list {source}: {value}, {word!r}: unknown source {origin!r:.40}", f"known: {', '.join(SOURCES)}"
        )
    return Keyword(word.strip(), origin, reason.strip())
