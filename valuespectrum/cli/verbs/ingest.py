"""``ingest``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum import api
from valuespectrum.api import DecoderName, EmbedderFormat, SamplingName
from valuespectrum.cli.console.groups import settings_of
from valuespectrum.cli.console.ingest_options import FetchOption, RayOption, UnconfinedOption, WhereOption
from valuespectrum.cli.console.options import pairs, refuse_without
from valuespectrum.cli.console.terminal import JsonOption, Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestGiven:
    """What is typed after ``ingest``."""

    corpus: Annotated[Path, typer.Option(help="Corpus folder; made when missing.", metavar="DIR")]
    embedder: Annotated[
        str,
        typer.Option(
            help="open_clip:ARCH/PRETRAINED_OR_PATH or hf:REPO_OR_PATH; by default the one of the corpus, "
            "or reference where all clips are drawn by quickstart."
        ),
    ] = ""
    dtype: Annotated[
        EmbedderFormat | None,
        typer.Option(
            help="bf16 is faster where the processor has it; auto takes the faster one; by default fp32, or the one of "
            "the corpus together with its embedder."
        ),
    ] = None
    decoder: Annotated[DecoderName, typer.Option(help="What reads videos.")] = "auto"
    frames: Annotated[int, typer.Option(help="Frames per clip.", min=1, max=64)] = 8
    sampling: Annotated[
        SamplingName,
        typer.Option(help="Which frames: uniform in time, keyframe (cheaper), scene changes, or first seconds."),
    ] = "uniform"
    first_seconds: Annotated[
        float, typer.Option(help="Look at so many seconds only, with --sampling first.", min=0.1)
    ] = 3.0
    columns: Annotated[
        list[str] | None, typer.Option(help="Field of ours and column of a list, as url=link.", metavar="FIELD=COLUMN")
    ] = None
    basis: Annotated[str, typer.Option(help="Why you may use these clips; kept with each.")] = ""
    fetch: FetchOption = None
    max_items: Annotated[int | None, typer.Option(help="Look at no more clips than this.", min=1)] = None
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Decode local files in confined processes too, as downloads are.")
    ] = False
    unconfined: UnconfinedOption = False
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try files again that failed before.")] = False
    redo_frames: Annotated[
        bool, typer.Option("--redo-frames", help="Make frames anew that were made with other settings.")
    ] = False
    speech: Annotated[
        str,
        typer.Option(
            help="Let a speech recogniser hear local clips that it has not heard, e.g. faster-whisper:small (an extra: "
            "speech).",
            metavar="NAME:MODEL",
        ),
    ] = ""
    chroma: Annotated[str | None, typer.Option(help="Server that keeps the index.", metavar="URL")] = None
    engine: WhereOption = "local"
    ray_address: RayOption = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what there is to do, and stop.")] = False


def ingest(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(help="Folders, files, patterns, lists (CSV, JSONL, Parquet), links.", metavar="SOURCE"),
    ],
    given: IngestGiven,
    as_json: JsonOption = False,
) -> None:
    """Add videos to a corpus.

    Run again, it adds only what is new.
    """
    if given.sampling != "first":
        refuse_without(context, ("first_seconds",), "--sampling first")
    with Terminal(as_json) as terminal:
        settings = settings_of(api.IngestSettings, given, columns=pairs("--columns", given.columns or [], "url=link"))
        if given.dry_run:
            terminal.show(api.plan_ingest(sources, given.corpus, settings))
        else:
            terminal.show(api.ingest(sources, given.corpus, settings, terminal))
