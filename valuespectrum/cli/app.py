"""Puts the verbs together; each lives in a module of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from valuespectrum.cli.console.config import with_config
from valuespectrum.cli.console.steering import with_steering
from valuespectrum.cli.console.terminal import help_without_verb
from valuespectrum.cli.corpus import verb as corpus
from valuespectrum.cli.persona import verb as persona
from valuespectrum.cli.steer import verb as steer
from valuespectrum.cli.verbs import (
    bench,
    browse,
    calibrate,
    doctor,
    export,
    feed,
    history,
    ingest,
    instrument,
    quickstart,
    report,
    reproduce,
    score,
)
from valuespectrum.cli.verbs.studies import compare, people, roleplay


def build_app() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        invoke_without_command=True,
        callback=_common,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Measure pictures of which human values a vision-language model likes, "
        "with error bars that can be trusted.",
        epilog="Start with `valuespectrum quickstart`: it works offline and takes less than two minutes.",
        # Commands below take it over.
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    verbs: tuple[Callable[..., None], ...] = (
        *(quickstart.quickstart, ingest.ingest, with_steering(bench.bench), with_steering(browse.browse), feed.feed),
        *(with_steering(roleplay.roleplay), score.score, report.report),
        *(
            compare.compare,
            calibrate.calibrate,
            export.export,
            history.history,
            people.people,
            with_steering(doctor.doctor),
            reproduce.reproduce,
        ),
    )
    for verb in verbs:
        app.command()(with_config(verb))
    app.add_typer(corpus.build_app(), name="corpus")
    app.add_typer(instrument.build_app(), name="instrument")
    app.add_typer(persona.build_app(), name="persona")
    app.add_typer(steer.build_app(), name="steer")
    return app


def _common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Show the version, and stop.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"valuespectrum {version_of('valuespectrum')}")
        raise typer.Exit
    help_without_verb(context)
