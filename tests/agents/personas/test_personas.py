from __future__ import annotations

import json
import pickle
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from agents.personas import placebo as placebo_module
from agents.personas.file import MAX_FILE_BYTES
from agents.personas.persona import Persona, Trait, load_personas, load_trait_bank, select, value_names
from agents.personas.placebo import TraitExchange, placebo
from agents.personas.prompts import nearest_level, profile_prompt, simple_prompt, system_prompt
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.errors import InputError

OWN = load_personas()
OPPOSITES = [(VALUES[place], VALUES[place + 5]) for place in range(5)]


def test_the_trait_bank_lists_the_ten_values_in_circle_order() -> None:
    assert value_names() == VALUES
    texts = [text for sides in load_trait_bank().values() for side in sides.values() for text in side]
    assert len(texts) == len(set(texts))


# ------------------------------------------------------------------------------------------ own personas


def test_there_are_at_least_twelve_own_personas_with_unique_ids_and_words() -> None:
    assert len(OWN) >= 12
    assert len({persona.id for persona in OWN}) == len(OWN)
    assert all(persona.name and persona.description and persona.source == "built-in" for persona in OWN)


@pytest.mark.parametrize("persona", OWN, ids=lambda persona: persona.id)
def test_own_personas_are_written_from_the_bank_and_their_target_is_what_they_say(persona: Persona) -> None:
    bank = load_trait_bank()
    assert 3 <= len(persona.traits) <= 6
    said = dict.fromkeys(VALUES, 0.0)
    for trait in persona.traits:
        assert trait.value is not None
        assert trait.text in bank[trait.value]["positive" if trait.direction == 1 else "negative"]
        assert said[trait.value] in (0.0, trait.direction), "a persona contradicts itself"
        said[trait.value] = float(trait.direction)
    assert persona.target == said


def test_every_own_target_is_written_out_in_the_file() -> None:
    import yaml

    rows = yaml.safe_load((files("agents") / "data" / "personas.yaml").read_text("utf-8"))["personas"]
    assert all(tuple(row["target"]) == VALUES for row in rows)


def test_own_targets_cover_the_circle() -> None:
    assert len({tuple(persona.target.values()) for persona in OWN}) == len(OWN)
    for value in VALUES:
        assert sum(persona.target[value] > 0 for persona in OWN) >= 2, value
        assert any(persona.target[value] < 0 for persona in OWN), value
    for first, second in OPPOSITES:
        for held, rejected in ((first, second), (second, first)):
            assert any(persona.target[held] > 0 > persona.target[rejected] for persona in OWN), (held, rejected)


def test_select_keeps_the_order_asked_for_and_names_what_it_does_not_know() -> None:
    assert [persona.id for persona in select(OWN, ["tycoon", "Bon Vivant"])] == ["tycoon", "bon_vivant"]
    with pytest.raises(InputError, match="nobody"):
        select(OWN, ["nobody"])


def test_personas_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(OWN)) == OWN


# ------------------------------------------------------------------------------------------ prompts


def test_simple_prompt_words() -> None:
    assert simple_prompt(["I like tea.", "I like cake."]) == (
        "You are a person with these traits:\n1. I like tea.\n2. I like cake.\nAnswer as this person would."
    )


def test_profile_prompt_words() -> None:
    levels = [1, 0.5, 0, -0.5, -1, 1, 0.5, 0, -0.5, -1]
    words = ["very important", "important", "somewhat important", "hardly important", "not important"] * 2
    lines = [f"- {LABELS[value].lower()} is {word}" for value, word in zip(VALUES, words, strict=True)]
    expected = "\n".join(["You are a person for whom", *lines, "Answer as this person would."])
    assert profile_prompt(dict(zip(VALUES, levels, strict=True))) == expected


def test_system_prompt_by_strategy() -> None:
    persona = OWN[0]
    assert system_prompt(None) == ""
    assert system_prompt(persona, "isq") == system_prompt(persona, "simple")
    assert system_prompt(persona, "profile") == profile_prompt(persona.target)
    with pytest.raises(InputError, match="strategy"):
        system_prompt(persona, "loud")  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.floats(-1, 1))
def test_rounding_to_levels_is_nearest_and_symmetric(importance: float) -> None:
    level = nearest_level(importance)
    assert level in (-1.0, -0.5, 0.0, 0.5, 1.0)
    assert abs(level - importance) <= 0.25
    assert nearest_level(-importance) == -level


# ------------------------------------------------------------------------------------------ user files


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_user_file_mixes_bank_statements_tagged_and_untagged_traits(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
- id: mine
  name: Mine
  traits:
    - I am very ambitious.
    - {text: I collect stamps., value: hedonism, direction: 1}
    - I live by the sea.
- id: graded
  name: Graded
  target: {power: 0.4, security: -1}
""",
    )
    mine, graded = load_personas(path)
    assert mine.traits == (
        Trait("I am very ambitious.", "achievement", 1),
        Trait("I collect stamps.", "hedonism", 1),
        Trait("I live by the sea."),
    )
    assert mine.target == {value: float(value in ("achievement", "hedonism")) for value in VALUES}
    assert mine.source == "mine.yaml"
    assert (graded.target["power"], graded.target["security"], graded.target["hedonism"]) == (0.4, -1.0, 0.0)
    with pytest.raises(InputError, match="traits"):
        system_prompt(graded, "simple")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no list of personas"),
        ("personas: 3", "no list of personas"),
        ("- just words", "persona 1"),
        ("- {id: a, name: A, traits: [x]}\n- {id: a, name: B, traits: [y]}", "'a'.*twice"),
        ("- {id: a, name: A}", "'a'.*neither traits nor a target"),
        ("- {id: a, name: A, traits: [x, x]}", "'a'.*stands twice"),
        ("- {id: a, name: A, traits: [x], colour: red}", "'a'.*colour"),
        ("- {id: a~placebo, name: A, traits: [x]}", "a~placebo"),
        ("- {id: a, name: A, target: {power: 2}}", "'a'.*target.power"),
        ("- {id: a, name: A, target: {power: .nan}}", "'a'.*target.power"),
        ("- {id: a, name: A, target: {greed: 1}}", "'a'.*greed"),
        ("- {id: a, name: A, traits: [{text: x, value: greed, direction: 1}]}", "'a'.*greed"),
        ("- {id: a, name: A, traits: [{text: x, value: power}]}", "'a'.*both value and direction"),
        ('- {id: a, name: A, traits: ["x\\n2. I obey"]}', "'a'.*traits.0"),
        ("- {id: a, id: b, name: A, traits: [x]}", "repeated key"),
        ("- &x {id: a, name: A, traits: [x]}\n- *x", "aliases"),
        ("- !!python/object/apply:os.system ['true']", "YAML"),
        ("[" * 5000, "YAML|nested"),
        ("- 2024-99-99", "YAML|persona 1"),
        ("- {id: a, name: A, traits: [x]", "YAML"),
    ],
)
def test_bad_user_files_are_refused_in_one_line(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(InputError, match=named) as caught:
        load_personas(written(tmp_path, text))
    assert "\n" not in caught.value.message
    assert str(tmp_path / "mine.yaml") in caught.value.message
    assert caught.value.hint


def test_unreadable_user_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        load_personas(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="cannot read"):
        load_personas(tmp_path)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        load_personas(tmp_path / "binary.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(InputError, match="larger"):
        load_personas(tmp_path / "large.yaml")


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_give_personas_or_an_input_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_personas(path)


# ------------------------------------------------------------------------------------------ placebo


def related(first: Persona, second: Persona) -> float:
    ranks = spearmanr([first.target[value] for value in VALUES], [second.stated[value] for value in VALUES])
    return float(ranks.statistic)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(OWN), st.integers(0, 2**32 - 1))
def test_a_placebo_says_other_things_in_the_same_amount(persona: Persona, seed: int) -> None:
    shown = placebo(persona, np.random.default_rng(seed))
    assert shown == placebo(persona, np.random.default_rng(seed))
    assert shown.id == f"{persona.id}~placebo"
    assert shown.target == persona.target
    assert [trait.direction for trait in shown.traits] == [trait.direction for trait in persona.traits]
    assert len({trait.text for trait in shown.traits}) == len(persona.traits)
    bank = load_trait_bank()
    for before, after in zip(persona.traits, shown.traits, strict=True):
        assert after.value is not None and after.value != before.value
        assert after.text in bank[after.value]["positive" if after.direction == 1 else "negative"]
        assert shown.stated[after.value] == after.direction
    assert sorted(shown.stated.values()) == sorted(persona.target.values())
    assert -0.2 <= related(persona, shown) <= 0.05


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=10, max_size=10), st.integers(0, 99))
def test_any_profile_has_a_placebo_that_moves_every_value(levels: list[float], seed: int) -> None:
    persona = Persona("p", "P", (), dict(zip(VALUES, levels, strict=True)), "test")
    shown = placebo(persona, np.random.default_rng(seed))
    assert sorted(shown.stated.values()) == sorted(levels)
    assert system_prompt(shown, "profile") == profile_prompt(shown.stated)


def test_untagged_traits_are_exchanged_with_another_persona() -> None:
    blank = dict.fromkeys(VALUES, 0.0)
    sailor = Persona("sailor", "Sailor", (Trait("I own a boat."), Trait("I fish.")), blank | {"hedonism": 1.0}, "f")
    shown = placebo(sailor, np.random.default_rng(0), (sailor, *OWN))
    partner = next(persona for persona in OWN if persona.traits == shown.traits)
    assert shown.target == sailor.target
    assert shown.stated == partner.target
    assert len(partner.traits) == min(len(persona.traits) for persona in OWN)
    with pytest.raises(InputError, match="sailor"):
        placebo(sailor, np.random.default_rng(0), (sailor,))


def test_too_many_traits_of_one_kind_have_no_placebo() -> None:
    traits = tuple(Trait(f"I like power, reason {number}.", "power", 1) for number in range(6))
    persona = Persona("p", "P", traits, dict.fromkeys(VALUES, 0.0) | {"power": 1.0}, "test")
    with pytest.raises(InputError, match="too few statements"):
        placebo(persona, np.random.default_rng(0))


# ------------------------------------------------------------------------------------------ names and numbers


@pytest.mark.parametrize("word", ["none", "all", "placebo", "bare", "isq", "simple", "profile", "bare_model"])
@pytest.mark.parametrize("field", ["id", "name"])
def test_words_of_our_own_are_no_personas(tmp_path: Path, word: str, field: str) -> None:
    entry = {"id": "plain", "name": "Plain", "traits": ["I like tea."], field: word}
    (tmp_path / "p.yaml").write_text(json.dumps([entry]))
    with pytest.raises(InputError, match="stands for") as caught:
        load_personas(tmp_path / "p.yaml")
    assert word in caught.value.message and "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["NONE", "No  Persona", "Anna (placebo)", "x~placebo"])
def test_words_of_our_own_in_another_spelling_are_none_either(tmp_path: Path, name: str) -> None:
    (tmp_path / "p.yaml").write_text(json.dumps([{"id": "plain", "name": name, "traits": ["I like tea."]}]))
    with pytest.raises(InputError, match="stands for"):
        load_personas(tmp_path / "p.yaml")


def test_a_name_that_two_personas_have_picks_neither() -> None:
    anna = replace(OWN[0], id="anna", name="Anna")
    other = replace(OWN[1], id="other", name="ANNA")
    assert select([anna, other], ["other", "anna", "other"]) == (other, anna)
    with pytest.raises(InputError, match="2 personas are called 'Anna'"):
        select([replace(anna, id="first"), other], ["Anna"])
    many = [replace(anna, id=f"p{number}", name=f"P {number}") for number in range(500)]
    with pytest.raises(InputError) as caught:
        select(many, ["nobody"])
    assert "and 480 more" in caught.value.hint


def test_many_personas_are_compared_with_some_hundreds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    relation = placebo_module._relation

    def relating(target: Any, shown: Any) -> Any:
        sizes.append(len(shown))
        return relation(target, shown)

    monkeypatch.setattr(placebo_module, "_relation", relating)
    traits = (Trait("I like tea."), Trait("I get up early."))
    people = [
        Persona(f"p{number}", f"P {number}", traits, {name: float(name == VALUES[number % 10]) for name in VALUES}, "x")
        for number in range(3_000)
    ]
    exchange = TraitExchange(people)
    shown = placebo(people[0], np.random.default_rng(1), exchange)
    assert shown == placebo(people[0], np.random.default_rng(1), people)
    assert shown.stated != people[0].target and shown.target == people[0].target
    assert max(sizes) <= 512


def test_a_small_set_is_exchanged_within_as_before() -> None:
    people = [
        Persona("a", "A", (Trait("x"), Trait("y")), {**dict.fromkeys(VALUES, 0.0), "power": 1.0}, "x"),
        Persona("b", "B", (Trait("z"),), {**dict.fromkeys(VALUES, 0.0), "security": 1.0}, "x"),
        Persona("c", "C", (Trait("u"), Trait("v"), Trait("w")), {**dict.fromkeys(VALUES, 0.0), "power": 1.0}, "x"),
    ]
    # One trait less is as near as one more; the less related profile decides.
    assert placebo(people[0], np.random.default_rng(0), people).traits == people[1].traits
