"""Value Portrait, made again: from the published data where somebody has them, and from a small clone of our own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from value_portrait_clones import AVERAGED, MODELS, TAGGED, make_clone, write

from valuespectrum.cli import main
from valuespectrum.reproduction.targets import reproduce_target
from valuespectrum.reproduction.value_portrait import value_portrait
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

DATA = Path(__file__).parents[4] / "shared" / "data" / "value_portrait"
"""Where somebody who has the data of others puts them, beside the repository; they are never part of it."""
SURVEY = "data/prolific/survey/main/survey.json"
PROFILES = "data/prolific/value/main/value.json"


@pytest.fixture(scope="module")
def published() -> Json:
    if not DATA.exists():
        pytest.skip("the published data are not there: clone github.com/holi-lab/ValuePortrait")
    document = reproduce_target("value-portrait", DATA)
    return document | {"by_name": {row["name"]: row for row in document["rows"]}}


def test_the_published_data_give_the_published_numbers(published: Json) -> None:
    rows = published["by_name"]
    assert published["passed"]
    assert published["contradictions"] == [
        "group 1, largest difference of correlations",
        "correlations with the ten that agree",
    ]
    assert rows["tags, Schwartz's ten basic values"]["ours"] == 286
    assert rows["tags, Big Five traits"]["ours"] == 228
    assert rows["tags by our own correlations, Schwartz's ten basic values"]["pass"]
    assert rows["correlations with the ten that agree"]["ours"] == 4803
    assert rows["the same, each rater with a profile that fits the group"]["ours"] == 5200
    assert rows["gpt-4o-mini-2024-07-18, largest difference of item means"]["ours"] == 0
    assert abs(rows["largest difference of all scores"]["ours"]) < 1e-9
    assert rows["o1-mini-2024-09-12, prompt sensitivity"]["pass"]


def test_every_published_number_that_differs_says_why(published: Json) -> None:
    assert all(row["note"] for row in published["rows"] if row["pass"] is False)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_clone(tmp_path / "clone")


def _passed(clone: Path) -> dict[str, bool | None]:
    return {row.name: row.passes for row in value_portrait(clone)}


def test_a_clone_of_others_agrees_in_all_but_the_counts_of_the_published_one(clone: Path) -> None:
    differing = [name for name, same in _passed(clone).items() if same is False]
    assert differing and all(name.startswith(("tags", "responses", "pairs")) for name in differing)


def test_a_profile_that_is_of_another_person_is_found_out(clone: Path) -> None:
    survey, profiles = (json.loads((clone / part).read_text()) for part in (SURVEY, PROFILES))
    # One id for two people, and the profile of the second alone: as in the published data.
    for rated in survey[0].values():
        for each in rated:
            each["data"] = [[rating, "P010" if rater == "P001" else rater] for rating, rater in each["data"]]
    write(clone / SURVEY, survey)
    write(clone / PROFILES, profiles)
    rows = {row.name: row for row in value_portrait(clone)}
    wrong = rows["group 1, largest difference of correlations"]
    assert wrong.passes is False and "P010 stands in groups 1 and 2" in wrong.contradiction
    assert rows["group 1, were the profile of P010 another"].passes
    assert rows["the same, each rater with a profile that fits the group"].passes


def test_a_changed_number_is_found(clone: Path) -> None:
    file = clone / AVERAGED / f"{MODELS[0]}_averaged_results.json"
    rows = json.loads(file.read_text())
    rows[0]["version_responses"]["v1"] = 7 - rows[0]["version_responses"]["v1"]
    rows[0]["numeric_response"] += 1.0 if rows[0]["numeric_response"] < 4 else -1.0
    write(file, rows)
    found = _passed(clone)
    assert found[f"{MODELS[0]}, largest difference of item means"] is False
    assert found[f"{MODELS[1]}, largest difference of item means"] is True


def test_raters_who_all_say_the_same_have_no_correlation(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    survey = json.loads((clone / SURVEY).read_text())
    first = next(iter(survey[0].values()))[0]
    first["data"] = [[3, rater] for _, rater in first["data"]]
    write(clone / SURVEY, survey)
    assert main(["reproduce", "value-portrait", str(clone), "--json"]) == 1
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    apart = rows["group 1, largest difference of correlations"]
    assert apart["ours"] is None and apart["pass"] is False


def test_a_model_that_answered_nothing_is_told(clone: Path) -> None:
    file = clone / AVERAGED / f"{MODELS[0]}_averaged_results.json"
    silent = [
        {**{name: row[name] for name in ("portrait_id", "option_id")}, "version_responses": {}} for row in _read(file)
    ]
    write(file, silent)
    rows = {row.name: row for row in value_portrait(clone)}
    lost = rows[f"{MODELS[0]}, responses whose tags were lost"]
    assert lost.ours and "the answer to the first version failed" in lost.note and "largest change" not in lost.note
    assert rows[f"{MODELS[0]}, largest difference of raw means, deviations and numbers of items"].ours is None


def _read(file: Path) -> Any:
    return json.loads(file.read_text())


def _drop(part: str) -> Callable[[Path], None]:
    return lambda clone: (clone / part).unlink()


def _backwards(clone: Path) -> None:
    survey = json.loads((clone / SURVEY).read_text())
    for group in survey:
        for rated in group.values():
            for each in rated:
                each["data"] = [[7 - rating, rater] for rating, rater in each["data"]]
    write(clone / SURVEY, survey)


def _changed(part: str, change: Callable[[Any], object]) -> Callable[[Path], None]:
    def apply(clone: Path) -> None:
        document = json.loads((clone / part).read_text())
        write(clone / part, change(document))

    return apply


def _turned(profiles: Json) -> Json:
    for told in profiles.values():
        told["pvq"] = {name: -score for name, score in told["pvq"].items()}
    return profiles


def _without_a_trait(queries: Any) -> object:
    queries[0]["outputs"][0]["bfi_correlations"].pop()
    return queries


FIRST = f"{AVERAGED}/{MODELS[0]}_averaged_results.json"
WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "half a clone": (_drop(SURVEY), f"is half a clone: it lacks {SURVEY}"),
    "no averages": (_drop(FIRST), "alpha-1 has averaged answers or scores, not both"),
    "a version is missing": (
        _drop(f"lm_evaluation/outputs/final/maker/{MODELS[0]}_v2_results.json"),
        "has no alpha-1_v2_results.json",
    ),
    "ratings backwards": (_backwards, "read backwards"),
    "profiles backwards": (_changed(PROFILES, _turned), "people value power above benevolence"),
    "an item is missing": (_changed(FIRST, lambda rows: rows[1:]), "has 11 answers; each of the 12 responses"),
    "an item comes twice": (_changed(FIRST, lambda rows: [*rows, rows[0]]), "has 13 answers"),
    "an item comes twice in the questionnaire": (
        _changed(TAGGED, lambda rows: [*rows, rows[0]]),
        "response 9001/1 comes twice",
    ),
    "a correlation is missing": (
        _changed(TAGGED, _without_a_trait),
        "response 9001/1 has no correlation with neuroticism",
    ),
    "another file": (_changed(TAGGED, lambda rows: {"items": rows}), "should be a valid list"),
    "a number out of range": (
        _changed(FIRST, lambda rows: [{**rows[0], "version_responses": {"v1": 1e999}}, *rows[1:]]),
        "Infinity is no number of JSON",
    ),
    "a number too large for any": (
        lambda clone: (clone / FIRST).write_text(
            (clone / FIRST).read_text().replace('"numeric_response": ', '"numeric_response": 1e999, "x": ', 1)
        ),
        "1e999 is too large for a number",
    ),
    "nobody knows the rater": (_changed(PROFILES, lambda told: dict(list(told.items())[1:])), "nothing is known of"),
    "a name that writes on the terminal": (
        _changed(PROFILES, lambda told: {f"\x1b[2J{name}": each for name, each in told.items()}),
        "is no id of a rater",
    ),
    "nested too deeply": (
        lambda clone: (clone / TAGGED).write_text("[" * 100_000 + "]" * 100_000),
        "nested too deeply",
    ),
    "too large": (lambda clone: (clone / TAGGED).write_bytes(b" " * (16 * 2**20 + 1)), "larger than 16,777,216 bytes"),
    "no text": (lambda clone: (clone / SURVEY).write_bytes(b"\xff\xfe\x00"), "is not UTF-8 text"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_what_is_wrong_with_a_clone_is_said_in_one_line(
    what: str, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, told = WRONG[what]
    spoil(clone)
    assert main(["reproduce", "value-portrait", str(clone)]) == 2
    said = capsys.readouterr().err
    assert told in said and "Traceback" not in said


def test_without_data_it_says_what_it_needs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["reproduce", "value-portrait"]) == 2
    assert "a clone of github.com/holi-lab/ValuePortrait" in capsys.readouterr().err
    with pytest.raises(InputError, match="is no clone of the Value Portrait repository"):
        value_portrait(tmp_path)


def test_a_clone_that_does_not_agree_ends_with_one(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "value-portrait", str(clone), "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {"published", "ours", "difference"} <= rows[0].keys()
