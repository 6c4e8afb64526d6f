"""Videos as browsers fetch them: part by part, so that they can seek."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.web.ranges import FilePart, part_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from agents.web.shelf import Video


def video_response(request: Request, video: Video) -> Response:
    """Answer with a video or with the part of it that was asked for; the video is closed when it has been sent.

    A header ``If-Range`` of another file gets the whole file, since the part would not fit what the browser has.
    """
    from starlette.responses import Response as Answer

    mark = f'"{request.path_params["clip_id"]}"'
    headers = {"accept-ranges": "bytes", "etag": mark, "cache-control": "private, max-age=3600"}
    asked = request.headers.get("range") if request.headers.get("if-range", mark) == mark else None
    part = part_of(asked, video.size)
    sent = part or FilePart(0, video.size - 1)
    if part is not None:
        place = f"{part.first}-{part.last}" if part.length else "*"
        headers["content-range"] = f"bytes {place}/{video.size}"
    status = 200 if part is None else 206 if part.length else 416
    headers["content-length"] = str(sent.length)
    if request.method == "HEAD" or not sent.length:
        video.close()
        return Answer(b"", status, headers, video.content_type)
    return _streamed(video, sent, status, headers)


def _streamed(video: Video, part: FilePart, status: int, headers: dict[str, str]) -> Response:
    from starlette.responses import StreamingResponse
    from starlette.types import Receive, Scope, Send

    class VideoResponse(StreamingResponse):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await super().__call__(scope, receive, send)
            finally:
                video.close()

    return VideoResponse(video.blocks(part), status, headers, video.content_type)
