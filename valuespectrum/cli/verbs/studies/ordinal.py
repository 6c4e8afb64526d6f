"""``instrument ordinal``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import ReadoutName, ThresholdsName
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import SeedOption, refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalGiven:
    """What is typed after ``instrument ordinal``."""

    places: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Run folders (portraits, isq, scale7), tables of ratings (CSV: respondent, value, item, rating, and "
            "if need be version, person, repeat, weight), answers of people (with --form).",
            metavar="RUN|TABLE",
            show_default=False,
        ),
    ] = None
    bayes: Annotated[bool, typer.Option("--bayes", help="Draw from the posterior; needs the extra bayes.")] = False
    thresholds: Annotated[
        ThresholdsName, typer.Option(help="Whether respondents share a use of the scale, or each has its own.")
    ] = "shared"
    all_pairs: Annotated[
        bool, typer.Option("--all-pairs", help="Every respondent with every other, and not with the first alone.")
    ] = False
    model: Annotated[
        list[str] | None,
        typer.Option(help="Model of the runs. May be repeated.", metavar="NAME", show_default=False),
    ] = None
    persona: Annotated[
        list[str] | None,
        typer.Option(
            help="Persona by id, none for the model as itself (the default), or all. May be repeated.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None
    ten: Annotated[bool, typer.Option("--ten", help="Put the nineteen refined values together into the ten.")] = False
    steps: Annotated[
        int, typer.Option(help="Steps of the scale of tables; 0: as the runs beside them, else six.", min=0, max=99)
    ] = 0
    turned: Annotated[
        bool, typer.Option("--turned", help="Tables count 1 as most like the respondent (as the ESS does).")
    ] = False
    form: Annotated[
        str,
        typer.Option(
            help="Tables have one person a line (CSV or .rda) and the items of this questionnaire as columns: pvq_21, "
            "pvq_40, pvq_rr, svs.",
            metavar="NAME",
            show_default=False,
        ),
    ] = ""
    readout: Annotated[ReadoutName, typer.Option(help="What of an answer is read.")] = "auto"
    plan: Annotated[
        float | None,
        typer.Option(
            help="Say how many repeats tell a difference of so many logits; RUN|TABLE is then a pilot, or left out.",
            metavar="LOGITS",
            show_default=False,
        ),
    ] = None
    power: Annotated[float, typer.Option(help="With --plan: chance wanted of telling it.")] = 0.8
    items: Annotated[int, typer.Option(help="With --plan: items of every value; 0: as the pilot, else 4.", min=0)] = 0
    chains: Annotated[int, typer.Option(help="With --bayes: chains.", min=2, max=64)] = 4
    draws: Annotated[int, typer.Option(help="With --bayes: draws of each chain.", min=50, max=20_000)] = 1000
    seed: SeedOption = 0


def ordinal(context: typer.Context, given: OrdinalGiven, as_json: JsonOption = False) -> None:
    """Compare how respondents rate items of values, by an ordinal model.

    Models and people side by side: centred effects of values and differences between respondents, with intervals. Exit
    code 1 when the fit is not good enough to conclude anything. Needs no model and no corpus.
    """
    if not given.bayes:
        refuse_without(context, ("chains", "draws"), "--bayes")
    if given.plan is None:
        refuse_without(context, ("power",), "--plan")
    settings = settings_of(api.OrdinalSettings, given)
    with Terminal(as_json) as terminal:
        if given.plan is None and not given.places:
            raise InputError("nothing is named to compare", "name runs or tables, or plan with --plan LOGITS")
        made = api.plan_ratings if given.plan is not None else api.ordinal
        found: api.OrdinalComparison | api.RepeatsPlan = made(given.places or [], settings, terminal)
        terminal.show(found)
    if not found.passed:
        raise typer.Exit(1)
