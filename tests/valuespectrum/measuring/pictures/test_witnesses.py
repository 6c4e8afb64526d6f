"""Raters put together: names with chances, states kept apart, and who may say anything at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from valuespectrum.measuring.pictures.witnesses import agreements, blind_raters, witnesses
from valuespectrum.scoring.pictures.relabelling import wrong_clips
from valuespectrum.stimuli.ratings.folder import Ratings
from valuespectrum.stimuli.ratings.labels import PictureLabel, RaterRecord, ShownPicture, State
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

CLIPS = [(value, f"{value}-{at}") for value in VALUES for at in range(8)]
SHOWN = [ShownPicture(value, f"{value} word {clip[-1]}", f"{clip}/0", clip, clip) for value, clip in CLIPS]


def said(clip: str, value: str, state: State = "endorsed", strength: float | None = None) -> PictureLabel:
    return PictureLabel(f"{clip}/0", clip, value, state, strength, named=True)


def right() -> list[PictureLabel]:
    return [said(clip, value, "endorsed", 3.0 + int(clip[-1]) % 3) for value, clip in CLIPS]


def test_one_rater_is_taken_at_its_word() -> None:
    labels = right()
    labels[0] = said("self_direction-0", "stimulation")
    labels[1] = said("self_direction-1", "self_direction", "violated")
    labels[2] = said("self_direction-2", "none", "absent")
    del labels[3]
    found = witnesses(SHOWN, {"anna": labels})
    assert found.errors == {"anna": None} and not found.told_apart
    assert found.shown["self_direction", "self_direction-0"]["stimulation"] == 1.0
    assert sum(found.shown["self_direction", "self_direction-1"].values()) == 0.0, "a violated value is none of them"
    assert ("self_direction", "self_direction-3") not in found.shown
    share = wrong_clips(found.relabels, VALUES)["self_direction"]
    assert share.clips == 7 and share.wrong.mean == pytest.approx(3 / 7)
    assert (share.other, share.violated, share.nothing) == pytest.approx((1 / 7, 1 / 7, 1 / 7))


def test_a_rater_who_errs_is_outvoted_by_one_who_does_not_and_by_what_clips_were_found_for() -> None:
    names = list(VALUES)
    careless = [
        said(label.clip, names[(names.index(label.value) + 4) % 10] if at % 3 == 0 else label.value)
        for at, label in enumerate(right())
    ]
    found = witnesses(SHOWN, {"anna": right(), "bert": careless})
    assert found.errors["anna"] == pytest.approx(0.0, abs=0.02)
    assert found.errors["bert"] == pytest.approx(1 / 3, abs=0.04)
    assert all(row[value] > 0.9 for (value, _), row in found.shown.items()) and found.told_apart
    part = witnesses(SHOWN, {"anna": right(), "bert": careless[:30]})
    assert part.told_apart and part.alone == 50 and len(part.relabels) == len(part.shown) == 30 and not found.alone
    few = witnesses(SHOWN, {"anna": right(), "bert": careless[:19]})
    assert few.errors == {"anna": None, "bert": None} and not few.told_apart, "too few clips that both named"
    assert not witnesses(SHOWN, {}).told_apart


def test_agreement_is_told_for_value_state_and_strength() -> None:
    other = [
        said(each.clip, each.value, "violated" if at % 4 == 0 else "endorsed", each.strength)
        for at, each in enumerate(right())
    ]
    found = agreements({"anna": right(), "bert": other})
    assert found["value"].alpha.mean == 1.0 and found["strength"].alpha.mean == 1.0
    assert found["state"].alpha.mean is not None and found["state"].alpha.mean < 0.1 and found["state"].share == 0.75
    alone = agreements({"anna": right()})
    assert all(each.alpha.mean is None and each.alpha.why for each in alone.values())


def test_the_embedder_that_searched_is_no_witness(tmp_path: Path) -> None:
    ratings = Ratings(tmp_path / "ratings", make=True)
    for record in (RaterRecord("near", "embedding", "clip@1", "1"), RaterRecord("anna", "people", "", "1")):
        ratings.keep_labels(record, right())
    used, left = blind_raters(ratings, "clip@1")
    assert [each.name for each in used] == ["anna"] and left == [
        "near: the embedder that found the clips cannot check them"
    ]
    assert {each.name for each in blind_raters(ratings, "clip@2")[0]} == {"anna", "near"}
    with pytest.raises(InputError, match="cannot check them"):
        blind_raters(ratings, "clip@1", ["near"])
    with pytest.raises(InputError, match="no rater 'bert'"):
        blind_raters(ratings, "clip@1", ["bert"])


def test_one_model_under_two_names_is_one_witness(tmp_path: Path) -> None:
    """It agrees with itself, so that what it gets wrong would be told from wrong clips, as none."""
    ratings = Ratings(tmp_path / "ratings", make=True)
    twins = [RaterRecord(name, "judge", "hf:m@1", version) for name, version in (("first", "1"), ("second", "2"))]
    for record in (*twins, RaterRecord("anna", "people", "", "1"), RaterRecord("bert", "people", "", "1")):
        ratings.keep_labels(record, right())
    used, left = blind_raters(ratings, "clip@1")
    assert [each.name for each in used] == ["first", "anna", "bert"]
    assert left == ["second: it is hf:m@1 again, as first is, and no second opinion"]
    assert [each.name for each in blind_raters(ratings, "clip@1", ["second"])[0]] == ["second"]
