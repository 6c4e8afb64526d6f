"""``--config FILE``: every verb takes it, what is typed wins, and a wrong value is named with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from cli_world import MODEL, ColourEmbedder, write_clips
from small_run import write_run
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import valuespectrum as vs
from valuespectrum.cli import main
from valuespectrum.cli.app import build_app
from valuespectrum.cli.console.config import known_options


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("config") / "run")


def told(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, dict[str, str]]]:
    code = main([*map(str, words), "--json"])
    return code, json.loads(capfd.readouterr().out)


def test_every_verb_takes_a_file() -> None:
    def verbs(group: TyperGroup) -> Iterator[TyperCommand]:
        for command in group.commands.values():
            if isinstance(command, TyperGroup):
                yield from verbs(command)
            elif isinstance(command, TyperCommand):
                yield command

    app = get_command(build_app())
    assert isinstance(app, TyperGroup)
    assert [verb.name for verb in verbs(app) if "config" not in {option.name for option in verb.params}] == []
    assert {"bench", "refresh", "doctor"} <= {verb.name for verb in verbs(app)}


def test_what_is_typed_wins(run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("draws: 300\nscore:\n  minimum-mass: 0.2\n  seed: 5\nbench:\n  top-k: 9\n")
    code, found = told(capfd, "score", run, "--config", file, "--seed", "7")
    assert code == 0
    used: dict[str, object] = {name: found["scoring"][name] for name in ("draws", "minimum_mass", "seed")}
    assert used == {"draws": 300, "minimum_mass": 0.2, "seed": 7}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("draws: many\n", ", line 1: Invalid value for '--draws'"),
        ("seed: 1\nreadout: guess\n", ", line 2: Invalid value for '--readout': 'guess' is not one of 'auto'"),
        ("\ndraws: 1.5\n", ", line 2: Invalid value for '--draws'"),
        ("draws: 3\n", ", line 1: Invalid value for '--draws'"),
        ("drawz: 300\n", ", line 1: `score` has no option 'drawz'"),
        ("run: elsewhere\n", ", line 1: `score` has no option 'run'"),
        ("json: yes\n", ", line 1: `score` has no option 'json'"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(
    run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "options.yaml"
    file.write_text(text)
    code, found = told(capfd, "score", run, "--config", file)
    assert code == 2 and f"{file}{said}" in found["error"]["message"]
    assert told(capfd, "score", run, "--draws", "many")[1]["error"]["message"].startswith("Invalid value")


def test_a_flag_and_a_repeated_option(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "options.yaml"
    file.write_text(
        "corpus: /nowhere/at/all\nplacebos: 0\nmodel: [reference:amber, reference:birch]\nstrategy: profile\n"
    )
    code, found = told(capfd, "bench", "--config", file)
    assert (code, found["error"]["message"]) == (2, "there is no corpus at /nowhere/at/all")
    file.write_text("corpus: x\nmodel: [reference:amber, reference:amber]\n")
    assert told(capfd, "bench", "--config", file)[1]["error"]["message"] == "a model was named twice"
    assert told(capfd, "bench", "--config", tmp_path / "none.yaml")[1]["error"]["kind"] == "input"


def test_a_run_records_what_was_in_force_and_that_makes_the_same_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_clips(tmp_path / "clips", each=1)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    corpus = vs.ingest(tmp_path / "clips", tmp_path / "corpus", vs.IngestSettings(embedder="colours")).corpus
    study, first = tmp_path / "study.yaml", tmp_path / "first"
    study.write_text(f"bench:\n  corpus: {corpus}\n  model: ['{MODEL}']\n  top-k: 9\n  wordings: 1\n  placebos: 0\n")
    assert told(capfd, "bench", "--config", study, "--run", first, "--top-k", 1)[0] == 0
    recorded = json.loads((first / "run.json").read_text())["provenance"]["options"]
    assert recorded["model"] == [MODEL] and recorded["run"] == str(first)
    assert (recorded["top-k"], recorded["wordings"], recorded["placebos"], recorded["engine"]) == (1, 1, 0, "auto")

    again = tmp_path / "again.yaml"
    again.write_text(yaml.safe_dump({"bench": recorded | {"run": str(tmp_path / "second")}}))
    assert told(capfd, "bench", "--config", again)[0] == 0
    second = json.loads((tmp_path / "second" / "run.json").read_text())
    assert second["provenance"]["options"] == recorded | {"run": str(tmp_path / "second")}
    assert second["settings"] == json.loads((first / "run.json").read_text())["settings"]
    # The interface of Python says the same of the same settings.
    vs.bench(corpus, MODEL, tmp_path / "third", vs.BenchSettings(top_k=1, wordings=1, placebos=0))
    third = json.loads((tmp_path / "third" / "run.json").read_text())
    assert third["provenance"]["options"] == recorded | {"run": str(tmp_path / "third")}


def test_what_an_instrument_about_pictures_was_asked_with_makes_the_same_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_clips(tmp_path / "clips", each=1)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    corpus = vs.ingest(tmp_path / "clips", tmp_path / "corpus", vs.IngestSettings(embedder="colours")).corpus
    words = ("--corpus", corpus, "--model", MODEL, "--option", "wordings=1", "--top-k", 1)
    assert told(capfd, "instrument", "run", "like", *words, "--run", tmp_path / "first")[0] == 0
    first = json.loads((tmp_path / "first" / "run.json").read_text())
    recorded = first["provenance"]["options"]
    assert recorded["option"] == ["wordings=1"] and not {"battery", "params"} & set(recorded)
    again = tmp_path / "again.yaml"
    again.write_text(yaml.safe_dump({"instrument run": recorded | {"run": str(tmp_path / "second")}}))
    assert told(capfd, "instrument", "run", "like", "--config", again)[0] == 0
    assert json.loads((tmp_path / "second" / "run.json").read_text())["settings"] == first["settings"]


PLANNED = {"target-se", "detect", "across-personas"}


def test_settings_are_named_like_options() -> None:
    assert {field.name.replace("_", "-") for field in fields(vs.DesignSettings)} == PLANNED | {"prices", "seed"}
    known = known_options(get_command(build_app()))
    for verb, settings, beside in (
        ("bench", vs.BenchSettings, {"corpus", "model", "run", "dry-run", "plan", "pilot", "steer", *PLANNED}),
        ("browse", vs.BrowseSettings, {"corpus", "model", "out", "replay", "sessions", "clones", "steer"}),
        ("roleplay", vs.RoleplaySettings, {"corpus", "model", "run", "dry-run", "replay", "steer"}),
        ("people", vs.PeopleSettings, {"corpus", "out"}),
        ("feed", vs.FeedPageSettings, {"corpus", "log"}),
        ("calibrate", vs.CalibrateSettings, {"model", "run", "corpora", "respondents", "figure"}),
        ("score", vs.ScoreSettings, set()),
        ("report", vs.ReportSettings, set()),
        ("ingest", vs.IngestSettings, {"corpus", "dry-run"}),
        ("corpus refresh", vs.RefreshSettings, {"dry-run"}),
        ("corpus export", vs.CorpusExportSettings, set()),
        ("corpus remove", vs.Takedown, {"yes", "chroma"}),
    ):
        named = {field.name.replace("_", "-") for field in fields(settings)} - {"params"}
        assert named == set(known[verb]) - beside, verb
