"""``roleplay``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.groups import LocalGiven, RolesGiven, settings_of
from valuespectrum.cli.console.options import (
    CorpusOption,
    EmbedderOption,
    ModelHelp,
    PricesOption,
    SeedOption,
    TopOption,
    one_of,
    refuse_beside,
    refuse_idle,
    refuse_without,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.console.walk_options import WalkGiven, swapped_programs
from vectorstore.foundation.errors import InputError

_OF_WALKING = ("policy", "steps", "clones", *(each.name for each in fields(WalkGiven)))
"""Parameters that say how sessions are walked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleplayGiven:
    """What is typed after ``roleplay``."""

    corpus: CorpusOption = None
    model: Annotated[
        list[str] | None, typer.Option(help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False)
    ] = None
    persona_wordings: Annotated[int, typer.Option(help="In how many wordings each persona is put.", min=1, max=3)] = 1
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="What sessions are shown next; by default random and similar. May be repeated.",
            show_default=False,
            autocompletion=one_of(lambda: api.known_policies()),
        ),
    ] = None
    sessions: Annotated[
        int, typer.Option(help="Sessions of each role under each policy; 0 for questions alone.", min=0)
    ] = 10
    clones: Annotated[
        int, typer.Option(help="Clones of each session: they share all luck but that of what is done.", min=0)
    ] = 0
    steps: Annotated[int, typer.Option(help="Clips of a session; more than before continue it.", min=1)] = 50
    battery: Annotated[
        str,
        typer.Option(
            help="The questions beside sessions: quick, standard, like, pairs ...",
            autocompletion=one_of(lambda: api.known_batteries()),
        ),
    ] = "like"
    wordings: Annotated[
        int | None, typer.Option(help="Wordings of each question; 2 where nothing is named.", min=1, show_default=False)
    ] = None
    top_k: TopOption = 5
    run: Annotated[
        Path | None, typer.Option(help="Run folder; the same command continues it. Default: runs/MODEL-roleplay.")
    ] = None
    seed: SeedOption = 0
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is stored, what would be asked, and what it would cost.")
    ] = False
    replay: Annotated[
        bool, typer.Option("--replay", help="Walk the sessions of --run again, without a model, and compare.")
    ] = False
    prices: PricesOption = None
    embedder: EmbedderOption = ""


def roleplay(
    context: typer.Context,
    given: RoleplayGiven,
    roles: RolesGiven,
    walk: WalkGiven,
    local: LocalGiven,
    as_json: JsonOption = False,
) -> None:
    """Let models play personas, in questions and in feeds, beside no persona and placebo texts.

    Says what it will cost, asks, and tells of each persona whether it moved the model and how sure that is. A study
    may stand in a file: --config study.yaml.
    """
    with Terminal(as_json) as terminal:
        if given.replay:
            # A function of a file is run only where it is named here: a log can be anybody's.
            own = [each for each in given.policy or () if each.startswith("file:")]
            swaps = swapped_programs(walk)
            named = [*(["policy"] if own == given.policy else []), *(["intervene"] if swaps == walk.intervene else [])]
            refuse_beside(context, "--replay", ("replay", "run", "corpus", "embedder", *named))
            if given.run is None:
                raise InputError("--replay without --run", "name the run whose sessions are to be walked again")
            again = api.replay_roleplay(given.run, given.corpus, given.embedder, terminal, own, swaps)
            terminal.show(again)
            if not again.identical:
                raise typer.Exit(1)
            return
        if given.corpus is None:
            raise InputError("no corpus was named", "name it with --corpus DIR")
        if given.sessions == 0:
            refuse_idle(context, _OF_WALKING, "--sessions 0")
        if walk.memory == "none":
            refuse_without(context, ("fresh_every",), "--memory")
        settings = settings_of(api.RoleplaySettings, given, roles, walk, local)
        if given.dry_run:
            terminal.show(api.plan_roleplay(given.corpus, given.model or [], given.run, settings, terminal))
            return
        terminal.show(api.roleplay(given.corpus, given.model or [], given.run, settings, terminal, typed_command()))
