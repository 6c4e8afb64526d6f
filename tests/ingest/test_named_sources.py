"""What was named to fill a corpus can be listed and forgotten again, for example after a wrong mapping."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from colour_embedder import ColourEmbedder
from videos import VideoWriter, write_numbered

from ingest.named_sources import NamedSource, find_named, forget, named_sources
from ingest.pipeline import IngestOptions, ingest
from ingest.refresh import find_again, run_refresh
from ingest.saved_sources import remember
from ingest.sources.base import SourceOptions
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.records import Failure, Source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clips = tmp_path / "clips"
    (clips / "own [a]").mkdir(parents=True)
    for number, place in enumerate(("0.mp4", "1.mp4", "own [a]/2.mp4")):
        write_numbered(clips / place, VideoWriter(frames=6, hue=90 * number))
    (clips / "0.info.json").write_text(json.dumps({"title": "beside", "uploader": "somebody"}))
    rows = [
        {"path": "0.mp4", "name": "first", "who": "a caption", "note": "person"},
        {"path": "own [a]/2.mp4", "name": "second", "who": "a caption"},
        {"path": "../none.mp4"},
        {"path": "none.mp4"},
    ]
    (clips / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return clips


def run(corpus: Path, *sources: Path | str, **columns: str) -> None:
    with Corpus.ensure(corpus) as opened:
        options = IngestOptions(source=SourceOptions(columns=columns))
        ingest(sources, opened, ColourEmbedder(), options)


def named(corpus: Path) -> list[NamedSource]:
    with Corpus.open(corpus) as opened:
        return named_sources(opened)


def numbers(corpus: Path) -> list[tuple[int, int, int, int]]:
    return [(len(each.clips), len(each.only), len(each.failed), len(each.described)) for each in named(corpus)]


def forget_one(corpus: Path, text: str, with_clips: bool = False) -> int:
    with Corpus.open(corpus, write=True) as opened:
        return forget(opened, find_named(named_sources(opened), text), with_clips).clips


def titles(corpus: Path) -> list[str]:
    with Corpus.open(corpus) as opened:
        return sorted(clip.title for clip in opened.clips())


def test_sources_stand_for_what_they_led_to(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder / "0.mp4")
    run(corpus, f"{folder}/*/*.mp4")
    assert numbers(corpus) == [(1, 1, 0, 0), (1, 1, 0, 0)]
    run(corpus, folder / "list.jsonl", title="name")
    assert numbers(corpus) == [(1, 0, 0, 0), (1, 0, 0, 0), (2, 0, 2, 2)]
    run(corpus, folder)
    # The folder stands for files that are in it, also those that only the list named.
    assert numbers(corpus) == [(1, 0, 0, 0), (1, 0, 0, 0), (2, 0, 2, 2), (3, 1, 1, 0)]
    with Corpus.open(corpus, write=True) as opened:
        remember(opened, ["https://www.youtube.com/@invented"], SourceOptions(basis="own"), IngestOptions().decode)
    assert [each.is_page for each in named(corpus)] == [False] * 4 + [True]
    with pytest.raises(InputError, match="not noted"):
        forget_one(corpus, "5", with_clips=True)
    assert forget_one(corpus, "https://www.youtube.com/@invented") == 0
    assert len(named(corpus)) == 4


def test_a_pattern_of_somebody_is_held_against_a_long_path(tmp_path: Path) -> None:
    """Both may be anybody's: neither their length nor the number of ways in which they could fit may matter."""
    corpus, long = tmp_path / "corpus", f"/{'a/' * 1500}b.mp4"
    with Corpus.ensure(corpus) as opened:
        opened.add_failure(Source(long, "1"), Failure(long, "empty", "the file is empty"))
        patterns = [f"/{'**/a*/' * 24}c.mp4", "/**/b.*", "/a*/**"]
        remember(opened, patterns, SourceOptions(), IngestOptions().decode)
    assert [len(each.failed) for each in named(corpus)] == [0, 1, 1]


def test_a_wrong_mapping_is_put_right(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder / "list.jsonl", title="who", uploader="name")
    assert titles(corpus) == ["a caption", "a caption"]
    assert forget_one(corpus, str(folder / "list.jsonl")) == 0
    assert titles(corpus) == ["2", "beside"], "as what stands beside the files says"
    with Corpus.open(corpus) as opened:
        assert opened.failures() == []
        assert {clip.uploader for clip in opened.clips()} == {opened.uploader_key("somebody"), ""}
        assert all("first" not in row.uploader_name for row in opened.sources())
    assert named(corpus) == []
    run(corpus, folder / "list.jsonl", title="name", uploader="note")
    assert titles(corpus) == ["first", "second"]
    with Corpus.open(corpus) as opened:
        assert {clip.uploader for clip in opened.clips()} == {opened.uploader_key("person"), ""}


def test_what_is_gone_stays_gone_when_its_list_is_forgotten(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder / "list.jsonl", title="name")
    (folder / "0.mp4").unlink()
    with Corpus.open(corpus, write=True) as opened:
        assert run_refresh(opened, find_again(opened), ColourEmbedder()).gone == 1
    forget_one(corpus, "1")
    with Corpus.open(corpus) as opened:
        assert [Path(row.locator).name for row in opened.sources() if row.gone_at] == ["0.mp4"]


def test_equal_lists_in_two_folders_stand_each_for_its_own(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for hue, name in ((10, "one"), (99, "two")):
        write_numbered(tmp_path / name / "clip.mp4", VideoWriter(frames=6, hue=hue))
        (tmp_path / name / "list.jsonl").write_text(json.dumps({"path": "clip.mp4", "title": "listed"}) + "\n")
        run(corpus, tmp_path / name / "list.jsonl")
    assert numbers(corpus) == [(1, 1, 0, 1)] * 2
    assert forget_one(corpus, "2", with_clips=True) == 1
    assert numbers(corpus) == [(1, 1, 0, 1)]


def test_subtitles_beside_a_file_are_no_words_of_its_list(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (folder / "0.srt").write_text("1\n00:00:00,000 --> 00:00:00,100\nHello\n")
    run(corpus, folder / "list.jsonl", title="name")
    forget_one(corpus, "1")
    with Corpus.open(corpus) as opened:
        assert [said.text for _, said in opened.spoken()] == ["Hello"]


def test_the_wrong_one_of_two_mappings_goes_by_its_number(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    listing = folder / "list.jsonl"
    run(corpus, listing, title="name", licence="who")
    run(corpus, listing, title="name")
    with pytest.raises(InputError, match="in several ways: 1, 2"):
        forget_one(corpus, str(listing))
    forget_one(corpus, "1")
    with Corpus.open(corpus, write=True) as opened:
        run_refresh(opened, find_again(opened), ColourEmbedder())
        assert {(clip.title, clip.licence) for clip in opened.clips()} == {("first", ""), ("second", "")}
    with pytest.raises(InputError, match="no source of this corpus"):
        forget_one(corpus, "7")


def test_clips_of_no_other_source_go_on_request_and_may_come_back(folder: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder / "0.mp4")
    run(corpus, folder / "list.jsonl", title="name")
    assert forget_one(corpus, "2", with_clips=True) == 1
    assert titles(corpus) == ["beside"]
    with Corpus.open(corpus) as opened:
        assert [kind for _, kind, _ in opened.events()][-1] == "forget"
        assert opened.verify() == []
        counts = opened.info()
        assert (counts["clips"], counts["failed"]) == (1, 0)
    run(corpus, folder / "list.jsonl", title="name")
    assert titles(corpus) == ["first", "second"]


def test_forgetting_can_be_repeated_after_a_crash(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder / "list.jsonl", title="name")
    with monkeypatch.context() as patch:
        patch.setattr("ingest.named_sources.forget_remembered", lambda *_: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            forget_one(corpus, "1", with_clips=True)
    assert numbers(corpus) == [(0, 0, 0, 0)]
    assert forget_one(corpus, "1", with_clips=True) == 0
    assert (named(corpus), titles(corpus)) == ([], [])


def test_who_dies_while_a_list_is_forgotten_leaves_what_it_said(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    run(corpus, folder / "list.jsonl", title="name")
    with monkeypatch.context() as patch:
        patch.setattr("vectorstore.ledger.ledger.Ledger.update_source", lambda *_, **__: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            forget_one(corpus, "1")
    assert titles(corpus) == ["first", "second"]
    forget_one(corpus, "1")
    assert "beside" in titles(corpus) and not {"first", "second"} & set(titles(corpus))
