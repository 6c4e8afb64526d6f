"""What the ``corpus`` verbs about pictures share: which pictures, where ratings are, and a judge."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import ModelFormat
from valuespectrum.operations.shared.loading import check_specs, corpus_embedder, load_models
from valuespectrum.operations.shared.telling import Advance, Teller
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.answers.store import AnswerStore
    from agents.models.base import Model, ModelOptions
    from valuespectrum.stimuli.ratings.folder import Ratings
    from valuespectrum.stimuli.ratings.labels import ShownPicture
    from valuespectrum.stimuli.relevance.judge import JudgedPicture
    from vectorstore.corpus import Corpus

_TOP_K = 5


@dataclass(frozen=True, slots=True)
class PictureSettings(CheckedSettings):
    """Which pictures, and where ratings are kept; the names are those of options."""

    bounds: ClassVar[Bounds] = {"top_k": (1, ENDLESS)}

    run: Path | None = None
    """Run whose pictures are rated; without one, those that a benchmark of the corpus would show."""
    ratings: Path | None = None
    """Folder of ratings; by default beside the corpus."""
    top_k: int = _TOP_K
    """Clips per keyword."""
    keywords: Path | None = None
    """Keyword list (YAML) in place of our own."""
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""


@dataclass(frozen=True, slots=True)
class JudgeSettings(CheckedSettings):
    """A judge model; the names are those of options."""

    bounds: ClassVar[Bounds] = {"batch_size": (1, ENDLESS)}

    model: str = ""
    """Model spec."""
    device: str = "auto"
    dtype: ModelFormat = "auto"
    batch_size: int = 32
    """Questions in one forward pass."""

    @property
    def loading(self) -> ModelOptions:
        """How the model is loaded."""
        from agents.models.base import ModelOptions

        return ModelOptions(self.device, self.dtype, self.batch_size)


def refuse_judge(judge: JudgeSettings) -> None:
    """Refuse a judge that cannot be, before pictures are looked for and measured; none is refused where none is named.

    Raises:
        InputError: Its scheme is unknown, or it cannot be asked in this way.
        ModelError: Its name, an option or this machine cannot be.
    """
    if judge.model:
        check_specs([judge.model], judge.loading)


@contextlib.contextmanager
def opened_with_ratings(
    corpus: str | PathLike[str], settings: PictureSettings, teller: Teller
) -> Iterator[tuple[Corpus, Ratings]]:
    """A corpus with the folder of its ratings, made where it is missing.

    Raises:
        InputError: Settings do not go together.
    """
    from valuespectrum.stimuli.ratings.folder import Ratings, beside
    from vectorstore.corpus import Corpus

    if settings.run is not None and settings.top_k != _TOP_K:
        raise InputError("--top-k with --run: which clips a run shows is settled", "leave it out")
    folder = user_path(corpus)
    teller.doing(f"opening {folder}")
    with Corpus.open(folder) as opened:
        yield opened, Ratings(settings.ratings or beside(folder), make=True)


def refuse_keywords(settings: PictureSettings) -> None:
    """Refuse a list of keywords beside a run, where nothing is looked for by keywords.

    Raises:
        InputError: Both were named.
    """
    if settings.run is not None and settings.keywords is not None:
        raise InputError("--keywords with --run: which clips a run shows is settled", "leave it out")


def pictures_to_rate(corpus: Corpus, settings: PictureSettings, teller: Teller) -> tuple[list[ShownPicture], str]:
    """What is to be looked at, and id of the embedder that found it."""
    from valuespectrum.measuring.pictures.found import pictures_found, pictures_of_run
    from valuespectrum.stimuli.keywords import load_keywords
    from valuespectrum.stimuli.retrieval import RetrievalOptions

    if settings.run is not None:
        return pictures_of_run(settings.run, lambda frame: corpus.frame(frame).picture_sha)
    teller.doing("looking for pictures of each value")
    embedder = corpus_embedder(corpus, settings.embedder)
    found = pictures_found(corpus, embedder, load_keywords(settings.keywords), RetrievalOptions(settings.top_k))
    return found, embedder.id


@contextlib.contextmanager
def loaded_judge(
    corpus: Corpus, ratings: Ratings, pictures: Sequence[ShownPicture], judge: JudgeSettings, teller: Teller
) -> Iterator[tuple[Model, Sequence[JudgedPicture], AnswerStore, Advance]]:
    """A loaded judge with what it is to look at, and where its answers go."""
    from agents.answers.store import AnswerStore
    from valuespectrum.measuring.pictures.found import to_judge

    teller.doing(f"loading {judge.model}")
    (model,) = load_models([judge.model], judge.loading)
    looked_at = to_judge(pictures, corpus, model)
    with AnswerStore(ratings.answers_path) as store, teller.progress("asking the judge") as advance:
        yield model, looked_at, store, advance
