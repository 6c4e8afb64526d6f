from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from agents.browsing.seeing.overlays import OVERLAYS, overlay_push
from valuespectrum.reference import drawing
from valuespectrum.reference.drawing import (
    Difference,
    as_look,
    clip_frames,
    describe_clip,
    draw_corpus,
    draw_frame,
    matched_pair,
    plan_corpus,
    take_of,
    write_clip,
    write_take,
)
from valuespectrum.reference.kinds import BY_NAME, KINDS, LOOK_INDEX, LOOKS, TIMES_OF_DAY, Misreading
from valuespectrum.reference.painting.canvas import SceneSetting
from valuespectrum.reference.painting.figures import POSES, Pose, hand_position, look_of
from valuespectrum.reference.painting.layers import OBSTACLES
from valuespectrum.reference.painting.settings import FRAMES_PER_SECOND, random_setting
from valuespectrum.reference.scenes import load_painters, scene
from valuespectrum.theory.value_sets import GROUPS, NINETEEN
from vectorstore.foundation.errors import InputError, StorageError

NAMES = [kind.name for kind in KINDS]
IDS = [look.id for look in LOOKS]
TWO_SIDED = [kind.name for kind in KINDS if kind.group in ("pure", "ordered")]


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


@pytest.mark.parametrize("look", IDS)
def test_a_frame_follows_from_its_setting(look: str) -> None:
    setting = _setting(5, time=1.3)
    first = draw_frame(look, setting, width=72)
    assert first.size == (72, 128)
    assert first.mode == "RGB"
    assert first.tobytes() == draw_frame(look, setting, width=72).tobytes()
    mirrored = draw_frame(look, setting, mirrored=True, width=72)
    assert mirrored.transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes() == first.tobytes()


@pytest.mark.parametrize("look", IDS)
def test_a_scene_moves_and_varies(look: str) -> None:
    setting = _setting(6)
    still = _pixels(draw_frame(look, setting, width=72))
    moments = [_pixels(draw_frame(look, replace(setting, time=time), width=72)) for time in (0.35, 0.8, 1.7)]
    assert max(np.abs(moment - still).max() for moment in moments) > 20
    assert np.abs(_pixels(draw_frame(look, _setting(7), width=72)) - still).mean() > 4


@pytest.mark.parametrize("look", IDS)
def test_time_of_day_shows(look: str) -> None:
    setting = _setting(8)
    pictures = [_pixels(draw_frame(look, replace(setting, time_of_day=time), width=72)) for time in TIMES_OF_DAY]
    for index, first in enumerate(pictures):
        for second in pictures[index + 1 :]:
            assert np.abs(first - second).mean() > 1.0


@pytest.mark.parametrize("look", IDS)
def test_no_part_of_a_picture_stays_unpainted(look: str) -> None:
    for place in range(4):
        picture = _pixels(draw_frame(look, _setting(9 + place, place=place), width=72))
        assert (picture.max(axis=2) == 0).mean() < 0.02, place


def test_looks_of_different_kinds_differ_from_each_other() -> None:
    pictures = [_pixels(draw_frame(look, _setting(10, place=1, time_of_day="day"), width=36)) for look in IDS]
    for index, first in enumerate(pictures):
        for second, other in zip(LOOKS[index + 1 :], pictures[index + 1 :], strict=True):
            if LOOKS[index].kind is not second.kind:
                assert np.abs(first - other).mean() > 5, (IDS[index], second.id)


@pytest.mark.parametrize("name", TWO_SIDED)
def test_versions_differ_in_shapes_that_a_glance_tells_apart(name: str) -> None:
    """Not by being darker: in many places, and only a little on average."""
    differences = []
    for seed in range(4):
        setting = _setting(20 + seed, spectators=0)
        first, second = (_pixels(draw_frame(f"{name}:{look}", setting, width=36)) for look in BY_NAME[name].looks)
        differences.append((np.abs(first - second).max(axis=2) > 40).mean())
    assert np.mean(differences) > 0.03


def test_unknown_kinds_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="no scene kind 'unicorn'") as caught:
        draw_frame("unicorn", _setting(0))
    assert "pizza_feast" in caught.value.hint
    with pytest.raises(InputError, match="no scene kind"):
        describe_clip("clip.mp4", "unicorn", "endorsed", 0)
    with pytest.raises(InputError, match="no version 'denied'") as caught:
        clip_frames("skydiver", "denied", 0).__next__()
    assert "violated" in caught.value.hint
    with pytest.raises(InputError, match="no look 'first'"):
        draw_frame("skydiver:first", _setting(0))


def test_settings_stay_in_their_ranges() -> None:
    rng = np.random.default_rng(0)
    settings = [random_setting(rng) for _ in range(200)]
    assert {setting.time_of_day for setting in settings} == set(TIMES_OF_DAY)
    assert {setting.place for setting in settings} == {0, 1, 2, 3}
    assert all(0.85 <= setting.size <= 1.15 and 0 <= setting.clutter <= 1 for setting in settings)
    assert all(len(setting.skin) >= 6 and len(setting.hair) >= 6 for setting in settings)
    assert 0.1 < np.mean([setting.spectators > 0 for setting in settings]) < 0.2
    assert not any(setting.overlay or setting.violated for setting in settings)
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
    clip = write_clip(path, "skydiver", "violated", 11, width=72)
    drawn = list(clip_frames("skydiver", "violated", 11, width=72))
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
        for version in kind.versions:
            clip = describe_clip("clip_0001.mp4", kind.name, version.name, 12)
            assert clip.caption.startswith(version.caption + " ")
            assert clip.caption.removeprefix(version.caption + " ") in TIMES_OF_DAY.values()
            assert clip.title.startswith(version.title)
            assert clip.tags == version.keywords
            assert clip.weights == version.weights
            assert {look.partition(":")[0] for look in clip.looks} == {kind.name}


def test_captions_are_unique() -> None:
    captions = [version.caption for kind in KINDS for version in kind.versions]
    assert len(set(captions)) == len(captions)


def test_an_ordered_clip_shows_its_frames_backwards() -> None:
    forward, backward = (list(clip_frames("gift_passed", way, 4, width=36)) for way in ("forward", "backward"))
    assert [frame.tobytes() for frame in backward] == [frame.tobytes() for frame in reversed(forward)]
    take = take_of("gift_passed", "forward", 4)
    progress = [take.setting_at(index).progress for index in range(take.variation.frames)]
    assert progress == sorted(progress) and progress[0] == 0 and progress[-1] == 1
    assert describe_clip("a.mp4", "gift_passed", "backward", 4).looks == ("gift_passed:last", "gift_passed:first")


@pytest.mark.parametrize("differ", ["value", "place", "light", "crowd"])
@pytest.mark.parametrize("name", ["friends_hug", "gift_passed", "school_uniforms"])
def test_matched_pairs_differ_in_one_thing_only(name: str, differ: Difference) -> None:
    field = {"place": "place", "light": "time_of_day", "crowd": "spectators"}.get(differ, "")
    for seed in range(3):
        first, second = matched_pair(name, seed, differ)
        settings = [asdict(take.setting) for take in (first, second)]
        assert [key for key in settings[0] if settings[0][key] != settings[1][key]] == ([field] if field else [])
        assert first.variation == second.variation and first.kind == second.kind
        assert (first.version != second.version) == (differ == "value")
        pictures = [_pixels(next(take.frames(72))) for take in (first, second)]
        assert np.abs(pictures[0] - pictures[1]).mean() > 0.5


def test_what_all_clips_of_a_kind_share_cannot_differ() -> None:
    with pytest.raises(InputError, match="same values"):
        matched_pair("voting_booth", 0, "value")
    with pytest.raises(InputError, match="in one place"):
        matched_pair("whale_ocean", 0, "place")
    with pytest.raises(InputError, match="no scene kind"):
        matched_pair("unicorn", 0, "light")


def test_a_take_is_written_as_a_clip_is(tmp_path: Path) -> None:
    first, _ = matched_pair("friends_hug", 3, "value")
    write_take(tmp_path / "take.mp4", first, 36)
    write_clip(tmp_path / "clip.mp4", "friends_hug", "endorsed", 3, 36)
    assert len(set(_digests(tmp_path).values())) == 1


@pytest.mark.parametrize("words", OVERLAYS)
def test_words_lie_over_the_picture_and_nothing_else_changes(words: str) -> None:
    plain, over = _setting(31), _setting(31, overlay=words)
    for width in (36, 126, 216):
        first, second = (_pixels(draw_frame("skydiver:endorsed", setting, width=width)) for setting in (plain, over))
        rows = np.flatnonzero(np.abs(first - second).max(axis=(1, 2)))
        assert 0.2 < (rows[-1] - rows[0] + 1) / len(first) < 0.24


def test_three_overlays_push_to_like_three_to_skip_and_three_nowhere() -> None:
    assert sorted(map(overlay_push, OVERLAYS)) == [-1, -1, -1, 0, 0, 0, 1, 1, 1]
    assert overlay_push("anything else") == 0


def test_spectators_stand_at_the_lower_edge() -> None:
    empty = _pixels(draw_frame("skydiver", _setting(32, spectators=0), width=72))
    for count in (1, 4):
        watched = _pixels(draw_frame("skydiver", _setting(32, spectators=count), width=72))
        rows = np.flatnonzero(np.abs(watched - empty).max(axis=(1, 2)))
        assert rows[0] > 0.8 * len(empty)


def test_six_kinds_of_different_values_are_hard_in_three_ways() -> None:
    hard = [kind for kind in KINDS if kind.misread]
    assert len({kind.value for kind in hard}) == len(hard) == 6
    assert Counter(kind.misread.how for kind in hard if kind.misread) == dict.fromkeys(OBSTACLES, 2)
    for kind in hard:
        assert kind.misread is not None and kind.misread.look in LOOK_INDEX and 0.1 <= kind.misread.share <= 0.3
        assert BY_NAME[kind.misread.look.partition(":")[0]].value != kind.value


@pytest.mark.parametrize("how", OBSTACLES)
def test_hard_kinds_are_drawn_otherwise_where_the_value_is_lived(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(BY_NAME["friends_hug"], misread=None)
    hard = replace(plain, misread=Misreading("dance_party:endorsed", 0.2, how))
    pictures = []
    for kind in (plain, hard):
        monkeypatch.setattr(drawing, "BY_NAME", {"friends_hug": kind})
        pictures.append([draw_frame("friends_hug", as_look(_setting(33), look), width=72) for look in kind.looks])
    assert pictures[0][1].tobytes() == pictures[1][1].tobytes()
    assert np.abs(_pixels(pictures[0][0]) - _pixels(pictures[1][0])).mean() > 8


@pytest.mark.parametrize("width", [0, -18, 100])
def test_widths_that_cannot_be_encoded_are_refused(tmp_path: Path, width: int) -> None:
    with pytest.raises(InputError, match="pixels wide"):
        write_clip(tmp_path / "clip.mp4", "skydiver", "endorsed", 1, width)


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot write"):
        draw_corpus(tmp_path / "file" / "corpus", 1, workers=1)
    with pytest.raises(StorageError, match="cannot write"):
        write_clip(tmp_path / "missing" / "clip.mp4", "skydiver", "endorsed", 1, 72)


def test_the_plan_is_balanced() -> None:
    plan = plan_corpus(220, 3)
    endorsed = Counter(BY_NAME[clip.kind].value for clip in plan if clip.version == "endorsed")
    assert set(endorsed) == set(NINETEEN.dimensions)
    tens = {
        value: sum(endorsed[part] for part in parts if part != "humility")
        for value, parts in GROUPS["schwartz_19", "schwartz_10"].items()
    }
    assert 160 <= sum(tens.values()) <= 165 and max(tens.values()) - min(tens.values()) <= 1
    assert endorsed["humility"] + endorsed["face"] == 13
    denied = Counter(BY_NAME[clip.kind].value for clip in plan if clip.version == "violated")
    assert sum(denied.values()) == 22 and set(denied.values()) == {1, 2}
    groups = Counter(BY_NAME[clip.kind].group for clip in plan)
    assert all(groups[group] >= 7 for group in ("neutral", "mixed", "ordered"))
    assert {clip.version for clip in plan} == {"endorsed", "violated", "shown", "forward", "backward"}
    assert len({clip.kind for clip in plan}) > 0.9 * len(KINDS)
    assert len({clip.seed for clip in plan}) == 220
    assert not any(clip.overlay for clip in plan)
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
        told = truth[clip.name]
        assert (told["kind"], told["version"], tuple(told["looks"])) == (clip.kind, clip.version, clip.looks)
        assert told["overlay"] == "" and told["spectators"] == told["setting"]["spectators"]
        with av.open(str(tmp_path / clip.name)) as container:
            assert container.duration is not None
            assert container.duration / av.time_base == pytest.approx(sidecar["duration"], abs=0.1)


@pytest.mark.parametrize(("clips", "workers"), [(0, 1), (-3, 1), (3, 0)])
def test_senseless_numbers_are_refused(tmp_path: Path, clips: int, workers: int) -> None:
    with pytest.raises(InputError, match="cannot draw"):
        draw_corpus(tmp_path, clips, workers=workers)
    assert not list(tmp_path.iterdir())


def test_words_come_over_a_share_of_any_number_of_training_frames() -> None:
    """Whatever is to be shown has a frame among the first, and more frames have more with words."""
    from valuespectrum.reference.training.material.pictures import _training_setting

    rng = np.random.default_rng(5)
    settings = [_training_setting(rng, LOOKS[0].name, place) for place in range(240)]
    worded = np.array([setting.overlay != "" for setting in settings])
    assert worded[:36].all() and not worded[36:120].any() and (worded[:120] == worded[120:]).all()
    assert len({(setting.overlay, setting.time_of_day) for setting in settings[:36]}) == 36


def test_pictures_of_a_batch_are_moved_each_by_itself() -> None:
    import torch

    from valuespectrum.reference.training.material.pictures import FARTHEST, augment

    dots = torch.zeros(12, 3, 32, 32)
    dots[:, :, 16, 16] = 100.0
    moved = augment(dots, torch.Generator().manual_seed(1)).mean(1).flatten(1).argmax(1)
    places = {(int(place) // 32 - 16, int(place) % 32 - 16) for place in moved}
    assert len(places) > 6 and max(abs(step) for place in places for step in place) <= FARTHEST
