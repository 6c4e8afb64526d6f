"""Options of a verb as one object, since a command line has more of them than a function should have parameters."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import get_type_hints

from vectorstore.foundation.errors import InputError


def grouped(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb whose parameters that are dataclasses are spread: each field is an option, or an argument, of its own.

    No number that is none (``nan``) or has no end reaches it: they pass every bound that an option may have.
    """
    signature = inspect.signature(verb, eval_str=True)
    groups = {
        name: each.annotation
        for name, each in signature.parameters.items()
        if isinstance(each.annotation, type) and is_dataclass(each.annotation)
    }

    def spread(**typed: object) -> None:
        _refuse_endless(typed)
        for name, group in groups.items():
            typed[name] = group(**{field.name: typed.pop(field.name) for field in fields(group)})
        verb(**typed)

    spread.__name__, spread.__doc__, spread.__module__ = verb.__name__, verb.__doc__, verb.__module__
    parameters = [part for each in signature.parameters.values() for part in _spread(each)]
    setattr(spread, "__signature__", signature.replace(parameters=parameters))  # noqa: B010
    return spread


def _spread(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    if not is_dataclass(parameter.annotation):
        # By name alone, so that what must be typed may stand behind what need not.
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        return
    # Named, or lambdas in them would find the members of the class in the place of those of its module.
    hints = get_type_hints(parameter.annotation, vars(sys.modules[parameter.annotation.__module__]), {}, True)
    for field in fields(parameter.annotation):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name]
        )


def _refuse_endless(typed: Mapping[str, object]) -> None:
    for name, said in typed.items():
        for each in said if isinstance(said, list | tuple) else [said]:
            if isinstance(each, float) and not math.isfinite(each):
                raise InputError(f"--{name.replace('_', '-')} {each}: no finite number", "write it in digits, e.g. 0.5")
