"""What is said in clips, as a corpus keeps it: several transcripts of a clip, their order, their end."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from corpus_parts import add, embed, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.ledger import schema
from vectorstore.ledger.filters import SearchFilter
from vectorstore.ledger.records import MOST_CUES, Cue, Removal, Source, Transcript
from vectorstore.snapshots.compare import check_snapshot, diff_snapshots
from vectorstore.snapshots.export import ExportOptions, export_corpus
from vectorstore.snapshots.snapshot import read_snapshot, take_snapshot

HELLO = Cue(0.0, 1.5, "Hello there")
BYE = Cue(1.5, 2.0, "Goodbye")


def said(origin: str, *cues: Cue, language: str = "", maker: str = "") -> Transcript:
    return Transcript(origin, cues, language, maker)


def texts(cues: Sequence[Cue]) -> list[str]:
    return [cue.text for cue in cues]


def test_words_come_back_with_their_times_and_where_they_are_from(corpus: Corpus) -> None:
    add(corpus, "one")
    kept = said("beside", HELLO, BYE, language="en")
    assert corpus.set_transcripts(sha("one"), "beside", [kept], "/videos/one.mp4")
    assert corpus.transcripts(sha("one")) == [kept]
    assert corpus.transcript(sha("one")) == (HELLO, BYE)
    assert kept.text == "Hello there Goodbye"
    assert corpus.transcript(sha("another")) == ()
    assert corpus.verify() == []


def test_the_same_again_changes_nothing_and_the_new_takes_the_place_of_the_old(corpus: Corpus) -> None:
    add(corpus, "one")
    first, second = said("beside", HELLO), said("beside", BYE)
    assert corpus.set_transcripts(sha("one"), "beside", [first], "/videos/one.mp4")
    assert not corpus.set_transcripts(sha("one"), "beside", [first], "/videos/one.mp4")
    assert corpus.set_transcripts(sha("one"), "beside", [second], "/videos/one.mp4")
    assert corpus.transcripts(sha("one")) == [second]
    assert corpus.set_transcripts(sha("one"), "beside", [], "/videos/one.mp4")
    assert corpus.transcripts(sha("one")) == []


def test_written_words_go_before_heard_ones_and_english_before_other_languages(corpus: Corpus) -> None:
    add(corpus, "one")
    heard = said("recognised", Cue(0, 1, "heard"), language="en", maker="a:small")
    inside = [said("inside", Cue(0, 1, tag), language=tag) for tag in ("de", "fr", "en-gb")]
    corpus.set_transcripts(sha("one"), "recognised", [heard])
    corpus.set_transcripts(sha("one"), "inside", inside)
    assert texts(corpus.transcript(sha("one"))) == ["en-gb"]
    assert texts(corpus.transcript(sha("one"), "DE")) == ["de"]
    assert texts(corpus.transcript(sha("one"), "en")) == ["en-gb"]
    assert corpus.transcript(sha("one"), "xx") == ()
    corpus.set_transcripts(sha("one"), "beside", [said("beside")], "/videos/one.mp4")
    assert texts(corpus.transcript(sha("one"))) == ["en-gb"], "a file without a word says nothing"
    assert [(clip, each.text) for clip, each in corpus.spoken("en")] == [(sha("one"), "en-gb")]


def test_recognisers_do_not_replace_each_other(corpus: Corpus) -> None:
    add(corpus, "one")
    for maker in ("a:small", "a:large"):
        corpus.set_transcripts(sha("one"), "recognised", [said("recognised", Cue(0, 1, maker), maker=maker)])
    assert sorted(each.maker for each in corpus.transcripts(sha("one"))) == ["a:large", "a:small"]


def test_words_go_with_their_source_and_with_their_clip(corpus: Corpus) -> None:
    add(corpus, "one")
    corpus.link_source(Source("/videos/copy.mp4", "1"), sha("one"))
    corpus.set_transcripts(sha("one"), "beside", [said("beside", HELLO)], "/videos/one.mp4")
    corpus.set_transcripts(sha("one"), "beside", [said("beside", BYE)], "/videos/copy.mp4")
    corpus.set_transcripts(sha("one"), "inside", [said("inside", Cue(0, 1, "tracked"))])
    corpus.remove(Removal("source", ("/videos/one.mp4",)))
    assert [each.text for each in corpus.transcripts(sha("one"))] == ["Goodbye", "tracked"]
    corpus.remove(Removal("clip", (sha("one"),)))
    assert corpus.transcripts(sha("one")) == []
    assert b"tracked" not in (corpus.folder / "corpus.sqlite").read_bytes()
    assert corpus.verify() == []


def test_words_of_a_clip_stay_when_what_is_said_about_it_is_forgotten(corpus: Corpus) -> None:
    add(corpus, "one")
    corpus.set_transcripts(sha("one"), "platform", [said("platform", HELLO)], "/videos/one.mp4")
    corpus.curation.unsay(["/videos/one.mp4"])
    assert corpus.clip(sha("one")).caption == ""
    assert [each.text for each in corpus.transcripts(sha("one"))] == ["Hello there"]


@pytest.mark.parametrize(
    ("origin", "found", "locator"),
    [
        ("beside", said("inside", HELLO), "/videos/one.mp4"),
        ("elsewhere", said("elsewhere", HELLO), None),
        ("inside", said("inside", Cue(2, 1, "backwards")), None),
        ("inside", said("inside", Cue(0, float("inf"), "for ever")), None),
        ("inside", said("inside", Cue(float("nan"), 1, "never")), None),
        ("inside", said("inside", *[HELLO] * (MOST_CUES + 1)), None),
        ("inside", said("inside", Cue(0, 1, "a" * 200_000)), None),
        ("beside", said("beside", HELLO), "/videos/unknown.mp4"),
    ],
)
def test_what_is_no_transcript_is_refused(corpus: Corpus, origin: str, found: Transcript, locator: str | None) -> None:
    add(corpus, "one")
    with pytest.raises(InputError):
        corpus.set_transcripts(sha("one"), origin, [found], locator)
    with pytest.raises(InputError):
        corpus.set_transcripts(sha("unknown"), "inside", [said("inside", HELLO)])
    assert corpus.transcripts(sha("one")) == []


@pytest.mark.parametrize("version", [2, 3])
def test_a_corpus_of_an_earlier_release_has_no_words_and_can_get_some(tmp_path: Path, version: int) -> None:
    folder = tmp_path / "corpus"
    with Corpus.ensure(folder) as corpus:
        add(corpus, "one")
        embed(corpus)
    with sqlite3.connect(folder / "corpus.sqlite", isolation_level=None) as ledger:
        ledger.execute("DROP TABLE transcript")
        if version == 2:
            ledger.execute("DROP TABLE known_as")
        ledger.execute(f"PRAGMA user_version = {version}")
    ledger.close()
    with Corpus.open(folder) as corpus:
        assert corpus.info()["schema"] == version
        assert corpus.transcripts(sha("one")) == []
        assert list(corpus.spoken()) == []
        assert corpus.verify() == []
    with Corpus.open(folder, write=True) as corpus:
        assert corpus.set_transcripts(sha("one"), "inside", [said("inside", HELLO)])
        assert corpus.info()["schema"] == schema.SCHEMA_VERSION


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("cues", "[[0, 1]]"),
        ("cues", '[[1, 0, "backwards"]]'),
        ("cues", "[[0, 1, 2]]"),
        ("cues", "{}"),
        ("cues", "[[0, 1e999, 2]]"),
        ("video_sha", "x"),
        ("language", b"\xff"),
    ],
)
def test_words_of_a_stranger_that_are_none_keep_the_corpus_shut(
    tmp_path: Path, column: str, value: str | bytes
) -> None:
    folder = tmp_path / "corpus"
    with Corpus.ensure(folder) as corpus:
        add(corpus, "one")
        corpus.set_transcripts(sha("one"), "inside", [said("inside", HELLO)])
    with sqlite3.connect(folder / "corpus.sqlite", isolation_level=None) as ledger:
        ledger.execute(f"UPDATE transcript SET {column} = ?", (value,))
    ledger.close()
    with pytest.raises(CorpusError, match=column):
        Corpus.open(folder)


def test_words_are_found_whatever_their_case_and_accents(corpus: Corpus) -> None:
    texts = {
        "one": ["Où est l'école?", "The cat and the other cats"],
        "two": ["A CAT sat here", "and a cat there"],
        "three": ["concatenate"],
        "four": ["\u732b\u304c\u5927\u597d\u304d\u3067\u3059"],
        "five": ["\u30cf\u30f3\u30c9\u30eb"],
        "six": ["\u7f8e\u5473\u3057\u3044\u30d1\u30f3"],
    }
    for name, lines in texts.items():
        add(corpus, name)
        cues = [Cue(float(place), place + 1.0, line) for place, line in enumerate(lines)]
        corpus.set_transcripts(sha(name), "inside", [said("inside", *cues)])

    def found(text: str, where: SearchFilter | None = None) -> list[str]:
        by_id = {sha(name): name for name in texts}
        hits = corpus.search_words(text, 10, where)
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        return [by_id[hit.clip_id] for hit in hits]

    assert found("cat") == ["two", "one"]
    assert found("Cat*") == ["two", "one"], "as often, and earlier"
    assert found("ecole OU") == ["one"]
    assert found("cat sat") == ["two"]
    assert found("\u5927\u597d\u304d") == ["four"]
    assert found("\u30d1\u30f3") == found("\uff8a\uff9f\uff9d") == ["six"], "bread is no part of a steering wheel"
    assert found("\u30cf\u30f3") == ["five"]
    assert found("dog") == found("1.0") == found("null") == []
    assert found("cat", SearchFilter(except_clip_ids=(sha("two"),))) == ["one"]
    assert found("cat", SearchFilter(clip_ids=())) == []
    hit = corpus.search_words("cat there")[0]
    assert (hit.cue.start, hit.times_said) == (1.0, 3)
    for nothing in ("", "?!", " ".join(map(str, range(30)))):
        with pytest.raises(InputError):
            corpus.search_words(nothing)


def test_vowels_that_are_signs_are_part_of_their_word(corpus: Corpus) -> None:
    texts = {
        "hindi": "\u0939\u092e \u0939\u093f\u0928\u094d\u0926\u0940 \u092c\u094b\u0932\u0924\u0947",
        "river": "\u0939\u092e \u0928\u0926\u0940 \u0926\u0947\u0916\u0924\u0947 \u0939\u0948\u0902",
        "thai": "\u0e09\u0e31\u0e19\u0e01\u0e34\u0e19\u0e1b\u0e39",
        "kettle": "\u0e01\u0e32\u0e19\u0e49\u0e33\u0e1b\u0e38",
    }
    for name, words in texts.items():
        add(corpus, name)
        corpus.set_transcripts(sha(name), "inside", [said("inside", Cue(0.0, 1.0, words))])

    def found(text: str) -> list[str]:
        by_id = {sha(name): name for name in texts}
        return [by_id[hit.clip_id] for hit in corpus.search_words(text)]

    assert found("\u0939\u093f\u0928\u094d\u0926\u0940") == found("\u0939\u093f\u0928\u094d*") == ["hindi"]
    assert found("\u0928\u0926\u0940") == ["river"]
    assert found("\u0928\u0926") == [], "the beginning of a word is none"
    assert found("\u0928\u0926*") == ["river"], "and no middle of one"
    assert found("\u0e01\u0e34\u0e19") == found("\u0e1b\u0e39") == ["thai"]
    assert found("\u0e1b\u0e38") == ["kettle"]


def test_snapshots_tell_words_apart_and_those_without_stay_what_they_were(corpus: Corpus) -> None:
    add(corpus, "one")
    embed(corpus)
    before = take_snapshot(corpus, "before")
    stored = json.loads((corpus.folder / "snapshots" / "before.json").read_text())
    assert stored["schema"] == 2 and "words_hash" not in stored and before.words_hash == ""
    corpus.set_transcripts(sha("one"), "inside", [said("inside", HELLO)])
    with pytest.raises(InputError, match="another state"):
        take_snapshot(corpus, "before")
    after = take_snapshot(corpus, "after")
    assert after.content_hash == before.content_hash and after.manifest_hash == before.manifest_hash
    assert read_snapshot(corpus.folder, "after") == after and after.counts["clips_with_words"] == 1
    found = diff_snapshots(corpus.folder, "before", "after")
    assert found.words_changed and not found.is_empty and not found.clips_changed
    assert (check_snapshot(corpus, "before").words, check_snapshot(corpus, "after").words) == ("", "same")
    corpus.set_transcripts(sha("one"), "inside", [said("inside", BYE)])
    checked = check_snapshot(corpus, "after")
    assert checked.words == "changed" and checked.complete and checked.intact
    assert check_snapshot(corpus, "before").complete


def test_words_of_a_snapshot_are_incomplete_where_clips_are_gone(corpus: Corpus) -> None:
    for name in ("one", "two"):
        add(corpus, name)
        corpus.set_transcripts(sha(name), "inside", [said("inside", HELLO)])
    take_snapshot(corpus, "both")
    corpus.remove(Removal("clip", (sha("one"),)))
    checked = check_snapshot(corpus, "both")
    assert (checked.intact, checked.complete, checked.words) == (True, False, "incomplete")


def test_an_export_says_how_many_clips_have_words_and_none_of_the_words(corpus: Corpus, tmp_path: Path) -> None:
    add(corpus, "one")
    corpus.set_transcripts(sha("one"), "inside", [said("inside", HELLO)])
    export_corpus(corpus, tmp_path / "export", ExportOptions())
    card = (tmp_path / "export" / "CARD.md").read_text()
    assert "Of 1 of 1 clips it is known what is said: inside 1" in card
    assert not any(b"Hello" in path.read_bytes() for path in (tmp_path / "export").iterdir())
