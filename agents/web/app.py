"""The application behind the page: what a browser may ask for, and what is answered."""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.browsing.doing.actions import AFTER_WATCHING
from agents.browsing.person import LONGEST_COMMENT, NotTakenError, Reaction
from agents.web.forms import PageForm, PersonAnswer
from agents.web.sending import video_response
from vectorstore.foundation.errors import InputError, ValueSpectrumError
from vectorstore.foundation.text import visible_line

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from agents.browsing.catalogue import CatalogueClip
    from agents.web.options import PageOptions
    from agents.web.seats import Seats
    from agents.web.shelf import Shelf
    from agents.web.sitting import Sitting

_LOG = logging.getLogger(__name__)
_STATIC = {
    "feed.css": "text/css",
    "feed.js": "text/javascript",
    "forms.js": "text/javascript",
    "clip.js": "text/javascript",
    "still.js": "text/javascript",
    "watch.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
"""Files of the page by name, and what they are: nothing else can be asked for."""
_KEPT = {"cache-control": "private, max-age=3600"}
_PERSON = "valuespectrum-person"
"""Cookie by which a browser finds its session again."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
_UNWRITTEN = "what you did could not be written down; please tell whoever invited you"
_STUCK = "this session cannot go on; please tell whoever invited you"
_LARGEST = 2**16
"""Bytes of an answer."""
_MONTH = 30 * 24 * 3600


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _SentAnswer(_Sent):
    """An answered form."""

    kind: Literal["consent", "portraits", "attention"]
    answers: dict[str, int] = Field(default_factory=dict, max_length=200)


class _SentReaction(_Sent):
    """What was done with a clip."""

    step: int = Field(ge=0, le=2**31)
    action: Literal["watch", "like", "skip", "not_interested"]
    watched: float = Field(ge=0)
    in_front: float = Field(ge=0)
    rating: int | None = None
    further: list[Literal["comment", "share", "save", "follow"]] = Field(default_factory=list, max_length=4)
    comment: str = Field(default="", max_length=4 * LONGEST_COMMENT)
    shown_as: Literal["video", "pictures"]


class _SentLeaving(_Sent):
    """That somebody leaves; with what was done with the clip in front, where there is anything to keep."""

    last: _SentReaction | None = None


SentKind = TypeVar("SentKind", bound=_Sent)


def person_app(seats: Seats, shelf: Shelf, page: PageOptions) -> Starlette:
    """The page for people.

    Args:
        seats: Whose session is whose.
        shelf: Pictures and videos.
        page: What is drawn around a clip.
    """
    from starlette.applications import Starlette
    from starlette.routing import Route

    desk = _Desk(seats, shelf, page)
    routes = [
        Route("/", _page("feed.html"), methods=["GET"]),
        Route("/api/state", desk.state, methods=["GET"]),
        Route("/api/answer", desk.answer, methods=["POST"]),
        Route("/api/react", desk.react, methods=["POST"]),
        Route("/api/leave", desk.leave, methods=["POST"]),
        *_common_routes(shelf),
    ]
    return Starlette(routes=routes)


def still_app(shelf: Shelf, page: PageOptions) -> Starlette:
    """The same page standing still, for pictures of its screen: nothing can be sent to it.

    Args:
        shelf: Pictures and videos.
        page: What is drawn around a clip.
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def clip(request: Request) -> Response:
        try:
            found = shelf.clip(request.path_params["clip_id"])
        except InputError as error:
            return JSONResponse({"error": error.message}, 404)
        return JSONResponse(await run_in_threadpool(clip_view, found, shelf, page))

    routes = [
        Route("/", _page("still.html"), methods=["GET"]),
        Route("/api/clip/{clip_id}", clip, methods=["GET"]),
        *_common_routes(shelf),
    ]
    return Starlette(routes=routes)


def clip_view(clip: CatalogueClip, shelf: Shelf, page: PageOptions) -> Mapping[str, object]:
    """A clip as the page takes it; texts in it are shown as text and nothing else."""
    item_id = clip.item.item_id
    video = shelf.video(item_id)
    if video is not None:
        video.close()
    return {
        "id": item_id,
        "video": None if video is None else f"/media/{item_id}",
        "pictures": [{"src": f"/picture/{each.reference.picture_sha}", "time": each.time} for each in clip.frames],
        "seconds": clip.seconds,
        "caption": clip.caption if page.captions else "",
        "ratings": page.ratings,
        "acts": list(page.acts),
    }


class _Desk:
    """Answers what the page of a person asks."""

    def __init__(self, seats: Seats, shelf: Shelf, page: PageOptions) -> None:
        self._seats, self._shelf, self._page = seats, shelf, page

    async def state(self, request: Request) -> Response:
        """What is in front of the person."""
        return await self._reply(request, lambda sitting: None)

    async def answer(self, request: Request) -> Response:
        """Take an answered form."""
        sent = await _sent(request, _SentAnswer)
        if sent is None:
            return _refused(400, "this is no answer to a form")
        return await self._reply(request, lambda sitting: sitting.answer(PersonAnswer(sent.kind, sent.answers)))

    async def react(self, request: Request) -> Response:
        """Take what was done with a clip."""
        sent = await _sent(request, _SentReaction)
        if sent is None:
            return _refused(400, "this is nothing that can be done with a clip")

        return await self._reply(request, lambda sitting: _take(sitting, sent))

    async def leave(self, request: Request) -> Response:
        """Take what was done with the clip in front, where that is to be kept, and end the session."""
        sent = await _sent(request, _SentLeaving)
        if sent is None:
            return _refused(400, "this is no way to leave")

        def go(sitting: Sitting) -> None:
            if sent.last is not None:
                # Of a clip that another tab left there is nothing to take, and that keeps nobody here.
                with contextlib.suppress(NotTakenError):
                    _take(sitting, sent.last)
            sitting.leave()

        return await self._reply(request, go)

    async def _reply(self, request: Request, deed: Callable[[Sitting], None]) -> Response:
        """Do something, then tell what is in front of the person from now on."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import JSONResponse

        kept = request.cookies.get(_PERSON, "")
        secret = kept if _SECRET.fullmatch(kept) else secrets.token_urlsafe(24)
        try:
            reply = JSONResponse(await run_in_threadpool(self._done, secret, deed))
        except NotTakenError as error:
            reply = JSONResponse({"error": error.message}, 409)
        except InputError as error:
            # In words for whoever opened the page: they name files of this machine.
            _LOG.warning("%s", error.message)
            reply = JSONResponse({"error": _STUCK}, 409)
        except ValueSpectrumError as error:
            _LOG.warning("%s", error.message)
            reply = JSONResponse({"error": _UNWRITTEN}, 503)
        if secret != kept:
            reply.set_cookie(_PERSON, secret, max_age=_MONTH, httponly=True, samesite="strict")
        return reply

    def _done(self, secret: str, deed: Callable[[Sitting], None]) -> Mapping[str, object]:
        sitting = self._seats.seat(secret)
        deed(sitting)
        now = sitting.now()
        if isinstance(now, PageForm):
            return {"form": asdict(replace(now, told={}))}
        clip = clip_view(now.clip, self._shelf, self._page)
        return {"person": sitting.participant, "step": now.step, "of": now.of, "clip": clip}


def _take(sitting: Sitting, sent: _SentReaction) -> None:
    """Hand on what was done with a clip."""
    words = visible_line(sent.comment)[:LONGEST_COMMENT].strip() if "comment" in sent.further else ""
    done = {*sent.further} - (set() if words else {"comment"})
    further = tuple(act for act in AFTER_WATCHING if act in done)
    reaction = Reaction(sent.action, sent.watched, sent.in_front, sent.rating, further=further, comment=words)
    sitting.react(sent.step, reaction, sent.shown_as)


async def _sent(request: Request, kind: type[SentKind]) -> SentKind | None:
    """What was sent, if it is of this kind."""
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > _LARGEST:
            return None
    try:
        return kind.model_validate_json(body or b"{}")
    except ValidationError:
        return None


def _refused(status: int, words: str) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse({"error": words}, status)


def _page(name: str) -> Callable[[Request], Response]:
    from starlette.responses import Response as Answer

    body = _file(name)
    return lambda request: Answer(body, media_type="text/html")


def _file(name: str) -> bytes:
    return files("agents.web").joinpath("static", name).read_bytes()


def _common_routes(shelf: Shelf) -> list[Route]:
    """What both pages are drawn with: files of the page, pictures, videos."""
    from starlette.responses import Response as Answer
    from starlette.routing import Route

    contents = {name: _file(name) for name in _STATIC}

    def static(request: Request) -> Response:
        name = request.path_params["name"]
        return Answer(contents[name], media_type=_STATIC[name]) if name in contents else _refused(404, "no such file")

    def picture(request: Request) -> Response:
        content = shelf.picture(request.path_params["sha"])
        return _refused(404, "no such picture") if content is None else Answer(content, 200, _KEPT, "image/jpeg")

    def media(request: Request) -> Response:
        video = shelf.video(request.path_params["clip_id"])
        return _refused(404, "no such video") if video is None else video_response(request, video)

    return [
        Route("/static/{name}", static, methods=["GET"]),
        Route("/picture/{sha}", picture, methods=["GET"]),
        Route("/media/{clip_id}", media, methods=["GET"]),
    ]
