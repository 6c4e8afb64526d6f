"""Names of conditions: what each means, and what is refused."""

from __future__ import annotations

import pytest

from valuespectrum.stimuli.presenting.presentation import ONE_FRAME, Presentation, read_presentations
from vectorstore.foundation.errors import InputError

NAMES = (
    *("frame", "frames:3", "sheet:9", "shuffled:2", "mismatched", "blank", "noise", "text", "caption", "transcript"),
    *("described:openai:gpt-4o@http://a/v1?x=1+2", "frame+caption", "frames:4+transcript", "mismatched+caption"),
    *("blank+described:simulated:power=1", "noise+transcript", "sheet:4+described:hf:a/b"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_read_as_it_is_written(name: str) -> None:
    assert Presentation.read(name).name == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "frames",
            "frames:1",
            "frames:65",
            "frame:2",
            "blank:2",
            "none",
            "text+caption",
            "caption+frame",
            "video",
        ),
        *(
            "frame+blank",
            "frame+caption+transcript",
            "described:",
            "frame+described:",
            "caption+described:m",
            "+caption",
        ),
        *("framesdescribed:m", "frame+", "frames:-2", "FRAME", "frame+text", "+described:m"),
    ],
)
def test_anything_else_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(InputError) as refused:
        Presentation.read(name)
    assert "\n" not in refused.value.message


def test_scores_rest_on_a_condition_that_shows_the_clip() -> None:
    assert read_presentations([]) == (ONE_FRAME,)
    names = [each.name for each in read_presentations(["noise", "mismatched+caption", "frame+caption", "frames:2"])]
    assert names == ["frame+caption", "noise", "mismatched+caption", "frames:2"]
    with pytest.raises(InputError, match="twice"):
        read_presentations(["blank", "blank"])


def test_only_what_takes_the_picture_alone_away_tells_a_visual_share() -> None:
    base = Presentation.read("frame+caption")
    told = [name for name in NAMES if Presentation.read(name).takes_picture_from(base)]
    assert told == ["caption", "mismatched+caption"]
    plain = [name for name in NAMES if Presentation.read(name).takes_picture_from(ONE_FRAME)]
    assert plain == ["mismatched", "blank", "noise", "text"]
    assert not Presentation.read("text").takes_picture_from(Presentation.read("caption"))


def test_a_captioner_with_another_budget_is_no_other_condition() -> None:
    plain, paid = (Presentation.read(f"described:openai:m?{more}thinking=off") for more in ("", "budget_tokens=9&"))
    assert plain.name == paid.name == "described:openai:m?thinking=off"
    assert paid.captioner == "openai:m?budget_tokens=9&thinking=off", "it is loaded as it was typed"
    with pytest.raises(InputError, match="twice"):
        read_presentations(["described:openai:m", "described:openai:m?concurrency=2"])
