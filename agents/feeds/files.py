"""What policies read from files: how often items were seen elsewhere, and what another session showed.

A log tells which file it was by the hash of what was read, and another file is refused when the session goes on or is
replayed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from agents.feeds.items import Stock
from agents.feeds.shown import Candidate, Candidates
from vectorstore.foreign.documents import check_shape, check_width, parse_json, read_regular, repeated_column
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Noting = TypeVar("Noting", bound=DataclassInstance)

_LARGEST_TABLE, _LARGEST_LOG = 2**28, 2**30
_COLUMNS = ("clip", "count")


@dataclass(frozen=True, slots=True, eq=False)
class NumbersByItem:
    """A number for each of some items."""

    numbers: Mapping[str, float]
    content: str
    """SHA-256 of the file that they are from."""

    def noted(self, options: Noting) -> Noting:
        """Options that tell which file it was."""
        return replace(options, content=self.content)

    def of(self, stock: Stock) -> NDArray[np.float64]:
        """(n,) by row of a stock; 0 for items without a number."""
        return _by_row(self, stock)


@lru_cache(maxsize=1)
def _by_row(numbers: NumbersByItem, stock: Stock) -> NDArray[np.float64]:
    return np.array([numbers.numbers.get(item_id, 0.0) for item_id in stock.ids])


def read_counts(place: str, content: str = "") -> NumbersByItem:
    """How often items were seen or liked: a CSV file with the columns ``clip`` and ``count``.

    Args:
        place: The file.
        content: SHA-256 that it must have; empty for any.

    Raises:
        InputError: It cannot be read, is no such table, or has another content; the message names the line.
    """
    raw, digest = _read(place, content, "the counts", _LARGEST_TABLE)
    try:
        rows = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), strict=True)
        named = set(rows.fieldnames or ())
        check_width(len(named), place)
        if not named.issuperset(_COLUMNS):
            raise InputError(f"{place} has no column {sorted(set(_COLUMNS) - named)[0]!r}", "write clip,count above it")
        if twice := repeated_column(list(rows.fieldnames or ())):
            raise InputError(f"{place} has the column {twice!r:.80} twice", "leave one of them, or rename it")
        numbers: dict[str, float] = {}
        for row in rows:
            if any(cell.strip() for cell in row.get(None) or ()):
                raise InputError(
                    f"{place}, line {rows.line_num}: more cells than the first line has", "write numbers without commas"
                )
            numbers[_new(row["clip"], numbers, place, rows.line_num)] = _count(row["count"], place, rows.line_num)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{place} is no CSV file in UTF-8", "write a table with the columns clip and count") from error
    return NumbersByItem(numbers, digest)


def _new(clip: str | None, known: Mapping[str, float], place: str, line: int) -> str:
    if not clip or clip in known:
        raise InputError(f"{place}, line {line}: {'no clip' if not clip else 'a clip that stands above, too'}")
    return clip


def _count(text: str | None, place: str, line: int) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = -1.0
    if not (isfinite(number) and 0 <= number <= 1e15):
        raise InputError(f"{place}, line {line}: {text!r:.40} is no count", "write a number from 0")
    return number


# ---------------------------------------------------------------------------------------------- recordings


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """What a session showed at one step."""

    item_id: str
    policy_reason: str
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What a session showed, step by step."""

    steps: Sequence[RecordedStep]
    content: str
    """SHA-256 over what was shown, why and with what chances; the answers are not in it."""


def read_recording(place: str, content: str = "") -> Recording:
    """What the session of a log showed. A torn last line is left out, as when the log is taken up.

    Args:
        place: The log.
        content: Hash that what was shown must have; empty for any.

    Raises:
        InputError: It cannot be read, is no session log, or shows something else.
    """
    raw, _ = _read(place, "", "the session log", _LARGEST_LOG)
    manifest, *lines = raw.split(b"\n")[:-1] or [b""]
    if b'"schema":"valuespectrum.session/' not in manifest[:200]:
        raise InputError(f"{place} is no session log", "name a .jsonl file made by `valuespectrum browse`")
    steps = _steps(lines, place)
    digest = _digest(steps)
    if content and content != digest:
        raise InputError(f"{place} shows something else than it did when this session began", "bring back that log")
    return Recording(steps, digest)


def _steps(lines: Sequence[bytes], place: str) -> list[RecordedStep]:
    steps: list[RecordedStep] = []
    for number, line in enumerate(lines, start=2):
        try:
            steps.append(_step(line, f"{place}, line {number}"))
        except InputError:
            # A power cut can leave a last line that ends but is damaged: torn like one that does not end.
            if number <= len(lines):
                raise
    return steps


def _digest(steps: Sequence[RecordedStep]) -> str:
    digest = hashlib.sha256()
    for step in steps:
        offered = Candidates.of(step.candidates).to_json()
        digest.update(f"{json.dumps([step.item_id, step.policy_reason])}{offered}\n".encode())
    return digest.hexdigest()


def _step(line: bytes, where: str) -> RecordedStep:
    document = parse_json(line.decode("utf-8", "replace"), where)
    step = check_shape(RecordedStep, document, where, "the log is damaged or was edited")
    return replace(step, candidates=Candidates.of(step.candidates))


def _read(place: str, content: str, what: str, largest: int) -> tuple[bytes, str]:
    try:
        raw = read_regular(user_path(place), largest)
    except OSError as error:
        raise InputError(f"cannot read {what} {place}: {error.strerror or error}") from error
    digest = hashlib.sha256(raw).hexdigest()
    if content and content != digest:
        raise InputError(f"{place} has changed since this session began", f"bring back {what} of that session")
    return raw, digest
