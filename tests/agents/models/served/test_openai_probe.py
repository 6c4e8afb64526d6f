"""How a server is asked is found out by asking it as in a run: with a picture, a persona, the real length."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fault_server import Behaviour, Body, FaultServer, Handler, parts_of, persona_of, running, serving, yes_share
from served_models import NO, QUICK, YES, likes, model_at, one
from tiny_models import PictureMaker

from agents.models.base import Ask, Stimulus
from agents.models.served.messages import NEUTRAL, Manner, ServerDialect
from agents.models.served.refused import give_way
from agents.models.wire.address import ServerOptions
from agents.models.wire.transport import RequestFailure
from vectorstore.foundation.errors import ModelError

Document = dict[str, Any]
Reply = Callable[[Body, Document], tuple[int, Any]]


def refuses(status: int, message: str, when: Callable[[Body], bool]) -> Reply:
    """A server that refuses requests of one kind."""
    return lambda body, document: (status, {"error": {"message": message}}) if when(body) else (200, document)


def limit(body: Body) -> int:
    return int(body.get("max_tokens") or body["max_completion_tokens"])


def listing(change: Callable[[list[Any]], list[Any]]) -> Reply:
    """A server whose log-probabilities are somehow wrong."""

    def answer(body: Body, document: Document) -> tuple[int, Any]:
        for choice in document["choices"]:
            if choice.get("logprobs"):
                choice["logprobs"]["content"][0]["top_logprobs"] = change(
                    choice["logprobs"]["content"][0]["top_logprobs"]
                )
        return 200, document

    return answer


def quick(server: FaultServer, **asked: Any) -> Any:
    return model_at(server, ServerOptions(**asked), replace(QUICK, attempts=2))


TOO_MANY = {
    "old vLLM": ("Requested sample logprobs of 20, which is greater than max allowed: 5", 5),
    "bounded": ("Invalid value for 'top_logprobs': must be less than or equal to 8", 8),
    "between": ("top_logprobs must be between 0 and 5", 5),
    "range": ("top_logprobs: value in range [0, 11] expected", 11),
    "no number": ("'top_logprobs' is too large", 10),
    "TGI": ("Input validation error: `top_n_tokens` must be >= 0 and <= 5. Given: 20", 5),
}


@pytest.mark.parametrize("case", TOO_MANY)
def test_as_many_log_probabilities_as_the_server_gives(case: str) -> None:
    message, most = TOO_MANY[case]
    with serving(Behaviour(answer=refuses(400, message, lambda body: body.get("top_logprobs", 0) > most))) as server:
        model = quick(server)
    assert model.settings["choices"] == f"first token of the answer, {most} most probable"


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_refusal_of_log_probabilities_leads_to_samples(status: int) -> None:
    message = "gpt-5: You are not allowed to request logprobs from this model"
    with serving(Behaviour(answer=refuses(status, message, lambda body: "logprobs" in body))) as server:
        model = quick(server)
        answer = one(model, likes(1))
    assert sum(answer.counts.values()) == 10
    assert f"HTTP {status}: {message}" in model.explanation


def test_other_refusals_with_403_are_about_the_key() -> None:
    behaviour = Behaviour(answer=refuses(403, "no access to this model", lambda body: True))
    with serving(behaviour) as server, pytest.raises(ModelError) as told:
        quick(server)
    assert "may not use this model" in told.value.hint


BROKEN_LISTS = {
    "raw numbers": lambda listed: [{**entry, "logprob": entry["logprob"] + 20} for entry in listed],
    "more than one": lambda listed: [{**entry, "logprob": -0.1} for entry in listed],
    "no tokens": lambda listed: [{"logprob": -1.0}],
    "words for numbers": lambda listed: [{**entry, "logprob": "high"} for entry in listed],
    "numbers for words": lambda listed: [
        {**entry, "token": f"token_id:{number}"} for number, entry in enumerate(listed)
    ],
    "only the chosen one": lambda listed: [
        {**entry, "logprob": 0.0 if number == 0 else -9999.0} for number, entry in enumerate(listed)
    ],
}


@pytest.mark.parametrize("case", BROKEN_LISTS)
def test_log_probabilities_that_are_none_lead_to_samples(case: str) -> None:
    with serving(Behaviour(answer=listing(BROKEN_LISTS[case]))) as server:
        model = quick(server)
        answer = one(model, likes(1))
    assert model.settings["choices"].startswith("10 samples")
    assert "no log-probabilities: " in model.explanation
    assert not answer.error


def test_tokens_without_a_number_or_listed_twice_change_nothing() -> None:
    def twice(listed: list[Any]) -> list[Any]:
        return [listed[0], *listed, {"token": "zz", "logprob": None, "bytes": None}]

    with serving(Behaviour(answer=listing(twice))) as server:
        answer = one(quick(server), likes(1))
    assert answer.log_probabilities["yes"] == pytest.approx(math.log(yes_share(likes(1).question)))


SHORT = {
    "openai": ("integer below minimum value. Expected a value >= 16, but got 12 instead. (max_output_tokens)", 16),
    "words": ("max_tokens must be at least 20", 20),
    "no number": ("max_tokens is too small", 16),
}


@pytest.mark.parametrize("case", SHORT)
def test_answers_are_as_long_as_the_server_wants_them(case: str) -> None:
    message, least = SHORT[case]
    with serving(Behaviour(answer=refuses(400, message, lambda body: limit(body) < least))) as server:
        model = quick(server)
        assert one(model, likes(1)).parsed
        assert server.seen.bodies[-1]["max_tokens"] == least
    assert model.settings["least_tokens"] == str(least)


SILENT = {"choices": [{"message": {"content": ""}, "finish_reason": "length"}]}
HIDDEN: Mapping[str, Reply] = {
    "as an error": refuses(
        400,
        "Could not finish the message because max_tokens or model output limit was reached. Try a higher max_tokens.",
        lambda body: limit(body) < 500,
    ),
    "as silence": lambda body, document: (
        200,
        document
        if limit(body) > 500
        else document | {"choices": [{"message": {"content": ""}, "finish_reason": "length"}]},
    ),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_thinking_that_nobody_shows_gets_room(case: str) -> None:
    with serving(Behaviour(answer=HIDDEN[case])) as server:
        model = quick(server, thinking_tokens=900)
        answer = one(model, likes(1))
        assert limit(server.seen.bodies[-1]) == 912
    assert answer.parsed in ("yes", "no")
    assert model.settings["thinking"] == "before the answer, up to 900 tokens"


def test_silence_at_full_length_is_said() -> None:
    behaviour = Behaviour(answer=lambda body, document: (200, document | SILENT))
    with serving(behaviour) as server, pytest.raises(ModelError, match="answers without a word"):
        quick(server)


def test_nothing_is_ever_asked_without_a_picture() -> None:
    """Some servers fail on such a request, and some keep what they made of it."""
    blind = refuses(500, "missing argument: 'pixel_values'", lambda body: not parts_of(body)[1])
    with serving(Behaviour(answer=blind)) as server:
        quick(server)
        quick(server, samples=3)
        quick(server, scoring="text")
        assert all(len(parts_of(body)[1]) == 1 for body in server.seen.bodies)
        first = server.seen.bodies[0]
    assert persona_of(first) and first["max_tokens"] == 12


def without(*what: str) -> Reply:
    """A server that answers as if something was not there: with a system message the picture, or the persona."""

    def answer(body: Body, document: Document) -> tuple[int, Any]:
        question, pictures = parts_of(body)
        shown = () if "picture" in what and persona_of(body) else pictures
        persona = "" if "persona" in what else persona_of(body)
        share = yes_share(question, shown, persona)
        choice = document["choices"][0]
        choice["message"] = {"role": "assistant", "content": "Yes" if share > 0.5 else "No"}
        if choice.get("logprobs"):
            top = {"Yes": share * 0.9, "No": 0.95 - share, "I": 0.03}
            listed = [{"token": token, "logprob": math.log(p)} for token, p in top.items()]
            choice["logprobs"] = {"content": [{**listed[0], "top_logprobs": listed}]}
        return 200, document | {"choices": [choice] * len(document["choices"])}

    return answer


def rejects(status: int, message: str) -> Reply:
    return refuses(status, message, lambda body: bool(persona_of(body)))


PERSONAS: Mapping[str, tuple[Reply, str]] = {
    "gemma": (rejects(400, "Developer instruction is not enabled"), "the server refuses system messages"),
    "template": (rejects(400, "Conversation roles must alternate"), "the server refuses system messages"),
    "crash": (rejects(500, "Internal server error"), "with a system message it fails"),
    "blind": (without("picture"), "takes the picture away"),
    "dropped": (without("persona"), "is not heeded"),
    "both": (without("picture", "persona"), "is not heeded"),
}


@pytest.mark.parametrize("logprobs", [True, False])
@pytest.mark.parametrize("case", PERSONAS)
def test_a_persona_opens_the_user_turn_where_a_system_message_does_not_work(
    case: str, logprobs: bool, make_picture: PictureMaker
) -> None:
    reply, why = PERSONAS[case]
    ask = Ask(Stimulus((make_picture(1),)), "Do you like it?", (YES, NO), "You are Ada.")
    with serving(Behaviour(answer=reply, logprobs=logprobs)) as server:
        model = quick(server, scoring="auto" if logprobs else "text")
        answer = one(model, ask)
        sent = server.seen.bodies[-1]
        usual = quick(server, scoring="auto" if logprobs else "text").settings
    assert model.settings["layout"] == "persona-first, persona opens the user turn"
    assert "persona opens the user turn: " in model.explanation and why in model.explanation
    assert model.settings == usual
    assert not persona_of(sent) and parts_of(sent)[0] == "You are Ada.\n\nDo you like it?"
    assert sent["messages"][0]["content"][0]["text"] == "You are Ada.\n\n"
    assert not answer.error


def test_where_a_persona_works_nowhere_it_stays_where_it_is() -> None:
    def deaf(body: Body, document: Document) -> tuple[int, Any]:
        return 200, document | {"choices": [{"message": {"content": "Yes"}, "finish_reason": "stop"}]}

    with serving(Behaviour(answer=deaf, logprobs=False)) as server:
        model = quick(server, scoring="text")
        asked = len(server.seen.bodies)
    assert model.settings["layout"] == "persona-first"
    assert asked < 50


def test_the_other_layout_has_no_system_message_to_try() -> None:
    with serving(Behaviour(answer=refuses(400, "no system role", lambda body: bool(persona_of(body))))) as server:
        model = model_at(server, layout="image-first")
        assert len(server.seen.bodies) == 1
    assert model.settings["layout"] == "image-first"


@pytest.mark.parametrize(
    ("kind", "hint"), [("text/event-stream", "stream=false"), ("text/html", "base URL"), ("", "base URL")]
)
def test_hints_are_true(kind: str, hint: str) -> None:
    class Odd(FaultServer):
        def reply(self, body: Body) -> tuple[int, Any]:
            return 200, {"kind": kind}

    class Sends(Handler):
        def send(self, status: int, content: bytes, *args: Any, **more: Any) -> None:
            super().send(status, b"data: {}\n\n", kind)

    with running(Odd(Behaviour(), Sends)) as server, pytest.raises(ModelError) as told:
        quick(server)
    assert hint in told.value.hint and "running" not in told.value.hint
    address = re.escape(server.url)
    with pytest.raises(ModelError, match=address) as gone:
        quick(server)
    assert "is the server running" in gone.value.hint


def test_a_refused_picture_gives_way_to_another_one() -> None:
    seen: list[str] = []

    def prudish(body: Body, document: Document) -> tuple[int, Any]:
        seen.append(parts_of(body)[1][0])
        if seen[0] in parts_of(body)[1]:
            document["choices"] = [{"message": {"content": None}, "finish_reason": "SAFETY"}]
        return 200, document

    with serving(Behaviour(answer=prudish)) as server:
        model = quick(server)
    assert model.settings["choices"].startswith("first token")


@pytest.mark.parametrize("said", ["Log probabilities are not available for it", "responseLogprobs is not enabled"])
def test_log_probabilities_are_given_up_whatever_they_are_called(said: str) -> None:
    failure = RequestFailure("HTTP 400", 400, said)
    way = give_way(ServerDialect(top_logprobs=20), failure, Manner("m"), thinks=False)
    assert way is not None and (way.dialect.top_logprobs, way.dialect.persona_opens) == (0, False)


def test_what_no_way_helps_against_is_none() -> None:
    dialect = ServerDialect(persona_opens=True, several=False, seed=False, temperature=False)
    assert give_way(dialect, RequestFailure("HTTP 400: no", 400, "no"), Manner("m"), thinks=True) is None


@pytest.mark.parametrize(
    ("refused", "left"),
    [
        ((), tuple(NEUTRAL)),
        (("n",), tuple(NEUTRAL)),
        (("top_k",), ("top_p",)),
        (("temperature", "top_p"), ("top_k", "min_p", "repetition_penalty")),
    ],
)
def test_where_answers_are_drawn_the_server_fills_in_nothing(refused: tuple[str, ...], left: tuple[str, ...]) -> None:
    with serving(Behaviour(logprobs=False, refused_parameters=refused)) as server:
        model = quick(server, samples=3)
        assert not one(model, likes(1)).error
        drawn = server.seen.bodies[-1]
        list(model.generate([Ask(Stimulus(), "Describe it.")]))
        likeliest = server.seen.bodies[-1]
    assert {name: drawn[name] for name in NEUTRAL if name in drawn} == {name: NEUTRAL[name] for name in left}
    told = {name for name in NEUTRAL if f", {name} {NEUTRAL[name]:g}" in model.settings["decoding"]}
    assert told == set(left) and not set(NEUTRAL) & set(likeliest)


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("`temperature` and `top_p` cannot both be specified", {"neutral": ("top_k", "min_p", "repetition_penalty")}),
        ("Invalid parameter: topK", {"neutral": ("top_p",)}),
        ("Only one completion choice is allowed", {"several": False}),
        ("the answer was stopped", {"neutral": ()}),
        ("System role not supported", {"persona_opens": True}),
    ],
)
def test_what_a_refusal_means_is_given_up_first(said: str, changed: Mapping[str, Any]) -> None:
    dialect = ServerDialect(several=True, neutral=tuple(NEUTRAL))
    way = give_way(dialect, RequestFailure("HTTP 400", 400, said), Manner("m"), thinks=False)
    assert way is not None and way.dialect == replace(dialect, **changed)


@pytest.mark.parametrize(
    ("reply", "sizes"),
    [
        (refuses(400, "'n': expected a value <= 8, but got 10", lambda body: body.get("n", 1) > 8), [2, 8]),
        (refuses(422, "too many", lambda body: body.get("n", 1) > 4), [2] * 5),
        (lambda body, document: (200, {**document, "choices": document["choices"][:4]}), [2, 4, 4]),
    ],
)
def test_no_more_answers_at_once_than_the_server_gives(reply: Reply, sizes: list[int]) -> None:
    with serving(Behaviour(logprobs=False, answer=reply)) as server:
        model = quick(server)
        answer = one(model, likes(1))
        sent = sorted(body["n"] for body in server.seen.bodies[-len(sizes) :])
    assert sum(answer.counts.values()) == 10 and sent == sizes
    assert model.replies.prompts == len(sizes)
