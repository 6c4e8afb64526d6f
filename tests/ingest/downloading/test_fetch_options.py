"""The options that yt-dlp gets, held against its own command line parser, its readers and its choice of formats."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any, cast
from unittest import mock

import pytest
import yt_dlp
from platform_infos import INFOS
from yt_dlp.extractor import gen_extractor_classes
from yt_dlp.networking import Response
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import DownloadError

from ingest.downloading.child import DownloadJob, Task, explain
from ingest.downloading.connector import RemoteConnections
from ingest.downloading.fetcher import Fetcher
from ingest.downloading.options import (
    ITEM_EXTRACTORS,
    LIST_EXTRACTORS,
    OWN_EXTRACTORS,
    FetchOptions,
    fetch_settings,
    subtitle_options,
    version_warnings,
    ytdlp_options,
)
from vectorstore.foundation.errors import InputError, StorageError

PROTOCOLS = "[protocol~='^(https|http_dash_segments)$']"
COMMAND_LINE = [
    *("--ignore-config", "--no-playlist", "--playlist-end", "1", "--no-flat-playlist", "--restrict-filenames"),
    *("--no-overwrites", "--no-continue", "--no-mtime", "--no-cache-dir", "--no-cookies", "--no-cookies-from-browser"),
    *("--proxy", "", "--xff", "never", "--fixup", "never", "--no-js-runtimes", "--no-remote-components"),
    *("--abort-on-error", "--retries", "1", "--fragment-retries", "1", "--extractor-retries", "1"),
    *("--file-access-retries", "0", "--concurrent-fragments", "1", "--abort-on-unavailable-fragments"),
    *("--socket-timeout", "20", "--sleep-requests", "0.75", "--default-search", "error", "--hls-prefer-native"),
    *(
        "--concat-playlist",
        "never",
        "--quiet",
        "--no-warnings",
        "--no-progress",
        "--color",
        "no_color",
        "--paths",
        "home:media",
    ),
    *("--format", f"bv{PROTOCOLS}/b{PROTOCOLS}/bv*{PROTOCOLS}", "--format-sort", "res:360,vcodec:h264,proto,size"),
    *("--output", "%(id).100B.%(ext)s", "--use-extractors", r"^tiktok$,^vm\.tiktok$,^youtube$,^instagram$"),
]

DANGEROUS = {
    *("exec_cmd", "exec_before_dl_cmd", "external_downloader_args", "postprocessor_args", "ffmpeg_location"),
    *("netrc_location", "username", "password", "client_certificate", "load_info_filename", "writeinfojson"),
    *("writelink", "writeurllink", "writedesktoplink", "download_archive", "print_to_file", "impersonate"),
    *("geo_verification_proxy", "compat_opts", "getcomments"),
}


def test_yt_dlps_own_parser_reads_the_same_values() -> None:
    parsed = yt_dlp.parse_options(COMMAND_LINE).ydl_opts
    ours: dict[str, Any] = ytdlp_options(own=False)
    assert set(ours) <= set(parsed)
    different = {name: (value, parsed[name]) for name, value in ours.items() if parsed[name] != value}
    for name in ("outtmpl", "paths"):
        assert parsed[name].items() >= ours[name].items()
        different.pop(name, None)
    # Of a single video the first two mean the same; the second is a third kind of "no".
    assert different == {"extract_flat": (False, "discard"), "lazy_playlist": (False, None)}


def test_subtitles_are_asked_for_as_yt_dlps_own_parser_reads_it() -> None:
    words = ["--ignore-config", "--skip-download", "--write-subs", "--write-auto-subs", "--sub-langs", "en,pt-BR"]
    parsed = yt_dlp.parse_options([*words, "--sub-format", "vtt/srt"]).ydl_opts
    ours = subtitle_options(["en", "pt-BR"])
    assert ours == {name: parsed[name] for name in ours}
    assert subtitle_options([]) == {}


def test_a_track_with_a_name_of_its_own_is_asked_for_by_what_youtube_calls_it() -> None:
    assert FetchOptions.read({"subtitles": "en-eEY6OEpapPo,pt-BR"}).subtitles == ("en-eEY6OEpapPo", "pt-BR")


@pytest.mark.parametrize("languages", ["all", "en.*", "../en", "en,de,fr,es,it", "", ["en", 1], 7, "live_chat"])
def test_languages_are_names_and_few(languages: object) -> None:
    with pytest.raises(InputError, match="subtitles"):
        FetchOptions.read({"subtitles": languages})


def test_no_option_that_runs_or_writes_anything_else() -> None:
    for own in (False, True):
        options = ytdlp_options(own)
        assert not set(options) & DANGEROUS
        with yt_dlp.YoutubeDL(options) as downloader:
            assert not any(downloader._pps.values())
            assert downloader.proxies == {"all": "__noproxy__"}
            assert downloader.params["js_runtimes"] == {}


def names_of(patterns: tuple[str, ...]) -> list[str]:
    names = [reader.IE_NAME.lower() for reader in gen_extractor_classes()]
    return [name for pattern in patterns for name in names if re.fullmatch(pattern, name, re.IGNORECASE)]


def test_each_pattern_names_exactly_one_reader_of_this_yt_dlp() -> None:
    plain = [pattern.strip("^$").replace("\\", "") for pattern in ITEM_EXTRACTORS + LIST_EXTRACTORS + OWN_EXTRACTORS]
    assert names_of(ITEM_EXTRACTORS + LIST_EXTRACTORS + OWN_EXTRACTORS) == plain
    with yt_dlp.YoutubeDL(ytdlp_options(own=False)) as downloader:
        assert {reader.IE_NAME.lower() for reader in downloader._ies.values()} == {
            "tiktok",
            "vm.tiktok",
            "youtube",
            "instagram",
        }
    with yt_dlp.YoutubeDL(ytdlp_options(own=True)) as downloader:
        assert list(downloader._ies) == ["Generic"]


TAKEN_BY = {
    "https://www.tiktok.com/@_/video/7106798200794926362": "TikTok",
    "https://vm.tiktok.com/ZTR45GpSF/": "TikTokVM",
    "https://www.tiktok.com/t/ZTRC5xgJp/": "TikTokVM",
    "https://www.youtube.com/watch?v=aB3-_xyzABC": "Youtube",
    "https://www.instagram.com/reel/Cabc_-12345/": "Instagram",
    "https://www.tiktok.com/@some.one": "TikTokUser",
    "https://www.tiktok.com/tag/museum": "TikTokTag",
    "https://www.tiktok.com/@a/collection/my-list-7111887189571160875": "TikTokCollection",
    "https://www.youtube.com/playlist?list=PL0123456789ab": "YoutubeTab",
    "https://www.youtube.com/@someone/shorts": "YoutubeTab",
    "https://www.youtube.com/hashtag/museum": "YoutubeTab",
    "https://www.youtube.com/results?search_query=slow%20cooking": "YoutubeSearchURL",
    "https://www.instagram.com/some.one/": "InstagramUser",
    "https://www.instagram.com/explore/tags/museum/": "InstagramTag",
    "file:///etc/passwd": None,
    "http://127.0.0.1/a.mp4": None,
    "https://169.254.169.254/latest/meta-data/": None,
    "https://evil.example/a.mp4": None,
    "ytsearch:cats": None,
    ":ytfav": None,
    "https://www.youtube.com/clip/UgkxExample": None,
}


@pytest.mark.parametrize(("url", "reader"), TAKEN_BY.items())
def test_links_reach_the_intended_reader_only(url: str, reader: str | None) -> None:
    with yt_dlp.YoutubeDL(ytdlp_options(own=False, listing=10)) as downloader:
        assert next((key for key, one in downloader._ies.items() if one.suitable(url)), None) == reader


@pytest.mark.parametrize(("platform", "info"), INFOS.items())
def test_small_vertical_video_in_h264_is_chosen(platform: str, info: dict[str, Any]) -> None:
    with yt_dlp.YoutubeDL(ytdlp_options(own=False)) as downloader:
        chosen = downloader.process_video_result(dict(info), download=False)
    assert chosen["format_id"] == {"tiktok": "h264_540p", "youtube": "134", "instagram": "dash-small"}[platform]
    assert chosen["vcodec"].startswith(("avc1", "h264")) and chosen["protocol"] == "https"
    assert "requested_formats" not in chosen


GOOD = {"duration": 20.0, "upload_date": "20260115", "ext": "mp4", "live_status": "not_live", "age_limit": 0}
UNWANTED: list[tuple[dict[str, object], str]] = [
    ({"live_status": "is_live"}, "policy"),
    ({"live_status": "is_upcoming"}, "policy"),
    ({"is_live": True}, "policy"),
    ({"age_limit": 18}, "policy"),
    ({"duration": None}, "policy"),
    ({"duration": "20"}, "policy"),
    ({"duration": 61}, "too_long"),
    ({"duration": float("inf")}, "too_long"),
    ({"duration": float("nan")}, "too_long"),
    ({"upload_date": "20251231"}, "policy"),
    ({"upload_date": "20260201"}, "policy"),
    ({"ext": "desktop"}, "not_media"),
    ({"ext": None}, "not_media"),
]


def make_job(**more: object) -> DownloadJob:
    task = {
        **{
            "own": False,
            "own_hosts": [],
            "deno": None,
            "download": True,
            "listing": 0,
            "subtitles": [],
            "cookies": None,
        },
        **{"max_bytes": 1000, "max_seconds": 60, "since": "20260101", "until": "20260131", "url": "", **more},
    }
    return DownloadJob(cast(Task, task), mock.create_autospec(RemoteConnections, instance=True))


@pytest.mark.parametrize(("said", "reason"), UNWANTED)
def test_unwanted_videos_are_not_begun(said: dict[str, object], reason: str) -> None:
    job = make_job()
    with pytest.raises(yt_dlp.utils.DownloadCancelled):
        job._match(GOOD | said, incomplete=False)
    assert job._decision is not None and job._decision.reason == reason
    make_job()._match(GOOD, incomplete=False)
    make_job(download=False)._match(GOOD | said, incomplete=False)


@pytest.mark.parametrize("status", [{"downloaded_bytes": 1001}, {"total_bytes": 1001}])
def test_too_many_bytes_stop_it(status: dict[str, int]) -> None:
    job = make_job()
    job._progress({"downloaded_bytes": 1000, "total_bytes": None})
    with pytest.raises(yt_dlp.utils.DownloadCancelled):
        job._progress(status)
    assert job._decision is not None and job._decision.reason == "too_big"


SAID = {
    "ERROR: [TikTok] 1: Your IP address is blocked from accessing this post": "blocked",
    "ERROR: [youtube] a: Sign in to confirm you’re not a bot. Use --cookies-from-browser": "blocked",
    "ERROR: [youtube] a: This content isn't available, try again later. Your session was rate-limited": "blocked",
    "ERROR: [Instagram] a: Requested content is not available, rate-limit reached or login required": "blocked",
    "ERROR: [Instagram] a: Instagram sent an empty media response": "blocked",
    "ERROR: [youtube] a: Private video. Sign in if you've been granted access": "unavailable",
    "ERROR: [youtube] a: Video unavailable. This video has been removed by the uploader": "unavailable",
    "ERROR: [TikTok] 1: Video not available, status code 10204": "unavailable",
    "ERROR: [youtube] a: This video is no longer available because the account has been terminated": "unavailable",
    "ERROR: [youtube] a: Video unavailable. X, who has blocked it in your country on copyright grounds": "blocked",
    "ERROR: [youtube] a: Video unavailable. This video is not available in your region": "blocked",
    "ERROR: [youtube] a: This video is temporarily unavailable": "network",
    "ERROR: [youtube] a: Video unavailable. Something went wrong. Refresh or try again later": "network",
    "ERROR: [youtube] a: The following content is not available on this app": "extractor",
    "ERROR: [youtube] a: Video unavailable. X, who has blocked it on copyright grounds": "unavailable",
    "ERROR: No suitable extractor found for URL x": "policy",
    "ERROR: [Instagram] a: There is no video in this post": "not_media",
    "ERROR: [youtube] a: Requested format is not available": "not_media",
    "ERROR: [TikTok] 1: Unable to extract universal data for rehydration": "extractor",
}


@pytest.mark.parametrize(("message", "reason"), SAID.items())
def test_what_yt_dlp_says_has_a_reason(message: str, reason: str) -> None:
    assert explain(DownloadError(message)).reason == reason


@pytest.mark.parametrize(
    ("asked", "answering", "reason"),
    [
        (
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            "https://www.youtube.com/watch?v=aaaaaaaaaaa&bpctr=1",
            "unavailable",
        ),
        (
            "https://www.tiktok.com/@_/video/7106798200794926362",
            "https://www.tiktok.com/@somebody/video/7106798200794926362",
            "unavailable",
        ),
        (
            "https://vm.tiktok.com/ZMabcdefg/",
            "https://www.tiktok.com/@somebody/video/7106798200794926362",
            "unavailable",
        ),
        ("http://127.0.0.1:8000/a.mp4", "http://127.0.0.1:8000/a.mp4", "unavailable"),
        ("https://www.youtube.com/watch?v=aaaaaaaaaaa", "https://www.youtube.com/youtubei/v1/player", "network"),
        (
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            "https://www.youtube.com/api/timedtext?v=aaaaaaaaaaa",
            "network",
        ),
        (
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            "https://r1---sn-a.googlevideo.com/videoplayback?id=1",
            "network",
        ),
        ("https://www.youtube.com/watch?v=aaaaaaaaaaa", "https://www.youtube.com/watch?v=bbbbbbbbbbb", "network"),
    ],
)
def test_a_clip_is_gone_where_its_own_address_is_not_found(asked: str, answering: str, reason: str) -> None:
    for status in (404, 410, 451):
        error = HTTPError(Response(io.BytesIO(b""), answering, {}, status=status))
        job = make_job(url=asked, own_hosts=[("127.0.0.1", 8000)])
        assert explain(error, job._is_asked_for).reason == reason
    assert explain(error, make_job(url=asked, listing=5)._is_asked_for).reason == "unavailable"


def test_without_any_place_for_downloads_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    with pytest.raises(StorageError, match="no folder for downloads"):
        Fetcher(FetchOptions())


def test_settings_of_the_user(tmp_path: Path) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.touch()
    options = FetchOptions.read(
        {"cookies": str(cookies), "since": "2026-01-31", "own_hosts": ["a.example:8080"], "pace": 5, "max_items": 7}
    )
    assert (options.cookies, options.since, options.pace.seconds, options.max_items) == (
        cookies,
        date(2026, 1, 31),
        5.0,
        7,
    )
    assert options.allows_day("2026-01-31") and options.allows_day("") and not options.allows_day("2026-01-30")
    assert not FetchOptions.read({"until": date(2026, 1, 1)}).allows_day("2026-01-02")


def test_settings_may_be_text_as_on_a_command_line() -> None:
    written = {"max_items": "7", "pace": "0.5", "until": "2026-01-31", "own_hosts": "127.0.0.1:80,a.example:8080"}
    meant = {"max_items": 7, "pace": 0.5, "until": date(2026, 1, 31), "own_hosts": ["127.0.0.1:80", "a.example:8080"]}
    assert FetchOptions.read(written) == FetchOptions.read(meant)


@pytest.mark.parametrize(
    "settings",
    [
        *({"exec": "rm"}, {"postprocessors": []}, {"max_items": 0}, {"max_items": True}, {"max_items": "many"}),
        *({"max_items": "2.5"}, {"unconfined": "true"}, {"since": "2026-02-01", "until": "2026-01-31"}),
        *({"seconds": float("nan")}, {"since": "yesterday"}, {"cookies": "/nowhere/cookies.txt"}, {"cookies": 5}),
        *({"own_hosts": "a"}, {"own_hosts": ["a"]}, {"own_hosts": 5}, {"pace": "-1"}, {"seconds": "inf"}),
    ],
)
def test_other_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InputError):
        FetchOptions.read(settings)


def test_a_command_line_writes_settings_that_can_be_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cookies.txt").touch()
    monkeypatch.chdir(tmp_path)
    settings = json.loads(json.dumps(fetch_settings(["cookies=cookies.txt", "own_hosts=a.example:1,b.example:2"])))
    monkeypatch.chdir("/")
    options = FetchOptions.read(settings)
    assert options.cookies == tmp_path / "cookies.txt" and len(options.own_hosts) == 2
    for wrong in ("cookies", "cookies=", "=x", "exec=rm", "since=yesterday"):
        with pytest.raises(InputError):
            fetch_settings([wrong])


def test_old_versions_are_named() -> None:
    assert version_warnings(date(2026, 11, 1), "2026.10.26") == []
    assert "days old" in version_warnings(date(2027, 1, 1), "2026.10.26")[0]
    assert "security" in version_warnings(date(2026, 7, 5), "2026.7.3")[0]
    assert "security" in version_warnings(date(2026, 7, 5), "2026.06.09.232854")[0]
    assert "unknown" in version_warnings(date(2026, 7, 5), "nightly")[0]
    assert "unknown" in version_warnings(date(2026, 7, 5), "2026.13.41")[0]
