"""Judges, people and embedders as raters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from bench_fakes import AxesEmbedder, words

from agents.answers.store import AnswerStore
from agents.models.base import Answer, Ask, FrameReference, ModelOptions
from valuespectrum.reference.twin.loading import load
from valuespectrum.stimuli.ratings.labels import NAMES, PictureLabel, ShownPicture
from valuespectrum.stimuli.ratings.sheets import read_sheet
from valuespectrum.stimuli.relevance.judge import JudgedPicture, judged_labels, judged_prettiness
from valuespectrum.stimuli.relevance.nearness import Calibrated, calibrated, near_labels, value_standings
from valuespectrum.stimuli.relevance.people import COLUMNS, read_queue, write_queue
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


def picture(name: str, told: Mapping[str, str | int] | None = None) -> JudgedPicture:
    sha = f"{ord(name[0]):064x}"
    return JudgedPicture(FrameReference(sha, Path(f"{name}.jpg")), ((f"{name}/0", name),), told or {})


class Judge:
    """Says what it is told to."""

    id = "fake:judge@1"
    settings: Mapping[str, str] = {"reads_tags": ""}

    def __init__(self, says: Mapping[str, Mapping[str, float] | str]) -> None:
        self.says, self.asked = says, 0

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked += 1
            key = next((key for key in self.says if key in ask.question), "")
            told = self.says.get(key, {})
            if isinstance(told, str):
                yield Answer(text=told, parsed=told)
            else:
                yield Answer(log_probabilities={name: math.log(share) for name, share in told.items()}, text="?")

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        raise AssertionError("every question has options")


def by_value(labels: Sequence[PictureLabel]) -> dict[str, PictureLabel]:
    return {each.value: each for each in labels}


def test_a_judge_says_which_value_how_and_how_strongly(tmp_path: Path) -> None:
    judge = Judge(
        {
            "Which of these values": {"power": 0.6, "achievement": 0.2, "none": 0.1},
            "Is power lived": {"lived": 0.7, "denied": 0.2, "absent": 0.1},
            "Is security lived": "denied",
            "Is hedonism lived": {"lived": 0.02, "denied": 0.01},
            "express power?": {"4": 0.5, "5": 0.5},
        }
    )
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        found = by_value(judged_labels([picture("a")], judge, store))
        asked = judge.asked
        assert by_value(judged_labels([picture("a")], judge, store)) == found and judge.asked == asked
    assert asked == 1 + 2 * len(VALUES)
    power = found["power"]
    assert power.named and power.state == "endorsed" and power.strength == pytest.approx(4.5)
    assert power.certainty == pytest.approx(0.6 / 0.9) and (power.frame, power.clip) == ("a/0", "a")
    assert found["security"].state == "violated" and not found["security"].named
    assert set(found) == {"power", "security"}, "what is not readable is no label"


def test_no_value_is_a_label_and_silence_is_none(tmp_path: Path) -> None:
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        none = by_value(judged_labels([picture("a")], Judge({"Which of": {"none": 0.9, "power": 0.05}}), store))
        assert none["none"].named and none["none"].state == "absent" and len(none) == 1
    with AnswerStore(tmp_path / "other.sqlite") as store:
        assert judged_labels([picture("a")], Judge({"Which of": {"power": 0.01}}), store) == []


def test_a_few_options_that_others_may_outweigh_are_no_label(tmp_path: Path) -> None:
    """A server lists the most probable tokens alone."""
    judge = Judge({"Which of": {"power": 0.3}, "Is power lived": {"lived": 0.3}, "How pretty": {"5": 0.3}})
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        assert judged_labels([picture("a")], judge, store) == []
        assert judged_prettiness([picture("a")], judge, store) == {}


def test_prettiness_is_the_expected_digit(tmp_path: Path) -> None:
    judge = Judge({"How pretty": {"2": 0.25, "4": 0.25}})
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        assert judged_prettiness([picture("a")], judge, store) == {picture("a").picture.picture_sha: pytest.approx(3.0)}


def test_a_respondent_of_the_reference_world_judges_by_its_plain_questions(tmp_path: Path) -> None:
    looks = {"a": "justice_scales:endorsed", "b": "justice_scales:violated"}
    pictures = [picture(name, {"look": look, "time_of_day": "night"}) for name, look in looks.items()]
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        labels = judged_labels(pictures, load("amber", ModelOptions()), store)
    named = {each.clip: (each.value, each.state) for each in labels if each.named}
    assert named == {"a": ("universalism", "endorsed"), "b": ("universalism", "violated")}
    assert {each.value: each.state for each in labels if each.clip == "a"}["power"] == "absent"


def shown(*names: str) -> list[ShownPicture]:
    return [ShownPicture(VALUES[at % 10], "word", f"{name}/0", name, name * 8) for at, name in enumerate(names)]


def queue(folder: Path, rows: Sequence[str]) -> Path:
    path = folder / "labels.csv"
    path.write_text("\n".join(["frame,value,state,strength", *rows]), encoding="utf-8")
    return path


def test_a_queue_is_blind_shuffled_and_kept(tmp_path: Path) -> None:
    pictures = shown(*"abcdefghijkl")
    files = {each.picture: tmp_path / f"{each.picture}.jpg" for each in pictures}
    path = tmp_path / "labels.csv"
    assert write_queue(path, [*pictures, pictures[0]], files, 1) == len(pictures)
    rows = [row for _, row in read_sheet(path, "queue", COLUMNS)]
    assert [row["frame"] for row in rows] != [each.frame for each in pictures]
    assert {row["frame"] for row in rows} == {each.frame for each in pictures}
    text = path.read_text(encoding="utf-8")
    assert "word" not in text and not any(value in text for value in VALUES)
    with pytest.raises(InputError, match="there already"):
        write_queue(path, pictures, files, 1)


def test_a_filled_table_is_read_and_the_rest_left_for_later(tmp_path: Path) -> None:
    path = queue(tmp_path, ["a/0,Self-direction,violated,3", "b/0,none,,", "c/0,,,", "d/0,power,,"])
    assert read_queue(path, shown(*"abcd")) == [
        PictureLabel("a/0", "a", "self_direction", "violated", 3.0, named=True),
        PictureLabel("b/0", "b", "none", "absent", None, named=True),
        PictureLabel("d/0", "d", "power", "", None, named=True),
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a/0,greed,,", "line 2: 'greed' is no value"),
        ("a/0,power,liked,", "line 2: 'liked' is no state"),
        ("a/0,power,absent,", "no state of power"),
        ("a/0,none,endorsed,", "no state of none"),
        ("a/0,power,endorsed,9", "line 2: '9' is no strength"),
        ("a/0,,endorsed,", "without a value"),
        ("x/0,power,endorsed,3", "no picture 'x/0'"),
        ("a/0,power,endorsed,3\na/0,power,endorsed,3", "line 3: the picture 'a/0' comes twice"),
        ("a/0,,,", "has no label yet"),
        ("a/0,power,endorsed,3,more", "line 2: more cells"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_queue(queue(tmp_path, [row]), shown("a"))


def test_standings_are_those_of_the_nearest_word() -> None:
    embedder = AxesEmbedder()
    vectors = np.eye(embedder.dimension, dtype=np.float32)[: len(VALUES)]
    found = value_standings(vectors, embedder, words(3), "{keyword}")
    assert (found.argmax(axis=1) == np.arange(len(VALUES))).all() and found.diagonal().min() > 2


def planted(pictures: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Standings whose chances are known."""
    generator = np.random.default_rng(seed)
    standings = generator.normal(0, 1.5, (pictures, len(VALUES)))
    chances = Calibrated(1.4, 2.5).chances(standings)
    return standings, np.array([generator.choice(len(NAMES), p=row) for row in chances])


def test_calibration_recovers_planted_chances() -> None:
    standings, labels = planted(600, 1)
    rule = calibrated(standings, labels, [str(at) for at in range(600)])
    assert rule.slope == pytest.approx(1.4, abs=0.2) and rule.threshold == pytest.approx(2.5, abs=0.4)
    assert rule.off is not None and rule.off < 0.08 and rule.hits is not None and rule.hits > 0.4
    assert "calibrated on 600 labelled clips" in rule.note


def test_without_labels_nothing_is_called_calibrated() -> None:
    standings, labels = planted(20, 1)
    rule = calibrated(standings, labels, [str(at) for at in range(20)])
    assert rule == Calibrated() and rule.note.startswith("not calibrated")
    pictures = shown("a", "b")
    found = near_labels(pictures, {"a/0": np.eye(10)[3] * 5, "b/0": np.zeros(10)}, rule)
    assert [(each.value, each.state, each.certainty) for each in found] == [
        (VALUES[3], "", None),
        ("none", "", None),
    ]
