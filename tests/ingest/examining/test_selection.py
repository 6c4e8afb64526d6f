"""What shows nothing new is marked, what shows the same under other bytes is linked, and nothing is dropped."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from colour_embedder import ColourEmbedder
from numpy.typing import NDArray
from PIL import Image

from ingest.examining.near_duplicates import LOOSE_BITS, duplicates_by_vector
from ingest.pipeline import IngestOptions, ingest
from ingest.report import IngestReport
from vectorstore.corpus import Corpus
from vectorstore.ledger.records import Frame


def scenes(seed: int, count: int = 4) -> list[Image.Image]:
    """Soft pictures, each unlike the others."""
    random = np.random.default_rng(seed)
    small = [Image.fromarray(random.integers(0, 256, (9, 6, 3), dtype=np.uint8)) for _ in range(count)]
    return [picture.resize((180, 320), Image.Resampling.BICUBIC) for picture in small]


def write_clip(path: Path, pictures: list[Image.Image], size: tuple[int, int] = (180, 320), crf: int = 20) -> Path:
    """Eight frames of each picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": str(crf)})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 25)
        for number in range(8 * len(pictures)):
            frame = av.VideoFrame.from_image(pictures[number // 8].resize(size))
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def run(folder: Path, corpus: Path) -> IngestReport:
    with Corpus.ensure(corpus) as opened:
        return ingest([folder], opened, ColourEmbedder())


def test_uploads_of_the_same_clip_are_linked_and_others_are_not(tmp_path: Path) -> None:
    folder, corpus = tmp_path / "clips", tmp_path / "corpus"
    for seed in range(4):
        write_clip(folder / f"{seed}.mp4", scenes(seed))
    write_clip(folder / "0-small.mp4", scenes(0), (120, 214), crf=36)
    assert run(folder, corpus).clips_linked == 2
    write_clip(folder / "1-large.webm.mp4", scenes(1), (270, 480), crf=32)
    write_clip(folder / "half.mp4", [*scenes(2)[:2], *scenes(9)[:2]])
    write_clip(folder / "quarter.mp4", [scenes(3)[0], *scenes(10)[:3]])
    report = run(folder, corpus)
    assert (report.clips_added, report.clips_linked) == (3, 2)
    with Corpus.open(corpus) as opened:
        names = {clip.clip_id: Path(clip.source).name for clip in opened.clips()}
        links = {tuple(sorted((names[link.clip_id], names[link.other_id]))): link.share for link in opened.clip_links()}
        assert len(names) == 8, "linked, not dropped"
    assert links == {("0-small.mp4", "0.mp4"): 1, ("1-large.webm.mp4", "1.mp4"): 1, ("2.mp4", "half.mp4"): 0.5}


def test_blank_frames_are_marked_and_link_nothing(tmp_path: Path) -> None:
    black, white = Image.new("RGB", (180, 320)), Image.new("RGB", (180, 320), "white")
    for seed in range(2):
        write_clip(tmp_path / "clips" / f"{seed}.mp4", [black, black, white, scenes(seed)[0]])
    report = run(tmp_path / "clips", tmp_path / "corpus")
    assert (report.frames_blank, report.clips_linked) == (12, 0)
    with Corpus.open(tmp_path / "corpus") as corpus:
        for clip in corpus.clips():
            frames = corpus.frames(clip.clip_id)
            assert [frame.blank for frame in frames] == [True] * 6 + [False] * 2
            assert [round(frame.brightness or 0) // 100 for frame in frames[:6]] == [0] * 4 + [2] * 2
        first = corpus.frames(corpus.clips()[0].clip_id)
        assert [frame.index for frame in first if frame.duplicate_of is None] == [0, 4, 6]


def test_a_frozen_clip_has_one_frame_that_counts(tmp_path: Path) -> None:
    write_clip(tmp_path / "clips" / "frozen.mp4", scenes(0)[:1] * 4)
    write_clip(tmp_path / "clips" / "moving.mp4", scenes(1))
    run(tmp_path / "clips", tmp_path / "corpus")
    with Corpus.open(tmp_path / "corpus") as corpus:
        frozen, moving = corpus.clips()
        assert [len([f for f in corpus.frames(c.clip_id) if not f.duplicate_of]) for c in (frozen, moving)] == [1, 4]
        assert (frozen.motion or 0) < 1
        assert (moving.motion or 0) > 10


def frame(number: int, **changes: object) -> Frame:
    fields = {"duplicate_of": None, "dhash": f"{number:016x}", "picture_sha": f"p{number}"} | changes
    return Frame(f"f{number}", "clip", number, float(number), width=1, height=1, **fields)  # type: ignore[arg-type]


def test_vectors_find_what_moved_a_little() -> None:
    def at(degrees: float) -> NDArray[np.float32]:
        return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)

    frames = [frame(0), frame(1), frame(2), frame(3, duplicate_of="f0"), frame(4, blank=True), frame(5), frame(6)]
    vectors = {f"p{number}": at(angle) for number, angle in enumerate([0, 5, 40, 0, 0, 44])}
    # cos 8 degrees = 0.990: each is compared with frames that count, so a slow drift is not one picture.
    assert duplicates_by_vector(frames, vectors, 0.99) == {"f1": "f0", "f5": "f2"}
    drift = [frame(number) for number in range(10)]
    marks = duplicates_by_vector(drift, {f"p{number}": at(5 * number) for number in range(10)}, 0.99)
    assert set(marks.values()) == {"f0", "f2", "f4", "f6", "f8"}


@pytest.mark.parametrize(("bits", "marked"), [(0, True), (LOOSE_BITS, True), (LOOSE_BITS + 1, False), (64, False)])
def test_vectors_alone_are_not_believed(bits: int, marked: bool) -> None:
    """An embedder that knows nothing of what it sees says that all of it is the same."""
    frames = [frame(0, dhash=f"{0:016x}"), frame(1, dhash=f"{(1 << bits) - 1:016x}")]
    same = np.array([1, 0], dtype=np.float32)
    assert duplicates_by_vector(frames, {"p0": same, "p1": same}) == ({"f1": "f0"} if marked else {})


def test_marks_by_vector_do_not_depend_on_batches(tmp_path: Path) -> None:
    for seed in range(3):
        shown = scenes(seed, 2)
        write_clip(
            tmp_path / "clips" / f"{seed}.mp4", [shown[0], Image.blend(shown[0], shown[1], 0.12), shown[1], shown[0]]
        )
    marks = []
    for batch in (3, 8, 32):
        with Corpus.ensure(tmp_path / f"corpus-{batch}") as corpus:
            ingest([tmp_path / "clips"], corpus, ColourEmbedder(), IngestOptions(batch=batch))
            marks.append({frame.frame_id: frame.duplicate_of for frame in corpus.frames() if frame.duplicate_of})
            assert all(corpus.frame(original).duplicate_of is None for original in marks[-1].values())
    assert len(marks[0]) >= 3 * 5
    assert marks[0] == marks[1] == marks[2]
