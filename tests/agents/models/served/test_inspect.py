"""Models of Inspect AI's providers: asked through its own mock model and through its provider for OpenAI."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from fault_server import KEY, Behaviour, parts_of, serving, yes_share
from served_models import NO, QUICK, YES, likes
from tiny_models import PictureMaker

from agents.models.base import Ask, ModelOptions, Stimulus, Turn
from agents.models.served.inspect_ai import (
    InspectModel,
    InspectTransport,
    ProviderAddress,
    ProviderKeys,
    as_completion,
    load,
)
from agents.models.served.openai import OpenAIModel, Server
from agents.models.served.reading import read_completions
from agents.models.wire.address import Address, Key, ServerOptions
from agents.models.wire.endings import Declined
from agents.models.wire.pace import SpendingBudget
from agents.models.wire.transport import AttemptError, UnusableError
from vectorstore.foundation.errors import InputError, ModelError

WHY = "the extra 'inspect' is not installed: pip install 'valuespectrum[inspect]'"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Inspect and of what it stands on


@pytest.fixture
def inspect_ai() -> Any:
    return pytest.importorskip("inspect_ai.model", reason=WHY)


def model_at(url: str, asked: ServerOptions | None = None, name: str = "openai/gpt-4o") -> InspectModel:
    address = ProviderAddress(name, url)
    server = Server(address, ProviderKeys(address), asked or ServerOptions(), QUICK, {})
    return InspectModel(server, ModelOptions(), random.Random(0))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-0123456789")  # belongs to another host


def test_the_provider_for_openai_gives_what_openai_gives(inspect_ai: Any, make_picture: PictureMaker) -> None:
    frames = (make_picture(1), make_picture(2))
    lost = replace(make_picture(3), path=frames[0].path.with_name("gone.png"))
    asks = [
        likes(1),
        Ask(Stimulus(frames, "A caption"), "Do you like it?", (YES, NO), system="You are Ada.", max_tokens=7),
        Ask(Stimulus((lost,)), "Do you?", (YES, NO)),
    ]
    free = Ask(Stimulus(frames[:1]), "Describe it.")
    with serving(Behaviour(model="gpt-4o")) as server:
        through = model_at(server.url)
        answers = [*through.score(asks), *through.generate([free])]
        bodies = list(server.seen.bodies)
        reached = Server(Address("gpt-4o", server.url), Key(KEY, ""), ServerOptions(), QUICK, {})
        straight = OpenAIModel(reached, ModelOptions())
        expected = [*straight.score(asks), *straight.generate([free])]
    assert answers == expected
    assert [bool(answer.error) for answer in answers] == [False, False, True, False]
    assert answers[0].log_probabilities["yes"] == pytest.approx(math.log(yes_share(asks[0].question)))
    (shown,) = (body for body in bodies if parts_of(body)[0] == "A caption\nDo you like it?")
    assert [message["role"] for message in shown["messages"]] == ["system", "user"]
    assert parts_of(shown)[1] == parts_of(server.seen.bodies[-2])[1] and len(parts_of(shown)[1]) == 2
    assert through.id == f"inspect:openai/gpt-4o@{server.url}"
    assert through.settings == {**straight.settings, "through": "Inspect AI"}
    assert through.budget.used.prompt == 800


def test_earlier_turns_go_as_messages(inspect_ai: Any, make_picture: PictureMaker) -> None:
    frame = make_picture(1)
    told = (Turn("user", "What is this?", (frame,)), Turn("assistant", "A house."))
    ask = Ask(Stimulus((frame,)), "Do you like it?", (YES, NO), "You are Ada.", turns=told)
    with serving(Behaviour(model="gpt-4o")) as server:
        (answer,) = model_at(server.url).score([ask])
    assert not answer.error
    sent = server.seen.bodies[-1]["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user"]
    assert [len(parts_of({"messages": [message]})[1]) for message in sent] == [0, 1, 0, 1]
    assert parts_of({"messages": sent[:3]})[0] == "A house."


def test_samples_and_refused_parameters(inspect_ai: Any) -> None:
    behaviour = Behaviour(model="gpt-4o", logprobs=False, refused_parameters=("logprobs", "seed"))
    with serving(behaviour) as server:
        model = model_at(server.url, ServerOptions(samples=8))
        (answer,) = model.score([likes(1)])
    assert model.settings["choices"].startswith("8 samples")
    assert server.seen.bodies[-1]["n"] == 8 and "seed" not in server.seen.bodies[-1]
    assert sum(answer.counts.values()) == 8


def test_a_faulty_server(inspect_ai: Any) -> None:
    kinds = (
        "429",
        "500 with the key",
        "reset",
        "truncated JSON",
        "no choices",
        "502 page",
        "two choices",
        "another model",
    )
    asks = [likes(number) for number in range(50)]
    with serving(Behaviour(model="gpt-4o", seed=3, kinds=kinds)) as server:
        model = model_at(server.url, ServerOptions(concurrency=8))
        server.behaviour = replace(server.behaviour, faults=0.3)
        answers = list(model.score(asks))
    assert len(server.seen.faults) > 5
    for ask, answer in zip(asks, answers, strict=True):
        assert answer.error or answer.log_probabilities["yes"] == pytest.approx(math.log(yes_share(ask.question)))
    assert sum(bool(answer.error) for answer in answers) < 5
    assert KEY not in "".join(answer.error for answer in answers)


Made = Callable[..., Any]


@pytest.fixture
def mock(inspect_ai: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Made], InspectModel]:
    """Inspect's mock model, which answers by a function of messages and configuration."""

    def make(answer: Made) -> InspectModel:
        def outputs(messages: Any, tools: Any, choice: Any, config: Any) -> Any:
            return answer(messages, config)

        monkeypatch.setattr(inspect_ai, "get_model", partial(inspect_ai.get_model, custom_outputs=outputs))
        return model_at("", name="mockllm/model")

    return make


def output(inspect_ai: Any, message: Any, **more: Any) -> Any:
    made = inspect_ai.ChatMessageAssistant(content=message)
    choice = inspect_ai.ChatCompletionChoice(message=made, **more)
    usage = inspect_ai.ModelUsage(input_tokens=50, output_tokens=3, total_tokens=53)
    return inspect_ai.ModelOutput(model="mock-1", choices=[choice], usage=usage)


def test_the_mock_model(inspect_ai: Any, mock: Callable[[Made], InspectModel]) -> None:
    listed = [{"token": "Yes", "logprob": math.log(0.7)}, {"token": "No", "logprob": math.log(0.2)}]
    seen: list[Any] = []

    def answer(messages: Any, config: Any) -> Any:
        seen.append((messages, config))
        given = inspect_ai.Logprobs.model_validate({"content": [{**listed[0], "top_logprobs": listed}]})
        return output(inspect_ai, "Yes", stop_reason="stop", logprobs=given if config.logprobs else None)

    model = mock(answer)
    (scored,) = model.score([replace(likes(1), system="You are Ada.")])
    (free,) = model.generate([Ask(Stimulus(), "Describe it.")])
    assert scored.log_probabilities == pytest.approx({"yes": math.log(0.7), "no": math.log(0.2)})
    assert (scored.text, scored.parsed, scored.tokens, free.text) == ("Yes", "yes", 50, "Yes")
    assert model.settings["served_model"] == "mock-1"
    messages, config = seen[-2]
    assert [message.role for message in messages] == ["system", "user"]
    assert (config.top_logprobs, config.max_tokens, config.temperature) == (20, 12, 0.0)


def test_thinking_and_refusals_are_told_apart(inspect_ai: Any, mock: Callable[[Made], InspectModel]) -> None:
    thought = [inspect_ai.ContentReasoning(reasoning="No, surely no."), inspect_ai.ContentText(text="Yes")]
    hidden = [inspect_ai.ContentReasoning(reasoning="x", redacted=True), inspect_ai.ContentText(text="Yes")]
    refused = [inspect_ai.ContentText(text="I won't look at this.", refusal=True)]
    given: Mapping[str, Any] = {"1": thought, "2": hidden, "3": refused, "4": "Yes, but"}

    def answer(messages: Any, config: Any) -> Any:
        number = messages[-1].text.partition("number ")[2][:1]
        stop = {"3": "content_filter", "4": "max_tokens"}.get(number, "stop")
        return output(inspect_ai, given.get(number, thought), stop_reason=stop)

    model = mock(answer)
    assert model.settings["thinking"].startswith("before the answer")
    first, second, third, fourth = (each for number in "1234" for each in model.score([likes(int(number))]))
    assert first.details["thinking"] == "No, surely no." and first.counts == {"yes": 10, "no": 0}
    assert second.details["thinking"] == "(not shown)" and second.counts == {"yes": 10, "no": 0}
    assert third.counts == {"yes": 0, "no": 0, "refusal": 10}
    assert fourth.details["finish"] == "length"


def test_what_goes_wrong_is_said_in_one_line(inspect_ai: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"Inspect cannot use nonsense/x: .*not recognized"):
        load("nonsense/x", ModelOptions())
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ModelError, match="OPENAI_API_KEY") as told:
        load("openai/gpt-4o", ModelOptions())
    assert "\n" not in told.value.message
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", wrong := "sk-wrong-0123456789")
    with serving(Behaviour(model="gpt-4o")) as server, pytest.raises(ModelError) as refused:
        load(f"openai/gpt-4o@{server.url}", ModelOptions())
    assert "HTTP 401" in refused.value.message and wrong not in refused.value.message
    assert "VALUESPECTRUM_API_KEY_127_0_0_1" in refused.value.hint


@pytest.mark.parametrize(
    "variable", ["HF_TOKEN", "CLOUDFLARE_API_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_BEARER_TOKEN_BEDROCK", "X_API_KEY"]
)
def test_keys_of_every_name_are_kept_out_of_what_is_shown(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Providers of Inspect read more than variables that end in ``_API_KEY``."""
    monkeypatch.setenv(variable, secret := "Zk93vQ7xLw2m")
    monkeypatch.setenv("MOST_TOKEN_COUNT", "777000777")
    keys = ProviderKeys(ProviderAddress("bedrock/some-model", ""))
    for cut in (keys.cut_from, keys.cut_from_answer):
        assert cut(f"wrong key {secret}, of 777000777") == "wrong key [key] of 777000777"
    assert keys.handed_over is None


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("gpt-4o", "names no provider"),
        ("openai/", "names no provider"),
        ("openai/gpt-4o?batch=1", "not asked in batches"),
        ("openai/gpt-4o@http://example.org/v1", "plain http"),
    ],
)
def test_malformed_references(reference: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        load(reference, ModelOptions())


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "inspect_ai", None)
    with pytest.raises(ModelError, match="need the package inspect_ai, which is not installed") as told:
        load("openai/gpt-4o", ModelOptions())
    assert told.value.hint == "pip install 'valuespectrum[inspect]'"


class GoogleError(Exception):
    """As ``google.genai`` raises it."""

    def __init__(self, code: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.details: dict[str, Any] = {"error": {"code": code, "message": message}}
        self.response = SimpleNamespace(headers={name.replace("_", "-"): value for name, value in headers.items()})


class AmazonError(Exception):
    """As ``botocore`` raises it."""

    def __init__(self, status: int) -> None:
        super().__init__("An error occurred (AccessDeniedException)")
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}


def test_errors_of_every_provider_mean_what_their_status_says() -> None:
    """Who is told to wait is asked again more slowly, and what no ask can pass is not asked six times."""
    address = ProviderAddress("google/gemini-x", "")
    transport = InspectTransport(address, ProviderKeys(address), QUICK, SpendingBudget())
    busy = transport._problem(GoogleError(429, "Resource has been exhausted", retry_after="0.05"))
    assert isinstance(busy, AttemptError) and busy.busy and (busy.status, busy.wait) == (429, 0.05)
    told = GoogleError(429, "You exceeded your current quota")
    told.details["error"]["details"] = [{"retryDelay": "0.07s"}]
    later = transport._problem(told)
    assert isinstance(later, AttemptError) and later.wait == 0.07
    gone = transport._problem(GoogleError(404, "models/gemini-x is not found"))
    assert isinstance(gone, AttemptError) and gone.hopeless
    assert isinstance(transport._problem(GoogleError(400, "Blocked by the safety filters: unsafe content")), Declined)
    denied = transport._problem(AmazonError(403))
    assert isinstance(denied, AttemptError) and denied.final and denied.status == 403
    for other in (GoogleError(1006, "the socket closed"), ValueError("no")):
        assert isinstance(transport._problem(other), UnusableError)


def shaped(stop: str, content: Any, error: str | None = None) -> SimpleNamespace:
    """What Inspect gives, as far as it is read, without Inspect."""
    message = SimpleNamespace(content=content)
    choice = SimpleNamespace(message=message, stop_reason=stop, logprobs=None)
    return SimpleNamespace(model="m", choices=[choice], usage=None, error=error)


@pytest.mark.parametrize(
    ("stop", "content", "error", "told"),
    [
        ("unknown", "Yes", None, "'unknown'"),
        ("tool_calls", "Yes", None, "'tool_calls'"),
        ("model_length", "This model's maximum context length is 8 tokens.", None, "'context_length_exceeded'"),
        ("stop", "", None, "an empty answer"),
        ("stop", "Yes", "the connection was lost", "the connection was lost"),
    ],
)
def test_what_inspect_gives_in_place_of_an_answer_is_none(
    stop: str, content: str, error: str | None, told: str
) -> None:
    with pytest.raises(UnusableError, match=told):
        read_completions(as_completion(shaped(stop, content, error)), 1)


@pytest.mark.parametrize(
    ("said", "thought", "total", "paid"), [(9, 94, 135, 103), (103, 94, 135, 103), (9, None, 41, 9)]
)
def test_thinking_is_paid_whichever_way_it_is_counted(said: int, thought: int | None, total: int, paid: int) -> None:
    told = shaped("stop", "Yes")
    told.input_context_tokens = None
    told.usage = SimpleNamespace(input_tokens=32, output_tokens=said, total_tokens=total, reasoning_tokens=thought)
    (read,) = read_completions(as_completion(told), 1)
    assert (read.prompt_tokens, read.completion_tokens, read.thought) == (32, paid, bool(thought))


def test_refusals_that_inspect_tells_are_refusals() -> None:
    for content, error in (("", None), ("Blocked by the safety system", "blocked"), ("I won't", None)):
        (said,) = read_completions(as_completion(shaped("content_filter", content, error)), 1)
        assert said.refused
    (cut,) = read_completions(as_completion(shaped("max_tokens", "Yes, but")), 1)
    assert (cut.refused, cut.finish) == (False, "length")
