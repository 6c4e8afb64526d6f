"""Wordings, shuffles and generated personas, and how the twins of the reference models read them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.personas.choosing import select
from agents.personas.generating import from_profile, rescaled
from agents.personas.persona import GIVEN, NOBODY, Persona, Trait, load_personas, load_trait_bank, value_names
from agents.personas.placebo import placebos
from agents.personas.prompts import FRAMINGS, Strategy, nearest_level, system_prompt
from agents.personas.shuffled import another_persona, shuffled
from agents.personas.wordings import MOST_WORDINGS, paraphrases, wordings
from valuespectrum.reference.speech import statements
from valuespectrum.reference.twin.reading import persona_target
from vectorstore.foundation.errors import InputError

OWN = load_personas()
VALUED = [persona for persona in OWN if persona.kind == "values"]
BY_ID = {persona.id: persona for persona in OWN}
PUT: tuple[Strategy, ...] = ("simple", "profile", "anchor", "isq")


def said(persona: Persona, strategy: Strategy = "simple") -> dict[str, float]:
    """What a twin hears, all ten values."""
    return dict.fromkeys(value_names(), 0.0) | dict(persona_target(system_prompt(persona, strategy)) or {})


# ------------------------------------------------------------------------------------------ wordings


def test_every_statement_has_two_further_wordings_that_nothing_else_says() -> None:
    bank = [text for sides in load_trait_bank().values() for texts in sides.values() for text in texts]
    assert list(paraphrases()) == bank
    every = [*bank, *(text for others in paraphrases().values() for text in others)]
    assert len(set(every)) == 3 * len(bank)
    assert not set(every[len(bank) :]) & set(statements())


@pytest.mark.parametrize("persona", OWN, ids=lambda persona: persona.id)
def test_own_personas_stand_in_three_wordings_with_one_target(persona: Persona) -> None:
    found = wordings(persona)
    assert [each.id for each in found] == [persona.id, f"{persona.id}@2", f"{persona.id}@3"]
    words = [system_prompt(each) for each in found]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert not set(words[first].split("\n")) & set(words[second].split("\n"))
    assert all(each.target == persona.target and each.kind == persona.kind for each in found)


@pytest.mark.parametrize("persona", VALUED, ids=lambda persona: persona.id)
def test_twins_hear_one_target_in_every_wording_and_strategy(persona: Persona) -> None:
    for each in wordings(persona):
        for strategy in PUT:
            assert said(each, strategy) == persona.target, (each.id, strategy)


def test_there_is_a_frame_for_every_wording_and_each_has_words_of_its_own() -> None:
    assert len(FRAMINGS) == MOST_WORDINGS
    for name in ("traits", "person", "values", "guided", "closing", "interview"):
        assert len({getattr(form, name) for form in FRAMINGS}) == len(FRAMINGS)
    assert len({word for form in FRAMINGS for word in form.levels}) == 5 * len(FRAMINGS)


def test_own_statements_of_a_user_have_the_wordings_of_their_file() -> None:
    plain = Persona("mine", "Mine", (Trait("I collect stamps."),), dict.fromkeys(value_names(), 0.0), "mine.yaml")
    assert [each.id for each in wordings(plain)] == ["mine"]
    twice = replace(plain, reworded=(("Stamps are what I collect.",),))
    assert "Stamps are what I collect." in system_prompt(select([twice], ["mine@2"])[0])
    with pytest.raises(InputError, match="2 wordings, no number 3"):
        select([twice], ["mine@3"])
    with pytest.raises(InputError, match="one wording, no number 2"):
        select([plain], ["mine@2"])


def test_placebo_texts_are_framed_as_the_personas_are() -> None:
    listed = wordings(BY_ID["tycoon"])
    for strategy in PUT[:3]:
        texts = placebos(listed, strategy, 6, seed=0)
        opening = [system_prompt(text, strategy).split(" ")[0:3] for text in texts]
        own = [system_prompt(each, strategy).split(" ")[0:3] for each in listed]
        assert opening == own + own
        assert [text.id for text in texts] == [f"placebo-{number}" for number in range(1, 7)]
        assert all(persona_target(system_prompt(text, strategy)) is None for text in texts)


def test_a_placebo_text_in_place_of_an_anchor_has_as_many_facts_as_it_names_values() -> None:
    assert len(BY_ID["tycoon"].traits) == 5
    for number, persona in ((3, BY_ID["tycoon"]), (2, from_profile("mine", "Mine", {"power": 1, "security": -0.5}))):
        assert [len(text.traits) for text in placebos([persona], "anchor", 3, seed=0)] == [number] * 3


# ------------------------------------------------------------------------------------------ shuffles


@pytest.mark.parametrize("persona", OWN, ids=lambda persona: persona.id)
def test_a_scrambled_placebo_has_the_same_words_and_says_nothing(persona: Persona) -> None:
    placebo = shuffled(persona, "scrambled", seed=0)
    before, after = (
        Counter(word.strip(".,;").casefold() for trait in each.traits for word in trait.text.split())
        for each in (persona, placebo)
    )
    assert before == after
    assert [len(trait.text.split()) for trait in placebo.traits] == [len(t.text.split()) for t in persona.traits]
    assert persona_target(system_prompt(placebo)) is None and set(placebo.target.values()) == {0.0}
    with pytest.raises(InputError, match=r"~scrambled. says nothing"):
        system_prompt(placebo, "profile")


@pytest.mark.parametrize("persona", VALUED, ids=lambda persona: persona.id)
def test_a_permuted_placebo_holds_as_much_of_other_values(persona: Persona) -> None:
    placebo = shuffled(persona, "permuted", seed=0)
    own, other = (np.array([each.target[value] for value in value_names()]) for each in (persona, placebo))
    assert sorted(own) == sorted(other) and abs(np.corrcoef(own, other)[0, 1]) <= 0.35
    assert said(placebo) == said(placebo, "profile") == placebo.target
    words = [Counter(system_prompt(each, "profile").replace("-", " ").split()) for each in (persona, placebo)]
    assert words[0] == words[1]
    assert shuffled(persona, "permuted", seed=0) == placebo != shuffled(persona, "permuted", seed=1)


def test_a_placebo_that_is_another_persona_of_the_file_is_known() -> None:
    found = {persona.id: another_persona(shuffled(persona, "permuted", 0), OWN) for persona in VALUED}
    assert found["heir"] == "peacemaker"
    assert not found["tycoon"] and not another_persona(shuffled(BY_ID["tycoon"], "scrambled", 0), OWN)
    own = shuffled(BY_ID["tycoon"], "permuted", 0)
    copy = Persona("twin", "Twin", own.traits, own.target, "mine.yaml")
    assert another_persona(own, [*OWN, copy]) == "twin"


def test_what_cannot_be_shuffled_is_refused() -> None:
    with pytest.raises(InputError, match="no profile"):
        shuffled(BY_ID["farmer"], "permuted", 0)
    graded = Persona("g", "G", (), {**dict.fromkeys(value_names(), 0.0), "power": 1.0}, "mine.yaml")
    for lines, why in (
        (("Ambitious.", "Kind."), "one word a line"),
        (("\u6211 \u975e\u5e38", "\u6709 \u91ce"), "without blanks"),
    ):
        with pytest.raises(InputError, match=why):
            shuffled(replace(BY_ID["tycoon"], traits=tuple(map(Trait, lines))), "scrambled", 0)
    with pytest.raises(InputError, match="no words"):
        shuffled(graded, "scrambled", 0)
    told = replace(graded, text="Wants to own the town.")
    with pytest.raises(InputError, match="free words"):
        shuffled(told, "permuted", 0)
    assert sorted(shuffled(told, "scrambled", 0).text.casefold().strip(".").split()) == sorted(
        ["wants", "to", "own", "the", "town"]
    )


@pytest.mark.parametrize(
    "typed",
    ["tycoon@", "tycoon@x", "tycoon@0", "tycoon@4", "tycoon@99999999999999999999", "tycoon~", "tycoon~loud", "@2"],
)
def test_variants_that_there_are_not_are_refused_in_one_line(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        select(OWN, [typed])
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------------------------------ generated


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(value_names()), st.floats(-1, 1), min_size=1))
def test_a_generated_persona_says_what_its_profile_rounds_to(profile: dict[str, float]) -> None:
    rounded = {value: nearest_level(profile.get(value, 0.0)) for value in value_names()}
    if not any(rounded.values()):
        with pytest.raises(InputError, match="a quarter"):
            from_profile("mine", "Mine", profile)
        return
    persona = from_profile("mine", "Mine", profile)
    assert persona.target == {value: profile.get(value, 0.0) for value in value_names()}
    assert len({trait.text for trait in persona.traits}) == len(persona.traits)
    for each in wordings(persona):
        assert said(each) == rounded == said(each, "profile")


def test_profiles_on_other_scales_are_rescaled_or_refused() -> None:
    with pytest.raises(InputError, match="less than or equal to 1"):
        from_profile("mine", "Mine", {"power": 5})
    found = rescaled({value: float(place) for place, value in enumerate(value_names())})
    assert sum(found.values()) == pytest.approx(0) and max(map(abs, found.values())) == 1
    for bad in ({}, {"power": float("nan")}, {"power": 1.0, "security": 1.0}):
        with pytest.raises(InputError):
            rescaled(bad)
    with pytest.raises(InputError, match="unknown value"):
        from_profile("mine", "Mine", {"courage": 1})


# ------------------------------------------------------------------------------------------ strategies


def test_every_strategy_puts_a_persona_or_says_what_it_lacks() -> None:
    tycoon = BY_ID["tycoon"]
    for strategy in get_args(Strategy):
        if strategy != "interview":
            assert system_prompt(tycoon, strategy)
    with pytest.raises(InputError, match="no interview was held"):
        system_prompt(tycoon, "interview")
    told = replace(tycoon, interview=(("What do you do?", "I buy."),), interviewed="simulated:amber@0")
    words = system_prompt(told, "interview").split("\n")
    assert words[-4:] == [
        "In an interview you said:",
        "Q: What do you do?",
        "A: I buy.",
        "Answer as this person would.",
    ]
    assert words[:-4] == system_prompt(tycoon).split("\n")[:-1]
    assert persona_target("\n".join(words)) == persona_target(system_prompt(tycoon))
    bare = replace(told, traits=(), target={**tycoon.target})
    assert system_prompt(bare, "interview").split("\n")[:-4] == system_prompt(tycoon, "profile").split("\n")[:-1]
    with pytest.raises(InputError, match="holds no value"):
        system_prompt(BY_ID["farmer"], "anchor")
    free = replace(tycoon, traits=(), text="A person who owns half the town.")
    assert system_prompt(free) == "You are this person:\nA person who owns half the town.\nAnswer as this person would."


def test_an_interview_cannot_speak_for_the_persona() -> None:
    """A line of an answer that looks like a trait changes nothing that a twin hears."""
    held = (("Who are you?", "1. I am very ambitious."),)
    told = replace(BY_ID["idler"], interview=held, interviewed="simulated:amber@0")
    assert persona_target(system_prompt(told, "interview")) == persona_target(system_prompt(BY_ID["idler"]))


@pytest.mark.parametrize("strategy", ["profile", "anchor"])
def test_whose_values_nobody_told_is_not_put_as_a_profile(strategy: Strategy) -> None:
    """All ten values would be somewhat important, and not a word of the person would be heard."""
    nothing = dict.fromkeys(value_names(), 0.0)
    unknown = replace(VALUED[0], traits=(), text="A person who keeps bees.", target=nothing, target_from=NOBODY)
    with pytest.raises(InputError, match="nobody says what"):
        system_prompt(unknown, strategy)
    assert "bees" in system_prompt(unknown, "simple")
    told = replace(unknown, target=nothing | {"power": 1.0}, target_from=GIVEN)
    assert "important" in system_prompt(told, "profile")
