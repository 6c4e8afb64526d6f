"""What the cells of a row say about a clip, whoever wrote them and with whichever program.

Only what names the clip must be right. What is said beyond that is read where it can be, however it is written, and
left out with a note where not: no clip is refused for it.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from ingest.cleaning.text import MAX_TAG, MAX_TAGS, clean_tags, clean_text, clean_url, read_day
from ingest.sources.tables.columns import Unreadable
from vectorstore.foundation.errors import MediaError

_MISSING = frozenset({"nan", "NaN", "NaT", "<NA>"})
"""What programs write as text where there is no value; in what people write it may be a word."""
_WRITTEN = ("title", "caption")
_EXACT = 2**53
"""From here on a floating point number is not the whole number that somebody wrote."""
_WHOLE = re.compile(r"([0-9]+)(?:\.0*)?")
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]+")
"""With a fraction or a plus, as programs write large numbers; ``1e5`` may be somebody's name."""
_FIRST_SECOND, _LAST_SECOND = 946_684_800, 4_102_444_800
"""2000 to 2100: moments that a count of seconds may stand for."""
_GUARDED = re.compile(r"""="([^"]*)"|'([=+\-@][^']*)|'([0-9]{5,})""")
"""What spreadsheets, and programs that write for them, put around a cell that is not to be calculated with."""
_ESCAPE = r"""\\(?:[\\'"tnr]|x[0-9a-f]{2}|u[0-9a-f]{4}|U(?:000[0-9a-f]|0010)[0-9a-f]{4})"""
_NO_LETTER = r"\\\x00-\x1f\ud800-\udfff"
"""What is no letter between quotes, besides the quote."""
_QUOTED = rf"""'(?:[^'{_NO_LETTER}]|{_ESCAPE})*'|["](?:[^"{_NO_LETTER}]|{_ESCAPE})*["]"""
_ITEM = rf"(?:{_QUOTED}|None|nan)"
_PYTHON_LIST = re.compile(rf"\s*\[\s*(?:{_ITEM}(?:(?:\s*,\s*|\s+){_ITEM})*\s*)?\]\s*")
"""Texts as Python writes a list of them, and NumPy one without commas."""
_PYTHON_TEXT = re.compile(_QUOTED)
_LONGEST_LIST = 2**16
"""Characters of a list of texts: ``MAX_TAGS`` of ``MAX_TAG`` letters, however they are written."""
_UNITS = {1: "seconds", 10**3: "milliseconds", 10**6: "microseconds", 10**9: "nanoseconds"}


class RowCells:
    """The cells of one row.

    Args:
        cells: Field to value.
    """

    def __init__(self, cells: Mapping[str, object]) -> None:
        self.notes: list[str] = []
        """What was left out, field by field."""
        self._cells = cells

    def required(self, name: str) -> str:
        """Text that names the clip; empty when there is none.

        Raises:
            MediaError: ``bad_row``: the value is no text.
        """
        value = self._value(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise MediaError(f"{name} is no text but {_kind(value)}", "bad_row")

    def text(self, name: str, longest: int) -> str:
        """One line of text."""
        value = self._value(name)
        if isinstance(value, float | Decimal):
            return self._number(name, value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is None or isinstance(value, str):
            return clean_text(value, longest)
        return self._leave_out(name, _kind(value))

    def person(self, name: str, longest: int) -> str:
        """The name or number of somebody; spreadsheets write the latter as ``7.1E+18``, ``12345.0`` or ``="12345"``."""
        text = _unguarded(self.text(name, longest))
        if _ROUNDED.fullmatch(text):
            return self._leave_out(name, "a rounded number")
        whole = _WHOLE.fullmatch(text)
        return whole.group(1) if whole else text

    def day(self, name: str) -> str:
        """The ISO day of a date, or of a count of seconds since 1970 or parts of them."""
        value = self._value(name)
        if value is None:
            return ""
        day = read_moment(value)
        return day or self._leave_out(name, "no date such as 2025-03-31")

    def tags(self, name: str) -> tuple[str, ...]:
        """A list, the text of one in JSON or as Python writes it, or words with ``;`` between them."""
        value = self._value(name)
        if value is None:
            return ()
        if isinstance(value, str):
            with contextlib.suppress(ValueError, RecursionError):
                content = json.loads(value)
                if isinstance(content, list):
                    return clean_tags(content)
            texts = _listed_texts(value)
            return clean_tags(value.split(";") if texts is None else texts)
        if isinstance(value, Sequence) and not isinstance(value, bytes):
            return clean_tags(value)
        self._leave_out(name, _kind(value))
        return ()

    def link(self, name: str) -> str:
        """A web address."""
        text = self.text(name, 10**6)
        return clean_url(text) or (self._leave_out(name, "no web address") if text else "")

    def sha256(self, name: str) -> str:
        """A hash in hexadecimal digits."""
        text = self.text(name, MAX_TAG).lower()
        if not text or re.fullmatch(r"[0-9a-f]{64}", text):
            return text
        return self._leave_out(name, "no SHA-256 in hexadecimal digits")

    def _value(self, name: str) -> object:
        value = self._cells.get(name)
        if isinstance(value, str):
            stripped = value.strip()
            if stripped in _MISSING and name not in _WRITTEN:
                self._leave_out(name, f"{stripped}, taken for missing")
                return None
            return value if stripped else None
        is_missing = isinstance(value, float | Decimal) and math.isnan(value)
        return None if is_missing else value

    def _number(self, name: str, value: float | Decimal) -> str:
        if not math.isfinite(value):
            return self._leave_out(name, "an infinite number")
        if int(value) != value:
            return str(value)
        exact = isinstance(value, Decimal) or abs(value) < _EXACT
        return str(int(value)) if exact else self._leave_out(name, "a number too large to be exact")

    def _leave_out(self, name: str, what: str) -> str:
        self.notes.append(f"{name}: {what}")
        return ""


def read_moment(value: object) -> str:
    """The ISO day (UTC for numbers) of a moment in any usual form; empty for anything that is none.

    >>> read_moment("2025-03-31 23:59:00 UTC"), read_moment(1710123100123), read_moment(20250331.0)
    ('2025-03-31', '2024-03-11', '2025-03-31')
    """
    if isinstance(value, bool):
        return ""
    if isinstance(value, str):
        bare = value.strip()
        if len(bare) > MAX_TAG:
            return ""
        text = re.sub(r"(?i)\s*(?:utc|gmt|z)$", "", bare)
        number = re.fullmatch(r"([0-9]{8,19})(?:\.[0-9]+)?", text)
        return _day_of_number(int(number.group(1))) if number else read_day(text) or ""
    if isinstance(value, int | float | Decimal):
        return _day_of_number(int(value)) if math.isfinite(value) else ""
    return read_day(value) or ""


def _day_of_number(number: int) -> str:
    if 10**7 <= number < 10**8:
        return read_day(str(number)) or ""
    for unit in _UNITS:
        if _FIRST_SECOND <= number // unit <= _LAST_SECOND:
            return datetime.fromtimestamp(number // unit, UTC).date().isoformat()
    # Digits of a date and a time of day, as some cameras and programs write them.
    return read_day(f"{str(number)[:8]}") or "" if len(str(number)) in (12, 14) else ""


def _unguarded(text: str) -> str:
    found = _GUARDED.fullmatch(text)
    return str(found[found.lastindex or 0]) if found else text


def _listed_texts(text: str) -> list[object] | None:
    """The texts of a list that Python wrote as text, as pandas does in CSV; ``None`` for anything else."""
    if len(text) > _LONGEST_LIST or not _PYTHON_LIST.fullmatch(text):
        return None
    # One text at a time: the whole may hold any number of them.
    return [ast.literal_eval(found.group()) for found in itertools.islice(_PYTHON_TEXT.finditer(text), MAX_TAGS)]


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", float: "a number", Unreadable: "unreadable"}
    return next((words for kind, words in names.items() if isinstance(value, kind)), type(value).__name__)
