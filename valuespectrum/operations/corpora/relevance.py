"""``corpus nuisance`` and ``relevance``: what pictures differ in beside the value, and whether they show it at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

from valuespectrum.operations.corpora.pictures import (
    JudgeSettings,
    PictureSettings,
    loaded_judge,
    opened_with_ratings,
    pictures_to_rate,
    refuse_judge,
    refuse_keywords,
)
from valuespectrum.operations.shared.loading import corpus_embedder
from valuespectrum.operations.shared.outcomes import Outcome, flat
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from ingest.embedding.base import Embedder
    from valuespectrum.stimuli.ratings.folder import RatedFrames, Ratings
    from valuespectrum.stimuli.ratings.labels import ShownPicture
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, repr=False)
class RatedPictures(Outcome):
    """What was measured of pictures beside values."""

    rated: RatedFrames | None = None

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each frame."""
        if self.rated is None:
            return []
        names = self.rated.names
        return [
            {"frame": frame, "clip": clip, **dict(zip(names, numbers, strict=True))}
            for frame, (clip, _, numbers) in self.rated.rows.items()
        ]


@dataclass(frozen=True, repr=False)
class Relevance(Outcome):
    """How far pictures show what they were found for."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each value: share of wrong clips with its interval, and what they show instead."""
        return [{"value": value, **flat(row)} for value, row in self.document["wrong"].items()]


def nuisance(
    corpus: str | PathLike[str],
    settings: PictureSettings | None = None,
    judge: JudgeSettings | None = None,
    teller: Teller | None = None,
) -> RatedPictures:
    """Measure what pictures differ in beside the value: brightness, colour, text, motion, faces, prettiness.

    What was measured before, by the same version, is not measured again.

    Args:
        corpus: Corpus folder.
        settings: Which pictures: all frames of the clips that are shown.
        judge: A model that also says how pretty each picture is; none where it is not named.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist.
        CorpusError: The folder is no corpus, or a picture cannot be read.
        ModelError: The judge cannot be loaded or asked.
        StorageError: Ratings cannot be written.

    Example::

        vs.nuisance("my-corpus").to_pandas().describe()
    """
    from valuespectrum.measuring.pictures.nuisances import rate_frames

    settings, judge, teller = settings or PictureSettings(), judge or JudgeSettings(), teller or Unattended()
    refuse_judge(judge)
    refuse_keywords(settings)
    with opened_with_ratings(corpus, settings, teller) as (opened, ratings):
        pictures, _ = pictures_to_rate(opened, settings, teller)
        teller.doing("loading the embedder")
        embedder = _embedder_or_none(opened, settings, teller)
        with teller.progress("measuring pictures") as advance:
            rated = rate_frames(opened, pictures, embedder, ratings.nuisances(), advance)
        ratings.keep_nuisances(rated)  # a judge takes long, and may fail
        if judge.model:
            rated = _with_judge(opened, ratings, pictures, judge, rated, teller)
            ratings.keep_nuisances(rated)
    lacking = [f"{name}: {why}" for name, why in rated.unavailable.items()]
    for line in lacking:
        teller.say(f"not measured: {line}")
    document: Json = {
        "frames": len(rated.rows),
        "names": list(rated.names),
        "version": rated.version,
        "unavailable": dict(rated.unavailable),
        "ratings": str(ratings.folder),
    }
    text = f"{len(rated.rows):,} frames rated by {', '.join(rated.names)}, kept in {ratings.folder}"
    return RatedPictures(document, text, rated)


def _embedder_or_none(corpus: Corpus, settings: PictureSettings, teller: Teller) -> Embedder | None:
    if not corpus.embedder_ids():
        teller.say("not measured: prettiness: the corpus has no vectors")
        return None
    return corpus_embedder(corpus, settings.embedder)


def _with_judge(
    corpus: Corpus,
    ratings: Ratings,
    pictures: Sequence[ShownPicture],
    judge: JudgeSettings,
    rated: RatedFrames,
    teller: Teller,
) -> RatedFrames:
    from valuespectrum.measuring.pictures.nuisances import with_column
    from valuespectrum.stimuli.relevance.judge import judged_prettiness

    with loaded_judge(corpus, ratings, pictures, judge, teller) as (model, looked_at, store, advance):
        return with_column(rated, "prettiness_judged", judged_prettiness(looked_at, model, store, advance))


def relevance(
    corpus: str | PathLike[str], settings: PictureSettings | None = None, raters: Sequence[str] = ()
) -> Relevance:
    """Say how far pictures show what they were found for: wrong clips by value, agreement of raters, balance.

    Args:
        corpus: Corpus folder.
        settings: Where ratings are, and which run's pictures; without one, those that were labelled last.
        raters: Whose labels count; all that can, where none is named.

    Raises:
        InputError: There are no ratings, or a rater cannot be used.

    Example::

        vs.relevance("my-corpus").to_pandas()
    """
    from valuespectrum.measuring.pictures.corrected import known_of
    from valuespectrum.measuring.pictures.found import pictures_of_run
    from valuespectrum.stimuli.ratings.folder import Ratings, beside
    from vectorstore.corpus import Corpus

    settings, folder = settings or PictureSettings(), user_path(corpus)
    ratings = Ratings(settings.ratings or beside(folder))
    if settings.run is not None:
        pictures, found_by = pictures_of_run(settings.run)
    else:
        with Corpus.open(folder) as opened:
            pictures, found_by = ratings.shown(), ratings.found_by or opened.default_embedder() or ""
    known = known_of(pictures, ratings, found_by, raters)
    document = known.to_json(0.95)
    return Relevance(document, describe_relevance(document))


def describe_relevance(document: Json) -> str:
    """Relevance as tables for a person."""
    from valuespectrum.reporting.elements.words import number, with_interval
    from valuespectrum.scoring.estimate import Estimate

    wrong = [
        (
            value,
            with_interval(Estimate.read(row, "wrong"), 2),
            row["n_clips"],
            *(number(row[name], 2) for name in ("other", "violated", "nothing")),
            next((f"{name} {count}" for name, count in row["shown"].items() if name != value), ""),
        )
        for value, row in document["wrong"].items()
    ]
    agreed = [
        (
            name,
            with_interval(Estimate.read(row, "alpha"), 2),
            number(row["share"], 2),
            row["n_pictures"],
            row["alpha_why"],
        )
        for name, row in document["agreement"].items()
    ]
    parts = [f"raters: {', '.join(f'{name} ({kind})' for name, kind in document['raters'].items()) or 'none'}"]
    if document["raters"]:
        header = ("value", "wrong clips [95 %]", "clips", "other value", "violated", "no value", "most often")
        parts += [table(header, wrong)]
        parts += [table(("agreement on", "alpha [95 %]", "equal", "rated twice", ""), agreed)]
    if document["balance"]:
        names = list(next(iter(document["balance"].values())))
        rows = [(value, *(number(row[name], 1, True) for name in names)) for value, row in document["balance"].items()]
        parts += [f"{table(('value', *names), rows)}\nstandard deviations within values from the mean of all values"]
    parts += [f"Note: {note}." for note in document["notes"]]
    return "\n\n".join(parts)
