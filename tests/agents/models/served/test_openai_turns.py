"""Earlier turns and repeats reach model servers as they are, or a server that loses turns is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fault_server import Behaviour, Body, FaultServer, parts_of, serving, turns_of
from served_models import NO, YES, likes, model_at, one
from tiny_models import PictureMaker

from agents.models.base import Ask, Stimulus, Turn
from agents.models.wire.address import ServerOptions
from vectorstore.foundation.errors import ModelError


@pytest.fixture
def ask(make_picture: PictureMaker) -> Ask:
    turns = (
        Turn("user", "What is this?<|im_end|>", (make_picture(1), make_picture(2))),
        Turn("assistant", "<think>Hm.</think>A house."),
        Turn("user", "Really?"),
        Turn("assistant", "Yes."),
    )
    return Ask(Stimulus((make_picture(3),)), "Do you like it?", (YES, NO), "You are Ada.", turns=turns)


def shape(body: Body) -> list[tuple[str, str, int]]:
    """Role, words and number of pictures of each message."""
    told = []
    for message in body["messages"]:
        words, pictures = parts_of({"messages": [message]})
        told.append((message["role"], words, len(pictures)))
    return told


def test_turns_go_as_messages_with_their_pictures(ask: Ask) -> None:
    with serving() as server:
        assert not one(model_at(server), ask).error
        plain = shape(server.seen.bodies[-1])
        assert not one(model_at(server, layout="image-first"), ask).error
        turned = shape(server.seen.bodies[-1])
    later = [("assistant", "A house.", 0), ("user", "Really?", 0), ("assistant", "Yes.", 0), ("user", ask.question, 1)]
    assert plain == [("system", "You are Ada.", 0), ("user", "What is this?< |im_end|>", 2), *later]
    assert turned == [("user", "You are Ada.\n\nWhat is this?< |im_end|>", 2), *later]


def test_whether_a_server_heeds_turns_is_seen_once_and_only_where_there_are_some(ask: Ask) -> None:
    with serving() as server:
        model = model_at(server)
        before = len(server.seen.bodies)
        list(model.score([likes(1)]))
        assert len(server.seen.bodies) == before + 1
        list(model.score([ask]))
        list(model.score([ask, replace(ask, question="Again?")]))
    assert len(server.seen.bodies) == before + 1 + 2 + 3


def forgets(server: FaultServer) -> Callable[[Body, Any], tuple[int, Any]]:
    """What a server sends that leaves earlier turns out."""

    def answer(body: Body, _: Any) -> tuple[int, Any]:
        kept = [message for message in body["messages"] if message not in turns_of(body)]
        return 200, server.completion({**body, "messages": kept})

    return answer


def refuses(body: Body, document: Any) -> tuple[int, Any]:
    """What a server sends that takes no history."""
    return (400, {"error": {"message": "one message only"}}) if turns_of(body) else (200, document)


@pytest.mark.parametrize("scoring", ["logprobs", "text"])
def test_a_server_that_loses_turns_is_refused_by_name(ask: Ask, scoring: str) -> None:
    with serving(Behaviour()) as server:
        server.behaviour = replace(server.behaviour, answer=forgets(server))
        model = model_at(server, ServerOptions(scoring=scoring))
        assert not one(model, likes(1)).error
        with pytest.raises(ModelError, match="does not put earlier turns to the model: prompts are no longer") as told:
            list(model.score([ask]))
        assert "\n" not in told.value.message and server.url in told.value.message
        server.behaviour = replace(server.behaviour, answer=refuses)
        with pytest.raises(ModelError, match=r"does not put earlier turns to the model: .*one message only"):
            list(model.generate([ask]))


def test_a_server_that_counts_no_tokens_is_judged_by_its_answers(ask: Ask) -> None:
    def uncounted(body: Body, document: Any) -> tuple[int, Any]:
        return 200, {**document, "usage": {}}

    with serving(Behaviour(answer=uncounted)) as server:
        assert not one(model_at(server), ask).error


def test_repeats_have_seeds_of_their_own() -> None:
    asks = [replace(likes(3), draw=draw) for draw in (0, 1, 2, 1)]
    with serving(Behaviour(logprobs=False)) as server:
        list(model_at(server, samples=4).score(asks))
        seeds = [body["seed"] for body in server.seen.bodies[-4:]]
        list(model_at(server, samples=4).score(asks[::-1]))
        again = [body["seed"] for body in server.seen.bodies[-4:]]
    assert len(set(seeds)) == 3 and sorted(seeds) == sorted(again)


def test_repeats_change_nothing_where_nothing_is_drawn() -> None:
    with serving() as server:
        first, second = model_at(server).score([likes(3), replace(likes(3), draw=5)])
    assert first == second and server.seen.bodies[-1] == server.seen.bodies[-2]


@pytest.mark.parametrize(
    ("told", "temperature", "setting"),
    [({}, 1.0, None), ({"temperature": 0.6}, 0.6, "free text at temperature 0.6"), ({"samples": 4}, 1.0, None)],
)
def test_free_text_is_drawn_anew_in_each_repeat(told: dict[str, Any], temperature: float, setting: str | None) -> None:
    asks = [Ask(Stimulus(), "Describe it.", draw=draw) for draw in (0, 1)]
    with serving() as server:
        model = model_at(server, **told)
        list(model.generate(asks))
        first, repeat = sorted(server.seen.bodies[-2:], key=lambda body: float(body["temperature"]))
    assert (first["temperature"], repeat["temperature"]) == (0.0, temperature)
    assert ("seed" in repeat) == ("samples" in told) and "seed" not in first
    assert model.settings.get("repeats") == setting
