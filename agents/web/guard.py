"""Who may ask a page for anything: its own pages, in a browser that was given its address, and nobody else.

Any page that the same browser shows can send requests to this machine, under this machine's addresses and, with a name
server of its own, under a name of its own (DNS rebinding). Every program of the machine can, too. So each request must
carry the secret of the address, name the address as its host, and come from a page of ours where it changes something.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "token"
"""Name of the secret in an address."""
_POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "img", "media", "connect")),
        *(f"{kind} 'none'" for kind in ("base-uri", "form-action", "frame-ancestors")),
        "require-trusted-types-for 'script'",
    )
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""On every answer, refusals included."""
_NO_STORE = ("cache-control", "no-store")
_HTTP = 80


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a request must show."""

    hosts: frozenset[str]
    """Values of the header ``Host``: the page's own address, with its port, and also without it where that is 80."""
    token: str
    """Secret part of the address."""
    cookie: str
    """Name under which a browser keeps the secret."""
    doors: frozenset[str] = frozenset(("/",))
    """Paths of pages that a link may lead to; the secret may stand in their addresses."""

    @classmethod
    def new(cls, host: str, port: int, is_local: bool, doors: frozenset[str] = frozenset(("/",))) -> Entrance:
        """An entrance with a fresh secret.

        Args:
            host: As it stands in a link.
            port: Of the server.
            is_local: Whether only this machine reaches it, under any of its own names.
            doors: As in the class.
        """
        names = {host, "localhost", "127.0.0.1", "[::1]"} if is_local else {host}
        # Browsers leave the port out where it is that of the scheme.
        ends = ("", f":{port}") if port == _HTTP else (f":{port}",)
        hosts = frozenset(f"{name}{end}".lower() for name in names for end in ends)
        return cls(hosts, secrets.token_urlsafe(24), f"valuespectrum-{port}", doors)

    def address(self, host: str, port: int, path: str = "/") -> str:
        """The link for people, with the secret in it."""
        return f"http://{host}:{port}{path}?{TOKEN}={self.token}"


class PageGuard:
    """Stands before an application and answers what must not reach it.

    Args:
        app: The application.
        entrance: What a request must show.
    """

    def __init__(self, app: ASGIApp, entrance: Entrance) -> None:
        self._app = app
        self._entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            sending = _Sending(send)
            refused = self._refusal(scope)
            if refused is not None:
                await sending.refuse(*refused)
                return
            if self._shows_token(scope):
                sending.cookie = f"{self._entrance.cookie}={self._entrance.token}; Path=/; HttpOnly; SameSite=Strict"
            await self._app(scope, receive, sending)
        # Nothing here speaks through web sockets; leaving one unanswered closes it.

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and words of why a request is not handed on; ``None`` when it is."""
        headers = _Headers(scope)
        host = headers.only("host")
        if host not in self._entrance.hosts:
            return 421, "this page is not called that; open the address that `valuespectrum feed` printed"
        if not self._shows_token(scope) and not self._keeps_token(headers):
            return 403, "open the whole address that `valuespectrum feed` printed, with its token"
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "this page knows GET, HEAD and POST"
        if scope["method"] == "POST":
            return _posted(headers, host)
        leads_here = headers.first("sec-fetch-mode") == "navigate" and scope["path"] in self._entrance.doors
        if headers.first("sec-fetch-site") in ("cross-site", "same-site") and not leads_here:
            return 403, "another page asked for this"
        return None

    def _shows_token(self, scope: Scope) -> bool:
        if scope["path"] not in self._entrance.doors or not _is_short(scope):
            return False
        try:
            query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20)
        except ValueError:
            # More of them than any link of ours has.
            return False
        return any(self._is_token(text) for text in query.get(TOKEN, ()))

    def _keeps_token(self, headers: _Headers) -> bool:
        # By hand: a cookie of another program of this machine must not hide ours, and SimpleCookie reads nothing of a
        # line in which one is odd.
        kept = (each.partition("=") for each in headers.first("cookie").split(";"))
        return any(name.strip() == self._entrance.cookie and self._is_token(value.strip()) for name, _, value in kept)

    def _is_token(self, text: str) -> bool:
        return secrets.compare_digest(text.encode(), self._entrance.token.encode())


def _is_short(scope: Scope) -> bool:
    return len(scope["query_string"]) <= 1000


def _posted(headers: _Headers, host: str) -> tuple[int, str] | None:
    if headers.only("origin") != f"http://{host}":
        return 403, "another page sent this"
    if headers.first("sec-fetch-site") not in ("", "same-origin"):
        return 403, "another page sent this"
    if headers.only("content-type").partition(";")[0].strip().lower() != "application/json":
        return 415, "answers are sent as application/json"
    return None


class _Headers:
    """Headers of a request by name."""

    def __init__(self, scope: Scope) -> None:
        self._pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]

    def first(self, name: str) -> str:
        """The first of this name; empty for none."""
        return next((value for key, value in self._pairs if key == name), "")

    def only(self, name: str) -> str:
        """The one of this name; empty for none or several."""
        found = [value for key, value in self._pairs if key == name]
        return found[0].lower() if len(found) == 1 else ""


class _Sending:
    """Puts our headers on whatever is sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.cookie = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            named = [(name.lower(), value) for name, value in message.get("headers", ())]
            ours = [*HEADERS.items(), *([("set-cookie", self.cookie)] if self.cookie else [])]
            if not any(name == b"cache-control" for name, _ in named):
                ours.append(_NO_STORE)
            message["headers"] = [*named, *((name.encode(), value.encode()) for name, value in ours)]
        await self._send(message)

    async def refuse(self, status: int, words: str) -> None:
        """Answer in our own words."""
        body = f"{words}\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
