"""Every part of a respondent is in its id, and the store gives back whom it was asked to ask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agents.answers.planner import plan
from agents.answers.respondent import BARE, Respondent, Role, cast_of, columns_of, respondent_of
from agents.answers.store import AnswerStore
from agents.answers.table import by_respondent
from agents.models.base import Ask, Stimulus
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.models.model_names import ModelId

ROLE = Role("tycoon", "profile", False, "You are rich.")
ONE = Respondent(ModelId.parse("reference:amber@01"), ROLE, {"engine": "tree"})


def test_whatever_differs_gives_another_id() -> None:
    roles = [{"persona": "x"}, {"strategy": "simple"}, {"placebo": True}, {"system": "You are poor."}]
    others = [
        *(replace(ONE, role=replace(ROLE, **change)) for change in roles),  # type: ignore[arg-type]
        replace(ONE, model=ModelId.parse("reference:amber@02")),
        replace(ONE, model=ModelId.parse("reference:umber@01")),
        replace(ONE, conditions={"engine": "naive"}),
        replace(ONE, conditions={}),
        replace(ONE, intervention="steer@1"),
    ]
    assert len({each.id for each in [ONE, *others]}) == len(others) + 1
    assert all(each != ONE for each in others)


def test_words_that_run_together_do_not_make_two_respondents_one() -> None:
    first = Respondent(ModelId.parse("m"), Role("a", "b"))
    second = Respondent(ModelId.parse("m"), Role("a (b)", "simple"))
    assert first.role.words == second.role.words
    assert first.id != second.id


def test_the_id_is_stable() -> None:
    assert ONE.id == "reference:amber/tycoon (profile)#8d620a00f4e3fad0"
    same = Respondent(ModelId.parse("reference:amber@01"), ROLE, {"engine": "tree"})
    assert same.id == ONE.id and hash(same) == hash(ONE)


def test_the_store_tells_whom_it_was_asked_to_ask(tmp_path: Path) -> None:
    model = SimulatedModel(SimulatedProfile(values={"power": 1.0}))
    roles = [BARE, ROLE, Role("tycoon", "profile", True, "You are tall.")]
    asks = [
        Ask(
            Stimulus(caption=caption),
            "Like it?",
            system=role.system,
            tags={"persona": role.persona, "strategy": role.strategy, "placebo": int(role.placebo), "clip": caption},
        )
        for caption in ("a", "b")
        for role in roles
    ]
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        plan(asks, model, store)
        told = store.respondents()
        cast = cast_of({model.id: model.settings}, roles)
        assert told == [Respondent.of(model, role) for role in roles] == list(cast.values())
        assert [respondent_of(row) for row in store.rows()] == [*told, *told]
        table = store.table()
    rows = table.to_dict("records")
    assert [cast[columns_of({str(name): cell for name, cell in row.items()})] for row in rows] == [*told, *told]
    assert [(cast[who], len(own)) for who, own in by_respondent(table)] == [(one, 2) for one in told]


def test_asks_without_a_role_are_put_to_the_model_as_itself(tmp_path: Path) -> None:
    model = SimulatedModel(SimulatedProfile(values={}))
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        plan([Ask(Stimulus(caption="a"), "Like it?")], model, store)
        assert store.respondents() == [Respondent.of(model)]


def test_a_work_list_says_whose_it_is(tmp_path: Path) -> None:
    models = [SimulatedModel(SimulatedProfile(values={"power": power})) for power in (0.0, 1.0)]
    asks = [Ask(Stimulus(caption="a"), "Like it?", system=role.system) for role in (BARE, ROLE)]
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        assert [plan(asks, model, store).respondent for model in models] == [Respondent.of(model) for model in models]
        made = [store.plan(asks, model, "both") for model in models]
    with AnswerStore(tmp_path / "answers.sqlite", read_only=True) as store:
        assert store.worklists("both") == made and store.worklists("another") == []
    assert [each.respondent.playing(ROLE) for each in made] == [Respondent.of(model, ROLE) for model in models]
