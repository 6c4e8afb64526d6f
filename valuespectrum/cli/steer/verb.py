"""``steer``: change what a model values, and find out what else changes."""

from __future__ import annotations

import typer

from valuespectrum.cli.console.config import with_config
from valuespectrum.cli.console.terminal import help_without_verb
from valuespectrum.cli.steer.applying import apply, list_steering
from valuespectrum.cli.steer.counterfactual import counterfactual
from valuespectrum.cli.steer.exporting import export
from valuespectrum.cli.steer.features import features
from valuespectrum.cli.steer.fit import fit, write_pairs
from valuespectrum.cli.steer.graph import graph
from valuespectrum.cli.steer.neurons import neurons
from valuespectrum.cli.steer.sweep import sweep
from valuespectrum.cli.steer.words import words


def build_app() -> typer.Typer:
    """The verbs of steering."""
    app = typer.Typer(
        help="Change what a model values, and find out what else changes.",
        invoke_without_command=True,
        callback=help_without_verb,
        rich_markup_mode=None,
    )
    app.command("list")(with_config(list_steering))
    app.command("apply")(with_config(apply))
    app.command("pairs")(with_config(write_pairs))
    app.command("fit")(with_config(fit))
    app.command("export")(with_config(export))
    app.command("features")(with_config(features))
    app.command("words")(with_config(words))
    app.command("sweep")(with_config(sweep))
    app.command("graph")(with_config(graph))
    app.command("neurons")(with_config(neurons))
    app.command("counterfactual")(with_config(counterfactual))
    return app
