"""``browse``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import SpokenStrategy
from valuespectrum.cli.console.groups import LocalGiven, settings_of
from valuespectrum.cli.console.options import (
    EmbedderOption,
    ModelHelp,
    PersonaFileOption,
    SeedOption,
    one_of,
    refuse_beside,
    refuse_without,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.console.walk_options import WalkGiven, swapped_programs
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowseGiven:
    """What is typed after ``browse``."""

    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Corpus folder. A replay takes the one that the log names; without any it checks what it can.",
            metavar="DIR",
        ),
    ] = None
    model: Annotated[
        list[str] | None, typer.Option(help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False)
    ] = None
    persona: Annotated[
        list[str] | None,
        typer.Option(
            help="Persona by name, placebo-1 to placebo-12, or none for the model as itself. May be repeated.",
            autocompletion=one_of(lambda: ["none", *api.known_personas()]),
            show_default=False,
        ),
    ] = None
    personas: PersonaFileOption = None
    strategy: Annotated[SpokenStrategy, typer.Option(help="How the persona is put.")] = "simple"
    policy: Annotated[
        str,
        typer.Option(
            help="What is shown next, e.g. similar:temperature=0.2,exploration=0.1: random, popular, similar, bandit,"
            " balanced, adversarial, replay, yoked, one that is installed, or file:PATH.py:FUNCTION.",
            autocompletion=one_of(lambda: api.known_policies()),
        ),
    ] = "similar"
    steps: Annotated[int, typer.Option(help="Clips to show; more than before continue a session.", min=1)] = 50
    seed: SeedOption = 0
    sessions: Annotated[
        int, typer.Option(help="Sessions of each model in each role, with seeds from --seed on, all at once.", min=1)
    ] = 1
    pool: Annotated[
        int, typer.Option(help="Most clips on offer at a step; the log holds all of them, with their chances.", min=1)
    ] = 256
    clone: Annotated[
        int, typer.Option(help="Be this clone of the session with this seed; 0 is the session itself.", min=0)
    ] = 0
    clones: Annotated[
        int,
        typer.Option(
            help="Clones of each session: they share all luck but that of what is done, a noise floor.", min=0
        ),
    ] = 0
    out: Annotated[
        Path | None,
        typer.Option(
            help="Session log, or folder for the logs of several; the same command continues them."
            " Default: sessions/NAME.jsonl."
        ),
    ] = None
    replay: Annotated[
        Path | None, typer.Option(help="Walk a logged session again, without a model, and compare.", metavar="LOG")
    ] = None
    embedder: EmbedderOption = ""


def browse(
    context: typer.Context, given: BrowseGiven, walk: WalkGiven, local: LocalGiven, as_json: JsonOption = False
) -> None:
    """Let a model walk through a feed and act.

    With or without a persona; the log tells what was shown, why, and with what chance. Several models, personas or
    sessions walk at once, so that their questions share batches.
    """
    with Terminal(as_json) as terminal:
        if given.replay is not None:
            # A function of a file is run only where it is named here: a log can be anybody's.
            own = given.policy if given.policy.startswith("file:") else ""
            swaps = swapped_programs(walk)
            named = [*(["policy"] if own else []), *(["intervene"] if swaps == walk.intervene else [])]
            refuse_beside(context, "--replay", ("replay", "corpus", "embedder", *named))
            found = api.replay(given.replay, given.corpus, given.embedder, terminal, own, swaps)
            terminal.show(found)
            if not found.identical:
                raise typer.Exit(1)
            return
        if given.corpus is None:
            raise InputError("no corpus was named", "name it with --corpus DIR")
        if walk.memory == "none":
            refuse_without(context, ("fresh_every",), "--memory")
        models, roles = given.model or [], given.persona or ["none"]
        settings = settings_of(api.BrowseSettings, given, walk, local, persona=roles[0])
        if len(models) <= 1 and len(roles) == 1 and roles != ["all"] and given.sessions == 1 and not given.clones:
            terminal.show(api.browse(given.corpus, "".join(models), given.out, settings, terminal, typed_command()))
            return
        crowd = api.Crowd(tuple(models), tuple(roles), given.sessions, given.clones)
        terminal.show(
            api.browse_many(given.corpus, crowd, given.out or Path("sessions"), settings, terminal, typed_command())
        )
