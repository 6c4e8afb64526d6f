"""``persona``: roles in words."""

from __future__ import annotations

import typer

from valuespectrum.cli.console.config import with_config
from valuespectrum.cli.console.steering import with_steering
from valuespectrum.cli.console.terminal import help_without_verb
from valuespectrum.cli.persona import asking, files


def build_app() -> typer.Typer:
    """The verbs of personas."""
    app = typer.Typer(
        help="List, write, import and try roles in words.",
        invoke_without_command=True,
        callback=help_without_verb,
        rich_markup_mode=None,
    )
    app.command("list")(with_config(files.list_personas))
    app.command("show")(with_config(files.show))
    app.command("make")(with_config(files.make))
    app.command("import")(with_config(files.import_file))
    app.command("judge")(with_config(with_steering(asking.judge)))
    app.command("interview")(with_config(with_steering(asking.interview)))
    app.command("check")(with_config(with_steering(asking.check)))
    return app
