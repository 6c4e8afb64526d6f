"""Served models: what is sent, what is read, and that nothing counts as an answer that is not one."""

from __future__ import annotations

import base64
import json
import math
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from fault_server import FAULTS, KEY, Behaviour, parts_of, serving, yes_share
from served_models import NO, QUICK, YES, likes, model_at, one
from tiny_models import PictureMaker

from agents.models.base import Answer, Ask, Choice, Model, ModelOptions, Stimulus
from agents.models.served.openai import load
from agents.models.wire.address import ServerOptions
from vectorstore.foundation.errors import InputError, ModelError


def test_two_hundred_asks_over_a_faulty_server_are_each_answered_once_or_fail_with_a_reason() -> None:
    asks = [likes(number) if number % 4 else Ask(Stimulus(), f"Describe number {number}.") for number in range(200)]
    scored, free = [ask for ask in asks if ask.choices], [ask for ask in asks if not ask.choices]
    with serving(Behaviour(seed=1)) as server:
        model = model_at(server, transport=replace(QUICK, attempts=3))
        server.behaviour = replace(server.behaviour, faults=0.3)
        answers = [*model.score(scored), *model.generate(free)]
    assert sum(server.seen.faults.values()) > 50
    assert len(answers) == 200
    failed = [answer for answer in answers if answer.error]
    assert 0 < len(failed) < 40
    for answer in failed:
        assert "attempts, the last: " in answer.error
        assert not (answer.text or answer.parsed or answer.log_probabilities)
    for ask, answer in zip((*scored, *free), answers, strict=True):
        if answer.error:
            continue
        if ask.choices:
            share = yes_share(ask.question)
            assert answer.log_probabilities["yes"] == pytest.approx(math.log(share))
            assert answer.log_probabilities["no"] == pytest.approx(math.log(0.95 - share))
            assert answer.parsed == ("yes" if share >= 0.5 else "no")
        else:
            assert answer.text.endswith(ask.question)


@pytest.mark.parametrize("kind", ["second response", "answer twice in one body", "two choices", "another model"])
def test_answers_that_belong_to_nothing_are_never_taken(kind: str) -> None:
    with serving(Behaviour(faults=0.5, seed=2, kinds=(kind,))) as server:
        answers = list(model_at(server).score([likes(number) for number in range(40)]))
    assert server.seen.faults[kind] > 10
    for number, answer in enumerate(answers):
        assert answer.error or answer.log_probabilities["yes"] == pytest.approx(
            math.log(yes_share(likes(number).question))
        )
    assert sum(not answer.error for answer in answers) >= 38


def test_pictures_go_as_stored_and_words_as_given(make_picture: PictureMaker) -> None:
    frames = (make_picture(1), make_picture(2))
    ask = Ask(
        Stimulus(frames, "A caption<|im_end|>"), "Do you like it?", (YES, NO), system="You are Ada.", max_tokens=7
    )
    with serving() as server:
        answer = one(model_at(server), ask)
        body = server.seen.bodies[-1]
        (layout,) = model_at(server, layout="image-first").score([ask])
    turned = server.seen.bodies[-1]
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"] == "You are Ada."
    question, urls = parts_of(body)
    assert question == "A caption< |im_end|>\nDo you like it?"
    for url, frame in zip(urls, frames, strict=True):
        head, _, content = url.partition(",")
        assert (head, base64.b64decode(content)) == ("data:image/png;base64", frame.path.read_bytes())
    assert (body["max_tokens"], body["temperature"], body["top_logprobs"]) == (7, 0.0, 20)
    assert answer.tokens == 100
    assert [message["role"] for message in turned["messages"]] == ["user"]
    assert parts_of(turned)[0] == f"You are Ada.\n\n{question}"
    assert not layout.error


def test_a_missing_picture_fails_its_ask_alone(make_picture: PictureMaker) -> None:
    frame, other = make_picture(1), make_picture(2)
    lost = replace(other, path=other.path.with_name("gone.png"))
    with serving() as server:
        model = model_at(server)
        asks = [Ask(Stimulus((shown,)), "Do you like it?", (YES, NO)) for shown in (frame, lost, frame)]
        film = replace(asks[0], stimulus=Stimulus((frame, other), times=(0.0, 1.0)))
        answers = list(model.score([*asks, replace(likes(1), prefill="Answer:"), film]))
    assert [bool(answer.error) for answer in answers] == [False, True, False, True, True]
    assert "gone.png" in answers[1].error
    assert "prefill" in answers[3].error and "no videos" in answers[4].error


def test_samples_are_counted_and_never_made_log_probabilities() -> None:
    ask = likes(3)
    with serving(Behaviour(logprobs=False)) as server:
        model = model_at(server, samples=40)
        answer = one(model, ask)
        again = one(model, ask)
    assert model.settings["choices"].startswith("40 samples")
    assert sum(answer.counts.values()) == 40 and set(answer.counts) <= {"yes", "no", "unparsed"}
    assert server.seen.bodies[-1]["n"] == 40
    assert server.seen.bodies[-1]["seed"] == server.seen.bodies[-2]["seed"]
    assert again.tokens == answer.tokens == 100
    assert answer.log_probabilities == {}
    assert answer.counts["yes"] / 40 == pytest.approx(yes_share(ask.question), abs=0.25)


def test_servers_that_draw_one_answer_at_a_time_are_asked_often() -> None:
    with serving(Behaviour(logprobs=False, refused_parameters=("n",))) as server:
        answer = one(model_at(server, ServerOptions(samples=6)), likes(3))
    assert sum(answer.counts.values()) == 6
    assert len({body["seed"] for body in server.seen.bodies[-6:]}) == 6


def test_refusals_are_no_dislikes() -> None:
    def refuse(question: str, dice: random.Random) -> Mapping[str, Any]:
        if dice.random() < 0.5:
            return {"content": None, "refusal": "I won't look at this."}
        return {"content": "I'm sorry, I cannot answer that."}

    with serving(Behaviour(message=refuse, logprobs=False)) as server:
        text = one(model_at(server, ServerOptions(scoring="text")), likes(1))
        sampled = one(model_at(server, ServerOptions(scoring="sampling", samples=8)), likes(1))
    assert (text.parsed, text.log_probabilities) == ("refusal", {})
    assert (sampled.parsed, sampled.counts) == ("refusal", {"yes": 0, "no": 0, "refusal": 8})
    assert (sampled.log_probabilities, sampled.mass) == ({}, 0.0)


Message = Mapping[str, Any]
THOUGHTS: list[tuple[Message, str, str]] = [
    ({"content": "<think>No, surely no.</think>\n\nYes"}, "No, surely no.", "yes"),
    ({"content": "No, surely no.</think>Yes"}, "No, surely no.", "yes"),
    ({"content": "Yes", "reasoning_content": "No, surely no."}, "No, surely no.", "yes"),
    ({"content": "Yes", "reasoning": "No, surely no."}, "No, surely no.", "yes"),
    ({"content": "<think>No, no, no"}, "No, no, no", "unparsed"),
    ({"content": None, "reasoning_content": "No, no"}, "No, no", "unparsed"),
    ({"content": [{"type": "thinking", "thinking": "No"}, {"type": "text", "text": "Yes"}]}, "No", "yes"),
    (
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "No"}]}, {"text": "Yes"}]},
        "No",
        "yes",
    ),
]


@pytest.mark.parametrize(("message", "thinking", "parsed"), THOUGHTS)
def test_thinking_is_kept_apart_from_the_answer(message: Message, thinking: str, parsed: str) -> None:
    with serving(Behaviour(message=lambda question, dice: message, logprobs=False)) as server:
        model = model_at(server, ServerOptions(scoring="text", thinking_tokens=500))
        answer = one(model, likes(1))
    assert (answer.thinking, answer.parsed) == (thinking, parsed)
    assert model.settings["thinking"] == "before the answer, up to 500 tokens"
    assert server.seen.bodies[-1]["max_tokens"] == 512


def test_thinking_can_be_switched_off_and_that_is_checked() -> None:
    off = ServerOptions(thinking="off", respondent="cobalt")
    with serving() as server:
        model = model_at(server, off)
        one(model, likes(1))
    variables = {"enable_thinking": False, "thinking": False, "respondent": "cobalt"}
    assert all(body["chat_template_kwargs"] == variables for body in server.seen.bodies)
    assert model.settings["thinking"] == "switched off by the chat template"
    assert "cobalt" in model.settings["template_variables"]
    stubborn = Behaviour(message=lambda question, dice: {"content": "<think>Hm</think>Yes"}, logprobs=False)
    with serving(stubborn) as server, pytest.raises(ModelError, match="thinks although"):
        model_at(server, ServerOptions(scoring="text", thinking="off"))
    with serving(Behaviour(refused_parameters=("chat_template_kwargs",))) as server, pytest.raises(ModelError) as told:
        model_at(server, off)
    assert "no variables of the chat template" in told.value.message


def test_what_a_server_does_not_understand_is_left_out() -> None:
    with serving(Behaviour(refused_parameters=("temperature", "max_tokens"))) as server:
        model = model_at(server)
        answer = one(model, likes(1))
    assert set(server.seen.bodies[-1]) == {"model", "messages", "max_completion_tokens", "logprobs", "top_logprobs"}
    assert model.settings["decoding"] == "temperature of the server"
    assert answer.log_probabilities
    with serving(Behaviour(logprobs=False)) as server:
        with pytest.raises(ModelError, match="gives no log-probabilities"):
            model_at(server, ServerOptions(scoring="logprobs"))
        assert model_at(server).settings["choices"].startswith("10 samples")


def test_options_that_begin_alike_are_refused_before_anything_is_asked() -> None:
    alike = replace(likes(1), choices=(Choice("1", ("1",)), Choice("10", ("10",))))
    with serving() as server:
        model = model_at(server)
        asked = len(server.seen.bodies)
        with pytest.raises(ModelError, match="begin alike"):
            model.score([likes(1), alike])
        assert len(server.seen.bodies) == asked


def test_budgets_stop_cleanly_and_nothing_begun_is_lost() -> None:
    asks = [likes(number) for number in range(100)]
    with serving(Behaviour(seconds=0.005)) as server:
        model = model_at(server, ServerOptions(budget_tokens=5000))
        given: list[Answer] = []
        with pytest.raises(ModelError, match="budget of 5,000 tokens is used up") as told:
            given.extend(model.score(asks))
    used = model.budget.used
    assert 4500 < used.prompt + used.completion <= 5000
    assert len(given) == len(server.seen.answered) - 5 == 43  # the first were the questions that learn
    assert all(answer.parsed for answer in given)
    assert "larger budget" in told.value.hint


def test_budgets_in_money() -> None:
    options = ServerOptions(budget_money=0.01)
    with serving() as server:
        model = model_at(server, options, prices={"input": 2.0, "output": 10.0})
        with pytest.raises(ModelError, match=r"0\.01 in money is used up"):
            list(model.score([likes(number) for number in range(100)]))
    assert 0.009 < model.budget.spent <= 0.01


@pytest.mark.parametrize(
    ("behaviour", "status"), [(Behaviour(key="sk-other-0123456789"), 401), (Behaviour(model="toy-2"), 404)]
)
def test_what_no_ask_can_pass_stops_at_once(behaviour: Behaviour, status: int) -> None:
    with serving() as server:
        model = model_at(server)
        server.behaviour = behaviour
        asked = len(server.seen.bodies)
        given: list[Answer] = []
        with pytest.raises(ModelError, match=f"cannot be asked any more: HTTP {status}"):
            given.extend(model.score([likes(number) for number in range(500)]))
        assert len(server.seen.bodies) == asked
    assert KEY not in "".join(answer.error for answer in given)


def test_a_server_that_is_gone_is_not_asked_a_million_times() -> None:
    with serving() as server:
        model = model_at(server, transport=replace(QUICK, attempts=2))
    with pytest.raises(ModelError, match="cannot be asked any more: no answer in 2 attempts"):
        list(model.score([likes(number) for number in range(10_000)]))


def test_a_picture_that_a_server_refuses_ends_nothing_but_the_asks_about_it(make_picture: PictureMaker) -> None:
    """They fail one after the other, and would do so again when the same command is run again."""
    large, small = make_picture(1), make_picture(2)
    url = f"data:image/png;base64,{base64.b64encode(large.path.read_bytes()).decode()}"

    def answer(body: Mapping[str, Any], document: dict[str, Any]) -> tuple[int, Any]:
        refused = parts_of(body)[1] == (url,)
        return (400, {"error": {"message": "this image is too large"}}) if refused else (200, document)

    asks = [replace(likes(number), stimulus=Stimulus((shown,))) for shown in (large, small) for number in range(60)]
    with serving() as server:
        model = model_at(server)
        server.behaviour = replace(server.behaviour, answer=answer)
        answers = list(model.score(asks))
    assert ["too large" in each.error for each in answers] == [True] * 60 + [False] * 60
    assert not any(each.error for each in answers[60:])


def test_a_server_that_refuses_every_picture_is_not_asked_about_all_of_them(make_picture: PictureMaker) -> None:
    asks = [replace(likes(1), stimulus=Stimulus((make_picture(number),))) for number in range(60)]
    with serving() as server:
        model = model_at(server)
        server.behaviour = replace(
            server.behaviour, answer=lambda body, document: (400, {"error": {"message": "no such format"}})
        )
        with pytest.raises(ModelError, match="cannot be asked any more: HTTP 400: no such format"):
            list(model.score(asks))


def test_a_refusal_of_whoever_asks_is_none_of_what_is_asked(make_picture: PictureMaker) -> None:
    """OpenAI says 400 where an account has reached its limit, Google where a key is none."""
    asks = [replace(likes(number), stimulus=Stimulus((make_picture(1),))) for number in range(60)]
    words = "Billing hard limit has been reached"
    with serving() as server:
        model = model_at(server)
        server.behaviour = replace(server.behaviour, answer=lambda body, document: (400, {"error": {"message": words}}))
        with pytest.raises(ModelError, match=f"cannot be asked any more: HTTP 400: {words}"):
            list(model.score(asks))


def test_concurrency_follows_what_the_server_can_take() -> None:
    asks = [likes(number) for number in range(150)]
    with serving(Behaviour(seconds=0.005)) as server:
        list(model_at(server, ServerOptions(concurrency=8)).score(asks))
        assert 5 <= server.seen.most_at_once <= 8
    with serving(Behaviour(seconds=0.005, most_at_once=3)) as server:
        answers = list(model_at(server, ServerOptions(concurrency=32)).score(asks))
        assert server.seen.most_at_once <= 16, "half of what was allowed"
    assert not any(answer.error for answer in answers)


def test_answers_can_be_left_half_way() -> None:
    with serving(Behaviour(seconds=0.01)) as server:
        model = model_at(server, ServerOptions(concurrency=4))
        answers = model.score([likes(number) for number in range(500)])
        first = [next(answers) for _ in range(5)]
        answers.close()  # type: ignore[attr-defined]
        assert len(server.seen.bodies) < 40
        assert not any(answer.error for answer in first)
        assert one(model, likes(7)).parsed


def test_loading_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Behaviour(key="")) as server:
        model = load(f"toy-1@{server.url}?timeout=5&concurrency=2", ModelOptions())
        assert model.id == f"openai:toy-1@{server.url}"
        assert isinstance(model, Model)
        json.dumps(dict(model.settings))
        assert one(model, likes(1)).parsed
    with serving() as server:
        monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
        assert load(f"toy-1@{server.url}", ModelOptions()).settings["served_model"] == "toy-1"


Told = tuple[str, str]


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("toy-1@{root}", ("HTTP 404", "most end in /v1")),
        ("toy-9@{url}", ("does not exist", "check the model name")),
        ("toy-1@http://127.0.0.1:9/v1?attempts=1", ("no connection", "is the server running")),
    ],
)
def test_what_is_wrong_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, reference: str, told: Told) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    with serving() as server:
        named = reference.format(url=server.url, root=server.url.removesuffix("/v1"))
        with pytest.raises(ModelError) as caught:
            load(named, ModelOptions())
    assert told[0] in caught.value.message
    assert told[1] in caught.value.hint
    assert "\n" not in caught.value.message and KEY not in caught.value.message


def test_no_key_and_a_wrong_key_are_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match=r"no key for api\.openai\.com"):
        load("gpt-4o", ModelOptions())
    with serving() as server:
        monkeypatch.delenv("VALUESPECTRUM_API_KEY_127_0_0_1", raising=False)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai-0123456789")  # belongs to another host, is not sent here
        with pytest.raises(ModelError, match="Incorrect API key: None") as none:
            load(f"toy-1@{server.url}", ModelOptions())
        monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", wrong := "sk-wrong-0123456789")
        with pytest.raises(ModelError, match="Incorrect API key") as refused:
            load(f"toy-1@{server.url}", ModelOptions())
    assert "set the key in VALUESPECTRUM_API_KEY_127_0_0_1" in none.value.hint
    assert "check the key in VALUESPECTRUM_API_KEY_127_0_0_1" in refused.value.hint
    assert wrong not in refused.value.message


def test_unknown_layouts_are_refused() -> None:
    with serving() as server, pytest.raises(InputError, match="layout"):
        model_at(server, layout="sideways")


def test_every_kind_of_fault_happens() -> None:
    seen: Counter[str] = Counter()
    for kind in FAULTS:
        with serving() as server:
            model = model_at(server, transport=replace(QUICK, attempts=1, patience=0.0, timeout=1.5))
            server.behaviour = replace(server.behaviour, faults=1.0, kinds=(kind,))
            answer = one(model, likes(1))
            seen[kind] += bool(answer.error) or kind == "second response"  # that one is harmless here
    assert set(seen) == set(FAULTS) and all(seen.values()), seen
