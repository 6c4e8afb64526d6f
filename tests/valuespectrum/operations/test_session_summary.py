"""What `browse` tells of a session: role breaks are of steps at which a role is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from browse_fixtures import TASTE, Leaning, make_catalogue, session

from agents.browsing.interventions import intervention_from
from agents.browsing.session import browse
from agents.models.base import Answer, Ask
from agents.personas.persona import load_personas
from valuespectrum.operations.browse import session_summary

CATALOGUE = make_catalogue()
PERSONA = load_personas()[0]
STEPS = 6


class Machine(Leaning):
    """Says what it is with every answer."""

    def _answer(self, ask: Ask) -> Answer:
        return replace(super()._answer(ask), text="As an AI, I have no taste.")


@pytest.mark.parametrize(
    ("plays", "done", "counted"),
    [
        (True, (), range(STEPS)),
        (False, (), ()),
        (True, ("2:persona=none",), (0, 1)),
        (False, ("2-3:persona=tycoon",), (2, 3)),
        (True, ("2:persona=none", "4:persona=tycoon"), (0, 1, 4, 5)),
        (True, ("2:label=this; persona=none",), range(STEPS)),
    ],
)
def test_role_breaks_are_counted_while_there_is_a_role(
    plays: bool, done: tuple[str, ...], counted: Sequence[int]
) -> None:
    told = [intervention_from(each) for each in done]
    put = tuple(replace(each, system="You are rich.") if each.words == "tycoon" else each for each in told)
    options = session(steps=STEPS, interventions=put)
    record = browse(options, CATALOGUE, Machine(TASTE), PERSONA if plays else None)
    said = [len(event.raw_answer) for event in record.events]
    found = session_summary(record, {}, Path("made.jsonl"))["role_breaks"]
    assert found == sum(said[step] for step in counted)
