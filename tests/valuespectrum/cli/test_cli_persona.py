"""``persona``: the library, files of one's own, and what a model makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.personas.persona import load_personas
from valuespectrum.cli import main

Ask = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def ask(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run a command line for a machine; its code, its document, and what else was said."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> tuple[int, dict[str, Any], str]:
        capfd.readouterr()
        code = main([*map(str, words), "--json"])
        out, error = capfd.readouterr()
        return code, json.loads(out), error

    return call


def test_the_library_is_listed_with_targets_and_controls(ask: Ask, capfd: pytest.CaptureFixture[str]) -> None:
    code, document, _ = ask("persona", "list")
    rows = document["personas"]
    assert code == 0 and len(rows) == len(load_personas())
    assert all(row["wordings"] == 3 for row in rows)
    assert sum(row["kind"] == "demographic" for row in rows) == 8
    assert main(["persona", "list"]) == 0 and "+achievement +power -universalism" in capfd.readouterr().out


def test_words_are_shown_and_a_placebo_that_is_another_persona_is_named(ask: Ask) -> None:
    code, document, said = ask("persona", "show", "tycoon@2")
    assert (
        code == 0 and document["system"].startswith("This is how you describe yourself:") and "no placebo" not in said
    )
    code, document, said = ask("persona", "show", "heir~permuted")
    assert code == 0 and "heir~permuted is no placebo" in said and "peacemaker" in said
    code, document, _ = ask("persona", "show", "tycoon", "--strategy", "anchor")
    assert document["system"] == (
        "Answer as a person who is guided by achievement and power. Nothing is done for the sake of universalism."
    )
    code, document, _ = ask("persona", "show", "tycoon@9")
    assert code == 2 and "3 wordings, no number 9" in document["error"]["message"]


def test_a_persona_is_made_from_a_profile_and_files_grow(ask: Ask, tmp_path: Path) -> None:
    code, _, _ = ask("persona", "make", "mine", "--profile", "power=1,security=-0.5", "--out", "mine.yaml")
    assert code == 0
    code, _, _ = ask("persona", "make", "other", "--profile", "power=1,security=5", "--rescale", "--out", "mine.yaml")
    assert code == 0
    made = load_personas(tmp_path / "mine.yaml")
    assert [persona.id for persona in made] == ["mine", "other"]
    assert (made[0].target["power"], made[0].target["security"], made[1].target["power"]) == (1.0, -0.5, -1.0)
    for wrong in ("power=5", "power", "courage=1", "power=nan", "power=1,power=1", "power=0.1", ""):
        code, document, _ = ask("persona", "make", "third", "--profile", wrong, "--out", "mine.yaml")
        assert code == 2 and document["error"]["message"], wrong
    code, document, _ = ask("persona", "make", "mine", "--profile", "power=1", "--out", "mine.yaml")
    assert code == 2 and "already" in document["error"]["message"]
    code, document, _ = ask("persona", "make", "all", "--profile", "power=1", "--out", "new.yaml")
    assert code == 2 and not (tmp_path / "new.yaml").exists()


def test_a_file_of_somebody_else_stays_as_it_is(ask: Ask, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("# mine\n- {id: a, name: A, target: {power: 1}}\n")
    code, document, _ = ask("persona", "make", "b", "--profile", "power=1", "--out", "own.yaml")
    assert code == 2 and "comments would be lost" in document["error"]["message"]
    assert own.read_text().startswith("# mine\n- {id: a")


def test_an_import_names_bad_rows_and_writes_nothing_over(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "hub.jsonl").write_text('{"persona": "A baker."}\nbroken\n{"text": "A pilot."}\n')
    code, document, _ = ask("persona", "import", "hub", "hub.jsonl", "--out", "hub.yaml")
    assert code == 0 and document["without_target"] == 1
    assert [row["line"] for row in document["bad_rows"]] == [2, 3]
    before = (tmp_path / "hub.yaml").read_bytes()
    code, document, _ = ask("persona", "import", "hub", "hub.jsonl", "--out", "hub.yaml", "--field", "text")
    assert code == 2 and (tmp_path / "hub.yaml").read_bytes() == before
    code, document, _ = ask("persona", "import", "survey", "hub.jsonl", "--out", "x.yaml")
    assert code == 2 and "column map" in document["error"]["message"]
    code, document, _ = ask("persona", "import", "hub", "hub.jsonl", "--out", "x.yaml", "--columns", "ess")
    assert code == 2 and "has no columns" in document["error"]["message"]


def test_a_judge_that_understands_nothing_gives_no_target(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "hub.jsonl").write_text('{"persona": "A baker."}\n')
    ask("persona", "import", "hub", "hub.jsonl", "--out", "hub.yaml")
    words = ("persona", "judge", "--model", "simulated:amber", "--personas", "hub.yaml", "--out", "judged.yaml")
    code, document, _ = ask(*words)
    assert code == 0 and len(document["personas"][0]["silent"]) == 10
    assert not any(load_personas(tmp_path / "judged.yaml")[0].target.values())
    code, document, _ = ask("persona", "judge", "--model", "simulated:amber", "--persona", "tycoon", "--out", "y.yaml")
    assert code == 2 and "nothing to judge" in document["error"]["hint"]


def test_a_twin_is_checked_in_a_role_and_without_it(ask: Ask) -> None:
    words = ("persona", "check", "--model", "simulated:jade", "--persona", "tycoon", "--persona", "tycoon@3")
    code, document, _ = ask(*words)
    first, third = document["personas"]
    assert code == 0 and first["agreement"] > first["without"] + 0.15 and first["answered"] == first["asked"]
    assert first["agreement"] == pytest.approx(third["agreement"]) and first["role_breaks"] == 0
    code, document, _ = ask("persona", "check", "--model", "simulated:jade", "--persona", "farmer")
    assert code == 2 and "no" in document["error"]["message"]


def test_who_implies_no_answer_is_named_and_keeps_nobody_from_being_checked(ask: Ask, tmp_path: Path) -> None:
    traits = "traits: [I collect stamps.]"
    faint, clear = (
        f"  - {{id: {name}, name: {name}, {traits}, target: {{power: {at}}}}}"
        for name, at in (("faint", 0.2), ("clear", 1))
    )
    (tmp_path / "mine.yaml").write_text(f"personas:\n{faint}\n{clear}\n", "utf-8")
    code, document, said = ask("persona", "check", "--model", "simulated:jade", "--personas", "mine.yaml")
    assert code == 0 and [row["id"] for row in document["personas"]] == ["clear"]
    assert "no target implies an answer: faint" in said
    code, document, _ = ask(
        "persona", "check", "--model", "simulated:jade", "--personas", "mine.yaml", "--persona", "faint"
    )
    assert code == 2 and "implies an answer" in document["error"]["message"]


def test_an_interview_is_held_once_and_then_shown(ask: Ask, tmp_path: Path) -> None:
    words = ("persona", "interview", "--model", "simulated:jade", "--persona", "tycoon", "--out", "i.yaml")
    assert ask(*words, "--strategy", "interview")[0] == 2 and not (tmp_path / "i.yaml").exists()
    code, document, _ = ask(*words)
    assert code == 0 and document["personas"][0]["asked"] == 5
    kept = load_personas(tmp_path / "i.yaml")[0]
    assert kept.interviewed == document["model"] and len(kept.interview) == document["personas"][0]["answered"]
    code, document, _ = ask("persona", "show", "tycoon", "--personas", "i.yaml", "--strategy", "interview")
    assert code == 0 and "In an interview you said:" in document["system"]
    assert ask("persona", "show", "tycoon", "--strategy", "interview")[0] == 2


def test_personas_that_no_file_can_hold_are_refused_before_anybody_is_asked(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "hub.jsonl").write_text('{"persona": "A baker who sings."}\n')
    ask("persona", "import", "hub", "hub.jsonl", "--out", "hub.yaml")
    (one,) = load_personas(tmp_path / "hub.yaml")
    interviewed = ("interview", "--model", "simulated:jade", "--persona", "tycoon@2")
    shuffled = ("--persona", one.id, "--persona", f"{one.id}~scrambled")
    judged = ("judge", "--model", "simulated:amber", "--personas", "hub.yaml", *shuffled)
    for words in (interviewed, judged):
        code, document, _ = ask("persona", *words, "--out", "new.yaml")
        assert code == 2 and "stands in no file" in document["error"]["message"]
        assert not (tmp_path / "new.yaml.answers.sqlite").exists()


def test_two_personas_in_the_same_words_are_both_interviewed(ask: Ask, tmp_path: Path) -> None:
    tycoon = next(each for each in load_personas() if each.id == "tycoon")
    traits = [trait.text for trait in tycoon.traits]
    rows = [{"id": name, "name": name.title(), "traits": traits} for name in ("first", "second")]
    (tmp_path / "two.yaml").write_text(json.dumps(rows))
    words = ("persona", "interview", "--model", "simulated:jade", "--personas", "two.yaml", "--out", "told.yaml")
    code, document, _ = ask(*words)
    assert code == 0 and [row["id"] for row in document["personas"]] == ["first", "second"]
    first, second = load_personas(tmp_path / "told.yaml")
    assert first.interview == second.interview
