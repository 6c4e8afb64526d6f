"""Before and after steering: what is planted is found on its value alone, and what has no pair is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compared_runs import CLIPS, WordsOnly, clip_world, planted, write_run
from report_pages import read

import valuespectrum as vs
from agents.models.base import Answer, Ask, Model
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.models.model_names import ModelId
from agents.models.spoken import SpokenTo, write_spoken
from agents.personas.persona import load_personas
from valuespectrum.cli import main
from valuespectrum.comparing.before_after import before_after, in_words
from valuespectrum.measuring.set_tables import set_tables
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.steering.sweep.choosing import FOUND
from valuespectrum.steering.sweep.effects import change_of_groups, effect_of, placed_around
from valuespectrum.steering.target import target_of
from valuespectrum.steering.words import value_words
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

PLAIN = planted(1)
SIMULATED = 200
"""Pairs of the study of coverage."""


class Steered:
    """Somebody who answers under the id of another model that was steered."""

    def __init__(self, answering: Model, name: str = "power-towards", plain: Model = PLAIN) -> None:
        base = ModelId.parse(plain.id)
        self.id = str(replace(base, name=f"{base.name}+{name}~0a1b2c3d4e5f"))
        self.settings: Mapping[str, str] = {**plain.settings, "steering": name}
        self._answering = answering

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return iter(self._answering.score(asks))

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return iter(self._answering.generate(asks))


MOVED = Steered(planted(2, power=1.5, universalism=-0.75, lean=0.5, general=0.4))
SAME = Steered(planted(3), "tradition")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before-after")
    write_run(folder / "both", [PLAIN, MOVED, SAME])
    write_run(folder / "before", [PLAIN])
    write_run(folder / "after", [MOVED], personas=load_personas()[:1])
    write_run(folder / "elsewhere", [MOVED], clip_world(mark="x"))
    write_run(folder / "stranger", [planted(1, power=0.3)])
    write_run(folder / "mute", [Steered(WordsOnly(SimulatedProfile({"power": 1.0}, noise=1.0)))])
    return folder


def test_a_planted_change_is_found_on_its_value_and_placed_on_the_circle(runs: Path) -> None:
    found = before_after([runs / "both"])
    moved, _ = found["pairs"]
    assert (moved["before"]["model"], moved["after"]["model"]) == (PLAIN.id, MOVED.id) and not found["left_out"]
    centre = (1.5 - 0.75) / 10
    for value, shift in {"power": 1.5, "universalism": -0.75, "tradition": 0.0}.items():
        row = moved["values"][value]
        assert row["mean"] == pytest.approx(shift - centre, abs=0.35), value
        assert row["low"] < row["mean"] < row["high"]
    assert moved["general"]["mean"] == pytest.approx(0.4 + centre, abs=0.2)
    assert moved["values"]["power"]["changed"] and moved["p_differ"] < 0.001
    assert moved["target"] == {
        "value": "power",
        "direction": "towards",
        "told_by": "the name of its intervention",
    }
    groups = {value: row["group"] for value, row in moved["values"].items()}
    assert groups["power"] == "target" and groups["achievement"] == groups["security"] == "neighbours"
    assert groups["universalism"] == "opposites" and groups["tradition"] == "rest"
    told = "changed, of 10 values by Holm over all 2 pairs: "
    assert moved["verdict"].startswith(told) and "Power +1." in moved["verdict"]
    assert (moved["n_units"], moved["n_wordings"]) == (10 * CLIPS, 2) and "other clips" in moved["covers"]
    assert json.loads(json.dumps(found)) == found


def test_numbers_are_those_of_the_effect_and_groups_are_means_of_its_values(runs: Path) -> None:
    (moved, _), tables = before_after([runs / "both"])["pairs"], set_tables(runs / "both")
    by_model = {who.model: sets.told.table for who, sets in tables.items()}
    plain, steered, alike = by_model[PLAIN.id], by_model[MOVED.id], by_model[SAME.id]
    assert plain is not None and steered is not None and alike is not None
    effect = effect_of(plain, steered)
    means = {value: each.mean for value, each in effect.changes.items()}
    assert {value: row["mean"] for value, row in moved["values"].items()} == means
    assert moved["general"] == effect.general.to_json()
    around = effect.around("power", VALUES)
    for name, mean in around.items():
        group = moved["groups"][name]
        assert group["mean"] == pytest.approx(mean) and group["low"] < group["mean"] < group["high"]
    assert moved["groups"]["target"] == effect.changes["power"].to_json()
    # Holm by hand over both pairs, and nothing below the omnibus test, which is adjusted for two.
    both = (effect, effect_of(plain, alike))
    low, high = sorted(each.p_differ or 0.0 for each in both)
    differ = {high: max(high, min(1.0, 2 * low)), low: min(1.0, 2 * low)}[effect.p_differ or 0.0]
    assert moved["p_differ"] == pytest.approx(differ)
    ordered = sorted((p, at, value) for at, each in enumerate(both) for value, p in each.p.items() if p is not None)
    worst = 0.0
    for place, (p, at, value) in enumerate(ordered):
        worst = max(worst, min(1.0, p * (len(ordered) - place)))
        if at == 0:
            assert moved["values"][value]["p_adjusted"] == pytest.approx(max(worst, differ))
    # By hand, too: centred means of the differences, each value's clips and wordings weighing alike.
    apart = np.nanmean(steered.log_odds - plain.log_odds, axis=(1, 2))
    assert [means[value] for value in plain.values] == pytest.approx(list(apart - apart.mean()))


def test_somebody_who_did_not_change_is_not_said_to_have(runs: Path, tmp_path: Path) -> None:
    _, same = before_after([runs / "both"])["pairs"]
    assert same["verdict"] == "no change of a value is shown, of 10 by Holm over all 2 pairs"
    assert not any(row["changed"] for row in same["values"].values())
    assert (same["target"]["value"], same["target"]["direction"]) == ("tradition", "")
    run = write_run(tmp_path / "alike", [PLAIN, Steered(PLAIN)])
    (alike,) = before_after([run])["pairs"]
    assert alike["verdict"] == "nothing changed: both answered alike"
    assert all(row["mean"] == 0 and row["changed"] is None for row in alike["values"].values())


def test_what_was_scored_otherwise_is_no_change(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "before", tmp_path / "before")
    file = tmp_path / "before" / "scores.json"
    scores = json.loads(file.read_text())
    scores["scoring"]["minimum_mass"] = 0.4
    file.write_text(json.dumps(scores))
    with pytest.raises(InputError, match=r"was scored with --minimum-mass 0\.4, "):
        before_after([tmp_path / "before", runs / "elsewhere"])


def test_two_runs_are_before_and_after_and_roles_are_kept_apart(runs: Path) -> None:
    found = before_after([runs / "before", runs / "after"])
    (pair,) = found["pairs"]
    assert pair["before"]["run"].endswith("before") and pair["after"]["run"].endswith("after")
    assert pair["values"]["power"]["changed"]
    (left_out,) = found["left_out"]
    assert left_out["why"].startswith(f"no run here holds {PLAIN.id} unsteered, asked as ")
    assert load_personas()[0].id in left_out["why"]
    assert in_words(found)[0].startswith(f"{pair['after']['label']}: changed")


@pytest.mark.parametrize(
    "names, told",
    [
        (["before"], "no run here holds a steered model"),
        (["after"], "nothing can be shown before and after: no run here holds "),
        (["stranger", "elsewhere"], "unsteered, asked as "),
        (["before", "elsewhere"], "they share no value, clip and wording"),
        (["before", "mute"], "tell no liking"),
        (["both", "both"], "is named twice"),
    ],
)
def test_what_has_no_pair_gets_one_line_and_no_page(
    runs: Path, tmp_path: Path, capsys: Any, names: list[str], told: str
) -> None:
    page = tmp_path / "page.html"
    folders = [str(runs / name) for name in names]
    assert main(["report", *folders, "--before-after", "--out", str(page)]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert told in line and "Traceback" not in line and not page.exists()


def test_a_sweep_of_many_settings_is_not_shown_whole(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valuespectrum.comparing.before_after.MOST_PAIRS", 1)
    with pytest.raises(InputError, match="the runs hold 2 steered respondents, and at most 1 are shown"):
        before_after([runs / "both"])


def test_lost_answers_and_refusals_stand_beside_each_other(tmp_path: Path) -> None:
    values = {value: 0.2 * place - 0.9 for place, value in enumerate(VALUES)}
    refusing = Steered(SimulatedModel(SimulatedProfile(values, refusal_rate=0.3, noise=0.5), 4))
    (pair,) = before_after([write_run(tmp_path / "run", [PLAIN, refusing])])["pairs"]
    assert pair["lost"]["before"] == 0 and pair["lost"]["after"] == pytest.approx(0.3, abs=0.08)
    refused = {side: Estimate.read(each) for side, each in pair["rates"]["refusal"].items()}
    assert refused["before"].mean == 0 and refused["after"].mean == pytest.approx(0.3, abs=0.08)
    assert refused["after"].low is not None
    assert pair["not_measured"] == ["knowledge", "fluency"] and not pair["beside"]


def findings(**more: object) -> Json:
    """What a sweep that tried ``MOVED`` would have written."""
    trial = {"way": "fixed", "layers": [1], "strength": 1.0, "model": MOVED.id, "lost": 0.0}
    return {
        **{"value": "security", "main": "fixed", "model": PLAIN.id, "verdicts": []},
        **{"trials": [{**trial, "told_by": {"mean": 0.5}, "effect": {"changes": {}}}]},
        **{"chosen": {"fixed": MOVED.id}, "instrument": "like"},
        **{"covers": "", "around": {}, "away": True},
        "beside": {
            PLAIN.id: {"knowledge": 1.0, "perplexity": 12.5},
            MOVED.id: {"knowledge": 0.75, "perplexity": float("nan"), "<b>": "<script>"},
        },
        **more,
    }


def test_what_a_sweep_measured_beside_the_values_is_shown(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "both", tmp_path / "before-after")
    (tmp_path / FOUND).write_text(json.dumps(findings()).replace("NaN", "null"))
    moved, same = before_after([tmp_path / "before-after"])["pairs"]
    assert moved["target"] == {"value": "security", "direction": "away", "told_by": "the sweep that made it"}
    assert moved["beside"] == {"knowledge": {"before": 1.0, "after": 0.75}} and moved["not_measured"] == ["fluency"]
    assert any("flatters the change of security" in note for note in moved["notes"])
    assert not any("flatters" in note for note in same["notes"])
    assert same["target"]["value"] == "tradition" and same["not_measured"] == ["knowledge", "fluency"]
    for broken in (
        {},
        {**findings(), "value": "fame"},
        {**findings(), "trials": ["none"]},
        {**findings(), "trials": 1},
        {**findings(), "trials": [{"model": MOVED.id}]},
        {**findings(), "chosen": [MOVED.id]},
    ):
        (tmp_path / FOUND).write_text(json.dumps(broken).replace("NaN", "null"))
        with pytest.raises(InputError, match="holds no findings of a sweep"):
            before_after([tmp_path / "before-after"])


def test_the_page_and_the_document_carry_the_same_numbers(runs: Path, tmp_path: Path, capsys: Any) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(runs / "both"), "--before-after", "--out", str(page), "--json"]) == 0
    moved, _ = json.loads(capsys.readouterr().out)["before_after"]["pairs"]
    text = page.read_text("utf-8")
    read(text)
    section = text.split('aria-labelledby="before_after"')[1].partition("</section>")[0]
    change = moved["values"]["power"]
    assert f"{change['mean']:+.2f}" in section and f"[{change['low']:+.2f}, {change['high']:+.2f}]" in section
    for words in ("Target: Power, towards it", "neighbour", "opposite", "not other models", "Not measured: knowledge"):
        assert words in section, words
    rows = section.split("<tbody>")[1]
    assert rows.index("Power") < rows.index("Achievement") < rows.index("Universalism") < rows.index("Tradition")
    assert "Lost: refused" in section and ">changed<" in section
    vs.report(runs / "both", vs.ReportSettings(out=page))
    assert "before_after" not in page.read_text("utf-8"), "only where it was asked for"


def test_words_of_others_stay_words(runs: Path, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    folder = tmp_path / hostile.replace("/", "-")
    shutil.copytree(runs / "both", folder)
    page = tmp_path / "page.html"
    told = vs.report([folder, runs / "before"], vs.ReportSettings(out=page, before_after=True)).document
    assert any("<script>" in pair["after"]["run"] for pair in told["before_after"]["pairs"])
    assert "<script>" not in page.read_text("utf-8").split('aria-labelledby="before_after"')[1]


def test_the_target_is_told_by_the_file_then_by_the_name(tmp_path: Path) -> None:
    words = replace(value_words("self_direction", towards=False), name="mine")
    file = tmp_path / "mine.json"
    write_spoken(words, file)
    model = ModelId.parse(SpokenTo(PLAIN, [words]).id)
    for command in (f"valuespectrum bench --steer {file}", f"bench --model 'simulated:x?steer={file}'"):
        target = target_of(model, None, command)
        assert (target.value, target.direction) == ("self_direction", "away") and "file" in target.told_by
    assert target_of(model, None, f"bench --steer={tmp_path / 'gone.json'} 'unclosed").value == ""
    write_spoken(replace(words, words="Other words."), file)
    assert target_of(model, None, f"bench --steer {file}").value == "", "a file of another digest is another file"
    for name, value, direction in (
        ("self-direction-neurons", "self_direction", ""),
        ("power-away", "power", "away"),
        ("security-guard", "", ""),
        ("feature-12", "", ""),
    ):
        found = target_of(ModelId.parse(Steered(PLAIN, name).id), None)
        assert (found.value, found.direction) == (value, direction), name
    several = target_of(ModelId.parse(Steered(PLAIN, "power.security").id), None)
    assert several.value == "" and "several" in several.told_by


def test_intervals_of_groups_cover_and_nothing_is_found_where_nothing_changed(runs: Path) -> None:
    tables = set_tables(runs / "before")
    table = next(sets.told.table for sets in tables.values())
    assert table is not None
    rng, shifts = np.random.default_rng(31), np.linspace(-0.6, 0.6, len(VALUES))
    groups = placed_around("power", VALUES)
    held: dict[str, list[bool]] = {name: [] for name in groups}
    false = []
    for _ in range(SIMULATED):
        values, clips, wordings = table.log_odds.shape
        apart = rng.normal(0, 0.5, (values, clips, 1)) + rng.normal(0, 0.15, (values, 1, wordings))
        apart += rng.normal(0, 0.2, table.log_odds.shape)
        moved = replace(table, log_odds=table.log_odds + apart + shifts[:, None, None] + 0.3)
        for name, found in change_of_groups(table, moved, "power").items():
            truth = float(np.mean([shifts[table.values.index(value)] for value in groups[name]]))
            assert found.low is not None and found.high is not None
            held[name].append(found.low <= truth <= found.high)
        adjusted = effect_of(table, replace(table, log_odds=table.log_odds + apart + 0.3)).p_adjusted.values()
        false.append(min(each for each in adjusted if each is not None) < 0.05)
    # Three standard errors around .95, and above .05.
    spread = 3 * (0.05 * 0.95 / SIMULATED) ** 0.5
    assert all(np.mean(each) > 0.95 - spread for each in held.values()), {k: np.mean(v) for k, v in held.items()}
    assert np.mean(false) < 0.05 + spread, np.mean(false)
