"""A disk that is full or read-only: one clear line, nothing lost, and the same command again does the work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from valuespectrum.cli import main

DRIVER = Path(__file__).parents[1] / "disk_driver.py"
APART = ["unshare", "--user", "--map-root-user", "--mount"]


def on_a_disk_of_its_own(task: str, folder: Path) -> list[dict[str, Any]]:
    """What the driver found; the test is skipped where nobody may mount anything."""
    probe = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
    if not shutil.which("unshare") or subprocess.run([*APART, *probe], capture_output=True, check=False).returncode:
        pytest.skip("needs a Linux that lets users mount a disk of their own")
    command = [*APART, sys.executable, str(DRIVER), task, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(DRIVER.parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=250, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(json.loads(done.stdout))


def test_a_full_disk_is_one_line_and_the_same_command_again_does_the_work(tmp_path: Path) -> None:
    found = on_a_disk_of_its_own("full", tmp_path)
    for each in found:
        assert (each["same"], each["verify"], each["again"], each["leftovers"]) == (True, 0, 0, []), each
        if each["code"]:
            assert (each["code"], len(each["lines"])) == (2, 1), each
            assert each["lines"][0].startswith("error: no space left to write "), each
            assert "free some disk space" in each["lines"][0]
    failed = {(each["verb"], each["free"]) for each in found if each["code"]}
    assert {verb for verb, _ in failed} == {each["verb"] for each in found}, "each has met a full disk"
    assert not {verb for verb, free in failed if free == 10_000}, "there was room"


def test_a_read_only_disk_is_one_line_for_what_writes_and_none_for_what_reads(tmp_path: Path) -> None:
    for each in on_a_disk_of_its_own("read_only", tmp_path):
        if each.get("reads") or each.get("writable"):
            assert (each["code"], each["lines"]) == (0, []), each
        else:
            assert (each["code"], len(each["lines"])) == (2, 1), each
            assert "Read-only" in each["lines"][0] and "choose a folder that you may write to" in each["lines"][0]


PLACES: dict[str, tuple[str, ...]] = {
    "bench": ("bench", "--corpus", "none", "--model", "simulated:power=1", "--run"),
    "a level": ("bench", "--corpus", "none", "--model", "simulated:power=1", "--battery", "full", "--run"),
    "instrument": ("instrument", "run", "portraits", "--model", "simulated:amber", "--run"),
    "roleplay": ("roleplay", "--corpus", "none", "--model", "simulated:power=1", "--run"),
    "calibrate": ("calibrate", "--run"),
    "browse": ("browse", "--corpus", "none", "--model", "reference", "--out"),
    "several": ("browse", "--corpus", "none", "--model", "reference", "--sessions", "2", "--out"),
    "search": ("instrument", "search", "--model", "simulated:amber", "--model", "simulated:birch", "--out"),
    "dilemmas": ("instrument", "make-dilemmas", "--judge", "none", "--norms", "none", "--writer", "none", "--out"),
    "people": ("people", "history", "none", "--corpus", "none", "--out"),
    "ingest": ("ingest", "none", "--embedder", "open_clip:None/x", "--corpus"),
}
LOADING = ("instrument.load_models", "calibrate._respondents", "searches.conducted.load_models")


@pytest.mark.parametrize("verb", PLACES)
def test_a_place_that_cannot_be_written_is_told_before_anything_is_opened_or_loaded(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("something was loaded")

    for name in LOADING:
        monkeypatch.setattr(f"valuespectrum.operations.{name}", loaded)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    assert main([*PLACES[verb], "file/deep", "--json"]) == 2
    error = json.loads(capfd.readouterr().out)["error"]
    assert error["kind"] == "storage" and "file/deep" in error["message"]
    assert [each.name for each in tmp_path.iterdir()] == ["file"] and (tmp_path / "file").read_text() == "mine"


def test_a_folder_of_somebody_is_no_run_whatever_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    for verb in ("bench", "instrument", "roleplay", "calibrate"):
        assert main([*PLACES[verb], "mine", "--json"]) == 2
        assert "is not a run directory: it holds thesis.txt" in json.loads(capfd.readouterr().out)["error"]["message"]
