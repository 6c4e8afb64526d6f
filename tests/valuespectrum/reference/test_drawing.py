from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from valuespectrum.reference.drawing import (
    FRAMES_PER_SECOND,
    clip_frames,
    describe_clip,
    draw_corpus,
    draw_frame,
    plan_corpus,
    random_setting,
    write_clip,
)
from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from valuespectrum.reference.painting.canvas import SceneSetting
from valuespectrum.reference.painting.figures import POSES, Pose, hand_position, look_of
from valuespectrum.reference.scenes import load_painters, scene
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError, StorageError

NAMES = [kind.name for kind in KINDS]


def _setting(seed: int, **changes: object) -> SceneSetting:
    return replace(random_setting(np.random.default_rng(seed)), **changes)  # type: ignore[arg-type]


def _pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture, dtype=np.int16)


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_every_kind_has_a_painter_and_every_painter_a_kind() -> None:
    assert set(load_painters()) == set(NAMES)


def test_a_second_painter_for_a_kind_is_refused() -> None:
    load_painters()
    with pytest.raises(ValueError, match="pizza_feast"):
        scene("pizza_feast")(lambda canvas, setting: None)


@pytest.mark.parametrize("name", NAMES)
def test_a_frame_follows_from_its_setting(name: str) -> None:
    setting = _setting(5, time=1.3)
    first = draw_frame(name, setting, width=72)
    assert first.size == (72, 128)
    assert first.mode == "RGB"
    assert first.tobytes() == draw_frame(name, setting, width=72).tobytes()
    mirrored = draw_frame(name, setting, mirrored=True, width=72)
    assert mirrored.transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes() == first.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_moves_and_varies(name: str) -> None:
    setting = _setting(6)
    still = _pixels(draw_frame(name, setting, width=72))
    moments = [_pixels(draw_frame(name, replace(setting, time=time), width=72)) for time in (0.35, 0.8, 1.7)]
    assert max(np.abs(moment - still).max() for moment in moments) > 20
    assert np.abs(_pixels(draw_frame(name, _setting(7), width=72)) - still).mean() > 4


@pytest.mark.parametrize("name", NAMES)
def test_time_of_day_shows(name: str) -> None:
    setting = _setting(8)
    pictures = [_pixels(draw_frame(name, replace(setting, time_of_day=time), width=72)) for time in TIMES_OF_DAY]
    for index, first in enumerate(pictures):
        for second in pictures[index + 1 :]:
            assert np.abs(first - second).mean() > 1.0


def test_no_part_of_a_picture_stays_unpainted() -> None:
    for name in NAMES:
        for place in range(4):
            picture = _pixels(draw_frame(name, _setting(9 + place, place=place), width=72))
            assert (picture.max(axis=2) == 0).mean() < 0.02, (name, place)


def test_kinds_look_different_from_each_other() -> None:
    pictures = [_pixels(draw_frame(name, _setting(10, place=1, time_of_day="day"), width=36)) for name in NAMES]
    for index, first in enumerate(pictures):
        for second in pictures[index + 1 :]:
            assert np.abs(first - second).mean() > 5


def test_unknown_kinds_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="no scene kind 'unicorn'") as caught:
        draw_frame("unicorn", _setting(0))
    assert "pizza_feast" in caught.value.hint
    with pytest.raises(InputError, match="no scene kind"):
        describe_clip("clip.mp4", "unicorn", 0)


def test_settings_stay_in_their_ranges() -> None:
    rng = np.random.default_rng(0)
    settings = [random_setting(rng) for _ in range(200)]
    assert {setting.time_of_day for setting in settings} == set(TIMES_OF_DAY)
    assert {setting.place for setting in settings} == {0, 1, 2, 3}
    assert all(0.85 <= setting.size <= 1.15 and 0 <= setting.clutter <= 1 for setting in settings)
    assert all(len(setting.skin) >= 6 and len(setting.hair) >= 6 for setting in settings)
    colours = np.array([[setting.accent, setting.second, *setting.skin, *setting.hair] for setting in settings])
    assert colours.min() >= 0
    assert colours.max() <= 255


@pytest.mark.parametrize("name", POSES)
@pytest.mark.parametrize("facing", [-1, 0, 1])
def test_hands_are_within_reach_of_the_body(name: str, facing: int) -> None:
    for phase in np.linspace(0, 1, 7):
        for hand_x, hand_y in hand_position(4.5, 14.0, 2.0, Pose(name, facing, float(phase), front_hand=(9.0, 0.0))):
            assert abs(hand_x - 4.5) < 2.0
            assert 11.0 < hand_y < 14.4


def test_looks_can_be_changed_one_by_one() -> None:
    setting = _setting(1)
    assert look_of(setting, 2, dress=True) == replace(look_of(setting, 2), dress=True)


def test_a_clip_decodes_as_stated(tmp_path: Path) -> None:
    path = tmp_path / "clip_0001.mp4"
    clip = write_clip(path, "skydiver", 11, width=72)
    drawn = list(clip_frames("skydiver", 11, width=72))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.average_rate == FRAMES_PER_SECOND
        decoded = [frame.to_image() for frame in container.decode(stream)]
    assert len(decoded) == len(drawn) == round(clip.seconds * FRAMES_PER_SECOND)
    assert 3 <= clip.seconds <= 6
    assert decoded[0].size == (72, 128)
    errors = [np.abs(_pixels(after) - _pixels(before)).mean() for after, before in zip(decoded, drawn, strict=True)]
    assert max(errors) < 8
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip_0001.mp4"]


def test_words_of_a_clip_say_what_is_drawn() -> None:
    for kind in KINDS:
        clip = describe_clip("clip_0001.mp4", kind.name, 12)
        assert clip.caption.startswith(kind.caption + " ")
        assert clip.caption.removeprefix(kind.caption + " ") in TIMES_OF_DAY.values()
        assert clip.title.startswith(kind.title)
        assert clip.tags == kind.keywords


@pytest.mark.parametrize("width", [0, -18, 100])
def test_widths_that_cannot_be_encoded_are_refused(tmp_path: Path, width: int) -> None:
    with pytest.raises(InputError, match="pixels wide"):
        write_clip(tmp_path / "clip.mp4", "skydiver", 1, width)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot write"):
        draw_corpus(tmp_path / "file" / "corpus", 1, workers=1)
    with pytest.raises(StorageError, match="cannot write"):
        write_clip(tmp_path / "missing" / "clip.mp4", "skydiver", 1, 72)


def test_the_plan_is_balanced() -> None:
    plan = plan_corpus(220, 3)
    counts = Counter(clip.kind for clip in plan)
    assert set(counts) == set(NAMES)
    assert set(counts.values()) <= {2, 3}
    pure = [clip for clip in plan if len(clip.weights) == 1]
    assert len(pure) == 176
    per_value = Counter(next(iter(clip.weights)) for clip in pure)
    assert set(per_value) == set(VALUES)
    assert max(per_value.values()) - min(per_value.values()) <= 1
    assert len({clip.seed for clip in plan}) == 220
    assert plan != plan_corpus(220, 4)


@pytest.mark.parametrize("clips", [1, 2, 7, 12, 61, 500])
def test_any_number_of_clips_can_be_planned(clips: int) -> None:
    plan = plan_corpus(clips, 0)
    assert len(plan) == len({clip.name for clip in plan}) == clips


def test_a_corpus_is_reproducible_and_continues_after_interruption(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    clips = draw_corpus(whole, 3, seed=2, workers=2)
    seen: list[tuple[int, int]] = []

    def interrupt(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_corpus(broken, 3, seed=2, progress=interrupt, workers=1)
    assert seen == [(0, 3), (1, 3)]
    finished = broken / clips[0].name
    before = finished.stat().st_mtime_ns
    (broken / clips[1].name).write_bytes(b"half a clip without a sidecar")
    assert draw_corpus(broken, 3, seed=2, workers=1) == clips
    assert finished.stat().st_mtime_ns == before
    assert _digests(broken) == _digests(whole)
    with pytest.raises(InputError, match="another drawn corpus"):
        draw_corpus(broken, 3, seed=5, workers=1)


def test_sidecars_and_truth_agree_and_names_tell_nothing(tmp_path: Path) -> None:
    clips = draw_corpus(tmp_path, 2, seed=1, workers=1)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["clips"]
    assert set(truth) == {clip.name for clip in clips} == {"clip_0001.mp4", "clip_0002.mp4"}
    for clip in clips:
        sidecar = json.loads((tmp_path / clip.name.replace(".mp4", ".info.json")).read_text(encoding="utf-8"))
        assert sidecar["description"] == clip.caption
        assert sidecar["license"] == "Apache-2.0"
        assert sidecar["extractor_key"] == "Drawn"
        assert "kind" not in sidecar
        assert truth[clip.name]["kind"] == clip.kind
        with av.open(str(tmp_path / clip.name)) as container:
            assert container.duration is not None
            assert container.duration / av.time_base == pytest.approx(sidecar["duration"], abs=0.1)


@pytest.mark.parametrize(("clips", "workers"), [(0, 1), (-3, 1), (3, 0)])
def test_senseless_numbers_are_refused(tmp_path: Path, clips: int, workers: int) -> None:
    with pytest.raises(InputError, match="cannot draw"):
        draw_corpus(tmp_path, clips, workers=workers)
    assert not list(tmp_path.iterdir())
