"""Answer options of the closed questions, with every written form that counts as them."""

from __future__ import annotations

from agents.models.base import Choice

YES = Choice("yes", ("yes", "Yes", "YES"))
NO = Choice("no", ("no", "No", "NO"))
DIGITS: tuple[str, ...] = tuple(str(digit) for digit in range(10))
"""Names of the options of a rating."""
RATINGS: tuple[Choice, ...] = tuple(Choice(digit, (digit,)) for digit in DIGITS)
