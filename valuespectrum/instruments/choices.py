"""Answer options of ratings."""

from __future__ import annotations

from agents.models.base import Choice

DIGITS: tuple[str, ...] = tuple(str(digit) for digit in range(10))
"""Names of the options of a rating."""
RATINGS: tuple[Choice, ...] = tuple(Choice(digit, (digit,)) for digit in DIGITS)
