"""Downloads from a server on this machine that behaves badly, through the whole chain: parent, child, guard, yt-dlp."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from videos import VideoWriter, write_numbered
from web_server import WebServer

from ingest.cleaning.urls import Link, parse_link
from ingest.downloading.fetcher import REASONS, Fetcher
from ingest.downloading.options import FetchOptions
from ingest.downloading.pacing import Pacer
from ingest.media.media_guard import Limits
from vectorstore.foundation.errors import FetchError, InputError, MediaError, StorageError

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    path = tmp_path_factory.mktemp("served") / "clip.mp4"
    write_numbered(path, VideoWriter())
    server = WebServer(path.read_bytes())
    yield server
    server.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


def make_fetcher(server: WebServer, place: Path, **more: object) -> Fetcher:
    settings = {
        "own_hosts": [server.host],
        "pace": 0.0,
        "temporary_folder": place,
        "seconds": 20,
        "min_free": 0,
        **more,
    }
    return Fetcher(FetchOptions.read(settings), Pacer())


def own_link(server: WebServer, path: str) -> Link:
    return parse_link(server.url(path), FetchOptions.read({"own_hosts": [server.host]}).own_hosts)


def refuse(server: WebServer, place: Path, path: str, **more: object) -> FetchError:
    limits = Limits(max_bytes=MEGABYTE)
    fetcher = make_fetcher(server, place, **more)
    with pytest.raises(FetchError) as caught, fetcher.download(own_link(server, path), limits):
        pass
    assert list(place.iterdir()) == []
    assert caught.value.message.isprintable()
    return caught.value


def test_a_video_is_there_while_it_is_used(server: WebServer, place: Path) -> None:
    with make_fetcher(server, place).download(own_link(server, "video/clip.mp4"), Limits()) as download:
        assert download.path.read_bytes() == server.video
        assert place in download.path.parents
        assert download.path.parent.parent.stat().st_mode & 0o077 == 0
        assert download.fields["id"] == "clip"
    assert list(place.iterdir()) == []


def test_without_confinement_nothing_is_downloaded_unless_that_is_asked_for(
    server: WebServer, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.downloading.fetcher._CHILD", "no_seccomp:main")
    link = own_link(server, "video/clip.mp4")
    fetcher = make_fetcher(server, place)
    with pytest.raises(InputError, match="cannot confine") as refused, fetcher.download(link, Limits()):
        pass
    assert "--unconfined" in refused.value.hint
    with make_fetcher(server, place, unconfined=True).download(link, Limits()) as download:
        assert download.path.read_bytes() == server.video


def test_a_redirect_on_the_same_server_is_followed(server: WebServer, place: Path) -> None:
    with make_fetcher(server, place).download(own_link(server, "redirect/a?to=/video/clip.mp4"), Limits()) as download:
        assert download.path.read_bytes() == server.video


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("endless/a.mp4", "too_big"),
        ("lying-length/a.mp4", "too_big"),
        ("bomb/a.mp4", "too_big"),
        ("page/a.mp4?lie=1", "not_media"),
        ("page/a.mp4", "not_media"),
        ("status/a?status=404", "unavailable"),
        ("status/a?status=410", "unavailable"),
        ("status/a?status=403", "blocked"),
        ("status/a?status=429", "blocked"),
        ("status/a?status=503", "network"),
        ("redirect/a?to=file:///etc/passwd", "redirect"),
        ("redirect/a?to=data:video/mp4,abc", "redirect"),
        ("redirect/a?to=ftp://127.0.0.1/a.mp4", "redirect"),
        ("redirect/a?to=http://127.0.0.1:9/a.mp4", "redirect"),
        ("redirect/a?to=https://localhost/a.mp4", "redirect"),
        ("redirect/a?to=https://169.254.169.254/latest/meta-data/", "redirect"),
        ("redirect/a?to=https://2852039166/latest/meta-data/", "redirect"),
        ("redirect/a?to=https://[::ffff:127.0.0.1]/a.mp4", "redirect"),
        ("redirect/a?to=https://user:word@www.youtube.com/watch", "redirect"),
        ("redirect/in-a-circle", "redirect"),
    ],
)
def test_bad_answers_have_typed_reasons(server: WebServer, place: Path, path: str, reason: str) -> None:
    assert refuse(server, place, path).reason == reason


def test_a_reply_that_unpacks_to_a_gigabyte_does_not_fill_the_memory(server: WebServer, place: Path) -> None:
    assert refuse(server, place, "bomb/a.mp4?big=1").reason == "too_big"


def test_subtitles_come_alone_and_only_where_they_are_wanted(server: WebServer, place: Path) -> None:
    link = own_link(server, "worded/page.html")
    assert make_fetcher(server, place).subtitles(link) is None
    server.asked.clear()
    found = make_fetcher(server, place, subtitles="en", seconds=240).subtitles(link)
    assert found is not None and found.tracks is not None
    (track,) = found.tracks
    assert (found.origin, track.language, track.cues) == ("platform", "en", ((0.1, 0.3, "Hello <b>there</b>"),))
    assert "/subtitles/en.vtt" in [path for path, _ in server.asked]
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "languages"),
    [
        ("/endless/a.vtt", "en"),
        ("/bomb/a.vtt", "en"),
        ("/page/a.vtt", "en"),
        ("/video/a.vtt", "en"),
        ("file:///etc/passwd", "en"),
        ("http://127.0.0.1:9/a.vtt", "en"),
        ("/subtitles/en.vtt", "de"),
        ("/subtitles/en.vtt", "fr"),
    ],
)
def test_subtitles_that_are_none_cost_no_video(server: WebServer, place: Path, words: str, languages: str) -> None:
    link = own_link(server, f"worded/page.html?words={words}")
    found = make_fetcher(server, place, subtitles=languages, seconds=240).subtitles(link)
    assert found is not None and not found.tracks
    assert bool(found.problems) == (languages != "fr"), "that there are none is no problem"
    assert all(problem.detail.isprintable() for problem in found.problems)
    assert list(place.iterdir()) == []


def test_nobody_listening_is_no_dead_link(server: WebServer, place: Path) -> None:
    link = parse_link("http://127.0.0.1:9/a.mp4", FetchOptions.read({"own_hosts": ["127.0.0.1:9"]}).own_hosts)
    fetcher = make_fetcher(server, place, own_hosts=["127.0.0.1:9"])
    with pytest.raises(FetchError) as caught, fetcher.download(link, Limits()):
        pass
    assert caught.value.reason == "network"


def test_a_foreign_port_is_not_asked_even_as_first_request(server: WebServer, place: Path) -> None:
    link = Link("http://127.0.0.1:9/a.mp4", "own", "item", "x")
    with pytest.raises(FetchError) as caught, make_fetcher(server, place).download(link, Limits()):
        pass
    assert caught.value.reason == "policy"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ytsearch:cats", "https://evil.example/a.mp4", ":ytfav", "-x"])
def test_only_readers_of_the_platforms_are_asked(server: WebServer, place: Path, url: str) -> None:
    with pytest.raises(FetchError) as caught:
        make_fetcher(server, place).listing(Link(url, "youtube", "playlist", "x"))
    assert caught.value.reason == "policy"


def processes_below(place: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                current = str((entry / "cwd").readlink())
            except OSError:
                continue
            if current.startswith(str(place)):
                found.append(int(entry.name))
    return found


def test_a_deadline_leaves_no_process_and_no_file(server: WebServer, place: Path) -> None:
    began = time.monotonic()
    assert refuse(server, place, "drip/a.mp4", seconds=1.5).reason == "deadline"
    assert time.monotonic() - began < 8
    assert processes_below(place) == []


def test_a_killed_parent_leaves_no_process_and_its_folder_is_swept(server: WebServer, place: Path) -> None:
    code = (
        "import sys; from ingest.downloading.fetcher import Fetcher\n"
        "from ingest.downloading.options import FetchOptions\n"
        "from ingest.media.media_guard import Limits; from ingest.cleaning.urls import parse_link\n"
        "options = FetchOptions.read({'own_hosts': [sys.argv[1]], 'temporary_folder': sys.argv[2], 'min_free': 0})\n"
        "with Fetcher(options).download(parse_link(sys.argv[3], options.own_hosts), Limits(max_bytes=2**20)): pass\n"
    )
    server.asked.clear()
    command = [sys.executable, "-c", code, server.host, str(place), server.url("drip/killed.mp4")]
    parent = subprocess.Popen(command, cwd=Path(__file__).parents[3])
    end = time.monotonic() + 20
    while not any("killed" in path for path, _ in server.asked) and time.monotonic() < end:
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while processes_below(place) and time.monotonic() < end:
        time.sleep(0.02)
    assert processes_below(place) == []
    assert len(list(place.iterdir())) == 1
    make_fetcher(server, place)
    assert list(place.iterdir()) == []


EVIL_PLUGIN = """
from pathlib import Path
Path({marker!r}).write_text("plugin")
from yt_dlp.extractor.common import InfoExtractor
class EvilIE(InfoExtractor):
    _VALID_URL = r".*"
    IE_NAME = "generic"
"""


def test_configuration_plugins_and_environment_are_not_used(
    server: WebServer, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "marker"
    home, plugins = tmp_path / "home", tmp_path / "plugins"
    for folder in (home, home / ".config" / "yt-dlp", home / ".config"):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("yt-dlp.conf", "config", ".yt-dlp.conf"):
            if not (folder / name).exists() and not (folder / name).is_dir():
                (folder / name).write_text(
                    f"--exec 'before_dl:touch {marker}'\n--exec 'touch {marker}'\n--no-restrict-filenames\n"
                )
    (plugins / "yt_dlp_plugins" / "extractor").mkdir(parents=True)
    (plugins / "yt_dlp_plugins" / "extractor" / "evil.py").write_text(EVIL_PLUGIN.format(marker=str(marker)))
    (plugins / "sitecustomize.py").write_text(f"from pathlib import Path; Path({str(marker)!r}).write_text('site')")
    (home / ".netrc").write_text("machine 127.0.0.1 login user password secret\n")
    for name, value in {
        "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "PYTHONPATH": str(plugins),
        "http_proxy": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9",
        "SECRET_TOKEN": "hunter2", "PYTHONSTARTUP": str(plugins / "sitecustomize.py"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home)
    # The trap works: without our care the plug-in runs.
    subprocess.run([sys.executable, "-c", "import yt_dlp; yt_dlp.YoutubeDL({'quiet': True})"], check=True)
    marker.unlink()
    server.asked.clear()
    with make_fetcher(server, place).download(own_link(server, "video/clip.mp4"), Limits()) as download:
        assert download.path.read_bytes() == server.video
    assert not marker.exists()
    assert all("Authorization" not in headers for _, headers in server.asked)


def test_the_name_of_the_file_is_not_the_servers_choice(server: WebServer, place: Path) -> None:
    link = own_link(server, "video/%2e%2e%2f%2e%2e%2f-x%20$(touch%20a)%0a%00.mp4")
    with make_fetcher(server, place).download(link, Limits()) as download:
        assert download.path.parent.name == "media"
        assert download.path.name.isascii() and "/" not in download.path.name and " " not in download.path.name


def test_cookies_of_the_asked_site_only(server: WebServer, place: Path, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    rows = [("127.0.0.1", "mine", "yes"), (".bank.example", "session", "secret"), (".tiktok.com", "session", "other")]
    lines = [
        f"{host}\t{'TRUE' if host[0] == '.' else 'FALSE'}\t/\tFALSE\t4102444800\t{name}\t{value}"
        for host, name, value in rows
    ]
    content = "# Netscape HTTP Cookie File\n" + "\n".join(lines) + "\n"
    cookies.write_text(content)
    server.asked.clear()
    with make_fetcher(server, place, cookies=str(cookies)).download(
        own_link(server, "video/clip.mp4"), Limits()
    ) as download:
        copied = (download.path.parents[1] / "cookies.txt").read_text()
        assert "mine" in copied and "secret" not in copied and "other" not in copied
    assert all("mine=yes" in headers["Cookie"] and "session" not in headers["Cookie"] for _, headers in server.asked)
    assert cookies.read_text() == content


def test_a_file_that_holds_no_cookies_is_named(server: WebServer, place: Path, tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text('{"cookies": []}')
    fetcher = make_fetcher(server, place, cookies=str(cookies))
    with pytest.raises(InputError, match="Netscape"), fetcher.download(own_link(server, "video/a.mp4"), Limits()):
        pass


def test_a_full_disk_is_noticed_before(server: WebServer, place: Path) -> None:
    fetcher = make_fetcher(server, place, min_free=shutil.disk_usage(place).total)
    with pytest.raises(StorageError, match="free"), fetcher.download(own_link(server, "video/a.mp4"), Limits()):
        pass


def test_after_blocks_in_a_row_nobody_is_asked(server: WebServer, place: Path) -> None:
    fetcher = make_fetcher(server, place, max_blocks=2)
    server.asked.clear()
    for _ in range(4):
        with pytest.raises(FetchError) as caught, fetcher.download(own_link(server, "status/a?status=429"), Limits()):
            pass
        assert caught.value.reason == "blocked"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "said", ["Video unavailable. X has blocked it in your country", "You do not have permission to view this post"]
)
def test_what_is_not_shown_to_everybody_is_no_refusal(
    server: WebServer, place: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """Or else a few such videos in a row would keep those behind them from ever being asked about."""
    answer = {"error": "blocked", "message": said}

    def run(task: str, folder: Path, *_: object) -> int:
        (folder / "answer").write_text(json.dumps(answer))
        return 0

    monkeypatch.setattr("ingest.downloading.fetcher._run", run)
    fetcher = make_fetcher(server, place, max_blocks=2)
    for _ in range(4):
        with pytest.raises(FetchError) as caught:
            fetcher.look(own_link(server, "video/a.mp4"))
        assert (type(caught.value), caught.value.reason) == (FetchError, "blocked")


def test_looking_downloads_nothing(server: WebServer, place: Path) -> None:
    fetcher = make_fetcher(server, place)
    assert fetcher.look(own_link(server, "endless/clip.mp4"))["id"] == "clip"
    for status, reason in ((410, "unavailable"), (503, "network"), (429, "blocked")):
        with pytest.raises(FetchError) as caught:
            fetcher.look(own_link(server, f"status/a?status={status}"))
        assert caught.value.reason == reason
    assert list(place.iterdir()) == []


def test_a_listing_ends_where_it_should(server: WebServer, place: Path) -> None:
    link = own_link(server, "feed/list.xml")
    entries = make_fetcher(server, place, max_items=3).listing(Link(link.url, "own", "playlist", "x"))
    assert [entry["url"] for entry in entries] == [server.url(f"video/{number}.mp4") for number in range(3)]


def test_reasons_are_documented() -> None:
    documented = (FetchError.__doc__ or "") + (MediaError.__doc__ or "")
    assert all(f"``{reason}``" in documented for reason in REASONS)
