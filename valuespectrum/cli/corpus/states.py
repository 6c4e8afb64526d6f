"""``corpus snapshot``, ``diff`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from valuespectrum.cli.console.corpus_options import (
    ChromaOption,
    CorpusArgument,
    load_corpus_embedder,
    number_lines,
    refuse_existing,
)
from valuespectrum.cli.console.terminal import JsonOption, Terminal, table

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.snapshot import Snapshot

_SHOWN = 20


def snapshot(
    corpus: CorpusArgument,
    name: Annotated[
        str, typer.Argument(help="Name for the present state; without one, all are listed.", metavar="[NAME]")
    ] = "",
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the present state of a corpus for good, or list the states that have names."""
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.snapshot import snapshots, take_snapshot

    with Terminal(as_json) as terminal:
        if not name:
            Corpus.open(corpus).close()
            found = snapshots(corpus)
            document = {"snapshots": [_document(each) for each in found]}
            terminal.finish(document, _listed(found) if found else "no snapshots yet")
            return
        with Corpus.open(corpus, write=True, chroma_url=chroma) as opened:
            made = take_snapshot(opened, name)
        terminal.finish(_document(made), _described(made))


def _document(made: Snapshot) -> dict[str, Any]:
    recalls = [
        {
            "embedder": state.embedder_id,
            "recall_at_10": state.recall.recall,
            "queries": state.recall.queries,
            "holds": state.recall.holds,
        }
        for state in made.embedders
    ]
    document = made.to_json()
    kept = ("name", "number", "made_at", "parent", "content_hash", "manifest_hash", "index_hash", "counts")
    return {**{key: document[key] for key in kept}, "recall": recalls}


def _listed(found: list[Snapshot]) -> str:
    rows = [(each.name, each.made_at, each.counts["clips"], each.counts["frames"], each.content_hash) for each in found]
    return table(("name", "made", "clips", "frames", "content hash"), rows)


def _described(made: Snapshot) -> str:
    from vectorstore.snapshots.recall import GOAL

    hashes = {"content_hash": made.content_hash, "manifest_hash": made.manifest_hash, "index_hash": made.index_hash}
    counts = {name: made.counts[name] for name in ("clips", "frames", "pictures", "failed", "removed")}
    lines = [f"snapshot {made.name} of {made.made_at}", *number_lines({**counts, **hashes})]
    for state in made.embedders:
        recall = state.recall
        lines.append(f"recall@10 of the index: {recall.recall:.4f} over {recall.queries} queries ({state.embedder_id})")
        if not recall.holds:
            lines.append(f"that is below {GOAL}: search with --engine exact")
    return "\n".join(lines)


def diff(
    corpus: CorpusArgument,
    before: Annotated[str, typer.Argument(help="Earlier snapshot.", show_default=False)],
    after: Annotated[str, typer.Argument(help="Later snapshot.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Say what changed from one snapshot to another."""
    from dataclasses import asdict

    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.compare import diff_snapshots

    with Terminal(as_json) as terminal:
        Corpus.open(corpus).close()
        found = diff_snapshots(corpus, before, after)
        groups = {"added": found.clips_added, "removed": found.clips_removed, "changed": found.clips_changed}
        lines = [
            f"{before} -> {after}: {', '.join(f'{len(ids):,} clips {word}' for word, ids in groups.items())}, "
            f"{found.clips_same:,} the same; {found.frames_added:,} frames added, {found.frames_removed:,} removed"
        ]
        for word, ids in groups.items():
            lines += [f"{word}: {clip_id}" for clip_id in ids[:_SHOWN]]
            lines += [f"{word}: and {len(ids) - _SHOWN:,} more"] if len(ids) > _SHOWN else []
        embedders = {
            "added": found.embedders_added,
            "removed": found.embedders_removed,
            "changed": found.embedders_changed,
        }
        lines += [f"vectors {word}: {name}" for word, names in embedders.items() for name in names]
        lines += [f"{name}: {old} -> {new}" for name, (old, new) in found.counts.items()]
        terminal.finish(asdict(found), "\n".join(lines))


def export(
    corpus: CorpusArgument,
    target: Annotated[Path, typer.Argument(help="New folder, or with --links a new NAME.jsonl.", show_default=False)],
    links: Annotated[bool, typer.Option("--links", help="Only a list of links, times and hashes to publish.")] = False,
    vectors: Annotated[bool, typer.Option("--vectors", help="Also the vectors (derived from pictures).")] = False,
    values: Annotated[bool, typer.Option("--values", help="Count clips per value in the card.")] = False,
    contact: Annotated[str, typer.Option(help="Whom to ask for removal, for the card.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Write a corpus as Parquet tables with a card, or as a list of links that can be ingested again."""
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.export import ExportOptions, export_corpus

    with Terminal(as_json) as terminal, Corpus.open(corpus) as opened:
        if links:
            document, text = _export_links(opened, target)
            terminal.finish(document, text)
            return
        coverage = _value_coverage(opened) if values else {}
        report = export_corpus(opened, target, ExportOptions(vectors, coverage, contact))
        document = {
            "folder": str(report.folder),
            "rows": dict(report.rows),
            "snapshot": report.snapshot,
            "content_hash": report.content_hash,
        }
        lines = [f"{target / 'CARD.md'}", *number_lines(document["rows"])]
        if not report.snapshot:
            lines.append("no snapshot has this content: `valuespectrum corpus snapshot` names it for good")
        terminal.finish(document, "\n".join(lines))


def _export_links(corpus: Corpus, target: Path) -> tuple[dict[str, Any], str]:
    from ingest.sources.manifest import LinkRow, links_manifest
    from vectorstore.snapshots.export import exported_links

    refuse_existing(target)
    rows = (
        LinkRow(link.platform, link.page_url, link.locator, link.clip_id, link.times) for link in exported_links(corpus)
    )
    written = links_manifest(rows, target)
    document = {"file": str(target), "written": written.written, "left_out": written.left_out}
    return (
        document,
        f"{written.written:,} links in {target}; {written.left_out:,} sources without a public link left out",
    )


def _value_coverage(corpus: Corpus) -> dict[str, int]:
    from valuespectrum.stimuli.keywords import load_keywords
    from valuespectrum.stimuli.retrieval import RetrievalOptions, clips_per_value, retrieve

    rows = retrieve(corpus, load_corpus_embedder(corpus), load_keywords(), RetrievalOptions())
    return clips_per_value(rows)
