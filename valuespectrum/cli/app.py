"""Puts the verbs together; each lives in a module of its own."""

from __future__ import annotations

from collections.abc import Callable

import typer

from valuespectrum.cli import (
    bench,
    browse,
    calibrate,
    corpus,
    doctor,
    export,
    history,
    ingest,
    quickstart,
    report,
    score,
)


def build_app() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Measure which human values a vision-language model acts on, with error bars that can be trusted.",
        epilog="Start with `valuespectrum quickstart`: it works offline and takes less than two minutes.",
    )
    verbs: tuple[Callable[..., None], ...] = (
        *(quickstart.quickstart, ingest.ingest, bench.bench, browse.browse, score.score, report.report),
        *(calibrate.calibrate, export.export, history.history, doctor.doctor),
    )
    for verb in verbs:
        app.command()(verb)
    app.add_typer(corpus.build_app(), name="corpus")
    return app
