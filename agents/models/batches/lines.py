"""The files of a batch: one line of JSON for each request, and one for each answer, in any order.

What comes back is hostile until checked: lines may be missing, broken, there twice, or about something else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from agents.models.batches.client import ENDPOINT
from agents.models.wire.pace import Usage
from agents.models.wire.transport import AttemptError, RequestFailure, ServerRefusal, Transport, UnusableError, usage_of

Read = TypeVar("Read")

_TWO_ANSWERS = RequestFailure("two different answers in one batch")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file of answers."""

    request: str
    """Id of the request it belongs to."""
    status: int
    """HTTP status of the answer; 0 where there is none."""
    body: object
    """JSON of the answer, or what is said about the error."""


@dataclass(frozen=True, slots=True)
class Told(Generic[Read]):
    """What lines say about one request: exactly one of ``read`` and ``failure`` is there."""

    read: Read | None
    failure: RequestFailure | None
    again: bool
    """Whether the same request may be answered in another batch."""
    used: Usage
    """Tokens that the server says it used."""
    charged: bool
    """Whether it may have cost something."""


def request_id(content: str, part: int, body: bytes) -> str:
    """The name of a request by everything that it asks for: equal ones have equal names, in every run.

    Args:
        content: What the ask is, as JSON.
        part: Which of the requests of the ask.
        body: What is sent.
    """
    digest = hashlib.sha256(b"\0".join((content.encode(), str(part).encode(), body))).hexdigest()
    return f"vs-{digest[:48]}"


def request_line(request: str, body: bytes, *, bare: bool = False) -> bytes:
    """One line of a file of requests, with the address that it is for unless it is to be bare."""
    head = json.dumps({"custom_id": request, **({} if bare else {"method": "POST", "url": ENDPOINT})})
    return b'%s, "body": %s}\n' % (head[:-1].encode(), body)


def read_lines(path: Path, longest: int) -> Iterator[Line]:
    """The lines of a file that can be read; others are passed over.

    Args:
        path: The file.
        longest: Bytes of a line at most.
    """
    with path.open("rb") as file:
        while piece := file.readline(longest + 1):
            whole = piece
            while not piece.endswith(b"\n") and len(piece) > longest:
                piece = file.readline(longest + 1)
                whole = b""
            if line := _line(whole):
                yield line


def _line(content: bytes) -> Line | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    request = document.get("custom_id") if isinstance(document, dict) else None
    if not isinstance(request, str):
        return None
    response, error = document.get("response"), document.get("error")
    if isinstance(error, dict) and not any(error.values()):
        error = None
    if isinstance(response, dict):
        status = response.get("status_code")
        if isinstance(status, int) and not (error and status == 200):
            return Line(request, status, response.get("body") or error)
        if status is None and "choices" in response and not error:
            return Line(request, 200, response)  # the answer itself, as Fireworks writes it
    return Line(request, 0, error if error else "neither an answer nor an error")


def tell(line: Line, read: Callable[[object], Read], transport: Transport, attempts: int, *, whole: bool) -> Told[Read]:
    """What a line says about its request.

    Args:
        line: The line.
        read: Makes an answer of a response's JSON, or raises ``UnusableError``.
        transport: Cleans what the server says.
        attempts: Times that the request was sent.
        whole: Whether the batch went through; requests of one that was cut off are not sent again at once.
    """
    used = usage_of(line.body)
    try:
        told = json.dumps(line.body).encode()
    except RecursionError:  # as deep as can just be read
        told = b""
    declined = None if line.status == 200 else transport.declined(line.status, told)
    if line.status == 200 or declined:
        try:
            return Told(read(declined or line.body), None, False, used, True)
        except (UnusableError, RecursionError) as error:
            problem = AttemptError(transport.describe(error), unusable=error)
            return Told(None, problem.failure(attempts), whole, used, True)
    problem = transport.refusal(line.status, told, {})
    if not line.status:
        refusal = ServerRefusal(said=problem.said)
        problem = AttemptError(f"an error in the batch: {problem.said}", refusal=refusal, final=not whole)
    return Told(None, problem.failure(attempts), whole and not problem.final, used, False)


def merge(first: Told[Read] | None, second: Told[Read]) -> Told[Read]:
    """What two lines about one request say: an answer counts more than an error, two different ones are none.

    A line more changes nothing of that: whichever came last would count otherwise.
    """
    if first is None or (first.failure and first.failure != _TWO_ANSWERS and second.read is not None):
        return second
    if first.read is not None and second.read is not None and first.read != second.read:
        return Told(None, _TWO_ANSWERS, True, first.used, True)
    return first
