"""``browse``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from valuespectrum.cli.console.options import (
    DeviceOption,
    DtypeOption,
    EmbedderOption,
    EngineOption,
    ModelHelp,
    PersonaFileOption,
    SeedOption,
    chosen_personas,
    corpus_embedder,
    load_models,
    slug,
    warn_of_pictures,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal, table

if TYPE_CHECKING:
    from agents.browsing.session import SessionRecord


def browse(
    corpus: Annotated[
        Path | None,
        typer.Option(
            help="Corpus folder. A replay takes the one that the log names; without any it checks what it can.",
            metavar="DIR",
        ),
    ] = None,
    model: Annotated[str, typer.Option(help=ModelHelp, metavar="SPEC")] = "",
    persona: Annotated[str, typer.Option(help="Persona by name; none for the model as itself.")] = "none",
    personas: PersonaFileOption = None,
    strategy: Annotated[str, typer.Option(help="How the persona is put: simple or profile.")] = "simple",
    policy: Annotated[str, typer.Option(help="What is shown next: random, balanced or similar.")] = "similar",
    steps: Annotated[int, typer.Option(help="Clips to show; more than before continue a session.", min=1)] = 50,
    seed: SeedOption = 0,
    out: Annotated[
        Path | None, typer.Option(help="Session log; the same command continues it. Default: sessions/NAME.jsonl.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Walk a logged session again, without a model, and compare.", metavar="LOG")
    ] = None,
    embedder: EmbedderOption = "",
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Let a model walk through a feed and act.

    With or without a persona; the log tells what was shown, why, and with what chance.
    """
    from agents.browsing.policies import load_policy
    from agents.browsing.session import SessionOptions
    from agents.browsing.session import browse as run_session
    from agents.models.base import ModelOptions
    from agents.personas.persona import Strategy
    from valuespectrum.checks.foresight import check_models
    from valuespectrum.operations.feed_values import browse_questions, clip_values, value_catalogue
    from vectorstore.corpus import Corpus
    from vectorstore.foundation.errors import InputError

    with Terminal(as_json) as terminal:
        if replay is not None and corpus is None and (corpus := corpus_of_log(replay)):
            terminal.say(f"corpus: {corpus}, as the log says")
        if replay is not None and corpus is None:
            _replay(terminal, replay, None)
            return
        if corpus is None:
            raise InputError("no corpus was named", "name it with --corpus DIR")
        options = ModelOptions(device, dtype, 32, engine, seed)
        if replay is None:
            check_models([model] if model else [], options)
        terminal.doing(f"opening {corpus}")
        with Corpus.open(corpus) as opened:
            terminal.doing("loading the embedder")
            loaded = corpus_embedder(opened, embedder)
            warn_of_pictures(terminal, opened, loaded.id, [model] if model else [])
            terminal.doing("looking for the clips of each value")
            values = clip_values(opened, loaded)
            catalogue = value_catalogue(opened, loaded, values)
        if replay is not None:
            _replay(terminal, replay, catalogue)
            return
        session = SessionOptions(
            questions=browse_questions(),
            seed=seed,
            steps=steps,
            policy=load_policy(policy),
            strategy=cast(Strategy, strategy),
            corpus=str(corpus),
        )
        role = next(
            iter(chosen_personas([] if persona == "none" else [persona], None if persona == "none" else personas)), None
        )
        terminal.doing(f"loading {model}")
        agent = load_models([model] if model else [], options)[0]
        log = out or Path("sessions") / f"{slug(model)}-{slug(persona)}-{slug(policy)}-{seed}.jsonl"
        with terminal.progress("browsing") as advance:
            record = run_session(session, catalogue, agent, role, log, lambda event: advance(event.step + 1, steps))
        document = summary(record, values, log)
        terminal.finish(document, _describe(document))


def summary(record: SessionRecord, values: dict[str, str], log: Path) -> dict[str, Any]:
    """A session in numbers."""
    actions = Counter(event.action for event in record.events)
    shown = Counter(values.get(event.item_id, "none") for event in record.events)
    liked = Counter(values.get(event.item_id, "none") for event in record.events if event.action == "like")
    return {
        "log": str(log),
        "run_id": record.manifest.run_id,
        "steps": len(record.events),
        "actions": dict(actions),
        "refusals": sum(event.refusal for event in record.events),
        "shown": dict(shown),
        "liked": dict(liked),
    }


def corpus_of_log(log: Path) -> Path | None:
    """The corpus that a session log names, if there is one: from where the log lies, or from here.

    Raises:
        InputError: It is no session log.
    """
    from agents.browsing.log import read_log

    named = read_log(log).manifest.session.get("corpus")
    if not isinstance(named, str) or not named:
        return None
    folders = (log.parent / named, log.parent.parent / named, Path(named))
    return next((folder for folder in folders if (folder / "corpus.sqlite").is_file()), None)


def _replay(terminal: Terminal, log: Path, catalogue: Any) -> None:
    """Walk a session again; without its clips what follows from the answers is checked, and that is said."""
    from dataclasses import asdict

    from agents.browsing.replay import replay as run_replay
    from agents.browsing.replay_alone import replay_alone

    report = replay_alone(log) if catalogue is None else run_replay(log, catalogue)
    same = "the same, byte for byte" if catalogue is not None else "actions and times follow from the answers"
    words = same if report.identical else f"not the same: {report.difference}"
    lines = [f"{log}: {report.steps} steps replayed without a model: {words}"]
    if catalogue is None:
        lines.append("its corpus is not here, so what was shown and why was not checked (name it with --corpus DIR)")
    checked = "answers" if catalogue is None else "everything"
    terminal.finish({**asdict(report), "checked": checked}, "\n".join(lines))
    if not report.identical:
        raise typer.Exit(1)


def _describe(document: dict[str, Any]) -> str:
    from valuespectrum.theory.values import LABELS

    rows = [
        (LABELS.get(value, "no value"), count, document["liked"].get(value, 0))
        for value, count in sorted(document["shown"].items(), key=lambda pair: -pair[1])
    ]
    actions = ", ".join(f"{action} {count}" for action, count in document["actions"].items())
    return f"{table(('value', 'shown', 'liked'), rows)}\n\n{document['steps']} clips: {actions}\nlog: {document['log']}"
