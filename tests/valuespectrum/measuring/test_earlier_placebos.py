"""Runs that an earlier release began, with a placebo for each persona."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from agents.answers.respondent import BARE, Role
from agents.personas.persona import load_personas
from agents.personas.prompts import system_prompt
from valuespectrum.measuring.asking import AskingOptions, asked_roles
from valuespectrum.runs.run import Run

TYCOON = next(persona for persona in load_personas() if persona.id == "tycoon")
EARLIER = [
    BARE,
    Role("tycoon", "simple", False, system_prompt(TYCOON)),
    Role("tycoon", "simple", True, "You are a person with these traits: I like tea."),
]


def begin(run: Path, roles: Sequence[Role]) -> None:
    settings = {
        "battery": {"name": "like"}, "models": {"m": {}}, "seed": 0,
        "personas": [{"id": "tycoon", "name": "Tycoon", "target": dict(TYCOON.target)}],
        "roles": [asdict(role) for role in roles],
        "corpus": {"hash": "x", "embedder": "y"}, "keywords": {"name": "k", "digest": "d"}, "retrieval": {"top_k": 1},
    }  # fmt: skip
    with Run.open(run, settings, "bench"):
        pass


def test_a_run_whose_placebo_texts_have_other_words_goes_on_with_them(tmp_path: Path) -> None:
    options = AskingOptions(tmp_path / "run")
    listed = asked_roles(options, [TYCOON])
    worded = [replace(role, system=f"{role.system} In other words.") if role.placebo else role for role in listed]
    begin(options.run, worded)
    assert asked_roles(options, [TYCOON]) == worded != listed
    assert sum(role.placebo for role in asked_roles(AskingOptions(options.run, placebos=5), [TYCOON])) == 5
    begin(
        tmp_path / "other", [replace(role, system="Somebody else.") if role == listed[1] else role for role in worded]
    )
    assert asked_roles(AskingOptions(tmp_path / "other"), [TYCOON]) == listed, "another persona is another run"


def test_a_run_of_an_earlier_release_goes_on_with_its_own_placebos(tmp_path: Path) -> None:
    options = AskingOptions(tmp_path / "run")
    new = asked_roles(options, [TYCOON])
    assert sum(role.placebo for role in new) == 8
    begin(options.run, EARLIER)
    assert asked_roles(options, [TYCOON]) == EARLIER
    others = [persona for persona in load_personas() if persona.id in ("tycoon", "bon_vivant")]
    assert sum(role.placebo for role in asked_roles(options, others)) == 8, "other personas are another run"
    assert not any(role.placebo for role in asked_roles(AskingOptions(options.run, placebos=0), [TYCOON]))


def test_a_folder_that_is_no_run_is_left_to_be_refused_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    assert sum(role.placebo for role in asked_roles(AskingOptions(tmp_path), [TYCOON])) == 8
