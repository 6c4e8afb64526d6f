"""Connections for a process that may make none: it names a host, and gets a connected socket or a refusal.

The downloading process is told by strangers where to go, so it cannot be the one who decides whether it may. Names are
resolved here and the addresses are looked at before anything is sent, also when a name means another address the second
time; what the process gets is one open connection and no way to make another.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Collection
from multiprocessing.connection import Connection

from ingest.cleaning.urls import OwnHost, check_url, is_public_address
from vectorstore.foundation.errors import FetchError

_HTTPS = 443
_LONGEST = 4096
"""Bytes of a question or an answer."""
_MOST = 2000
"""Connections of one process: a video in small pieces needs some hundreds."""
_PATIENCE = 20.0
"""Seconds in which a server must take a connection."""


class Connector:
    """The parent's end. Used as ``with``, around the life of the process that asks.

    Args:
        own_hosts: Servers the user runs, allowed inside the own network.
    """

    def __init__(self, own_hosts: Collection[OwnHost]) -> None:
        self._own_hosts = own_hosts
        self._line, self.theirs = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="connector", daemon=True)

    def __enter__(self) -> Connector:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.theirs.close()
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._line.close()

    def _serve(self) -> None:
        connection: Connection[bytes, bytes] = Connection(os.dup(self._line.fileno()))
        # The process is gone, or says what no process of ours says.
        with connection, contextlib.suppress(EOFError, OSError, ValueError, RecursionError):
            for _ in range(_MOST):
                host, port = _read_question(connection.recv_bytes(_LONGEST))
                try:
                    opened = self._open(host, port)
                except FetchError as error:
                    _tell(connection, {"refused": error.message})
                except OSError as error:
                    _tell(connection, {"error": [error.errno or 0, str(error.strerror or error)[:200]]})
                else:
                    with opened:
                        _tell(connection, {})
                        socket.send_fds(self._line, [b"s"], [opened.fileno()])
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def _open(self, host: str, port: int) -> socket.socket:
        own = any(one.host == host.lower() and one.port == port for one in self._own_hosts)
        if not own:
            if port != _HTTPS:
                raise FetchError(f"no connection is made to port {port} of {host[:100]!a}", "redirect")
            check_url(f"https://{host}/")
        addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
        # One address inside is enough: which one is taken would be the stranger's choice.
        for *_, address in () if own else addresses:
            if not is_public_address(str(address[0])):
                raise FetchError(f"{host[:100]!a} is {address[0]}, an address inside a network", "redirect")
        return _connected(addresses)


class RemoteConnections:
    """The child's end.

    Args:
        descriptor: Number of the socket that leads to a ``Connector``.
    """

    def __init__(self, descriptor: int) -> None:
        self._line = socket.socket(fileno=descriptor)
        self._connection: Connection[bytes, bytes] = Connection(os.dup(descriptor))
        self._lock = threading.Lock()

    def connect(
        self, address: tuple[str, int], timeout: object = None, *more: object, **named: object
    ) -> socket.socket:
        """A connection, as ``socket.create_connection`` makes it.

        Raises:
            FetchError: ``redirect``: it leads to where we do not go.
            OSError: There is no such host, or it does not answer.
        """
        with self._lock:
            self._connection.send_bytes(json.dumps([str(address[0]), int(address[1])]).encode())
            answer = json.loads(self._connection.recv_bytes(_LONGEST))
            if "refused" in answer:
                raise FetchError(answer["refused"], "redirect")
            if "error" in answer:
                raise OSError(*answer["error"])
            _, descriptors, _, _ = socket.recv_fds(self._line, 1, 1)
        opened = socket.socket(fileno=descriptors[0])
        opened.settimeout(timeout if isinstance(timeout, int | float) else _PATIENCE)
        return opened

    def close(self) -> None:
        """Ask for no more."""
        self._connection.close()
        self._line.close()


def _read_question(content: bytes) -> tuple[str, int]:
    host, port = json.loads(content)
    if not isinstance(host, str) or not isinstance(port, int):
        raise ValueError("no question")
    return host, port


def _tell(connection: Connection[bytes, bytes], answer: dict[str, object]) -> None:
    connection.send_bytes(json.dumps(answer).encode())


def _connected(addresses: Collection[tuple[int, int, int, str, tuple[str | bytes | int, ...]]]) -> socket.socket:
    problem = OSError(0, "the host has no address")
    for family, kind, protocol, _, address in addresses:
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(_PATIENCE)
            opened.connect(address)
        except OSError as error:
            opened.close()
            problem = error
        else:
            return opened
    raise problem
