"""Files of dilemmas: each trap of the published ones, and whatever somebody may hand on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dilemma_files import entry, written

from valuespectrum.cli import main
from valuespectrum.instruments.dilemmas.instrument import Dilemmas
from valuespectrum.instruments.dilemmas.options import DilemmaOptions
from valuespectrum.instruments.dilemmas.published import read_dilemmas
from valuespectrum.instruments.registry import refuse_other_file
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_6
from vectorstore.foundation.errors import InputError

DATA = Path(__file__).parents[5] / "shared" / "data" / "mmds"
"""Where somebody who has the published samples puts them, beside the repository; they are never part of it."""


def test_labels_in_capitals_count_as_those_in_small_letters(tmp_path: Path) -> None:
    found = read_dilemmas(
        written(tmp_path, entry(1, (("Care/Harm", "liberty/oppression"), ("care/harm", "Loyalty/Betrayal"))))
    )
    assert found.found.labels.name == "moral_foundations_6" and found.rewritten == 5
    assert found.labels == {"care": 5, "fairness": 0, "loyalty": 2, "authority": 0, "sanctity": 0, "liberty": 3}


def test_self_is_self_direction(tmp_path: Path) -> None:
    found = read_dilemmas(written(tmp_path, entry(1, (("self", "benevolence"),))))
    assert found.found.labels.name == "schwartz_10" and found.labels["self_direction"] == 5 == found.rewritten


def test_blanks_around_a_stroke_make_no_other_label(tmp_path: Path) -> None:
    """Our own tables and pages write labels so."""
    care, liberty = (MORAL_FOUNDATIONS_6.label(value) for value in ("care", "liberty"))
    found = read_dilemmas(written(tmp_path, entry(1, ((care, liberty),))))
    assert found.found.labels.name == "moral_foundations_6" and found.labels["care"] == found.labels["liberty"] == 5
    with pytest.raises(InputError, match="stand in one file"):
        read_dilemmas(written(tmp_path, entry(1, ((care, "power"),))))


def test_dilemmas_that_share_an_idx_stay_apart(tmp_path: Path) -> None:
    found = read_dilemmas(written(tmp_path, entry(7), entry(8), entry(7)))
    assert [each.id for each in found.found.dilemmas] == ["7", "8", "7/2"]
    assert found.different_idx == 2 and "2 dilemmas share their idx" in found.found.notes[0]


def test_a_dilemma_that_comes_again_is_asked_once(tmp_path: Path) -> None:
    """As five of the published samples do: its one set of answers would be two units of what is drawn again."""
    turned = entry(7) | {"idx": 9}
    for number in range(1, 6):
        for key in (f"step {number}_choice{{}}", f"step {number}_choice{{}}_value"):
            turned[key.format("A")], turned[key.format("B")] = turned[key.format("B")], turned[key.format("A")]
    file = written(tmp_path, entry(7), entry(8), entry(7), turned)
    options = DilemmaOptions(file=str(file))
    assert [each.id for each in options.dilemmas(0).dilemmas] == ["7", "8"]
    assert options.dilemmas(0).notes[-1] == "2 dilemmas are told in the words of an earlier one and left out"
    assert Dilemmas(options).cost(0) == 2 * 5 * 2 and len(read_dilemmas(file).found.dilemmas) == 4


def test_a_conflict_may_stand_in_the_place_of_a_dilemma_and_judgements_are_left_alone(tmp_path: Path) -> None:
    told = entry()
    for number in range(1, 6):
        told[f"step {number}_conflict"] = told.pop(f"step {number}_dilemma")
        told[f"step {number}_choiceA_value_judgement"] = 1
    (one,) = read_dilemmas(written(tmp_path, told)).found.dilemmas
    assert one.steps[2].conflict == "Helping costs 3 hours." and one.steps[2].priced == -1


def test_steps_with_one_value_on_both_sides_are_counted(tmp_path: Path) -> None:
    found = read_dilemmas(
        written(tmp_path, entry(1, (("care/harm", "care/harm"), ("care/harm", "liberty/oppression"))))
    )
    assert found.same_values == 3 and "3 steps have one value on both sides" in found.found.notes[-1]


def changed(**changes: Any) -> Any:
    told = entry() | changes
    return {key: value for key, value in told.items() if value is not ...}


WRONG = {
    "no list": ({"norm": ""}, "a list of dilemmas"),
    "nothing": ([], "a list of dilemmas"),
    "a number for a dilemma": ([entry(), 3], "dilemma 2 has no idx"),
    "no idx": ([changed(idx=...)], "dilemma 1 has no idx"),
    "idx of truth": ([changed(idx=True)], "dilemma 1 has no idx"),
    "idx without an end": ([changed(idx="9" * 99)], "more than 40 characters"),
    "no situation": ([changed(**{"step 3_situation": ...})], "no text under 'step 3_situation'"),
    "an empty choice": ([changed(**{"step 2_choiceB": "  "})], "no text under 'step 2_choiceB'"),
    "a list for a text": ([changed(**{"step 2_choiceB": ["a"]})], "no text under 'step 2_choiceB'"),
    "a text without an end": ([changed(**{"step 2_choiceB": "a" * 20_001})], "more than 20,000 characters"),
    "no dilemma": ([changed(**{"step 4_dilemma": ...})], "neither 'step 4_dilemma' nor 'step 4_conflict'"),
    "a choice twice": ([changed(**{"step 1_choiceA": "Go your own way."})], "twice the same choice at step 1"),
    "a sixth step": ([changed(**{"step 6_situation": "And then."})], "more than 5 steps"),
    "unknown labels": ([entry(1, (("kindness", "freedom"),))], "'kindness' are of no set of values"),
    "one unknown label": ([changed(**{"step 1_choiceA_value": "kind\x1b[2J"})], "label 'kind"),
    "labels of two sets": ([entry(1), entry(2, (("benevolence", "self"),))], "stand in one file"),
    "an idx that looks like a second": ([entry("7"), entry("7"), entry("7/2")], "looks like the number of another"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    document, words = WRONG[name]
    file = tmp_path / "dilemmas.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_dilemmas(file)
    assert words in caught.value.message and "\n" not in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize("text", ["", "[" * 5000, "{]", '[{"idx": NaN}]', '["\\ud800"]', "\x00\xff"])
def test_a_hostile_file_ends_the_verb_with_one_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dilemmas.json"
    file.write_bytes(text.encode("latin-1"))
    asked = ["instrument", "run", "dilemmas", "--model", "simulated:amber", "--option", f"file={file}"]
    assert main([*asked, "--run", str(tmp_path / "run"), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "\n" not in error["message"] and not (tmp_path / "run").exists()


def test_a_folder_and_a_huge_file_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError):
        read_dilemmas(tmp_path)
    monkeypatch.setattr("valuespectrum.instruments.dilemmas.published.LARGEST", 100)
    with pytest.raises(InputError, match="larger"):
        read_dilemmas(written(tmp_path, entry()))


def test_value_sets_are_a_parameter_and_never_mixed(tmp_path: Path) -> None:
    file = written(tmp_path, entry())
    assert DilemmaOptions(file=str(file)).scored.name == "moral_foundations_6"
    with pytest.raises(InputError, match="of another set or none"):
        read_dilemmas(file, "schwartz_10")
    for wrong in ({"values": "moral_foundations_6"}, {"file": str(file), "values": "ten"}, {"most": 3}):
        with pytest.raises(InputError):
            DilemmaOptions(**wrong)
    with pytest.raises(InputError, match="rounds is for dilemmas of our own"):
        DilemmaOptions(file=str(file), rounds=3)


@pytest.mark.skipif(not DATA.exists(), reason="the published samples are not there")
def test_the_published_samples_are_read_whole() -> None:
    foundations, ten = (read_dilemmas(DATA / f"MMDs_{name}.json") for name in ("MFT", "Schwartz"))
    assert (len(foundations.found.dilemmas), foundations.different_idx, foundations.same_values) == (25, 20, 0)
    assert (len(ten.found.dilemmas), ten.different_idx, ten.same_values) == (26, 26, 0)
    assert foundations.labels["care"] == 103 and ten.labels["self_direction"] == 19


def test_answers_are_scored_with_the_file_that_was_asked_where_its_labels_say_what_is_scored(tmp_path: Path) -> None:
    file = written(tmp_path, entry())
    asked = {**DilemmaOptions(file=str(file)).own_items}
    refuse_other_file(Dilemmas(DilemmaOptions(file=str(file))), asked, "run")
    written(tmp_path, entry(), entry(2))
    with pytest.raises(InputError, match="asked other dilemmas than stand in the file"):
        refuse_other_file(Dilemmas(DilemmaOptions(file=str(file))), asked, "run")
    for enough in (DilemmaOptions(file=str(file), values="moral_foundations_6"), DilemmaOptions()):
        refuse_other_file(Dilemmas(enough), asked, "run")


def test_what_can_be_read_can_be_named_in_a_manifest(tmp_path: Path) -> None:
    file = written(tmp_path, entry(1))
    file.write_text(file.read_text(encoding="utf-8") + " " * 2**20, encoding="utf-8")
    assert len(read_dilemmas(file).found.dilemmas) == 1
    assert len(DilemmaOptions(file=str(file)).own_items["items"]) == 64, "the published ones have 16 million bytes"
