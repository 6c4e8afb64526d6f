"""Frames and texts that the reference embedder is trained on say the truth, and what is measured is what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from valuespectrum.reference.embedder import CONTEXT_LENGTH, build_tokenizer
from valuespectrum.reference.kinds import KINDS, LOOK_INDEX, LOOKS, TIMES_OF_DAY
from valuespectrum.reference.training import pictures
from valuespectrum.reference.training.captions import (
    PREFIXES,
    all_words,
    caption_text,
    describing_texts,
    keyword_texts,
    looks_shown,
    naming_texts,
)
from valuespectrum.reference.training.embedder import matches, measure_embedder, word_precision
from valuespectrum.reference.training.pictures import TrainingPictures, draw_pictures
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

    def in_this_process(function: str, jobs: list[tuple[int, int, int, Path]], workers: int) -> list[None]:
        asked.extend(index for index, *_ in jobs)
        return [pictures._draw_look(*job) for job in jobs]

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


def test_words_lie_over_a_fifth_of_the_frames_and_push_both_ways() -> None:
    rng = np.random.default_rng(1)
    settings = [pictures._training_setting(rng, "last") for _ in range(600)]
    assert 0.15 < np.mean([setting.overlay != "" for setting in settings]) < 0.25
    assert all(setting.progress > 0.7 for setting in settings)
    assert 0.6 < np.mean([setting.progress == 1 for setting in settings]) < 0.8
    assert all(not setting.violated for setting in settings)
    assert pictures._training_setting(rng, "violated").violated


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
    embedder = Knowing(confused=True)
    precision = word_precision(embedder, embedder.images(list(held_out.pixels)), held_out)  # type: ignore[arg-type]
    assert min(precision.values()) < 1 and set(precision) >= SEARCHED
