"""Which connections a downloading process gets: the parent looks at where a name leads, each time."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

import pytest

from ingest.cleaning.urls import OwnHost
from ingest.downloading.connector import Connector, RemoteConnections
from vectorstore.foundation.errors import FetchError

Answers = dict[str, list[list[str]]]


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, server: socket.socket) -> Answers:
    """What a resolver says of a name, one answer after the other; all public addresses are the server."""
    answers: Answers = {}

    def resolve(host: str, port: int, *more: Any) -> list[Any]:
        known = answers.get(host, [[host]])
        addresses = known.pop(0) if len(known) > 1 else known[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    def connect(line: socket.socket, address: Any) -> None:
        original(line, server.getsockname() if address[0] == "93.184.216.34" else address)

    original = socket.socket.connect
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return answers


@contextlib.contextmanager
def remote(*own: OwnHost) -> Iterator[RemoteConnections]:
    with (
        Connector(own) as connector,
        contextlib.closing(RemoteConnections(os.dup(connector.theirs.fileno()))) as connections,
    ):
        yield connections


def ask(host: str, port: int, *own: OwnHost) -> socket.socket:
    with remote(*own) as connections:
        return connections.connect((host, port), 5.0)


def test_a_public_host_and_the_users_own_server_are_connected(answers: Answers, server: socket.socket) -> None:
    answers["cdn.example.org"] = [["93.184.216.34"]]
    host, port = server.getsockname()
    for opened in (ask("cdn.example.org", 443), ask(host, port, OwnHost(host, port))):
        with opened, server.accept()[0] as other:
            other.sendall(b"hello")
            assert opened.recv(10) == b"hello"
            assert opened.gettimeout() == 5.0


@pytest.mark.parametrize(
    ("host", "port", "found"),
    [
        ("127.0.0.1", 443, [["127.0.0.1"]]),
        ("169.254.169.254", 443, [["169.254.169.254"]]),
        ("2130706433", 443, [["127.0.0.1"]]),
        ("[::1]", 443, [["::1"]]),
        ("localhost", 443, [["127.0.0.1"]]),
        ("cdn.example.org", 80, [["93.184.216.34"]]),
        ("cdn.example.org", 443, [["10.0.0.8"]]),
        ("cdn.example.org", 443, [["93.184.216.34", "169.254.169.254"]]),
        ("cdn.example.org", 443, [["fec0::1"]]),
        ("cdn.example.org@127.0.0.1", 443, [["127.0.0.1"]]),
        ("", 443, [["127.0.0.1"]]),
    ],
)
def test_what_leads_inside_is_refused(answers: Answers, host: str, port: int, found: list[list[str]]) -> None:
    answers[host] = found
    with pytest.raises(FetchError) as caught:
        ask(host, port)
    assert caught.value.reason == "redirect"


def test_a_name_that_leads_inside_the_second_time_is_refused(answers: Answers) -> None:
    answers["cdn.example.org"] = [["93.184.216.34"], ["127.0.0.1"]]
    with remote() as connections:
        connections.connect(("cdn.example.org", 443)).close()
        with pytest.raises(FetchError, match="inside a network"):
            connections.connect(("cdn.example.org", 443))


def test_a_server_that_does_not_answer_is_an_error_of_the_network(answers: Answers) -> None:
    own = OwnHost("127.0.0.1", 9)
    with pytest.raises(ConnectionRefusedError):
        ask("127.0.0.1", 9, own)


@pytest.mark.parametrize(
    "said", [b"", b"nonsense", b"[" * 4000, b"[1, 2]", b'["a.example.org"]', b'["a.example.org", "443"]', b"x" * 9000]
)
def test_a_process_that_asks_nonsense_gets_nothing(said: bytes) -> None:
    with Connector(()) as connector:
        connection: Connection[Any, Any] = Connection(os.dup(connector.theirs.fileno()))
        connection.send_bytes(said)
        connector.theirs.close()
        with pytest.raises((EOFError, ConnectionResetError)):
            connection.recv_bytes()
        connection.close()


def test_questions_are_plain(answers: Answers) -> None:
    with Connector(()) as connector:
        connection: Connection[Any, Any] = Connection(os.dup(connector.theirs.fileno()))
        connection.send_bytes(json.dumps(["localhost", 443]).encode())
        assert "refused" in json.loads(connection.recv_bytes())
        connection.close()
