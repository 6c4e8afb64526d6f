"""Watch histories as the platforms hand them out. All names, numbers and links are made up."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
import source_readers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.media.media_guard import Limits
from ingest.sources import data_export, export_files
from ingest.sources.base import SourceOptions
from ingest.sources.data_export import DataExportReader, read_history
from ingest.sources.export_entries import Watched
from ingest.sources.registry import find_items, load_sources
from vectorstore.foundation.errors import InputError

FETCH = SourceOptions(fetch=True, basis="own history")
TIKTOK_ID = "7000000000000000001"
TIKTOK = {
    "Your Activity": {
        "Video Browsing History": {
            "VideoList": [
                {"Date": "2025-03-02 10:00:05", "Link": f"https://www.tiktokv.com/share/video/{TIKTOK_ID}/"},
                {"Date": "2025-03-01 09:00:00", "Link": "https://www.tiktokv.com/share/video/7000000000000000002/"},
                {"Date": "2025-03-03 00:00:00", "Link": f"https://www.tiktok.com/@an.invented.name/video/{TIKTOK_ID}"},
                {"Date": "soon", "Link": "https://www.tiktok.com/@an.invented.name/video/7000000000000000003"},
                {"Date": "2025-03-03 00:00:00", "Link": "https://www.tiktok.com/@an.invented.name"},
                {"Date": "2025-03-03 00:00:00"},
                "not an entry",
                None,
            ]
        }
    },
    "Profile": {"Profile Information": {"ProfileMap": {"emailAddress": "nobody@example.org"}}},
}
YOUTUBE = [
    {
        "header": "YouTube",
        "title": "Watched Folding a paper crane",
        "titleUrl": "https://www.youtube.com/watch?v=aaaaaaaaaaa",
        "subtitles": [
            {"name": "Invented Papercraft", "url": "https://www.youtube.com/channel/UCxxxxxxxxxxxxxxxxxxxxxx"}
        ],
        "time": "2025-03-02T11:30:00.125+02:00",
        "products": ["YouTube"],
    },
    {"header": "YouTube", "title": "Watched a video that has been removed", "time": "2025-03-01T08:00:00Z"},
    {
        "header": "YouTube",
        "title": "Watched something sold",
        "titleUrl": "https://www.youtube.com/watch?v=bbbbbbbbbbb",
        "time": "2025-03-01T08:00:01Z",
        "details": [{"name": "From Google Ads"}],
    },
    {"header": "YouTube", "title": "Viewed a post", "titleUrl": "https://www.youtube.com/post/Ugkxxxx", "time": "?"},
    {"title": "Watched https://youtu.be/ccccccccccc", "titleUrl": "https://youtu.be/ccccccccccc", "subtitles": [7]},
    ["not an entry"],
]
INSTAGRAM = {
    "impressions_history_videos_watched": [
        {"string_map_data": {"Author": {"value": "invented.baker"}, "Time": {"timestamp": 1740909600}}},
        {"string_map_data": {"Autor": {"value": "caf\u00c3\u00a9"}, "Zeit": {"value": "", "timestamp": 1740823200}}},
        {"string_map_data": {"Author": {}, "Time": {"timestamp": 10**40}}},
        {"string_map_data": []},
        None,
    ]
}


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    source_readers.register(monkeypatch, {"links": "source_readers:Links"})
    yield
    load_sources.cache_clear()


def write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_tiktok(tmp_path: Path) -> None:
    history = read_history(write(tmp_path / "user_data_tiktok.json", TIKTOK))
    url = "https://www.tiktok.com/@_/video/700000000000000000{}"
    assert history.rows == (
        Watched("2025-03-01T09:00:00Z", url.format(2), "tiktok", ""),
        Watched("2025-03-02T10:00:05Z", url.format(1), "tiktok", ""),
        Watched("2025-03-03T00:00:00Z", url.format(1), "tiktok", ""),
        Watched("", url.format(3), "tiktok", ""),
    )
    assert history.passed_over == 4


@pytest.mark.parametrize("activity", ["Activity", "Your Activity"])
@pytest.mark.parametrize("videos", ["Video Browsing History", "Watch History"])
def test_names_that_tiktok_used_over_the_years(tmp_path: Path, activity: str, videos: str) -> None:
    entry = {"date": "2025-03-02 10:00:05", "link": f"https://www.tiktokv.com/share/video/{TIKTOK_ID}/"}
    content = {activity: {videos: {"VideoList": [entry]}, "Like List": None}}
    (row,) = read_history(write(tmp_path / "user_data.json", content)).rows
    assert row.time == "2025-03-02T10:00:05Z"
    assert read_history(write(tmp_path / "user_data.json", {activity: {videos: {"VideoList": None}}})).rows == ()


def test_both_lists_of_an_export_are_read_and_what_both_have_counts_once(tmp_path: Path) -> None:
    first, second, third = (
        {"Date": f"2025-03-0{day} 10:00:05", "Link": f"https://www.tiktokv.com/share/video/{TIKTOK_ID}/"}
        for day in (1, 2, 3)
    )
    former, present = {"VideoList": [first, second]}, {"VideoList": [second, third]}
    for content in (
        {"Your Activity": {"Video Browsing History": former, "Watch History": present}},
        {"Your Activity": {"Watch History": former}, "Activity": {"Video Browsing History": present}},
        {"Your Activity": {"Like List": None}, "Activity": {"Watch History": {"VideoList": [first, second, third]}}},
    ):
        history = read_history(write(tmp_path / "user_data.json", content))
        assert [row.time[:10] for row in history.rows] == ["2025-03-01", "2025-03-02", "2025-03-03"]
        assert history.passed_over == 0


def test_both_lists_of_instagram_in_one_file_are_read(tmp_path: Path) -> None:
    def entry(name: str) -> dict[str, object]:
        link = {"href": f"https://www.instagram.com/reel/{name}/", "timestamp": 1740909600}
        return {"string_map_data": {"Author": {"value": "invented"}, "Link": link}}

    content = {
        "impressions_history_videos_watched": [entry("aaaaaaaaaaa")],
        "impressions_history_posts_seen": [entry("aaaaaaaaaaa"), entry("bbbbbbbbbbb")],
    }
    history = read_history(write(tmp_path / "videos_watched.json", content))
    assert [row.url[-12:-1] for row in history.rows] == ["aaaaaaaaaaa", "bbbbbbbbbbb"]


def test_a_part_of_tiktoks_data_without_the_history_is_none(tmp_path: Path) -> None:
    content: dict[str, object] = {"Your Activity": {"Login History": {"LoginHistoryList": []}}, "Profile": {}}
    with pytest.raises(InputError, match="no watch history that is known"):
        read_history(write(tmp_path / "user_data_tiktok.json", content))


def test_youtube(tmp_path: Path) -> None:
    history = read_history(write(tmp_path / "watch-history.json", YOUTUBE))
    url = "https://www.youtube.com/watch?v={}"
    assert history.rows == (
        Watched("2025-03-01T08:00:00Z", "", "youtube", ""),
        Watched("2025-03-02T09:30:00Z", url.format("aaaaaaaaaaa"), "youtube", "Invented Papercraft"),
        Watched("", url.format("ccccccccccc"), "youtube", ""),
    )
    assert history.passed_over == 3


def test_instagram_has_no_links(tmp_path: Path) -> None:
    path = write(tmp_path / "videos_watched.json", INSTAGRAM)
    assert read_history(path).rows == (
        Watched("2025-03-01T10:00:00Z", "", "instagram", "café"),
        Watched("2025-03-02T10:00:00Z", "", "instagram", "invented.baker"),
    )
    assert read_history(path).passed_over == 3
    with pytest.raises(InputError, match="2 watched clips, none with a link"):
        find_items([path], FETCH)
    posts = {"impressions_history_posts_seen": INSTAGRAM["impressions_history_videos_watched"][:1]}
    assert len(read_history(write(tmp_path / "posts_viewed.json", posts)).rows) == 1


def test_clips_are_fetched_only_when_the_user_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "user_data_tiktok.json", TIKTOK)
    with pytest.raises(InputError, match="holds no media, only links to 4 watched clips"):
        find_items([path])
    found = find_items([path], FETCH)
    assert (len(found.items), found.duplicates, found.ignored) == (3, 1, 4)
    item = next(iter(found.items))
    source = item.describe(item.stamp())
    assert (source.platform, source.basis, len(source.manifest_id)) == ("tiktok", "own history", 64)
    assert "2025" not in repr(source)
    with item.local_file(Limits()) as place:
        assert place.is_file()


def test_an_archive_is_read_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "takeout-20250305T000000Z-001.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Takeout/YouTube and YouTube Music/history/watch-history.json", json.dumps(YOUTUBE))
        archive.writestr("../../elsewhere/videos_watched.json", json.dumps(INSTAGRAM))
        archive.writestr("Takeout/archive_browser.html", "<html>")
    history = read_history(path)
    assert [row.platform for row in history.rows] == ["youtube", "instagram", "youtube", "instagram", "youtube"]
    found = find_items([path], FETCH)
    assert (len(found.items), found.ignored) == (2, 6 + 3)
    assert [item.describe(item.stamp()).uploader for item in found.items] == ["Invented Papercraft", ""]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name",
    ["user_data.json", "sub/User_Data_TikTok.json", "watch-history.json", "takeout-x-001.zip", "TikTok_Data_1.zip"],
)
def test_files_are_known_by_name(name: str) -> None:
    assert DataExportReader().accepts(name)
    for other in ("clips", "a.json", "a.zip", "https://a.example/watch-history.json", "watch-history.html"):
        assert not DataExportReader().accepts(other)


def zip_with(path: Path, name: str, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr(name, content)
    return path


def test_hostile_files_end_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_files, "_MAX_BYTES", 5000)
    monkeypatch.setattr(data_export, "_MAX_PARTS", 1000)
    damaged = zip_with(tmp_path / "damaged.zip", "watch-history.json", json.dumps(YOUTUBE).encode())
    damaged.write_bytes(damaged.read_bytes()[:200] + b"\0" * 20 + damaged.read_bytes()[220:])
    encrypted = bytearray(zip_with(tmp_path / "locked.zip", "watch-history.json", b"[]").read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(mark) + place] |= 1
    (tmp_path / "locked.zip").write_bytes(encrypted)
    os.mkfifo(tmp_path / "pipe.json")
    cases = {
        tmp_path / "missing.json": "cannot be read",
        tmp_path / "pipe.json": "not a regular file",
        write(tmp_path / "other.json", {"a": 1}): "no watch history that is known",
        write(tmp_path / "number.json", 7): "no watch history that is known",
        write(tmp_path / "list.json", [1, 2]): "no watch history that is known",
        write(tmp_path / "long.json", ["x" * 6000]): r"above 5,000",
        write(tmp_path / "parts.json", [0] * 1500): "more than 1,000 entries",
        zip_with(tmp_path / "bomb.zip", "watch-history.json", b" " * 10**6): r"above 5,000",
        zip_with(tmp_path / "lzma.zip", "watch-history.json", b"[]", zipfile.ZIP_LZMA): "unusual way",
        zip_with(tmp_path / "html.zip", "Takeout/YouTube/Verlauf/Wiedergabe.html", b"<html>"): "as web pages",
        zip_with(tmp_path / "empty.zip", "readme.txt", b""): "no watch history that can be read",
        damaged: "'watch-history.json': ",
        tmp_path / "locked.zip": "'watch-history.json': .*encrypted",
    }
    (tmp_path / "page.json").write_text("<html>")
    cases[tmp_path / "page.json"] = "not JSON"
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe[]")
    cases[tmp_path / "bytes.json"] = "not JSON"
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 and no more")
    cases[tmp_path / "cut.zip"] = "no readable zip archive"
    for path, message in cases.items():
        with pytest.raises(InputError, match=message) as caught:
            read_history(path)
        assert "\n" not in caught.value.message


def test_no_byte_of_an_archive_breaks_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "takeout-1.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("Takeout/YouTube/history/watch-history.json", json.dumps(YOUTUBE))
        file.writestr("t", "")
    whole = path.read_bytes()
    for place, byte in product(range(len(whole)), (0x00, 0x2F, 0x80, 0xFF)):
        path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
        with suppress(InputError):
            read_history(path)


def test_a_member_without_a_name_does_not_hide_the_others(tmp_path: Path) -> None:
    path = tmp_path / "takeout-1.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Takeout/YouTube/history/watch-history.json", json.dumps(YOUTUBE))
    before = read_history(path).rows
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(zipfile.ZipInfo(""), "")
    assert before and read_history(path).rows == before


def test_depth_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.json").write_text("[" * 200_000)
    with pytest.raises(InputError, match="not JSON"):
        read_history(tmp_path / "deep.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Date", "Link", "title", "titleUrl", "subtitles", "name", "time", "string_map_data", "value"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(entries=st.lists(JSON, max_size=5), kind=st.sampled_from(["tiktok", "youtube", "instagram"]))
def test_any_entries_are_rows_or_passed_over(tmp_path: Path, entries: list[object], kind: str) -> None:
    documents = {
        "tiktok": {"Activity": {"Video Browsing History": {"VideoList": entries}}},
        "youtube": [{"title": "Watched something"}, *entries],
        "instagram": {"impressions_history_posts_seen": entries},
    }
    history = read_history(write(tmp_path / "export.json", documents[kind]))
    assert len(history.rows) + history.passed_over == len(entries) + (kind == "youtube")
    for row in history.rows:
        (row.uploader + row.time + row.url).encode("utf-8")
