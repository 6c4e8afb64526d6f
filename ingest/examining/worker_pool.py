"""Decode files of strangers in processes that may crash, hang or be taken over without harm to the rest.

Each worker is a new program that may do nothing but decode (``confinement.py``). A thread per worker opens and hashes
one file at a time, hands it over open for reading, waits until the deadline at most, ends a worker that is late, and
starts a new one for the next file. What a worker answers is checked like any other input.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingest.decoding.decode import DecodeOptions
from ingest.examining.media_file import FileFindings, IsKnown, MediaFile, examine, nothing_is_known
from ingest.examining.worker_messages import MAX_HEADER, unpack
from vectorstore.foundation.errors import InputError, MediaError, StorageError, ValueSpectrumError
from vectorstore.processes.child_process import ChildSetting, end_child, start_child, wait_for
from vectorstore.processes.confinement import MAX_THREADS, UNCONFINED, Confinement

_GRACE = 1.0
"""Seconds after its deadline in which a worker may still answer, since it looks at the clock only between packets."""
_START = 60.0
"""Seconds that a worker may take to start."""
_LAST_WORDS = 0.5
"""Seconds in which a worker that closed its socket may end by itself, so that the reason can be told."""
_LOOK = 0.05
"""Seconds between two looks at a worker."""
_FILES_PER_WORKER = 500
"""A fresh process after so many files keeps leaks of native libraries small."""
_SERVE = "ingest.examining.worker_process:serve"
_DECODE = "ingest.examining.media_file:decode_media"
# Landlock holds for the thread that asks for it, so there must be one only; and decord does not import without a PATH.
_SETTINGS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class _Job:
    """One file that somebody waits for."""

    path: Path
    options: DecodeOptions
    is_known: IsKnown
    future: Future[FileFindings]


class DecodePool:
    """Worker processes for files of strangers. Use as a context manager; take the results inside of it.

    Args:
        workers: Processes, at least 1; each starts with its first file.
        options: How to decode. ``limits.memory`` and the decoder hold for the life of a worker.
        entry: The function that workers run, as ``module:name``, called like ``examination.decode_media``.
    """

    def __init__(self, workers: int, options: DecodeOptions, entry: str = _DECODE) -> None:
        self._options = options
        self._entry = entry
        self._jobs: queue.Queue[_Job | None] = queue.Queue(maxsize=max(1, workers))
        self._closed = False
        self._lock = threading.Lock()
        self._running: set[_Worker] = set()
        self._threads = [
            threading.Thread(target=self._supervise, name=f"decode-pool-{number}", daemon=True)
            for number in range(max(1, workers))
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self, path: Path, options: DecodeOptions | None = None, is_known: IsKnown | None = None
    ) -> Future[FileFindings]:
        """Examine a file in a worker.

        Waits while as many files are queued as there are workers. The future gives an ``FileFindings``; its
        ``failure`` has reason ``"deadline"`` when the worker had to be ended and ``"crashed"`` when it ended by
        itself. The future raises InputError or StorageError for what is not the fault of the file: a system that cannot
        confine decoders, for one.

        Args:
            path: Any name.
            options: Instead of the options of the pool.
            is_known: Asked with the SHA-256, in a thread of this process, before anything is decoded.

        Raises:
            RuntimeError: The pool is closed.
        """
        if self._closed:
            raise RuntimeError("the decode pool is closed")
        future: Future[FileFindings] = Future()
        self._jobs.put(_Job(path.absolute(), options or self._options, is_known or nothing_is_known, future))
        return future

    def close(self) -> None:
        """End all workers and cancel what has no result yet; returns when no process is left."""
        with self._lock:
            self._closed = True
            for worker in self._running:
                worker.end()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> DecodePool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _supervise(self) -> None:
        worker: _Worker | None = None
        while (job := self._jobs.get()) is not None:
            if self._closed or not job.future.set_running_or_notify_cancel():
                job.future.cancel()
                continue
            try:
                worker = worker or self._start()
                job.future.set_result(examine(job.path, job.options, job.is_known, worker.decode))
            except BaseException as error:
                # Whoever waits for the result decides what an error of any kind means.
                job.future.set_exception(error)
            if worker and worker.is_spent:
                self._retire(worker)
                worker = None
        if worker:
            self._retire(worker)

    def _start(self) -> _Worker:
        worker = _Worker(self._entry, self._options)
        with self._lock:
            self._running.add(worker)
            if self._closed:
                worker.end()
        return worker

    def _retire(self, worker: _Worker) -> None:
        worker.finish()
        with self._lock:
            self._running.discard(worker)


class _Worker:
    """One process, as seen from the thread that owns it."""

    def __init__(self, entry: str, options: DecodeOptions) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = start_child(
                _SERVE,
                [str(theirs.fileno())],
                descriptors=[theirs.fileno()],
                setting=ChildSetting(_SETTINGS, [entry]),
            )
        self._socket = ours
        self._connection: Connection[object, object] = Connection(os.dup(ours.fileno()))
        self._files = 0
        self.is_spent = False
        try:
            with _Watch(self, _START):
                self._connection.send((entry, options))
                hello = self._receive()
            if "error" in hello:
                unpack(hello, self._connection.recv_bytes, options)
            self.confinement = Confinement(*hello["confinement"])
        except (OSError, EOFError, ValueError) as error:
            self.finish(gone=isinstance(error, OSError | EOFError))
            raise StorageError(f"a decode worker does not start: {self._ending()}") from error
        except ValueSpectrumError:
            self.finish()
            raise
        if not self.confinement.calls and not options.limits.unconfined:
            self.finish()
            raise InputError("this system cannot confine a decoder, so files of strangers are not decoded", UNCONFINED)

    def decode(self, media: MediaFile, options: DecodeOptions) -> FileFindings:
        """Have one file decoded; see ``examination.decode_media``."""
        self._files += 1
        self.is_spent = self._files >= _FILES_PER_WORKER
        limit = options.limits.deadline
        watch = _Watch(self, limit + _GRACE)
        try:
            with watch:
                self._connection.send((media.name, media.clip_id, media.size, options))
                socket.send_fds(self._socket, [b"f"], [media.file.fileno()])
                examination = unpack(self._receive(), self._connection.recv_bytes, options)
            if (examination.clip_id, examination.size) != (media.clip_id, media.size):
                raise ValueError("an answer about another file")
            return examination
        except (OSError, EOFError, ValueError) as error:
            self.finish(gone=isinstance(error, OSError | EOFError))
        if watch.late or self._process.returncode in (-signal.SIGXCPU, -signal.SIGALRM):
            failure = MediaError(f"{media.name}: not decoded within {limit:g} s; its decoder was ended", "deadline")
        else:
            why = f"more than {MAX_THREADS} threads" if watch.crowded else self._ending()
            failure = MediaError(f"{media.name}: its decoder crashed ({why})", "crashed")
        return FileFindings(media.clip_id, media.size, failure=failure)

    def end(self) -> None:
        """Kill the process; from any thread."""
        with contextlib.suppress(OSError):
            # Wakes a thread that waits for an answer even if the kernel cannot end the process yet.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._process.kill()

    def finish(self, gone: bool = False) -> None:
        """End the process and wait for it to be gone; only from the thread that owns it."""
        self.is_spent = True
        if gone:
            wait_for(self._process, _LAST_WORDS)
        self.end()
        self._connection.close()
        self._socket.close()
        end_child(self._process)

    def threads(self) -> int:
        """How many threads the process has; 0 where that cannot be told."""
        with contextlib.suppress(OSError):
            return sum(1 for _ in Path(f"/proc/{self._process.pid}/task").iterdir())
        return 0

    # Open: nothing of it is believed; see ``unpack``.
    def _receive(self) -> dict[str, Any]:
        try:
            header = json.loads(self._connection.recv_bytes(MAX_HEADER))
        except RecursionError:
            raise ValueError("malformed answer") from None
        if not isinstance(header, dict):
            raise ValueError("malformed answer")
        return header

    def _ending(self) -> str:
        code = self._process.returncode
        if code is None or code >= 0:
            return f"exit status {code}"
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal {-code}"


class _Watch:
    """Ends a worker that takes longer than it may, or starts more threads; used as ``with``.

    Args:
        worker: Which one.
        seconds: How long it may take.
    """

    def __init__(self, worker: _Worker, seconds: float) -> None:
        self.late = self.crowded = False
        self._worker = worker
        self._end = time.monotonic() + seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._worker.is_spent = self._worker.is_spent or self.late or self.crowded

    def _look(self) -> None:
        while not self._done.wait(_LOOK):
            self.late = time.monotonic() > self._end
            self.crowded = self._worker.threads() > MAX_THREADS
            if self.late or self.crowded:
                self._worker.end()
                return


def try_confinement(options: DecodeOptions) -> Confinement:
    """Start a worker as for a file of a stranger, and ask what holds it.

    Raises:
        InputError: The options cannot be used.
        StorageError: It does not start.
    """
    anyway = replace(options, limits=replace(options.limits, unconfined=True))
    worker = _Worker(_DECODE, anyway)
    worker.finish()
    return worker.confinement
