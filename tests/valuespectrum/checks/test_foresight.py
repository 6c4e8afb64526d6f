"""What cannot be is refused before anything is opened, loaded or planned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.models.base import ModelOptions
from agents.models.local.simulated import load
from valuespectrum.checks.foresight import check_models
from valuespectrum.cli import main
from vectorstore.foundation.errors import InputError, ModelError

CANNOT_BE = {
    "no scheme": ("nope:x", {}, "unknown model"),
    "no name": ("reference:nobody", {}, "no reference respondent"),
    "no folder": ("hf:/nowhere/at/all", {}, "no such model folder"),
    "a name too long": ("hf:" + "x" * 5000, {}, "no such model folder"),
    "a profile too long": ("simulated:" + "x" * 5000, {}, "not name=number"),
    "no hub name": ("hf:gpt2", {}, "no such model folder"),
    "no profile": ("simulated:nowhere.yaml", {}, "cannot read profile"),
    "no number": ("simulated:security=high", {}, "not name=number"),
    "no provider": ("inspect:model", {}, "names no provider"),
    "no option": ("openai:m?colour=red", {}, "colour"),
    "no file for a server that steers": ("openai:m@http://localhost:1/v1?steering=nowhere.json", {}, "nowhere.json"),
    "a field of steering alone": ("openai:m@http://localhost:1/v1?steering_field=steering", {}, "without steering"),
    "a provider steers nothing": ("inspect:openai/m?steering=nowhere.json", {}, "told nothing of steering"),
    "a provider takes no batches": ("inspect:openai/m?batch=1", {}, "not asked in batches"),
    "a rule draws nothing": ("simulated:security=1", {"samples": 3}, "draws no samples"),
    "no field of a respondent": ("simulated:amber,nothing=1", {}, "has no 'nothing'"),
    "no engine": ("reference", {"engine": "steam"}, "Unknown engine"),
    "no layout": ("reference", {"layout": "sideways"}, "Unknown layout"),
    "no number format": ("reference", {"dtype": "float7"}, "Unknown number format"),
    "no device": ("reference", {"device": "abacus"}, "cannot be used"),
    "no temperature": ("reference", {"temperature": float("nan")}, "temperature of answers is nan"),
    "nothing drawn": ("hf:owner/name", {"temperature": 0.7}, "draws none"),
}


@pytest.mark.parametrize("why", CANNOT_BE)
def test_what_cannot_be_is_refused_unloaded(why: str) -> None:
    spec, options, complaint = CANNOT_BE[why]
    with pytest.raises((InputError, ModelError), match=complaint):
        check_models([spec], ModelOptions(**options))  # type: ignore[arg-type]


def test_what_can_be_passes_without_a_network() -> None:
    check_models(["reference", "hf:owner/name@main?thinking=off", "openai:m@http://localhost:1/v1"], ModelOptions())
    check_models(["simulated:amber", "simulated:humility=2,yes=0.5"], ModelOptions(samples=3))
    check_models(["hf:owner/name"], ModelOptions(samples=3, temperature=0.7))
    check_models(["hf:owner/name"], ModelOptions(temperature=0.7), repeats=True)
    check_models(["simulated:amber", "openai:m@http://localhost:1/v1"], ModelOptions(temperature=0.7))
    with pytest.raises(InputError, match="twice"):
        check_models(["reference", "reference"], ModelOptions())
    with pytest.raises(InputError, match="no model"):
        check_models([], ModelOptions())


def test_a_dry_run_refuses_before_it_looks_at_the_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["bench", "--corpus", str(tmp_path / "none"), "--model", "nonsense:x", "--dry-run"]
    assert main([*words, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "nonsense:x" in error["message"] and "reference:..." in error["hint"]


def test_a_simulated_model_is_named_by_what_it_holds() -> None:
    options = ModelOptions()
    model = load("power=-1,security=2", options)
    assert model.id.startswith("simulated:security=2,power=-1@") and model.id == load("security=2,power=-1", options).id
    assert load("", options).id.startswith("simulated:flat@")
    many = load(",".join(f"value_{number}={number + 1}" for number in range(30)), options).id
    assert many.partition("@")[0] == "simulated:value_29=30,value_28=29,etc"
