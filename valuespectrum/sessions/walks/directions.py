"""Directions of the clips that sessions showed, out of the corpus that the manifests beside their logs name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from valuespectrum.sessions.walks.walked import Floats, WalkedSession
from vectorstore.foundation.errors import ValueSpectrumError


def with_directions(
    logs: Sequence[Path], sessions: Sequence[WalkedSession], note: Callable[[str], None] = lambda words: None
) -> list[WalkedSession]:
    """The same sessions with the vectors of their clips, where their corpus is at hand and as it was.

    Args:
        logs: Of each session.
        sessions: Read from them.
        note: Told, in words, of how many sessions there are none, and why.
    """
    from valuespectrum.runs.feed import read_feed

    places: dict[tuple[Path, str, str], list[int]] = {}
    lacking: Counter[str] = Counter()
    for place, log in enumerate(logs):
        beside = read_feed(log)
        folder = beside.corpus.folder(log.parent) if beside is not None else None
        if beside is not None and folder is not None:
            places.setdefault((folder, beside.feed.corpus_hash, beside.feed.embedder), []).append(place)
        else:
            lacking["their corpus is not where the manifests beside them say"] += 1
    found = list(sessions)
    for (folder, content, embedder), own in places.items():
        shown = {item for place in own for item in sessions[place].items}
        known, why = _directions(folder, content, embedder, shown)
        for place in own:
            if known.keys() >= set(sessions[place].items):
                vectors = np.stack([known[item] for item in sessions[place].items])
                found[place] = replace(sessions[place], vectors=vectors)
            else:
                lacking[why or f"{folder} has no vectors of some of their clips"] += 1
    for why, count in lacking.items():
        note(f"how varied and how new clips were is not known of {count:,} of {len(logs):,} sessions: {why}")
    return found


def _directions(folder: Path, content: str, embedder: str, clips: Collection[str]) -> tuple[Mapping[str, Floats], str]:
    """Clip to the direction of the sum of its frames' vectors; or none, and why."""
    from vectorstore.corpus import Corpus

    try:
        with Corpus.open(folder) as corpus:
            if corpus.content_hash() != content:
                return {}, f"{folder} has changed since"
            frame_ids, matrix = corpus.vectors(embedder)
            rows = {frame_id: row for row, frame_id in enumerate(frame_ids)}
            frames = {
                clip: [rows[one.frame_id] for one in corpus.frames(clip) if one.frame_id in rows] for clip in clips
            }
            return {clip: _direction(matrix[own].astype(np.float64)) for clip, own in frames.items() if own}, ""
    except ValueSpectrumError as error:
        # Sessions are compared without their corpus.
        return {}, f"{folder}: {error.message}"


def _direction(vectors: Floats) -> Floats:
    total = vectors.sum(axis=0)
    length = float(np.linalg.norm(total))
    return np.asarray(total / length if length > 1e-9 else np.zeros_like(total))
