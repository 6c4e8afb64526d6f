"""A web server on this machine that answers as bad ones do."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class WebServer:
    """Serves a video and misbehaviour; remembers what was asked for.

    Args:
        video: Bytes of a real clip.
    """

    def __init__(self, video: bytes) -> None:
        self.video = video
        self.asked: list[tuple[str, dict[str, str]]] = []
        """Path and headers of each request."""
        self.stopping = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers)))
                split = urlsplit(self.path)
                name = split.path.strip("/").partition("/")[0]
                try:
                    ANSWERS.get(name, send_status)(server, self, parse_qs(split.query))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.port: int = self._server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}/{path}"

    def close(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


Answer = Callable[[WebServer, BaseHTTPRequestHandler, dict[str, list[str]]], None]


def _head(handler: BaseHTTPRequestHandler, kind: str, length: int | None, status: int = 200, **more: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    if length is None:
        handler.send_header("Transfer-Encoding", "chunked")
    else:
        handler.send_header("Content-Length", str(length))
    for name, value in more.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def _chunk(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
    handler.wfile.flush()


def send_video(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    _head(handler, "video/mp4", len(server.video), Set_Cookie="tracking=1; Path=/")
    handler.wfile.write(server.video)


def send_endless(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    """Without a length, as fast as it goes."""
    _head(handler, "video/mp4", None)
    _chunk(handler, server.video)
    while not server.stopping.is_set():
        _chunk(handler, b"\0" * 2**16)


def send_drip(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    """A byte now and then, for ever."""
    _head(handler, "video/mp4", 10**6)
    handler.wfile.write(server.video[:512])
    while not server.stopping.wait(0.1):
        handler.wfile.write(b"\0")
        handler.wfile.flush()


def send_lying_length(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    _head(handler, "video/mp4", 10**12)
    handler.wfile.write(server.video)
    server.stopping.wait(5)


def send_bomb(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    content = gzip.compress(b"\0" * 2**30 if "big" in query else b"\0" * 2**24, compresslevel=1)
    _head(handler, "video/mp4", len(content), Content_Encoding="gzip")
    handler.wfile.write(content)


def send_page(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    """A page that calls itself a video."""
    content = b"<!DOCTYPE html><html><body>Please log in</body></html>" * 20
    _head(handler, "video/mp4" if "lie" in query else "text/html", len(content))
    handler.wfile.write(content)


def send_worded(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    """A page with a video and the subtitles that it names."""
    words = query.get("words", ["/subtitles/en.vtt"])[0]
    tracks = [
        {"kind": "captions", "label": "en", "file": words},
        {"kind": "captions", "label": "de", "file": "/status/a"},
    ]
    player = json.dumps({"file": "/video/clip.mp4", "tracks": tracks})
    content = f'<html><body><div id="v"></div><script>jwplayer("v").setup({player});</script></body></html>'.encode()
    _head(handler, "text/html", len(content))
    handler.wfile.write(content)


def send_subtitles(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    content = b"WEBVTT\n\n00:00.100 --> 00:00.300\nHello <b>there</b>\n"
    _head(handler, "text/vtt", len(content))
    handler.wfile.write(content)


def send_redirect(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    _head(handler, "text/plain", 0, 302, Location=query.get("to", [handler.path])[0])


def send_status(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    _head(handler, "text/plain", 0, int(query.get("status", ["404"])[0]))


def send_feed(server: WebServer, handler: BaseHTTPRequestHandler, query: dict[str, list[str]]) -> None:
    links = [server.url(f"video/{number}.mp4") for number in range(50)]
    items = "".join(f"<item><title>{number}</title><link>{link}</link></item>" for number, link in enumerate(links))
    content = f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{items}</channel></rss>'.encode()
    _head(handler, "text/xml", len(content))
    handler.wfile.write(content)


ANSWERS: dict[str, Answer] = {
    "video": send_video,
    "worded": send_worded,
    "subtitles": send_subtitles,
    "endless": send_endless,
    "drip": send_drip,
    "lying-length": send_lying_length,
    "bomb": send_bomb,
    "page": send_page,
    "redirect": send_redirect,
    "status": send_status,
    "feed": send_feed,
}
