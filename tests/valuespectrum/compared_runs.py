"""Small runs on disk to be compared: respondents with planted values, on clips that runs share, or not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from bench_fakes import AxesEmbedder, FakeCorpus, frame, words

from agents.models.base import Answer, Ask, Model
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.personas.persona import Persona
from valuespectrum.instruments.battery import BatteryOptions
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES

CLIPS, WORDINGS, _MOST = 6, 2, 24


def planted(seed: int, lean: float = 0.0, noise: float = 0.5, **more: float) -> SimulatedModel:
    """A respondent whose values rise round the circle; ``more`` is added, as to ``general`` all of them."""
    general = more.pop("general", 0.0)
    values = {value: 0.2 * place - 0.9 + general + more.get(value, 0.0) for place, value in enumerate(VALUES)}
    return SimulatedModel(SimulatedProfile(values=values, yes_lean=lean, noise=noise), seed)


class WordsOnly(SimulatedModel):
    """Says words, and no probabilities."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (replace(answer, log_probabilities={}) for answer in super().score(asks))


class Counted(SimulatedModel):
    """Its answers are counts of ten draws, as near to its probabilities as ten can come."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for answer in super().score(asks):
            likely = max(answer.log_probabilities, key=lambda name: answer.log_probabilities[name])
            hits = round(10 * np.exp(answer.log_probabilities[likely]))
            counts = {name: hits if name == likely else 10 - hits for name in answer.log_probabilities}
            yield replace(answer, log_probabilities={}, counts=counts)


class ClipEmbedder(AxesEmbedder):
    """The search word ``VALUE N`` finds the clip ``VALUE-N``: every clip comes from a search word of its own."""

    dimension = len(VALUES) + _MOST

    def _text(self, text: str) -> np.ndarray:
        value, _, number = text.rpartition(" ")
        return vector(VALUES.index(value), int(number))


def vector(place: int, number: int) -> np.ndarray:
    """Where a clip and its word lie."""
    found = np.zeros(ClipEmbedder.dimension)
    found[place], found[len(VALUES) + number] = 1.0, 0.5
    return found / np.linalg.norm(found)


def clip_world(clips: int = CLIPS, mark: str = "", kind: type[FakeCorpus] = FakeCorpus) -> FakeCorpus:
    """So many clips of every value; those of another mark are others."""
    return kind(
        [
            (frame(f"{value}-{mark}{number}"), vector(place, number))
            for place, value in enumerate(VALUES)
            for number in range(clips)
        ]
    )


def write_run(
    folder: Path,
    models: Sequence[Model],
    corpus: FakeCorpus | None = None,
    personas: Sequence[Persona] = (),
    wordings: int = WORDINGS,
) -> Path:
    """A run of the like battery in ``folder``."""
    corpus = corpus or clip_world()
    count = len({name.rpartition("-")[2] for name in (frame.clip_id for frame in corpus._frames)})
    keywords = folder.with_name(f"{folder.name}-keywords.yaml")
    listed = {value: [word.word for word in row] for value, row in words(count).words.items()}
    keywords.write_text(json.dumps({"name": "axes", "keywords": listed}))
    options = BenchOptions(
        run=folder,
        keywords=keywords,
        scoring=ScoringOptions(draws=50),
        command="valuespectrum bench",
        battery=BatteryOptions(wordings=wordings),
    )
    options = replace(options, retrieval=replace(options.search, top_k=1))
    run_benchmark(options, corpus, ClipEmbedder(), models, personas)
    return folder
