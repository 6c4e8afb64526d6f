"""The fault server with files and batches, whose answers come in any order, late, broken, twice or not at all."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fault_server import KEY, Behaviour, FaultServer, Handler, parts_of, running

Document = dict[str, Any]


@dataclass
class Batching:
    """What the batches of a server are like."""

    seconds: float = 0.0
    """Time a batch takes."""
    end: str = "completed"
    lines: float = 0.0
    """Share of lines that go wrong."""
    kinds: tuple[str, ...] = ()
    """Kinds of lines that go wrong; empty for all of them."""
    answered: float = 1.0
    """Share of requests that are answered before the end; the others expire."""
    calls: float = 0.0
    """Share of calls that go wrong."""
    lists: bool = True
    """Whether the server lists its batches."""
    offered: bool = True
    most_waiting: int = 1_000_000
    """Requests under way at once; batches above that fail."""
    page: int = 3
    """Batches on one page of the list."""
    names: str = "openai"
    """Whose names for fields and states: ``openai`` or ``mistral``."""
    told: bool = True
    """Whether a batch that was answered names its files."""
    jobs: bool = False
    """Whether batches are jobs, as Mistral has them."""


@dataclass
class Batches:
    """What a server has been given."""

    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, Document] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Questions that were put into batches, in order: each has been paid for."""
    faults: Counter[str] = field(default_factory=Counter)


class BatchServer(FaultServer):
    """The server; use :func:`serving_batches`."""

    def __init__(self, behaviour: Behaviour, batching: Batching) -> None:
        super().__init__(behaviour, BatchHandler)
        self.batching, self.given = batching, Batches()

    def make(self, file: str, window: str) -> Document:
        """A batch of a file."""
        with self.lock:
            name = f"batch_of_{file}"
            lines = [json.loads(line) for line in self.given.files[file].splitlines()]
            bare = {"custom_id", "body"}
            assert all(set(line) == (bare if self.batching.jobs else bare | {"url", "method"}) for line in lines)
            assert all(line.get("url", "/v1/chat/completions") == "/v1/chat/completions" for line in lines)
            assert all(line.get("method", "POST") == "POST" for line in lines)
            assert len({line["custom_id"] for line in lines}) == len(lines)
            waiting = sum(each["size"] for each in self.given.batches.values() if each["status"] == "validating")
            document: Document = {
                "id": name,
                "object": "batch",
                "endpoint": "/v1/chat/completions",
                "input_file_id": file,
                "completion_window": window,
                "status": "validating",
                "output_file_id": None,
                "error_file_id": None,
                "errors": None,
                "ready": time.monotonic() + self.batching.seconds,
                "size": len(lines),
            }
            if waiting + len(lines) > self.batching.most_waiting:
                document |= {"status": "failed", "errors": {"data": [{"message": "Enqueued token limit reached"}]}}
            else:
                self.given.asked += [parts_of(line["body"])[0] for line in lines]
            self.given.batches[name] = document
        return document

    def look(self, name: str) -> Document:
        """How a batch stands; it is answered when somebody looks after its time."""
        document = self.given.batches[name]
        if document["status"] == "validating" and time.monotonic() >= document["ready"]:
            self._answer(document)
        shown = {key: value for key, value in document.items() if key not in ("ready", "size")}
        if not self.batching.told:
            shown = {key: value for key, value in shown.items() if key not in ("output_file_id", "error_file_id")}
        return shown if self.batching.names == "openai" else as_mistral(shown)

    def _answer(self, batch: Document) -> None:
        end = self.batching.end
        if end == "failed":
            batch |= {"status": end, "errors": {"data": [{"code": "token_limit", "message": f"Too much for {KEY}"}]}}
            return
        good: list[str] = []
        bad: list[Document] = []
        for line in map(json.loads, self.given.files[batch["input_file_id"]].splitlines()):
            if self.dice.random() >= self.batching.answered:
                bad.append({"custom_id": line["custom_id"], "response": None, "error": {"code": f"batch_{end}"}})
                continue
            status, body = self.reply(line["body"])
            response = {"status_code": status, "request_id": "r", "body": body}
            answer: Document = {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}
            if self.dice.random() < self.batching.lines:
                kind = self.dice.choice(self.batching.kinds or tuple(LINES))
                self.given.faults[kind] += 1
                LINES[kind](self, line["body"], answer, good, bad)
            else:
                good.append(json.dumps(answer))
        self.dice.shuffle(good)
        written = "\n".join(good) + "\n"
        wrong = "".join(f"{json.dumps(line)}\n" for line in bad)
        for field_name, content in (("output_file_id", written if good else ""), ("error_file_id", wrong)):
            if content:
                batch[field_name] = f"{field_name}_{batch['id']}"
                self.given.files[batch[field_name]] = content.encode()
        batch["status"] = end


class BatchHandler(Handler):
    """Files and batches; everything else as without them."""

    server: BatchServer

    def do_GET(self) -> None:  # noqa: N802
        self._call(b"")

    def do_POST(self) -> None:  # noqa: N802
        if self.path == "/v1/chat/completions":
            super().do_POST()
        else:
            self._call(self.rfile.read(int(self.headers["Content-Length"])))

    def _call(self, content: bytes) -> None:
        server, address = self.server, urlsplit(self.path)
        if server.behaviour.key and self.headers.get("Authorization") != f"Bearer {server.behaviour.key}":
            return self.error(401, f"Incorrect API key: {self.headers.get('Authorization')}")
        if not server.batching.offered:
            return self.error(404, "no such page")
        broken = server.dice.random() < server.batching.calls and server.dice.choice(("before", "after", "page", "cut"))
        if broken == "before":
            return self.error(500, f"oops {KEY}")
        status, document = self._document(address.path.removeprefix("/v1/"), parse_qs(address.query), content)
        answer = document if isinstance(document, bytes) else json.dumps(document).encode()
        if broken == "after":
            return self.reset()
        if broken == "page":
            return self.send(502, b"<html>", "text/html")
        cut = answer[: len(answer) // 2] if broken else answer
        self.send(status, cut, length=len(answer))
        self.close_connection = True
        return None

    def _document(self, path: str, query: Mapping[str, list[str]], content: bytes) -> tuple[int, Document | bytes]:
        server, given = self.server, self.server.given
        match path.split("/"), self.command:
            case ["files"], "POST":
                boundary = self.headers["Content-Type"].partition("boundary=")[2].encode()
                fields = {
                    part.split(b'name="')[1].split(b'"')[0]: part for part in content.split(b"--" + boundary)[1:-1]
                }
                assert fields[b"purpose"].endswith(b"\r\n\r\nbatch\r\n")
                name = f"file-{len(given.files)}"
                given.files[name] = fields[b"file"].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
                return 200, {"id": name, "object": "file", "purpose": "batch"}
            case ["files", name, "content"], "GET" if name in given.files:
                return 200, given.files[name]
            case ["batch", "jobs", *rest], _ if server.batching.jobs:
                return self._job(rest, query, content)
            case ["batches", *_], _ if server.batching.jobs:
                return 404, {"error": {"message": "no Route matched with those values"}}
            case ["batches"], "POST":
                wanted = json.loads(content)
                return 200, server.look(server.make(wanted["input_file_id"], wanted["completion_window"])["id"])
            case ["batches"], "GET" if server.batching.lists:
                names = list(reversed(given.batches))
                if server.batching.names == "mistral":
                    newest = [server.look(each) for each in names[: server.batching.page]]
                    return 200, {"object": "list", "data": newest, "total": len(names)}
                start = names.index(query["after"][0]) + 1 if "after" in query else 0
                shown = names[start : start + server.batching.page]
                more = start + len(shown) < len(names)
                return 200, {"object": "list", "data": [server.look(each) for each in shown], "has_more": more}
            case ["batches", name], "GET" if name in given.batches:
                return 200, server.look(name)
            case _:
                return 404, {"error": {"message": f"no such thing: {path}"}}

    def _job(self, name: list[str], query: Mapping[str, list[str]], content: bytes) -> tuple[int, Document]:
        """Of Mistral: made by its files, model and hours, listed by pages with numbers."""
        server, given = self.server, self.server.given
        if name:
            return 200, server.look(name[0])
        if content:
            wanted = json.loads(content)
            assert (wanted["endpoint"], wanted["model"]) == ("/v1/chat/completions", server.behaviour.model)
            (file,) = wanted["input_files"]
            return 200, server.look(server.make(file, f"{wanted['timeout_hours']}h")["id"])
        names = list(reversed(given.batches))
        start = int(query["page"][0]) * server.batching.page
        shown = [server.look(each) for each in names[start : start + server.batching.page]]
        return 200, {"object": "list", "data": shown, "total": len(names)}


def as_mistral(batch: Document) -> Document:
    """A batch as Mistral describes it (schema BatchJobOut of its API)."""
    states = {"validating": "QUEUED", "completed": "SUCCESS", "failed": "FAILED", "expired": "TIMEOUT_EXCEEDED"}
    return {
        "id": batch["id"],
        "object": "batch",
        "input_files": [batch["input_file_id"]],
        "output_file": batch.get("output_file_id"),
        "error_file": batch.get("error_file_id"),
        "errors": [],
        "outputs": None,
        "endpoint": batch["endpoint"],
        "status": states[batch["status"]],
    }


Fault = Callable[[BatchServer, Document, Document, list[str], list[Document]], object]


def _with_status(answer: Document, status: int, message: str) -> Document:
    return {**answer, "response": {"status_code": status, "body": {"error": {"message": message}}}}


def _another(server: BatchServer, body: Document, answer: Document) -> str:
    """A good answer to another question under this name."""
    other = server.completion({**body, "messages": [{"role": "user", "content": "another question"}]})
    return json.dumps({**answer, "response": {"status_code": 200, "body": {**other, "model": "toy-0"}}})


def _error_and_answer(
    server: BatchServer, body: Document, answer: Document, good: list[str], bad: list[Document]
) -> None:
    bad.append(_with_status(answer, 503, "busy"))
    good.append(json.dumps(answer))


LINES: Mapping[str, Fault] = {
    "missing": lambda server, body, answer, good, bad: None,
    "twice": lambda server, body, answer, good, bad: good.extend([json.dumps(answer)] * 2),
    "malformed": lambda server, body, answer, good, bad: good.append(json.dumps(answer)[:-9]),
    "no object": lambda server, body, answer, good, bad: good.append('["custom_id"]'),
    "without a name": lambda server, body, answer, good, bad: good.append(json.dumps({**answer, "custom_id": None})),
    "of a stranger": lambda server, body, answer, good, bad: good.append(json.dumps({**answer, "custom_id": "vs-0"})),
    "another model": lambda server, body, answer, good, bad: good.append(_another(server, body, answer)),
    "empty": lambda server, body, answer, good, bad: good.append(json.dumps({**answer, "response": None})),
    "500": lambda server, body, answer, good, bad: bad.append(_with_status(answer, 500, f"oops {KEY}")),
    "error and answer": _error_and_answer,
    "bytes": lambda server, body, answer, good, bad: good.append("\0\0\0{'custom_id'"),
    "deep": lambda server, body, answer, good, bad: good.append("[" * 50_000),
}


@contextmanager
def serving_batches(behaviour: Behaviour | None = None, batching: Batching | None = None) -> Iterator[BatchServer]:
    """Run a server with batches for the length of a block."""
    with running(BatchServer(behaviour or Behaviour(), batching or Batching())) as server:
        yield server
