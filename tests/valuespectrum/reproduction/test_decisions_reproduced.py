"""ValuePilot's numbers, made again from a small clone of our own with the published layout and its traps."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from decision_clones import PEOPLE, make_clone, write_json

from valuespectrum.cli import main
from valuespectrum.instruments.decisions.scenes.clone import PilotClone, counted
from valuespectrum.reproduction.decisions import decisions
from valuespectrum.reproduction.rows import ComparedNumber
from vectorstore.foundation.errors import InputError


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clone(tmp_path_factory.mktemp("pilot") / "clone")


@pytest.fixture(scope="module")
def rows(whole: Path) -> dict[str, ComparedNumber]:
    return {row.name: row for row in decisions(whole)}


def test_subsets_and_counts_are_found(whole: Path, rows: dict[str, ComparedNumber]) -> None:
    assert rows["subsets of the six values"].passes
    assert rows["scenes"].ours == 126 and rows["actions"].ours == 252 and not rows["scenes"].passes
    assert counted(PilotClone(whole))[3, "test"] == (20, 40)


def test_the_product_formula_follows_from_the_last_blocks(rows: dict[str, ComparedNumber]) -> None:
    """The first file begins with a run for other preferences; three decimals are all there is to go by."""
    row = rows["t5-base, largest difference of scores from the product formula"]
    assert row.passes and row.ours is not None and 0 < row.ours < 2e-4
    assert rows["roberta-base, largest difference of scores from the product formula"].passes
    assert rows["t5-small, product formula"].passes is None


def test_chance_and_the_printed_order_stand_beside_every_ranking(rows: dict[str, ComparedNumber]) -> None:
    """The questionnaire has as many actions as the published one, so chance is what it is there."""
    assert rows["chance, OS-Sim"].passes and rows["chance, First-Acc"].passes
    printed, gemini = rows["order as printed, OS-Sim"].ours, rows["gemini, OS-Sim"].ours
    assert printed == gemini
    assert rows["gemini, answers in the order as printed"].ours == PEOPLE * 11


def test_appended_runs_are_not_read(whole: Path) -> None:
    first = PilotClone(whole).decisions("t5-base", 1)
    assert len(first) == 11 and not (first[0].preferences == 0.9).all()


@pytest.mark.parametrize(
    ("file", "document", "says"),
    [
        ("human_study/result_en.json", [], "fewer than two people"),
        ("human_study/result_en.json", [{"value_point": [0.5], "choices": [[1]]}] * 2, "person 1"),
        ("human_study/result_en.json", [{"value_point": [0.5] * 6, "choices": []}] * 2, "person 1 has no"),
        ("human_study/result_en.json", [{"value_point": [0.5] * 6, "choices": [[]]}] * 2, "person 1 has no"),
        ("human_study/benchmarks/gemini.json", {"all_sorted_scenarios": 3}, "all_sorted_scenarios"),
        (
            "human_study/benchmarks/gemini.json",
            {"all_sorted_scenarios": [{"sorted_scenarios": [{"ranked_actions": [1, 2]}]}] * PEOPLE},
            "benchmarks/gemini.json: 1 scenes were ranked for person 1, and 11 answered",
        ),
        ("filtered_dataset_gpt4/value_1/test_data/0_Curiosity_test.json", [{"values": ["Glory"]}], "gemini|scenario"),
        (
            "filtered_dataset_gpt4/value_1/test_data/0_Curiosity_test.json",
            [{"values": ["Glory"], "scenario": "", "actions": []}],
            "Glory",
        ),
        (
            "filtered_dataset_gpt4/value_1/test_data/0_Curiosity_test.json",
            [{"values": ["Curiosity"], "scenario": "", "actions": [{"description": "", "values": [9] * 6}]}],
            "ratings from -1 to 1",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, file: str, document: object, says: str) -> None:
    clone = make_clone(tmp_path / "clone")
    write_json(clone / file, document)
    with pytest.raises(InputError, match=says):
        decisions(clone)


def test_a_clone_with_the_line_ends_of_another_system_says_the_same(whole: Path, tmp_path: Path) -> None:
    folder = "human_study/ValuePilot/t5-base"
    clone = make_clone(tmp_path / "clone")
    for file in (clone / folder).iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    for person in range(1, PEOPLE + 1):
        found, wanted = (PilotClone(each).decisions("t5-base", person) for each in (clone, whole))
        assert [each.scores.tolist() for each in found] == [each.scores.tolist() for each in wanted]
        assert [each.totals.tolist() for each in found] == [each.totals.tolist() for each in wanted]


@pytest.mark.parametrize("score", ["1.2.3", "...", "-", "1e999"])
def test_a_score_that_is_no_number_is_named_with_its_file(tmp_path: Path, score: str) -> None:
    clone = make_clone(tmp_path / "clone")
    file = clone / "human_study" / "ValuePilot" / "t5-base" / "test_questionnaire_1.md"
    file.write_text(re.sub(r"(The Score of Action \d+): .*", rf"\1: {score}", file.read_text("utf-8")), "utf-8")
    with pytest.raises(InputError, match=r"test_questionnaire_1\.md, question 1: no score"):
        PilotClone(clone).decisions("t5-base", 1)


def test_half_a_clone_and_no_clone_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "human_study").mkdir()
    with pytest.raises(InputError, match="filtered_dataset_gpt4"):
        decisions(tmp_path)
    assert main(["reproduce", "decisions", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "decisions needs data" in error["message"] and "ValuePilot" in error["hint"]
