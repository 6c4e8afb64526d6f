"""What strangers write between two times: read from both formats, cleaned, bounded, and never believed."""

from __future__ import annotations

import random
import time

import pytest

from ingest.transcripts.cues import LONGEST_CUE, MOST_LINES, RawCue, clean_cues, plain_words
from ingest.transcripts.subtitles import decode_text, read_subtitles
from vectorstore.foundation.errors import MediaError
from vectorstore.ledger.records import MOST_CUES, MOST_LETTERS

SRT = """1
00:00:00,500 --> 00:00:01,000
First <i>words</i>

2
00:00:01,000 --> 00:00:02,000
second,
on two lines
"""
VTT = """WEBVTT - made up

NOTE nobody sees this
00 --> 11

STYLE
::cue { color: red }

intro
00:00.500 --> 00:01.000 align:start position:0%
First <c.yellow>words</c>

00:01.000 --> 00:00:02.000
<v Somebody>second,
on two lines
"""


@pytest.mark.parametrize("text", [SRT, VTT, SRT.replace("\n", "\r\n"), VTT.replace("\n", "\r")])
def test_both_formats_say_the_same(text: str) -> None:
    cleaned = clean_cues(read_subtitles(text), 9.0)
    assert [(cue.start, cue.end, cue.text) for cue in cleaned.cues] == [
        (0.5, 1.0, "First words"),
        (1.0, 2.0, "second, on two lines"),
    ]
    assert cleaned.left_out == 0


@pytest.mark.parametrize("text", [SRT, VTT])
def test_cues_that_begin_before_the_clip_are_cut_and_those_that_end_before_it_left_out(text: str) -> None:
    late = "\n3\n-00:00:03,000 --> -00:00:02,000\nnever\n"
    moved = text.replace("00:00:00,500", "-00:00:00,250").replace("00:00.500", "-00:00.250") + late
    cleaned = clean_cues(read_subtitles(moved), 9.0)
    assert [(cue.start, cue.end, cue.text) for cue in cleaned.cues] == [
        (0.0, 1.0, "First words"),
        (1.0, 2.0, "second, on two lines"),
    ]
    assert cleaned.left_out == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are_are_read(encoding: str) -> None:
    assert decode_text("Où ça ?".encode(encoding), "a.srt") == "Où ça ?"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_zeros_beside_the_first_letters_tell_an_encoding_without_a_mark(encoding: str) -> None:
    assert decode_text("1\nOù ça ?".encode(encoding), "a.srt") == "1\nOù ça ?"


@pytest.mark.parametrize(
    "content", ["Où ça ?".encode("cp1252"), b"\x00\x01\x02", "ça".encode("utf-16-le"), b"\xff\xfe\x00"]
)
def test_nobody_guesses_how_a_text_is_written(content: bytes) -> None:
    with pytest.raises(MediaError, match=r"a\.srt") as caught:
        decode_text(content, "a.srt")
    assert caught.value.reason == "subtitles"


def test_a_format_without_blank_lines_or_numbers_is_read_too() -> None:
    text = "00:00:01,0 --> 00:00:02,0\none\n2\n00:00:02,0 --> 00:00:03,0\ntwo"
    assert [raw[2] for raw in read_subtitles(text)] == ["one", "two"]


def test_lines_of_captions_that_roll_stay_at_their_times() -> None:
    """A line with a space in it stands where the line before has not yet come, or has gone."""
    rolling = """WEBVTT
Kind: captions

00:00.080 --> 00:02.000 align:start position:0%
 
hello<00:00.640><c> everyone</c>

00:02.000 --> 00:02.010 align:start position:0%
hello everyone
 

00:02.010 --> 00:05.000 align:start position:0%
hello everyone
welcome<00:02.640><c> back</c>

NOTE nobody sees this
"""  # noqa: W293
    cues = clean_cues(read_subtitles(rolling), 9.0).cues
    assert [(cue.start, cue.end, cue.text) for cue in cues] == [
        (0.08, 2.0, "hello everyone"),
        (2.01, 5.0, "welcome back"),
    ]


@pytest.mark.parametrize("blank", ["", "  "])
@pytest.mark.parametrize("number", ["2\n", ""])
def test_words_behind_a_blank_line_belong_to_the_cue_before(blank: str, number: str) -> None:
    first, second = "00:00:01,000 --> 00:00:02,000", "00:00:02,000 --> 00:00:03,000"
    text = f"1\n{first}\n{blank}\nthree\n{blank}\n{blank}\n3\n{blank}\n{number}{second}\n3\n{blank}\n"
    assert list(read_subtitles(text)) == [(1.0, 2.0, "three\n3"), (2.0, 3.0, "3")]
    assert list(read_subtitles(f"{text}4\n00:00:03 --> never\nwords\n")) == list(read_subtitles(text))
    assert list(read_subtitles(f"{text}4\n")) == list(read_subtitles(text)), "as where a file was cut"


def test_blank_lines_hide_no_words_that_are_cut() -> None:
    text = "00:01 --> 00:02\n" + "".join(f"\nline {number}\n" for number in range(MOST_LINES + 1))
    assert clean_cues(read_subtitles(text), 9.0).shortened == 1
    assert clean_cues(read_subtitles(text.rsplit("line", 1)[0]), 9.0).shortened == 0


@pytest.mark.parametrize(
    "times",
    [
        "00:00:02,000 --> 00:00:01,000",  # backwards
        "99:00:00,000 --> 99:00:01,000",  # beyond the clip
        "-00:00:02,000 --> -00:00:01,000",  # before the clip
        "00:00:01,000 -> 00:00:02,000",
        "00:00:01 --> never",
        "9999999:00:01,000 --> 9999999:00:02,000",
        "--> --> -->",
    ],
)
def test_times_that_are_none_bring_no_words(times: str) -> None:
    assert clean_cues(read_subtitles(f"1\n{times}\nwords\n"), 9.0).cues == ()


def test_cues_are_put_in_order_and_end_with_the_clip() -> None:
    raw = [(3.0, 99.0, "last"), (1.0, 4.0, "over"), (1.0, 2.0, "first"), (9.0, 9.5, "after the end")]
    cleaned = clean_cues(raw, 5.0)
    assert [(cue.start, cue.end, cue.text) for cue in cleaned.cues] == [
        (1.0, 2.0, "first"), (1.0, 4.0, "over"), (3.0, 5.0, "last")
    ]  # fmt: skip
    assert cleaned.left_out == 1


def test_captions_that_roll_say_each_line_once() -> None:
    raw = [(0.0, 1.0, "one"), (1.0, 2.0, "one\ntwo"), (2.0, 2.1, "two"), (2.1, 3.0, "two\nthree")]
    assert [cue.text for cue in clean_cues(raw, 9.0).cues] == ["one", "two", "three"]
    again = [(0.0, 1.0, "no"), (2.0, 3.0, "no")]
    assert [cue.text for cue in clean_cues(again, 9.0).cues] == ["no", "no"], "said twice, with a pause between"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"{\an8}{\b1}Up\Nhere", "Up here"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("&lt;b&gt; is &quot;bold&quot;", '<b> is "bold"'),
        ("a\u202egnp.exe", "agnp.exe"),
        ("in\u200bvis\u00adible \U000e0041\U000e0042 tag", "invisible tag"),
        ("bell\x07 esc\x1b[2J nul\0", "bell esc[2J nul"),
        ("<00:00:01.000><c>timed</c>", "timed"),
        ("2 < 3 and 4 > 3", "2 < 3 and 4 > 3"),
        ("I <3 you, and 4 > 3", "I <3 you, and 4 > 3"),
        (r"{\an7\pos(9,9)\p1\c&HFF&}m 0 0 l 100 0 100 20{\c&H00&}l 5 5{\p0}Sign", "Sign"),
        (r"{\p2}m 0 0 l 100 0", ""),
        (r"{\pos(1,2)}Placed", "Placed"),
        ("unclosed <b", "unclosed <b"),
        ("\ud800lone", "lone"),
        ("family \U0001f468\u200d\U0001f469", "family \U0001f468\u200d\U0001f469"),
    ],
)
def test_what_is_kept_is_what_is_seen(written: str, read: str) -> None:
    assert plain_words(written) == read


def test_millions_of_cues_cost_little_and_are_cut() -> None:
    text = "".join(f"{n}\n00:00:{n % 60:02d},000 --> 00:00:{n % 60:02d},900\nword {n}\n\n" for n in range(60_000))
    began = time.process_time()
    raw = list(read_subtitles(text))
    cleaned = clean_cues(raw, 600.0)
    assert len(cleaned.cues) == MOST_CUES
    assert cleaned.left_out == 60_000 - MOST_CUES
    assert time.process_time() - began < 5


def test_what_rolls_is_not_counted_as_left_out() -> None:
    raw = [(float(n), n + 1.0, f"line {n // 2}") for n in range(2 * MOST_CUES + 2)]
    cleaned = clean_cues(raw, 1e5)
    assert (len(cleaned.cues), cleaned.left_out) == (MOST_CUES, 1)


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("x" * LONGEST_CUE, 0),
        ("x" * (LONGEST_CUE + 1), 1),
        ("\n".join("abcdefghijklm"[:MOST_LINES]), 0),
        ("\n".join("abcdefghijklm"[: MOST_LINES + 1]), 1),
        ("<i>" * 2000 + "words", 1),
    ],
)
def test_a_cue_whose_end_is_cut_is_counted(text: str, shortened: int) -> None:
    cleaned = clean_cues(read_subtitles(f"00:01.000 --> 00:02.000\nFirst\n\n00:03.000 --> 00:04.000\n{text}\n"), 9.0)
    assert (cleaned.left_out, cleaned.shortened) == (0, shortened)


def test_a_line_of_times_may_say_much_behind_them() -> None:
    (cue,) = read_subtitles(f"WEBVTT\n\n00:01.000 --> 00:02.000 {'position:1% ' * 60}\nwords\n")
    assert cue == (1.0, 2.0, "words")


def test_endless_lines_and_brackets_cost_little() -> None:
    began = time.process_time()
    for text in (
        "<" * 2**20,
        "{\\p1" * 2**18,
        "{\\p1}" * 2**18,
        "{\\" * 2**19,
        "&" * 2**20,
        "-->" * 2**18,
        "\n" * 2**20,
        "1:" * 2**19 + "-->",
    ):
        clean_cues(read_subtitles(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n"), 9.0)
        list(read_subtitles(text))
    assert time.process_time() - began < 5


def test_letters_are_bounded_in_all() -> None:
    raw = [(float(n), n + 1.0, f"{n:03d} {'x' * 396}") for n in range(600)]
    cues = clean_cues(raw, 600.0).cues
    assert sum(len(cue.text) for cue in cues) <= MOST_LETTERS
    assert len(cues) == MOST_LETTERS // 400


def test_whatever_comes_is_plain_in_order_and_inside() -> None:
    chance = random.Random(0)
    letters = "ab <>{}\\N&;\n\r\0\x1b\u202e\u200b\U000e0061'\"" + "-->:,.0123456789"
    for _ in range(300):
        raw: list[RawCue] = [
            (chance.uniform(-5, 20), chance.choice([chance.uniform(-5, 20), float("inf"), float("nan")]),
             "".join(chance.choices(letters, k=chance.randint(0, 40))))
            for _ in range(8)
        ]  # fmt: skip
        cues = clean_cues(raw, 10.0).cues
        assert [cue.start for cue in cues] == sorted(cue.start for cue in cues)
        for cue in cues:
            assert 0 <= cue.start <= cue.end <= 10
            assert cue.text and cue.text.isprintable() and cue.text == " ".join(cue.text.split())
        list(read_subtitles("".join(chance.choices(letters, k=400))))
