"""What cheaper frames cost: vectors and search results of two corpora of the same clips."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ingest.embedding.base import Embedder
from vectorstore.foundation.json_types import Json

_FIRST = 10
_AT_ONCE = 64
"""Pictures in memory."""

Places = dict[tuple[str, float], NDArray[np.float32]]
"""Clip name and time of a frame in the clip to its vector."""


def compare(full: Path, other: Path) -> Json:
    """Two corpora, in folders ``corpus`` below these.

    ``cosine`` is between a frame of the other corpus and the frame of the same clip that is nearest in time, by the
    reference embedder and by the model of the corpus; ``overlap_at_10`` is over the captions of all looks of drawn
    scenes, by the reference embedder.
    """
    from ingest.embedding.base import load_embedder
    from valuespectrum.reference.kinds import LOOKS

    embedder = load_embedder("reference")
    one, two = (_reference_vectors(folder, embedder) for folder in (full, other))
    texts = embedder.texts([look.caption for look in LOOKS])
    found = [(set(_first(one, text)), set(_first(two, text))) for text in texts]
    overlaps = [len(before & after) / len(before) for before, after in found]
    return {
        "cosine": _cosine(one, two),
        "cosine_untrained_model": _cosine(_stored_vectors(full), _stored_vectors(other)),
        "overlap_at_10": round(float(np.mean(overlaps)), 3),
        "searches": len(overlaps),
        "frames": len(one),
        "frames_of_the_other": len(two),
    }


def _reference_vectors(folder: Path, embedder: Embedder) -> Places:
    from vectorstore.corpus import Corpus

    places: Places = {}
    with Corpus.open(folder / "corpus") as corpus:
        names = {clip.clip_id: Path(clip.source).stem for clip in corpus.clips()}
        frames = corpus.frames()
        for start in range(0, len(frames), _AT_ONCE):
            some = frames[start : start + _AT_ONCE]
            pictures = [Image.open(corpus.picture_path(frame.picture_sha)).convert("RGB") for frame in some]
            for frame, vector in zip(some, embedder.images(pictures), strict=True):
                places[names[frame.clip_id], frame.time] = vector
    return places


def _stored_vectors(folder: Path) -> Places:
    from vectorstore.corpus import Corpus

    with Corpus.open(folder / "corpus") as corpus:
        names = {clip.clip_id: Path(clip.source).stem for clip in corpus.clips()}
        frames = {frame.frame_id: frame for frame in corpus.frames()}
        frame_ids, vectors = corpus.vectors(corpus.default_embedder() or "")
        found = [(frames[frame_id], vector) for frame_id, vector in zip(frame_ids, vectors, strict=True)]
        return {(names[frame.clip_id], frame.index): vector for frame, vector in found}


def _cosine(one: Places, two: Places) -> float:
    times: dict[str, list[float]] = {}
    for clip, time in one:
        times.setdefault(clip, []).append(time)
    cosines = []
    for (clip, time), vector in two.items():
        nearest = min(times[clip], key=partial(_apart, time))
        cosines.append(one[clip, nearest] @ vector)
    return round(float(np.mean(cosines)), 4)


def _apart(one: float, other: float) -> float:
    return abs(one - other)


def _first(places: Places, text: NDArray[np.float32]) -> list[str]:
    """Clips by their most similar frame."""
    best: dict[str, float] = {}
    for (clip, _), vector in places.items():
        best[clip] = max(best.get(clip, -1.0), float(vector @ text))
    return sorted(best, key=lambda clip: (-best[clip], clip))[:_FIRST]
