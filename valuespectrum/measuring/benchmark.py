"""The benchmark from corpus to scores: retrieve pictures, ask, store, score. Running it again continues.

Everything is written into one run directory (``valuespectrum.runs.run``); ``run_scores.py`` makes the scores again from
the stored answers, without corpus or model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from agents.answers.planner import AskSource
from agents.answers.respondent import Role
from agents.answers.store import AnswerStore
from agents.models.base import Model
from agents.models.model_names import ModelSpec
from agents.personas.persona import Persona
from ingest.embedding.base import Embedder
from valuespectrum.instruments.base import Adaptive, Instrument, Listed, Pictures, Setting
from valuespectrum.instruments.battery import BatteryOptions
from valuespectrum.instruments.question_list import listed_asks
from valuespectrum.instruments.registry import InstrumentChoice, Plain, load_instrument
from valuespectrum.measuring.asking import Asking, AskingOptions, BenchProgress, Silent
from valuespectrum.measuring.captions import CaptionAsks, write_captions
from valuespectrum.measuring.instrument_run import conduct_all
from valuespectrum.measuring.presenting import PICTURES, FoundClips, PresentOptions, ShownClips, show
from valuespectrum.measuring.run_scores import write_scores
from valuespectrum.measuring.structures import likeness_of_values
from valuespectrum.reference.recognition import tally
from valuespectrum.reference.truth import caution, made_for_drawings
from valuespectrum.runs.manifest import CorpusRecord, RunKind, path_from
from valuespectrum.runs.run import Run
from valuespectrum.stimuli.chosen import read_stimuli, stimuli_digest
from valuespectrum.stimuli.keywords import load_keywords
from valuespectrum.stimuli.nuisance.measures import measured_pictures
from valuespectrum.stimuli.presenting.made import MadePictures
from valuespectrum.stimuli.retrieval import (
    RetrievalOptions,
    Searchable,
    StimulusRow,
    clip_sources,
    clips_by_value,
    clips_per_value,
    retrieve,
)
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.foundation.json_types import Json
from vectorstore.ledger.records import Clip, Frame


@dataclass(frozen=True, slots=True)
class BenchOptions(AskingOptions):
    """One benchmark: what is asked about which pictures, beside whom and how."""

    battery: BatteryOptions | InstrumentChoice = field(default_factory=BatteryOptions)
    """The instrument with its options; one that shows pictures."""
    retrieval: RetrievalOptions | None = None
    """``None`` takes what belongs to the instrument: clips for one value each, or overlapping."""
    present: PresentOptions = field(default_factory=PresentOptions)
    """How clips are shown."""
    keywords: Path | None = None
    """A keyword list of the user's; ``None`` takes our own."""
    stimuli: Path | None = None
    """A set of clips (``stimuli.chosen``) in place of a search."""
    corpus: Path | None = None
    """Where the corpus lies, for the manifest; ``None`` for one that lies nowhere."""
    snapshot: str = ""
    """Name of the snapshot that the corpus is at, for the manifest; empty when there is none."""
    kind: RunKind = "bench"
    """What sort of run it is."""

    @property
    def instrument(self) -> Instrument:
        """The instrument with its options.

        Raises:
            InputError: It is unknown, an option is out of range, or it shows no pictures.
        """
        return picture_instrument(self.battery.name, self.battery.params)

    @property
    def search(self) -> RetrievalOptions:
        """The retrieval options in force."""
        return self.retrieval or retrieval_of(self.instrument)


def picture_instrument(name: str, params: Mapping[str, Plain]) -> Instrument:
    """An instrument that a benchmark can be made with.

    Raises:
        InputError: It is unknown, an option is out of range, or it shows no pictures.
    """
    instrument = load_instrument(name, params)
    if instrument.pictures is None:
        raise InputError(
            f"the instrument {name!r} shows no pictures",
            f"run it with: valuespectrum instrument run {name}",
        )
    return instrument


def retrieval_of(instrument: Instrument, top_k: int | None = None) -> RetrievalOptions:
    """How clips are found for an instrument that shows pictures.

    Args:
        instrument: It says whether a clip may stand for several values.
        top_k: Clips per keyword; ``None`` for as many as usual.
    """
    options = RetrievalOptions(assignment=instrument.pictures or "exclusive")
    return options if top_k is None else replace(options, top_k=top_k)


@runtime_checkable
class KnowsPeople(Protocol):
    """A corpus that knows which clips are of one person, whatever name each of them states."""

    def publishers(self) -> Mapping[str, str]:
        """Clip to somebody, without those of nobody known."""


class BenchCorpus(Searchable, Pictures, Protocol):
    """What a benchmark needs of a corpus (``vectorstore.corpus.Corpus``)."""

    def content_hash(self) -> str:
        """Hash of clips, frames and pictures."""

    def clips(self) -> Sequence[Clip]:
        """Everything known about every clip."""

    def clip(self, clip_id: str) -> Clip:
        """Everything known about one."""

    def frame(self, frame_id: str) -> Frame:
        """One frame."""

    def frames(self, clip_id: str) -> Sequence[Frame]:
        """All frames of a clip."""


def run_benchmark(
    options: BenchOptions,
    corpus: BenchCorpus,
    embedder: Embedder,
    models: Sequence[Model],
    personas: Sequence[Persona] = (),
    progress: BenchProgress | None = None,
) -> Json:
    """Measure the values of models, with and without personas.

    Args:
        options: The benchmark.
        corpus: Where pictures come from; must hold vectors of the embedder.
        embedder: Embeds the keywords.
        models: Who is asked; each is asked everything.
        personas: Roles to play beside the bare model.
        progress: Told how it goes.

    Returns:
        The scores (``score_answers``) with ``battery, corpus, clips_per_value, n_planned, n_answered``,
        ``failures`` (:func:`valuespectrum.runs.failures.failures`) and ``caution``
        (:func:`valuespectrum.reference.truth.caution`), as written to ``scores.json``.

    Raises:
        InputError: Options, personas or an existing run do not fit.
        CorpusError: No picture was found.
        ModelError: A model failed as a whole, every ask to it failed, or nothing that it said could be scored.
        StorageError: The run directory cannot be written.
    """
    teller = progress or Silent()
    options.present.refuse_for(options.instrument)
    asked = Asking(options, models, personas, teller)
    teller.working("hashing the corpus")
    settings = benchmark_settings(options, corpus, embedder, asked)
    pictures = drawn_pictures(corpus, embedder.id, [model.id for model in models])
    path = None if options.corpus is None else path_from(options.run, options.corpus)
    record = CorpusRecord(path, options.snapshot, pictures)
    opened = Run.open(options.run, settings, options.command, record, options.kind, options.effective)
    with opened as run, AnswerStore(run.answers_path) as store:
        teller.working("looking for pictures of each value")
        rows = found_rows(options, corpus, embedder)
        if not rows:
            raise CorpusError("no picture was found for any keyword", "add clips to the corpus first")
        sources = clip_sources(rows, publisher_of(corpus))
        likeness = likeness_of_values(corpus, embedder, rows)
        run.know(CorpusRecord(values=clips_by_value(rows), sources=sources, likeness=likeness))
        store.keep_manifest(json.dumps(run.manifest.document))
        shown = _shown(options, rows, corpus, models, teller)
        warning = caution(embedder.id, [model.id for model in models], pictures)
        if isinstance(options.instrument, Adaptive):
            conduct_all(options.instrument, _setting(options, asked.roles, shown), models, store, teller)
        else:
            asks = picture_asks(options, asked.roles, shown)
            asked.put(asks, store, clips_per_value(rows), warning, shown.clips)
        teller.working("scoring")
        return write_scores(run.folder, store, options.scoring, silent=options.silent)


def benchmark_settings(options: BenchOptions, corpus: BenchCorpus, embedder: Embedder, asked: Asking) -> Json:
    """Everything that decides what is asked of whom, as the manifest keeps it.

    Args:
        options: The benchmark.
        corpus: Where pictures come from.
        embedder: Embeds the keywords.
        asked: Models and roles.

    Raises:
        InputError: A file that was named cannot be used.
        CorpusError: A clip of the file is not in the corpus.
    """
    keywords = load_keywords(options.keywords)
    source: Json = {
        "corpus": {"hash": corpus.content_hash(), "embedder": embedder.id},
        "keywords": {"name": keywords.name, "digest": keywords.digest},
        "retrieval": asdict(options.search),
    }
    if options.stimuli is not None:
        source["stimuli"] = stimuli_digest(found_rows(options, corpus, embedder))
    return source | options.present.settings() | asked.settings(options.instrument)


def publisher_of(corpus: BenchCorpus) -> Callable[[str], str]:
    """Who published a clip, as the corpus knows it; empty for nobody known."""
    people: Mapping[str, str] = corpus.publishers() if isinstance(corpus, KnowsPeople) else {}
    return lambda clip: people.get(clip, "") or corpus.clip(clip).uploader


def found_rows(options: BenchOptions, corpus: BenchCorpus, embedder: Embedder) -> list[StimulusRow]:
    """Which clips stand for which value: those of a file, or those that the search words find.

    Raises:
        InputError: The file or the list of search words cannot be used.
        CorpusError: A clip of the file is not in the corpus.
    """
    if options.stimuli is not None:
        return read_stimuli(options.stimuli, corpus.frame)
    return retrieve(corpus, embedder, load_keywords(options.keywords), options.search)


def _shown(
    options: BenchOptions,
    rows: Sequence[StimulusRow],
    corpus: BenchCorpus,
    models: Sequence[Model],
    teller: BenchProgress,
) -> ShownClips:
    """Show the clips of a run, after captions are written that are wanted."""
    captioners = options.present.captioners
    found = FoundClips.of(rows, corpus, [*models, *captioners.values()])
    asks = CaptionAsks(rows, found.one_frame)
    described = write_captions(options.run, asks, captioners, teller.working) if captioners else {}
    teller.working("preparing what is shown")
    return show(options.present, found, described, MadePictures(options.run / PICTURES), options.seed)


def picture_asks(options: BenchOptions, listed: Sequence[Role], shown: ShownClips) -> AskSource:
    """What a benchmark asks.

    Args:
        options: Which instrument.
        listed: Whom.
        shown: About which clips, shown how.
    """
    instrument = options.instrument
    if not isinstance(instrument, Listed):
        most = instrument.cost(len(shown.found.rows))
        raise InputError(
            f"what {instrument.name} asks depends on the answers", f"at most {most:,} asks to one respondent"
        )
    return listed_asks(instrument, _setting(options, listed, shown))


def _setting(options: BenchOptions, listed: Sequence[Role], shown: ShownClips) -> Setting:
    found = shown.found

    def nuisances() -> dict[str, dict[str, float]]:
        return measured_pictures({row.frame_id: found.corpus.picture_path(row.picture_sha) for row in found.rows})

    return Setting(listed, found.rows, found.corpus, options.seed, found.told, shown.conditions, nuisances)


def drawn_pictures(corpus: BenchCorpus, embedder_id: str, models: Sequence[str]) -> dict[str, int] | None:
    """How many clips of a corpus are drawn by us (``recognition.tally``), where somebody knows nothing else.

    Args:
        corpus: Where pictures come from.
        embedder_id: Id of the embedder that finds them.
        models: Ids or specs of the models that are asked.
    """
    told = any(ModelSpec.parse(model).scheme == "simulated" for model in models)
    return tally(corpus.clips()) if told or made_for_drawings(embedder_id, models) else None
