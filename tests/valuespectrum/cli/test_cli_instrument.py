"""``instrument list`` and ``instrument run``: documents, words, and one line for what cannot be."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from release_world import copy
from trial_instruments import FourQuestions, Staircase

from valuespectrum.cli import main
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.operations.bench import BenchSettings
from valuespectrum.theory.value_sets import FOUR
from vectorstore.foundation.errors import InputError

MODEL = "simulated:security=1,power=2,stimulation=-1"


@pytest.fixture(autouse=True)
def trials(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (FourQuestions, Staircase):
        monkeypatch.setitem(INSTRUMENTS._registered, kind.name, kind)


def test_the_list_says_what_is_asked_and_under_which_terms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["instrument", "list", "--json"]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)["instruments"]}
    ours = {"behaviour", "best-worst", "forced-choice", "isq", "like", "pairs", "paper", "scale7"}
    assert set(listed) >= ours | {"portraits", "portrait-memory", "stairs", "trial"}
    assert listed["trial"]["dimensions"] == list(FOUR.dimensions) and listed["trial"]["asks"] == 12
    assert {item["licence"] for item in listed["trial"]["items"]} == {"CC0-1.0"}
    options = {"language": "en", "form": "forced", "frame_of_mind": "neutral", "items": ""}
    assert listed["like"]["options"] == {"wordings": 2, "prefill": "", **options} and listed["like"]["pictures"]


def test_one_that_cannot_be_used_is_listed_and_in_no_others_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INSTRUMENTS._registered, "hollow", object)
    assert main(["instrument", "list"]) == 0
    said = capsys.readouterr().out
    assert "cannot be used: hollow" in said and "like battery" not in said and "trial: how often" in said


def test_how_a_model_is_asked_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An engine may be another one than was wished for."""
    assert main(["instrument", "run", "trial", "--model", MODEL, "--run", str(tmp_path / "run"), "--json"]) == 0
    said = capsys.readouterr()
    ((model, how),) = json.loads(said.out)["engines"].items()
    assert model.startswith("simulated:") and "explanation" in how and f"{model}: engine: its own" in said.err


@pytest.mark.parametrize("name", ["trial", "stairs"])
def test_any_instrument_can_be_run_scored_and_exported(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(tmp_path / "run")
    assert main(["instrument", "run", name, "--model", MODEL, "--run", run]) == 0
    said = capsys.readouterr().out
    assert ("Self-enhancement" if name == "trial" else "Angle, degrees") in said
    assert ("centred" in said) == (name == "trial"), "numbers on different scales are not centred"
    assert main(["score", run, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "instrument"
    assert main(["export", "scores", run]) == 0
    header, *rows = (tmp_path / "run" / "scores.csv").read_text().splitlines()
    assert "value_set" in header and len(rows) == (4 if name == "trial" else 1)
    assert main(["doctor", "--run", run]) == 0
    title = FOUR.title if name == "trial" else "Trial angle"
    capsys.readouterr()
    assert main(["report", run, "--json"]) == 0
    (group,) = json.loads(capsys.readouterr().out)["instruments"]
    assert (group["instrument"], group["value_set"]) == (name, title)
    assert title in html.unescape((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))
    # Beside a run over the ten values it stands for itself.
    assert main(["report", str(copy("runs/simulated", tmp_path)), run, "--json"]) == 0
    told = [(group["instrument"], group["value_set"]) for group in json.loads(capsys.readouterr().out)["instruments"]]
    assert len(told) == len(set(told)) > 1 and told[-1] == (name, title)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["tarot"], "unknown instrument 'tarot'"),
        (["like"], "asks about pictures"),
        (["trial", "--corpus", "."], "shows no pictures"),
        (["trial", "--option", "per_value"], "not NAME=VALUE"),
        (["trial", "--option", "per_value=many"], "option per_value"),
        (["trial", "--option", "depth=1"], "has no option 'depth'"),
        (["trial", "--option", "per_value=1", "--option", "per_value=2"], "named twice"),
        (["trial", "--persona", "nobody"], "nobody"),
        (["like", "--corpus", "nowhere", "--option", "wordings=9"], "wordings must lie in 1..6"),
        (["like", "--stimulus", "none"], "asks about clips"),
        (["svo", "--stimulus", "caption", "--corpus", "."], "shows no clips"),
        (["portraits", "--stimulus", "frames"], "name a corpus"),
        (["portraits", "--stimulus", "frames", "--option", "after=clips"], "both say whether clips are shown"),
        (["like", "--stimulus", "frames", "--present", "caption", "--corpus", "."], "both say how clips are shown"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert main(["instrument", "run", *words, "--model", MODEL, "--run", str(run)]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert len(lines) == 1 and complaint in lines[0]
    assert not run.exists()


@pytest.mark.parametrize(
    ("instrument", "stimulus", "expected"),
    [
        ("portraits", "frames", {"params": {"after": "clips"}, "present": (), "frames": 3}),
        ("portraits", "caption", {"params": {"after": "clips"}, "present": ("caption",)}),
        ("value-portrait", "mismatched", {"params": {"about": "clips"}, "present": ("mismatched",)}),
        ("like", "transcript", {"params": {}, "present": ("transcript",)}),
    ],
)
def test_a_stimulus_is_kept_as_what_it_comes_to(
    instrument: str, stimulus: str, expected: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def bench(corpus: Path, specs: list[str], run: Path, settings: BenchSettings, *beside: object) -> None:
        asked.append(settings)
        raise InputError("far enough")

    monkeypatch.setattr("valuespectrum.operations.instrument.bench", bench)
    words = ["--stimulus", stimulus, "--frames", "3", "--corpus", "corpus"]
    assert main(["instrument", "run", instrument, "--model", MODEL, *words]) == 2
    assert {name: getattr(asked[0], name) for name in expected} == expected and asked[0].battery == instrument


def test_no_stimulus_is_what_an_instrument_without_clips_asks(tmp_path: Path) -> None:
    for name, words in (("one", []), ("other", ["--stimulus", "none"])):
        run = ["--model", "simulated:amber", "--run", str(tmp_path / name)]
        asked = ["portraits", "--option", "rounds=1", "--option", "wordings=1"]
        assert main(["instrument", "run", *asked, *words, *run]) == 0
    one, other = (json.loads((tmp_path / name / "scores.json").read_text())["profile"] for name in ("one", "other"))
    assert one == other


def test_a_benchmark_needs_an_instrument_that_shows_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", "--corpus", str(tmp_path), "--battery", "trial", "--model", MODEL, "--run", str(tmp_path / "r")]
    assert main(words) == 2
    assert "valuespectrum instrument run trial" in capsys.readouterr().err
