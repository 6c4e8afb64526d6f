"""Cells of CSV files that a spreadsheet may open: what models and strangers wrote must not run there as a formula."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[ \u00a0\u3000\u200b\ufeff]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Beginnings that spreadsheets take for a formula, in half and full width, also behind blanks."""
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def guarded(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: an apostrophe is put before text that begins like one.

    Numbers, and text that is nothing but a number, stay as they are.

    >>> guarded("=HYPERLINK(1)"), guarded("-3.5"), guarded(-3.5), guarded("yes")
    ("'=HYPERLINK(1)", '-3.5', -3.5, 'yes')
    """
    if not isinstance(value, str) or not _FORMULA.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def unguarded(text: str) -> str:
    """A cell as it was before ``guarded`` put an apostrophe before it.

    >>> unguarded("'=HYPERLINK(1)"), unguarded("'tis")
    ('=HYPERLINK(1)', "'tis")
    """
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
