from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from page_world import Asking, open_page, page_catalogue, study

from agents.web.options import ClipMedia
from agents.web.ranges import FilePart
from agents.web.shelf import Shelf

CONTENT = bytes(range(256)) * 3000
CLIP = f"{0:064x}"


@dataclass
class Files:
    """Videos of one content; counts what is open."""

    path: Path
    opened: int = 0

    def __call__(self, clip_id: str) -> ClipMedia | None:
        if clip_id.endswith("7"):
            return None
        self.opened += 1
        return ClipMedia(self.path.open("rb"), len(CONTENT), "video/mp4")


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("media")
    (folder / "v.mp4").write_bytes(CONTENT)
    catalogue = page_catalogue(folder / "pictures", 8)
    with open_page(study(catalogue), folder / "log.jsonl", Files(folder / "v.mp4")) as link:
        inside = Asking(link)
        inside.enter()
        yield inside


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [("bytes=0-", 0, None), ("bytes=100-199", 100, 200), ("bytes=-7", -7, None), ("bytes=767999-", 767999, None)],
)
def test_parts_are_answered_with_206(asking: Asking, header: str, first: int, last: int | None) -> None:
    status, headers, body = asking.ask("GET", f"/media/{CLIP}", {"Range": header})
    assert status == 206 and body == CONTENT[first:last]
    begin = first % len(CONTENT)
    assert headers["content-range"] == f"bytes {begin}-{begin + len(body) - 1}/{len(CONTENT)}"
    assert headers["content-length"] == str(len(body)) and headers["content-type"] == "video/mp4"


@pytest.mark.parametrize("header", ["", "bytes=5-3", "bytes=0-1,3-4", "lines=1-2", "bytes=x"])
def test_what_is_no_part_gets_the_whole(asking: Asking, header: str) -> None:
    status, headers, body = asking.ask("GET", f"/media/{CLIP}", {"Range": header} if header else {})
    assert (status, body) == (200, CONTENT)
    assert headers["accept-ranges"] == "bytes" and "content-range" not in headers


def test_beyond_the_end_is_nothing(asking: Asking) -> None:
    status, headers, body = asking.ask("GET", f"/media/{CLIP}", {"Range": f"bytes={len(CONTENT)}-"})
    assert (status, body, headers["content-range"]) == (416, b"", f"bytes */{len(CONTENT)}")


def test_a_part_of_another_file_is_not_given(asking: Asking) -> None:
    part = {"Range": "bytes=1-2"}
    mark = asking.ask("GET", f"/media/{CLIP}", part)[1]["etag"]
    assert asking.ask("GET", f"/media/{CLIP}", {**part, "If-Range": mark})[0] == 206
    assert asking.ask("GET", f"/media/{CLIP}", {**part, "If-Range": '"other"'})[0] == 200


def test_a_head_has_no_body(asking: Asking) -> None:
    status, headers, body = asking.ask("HEAD", f"/media/{CLIP}", {"Range": "bytes=3-5"})
    assert (status, headers["content-length"], body) == (206, "3", b"")


def test_a_clip_without_a_video_has_none(asking: Asking) -> None:
    assert asking.ask("GET", f"/media/{7:064x}")[0] == 404


def test_pictures_are_what_the_feed_has(tmp_path: Path) -> None:
    catalogue = page_catalogue(tmp_path / "pictures", 2)
    shelf = Shelf(catalogue)
    frame = catalogue.clips[CLIP].frames[0].reference
    assert shelf.picture(frame.picture_sha) == frame.path.read_bytes()
    frame.path.write_bytes(b"another picture")
    assert shelf.picture(frame.picture_sha) is None, "its bytes are others"
    frame.path.unlink()
    frame.path.symlink_to("/etc/passwd")
    assert shelf.picture(frame.picture_sha) is None


def test_few_videos_are_held_open_and_none_afterwards(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(CONTENT)
    files = Files(tmp_path / "v.mp4")
    catalogue = page_catalogue(tmp_path / "pictures", 40)
    with Shelf(catalogue, files) as shelf:
        early = shelf.video(CLIP)
        for clip_id in catalogue.clips:
            video = shelf.video(clip_id)
            if video is not None:
                video.close()
        held = [media.file for media in shelf._held.values() if media is not None]
        assert len(held) == 16
        assert early is not None
        assert b"".join(early.blocks(FilePart(1, 3))) == CONTENT[1:4], "let go of by the shelf, still being sent"
        early.close()
        before = files.opened
        last = list(catalogue.clips)[-2]
        again = shelf.video(last)
        assert again is not None and files.opened == before, "one that is open is not opened again"
        again.close()
    assert all(file.closed for file in held)
