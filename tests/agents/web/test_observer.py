"""Pictures of the page: what an agent sees that browses as people do."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from browse_fixtures import TASTE, Leaning, session
from page_world import HEIGHT, PATIENCE, WIDTH, browser_or_skip, page_catalogue, picture, videos
from starlette.requests import Request
from starlette.responses import Response

from agents.browsing.log import read_log
from agents.browsing.replay import replay
from agents.browsing.seeing.observe import ObserverOptions
from agents.browsing.seeing.screens import Screens
from agents.browsing.session import Session, browse_together, pictures_of
from agents.web.observer import BrowserOptions, browser_environment, find_browser, open_screens
from agents.web.options import OpenMedia
from agents.web.ranges import FilePart
from agents.web.shelf import Video
from vectorstore.foundation.errors import InputError, MediaError

TIMES = (0.0, 1.0, 2.0)


@pytest.fixture(scope="module")
def options() -> BrowserOptions:
    return BrowserOptions(browser_or_skip(), patience=PATIENCE)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> OpenMedia:
    """Three clips have videos, VP9 and H.264; the fourth has pictures."""
    return videos(tmp_path_factory.mktemp("videos"), 3)


def colours(png: bytes) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def test_two_runs_see_the_same_and_what_the_clip_shows(
    options: BrowserOptions, media: OpenMedia, tmp_path: Path
) -> None:
    catalogue = page_catalogue(tmp_path, 4)
    runs = []
    for _ in range(2):
        with open_screens(catalogue, media, options) as screens:
            told: Screens = screens
            runs.append({(clip, time): told.shot(clip, time) for clip in catalogue.clips for time in TIMES})
            backwards = {key: told.shot(*key) for key in reversed(runs[-1])}
        assert backwards == runs[-1], "whatever was looked at before"
    assert runs[0] == runs[1]
    assert len(set(runs[0].values())) == 4 * len(TIMES), "every clip and time looks different"
    for (clip, _), shot in runs[0].items():
        seen = colours(shot)
        assert seen.shape == (options.height, options.width, 3)
        drawn = picture(int(clip, 16), 0)[80, 80]
        assert np.abs(seen[400, 300] - drawn).max() < 12, "the colour of the clip"


def test_what_is_laid_over_a_clip_covers_it_and_nothing_of_the_page(
    options: BrowserOptions, media: OpenMedia, tmp_path: Path
) -> None:
    from PIL import Image, ImageDraw

    over, content, yellow = Image.new("RGBA", (8 * WIDTH, 8 * HEIGHT)), io.BytesIO(), (250, 214, 60)
    ImageDraw.Draw(over).rectangle((0, 2 * HEIGHT, 8 * WIDTH - 1, 4 * HEIGHT - 1), yellow)
    over.save(content, "PNG")
    with open_screens(page_catalogue(tmp_path, 4), media, options) as screens:
        for clip in (f"{0:064x}", f"{3:064x}"):
            plain, covered = screens.shot(clip, 1.0), screens.shot(clip, 1.0, content.getvalue())
            assert (screens.shot(clip, 1.0), screens.shot(clip, 1.0, content.getvalue())) == (plain, covered)
            changed = np.abs(colours(plain) - colours(covered)).max(axis=2) > 12
            (top, left), (bottom, right) = np.argwhere(changed).min(axis=0), np.argwhere(changed).max(axis=0)
            inside = colours(covered)[top + 3 : bottom - 2, left + 3 : right - 2]
            assert np.abs(inside - yellow).max() < 12, "the banner lies over the clip, whole"
            assert (right - left + 1) / (bottom - top + 1) == pytest.approx(4 * WIDTH / HEIGHT, rel=0.05)


def test_an_agent_browses_the_page(options: BrowserOptions, media: OpenMedia, tmp_path: Path) -> None:
    """Two sessions that look at the page are one, byte for byte, and what they saw is kept."""
    catalogue = page_catalogue(tmp_path / "p", 4)
    told = session(steps=3, observer=ObserverOptions("page"))
    logs = [tmp_path / name / "log.jsonl" for name in ("one", "two")]
    for log in logs:
        with open_screens(catalogue, media, options) as screens:
            list(browse_together([Session(told, Leaning(TASTE), log=log, screens=screens)], catalogue))
    assert logs[0].read_bytes() == logs[1].read_bytes()
    contents = read_log(logs[0])
    assert contents.manifest.observer["mode"] == "page" and contents.manifest.observer["screens"]
    seen = {frame.frame_sha for event in contents.events for frame in event.shown}
    kept = {path.stem: path.read_bytes() for path in pictures_of(logs[0]).iterdir()}
    assert len(seen) >= 3 and seen == set(kept) and all(content.startswith(b"\x89PNG") for content in kept.values())
    assert replay(logs[0], catalogue).identical, "needs no browser"


def test_a_desk_and_a_phone_are_different_screens(options: BrowserOptions, tmp_path: Path) -> None:
    catalogue = page_catalogue(tmp_path, 1)
    desk = BrowserOptions(options.executable, 1280, 800, PATIENCE)
    with open_screens(catalogue, browser=desk) as screens:
        assert colours(screens.shot(f"{0:064x}", 0.0)).shape == (800, 1280, 3)
        assert screens.settings["width"] == 1280 and screens.settings["browser"]


def whole(request: Request, video: Video) -> Response:
    """A video as Python's own server of files answers, whatever part was asked for."""
    content = b"".join(video.blocks(FilePart(0, video.size - 1)))
    video.close()
    return Response(content, media_type=video.content_type)


def test_what_cannot_be_shown_is_said_and_nothing_stands_in_for_it(
    options: BrowserOptions, media: OpenMedia, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = f"{0:064x}"
    with open_screens(page_catalogue(tmp_path, 2), media, options) as screens:
        with pytest.raises(MediaError, match="no clip"):
            screens.shot("e" * 64, 0.0)
        for time in (-1.0, float("nan"), float("inf")):
            with pytest.raises(InputError):
                screens.shot(clip, time)
        assert screens.shot(clip, 0.0), "and goes on"
        # A server without parts of files: every seek falls back to the beginning, and the picture looks fine.
        monkeypatch.setattr("agents.web.app.video_response", whole)
        with pytest.raises(MediaError) as refused:
            screens.shot(f"{1:064x}", 2.0)
        assert refused.value.reason in ("not_seekable", "not_shown")


def test_a_damaged_video_is_not_replaced_by_pictures(options: BrowserOptions, tmp_path: Path) -> None:
    from agents.web.options import ClipMedia

    (tmp_path / "junk.mp4").write_bytes(b"\0" * 4000)

    def junk(clip_id: str) -> ClipMedia:
        return ClipMedia((tmp_path / "junk.mp4").open("rb"), 4000, "video/mp4")

    catalogue = page_catalogue(tmp_path / "p", 1)
    with open_screens(catalogue, junk, options) as screens, pytest.raises(MediaError, match="cannot play"):
        screens.shot(f"{0:064x}", 0.0)


def test_several_threads_may_ask(options: BrowserOptions, tmp_path: Path) -> None:
    catalogue = page_catalogue(tmp_path, 3)
    with open_screens(catalogue, browser=options) as screens:
        alone = {clip: screens.shot(clip, 1.0) for clip in catalogue.clips}
        together: dict[str, bytes] = {}

        def ask(clip: str) -> None:
            together[clip] = screens.shot(clip, 1.0)

        threads = [threading.Thread(target=ask, args=(clip,)) for clip in catalogue.clips]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert together == alone
    with pytest.raises(InputError, match="has ended"):
        screens.shot(next(iter(catalogue.clips)), 0.0)


def test_a_browser_that_is_none_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no program"):
        find_browser(tmp_path / "nothing")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(InputError, match="no program"):
        find_browser(tmp_path / "text")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="no browser"):
        find_browser()
    with pytest.raises(InputError):
        BrowserOptions(width=10)


def test_a_program_that_is_no_browser_is_said(options: BrowserOptions, tmp_path: Path) -> None:
    nothing = open_screens(page_catalogue(tmp_path, 1), browser=BrowserOptions(Path("/bin/false")))
    with pytest.raises(InputError, match="cannot be started"):
        nothing.__enter__()


def test_keys_are_no_part_of_what_a_browser_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "of-somebody")
    monkeypatch.setenv("LANG", "C.UTF-8")
    told = browser_environment()
    assert "of-somebody" not in told.values() and told["LANG"] == "C.UTF-8"


def test_a_browser_that_is_started_has_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("playwright")
    told, program = tmp_path / "told", tmp_path / "browser"
    program.write_text(f"#!/bin/sh\nenv > '{told}'\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    monkeypatch.setenv("LANG", "C.UTF-8")
    screens = open_screens(page_catalogue(tmp_path, 1), browser=BrowserOptions(program))
    with pytest.raises(InputError, match="cannot be started"), screens:
        pass
    assert "sk-of-somebody" not in told.read_text()
    assert "LANG=C.UTF-8" in told.read_text().splitlines()
