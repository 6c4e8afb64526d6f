"""Decode files of strangers in processes that may crash, hang or be taken over without harm to the rest.

Each worker is a new program with limits on memory, time and files (``confinement.py``). A thread per worker hands it
one file at a time, waits until the deadline at most, ends a worker that is late, and starts a new one for the next
file. What a worker answers is checked like any other input.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingest.decode import DecodeOptions
from ingest.examination import Examination, IsKnown
from ingest.guard import shown_name
from ingest.worker_messages import MAX_HEADER, unpack, unpack_hash
from vectorstore.errors import MediaError, StorageError, ValueSpectrumError

_GRACE = 1.0
"""Seconds after its deadline in which a worker may still answer, since it looks at the clock only between packets."""
_START = 60.0
"""Seconds that a worker may take to start."""
_LAST_WORDS = 0.5
"""Seconds in which a worker that closed its socket may end by itself, so that the reason can be told."""
_PARTING = 5.0
"""Seconds that an ended process may take to go away."""
_FILES_PER_WORKER = 500
"""A fresh process after so many files keeps leaks of native libraries small."""
_INHERITED = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_CHILD = "import sys; from ingest.worker_process import serve; serve(int(sys.argv[1]))"
_EXAMINE = "ingest.examination:examine"


@dataclass(frozen=True, slots=True)
class _Job:
    """One file that somebody waits for."""

    path: Path
    options: DecodeOptions
    is_known: IsKnown
    future: Future[Examination]


class DecodePool:
    """Worker processes for files of strangers. Use as a context manager; take the results inside of it.

    Args:
        workers: Processes, at least 1; each starts with its first file.
        options: How to decode. ``limits.memory`` and the decoder hold for the life of a worker.
        entry: The function that workers run, as ``module:name``, called like ``examination.examine``.
    """

    def __init__(self, workers: int, options: DecodeOptions, entry: str = _EXAMINE) -> None:
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
    ) -> Future[Examination]:
        """Examine a file in a worker.

        Waits while as many files are queued as there are workers. The future gives an ``Examination``; its
        ``failure`` has reason ``"deadline"`` when the worker had to be ended and ``"crashed"`` when it ended by
        itself. The future raises InputError or StorageError for what is not the fault of the file.

        Args:
            path: Any name.
            options: Instead of the options of the pool.
            is_known: Asked with the SHA-256, in a thread of this process, before anything is decoded.

        Raises:
            RuntimeError: The pool is closed.
        """
        if self._closed:
            raise RuntimeError("the decode pool is closed")
        future: Future[Examination] = Future()
        self._jobs.put(_Job(path.absolute(), options or self._options, is_known or _nothing_is_known, future))
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
                job.future.set_result(worker.examine(job))
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
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-c", _CHILD, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._socket = ours
        self._connection: Connection[Any, Any] = Connection(os.dup(ours.fileno()))
        self._files = 0
        self.is_spent = False
        try:
            with self._at_most(_START, threading.Event()):
                self._connection.send((entry, options))
                hello = self._receive()
            if "error" in hello:
                unpack(hello, self._connection.recv_bytes)
        except (OSError, EOFError, ValueError) as error:
            self.finish(gone=isinstance(error, OSError | EOFError))
            raise StorageError(f"a decode worker does not start: {self._ending()}") from error
        except ValueSpectrumError:
            self.finish()
            raise

    def examine(self, job: _Job) -> Examination:
        """Have one file examined.

        Raises:
            InputError: The options cannot be used.
            StorageError: The worker ran out of open files.
        """
        self._files += 1
        self.is_spent = self._files >= _FILES_PER_WORKER
        name = shown_name(job.path.name)
        limit = job.options.limits.deadline
        clip_id, late = "", threading.Event()
        try:
            with self._at_most(limit + _GRACE, late):
                self._connection.send((str(job.path), job.options))
                header = self._receive()
                if "hash" in header:
                    clip_id = unpack_hash(header)
                    self._connection.send(job.is_known(clip_id))
                    header = self._receive()
                return unpack(header, self._connection.recv_bytes)
        except (OSError, EOFError, ValueError) as error:
            self.finish(gone=isinstance(error, OSError | EOFError))
        if late.is_set() or self._process.returncode in (-signal.SIGXCPU, -signal.SIGALRM):
            failure = MediaError(f"{name}: not decoded within {limit:g} s; its decoder was ended", "deadline")
        else:
            failure = MediaError(f"{name}: its decoder crashed ({self._ending()})", "crashed")
        return Examination(clip_id, 0, failure=failure)

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
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LAST_WORDS)
        self.end()
        self._connection.close()
        self._socket.close()
        # A process that waits for a dead network drive cannot be ended; it is left to the system.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_PARTING)

    @contextlib.contextmanager
    def _at_most(self, seconds: float, late: threading.Event) -> Iterator[None]:
        """End the process, and set ``late``, when the block takes longer."""

        def end() -> None:
            late.set()
            self.end()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            self.is_spent = self.is_spent or late.is_set()

    def _receive(self) -> dict[str, Any]:
        header = json.loads(self._connection.recv_bytes(MAX_HEADER))
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


def _environment() -> dict[str, str]:
    """What a worker is told: where the code is and which language, nothing that could be a secret."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    folders = [entry or str(Path.cwd()) for entry in sys.path]
    # System calls are refused thread by thread: there must be one only when that begins.
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    # decord does not import without a PATH.
    return {
        **kept,
        **threads,
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(folders),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _nothing_is_known(clip_id: str) -> bool:
    return False
