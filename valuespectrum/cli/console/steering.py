"""``--steer FILE``, for every verb that asks models: it stands behind each that is named, as ``?steer=FILE``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from valuespectrum import api
from vectorstore.foundation.errors import InputError


def with_steering(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb with the option ``--model`` that also takes ``--steer``."""
    signature = inspect.signature(verb, eval_str=True)
    option = typer.Option(
        "--steer",
        help="Intervention on the blocks of each model that is named, with :strength=NUMBER for another strength. "
        "May be repeated.",
        metavar="FILE",
        show_default=False,
    )
    parameter = inspect.Parameter(
        "steer", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[list[str] | None, option]
    )

    def steered(steer: list[str] | None, **options: object) -> None:
        if steer:
            options["model"] = _steered(options["model"], steer)
        verb(**options)

    steered.__name__, steered.__doc__ = verb.__name__, verb.__doc__
    setattr(steered, "__signature__", signature.replace(parameters=[*signature.parameters.values(), parameter]))  # noqa: B010
    return steered


def _steered(model: object, files: list[str]) -> str | list[str]:
    if not model:
        raise InputError("--steer means nothing without --model", "name the model that is to be steered")
    if isinstance(model, list):
        return [api.steered_spec(str(each), files) for each in model]
    return api.steered_spec(str(model), files)
