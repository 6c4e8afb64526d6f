"""``roleplay``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.cli.console.options import (
    CorpusOption,
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    ModelHelp,
    PersonaFileOption,
    PersonasOption,
    PlacebosOption,
    PricesOption,
    SeedOption,
    StrategiesOption,
    StrategyChoice,
    TopOption,
    one_of,
    typed_command,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.console.walk_options import (
    ActOption,
    BoredomOption,
    CheckOption,
    FatigueOption,
    FreshOption,
    InterveneOption,
    MemoryOption,
    ObserveOption,
)
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleplayGiven:
    """What is typed after ``roleplay``."""

    corpus: CorpusOption = None
    model: Annotated[
        list[str] | None, typer.Option(help=f"{ModelHelp} May be repeated.", metavar="SPEC", show_default=False)
    ] = None
    persona: PersonasOption = None
    personas: PersonaFileOption = None
    strategy: StrategiesOption = None
    persona_wordings: Annotated[int, typer.Option(help="In how many wordings each persona is put.", min=1, max=3)] = 1
    placebos: PlacebosOption = api.PLACEBO_TEXTS
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
    observe: ObserveOption = "frames"
    memory: MemoryOption = "none"
    fresh_every: FreshOption = 1
    act: ActOption = None
    fatigue: FatigueOption = 0.0
    boredom: BoredomOption = 0.0
    intervene: InterveneOption = None
    check_every: CheckOption = 0
    prices: PricesOption = None
    embedder: EmbedderOption = ""
    device: DeviceOption = "auto"
    dtype: DtypeOption = "auto"
    engine: EngineOption = "auto"


def roleplay(given: RoleplayGiven, as_json: JsonOption = False) -> None:
    """Let models play personas, in questions and in feeds, beside no persona and placebo texts.

    Says what it will cost, asks, and tells of each persona whether it moved the model and how sure that is. A study
    may stand in a file: --config study.yaml.
    """
    with Terminal(as_json) as terminal:
        if given.replay:
            if given.run is None:
                raise InputError("--replay without --run", "name the run whose sessions are to be walked again")
            again = api.replay_roleplay(given.run, given.corpus, given.embedder, terminal)
            terminal.show(again)
            if not again.identical:
                raise typer.Exit(1)
            return
        if given.corpus is None:
            raise InputError("no corpus was named", "name it with --corpus DIR")
        settings = api.RoleplaySettings(
            persona=tuple(given.persona or ("all",)),
            personas=given.personas,
            strategy=tuple(each.value for each in given.strategy or (StrategyChoice.simple,)),
            persona_wordings=given.persona_wordings,
            placebos=given.placebos,
            policy=tuple(given.policy or ("random", "similar")),
            sessions=given.sessions,
            clones=given.clones,
            steps=given.steps,
            battery=given.battery,
            wordings=given.wordings,
            top_k=given.top_k,
            seed=given.seed,
            observe=given.observe,
            memory=given.memory,
            fresh_every=given.fresh_every,
            act=tuple(given.act or ()),
            fatigue=given.fatigue,
            boredom=given.boredom,
            intervene=tuple(given.intervene or ()),
            check_every=given.check_every,
            prices=given.prices,
            embedder=given.embedder,
            device=given.device,
            dtype=given.dtype,
            engine=given.engine,
        )
        if given.dry_run:
            terminal.show(api.plan_roleplay(given.corpus, given.model or [], given.run, settings, terminal))
            return
        terminal.show(api.roleplay(given.corpus, given.model or [], given.run, settings, terminal, typed_command()))
