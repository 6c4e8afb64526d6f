"""Words and sound that a worker sends are believed as little as its pictures."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ingest.decoding.decode import DecodeOptions
from ingest.examining.media_file import FileFindings
from ingest.examining.worker_messages import pack, unpack
from ingest.transcripts.cues import MOST_RAW, RawTrack
from ingest.transcripts.tracks import LONGEST_TEXT, MOST_TRACKS
from vectorstore.ledger.records import Media

MEDIA = Media("a" * 64, 9, "mov", "h264", 64, 48, 0, 1.5, False, 0, 2)
TRACK = RawTrack(((0.0, 1.0, "Hello <b>there</b>"), (1.0, 2.0, "\u2028")), "en", 3)
HONEST = FileFindings("a" * 64, 9, MEDIA, (), (TRACK, RawTrack((), "")), b"\0\1" * 800)
ASKED = DecodeOptions(frames=2, sound=True)


def received(messages: list[bytes], asked: DecodeOptions = ASKED) -> FileFindings:
    header, *rest = messages
    remaining = iter(rest)

    def receive(limit: int) -> bytes:
        message = next(remaining)
        if len(message) > limit:
            raise OSError("too long")
        return message

    return unpack(json.loads(header), receive, asked)


def test_words_and_sound_arrive_as_they_were_sent() -> None:
    assert received(pack(HONEST)) == HONEST


def changed(**more: object) -> list[bytes]:
    header, *rest = pack(HONEST)
    return [json.dumps({**json.loads(header), **more}).encode(), *rest]


def tracks(content: object) -> list[bytes]:
    header, _, *rest = pack(HONEST)
    return [header, json.dumps(content).encode(), *rest]


@pytest.mark.parametrize(
    "messages",
    [
        changed(tracks=-1),
        changed(tracks=MOST_TRACKS + 1),
        changed(tracks="2"),
        changed(tracks=True + 2.5),
        changed(sound=10**12),
        changed(sound=None),
        tracks([]),
        tracks(["en", []]),
        tracks(["en", [], -1]),
        tracks(["en", [], "many"]),
        tracks(["en", [[0, 1]], 0]),
        tracks(["en", [[0, 1, 2]], 0]),
        tracks(["en", [[0, "1", "a"]], 0]),
        tracks(["en", [[0, float("inf"), "a"]], 0]),
        tracks(["../../x", [], 0]),
        tracks([7, [], 0]),
        tracks(["en", [[0, 1, "a" * (LONGEST_TEXT + 1)]], 0]),
        tracks(["en", [[0, 1, "a"]] * (MOST_RAW + 1), 0]),
        [pack(HONEST)[0], b"\xff", *pack(HONEST)[2:]],
        [pack(HONEST)[0], b"[" * 100_000, *pack(HONEST)[2:]],
    ],
    ids=lambda messages: repr(messages[1][:20]),
)
def test_words_of_a_worker_are_not_believed(messages: list[bytes]) -> None:
    with pytest.raises((ValueError, OSError)):
        received(messages)


def test_sound_that_nobody_asked_for_is_not_taken() -> None:
    with pytest.raises(ValueError, match="sound"):
        received(pack(HONEST), replace(ASKED, sound=False))
