"""``compare``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import AcrossName, ReadoutName
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.options import OutcomeChoice, refuse_beside, refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal

_OF_SESSIONS = ("runs", "window", "outcome", "these_clips")
"""Parameters that mean something beside session logs."""
_OF_FUNCTIONING = ("runs", "functioning", "across", "form", "turned", "graded", "readout", "minimum_mass")
"""And beside --functioning."""
_OF_CONVERGENCE = ("runs", "convergence", "model")
"""And beside --convergence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareGiven:
    """What is typed after ``compare``."""

    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Model by id, spec or name; the first that is named is compared with the others. May be repeated.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None
    persona: Annotated[
        list[str] | None,
        typer.Option(
            help="Persona by id, none for the model as itself (the default), or all. May be repeated.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None
    all_pairs: Annotated[bool, typer.Option(help="Every respondent with every other.")] = False
    most_pairs: Annotated[int, typer.Option(help="Pairs above which nothing is compared.", min=1)] = 45
    margin: Annotated[
        float | None,
        typer.Option(
            help="Within which two count as equal: by default 0.5 log-odds, 0.5 of seven steps, 12 percent.",
            min=0.001,
            show_default=False,
        ),
    ] = None
    drift: Annotated[bool, typer.Option(help="Follow one respondent through the runs: each step, and the trend.")] = (
        False
    )
    at: Annotated[
        str,
        typer.Option(
            help="Where the runs of --drift stand: numbers with commas between them, or begun for days.",
            metavar="NUMBERS",
            show_default=False,
        ),
    ] = ""
    readout: Annotated[ReadoutName, typer.Option(help="What of an answer is read.")] = "auto"
    minimum_mass: Annotated[
        float, typer.Option(help="Least probability of yes and no together for an answer to count.", min=0, max=1)
    ] = 0.1
    other_wordings: Annotated[
        bool,
        typer.Option(
            "--other-wordings/--these-wordings",
            help="Whether intervals cover other wordings like those asked, or these alone.",
        ),
    ] = True
    window: Annotated[int, typer.Option(help="Sessions: steps in a window of the feed's numbers.", min=1)] = 20
    outcome: Annotated[
        list[OutcomeChoice] | None,
        typer.Option(
            help="Sessions: what profiles are made of; by default watch and like. May be repeated.", show_default=False
        ),
    ] = None
    these_clips: Annotated[
        bool,
        typer.Option("--these-clips", help="Sessions: intervals over sessions alone, and not over other clips."),
    ] = False
    functioning: Annotated[
        bool,
        typer.Option(
            "--functioning",
            help="Items that work differently in groups of respondents, and whether levels may be compared at all.",
        ),
    ] = False
    across: Annotated[
        AcrossName,
        typer.Option(help="With --functioning: what makes the groups. By default each run is one."),
    ] = "run"
    form: Annotated[
        str,
        typer.Option(
            help="With --functioning: questionnaire of files with one person a line, e.g. pvq_40.",
            metavar="NAME",
            show_default=False,
        ),
    ] = ""
    turned: Annotated[
        bool, typer.Option("--turned", help="With --functioning: files count 1 as most like the respondent.")
    ] = False
    graded: Annotated[
        bool, typer.Option("--graded", help="With --functioning: ask a graded response model as well; takes longer.")
    ] = False
    convergence: Annotated[
        bool,
        typer.Option("--convergence", help="Whether runs of several instruments agree about the same respondents."),
    ] = False
    out: Annotated[
        Path | None, typer.Option(help="Write the report of the runs with the comparison in it.", metavar="PAGE")
    ] = None


def compare(
    context: typer.Context,
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Run folders, for --drift in their order; or session logs (.jsonl).", metavar="RUN|SESSION"
        ),
    ],
    given: CompareGiven,
    as_json: JsonOption = False,
) -> None:
    """Compare models and personas of one or several runs, or sessions of agents and people.

    Runs: set by set over the clips and wordings that both answered. Sessions: feeds, revealed profiles and personas,
    with the session as the unit. Needs no model and no corpus.
    """
    if not given.functioning and all(each.is_file() or _lost_log(each) for each in runs):
        refuse_beside(context, "session logs", _OF_SESSIONS)
        told = api.SessionSettings(given.window, tuple(each.value for each in given.outcome or ()), given.these_clips)
        with Terminal(as_json) as terminal:
            terminal.show(api.compare_sessions(runs, told, terminal))
        return
    if given.functioning:
        refuse_beside(context, "--functioning", _OF_FUNCTIONING)
        with Terminal(as_json) as terminal:
            chosen = api.FunctioningSettings(
                given.across, given.form, given.turned, given.graded, given.readout, given.minimum_mass
            )
            terminal.show(api.functioning(runs, chosen, terminal))
        return
    refuse_without(context, ("across", "form", "turned", "graded"), "--functioning")
    refuse_without(context, ("window", "outcome", "these_clips"), "session logs")
    if given.convergence:
        refuse_beside(context, "--convergence", _OF_CONVERGENCE)
        with Terminal(as_json) as terminal:
            terminal.show(api.convergence(runs, api.ConvergenceSettings(tuple(given.model or ())), terminal))
        return
    settings = settings_of(api.CompareSettings, given)
    with Terminal(as_json) as terminal:
        terminal.show(api.compare(runs, settings, terminal))


def _lost_log(path: Path) -> bool:
    """Whether the name is that of a session log that is not there: said as such, and not as a run that is none."""
    return path.suffix == ".jsonl" and not path.exists()
