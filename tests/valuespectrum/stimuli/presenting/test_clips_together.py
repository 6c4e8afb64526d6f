"""Several clips in one question: pictures in turn, whose words are whose, conditions that all have."""

from __future__ import annotations

from pathlib import Path

import pytest
from planted_instruments import pictures

from agents.models.base import FrameReference
from valuespectrum.reference.twin.reading import worded
from valuespectrum.stimuli.presenting.exhibit import ClipWords, Exhibit
from valuespectrum.stimuli.presenting.presentation import Presentation, WordKind
from valuespectrum.stimuli.presenting.together import Together, together
from valuespectrum.stimuli.presenting.words import TEMPLATES
from valuespectrum.stimuli.retrieval import StimulusRow

QUESTION = "Which of the two pictures do you like more?"


def exhibit(name: str, clip: str, frames: int = 1, words: str = "", **tags: str | int | float) -> Exhibit:
    shown = tuple(FrameReference(f"{clip}{number}", Path(f"{clip}{number}.jpg")) for number in range(frames))
    presentation = Presentation.read(name)
    kind: WordKind = presentation.words if words else "caption"
    said = ClipWords(TEMPLATES[kind], words) if words else None
    return Exhibit(presentation, shown, said, {"presentation": name, **tags})


def test_one_picture_each_changes_no_word() -> None:
    for name in ("frame", "sheet:4", "blank"):
        shown = Together((exhibit(name, "a"), exhibit(name, "b")))
        assert shown.question(QUESTION) == QUESTION
        assert [frame.picture_sha for frame in shown.frames] == ["a0", "b0"]


def test_pictures_of_a_clip_follow_each_other_and_are_said_to_belong_together() -> None:
    shown = Together((exhibit("frames:3", "a", 3), exhibit("frames:3", "b", 1), exhibit("frames:3", "c", 2)))
    assert [frame.picture_sha for frame in shown.frames] == ["a0", "a1", "a2", "b0", "c0", "c1"]
    assert shown.question(QUESTION) == (
        "Each video counts as one picture: pictures 1 to 3 are the first, picture 4 is the second, "
        f"pictures 5 to 6 are the third. {QUESTION}"
    )


@pytest.mark.parametrize("name", ["caption", "transcript", "frames:2+caption", "described:simulated:power=1"])
def test_words_name_the_clip_that_they_belong_to(name: str) -> None:
    shown = Together((exhibit(name, "a", 2, "A walk"), exhibit(name, "b", 2, "A {brace} 'and' more")))
    put = shown.question(QUESTION)
    assert put.endswith(QUESTION) and put.index("the first") < put.index("the second")
    assert worded(put) == (("A walk", "A {brace} 'and' more"), QUESTION)


def test_tags_say_whose_they_are() -> None:
    told: dict[str, str | int | float] = {"weight_power": 1.0, "look_1": "x:y", "look_2": "x:z", "frames_shown": 2}
    tags = Together((exhibit("frames:2", "a", 2, "", **told), exhibit("frames:2", "b", 2, "", **told))).tags
    assert tags == {
        **{"presentation": "frames:2", "weight_1_power": 1.0, "look_1": "x:y", "frames_shown": 2},
        **{"weight_2_power": 1.0, "look_2": "x:y", "frames_shown_2": 2},
    }


def test_only_conditions_that_all_clips_have_are_shown() -> None:
    class Showing:
        def exhibits(self, row: StimulusRow) -> tuple[Exhibit, ...]:
            said = (exhibit("caption", row.clip_id, 0, "Words"),) if row.clip_id != "security-0" else ()
            return (exhibit("frame", row.clip_id), *said)

        def picture_path(self, picture_sha: str) -> Path:
            return Path(picture_sha)

    listed = pictures(2, ("power", "security"))
    shown = [together(Showing(), pair) for pair in zip(listed[:2], listed[2:], strict=True)]
    assert [[each.presentation.name for each in of_pair] for of_pair in shown] == [["frame"], ["frame", "caption"]]
