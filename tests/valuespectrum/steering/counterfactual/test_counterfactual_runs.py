"""A whole run of the loop with models that follow prompts, from files of a user's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stub_writers import SYSTEM, StubWriter

from agents.models.base import Model, ModelOptions
from agents.models.registry import MODELS
from valuespectrum.operations.shared.telling import Unattended
from valuespectrum.operations.steering.counterfactual import CounterfactualSettings, steer_counterfactual
from valuespectrum.steering.graph.value_graph import GraphEdge, ValueGraph
from vectorstore.foundation.errors import InputError

WRITERS: dict[str, StubWriter] = {}


def load_stub(reference: str, options: ModelOptions) -> Model:
    """One that keeps what it was asked."""
    return WRITERS.setdefault(reference, StubWriter(id=f"stub:{reference}@1"))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(MODELS._registered, "stub", load_stub)
    WRITERS.clear()
    (tmp_path / "system.yaml").write_text(json.dumps(SYSTEM.to_json()))
    (tmp_path / "bridge.png").write_bytes(b"a picture")
    asked = [{"id": f"q{at}", "question": f"What of bridge {at}?", "frames": ["bridge.png"]} for at in range(6)]
    (tmp_path / "questions.yaml").write_text(json.dumps(asked))
    (tmp_path / "labels.yaml").write_text(json.dumps([{"text": "I help.", "scores": {"care": 5}}]))
    graph = ValueGraph(("care", "power"), (GraphEdge("care", "power", "->", 0.7),), 40, 0.05, "stable")
    (tmp_path / "graph.json").write_text(json.dumps({"graph": graph.to_json()}))
    return tmp_path


def _settings(files: Path) -> CounterfactualSettings:
    wanted = ("care=5", "power=1", "rest=3")
    return CounterfactualSettings(
        wanted, 0.0, "stub:rater", "stub:writer", files / "questions.yaml", files / "system.yaml", beside_prompt=True
    )


def test_three_models_play_three_roles(files: Path) -> None:
    found = steer_counterfactual("stub:subject", files / "out", _settings(files))
    document = found.to_dict()
    assert document["outcomes"] == {"rewritten": 6} and document["unit"] == "question"
    assert document["after"]["mae_sum"]["mean"] == 0 and document["value_prompt"]["mae_sum"]["mean"] == 0
    assert document["before"]["mae_sum"]["mean"] == 9 and document["after"]["spearman"]["mean"] == 1
    raters, writers, subjects = (WRITERS[name].asked for name in ("rater", "writer", "subject"))
    assert all("Rate all" in ask.question or "Repeat" in ask.question for ask in raters)
    assert all("Which one concept" in ask.question or "Rewrite it" in ask.question for ask in writers)
    assert {ask.question.partition("\n")[0] for ask in subjects} == {f"What of bridge {at}?" for at in range(6)}
    assert all(ask.frames for ask in (*raters, *writers, *subjects))
    again = steer_counterfactual("stub:subject", files / "out", replace(_settings(files), replay=True))
    assert again.to_dict() == document


def test_what_has_no_interval_says_why(files: Path) -> None:
    found = steer_counterfactual("stub:subject", files / "out", _settings(files))
    row = found.to_dict()["before"]["mae_sum"]
    assert row["low"] is None and row["why"] and f" no interval: {row['why']}\n" in str(found)


def test_the_seed_is_that_of_repeats(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[ModelOptions] = []

    def noting(reference: str, options: ModelOptions) -> Model:
        loaded.append(options)
        return load_stub(reference, options)

    monkeypatch.setitem(MODELS._registered, "stub", noting)
    steer_counterfactual("stub:subject", files / "out", replace(_settings(files), seed=5))
    assert loaded and {(each.seed, each.repeats_seed) for each in loaded} == {(5, 5)}


def test_records_of_other_answers_do_not_stay(files: Path) -> None:
    """They would lie beside answers to another wish, as if they were theirs."""
    out, settings = files / "out", replace(_settings(files), records=("naive", "reasoning"))
    steer_counterfactual("stub:subject", out, settings)
    made = {path.name: path.read_bytes() for path in out.glob("*.jsonl")}
    assert set(made) == {"naive.jsonl", "reasoning.jsonl"}
    steer_counterfactual("stub:subject", out, replace(settings, records=()))
    assert {path.name: path.read_bytes() for path in out.glob("*.jsonl")} == made, "of the same answers"
    steer_counterfactual("stub:subject", out, replace(settings, want=("care=1",), records=("naive",)))
    (left,) = out.glob("*.jsonl")
    assert left.name == "naive.jsonl" and left.read_bytes() != made["naive.jsonl"]


def test_a_graph_tells_which_values_go_together_and_people_what_to_rate(files: Path) -> None:
    settings = replace(_settings(files), relations=files / "graph.json", labels=files / "labels.yaml", blind=True)
    found = steer_counterfactual("stub:subject", files / "out", settings)
    assert "a graph over 40 rows" in found.to_dict()["relations"]
    assert any("It goes with Power." in ask.question for ask in WRITERS["writer"].asked)
    assert any('- "I help": Care: 5' in ask.question for ask in WRITERS["rater"].asked)
    assert not any(ask.frames for ask in WRITERS["rater"].asked)


class _Warned(Unattended):
    """Keeps what it is warned of."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warn(self, text: str) -> None:
        self.told.append(text)


def test_scores_that_are_older_than_answers_are_told(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relations and covariances come of them as a graph does, whose verb says so."""

    def table(runs: object, warn: Callable[[str], None]) -> None:
        warn("these scores are older than the answers")
        raise InputError("enough is known")

    monkeypatch.setattr("valuespectrum.steering.graph.run_table.table_of_runs", table)
    settings, warned = replace(_settings(files), measured=(files / "run",)), _Warned()
    with pytest.raises(InputError, match="enough is known"):
        steer_counterfactual("stub:subject", files / "out", settings, warned)
    assert warned.told == ["these scores are older than the answers"]


def test_models_that_are_no_reference_need_questions(files: Path) -> None:
    with pytest.raises(InputError, match="no questions were named"):
        steer_counterfactual("stub:subject", files / "out", replace(_settings(files), questions=None))
    assert not (files / "out").exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"want": ("fame=3",)}, "no wanted value"),
        ({"questions": None}, "no questions were named"),
        ({"questions": Path("none.yaml")}, "none.yaml"),
        ({"draws": 0}, "draws cannot be 0"),
        ({"labels": Path("none.yaml")}, "none.yaml"),
    ],
)
def test_what_makes_no_sense_is_told_before_models_are_loaded(
    wrong: dict[str, Any], told: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setitem(MODELS._registered, "stub", never)
    with pytest.raises(InputError, match=told):
        steer_counterfactual("stub:subject", files / "out", replace(_settings(files), **wrong))
    assert not (files / "out").exists()


def test_labels_that_cannot_be_read_are_told_before_models_are_loaded(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setitem(MODELS._registered, "stub", never)
    document = SYSTEM.to_json()
    document["dimensions"]["care"]["label"] = "Care: for others"
    (files / "system.yaml").write_text(json.dumps(document))
    with pytest.raises(InputError, match="ratings of 'care' by its label 'Care: for others' would be lost"):
        steer_counterfactual("stub:subject", files / "out", _settings(files))
    assert not (files / "out").exists()


def test_what_the_reference_world_has_no_words_for_is_told_before_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("valuespectrum.operations.steering.counterfactual.load_models", never)
    settings = CounterfactualSettings(("power=5",), theta=1.0, blind=True)
    with pytest.raises(InputError, match="know Schwartz's ten values, no ratings and no descriptions"):
        steer_counterfactual("reference", tmp_path / "out", settings)
