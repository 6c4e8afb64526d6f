"""Links and listings become items: what they are called, what is said about them, which are left out."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from platform_infos import INFOS
from videos import VideoWriter, write_numbered
from web_server import WebServer

from ingest.cleaning.uploaders import FIELDS as UPLOADERS
from ingest.cleaning.urls import Link, parse_link
from ingest.downloading.fetcher import Download
from ingest.downloading.options import FetchOptions
from ingest.media.media_guard import Limits
from ingest.refresh import Checkable
from ingest.sources import ytdlp
from ingest.sources.base import LinkReader, SourceItem, SourceOptions
from ingest.sources.registry import find_items, load_sources
from ingest.sources.ytdlp import RemoteItem, YtDlpReader
from ingest.transcripts.beside import FoundWords
from ingest.transcripts.cues import RawTrack
from vectorstore.foundation.errors import FetchError, InputError
from vectorstore.ledger.records import UploaderName

BASIS = SourceOptions(basis="own uploads")


class FakeFetcher:
    """Answers from memory."""

    def __init__(self, entries: list[dict[str, Any]] | None = None, fields: Mapping[str, object] | None = None) -> None:
        self.entries, self.fields = entries or [], fields or {}
        self.offered: FoundWords | None = None
        self.asked: list[str] = []

    def listing(self, link: Link) -> list[dict[str, Any]]:
        self.asked.append(link.url)
        return self.entries

    def look(self, link: Link) -> Mapping[str, object]:
        self.asked.append(link.url)
        return self.fields

    @contextlib.contextmanager
    def download(self, link: Link, limits: Limits) -> Iterator[Download]:
        self.asked.append(link.url)
        yield Download(Path("video.mp4"), self.fields)

    def subtitles(self, link: Link) -> FoundWords | None:
        return self.offered


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeFetcher:
    fetcher = FakeFetcher()
    monkeypatch.setattr(ytdlp, "_fetcher", lambda options: fetcher)
    return fetcher


def test_it_is_a_reader_of_links_and_is_found() -> None:
    reader = YtDlpReader()
    assert isinstance(reader, LinkReader)
    assert (
        reader.accepts("https://evil.example/") and reader.accepts("file:///etc/passwd") and not reader.accepts("clips")
    )
    assert any(isinstance(one, YtDlpReader) for one in load_sources().working.values())


def test_naming_a_video_asks_nobody(fake: FakeFetcher) -> None:
    found = find_items(["https://youtu.be/aB3-_xyzABC?si=x", "https://www.youtube.com/shorts/aB3-_xyzABC"], BASIS)
    (item,) = found.items
    assert isinstance(item, SourceItem)
    assert item.locator == "https://www.youtube.com/watch?v=aB3-_xyzABC"
    assert item.stamp() == "youtube:aB3-_xyzABC"
    assert found.duplicates == 1 and fake.asked == []
    source = item.describe(item.stamp())
    assert (source.platform, source.basis, source.page_url) == ("youtube", "own uploads", item.locator)


@pytest.mark.parametrize(("platform", "info"), INFOS.items())
def test_what_the_platform_says_is_known_after_the_download(
    platform: str, info: dict[str, Any], fake: FakeFetcher
) -> None:
    fake.fields = {name: value for name, value in info.items() if name != "formats"} | {"upload_date": "20250331"}
    item = YtDlpReader().link(info["webpage_url"], BASIS)
    with item.local_file(Limits()) as path:
        assert path == Path("video.mp4")
    source = item.describe(item.stamp())
    assert (source.platform, source.title, source.caption) == (
        platform,
        info["title"],
        " ".join(info["description"].split()),
    )
    assert (source.locator, source.page_url, source.published) == (item.locator, item.locator, "2025-03-31")
    assert source.uploader and "somebody" not in repr(source)


@pytest.mark.parametrize(("platform", "handle"), [("tiktok", "invented.baker"), ("instagram", "invented_gardener")])
def test_handles_are_known_as_such_by_the_platform_of_the_link(platform: str, handle: str, fake: FakeFetcher) -> None:
    # The downloading process does not say which reader of yt-dlp it was.
    fake.fields = {name: value for name, value in INFOS[platform].items() if not name.startswith("extractor")}
    item = YtDlpReader().link(INFOS[platform]["webpage_url"], BASIS)
    assert isinstance(item, Checkable)
    item.check()
    assert UploaderName("handle", handle) in item.describe("").uploader_names


def test_words_are_those_that_the_platform_offered_when_it_was_asked(fake: FakeFetcher) -> None:
    (item,) = find_items(["https://youtu.be/aB3-_xyzABC"], BASIS).items
    assert isinstance(item, RemoteItem)
    assert item.words() is None, "nobody was asked yet"
    fake.offered = FoundWords("platform", (RawTrack(((0.0, 1.0, "hello"),), "en"),))
    with item.local_file(Limits()):
        assert item.words() == fake.offered
    fake.offered = FoundWords("platform", None)
    item.check()
    assert item.words() == fake.offered


def test_checking_learns_what_is_said_and_nothing_is_made_up_before(fake: FakeFetcher) -> None:
    item = YtDlpReader().link("https://youtu.be/aB3-_xyzABC", BASIS)
    assert isinstance(item, Checkable)
    source = item.describe(item.stamp())
    assert (source.title, source.caption, source.uploader) == ("", "", "")
    fake.fields = {"title": "New title"}
    item.check()
    assert item.describe(item.stamp()).title == "New title"


HOSTILE = {
    "title": "a\u202eb\x00\n" + "x" * 100_000,
    **{"description": ["a list"], "tags": {"a": 1}, "license": 5, "uploader": None, "upload_date": "99999999"},
    "webpage_url": "https://evil.example/aB3-_xyzABC",
}


def test_hostile_descriptions_are_cleaned(fake: FakeFetcher) -> None:
    fake.fields = HOSTILE
    item = YtDlpReader().link("https://youtu.be/aB3-_xyzABC", BASIS)
    with item.local_file(Limits()):
        pass
    source = item.describe(item.stamp())
    assert source.title.startswith("ab x") and len(source.title) <= 300 and source.title.isprintable()
    assert (source.caption, source.tags, source.licence, source.published) == ("", (), "", "")
    assert source.page_url == source.locator == "https://www.youtube.com/watch?v=aB3-_xyzABC"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    ["title", "description", "tags", "license", "uploader", "uploader_id", "upload_date", "webpage_url", *UPLOADERS]
)


@given(st.dictionaries(_NAMES, _VALUES))
def test_whatever_is_said_can_be_stored_and_printed(fields: dict[str, object]) -> None:
    item = RemoteItem(parse_link("https://youtu.be/aB3-_xyzABC"), FakeFetcher(), "own uploads", fields)  # type: ignore[arg-type]
    source = item.describe(item.stamp())
    texts = [getattr(source, name) for name in source.__slots__ if name not in ("tags", "uploader_names")]
    for text in (*texts, *source.tags, *(name.text for name in source.uploader_names)):
        assert isinstance(text, str) and not any(unicodedata.category(one) in ("Cc", "Cs") for one in text)
        text.encode()
    assert source.published == "" or date.fromisoformat(source.published)
    assert source.page_url == item.locator


def listed(number: int, **more: Any) -> dict[str, Any]:
    return {
        "_type": "url",
        "id": f"aB3-_xyz{number:03}",
        "url": f"https://www.youtube.com/shorts/aB3-_xyz{number:03}",
        **more,
    }


def test_a_page_that_lists_videos(fake: FakeFetcher) -> None:
    fake.entries = [
        listed(1, title="One", upload_date="20260110"),
        listed(2, upload_date="20251231"),
        listed(3),
        listed(3),
        listed(4, live_status="is_live"),
        {"url": "https://www.youtube.com/@someone/shorts"},
        {"url": "file:///etc/passwd"},
        {"url": "http://169.254.169.254/latest/meta-data/"},
        {"url": None},
        {},
    ]
    options = SourceOptions(basis="CC BY", network={"since": "2026-01-01"})
    found = YtDlpReader().items("https://www.youtube.com/@SomeOne", options)
    assert fake.asked == ["https://www.youtube.com/@someone/shorts"]
    assert [item.stamp() for item in found.items] == ["youtube:aB3-_xyz001", "youtube:aB3-_xyz003"]
    assert (found.ignored, found.duplicates) == (7, 1)
    first = next(iter(found.items))
    assert first.describe(first.stamp()).title == "One"


def test_a_short_link_is_followed_to_its_video(fake: FakeFetcher) -> None:
    fake.entries = [{"_type": "url", "url": "https://www.tiktok.com/@someone/video/7106798200794926362?_r=1"}]
    (item,) = YtDlpReader().items("https://vm.tiktok.com/ZTR45GpSF/", BASIS).items
    assert item.locator == "https://www.tiktok.com/@_/video/7106798200794926362"


def test_nothing_usable_is_said(fake: FakeFetcher) -> None:
    with pytest.raises(InputError, match="no videos"):
        YtDlpReader().items("https://www.tiktok.com/tag/museum", BASIS)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1/a.mp4", "https://evil.example/a.mp4", "https://[::1]/"]
)
def test_refused_links_are_refused_with_a_hint(url: str, fake: FakeFetcher) -> None:
    with pytest.raises(InputError, match="refused") as caught:
        YtDlpReader().items(url, BASIS)
    assert "youtube" in caught.value.hint
    with pytest.raises(FetchError, match="refused") as refused:
        YtDlpReader().link(url, BASIS)
    assert refused.value.reason == "policy"
    assert fake.asked == []


@pytest.mark.parametrize("basis", ["", "  "])
def test_a_basis_is_asked_for_before_anything_is_requested(basis: str, fake: FakeFetcher) -> None:
    for url in ("https://youtu.be/aB3-_xyzABC", "https://www.tiktok.com/@someone"):
        with pytest.raises(InputError, match="basis") as caught:
            YtDlpReader().items(url, SourceOptions(basis=basis))
        assert "--basis" in caught.value.hint
    assert fake.asked == []


def test_a_page_is_no_single_video(fake: FakeFetcher) -> None:
    with pytest.raises(FetchError, match="channel"):
        YtDlpReader().link("https://www.tiktok.com/@someone", BASIS)


def test_wrong_options_are_named(fake: FakeFetcher) -> None:
    with pytest.raises(InputError, match="postprocessors"):
        YtDlpReader().items("https://youtu.be/aB3-_xyzABC", SourceOptions(basis="x", network={"postprocessors": []}))


def test_from_the_link_to_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_numbered(path, VideoWriter())
    server = WebServer(path.read_bytes())
    try:
        network = {"own_hosts": [server.host], "pace": 0.0, "temporary_folder": tmp_path, "min_free": 0}
        options = SourceOptions(basis="own server", network=network)
        (item,) = find_items([server.url("video/clip.mp4")], options).items
        with item.local_file(Limits()) as local:
            assert local.read_bytes() == path.read_bytes()
        assert not local.exists()
        assert item.describe(item.stamp()).platform == "own"
        (gone,) = find_items([server.url("status/x?status=410")], options).items
        with pytest.raises(FetchError) as caught, gone.local_file(Limits()):
            pass
        assert caught.value.reason == "unavailable"
    finally:
        server.close()


def test_items_share_one_fetcher_and_its_pace() -> None:
    items = [YtDlpReader().link(f"https://youtu.be/aB3-_xyz{number:03}", BASIS) for number in range(3)]
    assert len({id(item._fetcher) for item in items}) == 1
    assert hash(FetchOptions()) == hash(FetchOptions.read({}))
    assert isinstance(items[0], RemoteItem) and items[0].link == parse_link("https://youtu.be/aB3-_xyz000")
