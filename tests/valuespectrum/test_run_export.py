"""Runs reach the tools that people already use: tables, Hugging Face datasets, logs of Inspect AI."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas
import pytest
import yaml
from bench_fakes import AxesEmbedder, words, world

from agents.models.base import Answer, Ask
from agents.models.simulated import Profile, SimulatedModel
from agents.personas import load_personas
from valuespectrum.benchmark import BenchOptions, run_benchmark
from valuespectrum.run_export import export_run
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.errors import InputError


class Failing(SimulatedModel):
    """Fails now and then."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for number, answer in enumerate(super().score(asks)):
            yield Answer(error="stalled") if number % 10 == 0 else answer


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    keywords = folder / "axes.yaml"
    listed = {value: [word.word for word in row] for value, row in words(1).words.items()}
    keywords.write_text(json.dumps({"keywords": listed}))
    options = BenchOptions(
        folder / "run", keywords=keywords, scoring=ScoringOptions(draws=100), command="a/secret/path"
    )
    models = [SimulatedModel(Profile({"security": 1.0})), Failing(Profile({"power": 1.0}))]
    run_benchmark(options, world(clips=3), AxesEmbedder(), models, load_personas()[:1])
    return folder / "run"


def test_a_folder_for_datasets(run: Path, tmp_path: Path) -> None:
    folder, rows = export_run(run, "hf", tmp_path / "data")
    card = (folder / "README.md").read_text()
    front = yaml.safe_load(card.split("---")[1])
    (config,) = front["configs"]
    table = pandas.read_parquet(folder / config["data_files"])
    assert len(table) == rows and f"{rows:,} rows" in card
    assert all(f"| `{name}` |" in card for name in table.columns)
    assert json.loads((folder / "scores.json").read_text())["n_planned"] == rows
    assert json.loads((folder / "settings.json").read_text())["battery"]["name"] == "like"
    assert b"secret/path" not in b"".join(file.read_bytes() for file in folder.iterdir())
    assert export_run(run, "hf", tmp_path / "data") == (folder, rows)


def test_a_folder_with_something_else_is_left_alone(run: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    for form in ("hf", "inspect"):
        with pytest.raises(InputError, match=r"letter\.txt"):
            export_run(run, form, tmp_path)
    with pytest.raises(InputError, match="unknown format"):
        export_run(run, "xls")
    with pytest.raises(InputError, match=r"answers\.sqlite"):
        export_run(tmp_path, "inspect")


def test_logs_hold_every_ask_with_its_words_and_its_answer(run: Path, tmp_path: Path) -> None:
    folder, rows = export_run(run, "inspect", tmp_path / "logs")
    logs = sorted(folder.iterdir())
    assert [log.name for log in logs] == ["valuespectrum-1.eval", "valuespectrum-2.eval"]
    seen, names = 0, set()
    for log in logs:
        with zipfile.ZipFile(log) as archive:
            header = json.loads(archive.read("header.json"))
            summaries = json.loads(archive.read("summaries.json"))
            samples = [json.loads(archive.read(f"samples/{each['id']}_epoch_1.json")) for each in summaries]
        seen += len(samples)
        names |= {sample["uuid"] for sample in samples} | {header["eval"]["eval_id"]}
        assert header["results"]["total_samples"] == len(samples)
        assert header["results"]["completed_samples"] == sum("error" not in sample for sample in samples)
        (liking,) = header["results"]["scores"]
        assert len(liking["metrics"]) == 10
        for sample in samples:
            assert sample["input"][-1]["content"].startswith("[picture ")
            if "error" not in sample:
                assert sum(sample["scores"]["probability"]["value"].values()) == pytest.approx(0.98, abs=1e-4)
                assert sample["messages"][-1]["content"] == sample["scores"]["answer"]["explanation"]
    assert seen == rows and len(names) == rows + len(logs)
    assert {sample["error"]["message"] for sample in samples if "error" in sample} == {"stalled"}


@pytest.mark.filterwarnings("ignore")
def test_inspect_itself_reads_the_logs(run: Path, tmp_path: Path) -> None:
    inspect_log: Any = pytest.importorskip("inspect_ai.log", reason="the extra 'inspect' is not installed")
    folder, rows = export_run(run, "inspect", tmp_path / "logs")
    logs = [inspect_log.read_eval_log(str(path)) for path in sorted(folder.iterdir())]
    assert sum(len(log.samples) for log in logs) == rows
    assert all(log.status == "success" and log.results.scores[0].metrics for log in logs)
    sample = next(sample for sample in logs[0].samples if sample.metadata["persona"] != "none")
    assert sample.messages[0].role == "system" and sample.output.completion
    assert set(sample.scores["probability"].value) == {"yes", "no"}
    summaries = inspect_log.read_eval_log_sample_summaries(str(folder / "valuespectrum-2.eval"))
    assert sum(summary.error is not None for summary in summaries) == sum(
        sample.error is not None for sample in logs[1].samples
    )
