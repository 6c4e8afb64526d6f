"""The pictures that are to be rated: those that a run showed, or that a benchmark would show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from agents.models.ask_key import TAGS_READ
from agents.models.base import FrameReference, Model
from ingest.embedding.base import Embedder
from valuespectrum.measuring.presenting import shown_in
from valuespectrum.runs.run import open_answers, read_manifest
from valuespectrum.stimuli.keywords import KeywordList
from valuespectrum.stimuli.presenting.conditions import ClipPictures
from valuespectrum.stimuli.ratings.labels import ShownPicture
from valuespectrum.stimuli.relevance.judge import JudgedPicture
from valuespectrum.stimuli.retrieval import RetrievalOptions, Searchable, StimulusRow, retrieve
from vectorstore.foundation.errors import CorpusError, InputError

_FOUND = ("value", "keyword", "frame", "clip")
"""Tags of asks that tell what was shown, and what for."""


class RatedCorpus(Searchable, ClipPictures, Protocol):
    """What rating needs of a corpus (``vectorstore.corpus.Corpus``)."""


def pictures_found(
    corpus: RatedCorpus, embedder: Embedder, keywords: KeywordList, options: RetrievalOptions
) -> list[ShownPicture]:
    """What a benchmark with these options shows.

    Raises:
        CorpusError: Nothing is found.
    """
    rows = retrieve(corpus, embedder, keywords, options)
    if not rows:
        raise CorpusError("no picture was found for any keyword", "add clips to the corpus first")
    return [ShownPicture(row.value, row.keyword, row.frame_id, row.clip_id, row.picture_sha) for row in rows]


def pictures_of_run(run: Path, picture_of: Callable[[str], str] | None = None) -> tuple[list[ShownPicture], str]:
    """What a run showed, and id of the embedder that found it.

    Args:
        run: Folder of the run.
        picture_of: From a frame to its picture; left empty where it is not given.

    Raises:
        InputError: The folder is no run, or one that showed no pictures, or a frame is unknown.
    """
    shown = read_manifest(run).asked.shown
    with open_answers(run) as store:
        table = store.table(leave_out=("text", "details", "log_probability_*", "weight_*", "count_*"))
    if shown is None or not set(_FOUND) <= set(table):
        raise InputError(f"{run} showed no pictures", "name a run of `valuespectrum bench`")
    once = table[list(_FOUND)].dropna().astype(str).drop_duplicates()
    rows = list(once[once["frame"] != ""].itertuples(index=False, name=None))
    return [
        ShownPicture(value, keyword, frame, clip, picture_of(frame) if picture_of else "")
        for value, keyword, frame, clip in rows
    ], shown.embedder


def to_judge(pictures: Iterable[ShownPicture], corpus: ClipPictures, model: Model) -> list[JudgedPicture]:
    """Each picture once, with what models that see nothing are told of it.

    Args:
        pictures: What is shown.
        corpus: Where picture files are.
        model: Who is asked.
    """
    listed = list(pictures)
    blind = "look" in model.settings.get(TAGS_READ, "").split()
    told = shown_in(corpus, _as_rows(listed)) if blind else {}
    frames: dict[str, dict[tuple[str, str], None]] = {}
    for each in listed:
        frames.setdefault(each.picture, {})[each.frame, each.clip] = None
    return [
        JudgedPicture(FrameReference(sha, corpus.picture_path(sha)), tuple(pairs), told.get(next(iter(pairs))[0], {}))
        for sha, pairs in frames.items()
    ]


def _as_rows(pictures: Sequence[ShownPicture]) -> list[StimulusRow]:
    return [
        StimulusRow(each.value, each.keyword, 0, 0.0, 0.0, each.frame, each.clip, each.picture) for each in pictures
    ]
