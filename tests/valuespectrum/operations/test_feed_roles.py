"""Whom sessions play: nobody, personas, placebo texts."""

from __future__ import annotations

import pytest

from agents.personas.persona import load_personas
from agents.personas.prompts import Strategy, system_prompt
from valuespectrum.instruments.roles import roles
from valuespectrum.operations.shared.loading import feed_roles
from vectorstore.foundation.errors import InputError


def test_nobody_comes_first_and_all_personas_have_one_name() -> None:
    assert list(feed_roles(["placebo-3", "tycoon", "none"], None, "simple")) == ["none", "tycoon", "placebo-3"]
    everybody = [persona.id for persona in load_personas()]
    assert list(feed_roles(["all"], None, "simple")) == list(feed_roles([], None, "simple")) == everybody


@pytest.mark.parametrize("strategy", ["simple", "profile"])
def test_a_session_under_a_placebo_text_hears_the_words_of_the_benchmark(strategy: Strategy) -> None:
    asked = {role.persona: role.system for role in roles(load_personas(), (strategy,), 8, seed=0) if role.placebo}
    for name, persona in feed_roles(list(asked), None, strategy).items():
        assert system_prompt(persona, strategy) == asked[name]


def test_a_placebo_text_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="unknown persona 'placebo-13'"):
        feed_roles(["placebo-13"], None, "simple")
