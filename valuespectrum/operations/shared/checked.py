"""Settings that are checked when they are made, as the command line checks its options.

Who calls a function of Python names values that no command line would let through: ``seed=-1``, one text where several
go, a file as text, a number of numpy's. What means the same is taken as what it means, so that it leaves the same
records as the option does; everything else is refused in one line, before anything is loaded or written.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, cast, get_args, get_origin

from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Bounds = Mapping[str, tuple[float, float]]
"""Least and largest value of a setting that is a number, by its name."""
ENDLESS = math.inf
_SEED = (0, 2**53 - 1)
"""The largest is the largest whole number that every reader of JSON keeps, and with that every record of a seed."""
_SEVERAL = re.compile(r"(?:tuple|Sequence)\[(\w+)(?:, \.\.\.)?\]")


class CheckedSettings:
    """The base of settings; a field is checked by its type and the bounds of its class.

    Raises:
        InputError: On making one: a value is of another type than its field, no number that it can be, or no word that
            it knows.
    """

    __slots__ = ()
    bounds: ClassVar[Bounds] = {}
    """Those of the options of the command line."""

    def __post_init__(self) -> None:
        for each in fields(cast("DataclassInstance", self)):
            kind = str(each.type)
            value = getattr(self, each.name)
            if value is None and kind.endswith(" | None"):
                continue
            kind = kind.removesuffix(" | None")
            several = _SEVERAL.fullmatch(kind)
            if several:
                made: object = tuple(self._one(each.name, several[1], one) for one in _items(each.name, value))
            else:
                made = self._one(each.name, kind, value)
            if made is not value:
                object.__setattr__(self, each.name, made)

    def _one(self, name: str, kind: str, value: object) -> object:
        plain = value.item() if hasattr(value, "item") and not getattr(value, "shape", ()) else value
        match kind:
            case "bool":
                return _switch(name, plain)
            case "int" | "float":
                return self._number(name, kind, plain)
            case "Path":
                return _path(name, value)
            case "str" if not isinstance(value, str):
                raise InputError(f"{name} is {value!r:.80}, which is no text", "write it in quotation marks")
            case _ if kind.startswith("Mapping[") and not isinstance(value, Mapping):
                raise InputError(f"{name} is {value!r:.80}", "write a dictionary, of names and what they are")
        known = self._words(kind)
        if known and value not in known:
            raise InputError(f"{name} cannot be {value!r:.80}", f"one of {', '.join(known)}")
        return value

    def _number(self, name: str, kind: str, value: object) -> int | float:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or (kind == "int" and not isinstance(value, int))
        ):
            raise InputError(f"{name} is {value!r:.80}, which is no {'whole ' if kind == 'int' else ''}number")
        least, largest = self.bounds.get(name, _SEED if name == "seed" else (-ENDLESS, ENDLESS))
        if not (least <= value <= largest and -ENDLESS < value < ENDLESS):
            raise InputError(f"{name} cannot be {value!r:.80}", _range_in_words(least, largest))
        return int(value) if kind == "int" else float(value)

    def _words(self, kind: str) -> tuple[str, ...]:
        """The words of a closed set that is named by the field of any of the classes; none for another type."""
        for each in type(self).__mro__:
            found = vars(sys.modules[each.__module__]).get(kind)
            if get_origin(found) is Literal:
                return get_args(found)
        return ()


def _items(name: str, value: object) -> tuple[object, ...]:
    if isinstance(value, str | bytes | PathLike | Mapping):
        raise InputError(f"{name} takes several, and is given {value!r:.80} alone", f"write {name}=({value!r:.80},)")
    try:
        return tuple(value)  # type: ignore[arg-type]
    except TypeError as error:
        raise InputError(f"{name} takes several, and is given {value!r:.80}", "write a tuple or a list") from error


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, int) or value not in (0, 1):
        raise InputError(f"{name} is {value!r:.80}", "write True or False")
    return bool(value)


def _path(name: str, value: object) -> Path:
    if not isinstance(value, str | PathLike):
        raise InputError(f"{name} is {value!r:.80}, which is no path", "write it in quotation marks")
    return user_path(value)


def _range_in_words(least: float, largest: float) -> str:
    if largest == ENDLESS:
        return "give a finite number" if least == -ENDLESS else f"give a number from {least}"
    return f"give a number from {least} to {largest}"
