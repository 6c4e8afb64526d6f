"""``steer counterfactual``: a loop that goes on, is replayed without a model, and says in one line what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from valuespectrum.cli import main
from valuespectrum.operations.steering.counterfactual import CounterfactualSettings, steer_counterfactual
from vectorstore.foundation.json_types import Json

WANTED = ("--want", "power=5", "--want", "security=4", "--want", "universalism=1", "--theta", "0")


def _steered(capsys: pytest.CaptureFixture[str], out: Path, *options: str, model: str = "simulated:amber") -> Json:
    words = ["steer", "counterfactual", "--model", model, *WANTED, "--draws", "6", "--out", str(out), "--json"]
    assert main([*words, *options]) == 0
    document: Json = json.loads(capsys.readouterr().out)
    return document


def test_answers_come_nearer_and_a_replay_tells_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "steered"
    found = _steered(capsys, out, "--beside-prompt", "--records", "naive", "--records", "reasoning")
    assert found["after"]["mae_sum"]["mean"] == 0 and found["before"]["mae_sum"]["mean"] > 3
    assert "same number" in found["after"]["mae_sum"]["why"]
    assert found["after_less_prompt"]["high"] < 0 and found["outcomes"] == {"rewritten": 6}
    assert len((out / "naive.jsonl").read_text().splitlines()) == found["records"]["reasoning"]["records"] == 6
    written = json.loads((out / "counterfactual.json").read_text())
    assert [trace["draw"] for trace in written["traces"]] == list(range(6))
    before = (out / "answers.sqlite").read_bytes()
    again = _steered(capsys, out, "--beside-prompt", "--replay", model="hf:gone")
    assert {**again, "records": found["records"]} == found
    assert (out / "answers.sqlite").read_bytes() == before


def test_without_its_parts_the_loop_is_no_nearer_than_the_value_prompt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [word for part in ("relations", "concepts", "counterfactual") for word in ("--without", part)]
    found = _steered(capsys, tmp_path / "bare", "--beside-prompt", *parts)
    assert found["after_less_prompt"]["mean"] == 0


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--want", "fame=3"], "no wanted value"),
        (["--attributor", "openai:some-model"], "fixed questions only"),
        (["--replay"], "no stored answers"),
        (["--labels", "none.yaml"], "cannot read rated answers"),
        (["--system", "none.yaml"], "none.yaml"),
        (["--questions", "none.yaml"], "none.yaml"),
        (["--measured", "no-run"], "no-run"),
        (["--relations", "none.json"], "none.json"),
        (["--without", "relations", "--without", "concepts", "--without", "counterfactual"], "is a value prompt"),
    ],
)
def test_what_cannot_be_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    problem: str,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    words = ["steer", "counterfactual", "--model", "simulated:amber", *WANTED, "--out", str(tmp_path / "out"), "--json"]
    assert main([*words, *options]) == 2
    assert problem in json.loads(capsys.readouterr().out)["error"]["message"]
    assert not (tmp_path / "out").exists()


def test_a_threshold_has_to_be_named(tmp_path: Path) -> None:
    from vectorstore.foundation.errors import InputError

    with pytest.raises(InputError, match="published one is not known"):
        steer_counterfactual("simulated:amber", tmp_path, CounterfactualSettings(("power=5",)))
    words = ["steer", "counterfactual", "--model", "simulated:amber", "--want", "power=5"]
    assert main(words) == 2
