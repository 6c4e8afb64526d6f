"""Serves a page on one address of this machine, in the thread of whoever calls or beside it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from agents.web.guard import Entrance, PageGuard
from agents.web.options import PageAddress
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from uvicorn import Server

_MOST_AT_ONCE = 100
"""Requests; more are told to come again later."""
_PATIENCE = 10.0
"""Seconds within which a server starts and stops."""


def need_web() -> None:
    """See to it that what serves pages is installed.

    Raises:
        InputError: It is not.
    """
    try:
        import starlette
        import uvicorn
    except ImportError as error:
        hint = "install it: pip install 'valuespectrum[web]'"
        raise InputError(f"the page needs {error.name}, which is not installed", hint) from error
    del starlette, uvicorn


def serve(app: Starlette, address: PageAddress, on_open: Callable[[str], None]) -> None:
    """Serve a page until the program is interrupted.

    Args:
        app: The page.
        address: Where.
        on_open: Called with the link for people, once it can be opened.

    Raises:
        InputError: The address is taken, or is none of this machine.
    """
    with _listening(address) as listener, _serving(app, address, listener) as (link, thread):
        on_open(link)
        while thread.is_alive():
            # Not without end, so that an interruption is heard.
            thread.join(0.2)


@contextlib.contextmanager
def served(app: Starlette, address: PageAddress) -> Iterator[str]:
    """Serve a page beside what the block does.

    Args:
        app: The page.
        address: Where.

    Yields:
        The link to it, with its secret.

    Raises:
        InputError: The address is taken, or is none of this machine.
    """
    with _listening(address) as listener, _serving(app, address, listener) as (link, _):
        yield link


@contextlib.contextmanager
def _listening(address: PageAddress) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address.host, address.port))
            listener.listen(_MOST_AT_ONCE)
        except OSError as error:
            hint = "name another with --port, or 0 for any that is free; `ip address` shows addresses for --bind"
            where = f"{address.shown_host}:{address.port}"
            raise InputError(f"cannot serve on {where}: {error.strerror or error}", hint) from error
        yield listener


@contextlib.contextmanager
def _serving(app: Starlette, address: PageAddress, listener: socket.socket) -> Iterator[tuple[str, threading.Thread]]:
    import uvicorn

    port = int(listener.getsockname()[1])
    entrance = Entrance.new(address.shown_host, port, address.is_local)
    config = uvicorn.Config(
        PageGuard(app, entrance),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="page", daemon=True)
    thread.start()
    try:
        _wait(server, thread)
        yield entrance.address(address.shown_host, port), thread
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)


def _wait(server: Server, thread: threading.Thread) -> None:
    waited = threading.Event()
    for _ in range(int(_PATIENCE / 0.01)):
        if server.started:
            return
        if not thread.is_alive():
            break
        waited.wait(0.01)
    raise InputError("the page could not be started", "look at the messages above")
