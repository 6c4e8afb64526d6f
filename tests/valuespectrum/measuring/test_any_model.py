"""Questionnaires, orientation and the adaptive test on models of every kind, by the same code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fault_server import KEY, Behaviour, FaultServer, serving

from valuespectrum.cli import main
from valuespectrum.instruments.value_portrait.items import OWN

ASKED: Mapping[str, tuple[str, ...]] = {
    "value-portrait": ("wordings=1", "items=ITEMS"),
    "portraits": ("rounds=1", "wordings=1"),
    "svo": ("arrangements=2", "secondary=false", "marks=letters"),
    "hvae": ("runs=1",),
    "adaptive-portraits": ("most=2", "scoring=four"),
}
"""Few asks of each: what is tested is the way there and back."""
MARK = {"value-portrait": "like me", "portraits": "4", "svo": "A", "hvae": "K", "adaptive-portraits": "4"}
"""One and the same answer to all that an instrument asks."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FaultServer, list[str]]]:
    """A server that says one and the same to everything."""
    said = [""]
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    told = Behaviour(message=lambda question, dice: {"role": "assistant", "content": said[0]}, logprobs=False)
    with serving(told) as server:
        yield server, said


def scores_of(name: str, spec: str, folder: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and scores of a run of an instrument."""
    options = [word for each in ASKED[name] for word in ("--option", each.replace("ITEMS", str(folder / "items.json")))]
    if name == "value-portrait":
        few_items(folder / "items.json")
    code = main(["instrument", "run", name, "--model", spec, *options, "--run", str(folder / "run"), "--json"])
    return code, json.loads((folder / "run" / "scores.json").read_text(encoding="utf-8"))


def few_items(path: Path) -> None:
    """Our responses to two queries."""
    path.write_text(json.dumps(json.loads(OWN.read_text(encoding="utf-8"))[:2]), encoding="utf-8")


def numbers(scores: Mapping[str, Any]) -> list[float]:
    told = [row[end] for row in scores["profile"].values() for end in ("mean", "centred")]
    return [each for each in told if each is not None]


@pytest.mark.parametrize("name", ASKED)
def test_a_served_model_that_says_one_thing_is_named(
    name: str, served: tuple[FaultServer, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, said = served
    said[0] = MARK[name]
    code, scores = scores_of(name, f"openai:toy-1@{server.url}?scoring=text", tmp_path)
    capsys.readouterr()
    found = scores["guards"]["constant"]
    assert code == 0 and found["state"] == "flagged" and found["number"] == 1.0, found
    assert not numbers(scores) and scores["verdicts"] == [found["statement"]]
    # Said to a reader, too: the sentence stands among the notes of whoever scores or reports the run.
    assert main(["score", str(tmp_path / "run")]) == 0
    assert "whatever is asked: that is no profile" in " ".join(capsys.readouterr().out.split())


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of a public family with random weights."""
    from tiny_models import qwen3_vl

    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(threads=1)
    return qwen3_vl(tmp_path_factory.mktemp("untrained") / "weights")


@pytest.mark.parametrize("name", ASKED)
def test_an_untrained_model_gets_no_number_for_what_it_does_not_say(name: str, tmp_path: Path, untrained: Path) -> None:
    code, scores = scores_of(name, f"hf:{untrained}", tmp_path)
    assert code in (0, 2) and scores["n_answered"] == scores["n_asks"] > 0
    heard = sum(row["n_answers"] for row in scores["profile"].values())
    assert code == 0 if heard else not numbers(scores)
    assert scores["guards"]["constant"]["state"] in ("flagged", "unknown" if heard < 8 else "holds")


@pytest.mark.parametrize("name", ASKED)
def test_the_reference_model_is_asked_by_the_same_code(name: str, tmp_path: Path) -> None:
    code, scores = scores_of(name, "reference:amber", tmp_path)
    assert code == 0 and scores["n_answered"] == scores["n_asks"] > 0
    assert scores["respondents"][0]["model"].startswith("reference:amber") and "constant" in scores["guards"]
    if name != "hvae":  # it was not trained to name a goal, without which nothing is chosen
        assert sum(row["n_answers"] for row in scores["profile"].values()) > 0
