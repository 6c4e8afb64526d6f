"""Find out what a server understands by asking it, before anything is asked that counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from agents.models.api_messages import Dialect
from agents.models.api_pace import Usage
from agents.models.api_reading import Said, read_completions, served_model
from agents.models.api_session import Session
from agents.models.api_transport import Failure, Request, UnusableError
from vectorstore.errors import ModelError

_ROUNDS = 8
"""Requests refused for a parameter before giving up."""
_TOKENS = 64
_TOP = (20, 10, 5)
"""Log-probabilities asked for, in turn."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of a server."""

    model: str
    log_probabilities: bool
    samples: int = 0
    """Samples of one ask; 0 when none are to be drawn."""
    temperature: float = 0.0
    template: dict[str, Any] | None = None
    new_names: bool = False
    """Whether to begin with the newer name of the token limit."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a server turned out to understand."""

    dialect: Dialect
    thinks: bool
    """Whether it thinks before it answers."""
    served: str
    """What it calls the model."""


def probe(session: Session, wishes: Wishes) -> Probed:
    """Ask a server something short until it is clear how.

    Raises:
        ModelError: If it cannot be asked: no such model or address, no or a wrong key, no answer, a parameter that is
            needed and refused.
    """
    dialect = Dialect(
        limit_name="max_completion_tokens" if wishes.new_names else "max_tokens",
        top_logprobs=_TOP[0] if wishes.log_probabilities else 0,
        several=wishes.samples > 1,
        seed=wishes.samples > 0,
    )
    for _ in range(_ROUNDS):
        answer = _ask(session, wishes, dialect)
        if isinstance(answer, Failure):
            dialect = _give_way(session, wishes, dialect, answer)
            continue
        said, served = answer
        if dialect.several and len(said) < 2:
            dialect = replace(dialect, several=False)
            continue
        given = len(said[0].first_token)
        thinks = any(one.thought for one in said)
        kept = dialect if given > 1 or (thinks and said[0].finish == "length") else replace(dialect, top_logprobs=0)
        return Probed(kept, thinks, session.transport.clean(served, 100))
    raise ModelError(f"{session.transport.address} refuses every way of asking", "is it an OpenAI-compatible server?")


def _ask(session: Session, wishes: Wishes, dialect: Dialect) -> tuple[tuple[Said, ...], str] | Failure:
    body: dict[str, Any] = {
        "model": wishes.model,
        "messages": [{"role": "user", "content": "Answer with one word: is the sky blue?"}],
        dialect.limit_name: _TOKENS,
    }
    optional = {
        "temperature": (dialect.temperature, wishes.temperature),
        "logprobs": (dialect.top_logprobs, True),
        "top_logprobs": (dialect.top_logprobs, dialect.top_logprobs),
        "n": (dialect.several, 2),
        "seed": (dialect.seed, 0),
        "chat_template_kwargs": (wishes.template, wishes.template),
    }
    body |= {name: value for name, (wanted, value) in optional.items() if wanted}
    request = Request(json.dumps(body).encode(), _reader(dialect), Usage(32, 2 * _TOKENS))
    (result,) = session.run([request], lambda wanted: [wanted])
    (outcome,) = result.outcomes
    return outcome.read if outcome.read is not None else outcome.failure or Failure("no answer")


def _reader(dialect: Dialect) -> Callable[[Any], tuple[tuple[Said, ...], str]]:
    def read(document: Any) -> tuple[tuple[Said, ...], str]:
        choices = document.get("choices") if isinstance(document, dict) else None
        count = 2 if dialect.several and isinstance(choices, list) and len(choices) == 2 else 1
        return read_completions(document, count), served_model(document)

    return read


def _give_way(session: Session, wishes: Wishes, dialect: Dialect, failure: Failure) -> Dialect:
    """Another way of asking, after the server refused a parameter.

    Raises:
        ModelError: If it refused something else.
    """
    if failure.status not in (400, 422):
        raise _error(session, failure)
    named = set(re.findall(r"[a-z_]+", failure.said))
    if wishes.template and "chat_template_kwargs" in named:
        raise ModelError(
            f"{session.transport.address} takes no variables of the chat template",
            "leave out thinking=... and respondent=...",
        )
    if dialect.limit_name == "max_tokens" and {"max_tokens", "max_completion_tokens"} <= named:
        return replace(dialect, limit_name="max_completion_tokens")
    if dialect.limit_name == "max_completion_tokens" and "max_completion_tokens" in named:
        return replace(dialect, limit_name="max_tokens")
    if dialect.top_logprobs and {"logprobs", "top_logprobs", "logprob"} & named:
        fewer = [number for number in _TOP if number < dialect.top_logprobs]
        only_too_many = "top_logprobs" in named and fewer
        return replace(dialect, top_logprobs=fewer[0] if only_too_many else 0)
    if dialect.temperature and "temperature" in named:
        return replace(dialect, temperature=False)
    if dialect.seed and "seed" in named:
        return replace(dialect, seed=False)
    if dialect.several:
        return replace(dialect, several=False)
    raise _error(session, failure)


def _error(session: Session, failure: Failure) -> ModelError:
    address = session.transport.address
    variable = " or ".join(address.key_variables)
    hints = {
        401: f"check the key in {variable}" if session.transport.key else f"set the key in {variable}",
        402: "the account has no credit",
        403: f"the key in {variable} may not use this model",
        404: f"check the model name {address.model!r} and the base URL; most end in /v1",
        0: "is the server running, and is the base URL right?",
    }
    return ModelError(
        f"{session.transport.address} cannot be asked: {failure.reason}",
        hints.get(failure.status, "see what the server says about model and parameters"),
    )


def expect_model(served: str, clean: Callable[[str], str]) -> Callable[[Any], None]:
    """A check that answers come from the model that was asked at first.

    A server that moves to another revision, or to a fallback, would mix two respondents in one run.
    """

    def check(document: Any) -> None:
        now = clean(served_model(document))
        if served and now and now != served:
            raise UnusableError(f"an answer from {now} instead of {served}")

    return check
