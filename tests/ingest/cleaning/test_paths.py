"""Whatever the file system answers about one name, it is a reason about that name, and the rest goes on."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from colour_embedder import ColourEmbedder
from videos import VideoWriter, write_numbered

from ingest.cleaning import paths
from ingest.cleaning.paths import (
    first_link,
    is_gone,
    list_below,
    list_matches,
    look_at,
    printable,
    read_beside,
    settle,
    spelled_as_there,
)
from ingest.media.media_guard import Deadline, Limits, hash_media, open_media
from ingest.pipeline import ingest
from ingest.refresh import find_again, plan_refresh, run_refresh
from ingest.report import IngestReport
from ingest.sources.companions import is_companion
from ingest.sources.export_files import read_export
from ingest.sources.registry import find_items
from ingest.sources.tables.columns import Columns
from ingest.sources.tables.table import Table
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError, MediaError, StorageError


def reasons(report: IngestReport) -> dict[str, str]:
    return {Path(failure.source).name[-20:]: failure.reason for failure in report.clips_failed}


def run(corpus: Path, *sources: str | Path) -> IngestReport:
    with Corpus.ensure(corpus) as opened:
        return ingest(sources, opened, ColourEmbedder())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x" * 264 + ".mp4", "bad_name"),
        ("a\0b", "bad_name"),
        ("round", "not_a_file"),
        ("file/below", "missing"),
        ("none", "missing"),
    ],
)
def test_names_that_no_file_can_have(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "round").symlink_to(tmp_path / "round")
    (tmp_path / "file").touch()
    with pytest.raises(MediaError) as caught:
        look_at(tmp_path / name, "shown", follow=True)
    assert caught.value.reason == reason
    with pytest.raises(MediaError) as caught, open_media(tmp_path / name, Limits()):
        pass
    assert caught.value.reason == reason
    assert is_gone(tmp_path / name) == (reason == "missing")


@pytest.mark.parametrize("wanted", ["Caf\u00e9/\u00fcber.mp4", "Cafe\u0301/u\u0308ber.mp4", "Cafe\u0301/\u00fcber.mp4"])
def test_a_list_may_spell_letters_with_marks_as_it_likes(tmp_path: Path, wanted: str) -> None:
    there = write_numbered(tmp_path / "Cafe\u0301" / "\u00fcber.mp4", VideoWriter(frames=6))
    (tmp_path / "list.csv").write_text(f"path\n{wanted}\n", encoding="utf-8")
    (item,) = find_items([tmp_path / "list.csv"]).items
    assert item.locator == str(tmp_path / "Cafe\u0301" / "\u00fcber.mp4")
    report = run(tmp_path / "corpus", tmp_path / "list.csv", there.parent)
    assert (report.clips_added, report.clips_failed) == (1, ())


def test_a_name_that_is_not_there_stays_as_it_is_written(tmp_path: Path) -> None:
    for name in ("e\u0301", "\u00e9"):
        assert spelled_as_there(tmp_path, tmp_path / name) == tmp_path / name
    for name in ("e\u0301", "\u00e9"):
        (tmp_path / name).touch()
        assert spelled_as_there(tmp_path, tmp_path / name).name == name, "where both are there, each is itself"


def test_a_list_that_names_files_by_bytes_that_are_no_text_stops_nothing(tmp_path: Path) -> None:
    good = write_numbered(tmp_path / "good.mp4", VideoWriter(frames=6))
    (tmp_path / os.fsdecode(b"link\xff.mp4")).symlink_to(good)
    rows = [{"path": name} for name in ("link\udcff.mp4", "y\udcff" * 200, "missing\udcff.mp4", "good.mp4")]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = run(tmp_path / "corpus", tmp_path / "list.jsonl")
    assert report.clips_added == 1
    assert [failure.reason for failure in report.clips_failed] == ["not_a_file", "bad_name", "missing"]
    with Corpus.open(tmp_path / "corpus") as opened:
        assert all(failure.detail.isascii() for failure in opened.failures())


MEMORY = Path(f"/proc/{os.getpid()}/mem")
"""A regular file of which the first byte cannot be read, as on a disk that fails."""


@pytest.mark.skipif(not MEMORY.exists(), reason="this system has no such file")
def test_a_disk_that_fails_while_a_file_is_read_is_a_reason_about_that_file() -> None:
    with pytest.raises(MediaError) as caught:
        read_beside(MEMORY, 100)
    assert caught.value.reason == "unreadable"
    with MEMORY.open("rb") as file, pytest.raises(MediaError, match=r"a\.mp4") as caught:
        hash_media(file, Deadline("a.mp4", 9.0))
    assert caught.value.reason == "unreadable"


def test_a_folder_in_the_place_of_a_small_file_is_a_reason_about_that_file(tmp_path: Path) -> None:
    (tmp_path / "a.srt").mkdir()
    with pytest.raises(MediaError, match=r"a\.srt: a folder, not a regular file") as caught:
        read_beside(settle(tmp_path / "a.srt"), 100)
    assert caught.value.reason == "not_a_file"


def test_a_disk_that_fails_while_a_list_or_a_history_is_read_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    for module in ("tables.table", "export_files"):
        monkeypatch.setattr(f"ingest.sources.{module}.open_regular", lambda path, most=None: Failing(b"path\n"))
    with pytest.raises(InputError, match=r"history\.json cannot be read: Input/output error"):
        read_export(tmp_path / "history.json")
    with pytest.raises(InputError, match=r"list\.csv cannot be read: Input/output error"):
        list(Table(tmp_path / "list.csv", Columns({"path": ("path",)}, one_of=("path",), needed=())).rows())


def test_no_two_names_are_shown_alike() -> None:
    names = [b"\xff", rb"\xff", rb"\x5cxff", b"\\\xff", "\u00ff".encode(), rb"\xFF", b"\\x"]
    shown = [printable(Path(os.fsdecode(name))) for name in names]
    assert len(set(shown)) == len(names)
    assert shown[:2] == [r"\xff", r"\x5cxff"]


@pytest.mark.parametrize("number", [errno.EACCES, errno.ESTALE, errno.EIO, errno.ENOTCONN])
def test_a_disk_that_fails_makes_nothing_gone(tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: object, **_: object) -> os.stat_result:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("ingest.cleaning.paths.os.lstat", fail)
    assert not is_gone(tmp_path / "a.mp4")
    monkeypatch.setattr(Path, "lstat", fail)
    with pytest.raises(MediaError) as caught:
        first_link(tmp_path, tmp_path / "a.mp4")
    assert caught.value.reason == "unreadable"
    monkeypatch.setattr(Path, "stat", fail)
    with pytest.raises(InputError, match="clips: "):
        find_items([tmp_path / "clips"])


def test_too_many_open_files_say_nothing_about_a_file(tmp_path: Path) -> None:
    assert isinstance(paths.file_error("a", OSError(errno.EMFILE, "x")), StorageError)


def close_folders(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Folders of these names may not be listed; for tests that run as one who may enter any."""
    real = os.scandir

    def scandir(path: str | int) -> object:
        if isinstance(path, str) and Path(path).name in names:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_folder_that_may_not_be_entered_is_said_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips, corpus = tmp_path / "clips", tmp_path / "corpus"
    for place in ("open", "closed"):
        (clips / place).mkdir(parents=True)
        write_numbered(clips / place / "a.mp4", VideoWriter(frames=6, hue=90 * len(place)))
    assert run(corpus, clips).clips_added == 2
    close_folders(monkeypatch, "closed")
    report = run(corpus, clips)
    assert (report.clips_seen, report.to_json()["unreachable"]) == (
        1,
        [{"source": f"{clips}/closed", "problem": "Permission denied"}],
    )
    with Corpus.open(corpus, write=True) as opened:
        found = find_again(opened)
        assert plan_refresh(opened, found).counts["gone"] == 0
        done = run_refresh(opened, found, ColourEmbedder())
        assert (done.gone, [failure.source for failure in done.unreachable]) == (0, [f"{clips}/closed"])
        assert opened.verify() == []
    assert [failure.source for failure in find_items([f"{clips}/*"]).unreachable] == [f"{clips}/closed"]
    (found_below,) = find_items([f"{clips}/*/*.mp4"]).items
    assert found_below.locator == f"{clips}/open/a.mp4"
    with pytest.raises(InputError, match="Permission denied"):
        find_items([clips / "closed"])


def test_a_list_with_impossible_names(tmp_path: Path) -> None:
    clips, corpus = tmp_path / "clips", tmp_path / "corpus"
    clips.mkdir()
    write_numbered(clips / "good.mp4", VideoWriter(frames=6))
    (clips / "round.mp4").symlink_to("round.mp4")
    (clips / "file").touch()
    long = "y" * 264 + ".mp4"
    names = [long, "round.mp4", "file/in.mp4", "none.mp4", "good.mp4"]
    (clips / "list.csv").write_text("path\n" + "\n".join(names) + "\n")
    expected = {long[-20:]: "bad_name", "round.mp4": "not_a_file", "in.mp4": "missing", "none.mp4": "missing"}
    for _ in range(2):
        assert reasons(run(corpus, clips / "list.csv")) == expected
    with Corpus.open(corpus, write=True) as opened:
        done = run_refresh(opened, find_again(opened), ColourEmbedder())
    assert (reasons(done.ingest), done.gone) == (expected, 0)


@pytest.fixture
def shorts(tmp_path: Path) -> Path:
    folder = tmp_path / "Shorts [abc]"
    folder.mkdir()
    for name in ("A clip [x1].mp4", "A clip [y2].mp4", "B.mp4", "[odd"):
        (folder / name).write_bytes(b"x")
    return folder


def names(*sources: str | Path) -> list[str]:
    return [Path(item.locator).name for item in find_items(sources).items]


def test_brackets_are_letters_where_such_a_name_is_there(shorts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(f"{shorts}/*.mp4") == ["A clip [x1].mp4", "A clip [y2].mp4", "B.mp4"]
    assert names(f"{shorts}/A clip [x1].mp4") == ["A clip [x1].mp4"]
    assert names(f"{shorts}/A clip [x1]*") == ["A clip [x1].mp4"]
    assert names(f"{shorts.parent}/*/A clip [y2].*") == ["A clip [y2].mp4"]
    assert names(f"{shorts.parent}/S* [abc]/[AB]*.mp4") == ["A clip [x1].mp4", "A clip [y2].mp4", "B.mp4"]
    assert names(f"{shorts}/[AB].mp4") == ["B.mp4"]
    monkeypatch.chdir(shorts.parent)
    assert names("Shorts [abc]/B.mp4", "Shorts [abc]/*x1*") == ["B.mp4", "A clip [x1].mp4"]
    assert names("Shorts [abc]") == ["A clip [x1].mp4", "A clip [y2].mp4", "B.mp4"]


def test_two_stars_enter_no_links(shorts: Path) -> None:
    (shorts / "loop").symlink_to(shorts)
    assert len(names(f"{shorts.parent}/**/*.mp4")) == 3


PASSED_OVER = {
    **dict.fromkeys(
        (
            "a.info.json",
            "a.vtt",
            "a.en.srt",
            "a.description",
            "a.webp",
            "a.jpg",
            "a.PNG",
            "a.txt",
            "a.mp4.part",
            "a.temp.mp4",
            "a.f137.temp.WEBM",
            "a.ytdl",
            "a.sub",
            "a.idx",
            "a.ssa",
            "a.THM",
            "a.mp4.md5",
            "all.m3u8",
            "Thumbs.db",
            "desktop.ini",
        ),
        b"anything",
    ),
    "a.webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "odd.webp": b"anything",
    "a.mp4.part-Frag12": b"x",
    "._a.mp4": b"\0\5\x16\7\0\2\0\0Mac OS X",
    "index.ts": "import { a } from './a';\n// ümlaut\n".encode(),
    "long.mts": ("é" * 400).encode(),
}
TAKEN = {
    "a.mp4": b"x",
    "temp.mp4": b"x",
    "a temp.mp4": b"x",
    "._b.mp4": b"\0\0\0\x20ftyp",
    "b.ts": b"G" + b"\0" * 187 + b"G" + b"\xff" * 187,
    "c.webp": b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02",
    "no suffix": b"x",
    "empty.ts": b"",
}


def test_what_a_shells_star_hands_over_besides_clips_is_counted(tmp_path: Path) -> None:
    for name, content in (PASSED_OVER | TAKEN).items():
        (tmp_path / name).write_bytes(content)
    assert {name for name in PASSED_OVER | TAKEN if is_companion(tmp_path / name)} == set(PASSED_OVER)
    (tmp_path / "thumbnails").mkdir()
    found = find_items([str(path) for path in sorted(tmp_path.iterdir())])
    assert sorted(Path(item.locator).name for item in found.items) == sorted(TAKEN)
    assert (found.ignored, [failure.reason for failure in found.unreachable]) == (len(PASSED_OVER), ["no_videos"])
    assert len(found.led_nowhere) == len(PASSED_OVER) + 1
    found = find_items([tmp_path])
    assert sorted(Path(item.locator).name for item in found.items) == sorted(
        ("._b.mp4", "a temp.mp4", "a.mp4", "b.ts", "empty.ts", "temp.mp4")
    )
    assert found.ignored == len(PASSED_OVER) + 2
    with pytest.raises(InputError, match="no videos in any of the 2 sources"):
        find_items([tmp_path / "a.vtt", tmp_path / "a.info.json"])


def test_what_led_nowhere_is_not_looked_for_again(tmp_path: Path) -> None:
    write_numbered(tmp_path / "a.mp4", VideoWriter(frames=6))
    (tmp_path / "a.vtt").touch()
    assert run(tmp_path / "corpus", tmp_path / "a.mp4", tmp_path / "a.vtt").files_ignored == 1
    with Corpus.open(tmp_path / "corpus") as opened:
        assert find_again(opened).unreachable == ()


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A file below more folders in one another than Python's own functions step down, or delete."""
    places = [Path(f"{tmp_path}/deep{'/d' * depth}") for depth in range(1100)]
    for place in places:
        place.mkdir()
    file = places[-1] / "a.mp4"
    file.touch()
    yield file
    file.unlink()
    for place in reversed(places):
        place.rmdir()


def test_folders_may_lie_in_one_another_as_deep_as_they_do(
    deep: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list_below(tmp_path).files == [deep]

    def glob(*_: object, **__: object) -> list[str]:
        raise RecursionError

    monkeypatch.setattr("glob.glob", glob)
    with pytest.raises(InputError, match="too many folders"):
        list_matches(f"{tmp_path}/**/*.mp4")


def test_files_that_vanish_while_folders_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.mp4").touch()
    real = os.scandir

    def scandir(path: str | int) -> object:
        if isinstance(path, str) and Path(path).name == "below":
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert (list_below(tmp_path).files, list_below(tmp_path).unreadable) == ([tmp_path / "a.mp4"], [])
    assert list_matches(f"{tmp_path}/none/*").files == []
