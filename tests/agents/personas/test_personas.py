from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.personas.choosing import select
from agents.personas.file import MAX_FILE_BYTES
from agents.personas.persona import Persona, Trait, load_personas, load_trait_bank, value_names
from agents.personas.placebo import load_facts, placebos
from agents.personas.prompts import nearest_level, profile_prompt, simple_prompt, system_prompt
from agents.personas.reserved import MOST_PLACEBO_TEXTS
from valuespectrum.reference.twin.reading import persona_target
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.errors import InputError

OWN = load_personas()
VALUED = [persona for persona in OWN if persona.kind == "values"]
CONTROLS = [persona for persona in OWN if persona.kind == "demographic"]
OPPOSITES = [(VALUES[place], VALUES[place + 5]) for place in range(5)]


def test_the_trait_bank_lists_the_ten_values_in_circle_order() -> None:
    assert value_names() == VALUES
    texts = [text for sides in load_trait_bank().values() for side in sides.values() for text in side]
    assert len(texts) == len(set(texts))


# ------------------------------------------------------------------------------------------ own personas


def test_there_are_at_least_forty_own_personas_with_unique_ids_and_words() -> None:
    assert len(VALUED) >= 40 and len(CONTROLS) >= 5 and len(VALUED) + len(CONTROLS) == len(OWN)
    assert len({persona.id for persona in OWN}) == len(OWN)
    assert all(persona.name and persona.description and persona.source == "built-in" for persona in OWN)


@pytest.mark.parametrize("persona", VALUED, ids=lambda persona: persona.id)
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
    assert len({tuple(persona.target.values()) for persona in VALUED}) == len(VALUED)
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
        ('- {id: a, name: A, traits: ["x\\u0085I obey"]}', r"'a'.*traits.0.*U\+0085"),
        ('- {id: a, name: "A\\u202e", traits: [x]}', r"'a'.*name.*U\+202E"),
        ('- {id: a, name: A, text: "x\\u009b31m"}', r"'a'.*text.*U\+009B"),
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


def test_what_joins_letters_and_pictograms_may_stand_in_a_persona(tmp_path: Path) -> None:
    (persona,) = load_personas(written(tmp_path, '- {id: a, name: "\\u0645\\u06cc\\u200c\\u062e", traits: [x]}'))
    assert persona.name == "\u0645\u06cc\u200c\u062e"


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


# ------------------------------------------------------------------------------------------ placebo texts

VALUE_WORDS = {
    word
    for sides in load_trait_bank().values()
    for side in sides.values()
    for text in side
    for word in text.lower().strip(".").split()
    if len(word) > 4
}


def words(persona: Persona) -> int:
    return sum(len(trait.text.split()) for trait in persona.traits)


def persona_of(lines: int, words_a_line: int) -> Persona:
    traits = tuple(Trait(" ".join([f"word{line}"] * words_a_line)) for line in range(lines))
    return Persona("p", "P", traits, dict.fromkeys(VALUES, 0.0), "test")


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 15), st.integers(7, 10), st.integers(0, 2**32 - 1))
def test_a_placebo_text_has_as_many_words_in_as_many_lines(lines: int, words_a_line: int, seed: int) -> None:
    persona = persona_of(lines, words_a_line)
    for text in placebos([persona], "simple", 8, seed):
        assert len(text.traits) == lines and abs(words(text) - words(persona)) <= 6


def test_lengths_are_spread_over_those_of_the_personas() -> None:
    texts = placebos([persona_of(3, 8), persona_of(9, 8)], "isq", 8, seed=0)
    assert sorted(len(text.traits) for text in texts) == [3] * 4 + [9] * 4
    longest = placebos([persona_of(50, 80)], "simple", 1, seed=0)[0]
    assert len(longest.traits) == len(load_facts())
    assert len(placebos([replace(OWN[0], traits=())], "profile", 1, seed=0)[0].traits) == len(VALUES)


def test_placebo_texts_share_no_statement_and_are_the_same_again() -> None:
    texts = placebos(OWN, "simple", MOST_PLACEBO_TEXTS, seed=3)
    facts = [
        fact for text in texts for trait in text.traits for fact in re.split(r" and my |^My ", trait.text[:-1]) if fact
    ]
    assert len(facts) == len(set(facts)) and len({text.id for text in texts}) == MOST_PLACEBO_TEXTS
    assert texts[:5] == placebos(OWN, "simple", 5, seed=3)
    assert texts == placebos(OWN, "simple", MOST_PLACEBO_TEXTS, seed=3) != placebos(OWN, "simple", 12, seed=4)
    assert texts[:1] != placebos(OWN, "profile", 1, seed=3) and placebos((), "simple", 8, seed=0) == ()


def test_placebo_texts_say_nothing_about_values() -> None:
    assert len(load_facts()) >= 25 and all(len(set(fact.states)) >= MOST_PLACEBO_TEXTS for fact in load_facts())
    said = " ".join(state for fact in load_facts() for state in (fact.text, *fact.states)).lower()
    assert not set(re.findall(r"[a-z]+", said)) & (VALUE_WORDS - {"minutes"})
    for text in placebos(OWN, "simple", 8, seed=0):
        assert set(text.target.values()) == {0.0} and persona_target(system_prompt(text)) is None


def test_placebo_texts_are_put_as_personas_are() -> None:
    for strategy in ("simple", "isq", "profile"):
        (text,) = placebos(OWN[:1], strategy, 1, seed=0)
        told, like = system_prompt(text, strategy).split("\n"), system_prompt(OWN[0], strategy).split("\n")
        assert (told[0], told[-1], len(told)) == (like[0], like[-1], len(like))


def test_placebo_texts_of_persons_in_free_words_are_in_free_words() -> None:
    """A numbered list beside one text would differ from it in form, and not in what it says alone."""
    person = replace(persona_of(0, 0), text="Runs the only bakery of the village. Would not sell it for anything else.")
    for strategy in ("simple", "isq"):
        (text,) = placebos([person], strategy, 1, seed=0)
        told, like = (system_prompt(each, strategy).split("\n") for each in (text, person))
        assert (told[0], told[2:], len(told)) == (like[0], like[2:], 3) and told[1].startswith("My ")
        assert told[1].count(".") == 2 and abs(len(told[1].split()) - len(like[1].split())) <= 6
        assert persona_target(system_prompt(text, strategy)) is None
    assert len(placebos([person], "profile", 1, seed=0)[0].traits) == len(VALUES)
    both = placebos([person, persona_of(9, 8)], "simple", 8, seed=0)
    assert sorted(bool(text.text) for text in both) == [False] * 4 + [True] * 4


def test_placebo_texts_have_as_many_words_as_a_text_without_blanks() -> None:
    """Thirty letters with one stop, four times over: one word by its blanks, about sixty by what it says."""
    person = replace(persona_of(0, 0), text=("\u6211" * 30 + "\u3002") * 4)
    (text,) = placebos([person], "simple", 1, seed=0)
    assert text.text.count(".") == 4 and abs(len(text.text.split()) - 61) <= 6


@pytest.mark.parametrize("count", [-1, MOST_PLACEBO_TEXTS + 1])
def test_there_are_only_so_many_placebo_texts(count: int) -> None:
    with pytest.raises(InputError, match="placebo texts were asked for"):
        placebos(OWN, "simple", count, seed=0)


# ------------------------------------------------------------------------------------------ names and numbers


@pytest.mark.parametrize(
    "word", ["none", "all", "placebo", "bare", "isq", "simple", "profile", "anchor", "interview", "bare_model"]
)
@pytest.mark.parametrize("field", ["id", "name"])
def test_words_of_our_own_are_no_personas(tmp_path: Path, word: str, field: str) -> None:
    entry = {"id": "plain", "name": "Plain", "traits": ["I like tea."], field: word}
    (tmp_path / "p.yaml").write_text(json.dumps([entry]))
    with pytest.raises(InputError, match="stands for") as caught:
        load_personas(tmp_path / "p.yaml")
    assert word in caught.value.message and "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["NONE", "No  Persona", "Anna (placebo)", "x~placebo", "placebo-3", "Placebo text 12"])
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
