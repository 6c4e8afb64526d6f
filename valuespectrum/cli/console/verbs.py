"""Verbs that are built when they are named: reading the options of all of them takes longer than most answers do."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, Protocol

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from valuespectrum.cli.console.config import with_config
from valuespectrum.cli.console.grouped import grouped
from valuespectrum.cli.console.steering import with_steering
from valuespectrum.cli.console.terminal import help_without_verb

Command = TyperCommand | TyperGroup
OfTyper = Any  # Open: typer keeps the types of commands and of their help to itself.


class NamedCommand(Protocol):
    """What a command line can name."""

    @property
    def help(self) -> str:
        """What it is for."""

    def build(self, name: str) -> Command:
        """With all its options."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A function as a verb: its parameters, and the fields of those that are dataclasses, are options."""

    run: Callable[..., None]
    steers: bool = False
    """Whether it also takes ``--steer``."""

    @property
    def help(self) -> str:
        """What its documentation begins with."""
        return self.run.__doc__ or ""

    def build(self, name: str) -> Command:
        """With all its options, those that every verb takes included."""
        verb = grouped(self.run)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(name)(with_config(with_steering(verb) if self.steers else verb))
        return _command(alone)


@dataclass(frozen=True, slots=True)
class VerbElsewhere:
    """A verb of a module that is imported when somebody asks for it."""

    place: str
    """Module and function, with a colon between them."""
    steers: bool = False

    @property
    def help(self) -> str:
        """What its documentation begins with."""
        return self._found().help

    def build(self, name: str) -> Command:
        """With all its options."""
        return self._found().build(name)

    def _found(self) -> Verb:
        return Verb(resolve_name(self.place), self.steers)


@dataclass(frozen=True, slots=True)
class VerbsElsewhere:
    """Several verbs under one word; their module is imported when somebody asks for one."""

    help: str
    place: str
    """Module and name of a mapping of verbs, with a colon between them."""

    def build(self, name: str) -> Command:
        """The verbs, none of them built."""
        several = typer.Typer(
            name=name,
            cls=group_of(resolve_name(self.place)),
            callback=help_without_verb,
            invoke_without_command=True,
            add_completion=False,
            rich_markup_mode=None,
            help=self.help,
        )
        return _command(several)


def group_of(verbs: Mapping[str, NamedCommand]) -> type[TyperGroup]:
    """A group of verbs, for ``typer.Typer(cls=...)``; each is built when it is named.

    Args:
        verbs: By name, in the order of the help.
    """

    class Group(TyperGroup):
        """The verbs."""

        def __init__(self, **given: OfTyper) -> None:
            super().__init__(**given)
            late: OfTyper = _Late(verbs)
            self.commands = late

        def format_commands(self, ctx: OfTyper, formatter: OfTyper) -> None:
            """Names with what each is for, as typer shows them, without building any."""
            width = formatter.width - 6 - max(map(len, verbs))
            short = {name: TyperCommand(name, help=verb.help).get_short_help_str(width) for name, verb in verbs.items()}
            with formatter.section("Commands"):
                formatter.write_dl(list(short.items()))

    return Group


class _Late(UserDict[str, Command]):
    """Commands by name, each built once, when it is looked at."""

    def __init__(self, verbs: Mapping[str, NamedCommand]) -> None:
        super().__init__()
        self._verbs = verbs

    def __getitem__(self, name: str) -> Command:
        if name not in self.data:
            self.data[name] = self._verbs[name].build(name)
        return self.data[name]

    def __contains__(self, name: object) -> bool:
        return name in self._verbs

    def __iter__(self) -> Iterator[str]:
        return iter(self._verbs)

    def __len__(self) -> int:
        return len(self._verbs)


def _command(app: typer.Typer) -> Command:
    built = get_command(app)
    assert isinstance(built, TyperCommand | TyperGroup)
    return built
