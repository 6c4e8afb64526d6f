"""Folders become corpora: once, whole, and with every bad file named."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from colour_embedder import ColourEmbedder
from numpy.typing import NDArray
from PIL import Image
from videos import VideoWriter, read_number, write_numbered, write_sound

from ingest.decoding.decode import DecodeOptions
from ingest.examining import media_file as examination
from ingest.examining.near_duplicates import bits_apart, difference_hash
from ingest.media.media_guard import Limits, open_media
from ingest.pipeline import IngestOptions, ingest
from ingest.report import IngestReport
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, EmbedderError, InputError, StorageError
from vectorstore.snapshots.export import exported_links


def run(
    source: Path, corpus: Path, options: IngestOptions | None = None, embedder: ColourEmbedder | None = None
) -> IngestReport:
    with Corpus.ensure(corpus) as opened:
        return ingest([source], opened, embedder or ColourEmbedder(), options)


@pytest.mark.parametrize("decoder", ["auto", "decord"])
def test_a_folder_becomes_clips_frames_vectors_and_hits(video_folder: Path, tmp_path: Path, decoder: str) -> None:
    report = run(video_folder, tmp_path / "corpus", IngestOptions(DecodeOptions(decoder=decoder)))
    assert (report.clips_seen, report.clips_added, report.clips_known, report.clips_failed) == (5, 5, 0, ())
    assert report.frames_added == report.frames_embedded == 8 * 4 + 3
    with Corpus.open(tmp_path / "corpus") as corpus:
        clips = corpus.clips()
        assert [Path(clip.source).name for clip in clips] == ["a.mp4", "b.webm", "e.mp4", "c.mkv", "d.mp4"]
        assert [clip.codec for clip in clips] == ["h264", "vp9", "h264", "h264", "h264"]
        assert [clip.title for clip in clips] == ["a", "b", "e", "c", "d"]
        frames = corpus.frames(clips[0].clip_id)
        numbers = [read_number(Image.open(corpus.picture_path(frame.picture_sha))) for frame in frames]
        assert numbers == [2, 7, 12, 17, 22, 27, 32, 37]
        assert [frame.time for frame in frames] == pytest.approx([number / 25 for number in numbers])
        for engine in ("exact", "chroma"):
            for clip in clips:
                wanted = corpus.frames(clip.clip_id)[0]
                picture = Image.open(corpus.picture_path(wanted.picture_sha))
                (hit,) = corpus.search(ColourEmbedder().images([picture])[0], count=1, engine=engine)
                assert (hit.frame, hit.rank) == (wanted, 1)
                assert hit.similarity == pytest.approx(1, abs=1e-3)


def test_a_second_run_adds_nothing_and_reads_no_file(
    video_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(video_folder, tmp_path / "corpus")
    with Corpus.open(tmp_path / "corpus") as corpus:
        before, events = corpus.content_hash(), list(corpus.events())

    def forbidden(*arguments: object) -> None:
        raise AssertionError("a known file was read again")

    monkeypatch.setattr("ingest.examining.media_file.open_media", forbidden)
    embedder = ColourEmbedder()
    report = run(video_folder, tmp_path / "corpus", embedder=embedder)
    assert (report.clips_seen, report.clips_added, report.clips_known) == (5, 0, 5)
    assert report.frames_added == report.frames_embedded == 0
    assert embedder.calls == []
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert corpus.content_hash() == before
        assert list(corpus.events()) == events


class Counter:
    """How many are inside at the same time, at most."""

    def __init__(self) -> None:
        self.most = self._inside = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        # Long enough for all others that may come in as well.
        time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1


@pytest.mark.parametrize(("workers", "files", "together"), [(None, 2, 2), (1, 1, 2), (5, 5, 5)])
def test_decoders_and_encoders_together_are_no_more_than_the_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int | None, files: int, together: int
) -> None:
    for number in range(8):
        write_numbered(tmp_path / "clips" / f"{number}.mp4", VideoWriter(frames=4, hue=number * 20))
    decoding, both = Counter(), Counter()

    def examine(*arguments: Any) -> examination.FileFindings:
        with both, decoding:
            return examination.examine(*arguments)

    class SlowEmbedder(ColourEmbedder):
        at_once = 2

        def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
            with both:
                return super().images(pictures)

    monkeypatch.setattr("ingest.examining.executors.examine", examine)
    for module in ("engines.local", "pipeline"):
        monkeypatch.setattr(f"ingest.{module}.count_cores", lambda: 2)
    report = run(tmp_path / "clips", tmp_path / "corpus", IngestOptions(workers=workers, batch=4), SlowEmbedder())
    assert (report.clips_added, report.frames_embedded) == (8, 32)
    assert (decoding.most, both.most) == (files, together)


def test_bad_files_are_named_with_a_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    good = write_numbered(folder / "good.mp4", VideoWriter())
    content = good.read_bytes()
    (folder / "corrupt.mp4").write_bytes(content[:40] + np.random.default_rng(0).bytes(4000))
    (folder / "cut.mp4").write_bytes(content[: len(content) // 2])
    (folder / "empty.webm").write_bytes(b"")
    (folder / "text.mkv").write_text("not a video")
    write_sound(folder / "sound.mp4")
    os.mkfifo(folder / "pipe.mp4")
    (folder / "link.mp4").symlink_to(good)
    (folder / "notes.txt").write_text("ignored")
    report = run(folder, tmp_path / "corpus")
    reasons = {Path(failure.source).name: failure.reason for failure in report.clips_failed}
    assert reasons.pop("corrupt.mp4") in ("decode_error", "truncated")
    assert reasons == {
        "cut.mp4": "truncated",
        "empty.webm": "empty",
        "text.mkv": "not_video",
        "sound.mp4": "no_video_stream",
        "pipe.mp4": "not_a_file",
        "link.mp4": "not_a_file",
    }
    assert (report.clips_seen, report.clips_added, report.files_ignored) == (8, 1, 1)
    document = json.loads(json.dumps(report.to_json()))
    assert {"source": str(folder / "empty.webm"), "reason": "empty"} in document["clips_failed"]
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert set(corpus.failures()) == set(report.clips_failed)
        assert corpus.info()["failed"] == 7


def test_failures_are_tried_again_only_when_something_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, corpus = tmp_path / "clips", tmp_path / "corpus"
    path = write_numbered(folder / "clip.mp4", VideoWriter())
    content = path.read_bytes()
    path.write_bytes(content[:2000])
    assert [failure.reason for failure in run(folder, corpus).clips_failed] == ["truncated"]
    tried: list[Path] = []

    def opening(path: Path, limits: Limits) -> AbstractContextManager[BinaryIO]:
        tried.append(path)
        return open_media(path, limits)

    monkeypatch.setattr("ingest.examining.media_file.open_media", opening)
    again = run(folder, corpus)
    assert (again.clips_added, [failure.reason for failure in again.clips_failed], tried) == (0, ["truncated"], [])
    run(folder, corpus, IngestOptions(retry_failed=True))
    run(folder, corpus, IngestOptions(DecodeOptions(decoder="decord")))
    assert len(tried) == 2
    path.write_bytes(content)
    mended = run(folder, corpus)
    assert (mended.clips_added, mended.clips_failed) == (1, ())


def test_the_same_bytes_are_one_clip_with_several_sources(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    first = write_numbered(folder / "first.mp4", VideoWriter())
    shutil.copy(first, folder / "second.mp4")
    report = run(folder, tmp_path / "corpus")
    assert (report.clips_added, report.clips_known) == (1, 1)
    moved = tmp_path / "moved"
    folder.rename(moved)
    assert run(moved, tmp_path / "corpus").clips_known == 2
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert len(corpus.clips()) == 1


def test_a_replaced_file_becomes_another_clip(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clips" / "clip.mp4", VideoWriter(hue=10))
    run(path.parent, tmp_path / "corpus")
    write_numbered(path, VideoWriter(hue=99))
    assert run(path.parent, tmp_path / "corpus").clips_added == 1
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert len(corpus.clips()) == 2


def test_a_file_with_its_former_bytes_again_is_described_under_them(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clips" / "clip.mp4", VideoWriter(hue=10))
    former, latter = path.read_bytes(), write_numbered(tmp_path / "other.mp4", VideoWriter(hue=99)).read_bytes()
    for content, title in ((former, "first"), (latter, "second"), (former, "third")):
        path.write_bytes(content)
        path.with_suffix(".info.json").write_text(json.dumps({"title": title}))
        run(path.parent, tmp_path / "corpus")
    with Corpus.open(tmp_path / "corpus") as corpus:
        clips = corpus.clips()
        assert [clip.title for clip in clips] == ["third", "second"]
        (source,) = corpus.sources()
        assert source.clip_ids == (clips[1].clip_id, clips[0].clip_id)


def test_near_duplicates_are_marked_not_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    write_numbered(folder / "moving.mp4", VideoWriter(size=(256, 192)))
    write_numbered(folder / "still.mp4", VideoWriter(times=[0, 39], size=(256, 192), hue=80))
    report = run(folder, tmp_path / "corpus")
    with Corpus.open(tmp_path / "corpus") as corpus:
        frames = corpus.frames()
        marked = [frame for frame in frames if frame.duplicate_of]
        assert len(marked) == report.frames_duplicate
        assert corpus.frames(unique=True) == [frame for frame in frames if not frame.duplicate_of]
        for frame in marked:
            original = corpus.frame(str(frame.duplicate_of))
            assert original.duplicate_of is None
            assert (original.clip_id, original.index < frame.index) == (frame.clip_id, True)
            assert bits_apart(frame.dhash, original.dhash) <= 6


def test_frames_made_anew_are_marked_as_before_where_another_clip_shows_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    first = write_numbered(folder / "first.mp4", VideoWriter(frames=3))
    # A box of MP4 with nothing in it: other bytes, the same pictures.
    (folder / "second.mp4").write_bytes(first.read_bytes() + b"\x00\x00\x00\x08free")
    assert run(folder, tmp_path / "corpus").clips_added == 2

    def marks() -> list[tuple[str, int] | None]:
        with Corpus.open(tmp_path / "corpus") as corpus:
            frames = corpus.frames()
            places = {frame.frame_id: (corpus.clip(frame.clip_id).title, frame.index) for frame in frames}
            return [places[frame.duplicate_of] if frame.duplicate_of else None for frame in frames]

    before = marks()
    assert before[3:] == [("first", index) for index in range(3)]
    report = run(folder, tmp_path / "corpus", IngestOptions(DecodeOptions(frames=16), redo_frames=True))
    assert (report.clips_redone, report.frames_added) == (2, 6)
    assert marks() == before


def test_a_clip_keeps_its_source_where_its_frames_cannot_be_made_anew(tmp_path: Path) -> None:
    write_numbered(tmp_path / "clips" / "clip.mp4", VideoWriter())
    run(tmp_path / "clips", tmp_path / "corpus")
    shorter = DecodeOptions(frames=3, limits=Limits(max_seconds=1.0))
    report = run(tmp_path / "clips", tmp_path / "corpus", IngestOptions(shorter, redo_frames=True))
    assert ([failure.reason for failure in report.clips_failed], report.clips_redone) == (["too_long"], 0)
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert (corpus.failures(), len(corpus.frames()), len(list(exported_links(corpus)))) == ([], 8, 1)
    report = run(tmp_path / "clips", tmp_path / "corpus")
    assert (report.clips_known, report.clips_failed) == (1, ())


def test_difference_hash_survives_resizing_and_recompression(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    small = [Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8)) for _ in range(6)]
    pictures = [picture.resize((256, 192), Image.Resampling.BICUBIC) for picture in small]
    for picture in pictures:
        picture.resize((180, 135)).save(tmp_path / "copy.jpg", quality=40)
        with Image.open(tmp_path / "copy.jpg") as copy:
            apart = [bits_apart(difference_hash(copy), difference_hash(other)) for other in pictures]
        assert apart[pictures.index(picture)] <= 6
        assert sorted(apart)[1] > 12


def test_another_embedder_uses_the_stored_pictures(video_folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(video_folder, source)
    first = run(source, tmp_path / "corpus")
    other = ColourEmbedder("other")
    second = run(source, tmp_path / "corpus", embedder=other)
    assert (second.clips_added, second.frames_embedded) == (0, first.frames_added)
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert corpus.embedder_ids() == ["test/colour", "test/other"]
        assert np.array_equal(corpus.vectors("test/colour")[1], corpus.vectors("test/other")[1])


class OneVectorForAll(ColourEmbedder):
    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        return np.tile(np.eye(1, self.dimension, dtype=np.float32), (len(pictures), 1))


def test_another_embedder_marks_no_frames_of_clips_that_were_embedded_before(
    video_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(video_folder, tmp_path / "corpus")
    with Corpus.open(tmp_path / "corpus") as corpus:
        before = [(frame.frame_id, frame.duplicate_of) for frame in corpus.frames()]
    # Vectors alone decide then.
    monkeypatch.setattr("ingest.examining.near_duplicates.LOOSE_BITS", 64)
    assert run(video_folder, tmp_path / "corpus", embedder=OneVectorForAll("other")).frames_duplicate == 0
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert [(frame.frame_id, frame.duplicate_of) for frame in corpus.frames()] == before
    assert run(video_folder, tmp_path / "new", embedder=OneVectorForAll("other")).frames_duplicate > 5


def test_batches_span_clips(video_folder: Path, tmp_path: Path) -> None:
    embedder = ColourEmbedder()
    run(video_folder, tmp_path / "corpus", IngestOptions(batch=10), embedder)
    assert set(embedder.calls[:-1]) == {10}


def test_progress_reaches_its_end(video_folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest([video_folder], corpus, ColourEmbedder(), progress=lambda *event: seen.append(event))
    assert [done for stage, done, _ in seen if stage == "decode"] == [1, 2, 3, 4, 5]
    last = {stage: (done, total) for stage, done, total in seen}
    assert last == {"decode": (5, 5), "embed": (35, 35), "index": (35, 35)}


@pytest.mark.parametrize("workers", [1, 4])
def test_the_corpus_does_not_depend_on_the_number_of_threads(video_folder: Path, tmp_path: Path, workers: int) -> None:
    run(video_folder, tmp_path / "one", IngestOptions(workers=3))
    run(video_folder, tmp_path / "two", IngestOptions(workers=workers))
    with Corpus.open(tmp_path / "one") as one, Corpus.open(tmp_path / "two") as two:
        assert one.content_hash() == two.content_hash()
        assert one.frames() == two.frames()


def test_pictures_that_are_gone_are_an_error_not_a_guess(video_folder: Path, tmp_path: Path) -> None:
    run(video_folder, tmp_path / "corpus")
    shutil.rmtree(tmp_path / "corpus" / "frames")
    with pytest.raises(CorpusError, match="stored picture"):
        run(video_folder, tmp_path / "corpus", embedder=ColourEmbedder("other"))


def test_a_full_disk_stops_the_run_and_a_later_one_continues(
    video_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StorageError, match="no space left"):
            run(video_folder, tmp_path / "corpus")
    assert run(video_folder, tmp_path / "corpus").clips_added == 5


def test_an_embedder_that_returns_nonsense_is_caught(video_folder: Path, tmp_path: Path) -> None:
    class Broken(ColourEmbedder):
        def images(self, pictures):  # type: ignore[no-untyped-def]
            return super().images(pictures)[:, :5]

    with pytest.raises(EmbedderError, match="returned"):
        run(video_folder, tmp_path / "corpus", embedder=Broken())

    class Empty(ColourEmbedder):
        def images(self, pictures):  # type: ignore[no-untyped-def]
            return super().images(pictures) * np.nan

    with pytest.raises(InputError, match="finite"):
        run(video_folder, tmp_path / "corpus", embedder=Empty("nan"))
