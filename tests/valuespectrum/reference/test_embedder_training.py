"""Frames and texts that the reference embedder is trained on say the truth, and what is measured is what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agents.browsing.seeing.overlays import OVERLAYS
from valuespectrum.reference import embedder
from valuespectrum.reference.embedder import CONTEXT_LENGTH, build_tokenizer
from valuespectrum.reference.kinds import KINDS, LOOK_INDEX, LOOKS, TIMES_OF_DAY
from valuespectrum.reference.training.embedder import (
    EmbedderOptions,
    matches,
    measure_embedder,
    train_embedder,
    word_precision,
)
from valuespectrum.reference.training.material import pictures
from valuespectrum.reference.training.material.captions import (
    PREFIXES,
    all_words,
    caption_text,
    describing_texts,
    keyword_texts,
    looks_shown,
    naming_texts,
)
from valuespectrum.reference.training.material.pictures import TrainingPictures, draw_pictures
from valuespectrum.stimuli.keywords import load_keywords

SEARCHED = {word.word for words in load_keywords().words.values() for word in words}


class Knowing:
    """An embedder that knows all texts and looks; with ``confused`` it takes the second look for a fine first one."""

    id = "knowing"

    def __init__(self, confused: bool = False) -> None:
        self._texts = {text.words: text for text in (*keyword_texts(), *map(caption_text, range(len(LOOKS))))}
        self._confused = confused

    def images(self, shown: list[object]) -> np.ndarray:
        looks = [int(np.asarray(picture)[0, 0, 0]) for picture in shown]
        vectors = np.eye(len(LOOKS))[looks]
        if self._confused:
            vectors[np.array(looks) == 1] = 1.5 * np.eye(len(LOOKS))[0]
        return vectors

    def texts(self, words: list[str]) -> np.ndarray:
        vectors = np.zeros((len(words), len(LOOKS)))
        for row, word in enumerate(words):
            vectors[row, list(self._texts[word].looks)] = 1
        return vectors


def _labelled(each: int) -> TrainingPictures:
    looks = np.repeat(np.arange(len(LOOKS)), each)
    pixels = np.zeros((len(looks), 2, 2, 3), np.uint8)
    pixels[:] = looks[:, None, None, None]
    return TrainingPictures(pixels, looks, np.zeros(len(looks), int), np.zeros(len(looks), int))


def test_search_words_are_true_of_looks_in_which_one_value_is_lived() -> None:
    texts = {text.words: text for text in keyword_texts()}
    for words, text in texts.items():
        kinds = {LOOKS[look].kind.value for look in text.looks}
        if words in SEARCHED:
            assert {LOOKS[look].name for look in text.looks} == {"endorsed"}, words
            assert len(kinds) == 1, words
    assert set(texts) >= SEARCHED
    denied = [text for text in keyword_texts() if {LOOKS[look].name for look in text.looks} == {"violated"}]
    assert len(denied) > 100
    assert not any({LOOKS[look].name for look in text.looks} == {"endorsed", "violated"} for text in keyword_texts())


def test_every_look_has_words_of_its_own() -> None:
    captions = [look.caption for look in LOOKS]
    assert len(set(captions)) == len(captions)
    worded = {look for text in keyword_texts() for look in text.looks}
    assert worded == set(range(len(LOOKS)))
    ordered = next(kind for kind in KINDS if kind.group == "ordered")
    assert looks_shown(ordered, ordered.versions[0]) == tuple(
        LOOK_INDEX[f"{ordered.name}:{name}"] for name in ordered.looks
    )


def test_texts_fit_frames_of_their_look_and_time() -> None:
    texts = [caption_text(0), caption_text(1), caption_text(1, 3)]
    assert matches(texts, np.array([0, 1, 1]), np.array([0, 0, 3])).tolist() == [
        [True, False, False],
        [False, True, False],
        [False, True, True],
    ]


def test_every_frame_is_described_at_every_step() -> None:
    rng = np.random.default_rng(0)
    looks, times = np.arange(len(LOOKS)), rng.integers(len(TIMES_OF_DAY), size=len(LOOKS))
    for _ in range(5):
        described = describing_texts(rng, looks[:10], times[:10])
        assert matches(described, looks, times).any(1).all()
        assert sum(text.time is not None for text in described) == 20
    named = [text.words for _ in range(20) for text in naming_texts(rng, 0.4)]
    assert {prefix for prefix in PREFIXES if any(words.startswith(prefix) for words in named)} == set(PREFIXES)
    assert 0.3 < len(named) / 20 / len(keyword_texts()) < 0.5


def test_no_text_is_cut_off() -> None:
    tokenizer = build_tokenizer(all_words())
    longest = max(PREFIXES, key=len)
    assert max(len(tokenizer.encode(longest + words).ids) for words in all_words()) < CONTEXT_LENGTH


def test_frames_are_drawn_once_and_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(LOOKS[LOOK_INDEX[look]] for look in ("friends_hug:violated", "gift_passed:last", "car_park:shown"))
    monkeypatch.setattr(pictures, "LOOKS", few)
    for index in (0, 2):
        pictures._draw_look(index, 3, 7, tmp_path / f"7-3-{few[index].id.replace(':', '-')}.npz")
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    asked: list[object] = []

    def in_this_process(function: str, jobs: list[tuple[int, int, int, Path]], workers: int) -> Iterator[int]:
        for job in jobs:
            asked.append(job[0])
            pictures._draw_look(*job)
            yield job[0]

    monkeypatch.setattr(pictures, "map_in_children", in_this_process)
    seen: list[tuple[int, int]] = []
    drawn = draw_pictures(3, 7, folder=tmp_path, progress=lambda done, count: seen.append((done, count)))
    assert asked == [1] and seen == [(3, 3)]
    assert {name: stamp for name, stamp in before.items() if (tmp_path / name).stat().st_mtime_ns == stamp} == before
    assert drawn.pixels.shape == (9, 224, 128, 3) and drawn.looks.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert set(drawn.overlays.tolist()) <= {-1, 0, 1}
    again = draw_pictures(3, 7, folder=tmp_path)
    assert (again.pixels == drawn.pixels).all() and (again.times == drawn.times).all()
    assert (draw_pictures(3, 7).pixels == drawn.pixels).all()


def test_every_overlay_is_seen_at_every_time_of_day() -> None:
    rng = np.random.default_rng(1)
    settings = [pictures._training_setting(rng, "last", place) for place in range(90)]
    seen = {(setting.overlay, setting.time_of_day) for setting in settings}
    assert seen == {(words, time) for words in ("", *OVERLAYS) for time in TIMES_OF_DAY}
    assert all(setting.progress > 0.7 and not setting.violated for setting in settings)
    assert 0.5 < np.mean([setting.progress == 1 for setting in settings]) < 0.9
    assert pictures._training_setting(rng, "violated", 0).violated


def test_an_embedder_that_knows_everything_is_measured_as_such() -> None:
    quality = measure_embedder(Knowing(), _labelled(10))  # type: ignore[arg-type]
    assert quality == {"recall_at_1": 1, "look_accuracy": 1, "told_apart": 1, "precision_at_10": 1}


def test_confusing_two_versions_shows_in_every_figure() -> None:
    assert [LOOKS[index].name for index in (0, 1)] == ["endorsed", "violated"]
    held_out = _labelled(10)
    quality = measure_embedder(Knowing(confused=True), held_out)  # type: ignore[arg-type]
    pure = sum(look.kind.group == "pure" for look in LOOKS)
    assert quality["told_apart"] == pytest.approx(1 - 1 / pure)
    assert quality["look_accuracy"] == pytest.approx(1 - 1 / len(LOOKS))
    assert quality["recall_at_1"] < 1
    confused = Knowing(confused=True)
    precision = word_precision(confused, confused.images(list(held_out.pixels)), held_out)  # type: ignore[arg-type]
    assert min(precision.values()) < 1 and set(precision) >= SEARCHED


def test_a_training_leaves_an_embedder_that_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    looks = np.arange(len(LOOKS))
    pixels = rng.integers(0, 255, (len(looks), 224, 128, 3), dtype=np.uint8)
    shown = TrainingPictures(pixels, looks, rng.integers(4, size=len(looks)), np.zeros(len(looks), int))
    options = EmbedderOptions(picture_steps=2, picture_rows=8, text_steps=2, text_rows=8)
    told: list[str] = []
    train_embedder(shown, options, tmp_path, told.append)
    assert [line.partition(" loss")[0] for line in told] == ["embedder, pictures 0/2", "embedder, texts 0/2"]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 7e6
    monkeypatch.setattr(embedder, "FOLDER", tmp_path)
    loaded = embedder.load()
    assert loaded.images([Image.fromarray(pixels[0])]).shape == loaded.texts(["a clock"]).shape == (1, 128)
