"""Words of clips come in with them, from beside, from inside and by ear, and follow what becomes of them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import av
import numpy as np
import pytest
from colour_embedder import ColourEmbedder
from numpy.typing import NDArray
from videos import VideoWriter, number_picture, write_numbered

from ingest.cleaning.paths import settle
from ingest.pipeline import IngestOptions, ingest
from ingest.refresh import find_again, plan_refresh, run_refresh
from ingest.report import IngestReport
from ingest.transcripts.beside import MOST_FILES, subtitles_beside
from ingest.transcripts.cues import MOST_RAW
from ingest.transcripts.faster_whisper import load
from ingest.transcripts.recognisers import RECOGNISERS, HeardSpeech, Recogniser
from ingest.transcripts.tracks import LONGEST_TEXT, MOST_BYTES, MOST_TRACKS, TrackCollector
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.records import MOST_CUES, Clip, Removal, Transcript

HELLO = "1\n00:00:00,100 --> 00:00:00,300\nHello <b>there</b>\n"
SPEECH = "made-up:small"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_numbered(tmp_path / "clips" / "a.mp4", VideoWriter(frames=12, hue=20))
    return tmp_path / "clips"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


def come_in(folder: Path, corpus: Path, options: IngestOptions | None = None) -> IngestReport:
    with Corpus.ensure(corpus) as opened:
        return ingest([folder], opened, ColourEmbedder(), options)


def refreshed(corpus: Path) -> tuple[dict[str, int], int]:
    """What a plan says is to be done, and how many transcripts changed when it was."""
    with Corpus.open(corpus, write=True) as opened:
        plan = plan_refresh(opened, find_again(opened))
        done = run_refresh(opened, find_again(opened), ColourEmbedder())
    return {label: count for label, count in plan.counts.items() if count}, done.ingest.words_changed


def said(corpus: Path, name: str = "a") -> list[Transcript]:
    with Corpus.open(corpus) as opened:
        return opened.transcripts(_named(opened.clips(), name).clip_id)


def _named(clips: list[Clip], name: str) -> Clip:
    return next(clip for clip in clips if Path(clip.source).stem == name)


def test_a_file_beside_comes_in_with_its_clip(folder: Path, corpus: Path) -> None:
    (folder / "a.en.vtt").write_text("WEBVTT\n\n00:00.100 --> 00:00.300\nHello <b>there</b>\n")
    (folder / "a.srt").write_text(HELLO.replace("Hello", "Plain"))
    (folder / "ab.srt").write_text(HELLO.replace("Hello", "Of another clip"))
    (folder / "a.2026.srt").write_text(HELLO.replace("Hello", "Of no language"))
    report = come_in(folder, corpus)
    assert report.words_changed == 2
    assert [(each.origin, each.language, each.text) for each in said(corpus)] == [
        ("beside", "", "Plain there"),
        ("beside", "en", "Hello there"),
    ]
    assert come_in(folder, corpus).words_changed == 0


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.srt", ""),
        ("a.sdh.srt", ""),
        ("a.cc.vtt", ""),
        ("a.en.sdh.srt", "en"),
        ("a.pt-BR.forced.srt", "pt-br"),
        ("a.en-eEY6OEpapPo.vtt", "en"),
        ("a.pt-BR-eEY6-_papPo.auto.vtt", "pt-br"),
    ],
)
def test_marks_of_subtitle_files_are_no_languages(tmp_path: Path, name: str, language: str) -> None:
    (tmp_path / name).write_text(HELLO)
    (track,) = subtitles_beside(settle(tmp_path / "a.mp4")).tracks or ()
    assert track.language == language


@pytest.mark.parametrize(
    ("there", "used"),
    [
        (("en.auto", "en.forced", "forced", "en"), ("en", "en.auto")),
        (("en.auto", "en.forced"), ("en.auto",)),
        (("de", "en.forced"), ("de",)),
        (("de.forced", "forced"), ("de.forced", "forced")),
    ],
)
def test_what_is_forced_or_recognised_stands_for_no_whole(
    tmp_path: Path, there: tuple[str, ...], used: tuple[str, ...]
) -> None:
    for mark in there:
        (tmp_path / f"a.{mark}.srt").write_text(HELLO.replace("Hello", mark))
    tracks = subtitles_beside(settle(tmp_path / "a.mp4")).tracks or ()
    assert [track.cues[0][2].split()[0] for track in tracks] == list(used)


def test_a_file_of_one_format_has_the_words_of_the_whole(tmp_path: Path) -> None:
    """yt-dlp names subtitles once for all formats of a video that it does not join."""
    (tmp_path / "a.en.srt").write_text(HELLO)
    part = settle(tmp_path / "a.f137.mp4")
    (track,) = subtitles_beside(part).tracks or ()
    assert track.language == "en"
    assert subtitles_beside(settle(tmp_path / "a.final.mp4")).tracks == ()
    (tmp_path / "a.f137.de.srt").write_text(HELLO)
    (track,) = subtitles_beside(part).tracks or ()
    assert track.language == "de"


def test_a_file_that_appears_changes_or_goes_later_is_planned_and_followed(folder: Path, corpus: Path) -> None:
    come_in(folder, corpus)
    assert said(corpus) == []
    for text in (HELLO, HELLO.replace("Hello", "Welcome")):
        (folder / "a.srt").write_text(text)
        assert refreshed(corpus) == ({"unchanged": 1, "changed_words": 1}, 1)
        assert refreshed(corpus) == ({"unchanged": 1}, 0)
    assert said(corpus)[0].text == "Welcome there"
    (folder / "a.srt").unlink()
    assert refreshed(corpus) == ({"unchanged": 1, "changed_words": 1}, 1)
    assert said(corpus) == []


def test_words_stay_where_a_folder_cannot_be_listed(
    folder: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.srt").write_text(HELLO)
    come_in(folder, corpus)

    def refuse(folder: Path) -> tuple[str, ...]:
        raise PermissionError(13, "Permission denied", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr("ingest.transcripts.beside._subtitle_names", refuse)
        assert refreshed(corpus) == ({"unchanged": 1}, 0)
    assert [each.text for each in said(corpus)] == ["Hello there"]


def test_what_cannot_be_used_is_said_and_keeps_nobody_out(folder: Path, corpus: Path) -> None:
    (folder / "a.de.srt").write_bytes("1\n00:00:00,100 --> 00:00:00,300\nSchön\n".encode("latin-1"))
    (folder / "a.fr.srt").write_bytes(b"MZ\0\0no text")
    (folder / "a.es.srt").write_text("no cue in it")
    (folder / "a.it.srt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "a.pl.srt")
    (folder / "a.nl.srt").mkdir()
    (folder / "a.pt.srt").write_text("1\n00:01:00,000 --> 00:01:01,000\nbeyond the end\n")
    (folder / "a.en.srt").write_text(HELLO)
    report = come_in(folder, corpus)
    assert (report.clips_added, len(report.clips_failed)) == (1, 0)
    assert sorted(note.detail.split(":")[0].split(".")[-2] for note in report.clips_damaged if ":" in note.detail) == [
        "de", "es", "fr", "it", "nl", "pl"
    ]  # fmt: skip
    assert any("outside of the clip" in note.detail for note in report.clips_damaged)
    assert [each.language for each in said(corpus)] == ["en"]


def test_more_files_than_are_read_are_told(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 2):
        (tmp_path / f"a.en-x{number:02d}.srt").write_text(HELLO)
    found = subtitles_beside(settle(tmp_path / "a.mp4"))
    assert len(found.tracks or ()) == MOST_FILES
    (problem,) = found.problems
    assert (problem.reason, problem.detail) == (
        "subtitles",
        f"a.mp4: 2 of {MOST_FILES + 2} subtitle files beside it are more than are read",
    )


def test_a_file_that_comes_without_changing_the_time_of_its_folder_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(HELLO)
    now = time.time_ns()
    for name, found in (("a.srt", 1), ("a.en.srt", 2)):
        (tmp_path / name).write_text(HELLO)
        # As where both come within one step of the file system's clock.
        os.utime(tmp_path, ns=(now, now))
        assert len(subtitles_beside(settle(tmp_path / "a.mp4")).tracks or ()) == found


def test_a_folder_that_has_been_left_alone_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.srt").write_text(HELLO)
    os.utime(tmp_path, ns=(10**18, 10**18))
    subtitles_beside(settle(tmp_path / "a.mp4"))
    monkeypatch.setattr("ingest.transcripts.beside._subtitle_names", lambda folder: pytest.fail("listed again"))
    assert len(subtitles_beside(settle(tmp_path / "a.mp4")).tracks or ()) == 1


def test_what_is_cut_of_words_is_told_with_the_clip(folder: Path, corpus: Path) -> None:
    rows = "".join(f"00:00:00,100 --> 00:00:00,300\nline {number}\n\n" for number in range(MOST_RAW + 5))
    (folder / "a.srt").write_text(rows)
    (folder / "a.en.srt").write_text(HELLO.replace("there", "there " * 200))
    notes = [note.detail for note in come_in(folder, corpus).clips_damaged]
    assert notes == [
        f"{MOST_RAW + 5 - MOST_CUES:,} cues lie outside of the clip, end before they begin, or are more than are kept; "
        "1 cues are longer than is kept, so that their ends are missing"
    ]


class Packet:
    """As much of a packet of PyAV as is looked at."""

    time_base = Fraction(1, 1000)
    duration = 200

    def __init__(self, stream_index: int, pts: int, text: bytes) -> None:
        self.stream_index, self.pts, self._text = stream_index, pts, text

    def __bytes__(self) -> bytes:
        return self._text


class Stream:
    """As much of a stream of PyAV as is looked at."""

    type = "subtitle"

    def __init__(self, index: int) -> None:
        self.index, self.metadata = index, {"language": "ger"}
        self.codec_context = SimpleNamespace(name="subrip")


def test_words_of_tracks_that_are_more_than_is_kept_are_counted() -> None:
    collector = TrackCollector(
        cast("av.container.streams.StreamContainer", [Stream(n) for n in range(MOST_TRACKS + 1)])
    )
    sent = [*(Packet(n, 100 * n, b"words") for n in range(MOST_TRACKS + 1)), Packet(0, 900, b"")]
    sent += [Packet(1, 1000, b"x" * LONGEST_TEXT) for _ in range(MOST_BYTES // LONGEST_TEXT)]
    for packet in sent:
        collector.take(cast("av.Packet[av.stream.Stream]", packet))
    tracks = collector.tracks(0.0)
    # The words before leave no room for the last of the long ones; the cue of the ninth track is told with the eighth.
    assert [track.left_out for track in tracks] == [0, 1, *[0] * (MOST_TRACKS - 3), 1]
    assert [len(track.cues) for track in tracks] == [1, MOST_BYTES // LONGEST_TEXT, *[1] * (MOST_TRACKS - 2)]


def test_two_files_of_one_clip_have_words_of_their_own(folder: Path, corpus: Path) -> None:
    shutil.copy(folder / "a.mp4", folder / "copy.mp4")
    (folder / "a.srt").write_text(HELLO)
    (folder / "copy.srt").write_text(HELLO.replace("Hello", "Copied"))
    come_in(folder, corpus)
    assert [each.text for each in said(corpus)] == ["Hello there", "Copied there"]
    with Corpus.open(corpus, write=True) as opened:
        opened.remove(Removal("source", (str(folder / "a.mp4"),)))
        (clip,) = opened.clips()
        assert [each.text for each in opened.transcripts(clip.clip_id)] == ["Copied there"]


TRACKS = {
    "srt.mkv": ("matroska", "srt", b"Hello <b>there</b>"),
    "vtt.mkv": ("matroska", "webvtt", b"Hello <v Who>there"),
    "ass.mkv": ("matroska", "ass", b"0,0,Default,,0,0,0,,{\\an8}Hello\\Nthere"),
    "text.mp4": ("mp4", "mov_text", b"\x00\x12Hello <b>there</b>"),
    "wide.mp4": ("mp4", "mov_text", b"\x00\x18" + "\ufeffHello there".encode("utf-16-be")),
}


def write_with_track(path: Path, form: str, codec: str, text: bytes, seconds: float = 0.5) -> None:
    """A clip of ten pictures a second with one cue from 0.1 to 0.3 s in German, and a tone."""
    rate = 10
    with av.open(str(path), "w", format=form) as container:
        video = container.add_stream("libx264", rate=rate)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        sound = container.add_stream("aac", rate=16_000)
        track = container.add_mux_stream(codec)
        track.metadata["language"] = "ger"
        track.time_base = Fraction(1, 1000)
        for number in range(round(seconds * rate)):
            frame = av.VideoFrame.from_ndarray(number_picture(number, (160, 96), 50), format="rgb24")
            container.mux(video.encode(frame))
        cue = av.Packet(text)
        cue.stream, cue.time_base, cue.pts, cue.dts, cue.duration = track, Fraction(1, 1000), 100, 100, 200
        container.mux(cue)
        tone = np.round(14_000 * np.sin(np.arange(round(16_000 * seconds)) / 6)).astype(np.int16)
        heard = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
        heard.sample_rate = 16_000
        container.mux(sound.encode(heard))
        container.mux(sound.encode(None))
        container.mux(video.encode(None))


@pytest.mark.parametrize("isolate", [False, True])
def test_text_tracks_are_read_where_clips_are_decoded(tmp_path: Path, corpus: Path, isolate: bool) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, (form, codec, text) in TRACKS.items():
        write_with_track(folder / name, form, codec, text)
    report = come_in(folder, corpus, IngestOptions(isolate=isolate))
    assert [failure.detail for failure in report.clips_failed] == []
    for name in TRACKS:
        (found,) = said(corpus, Path(name).stem)
        assert (found.origin, found.language, found.text) == ("inside", "de", "Hello there"), name
        assert found.cues[0].start == pytest.approx(0.1, abs=0.05)
        assert found.cues[0].end == pytest.approx(0.3, abs=0.06)


def test_what_is_cut_of_a_track_is_told_with_the_name_of_its_clip(tmp_path: Path, corpus: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    write_with_track(folder / "a.mkv", "matroska", "srt", b"word " * 200)
    (note,) = come_in(folder, corpus).clips_damaged
    assert (note.source, note.reason) == (str(folder / "a.mkv"), "subtitles")
    assert note.detail.startswith("1 cues are longer than is kept")


class MadeUp:
    """Stands in for a recogniser: says how loud a clip is."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    def hear(self, sound: NDArray[np.float32]) -> HeardSpeech:
        self.heard.append(len(sound))
        loud = float(np.sqrt(np.mean(sound**2)))
        return HeardSpeech([(0.0, 99.0, f"<i>loud {loud:.1f}</i>")], "EN")


@pytest.fixture
def recogniser() -> Iterator[MadeUp]:
    made = MadeUp()

    @RECOGNISERS.register("made-up")
    def load(model: str) -> Recogniser:
        if model != "small":
            raise InputError(f"there is no model {model!r}")
        return made

    yield made
    RECOGNISERS._registered.pop("made-up")


@pytest.mark.parametrize("isolate", [False, True])
def test_a_recogniser_hears_what_it_is_asked_to_and_once(
    tmp_path: Path, corpus: Path, recogniser: MadeUp, isolate: bool
) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    write_with_track(folder / "a.mp4", *TRACKS["text.mp4"], seconds=1.0)
    write_numbered(folder / "silent.mp4", VideoWriter(frames=12, hue=90))
    come_in(folder, corpus)
    assert recogniser.heard == [], "nobody listens unless somebody is named"
    options = IngestOptions(isolate=isolate, speech=SPEECH)
    assert come_in(folder, corpus, options).words_changed == 2
    assert recogniser.heard == [pytest.approx(16_000, abs=2_100)], "a clip without sound is not heard"
    heard = said(corpus)[-1]
    assert (heard.origin, heard.maker, heard.language) == ("recognised", SPEECH, "en")
    assert float(heard.text.removeprefix("loud ")) == pytest.approx(0.3, abs=0.1)
    assert heard.cues[0].end <= 1.2, "what is heard beyond the end is cut"
    assert come_in(folder, corpus, options).words_changed == 0
    assert len(recogniser.heard) == 1
    with Corpus.open(corpus) as opened:
        assert opened.verify() == []


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("made-up", "names no model"),
        ("made-up:large", "no model 'large'"),
        ("nobody:small", "unknown speech recogniser"),
    ],
)
def test_a_recogniser_that_is_none_is_refused_by_name(
    folder: Path, corpus: Path, recogniser: MadeUp, spec: str, what: str
) -> None:
    with pytest.raises(InputError, match=what):
        come_in(folder, corpus, IngestOptions(speech=spec))


def test_an_extra_that_is_missing_is_said_in_one_line() -> None:
    if find_spec("faster_whisper"):
        pytest.skip("faster-whisper is installed here")
    with pytest.raises(InputError, match="faster-whisper is not installed"):
        load("tiny")


def test_a_recogniser_that_fails_costs_its_words_only(
    tmp_path: Path, corpus: Path, recogniser: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sound: NDArray[np.float32]) -> HeardSpeech:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(recogniser, "hear", fail)
    folder = tmp_path / "clips"
    folder.mkdir()
    write_with_track(folder / "a.mp4", *TRACKS["text.mp4"])
    report = come_in(folder, corpus, IngestOptions(speech=SPEECH))
    assert report.clips_added == 1
    assert [note.reason for note in report.clips_damaged] == ["speech"]
    assert [each.origin for each in said(corpus)] == ["inside"]
