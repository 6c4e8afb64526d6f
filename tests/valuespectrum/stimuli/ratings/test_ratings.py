"""The folder of ratings: what goes in comes out, and what is wrong is said in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from valuespectrum.stimuli.ratings.folder import RatedFrames, Ratings, beside
from valuespectrum.stimuli.ratings.labels import (
    PictureLabel,
    RaterRecord,
    ShownPicture,
    named_by_clip,
    states_by_picture,
)
from valuespectrum.stimuli.ratings.sheets import number_in, read_sheet, write_sheet
from vectorstore.foundation.errors import InputError, SchemaError

ANNA = RaterRecord("anna", "people", "", "1")
LABELS = [
    PictureLabel("f1", "c1", "power", "violated", 4.0, True, None),
    PictureLabel("f1", "c1", "achievement", "absent"),
    PictureLabel("f2", "c2", "none", "absent", None, True, 0.7),
]


def made(folder: Path) -> Ratings:
    return Ratings(folder / "ratings", make=True)


def test_labels_come_back_with_their_rater(tmp_path: Path) -> None:
    made(tmp_path).keep_labels(ANNA, LABELS)
    again = Ratings(tmp_path / "ratings")
    assert again.raters == {"anna": ANNA} and again.labels("anna") == LABELS
    again.keep_labels(ANNA, LABELS[:1])
    assert Ratings(again.folder).labels("anna") == LABELS[:1]


def test_nuisances_and_what_was_shown_come_back(tmp_path: Path) -> None:
    ratings = made(tmp_path)
    assert ratings.nuisances() is None and ratings.shown() == []
    rated = RatedFrames(
        "1", ("brightness", "faces"), {"f1": ("c1", "p1", (3.5, None)), "f2": ("c1", "p2", (4.5, 0.5))}, {"text": "no"}
    )
    ratings.keep_nuisances(rated)
    shown = [ShownPicture("power", "a throne, golden", "f1", "c1", "p1")]
    assert ratings.found_by == ""
    ratings.keep_shown(shown, "clip@1")
    again = Ratings(ratings.folder)
    assert again.nuisances() == rated and again.shown() == shown and again.found_by == "clip@1"
    assert rated.by_clip([("c1", "f1"), ("c1", "f2"), ("c9", "f9")]) == {"c1": [4.0, 0.5]}


@pytest.mark.parametrize(("version", "names"), [("1", ("brightness",)), ("2", ("brightness", "faces"))])
def test_a_kill_between_numbers_and_what_they_are_leaves_a_folder_that_can_be_read(
    version: str, names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers of another version, as of another embedder, would else pass for those that are described."""
    ratings = made(tmp_path)
    ratings.keep_nuisances(RatedFrames("1", ("brightness", "faces"), {"f1": ("c1", "p1", (3.5, None))}))

    def killed(*given: Any) -> None:
        write_sheet(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr("valuespectrum.stimuli.ratings.folder.write_sheet", killed)
    with pytest.raises(KeyboardInterrupt):
        ratings.keep_nuisances(RatedFrames(version, names, {"f1": ("c1", "p1", (4.5,) * len(names))}))
    assert Ratings(ratings.folder).nuisances() is None


def test_a_kill_leaves_no_labels_under_the_name_of_another_rater(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ratings, other = made(tmp_path), RaterRecord("anna", "judge", "hf:m@1", "1")
    ratings.keep_labels(ANNA, LABELS)

    def killed(*given: Any) -> None:
        write_sheet(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("valuespectrum.stimuli.ratings.folder.write_sheet", killed)
        ratings.keep_labels(other, LABELS[:1])
    assert Ratings(ratings.folder).raters == {}, "what the judge said is not what Anna said"
    ratings.keep_labels(other, LABELS[:1])
    assert ratings.raters == {"anna": other} and ratings.labels("anna") == LABELS[:1]


def test_a_kill_while_the_folder_was_made_is_no_reason_to_refuse_it(tmp_path: Path) -> None:
    folder = tmp_path / "ratings"
    (folder / "labels").mkdir(parents=True)
    (folder / ".ratings.json.tmp").write_text("{")
    assert Ratings(folder, make=True).raters == {}
    other = tmp_path / "other"
    (other / "labels").mkdir(parents=True)
    (other / "labels" / "mine.csv").touch()
    with pytest.raises(InputError, match="something else"):
        Ratings(other, make=True)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
def test_what_is_no_finite_number_is_none(number: str) -> None:
    with pytest.raises(ValueError, match=number):
        number_in(number, float("-inf"), float("inf"))


def test_the_folder_is_named_after_the_corpus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert beside(tmp_path / "clips") == tmp_path / "clips-ratings"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert beside(Path()) == tmp_path / "here-ratings"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: (folder / "ratings.json").write_text("{}"), "describes no ratings"),
        (
            lambda folder: (folder / "ratings.json").write_text('{"schema": 9, "raters": {}, "nuisance": null}'),
            "schema 9",
        ),
        (lambda folder: (folder / "labels" / "anna.csv").write_text("frame,clip\n"), "no column value"),
        (
            lambda folder: (folder / "labels" / "anna.csv").write_text(
                "frame,clip,value,state,strength,named,certainty\nf,c,greed,,,1,\n"
            ),
            "line 2: a cell holds what no rater says",
        ),
    ],
)
def test_damage_is_said(tmp_path: Path, damage: object, told: str) -> None:
    ratings = made(tmp_path)
    ratings.keep_labels(ANNA, LABELS)
    damage(ratings.folder)  # type: ignore[operator]
    with pytest.raises((InputError, SchemaError), match=told):
        Ratings(ratings.folder).labels("anna")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ('"raters": [], "nuisance": null', "'raters'"),
        ('"raters": {"anna": 3}, "nuisance": null', "'raters.anna'"),
        ('"raters": {}, "nuisance": 5', "'nuisance'"),
        ('"raters": {}, "nuisance": {"version": "1", "names": 2}', "'nuisance.names'"),
    ],
)
def test_a_description_of_other_types_is_refused_in_one_line(tmp_path: Path, said: str, place: str) -> None:
    folder = made(tmp_path).folder
    (folder / "ratings.json").write_text(f'{{"schema": 1, {said}}}')
    with pytest.raises(InputError, match=place):
        Ratings(folder)


def test_nothing_else_is_taken_for_ratings(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="something else"):
        Ratings(tmp_path, make=True)
    with pytest.raises(InputError, match="there are no ratings"):
        Ratings(tmp_path)
    with pytest.raises(InputError, match="no rater 'bert'"):
        made(tmp_path / "new").labels("bert")
    with pytest.raises(InputError, match="cannot be the name"):
        made(tmp_path / "new").keep_labels(RaterRecord("../up", "people", "", "1"), LABELS)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_any_spreadsheet_are_read(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(
        b"\xef\xbb\xbf" + separator.join(("a", "b")).encode() + b"\r\n" + separator.join(("1 ", "x")).encode()
    )
    assert list(read_sheet(path, "table", ("a", "b"))) == [(2, {"a": "1", "b": "x"})]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('a,b\n1,x\n2,"y\n3,z\n', "table .* line"),
        ("a,b,a\n1,x,2\n", "has the column 'a' twice"),
        ('"a,b\n1,x\n', "table .* line"),
    ],
)
def test_rows_behind_a_quotation_mark_that_nothing_closes_are_not_lost(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        list(read_sheet(path, "table", ("a", "b")))


def test_an_embedder_does_not_check_itself() -> None:
    near = RaterRecord("near", "embedding", "clip@1", "1")
    assert not near.may_judge("clip@1") and near.may_judge("clip@2") and ANNA.may_judge("clip@1")


def test_clips_are_named_by_most_of_their_frames() -> None:
    frames = [PictureLabel(f"f{at}", "c", "power" if at else "security", "endorsed", named=True) for at in range(3)]
    assert named_by_clip([*frames, PictureLabel("f9", "c", "hedonism", "absent")]) == {"c": ("power", "endorsed")}


def test_a_picture_without_any_value_lacks_them_all() -> None:
    found = states_by_picture(LABELS)
    assert found["f1", "power"] == "violated" and ("f1", "hedonism") not in found
    assert {state for (frame, _), state in found.items() if frame == "f2"} == {"absent"}
