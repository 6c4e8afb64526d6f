"""Puts the verbs together; each lives in a module of its own, which is imported when the verb is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from valuespectrum.cli.console.terminal import help_without_verb
from valuespectrum.cli.console.verbs import NamedCommand, VerbElsewhere, VerbsElsewhere, group_of

VERBS: Mapping[str, NamedCommand] = {
    "quickstart": VerbElsewhere("valuespectrum.cli.verbs.quickstart:quickstart"),
    "ingest": VerbElsewhere("valuespectrum.cli.verbs.ingest:ingest"),
    "bench": VerbElsewhere("valuespectrum.cli.verbs.bench:bench", steers=True),
    "browse": VerbElsewhere("valuespectrum.cli.verbs.browse:browse", steers=True),
    "feed": VerbElsewhere("valuespectrum.cli.verbs.feed:feed"),
    "roleplay": VerbElsewhere("valuespectrum.cli.verbs.studies.roleplay:roleplay", steers=True),
    "score": VerbElsewhere("valuespectrum.cli.verbs.score:score"),
    "report": VerbElsewhere("valuespectrum.cli.verbs.report:report"),
    "compare": VerbElsewhere("valuespectrum.cli.verbs.studies.compare:compare"),
    "calibrate": VerbElsewhere("valuespectrum.cli.verbs.calibrate:calibrate"),
    "export": VerbElsewhere("valuespectrum.cli.verbs.export:export"),
    "history": VerbElsewhere("valuespectrum.cli.verbs.history:history"),
    "people": VerbElsewhere("valuespectrum.cli.verbs.studies.people:people"),
    "doctor": VerbElsewhere("valuespectrum.cli.verbs.doctor:doctor", steers=True),
    "reproduce": VerbElsewhere("valuespectrum.cli.verbs.reproduce:reproduce"),
    "corpus": VerbsElsewhere("Look after a corpus.", "valuespectrum.cli.corpus.verb:VERBS"),
    "instrument": VerbsElsewhere("Measure with any instrument.", "valuespectrum.cli.verbs.instrument:VERBS"),
    "persona": VerbsElsewhere("List, write, import and try roles in words.", "valuespectrum.cli.persona.verb:VERBS"),
    "steer": VerbsElsewhere(
        "Change what a model values, and find out what else changes.", "valuespectrum.cli.steer.verb:VERBS"
    ),
}


def build_app() -> typer.Typer:
    """The whole command line."""
    return typer.Typer(
        cls=group_of(VERBS),
        callback=_common,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Measure pictures of which human values a vision-language model likes, "
        "with error bars that can be trusted.",
        epilog="Start with `valuespectrum quickstart`: it works offline and takes less than two minutes.",
        # Commands below take it over.
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Show the version, and stop.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"valuespectrum {version_of('valuespectrum')}")
        raise typer.Exit
    help_without_verb(context)
