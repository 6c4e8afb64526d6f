"""Runs that were torn, that have just begun, or that come from somebody else."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutated_runs import many_mutations
from small_run import write_run

from agents.answers.store import AnswerStore
from valuespectrum.checks.run import check_run
from valuespectrum.cli import main
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.runs.run import Run, read_manifest, read_scores
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.foundation.errors import InputError, ValueSpectrumError

Said = Callable[[], str]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "whole")


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    return lambda: capfd.readouterr().err.strip()


def _torn(path: Path, kind: str) -> None:
    content = path.read_bytes()
    path.write_bytes({"empty": b"", "half": content[: len(content) // 2], "zeros": bytes(len(content))}[kind])


@pytest.mark.parametrize("kind", ["empty", "half", "zeros", "gone"])
def test_a_torn_manifest_beside_whole_answers_is_rebuilt(run: Path, kind: str) -> None:
    whole = read_manifest(run)
    if kind == "gone":
        (run / "run.json").unlink()
    else:
        _torn(run / "run.json", kind)
    found = read_manifest(run)
    assert (found.settings, found.provenance, found.restored) == (whole.settings, whole.provenance, True)
    assert [check.ok for check in check_run(run)] == [True, False, True]
    with AnswerStore(run / "answers.sqlite", read_only=True) as store:
        answers = store.table()["key"].tolist()
    write_run(run)
    with AnswerStore(run / "answers.sqlite", read_only=True) as store:
        assert store.table()["key"].tolist() == answers
    assert read_manifest(run) == whole
    assert all(check.ok for check in check_run(run))


@pytest.mark.parametrize("fits", [True, False])
def test_a_torn_manifest_without_a_copy_is_rebuilt_only_from_settings_that_fit(run: Path, fits: bool) -> None:
    """Runs of earlier releases have no copy."""
    settings = read_manifest(run).settings
    with contextlib.closing(sqlite3.connect(run / "answers.sqlite", isolation_level=None)) as database:
        database.execute("DELETE FROM manifest")
    (run / "run.json").write_text("")
    with pytest.raises(InputError, match="not JSON"):
        read_manifest(run)
    if fits:
        write_run(run)
        assert read_manifest(run).settings == settings
        assert read_scores(run)["n_answered"] == read_scores(run)["n_planned"]
        return
    changes: tuple[dict[str, Any], ...] = ({"roles": settings["roles"][:1]}, {"models": {"another": {}}})
    for changed in changes:
        with pytest.raises(InputError, match="not JSON"):
            Run.open(run, settings | changed, "bench")
    assert (run / "run.json").read_text() == ""


def test_a_copy_of_other_settings_is_not_taken_up(run: Path) -> None:
    (run / "run.json").write_text("")
    with pytest.raises(InputError, match="under other settings"):
        Run.open(run, {"seed": 1}, "bench")
    assert (run / "run.json").read_text() == "", "nothing was written"


@pytest.mark.parametrize("kind", ["empty", "half", "zeros"])
def test_torn_scores_are_named_with_the_command_that_mends_them(run: Path, kind: str) -> None:
    _torn(run / "scores.json", kind)
    with pytest.raises(InputError, match=r"scores\.json") as caught:
        read_scores(run)
    assert f"valuespectrum score {run}" in caught.value.hint
    score_run(run, ScoringOptions(draws=100))
    assert read_scores(run)["n_answered"] > 0


READERS: dict[str, Callable[[Path], list[object]]] = {
    "score": lambda run: ["score", run],
    "report": lambda run: ["report", run],
    "export": lambda run: ["export", "csv", run],
    "hf": lambda run: ["export", "hf", run],
    "inspect": lambda run: ["export", "inspect", run],
    "doctor": lambda run: ["doctor", "--run", run],
}


@pytest.mark.parametrize("verb", READERS)
@pytest.mark.parametrize("stage", ["locked", "settings", "store", "planned"])
def test_verbs_beside_a_bench_that_has_just_begun_say_so(
    whole: Path, tmp_path: Path, said: Said, verb: str, stage: str
) -> None:
    folder = tmp_path / "run"
    settings = read_manifest(whole).settings
    with Run.open(folder, settings, "bench") as begun:
        if stage == "locked":
            (folder / "run.json").unlink()
        elif stage == "store":
            sqlite3.connect(begun.answers_path).close()
            begun.answers_path.touch()
        elif stage == "planned":
            AnswerStore(begun.answers_path).close()
        code = main([str(word) for word in READERS[verb](folder)])
    if verb == "doctor" and stage in ("store", "planned"):
        assert code == 0, "nothing is wrong with it"
        return
    assert code == 2
    assert len([line for line in said().splitlines() if line.startswith("error")]) == 1


def test_beside_a_bench_the_words_tell_what_to_wait_for(whole: Path, tmp_path: Path) -> None:
    with Run.open(tmp_path / "run", read_manifest(whole).settings, "bench"):
        for read in (read_scores, lambda run: score_run(run, ScoringOptions())):
            with pytest.raises(InputError, match=rf"has just begun .*process {os.getpid()} on"):
                read(tmp_path / "run")


@pytest.mark.parametrize("name", ["run.json", "scores.json", "answers.sqlite"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_run_of_others_leads_nowhere_else(run: Path, tmp_path: Path, name: str, kind: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("")
    (run / name).unlink()
    if kind == "link":
        (run / name).symlink_to(victim)
    else:
        os.mkfifo(run / name)
    for words in (*(make(run) for make in READERS.values()),):
        main([str(word) for word in words])
    with pytest.raises(ValueSpectrumError):
        write_run(run)
        read_scores(run)
    assert victim.read_text() == ""


def test_damaged_runs_are_answered_or_refused_in_one_line(tmp_path: Path) -> None:
    """More of them: ``python -m tests.valuespectrum.mutated_runs``."""
    for damaged, verb, ended, line in many_mutations(20, 1, tmp_path):
        assert ended in ((0, 1, 2) if verb == "doctor" else (0, 2)), (damaged, verb, ended, line)


def test_a_profile_in_a_manifest_is_checked_before_it_is_believed(run: Path) -> None:
    document = json.loads((run / "run.json").read_text())
    (model,) = document["settings"]["models"]
    document["settings"]["models"][model]["profile"] = '{"power": "much"}'
    (run / "run.json").write_text(json.dumps(document))
    assert main(["report", str(run)]) == 2


@pytest.mark.parametrize("verb", ["hf", "inspect", "report"])
def test_a_corpus_that_is_null_is_told_in_one_line(run: Path, said: Said, verb: str) -> None:
    """An instrument that shows no pictures has no corpus; a manifest of somebody's may say so in its own way."""
    document = json.loads((run / "run.json").read_text())
    document["settings"] |= dict.fromkeys(("corpus", "keywords", "retrieval"))
    (run / "run.json").write_text(json.dumps(document | {"kind": "instrument"}))
    assert main([str(word) for word in READERS[verb](run)]) == 2
    (line,) = [line for line in said().splitlines() if line.startswith("error")]
    assert "run.json" in line and "left out" in line


def test_a_verdict_without_its_reason_is_shown(run: Path) -> None:
    scores = json.loads((run / "scores.json").read_text())
    for row in (*scores["personas"], *scores["playing"]):
        del row["why"]
    (run / "scores.json").write_text(json.dumps(scores))
    assert main(["report", str(run)]) == 0
