"""``report``."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from valuespectrum.cli.console.terminal import JsonOption, Terminal


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, the most important first.", metavar="RUN")],
    corpus: Annotated[
        Path | None,
        typer.Option(help="Corpus folder, for pictures; by default the one that was benched.", metavar="DIR"),
    ] = None,
    session: Annotated[
        list[Path] | None, typer.Option(help="Session log to show. May be repeated.", metavar="LOG", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The page; by default report.html in the first run folder.")] = None,
    title: Annotated[str, typer.Option(help="Heading of the page.")] = "Value profile",
    as_json: JsonOption = False,
) -> None:
    """Make one self-contained page.

    Out of runs and sessions; needs no model.
    """
    from valuespectrum.reporting.load import ReportSources, load_report
    from valuespectrum.reporting.page import write_report

    with Terminal(as_json) as terminal, contextlib.ExitStack() as stack:
        opened = corpus_of_run(corpus, runs[0], terminal, stack)
        values = _values(opened) if session and opened else {}
        sources = ReportSources(tuple(runs), opened, tuple(session or ()), values)
        data = load_report(sources, title)
        for sentence in data.cautions:
            terminal.warn(sentence)
        if any(result.gain.mean is None and result.aligned.mean is not None for result in data.personas):
            terminal.say(
                "note: scores of an earlier release say less about personas; `valuespectrum score RUN` renews them"
            )
        path = out or runs[0] / "report.html"
        write_report(data, path)
        document = {
            "report": str(path),
            "models": [profile.model for profile in data.profiles],
            "personas": len(data.personas),
            "sessions": len(data.sessions),
            "examples": len(data.examples),
            "cautions": list(data.cautions),
        }
        terminal.finish(document, f"report: {path}")


def corpus_of_run(named: Path | None, run: Path, terminal: Terminal, stack: contextlib.ExitStack) -> Any:
    """The corpus that was named, or else the one in the command of the run if it is still there and unchanged."""
    from valuespectrum.runs.run import read_manifest
    from vectorstore.corpus import Corpus

    manifest = read_manifest(run)
    folder = named or corpus_of_command(str(manifest.provenance.get("command", "")))
    if folder is None or (named is None and not (folder / "corpus.sqlite").is_file()):
        terminal.say("no corpus at hand, so there are no pictures (name it with --corpus)")
        return None
    opened = stack.enter_context(Corpus.open(folder))
    if opened.content_hash() != manifest.settings["corpus"]["hash"]:
        terminal.say(f"note: {folder} has changed since the run")
    return opened


def corpus_of_command(command: str) -> Path | None:
    """The value of ``--corpus`` in a command line.

    Example:
        >>> corpus_of_command("valuespectrum bench --corpus videos --model reference")
        PosixPath('videos')
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    for place, word in enumerate(words):
        if word == "--corpus" and place + 1 < len(words):
            return Path(words[place + 1])
        if word.startswith("--corpus="):
            return Path(word.removeprefix("--corpus="))
    return None


def _values(opened: Any) -> dict[str, str]:
    from valuespectrum.cli.console.options import corpus_embedder
    from valuespectrum.operations.feed_values import clip_values

    return clip_values(opened, corpus_embedder(opened, ""))
