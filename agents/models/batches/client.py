"""The files and batches of an OpenAI-compatible server: ``/files`` and ``/batches``, at Mistral ``/batch/jobs``.

Everything can be sent again after a failure except the making of a batch: that is looked for among the batches of the
server first, by its file, and more than once, because what was made a moment ago may not be listed yet.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

import httpx

from agents.models.wire.address import Address
from agents.models.wire.pace import jitter
from agents.models.wire.transport import AttemptError, RequestFailure, Transport, UnusableError, words_of
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import InputError, ModelError

ENDPOINT = "/v1/chat/completions"
"""What each request of a batch is for, whatever the path of the server's base URL."""
MISTRAL_HOSTS = frozenset({"api.mistral.ai"})
"""Servers with Mistral's interface: its batches are jobs, told of with their model, in lines without an address."""
_HOURS = {"h": 1, "d": 24}
_ENDS = {
    "completed": ("complete", "done", "ended", "finished", "success", "succeeded", "successful"),
    "expired": ("timed_out", "timeout", "timeout_exceeded"),
    "cancelled": ("aborted", "canceled", "stopped"),
    "failed": ("error", "errored", "failure", "invalid", "rejected"),
}
"""How a batch can end, and what servers call that."""
_CALLED = {name: end for end, names in _ENDS.items() for name in (end, *names)}
_UNDER_WAY = frozenset(
    {"accepted", "created", "finalizing", "in_progress", "not_started", "pending", "preparing", "processing", "queued"}
    | {"running", "scheduled", "started", "starting", "submitted", "validated", "validating", "waiting"}
    | {"cancellation_requested", "canceling", "cancelling"}
)
_ANSWERED = ("output_file_id", "output_file", "error_file_id", "error_file")
"""What OpenAI and Mistral call the files of answers and of errors."""
_WRAPPED = ("job", "batch", "data")
"""Fields in which servers put the description of one batch."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_PAGE, _PAGES = 100, 50
"""Batches of the server looked through for one that was made without our hearing of it."""
_LOOKS = 3
"""Times that a batch is looked for which may have been made; lists of servers may lag behind."""
_LARGEST_ANSWER = 100_000
"""Bytes of output for each request at most, on average."""

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class BatchState:
    """How a batch stands."""

    name: str
    status: str
    """In small letters; an end by our name for it."""
    files: tuple[str, ...] = ()
    """Ids of the files of answers and of errors, where there are any."""
    said: str = ""
    """What the server says went wrong, cleaned."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.status in _ENDS

    @property
    def unknown(self) -> bool:
        """Whether it cannot be told if something more will come."""
        return not self.ended and self.status not in _UNDER_WAY


class BatchClient:
    """Talks to a server about batches.

    Args:
        transport: The server, its key, and how patient to be.
        journal: File that says which batches were made; named where only a person can help.
        dice: Source of chance for waiting times.
    """

    def __init__(self, transport: Transport, journal: Path, dice: random.Random) -> None:
        self._transport, self._journal, self._dice = transport, journal, dice
        self._client = transport.plain_client()
        self._mistral = transport.address.host in MISTRAL_HOSTS
        self._batches = "/batch/jobs" if self._mistral else "/batches"

    def __enter__(self) -> BatchClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def bare_lines(self) -> bool:
        """Whether the lines of a file hold requests alone, without the address that they are for."""
        return self._mistral

    def upload(self, path: Path) -> str:
        """Send a file of requests and give the server's id of it.

        Raises:
            ModelError: If the server takes none.
        """

        def once() -> str:
            with storage_errors(path), path.open("rb") as content:
                document = self._json(
                    "POST",
                    "/files",
                    files={"file": (path.name, content, "application/jsonl")},
                    data={"purpose": "batch"},
                )
            return _name(document)

        return self._repeated(once, "takes no files of requests")

    def create(self, file: str, window: str) -> BatchState:
        """Make a batch of an uploaded file, once.

        Raises:
            ModelError: If the server refuses it, or it cannot be known whether it made it.
        """
        tried = False

        def once() -> BatchState:
            nonlocal tried
            if tried and (made := self._looked_for(file)):
                return made
            tried = True
            return self._state(self._json("POST", self._batches, json=self._wanted(file, window)))

        return self._repeated(once, "makes no batch")

    def find(self, file: str) -> BatchState | None:
        """The batch that was made of a file, if there is one.

        Raises:
            ModelError: If the server does not say.
        """
        hint = f"look whether it has a batch of file {file}; if it has none, remove {self._journal}"
        return self._repeated(lambda: self._looked_for(file), "does not list its batches", hint)

    def state(self, name: str) -> BatchState:
        """How a batch stands now.

        Raises:
            ModelError: If the server does not say.
        """
        hint = f"use the key that it was made with; to ask what is in it again, remove {self._journal}"
        document = f"{self._batches}/{name}"
        return self._repeated(
            lambda: self._state(self._json("GET", document)), f"says nothing about batch {name}", hint
        )

    def download(self, file: str, to: Path, requests: int) -> None:
        """Fetch a file of the server.

        Args:
            file: Its id.
            to: Where it goes.
            requests: How many answers it can hold.

        Raises:
            ModelError: If it does not come.
        """
        hint = f"are its answers still there? to ask again what was in it, remove {self._journal}"
        most = max(requests * _LARGEST_ANSWER, self._transport.options.largest_body)
        self._repeated(lambda: self._fetch(file, to, most), f"does not give the answers in file {file}", hint)

    def _fetch(self, file: str, to: Path, most: int) -> None:
        try:
            with self._client.stream("GET", self._url(f"/files/{file}/content")) as response:
                self._transport.refuse_packed(response)
                if response.status_code != 200:
                    raise self._refusal(response)
                with storage_errors(to), to.open("wb") as out:
                    for part in response.iter_bytes():
                        out.write(part)
                        if out.tell() > most:
                            raise AttemptError(f"a file of more than {most:,} bytes", final=True)
        except httpx.HTTPError as error:
            raise AttemptError(self._transport.describe(error)) from None

    def _looked_for(self, file: str) -> BatchState | None:
        """The batch of a file, if there is one after some time: to make it again costs as much as it did."""
        limits = self._transport.options
        for look in range(_LOOKS):
            if look:
                time.sleep(min(limits.longest_wait, limits.first_wait * 2.0**look))
            if made := self._find(file):
                return made
        return None

    def _find(self, file: str) -> BatchState | None:
        last, seen = "", set[str]()
        for number in range(_PAGES):
            document = self._json("GET", self._batches, params=self._page(number, last))
            listed = document.get("data") if isinstance(document, dict) else document
            if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
                raise AttemptError("a list of batches that is none", final=True)
            for each in listed:
                if _is_made_of(file, each):
                    return self._state(each)
            last = _name(listed[-1]) if listed else ""
            if last in seen:
                raise AttemptError("a list of batches that ends before all of them", final=True)
            seen |= {str(each.get("id")) for each in listed}
            if not listed or not _goes_on(document, len(listed), len(seen)):
                return None
        raise AttemptError(f"it has more batches than the {_PAGES} pages of its list that are read", final=True)

    def _wanted(self, file: str, window: str) -> dict[str, object]:
        """How a server is told of the batch that it is to make."""
        if not self._mistral:
            return {"input_file_id": file, "endpoint": ENDPOINT, "completion_window": window}
        told: dict[str, object] = {"input_files": [file], "endpoint": ENDPOINT, "model": self._transport.address.model}
        return told | {"timeout_hours": _hours(window)}

    def _page(self, number: int, last: str) -> dict[str, object]:
        """Which page of its batches a server is asked for: by its number, or by the last batch before it."""
        if self._mistral:
            return {"page": number, "page_size": _PAGE}
        return {"limit": _PAGE, **({"after": last} if last else {})}

    def _state(self, document: object) -> BatchState:
        described = _described(document)
        name, status = _name(described), described.get("status")
        if not isinstance(status, str):
            raise UnusableError("a batch without a status")
        given = (described.get(field) for field in _ANSWERED)
        files = tuple(dict.fromkeys(_checked(file) for file in given if file))
        errors = described.get("errors")
        said = words_of(json.dumps(_first_error(errors)).encode()) if errors else ""
        plain = self._transport.clean(re.sub(r"[\s-]+", "_", status.strip().lower()), 40)
        return BatchState(name, _CALLED.get(plain, plain), files, self._transport.clean(said))

    def _json(self, method: str, path: str, **content: Any) -> object:  # Open: parts of a request, see httpx
        limits, received = self._transport.options, bytearray()
        try:
            with self._client.stream(method, self._url(path), headers={"Accept": "application/json"}, **content) as got:
                self._transport.refuse_packed(got)
                deadline = time.monotonic() + limits.timeout
                for part in got.iter_bytes():
                    received += part
                    if len(received) > limits.largest_body or time.monotonic() > deadline:
                        raise UnusableError("a response that is too long or too slow")
                if got.status_code not in (200, 201):
                    raise self._transport.refusal(got.status_code, bytes(received), got.headers)
                return self._transport.parsed(got, bytes(received))
        except (httpx.HTTPError, UnusableError) as error:
            raise AttemptError(self._transport.describe(error)) from None

    def _refusal(self, response: httpx.Response) -> AttemptError:
        received = bytearray()
        for part in response.iter_bytes():
            received += part
            if len(received) > self._transport.options.largest_body:
                break
        return self._transport.refusal(response.status_code, bytes(received), response.headers)

    def _url(self, path: str) -> str:
        return f"{self._transport.address.base_url}{path}"

    def _repeated(self, once: Callable[[], Told], refusal: str, hint: str = "") -> Told:
        """Try until it goes well, the server refuses, or patience is at an end; ``hint`` helps against a refusal."""
        options, begun, attempts = self._transport.options, time.monotonic(), 0
        while True:
            attempts += 1
            try:
                return once()
            except (UnusableError, RecursionError) as error:
                problem = AttemptError(self._transport.describe(error))
            except AttemptError as error:
                problem = error
            patient = time.monotonic() - begun < options.patience
            if problem.final or (attempts >= options.attempts and not patient):
                raise self._error(problem.failure(attempts), refusal, hint if problem.final else "")
            pause = jitter(attempts, options.first_wait, options.longest_wait, self._dice)
            time.sleep(max(pause, problem.wait or 0.0))

    def _error(self, failure: RequestFailure, refusal: str, hint: str) -> ModelError:
        hints = {
            401: "check the key; batches of another key cannot be seen",
            404: "does this server offer batches? if not, leave out batch=1",
            405: "this server offers no batches: leave out batch=1",
            501: "this server offers no batches: leave out batch=1",
        }
        return ModelError(
            f"{self._transport.address} {refusal}: {failure.reason}",
            hint or hints.get(failure.status, "run the same command again: batches that were made go on meanwhile"),
        )


def check_window(address: Address, window: str) -> None:
    """Refuse a time within which a batch is to be answered that its server could not be told.

    Raises:
        InputError: It is none.
    """
    if address.host in MISTRAL_HOSTS:
        _hours(window)


def _hours(window: str) -> int:
    found = re.fullmatch(r"(\d{1,3})([hd])", window)
    if found is None or not int(found[1]):
        raise InputError(f"batch_window={window:.40} is no time", "write hours or days, e.g. 24h or 7d")
    return int(found[1]) * _HOURS[found[2]]


def _described(document: object) -> Mapping[str, object]:
    """The description of a batch, which some servers put into a field of their answer to its making."""
    if not isinstance(document, dict):
        raise UnusableError("a response that is no JSON object")
    inner = next((document[name] for name in _WRAPPED if isinstance(document.get(name), dict)), document)
    return document if "id" in document else cast(Mapping[str, object], inner)


def _is_made_of(file: str, described: Mapping[str, object]) -> bool:
    """Whether a batch is one of this file of requests, by OpenAI's name or Mistral's."""
    several = described.get("input_files")
    return described.get("input_file_id") == file or (isinstance(several, list) and file in several)


def _goes_on(document: object, listed: int, seen: int) -> bool:
    """Whether a list has more than the pages that were seen, as far as it says so."""
    said = document if isinstance(document, dict) else {}
    if "has_more" in said:
        return bool(said["has_more"])
    total = said.get("total")
    return total > seen if isinstance(total, int) else listed >= _PAGE


def _first_error(errors: object) -> object:
    listed = errors.get("data") if isinstance(errors, dict) else errors
    return listed[0] if isinstance(listed, list) and listed else errors


def _name(document: object) -> str:
    """The id of what a server describes."""
    if not isinstance(document, dict):
        raise UnusableError("a response that is no JSON object")
    return _checked(document.get("id"))


def _checked(name: object) -> str:
    """An id that can be part of a path."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or ".." in name:
        raise UnusableError("an id that is none")
    return name
