"""Looks at values that come out of a file before anybody counts on what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Made = TypeVar("Made", bound=DataclassInstance)

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


def made_from(kind: type[Made], fields: object, name: str) -> Made:
    """A dataclass out of a JSON object, every field of the type that it is declared to be.

    Args:
        kind: The dataclass; dataclasses within it are made likewise.
        fields: The object; what it leaves out keeps its default.
        name: Of the object, for the message.

    Raises:
        ValueError: It has a field that the dataclass lacks, a value of another type, or a number that is none.
    """
    import dataclasses
    import json

    from pydantic import TypeAdapter

    known = {each.name for each in dataclasses.fields(kind)}
    if strange := set(mapping(fields, name)) - known:
        raise ValueError(f"{name} has {sorted(strange)[0]!r:.40}")
    # ``allow_nan``: what is no number in JSON is none here, wherever in the object it stands.
    return TypeAdapter(kind).validate_json(json.dumps(fields, allow_nan=False), strict=True)
