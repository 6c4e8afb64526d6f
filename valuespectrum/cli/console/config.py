"""``--config FILE``, for every verb: what a file says becomes the defaults, so what is typed wins."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from valuespectrum import api

_PLACES = "valuespectrum.config"
_TYPED_ONLY = frozenset({"config", "json", "help"})
"""Options that say how a verb is called, not what it does."""


def with_config(verb: Callable[..., None]) -> Callable[..., None]:
    """A verb that also takes ``--config``."""
    signature = inspect.signature(verb, eval_str=True)
    option = typer.Option(
        "--config",
        help="Options out of a YAML file; what is typed wins.",
        metavar="FILE",
        show_default=False,
        is_eager=True,
        callback=_read,
    )
    parameter = inspect.Parameter(
        "config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[Path | None, option]
    )

    def configured(config: Path | None, **options: object) -> None:
        # The callback has read it before the other options were looked at.
        del config
        verb(**options)

    configured.__name__, configured.__doc__ = verb.__name__, verb.__doc__
    parameters = [*signature.parameters.values(), parameter]
    setattr(configured, "__signature__", signature.replace(parameters=parameters))  # noqa: B010
    return configured


def place_of(error: Exception) -> str:
    """Where in a file the value stands that an error of the command line is about; empty for one that was typed."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    if context is None or parameter is None:
        return ""
    return places_in_file(context).get(parameter.name, "")


def places_in_file(context: typer.Context) -> dict[str, str]:
    """Where the values stand that a file of options gave, by parameter; what was typed as well is not among them."""
    found: dict[str, str] = {}
    for name, place in context.meta.get(_PLACES, {}).items():
        source = context.get_parameter_source(name)
        if source is not None and source.name == "DEFAULT_MAP":
            found[name] = str(place)
    return found


def _read(context: typer.Context, file: Path | None) -> Path | None:
    """Take the options of a file as defaults of the verb."""
    if file is None or context.resilient_parsing:
        return file
    verb = " ".join(context.command_path.split()[1:])
    found = api.read_option_file(file, verb, known_options(context.find_root().command))
    options = _options(context.command)
    context.default_map = {options[name].name: each.value for name, each in found.items()}
    context.meta[_PLACES] = {options[name].name: each.place for name, each in found.items()}
    return file


def known_options(command: object) -> dict[str, dict[str, bool]]:
    """What a file may say: the options of every verb, and whether each may be repeated.

    Args:
        command: The whole command line.
    """
    assert isinstance(command, TyperGroup)
    return {verb: {name: option.multiple for name, option in options.items()} for verb, options in _verbs(command)}


def _verbs(group: TyperGroup, before: str = "") -> Iterator[tuple[str, dict[str, TyperOption]]]:
    """Every verb with its options, by their long names."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _verbs(command, f"{before}{name} ")
        elif isinstance(command, TyperCommand):
            yield f"{before}{name}", _options(command)


def _options(command: object) -> dict[str, TyperOption]:
    assert isinstance(command, TyperCommand)
    options = [each for each in command.params if isinstance(each, TyperOption)]
    named = {option.opts[0].removeprefix("--"): option for option in options if option.opts[0].startswith("--")}
    return {name: option for name, option in named.items() if name not in _TYPED_ONLY}
