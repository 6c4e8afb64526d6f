"""``persona list``, ``show``, ``make`` and ``import``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import PersonaFormat, StrategyName
from valuespectrum.cli.console.options import PersonaFileOption, SeedOption, numbers, one_of, refuse_idle
from valuespectrum.cli.console.terminal import JsonOption, Terminal

NewFileOption = Annotated[Path, typer.Option("--out", help="Persona file to write.", metavar="FILE")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def list_personas(personas: PersonaFileOption = None, as_json: JsonOption = False) -> None:
    """Show what personas there are, and what each is meant to hold."""
    with Terminal(as_json) as terminal:
        terminal.show(api.list_personas(personas))


def show(
    name: Annotated[
        str,
        typer.Argument(
            help="Persona; NAME@2 for another wording, NAME~scrambled or NAME~permuted for a placebo made of it.",
            metavar="NAME",
            show_default=False,
            autocompletion=one_of(lambda: api.known_personas()),
        ),
    ],
    personas: PersonaFileOption = None,
    strategy: Annotated[StrategyName, typer.Option(help="How the persona is put.")] = "simple",
    as_json: JsonOption = False,
) -> None:
    """Show the words that a model hears."""
    with Terminal(as_json) as terminal:
        terminal.show(api.show_persona(name, personas, strategy, terminal))


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGiven:
    """What is typed after ``persona make``."""

    profile: Annotated[
        str,
        typer.Option(
            help="Importance of values, -1 to 1, e.g. power=1,security=-0.5; those left out count as 0.",
            metavar="VALUE=NUMBER,...",
            show_default=False,
        ),
    ]
    out: NewFileOption = Path("personas.yaml")
    name: Annotated[str, typer.Option(help="Name; by default the id in words.", show_default=False)] = ""
    rescale: Annotated[
        bool, typer.Option("--rescale", help="The numbers are on another scale: centre them and divide by the largest.")
    ] = False
    seed: SeedOption = 0
    force: ForceOption = False


def make(
    identity: Annotated[
        str, typer.Argument(help="Id of the persona: a-z, 0-9, _ and -.", metavar="ID", show_default=False)
    ],
    given: MakeGiven,
    as_json: JsonOption = False,
) -> None:
    """Write a persona that spells out a profile; a file that is there gets one more."""
    with Terminal(as_json) as terminal:
        settings = api.MakeSettings(
            numbers("--profile", given.profile), given.name, given.rescale, given.seed, given.force
        )
        terminal.show(api.make_persona(identity, given.out, settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportGiven:
    """What is typed after ``persona import``."""

    out: NewFileOption = Path("personas.yaml")
    columns: Annotated[
        str,
        typer.Option(help="Column map of a survey: ess, wvs_6 or a file (YAML).", metavar="MAP", show_default=False),
    ] = ""
    field: Annotated[str, typer.Option(help="hub: where the words stand.", metavar="NAME")] = "persona"
    limit: Annotated[int, typer.Option(help="Personas at most, the first ones.", min=1)] = 200
    encoding: Annotated[str, typer.Option(help="Encoding of the file, where it does not say itself.")] = "utf-8"
    prefix: Annotated[str, typer.Option(help="Begins the ids; by default the format.", show_default=False)] = ""
    force: ForceOption = False


def import_file(
    context: typer.Context,
    form: Annotated[PersonaFormat, typer.Argument(help="What the file is.", show_default=False)],
    source: Annotated[
        Path, typer.Argument(help="The file, which you downloaded yourself.", metavar="FILE", show_default=False)
    ],
    given: ImportGiven,
    as_json: JsonOption = False,
) -> None:
    """Make a persona file out of lists of traits, persons in free words, or a value survey."""
    if form != "hub":
        refuse_idle(context, ("field",), f"the format {form}")
    with Terminal(as_json) as terminal:
        settings = api.PersonaImportSettings(
            given.columns, given.field, given.limit, given.encoding, given.prefix, given.force
        )
        terminal.show(api.import_personas(form, source, given.out, settings))
