"""Which names of an uploader sidecars, lists and links say, and that none of them lets the person in again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from colour_embedder import ColourEmbedder
from platform_infos import INFOS
from videos import VideoWriter, write_numbered

from ingest.cleaning.uploaders import asked_names, names_in_url
from ingest.pipeline import ingest
from ingest.refresh import find_again, plan_refresh, run_refresh
from ingest.sources.sidecar import describe_info
from vectorstore.corpus import Corpus
from vectorstore.ledger.records import Removal, UploaderName

SAID = {
    "tiktok": {
        ("id", "6899999999999999999"), ("id", "MS4wLjABAAAAinvented"), ("handle", "invented.baker"),
        ("handle", "@invented.baker"), ("display", "Invented Baker"),
    },
    "youtube": {("handle", "@inventedwalks"), ("id", "UC0123456789abcdefghijAB"), ("display", "Invented Walks")},
    "instagram": {("id", "12345678901"), ("display", "An Invented Gardener"), ("handle", "invented_gardener")},
}  # fmt: skip


@pytest.mark.parametrize("platform", SAID)
def test_all_names_that_a_platform_says_are_read_by_their_kind(platform: str) -> None:
    names = describe_info(INFOS[platform], "x").uploader_names
    assert {(name.kind, name.text) for name in names} == SAID[platform]


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://www.tiktok.com/@Invented.Baker?lang=en", (("handle", "@invented.baker"),)),
        ("http://tiktok.com/@invented.baker/", (("handle", "@invented.baker"),)),
        ("https://m.youtube.com/channel/UC0123456789abcdefghijAB/shorts", (("id", "UC0123456789abcdefghijAB"),)),
        ("https://www.youtube.com/@inventedwalks/videos", (("handle", "@inventedwalks"),)),
        ("https://www.youtube.com/c/InventedWalks", (("handle", "@inventedwalks"),)),
        ("https://www.instagram.com/invented_gardener/", (("handle", "@invented_gardener"),)),
        ("https://videos.example/people/ann/", (("id", "videos.example/people/ann"),)),
        ("https://videos.example/profile?id=7&lang=en", (("id", "videos.example/profile?id=7"),)),
        ("https://www.videos.example/profile/?utm_source=x&id=8", (("id", "videos.example/profile?id=8"),)),
        ("https://www.youtube.com/channel/UC0123456789abcdefghijAB/about", (("id", "UC0123456789abcdefghijAB"),)),
        ("https://www.youtube.com/@inventedwalks/featured?view=0", (("handle", "@inventedwalks"),)),
        ("https://www.youtube.com/user/inventedwalks/community", (("handle", "@inventedwalks"),)),
        ("https://www.tiktok.com/@invented.baker/video/7106798200794926362", (("handle", "@invented.baker"),)),
        ("https://www.tiktok.com/@invented.baker/live", (("handle", "@invented.baker"),)),
        ("https://www.instagram.com/invented_gardener/reel/aB3-_xyzABC/", (("handle", "@invented_gardener"),)),
        ("https://www.tiktok.com/@_/video/7106798200794926362", ()),
        ("https://www.tiktok.com/@", ()),
        ("https://www.instagram.com/share/reel/aB3-_xyzABC", ()),
        ("https://www.instagram.com/reel/aB3-_xyzABC/", ()),
        ("https://videos.example/@ann/about", (("id", "videos.example/@ann/about"),)),
        ("https://youtu.be/aB3-_xyzABC", ()),
        ("https://www.youtube.com/feed/subscriptions", ()),
        ("https://[bad", ()),
        ("no link", ()),
    ],
)
def test_addresses_of_pages_are_names(url: str, names: tuple[tuple[str, str], ...]) -> None:
    assert names_in_url(url) == tuple(UploaderName(*each) for each in names)
    if "://" in url:
        assert asked_names(url) == (tuple(text for _, text in names) or (url,))


def write(folder: Path, name: str, info: dict[str, Any] | None = None) -> Path:
    path = folder / f"{name}.mp4"
    path.parent.mkdir(exist_ok=True)
    write_numbered(path, VideoWriter(frames=6 + len(list(folder.iterdir()))))
    if info is not None:
        path.with_suffix(".info.json").write_text(json.dumps(info))
    return path


def test_nobody_comes_back_under_another_name(tmp_path: Path) -> None:
    walker = {"extractor_key": "Youtube", "channel_id": "UC0123456789abcdefghijAB", "channel": "Invented Walks"}
    write(tmp_path / "first", "one", INFOS["youtube"])
    write(tmp_path / "first", "two", walker | {"title": "older file, no handle"})
    write(tmp_path / "first", "three", INFOS["tiktok"])
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        assert ingest([tmp_path / "first"], corpus, ColourEmbedder()).clips_added == 3
        assert corpus.remove(Removal("uploader", ("@InventedWalks",))).clips == 2

        write(tmp_path / "later", "by_id", {"extractor_key": "Youtube", "uploader_id": "UC0123456789abcdefghijAB"})
        write(tmp_path / "later", "by_handle", {"extractor_key": "Youtube", "uploader_id": "@inventedwalks"})
        write(tmp_path / "later", "by_name", {"uploader": "invented walks"})
        write(tmp_path / "later", "by_page", {"uploader_url": "http://www.youtube.com/@inventedwalks"})
        write(tmp_path / "later", "somebody", {"uploader": "Invented Runs"})
        report = ingest([tmp_path / "later"], corpus, ColourEmbedder())
        assert (report.clips_removed, report.clips_added) == (4, 1)

        columns = ("uploader", "uploader_id", "channel", "channel_id", "channel_url", "uploader_url")
        page = "https://www.youtube.com/@inventedwalks"
        values = ("Invented Walks", "@inventedwalks", "Invented Walks", "UC0123456789abcdefghijAB", page, page)
        listed = tmp_path / "list"
        rows = ["path," + ",".join(columns)]
        for position, value in enumerate(values):
            write(listed, f"row{position}")
            rows.append(f"row{position}.mp4," + ",".join(value if at == position else "" for at in range(len(columns))))
        (listed / "list.csv").write_text("\n".join(rows) + "\n")
        report = ingest([listed / "list.csv"], corpus, ColourEmbedder())
        assert (report.clips_removed, report.clips_added) == (len(columns), 0)


def test_a_clip_that_was_here_before_its_uploader_was_known_is_told(tmp_path: Path) -> None:
    listed = write(tmp_path / "clips", "one").with_name("list.csv")
    write(tmp_path / "clips", "two")
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest([tmp_path / "clips"], corpus, ColourEmbedder())
        assert corpus.remove(Removal("uploader", ("@invented.baker",))).clips == 0
        listed.write_text("path,uploader\none.mp4,@Invented.Baker\ntwo.mp4,@somebody\n")
        for _ in range(2):
            notes = ingest([listed], corpus, ColourEmbedder()).clips_damaged
            assert [(Path(note.source).name, note.reason) for note in notes] == [("one.mp4", "removed")]
        assert corpus.remove(Removal("uploader", ("@invented.baker",))).clips == 1
        report = ingest([listed], corpus, ColourEmbedder())
        assert (report.clips_removed, report.clips_known, report.clips_damaged) == (1, 1, ())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (json.dumps({"uploader": "Invented Baker", "formats": "x" * 2**23}), "more than 8,388,608 bytes"),
        (json.dumps([{"uploader": "Invented Baker"}]), "no object of JSON"),
        ("{'uploader': 'Invented Baker'}", "no JSON that can be read"),
    ],
)
def test_a_sidecar_that_cannot_be_read_is_told_since_nobody_knows_whose_clip_it_is(
    tmp_path: Path, content: str, told: str
) -> None:
    clip = write(tmp_path / "clips", "one")
    clip.with_suffix(".info.json").write_text(content)
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        corpus.remove(Removal("uploader", ("Invented Baker",)))
        report = ingest([tmp_path / "clips"], corpus, ColourEmbedder())
    (note,) = report.clips_damaged
    assert (report.clips_added, note.source, note.reason) == (1, str(clip), "description")
    assert note.detail.startswith(f"one.info.json: {told}")


def test_what_was_said_of_a_clip_stays_while_its_sidecar_cannot_be_read(tmp_path: Path) -> None:
    sidecar = write(tmp_path / "clips", "one", INFOS["tiktok"] | {"title": "Baking"}).with_suffix(".info.json")
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest([tmp_path / "clips"], corpus, ColourEmbedder())
        before = corpus.clips()
        # As where another program is about to write it anew.
        sidecar.write_text("{")
        assert plan_refresh(corpus, find_again(corpus)).counts["changed_metadata"] == 0
        report = run_refresh(corpus, find_again(corpus), ColourEmbedder())
        assert [note.reason for note in report.ingest.clips_damaged] == ["description"]
        assert (corpus.clips(), report.ingest.changed_metadata) == (before, 0)
        sidecar.write_text(json.dumps(INFOS["tiktok"] | {"title": "Baking again"}))
        assert run_refresh(corpus, find_again(corpus), ColourEmbedder()).ingest.changed_metadata == 1
        assert [(clip.title, clip.platform) for clip in corpus.clips()] == [("Baking again", before[0].platform)]


def test_a_list_and_a_sidecar_say_names_together(tmp_path: Path) -> None:
    write(tmp_path / "clips", "one", INFOS["tiktok"])
    (tmp_path / "clips" / "list.csv").write_text("path,channel_id,platform\none.mp4,MS4other,tiktok\n")
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest([tmp_path / "clips" / "list.csv"], corpus, ColourEmbedder())
        for name in ("MS4other", "invented.baker", "6899999999999999999", "invented baker"):
            assert len(corpus.clips_foreseen(Removal("uploader", (name,)))) == 1, name
        assert corpus.clips()[0].uploader == corpus.uploader_key("MS4other")
