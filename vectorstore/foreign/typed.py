"""Looks at values that come out of a file before anybody counts on what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping

_LARGEST = 2**53
"""Whole numbers up to this are exact everywhere."""


def text(value: object, name: str, form: re.Pattern[str] | None = None) -> str:
    """A text, of a form where one is given.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(value, str) or (form is not None and not form.fullmatch(value)):
        raise ValueError(f"{name} is {value!r:.40}")
    return value


def whole(value: object, name: str, most: int = _LARGEST) -> int:
    """A whole number from 0.

    Raises:
        ValueError: It is something else, or larger than ``most``.
    """
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{name} is {value!r:.40}")
    return value


def finite(value: object, name: str) -> float:
    """A number that is one.

    Raises:
        ValueError: It is something else, or not finite, or too large to be exact.
    """
    # Written this way round, what is no number at all (NaN) is refused, too.
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _LARGEST:
        raise ValueError(f"{name} is {value!r:.40}")
    return float(value)


def listed(value: object, name: str) -> list[object]:
    """A list.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(value, list):
        raise ValueError(f"{name} is {value!r:.40}")
    return value


def mapping(value: object, name: str) -> Mapping[str, object]:
    """A JSON object.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} is {value!r:.40}")
    return value
