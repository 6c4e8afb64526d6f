"""``score``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from valuespectrum.cli.common import SeedOption
from valuespectrum.cli.terminal import JsonOption, Terminal, table


def score(
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN", show_default=False)],
    readout: Annotated[str, typer.Option(help="auto, log_probability, samples or text.")] = "auto",
    draws: Annotated[int, typer.Option(help="Bootstrap draws.", min=100)] = 2000,
    minimum_mass: Annotated[
        float, typer.Option(help="Least probability of yes and no together for an answer to count.", min=0, max=1)
    ] = 0.1,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Make scores from stored answers.

    Needs no model and no corpus.
    """
    from valuespectrum.benchmark import score_run
    from valuespectrum.scoring.cells import Readout, ScoringOptions
    from vectorstore.errors import InputError

    with Terminal(as_json) as terminal:
        if readout not in get_args(Readout):
            raise InputError(f"unknown readout {readout!r}", f"choose one of {', '.join(get_args(Readout))}")
        options = ScoringOptions(seed=seed, draws=draws, minimum_mass=minimum_mass, readout=cast(Readout, readout))
        scores = score_run(run, options)
        terminal.warn(scores["caution"])
        terminal.finish(scores, describe(scores))


def describe(scores: dict[str, Any]) -> str:
    """Scores as tables for a person."""
    return "\n\n".join(part for part in (_profiles(scores), _personas(scores)) if part)


def _profiles(scores: dict[str, Any]) -> str:
    from valuespectrum.report.data import NO_PERSONA

    bare = [one for one in scores["respondents"] if one["persona"] == NO_PERSONA]
    parts = [_profile(one) for one in bare if "profile" in one] + [_paper(one) for one in bare if "paper" in one]
    return "\n\n".join(parts)


def _profile(one: dict[str, Any]) -> str:
    from valuespectrum.report.data import Estimate
    from valuespectrum.report.words import number, short_model, with_interval
    from valuespectrum.values import LABELS

    rows = [
        (LABELS[value], with_interval(Estimate.read(row), 1), number(row["centred"], 1, True), row["n_clips"])
        for value, row in one["profile"].items()
    ]
    heading = f"{short_model(one['model'])}, {one['instrument']}"
    return f"{heading}\n{table(('value', 'liking [95 %]', 'centred', 'clips'), rows)}"


def _paper(one: dict[str, Any]) -> str:
    from valuespectrum.report.words import number, short_model
    from valuespectrum.values import LABELS

    rows = [
        (LABELS[value], number(share, 1), one["paper"]["n"][value]) for value, share in one["paper"]["scores"].items()
    ]
    return f"{short_model(one['model'])}, published protocol\n{table(('value', 'score', 'answers'), rows)}"


def _personas(scores: dict[str, Any]) -> str:
    from valuespectrum.report.words import number

    rows = [
        (row["persona"], row["strategy"], number(row.get("aligned"), 2), number(row.get("placebo"), 2))
        for row in scores["personas"]
    ]
    return table(("persona", "strategy", "aligned", "placebo"), rows) if rows else ""
