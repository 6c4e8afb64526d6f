"""A set of clips by name in place of a search."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from bench_fakes import AxesEmbedder, words, world

from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from valuespectrum.measuring.benchmark import BenchOptions, found_rows, run_benchmark
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.stimuli.chosen import read_stimuli, write_stimuli
from valuespectrum.stimuli.retrieval import RetrievalOptions, retrieve
from vectorstore.foundation.errors import CorpusError, InputError

FRAMES = {frame: world().frame(frame) for frame in world().vectors("axes")[0]}
ROWS = retrieve(world(), AxesEmbedder(), words(3), RetrievalOptions())


def test_a_benchmark_of_a_set_asks_about_its_clips_alone(tmp_path: Path) -> None:
    path, chosen = tmp_path / "set.json", [row for row in ROWS if row.rank == 1]
    write_stimuli(path, chosen, {chosen[0].clip_id: 0.5}, {"objective": "liking"})
    options = BenchOptions(run=tmp_path / "run", stimuli=path, scoring=ScoringOptions(draws=50))
    rows = found_rows(options, world(), AxesEmbedder())
    assert {(row.clip_id, row.value, row.keyword) for row in rows} == {
        (row.clip_id, row.value, row.keyword) for row in chosen
    }
    model = SimulatedModel(SimulatedProfile(values={"power": 1.0}))
    scores = run_benchmark(options, world(), AxesEmbedder(), [model])
    assert scores["clips_per_value"] == Counter(row.value for row in chosen)
    other = chosen[1:]
    write_stimuli(path, other, {}, {})
    with pytest.raises(InputError):
        run_benchmark(options, world(), AxesEmbedder(), [model])


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"kind": "something"}, InputError),
        ({"kind": "valuespectrum stimuli", "clips": []}, InputError),
        ({"kind": "valuespectrum stimuli", "clips": [{"value": "money", "clip": "a", "frame": "a/0"}]}, InputError),
        ({"kind": "valuespectrum stimuli", "clips": [{"value": "power", "clip": "a", "frame": "a/0"}]}, CorpusError),
        ({"kind": "valuespectrum stimuli", "clips": [{"value": "power", "clip": 3}]}, InputError),
        ({"kind": "valuespectrum stimuli", "clips": [["power"]]}, InputError),
    ],
)
def test_what_is_no_set_of_this_corpus_is_refused(tmp_path: Path, wrong: object, error: type[Exception]) -> None:
    path = tmp_path / "set.json"
    path.write_text(json.dumps(wrong))
    with pytest.raises(error):
        read_stimuli(path, FRAMES.__getitem__)


def test_a_clip_stands_for_one_value_and_a_frame_for_its_clip(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    row = {"value": "power", "clip": ROWS[0].clip_id, "frame": ROWS[0].frame_id}
    for clips in ([row, {**row, "value": "security"}], [{**row, "clip": ROWS[1].clip_id}]):
        path.write_text(json.dumps({"kind": "valuespectrum stimuli", "clips": clips}))
        with pytest.raises(InputError):
            read_stimuli(path, FRAMES.__getitem__)
