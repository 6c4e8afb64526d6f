"""The one place where processes are started.

Whatever a child does, it starts in the same way: isolated (Python's ``-I``: no current folder, no ``PYTHONPATH``, no
``sitecustomize`` of the user), in a session of its own without a terminal, in ``/``, with an environment that holds no
secrets, and it ends with its parent. It finds our packages where the parent has them, and libraries where Python is
installed.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import queue
import signal
import site
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from vectorstore.foundation.errors import StorageError
from vectorstore.processes import child_boot

_ROOT = Path(__file__).resolve().parents[2]
_OURS = ("vectorstore", "ingest", "agents", "valuespectrum")
_INHERITED = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "OMP_NUM_THREADS")
_PARTING = 5.0
"""Seconds that an ended process may take to go away."""
NOWHERE = subprocess.DEVNULL
"""For a stream of a child that nobody reads or writes."""
PIPE = subprocess.PIPE
"""For a stream of a child that its parent reads or writes."""
Child = subprocess.Popen[bytes]
Stream = int | IO[bytes]
_running: set[Child] = set()


@dataclass(frozen=True, slots=True)
class ChildSetting:
    """What is round a child."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables besides language, library path and folder for temporary files."""
    modules: Sequence[str] = ()
    """Others than our own, the entry and installed ones that the child shall find where this process does."""
    folder: Path = Path("/")
    """Where it runs."""


def start_child(
    entry: str,
    arguments: Sequence[str] = (),
    *,
    streams: tuple[Stream, Stream, Stream] = (NOWHERE, NOWHERE, NOWHERE),
    descriptors: Sequence[int] = (),
    setting: ChildSetting = ChildSetting(),
) -> Child:
    """Start a function of ours in a process of its own.

    Args:
        entry: The function, as ``module:name``.
        arguments: What the function is given.
        streams: Standard input, output and errors.
        descriptors: Open files that the child keeps, under the same numbers.
        setting: What is round it.

    Raises:
        StorageError: The system does not let another process start.
    """
    user_site = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
    told = {
        "entry": entry,
        "parent": os.getpid(),
        "user_site": user_site,
        "folders": _folders([entry, *setting.modules]),
    }
    # -B: nothing is written beside our own files; -X utf8 is the one setting that changes what texts mean.
    command = [sys.executable, "-I", "-B", *(["-X", "utf8"] if sys.flags.utf8_mode else [])]
    try:
        child = subprocess.Popen(
            [*command, child_boot.__file__, json.dumps(told), *arguments],
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            pass_fds=tuple(descriptors),
            env={"PATH": os.defpath, **_inherited(), **setting.environment},
            cwd=setting.folder,
            start_new_session=True,
        )
    except OSError as error:
        raise StorageError(f"no process can be started: {error.strerror}", "close other programs") from error
    _running.add(child)
    return child


def end_child(child: Child) -> None:
    """Kill a child with everything it started, and wait until it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    # A process that waits for a dead network drive cannot be ended; it is left to the system.
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(_PARTING)
    _running.discard(child)
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream:
            # What was to be written is of no use to anybody now.
            with contextlib.suppress(OSError):
                stream.close()


def end_children() -> None:
    """Kill all children without waiting: for a program that is about to end."""
    for child in list(_running):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)


def tell(child: Child, content: bytes) -> None:
    """Write to the standard input of a child, and end it; a child that has gone already does not hear it."""
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(content)
        child.stdin.close()


def wait_for(child: Child, seconds: float | None) -> int | None:
    """The exit status of a child; ``None`` when it still runs after so many seconds."""
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


# Open: what a function that is named by a text returns, its caller knows and no type checker does.
def map_in_children(function: str, jobs: Sequence[tuple[object, ...]], workers: int) -> Iterator[Any]:
    """Call a function for each job in processes of their own; results in the order of the jobs.

    Args:
        function: As ``module:name``. It is ours, and so is what it works on: results are unpickled.
        jobs: Arguments of each call.
        workers: Processes.

    Raises:
        StorageError: A process was ended from outside, as a machine without memory does.
        ValueSpectrumError: Whatever the function raised.
    """
    free: queue.SimpleQueue[_Serving] = queue.SimpleQueue()

    def ask(job: tuple[object, ...]) -> object:
        serving = free.get()
        try:
            return serving.ask(job)
        finally:
            free.put(serving)

    servings = [_Serving(function) for _ in jobs[:workers]]
    threads = ThreadPoolExecutor(workers)
    try:
        for serving in servings:
            free.put(serving)
        yield from threads.map(ask, jobs)
    finally:
        # First the children, so that no thread goes on waiting for an answer.
        for serving in servings:
            end_child(serving.child)
        threads.shutdown(cancel_futures=True)
        for serving in servings:
            serving.connection.close()


class _Serving:
    """A child that does jobs, as its parent sees it."""

    def __init__(self, function: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            words = [function, str(theirs.fileno())]
            self.child = start_child(
                f"{__name__}:serve_jobs", words, descriptors=[theirs.fileno()], setting=ChildSetting(modules=[function])
            )
        self.connection: Connection[tuple[object, ...], tuple[Exception | None, object]] = Connection(ours.detach())

    def ask(self, job: tuple[object, ...]) -> object:
        try:
            self.connection.send(job)
            error, result = self.connection.recv()
        except (EOFError, OSError) as gone:
            raise StorageError("a process of ours was ended from outside", "free some memory") from gone
        if error is not None:
            raise error
        return result


def serve_jobs(function: str, descriptor: str) -> None:
    """The inside of a child of ``map_in_children``."""
    module, _, name = function.partition(":")
    call = getattr(importlib.import_module(module), name)
    connection = Connection(int(descriptor))
    with contextlib.suppress(EOFError, OSError):
        while True:
            job = connection.recv()
            try:
                answer: tuple[Exception | None, object] = (None, call(*job))
            except Exception as error:  # raised again where it is waited for
                answer = (error, None)
            connection.send(answer)


def _folders(modules: Sequence[str]) -> dict[str, str]:
    """Where each top-level module lies that the child shall find where this process finds it."""
    folders = dict.fromkeys(_OURS, str(_ROOT))
    for name in {module.partition(":")[0].partition(".")[0] for module in modules} - folders.keys():
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            origin = Path(spec.origin)
            folders[name] = str(origin.parents[1 if spec.submodule_search_locations else 0])
    return folders


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}
