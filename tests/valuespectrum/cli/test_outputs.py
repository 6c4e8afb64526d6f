"""What a verb writes takes the place of an earlier output of its own kind, and of nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_run import write_run

from valuespectrum.cli import main


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "whole")


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


def _words(verb: str, run: Path, out: Path | None = None) -> list[str]:
    words = ["report", str(run)] if verb == "report" else ["export", verb, str(run)]
    return [*words, "--out", str(out)] if out else words


VERBS = ("report", "csv", "parquet")
FOLDERS = ("hf", "inspect")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "name", ["answers.sqlite", "run.json", "scores.json", "thesis.txt", "other.csv", "data.parquet"]
)
def test_nothing_of_somebody_is_written_over(run: Path, verb: str, name: str) -> None:
    import pandas

    target = run / name
    if name == "data.parquet":
        pandas.DataFrame({"key": [1]}).to_parquet(target)
    elif not target.exists():
        target.write_text("key,model\n1,2\n")
    before = target.read_bytes()
    assert main(_words(verb, run, target)) == 2
    assert target.read_bytes() == before


@pytest.mark.parametrize("verb", VERBS)
def test_neither_links_nor_folders_are_written_over(run: Path, tmp_path: Path, verb: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "mine.txt")
    for name in ("folder", "link"):
        assert main(_words(verb, run, tmp_path / name)) == 2
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("verb", (*VERBS, *FOLDERS))
def test_an_earlier_output_is_replaced(run: Path, tmp_path: Path, verb: str) -> None:
    assert main(_words(verb, run)) == 0
    assert main(_words(verb, run)) == 0
    if verb in VERBS:
        (tmp_path / "empty").touch()
        assert main(_words(verb, run, tmp_path / "empty")) == 0
        assert (tmp_path / "empty").stat().st_size


@pytest.mark.parametrize("verb", FOLDERS)
def test_a_killed_export_blocks_nothing(run: Path, verb: str) -> None:
    (run / verb).mkdir()
    for name in (".answers.parquet.tmp", ".settings.json.tmp", ".valuespectrum-1.eval.tmp"):
        (run / verb / name).write_text("half")
    assert main(_words(verb, run)) == 0


@pytest.mark.parametrize("verb", FOLDERS)
def test_a_folder_of_somebody_is_left_alone(run: Path, tmp_path: Path, verb: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "README.md").write_text("# My project")
    assert main(_words(verb, run, folder)) == 2
    assert (folder / "README.md").read_text() == "# My project"
    assert [each.name for each in folder.iterdir()] == ["README.md"]
