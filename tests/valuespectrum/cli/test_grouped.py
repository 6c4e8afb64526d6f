"""Options that are fields of a dataclass are options like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from valuespectrum.cli.console.config import with_config
from valuespectrum.cli.console.grouped import grouped
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is typed."""

    size: Annotated[int, typer.Option(help="How large it is.", min=1)]
    word: Annotated[list[str] | None, typer.Option(help="Said.")] = None
    loud: Annotated[bool, typer.Option("--loud", help="Shouted.")] = False


def plain(
    name: Annotated[str, typer.Argument(help="Who.")],
    size: Annotated[int, typer.Option(help="How large it is.", min=1)],
    word: Annotated[list[str] | None, typer.Option(help="Said.")] = None,
    loud: Annotated[bool, typer.Option("--loud", help="Shouted.")] = False,
    last: Annotated[str, typer.Option(help="At the end.")] = "z",
) -> None:
    """Say something."""
    typer.echo(f"{name} {size} {word} {loud} {last}")


def spread(
    name: Annotated[str, typer.Argument(help="Who.")],
    given: Given,
    last: Annotated[str, typer.Option(help="At the end.")] = "z",
) -> None:
    """Say something."""
    plain(name, given.size, given.word, given.loud, last)


def said(*words: str) -> list[tuple[int, str]]:
    """Exit codes and words of the verb as it is, and of the one with a group."""
    found = []
    for verb in (plain, grouped(spread)):
        app = typer.Typer(rich_markup_mode=None)
        app.command("say")(with_config(verb))
        result = CliRunner().invoke(app, list(words))
        found.append((result.exit_code, result.output))
    return found


def test_a_group_is_typed_as_its_fields_would_be() -> None:
    for words in (
        ["--help"],
        ["ann", "--size", "3"],
        ["ann", "--size", "3", "--word", "a", "--word", "b", "--loud", "--last", "y"],
        ["ann"],
        ["ann", "--size", "0"],
        ["ann", "--size", "3", "--given", "1"],
    ):
        one, other = said(*words)
        assert one == other, words
    assert said("ann", "--size", "3", "--word", "a")[1] == (0, "ann 3 ['a'] False z\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What is typed."""

    largest_share: Annotated[float, typer.Option(help="Of all.")] = 0.5
    size: Annotated[list[float] | None, typer.Option(help="Several.")] = None


def numbers(given: Numbers) -> None:
    """Say something."""
    typer.echo(f"{given.largest_share} {given.size}")


def test_what_is_no_finite_number_reaches_no_verb() -> None:
    app = typer.Typer(rich_markup_mode=None)
    app.command("say")(with_config(grouped(numbers)))
    for words, option in (
        (["--largest-share", "nan"], "--largest-share nan"),
        (["--size", "1", "--size", "inf"], "--size inf"),
        (["--size", "1e999"], "--size inf"),
    ):
        error = CliRunner().invoke(app, words).exception
        assert isinstance(error, InputError) and option in error.message, words
    assert CliRunner().invoke(app, ["--size", "1e9", "--size", "0"]).output == "0.5 [1000000000.0, 0.0]\n"
