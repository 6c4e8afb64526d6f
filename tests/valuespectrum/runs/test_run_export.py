"""Runs reach the tools that people already use: tables, Hugging Face datasets, logs of Inspect AI."""

from __future__ import annotations

import base64
import contextlib
import csv
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pandas
import pytest
import yaml
from bench_fakes import AxesEmbedder, words, world

from agents.answers.store import AnswerStore
from agents.models.base import Answer, Ask
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.personas.persona import load_personas
from agents.personas.prompts import system_prompt
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.runs.export import export_run, quoted
from valuespectrum.runs.score_table import score_rows
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.foundation.csv_cells import guarded
from vectorstore.foundation.errors import InputError, SchemaError


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
        folder / "run", keywords=keywords, placebos=1, scoring=ScoringOptions(draws=100), command="a/secret/path"
    )
    models = [SimulatedModel(SimulatedProfile({"security": 1.0})), Failing(SimulatedProfile({"power": 1.0}))]
    run_benchmark(options, world(clips=3), AxesEmbedder(), models, load_personas()[:1])
    return folder / "run"


def test_a_folder_for_datasets(run: Path, tmp_path: Path) -> None:
    folder, rows = export_run(run, "hf", tmp_path / "data")
    card = (folder / "README.md").read_text()
    front = yaml.safe_load(card.split("---")[1])
    (config,) = front["configs"]
    table = pandas.read_parquet(folder / config["data_files"])
    assert len(table) == rows and f"{rows:,} rows" in card
    described = dict(re.findall(r"\| `(.+?)` \| \w+ \| (.*) \|", card))
    assert list(described) == list(table.columns) and all(described.values())
    assert set(table["question"]) == set(re.findall(r"^- `(.+\?.*)`$", card, re.MULTILINE))
    persona = load_personas()[0]
    words = table.loc[(table["persona"] == persona.id) & (table["placebo"] == 0), "system"].unique()
    assert list(words) == [system_prompt(persona)] and quoted(words[0]) in card
    assert set(table.loc[table["persona"] == "none", "system"]) == {""}
    assert len(pandas.read_csv(folder / "scores.csv")) == 6 * 10
    assert json.loads((folder / "scores.json").read_text())["n_planned"] == rows
    assert json.loads((folder / "settings.json").read_text())["battery"]["name"] == "like"
    assert b"secret/path" not in b"".join(file.read_bytes() for file in folder.iterdir())
    assert export_run(run, "hf", tmp_path / "data") == (folder, rows)


def test_a_card_holds_what_somebody_else_wrote_as_code(run: Path, tmp_path: Path) -> None:
    received, words = Path(shutil.copytree(run, tmp_path / "run")), "x`\n\n# [Look](http://127.0.0.1)"
    document = json.loads((received / "run.json").read_text())
    settings = document["settings"]
    settings |= {"models": {words: {"layout": words}}, "battery": settings["battery"] | {"name": words}}
    settings["roles"] = [role | {"persona": words, "strategy": words} for role in settings["roles"]]
    document["provenance"]["begun"] = words
    (received / "run.json").write_text(json.dumps(document))
    with contextlib.closing(sqlite3.connect(received / "answers.sqlite", isolation_level=None)) as database:
        database.execute("UPDATE plan SET tags = json_set(tags, '$.\"a|b\"', 1)")
    plain = (export_run(run, "hf", tmp_path / "plain")[0] / "README.md").read_text().splitlines()
    card = (export_run(received, "hf", tmp_path / "data")[0] / "README.md").read_text().splitlines()
    assert [line for line in card if line.startswith("#")] == [line for line in plain if line.startswith("#")]
    assert sum("[Look]" in line for line in card) > 3 and all(line.count("`") % 2 == 0 for line in card)
    assert any(line.startswith("| `a\\|b` |") for line in card)


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
    persona = load_personas()[0].id
    assert [log.name[14:] for log in logs] == [
        f"{number:02}-{who}.eval"
        for number, who in enumerate(("none", f"{persona}-simple", "placebo1-simple-placebo") * 2, start=1)
    ]
    seen, names = 0, set()
    for log in logs:
        with zipfile.ZipFile(log) as archive:
            header = json.loads(archive.read("header.json"))
            summaries = json.loads(archive.read("summaries.json"))
            samples = [json.loads(archive.read(f"samples/{each['id']}_epoch_1.json")) for each in summaries]
        seen += len(samples)
        names |= {sample["uuid"] for sample in samples} | {header["eval"]["eval_id"]}
        assert header["results"]["total_samples"] == len(samples) and header["status"] == "success"
        assert header["results"]["completed_samples"] == sum("error" not in sample for sample in samples)
        answered, liking = header["results"]["scores"]
        assert len(liking["metrics"]) == 10 and answered["metrics"]["answered"]["value"] > 0.8
        assert {liking["scorer"], answered["scorer"]} < {scorer["name"] for scorer in header["eval"]["scorers"]}
        assert {tuple(sample["metadata"][name] for name in header["eval"]["metadata"]) for sample in samples} == {
            tuple(header["eval"]["metadata"].values())
        }
        assert header["eval"]["created"] <= header["stats"]["started_at"] <= header["stats"]["completed_at"]
        assert all(sample["started_at"] for sample in samples)
        for sample in samples:
            assert sample["input"][-1]["content"].startswith("[picture ")
            if "error" not in sample:
                assert sum(sample["scores"]["probability"]["value"].values()) == pytest.approx(0.98, abs=1e-4)
                assert sample["messages"][-1]["content"] == sample["scores"]["answer"]["explanation"]
    assert seen == rows and len(names) == rows + len(logs)
    assert {sample["error"]["message"] for sample in samples if "error" in sample} == {"stalled"}


def test_what_somebody_else_wrote_beside_answers_ends_no_export(run: Path, tmp_path: Path) -> None:
    received = Path(shutil.copytree(run, tmp_path / "run"))

    def told(details: str) -> None:
        with contextlib.closing(sqlite3.connect(received / "answers.sqlite", isolation_level=None)) as database:
            database.execute("UPDATE answer SET details = ?", (details,))

    for details in ('{"completion_tokens":"many"}', '{"completion_tokens":[3]}', '{"completion_tokens":-3}'):
        told(details)
        folder, _ = export_run(received, "inspect", tmp_path / "logs")
        with zipfile.ZipFile(min(folder.iterdir())) as log:
            samples = [json.loads(log.read(name)) for name in log.namelist() if name.startswith("samples/")]
        assert {sample["output"]["usage"]["output_tokens"] for sample in samples if "output" in sample} == {0}
    for details in ('{"a":NaN}', '{"a":[1e999]}'):
        told(details)
        with pytest.raises(SchemaError, match="damaged: details of an answer"):
            export_run(received, "inspect", tmp_path / "logs")


@pytest.mark.filterwarnings("ignore")
def test_inspect_itself_reads_the_logs(run: Path, tmp_path: Path) -> None:
    inspect_log: Any = pytest.importorskip("inspect_ai.log", reason="the extra 'inspect' is not installed")
    folder, rows = export_run(run, "inspect", tmp_path / "logs")
    logs = [inspect_log.read_eval_log(str(path)) for path in sorted(folder.iterdir())]
    assert sum(len(log.samples) for log in logs) == rows
    assert all(log.status == "success" and log.results.scores[0].metrics for log in logs)
    assert all(log.stats.started_at and log.eval.scorers for log in logs)
    sample = logs[1].samples[0]
    assert sample.messages[0].role == "system" and sample.output.completion
    assert set(sample.scores["probability"].value) == {"yes", "no"}
    summaries = inspect_log.read_eval_log_sample_summaries(logs[3].location)
    assert sum(summary.error is not None for summary in summaries) == sum(
        sample.error is not None for sample in logs[3].samples
    )


def test_an_export_leaves_nothing_of_an_earlier_one_beside_it(run: Path, tmp_path: Path) -> None:
    """Else logs of respondents who are not of the run, or scores of other answers, would pass for its own."""
    small = tmp_path / "small"
    options = BenchOptions(small, keywords=run.parent / "axes.yaml", scoring=ScoringOptions(draws=100))
    run_benchmark(options, world(clips=1), AxesEmbedder(), [SimulatedModel(SimulatedProfile({"security": 1.0}))])
    (small / "scores.json").unlink()
    for form, kept in (
        ("inspect", {"valuespectrum-01-none.eval"}),
        ("hf", {"README.md", "answers.parquet", "settings.json"}),
    ):
        before, _ = export_run(run, form, tmp_path / form)
        assert len(list(before.iterdir())) > len(kept)
        export_run(small, form, before)
        assert {each.name for each in before.iterdir()} == kept


def test_a_run_is_exported_alike_at_any_time(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for name, moment in (("now", 1_700_000_000.0), ("later", 1_800_000_000.0)):
        monkeypatch.setattr("time.time", lambda moment=moment: moment)
        export_run(run, "inspect", tmp_path / name)
        made.append([path.read_bytes() for path in sorted((tmp_path / name).glob("*.eval"))])
    assert made[0] == made[1] and made[0]
    with zipfile.ZipFile(next((tmp_path / "now").glob("*.eval"))) as archive:
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_pictures_are_attached_once_a_sample_where_they_are_at_hand(run: Path, tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(b"a picture")
    with AnswerStore(run / "answers.sqlite", read_only=True) as store:
        known = json.loads(next(store.rows()).parts[0])[0]
    folder, _ = export_run(
        run, "inspect", tmp_path / "logs", lambda sha: tmp_path / "one.jpg" if sha == known else None
    )
    shown = named = 0
    for log in folder.iterdir():
        with zipfile.ZipFile(log) as archive:
            for name in archive.namelist():
                if not name.startswith("samples/"):
                    continue
                sample = json.loads(archive.read(name))
                words = sample["input"][-1]["content"]
                if sample["attachments"]:
                    (url,) = sample["attachments"].values()
                    assert base64.b64decode(url.partition(",")[2]) == b"a picture"
                    assert words[0] == {"type": "image", "image": f"attachment://{known}"}
                    assert "[picture" not in words[1]["text"]
                    shown += 1
                else:
                    assert words.startswith("[picture ")
                    named += 1
    assert shown and named


def test_many_respondents_need_few_open_files(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, rows = export_run(run, "inspect", tmp_path / "whole")
    monkeypatch.setattr("valuespectrum.runs.inspect_log._OPEN_LOGS", 2)
    parts, again = export_run(run, "inspect", tmp_path / "parts")
    assert rows == again
    for log in whole.iterdir():
        with zipfile.ZipFile(log) as one, zipfile.ZipFile(parts / log.name) as other:
            assert {name: one.read(name) for name in one.namelist()} == {
                name: other.read(name) for name in other.namelist()
            }


def test_scores_are_a_table_with_the_numbers_of_the_run(run: Path, tmp_path: Path) -> None:
    path, rows = export_run(run, "scores", tmp_path / "scores.csv")
    table = pandas.read_csv(path, keep_default_na=False)
    assert len(table) == rows == 6 * 10
    scores = json.loads((run / "scores.json").read_text())
    for respondent in scores["respondents"]:
        named = (table["model"] == respondent["model"]) & (table["persona"] == respondent["persona"])
        mine = table[named & (table["placebo"] == respondent["placebo"])]
        assert len(mine) == 10
        for _, row in mine.iterrows():
            assert float(row["mean"]) == respondent["profile"][row["value"]]["mean"]
    assert export_run(run, "scores", tmp_path / "scores.csv") == (path, rows)
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="mine"):
        export_run(run, "scores", tmp_path / "mine.csv")


def test_whatever_was_measured_of_a_respondent_has_a_row() -> None:
    who = {"model": "m", "persona": "none", "strategy": "none", "placebo": False, "readout": "text"}
    known = {"mean": 1.0, "low": None, "high": 2.0, "why": "few"}
    measured = {"profile": {"angle": known}, "scalars": {"angle": known | {"mean": 7.0}}, "evidence": "greedy_text"}
    paper = {"scores": {"power": 40.0, "security": None}, "n": {"power": 5, "security": 0}}
    rows = list(score_rows({"respondents": [{**who, **measured}, {**who, "profile": {}, "paper": paper}]}))
    assert [(row["kind"], row["value"], row["mean"]) for row in rows] == [
        *(("value", "angle", 1.0), ("scalar", "angle", 7.0)),
        *(("value", "power", 40.0), ("value", "security", "")),
    ]
    assert [row["evidence"] for row in rows] == ["greedy_text"] * 2 + ["text"] * 2
    assert (rows[1]["low"], rows[1]["why"], rows[2]["n_answers"]) == ("", "few", 5)


class Stopping(SimulatedModel):
    """Is stopped after a few answers."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        yield from islice(super().score(asks), 5)
        raise KeyboardInterrupt


def test_logs_of_a_stopped_run_did_not_succeed(run: Path, tmp_path: Path) -> None:
    options = BenchOptions(tmp_path / "run", keywords=run.parent / "axes.yaml", scoring=ScoringOptions(draws=100))
    with pytest.raises(KeyboardInterrupt):
        run_benchmark(options, world(clips=1), AxesEmbedder(), [Stopping(SimulatedProfile({"security": 1.0}))])
    folder, _ = export_run(tmp_path / "run", "inspect", tmp_path / "logs")
    (log,) = folder.iterdir()
    with zipfile.ZipFile(log) as archive:
        header = json.loads(archive.read("header.json"))
    assert header["status"] == "cancelled"
    assert header["results"]["completed_samples"] < header["results"]["total_samples"]


HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "\ufeff=1")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_begins_like_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", [-3.5, 7, "-3.5", "+2", "1e-3", "-1E+9", "yes", "", "a=b", True, None, "'=1"])
def test_numbers_and_plain_text_stay_as_they_are(value: object) -> None:
    assert guarded(value) is value


class Spreadsheet(SimulatedModel):
    """Answers with formulas."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for number, answer in enumerate(super().score(asks)):
            yield Answer(answer.log_probabilities, HOSTILE[number % len(HOSTILE)], answer.parsed)


def test_no_cell_of_a_table_is_a_formula(tmp_path: Path, run: Path) -> None:
    options = BenchOptions(tmp_path / "run", keywords=run.parent / "axes.yaml", scoring=ScoringOptions(draws=100))
    run_benchmark(options, world(clips=1), AxesEmbedder(), [Spreadsheet(SimulatedProfile({"security": 1.0}))])
    path, rows = export_run(tmp_path / "run", "csv")
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.reader(file))
    assert len(read) == rows + 1
    begun = {cell[0] for row in read for cell in row if cell and not re.fullmatch(r"[-+]?[\d.]+(e-?\d+)?", cell)}
    assert not begun & set("=+-@\t\r\n ＝")
    assert sum(cell.startswith("'") for row in read for cell in row) == rows


def test_answers_copied_alone_are_whole(run: Path, tmp_path: Path) -> None:
    """After a run that ended while somebody was reading, and after one that was killed and then looked at."""
    for name in ("ended", "killed"):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(run / "answers.sqlite", folder)
        reader = sqlite3.connect(folder / "answers.sqlite")
        assert reader.execute("SELECT count(*) FROM manifest").fetchone() == (1,)
        if name == "ended":
            with AnswerStore(folder / "answers.sqlite") as store:
                store._database.execute("UPDATE manifest SET document = 'new'")
        else:
            writer = sqlite3.connect(folder / "answers.sqlite", isolation_level=None)
            writer.execute("PRAGMA wal_autocheckpoint = 0")
            writer.execute("UPDATE manifest SET document = 'new'")
            log = (folder / "answers.sqlite-wal").read_bytes()
            writer.close()
            assert log
            with AnswerStore(folder / "answers.sqlite", read_only=True):
                pass
        alone = tmp_path / f"{name}.sqlite"
        shutil.copy(folder / "answers.sqlite", alone)
        assert sqlite3.connect(alone).execute("SELECT document FROM manifest").fetchone() == ("new",)
        assert not (folder / "answers.sqlite-wal").exists() or not (folder / "answers.sqlite-wal").stat().st_size
        reader.close()
