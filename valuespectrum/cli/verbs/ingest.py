"""``ingest``."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from valuespectrum.cli.console.corpus_options import load_in_format
from valuespectrum.cli.console.escaping import one_line
from valuespectrum.cli.console.options import warn_of_pictures
from valuespectrum.cli.console.terminal import JsonOption, Terminal

if TYPE_CHECKING:
    from ingest.embedding.base import Embedder
    from ingest.engines.local import Engine
    from ingest.pipeline import IngestOptions
    from ingest.report import IngestReport
    from ingest.sources.base import ListCounts
    from vectorstore.ledger.records import Failure

WhereOption = Annotated[
    str, typer.Option(help="local: threads of this machine; ray: a cluster that sees the files under the same path.")
]
RayOption = Annotated[
    str | None,
    typer.Option(help="Cluster that this machine is part of; a new one here without.", metavar="HOST:PORT"),
]
REFERENCE = "reference"
"""Spec of our own embedder."""
FetchOption = Annotated[
    list[str] | None,
    typer.Option(help="How to download: cookies=FILE, since=DAY, until=DAY, pace=SECONDS.", metavar="NAME=VALUE"),
]
UnconfinedOption = Annotated[
    bool, typer.Option("--unconfined", help="Work on files of strangers also where this system cannot confine that.")
]
_STAGES = {"decode": "decoding clips", "embed": "embedding frames", "index": "indexing vectors"}


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(help="Folders, files, patterns, lists (CSV, JSONL, Parquet), links.", metavar="SOURCE"),
    ],
    corpus: Annotated[Path, typer.Option(help="Corpus folder; made when missing.", metavar="DIR")],
    embedder: Annotated[
        str,
        typer.Option(
            help="open_clip:ARCH/PRETRAINED_OR_PATH or hf:REPO_OR_PATH; by default the one of the corpus, "
            "or reference where all clips are drawn by quickstart."
        ),
    ] = "",
    dtype: Annotated[
        str, typer.Option(help="fp32, bf16 (faster where the processor has it), or auto for the faster one.")
    ] = "fp32",
    decoder: Annotated[str, typer.Option(help="auto, pyav, decord or torchcodec.")] = "auto",
    frames: Annotated[int, typer.Option(help="Frames per clip.", min=1, max=64)] = 8,
    sampling: Annotated[
        str, typer.Option(help="Which frames: uniform in time, keyframe (cheaper), scene changes, or first seconds.")
    ] = "uniform",
    first_seconds: Annotated[
        float, typer.Option(help="Look at so many seconds only, with --sampling first.", min=0.1)
    ] = 3.0,
    columns: Annotated[
        list[str] | None, typer.Option(help="Field of ours and column of a list, as url=link.", metavar="FIELD=COLUMN")
    ] = None,
    basis: Annotated[str, typer.Option(help="Why you may use these clips; kept with each.")] = "",
    fetch: FetchOption = None,
    max_items: Annotated[int | None, typer.Option(help="Look at no more clips than this.", min=1)] = None,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Decode local files in confined processes too, as downloads are.")
    ] = False,
    unconfined: UnconfinedOption = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try files again that failed before.")] = False,
    redo_frames: Annotated[
        bool, typer.Option("--redo-frames", help="Make frames anew that were made with other settings.")
    ] = False,
    chroma: Annotated[str | None, typer.Option(help="Server that keeps the index.", metavar="URL")] = None,
    engine: WhereOption = "local",
    ray_address: RayOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what there is to do, and stop.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Add videos to a corpus.

    Run again, it adds only what is new.
    """
    settings = {"decoder": decoder, "frames": frames, "sampling": sampling, "first_seconds": first_seconds}
    switches = {
        "isolate": isolate,
        "retry_failed": retry_failed,
        "redo_frames": redo_frames,
        "max_items": max_items,
    }
    with Terminal(as_json) as terminal:
        from ingest.downloading.options import fetch_settings

        source = {
            "columns": pairs("--columns", columns or [], "url=link"),
            "network": fetch_settings([*(fetch or []), *(["unconfined=yes"] if unconfined else [])]),
            "basis": basis,
        }
        options = _options(settings | {"limits": limits(unconfined)}, switches, source)
        if dry_run:
            _plan(terminal, sources, corpus, options)
        else:
            check_engine(engine, ray_address)
            terminal.doing("looking at what there is")
            spec = embedder or default_embedder(sources, corpus, options, chroma)
            terminal.doing(f"loading the embedder {spec}")
            with chosen_encoder(spec, dtype, engine, ray_address) as encoder:
                _ingest(terminal, sources, corpus, options, encoder, chroma)


def _options(settings: dict[str, Any], switches: dict[str, Any], source: dict[str, Any]) -> Any:
    from ingest.decoding.decode import DecodeOptions
    from ingest.pipeline import IngestOptions
    from ingest.sources.base import SourceOptions

    return IngestOptions(decode=DecodeOptions(**settings), source=SourceOptions(**source), **switches)


def limits(unconfined: bool) -> Any:
    """The usual limits of decoding, and whether they must hold in a confined process."""
    from ingest.media.media_guard import Limits

    return Limits(unconfined=unconfined)


def pairs(option: str, words: list[str], example: str) -> dict[str, str]:
    """``["url=link"]`` as ``{"url": "link"}``.

    Raises:
        InputError: A word has no ``=`` or an empty side.
    """
    from vectorstore.foundation.errors import InputError

    split = [word.partition("=") for word in words]
    for word, (name, _, value) in zip(words, split, strict=True):
        if not name or not value:
            raise InputError(f"{option} {word}: not NAME=VALUE", f"write for example {option} {example}")
    return {name: value for name, _, value in split}


def _ingest(
    terminal: Terminal, sources: list[str], corpus: Path, options: Any, encoder: Any, chroma: str | None
) -> None:
    from ingest.pipeline import ingest as run_ingest
    from vectorstore.corpus import Corpus

    with Corpus.ensure(corpus, chroma_url=chroma) as opened, stage_progress(terminal) as progress:
        report = run_ingest(sources, opened, encoder, options, progress)
        warn_of_pictures(terminal, opened, opened.default_embedder() or "")
    terminal.finish(report.to_json(), describe(report))


@contextlib.contextmanager
def chosen_encoder(spec: str, dtype: str, engine: str, address: str | None) -> Iterator[Embedder | Engine]:
    """An embedder, or an engine that has one and works elsewhere.

    Raises:
        InputError: Unknown engine, embedder or number format; or Ray is not installed, or no cluster answers.
        EmbedderError: The embedder cannot be loaded.
    """
    check_engine(engine, address)
    if engine == "ray":
        from ingest.engines.ray import RayEngine, RayOptions

        with RayEngine(RayOptions(spec, dtype, address)) as cluster:
            yield cluster
    else:
        yield load_in_format(spec, dtype)


def default_embedder(sources: list[str], corpus: Path, options: IngestOptions, chroma: str | None) -> str:
    """The embedder to take when none was named: that of the corpus, or ours for clips that we drew.

    Raises:
        InputError: Our embedder would be given clips that are not drawn by us.
    """
    from ingest.sources.registry import find_items
    from valuespectrum.cli.console.corpus_options import embedder_choice
    from valuespectrum.reference.recognition import says_drawn
    from vectorstore.corpus import Corpus
    from vectorstore.foundation.errors import InputError

    if (corpus / "corpus.sqlite").is_file():
        # For writing, as it will be anyway: an older corpus is brought up to date by that.
        with Corpus.open(corpus, write=True, chroma_url=chroma) as opened:
            spec = embedder_choice(opened)[0] if opened.embedders() else ""
        if spec and spec != REFERENCE:
            return spec
    for item in find_items(sources, options.source).items:
        if not says_drawn(item.describe("")):
            raise InputError(
                f"{item.locator} is not drawn by this project, and its reference embedder knows no other clips",
                "name an embedder for real videos, e.g. --embedder open_clip:ViT-B-32/laion2b_s34b_b79k",
            )
    return REFERENCE


def check_engine(engine: str, address: str | None) -> None:
    """Refuse an engine that there is not, before anything is opened.

    Raises:
        InputError: It is unknown, or the address is of no use to it.
    """
    from vectorstore.foundation.errors import InputError

    if engine not in ("local", "ray"):
        raise InputError(f"unknown engine {engine!r}", "known are: local, ray")
    if address and engine != "ray":
        raise InputError("--ray-address without --engine ray", "add --engine ray")


def _plan(terminal: Terminal, sources: list[str], corpus: Path, options: Any) -> None:
    from ingest.refresh import plan_items
    from ingest.sources.registry import find_items
    from vectorstore.corpus import Corpus

    items = find_items(sources, options.source).items
    if not corpus.exists():
        count = min(len(items), options.max_items or len(items))
        terminal.finish({"new": count}, f"{count:,} clips would be looked at; {corpus} is new")
        return
    with Corpus.open(corpus) as opened:
        plan = plan_items(opened, items, options)
    terminal.finish(plan.to_json(), plan.describe())


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
        f"{report.frames_added:,} frames added, {report.frames_duplicate:,} of them near-duplicates, "
        f"{report.frames_blank:,} blank; {report.frames_embedded:,} embedded in {report.seconds:.1f} s",
    ]
    notes = {
        "clips have new frames": report.clips_redone,
        "clips show the same as others and are linked to them": report.clips_linked,
        "clips keep frames made with other settings (--redo-frames makes them anew)": report.clips_other_recipe,
        "known clips are described in another way now": report.changed_metadata,
        "clips were removed for good and stay out": report.clips_removed,
        "downloads failed and are tried again later": report.clips_waiting,
        "clips stay although their source is gone": report.clips_gone,
        "failures of earlier runs are settled": report.failures_settled,
        "files that are no videos were passed over": report.files_ignored,
    }
    lines += [f"{count:,} {note}" for note, count in notes.items() if count]
    lines += [_list_line(counts) for counts in report.lists]
    lines += failure_lines("cannot be read", report.unreachable)
    lines += failure_lines("failed", report.clips_failed) + failure_lines("damaged", report.clips_damaged)
    if not report.clips_added and not report.frames_embedded and not report.clips_failed:
        lines.append("nothing new")
    return "\n".join(lines)


def failure_lines(word: str, failures: Sequence[Failure], most: int | None = None) -> list[str]:
    """Failures for a person, those that say the same in one line.

    Args:
        word: Said before each.
        failures: Any number.
        most: Lines; how many failures are left out is said.
    """
    from ingest.report import alike

    kinds = alike(failures)
    lines = [
        one_line(f"{word}: {failure.source}: {failure.detail}{f' (and {count - 1:,} more alike)' * (count > 1)}")
        for failure, count in kinds[:most]
    ]
    rest = sum(count for _, count in kinds[len(lines) :])
    return [*lines, f"... and {rest:,} more {word}"] if rest else lines


def _list_line(counts: ListCounts) -> str:
    parts = {
        "read": counts.taken,
        "that repeat earlier ones": counts.repeated,
        "refused": counts.refused,
        "that cannot be read": counts.unreadable,
    }
    said = ", ".join(f"{count:,} {word}" for word, count in parts.items() if count or word == "read")
    notes = "; ".join(f"{note} ({count:,})" for note, count in counts.notes.items())
    return one_line(f"{counts.name}: {counts.rows:,} rows: {said}{f'; left out: {notes}' * bool(notes)}")
