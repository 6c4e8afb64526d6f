"""Scores on disk: what is read, what is brought forward, what is refused, and by which words."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_run import write_run

from valuespectrum.instruments.measurement import Measurement
from valuespectrum.runs.run import read_scores
from valuespectrum.runs.scores_schema import ScoresDocument
from valuespectrum.theory.value_sets import FOUR, TEN
from vectorstore.foundation.errors import InputError, SchemaError

ROOT = Path(__file__).parents[3]
OLD = ROOT / "tests" / "fixtures" / "release_0_1" / "runs"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("scores") / "whole")


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "run"))


@pytest.mark.parametrize("name", sorted(path.name for path in OLD.iterdir()))
def test_scores_of_the_last_release_are_read_in_the_present_layout(name: str) -> None:
    before = json.loads((OLD / name / "scores.json").read_text(encoding="utf-8"))
    scores = read_scores(OLD / name)
    assert (before["schema"], scores["schema"], scores["kind"]) == (1, 3, "bench")
    for old, one in zip(before["respondents"], scores["respondents"], strict=True):
        assert (one["value_set"], one["unit"], one["instrument"]) == ("schwartz_10", "clip", old["instrument"])
        changed = ("profile", "differences", "notes")
        assert {name: one[name] for name in old if name not in changed} == {
            name: part for name, part in old.items() if name not in changed
        }
        if isinstance(old.get("differences"), dict):
            assert one["differences"] is None and "score the run again" in one["notes"][-1]
        for value, row in old["profile"].items():
            assert one["profile"][value] == row | {"n_units": row["n_clips"]}


def test_every_respondent_is_a_measurement(run: Path) -> None:
    scores = read_scores(run)
    for one in scores["respondents"]:
        measured = Measurement.from_json(one)
        assert (measured.instrument, measured.value_set, measured.unit) == ("like", TEN, "clip")
        assert list(measured.scores) == list(TEN.dimensions)
        assert {**one, **measured.to_json()} == one, "nothing is lost or changed on the way"


def _set(name: str, value: object) -> Change:
    def change(scores: dict[str, Any]) -> None:
        scores["respondents"][0][name] = value

    return change


def _other_dimension(scores: dict[str, Any]) -> None:
    profile = scores["respondents"][1]["profile"]
    profile["charm"] = profile.pop("power")


def _other_set(scores: dict[str, Any]) -> None:
    scores["value_sets"] = {TEN.name: FOUR.to_json() | {"name": TEN.name}}


CIRCLE: dict[str, Any] = {
    **{"instrument": "vqa", "value_set": TEN.name, "respondents": 12, "complete": 12, "why": "", "notes": []},
    **{"people": dict.fromkeys(("distance", "cosine", "order_index", "congruence"), 0.5)},
    **dict.fromkeys(("distance", "cosine", "order_index", "map", "semantic")),
}
"""A circle without numbers, and without a reason why there are none."""
WALKS: dict[str, Any] = {"window": 20, "level": 0.95, "conditions": [], "published": {"confounds": "", "rows": []}}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_set("value_set", "chakras"), "'chakras' is not described"),
        (_set("instrument", None), "instrument"),
        (_set("unit", 3), "unit"),
        (_set("instrument", "paper"), "scores by 'paper' have no paper"),
        (_other_dimension, "'charm' is no dimension of 'schwartz_10'"),
        (_other_set, "other dimensions"),
        (lambda scores: scores["respondents"][0]["profile"].pop("power"), "power missing"),
        (lambda scores: scores.pop("kind"), "kind"),
        (lambda scores: scores.pop("value_sets"), "value_sets"),
        (lambda scores: scores["respondents"][0]["profile"]["power"].pop("n_units"), "n_units"),
        (_set("decisions", {"stated": 3, "orders": {}}), "stated"),
        (_set("decisions", {"stated": {}, "orders": {"s001": [0, 0, 1]}}), "'s001' does not name every act once"),
        (_set("decisions", {"stated": {}, "orders": {"s001": []}}), "'s001' does not name every act once"),
        (_set("decisions", {"stated": {}, "orders": {}, "ranked": {"s001": [[0, 2]]}}), "'s001' does not name every"),
        (_set("decisions_shown", {"stated": {}, "ranked": {"c1": [[0, 1], [0, 2, 1]]}}), "are not of the same acts"),
        (_set("adaem", {"answers": [{"question": "Should we?"}]}), "answers"),
        (_set("adaem", {"win_rates": {"power": "high"}}), "win_rates"),
        (_set("adaem", {"win_rates": {}, "win_rate_ranges": {"power": 50.0}}), "win_rate_ranges"),
        (lambda scores: scores.update(between_models=None), "between_models"),
        (lambda scores: scores.update(between_models={"directional": {"text": 3}}), "directional"),
        (_set("shape", {"axes": {"up": {"mean": 0.0, "low": None, "high": None}}}), "axes"),
        (lambda scores: scores.update(structure=[CIRCLE]), "neither numbers nor a reason"),
        (lambda scores: scores.update(sessions={**WALKS, "side_by_side": [1]}), "side_by_side"),
        (lambda scores: scores.update(sessions={**WALKS, "done_to_all": 1}), "done_to_all"),
        (lambda scores: scores.update(failures=[{"failed": 3}]), "failures"),
    ],
)
def test_damaged_scores_are_refused_and_the_place_is_named(run: Path, change: Change, complaint: str) -> None:
    document = json.loads((run / "scores.json").read_text(encoding="utf-8"))
    change(document)
    (run / "scores.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=complaint) as caught:
        read_scores(run)
    assert "scores.json" in caught.value.message and f"valuespectrum score {run}" in caught.value.hint


@pytest.mark.parametrize("schema", [0, 4, "1", True, None, 1.5])
def test_another_layout_is_refused_by_its_number(run: Path, schema: object) -> None:
    document = json.loads((run / "scores.json").read_text(encoding="utf-8")) | {"schema": schema}
    (run / "scores.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SchemaError, match="this release reads 1 to 3"):
        read_scores(run)


def test_the_page_on_runs_names_every_part_that_readers_use() -> None:
    page = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8").split("## In the scores")[1].split("\n## ")[0]
    named = {word for span in re.findall(r"`([^`]+)`", page) for word in re.findall(r"\w+", span)}
    schema = ScoresDocument.model_json_schema()
    parts = {*schema["properties"], *schema["$defs"]["_Respondent"]["properties"]}
    assert len(parts) > 25 and parts - named == set()
