"""``corpus refresh``, ``verify``, ``rebuild`` and ``reembed``."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument, embedder_choice, number_lines
from valuespectrum.cli.console.escaping import one_line
from valuespectrum.cli.console.options import warn_of_pictures
from valuespectrum.cli.console.terminal import JsonOption, Terminal
from valuespectrum.cli.verbs.ingest import (
    FetchOption,
    RayOption,
    UnconfinedOption,
    WhereOption,
    check_engine,
    chosen_encoder,
    describe,
    stage_progress,
)

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus

_PATIENCE = 300.0
"""Seconds that a check waits for a writer."""
_WHOLE_ID = re.compile(r"[0-9a-f]{64}")
_LONGEST_LIST = 16 * 1024 * 1024


def refresh(
    corpus: CorpusArgument,
    check_links: Annotated[
        bool, typer.Option("--check-links", help="Ask the platforms whether known videos are still there.")
    ] = False,
    remove_gone: Annotated[
        bool, typer.Option("--remove-gone", help="Remove for good the clips whose link is dead.")
    ] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try files again that failed before.")] = False,
    decoder: Annotated[str | None, typer.Option(help="As for ingest; by default as the last time.")] = None,
    frames: Annotated[
        int | None, typer.Option(help="Frames per new clip; by default as the last time.", min=1, max=64)
    ] = None,
    sampling: Annotated[str | None, typer.Option(help="As for ingest; by default as the last time.")] = None,
    embedder: Annotated[str, typer.Option(help="Embedder spec; by default the one that made the corpus.")] = "",
    fetch: FetchOption = None,
    unconfined: UnconfinedOption = False,
    engine: WhereOption = "local",
    ray_address: RayOption = None,
    chroma: ChromaOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what there is to do, and stop.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring a corpus up to date with the sources it was made from.

    What is new or changed comes in, failed downloads are tried again, what is gone is marked.
    """
    from dataclasses import replace

    from ingest.downloading.options import fetch_settings
    from ingest.pipeline import IngestOptions
    from ingest.refresh import RefreshOptions, find_again, plan_refresh, run_refresh
    from ingest.saved_sources import remembered_decoding
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        check_engine(engine, ray_address)
        granted = fetch_settings([*(fetch or []), *(["unconfined=yes"] if unconfined else [])])
        named: dict[str, Any] = {"decoder": decoder, "frames": frames, "sampling": sampling}
        named = {name: value for name, value in named.items() if value is not None}

        def how(opened: Corpus) -> IngestOptions:
            decode = replace(remembered_decoding(opened), **named)
            decode = replace(decode, limits=replace(decode.limits, unconfined=unconfined))
            return IngestOptions(decode=decode, retry_failed=retry_failed)

        if dry_run:
            with Corpus.open(corpus, chroma_url=chroma) as opened:
                plan = plan_refresh(opened, find_again(opened, granted), how(opened))
            terminal.finish(plan.to_json(), plan.describe())
            return
        with Corpus.open(corpus, write=True, chroma_url=chroma) as opened, stage_progress(terminal) as progress:
            items, options = find_again(opened, granted), RefreshOptions(how(opened), check_links, remove_gone)
            with chosen_encoder(*embedder_choice(opened, embedder), engine, ray_address) as encoder:
                report = run_refresh(opened, items, encoder, options, progress)
            warn_of_pictures(terminal, opened, opened.default_embedder() or "")
        document = report.to_json()
        names = ("gone", "links_checked")
        lines = [describe(report.ingest), *number_lines({name: document[name] for name in names})]
        lines += [one_line(f"cannot be read: {failure.source}: {failure.detail}") for failure in report.unreachable]
        lines += [one_line(f"link not checked: {failure.source}: {failure.detail}") for failure in report.unchecked]
        terminal.finish(document, "\n".join(lines))


def verify(
    corpus: CorpusArgument,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Leave out what reads every byte: hashes of pictures, full check of the ledger."),
    ] = False,
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check ledger, pictures, index and snapshots against each other; exit code 1 when something is wrong."""
    from dataclasses import asdict

    from vectorstore.corpus import Corpus
    from vectorstore.files.snapshot_files import snapshot_names
    from vectorstore.snapshots.compare import check_snapshot

    with Terminal(as_json) as terminal:
        terminal.doing(f"checking {corpus}: ledger, pictures, vectors, index")
        with Corpus.open(corpus, chroma_url=chroma) as opened, _undisturbed(terminal, opened):
            problems = opened.verify(quick)
            terminal.doing("checking snapshots")
            checks = [check_snapshot(opened, name) for name in snapshot_names(corpus)]
        passed = not problems and all(check.intact for check in checks)
        document = {
            "passed": passed,
            "problems": [asdict(problem) for problem in problems],
            "snapshots": [asdict(check) for check in checks],
        }
        lines = [one_line(f"{problem.kind}: {problem.where} ({problem.what_to_do})") for problem in problems]
        lines += [_check_line(check) for check in checks]
        lines.append("everything agrees" if passed else f"{corpus} is not as it should be")
        terminal.finish(document, "\n".join(lines))
        if not passed:
            raise typer.Exit(1)


@contextlib.contextmanager
def _undisturbed(terminal: Terminal, corpus: Corpus) -> Iterator[None]:
    """Keep writers out; one that is at work is waited for, since what it has half done is no fault."""
    from vectorstore.foundation.errors import CorpusLockedError

    with contextlib.ExitStack() as held:
        try:
            held.enter_context(corpus.undisturbed())
        except CorpusLockedError:
            terminal.doing(f"waiting for another process that writes to {corpus.folder}, at most {_PATIENCE:.0f} s")
            held.enter_context(corpus.undisturbed(_PATIENCE))
        yield


def _check_line(check: Any) -> str:
    if not check.intact:
        return f"snapshot {check.name}: damaged: {check.problem}"
    if check.complete:
        return f"snapshot {check.name}: complete"
    return (
        f"snapshot {check.name}: unchanged itself, incomplete here: {len(check.clips_missing):,} clips and "
        f"{check.frames_missing:,} frames are gone or changed"
    )


def rebuild(corpus: CorpusArgument, chroma: ChromaOption = None, as_json: JsonOption = False) -> None:
    """Make the search index anew from the ledger and swap it in."""
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        started = time.monotonic()
        terminal.doing("making the index anew")
        with Corpus.open(corpus, write=True, chroma_url=chroma) as opened:
            vectors = opened.rebuild_index()
        seconds = round(time.monotonic() - started, 3)
        terminal.finish({"vectors": vectors, "seconds": seconds}, f"{vectors:,} vectors indexed in {seconds:.1f} s")


def reembed(
    corpus: CorpusArgument,
    embedder: Annotated[str, typer.Option(help="Embedder spec.", metavar="SPEC", show_default=False)],
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add the vectors of another embedder, from the stored pictures.

    Nothing is decoded or downloaded; the old vectors stay. Run again, it does the rest.
    """
    from ingest.embedding.base import load_embedder
    from ingest.reembed import reembed as run_reembed
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        terminal.doing(f"loading {embedder}")
        loaded = load_embedder(embedder)
        with (
            Corpus.open(corpus, write=True, chroma_url=chroma) as opened,
            terminal.progress("embedding frames") as advance,
        ):
            report = run_reembed(opened, loaded, lambda stage, done, total: advance(done, total))
            warn_of_pictures(terminal, opened, loaded.id)
        text = f"{report.frames_embedded:,} frames embedded with {report.embedder} in {report.seconds:.1f} s"
        terminal.finish(report.to_json(), text)
