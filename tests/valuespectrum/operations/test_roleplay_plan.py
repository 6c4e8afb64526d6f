"""What a role-play study says that its sessions come to, beside what they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from browse_fixtures import GROUPS, Leaning, make_catalogue, session

from agents.browsing.doing.actions import further_acts
from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.options import Behaviour, SessionOptions
from agents.browsing.seeing.observe import observer_from
from agents.browsing.session import browse
from agents.models.base import Answer, Ask, Stimulus
from agents.models.capabilities import Replies
from agents.models.token_estimates import PictureTiles
from agents.personas.persona import load_personas
from valuespectrum.costs.prices import Price
from valuespectrum.costs.spending import Spending
from valuespectrum.measuring.personas.implied import session_checks
from valuespectrum.operations.browse import BrowseSettings, session_name
from valuespectrum.operations.studies.roleplay import RoleplayQuestions, RoleplaySettings
from valuespectrum.operations.studies.roleplay_plan import PlannedSession, Played, SessionsCost, sessions_cost

TYCOON = next(each for each in load_personas() if each.id == "tycoon")
STEPS = 6
UNPAID = Spending(None, "", Replies())


class Keen(Leaning):
    """Answers persona checks, too."""

    def _answer(self, ask: Ask) -> Answer:
        if "polarity" in ask.tags:
            return super()._answer(ask)
        self.asked.append(ask)
        return Answer(text="3", parsed="3")


def cost(folder: Path, options: SessionOptions, paid: Spending = UNPAID, check_every: int = 0) -> SessionsCost:
    return sessions_cost([PlannedSession("m", Played(TYCOON), "random", 0)], folder, options, paid, check_every)


@pytest.mark.parametrize("every", [0, 1, 4])
def test_persona_checks_are_among_the_questions_of_a_plan(tmp_path: Path, every: int) -> None:
    """Somebody who likes everything, and clips of one chunk: the most that can be asked is asked."""
    options = session(steps=STEPS, behaviour=Behaviour(deterministic=True, max_chunks=1))
    model, log = (
        Keen(dict.fromkeys(GROUPS, 3.0)),
        tmp_path / "m-tycoon-simple-random-0.jsonl",
    )
    planned = cost(tmp_path, options, check_every=every)
    walked = replace(options, checks=session_checks(TYCOON, every))
    browse(replace(walked, steps=3), make_catalogue(seconds=1.0), model, TYCOON, log)
    left = cost(tmp_path, options, check_every=every)
    begun = len(model.asked)
    browse(walked, make_catalogue(seconds=1.0), model, TYCOON, log)
    # No clip is longer than its first chunk, after which nobody is asked whether to go on.
    unasked = 4 * STEPS
    assert planned.most - unasked == len(model.asked) and left.most - unasked // 2 == len(model.asked) - begun
    assert cost(tmp_path, options, check_every=every).most == 0


def test_pictures_memory_thinking_and_draws_are_in_the_price(tmp_path: Path) -> None:
    price = Price(("m",), 1.0, 8.0, "", "")

    def dollars(answers: int = 1, thinking: int = 0, **changes: object) -> float:
        paid = Spending(price, "", Replies(answers, thinking))
        found = cost(tmp_path, session(steps=STEPS, **changes), paid).dollars
        assert found is not None
        return found

    one = dollars()
    assert 3 * one < dollars(observer=observer_from("frames:4")) < 4 * one
    assert dollars(observer=observer_from("none")) < one / 4
    assert dollars(memory=MemoryOptions("transcript", 5, fresh_every=0)) > 4 * one
    tiles = replace(price, tiles=PictureTiles(2833, 5667))
    assert (cost(tmp_path, session(steps=STEPS), Spending(tiles, "", Replies())).dollars or 0.0) > 10 * one
    asked = cost(tmp_path, session(steps=STEPS)).most
    assert dollars(thinking=500) - one == pytest.approx(asked * 500 * 8 / 1e6)
    room = Ask(Stimulus(), "").max_tokens
    assert room > 1 and dollars(answers=10) - one == pytest.approx(asked * 9 * room * 8 / 1e6)
    commented = dollars(actions=further_acts(["comment"])) / dollars(actions=further_acts(["share"]))
    assert commented > 1


def test_a_session_goes_on_in_its_log_with_another_budget() -> None:
    """Else a study that is paid further walks it again, and counts both logs."""
    played = Played(TYCOON)
    for more in ("?budget_money=9", "?budget_tokens=5&concurrency=2", "?batch=1"):
        session_names = {PlannedSession(f"openai:m{each}", played, "random", 0).name for each in ("", more)}
        log_names = {session_name(f"openai:m{each}", BrowseSettings(persona="tycoon")) for each in ("", more)}
        assert len(session_names) == len(log_names) == 1
    apart = {PlannedSession(f"openai:m?thinking={each}", played, "random", 0).name for each in ("on", "off")}
    assert len(apart) == 2


def test_a_study_of_questions_alone_records_nothing_of_how_sessions_are_walked() -> None:
    def recorded(settings: RoleplaySettings) -> Mapping[str, object]:
        return RoleplayQuestions(study=settings).in_force(Path("corpus"), ["reference"], Path("run"))

    alone, whole = recorded(RoleplaySettings(sessions=0)), recorded(RoleplaySettings())
    assert alone["sessions"] == 0 and not {"policy", "steps", "clones", "observe"} & set(alone)
    assert whole["policy"] == ["random", "similar"] and set(whole) > set(alone)
