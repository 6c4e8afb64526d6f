"""The people of a picture as the other side: the angle towards each kind, and files that tell kinds."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from planted_instruments import answered, measured, pictures, setting, twin

from valuespectrum.instruments.svo.people.kinds import read_people
from valuespectrum.instruments.svo.people.shown import ShownOptions, SvoShown
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

FEW = pictures(9, VALUES[:4])


def test_the_angle_follows_what_people_are_shown_with() -> None:
    asks = SvoShown().questions(setting(pictures(9, ("hedonism", "power", "benevolence", "universalism"))))
    assert len(asks) == 36 * 6 == len(list(asks))
    pleased = TwinModel(replace(BY_NAME["ember"], amplitude=2.5))
    found = measured(SvoShown(), answered(asks, pleased))
    people = found.details["svo_people"]
    assert isinstance(people, dict) and people["test"]["p"] < 0.05 and people["test"]["unit"] == "search word"
    angles = {kind: row["mean"] for kind, row in people["kinds"].items()}
    assert angles["hedonism"] > angles["benevolence"] + 5
    assert found.scores["hedonism"].estimate.mean == pytest.approx(angles["hedonism"])
    assert any("hangs on the kind" in said for said in found.verdicts)
    assert any("Blind answers" in said for said in found.verdicts)
    assert not any("of the kind" in said and "degrees" in said for said in found.verdicts), "they are the profile"
    assert "shape" not in found.details, "likeness to people is about values of one's own"


def test_each_kind_meets_every_arrangement() -> None:
    firsts: dict[tuple[str, str], list[str]] = {}
    for ask in SvoShown().questions(setting(FEW)):
        firsts.setdefault((str(ask.tags["people"]), str(ask.tags["item"])), []).append(str(ask.tags["first"]))
    assert all(sorted(each) == list("123456789") for each in firsts.values())


def test_a_clip_with_a_refused_item_has_no_angle() -> None:
    asks = SvoShown().questions(setting(FEW))
    rows = answered(asks, twin("amber"))
    clip = rows["clip"].iloc[0]
    logs = [name for name in rows if str(name).startswith("log_probability")]
    rows.loc[rows.index[:1], logs] = -9.0
    rows.loc[rows.index[:1], "parsed"] = "refusal"
    found = measured(SvoShown(), rows)
    assert found.n_units == 35 and found.n_unscored == 1 and clip not in found.details["svo_people"]["kinds"]  # type: ignore[index]
    assert found.rates["refusal"].mean == pytest.approx(1 / len(rows))


def test_kinds_out_of_a_file_leave_out_clips_without_people(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    told = [f"{row.clip_id},{'child' if place % 2 else 'adult'}" for place, row in enumerate(FEW[:30])]
    table.write_text("\n".join(["clip,kind", *told, f"{FEW[31].clip_id},"]), encoding="utf-8")
    instrument = SvoShown(ShownOptions(people=str(table)))
    asks = instrument.questions(setting(FEW))
    assert len(asks) == 30 * 6
    found = measured(instrument, answered(asks, twin("jade")))
    people = found.details["svo_people"]
    assert isinstance(people, dict) and set(people["kinds"]) == {"adult", "child"}
    assert people["test"]["unit"] == "clip" and instrument.options.own_items["items"]
    told = [said for said in found.verdicts if said.startswith("The angle towards people of the kind ")]
    assert [said.split()[7] for said in told] == ["adult", "child"]
    for said, row in zip(told, people["kinds"].values(), strict=True):
        assert f"is {row['mean']:.1f} degrees" in said and "over 15 clips" in said
        assert row["low"] is None or f" [{row['low']:.1f}, {row['high']:.1f}] " in said


def test_kinds_are_those_of_the_clips_that_were_shown() -> None:
    """Where another clip stands in the place of each (mismatched), its people are the other side."""
    rows = answered(SvoShown().questions(setting(FEW)), twin("amber"))
    names = list(dict.fromkeys(row.value for row in FEW))
    other = dict(zip(names, [*names[1:], names[0]], strict=True))
    lent = {row.clip_id: row.clip_id.replace(row.value, other[row.value]) for row in FEW}
    plain, moved, unknown = (
        measured(SvoShown(), answers).details["svo_people"]
        for answers in (rows, rows.assign(shown_clip=rows["clip"].map(lent)), rows.assign(shown_clip="elsewhere"))
    )
    assert isinstance(plain, dict) and isinstance(moved, dict) and isinstance(unknown, dict)
    assert {kind: moved["kinds"][other[kind]]["mean"] for kind in names} == pytest.approx(
        {kind: plain["kinds"][kind]["mean"] for kind in names}
    )
    assert unknown["kinds"] == {} and unknown["test"]["p"] is None


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"clip|kind\na|b\n", "lacks the columns clip and kind"),
        (b"", "lacks the columns"),
        (b"clip,kind\na,old\na,young\n", "line 3 .* names the clip 'a' again"),
        (b"clip,kind\n,old\n", "names no clip"),
        (b"clip,kind\na,old,1\n", "line 2 .* has 3 cells"),
        (b"clip,kind\na,old\nb,old\n", "fewer than two kinds"),
        (b"clip,kind,kind\na,old,young\nb,young,old\n", "has the column 'kind' twice"),
        (b'clip,kind\na,old\nb,"young\nc,old\n', "is no table"),
        (b"clip,kind\na,\xff\xfe\n", "cannot be read as text"),
        ("clip,kind\na,old\nb,yo\u202eung\n".encode(), r"kind in line 3 .* not seen, U\+202E"),
        (b"clip,kind\na," + b"x" * 100 + b"\n", "longer than 80"),
        (b"clip,kind\n" + b'"' + b"x" * 200_000 + b'",a\n', "is no table"),
        (b"x" * 16_000_001, "is larger than"),
    ],
)
def test_a_wrong_file_is_named_as_such(tmp_path: Path, content: bytes, wrong: str) -> None:
    table = tmp_path / "people.csv"
    table.write_bytes(content)
    with pytest.raises(InputError, match=wrong):
        read_people(table)


def test_semicolons_and_tabs_may_stand_between_cells(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    for separator in ",;\t":
        lines = (separator.join(row) for row in (("clip", "kind"), ("a", "old"), ("b", "young"), ("c", "")))
        table.write_text("\n".join(lines), encoding="utf-8-sig")
        assert read_people(table) == {"a": "old", "b": "young"}
    table.write_text("Clip , KIND\na,old\nb,young\n", encoding="utf-8")
    assert read_people(table) == {"a": "old", "b": "young"}


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_a_table_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "people.csv")
    with pytest.raises(InputError, match="not a regular file"):
        read_people(tmp_path / "people.csv")


def test_a_file_that_names_none_of_the_clips_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("clip,kind\nx,old\ny,young\n", encoding="utf-8")
    with pytest.raises(InputError, match="none of the clips"):
        SvoShown(ShownOptions(people=str(table))).questions(setting(FEW))
    with pytest.raises(InputError, match="cannot be read"):
        read_people(tmp_path / "missing.csv")


def test_a_wrong_file_is_told_before_a_run_is_begun(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("clip,kind\na,old\n", encoding="utf-8")
    with pytest.raises(InputError, match="fewer than two kinds"):
        SvoShown(ShownOptions(people=str(table))).cost(1)
    table.write_text("clip,kind\na,old\nb,young\n", encoding="utf-8")
    assert SvoShown(ShownOptions(people=str(table))).cost(2) == SvoShown().cost(2) == 12
