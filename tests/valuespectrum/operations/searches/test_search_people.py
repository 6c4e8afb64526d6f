"""Who takes part in a search: respondents and judges, each once however often they are named."""

from __future__ import annotations

from agents.procedures.procedure import SUBJECT
from valuespectrum.operations.searches.prepared import people
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.twin.model import TwinModel

ONE, TWO, THREE = (TwinModel(member) for member in COHORT[:3])


def test_a_model_that_is_named_twice_counts_once() -> None:
    who = people([ONE, TWO, ONE], [TWO, THREE, THREE], [TWO, TWO], [])
    assert [who.cast[person.to].id for person in who.searching] == [ONE.id, TWO.id]
    assert [who.cast[person.to].id for person in who.final] == [ONE.id, TWO.id, THREE.id]
    assert [person.to for person in who.searching] == [SUBJECT, f"{SUBJECT} search 2"]
    assert list(who.judges.values()) == [TWO.id]


def test_a_model_beside_itself_is_one_respondent() -> None:
    assert len(people([ONE, ONE], [ONE], [], []).final) == 1
