"""An export can be read by other tools, adds up, and names nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corpus_parts import EMBEDDER, RECIPE, add, embed, frames, media, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusLockedError, InputError
from vectorstore.ledger.records import ClipLink, Failure, Removal, Source
from vectorstore.snapshots.card import CardFacts, plain, write_card
from vectorstore.snapshots.export import ExportOptions, export_corpus, exported_links
from vectorstore.snapshots.snapshot import take_snapshot

PERSONAL = ("ZZtitleZZ", "ZZcaptionZZ", "ZZuploaderZZ", "https://www.tiktok.com/@ZZpageZZ/video/1", "ZZtagZZ")


@pytest.fixture
def filled(corpus: Corpus) -> Corpus:
    title, caption, uploader, page, tag = PERSONAL
    source = Source(page, "1", title, caption, (tag,), "tiktok", "CC-BY", uploader, "2024-05-17", page, "own uploads")
    corpus.add_clip(source, replace(media("one"), motion=2.5), RECIPE, frames(corpus, "one"))
    add(corpus, "two", duplicates=True)
    corpus.add_clip(Source("/videos/three.mp4", "1"), media("three"), RECIPE, frames(corpus, "three"))
    corpus.link_source(Source("https://example.org/again", "1", page_url="https://example.org/again"), sha("one"))
    corpus.add_clip_links([ClipLink(sha("one"), sha("two"))])
    corpus.add_failure(Source("/bad", "1"), Failure("/bad", "empty", ""))
    corpus.mark_gone("/videos/two.mp4")
    embed(corpus)
    return corpus


def table(card: str, title: str) -> dict[str, int]:
    section = card.split(f"## {title}")[1].split("## ")[0]
    rows = re.findall(r"\| (.*?) \| \**([\d,]+)\** \|", section)
    return {name: int(number.replace(",", "")) for name, number in rows}


def test_tables_say_what_the_corpus_says(filled: Corpus, tmp_path: Path) -> None:
    report = export_corpus(filled, tmp_path / "out", ExportOptions(vectors=True))
    assert sorted(path.name for path in report.folder.iterdir()) == [
        "CARD.md", "clips.parquet", "frames.parquet", "vectors.parquet",
    ]  # fmt: skip
    assert report.rows == {"clips": 3, "frames": 12, "vectors": 12}
    clips = pd.read_parquet(report.folder / "clips.parquet").set_index("clip_id")
    one = clips.loc[sha("one")]
    assert (one.platform, one.published, one.licence, one.basis) == ("tiktok", "2024-05-17", "CC-BY", "own uploads")
    assert (one.uploader, one.motion, one.gone_at) == (filled.uploader_key("ZZuploaderZZ"), 2.5, "")
    assert list(one.near_duplicates) == [sha("two")] and list(clips.loc[sha("three")].near_duplicates) == []
    assert clips.loc[sha("two")].gone_at
    table = pd.read_parquet(report.folder / "frames.parquet").set_index("frame_id")
    for frame in filled.frames():
        row = table.loc[frame.frame_id]
        assert (row.clip_id, row.position, row.time) == (frame.clip_id, frame.index, frame.time)
        original = row.duplicate_of if isinstance(row.duplicate_of, str) else None
        assert (row.picture_sha, original) == (frame.picture_sha, frame.duplicate_of)
        assert row.blank == frame.blank
    stored = pd.read_parquet(report.folder / "vectors.parquet").set_index("frame_id").vector
    for frame_id, vector in zip(*filled.vectors(EMBEDDER), strict=True):
        assert np.allclose(stored[frame_id].astype(float), vector, atol=1e-3)


def test_the_numbers_of_the_card_add_up(filled: Corpus, tmp_path: Path) -> None:
    filled.remove(Removal("clip", (sha("three"),)))
    coverage = {"power": 2, "hedonism": 1}
    report = export_corpus(filled, tmp_path / "out", ExportOptions(value_coverage=coverage, contact="a@b.org"))
    card = (report.folder / "CARD.md").read_text()
    became = table(card, "What was asked for and what became of it")
    planned = became.pop("**planned**")
    assert planned == sum(became.values()) == 5
    assert list(became.values()) == [2, 1, 1, 1]
    for title in ("Clips by platform", "Clips by month", "Clips by licence", "Clips by basis", "Clips by codec"):
        rows = table(card, title)
        assert rows.pop("**all**") == sum(rows.values()) == 2, title
    assert table(card, "Clips by month") == {"2024-05": 1, "unknown": 1, "**all**": 2}
    assert table(card, "Failed sources by reason") == {"empty": 1, "**all**": 1}
    assert table(card, "Clips by value") == {"power": 2, "hedonism": 1, "**all**": 3}
    assert "1 of 2 clips were not found dead" in card
    assert "2 clips are linked" in card and "3 of 8 frames repeat" in card
    assert "there is no snapshot" in card and r"a\@b.org" in card


def test_the_card_says_when_links_were_looked_at(filled: Corpus, tmp_path: Path) -> None:
    card = export_corpus(filled, tmp_path / "before", ExportOptions()).folder / "CARD.md"
    assert "Links were not looked at since they came in: 2 of 3 clips" in card.read_text()
    filled.add_event("refresh", {"links_checked": 3})
    card = export_corpus(filled, tmp_path / "after", ExportOptions()).folder / "CARD.md"
    assert re.search(r"Links were last looked at on [0-9]{4}-[0-9]{2}-[0-9]{2}: 2 of 3 clips", card.read_text())
    filled.add_event("refresh", {"links_checked": 1, "links_unchecked": 2})
    card = export_corpus(filled, tmp_path / "blocked", ExportOptions()).folder / "CARD.md"
    assert "(2 could not be asked about): 2 of 3 clips" in card.read_text()


def test_the_card_names_the_snapshot_and_its_recall(filled: Corpus, tmp_path: Path) -> None:
    made = take_snapshot(filled, "march")
    report = export_corpus(filled, tmp_path / "out", ExportOptions())
    card = (report.folder / "CARD.md").read_text()
    assert report.snapshot == "march"
    assert f"`{made.content_hash}`, snapshot `march`" in card and "recall@10" in card and "1.0000" in card
    assert sorted(path.name for path in report.folder.iterdir()) == ["CARD.md", "clips.parquet", "frames.parquet"]


def test_nobody_is_named(filled: Corpus, tmp_path: Path) -> None:
    report = export_corpus(filled, tmp_path / "out", ExportOptions(vectors=True))
    content = (report.folder / "CARD.md").read_text()
    for path in report.folder.glob("*.parquet"):
        # Parquet compresses; its cells are looked at as text.
        content += repr(pd.read_parquet(path).to_dict("records"))
    assert not [text for text in (*PERSONAL, "tiktok.com", "/videos/") if text in content]


def test_texts_of_strangers_stay_texts() -> None:
    hostile = "a|b\n# c <script>alert(1)</script> [x](http://evil) `d` \x1b[31m\u202e"
    shown = plain(hostile)
    assert "\n" not in shown and "\x1b" not in shown and "\u202e" not in shown
    for sign in "|#<[`":
        assert f"\\{sign}" in shown and not re.search(rf"(?<!\\)\{sign}", shown)
    assert len(plain("x" * 5000)) < 200


def test_a_card_tells_of_vectors_what_the_snapshot_knows_of_them(filled: Corpus, tmp_path: Path) -> None:
    before = take_snapshot(filled, "before")

    def card(name: str) -> str:
        return (export_corpus(filled, tmp_path / name, ExportOptions(vectors=True)).folder / "CARD.md").read_text()

    assert f"snapshot `before` of {before.made_at}, index hash `{before.index_hash}`." in card("same")
    embed(filled, "test/another", seed=1)
    told = card("others")
    assert before.index_hash not in told and "of which the vectors are others now" in told
    assert "recall@10 of the index for test/made-up: 1.0000" in told and "for test/another" not in told
    after = take_snapshot(filled, "after")
    told = card("after")
    assert f"snapshot `after` of {after.made_at}, index hash `{after.index_hash}`." in told
    assert "recall@10 of the index for test/another: 1.0000" in told


def test_an_export_is_whole_or_not_there(filled: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    (tmp_path / "file").write_text("x")
    for name in ("mine", "file"):
        with pytest.raises(InputError, match="there already"):
            export_corpus(filled, tmp_path / name, ExportOptions())
    with monkeypatch.context() as patch:
        patch.setattr("vectorstore.snapshots.export.write_card", lambda facts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            export_corpus(filled, tmp_path / "out", ExportOptions())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "file", "mine"]
    (tmp_path / "out").mkdir()
    assert export_corpus(filled, tmp_path / "out", ExportOptions()).rows["clips"] == 3


@pytest.mark.parametrize("name", ["chroma-9", "tables", "frames/tables"])
def test_nothing_is_exported_into_the_corpus(filled: Corpus, tmp_path: Path, name: str) -> None:
    (tmp_path / "other").symlink_to(filled.folder)
    before = sorted(filled.folder.rglob("*"))
    for folder in (filled.folder, tmp_path / "other", tmp_path / "new" / ".." / "corpus"):
        with pytest.raises(InputError, match="lies in the corpus"):
            export_corpus(filled, folder / name, ExportOptions())
    assert sorted(filled.folder.rglob("*")) == before


def test_two_exports_into_one_folder_do_not_meet(
    filled: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / ".out.tmp"
    left.mkdir()
    (left / "vectors.parquet").write_text("of an export that was killed")
    (left / ".lock").touch()

    def meanwhile(facts: CardFacts) -> str:
        with pytest.raises(CorpusLockedError, match="is writing the export"):
            export_corpus(filled, tmp_path / "out", ExportOptions(vectors=True))
        return write_card(facts)

    monkeypatch.setattr("vectorstore.snapshots.export.write_card", meanwhile)
    folder = export_corpus(filled, tmp_path / "out", ExportOptions()).folder
    assert sorted(path.name for path in folder.iterdir()) == ["CARD.md", "clips.parquet", "frames.parquet"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "out"]


def test_links_are_those_of_living_sources(filled: Corpus) -> None:
    links = {link.locator: link for link in exported_links(filled)}
    assert sorted(links) == ["/videos/three.mp4", "https://example.org/again", PERSONAL[3]]
    assert links["https://example.org/again"].clip_id == sha("one")
    assert links["https://example.org/again"].times == (0.0, 0.5, 1.0, 1.5)


def test_that_a_file_is_gone_says_nothing_of_its_page(corpus: Corpus) -> None:
    source = Source("/videos/own.mp4", "1", page_url="https://example.org/own")
    corpus.add_clip(source, media("own"), RECIPE, frames(corpus, "own"))
    corpus.mark_gone("/videos/own.mp4")
    assert [link.page_url for link in exported_links(corpus)] == ["https://example.org/own"]


def test_an_empty_corpus_can_be_exported(corpus: Corpus, tmp_path: Path) -> None:
    report = export_corpus(corpus, tmp_path / "out", ExportOptions(vectors=True))
    assert set(report.rows.values()) == {0}
    assert len(pd.read_parquet(report.folder / "clips.parquet").columns) == 16
