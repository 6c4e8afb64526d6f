"""Asks in batches: cheaper at many providers, answered within a day, and safe against being killed while they wait.

Takes the place of :class:`agents.models.wire.session.Session` and gives the same results. Every request is named by its
content, and :class:`Journal` keeps in which batch it is. A run that goes on after it was killed prepares the same
requests again, finds the batches they are in, and waits for those; only requests in no batch are sent.
"""

from __future__ import annotations

import random
import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from agents.models.batches.client import BatchClient, BatchState, check_window
from agents.models.batches.journal import Batch, Journal
from agents.models.batches.lines import Line, Told, merge, read_lines, request_id, request_line, tell
from agents.models.wire.pace import Usage
from agents.models.wire.session import Result
from agents.models.wire.transport import Request, RequestFailure, RequestOutcome, Transport
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import ModelError

Job = TypeVar("Job")
Read = TypeVar("Read")

_DOWNLOADS = 3
"""Times that files of answers are fetched when answers are missing from them."""
_NO_ANSWERS = 20
"""A batch of so many different requests without a single answer means that asking further would be in vain."""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How batches are made and waited for."""

    folder: Path
    """Where is written down which requests are in which batch."""
    window: str = "24h"
    """Within which time the server is to answer; servers have names for it."""
    most_lines: int = 50_000
    """Requests of one batch."""
    most_bytes: int = 100_000_000
    """Bytes of its file."""
    first_pause: float = 2.0
    """Seconds before the first look at how a batch stands; then longer and longer."""
    longest_pause: float = 60.0
    attempts: int = 3
    """Times that a request is put into a batch when its answer is unusable."""


@dataclass(slots=True)
class _Open(Generic[Read]):
    """A request without an answer so far; its body is not kept, because bodies hold pictures."""

    job: int
    part: int
    read: Callable[[object], Read]
    estimate: Usage
    attempts: int = 1


@dataclass(slots=True)
class _Begun:
    """A job whose requests are in batches."""

    refused: str = ""
    requests: tuple[str, ...] = ()
    reservation: Usage | None = None


@dataclass(slots=True)
class _File:
    """A file of requests that is being written."""

    path: Path
    requests: list[str] = field(default_factory=list)
    size: int = 0


class BatchSession:
    """Asks one server in batches.

    Args:
        transport: The server.
        options: Sizes, times, and where the journal is.
        model: Id of the model, with its server.

    Raises:
        InputError: The time within which a batch is to be answered is none that the server could be told.
    """

    def __init__(self, transport: Transport, options: BatchOptions, model: str) -> None:
        check_window(transport.address, options.window)
        self.transport, self.options, self.model = transport, options, model

    def run(
        self,
        jobs: Sequence[Job],
        prepare: Callable[[Job], Sequence[Request[Read]] | str],
        name: Callable[[Job], str],
        about: Callable[[Job], Hashable],
    ) -> Generator[Result[Read], None, None]:
        """Do all jobs; results come in their order, those of a finished batch as soon as the order allows.

        Args:
            jobs: What is to be done.
            prepare: Makes the requests of a job, the same ones each time, or says why there can be none.
            name: What a job is, in JSON: part of the names of its requests.
            about: What jobs may have in common for which the server refuses them: that counts as one failure.

        Raises:
            ModelError: If asking further would be in vain: budget used up, key refused, no batches offered.
            CorpusLockedError: If another process asks the same model in batches.
            StorageError: If the journal cannot be written.
        """
        with (
            Journal(self.options.folder, self.model) as journal,
            BatchClient(self.transport, journal.path, random.Random()) as client,
            _scratch(journal.path) as folder,
        ):
            tools = _Tools(journal, client, folder)
            work = _BatchRun(self, tools, jobs, lambda job: _named(prepare(job), name(job)), about)
            try:
                yield from work.results()
            finally:
                journal.take(work.taken)


@contextmanager
def _scratch(journal: Path) -> Iterator[Path]:
    """A folder for files of requests, which hold pictures; what killed processes left of it goes."""
    folder = journal.with_suffix(".files")
    shutil.rmtree(folder, ignore_errors=True)
    with storage_errors(folder):
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _named(requests: Sequence[Request[Read]] | str, content: str) -> list[tuple[str, Request[Read]]] | str:
    if isinstance(requests, str):
        return requests
    return [(request_id(content, part, request.body), request) for part, request in enumerate(requests)]


@dataclass(frozen=True, slots=True)
class _Tools:
    journal: Journal
    client: BatchClient
    folder: Path


class _BatchRun(Generic[Job, Read]):
    """One run of a session."""

    def __init__(
        self,
        session: BatchSession,
        tools: _Tools,
        jobs: Sequence[Job],
        prepare: Callable[[Job], list[tuple[str, Request[Read]]] | str],
        about: Callable[[Job], Hashable],
    ) -> None:
        self._options, self._transport, self._tools = session.options, session.transport, tools
        self._jobs, self._prepare, self._about = jobs, prepare, about
        self._begun: dict[int, _Begun] = {}
        self._next, self._given = 0, 0
        self._open: dict[str, _Open[Read]] = {}
        self._again: deque[str] = deque()
        self._held: list[str] = []
        """Of batches that were refused while others were under way, as providers do above a number of tokens."""
        self._outcomes: dict[str, RequestOutcome[Read]] = {}
        self._waiting: dict[int, Batch] = {}
        self._beside: set[int] = set()
        """Batches that were under way at the same time as another one."""
        self._accepted = False
        """Whether a batch was accepted since the latest was sent."""
        self._known: dict[int, Batch] = {}
        self._file: _File | None = None
        self._hopeless = ""
        self.taken: list[str] = []
        """Requests whose answers the caller has kept, and those that have none."""

    def results(self) -> Iterator[Result[Read]]:
        """Results in the order of the jobs."""
        self._known = {batch.number: batch for batch in self._reconciled()}
        while self._given < len(self._jobs):
            self._send()
            if self._waiting:
                self._wait()
            elif self._given not in self._begun:
                raise self._stop()
            yield from self._ready()
        if self._hopeless:
            raise self._stop()

    def _reconciled(self) -> Iterator[Batch]:
        """What the journal knows, with the ids of batches that were made without our hearing of it."""
        for batch in self._tools.journal.batches():
            if batch.name:
                yield batch
                continue
            made = self._tools.client.find(batch.file)
            if made:
                yield self._tools.journal.created(batch, made.name)
            else:
                self._tools.journal.forget(batch)

    def _send(self) -> None:
        """Put as many requests into batches as the budget has room for."""
        for request in [self._again.popleft() for _ in range(len(self._again))]:
            known = self._open[request]
            prepared = self._hopeless or self._prepare(self._jobs[known.job])
            if isinstance(prepared, str):
                self._fail(request, RequestFailure(prepared))
            else:
                self._write(request, prepared[known.part][1].body)
        while self._next < len(self._jobs) and not self._hopeless and self._begin(self._next):
            self._next += 1
        self._finish_file()

    def _begin(self, place: int) -> bool:
        """Begin a job; false when the budget has no room for it."""
        prepared = self._prepare(self._jobs[place])
        if isinstance(prepared, str):
            self._begun[place] = _Begun(refused=prepared)
            return True
        batches = self._tools.journal.where([request for request, _ in prepared])
        known = {request: number for request, number in batches.items() if number in self._known}
        reservation = self._transport.budget.reserve(_total(request.estimate for _, request in prepared))
        new = [request for request, _ in prepared if request not in known and not self._has(request)]
        if new and reservation is None:
            return False
        self._begun[place] = _Begun("", tuple(request for request, _ in prepared), reservation)
        for part, (name, request) in enumerate(prepared):
            if self._has(name):
                continue
            self._open[name] = _Open(place, part, request.read, request.estimate)
            if name in known:
                self._await(self._known[known[name]])
            else:
                self._write(name, request.body)
        return True

    def _has(self, request: str) -> bool:
        return request in self._open or request in self._outcomes

    def _write(self, request: str, body: bytes) -> None:
        line, file = request_line(request, body, bare=self._tools.client.bare_lines), self._file
        full = file and (
            len(file.requests) >= self._options.most_lines or file.size + len(line) > self._options.most_bytes
        )
        if full:
            self._finish_file()
        if self._file is None:
            self._file = _File(self._tools.folder / f"requests-{time.time_ns()}.jsonl")
        with storage_errors(self._file.path), self._file.path.open("ab") as out:
            out.write(line)
        self._file.requests.append(request)
        self._file.size += len(line)

    def _finish_file(self) -> None:
        """Make a batch of the file that was written; each step is on disk before the next one is taken."""
        file, self._file = self._file, None
        if file is None:
            return
        journal, client = self._tools.journal, self._tools.client
        batch = journal.plan(file.requests)
        batch = journal.uploaded(batch, client.upload(file.path))
        file.path.unlink()
        batch = journal.created(batch, client.create(batch.file, self._options.window).name)
        self._known[batch.number] = batch
        self._await(batch)

    def _await(self, batch: Batch) -> None:
        self._waiting[batch.number] = batch
        self._accepted = False
        if len(self._waiting) > 1:
            self._beside.update(self._waiting)

    def _ready(self) -> Iterator[Result[Read]]:
        """Results whose turn it is; what the caller comes back for is kept by then."""
        while begun := self._begun.get(self._given):
            if not all(request in self._outcomes for request in begun.requests):
                return
            if begun.reservation:
                self._transport.budget.release(begun.reservation)
            del self._begun[self._given]
            self._given += 1
            yield Result(tuple(self._outcomes[request] for request in begun.requests), begun.refused)
            self.taken += begun.requests

    def _wait(self) -> None:
        """Wait until a batch has ended, and read it."""
        pause = self._options.first_pause
        while True:
            states = [(batch, self._tools.client.state(batch.name)) for batch in self._waiting.values()]
            ended = [(batch, state) for batch, state in states if state.ended]
            for batch, state in ended:
                del self._waiting[batch.number]
                self._absorb(batch, state)
            if ended:
                return
            if all(state.unknown for _, state in states):
                raise self._cannot_wait_for(states[0][1])
            time.sleep(pause)
            pause = min(self._options.longest_pause, 1.5 * pause)

    def _cannot_wait_for(self, state: BatchState) -> ModelError:
        return ModelError(
            f"{self._transport.address} says that batch {state.name} is {state.status!r}, which may be an end or not",
            "look at it there; the same command goes on with it once its state is a known one, and asks nothing twice",
        )

    def _not_told(self, state: BatchState) -> ModelError:
        """They were answered, and paid for: it stays written down in which batch they are."""
        where = f"in file {state.files[0]} none of its requests is named" if state.files else "it names no file of them"
        return ModelError(
            f"{self._transport.address} says that batch {state.name} was answered, but {where}",
            "look at it there; the same command looks again, and asks nothing twice. To ask all in it again, remove "
            f"{self._tools.journal.path}",
        )

    def _absorb(self, batch: Batch, state: BatchState) -> None:
        """Take what an ended batch has for the requests that are open."""
        places = self._tools.journal.where(list(self._open))
        mine = [request for request, number in places.items() if number == batch.number]
        whole = state.status == "completed"
        told = self._told(state, set(mine), whole)
        if whole and mine and not told and (not state.files or len(mine) >= _NO_ANSWERS):
            raise self._not_told(state)
        refused = state.status == "failed" and not told
        if refused and batch.number in self._beside and (self._waiting or self._accepted):
            self._held += mine
        else:
            self._accepted = self._accepted or not refused
            self._take(mine, state, told, whole)
        if self._held and (self._accepted or not self._waiting):
            self._again += self._held
            self._held.clear()

    def _take(self, mine: Sequence[str], state: BatchState, told: Mapping[str, Told[Read]], whole: bool) -> None:
        """What a batch says of its requests, for good."""
        kept = len(self.taken)
        different = {self._thing(request, told.get(request)) for request in mine}
        for request in mine:
            self._settle(request, told.get(request) or self._missing(request, state, whole))
        # At once, so that the next run asks them again even where this one is killed.
        self._tools.journal.take(self.taken[kept:])
        if state.status == "failed" and not told:
            self._hopeless = f"a batch failed: {state.said or 'the server does not say why'}"
        elif len(different) >= _NO_ANSWERS and not any(each.read is not None for each in told.values()):
            self._hopeless = f"none of {len(mine):,} requests of a batch was answered, {_first_reason(told.values())}"

    def _thing(self, request: str, told: Told[Read] | None) -> Hashable:
        """The request, or what it is about where the server refuses that: one picture is refused in every ask."""
        refused = told is not None and told.failure is not None and told.failure.of_what_was_asked
        return self._about(self._jobs[self._open[request].job]) if refused else request

    def _told(self, state: BatchState, mine: set[str], whole: bool) -> dict[str, Told[Read]]:
        told: dict[str, Told[Read]] = {}
        for _ in range(_DOWNLOADS):
            for line in self._lines(state, len(mine)):
                if line.request in mine:
                    known = self._open[line.request]
                    one = tell(line, known.read, self._transport, known.attempts, whole=whole)
                    told[line.request] = merge(told.get(line.request), one)
            if len(told) == len(mine) or not whole:
                break
        return told

    def _lines(self, state: BatchState, requests: int) -> Iterator[Line]:
        for file in state.files:
            path = self._tools.folder / "answers.jsonl"
            self._tools.client.download(file, path, requests)
            yield from read_lines(path, self._transport.options.largest_body)
            path.unlink()

    def _missing(self, request: str, state: BatchState, whole: bool) -> Told[Read]:
        why = f": {state.said}" if state.said else ""
        reason = "no answer in the batch that holds it" if whole else f"the batch is {state.status}{why}"
        return Told(None, RequestFailure(reason), whole, Usage(), whole)

    def _settle(self, request: str, told: Told[Read]) -> None:
        known = self._open[request]
        if told.charged or told.used.prompt:
            self._transport.budget.spend(told.used, known.estimate)
        if told.failure is None:
            del self._open[request]
            self._outcomes[request] = RequestOutcome(told.read, None, known.attempts)
        elif told.again and known.attempts < self._options.attempts:
            known.attempts += 1
            self._again.append(request)
        else:
            self._fail(request, told.failure)

    def _fail(self, request: str, failure: RequestFailure) -> None:
        known = self._open.pop(request)
        self._outcomes[request] = RequestOutcome(None, failure, known.attempts)
        self.taken.append(request)  # The next run is to ask again.
        if failure.hopeless:
            self._hopeless = failure.reason

    def _stop(self) -> ModelError:
        if not self._hopeless:
            return self._transport.budget.reached()
        return ModelError(
            f"{self._transport.address} cannot be asked any more: {self._hopeless}",
            "what was answered is kept; run the same command again when the server answers",
        )


def _first_reason(told: Iterable[Told[Read]]) -> str:
    return next((f"the first: {each.failure.reason}" for each in told if each.failure), "nor was any refused")


def _total(usages: Iterable[Usage]) -> Usage:
    prompts, completions = 0, 0
    for usage in usages:
        prompts, completions = prompts + usage.prompt, completions + usage.completion
    return Usage(prompts, completions)
