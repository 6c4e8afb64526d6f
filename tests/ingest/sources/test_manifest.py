"""Lists of clips that others wrote: what they may say, what they may not, and that nothing in them stops the rest."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
import source_readers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.cleaning.text import clean_text
from ingest.media.media_guard import Limits
from ingest.sources.base import Found, SourceItem, SourceOptions, changed_upstream
from ingest.sources.manifest import FIELDS, LinkRow, LinksWritten, links_manifest
from ingest.sources.registry import find_items, load_sources
from ingest.sources.tables import parquet_rows
from ingest.sources.tables.columns import MAX_ROW
from vectorstore.foundation.errors import InputError, MediaError
from vectorstore.ledger.records import Source

SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
VIDEO = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
HASH = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    source_readers.register(monkeypatch, {"links": "source_readers:Links"})
    yield
    load_sources.cache_clear()


def write_csv(path: Path, rows: Sequence[Mapping[str, object]], **dialect: object) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, **dialect)  # type: ignore[arg-type]
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_jsonl(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_parquet(path: Path, rows: list[dict[str, object]]) -> Path:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


Writer = Callable[[Path, list[dict[str, object]]], Path]
WRITERS: dict[str, Writer] = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


def described(item: SourceItem) -> Source:
    return item.describe(item.stamp())


def reason(item: SourceItem) -> tuple[str, str]:
    """The reason code and message with which an item fails."""
    with pytest.raises(MediaError) as caught, item.local_file(Limits()):
        pass
    return caught.value.reason, caught.value.message


def read(path: Path, **options: object) -> Found:
    return find_items([path], SourceOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", WRITERS)
def test_rows_become_clips_with_what_they_say(tmp_path: Path, kind: str) -> None:
    rows = [
        {
            "path": "below/a.mp4",
            "url": "",
            "title": "Two\nlines",
            "caption": "Salt \u2066& pepper",
            "tags": '["dog", "trick", "dog"]',
            "platform": "TikTok",
            "licence": "CC-BY",
            "uploader": "someone",
            "published": "2025-03-31",
            "page_url": "https://www.tiktok.com/@someone/video/7106798200794926362",
            "basis": "permission",
            "sha256": HASH.upper(),
            "mood": "unknown column",
        },
        {"path": "", "url": "https://youtu.be/aaaaaaaaaaa", "tags": "cat; nap ;", "published": "20250401"},
    ]
    names = list(rows[0])
    path = WRITERS[kind](tmp_path / f"list.{kind}", [{name: row.get(name, "") for name in names} for row in rows])
    found = read(path, basis="research")
    local, remote = found.items
    assert (len(found.items), found.duplicates) == (2, 0)
    said = described(local)
    assert (local.locator, said.title, said.caption) == (f"{tmp_path}/below/a.mp4", "Two lines", "Salt & pepper")
    assert (said.tags, said.platform, said.licence) == (("dog", "trick"), "tiktok", "CC-BY")
    assert (said.uploader, said.published, said.basis) == ("someone", "2025-03-31", "permission")
    assert said.page_url == "https://www.tiktok.com/@_/video/7106798200794926362"
    assert len(said.manifest_id) == 64 and said.manifest_id == described(remote).manifest_id
    assert changed_upstream(local, HASH) is None
    assert changed_upstream(local, HASH[::-1]) is not None
    assert changed_upstream(remote, HASH) is None
    said = described(remote)
    assert (remote.locator, said.tags, said.published) == (VIDEO, ("cat", "nap"), "2025-04-01")
    assert (said.title, said.platform) == ("as the page says", "page")
    assert (said.page_url, said.basis) == (VIDEO, "research")
    assert [item.locator for item in found.items] == [item.locator for item in (local, remote)]


def test_options_under_which_no_link_can_be_used_are_not_a_fault_of_each_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list.csv", [{"path": "a.mp4", "url": ""}, {"path": "", "url": VIDEO}])
    with pytest.raises(InputError, match="cannot be used with these options"):
        read(path, network={"refuse": True})


def test_a_row_may_say_why_its_clip_may_be_used(tmp_path: Path) -> None:
    rows = [{"url": VIDEO, "basis": "permission"}, {"url": "https://clips.example/2", "basis": ""}]
    first, second = read(write_csv(tmp_path / "list.csv", rows), basis="own uploads").items
    assert (described(first).basis, described(second).basis) == ("permission", "own uploads")


def test_typed_parquet(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"path": "a.mp4", "tags": ["x", "y"], "published": date(2025, 3, 31), "title": 1984}
    ]
    said = described(*read(write_parquet(tmp_path / "list.parquet", rows)).items)
    assert (said.tags, said.published, said.title) == (("x", "y"), "2025-03-31", "1984")


def test_a_row_goes_before_the_file_beside_the_clip(tmp_path: Path) -> None:
    (tmp_path / "a.info.json").write_text(json.dumps({"title": "beside", "description": "told beside"}))
    path = write_csv(tmp_path / "list.csv", [{"path": "a.mp4", "title": "listed"}])
    said = described(*read(path).items)
    assert (said.title, said.caption) == ("listed", "told beside")


def test_columns_of_other_names(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list.csv", [{"Link": VIDEO, "text": "named", "title": "not this one"}])
    (item,) = read(path, columns={"url": "link", "title": "text"}).items
    assert (item.locator, described(item).title) == (VIDEO, "named")
    with pytest.raises(InputError, match="no column 'txt' for 'title'"):
        read(path, columns={"url": "link", "title": "txt"})
    with pytest.raises(InputError, match="no field 'titel'"):
        read(path, columns={"titel": "text"})
    (item,) = read(write_csv(tmp_path / "old.csv", [{"path": "a.mp4", "License": "CC0"}])).items
    assert described(item).licence == "CC0"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("../outside.mp4", "policy"),
        ("below/../../outside.mp4", "policy"),
        ("/etc/passwd", "policy"),
        ("linked.mp4", "not_a_file"),
        ("folder/a.mp4", "not_a_file"),
        ("nul\0.mp4", "bad_row"),
    ],
)
def test_paths_stay_in_the_folder_of_the_manifest(tmp_path: Path, place: str, expected: str) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    home.mkdir()
    outside.mkdir()
    (outside / "a.mp4").write_bytes(b"x")
    (outside / "a.info.json").write_text('{"title": "secret"}')
    (home / "linked.mp4").symlink_to(outside / "a.mp4")
    (home / "linked.info.json").symlink_to(outside / "a.info.json")
    (home / "folder").symlink_to(outside)
    (item,) = read(write_csv(home / "list.csv", [{"path": place}])).items
    assert reason(item)[0] == expected
    assert "secret" not in repr(described(item))


def test_absolute_paths_when_they_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")
    (tmp_path / "lists").mkdir()
    path = write_csv(tmp_path / "lists" / "list.csv", [{"path": f"{tmp_path}/a.mp4"}, {"path": "../a.mp4"}])
    found = read(path, allow_absolute=True)
    (item,) = found.items
    assert found.duplicates == 1
    with item.local_file(Limits()) as place:
        assert place == tmp_path / "a.mp4"


def test_rows_that_fail_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = [
        {"path": "good.mp4"},
        ["no", "object"],
        {"title": "nowhere"},
        {"path": 1.5},
        {"path": True},
        {"url": "file:///etc/passwd"},
        {"url": "https://169.254.169.254/latest"},
        {"url": "https://www.youtube.com/@somebody"},
        {"path": "\ud800.mp4"},
        {"path": "last.mp4"},
    ]
    path = write_jsonl(tmp_path / "list.jsonl", rows)
    with path.open("a") as file:
        file.write(
            "{broken\n"
            + "[" * 100_000
            + "\n"
            + "9" * 10_000
            + "\n\n"
            + f'"{"x" * MAX_ROW}"\n{{"path": "very last.mp4"}}\n'
        )
    good, *bad, last, broken, deep, long_number, long_line, very_last = read(path).items
    assert [Path(item.locator).name for item in (good, last, very_last)] == ["good.mp4", "last.mp4", "very last.mp4"]
    expected = ["bad_row"] * 4 + ["policy"] * 3 + ["bad_row"]
    for number, (item, code) in enumerate(zip(bad, expected, strict=True), start=2):
        found, message = reason(item)
        assert (found, item.locator) == (code, f"{path}#row-{number}")
        assert message.startswith(f"row {number}: ")
        assert "\n" not in message
        message.encode("utf-8")
        assert described(item).manifest_id
    for item in (broken, deep, long_number, long_line):
        assert reason(item)[0] == "bad_row"
    assert long_line.locator.endswith("#row-15")


def test_a_broken_row_is_tried_again_when_it_changes(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "list.jsonl", [{"path": "../a.mp4"}, {"path": "b.mp4"}])
    before = next(iter(read(path).items))
    write_jsonl(path, [{"path": "../a.mp4"}, {"path": "c.mp4"}])
    assert next(iter(read(path).items)).stamp() == before.stamp()
    write_jsonl(path, [{"path": "../b.mp4"}])
    after = next(iter(read(path).items))
    assert (after.locator, after.stamp() == before.stamp()) == (before.locator, False)


def test_csv_rows_that_fail(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    long = "x" * (MAX_ROW + 5)
    path.write_text(
        f'path,title\na.mp4,"ok"\nb.mp4,x,y,z\nc.mp4,"odd"quote\n\nd.mp4\n{long},t\ne.mp4,"never closed\nf.mp4,t\n'
    )
    items = list(read(path).items)
    assert [Path(item.locator).name for item in items] == [
        "a.mp4",
        "list.csv#row-3",
        "list.csv#row-4",
        "d.mp4",
        "list.csv#row-7",
        "list.csv#row-8",
    ]
    assert "4 cells under 2 columns" in reason(items[1])[1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_dialects_of_csv(tmp_path: Path, delimiter: str, ends: str) -> None:
    path = tmp_path / "list.csv"
    lines = ['title"of"this'.replace('"', " ") + delimiter + "path", f'"a{delimiter}""b"" {ends} c"{delimiter}a.mp4']
    path.write_bytes(b"\xef\xbb\xbf" + (ends.join(lines) + ends).encode())
    (item,) = read(path, columns={"title": "TITLE of this"}).items
    assert (Path(item.locator).name, described(item).title) == ("a.mp4", " ".join(f'a{delimiter}"b" c'.split()))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"link,title\nx,y\n", "no column 'url' or 'path'"),
        ("a.csv", b"", "no column 'url' or 'path'"),
        ("a.csv", b"path\n", "has no rows"),
        ("a.csv", "path\nä.mp4\n".encode("latin-1"), "not UTF-8"),
        ("a.csv", "path\na.mp4\n".encode("utf-16")[:-1], "not UTF-16"),
        ("a.csv", b"Path,title,path\na.mp4,x,b.mp4\n", "the column 'path' more than once"),
        ("a.csv", b'"path\n', "first row cannot be read"),
        ("a.jsonl", b'{"link": "x"}\n', "no column 'url' or 'path'"),
        ("a.jsonl", b"", "no column 'url' or 'path'"),
        ("a.jsonl", b'{"path": "a"}\n\xff\n', "not UTF-8"),
        ("a.parquet", b"PAR1 not really PAR1", "no readable Parquet"),
        ("a.parquet", b"", "no readable Parquet"),
    ],
)
def test_files_that_are_no_manifest(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / name)
    assert caught.value.hint and "\n" not in str(caught.value)


def test_damaged_parquet_is_one_line(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", [{"path": f"{number}.mp4"} for number in range(2000)])
    content = bytearray(path.read_bytes())
    content[50:2000] = bytes(1950)
    path.write_bytes(content)
    with pytest.raises(InputError, match="no readable Parquet"):
        read(path)


def test_parquet_text_that_is_not_utf8_is_a_row_that_fails(tmp_path: Path) -> None:
    texts = pyarrow.array([b"a.mp4", b"\xff.mp4", b"c.mp4"], pyarrow.binary()).view(pyarrow.string())
    pyarrow.parquet.write_table(pyarrow.table({"path": texts}), tmp_path / "a.parquet")
    items = list(read(tmp_path / "a.parquet").items)
    assert [Path(item.locator).name for item in items] == ["a.mp4", "a.parquet#row-2", "c.mp4"]


def test_pipes_and_missing_files_end_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for name, message in (("pipe.csv", "not a regular file"), ("none.csv", "cannot be read")):
        with pytest.raises(InputError, match=message):
            read(tmp_path / name)


def test_repeated_rows_count_once_and_it_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = [
        {"url": VIDEO},
        {"url": "https://youtu.be/aaaaaaaaaaa?si=sharer"},
        {"url": "https://clips.example/2"},
        {"url": VIDEO},
    ]
    with caplog.at_level(logging.WARNING):
        found = read(write_csv(tmp_path / "list.csv", rows))
    assert ([item.locator for item in found.items], found.duplicates) == ([VIDEO, "https://clips.example/2"], 2)
    assert "2 rows repeat clips of earlier rows" in caplog.text
    both = find_items([tmp_path / "list.csv", tmp_path / "list.csv"])
    assert (len(both.items), both.duplicates) == (2, 6)


def test_a_manifest_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list.csv", [{"path": "a.mp4"}, {"path": "b.mp4"}])
    items = read(path).items
    write_csv(path, [{"path": "a.mp4"}, {"path": "b.mp4"}, {"path": "c.mp4"}])
    with pytest.raises(InputError, match="changed while it was read"):
        list(items)


def test_other_bytes_than_published_are_refused_on_request(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"x")
    path = write_csv(tmp_path / "list.csv", [{"path": "a.mp4", "sha256": HASH}])
    (item,) = read(path).items
    with item.local_file(Limits()) as place:
        assert place == tmp_path / "a.mp4"
    (item,) = read(path, same_bytes=True).items
    assert reason(item)[0] == "changed_upstream"


def test_published_links_hold_no_persons_and_no_places(tmp_path: Path) -> None:
    rows = [
        LinkRow(
            "tiktok",
            "https://www.tiktok.com/@someone/video/7106798200794926362?u=1",
            "/home/me/a.mp4",
            HASH,
            (0.5, 1.23456),
        ),
        LinkRow("youtube", "", "https://youtu.be/aaaaaaaaaaa?si=sharer", HASH[::-1]),
        LinkRow("instagram", "https://www.instagram.com/someone/reel/AbCdEfGhIjK/", "x", HASH),
        LinkRow("web", "https://clips.example/7?access_token=someone&X-Amz-Signature=user#someone", "x", HASH),
        LinkRow("local", "", "/home/me/b.mp4", HASH),
        LinkRow("own", "http://127.0.0.1:8000/a.mp4", "https://user:word@a.example/", HASH),
        LinkRow("tiktok", "https://www.tiktok.com/@someone", "https://www.youtube.com/@someone/about", HASH),
        LinkRow("youtube", "https://www.youtube.com/shorts/aaaaaaaaaaa", "", HASH[::-1]),
    ]
    target = tmp_path / "links.jsonl"
    assert links_manifest(rows, target) == LinksWritten(written=4, left_out=3)
    text = target.read_text()
    assert not any(word in text for word in ("someone", "sharer", "/home", "127", "user"))
    assert json.loads(text.splitlines()[0])["times"] == [0.5, 1.235]
    found = read(target)
    assert [item.locator for item in found.items] == [
        "https://www.tiktok.com/@_/video/7106798200794926362",
        VIDEO,
        "https://www.instagram.com/reel/AbCdEfGhIjK/",
        "https://clips.example/7",
    ]
    hashes = [HASH, HASH[::-1], HASH, HASH]
    assert all(changed_upstream(item, sha) is None for item, sha in zip(found.items, hashes, strict=True))
    assert [described(item).platform for item in found.items] == ["tiktok", "youtube", "instagram", "web"]
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(InputError, match="told apart"):
        links_manifest(rows, tmp_path / "links")


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@SETTINGS
@given(
    kind=st.sampled_from(sorted(WRITERS)),
    rows=st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), min_size=1, max_size=8),
    mark=st.booleans(),
)
def test_any_text_survives_and_every_row_is_accounted_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, rows: list[tuple[str, str, str]], mark: bool
) -> None:
    # Whether Parquet can be read is not asked here, since each child takes its time.
    monkeypatch.setattr(parquet_rows, "find_harm_once", lambda *_: "")
    lines: list[dict[str, object]] = [
        {
            "path": f"{number}.mp4",
            "title": title,
            "caption": text,
            "tags": json.dumps([tag]) if kind == "csv" else [tag],
        }
        for number, (title, text, tag) in enumerate(rows)
    ]
    path = WRITERS[kind](tmp_path / f"list.{kind}", lines)
    if mark and kind != "parquet":
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    found = read(path)
    assert len(list(found.items)) == len(found.items) == len(rows)
    for number, (item, (title, text, tag)) in enumerate(zip(found.items, rows, strict=True)):
        said = described(item)
        assert Path(item.locator).name == f"{number}.mp4"
        assert said.title in (cleaned(title), str(number))
        assert said.caption == cleaned(text)
        assert said.tags == ((cleaned(tag),) if cleaned(tag) else ())


def cleaned(text: str) -> str:
    return clean_text(text, 300)


@SETTINGS
@given(
    content=st.binary(max_size=300),
    kind=st.sampled_from(sorted(WRITERS)),
    header=st.sampled_from([b"", b"path\n", b"url,title\n", b'{"path": "a"}\n']),
)
def test_any_bytes_are_rows_or_one_clear_line(tmp_path: Path, content: bytes, kind: str, header: bytes) -> None:
    path = tmp_path / f"list.{kind}"
    path.write_bytes(header + content)
    try:
        found = read(path)
    except InputError as error:
        assert "\n" not in error.message
        return
    locators = [item.locator for item in found.items]
    assert len(set(locators)) == len(locators) == len(found.items)
    for item in found.items:
        described(item)
        item.locator.encode("utf-8")


@SETTINGS
@given(
    rows=st.lists(
        st.dictionaries(st.sampled_from(FIELDS), st.one_of(ANY_TEXT, st.integers(), st.none(), st.lists(ANY_TEXT)))
    ),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_hostile_cells_never_stop_the_rest(tmp_path: Path, rows: list[dict[str, object]], quoting: int) -> None:
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, FIELDS, quoting=quoting)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows([*rows, {"path": "last.mp4"}])
    (tmp_path / "list.csv").write_text(lines.getvalue(), encoding="utf-8", newline="")
    write_jsonl(tmp_path / "list.jsonl", [*rows, {"path": "last.mp4"}])
    for path in (tmp_path / "list.csv", tmp_path / "list.jsonl"):
        *_, last = read(path).items
        assert Path(last.locator).name == "last.mp4"
