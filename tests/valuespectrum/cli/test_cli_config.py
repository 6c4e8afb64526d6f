"""``--config FILE``: every verb takes it, what is typed wins, and a wrong value is named with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_run import write_run
from typer.core import TyperGroup
from typer.main import get_command

from valuespectrum.cli import main
from valuespectrum.cli.app import build_app


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("config") / "run")


def told(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, dict[str, str]]]:
    code = main([*map(str, words), "--json"])
    return code, json.loads(capfd.readouterr().out)


def test_every_verb_takes_a_file() -> None:
    app = get_command(build_app())
    assert isinstance(app, TyperGroup) and isinstance(app.commands["corpus"], TyperGroup)
    verbs = {**app.commands, **app.commands["corpus"].commands}
    del verbs["corpus"]
    assert all("config" in {option.name for option in verb.params} for verb in verbs.values())


def test_what_is_typed_wins(run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "options.yaml"
    file.write_text("draws: 300\nscore:\n  minimum-mass: 0.2\n  seed: 5\nbench:\n  top-k: 9\n")
    code, found = told(capfd, "score", run, "--config", file, "--seed", "7")
    assert code == 0
    assert {name: found["scoring"][name] for name in ("draws", "minimum_mass", "seed")} == {
        "draws": 300,
        "minimum_mass": 0.2,
        "seed": 7,
    }


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
        "corpus: /nowhere/at/all\nplacebo: no\nmodel: [reference:amber, reference:birch]\nstrategy: profile\n"
    )
    code, found = told(capfd, "bench", "--config", file)
    assert (code, found["error"]["message"]) == (2, "there is no corpus at /nowhere/at/all")
    file.write_text("corpus: x\nmodel: [reference:amber, reference:amber]\n")
    assert told(capfd, "bench", "--config", file)[1]["error"]["message"] == "a model was named twice"
    assert told(capfd, "bench", "--config", tmp_path / "none.yaml")[1]["error"]["kind"] == "input"
