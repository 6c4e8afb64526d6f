"""Models behind OpenAI-compatible servers: ``openai:MODEL[@BASE_URL][?OPTIONS]``.

Hosted ones, vLLM, SGLang, llama.cpp, Ollama, ``transformers serve``. Choices are scored from the log-probabilities of
the first token of the answer where the server gives them, else from samples. Each ask is answered exactly once or fails
with its reason; see ``docs/api-models.md``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Hashable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import ClassVar

from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Answer, Ask, ModelOptions
from agents.models.batches.batch_session import BatchOptions, BatchSession
from agents.models.capabilities import Replies
from agents.models.model_names import ModelId
from agents.models.pictures import shown_key
from agents.models.registry import not_steerable
from agents.models.served.messages import NEUTRAL, Manner, RequestWriter, describe
from agents.models.served.probe import Probed, Wishes, expect_model, expect_turns, place_persona, probe
from agents.models.served.reading import (
    CheckedAnswer,
    ServerAnswer,
    answer_from_samples,
    answer_from_token,
    check_choices,
    read_completions,
)
from agents.models.served.steering import read_served_steering
from agents.models.templates.prompting import LAYOUTS
from agents.models.wire.address import Address, Key, ServerOptions, parse_reference, price_mapping
from agents.models.wire.pace import SpendingBudget, Usage
from agents.models.wire.session import Result, ServerSession
from agents.models.wire.transport import Request, Transport, TransportOptions, UnusableError
from vectorstore.foundation.errors import InputError, MediaError, ModelError
from vectorstore.foundation.user_paths import user_path

_SAMPLES = 10
"""Samples per ask where a server gives no log-probabilities and nobody said how many."""


@dataclass(frozen=True, slots=True)
class Server:
    """Everything it takes to reach a model."""

    address: Address
    key: Key
    options: ServerOptions
    transport: TransportOptions
    prices: Mapping[str, float]
    """Price of a million tokens: ``{"input": ..., "output": ...}``; empty when unknown."""
    batches: BatchOptions | None = None
    """How asks are put together in batches; ``None`` asks one by one."""


def load(reference: str, options: ModelOptions) -> OpenAIModel:
    """Connect to a served model and find out how it can be asked.

    Args:
        reference: ``MODEL[@BASE_URL][?OPTIONS]``; the options are those of ``ServerOptions``.
        options: Layout, samples and temperature, seed.

    Raises:
        InputError: If the reference is malformed or unsafe.
        ModelError: If the server cannot be asked.
    """
    if options.steer:
        raise not_steerable("openai")
    address, asked = parse_reference(reference)
    transport = TransportOptions(asked.timeout, asked.attempts, asked.patience)
    batches = BatchOptions(user_path(asked.batch_folder), asked.batch_window) if asked.batch else None
    return OpenAIModel(Server(address, address.key(), asked, transport, price_mapping(asked), batches), options)


class OpenAIModel:
    """A respondent behind a server; the server is asked about drawn pictures at once, to learn what it understands.

    Args:
        server: Where it is and how to talk to it.
        options: Layout, samples and temperature, seed.
        dice: Source of chance for waiting times.

    Raises:
        InputError: If the layout is unknown.
        ModelError: If the server cannot be asked, or not in the way that was wanted.
    """

    scheme: ClassVar[str] = "openai"
    through: ClassVar[str] = ""
    """What stands between us and the server, where something does."""
    neutral: ClassVar[tuple[str, ...]] = tuple(NEUTRAL)
    """Parameters of draws that are named where the server takes them, so that it fills in none of its own."""
    transport_kind: ClassVar[type[Transport]] = Transport
    """What carries requests to the server."""

    def __init__(self, server: Server, options: ModelOptions, dice: random.Random | None = None) -> None:
        asked = server.options
        self.budget = SpendingBudget(asked.budget_tokens, asked.budget_money, server.prices)
        transport = self.transport_kind(server.address, server.key, server.transport, self.budget, dice)
        self._session = ServerSession(transport, asked.concurrency)
        steering = read_served_steering(asked)
        named = server.address.model + (steering.name if steering else "")
        self._id = str(ModelId(self.scheme, named, server.address.base_url))
        self._batches = BatchSession(transport, server.batches, self._id) if server.batches else None
        if options.layout not in LAYOUTS:
            raise InputError(f"Unknown layout {options.layout!r}", f"one of {', '.join(LAYOUTS)}")
        template = _template(asked)
        plain = Manner(
            server.address.model,
            options.layout,
            template or None,
            seed=options.seed,
            further=steering.fields if steering else None,
        )
        self._readout, wishes, probed = self._learn(server, options, plain)
        manner = wishes.manner
        self._found, self._turns_heard = (wishes, probed), False
        thinking = self._thinking(asked, probed)
        self._writer = RequestWriter(manner, probed.dialect)
        described = describe(manner, probed.dialect, self._readout, thinking, probed.served)
        told = {"through": self.through, "steering": steering.in_words if steering else ""}
        self._settings = {**described, **{name: value for name, value in told.items() if value}}
        self.explanation = "; ".join(filter(None, ["engine: server", *probed.remarks, told["steering"]]))
        """How the server is asked, and what of the usual way it does not take, in one line."""
        self._check_served = expect_model(probed.served, lambda name: transport.clean(name, 100))

    @property
    def id(self) -> str:
        """Name and base URL."""
        return self._id

    @property
    def window(self) -> int | None:
        """Asks that are to come at once: a batch takes up to a day, so that one after the other would take weeks."""
        return self._batches.options.most_lines if self._batches else None

    @property
    def replies(self) -> Replies:
        """How much it may say to one ask, as the server turned out to be asked."""
        manner, drawn = self._writer.manner, max(1, self._writer.manner.samples)
        return Replies(drawn, manner.thinking_tokens, len(self._writer.dialect.portions(drawn)))

    @property
    def settings(self) -> Mapping[str, str]:
        """Layout, readout, decoding, thinking, and the revision that the server says it serves."""
        return self._settings

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order, with log-probabilities where the server or samples give them.

        Raises:
            ModelError: If the options of an ask begin alike, or asking further would be in vain.
        """
        if self._readout == "logprobs":
            for choices in {ask.choices for ask in asks}:
                check_choices(choices)
        return self._answers(asks, self._writer.manner.samples)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order with free text only: the most probable one, and one that is drawn in repeats.

        Raises:
            ModelError: If asking further would be in vain.
        """
        return self._answers(asks, 0)

    def _answers(self, asks: Sequence[Ask], samples: int) -> Iterator[Answer]:
        if not self._turns_heard and any(ask.turns for ask in asks):
            self._turns_heard = expect_turns(self._session, *self._found)
        jobs = [(ask, samples if ask.choices else 0) for ask in asks]
        with closing(self._results(jobs)) as results:
            for job, result in zip(jobs, results, strict=True):
                yield self._answer(*job, result)

    def _results(self, jobs: Sequence[tuple[Ask, int]]) -> Generator[Result[tuple[CheckedAnswer, ...]], None, None]:
        def requests(job: tuple[Ask, int]) -> Sequence[Request[tuple[CheckedAnswer, ...]]] | str:
            return self._requests(*job)

        if self._batches is None:
            return self._session.run(jobs, requests, _shown)
        return self._batches.run(jobs, requests, lambda job: canonical_json(ask_content(job[0])), _shown)

    def _requests(self, ask: Ask, samples: int) -> Sequence[Request[tuple[CheckedAnswer, ...]]] | str:
        try:
            bodies = self._writer.bodies(ask, samples)
        except MediaError as error:
            return error.message
        prompt, answer = self._writer.estimate(ask)
        return [Request(body, self._reader(ask, count), Usage(prompt, answer * count)) for body, count in bodies]

    def _reader(self, ask: Ask, count: int) -> Callable[[object], tuple[CheckedAnswer, ...]]:
        wants_tokens = self._readout == "logprobs" and bool(ask.choices)

        def read(document: object) -> tuple[CheckedAnswer, ...]:
            self._check_served(document)
            said = read_completions(document, count, scored=wants_tokens)
            if wants_tokens and any(one.text and not one.refused and not one.first_token for one in said):
                raise UnusableError("an answer without log-probabilities")
            return said

        return read

    def _answer(self, ask: Ask, samples: int, result: Result[tuple[CheckedAnswer, ...]]) -> Answer:
        attempts = sum(outcome.attempts for outcome in result.outcomes)
        failure = next((outcome.failure for outcome in result.outcomes if outcome.failure), None)
        if result.refused or failure:
            return ServerAnswer(error=result.refused or (failure.reason if failure else ""), attempts=attempts)
        read = [outcome.read for outcome in result.outcomes if outcome.read is not None]
        said = [self._without_key(one) for part in read for one in part]
        if samples:
            spent = sum(part[0].completion_tokens for part in read)
            return answer_from_samples(said, ask.choices, attempts, spent)
        return answer_from_token(said[0], ask.choices, attempts)

    def _without_key(self, said: CheckedAnswer) -> CheckedAnswer:
        cut = self._session.transport.key.cut_from_answer
        return replace(said, text=cut(said.text), thinking=cut(said.thinking), finish=cut(said.finish))

    def _learn(self, server: Server, options: ModelOptions, plain: Manner) -> tuple[str, Wishes, Probed]:
        """How choices are read, how asks are put, and what the server understands."""
        asked, address = server.options, server.address
        temperature = options.temperature if asked.temperature is None else asked.temperature
        plain = replace(plain, repeats=temperature)
        scoring = "sampling" if asked.scoring == "auto" and (asked.samples or options.samples) else asked.scoring
        at_openai = address.host == "api.openai.com"
        drawing = replace(plain, samples=asked.samples or options.samples or _SAMPLES, temperature=temperature)
        wishes = Wishes(
            plain,
            scoring in ("auto", "logprobs"),
            thinks=asked.thinking == "on",
            thinking_tokens=asked.thinking_tokens,
            new_names=at_openai,
            neutral=() if at_openai else self.neutral,
        )
        probed = probe(self._session, wishes) if scoring != "sampling" else None
        if probed and scoring == "logprobs" and not probed.dialect.top_logprobs:
            raise ModelError(
                f"{self._id} gives no log-probabilities",
                "; ".join(["use scoring=sampling or scoring=text", *probed.remarks]),
            )
        if probed is None or (scoring == "auto" and not probed.dialect.top_logprobs):
            scoring = "sampling"
            wishes = replace(wishes, manner=drawing, log_probabilities=False)
            probed = probe(self._session, wishes, probed)
        probed = place_persona(self._session, wishes, probed)
        thinking = asked.thinking_tokens if probed.thinks else 0
        manner = replace(wishes.manner, thinking_tokens=thinking)
        return ("logprobs" if scoring == "auto" else scoring), replace(wishes, manner=manner), probed

    def _thinking(self, asked: ServerOptions, probed: Probed) -> str:
        if asked.thinking == "off":
            if probed.thinks:
                raise ModelError(f"{self._id} thinks although thinking is switched off", "use thinking=on")
            return "switched off by the chat template"
        if not probed.thinks and asked.thinking == "default":
            return "none"
        asked_for = "asked for, " if asked.thinking == "on" else ""
        return f"{asked_for}before the answer, up to {asked.thinking_tokens} tokens"


def _shown(job: tuple[Ask, int]) -> Hashable:
    """What a server may refuse to be asked about, whatever is asked: the pictures, else the question."""
    return shown_key(job[0]) or job[0].question


def _template(asked: ServerOptions) -> dict[str, object]:
    """Variables of the chat template; families name the switch for thinking differently."""
    variables: dict[str, object] = {"respondent": asked.respondent} if asked.respondent else {}
    if asked.thinking != "default":
        variables |= {"enable_thinking": asked.thinking == "on", "thinking": asked.thinking == "on"}
    return variables
