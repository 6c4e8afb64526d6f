"""Models of the providers that Inspect AI knows: ``inspect:PROVIDER/MODEL[@BASE_URL][?OPTIONS]``.

Inspect AI carries single requests, and nothing else of it is used: questions, retries, pace, budgets and the reading of
answers are those of ``openai:``, so that an answer means the same whichever way it came. See
https://inspect.aisi.org.uk.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeGuard, cast

from agents.models.base import ModelOptions
from agents.models.model_names import split_provider
from agents.models.registry import not_steerable, require
from agents.models.served.openai import OpenAIModel, Server
from agents.models.wire.address import Address, Key, ServerOptions, parse_reference, price_mapping
from agents.models.wire.endings import Declined
from agents.models.wire.transport import AttemptError, Transport, TransportOptions, UnusableError
from vectorstore.foundation.errors import InputError, ModelError

_FINISHES = {"max_tokens": "length", "model_length": "context_length_exceeded"}
"""Inspect's names for why a model stopped, where they differ from those of OpenAI. With ``model_length`` Inspect gives
the words of an error as if the model had said them."""
_CONFIGURED = {
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "temperature": "temperature",
    "logprobs": "logprobs",
    "top_logprobs": "top_logprobs",
    "n": "num_choices",
    "seed": "seed",
}
"""Parameters of a request, and what Inspect calls them."""
_SECRET = re.compile(r"_(?:API_KEY|ACCESS_KEY|TOKEN|SECRET)$|_(?:API_KEY|BEARER_TOKEN)_")
"""In names of environment variables that providers read keys from, as `HF_TOKEN` and `AWS_SECRET_ACCESS_KEY`."""
_CONNECTIONS = 10_000
"""More than are ever used: the session says how many requests are under way."""


def load(reference: str, options: ModelOptions) -> InspectModel:
    """Connect to a model of one of Inspect's providers and find out how it can be asked.

    Args:
        reference: ``PROVIDER/MODEL[@BASE_URL][?OPTIONS]``; the options are those of ``ServerOptions``.
        options: Layout, samples and temperature, seed.

    Raises:
        InputError: If the reference is malformed or unsafe.
        ModelError: If Inspect AI is missing, or the model cannot be asked.
    """
    if options.steer:
        raise not_steerable("inspect")
    address, asked = parse_reference(reference, "")
    provider, model = split_provider(address.model)
    if not (provider and model):
        raise InputError(
            f"{address.model!r} names no provider", "write inspect:PROVIDER/MODEL, e.g. inspect:anthropic/..."
        )
    refuse_untold(asked)
    require("inspect_ai", "inspect", "inspect")
    transport = TransportOptions(asked.timeout, asked.attempts, asked.patience)
    there = ProviderAddress(address.model, address.base_url)
    return InspectModel(Server(there, ProviderKeys(there), asked, transport, price_mapping(asked)), options)


def refuse_untold(options: ServerOptions) -> None:
    """Refuse what other model servers are told, and providers of Inspect are not.

    Raises:
        InputError: It is among the options.
    """
    if options.batch:
        raise InputError(
            "Inspect's providers are not asked in batches", "leave out batch=1, or use openai:MODEL?batch=1"
        )
    if options.steering:
        raise InputError("Inspect's providers are told nothing of steering", "use openai:MODEL@URL?steering=FILE")


@dataclass(frozen=True, slots=True)
class ProviderAddress(Address):
    """A model by its name at Inspect, ``PROVIDER/MODEL``."""

    @property
    def key_variables(self) -> tuple[str, ...]:
        """Where the key comes from: a base URL has a key of its own, a provider the one that Inspect looks for."""
        if self.base_url:
            return Address(self.model, self.base_url).key_variables[:1]
        provider = re.sub(r"[^A-Z0-9]+", "_", split_provider(self.model)[0].upper())
        return (f"{provider}_API_KEY",)


class ProviderKeys(Key):
    """The keys that Inspect may use: it reads them itself, we only keep them out of what is shown.

    Args:
        address: Whose own key, where it has a base URL, is handed to Inspect.
    """

    __slots__ = ()

    def __init__(self, address: ProviderAddress) -> None:
        own = next((secret for name in address.key_variables if (secret := os.environ.get(name, "").strip())), "")
        super().__init__(own if address.base_url else "", address.key_variables[0])
        known = [text.strip() for name, text in os.environ.items() if _SECRET.search(name) and len(text.strip()) >= 8]
        others = [Key(secret, "") for secret in known]
        self._fragments = self._fragments.union(*(each._fragments for each in others))
        self._whole = self._whole.union(*(each._whole for each in others))

    @property
    def handed_over(self) -> str | None:
        """The key for a base URL; never one that belongs to another host."""
        return self._secret or None


class ModelUsage(Protocol):
    """Tokens, as a provider counts them."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    reasoning_tokens: int | None


class TextPart(Protocol):
    """One part of them."""

    text: str


class AssistantMessage(Protocol):
    """What was said, in parts of several kinds."""

    content: str | Sequence[object]


class Logprobs(Protocol):
    """Of the tokens of an answer."""

    def model_dump(self) -> dict[str, object]:
        """As JSON."""


class ModelChoice(Protocol):
    """One answer."""

    message: AssistantMessage
    stop_reason: str
    logprobs: Logprobs | None


class ModelOutput(Protocol):
    """An ``inspect_ai.model.ModelOutput``, as far as it is used here."""

    model: str
    choices: Sequence[ModelChoice]
    usage: ModelUsage | None
    error: str | None


class InspectClient(Protocol):
    """An ``inspect_ai.model.Model``."""

    async def generate(self, messages: Sequence[object], *, config: object) -> ModelOutput:
        """Ask."""


class InspectTransport(Transport):
    """Carries requests through Inspect AI's ``Model.generate``."""

    @asynccontextmanager
    async def client(self) -> AsyncIterator[object]:
        """One of Inspect's models, for one event loop.

        Raises:
            ModelError: If there is no such provider, or it lacks a key or a package.
        """
        from inspect_ai.model import get_model

        where: dict[str, str] = {}
        if self.address.base_url and isinstance(self.key, ProviderKeys):
            where = {"base_url": self.address.base_url, "api_key": self.key.handed_over or "none"}
        try:
            model = get_model(self.address.model, memoize=False, **where)
        except Exception as error:  # each provider has errors of its own
            hint = f"is the key in {self.address.key_variables[0]}, and the package of the provider installed?"
            raise ModelError(f"Inspect cannot use {self.address}: {self.clean(str(error))}", hint) from error
        client: Any = getattr(model.api, "client", None)  # Open: of the provider's package
        if isinstance(getattr(client, "max_retries", None), int):
            client.max_retries = 0  # packages of OpenAI and Anthropic wait on their own, unseen by the pace
        async with model:
            yield model

    async def _document(self, client: object, body: bytes) -> object:
        request = json.loads(body)
        try:
            # It comes from ``client``.
            output = await cast(InspectClient, client).generate(_messages(request["messages"]), config=_config(request))
        except TimeoutError:
            raise
        except Exception as error:  # each provider has errors of its own
            problem = self._problem(error)
            if isinstance(problem, Declined):
                return problem
            raise problem from None
        return as_completion(output)

    def _problem(self, error: Exception) -> AttemptError | UnusableError | Declined:
        """What an error of a provider means, by its HTTP status where it has one."""
        for part in _chain(error):
            if status := _http_status(part):
                said = str(getattr(part, "provider_message", None) or getattr(part, "message", None) or part)
                body = getattr(part, "body", None) or getattr(part, "details", None)
                told = {"message": said, "code": getattr(part, "code", None), "body": body}
                if declined := self.declined(status, json.dumps(told, default=str).encode()):
                    return declined
                headers = getattr(getattr(part, "response", None), "headers", None) or {}
                return self.refusal(status, said.encode("utf-8", "replace"), headers, told)
        return UnusableError(f"{type(error).__name__}: {error}")


class InspectModel(OpenAIModel):
    """A respondent behind one of Inspect's providers; everything is as for ``OpenAIModel``."""

    scheme: ClassVar[str] = "inspect"
    through: ClassVar[str] = "Inspect AI"
    neutral: ClassVar[tuple[str, ...]] = ()
    transport_kind: ClassVar[type[Transport]] = InspectTransport


def as_completion(output: ModelOutput) -> dict[str, object]:
    """What Inspect gives, as the chat completion that an OpenAI-compatible server would have sent.

    Args:
        output: An ``inspect_ai.model.ModelOutput``.
    """
    usage = output.usage
    told: dict[str, object] = {}
    if usage is not None:
        prompt = getattr(output, "input_context_tokens", None) or usage.input_tokens
        thinking = usage.reasoning_tokens or 0
        told = {
            "prompt_tokens": prompt,
            "completion_tokens": usage.output_tokens + (thinking if _apart(usage, thinking) else 0),
            "completion_tokens_details": {"reasoning_tokens": thinking},
        }
    return {
        "model": output.model,
        "choices": [_choice(index, choice) for index, choice in enumerate(output.choices)],
        "usage": told,
        "error": output.error if not any(choice.stop_reason == "content_filter" for choice in output.choices) else None,
    }


def _apart(usage: ModelUsage, thinking: int) -> bool:
    """Whether a provider counts thinking beside what was said, as Google and xAI do, and not within it."""
    return usage.input_tokens + usage.output_tokens + thinking == usage.total_tokens


def _choice(index: int, choice: ModelChoice) -> dict[str, object]:
    content = choice.message.content
    parts = [content] if isinstance(content, str) else content
    said = "".join(part if isinstance(part, str) else part.text for part in parts if _is_text(part))
    refused = any(getattr(part, "refusal", None) for part in parts)
    thoughts = [_thought(part) for part in parts if getattr(part, "type", "") == "reasoning"]
    return {
        "index": index,
        "message": {
            "role": "assistant",
            "content": None if refused else said,
            "refusal": said if refused else None,
            "reasoning_content": "\n".join(thoughts) or None,
        },
        "finish_reason": _FINISHES.get(choice.stop_reason, choice.stop_reason),
        "logprobs": choice.logprobs.model_dump() if choice.logprobs else None,
    }


def _is_text(part: object) -> TypeGuard[str | TextPart]:
    return isinstance(part, str) or getattr(part, "type", "") == "text"


def _thought(part: Any) -> str:  # Open: a part with thinking, of which releases differ
    if part.redacted:
        return str(getattr(part, "summary", None) or "(not shown)")
    return str(part.reasoning)


# Open: as ``RequestWriter`` writes them.
def _messages(messages: Iterable[Mapping[str, Any]]) -> list[object]:
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser, ContentImage, ContentText

    # Open: as above.
    def part(given: Mapping[str, Any]) -> object:
        if given["type"] == "image_url":
            return ContentImage(image=given["image_url"]["url"])
        return ContentText(text=given["text"])

    kinds: dict[str, Callable[..., object]] = {
        "system": ChatMessageSystem,
        "user": ChatMessageUser,
        "assistant": ChatMessageAssistant,
    }
    made: list[object] = []
    for message in messages:
        content = message["content"]
        shown = content if isinstance(content, str) else [part(given) for given in content]
        made.append(kinds[message["role"]](content=shown))
    return made


def _config(request: Mapping[str, object]) -> object:
    """How Inspect is to ask; it neither retries nor waits in a queue of its own, because the session does both."""
    from inspect_ai.model import GenerateConfig

    wanted = {ours: request[name] for name, ours in _CONFIGURED.items() if name in request}
    if template := request.get("chat_template_kwargs"):
        wanted["extra_body"] = {"chat_template_kwargs": template}
    return GenerateConfig(**wanted, max_retries=0, max_connections=_CONNECTIONS, cache=False)


def _http_status(error: BaseException) -> int:
    """The HTTP status that an error of a provider's package tells, by whatever name; 0 where it tells none."""
    response = getattr(error, "response", None)
    of_aws = response.get("ResponseMetadata") if isinstance(response, dict) else None
    named = [getattr(error, name, None) for name in ("status_code", "code")]
    named += [of_aws.get("HTTPStatusCode")] if isinstance(of_aws, dict) else []
    return next((each for each in named if isinstance(each, int) and 400 <= each < 600), 0)


def _chain(error: BaseException | None) -> Iterable[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        attempt = getattr(error, "last_attempt", None)  # of the package that Inspect retries with
        error = (attempt.exception() if attempt is not None else None) or error.__cause__ or error.__context__
