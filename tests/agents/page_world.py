"""A feed with real videos and pictures, drawn by the tests themselves, and a browser to look at it."""

from __future__ import annotations

import colorsys
import contextlib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from browse_fixtures import GROUPS, QUESTIONS

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.options import SessionOptions
from agents.browsing.seeing.observe import TimedFrame
from agents.feeds.items import FeedItem
from agents.models.base import FrameReference
from agents.web.app import person_app
from agents.web.observer import find_browser
from agents.web.options import ClipMedia, OpenMedia, PageAddress, PageOptions, Portraits, PortraitStatement, no_media
from agents.web.seats import ManySeats, OneSeat
from agents.web.serving import served
from agents.web.shelf import Shelf
from agents.web.sitting import FeedStudy
from vectorstore.foundation.errors import InputError

SECONDS, RATE, WIDTH, HEIGHT = 3, 5, 90, 160
PATIENCE = 200.0
"""Seconds that a browser may take for anything: machines that test are busy."""
CODECS = {"libvpx-vp9": (".webm", "video/webm"), "libx264": (".mp4", "video/mp4")}
PORTRAITS = Portraits(
    tuple(PortraitStatement(f"p{place}", f"I like the number {place}.") for place in range(3)),
    ("no", "a little", "yes"),
)


def picture(place: int, moment: int) -> np.ndarray:
    """One colour for each clip, and a bar that grows with time."""
    red, green, blue = colorsys.hsv_to_rgb(place * 0.13 % 1, 0.7, 0.8)
    drawn = np.full((HEIGHT, WIDTH, 3), (255 * red, 255 * green, 255 * blue), dtype=np.uint8)
    drawn[-20:, : 1 + moment * WIDTH // (SECONDS * RATE)] = 255
    drawn[10:30, 10 : 12 + 5 * (place % 10)] = 0
    return drawn


def write_video(path: Path, codec: str, place: int) -> None:
    import av

    with av.open(str(path), "w") as container:
        quick = {"deadline": "realtime", "cpu-used": "8"} if "vpx" in codec else {"preset": "ultrafast"}
        stream = container.add_stream(codec, rate=RATE, options=quick)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = WIDTH, HEIGHT, "yuv420p", Fraction(1, RATE)
        for moment in range(SECONDS * RATE):
            frame = av.VideoFrame.from_ndarray(picture(place, moment), format="rgb24")
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def write_picture(folder: Path, place: int, moment: int) -> FrameReference:
    from PIL import Image

    path = folder / f"{place}-{moment}.jpg"
    Image.fromarray(picture(place, moment)).save(path, "JPEG", quality=90)
    return FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path)


def page_catalogue(folder: Path, count: int = 8, caption: str = "a caption") -> Catalogue:
    """Clips with pictures at every second."""
    folder.mkdir(parents=True, exist_ok=True)
    axes = np.eye(len(GROUPS), dtype=np.float32)
    clips = []
    for place in range(count):
        frames = [TimedFrame(write_picture(folder, place, RATE * second), float(second)) for second in range(SECONDS)]
        item = FeedItem(f"{place:064x}", "", GROUPS[place % len(GROUPS)], axes[place % len(GROUPS)])
        clips.append(CatalogueClip(item, tuple(frames), float(SECONDS), f"{caption} {place}"))
    return Catalogue(clips)


def videos(folder: Path, count: int) -> OpenMedia:
    """Writes videos in turns of codecs, and finds them."""
    known: dict[str, tuple[Path, str]] = {}
    for place in range(count):
        codec = list(CODECS)[place % len(CODECS)]
        ending, content_type = CODECS[codec]
        path = folder / f"{place}{ending}"
        write_video(path, codec, place)
        known[f"{place:064x}"] = (path, content_type)

    def opened(clip_id: str) -> ClipMedia | None:
        if clip_id not in known:
            return None
        path, content_type = known[clip_id]
        return ClipMedia(path.open("rb"), path.stat().st_size, content_type)

    return opened


def study(catalogue: Catalogue, page: PageOptions | None = None, **changes: Any) -> FeedStudy:
    session = SessionOptions(**{"questions": QUESTIONS, "seed": 3, "steps": 6, **changes})
    return FeedStudy(session, catalogue, page or PageOptions(portraits=PORTRAITS, attention_every=3))


@contextlib.contextmanager
def open_page(told: FeedStudy, place: Path, open_media: OpenMedia = no_media) -> Iterator[str]:
    """Serve a page; yields the link to it."""
    with (
        Shelf(told.catalogue, open_media) as shelf,
        _seats(told, place) as seats,
        served(person_app(seats, shelf, told.page), PageAddress(port=0)) as link,
    ):
        yield link


def _seats(told: FeedStudy, place: Path) -> OneSeat | ManySeats:
    return OneSeat(told, place) if place.suffix == ".jsonl" else ManySeats(told, place)


class Asking:
    """Talks to a page as a program does, header by header."""

    def __init__(self, link: str) -> None:
        parts = urlsplit(link)
        self.host, self.port = parts.hostname or "", parts.port or 0
        self.netloc, self.query = parts.netloc, parts.query
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE)
        told = {"Host": self.netloc, **(headers or {})}
        if self.cookies and "Cookie" not in told:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in told.items():
                for each in value.split("\n"):
                    connection.putheader(name, each)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            self._note(answer)
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def _note(self, answer: HTTPResponse) -> None:
        for line in answer.headers.get_all("set-cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]

    def enter(self) -> int:
        """Open the page with its secret."""
        return self.ask("GET", f"/?{self.query}")[0]

    def post(self, path: str, document: object, **headers: str) -> tuple[int, Any]:
        """Send JSON as the page does."""
        ours = {"Origin": f"http://{self.netloc}", "Content-Type": "application/json"}
        told = {**ours, **{name.replace("_", "-"): value for name, value in headers.items()}}
        status, _, body = self.ask("POST", path, told, json.dumps(document).encode())
        return status, json.loads(body) if body.startswith(b"{") else body

    def get(self, path: str) -> Any:
        """JSON."""
        return json.loads(self.ask("GET", path)[2])


def chosen(form: Mapping[str, Any]) -> dict[str, int]:
    """An attentive answer to a form."""
    number = re.search(r"number (\d) here", " ".join(text for _, text in form["statements"]))
    return {statement: int(number[1]) if number else 2 for statement, _ in form["statements"]}


def browser_or_skip() -> Path:
    pytest.importorskip("playwright", reason="playwright is not installed (the extra browser)")
    try:
        return find_browser()
    except InputError as error:
        pytest.skip(error.message)
