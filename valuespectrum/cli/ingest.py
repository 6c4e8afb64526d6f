"""``ingest``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from valuespectrum.cli.terminal import JsonOption, Terminal

if TYPE_CHECKING:
    from ingest.pipeline import IngestReport

_STAGES = {"decode": "decoding clips", "embed": "embedding frames", "index": "indexing vectors"}


def ingest(
    sources: Annotated[list[str], typer.Argument(help="Folders, files or patterns.", metavar="SOURCE")],
    corpus: Annotated[Path, typer.Option(help="Corpus folder; made when missing.", metavar="DIR")],
    embedder: Annotated[
        str, typer.Option(help="reference, or open_clip:ARCH/PRETRAINED_OR_PATH for real videos.")
    ] = "reference",
    decoder: Annotated[str, typer.Option(help="auto, pyav or decord.")] = "auto",
    frames: Annotated[int, typer.Option(help="Frames per clip, spread evenly in time.", min=1, max=64)] = 8,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try files again that failed before.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Add videos to a corpus.

    Run again, it adds only what is new.
    """
    from ingest.decode import DecodeOptions
    from ingest.embed import load_embedder
    from ingest.pipeline import IngestOptions
    from ingest.pipeline import ingest as run_ingest
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        if embedder == "reference":
            terminal.say("note: the reference embedder knows drawn scenes only; for other videos name open_clip:...")
        loaded = load_embedder(embedder)
        options = IngestOptions(decode=DecodeOptions(decoder=decoder, frames=frames), retry_failed=retry_failed)
        with Corpus.ensure(corpus) as opened, stage_progress(terminal) as progress:
            report = run_ingest(sources, opened, loaded, options, progress)
        terminal.finish(report.to_json(), describe(report))


@contextlib.contextmanager
def stage_progress(terminal: Terminal) -> Iterator[Callable[[str, int, int], None]]:
    """Progress of decoding and embedding, which run at the same time; shown as one bar over the clips."""
    with terminal.progress(_STAGES["decode"]) as advance:

        def tell(stage: str, done: int, total: int) -> None:
            if stage == "decode":
                advance(done, total)

        yield tell


def describe(report: IngestReport) -> str:
    """What was done, for a person."""
    lines = [
        f"{report.clips_seen:,} clips seen: {report.clips_added:,} added, {report.clips_known:,} known already, "
        f"{len(report.clips_failed):,} failed",
        f"{report.frames_added:,} frames added, {report.frames_duplicate:,} of them near-duplicates; "
        f"{report.frames_embedded:,} embedded in {report.seconds:.1f} s",
    ]
    lines += [f"failed: {failure.source}: {failure.detail}" for failure in report.clips_failed]
    lines += [f"damaged: {failure.source}: {failure.detail}" for failure in report.clips_damaged]
    if not report.clips_added and not report.frames_embedded and not report.clips_failed:
        lines.append("nothing new")
    return "\n".join(lines)
