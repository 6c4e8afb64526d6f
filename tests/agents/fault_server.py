"""A model server on loopback that answers by rule, and that can go wrong in every way we know of.

Its answers follow from what is asked, so that a test can tell whether an answer belongs to its ask.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

KEY = "sk-test-9f8e7d6c5b4a3210"

Body = Mapping[str, Any]
Server = TypeVar("Server", bound="FaultServer")


def yes_share(question: str, pictures: tuple[str, ...] = (), persona: str = "") -> float:
    """Probability of yes that belongs to a question, 0.05 to 0.9."""
    digest = hashlib.sha256("|".join((question, *pictures, *filter(None, [persona]))).encode()).digest()
    return 0.05 + 0.85 * int.from_bytes(digest[:4], "big") / 2**32


def parts_of(body: Body) -> tuple[str, tuple[str, ...]]:
    """Question and data URLs of a request."""
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content, ()
    text = "".join(part["text"] for part in content if part["type"] == "text")
    return text, tuple(part["image_url"]["url"] for part in content if part["type"] == "image_url")


def persona_of(body: Body) -> str:
    """The system message of a request."""
    return "".join(message["content"] for message in body["messages"] if message["role"] == "system")


def turns_of(body: Body) -> list[Body]:
    """Earlier turns of a request."""
    return [message for message in body["messages"][:-1] if message["role"] != "system"]


@dataclass
class Behaviour:
    """What a server is like."""

    faults: float = 0.0
    """Share of requests that go wrong."""
    seed: int = 0
    kinds: tuple[str, ...] = ()
    """Kinds of faults; empty for all of them."""
    key: str = KEY
    """Key that is demanded; empty for none."""
    logprobs: bool = True
    seconds: float = 0.0
    """Time that a good answer takes."""
    refused_parameters: tuple[str, ...] = ()
    """Answered with 400 when they are sent."""
    message: Callable[[str, random.Random], Mapping[str, Any]] | None = None
    """Makes the message of an answer instead of the rule."""
    sees: bool = True
    """Whether answers depend on the pictures."""
    answer: Callable[[Body, dict[str, Any]], tuple[int, Any]] | None = None
    """Makes of the request and the right answer what is sent: status and JSON."""
    model: str = "toy-1"
    most_at_once: int = 10_000
    """More requests at once are told 429."""


@dataclass
class Seen:
    """What a server was asked."""

    bodies: list[Body] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    answered: list[str] = field(default_factory=list)
    """Questions that were given a good answer, in order."""
    at_once: int = 0
    most_at_once: int = 0


class FaultServer(ThreadingHTTPServer):
    """The server; use :func:`serving`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, behaviour: Behaviour, handler: type[Handler] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler or Handler)
        self.behaviour = behaviour
        self.seen = Seen()
        self.dice = random.Random(behaviour.seed)
        self.times: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.burst = 0
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def fault(self) -> str:
        """Kind of the next fault, or nothing."""
        with self.lock:
            if self.burst:
                self.burst -= 1
                return "429"
            if self.dice.random() >= self.behaviour.faults:
                return ""
            kind = self.dice.choice(self.behaviour.kinds or tuple(FAULTS))
            self.burst = 3 if kind == "429 burst" else 0
            return kind

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the game."""

    def reply(self, body: Body) -> tuple[int, Any]:
        """Status and JSON of what is sent."""
        document = self.completion(body)
        return self.behaviour.answer(body, document) if self.behaviour.answer else (200, document)

    def completion(self, body: Body) -> dict[str, Any]:
        """The right answer."""
        question, pictures = parts_of(body)
        earlier = json.dumps(turns) if (turns := turns_of(body)) else ""
        share = yes_share(question, pictures if self.behaviour.sees else (), persona_of(body) + earlier)
        tokens = 100 + len(earlier.split())
        count = int(body.get("n", 1))
        asked = json.dumps(body, sort_keys=True)
        with self.lock:
            number = len(self.seen.bodies)
            self.times[asked] += 1
            dice = random.Random(f"{self.behaviour.seed}|{self.times[asked]}|{asked}")
        choices = [self._choice(index, body, share, dice) for index in range(count)]
        return {
            "id": f"chatcmpl-{number}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.behaviour.model,
            "choices": choices,
            "usage": {"prompt_tokens": tokens, "completion_tokens": 2 * count, "total_tokens": tokens + 2 * count},
        }

    def _choice(self, index: int, body: Body, share: float, dice: random.Random) -> dict[str, Any]:
        """What is drawn follows from what was asked and how often, whichever of many requests came first."""
        question, _ = parts_of(body)
        hot = body.get("temperature", 0) > 0
        word = ("Yes" if dice.random() < share else "No") if hot else ("Yes" if share >= 0.5 else "No")
        free = "logprobs" not in body and question.startswith("Describe")
        message: Mapping[str, Any] = {"role": "assistant", "content": f"{word}. {question}" if free else word}
        if self.behaviour.message is not None:
            message = self.behaviour.message(question, dice)
        choice: dict[str, Any] = {"index": index, "message": message, "finish_reason": "stop"}
        if body.get("logprobs") and self.behaviour.logprobs:
            top = {"Yes": share * 0.9, " yes": share * 0.1, "No": (0.95 - share), "I": 0.03}
            listed = [{"token": token, "logprob": math.log(p)} for token, p in top.items()]
            said = next(entry for entry in listed if entry["token"] == word)
            choice["logprobs"] = {"content": [{**said, "top_logprobs": listed[: body["top_logprobs"]]}]}
        return choice


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultServer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        server, behaviour = self.server, self.server.behaviour
        with server.lock:
            server.seen.at_once += 1
            server.seen.most_at_once = max(server.seen.most_at_once, server.seen.at_once)
            crowded = server.seen.at_once > behaviour.most_at_once
        try:
            body = json.loads(content)
            if behaviour.key and self.headers.get("Authorization") != f"Bearer {behaviour.key}":
                self.error(401, f"Incorrect API key: {self.headers.get('Authorization')}")
            elif self.path != "/v1/chat/completions":
                self.error(404, "no such page")
            elif body["model"] != behaviour.model:
                self.error(404, f"The model {body['model']!r} does not exist")
            elif refused := next((name for name in behaviour.refused_parameters if name in body), ""):
                more = " Use 'max_completion_tokens' instead." if refused == "max_tokens" else ""
                self.error(400, f"Unsupported parameter: '{refused}'.{more}")
            elif crowded:
                self.error(429, "too many at once")
            else:
                self._answer(body)
        finally:
            with server.lock:
                server.seen.at_once -= 1

    def _answer(self, body: Body) -> None:
        server = self.server
        with server.lock:
            server.seen.bodies.append(body)
        kind = server.fault()
        if kind:
            with server.lock:
                server.seen.faults[kind] += 1
            FAULTS[kind](self, body)
            return
        server.closing.wait(server.behaviour.seconds)
        status, document = server.reply(body)
        with server.lock:
            server.seen.answered.append(parts_of(body)[0])
        self.send(status, json.dumps(document).encode())

    def error(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.send(status, json.dumps({"error": {"message": message}}).encode(), headers=headers)

    def send(
        self,
        status: int,
        content: bytes,
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def good(self, body: Body) -> bytes:
        return json.dumps(self.server.completion(body)).encode()

    def wrong(self, body: Body) -> bytes:
        """An answer to another question, which must never be taken for one to this."""
        return self.good({**body, "messages": [{"role": "user", "content": "another question"}]})

    def reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def _stall(handler: Handler, body: Body) -> None:
    handler.server.closing.wait(3)
    handler.close_connection = True


def _reset(handler: Handler, body: Body) -> None:
    content = handler.good(body)
    handler.send(200, content[: len(content) // 2], length=len(content))
    handler.reset()


def _short(handler: Handler, body: Body) -> None:
    content = handler.good(body)
    handler.send(200, content[: len(content) // 2], length=len(content))
    handler.close_connection = True


def _drip(handler: Handler, body: Body) -> None:
    content = handler.good(body)
    handler.send(200, b"", length=len(content))
    for place in range(len(content)):
        if handler.server.closing.wait(0.2):
            break
        handler.wfile.write(content[place : place + 1])
        handler.wfile.flush()


def _two_choices(handler: Handler, body: Body) -> None:
    document = json.loads(handler.good(body))
    document["choices"] = [document["choices"][0], json.loads(handler.wrong(body))["choices"][0]]
    handler.send(200, json.dumps(document).encode())


def _second_response(handler: Handler, body: Body) -> None:
    """The answer comes twice: whoever asks next on this connection gets the second one."""
    handler.send(200, handler.good(body))
    handler.send(200, handler.wrong(body))


def _probability(handler: Handler, body: Body) -> None:
    document = json.loads(handler.good(body))
    document["choices"][0]["logprobs"] = {"content": [{"token": "Yes", "logprob": 3.0, "top_logprobs": []}]}
    handler.send(200, json.dumps(document).encode())


def _other_model(handler: Handler, body: Body) -> None:
    handler.send(200, json.dumps({**json.loads(handler.wrong(body)), "model": "toy-0"}).encode())


FAULTS: Mapping[str, Callable[[Handler, Body], None]] = {
    "429": lambda handler, body: handler.error(429, "slow down"),
    "429 burst": lambda handler, body: handler.error(429, "slow down", {"Retry-After": "0.05"}),
    "429 date": lambda handler, body: handler.error(429, "slow down", {"Retry-After": formatdate(usegmt=True)}),
    "500 with the key": lambda handler, body: handler.error(500, f"oops {handler.headers['Authorization']} {KEY}"),
    "502 page": lambda handler, body: handler.send(502, b"<html>bad gateway</html>", "text/html"),
    "503": lambda handler, body: handler.error(503, "loading", {"Retry-After": "nonsense"}),
    "stall": _stall,
    "reset": lambda handler, body: handler.reset(),
    "reset in the body": _reset,
    "short body": _short,
    "truncated JSON": lambda handler, body: handler.send(200, handler.good(body)[:-20]),
    "invalid JSON": lambda handler, body: handler.send(200, b"\xff\xfe{'choices': ["),
    "deep JSON": lambda handler, body: handler.send(200, b"[" * 100_000),
    "JSON of another shape": lambda handler, body: handler.send(200, b'["choices"]'),
    "no choices": lambda handler, body: handler.send(200, b'{"choices": []}'),
    "null message": lambda handler, body: handler.send(200, b'{"choices": [{"index": 0, "message": null}]}'),
    "error in place": lambda handler, body: handler.send(200, b'{"error": {"message": "out of memory"}}'),
    "wrong content type": lambda handler, body: handler.send(200, handler.wrong(body), "text/html"),
    "slow drip": _drip,
    "answer twice in one body": lambda handler, body: handler.send(200, handler.good(body) * 2),
    "two choices": _two_choices,
    "second response": _second_response,
    "no probability": _probability,
    "another model": _other_model,
}


@contextmanager
def serving(behaviour: Behaviour | None = None) -> Iterator[FaultServer]:
    """Run a server for the length of a block."""
    with running(FaultServer(behaviour or Behaviour())) as server:
        yield server


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run a server that was made for the length of a block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
