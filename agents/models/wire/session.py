"""Many asks under way at once, answered in order.

Requests run in the event loop of a thread of its own, so that the caller may have one as well. At most a few more
jobs are begun than the caller has taken; those begun are brought to an end before the session stops for any
reason, so that nothing that was paid for is lost.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from agents.models.wire.pace import RequestPace, Usage
from agents.models.wire.transport import Request, RequestFailure, RequestOutcome, Transport
from vectorstore.foundation.errors import ModelError

Job = TypeVar("Job")
Read = TypeVar("Read")

_AHEAD = 4
"""Jobs begun and not taken, as a multiple of the requests that may be under way."""
_FAILURES_IN_A_ROW = 20
"""After so many failed jobs without a single answer between them the server counts as gone."""
_UNHEARD = 10
"""How much more a failure weighs in which nothing was heard from the model."""


@dataclass(frozen=True, slots=True)
class Result(Generic[Read]):
    """How one job ended."""

    outcomes: tuple[RequestOutcome[Read], ...] = ()
    """One for each of its requests."""
    refused: str = ""
    """Why nothing was sent."""


class ServerSession:
    """Asks one server, adapting to how much it can take.

    Args:
        transport: The server.
        concurrency: Most requests under way at once.
    """

    def __init__(self, transport: Transport, concurrency: int) -> None:
        self.transport = transport
        self.concurrency = concurrency
        self.limit = float(min(4, concurrency))
        """Where the adaptive limit stands."""

    def run(
        self,
        jobs: Sequence[Job],
        prepare: Callable[[Job], Sequence[Request[Read]] | str],
        about: Callable[[Job], Hashable] | None = None,
    ) -> Generator[Result[Read], None, None]:
        """Do all jobs; results come in their order.

        Args:
            jobs: What is to be done.
            prepare: Makes the requests of a job when its turn comes, or says why there can be none.
            about: What jobs may have in common for which the server refuses them: that counts as one failure in a row.

        Raises:
            ModelError: If asking further would be in vain: budget used up, key refused, server gone. All jobs that
                were begun have been given out then.
        """
        work = _SessionRun(self, jobs, prepare, about or (lambda job: object()))
        thread = threading.Thread(target=work.in_thread, name="model server", daemon=True)
        thread.start()
        try:
            while (given := work.outbox.get()) is not None:
                if isinstance(given, BaseException):
                    raise given
                work.taken()
                yield given
        finally:
            work.cancel()
            thread.join()


class _SessionRun(Generic[Job, Read]):
    """One run of a session, inside its thread."""

    def __init__(
        self,
        session: ServerSession,
        jobs: Sequence[Job],
        prepare: Callable[[Job], Sequence[Request[Read]] | str],
        about: Callable[[Job], Hashable],
    ) -> None:
        self.outbox: queue.Queue[Result[Read] | BaseException | None] = queue.Queue()
        self._session = session
        self._transport = session.transport
        self._jobs = iter(jobs)
        self._prepare, self._about = prepare, about
        self._begun: deque[asyncio.Task[Result[Read]]] = deque()
        self._waiting: tuple[Sequence[Request[Read]] | str, Hashable] | None = None
        self._failures = 0
        self._refused: set[Hashable] = set()
        """What the server refused to be asked about since the latest answer."""
        self._hopeless = ""
        self._given_up = False
        self._room = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None

    def in_thread(self) -> None:
        """Run to the end; errors go to the caller."""
        try:
            asyncio.run(self._all())
        except asyncio.CancelledError:
            self.outbox.put(None)
        except BaseException as error:
            self.outbox.put(error)
        else:
            self.outbox.put(None)

    def taken(self) -> None:
        """Tell that the caller took a result."""
        self._call(self._room.set)

    def cancel(self) -> None:
        """Give up what is under way; without effect when all is done."""
        self._given_up = True
        if self._main is not None:
            self._call(self._main.cancel)

    def _call(self, function: Callable[[], object]) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: nothing waits any more
                self._loop.call_soon_threadsafe(function)

    async def _all(self) -> None:
        self._loop, self._main = asyncio.get_running_loop(), asyncio.current_task()
        if self._given_up:
            return
        pace = RequestPace(self._session.concurrency, self._session.limit)
        error: ModelError | None = None
        async with self._transport.client() as client:
            try:
                more = True
                while more or self._begun:
                    if more:
                        more, error = self._begin(client, pace)
                    self._hand_over()
                    if self._begun or (more and self._crowded()):
                        await self._something()
            finally:
                self._session.limit = pace.limit
                for task in self._begun:
                    task.cancel()
                await asyncio.gather(*self._begun, return_exceptions=True)
        if error is not None:
            raise error

    def _begin(self, client: object, pace: RequestPace) -> tuple[bool, ModelError | None]:
        """Begin as many jobs as there is room for; whether more are to come, or why none may."""
        while not self._crowded():
            if self._waiting is None:
                job = next(self._jobs, None)
                if job is None:
                    return False, None
                self._waiting = self._prepare(job), self._about(job)
            if stop := self._stop():
                return False, stop
            requests, about = self._waiting
            reservation = self._reserve(requests)
            if reservation is None:
                return (True, None) if self._under_way() else (False, self._transport.budget.reached())
            self._begun.append(asyncio.create_task(self._do(requests, about, reservation, client, pace)))
            self._waiting = None
        return True, None

    def _reserve(self, requests: Sequence[Request[Read]] | str) -> Usage | None:
        if isinstance(requests, str):
            return Usage()
        return self._transport.budget.reserve(
            Usage(
                sum(request.estimate.prompt for request in requests),
                sum(request.estimate.completion for request in requests),
            )
        )

    async def _do(
        self,
        requests: Sequence[Request[Read]] | str,
        about: Hashable,
        reservation: Usage,
        client: object,
        pace: RequestPace,
    ) -> Result[Read]:
        if isinstance(requests, str):
            return Result(refused=requests)
        try:
            outcomes = await asyncio.gather(*(self._transport.put(client, pace, request) for request in requests))
        finally:
            self._transport.budget.release(reservation)
        self._count(next((outcome.failure for outcome in outcomes if outcome.failure), None), about)
        return Result(tuple(outcomes))

    def _count(self, failure: RequestFailure | None, about: Hashable) -> None:
        """Count failures in a row. That one picture is refused fails every ask about it, and says it once."""
        if failure is None:
            self._failures = 0
            self._refused.clear()
            return
        if not (failure.of_what_was_asked and about in self._refused):
            self._failures += 1 if failure.heard else _UNHEARD
        if failure.of_what_was_asked:
            self._refused.add(about)
        if failure.hopeless or self._failures >= _UNHEARD * _FAILURES_IN_A_ROW:
            self._hopeless = failure.reason

    def _stop(self) -> ModelError | None:
        if not self._hopeless:
            return None
        return ModelError(
            f"{self._transport.address} cannot be asked any more: {self._hopeless}",
            "what was answered is kept; run the same command again when the server answers",
        )

    def _under_way(self) -> bool:
        return any(not task.done() for task in self._begun)

    def _crowded(self) -> bool:
        under_way = sum(not task.done() for task in self._begun)
        not_taken = len(self._begun) + self.outbox.qsize()
        return under_way >= self._session.concurrency or not_taken >= _AHEAD * self._session.concurrency

    def _hand_over(self) -> None:
        while self._begun and self._begun[0].done():
            self.outbox.put(self._begun.popleft().result())

    async def _something(self) -> None:
        """Wait until a job ends or the caller takes a result."""
        self._room.clear()
        room = asyncio.create_task(self._room.wait())
        try:
            under_way = (task for task in self._begun if not task.done())
            await asyncio.wait([room, *under_way], return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.cancel()
