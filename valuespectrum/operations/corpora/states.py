"""``corpus snapshot``, ``diff`` and ``export``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.files import refuse_existing
from valuespectrum.operations.shared.loading import corpus_embedder
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import number_lines, table
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.compare import SnapshotDiff
    from vectorstore.snapshots.snapshot import Snapshot

_SHOWN = 20


@dataclass(frozen=True, repr=False)
class SnapshotList(Outcome):
    """The states of a corpus that have names."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each that can be read."""
        return list(self.document["snapshots"])


def snapshot(corpus: str | PathLike[str], name: str, chroma: str | None = None) -> Outcome:
    """Name the present state of a corpus for good.

    Args:
        corpus: Corpus folder.
        name: A new name.
        chroma: Server that keeps the index.

    Raises:
        InputError: The name is taken or none.
        CorpusError: The folder is no corpus.
        CorpusLockedError: Another process is writing to it.

    Example::

        vs.snapshot("my-corpus", "as-published")
    """
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.snapshot import take_snapshot

    with Corpus.open(user_path(corpus), write=True, chroma_url=chroma) as opened:
        made = take_snapshot(opened, name)
    return Outcome(_document(made), _described(made))


def snapshots(corpus: str | PathLike[str]) -> SnapshotList:
    """List the states of a corpus that have names; those whose files are damaged are named apart.

    Args:
        corpus: Corpus folder.

    Raises:
        CorpusError: The folder is no corpus.

    Example::

        vs.snapshots("my-corpus").to_pandas()
    """
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.snapshot import snapshots as named

    Corpus.open(user_path(corpus)).close()
    found, problems = named(user_path(corpus))
    document = {
        "snapshots": [_document(each) for each in found],
        "damaged": [{"name": name, "problem": problem} for name, problem in problems.items()],
    }
    lines = [printable_line(f"snapshot {name}: {problem}") for name, problem in problems.items()]
    listed = _listed(found) if found or problems else "no snapshots yet"
    return SnapshotList(document, "\n".join([listed, *lines]))


def _document(made: Snapshot) -> Json:
    recalls = [
        {
            "embedder": state.embedder_id,
            "recall_at_10": state.recall.told,
            "queries": state.recall.queries,
            "holds": state.recall.holds if state.recall.queries else None,
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
        lines.append(f"recall@10 of the index: {recall} ({state.embedder_id})")
        if not recall.holds:
            lines.append(f"that is below {GOAL}: search with --engine exact")
    return "\n".join(lines)


@dataclass(frozen=True, repr=False)
class StateDifference(Outcome):
    """What changed from one snapshot to another."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each clip that was added, removed or changed."""
        return [
            {"clip": clip, "what": word}
            for word in ("added", "removed", "changed")
            for clip in self.document[f"clips_{word}"]
        ]


def diff(corpus: str | PathLike[str], before: str, after: str) -> StateDifference:
    """Say what changed from one snapshot of a corpus to another.

    Args:
        corpus: Corpus folder.
        before: Name of the earlier one.
        after: Name of the later one.

    Raises:
        InputError: There is no such snapshot, or it is damaged.
        CorpusError: The folder is no corpus.

    Example::

        vs.diff("my-corpus", "first", "second").to_pandas()
    """
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.compare import diff_snapshots

    Corpus.open(user_path(corpus)).close()
    found = diff_snapshots(user_path(corpus), before, after)
    return StateDifference(asdict(found), _difference_in_words(before, after, found))


def _difference_in_words(before: str, after: str, found: SnapshotDiff) -> str:
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
    if found.words_changed:
        moved = found.clips_added or found.clips_removed
        # One hash is over the words of all clips.
        only = ", if only by the words of those that were added or removed" if moved else ""
        lines.append(f"what is said in the clips has changed{only}")
    lines += [f"{name}: {old} -> {new}" for name, (old, new) in found.counts.items()]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class CorpusExportSettings(CheckedSettings):
    """What of a corpus is written; the names are those of the options of ``valuespectrum corpus export``."""

    links: bool = False
    """Only a list of links, times and hashes to publish."""
    vectors: bool = False
    """Also the vectors (derived from pictures)."""
    values: bool = False
    """Count clips per value in the card."""
    contact: str = ""
    """Whom to ask for removal, for the card."""


def export_corpus(
    corpus: str | PathLike[str], target: str | PathLike[str], settings: CorpusExportSettings | None = None
) -> Outcome:
    """Write a corpus as Parquet tables with a card, or as a list of links that can be ingested again.

    Args:
        corpus: Corpus folder.
        target: New folder, or with ``links`` a new ``NAME.jsonl``.
        settings: What of it.

    Raises:
        InputError: There is something at the target, it lies in the corpus, or settings do not go together.
        CorpusError: The folder is no corpus.
        StorageError: It cannot be written.

    Example::

        vs.export_corpus("my-corpus", "links.jsonl", vs.CorpusExportSettings(links=True))
    """
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.export import ExportOptions
    from vectorstore.snapshots.export import export_corpus as run_export

    settings, folder = settings or CorpusExportSettings(), user_path(target)
    if settings.links and (settings.vectors or settings.values or settings.contact):
        raise InputError(
            "--links writes no tables and no card, to which --vectors, --values and --contact belong", "leave them out"
        )
    with Corpus.open(user_path(corpus)) as opened:
        if settings.links:
            return _export_links(opened, folder)
        coverage = _value_coverage(opened) if settings.values else {}
        report = run_export(opened, folder, ExportOptions(settings.vectors, coverage, settings.contact))
    document = {
        "folder": str(report.folder),
        "rows": dict(report.rows),
        "snapshot": report.snapshot,
        "content_hash": report.content_hash,
    }
    lines = [f"{folder / 'CARD.md'}", *number_lines(dict(report.rows))]
    if not report.snapshot:
        lines.append("no snapshot has this content: `valuespectrum corpus snapshot` names it for good")
    return Outcome(document, "\n".join(lines))


def _export_links(corpus: Corpus, target: Path) -> Outcome:
    from ingest.sources.manifest import LinkRow, links_manifest
    from vectorstore.files.layout import refuse_inside
    from vectorstore.snapshots.export import exported_links

    refuse_existing(target)
    refuse_inside(corpus.folder, target)
    rows = (
        LinkRow(link.platform, link.page_url, link.locator, link.clip_id, link.times) for link in exported_links(corpus)
    )
    written = links_manifest(rows, target)
    document = {"file": str(target), "written": written.written, "left_out": written.left_out}
    text = f"{written.written:,} links in {target}; {written.left_out:,} sources without a public link left out"
    return Outcome(document, text)


def _value_coverage(corpus: Corpus) -> dict[str, int]:
    from valuespectrum.stimuli.keywords import load_keywords
    from valuespectrum.stimuli.retrieval import RetrievalOptions, clips_per_value, retrieve

    rows = retrieve(corpus, corpus_embedder(corpus), load_keywords(), RetrievalOptions())
    return clips_per_value(rows)
