"""What is said in clips, as a corpus keeps it: several transcripts of a clip, their order, their end."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from corpus_parts import add, embed, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.ledger import schema
from vectorstore.ledger.records import Cue, Removal, Source, Transcript
from vectorstore.ledger.transcripts import MOST_CUES

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


def test_what_is_forgotten_of_a_source_are_its_words_too(corpus: Corpus) -> None:
    add(corpus, "one")
    corpus.set_transcripts(sha("one"), "platform", [said("platform", HELLO)], "/videos/one.mp4")
    corpus.curation.unsay(["/videos/one.mp4"])
    assert corpus.transcripts(sha("one")) == []


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
