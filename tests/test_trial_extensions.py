"""Extensions of every kind, installed as a package of their own, are picked up as they are.

What installing does is done here without an installer: the package is found on the path, with the entry points of its
``pyproject.toml`` beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from valuespectrum.theory.values import VALUES

HERE = Path(__file__).parent / "extensions"
ROOT = Path(__file__).parents[1]
CORPUS = Path(__file__).parent / "fixtures" / "release_0_1" / "corpus"


@dataclass(frozen=True)
class Shell:
    """A place where the package is installed."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str | Path, code: int = 0) -> dict[str, object]:
        command = [sys.executable, "-m", "valuespectrum", *map(str, words), "--json"]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("installed")
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    about = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    (about / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in found.items()) for group, found in groups
        )
    )
    shutil.copytree(HERE / "trial_extensions", folder / "trial_extensions")
    shutil.copytree(CORPUS, folder / "corpus")
    path = os.pathsep.join([str(folder), str(ROOT)])
    shell = Shell(folder, os.environ | {"PYTHONPATH": path, "PYTHONWARNINGS": "error"})
    # The embedder that made the corpus is not kept; the latest of several is the default.
    shell.run("corpus", "reembed", "corpus", "--embedder", "trial:")
    yield shell


def groups_of_the_project() -> set[str]:
    from valuespectrum.checks.extensions import extension_groups

    return {group.group for group in extension_groups()}


def test_there_is_one_of_every_kind() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    assert set(project["entry-points"]) == groups_of_the_project()


def test_doctor_lists_them(shell: Shell) -> None:
    checks = shell.run("doctor")["checks"]
    assert isinstance(checks, list)
    told = {check["name"]: check for check in checks}
    for group in groups_of_the_project():
        assert told[group]["ok"] and "trial" in told[group]["detail"].split(", "), told[group]


def test_a_source_and_an_embedder_fill_a_corpus(shell: Shell) -> None:
    from valuespectrum.reference.drawing import draw_corpus

    draw_corpus(shell.folder / "clips", 3)
    made = shell.run("ingest", "mirror:spilc", "--corpus", "own", "--embedder", "trial:", "--frames", "1")
    assert (made["clips_seen"], made["clips_added"]) == (3, 3)
    assert shell.run("corpus", "info", "own")["embedder"] == "trial:mean-colour@1"
    found = shell.run("corpus", "search", "own", "anything at all")["hits"]
    assert isinstance(found, list) and len(found) == 3


def test_a_model_is_measured(shell: Shell) -> None:
    shell.run("bench", "--corpus", "corpus", "--model", "trial:one", "--top-k", "1", "--run", "run")
    scores = shell.run("score", "run")
    respondents = scores["respondents"]
    assert isinstance(respondents, list) and [row["model"] for row in respondents] == ["trial:one@1"]


def test_an_instrument_is_listed_run_and_scored(shell: Shell) -> None:
    listed = shell.run("instrument", "list")["instruments"]
    assert isinstance(listed, list) and "trial" in [one["name"] for one in listed]
    shell.run(
        "instrument", "run", "trial", "--corpus", "corpus", "--model", "trial:one", "--top-k", "1", "--run", "wall"
    )
    scores = shell.run("score", "wall")
    respondents = scores["respondents"]
    assert isinstance(respondents, list) and [row["instrument"] for row in respondents] == ["trial"]
    profile = respondents[0]["profile"]
    assert set(profile) <= set(VALUES) and any(row["n_answers"] == 1 for row in profile.values())


def test_a_panel_stands_in_the_report(shell: Shell) -> None:
    shell.run("report", "run", "--out", "page.html")
    assert "Respondents asked: 1." in (shell.folder / "page.html").read_text()


def test_a_policy_decides_what_is_shown(shell: Shell) -> None:
    log = shell.folder / "log.jsonl"
    words = ("--policy", "trial", "--steps", "4", "--out", log)
    shell.run("browse", "--corpus", "corpus", "--model", "trial:one", *words)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["policy_reason"] for line in lines[1:]] == ["first"] * 4


def test_a_name_that_nobody_has_is_told_with_those_that_are_known(shell: Shell) -> None:
    told = shell.run("bench", "--corpus", "corpus", "--model", "trail:one", code=2)["error"]
    assert isinstance(told, dict) and "trial:..." in told["hint"]
