"""``doctor`` tells servers that see pictures from servers that do not."""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from valuespectrum.checks.environment import Check
from valuespectrum.checks.model import check_model

sys.path.append(str(Path(__file__).parents[2] / "agents"))
from fault_server import KEY, Behaviour, Body, parts_of, serving, yes_share


def checked(behaviour: Behaviour, options: str = "") -> Check:
    with serving(behaviour) as server:
        loads, answers, canary, *_ = check_model(f"openai:toy-1@{server.url}{options}")
    assert loads.ok and answers.ok
    assert canary.name.startswith("sees pictures")
    return canary


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)


@pytest.mark.parametrize("options", ["", "?scoring=text"])
def test_a_server_that_sees(options: str) -> None:
    assert checked(Behaviour(), options).ok


@pytest.mark.parametrize("options", ["", "?scoring=text", "?scoring=sampling&samples=4"])
def test_a_server_that_ignores_pictures(options: str) -> None:
    canary = checked(Behaviour(sees=False), options)
    assert not canary.ok
    assert "prefix caching" in canary.hint


def test_a_server_that_says_just_anything() -> None:
    def chatter(question: str, dice: random.Random) -> dict[str, str]:
        return {"content": f"Perhaps {dice.random()}"}

    assert not checked(Behaviour(message=chatter, logprobs=False), "?scoring=text").ok


def test_a_server_that_is_not_there() -> None:
    (loads,) = check_model("openai:toy-1@http://127.0.0.1:9/v1?attempts=1")
    assert not loads.ok and "is the server running" in loads.hint


def test_personas_are_tried_beside_pictures() -> None:
    with serving(Behaviour()) as server:
        *_, seen, heeded = check_model(f"openai:toy-1@{server.url}")
    assert seen.ok and heeded.ok and "beside a persona" in seen.name and "heeds a persona" in heeded.name


def test_a_server_that_knows_no_personas_is_told() -> None:
    """Wherever a persona stands, the answer is that to the last line of the question about the picture."""

    def deaf(body: Body, document: dict[str, Any]) -> tuple[int, Any]:
        question, pictures = parts_of(body)
        bare = {**body, "messages": [{"role": "user", "content": question.split("\n\n")[-1] + "".join(pictures)}]}
        share = yes_share(bare["messages"][0]["content"])
        listed = [{"token": word, "logprob": math.log(p)} for word, p in (("Yes", share), ("No", 0.95 - share))]
        choice = {"message": {"content": "Yes" if share > 0.5 else "No"}, "finish_reason": "stop"}
        given = {"content": [{**listed[0], "top_logprobs": listed}]} if body.get("logprobs") else None
        return 200, document | {"choices": [choice | {"logprobs": given}]}

    with serving(Behaviour(answer=deaf)) as server:
        *_, seen, heeded = check_model(f"openai:toy-1@{server.url}")
    assert seen.ok and not heeded.ok
