"""The published tables of Value-Spectrum, made again."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from valuespectrum.cli import main
from valuespectrum.instruments.paper import paper_scores
from valuespectrum.reproduction.rows import ComparedNumber, printed, reproduced
from valuespectrum.reproduction.targets import TARGETS, PublishedTarget, reproduce_target
from valuespectrum.reproduction.value_spectrum import PUBLISHED, chi_square, replies, value_spectrum
from vectorstore.foundation.errors import InputError

FACTS: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
P_VALUES = {
    "GPT-4o": 0.0008,
    "DeepSeek-VL2": 0.28,
    "Claude 3.5 Sonnet": 0.005,
    "Gemini 2.0 Flash": 0.60,
    "Qwen2.5-VL-Plus": 0.055,
    "CogVLM2": 0.44,
    "InternVL2": 0.011,
}
"""Of the test that all ten values are equal, reckoned from the table by somebody else."""


@pytest.fixture(scope="module")
def rows() -> dict[str, ComparedNumber]:
    return {row.name: row for row in value_spectrum()}


def test_everything_published_is_made_again_but_the_bar_that_contradicts_its_row(
    rows: dict[str, ComparedNumber],
) -> None:
    compared = {name: row for name, row in rows.items() if row.passes is not None}
    assert len(compared) == 18
    assert [name for name, row in compared.items() if not row.passes] == ["deviation of CogVLM2"]
    bar = rows["deviation of CogVLM2"]
    assert (bar.published, round(bar.ours or 0, 2)) == (6.99, 5.87)
    document = reproduced("value-spectrum", list(rows.values()))
    assert document["passed"] and document["contradictions"] == ["deviation of CogVLM2"]


def test_averages_round_half_up_to_the_published_ones(rows: dict[str, ComparedNumber]) -> None:
    for value, average in FACTS["averages"].items():
        label = value.replace("self_d", "Self-d").replace("_", " ")
        ours = rows[f"average of {label[0].upper()}{label[1:]}"].ours
        assert str(Decimal(repr(ours)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)) == average


@pytest.mark.parametrize("model", FACTS["scores"])
def test_a_row_that_moved_by_one_picture_is_noticed(model: str) -> None:
    row = dict(zip(FACTS["values"], FACTS["scores"][model], strict=True))
    assert paper_scores(replies(row, 50))["scores"] == {
        value: row[value] for value in paper_scores(replies(row, 50))["n"]
    }
    if model == "CogVLM2":
        return
    lowest = min(row, key=lambda value: row[value])
    moved = paper_scores(replies(row | {lowest: row[lowest] - 2}, 50))["std"]
    assert printed("", moved, FACTS["deviations"][model]).passes is False


@pytest.mark.parametrize("model", FACTS["scores"])
def test_chi_square_is_that_of_scipy(model: str, rows: dict[str, ComparedNumber]) -> None:
    yes = np.array(FACTS["scores"][model]) // 2
    expected = chi2_contingency(np.stack([yes, 50 - yes]), correction=False)
    statistic, p = chi_square(dict(zip(FACTS["values"], FACTS["scores"][model], strict=True)), 50)
    assert statistic == pytest.approx(expected.statistic) and p == pytest.approx(expected.pvalue)
    assert rows[f"chi-square of {model}"].ours == pytest.approx(statistic)
    assert p == pytest.approx(P_VALUES[model], rel=0.12) if model in P_VALUES else p is not None and p < 1e-6


def test_there_is_no_test_where_every_answer_is_the_same() -> None:
    assert chi_square({"power": 100.0, "security": 100.0}, 50) == (None, None)
    assert chi_square({"power": 40.0}, 50) == (None, None)
    assert chi_square({}, 50) == (None, None)


def test_the_second_table_does_not_keep_the_order_of_the_first(rows: dict[str, ComparedNumber]) -> None:
    where = "main table and image ablation"
    found = {name: row.ours for name, row in rows.items() if where in name}
    assert found == {
        f"rank correlation of GPT-4o, {where}": pytest.approx(-0.19, abs=0.005),
        f"difference of means of GPT-4o, {where}": pytest.approx(16.8),
        f"rank correlation of Claude 3.5 Sonnet, {where}": pytest.approx(-0.30, abs=0.005),
        f"difference of means of Claude 3.5 Sonnet, {where}": pytest.approx(15.4),
    }


def test_what_was_not_published_neither_passes_nor_fails(rows: dict[str, ComparedNumber]) -> None:
    row = rows["mean of GPT-4o"]
    assert row.ours == pytest.approx(78.6)
    assert (row.published, row.difference, row.tolerance, row.passes) == (None, None, None, None)
    assert not reproduced("nothing", [row])["passed"], "nothing was compared"


def test_what_is_missing_or_has_moved_does_not_pass() -> None:
    good, missing = printed("a", 10.33, "10.3"), printed("b", None, "10.3")
    assert reproduced("t", [good])["passed"]
    assert not reproduced("t", [good, missing])["passed"] and missing.difference is None
    healed = printed("c", 10.3, "10.3", contradiction="does not follow")
    assert not reproduced("t", [good, healed])["passed"], "a contradiction that is none any more"


def test_the_verb_prints_the_contract(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["reproduce", "value-spectrum", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["target"] == "value-spectrum" and found["passed"] is True
    assert all({"name", "published", "ours", "difference", "tolerance", "pass"} <= set(row) for row in found["rows"])
    assert main(["reproduce", "value-spectrum"]) == 0
    told = capsys.readouterr().out
    assert "17 of 18 published numbers were made again" in told and "deviation of CogVLM2" in told
    for words in (["value-spectrum", str(tmp_path)], ["value-spectre"], []):
        assert main(["reproduce", *words, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_target_of_a_users_data_says_what_it_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    row = printed("a", 10.33, "10.3")
    monkeypatch.setitem(TARGETS, "survey", PublishedTarget(lambda data: [row], "the table of the survey"))
    assert reproduce_target("survey", tmp_path)["passed"]
    for data, words in ((None, "needs data"), (tmp_path / "nowhere", "does not exist")):
        with pytest.raises(InputError, match=words) as refused:
            reproduce_target("survey", data)
        assert "the table of the survey" in refused.value.hint


def test_a_number_that_differs_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = tmp_path / "moved.json"
    moved.write_text(PUBLISHED.read_text(encoding="utf-8").replace("[78, 90", "[58, 90"), encoding="utf-8")
    monkeypatch.setattr("valuespectrum.reproduction.value_spectrum.PUBLISHED", moved)
    assert main(["reproduce", "value-spectrum"]) == 1
    told = capsys.readouterr().out
    assert told.count("  NO\n") == 3 and told.endswith("value-spectrum: NOT reproduced\n")
