"""Steering by words: a file, a model of its own, any kind of model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.models.ask_key import ask_key
from agents.models.base import Ask, ModelOptions, Stimulus
from agents.models.model_names import ModelId
from agents.models.registry import load_model
from agents.models.spoken import SpokenIntervention, SpokenTo, read_spoken, write_spoken
from agents.personas.persona import load_personas
from agents.personas.prompts import system_prompt
from valuespectrum.checks.foresight import check_models
from valuespectrum.cli import main
from valuespectrum.instruments.wordings.speaking import REASONS
from valuespectrum.operations.instrument import InstrumentSettings, run_instrument
from valuespectrum.operations.steering.applying import apply_steering, list_steering
from valuespectrum.steering.graph.run_table import table_of_runs
from valuespectrum.steering.words import persona_words, value_words
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError, ModelError

ASK = Ask(Stimulus(), REASONS.text, max_tokens=80)


@pytest.fixture
def tycoon(tmp_path: Path) -> str:
    path = tmp_path / "tycoon.json"
    persona = next(each for each in load_personas() if each.id == "tycoon")
    write_spoken(persona_words(persona), path)
    return str(path)


def test_a_file_of_others_that_has_a_name_and_words_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"name": "poem", "words": "Roses are red."}', encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.json"):
        write_spoken(value_words("power"), path)
    assert "Roses" in path.read_text(encoding="utf-8")
    path.unlink()
    write_spoken(value_words("power"), path)
    write_spoken(value_words("security"), path)
    assert read_spoken(str(path)) == value_words("security")


def test_every_value_has_words_for_it_and_against_it() -> None:
    for value in VALUES:
        towards, away = value_words(value), value_words(value, towards=False)
        assert towards.words.startswith("You are inclined to the value of ") and ", which means " in towards.words
        assert away.words == towards.words.replace("inclined", "disinclined")
    with pytest.raises(InputError, match="no dimension 'fame'"):
        value_words("fame")


def test_a_model_that_is_told_so_answers_as_in_the_role_and_is_another_respondent(tycoon: str) -> None:
    plain, told = load_model("simulated:amber"), load_model(f"simulated:amber?steer={tycoon}")
    persona = next(each for each in load_personas() if each.id == "tycoon")
    role = Ask(ASK.stimulus, ASK.question, system=system_prompt(persona, "simple"), max_tokens=80)
    assert isinstance(told, SpokenTo)
    assert next(told.generate([ASK])).text == next(plain.generate([role])).text != next(plain.generate([ASK])).text
    assert next(told.score([ASK])).text == next(plain.score([role])).text
    found = ModelId.parse(told.id)
    assert str(found.without_steering) == plain.id and found.steering.startswith("tycoon~")
    assert ask_key(ASK, told) != ask_key(ASK, plain)


def test_words_stand_before_a_persona_and_add_up_in_order(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_spoken(SpokenIntervention(name, f"Words {name}."), tmp_path / name)
    model = load_model(f"simulated:amber?steer={tmp_path / 'a'}&steer={tmp_path / 'b'}")
    other = load_model(f"simulated:amber?steer={tmp_path / 'b'}&steer={tmp_path / 'a'}")
    assert ModelId.parse(model.id).steering.startswith("a.b~") and model.id != other.id
    asked: list[Ask] = []

    class Listening:
        id, settings = "listening:x", dict[str, str]()

        def score(self, asks):  # type: ignore[no-untyped-def]
            asked.extend(asks)
            return iter(())

        generate = score

    told = SpokenTo(Listening(), [SpokenIntervention("a", "Words a. "), SpokenIntervention("b", "Words b.")])
    list(told.score([Ask(Stimulus(), "Why?", system="You are kind.")]))
    assert asked[0].system == "Words a.\n\nWords b.\n\nYou are kind."


def test_a_run_of_it_is_a_row_of_its_own_in_a_table_of_values(tycoon: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    specs = ["simulated:amber", f"simulated:amber?steer={tycoon}"]
    run_instrument("portraits", specs, run, InstrumentSettings(option={"wordings": "1"}))
    table = table_of_runs([run])
    assert [bool(key.intervention) for key in table.keys] == [False, True]
    assert table.keys[0].model == table.keys[1].model
    at = table.values.index("power")
    assert table.scores[1, at] > table.scores[0, at]


def test_words_are_listed_and_refused_where_they_cannot_be(tycoon: str, tmp_path: Path) -> None:
    (told,) = list_steering([tycoon]).to_dict()["interventions"]
    assert told["method"] == "words" and told["edits"] == []
    assert apply_steering("simulated:amber", [tycoon]).to_dict()["model"].startswith("simulated:amber+tycoon~")
    with pytest.raises(InputError, match="words"):
        apply_steering("simulated:amber", [tycoon], tmp_path / "both.steer")
    with pytest.raises(InputError, match="no strength"):
        read_spoken(f"{tycoon}:strength=2")
    check_models([f"openai:some-model?steer={tycoon}"], options=ModelOptions())
    with pytest.raises(ModelError, match="cannot be steered by a file"):
        check_models(["openai:some-model?steer=edits.steer"], options=ModelOptions())
    for text in ('{"name": "a"}', '{"name": "A b", "words": "x"}', '{"name": "a", "words": " "}', "{", '{"a": 1}'):
        (tmp_path / "bad").write_text(text)
        with pytest.raises(InputError):
            load_model(f"simulated:amber?steer={tmp_path / 'bad'}")


def test_the_verb_writes_what_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "words.json"
    for options, name in (
        (["--value", "power", "--away"], "power-away"),
        (["--persona", "tycoon", "--strategy", "profile"], "tycoon"),
        (["--text", "Be kind.", "--name", "kind"], "kind"),
    ):
        assert main(["steer", "words", *options, "--out", str(out), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["name"] == name == read_spoken(str(out)).name
    before = out.read_bytes()
    for unused in (
        ["--persona", "tycoon", "--away"],
        ["--text", "Be kind.", "--away"],
        ["--value", "power", "--strategy", "profile"],
        ["--value", "power", "--name", "mine"],
        ["--text", "Be kind.", "--personas", "none.yaml"],
    ):
        assert main(["steer", "words", *unused, "--out", str(out)]) == 2
        assert "means nothing without" in capsys.readouterr().err and out.read_bytes() == before
    for options in ([], ["--value", "power", "--text", "x"], ["--value", "fame"], ["--text", "x", "--name", "No name"]):
        assert main(["steer", "words", *options, "--out", str(out)]) == 2
    spaced = tmp_path / "my words.json"
    capsys.readouterr()
    assert main(["steer", "words", "--value", "power", "--out", str(spaced)]) == 0
    assert f"use it with --steer '{spaced}'" in capsys.readouterr().out
    assert main(["steer", "words", "--text", "Be kind\udcff", "--out", str(spaced)]) == 2
    assert "half of a character" in capsys.readouterr().err, "a byte of the command line that is no UTF-8"
    other = tmp_path / "thesis.txt"
    other.write_text("mine")
    assert main(["steer", "words", "--text", "x", "--out", str(other)]) == 2 and other.read_text() == "mine"
