"""What the downloading process may do, enforced below the libraries it runs.

Python reports every connection, process start and file opened for writing to audit hooks, which cannot be removed
again. So these limits hold whatever yt-dlp does with what a stranger's server told it: a redirect, a manifest, a name
that resolves to another address the second time it is asked (the address is checked as it is connected to).
"""

from __future__ import annotations

import ipaddress
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from ingest.urls import OwnHost, check_url, is_public_address
from vectorstore.errors import FetchError

_PROCESS_EVENTS = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
# How many of the first arguments are paths.
_PATH_EVENTS = dict.fromkeys(("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod"), 1)
_PATH_EVENTS |= dict.fromkeys(("os.rename", "os.link", "os.symlink"), 2)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Guard:
    """Refuses connections, processes and files; remembers the first refusal.

    Args:
        own_hosts: Servers the user runs, allowed inside the own network.
        folder: The only folder that may be written to.
        programs: Programs that may be started, by absolute path.
        refuse: Makes the exception that stops the library for good, from a sentence.
    """

    def __init__(
        self,
        own_hosts: Collection[OwnHost],
        folder: Path,
        programs: Collection[str],
        refuse: Callable[[str], BaseException],
    ) -> None:
        self._own_hosts = own_hosts
        self._folder = os.path.realpath(folder)
        self._programs = frozenset(programs)
        self._refuse = refuse
        self._own_addresses: set[tuple[str, int]] = set()
        self._requests = 0
        self.refusal: FetchError | None = None
        """What was refused first; what follows from it says less."""

    def install(self) -> None:
        """Take effect, for the rest of this process."""
        resolve = socket.getaddrinfo

        def checked(host: Any, port: Any, *more: Any, **named: Any) -> Any:
            found = resolve(host, port, *more, **named)
            self._check_addresses(host, port, [str(entry[4][0]) for entry in found])
            return found

        socket.getaddrinfo = checked
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            if (arguments[2] or 0) & _WRITING:
                self._check_path(arguments[0])
        elif event == "urllib.Request":
            self._check_request(str(arguments[0]))
        elif event == "socket.connect":
            self._check_connection(arguments[1])
        elif event in ("socket.sendto", "socket.sendmsg", "socket.bind"):
            self._stop(f"{event} is not needed for downloading", "policy")
        elif event == "subprocess.Popen":
            if str(arguments[0]) not in self._programs:
                self._stop(f"no program is started: {str(arguments[0])[:100]!a}", "policy")
        elif event in _PROCESS_EVENTS:
            self._stop(f"no program is started: {event}", "policy")
        elif event in _PATH_EVENTS:
            for path in arguments[: _PATH_EVENTS[event]]:
                self._check_path(path)

    def _check_request(self, url: str) -> None:
        self._requests += 1
        try:
            check_url(url, self._own_hosts)
        except FetchError as error:
            self._stop(error.message, "policy" if self._requests == 1 else "redirect")

    def _check_addresses(self, host: Any, port: Any, addresses: list[str]) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if any(own.host == name.lower() and own.port == int(port or 0) for own in self._own_hosts):
            self._own_addresses.update((address, int(port)) for address in addresses)
            return
        for address in addresses:
            if not is_public_address(address):
                self._stop(f"{name[:100]!a} is {address}, an address inside a network", "redirect")

    def _check_connection(self, address: Any) -> None:
        if isinstance(address, tuple) and len(address) >= 2 and isinstance(address[0], str):
            if (address[0], address[1]) in self._own_addresses:
                return
            if address[1] == 443 and _is_literal(address[0]) and is_public_address(address[0]):
                return
        self._stop(f"no connection is made to {str(address)[:100]}", "redirect")

    def _check_path(self, path: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # an open descriptor: checked when it was opened
        real = os.path.realpath(os.fsdecode(path))
        if real != os.devnull and os.path.commonpath([real, self._folder]) != self._folder:
            self._stop(f"nothing is written outside of the folder for this download: {real[:200]!a}", "policy")

    def _stop(self, message: str, reason: str) -> None:
        if self.refusal is None:
            self.refusal = FetchError(message, reason)
        raise self._refuse(message)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def limit_process(max_file: int, max_memory: int) -> None:
    """Bound what this process may use, and let it die with the process that started it.

    Args:
        max_file: Longest file that may be written, bytes; writing more fails.
        max_memory: Address space, bytes; 0 for no bound. Only Linux knows this limit.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_file, max_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        if max_memory:
            resource.setrlimit(resource.RLIMIT_AS, (max_memory, max_memory))
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
