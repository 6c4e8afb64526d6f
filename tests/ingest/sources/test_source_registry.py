"""Which reader takes what a user names, and whether the documented example is one."""

from __future__ import annotations

import functools
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import source_readers
from source_readers import LinkItem

from ingest.media.media_guard import Limits
from ingest.sources.base import SourceItem, SourceOptions, SourceReader, changed_upstream
from ingest.sources.folder import FileItem
from ingest.sources.registry import find_items, link_item, load_sources
from vectorstore.foundation.errors import FetchError, InputError, MediaError
from vectorstore.ledger.records import Failure

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class LinkedItem(FileItem):
    expected_sha256: str = ""


class Broken:
    accepts = None


class Failing:
    """Takes every link, and fails at one of the things it is asked."""

    failing = "accepts"

    def accepts(self, text: str) -> bool:
        return self._told("accepts")

    def items(self, text: str, options: SourceOptions) -> bool:
        return self._told("items")

    def link(self, url: str, options: SourceOptions) -> bool:
        return self._told("link")

    def _told(self, asked: str) -> bool:
        if asked == self.failing:
            raise KeyError("two\nlines")
        return True


Register = Callable[[Mapping[str, str]], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    yield functools.partial(source_readers.register, monkeypatch)
    load_sources.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b.mp4", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_the_readers_of_this_project_are_declared_and_folders_come_last() -> None:
    readers = load_sources().working
    assert set(source_readers.OWN) <= set(readers)
    assert list(readers)[-1] == "folder"
    assert all(isinstance(reader, SourceReader) for reader in readers.values())


def test_several_sources_name_each_clip_once(folder: Path) -> None:
    one = find_items([folder])
    assert (len(one.items), one.ignored, one.duplicates) == (2, 1, 0)
    all_found = find_items([folder / "b.mp4", folder, f"folder:{folder}/*.mp4"])
    assert [Path(item.locator).name for item in all_found.items] == ["b.mp4", "a.mp4"]
    assert (len(all_found.items), all_found.duplicates) == (2, 3)
    assert list(all_found.items) == list(all_found.items)
    assert next(iter(one.items)) in all_found.items


def test_an_item_of_a_folder_is_its_own_file(folder: Path) -> None:
    item = next(iter(find_items([folder], SourceOptions(basis="own uploads")).items))
    with item.local_file(Limits()) as path:
        assert path == folder / "a.mp4"
    assert item.describe(item.stamp()).basis == "own uploads"


def test_links_go_to_the_reader_that_takes_them(register: Register) -> None:
    register({"mine": "source_readers:Links"})
    found = find_items(["https://clips.example/7"])
    assert [item.locator for item in found.items] == ["https://clips.example/7"]
    assert link_item("https://clips.example/7", SourceOptions()) == LinkItem("https://clips.example/7")
    for source in ("https://elsewhere.example/7", "file:///etc/passwd"):
        with pytest.raises(FetchError, match="is refused"):
            find_items([source])
        with pytest.raises(FetchError, match="is refused"):
            link_item(source, SourceOptions())


def test_without_a_reader_of_links_none_is_taken(register: Register) -> None:
    register({})
    with pytest.raises(InputError, match="no reader takes"):
        find_items(["https://clips.example/7"])
    with pytest.raises(FetchError, match="no reader takes"):
        link_item("https://clips.example/7", SourceOptions())


@pytest.mark.parametrize("value", ["no_such_package:Reader", f"{__name__}:Nothing", f"{__name__}:Broken", "json:loads"])
def test_readers_that_are_none_are_named(register: Register, value: str) -> None:
    register({"mine": value})
    for source in ("mine:anything", "https://clips.example/7"):
        with pytest.raises(InputError, match="'mine'") as refused:
            find_items([source])
        assert "\n" not in refused.value.message
    with pytest.raises(InputError, match="'mine'"):
        link_item("https://clips.example/7", SourceOptions())


@pytest.mark.parametrize("part", ["accepts", "items", "link"])
def test_a_reader_that_fails_at_its_work_is_named(
    register: Register, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(Failing, "failing", part)
    register({"failing": f"{__name__}:Failing"})
    url = "https://clips.example/7"
    asked: list[Callable[[], object]] = []
    if part != "link":
        asked.append(lambda: find_items([url]))
    if part != "items":
        asked.append(lambda: link_item(url, SourceOptions()))
    if part == "items":
        asked.append(lambda: find_items([f"failing:{url}"]))
    for ask in asked:
        with pytest.raises(InputError, match="source reader Failing fails") as refused:
            ask()
        assert "\n" not in refused.value.message


def test_a_reader_that_does_not_work_is_in_nobodys_way(
    register: Register, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    register({"mine": "no_such_package:Reader"})
    assert len(find_items([folder]).items) == 2
    assert "no_such_package" in caplog.text


def test_other_bytes_than_published_are_noted() -> None:
    item = LinkedItem(Path("/clip"), expected_sha256="a" * 64)
    assert changed_upstream(item, "a" * 64) is None
    assert changed_upstream(FileItem(Path("/clip")), "b" * 64) is None
    note = changed_upstream(item, "b" * 64)
    assert note == Failure("/clip", "changed_upstream", f"published with SHA-256 {'a' * 64}, found {'b' * 64}")


def test_the_documented_reader_works(register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "sources.md").read_text(encoding="utf-8"), re.S)
    assert code is not None
    (tmp_path / "documented_reader.py").write_text(code[1])
    monkeypatch.syspath_prepend(tmp_path)
    register({"zip": "documented_reader:ZipReader"})
    archive = tmp_path / "some.videos.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("holiday.mp4", b"moving pictures")
        file.writestr("readme.txt", b"no clip")
    (item,) = find_items([archive]).items
    assert isinstance(item, SourceItem)
    assert (item.locator, item.describe(item.stamp()).title) == (f"{archive}!holiday.mp4", "holiday")
    with item.local_file(Limits()) as path:
        assert path.read_bytes() == b"moving pictures"
    assert not path.exists()
    with pytest.raises(MediaError, match="bytes"), item.local_file(Limits(max_bytes=3)):
        pass
    (tmp_path / "broken.videos.zip").write_bytes(b"nothing")
    with pytest.raises(InputError, match="no zip archive"):
        find_items([tmp_path / "broken.videos.zip"])
