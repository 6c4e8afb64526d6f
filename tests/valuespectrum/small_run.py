"""A small whole run on disk: a corpus in memory, a simulated model, a persona beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bench_fakes import AxesEmbedder, words, world

from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.personas.persona import load_personas
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES

SCORING = ScoringOptions(draws=100)
MODEL = SimulatedModel(SimulatedProfile(values={value: 0.3 * (place - 4) for place, value in enumerate(VALUES)}))


def write_run(folder: Path, seed: int = 0) -> Path:
    """A run of the like battery in ``folder``; calling it again goes on with it."""
    keywords = folder.with_name(f"{folder.name}-keywords.yaml")
    listed = {value: [word.word for word in row] for value, row in words(2).words.items()}
    keywords.write_text(json.dumps({"name": "axes", "keywords": listed}))
    options = BenchOptions(
        run=folder,
        seed=seed,
        scoring=replace(SCORING, seed=seed),
        keywords=keywords,
        command="valuespectrum bench",
        corpus=folder,
    )
    run_benchmark(options, world(clips=4), AxesEmbedder(), [MODEL], load_personas()[:1])
    return folder
