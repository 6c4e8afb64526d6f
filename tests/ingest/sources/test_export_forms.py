"""Exports in other languages, newer forms and odd archives: read, or refused with the right hint. All of it made up."""

from __future__ import annotations

import gzip
import json
import os
import struct
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ingest.sources import export_files
from ingest.sources.base import SourceOptions
from ingest.sources.data_export import DataExportReader, read_history
from ingest.sources.export_entries import ADVERTISEMENT, DAMAGED, NO_CLIP, Watched, read_time
from ingest.sources.registry import find_items
from vectorstore.foundation.errors import InputError

LINK = "https://www.youtube.com/watch?v=aaaaaaaaaaa"


def watched(title: str, link: str = LINK, **more: object) -> dict[str, object]:
    return {"header": "YouTube", "title": title, "titleUrl": link, "time": "2025-03-02T11:30:00.125Z", **more}


def archive(path: Path, members: Mapping[str, object]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content if isinstance(content, bytes | str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    "place",
    [
        "Takeout/YouTube und YouTube Music/Verlauf/Wiedergabeverlauf.json",
        "Takeout/YouTube et YouTube Music/historique/historique de visionnage.json",
        "Takeout/YouTube 和 YouTube Music/记录/观看记录.json",
        "Takeout/YouTube та YouTube Music/історія/історія переглядів.json",
    ],
)
def test_takeout_in_any_language(tmp_path: Path, place: str) -> None:
    folder = place.rpartition("/")[0]
    searches = [watched("Gesucht nach Kranich", "https://www.youtube.com/results?search_query=x")]
    members = {
        "Takeout/Übersicht.html": "<html>",
        f"{folder}/suche.json": searches,
        f"{folder}/broken.json": "{",
        "Takeout/My Activity/YouTube/MyActivity.json": [watched("Counted once only")],
        place: [
            watched("Kranich falten angesehen"),
            watched("Werbung", details=[{"name": "Von Google Ads"}]),
            watched("Ein Beitrag", "https://www.youtube.com/post/Ugkx"),
            7,
        ],
    }
    history = read_history(archive(tmp_path / "takeout-20260301T000000Z-001.zip", members))
    assert [(row.url, row.time) for row in history.rows] == [(LINK, "2025-03-02T11:30:00Z")]
    assert history.reasons == {ADVERTISEMENT: 1, NO_CLIP: 1, DAMAGED: 1}
    assert (history.passed_over, history.other_files, history.unread) == (3, 4, {})


def test_archives_with_the_separators_of_windows(tmp_path: Path) -> None:
    members = {
        "Takeout\\YouTube und YouTube Music\\Verlauf\\Verlauf der Videos.json": [watched("Kranich falten angesehen")],
        "TikTok\\user_data_tiktok.json": {"Activity": {"Watch History": {"VideoList": [{}]}}},
        "Takeout\\archive_browser.html": "<html>",
    }
    history = read_history(archive(tmp_path / "takeout-1.zip", members))
    assert ([row.url for row in history.rows], history.reasons) == ([LINK], {NO_CLIP: 1})
    assert (history.other_files, history.unread) == (1, {})


def test_takeout_as_web_pages_in_any_language(tmp_path: Path) -> None:
    path = archive(tmp_path / "takeout-1.zip", {"Takeout/YouTube y YouTube Music/historial/historial.html": "<html>"})
    with pytest.raises(InputError, match="as web pages") as caught:
        read_history(path)
    assert "JSON instead of HTML" in caught.value.hint


LABELLED = [
    {
        "timestamp": 1767225600,
        "label_values": [
            {"label": "URL", "value": "https://www.instagram.com/reel/Cinvented01/", "href": "x"},
            {
                "title": "Besitzer",
                "dict": [
                    {"dict": [{"label": "Name", "value": "Caf\u00c3\u00a9"}, {"label": "Username", "value": "a.baker"}]}
                ],
            },
        ],
    },
    {
        "timestamp": 1767312000123,
        "label_values": [{"label": "URL", "href": "https://www.instagram.com/p/Cinvented02/"}],
    },
    {"timestamp": 1767398400, "label_values": [{"label": "Nom", "value": "Caf\u00c3\u00a9"}]},
    {"label_values": []},
]


def test_lists_of_instagram_with_labels(tmp_path: Path) -> None:
    history = read_history(archive(tmp_path / "instagram-a-1.zip", {"x/posts_viewed.json": LABELLED}))
    assert history.rows == (
        Watched("2026-01-01T00:00:00Z", "https://www.instagram.com/reel/Cinvented01/", "instagram", "a.baker"),
        Watched("2026-01-02T00:00:00Z", "https://www.instagram.com/reel/Cinvented02/", "instagram", ""),
        Watched("2026-01-03T00:00:00Z", "", "instagram", "Café"),
    )
    assert history.reasons == {DAMAGED: 1}
    url = {"URL": {"href": "https://www.instagram.com/reel/Cinvented01/", "value": "", "timestamp": 0}}
    old = {"impressions_history_videos_watched": [{"string_map_data": url | {"Author": {"value": "a.baker"}}}]}
    (tmp_path / "videos_watched.json").write_text(json.dumps(old))
    assert read_history(tmp_path / "videos_watched.json").rows[0].url == url["URL"]["href"]


def test_what_cannot_be_read_does_not_spoil_the_rest(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "instagram-a-1.zip",
        {
            "a/posts_viewed.json": LABELLED,
            "b/videos_watched.json": "{",
            "c/posts_viewed.json": {"new": "form"},
            "d.jpg": "",
        },
    )
    with zipfile.ZipFile(path, "a", zipfile.ZIP_LZMA) as file:
        file.writestr("e/YouTube/f/g.json", "[]")
    history = read_history(path)
    assert len(history.rows) == 3
    assert list(history.unread) == ["b/videos_watched.json", "c/posts_viewed.json", "e/YouTube/f/g.json"]
    assert history.other_files == 1
    found = find_items([path], SourceOptions(fetch=True, basis="own history"))
    assert [failure.reason for failure in found.unreachable] == ["unreadable"] * 3


TEXT = """\ufeffDate: 2025-03-02 10:00:05 UTC
Link: https://www.tiktokv.com/share/video/7000000000000000001/

Date: 2025-03-01 09:00:00
Video Link: https://www.tiktokv.com/share/video/7000000000000000002/
Date: 2025-03-03 00:00:00 UTC
Link: https://www.tiktok.com/@an.invented.name

gibberish

"""


@pytest.mark.parametrize("name", ["Watch History.txt", "TikTok_Data_1.zip"])
def test_the_text_form_of_tiktok(tmp_path: Path, name: str) -> None:
    if name.endswith(".txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    else:
        inside = {"TikTok/Your Activity/Watch History.txt": TEXT, "TikTok/Likes and Favorites/Like List.txt": TEXT}
        archive(tmp_path / name, inside)
    history = read_history(tmp_path / name)
    assert [(row.time, row.url[-1]) for row in history.rows] == [
        ("2025-03-01T09:00:00Z", "2"),
        ("2025-03-02T10:00:05Z", "1"),
    ]
    assert history.reasons == {NO_CLIP: 1, DAMAGED: 1}
    assert history.other_files == (0 if name.endswith(".txt") else 1)
    assert DataExportReader().accepts(name)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_history_that_was_saved_as_utf_16(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "Watch History.txt"
    path.write_text(TEXT.lstrip("\ufeff"), encoding=encoding)
    assert [row.url[-1] for row in read_history(path).rows] == ["2", "1"]


@pytest.mark.parametrize(
    ("date", "link"), [("日期：", "链接："), ("日付： ", "リンク： "), ("Date : ", "Lien : "), ("날짜: ", "링크: ")]
)
def test_the_text_form_of_tiktok_in_any_language(tmp_path: Path, date: str, link: str) -> None:
    address = "https://www.tiktokv.com/share/video/700000000000000000"
    entries = [f"{date}2025-03-0{day} 10:00:05 UTC\n{link}{address}{day}/\n" for day in (1, 2)]
    path = tmp_path / "Watch History.txt"
    for between in ("\n", ""):
        path.write_text(between.join(entries), encoding="utf-8")
        history = read_history(path)
        assert [row.time[:10] for row in history.rows] == ["2025-03-01", "2025-03-02"]
        assert [row.url[-1] for row in history.rows] == ["1", "2"]
        assert not history.reasons


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-03-02 10:00:05 UTC", "2025-03-02T10:00:05Z"),
        ("2025-03-02 10:00:05", "2025-03-02T10:00:05Z"),
        ("2025-03-02T10:00:05+02:00", "2025-03-02T08:00:05Z"),
        (1740909600000, "2025-03-02T10:00:00Z"),
        (1740909600.75, "2025-03-02T10:00:00Z"),
        (1740909600000.0, "2025-03-02T10:00:00Z"),
        (float("nan"), ""),
        (float("inf"), ""),
        ("20250302", ""),
        (True, ""),
        ("x" * 100, ""),
    ],
)
def test_times(value: object, expected: str) -> None:
    assert read_time(value) == expected


@pytest.mark.parametrize("name", ["takeout-1.tgz", "takeout-1.tar.gz", "tiktok_1.tar", "user_data_tiktok.zip"])
def test_other_archives_are_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    content = {"gz": gzip.compress(b"x"), "ar": b"a" * 257 + b"ustar\0" + bytes(300), "ip": b"7z\xbc\xaf\x27\x1c"}
    (tmp_path / name).write_bytes(content.get(name[-2:], gzip.compress(b"x")))
    assert DataExportReader().accepts(name)
    with pytest.raises(InputError) as caught:
        find_items([tmp_path / name])
    assert "unpack it" in caught.value.hint


def test_sizes_are_looked_at_first(tmp_path: Path) -> None:
    path = tmp_path / "watch-history.json"
    path.touch()
    os.truncate(path, 40 * 2**30)
    started = time.process_time()
    with pytest.raises(InputError, match="above 134,217,728"):
        read_history(path)
    assert time.process_time() - started < 1


def test_archives_of_very_many_files_take_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "takeout-1.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/watch-history.json", json.dumps([watched("Watched")]))
    one = path.read_bytes()
    start = one.index(b"PK\x01\x02")
    entry, end = one[start : one.index(b"PK\x05\x06")], one[one.index(b"PK\x05\x06") :]
    count = 60_000
    directory = entry * count
    path.write_bytes(one[:start] + directory + end[:8] + struct.pack("<HHL", count, count, len(directory)) + end[16:])
    started = time.process_time()
    history = read_history(path)
    assert time.process_time() - started < 10
    assert (len(history.rows), len(history.unread)) == (64, 1)
    assert history.unread == {"59,936 further files": "more than 64 that may be histories"}


def as_it_is(content: bytes) -> bytes:
    return content


def with_an_end_in_the_end(content: bytes) -> bytes:
    """Where the list of files begins, readers do not ask."""
    return content[:-6] + b"PK\x05\x06" + content[-2:]


def with_a_longer_end(content: bytes) -> bytes:
    """The true size stands in the longer end alone, and what follows it looks like another one."""
    body, end = content[:-22], content[-22:]
    (size,) = struct.unpack_from("<L", end, 12)
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 100, 100, size, len(body) - size)
    locator = b"PK\x06\x07" + bytes(4) + b"PK\x06\x06" + bytes(4) + struct.pack("<L", 1)
    return body + record + locator + end[:12] + struct.pack("<L", 10) + end[16:]


@pytest.mark.parametrize("forged", [as_it_is, with_an_end_in_the_end, with_a_longer_end])
def test_a_list_of_files_that_is_too_long_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forged: Callable[[bytes], bytes]
) -> None:
    path = archive(tmp_path / "takeout-1.zip", {f"{number}.txt": "" for number in range(100)})
    path.write_bytes(forged(path.read_bytes()))
    monkeypatch.setattr(export_files, "_MAX_DIRECTORY", 1000)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("read"))
    with pytest.raises(InputError, match="lists its files in 5,"):
        read_history(path)


CASES = Path(__file__).parents[3].resolve() / "../shared/cases/ingest/exports"


@pytest.mark.skipif(not CASES.is_dir(), reason="needs ../shared/cases")
def test_exports_from_the_field() -> None:
    expected = {
        "takeout-20260301T000000Z-001.zip": (2, 2),
        "videos_watched_2026.json": (2, 2),
        "instagram-invented-2026-01-01-abc.zip": (3, 2),
        "videos_watched_url.json": (1, 1),
    }
    for name, counts in expected.items():
        rows = read_history(CASES / name).rows
        assert (len(rows), sum(bool(row.url) for row in rows)) == counts
