"""While a model is loaded that a file names, nothing connects; before, after and elsewhere everything may."""

from __future__ import annotations

import http.server
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from huggingface_hub import constants

from vectorstore.foreign.on_disk import from_this_disk
from vectorstore.foundation.errors import EmbedderError, InputError

NAMED, HINT = "the encoder 'a:b', which the gate names,", "if you trust it: fetch it"


class CountingServer(http.server.HTTPServer):
    """Counts connections."""

    connections = 0

    def verify_request(self, request: object, client_address: object) -> bool:
        self.connections += 1
        return True


class Weights(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"weights")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[CountingServer]:
    made = CountingServer(("127.0.0.1", 0), Weights)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def by_link(server: CountingServer) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/model", timeout=30) as answer:
        content: bytes = answer.read()
    return content


def by_socket(server: CountingServer) -> bytes:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=30):
        return b"weights"


def by_datagram(server: CountingServer) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"which model?", ("127.0.0.1", server.server_port))
    return b"weights"


def swallowing(server: CountingServer) -> bytes:
    """As libraries do: what went wrong below is told in words of their own."""
    try:
        return by_link(server)
    except Exception:
        raise ValueError("no such model") from None


FETCHES = (by_link, by_socket, by_datagram, swallowing)


@pytest.mark.parametrize("fetch", FETCHES)
def test_nothing_is_fetched(fetch: Callable[[CountingServer], bytes], server: CountingServer) -> None:
    with pytest.raises(EmbedderError) as refused, from_this_disk(NAMED, HINT):
        fetch(server)
    assert refused.value.message == f"{NAMED} is not on this disk, and what a file names is never fetched"
    assert refused.value.hint == HINT and server.connections == 0
    assert fetch(server) == b"weights"


def test_others_go_on_meanwhile(server: CountingServer) -> None:
    found: list[bytes] = []
    with from_this_disk(NAMED, HINT):
        other = threading.Thread(target=lambda: found.append(by_link(server)))
        other.start()
        other.join()
        ours, theirs = socket.socketpair()  # of this machine alone
        ours.close()
        theirs.close()
    assert found == [b"weights"]


def test_the_hub_is_off_as_long_as_anybody_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with from_this_disk(NAMED, HINT):
        with from_this_disk(NAMED, HINT):
            assert constants.is_offline_mode()
        assert constants.is_offline_mode()
    assert not constants.is_offline_mode()
    with pytest.raises(EmbedderError, match="is not on this disk"), from_this_disk(NAMED, HINT):
        from huggingface_hub import get_session

        get_session().get("https://localhost/nothing")
    assert not constants.is_offline_mode()


def test_other_faults_stay_what_they_are() -> None:
    for fault in (InputError("another encoder has the name"), KeyError("a")):
        with pytest.raises(type(fault)) as seen, from_this_disk(NAMED, HINT):
            raise fault
        assert seen.value is fault
