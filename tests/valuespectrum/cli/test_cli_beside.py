"""Options that mean nothing where they stand are refused, not passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from valuespectrum.cli import main

ASK = "bench --corpus nowhere --model simulated:power=1"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bench --pilot nowhere --model simulated:power=1", "--model means nothing beside --pilot"),
        ("bench --pilot nowhere --dry-run", "--dry-run means nothing beside --pilot"),
        ("bench --pilot nowhere --wordings 3 --detect 0.5", "--wordings means nothing beside --pilot"),
        (f"{ASK} --target-se 0.2", "--target-se means nothing without --plan"),
        (f"{ASK} --across-personas", "--across-personas means nothing without --plan"),
        (f"{ASK} --plan --dry-run", "--plan asks a pilot, and --dry-run asks nothing"),
        (f"{ASK} --plan --wordings 1", "one wording cannot show how wordings differ"),
        (f"{ASK} --plan --battery pairs --wordings 1", "one wording cannot show how wordings differ"),
        (f"{ASK} --plan --battery paper", "answers to paper do not tell liking set by set"),
        (f"{ASK} --plan --battery svo-shown", "answers to svo-shown do not tell liking set by set"),
        (f"{ASK} --plan --across-personas", "the pilot has one role"),
        (f"{ASK} --plan --battery full", "--battery full asks several instruments"),
        ("calibrate --corpora 2 --model reference:amber", "--model means nothing beside --corpora"),
        ("calibrate --corpora 2 --run elsewhere", "--run means nothing beside --corpora"),
        ("calibrate --figure out.svg", "--figure means nothing without --corpora"),
        ("corpus snapshot nowhere --chroma http://localhost:8000", "--chroma means nothing without NAME"),
        ("corpus label nowhere --by embedding --seed 3", "--seed means nothing beside --by embedding"),
        ("persona import traits nowhere.txt --field words", "--field means nothing beside the format traits"),
        ("people history nowhere --corpus C --kept-from 2", "--kept-from means nothing beside the layout history"),
        ("people personaact nowhere --corpus C --gap 5", "--gap means nothing beside the layout personaact"),
        ("roleplay --corpus C --sessions 0 --steps 9", "--steps means nothing beside --sessions 0"),
        ("roleplay --corpus C --sessions 0 --observe none", "--observe means nothing beside --sessions 0"),
    ],
)
def test_what_means_nothing_is_refused(
    line: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*line.split(), "--json"]) == 2
    error = json.loads(capfd.readouterr().out)["error"]
    assert error["message"].startswith(said) and error["hint"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_may_hold_options_of_other_jobs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "study.yaml").write_text("bench:\n  top-k: 3\n  target-se: 0.2\n  model: [simulated:power=1]\n")
    words = ["bench", "--config", str(tmp_path / "study.yaml")]
    assert main([*words, "--pilot", str(tmp_path / "nowhere")]) == 2
    assert "means nothing" not in capfd.readouterr().err
    assert main([*words, "--corpus", str(tmp_path / "nowhere")]) == 2
    assert "means nothing" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("verb", "text", "said"),
    [
        (
            "bench",
            "corpus: nowhere\nmodel: simulated:power=1\nstimuli: set.json\ntop-k: 3\n",
            "line 4: --top-k means nothing beside --stimuli",
        ),
        ("bench", "pilot: nowhere\nwordings: 3\n", "line 2: --wordings means nothing beside --pilot"),
        ("corpus label nowhere", "by: people\ndevice: cpu\n", "line 2: --device means nothing beside --by people"),
    ],
)
def test_what_means_nothing_beside_an_option_of_the_same_file_is_refused(
    verb: str, text: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(text)
    assert main([*verb.split(), "--config", str(file), "--json"]) == 2
    assert json.loads(capfd.readouterr().out)["error"]["message"] == f"{file}, {said}"


def test_what_is_typed_makes_it_another_job_than_that_of_the_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, nowhere = tmp_path / "study.yaml", tmp_path / "nowhere"
    file.write_text(f"corpus: {nowhere}\nmodel: simulated:power=1\ntop-k: 3\n")
    assert main(["bench", "--config", str(file), "--stimuli", str(tmp_path / "set.json"), "--json"]) == 2
    assert "means nothing" not in json.loads(capfd.readouterr().out)["error"]["message"]
    # A run that recorded its options names them all.
    file.write_text(f"corpus: {nowhere}\nmodel: simulated:power=1\nstimuli: set.json\ntop-k: 5\n")
    assert main(["bench", "--config", str(file), "--json"]) == 2
    assert "means nothing" not in json.loads(capfd.readouterr().out)["error"]["message"]
