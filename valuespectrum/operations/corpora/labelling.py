"""``corpus label``: which value each picture expresses, by raters who are not told what it was found for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from valuespectrum.operations.bench import slug
from valuespectrum.operations.corpora.pictures import (
    JudgeSettings,
    PictureSettings,
    loaded_judge,
    opened_with_ratings,
    pictures_to_rate,
    refuse_judge,
    refuse_keywords,
)
from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.choices import RaterName
from valuespectrum.operations.shared.loading import corpus_embedder
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.stimuli.ratings.folder import Ratings
    from valuespectrum.stimuli.ratings.labels import PictureLabel, RaterRecord, ShownPicture
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class LabelSettings(CheckedSettings):
    """Who labels; the names are those of the options of ``valuespectrum corpus label``."""

    by: RaterName = "judge"
    rater: str = ""
    """What the rater is called; by default by the model or embedder, while people have to be named."""
    file: Path | None = None
    """Table of people: written to be filled in when it is not there, else read."""
    seed: int = 0
    """Of the order of that table."""


@dataclass(frozen=True, repr=False)
class Labelled(Outcome):
    """What a rater said."""

    labels: Sequence[PictureLabel] = ()

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each picture and value that something was said about."""
        return [asdict(label) for label in self.labels]


def label(
    corpus: str | PathLike[str],
    who: LabelSettings,
    settings: PictureSettings | None = None,
    judge: JudgeSettings | None = None,
    teller: Teller | None = None,
) -> Labelled:
    """Have somebody say which value each picture expresses, who is not told what it was found for.

    Args:
        corpus: Corpus folder.
        who: A judge model, an embedder, or people who fill in a table.
        settings: Which pictures.
        judge: The judge model.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist, or a table is filled in wrongly.
        CorpusError: The folder is no corpus, or holds no pictures.
        ModelError: The judge cannot be loaded or asked.
        StorageError: Ratings cannot be written.

    Example::

        vs.label("my-corpus", vs.LabelSettings(by="judge"), judge=vs.JudgeSettings("hf:Qwen/Qwen3-VL-4B-Instruct"))
    """
    settings, judge, teller = settings or PictureSettings(), judge or JudgeSettings(), teller or Unattended()
    _check_who(who, judge)
    refuse_judge(judge)
    if who.by != "embedding":
        refuse_keywords(settings)
    with opened_with_ratings(corpus, settings, teller) as (opened, ratings):
        if who.rater:
            ratings.refuse_name(who.rater)
        pictures, found_by = pictures_to_rate(opened, settings, teller)
        ratings.keep_shown(pictures, found_by)
        if who.by == "people" and who.file is not None and not who.file.exists():
            return _queue(opened, who, who.file, pictures)
        rater, labels = _labels(opened, ratings, pictures, (who, settings, judge), teller)
        ratings.keep_labels(rater, labels)
        for note in rater.notes:
            teller.say(f"note: {note}")
    named = [each for each in labels if each.named]
    document: Json = {
        "rater": rater.name,
        "pictures": len({each.frame for each in pictures}),
        "labelled": len(named),
        "named": {name: sum(each.value == name for each in named) for name in dict.fromkeys(x.value for x in named)},
        "ratings": str(ratings.folder),
    }
    text = f"{rater.name} labelled {len(named)} of {document['pictures']} pictures, kept in {ratings.folder}"
    return Labelled(document, f"{text}\nnext: valuespectrum corpus relevance {quote(str(user_path(corpus)))}", labels)


def _check_who(who: LabelSettings, judge: JudgeSettings) -> None:
    if who.by == "judge" and not judge.model:
        raise InputError("no judge was named", "name one with --model, or choose --by embedding or --by people")
    if who.by != "judge" and judge.model:
        raise InputError(f"--model with --by {who.by}", "leave it out")
    if who.by == "people" and not (who.file and who.rater):
        raise InputError("people need a table and a name", "give --file labels.csv and --rater NAME")
    if who.by != "people" and who.file:
        raise InputError(f"--file with --by {who.by}", "leave it out")


def _queue(corpus: Corpus, who: LabelSettings, file: Path, pictures: Sequence[ShownPicture]) -> Labelled:
    from valuespectrum.stimuli.relevance.people import write_queue

    files = {each.picture: corpus.picture_path(each.picture) for each in pictures}
    count = write_queue(file, pictures, files, who.seed)
    text = (
        f"{file}: {count} pictures to look at; fill in value (or none), state (endorsed or violated) and strength "
        f"(1 to 5)\nnext: the same command again reads it"
    )
    return Labelled({"rater": who.rater, "queue": str(file), "pictures": count, "labelled": 0}, text)


def _labels(
    corpus: Corpus,
    ratings: Ratings,
    pictures: Sequence[ShownPicture],
    asked: tuple[LabelSettings, PictureSettings, JudgeSettings],
    teller: Teller,
) -> tuple[RaterRecord, list[PictureLabel]]:
    from valuespectrum.stimuli.ratings.labels import RaterRecord
    from valuespectrum.stimuli.relevance.people import read_queue

    who, settings, judge = asked
    if who.by == "people" and who.file is not None:
        return RaterRecord(who.rater, "people", "", "1"), read_queue(who.file, pictures)
    if who.by == "embedding":
        return _by_embedding(corpus, ratings, pictures, (who, settings), teller)
    from agents.models.model_names import ModelSpec
    from valuespectrum.instruments.wordings.judging import VERSION
    from valuespectrum.stimuli.relevance.judge import judged_labels

    with loaded_judge(corpus, ratings, pictures, judge, teller) as (model, looked_at, store, advance):
        name = who.rater or slug(f"judge-{ModelSpec.parse(judge.model).answering}")
        return RaterRecord(name, "judge", model.id, VERSION), judged_labels(looked_at, model, store, advance)


def _by_embedding(
    corpus: Corpus,
    ratings: Ratings,
    pictures: Sequence[ShownPicture],
    settings: tuple[LabelSettings, PictureSettings],
    teller: Teller,
) -> tuple[RaterRecord, list[PictureLabel]]:
    """Labels by nearness, calibrated on what people or else judges said."""
    import numpy as np

    from valuespectrum.stimuli.keywords import load_keywords
    from valuespectrum.stimuli.ratings.labels import NAMES, RaterRecord
    from valuespectrum.stimuli.relevance.nearness import calibrated, near_labels, value_standings

    who, asked = settings
    teller.doing("loading the embedder")
    embedder = corpus_embedder(corpus, asked.embedder)
    frames, vectors = corpus.vectors(embedder.id)
    found = value_standings(vectors, embedder, load_keywords(asked.keywords), "{keyword}")
    standings = dict(zip(frames, found, strict=True))
    known = [each for each in _trusted(ratings) if each.named and each.frame in standings]
    if known:
        rows = np.stack([standings[each.frame] for each in known])
        rule = calibrated(rows, np.array([NAMES.index(each.value) for each in known]), [each.clip for each in known])
    else:
        rule = calibrated(found[:0], np.zeros(0, dtype=np.int64), [])
    name = who.rater or slug(f"embedding-{embedder.spec}")
    return RaterRecord(name, "embedding", embedder.id, "1", (rule.note,)), near_labels(pictures, standings, rule)


def _trusted(ratings: Ratings) -> list[PictureLabel]:
    """Labels to calibrate on: those of people, or else those of judges."""
    for kind in ("people", "judge"):
        found = [label for name, each in ratings.raters.items() if each.kind == kind for label in ratings.labels(name)]
        if found:
            return found
    return []
