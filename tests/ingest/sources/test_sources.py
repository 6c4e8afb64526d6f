"""What a user may name as a source, and what strangers may write beside a video."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cleaning.text import clean_text
from ingest.sources.folder import FileItem
from ingest.sources.registry import find_items
from ingest.sources.sidecar import describe
from vectorstore.foundation.errors import InputError


def names(*sources: str | Path) -> list[str]:
    return [Path(item.locator).name for item in find_items(sources).items]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    for name in ("b.MP4", "a.webm", "below/c.mkv", "a.info.json", "cover.jpg", "odd[1].mp4"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_folders_files_and_patterns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(folder) == ["a.webm", "b.MP4", "c.mkv", "odd[1].mp4"]
    assert find_items([folder]).ignored == 2
    with pytest.raises(InputError, match="no videos in"):
        find_items([folder / "cover.jpg"])
    assert names(f"{folder}/*.MP4", folder) == ["b.MP4", "a.webm", "c.mkv", "odd[1].mp4"]
    assert names(f"{folder}/**/*.mkv") == ["c.mkv"]
    assert names(folder / "odd[1].mp4") == ["odd[1].mp4"]
    monkeypatch.chdir(folder)
    assert find_items(["."]).items == find_items([folder]).items


def test_sources_that_lead_nowhere(tmp_path: Path) -> None:
    for source in (tmp_path / "missing", f"{tmp_path}/*.mp4"):
        with pytest.raises(InputError, match="does not exist"):
            find_items([source])
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="no videos in"):
        find_items([tmp_path])
    with pytest.raises(InputError, match="no source"):
        find_items([])


def test_linked_folders_are_not_walked(folder: Path, tmp_path: Path) -> None:
    (folder / "below" / "loop").symlink_to(folder)
    assert names(folder) == ["a.webm", "b.MP4", "c.mkv", "odd[1].mp4"]


def test_names_that_are_not_unicode_can_be_stored_and_printed(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.mp4"))
    path.write_bytes(b"x")
    (item,) = find_items([tmp_path]).items
    item.locator.encode("utf-8")
    assert item.describe(item.stamp()).title == ""
    assert item.stamp() != FileItem(tmp_path / "absent.mp4").stamp() == "missing"


def sidecar(tmp_path: Path, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / "my clip [x1].info.json").write_text(text)
    return tmp_path / "my clip [x1].mp4"


def test_sidecar_of_yt_dlp(tmp_path: Path) -> None:
    found = describe(
        sidecar(
            tmp_path,
            {
                "title": "Try this!",
                "description": "Two\nlines",
                "tags": ["dog", "trick", "dog"],
                "extractor_key": "TikTok",
                "license": "CC-BY",
                "uploader": "Some Body",
                "uploader_id": "somebody",
                "upload_date": "20250331",
                "webpage_url": "https://clips.example/v/1",
            },
        )
    )
    assert (found.uploader, found.published, found.page_url) == ("somebody", "2025-03-31", "https://clips.example/v/1")
    assert (found.title, found.caption, found.tags) == ("Try this!", "Two lines", ("dog", "trick"))
    assert (found.platform, found.licence) == ("tiktok", "CC-BY")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1, 2]",
        "null",
        "[" * 100_000,
        '"' + "x" * 9_000_000 + '"',
        {"title": 7, "tags": "dog", "license": [], "uploader_id": {}, "upload_date": 20250331},
    ],
)
def test_hostile_sidecars_are_as_good_as_none(tmp_path: Path, content: object) -> None:
    found = describe(sidecar(tmp_path, content))
    assert (found.title, found.caption, found.tags) == ("my clip [x1]", "", ())
    assert (found.platform, found.licence) == ("local", "")
    assert (found.uploader, found.published, found.page_url) == ("", "", "")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user:word@a.example/",
        "https://[",
        "https://a.example/\n",
        7,
    ],
)
def test_addresses_that_are_none_are_dropped(tmp_path: Path, address: object) -> None:
    assert describe(sidecar(tmp_path, {"webpage_url": address, "upload_date": "20251399"})).page_url == ""


def test_a_link_of_a_platform_over_http_is_the_same_link(tmp_path: Path) -> None:
    """Or else it would keep the name of who posted the clip, and a takedown by its link would miss it."""
    found = describe(sidecar(tmp_path, {"webpage_url": "http://www.tiktok.com/@someone/video/7106798200794926362"}))
    assert found.page_url == "https://www.tiktok.com/@_/video/7106798200794926362"
    assert describe(sidecar(tmp_path, {"webpage_url": "http://a.example/v/1"})).page_url == "http://a.example/v/1"


def test_a_link_beside_a_video_may_have_any_number_of_parameters(tmp_path: Path) -> None:
    address = "https://www.youtube.com/watch?v=aB3-_xyzABC" + "&a=1" * 60
    assert describe(sidecar(tmp_path, {"webpage_url": address})).page_url == address


@pytest.mark.parametrize("ending", ["f137", "f399-drc", "fdash-1234v"])
def test_a_file_of_one_format_has_the_sidecar_of_the_whole(tmp_path: Path, ending: str) -> None:
    """Or else nobody could tell whose it is, and a takedown would leave it."""
    whole = sidecar(tmp_path, {"title": "Whole", "uploader_id": "UC123"})
    part = whole.with_name(f"{whole.stem}.{ending}.mp4")
    assert describe(part).uploader == describe(whole).uploader == "UC123"
    part.with_name(f"{part.stem}.info.json").write_text(json.dumps({"title": "Its own"}))
    assert describe(part).title == "Its own"
    assert describe(whole.with_name(f"{whole.stem}.final.mp4")).uploader == ""


def test_sidecar_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"title": "secret"}')
    (tmp_path / "a.info.json").symlink_to(secret)
    os.mkfifo(tmp_path / "b.info.json")
    assert describe(tmp_path / "a.mp4").title == "a"
    assert describe(tmp_path / "b.mp4").title == "b"


def test_long_fields_are_cut(tmp_path: Path) -> None:
    found = describe(sidecar(tmp_path, {"title": "t" * 9999, "description": "d" * 99999, "tags": ["x" * 999] * 999}))
    assert (len(found.title), len(found.caption), found.tags) == (300, 5000, ("x" * 100,))


@given(st.text())
def test_cleaned_text_is_one_printable_line(text: str) -> None:
    cleaned = clean_text(text, 50)
    assert len(cleaned) <= 50
    assert cleaned == " ".join(cleaned.split())
    cleaned.encode("utf-8")
    assert clean_text(cleaned, 50) == cleaned
