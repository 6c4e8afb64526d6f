"""Put requests to a model server and bring every one to an end: an answer, or the reason why there is none.

An answer belongs to the request it came for: over plain http every request has a connection of its own, so that a
server that sends something twice cannot answer the next question with it; TLS connections are used again.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import httpx

from agents.models.wire.address import Address, Key
from agents.models.wire.endings import Declined, about_the_customer, declines
from agents.models.wire.pace import RequestPace, SpendingBudget, Usage, jitter
from agents.models.wire.waiting import asked_wait
from vectorstore.foundation.errors import ModelError
from vectorstore.foundation.text import visible_line

_CONNECT_SECONDS = 10.0
_SHOWN = 200
"""Characters of a server's own words that an error quotes."""
_LONGEST_ERROR = 20_000
"""Bytes of an error that are read."""
_PASSING = frozenset({408, 409, 425, 429, *range(500, 600)})
"""Status codes after which the same request may be answered."""
_BUSY = frozenset({429, 503, 529})
_HOPELESS = frozenset({401, 402, 404})
"""Status codes that every other request would get as well."""
_REFUSING = frozenset({400, 413, 415, 422})
"""Status codes that say that something is wrong with what was asked: other requests may be answered."""
_ASKED_PACKINGS = frozenset({"gzip", "deflate"})
"""What unpacks to a thousand times its size at most."""
_PACKINGS = _ASKED_PACKINGS | {"br", "zstd"}
"""What httpx unpacks, where what does so is installed, and also what is packed several times over."""
_STREAMS = "the server streams answers although no stream was asked for: let it send whole responses (stream=false)"
_NO_API = "the server is there, but that is no chat completion: check the base URL, and whether it wants a login"

Read = TypeVar("Read")


class UnusableError(ModelError):
    """A response that arrived and is no answer; the message says why.

    Args:
        reason: What is wrong with it.
        hint: What to do about it, where every other response would be like it.
    """

    heard = False
    """Whether the model was heard: the server is well, and other asks may have an answer."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason, hint)


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """Times, counts and sizes of asking a server."""

    timeout: float = 180.0
    """Seconds of one attempt, all of it."""
    attempts: int = 6
    """Times that a request is sent when the server fails."""
    patience: float = 600.0
    """Seconds a request may go on being refused by a server that is busy."""
    first_wait: float = 1.0
    """Longest wait after the first failure, in seconds; doubles from attempt to attempt."""
    longest_wait: float = 60.0
    """No wait is longer, whatever the server asks for."""
    largest_body: int = 4_000_000
    """Bytes of a response that are read."""


@dataclass(frozen=True, slots=True)
class RequestFailure:
    """Why a request has no answer."""

    reason: str
    status: int = 0
    """HTTP status of the last response; 0 where there was none."""
    said: str = field(default="", repr=False)
    """What the server said about it, cleaned, without the key."""
    hopeless: bool = False
    """Whether every other request would fail alike."""
    hint: str = ""
    """What to do about it, where something arrived that is no answer."""
    heard: bool = False
    """Whether the model was heard: the server is well, and other asks may have an answer."""

    @property
    def of_what_was_asked(self) -> bool:
        """Whether the server is well and refuses something in the request, as a picture that is too large for it."""
        return self.status in _REFUSING and not (self.hopeless or about_the_customer(self.said))


@dataclass(frozen=True, slots=True)
class RequestOutcome(Generic[Read]):
    """How a request ended: exactly one of ``read`` and ``failure`` is there."""

    read: Read | None
    failure: RequestFailure | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Request(Generic[Read]):
    """One request and how its answer is read."""

    body: bytes = field(repr=False)
    """JSON."""
    read: Callable[[object], Read]
    """Makes an answer of the response's JSON, or raises :class:`UnusableError`."""
    estimate: Usage
    """What it will use at most, as far as can be said before; counted where the server does not say."""


@dataclass(frozen=True, slots=True)
class ServerRefusal:
    """What a server said in place of an answer."""

    status: int = 0
    """Of HTTP; 0 where none came."""
    said: str = ""
    wait: float | None = None
    """Seconds after which it wants to be asked again; ``None`` where it did not say."""


class AttemptError(ModelError):
    """One attempt that brought no answer."""

    def __init__(
        self,
        reason: str,
        *,
        refusal: ServerRefusal = ServerRefusal(),
        final: bool = False,
        hopeless: bool = False,
        unusable: Exception | None = None,
    ) -> None:
        known = unusable if isinstance(unusable, UnusableError) else None
        super().__init__(reason, known.hint if known else "")
        self.reason, self.status, self.said, self.wait = reason, refusal.status, refusal.said, refusal.wait
        self.final, self.hopeless = final, hopeless
        self.heard = known is not None and known.heard

    @property
    def busy(self) -> bool:
        """Whether the server only asks for patience."""
        return self.status in _BUSY and not self.final

    def failure(self, attempts: int) -> RequestFailure:
        """What the caller gets to know."""
        tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        reason = self.reason if self.final else f"no answer in {tries}, the last: {self.reason}"
        return RequestFailure(reason, self.status, self.said, self.hopeless, self.hint, self.heard)


class Transport:
    """One server, asked with retries, under one budget.

    Args:
        address: Where the server is.
        key: Sent with every request; never shown.
        options: Times, counts, sizes.
        budget: Where tokens are counted.
        dice: Source of chance for waiting times.
    """

    def __init__(
        self,
        address: Address,
        key: Key,
        options: TransportOptions,
        budget: SpendingBudget,
        dice: random.Random | None = None,
    ) -> None:
        self.address, self.key, self.options, self.budget = address, key, options, budget
        self._dice = dice or random.Random()

    def client(self) -> AbstractAsyncContextManager[object]:
        """A client for one event loop; the key is added to each request."""
        return httpx.AsyncClient(**self._manner())

    def plain_client(self) -> httpx.Client:
        """A client for one request after the other."""
        return httpx.Client(**self._manner())

    def _manner(self) -> dict[str, Any]:  # Open: arguments of httpx's clients
        local = self.address.base_url.startswith("http:")
        return {
            "auth": _Bearer(self.key),
            "headers": {"Accept-Encoding": ", ".join(sorted(_ASKED_PACKINGS))},
            "follow_redirects": False,
            "trust_env": not self.address.local,
            "limits": httpx.Limits(max_connections=None, max_keepalive_connections=0 if local else 64),
            "timeout": httpx.Timeout(self.options.timeout, connect=min(_CONNECT_SECONDS, self.options.timeout)),
        }

    async def put(self, client: object, pace: RequestPace, request: Request[Read]) -> RequestOutcome[Read]:
        """Send a request until there is an answer, or no hope of one.

        Args:
            client: From :meth:`client`.
            pace: Shared by all requests under way.
            request: What to ask, and how to read the answer.
        """
        begun, failed, attempts = time.monotonic(), 0, 0
        while True:
            attempts += 1
            async with pace:
                started = time.monotonic()
                try:
                    read = await self._attempt(client, request)
                except AttemptError as error:
                    problem = error
                    if problem.busy:
                        pace.overloaded(started, problem.wait)
                else:
                    pace.went_well()
                    return RequestOutcome(read, None, attempts)
            waiting = problem.busy and time.monotonic() - begun < self.options.patience
            failed += not waiting
            if problem.final or problem.busy != waiting or failed >= self.options.attempts:
                return RequestOutcome(None, problem.failure(attempts), attempts)
            pause = jitter(attempts, self.options.first_wait, self.options.longest_wait, self._dice)
            await asyncio.sleep(max(pause, problem.wait or 0.0))

    def clean(self, text: str, most: int = _SHOWN) -> str:
        """A server's words fit to be shown: one line, printable, short, without the key."""
        safe = self.key.cut_from(visible_line(text[:20_000]))
        return safe if len(safe) <= most else f"{safe[: most - 3]}..."

    async def _attempt(self, client: object, request: Request[Read]) -> Read:
        """Send once and read what comes; whatever can have cost something is counted.

        Raises:
            AttemptError: If there is no answer.
        """
        arrived: object = None
        try:
            async with asyncio.timeout(self.options.timeout):
                arrived = await self._document(client, request.body)
            read = request.read(arrived)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise AttemptError(self.describe(error)) from None
        except (httpx.HTTPError, TimeoutError, UnusableError, RecursionError) as error:
            self.budget.spend(usage_of(arrived), request.estimate)
            raise AttemptError(self.describe(error), unusable=error) from None
        self.budget.spend(usage_of(arrived), request.estimate)
        return read

    async def _document(self, client: object, body: bytes) -> object:
        """The JSON that answers a request, or :class:`Declined`.

        Raises:
            AttemptError: If there is certainly no answer.
            UnusableError: If there may have been one that was paid for, as after any error of the connection.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        url = f"{self.address.base_url}/chat/completions"
        content = bytearray()
        # It comes from ``client``.
        http = cast("httpx.AsyncClient", client)
        async with http.stream("POST", url, content=body, headers=headers) as response:
            self.refuse_packed(response)
            async for part in response.aiter_bytes():
                content += part
                if len(content) > self.options.largest_body:
                    raise UnusableError(f"a response of more than {self.options.largest_body:,} bytes")
        if response.status_code != 200:
            if declined := self.declined(response.status_code, bytes(content)):
                return declined
            raise self.refusal(response.status_code, bytes(content), response.headers)
        return self.parsed(response, bytes(content))

    def refuse_packed(self, response: httpx.Response) -> None:
        """Refuse a response before it is read that is packed in another way than asked for, or several times over.

        It could unpack to any size before its bytes are counted.

        Raises:
            UnusableError: It is.
        """
        named = response.headers.get("content-encoding", "").lower().split(",")
        packed = [each.strip() for each in named if each.strip() in _PACKINGS]
        if len(packed) > 1 or not _ASKED_PACKINGS.issuperset(packed):
            raise UnusableError(f"a response packed as {self.clean(', '.join(packed), 40)}, which nobody asked for")

    def parsed(self, response: httpx.Response, content: bytes) -> object:
        """The JSON of a response.

        Raises:
            UnusableError: If it is none.
        """
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            streams = kind == "text/event-stream"
            hint = _STREAMS if streams else _NO_API
            raise UnusableError(f"a response of type {self.clean(kind, 40) or 'nothing'} instead of JSON", hint)
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise UnusableError("a response that is no valid JSON", _NO_API) from None

    def declined(self, status: int, content: bytes) -> Declined | None:
        """The refusal of the server or its model to answer, where a response with another status than 200 is one."""
        said = words_of(content)
        return Declined(self.clean(said, 2000)) if declines(status, _json_or_nothing(content), said) else None

    def refusal(self, status: int, content: bytes, headers: Mapping[str, str], document: object = None) -> AttemptError:
        """What a response with another status than 200 means.

        Args:
            status: Of HTTP.
            content: What it says.
            headers: Of the response.
            document: Its JSON, where the content is not that.
        """
        said = words_of(content)
        told = _json_or_nothing(content) if document is None else document
        hopeless = status in _HOPELESS or (status == 429 and "insufficient_quota" in said)
        shown = self.clean(said)
        return AttemptError(
            f"HTTP {status}" + (f": {shown}" if shown else ""),
            refusal=ServerRefusal(status, self.clean(said, 2000), asked_wait(headers, told, self.options.longest_wait)),
            final=hopeless or status not in _PASSING,
            hopeless=hopeless,
        )

    def describe(self, error: Exception) -> str:
        """What went wrong in an attempt, in a few words."""
        match error:
            case UnusableError():
                return self.clean(str(error))
            case RecursionError():
                return "a response that is nested too deeply"
            case httpx.ConnectTimeout():
                return "no connection in time"
            case httpx.TimeoutException() | TimeoutError():
                return f"no whole response in {self.options.timeout:g} s"
            case httpx.ConnectError():
                return f"no connection ({self.clean(str(error), 100)})"
            case _:
                return f"the connection broke ({self.clean(str(error), 100) or type(error).__name__})"


class _Bearer(httpx.Auth):
    """Adds the key at the last moment, so that no client or request of ours carries it about."""

    def __init__(self, key: Key) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._key:
            request.headers["Authorization"] = self._key.header()
        yield request


def _json_or_nothing(content: bytes) -> object:
    try:
        return json.loads(content[:_LONGEST_ERROR].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def words_of(content: bytes) -> str:
    """The words of an error response: the message of its JSON, with code and parameter, or all of it."""
    text = content[:_LONGEST_ERROR].decode("utf-8", "replace")
    document = _json_or_nothing(content)
    if document is None:
        return text
    if isinstance(document, list) and document:  # as Google sends them
        document = document[0]
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return str(error)
    named = [error.get(name) for name in ("message", "detail", "code", "type", "param")]
    metadata = error.get("metadata")
    if isinstance(metadata, dict):  # as OpenRouter passes on what a provider said
        named.append(metadata.get("raw"))
    return " ".join(str(part) for part in named if part) or text


def usage_of(document: object) -> Usage:
    """Tokens that a response says it used; zeros where it does not say.

    Thinking is paid as answers are, and xAI and Google count it in the total alone.

    Example:
        >>> usage_of({"usage": {"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135}})
        Usage(prompt=32, completion=103)
    """
    usage = document.get("usage") if isinstance(document, dict) else None
    if not isinstance(usage, dict):
        return Usage()
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    prompt, answer, whole = (_count(usage.get(name)) for name in names)
    return Usage(prompt, max(answer, whole - prompt) if prompt else answer)


def _count(number: object) -> int:
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 10**9 else 0
