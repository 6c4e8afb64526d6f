"""Who takes part in a search: respondents and judges, each once however often they are named."""

from __future__ import annotations

from collections import Counter

import pytest

from agents.models.base import ModelOptions
from agents.models.capabilities import Replies
from agents.models.model_names import ModelId
from agents.models.token_estimates import MOST_PER_PICTURE
from agents.personas.persona import load_personas
from agents.procedures.procedure import SUBJECT
from valuespectrum.instruments.adaem.options import TellingLoopOptions
from valuespectrum.instruments.adaem.question_file import read_seeds
from valuespectrum.operations.searches.conducted import _asked_as, _costs
from valuespectrum.operations.searches.prepared import SearchMaterial, budget, people
from valuespectrum.operations.searches.settings import SearchSettings
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.twin.model import TwinModel
from vectorstore.foundation.errors import InputError

ONE, TWO, THREE = (TwinModel(member) for member in COHORT[:3])


class Elsewhere(TwinModel):
    """The same on another server."""

    @property
    def id(self) -> str:
        return f"{ModelId.parse(super().id).short}@elsewhere"


def test_a_model_that_is_named_twice_counts_once() -> None:
    who = people([ONE, TWO, ONE], [TWO, THREE, THREE], [TWO, TWO], [])
    assert [who.cast[person.to].id for person in who.searching] == [ONE.id, TWO.id]
    assert [who.cast[person.to].id for person in who.final] == [ONE.id, TWO.id, THREE.id]
    assert [person.to for person in who.searching] == [SUBJECT, f"{SUBJECT} search 2"]
    assert list(who.judges.values()) == [TWO.id]


def test_a_model_beside_itself_is_one_respondent() -> None:
    assert len(people([ONE, ONE], [ONE], [], []).final) == 1


@pytest.mark.parametrize("invent", range(1, 8))
def test_topics_that_are_invented_are_in_what_each_model_is_asked_at_most(invent: int) -> None:
    """A model that plays a role invents as itself and in its role, in turn, and makes each topic a question."""
    who, material = people([ONE, TWO], [], [], load_personas()[:1]), SearchMaterial("questions", read_seeds())
    most, none = (budget(material, who, TellingLoopOptions(pulls=1, invent=count)).asks for count in (invent, 0))
    wanted = Counter(who.searching[number % len(who.searching)].to for number in range(invent))
    assert all(most[to] - none[to] >= 2 * count for to, count in wanted.items())


def test_one_model_at_two_places_is_two_respondents_with_two_names() -> None:
    """Their scores are found again by name: with one name, one would be told those of the other."""
    elsewhere = Elsewhere(COHORT[0])
    who = people([ONE, TWO], [elsewhere], [], load_personas()[:1])
    names = [person.name for person in who.final]
    assert len(set(names)) == len(names) == 6
    assert names[0] == ONE.id and names[2] == ModelId.parse(TWO.id).short and names[4] == elsewhere.id


@pytest.mark.parametrize(
    ("searching", "further", "judges"), [("ad", "", ""), ("ab", "d", ""), ("ab", "dd", ""), ("ab", "", "cad")]
)
def test_one_model_that_is_asked_in_two_ways_is_refused(searching: str, further: str, judges: str) -> None:
    """Their names are one, so that one of them would be left out, or take the scores of the other."""
    known = {"a": ONE, "b": TWO, "c": THREE, "d": TwinModel(COHORT[0], ModelOptions(samples=5))}
    sides = [[known[letter] for letter in side] for side in (searching, further, judges)]
    with pytest.raises(InputError, match=r"asked in two ways \(decoding\)"):
        people(sides[0], sides[1], sides[2], [])


def test_a_judge_may_be_a_respondent_that_is_asked_in_another_way() -> None:
    drawn = TwinModel(COHORT[0], ModelOptions(samples=5))
    who = people([ONE, TWO], [], [drawn], [])
    assert who.cast["judge"] is drawn and who.cast[SUBJECT] is ONE


class Drawing(TwinModel):
    """One that turned out to draw ten answers, each by a request of its own, after some thinking."""

    @property
    def replies(self) -> Replies:
        return Replies(10, 100, 10)


def test_what_a_search_costs_goes_by_what_models_turned_out_to_do_and_by_pictures() -> None:
    drawing, judge = Drawing(COHORT[0]), Drawing(COHORT[2])
    who = people([drawing, TWO], [], [judge], [])
    most = budget(SearchMaterial("questions", read_seeds()), who, TellingLoopOptions(pulls=1))
    named = {_asked_as(model): "openai:m@http://127.0.0.1:9/v1" for model in who.cast.values()}
    rows = {row["model"]: row for row in _costs(most, who, SearchSettings(), named, 2)}
    told = {
        model: (row["prompt_tokens"] / row["asks"], row["reply_tokens"] / row["asks"]) for model, row in rows.items()
    }
    shown, words = 2 * MOST_PER_PICTURE, {role: each // 4 for role, each in most.letters.items()}
    second = words[f"{SUBJECT} search 2"] + shown
    assert told == {
        drawing.id: (words[SUBJECT] + shown, 500), TWO.id: (second, 400), judge.id: (10 * words["judge"], 1160)
    }  # fmt: skip
