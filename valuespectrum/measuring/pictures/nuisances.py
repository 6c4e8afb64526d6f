"""Nuisances of all frames of the clips that are shown; what the same version measured before is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.embedding.base import Embedder
from valuespectrum.stimuli.nuisance.measures import MEASURED, VERSION, measured_clip, unavailable
from valuespectrum.stimuli.nuisance.prettiness import NAME, prettiness
from valuespectrum.stimuli.presenting.conditions import ClipPictures
from valuespectrum.stimuli.ratings.folder import RatedFrames
from valuespectrum.stimuli.ratings.labels import ShownPicture
from vectorstore.ledger.records import Frame

_NO_EMBEDDER = "the corpus has no vectors"


class FramedCorpus(ClipPictures, Protocol):
    """What measuring needs of a corpus (``vectorstore.corpus.Corpus``)."""

    def frames(self, clip_id: str | None = None, unique: bool = False) -> list[Frame]:
        """Frames in order of clip and time."""

    def vectors(self, embedder_id: str) -> tuple[list[str], NDArray[np.float32]]:
        """Frame ids and unit vectors."""


def rate_frames(
    corpus: FramedCorpus,
    pictures: Iterable[ShownPicture],
    embedder: Embedder | None,
    before: RatedFrames | None,
    progress: Callable[[int, int], None],
) -> RatedFrames:
    """Measure.

    Args:
        corpus: Where clips are.
        pictures: What is shown of them.
        embedder: For prettiness; ``None`` where there is none.
        before: What was measured before.
        progress: Told after each clip.

    Raises:
        CorpusError: A picture cannot be read.
    """
    lacking = unavailable() | ({} if embedder else {NAME: _NO_EMBEDDER})
    version = f"{VERSION}, {embedder.id}" if embedder else VERSION
    names = tuple(name for name in (*MEASURED, NAME) if name not in lacking)
    kept = dict(before.rows) if before and (before.version, before.names[: len(names)]) == (version, names) else {}
    wide = len(before.names) if before and kept else len(names)
    clips = list(dict.fromkeys(each.clip for each in pictures))
    pretty = _prettiness(corpus, embedder)
    for at, clip in enumerate(clips, start=1):
        frames = corpus.frames(clip)
        if any(frame.frame_id not in kept for frame in frames):
            measured = measured_clip([corpus.picture_path(frame.picture_sha) for frame in frames])
            for frame, numbers in zip(frames, measured, strict=True):
                told = dict(zip(MEASURED, numbers, strict=True)) | {NAME: pretty.get(frame.frame_id)}
                row = tuple(told[name] for name in names) + (None,) * (wide - len(names))
                kept[frame.frame_id] = (clip, frame.picture_sha, row)
        progress(at, len(clips))
    rated = RatedFrames(version, before.names if before and wide > len(names) else names, kept, lacking)
    return _with_earlier(rated, before) if before else rated


def _with_earlier(rated: RatedFrames, before: RatedFrames) -> RatedFrames:
    """The same with what a judge said of pictures before: it is of no version of the measures."""
    for at, name in enumerate(before.names):
        if name not in (*MEASURED, NAME, *rated.names):
            told = [(picture, numbers[at]) for _, picture, numbers in before.rows.values()]
            rated = with_column(rated, name, {picture: each for picture, each in told if each is not None})
    return rated


def _prettiness(corpus: FramedCorpus, embedder: Embedder | None) -> dict[str, float]:
    if embedder is None:
        return {}
    frames, vectors = corpus.vectors(embedder.id)
    return {frame: round(float(each), 6) for frame, each in zip(frames, prettiness(vectors, embedder), strict=True)}


def with_column(rated: RatedFrames, name: str, by_picture: Mapping[str, float]) -> RatedFrames:
    """The same with a further rating, in place of an earlier one of this name.

    Args:
        rated: Of frames.
        name: What is rated.
        by_picture: Picture to its rating; others have none.
    """
    places = [at for at, each in enumerate(rated.names) if each != name]
    rows = {
        frame: (clip, picture, (*(numbers[at] for at in places), by_picture.get(picture)))
        for frame, (clip, picture, numbers) in rated.rows.items()
    }
    return replace(rated, names=(*(rated.names[at] for at in places), name), rows=rows)
