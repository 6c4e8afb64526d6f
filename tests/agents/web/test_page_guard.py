from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_world import Asking, open_page, page_catalogue, study
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from agents.web.app import still_app
from agents.web.guard import HEADERS, Entrance, PageGuard
from agents.web.options import PageAddress, PageOptions
from agents.web.serving import served
from agents.web.shelf import Shelf
from vectorstore.foundation.errors import InputError


@pytest.fixture(scope="module")
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("guard")
    with open_page(study(page_catalogue(folder / "pictures", 3)), folder / "log.jsonl") as opened:
        yield opened


@pytest.fixture
def asking(link: str) -> Asking:
    """Somebody who has the link and opened it."""
    inside = Asking(link)
    assert inside.enter() == 200
    return inside


PATHS = ("/", "/api/state", "/static/feed.js", "/static/icon.svg", "/picture/" + "0" * 64, "/media/" + "0" * 64)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_told_without_the_secret(link: str, path: str) -> None:
    status, headers, body = Asking(link).ask("GET", path)
    assert status == 403 and "set-cookie" not in headers and b"<" not in body
    wrong = Asking(link)
    wrong.cookies = {f"valuespectrum-{wrong.port}": "A" * 32}
    assert wrong.ask("GET", path)[0] == 403
    assert Asking(link).ask("GET", f"{path}?token={'A' * 32}")[0] == 403


@pytest.mark.parametrize("query", ["&" * 21, "a=1&" * 200, "x" * 2000, "token", "%", "token=%FF%00", "token=&" * 30])
def test_odd_addresses_are_refused_like_any_other(link: str, query: str) -> None:
    status, headers, body = Asking(link).ask("GET", f"/?{query}")
    assert status == 403 and headers["x-frame-options"] == "DENY" and b"token" in body


def test_the_secret_opens_the_page_and_nothing_else(link: str) -> None:
    outside = Asking(link)
    assert outside.ask("GET", f"/api/state?{outside.query}")[0] == 403
    assert outside.enter() == 200
    assert outside.ask("GET", "/api/state")[0] == 200
    _, headers, _ = Asking(link).ask("GET", f"/?{outside.query}")
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in headers["set-cookie"].split(";")}


@pytest.mark.parametrize("other", ['a=b"c', 'a="b', 'settings={"dark": true}', "a", "a=b=c", "=", "a[b]=c"])
def test_cookies_of_other_programs_of_the_machine_do_not_hide_ours(asking: Asking, other: str) -> None:
    ours = "; ".join(f"{name}={value}" for name, value in asking.cookies.items())
    for line in (f"{other}; {ours}", f"{ours}; {other}", f"{ours};{other}"):
        assert asking.ask("GET", "/api/state", {"Cookie": line})[0] == 200
    assert Asking(f"http://{asking.netloc}/").ask("GET", "/api/state", {"Cookie": other})[0] == 403


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "evil.example",
        "127.0.0.1.evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.2:{port}",
        "93.184.216.34:{port}",
        "0.0.0.0:{port}",
        "localhost.:{port}",
        "localhost@evil.example:{port}",
        "",
        "127.0.0.1:{port}\n127.0.0.1:{port}",
        "127.0.0.1:{port}\nevil.example",
    ],
)
def test_a_page_of_another_name_is_not_served(asking: Asking, host: str) -> None:
    """DNS rebinding: a name of somebody else leads here, and the browser takes us for them."""
    told = host.format(port=asking.port)
    assert asking.ask("GET", "/api/state", {"Host": told})[0] in (400, 421)
    assert asking.ask("GET", f"/?{asking.query}", {"Host": told})[0] in (400, 421)


@pytest.mark.parametrize("host", ["localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_this_machines_own_names_are_served(asking: Asking, host: str) -> None:
    assert asking.ask("GET", "/api/state", {"Host": host.format(port=asking.port)})[0] == 200


@pytest.mark.parametrize(
    ("port", "host", "status"),
    [
        (80, "127.0.0.1", 200),
        (80, "[::1]", 200),
        (80, "127.0.0.1:80", 200),
        (80, "evil.example", 421),
        (80, "127.0.0.1:8765", 421),
        (8765, "127.0.0.1", 421),
    ],
)
def test_browsers_leave_the_port_out_where_it_is_that_of_http(port: int, host: str, status: int) -> None:
    entrance, sent = Entrance.new("127.0.0.1", port, is_local=True), list[Message]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    kept = f"{entrance.cookie}={entrance.token}"
    told = {"host": host, "origin": f"http://{host}", "content-type": "application/json", "cookie": kept}
    headers = [(name.encode(), value.encode()) for name, value in told.items()]
    scope = {"type": "http", "method": "POST", "path": "/api/answer", "query_string": b"", "headers": headers}
    asyncio.run(PageGuard(app, entrance)(scope, receive, send))
    assert sent[0]["status"] == status


POSTED = {"kind": "consent", "answers": {}}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "https://127.0.0.1:{port}"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://localhost:{port}"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": ""}, 415),
    ],
)
def test_another_page_cannot_answer_for_a_person(asking: Asking, headers: dict[str, str], status: int) -> None:
    told = {name.replace("-", "_"): value.format(port=asking.port) for name, value in headers.items()}
    for path in ("/api/answer", "/api/react", "/api/leave"):
        assert asking.post(path, POSTED, **told)[0] == status
    assert asking.get("/api/state")["form"]["kind"] == "consent", "nothing was taken"


def test_another_page_cannot_even_look(asking: Asking) -> None:
    inside = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert asking.ask("GET", "/api/state", inside)[0] == 200
    for path in PATHS[1:]:
        assert asking.ask("GET", path, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"})[0] == 403
    # A link in a mail leads to the page itself.
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert asking.ask("GET", f"/?{asking.query}", followed)[0] == 200
    assert asking.ask("GET", "/api/state", followed)[0] == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "NONSENSE"])
def test_other_methods_are_refused(asking: Asking, method: str) -> None:
    assert asking.ask(method, "/api/state")[0] in (400, 405)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/static/feed.js%00.css",
        "/static/feed.js/..",
        "/static/",
        "/static/FEED.JS",
        "/picture/../../etc/passwd",
        "/picture/..%2f..%2fetc%2fpasswd",
        "/picture/%2fetc%2fpasswd",
        "/picture/" + "0" * 64,
        "/media/../../etc/passwd",
        "/media/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/media/" + "f" * 64,
        "/etc/passwd",
        "//etc/passwd",
        "/api/clip/" + "0" * 64,
        "/nothing",
    ],
)
def test_names_lead_nowhere_else(asking: Asking, path: str) -> None:
    status, headers, body = asking.ask("GET", path)
    assert status == 404 and b"root:" not in body and b"import" not in body
    assert headers["content-security-policy"] == HEADERS["content-security-policy"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b'{"kind":"consent"',
        b'{"kind":"other"}',
        b'{"kind":"consent","answers":{"a":"1"}}',
        b'{"kind":"consent","answers":{"a":1.5}}',
        b'{"kind":"consent","more":1}',
        b"[" * 20_000,
        b"\xff\xfe",
        b" " * 70_000,
        json.dumps({"kind": "consent", "answers": {str(number): 1 for number in range(300)}}).encode(),
    ],
)
def test_what_is_no_answer_is_refused(asking: Asking, body: bytes) -> None:
    headers = {"Origin": f"http://{asking.netloc}", "Content-Type": "application/json"}
    status, _, told = asking.ask("POST", "/api/answer", headers, body)
    assert status == 400 and "error" in json.loads(told)
    assert asking.get("/api/state")["form"]["kind"] == "consent"


def test_every_answer_forbids_what_the_page_does_not_need(asking: Asking) -> None:
    for method, path in (
        ("GET", "/"),
        ("GET", "/api/state"),
        ("GET", "/nothing"),
        ("PUT", "/"),
        ("GET", "/static/feed.js"),
    ):
        _, headers, _ = asking.ask(method, path)
        assert {name: headers.get(name) for name in HEADERS} == dict(HEADERS)
        assert "server" not in headers and "access-control-allow-origin" not in headers
    policy = HEADERS["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    page = asking.ask("GET", "/")[2].decode()
    assert "<style" not in page and "onclick" not in page and "http" not in page
    assert all("src=" in tag for tag in page.split("<script")[1:])


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        ("0.0.0.0", "name the one address"),
        ("::", "name the one address"),
        ("8.8.8.8", "a private one"),
        ("2001:4860:4860::8888", "a private one"),
        ("localhost", "ip address"),
        ("evil.example", "ip address"),
        ("", "ip address"),
    ],
)
def test_addresses_that_nobody_should_bind_to(host: str, hint: str) -> None:
    with pytest.raises(InputError) as refused:
        PageAddress(host)
    assert hint in refused.value.hint


def test_a_private_address_is_one() -> None:
    assert not PageAddress("192.168.1.7").is_local and PageAddress("::1").is_local
    assert PageAddress("fe80::1").shown_host == "[fe80::1]"


def test_a_port_that_is_taken_is_said(link: str, tmp_path: Path) -> None:
    with Shelf(page_catalogue(tmp_path, 1)) as shelf, pytest.raises(InputError, match="cannot serve on"):
        _serve_once(still_app(shelf, PageOptions()), Asking(link).port)


def _serve_once(app: Starlette, port: int) -> None:
    with served(app, PageAddress(port=port)):
        pass
