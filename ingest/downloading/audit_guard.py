"""What the downloading process may do, enforced below the libraries it runs, in words that can be told.

Python reports every connection, process start and file opened to audit hooks, which cannot be removed again. Code that
goes around Python is stopped by the kernel (``confinement.py``), without words; and connections are made elsewhere in
any case (``connector.py``), whatever yt-dlp does with what a stranger's server told it.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NoReturn

from ingest.cleaning.urls import OwnHost, check_url
from ingest.downloading.connector import RemoteConnections
from vectorstore.foundation.errors import FetchError

_PROCESS_EVENTS = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn", "os.kill", "os.killpg"}
)
# How many of the first arguments are paths.
_PATH_EVENTS = dict.fromkeys(
    ("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown", "os.utime", "os.setxattr"), 1
)
_PATH_EVENTS |= dict.fromkeys(("os.rename", "os.link", "os.symlink"), 2)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NO_CONNECTION = frozenset({
    "socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname",
})  # fmt: skip


class Guard:
    """Refuses connections, processes and files; remembers the first refusal.

    Args:
        own_hosts: Servers the user runs, allowed inside the own network.
        connections: How connections are got.
        folder: The only folder that may be written to.
        readable: What may be read besides.
        programs: Programs that may be started, by absolute path.
        refuse: Makes the exception that stops the library for good, from a sentence.
    """

    def __init__(
        self,
        own_hosts: Collection[OwnHost],
        connections: RemoteConnections,
        folder: Path,
        readable: Collection[Path],
        programs: Collection[str],
        refuse: Callable[[str], BaseException],
    ) -> None:
        self._own_hosts = own_hosts
        self._folder = os.path.realpath(folder)
        self._readable = {os.path.realpath(path) for path in (*map(str, readable), str(folder), os.devnull)}
        self._programs = frozenset(programs)
        self._refuse = refuse
        self._connections = connections
        self._requests = 0
        self.refusal: FetchError | None = None
        """What was refused first; what follows from it says less."""

    def install(self) -> None:
        """Take effect, for the rest of this process."""
        socket.create_connection = self.connect  # type: ignore[assignment]
        sys.addaudithook(self._hear)

    def connect(self, address: tuple[str, int], *more: object, **named: object) -> socket.socket:
        """A connection, in place of ``socket.create_connection``."""
        try:
            return self._connections.connect(address, *more, **named)
        except FetchError as error:
            self._stop(error.message, error.reason)

    # Open: the interpreter tells what each event brings, in its documentation.
    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            if (arguments[2] or 0) & _WRITING:
                self._check_path(arguments[0])
            else:
                self._check_reading(arguments[0])
        elif event == "urllib.Request":
            self._check_request(str(arguments[0]))
        elif event in _NO_CONNECTION:
            self._stop(f"{event} is not needed for downloading", "policy")
        elif event == "sqlite3.connect":
            if arguments[0] != ":memory:":
                self._check_path(arguments[0])
        elif event == "subprocess.Popen":
            if str(arguments[0]) not in self._programs:
                self._stop(f"no program is started: {str(arguments[0])[:100]!a}", "policy")
        elif event in _PROCESS_EVENTS:
            self._stop(f"no process is started or ended: {event}", "policy")
        elif event in _PATH_EVENTS:
            for path in arguments[: _PATH_EVENTS[event]]:
                self._check_path(path)

    def _check_request(self, url: str) -> None:
        self._requests += 1
        try:
            check_url(url, self._own_hosts)
        except FetchError as error:
            self._stop(error.message, "policy" if self._requests == 1 else "redirect")

    def _check_path(self, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # an open descriptor: checked when it was opened
        real = os.path.realpath(os.fsdecode(path))
        if real != os.devnull and os.path.commonpath([real, self._folder]) != self._folder:
            self._stop(f"nothing is written outside of the folder for this download: {real[:200]!a}", "policy")

    def _check_reading(self, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        real = os.path.realpath(os.fsdecode(path))
        if not any(real == one or real.startswith(one.rstrip("/") + "/") for one in self._readable):
            self._stop(f"nothing is read outside of the folder for this download: {real[:200]!a}", "policy")

    def _stop(self, message: str, reason: str) -> NoReturn:
        if self.refusal is None:
            self.refusal = FetchError(message, reason)
        raise self._refuse(message)


def limit_process(max_file: int, max_memory: int) -> None:
    """Bound what this process may use.

    Args:
        max_file: Longest file that may be written, bytes; writing more fails.
        max_memory: Address space, bytes; 0 for no bound. Only Linux knows this limit.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_file, max_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and max_memory:
        resource.setrlimit(resource.RLIMIT_AS, (max_memory, max_memory))
