"""What differs between two snapshots, and what became of one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.files.snapshot_files import snapshot_names
from vectorstore.foundation.errors import CorpusError
from vectorstore.ledger.counts import Counts
from vectorstore.ledger.records import Problem
from vectorstore.snapshots.snapshot import (
    EmbedderState,
    Row,
    Snapshot,
    current_rows,
    noted_hash,
    read_snapshot,
    snapshot_rows,
    vectors_hash,
    words_hash,
)

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class SnapshotDiff:
    """What changed from one snapshot to another."""

    before: str
    after: str
    clips_added: tuple[str, ...]
    clips_removed: tuple[str, ...]
    clips_changed: tuple[str, ...]
    """Clips in both whose frames, times, recipes or pictures differ."""
    clips_same: int
    frames_added: int
    frames_removed: int
    embedders_added: tuple[str, ...]
    embedders_removed: tuple[str, ...]
    embedders_changed: tuple[str, ...]
    """Embedders in both whose vectors differ, if only by those of new frames."""
    counts: Mapping[str, tuple[float, float]]
    """Numbers that differ, by name (``platforms.tiktok``): before, after."""
    words_changed: bool = False
    """Whether something else is said in the clips, if only in those that were added or removed."""

    @property
    def is_empty(self) -> bool:
        """Whether both name the same clips, frames, vectors and words."""
        clips = self.clips_added, self.clips_removed, self.clips_changed
        embedders = self.embedders_added, self.embedders_removed, self.embedders_changed
        return not any((*clips, *embedders, self.words_changed))


@dataclass(frozen=True, slots=True)
class SnapshotCheck:
    """What became of a snapshot."""

    name: str
    intact: bool
    """Whether its files are what they were when it was made."""
    complete: bool
    """Whether everything that it names is still in the corpus."""
    clips_missing: tuple[str, ...]
    frames_missing: int
    """Frames that are gone or changed."""
    pictures_missing: int
    """Pictures that it names and that lie no more in the folder."""
    vectors: Mapping[str, str]
    """By embedder: ``"same"``, ``"changed"``, ``"incomplete"`` when some are gone, or ``"unknown"`` where frames have
    one that had none then, and those of then cannot be told from them."""
    problem: str = ""
    """Why the files are not intact."""
    words: str = ""
    """``"same"``, ``"changed"``, or ``"incomplete"`` when clips are gone; empty where nobody knew what is said."""


def diff_snapshots(folder: Path, before: str, after: str) -> SnapshotDiff:
    """Compare two snapshots of one corpus folder.

    Raises:
        InputError: There is no snapshot of one of the names.
        CorpusError: One is damaged.
        SchemaError: Another release wrote one.
    """
    old, new = read_snapshot(folder, before), read_snapshot(folder, after)
    old_rows, new_rows = snapshot_rows(folder, before), snapshot_rows(folder, after)
    old_clips, new_clips = _by_clip(old_rows), _by_clip(new_rows)
    old_frames, new_frames = ({row[1] for row in rows} for rows in (old_rows, new_rows))
    old_vectors, new_vectors = _vectors(old), _vectors(new)
    both = old_clips.keys() & new_clips.keys()
    changed = sorted(clip_id for clip_id in both if old_clips[clip_id] != new_clips[clip_id])
    return SnapshotDiff(
        before=before,
        after=after,
        clips_added=tuple(sorted(new_clips.keys() - old_clips.keys())),
        clips_removed=tuple(sorted(old_clips.keys() - new_clips.keys())),
        clips_changed=tuple(changed),
        clips_same=len(both) - len(changed),
        frames_added=len(new_frames - old_frames),
        frames_removed=len(old_frames - new_frames),
        embedders_added=tuple(sorted(new_vectors.keys() - old_vectors.keys())),
        embedders_removed=tuple(sorted(old_vectors.keys() - new_vectors.keys())),
        embedders_changed=tuple(
            sorted(name for name in old_vectors.keys() & new_vectors.keys() if old_vectors[name] != new_vectors[name])
        ),
        counts=_changed_counts(_flat(old.counts), _flat(new.counts)),
        words_changed=old.words_hash != new.words_hash,
    )


def check_snapshot(corpus: Corpus, name: str) -> SnapshotCheck:
    """Compare a snapshot with the corpus as it is now.

    Raises:
        InputError: There is no snapshot of this name.
    """
    try:
        snapshot = read_snapshot(corpus.folder, name)
        rows = snapshot_rows(corpus.folder, name)
    except CorpusError as error:
        return SnapshotCheck(name, False, False, (), 0, 0, {}, error.message)
    changed = noted_hash(corpus.ledger, name) not in ("", snapshot.manifest_hash)
    here = {row[1]: row for row in current_rows(corpus.ledger)}
    clips = {row[0] for row in here.values()}
    frames_missing = sum(here.get(row[1]) != row for row in rows)
    pictures_missing = sum(not corpus.picture_path(sha).is_file() for sha in {row[5] for row in rows})
    frame_ids = {row[1] for row in rows}
    vectors = {state.embedder_id: _vectors_now(corpus, state, frame_ids) for state in snapshot.embedders}
    return SnapshotCheck(
        name=name,
        intact=not changed,
        complete=not frames_missing and not pictures_missing and "incomplete" not in vectors.values(),
        clips_missing=tuple(sorted({row[0] for row in rows} - clips)),
        frames_missing=frames_missing,
        pictures_missing=pictures_missing,
        vectors=vectors,
        problem="the ledger remembers another snapshot under this name" if changed else "",
        words=_words_now(corpus, snapshot, {row[0] for row in rows}, clips),
    )


def snapshots_gone(corpus: Corpus) -> list[Problem]:
    """Snapshots that the ledger remembers and whose descriptions are not in the folder any more, by name."""
    here = set(snapshot_names(corpus.folder))
    noted = (str(row[0]) for row in corpus.ledger.select("SELECT name FROM snapshot ORDER BY name"))
    hint = "harmless if you deleted it; else restore its files from a copy, so that results can be held against it"
    return [Problem("snapshot_gone", name, hint) for name in noted if name not in here]


def _words_now(corpus: Corpus, snapshot: Snapshot, clips: set[str], here: set[str]) -> str:
    if not snapshot.words_hash:
        return ""
    if words_hash(corpus.ledger, clips) == snapshot.words_hash:
        return "same"
    # The hash is one of all words: without those of a clip nobody can tell whether the others are what they were.
    return "changed" if clips <= here else "incomplete"


def _vectors_now(corpus: Corpus, state: EmbedderState, frame_ids: set[str]) -> str:
    count, digest = vectors_hash(corpus.ledger, state.embedder_id, frame_ids)
    if count < state.vectors:
        return "incomplete"
    if count == state.vectors:
        return "same" if digest == state.vectors_hash else "changed"
    # Frames that had no vector then have one now. Vectors are only ever added, so those of then stand before them.
    query = "SELECT frame_id FROM embedding WHERE model_id = ? ORDER BY rowid"
    stored = (row[0] for rows in corpus.ledger.stream(query, (state.embedder_id,)) for row in rows)
    first = set(itertools.islice((frame_id for frame_id in stored if frame_id in frame_ids), state.vectors))
    _, digest = vectors_hash(corpus.ledger, state.embedder_id, first)
    return "same" if digest == state.vectors_hash else "unknown"


def _by_clip(rows: Iterable[Row]) -> dict[str, set[Row]]:
    clips: dict[str, set[Row]] = {}
    for row in rows:
        clips.setdefault(row[0], set()).add(row)
    return clips


def _vectors(snapshot: Snapshot) -> dict[str, str]:
    return {state.embedder_id: state.vectors_hash for state in snapshot.embedders}


def _flat(counts: Counts) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, count in counts.items():
        if isinstance(count, Mapping):
            flat |= {f"{name}.{key}": number for key, number in count.items()}
        else:
            flat[name] = count
    return flat


def _changed_counts(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    pairs = {name: (before.get(name, 0), after.get(name, 0)) for name in sorted({*before, *after})}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
